"""A component: its definitions in sections, with the modules and components inside.

Component-model Binary.md, "Component Definitions", "Instance Definitions", "Start Definitions", "Value Definitions".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import groupby
from typing import assert_never

from witcraft.component.tree import (
    AliasCoreExport,
    AliasExport,
    AliasOuter,
    Arg,
    CanonBuiltin,
    CanonLift,
    CanonLower,
    CanonResource,
    Component,
    CoreArg,
    CoreInlineExport,
    CoreInlineExports,
    CoreInstantiate,
    CoreModule,
    CoreTypeDef,
    Definition,
    Export,
    Import,
    InlineExport,
    InlineExports,
    Instantiate,
    NestedComponent,
    Start,
    TypeDef,
    Value,
)
from witcraft.core.encode import text, u, vector
from witcraft.core.tree import Custom
from witcraft.encode.canon import canon
from witcraft.encode.core_types import recursion_groups
from witcraft.encode.externs import alias, border, core_sort_index, extern_name, extern_type, sort_index
from witcraft.encode.sections import PREAMBLE, Chunks, section
from witcraft.encode.types import any_type, core_types_of, types_after
from witcraft.encode.values import type_ref

Item = Definition | Custom

SECTIONS: dict[type, int] = {
    Custom: 0,
    CoreModule: 1,
    CoreInstantiate: 2,
    CoreInlineExports: 2,
    CoreTypeDef: 3,
    NestedComponent: 4,
    Instantiate: 5,
    InlineExports: 5,
    AliasExport: 6,
    AliasCoreExport: 6,
    AliasOuter: 6,
    TypeDef: 7,
    CanonLift: 8,
    CanonLower: 8,
    CanonResource: 8,
    CanonBuiltin: 8,
    Start: 9,
    Import: 10,
    Export: 11,
    Value: 12,
}
WHOLE = (0, 1, 4, 9)
"""Sections that hold one thing, without a number before it."""


def component_chunks(component: Component) -> Chunks:
    return [PREAMBLE, *section_chunks(component.definitions, component.customs)]


def section_chunks(definitions: Sequence[Definition], customs: Sequence[Custom] = ()) -> Chunks:
    """Both in their own order, neighbours of one kind in one section; offsets say where custom sections stand."""
    found: Chunks = []
    items: Iterable[Item] = merge(definitions, customs, key=offset)
    for code, run in groupby(items, section_id):
        if code in WHOLE:
            found += [chunk for item in run for chunk in section(code, contents(item))]
        else:
            groups = recursion_groups(run, types_after)  # all of one, but for core types
            encoded = [chunk for group in groups for chunk in contents(*group)]
            found += section(code, [u(len(encoded)), *encoded])
    return found


def offset(item: Item) -> int:
    return item.offset


def section_id(item: Item) -> int:
    return SECTIONS[type(item)]


def contents(item: Item, *others: Item) -> Chunks:
    """Of one chunk, for whatever shares its section with others. ``others``: the rest of a recursion group."""
    match item:
        case Custom(name, data):
            return [text(name), data]
        case CoreModule(module):
            return [module.data]
        case NestedComponent(component):
            return component_chunks(component)
        case Import():
            return [border(item)]
        case Export():
            return [export(item)]
        case TypeDef(type_):
            return [any_type(type_)]
        case AliasExport() | AliasCoreExport() | AliasOuter():
            return [alias(item)]
        case CanonLift() | CanonLower() | CanonResource() | CanonBuiltin():
            return [canon(item)]
        case CoreInstantiate() | CoreInlineExports():
            return [core_instance(item)]
        case Instantiate() | InlineExports():
            return [instance(item)]
        case CoreTypeDef():
            return [core_types_of([item, *others])]
        case Start():
            return [start(item)]
        case Value():
            return [value(item)]
        case _:
            assert_never(item)


# ---- definitions ------------------------------------------------------------------------------------------------


def start(item: Start) -> bytes:
    return u(item.func) + vector(item.args, u) + u(item.results)


def export(item: Export) -> bytes:
    ascribed = b"\x00" if item.type is None else b"\x01" + extern_type(item.type)
    return extern_name(item.name) + sort_index(item.item) + ascribed


def value(item: Value) -> bytes:
    return type_ref(item.type) + u(len(item.data)) + bytes(item.data)


def core_instance(item: CoreInstantiate | CoreInlineExports) -> bytes:
    match item:
        case CoreInstantiate(module, args):
            return b"\x00" + u(module) + vector(args, core_argument)
        case CoreInlineExports(exports):
            return b"\x01" + vector(exports, core_inline_export)
        case _:
            assert_never(item)


def core_argument(arg: CoreArg) -> bytes:
    return text(arg.name) + b"\x12" + u(arg.instance)


def core_inline_export(export_: CoreInlineExport) -> bytes:
    return text(export_.name) + core_sort_index(export_.item)


def instance(item: Instantiate | InlineExports) -> bytes:
    match item:
        case Instantiate(component, args):
            return b"\x00" + u(component) + vector(args, argument)
        case InlineExports(exports):
            return b"\x01" + vector(exports, inline_export)
        case _:
            assert_never(item)


def argument(arg: Arg) -> bytes:
    return text(arg.name) + sort_index(arg.item)


def inline_export(export_: InlineExport) -> bytes:
    return extern_name(export_.name) + sort_index(export_.item)
