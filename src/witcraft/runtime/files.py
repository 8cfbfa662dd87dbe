"""Where core modules come from, and the machine code that was made of them."""

from __future__ import annotations

import os
from _thread import allocate_lock

from . import cache
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .engine import Engine, Module


class Files:
    """The core modules of one component by name: files of a package, or bytes.

    What was compiled of them is kept here, so that every instance of the component shares it and it goes with the
    component.
    """

    __slots__ = ("_contents", "_directory", "_lock", "_modules")

    def __init__(self, contents: Mapping[str, bytes | bytearray | memoryview]) -> None:
        self._contents, self._directory = contents, ""
        self._modules: dict[tuple[Engine, str], Module] = {}
        self._lock = allocate_lock()

    @classmethod
    def package(cls, file: str) -> Files:
        """The files beside ``file``: ``Files.package(__file__)``."""
        files = cls({})
        files._directory = os.path.dirname(os.path.abspath(file))
        return files

    def read(self, name: str) -> bytes:
        """The content of a core module."""
        if not self._directory:
            return bytes(self._contents[name])
        with open(os.path.join(self._directory, name), "rb") as file:
            return file.read()

    def module(self, engine: Engine, name: str, digest: str, folder: str | None) -> Module:
        """The compiled module; ``digest`` is the SHA-256 of its content in hexadecimal. Compiles it on first need."""
        key = (engine, digest)
        with self._lock:
            module = self._modules.get(key)
            if module is None:
                module = self._modules[key] = self._find(engine, name, digest, folder)
        return module

    def _find(self, engine: Engine, name: str, digest: str, folder: str | None) -> Module:
        key = cache.code_name(digest, engine.settings)
        path = cache.checked(folder, key)
        module = engine.load(path) if path else None
        if module is None:
            module = self._compile(engine, name, digest)
            if folder is not None:
                cache.write(folder, key, module.serialize())
        return module

    def _compile(self, engine: Engine, name: str, digest: str) -> Module:
        from hashlib import sha256

        wasm = self.read(name)
        if sha256(wasm).hexdigest() != digest:
            raise EngineError(f"{name} is not the core module that these bindings were made for")
        return engine.compile(wasm, name)
