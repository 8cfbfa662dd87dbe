"""A component: its sections in order, with the modules and components inside.

Component-model Binary.md, "Component Definitions", "Instance Definitions", "Start Definitions", "Value Definitions".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from witcraft.binary.canon import canon
from witcraft.binary.core import read_module
from witcraft.binary.cursor import Cursor
from witcraft.binary.customs import component_name, producers
from witcraft.binary.dialect import either
from witcraft.binary.externs import alias, core_sort_index, extern_name, extern_type, import_, sort_index
from witcraft.binary.sections import Layer, custom, preamble, sections
from witcraft.binary.types import core_type_definitions, type_definition
from witcraft.binary.values import type_ref
from witcraft.component.tree import (
    Arg,
    Component,
    CoreArg,
    CoreInlineExport,
    CoreInlineExports,
    CoreInstantiate,
    CoreModule,
    Definition,
    Export,
    InlineExport,
    InlineExports,
    Instantiate,
    NestedComponent,
    Start,
    Value,
)
from witcraft.core.tree import Custom
from witcraft.errors import ComponentError

CUSTOM = 0

MAX_RESULTS = 1000
"""What ``wasmparser`` allows."""


def read_component(c: Cursor) -> Component:
    """The component that fills ``c``."""
    c.descend()
    preamble(c, Layer.COMPONENT)
    definitions, customs = list[Definition](), list[Custom]()
    seen: Counter[str] = Counter()
    for code, section in sections(c, TITLES):
        if code == CUSTOM:
            customs.append(custom(section, len(customs)))
            continue
        step = TITLES[code]
        found = READERS[code](section, seen[step])
        seen[step] += len(found)
        definitions += found
    return Component(
        memoryview(c.data),
        c.base,
        tuple(definitions),
        tuple(customs),
        component_name(customs),
        producers(customs),
    )


# ---- sections ---------------------------------------------------------------------------------------------------

Reader = Callable[[Cursor, int], list[Definition]]
"""A section's definitions; the number counts those of its kind before it, for paths in errors."""


def vector_of(read: Callable[[Cursor], Definition], what: str) -> Reader:
    return lambda section, first: either(section.solid(), lambda c: c.items(read, what, first))


def single(read: Callable[[Cursor], Definition], what: str) -> Reader:
    def reader(section: Cursor, first: int) -> list[Definition]:
        try:
            return [read(section)]
        except ComponentError as error:
            error.enclose(f"{what} {first}")
            raise

    return reader


def core_types(section: Cursor, first: int) -> list[Definition]:
    groups = section.solid().items(core_type_definitions, "core type", first)
    return [definition for group in groups for definition in group]


def core_module(c: Cursor) -> CoreModule:
    return CoreModule(read_module(c), c.base)


def nested_component(c: Cursor) -> NestedComponent:
    return NestedComponent(read_component(c), c.base)


def start(c: Cursor) -> Start:
    offset, func, args = c.offset, c.u32(), c.vector(Cursor.u32, "arguments")
    at, results = c.pos, c.u32()
    if results > MAX_RESULTS:  # each adds a value to an index space, and nothing else bounds the number
        raise c.error(f"a start function with {results} results, more than the {MAX_RESULTS} that engines allow", at)
    c.finish()
    return Start(func, args, results, offset)


def export(c: Cursor) -> Export:
    return Export(
        offset=c.offset,
        name=extern_name(c),
        item=sort_index(c),
        type=c.optional(extern_type, "an optional type"),
    )


def value(c: Cursor) -> Value:
    """The bytes stay unread: what they mean takes the type."""
    offset, type_, size = c.offset, type_ref(c), c.u32()
    return Value(type_, c.part(size, "a value").rest(), offset)


# ---- instances --------------------------------------------------------------------------------------------------

CORE_INSTANCE_SORT = 0x12


def core_instance(c: Cursor) -> CoreInstantiate | CoreInlineExports:
    offset = c.offset
    match c.byte("a core instance"):
        case 0x00:
            return CoreInstantiate(c.u32(), c.vector(core_argument, "arguments"), offset)
        case 0x01:
            return CoreInlineExports(c.vector(core_inline_export, "exports"), offset)
        case form:
            raise c.error(f"core instance expression {form:#x} is unknown", c.pos - 1)


def core_argument(c: Cursor) -> CoreArg:
    name = c.name()
    if (sort := c.byte("a sort")) != CORE_INSTANCE_SORT:
        raise c.error(f"an argument of a core module is a core instance (0x12), not sort {sort:#x}", c.pos - 1)
    return CoreArg(name, c.u32())


def core_inline_export(c: Cursor) -> CoreInlineExport:
    return CoreInlineExport(c.name(), core_sort_index(c))


def instance(c: Cursor) -> Instantiate | InlineExports:
    offset = c.offset
    match c.byte("an instance"):
        case 0x00:
            return Instantiate(c.u32(), c.vector(argument, "arguments"), offset)
        case 0x01:
            return InlineExports(c.vector(inline_export, "exports"), offset)
        case form:
            raise c.error(f"instance expression {form:#x} is unknown", c.pos - 1)


def argument(c: Cursor) -> Arg:
    return Arg(c.name(), sort_index(c))


def inline_export(c: Cursor) -> InlineExport:
    return InlineExport(extern_name(c), sort_index(c))


# ---- the table of sections --------------------------------------------------------------------------------------

TITLES = {
    0: "custom",
    1: "core module",
    2: "core instance",
    3: "core type",
    4: "component",
    5: "instance",
    6: "alias",
    7: "type",
    8: "canon",
    9: "start",
    10: "import",
    11: "export",
    12: "value",
}

READERS: dict[int, Reader] = {
    1: single(core_module, TITLES[1]),
    2: vector_of(core_instance, TITLES[2]),
    3: core_types,
    4: single(nested_component, TITLES[4]),
    5: vector_of(instance, TITLES[5]),
    6: vector_of(alias, TITLES[6]),
    7: vector_of(type_definition, TITLES[7]),
    8: vector_of(canon, TITLES[8]),
    9: single(start, TITLES[9]),
    10: vector_of(import_, TITLES[10]),
    11: vector_of(export, TITLES[11]),
    12: vector_of(value, TITLES[12]),
}
