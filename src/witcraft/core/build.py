"""A core module to be made, as data (WebAssembly core specification 3.0, "Modules").

Everything goes by name, so that functions may be written in any order; ``encode`` finds the indices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from witcraft.core.opcodes import OPCODES, Code, Immediate, Instr, walk
from witcraft.core.tree import ExternType, FuncType, GlobalType, Limits, MemoryType, Sort, TableType, TagType

# ---- nouns -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Import:
    """``name`` is what the module itself calls it."""

    module: str
    field: str
    name: str
    type: ExternType


@dataclass(frozen=True, slots=True)
class Func:
    """``params`` and ``locals``: name and core type each."""

    name: str
    params: tuple[tuple[str, str], ...]
    results: tuple[str, ...]
    body: Code
    locals: tuple[tuple[str, str], ...] = ()

    @property
    def type(self) -> FuncType:
        return FuncType(tuple([core for _, core in self.params]), self.results)


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    type: TableType


@dataclass(frozen=True, slots=True)
class Memory:
    name: str
    type: MemoryType


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    type: TagType


@dataclass(frozen=True, slots=True)
class Global:
    name: str
    type: GlobalType
    init: Code


@dataclass(frozen=True, slots=True)
class Export:
    name: str
    sort: Sort
    of: str


@dataclass(frozen=True, slots=True)
class Elements:
    """Functions put into ``table`` when the module is instantiated."""

    table: str
    offset: Code
    funcs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes put into ``memory`` when the module is instantiated."""

    memory: str
    offset: Code
    data: bytes


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    imports: tuple[Import, ...] = ()
    funcs: tuple[Func, ...] = ()
    tables: tuple[Table, ...] = ()
    memories: tuple[Memory, ...] = ()
    tags: tuple[Tag, ...] = ()
    globals: tuple[Global, ...] = ()
    exports: tuple[Export, ...] = ()
    elements: tuple[Elements, ...] = ()
    data: tuple[Data, ...] = ()
    start: str | None = None


def limits(minimum: int, maximum: int | None = None, is64: bool = False) -> Limits:
    """Pages of 64 KiB, or elements."""
    return Limits(minimum, maximum, is64, shared=False)


def pruned(module: Module) -> Module:
    """Without the functions, imported ones too, that no export, element or start function leads to."""
    bodies = {func.name: func.body for func in module.funcs}
    todo = [export.of for export in module.exports if export.sort is Sort.FUNC]
    todo += [name for elements in module.elements for name in elements.funcs]
    todo += [module.start] if module.start is not None else []
    used: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += called(bodies.get(name, ()))
    return replace(
        module,
        imports=tuple([i for i in module.imports if i.name in used or not isinstance(i.type, FuncType)]),
        funcs=tuple([func for func in module.funcs if func.name in used]),
    )


def called(body: Code) -> list[str]:
    """The functions that ``body`` names."""
    found = (instr for instr in walk(body) if isinstance(instr, Instr))
    return [str(i.arguments[0]) for i in found if OPCODES[i.name][1] == (Immediate.FUNC,)]
