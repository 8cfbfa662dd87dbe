"""Core modules that a host gives to a component, or gets from one."""

from __future__ import annotations

from os import PathLike, fspath

from .errors import LinkError
from .files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    CoreModuleSource: TypeAlias = "CoreModule | bytes | bytearray | memoryview | str | PathLike[str]"
    """A module, its bytes, or the path of its file."""
else:
    CoreModuleSource = object


class CoreModule:
    """A core module in the binary format. What was compiled of it stays with this object."""

    NAME = "core module"
    __slots__ = ("digest", "files", "wasm")

    def __init__(self, source: CoreModuleSource, digest: str = "") -> None:
        from hashlib import sha256

        self.wasm = content(source)
        self.digest = digest or sha256(self.wasm).hexdigest()
        self.files = Files({self.NAME: self.wasm})

    @classmethod
    def of(cls, source: CoreModuleSource) -> CoreModule:
        return source if isinstance(source, CoreModule) else cls(source)

    def __repr__(self) -> str:
        return f"<CoreModule of {len(self.wasm)} bytes>"


def content(source: object) -> bytes:
    """The bytes of a module. Raises LinkError for what is none, OSError for a file that cannot be read."""
    if isinstance(source, CoreModule):
        return source.wasm
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | PathLike):
        with open(fspath(source), "rb") as file:
            return file.read()
    raise LinkError(f"expected a core module (bytes or a path), got {source.__class__.__name__}")
