"""What a language printed, made ready to run: Python compiled, core modules as places in the component's bytes.

This is also what the cache holds, so that a component seen before starts without the compiler.
"""

from __future__ import annotations

import marshal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from witcraft.live.package import Module

    Files = Mapping[str, str | bytes | memoryview]


class Emitted:
    """``modules``: Python by dotted name; ``core``: core modules by path, bytes or (offset, size) in the component."""

    __slots__ = ("core", "modules")

    def __init__(self, modules: dict[str, Module], core: dict[str, bytes | tuple[int, int]]) -> None:
        self.modules, self.core = modules, core

    def core_bytes(self, component: bytes) -> dict[str, memoryview]:
        """The core modules, those of the component as views of it."""
        whole = memoryview(component)
        return {
            path: whole[place[0] : place[0] + place[1]] if isinstance(place, tuple) else memoryview(place)
            for path, place in self.core.items()
        }

    def dumps(self) -> bytes:
        return marshal.dumps((self.modules, self.core))

    @staticmethod
    def loads(data: bytes) -> Emitted:
        """Of what ``dumps`` gave in a Python of this very version; anything else must not come here."""
        modules, core = marshal.loads(data)
        return Emitted(modules, core)


def prepare(files: Files, folder: str, component: bytes) -> Emitted:
    """``folder`` is where tracebacks say that the files are."""
    modules = {
        _dotted(path): (name := f"{folder}/{path}", source, compile(source, name, "exec", dont_inherit=True))
        for path, source in files.items()
        if path.endswith(".py") and isinstance(source, str)
    }
    core = {path: _place(bytes(module), component) for path, module in files.items() if not isinstance(module, str)}
    return Emitted(modules, core)


def _dotted(path: str) -> str:
    """``"exports/api.py"`` -> ``"exports.api"``, ``"__init__.py"`` -> ``""``."""
    return path.removesuffix(".py").removesuffix("__init__").rstrip("/").replace("/", ".")


def _place(module: bytes, component: bytes) -> bytes | tuple[int, int]:
    """Where ``module`` stands in ``component``; itself if nowhere, as what the compiler made."""
    head = module[:1024]  # quicker to look for than the whole
    at = component.find(head)
    while at >= 0 and component[at : at + len(module)] != module:
        at = component.find(head, at + 1)
    return module if at < 0 else (at, len(module))
