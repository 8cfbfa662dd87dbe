"""Core modules that a host gives to a component, or gets from one."""

from __future__ import annotations

from os import PathLike, fspath

from .errors import LinkError
from .files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
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


# ---- a module that tells the types of functions ------------------------------------------------------------------

_CORE_TYPES = {"i32": 0x7F, "i64": 0x7E, "f32": 0x7D, "f64": 0x7C}


def importing(functions: Mapping[str, str]) -> bytes:
    """A module that does nothing but import functions of these types: only the right ones can be given to it.

    A type is its parameters and results, ``"i32 i64 -> i32"`` (Core specification, "Binary Format / Modules").
    """
    types = [function_type(text) for text in functions.values()]
    imports = [named("functions") + named(name) + b"\0" + number(n) for n, name in enumerate(functions)]
    return b"\0asm\1\0\0\0" + section(1, types) + section(2, imports)


def function_type(text: str) -> bytes:
    sides = [bytes(_CORE_TYPES[core] for core in side.split()) for side in text.split("->")]
    return b"\x60" + b"".join(number(len(side)) + side for side in sides)


def section(code: int, items: list[bytes]) -> bytes:
    body = number(len(items)) + b"".join(items)
    return bytes([code]) + number(len(body)) + body


def named(name: str) -> bytes:
    data = name.encode()
    return number(len(data)) + data


def number(value: int) -> bytes:
    """LEB128."""
    low = value & 0x7F
    return bytes([low]) if value < 0x80 else bytes([low | 0x80]) + number(value >> 7)
