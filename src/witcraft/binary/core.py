"""Core modules, as deep as a component needs: types, imports, exports, memories, custom sections; never code or data.

WebAssembly core specification 3.0, "Binary Format / Modules". Groups of imports: "compact import section" proposal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from witcraft.binary.constant import skip_expression
from witcraft.binary.core_types import global_type, memory_type, recursion_group, table_type, tag_attribute
from witcraft.binary.cursor import Cursor
from witcraft.binary.customs import module_name, producers
from witcraft.binary.sections import Layer, custom, preamble, sections
from witcraft.core.tree import (
    CoreType,
    Custom,
    Export,
    ExternType,
    FuncType,
    GlobalType,
    Import,
    MemoryType,
    Module,
    TableType,
    TagType,
)
from witcraft.errors import ComponentError

TITLES = {
    0: "custom",
    1: "type",
    2: "import",
    3: "function",
    4: "table",
    5: "memory",
    6: "global",
    7: "export",
    8: "start",
    9: "element",
    10: "code",
    11: "data",
    12: "data count",
    13: "tag",
}
ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)
"""What every section but custom ones keeps to; an export finds its type because of it."""

FUNCTION, TABLE, MEMORY, GLOBAL, TAG = range(5)
GROUP_OF_ITEMS, GROUP_OF_NAMES = 0x7F, 0x7E


@dataclass(slots=True)
class Spaces:
    """A module while it is read. ``items`` are its index spaces by kind: functions, tables, memories, globals, tags."""

    types: list[CoreType] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    items: tuple[list[ExternType], ...] = field(default_factory=lambda: ([], [], [], [], []))

    def memories(self) -> tuple[MemoryType, ...]:
        return tuple(memory for memory in self.items[MEMORY] if isinstance(memory, MemoryType))


def read_module(c: Cursor) -> Module:
    """The module that fills ``c``."""
    preamble(c, Layer.MODULE)
    spaces, customs, last = Spaces(), list[Custom](), -1
    for code, section in sections(c, TITLES):
        if code == 0:
            customs.append(custom(section, len(customs)))
            continue
        if ORDER.index(code) <= last:
            raise ComponentError(f"{section.title} is repeated or out of order", section.base)
        last = ORDER.index(code)
        if code in READERS:
            READERS[code](spaces, section.solid())
    return Module(
        memoryview(c.data),
        c.base,
        tuple(spaces.types),
        tuple(spaces.imports),
        tuple(spaces.exports),
        spaces.memories(),
        tuple(customs),
        module_name(customs),
        producers(customs),
    )


# ---- sections ---------------------------------------------------------------------------------------------------


def type_section(spaces: Spaces, c: Cursor) -> None:
    for types in c.items(recursion_group, "type"):
        spaces.types += types


def import_section(spaces: Spaces, c: Cursor) -> None:
    c.items(partial(read_imports, spaces), "import")


def function_section(spaces: Spaces, c: Cursor) -> None:
    spaces.items[FUNCTION].extend(c.items(partial(function_type, spaces), "function"))


def table_section(spaces: Spaces, c: Cursor) -> None:
    spaces.items[TABLE].extend(c.items(table, "table"))


def memory_section(spaces: Spaces, c: Cursor) -> None:
    spaces.items[MEMORY].extend(c.items(memory_type, "memory"))


def tag_section(spaces: Spaces, c: Cursor) -> None:
    spaces.items[TAG].extend(c.items(partial(tag_type, spaces), "tag"))


def global_section(spaces: Spaces, c: Cursor) -> None:
    spaces.items[GLOBAL].extend(c.items(global_, "global"))


def export_section(spaces: Spaces, c: Cursor) -> None:
    spaces.exports += c.items(partial(export, spaces), "export")


READERS = {
    1: type_section,
    2: import_section,
    3: function_section,
    4: table_section,
    5: memory_section,
    6: global_section,
    7: export_section,
    13: tag_section,
}


# ---- what they hold ---------------------------------------------------------------------------------------------


def function_type(spaces: Spaces, c: Cursor) -> FuncType:
    """An index into the module's types, followed."""
    start = c.pos
    index = c.u32()
    try:
        type_ = spaces.types[index]
    except IndexError:
        raise c.error(f"there is no type {index} in this module", start) from None
    if isinstance(type_, FuncType):
        return type_
    raise c.error(f"type {index} is not a function type", start)


def tag_type(spaces: Spaces, c: Cursor) -> TagType:
    tag_attribute(c)
    return TagType(function_type(spaces, c))


def table(c: Cursor) -> TableType:
    if c.peek("a table") != 0x40:
        return table_type(c)
    c.pos += 1
    if reserved := c.byte("a table"):
        raise c.error(f"a table with an initial value goes on with 0, not {reserved:#x}", c.pos - 1)
    type_ = table_type(c)
    skip_expression(c)
    return type_


def global_(c: Cursor) -> GlobalType:
    type_ = global_type(c)
    skip_expression(c)
    return type_


def export(spaces: Spaces, c: Cursor) -> Export:
    start = c.pos
    name = c.name()
    kind = c.byte("an export")
    index = c.u32()
    try:
        type_ = spaces.items[kind][index]
    except IndexError:
        raise c.error(f"the module has no item of kind {kind:#x} and index {index} to export", start) from None
    return Export(name, type_, c.base + start, index)


def read_imports(spaces: Spaces, c: Cursor) -> None:
    """One import, or a group out of one module: names with a type each, or names of one type."""
    offset = c.base + c.pos
    module = c.name()
    name = c.name()
    kind = c.byte("an import")
    if name or kind not in (GROUP_OF_ITEMS, GROUP_OF_NAMES):
        add_import(spaces, kind, Import(module, name, extern_type(spaces, c, kind), offset))
    elif kind == GROUP_OF_ITEMS:
        for _ in range(c.count("imports")):
            name, kind = c.name(), c.byte("an import")
            add_import(spaces, kind, Import(module, name, extern_type(spaces, c, kind), offset))
    else:
        kind = c.byte("an import")
        common = extern_type(spaces, c, kind)
        for _ in range(c.count("imports")):
            add_import(spaces, kind, Import(module, c.name(), common, offset))


def add_import(spaces: Spaces, kind: int, item: Import) -> None:
    """Imports come first in every index space."""
    spaces.imports.append(item)
    spaces.items[kind].append(item.type)


def extern_type(spaces: Spaces, c: Cursor, kind: int) -> ExternType:
    match kind:
        case 0x00:
            return function_type(spaces, c)
        case 0x01:
            return table_type(c)
        case 0x02:
            return memory_type(c)
        case 0x03:
            return global_type(c)
        case 0x04:
            return tag_type(spaces, c)
        case _:
            raise c.error(f"import kind {kind:#x} is unknown", c.pos - 1)
