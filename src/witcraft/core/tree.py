"""A core module, read as deep as a component needs: types, imports, exports, memories; never function bodies.

WebAssembly core specification, "Binary Format / Modules".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Sort(Enum):
    """What a core index space holds; the values are the component binary format's ``core:sort``."""

    FUNC = 0x00
    TABLE = 0x01
    MEMORY = 0x02
    GLOBAL = 0x03
    TAG = 0x04
    TYPE = 0x10
    MODULE = 0x11
    INSTANCE = 0x12


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a type: supertypes, if it can be one itself, how many of its group come after it, if threads may share it."""

    parents: tuple[int, ...] = ()
    final: bool = True
    later: int = 0
    shared: bool = False


ALONE = Standing()


@dataclass(frozen=True, slots=True)
class FuncType:
    """Value types as text: "i32", "i64", "f32", "f64", "v128", or a reference type as WAT prints it.

    Two are equal by parameters and results: who looks at a function wants nothing else.
    """

    params: tuple[str, ...]
    results: tuple[str, ...]
    standing: Standing = field(default=ALONE, compare=False)


@dataclass(frozen=True, slots=True)
class OtherType:
    """A struct, array or continuation type, which no component definition looks into, as WAT text."""

    text: str
    standing: Standing = field(default=ALONE, compare=False)


CoreType = FuncType | OtherType


@dataclass(frozen=True, slots=True)
class Limits:
    minimum: int
    maximum: int | None
    is64: bool
    shared: bool
    page_size_log2: int = 16


@dataclass(frozen=True, slots=True)
class TableType:
    element: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class MemoryType:
    limits: Limits


@dataclass(frozen=True, slots=True)
class GlobalType:
    type: str
    mutable: bool
    shared: bool = False


@dataclass(frozen=True, slots=True)
class TagType:
    type: FuncType


ExternType = FuncType | TableType | MemoryType | GlobalType | TagType


@dataclass(frozen=True, slots=True)
class Import:
    module: str
    name: str
    type: ExternType
    offset: int


@dataclass(frozen=True, slots=True)
class Export:
    """``index`` counts in the index space of its sort, where imported ones come first."""

    name: str
    type: ExternType
    offset: int
    index: int


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom section: a view into the file, not a copy. ``offset`` is that of ``data``, after the name."""

    name: str
    data: memoryview
    offset: int


@dataclass(frozen=True, slots=True)
class Producer:
    """A line of the ``producers`` custom section; ``field`` is "language", "processed-by" or "sdk"."""

    field: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Module:
    """``data`` is a view of the module's bytes, preamble included; offsets count from the outermost file's start."""

    data: memoryview
    offset: int
    types: tuple[CoreType, ...]
    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    memories: tuple[MemoryType, ...]  # imported ones first
    customs: tuple[Custom, ...]
    name: str | None = None  # from the ``name`` custom section
    producers: tuple[Producer, ...] = ()
