"""What crosses a component's border, and how it is referred to: sorts, names, aliases, types of imports and exports.

Component-model Binary.md, "Instance Definitions", "Alias Definitions", "Type Definitions" (``externtype``) and
"Import and Export Definitions".
"""

from __future__ import annotations

from witcraft.binary.cursor import Cursor
from witcraft.binary.dialect import fork
from witcraft.binary.values import type_ref
from witcraft.component.tree import (
    Alias,
    AliasCoreExport,
    AliasExport,
    AliasOuter,
    AnySort,
    ComponentExtern,
    ExportDecl,
    ExternDesc,
    ExternName,
    FuncExtern,
    Import,
    InstanceExtern,
    ModuleExtern,
    Sort,
    SortIndex,
    SubResource,
    TypeEq,
    TypeExtern,
    ValueExtern,
)
from witcraft.core import tree as core

SORTS: dict[int, Sort] = {sort.value: sort for sort in Sort}
CORE_SORTS: dict[int, core.Sort] = {sort.value: sort for sort in core.Sort}
OUTER_SORTS = (Sort.TYPE, Sort.COMPONENT, core.Sort.TYPE, core.Sort.MODULE)

ATTRIBUTES = {0x00: "implements", 0x01: "version_suffix", 0x02: "external_id"}


# ---- sorts ------------------------------------------------------------------------------------------------------


def sort(c: Cursor) -> AnySort:
    code = c.byte("a sort")
    if code == 0x00:
        return core_sort(c)
    if code not in SORTS:
        raise c.error(f"sort {code:#x} is unknown", c.pos - 1)
    return SORTS[code]


def core_sort(c: Cursor) -> core.Sort:
    code = c.byte("a core sort")
    if code not in CORE_SORTS:
        raise c.error(f"core sort {code:#x} is unknown", c.pos - 1)
    return CORE_SORTS[code]


def sort_index(c: Cursor) -> SortIndex:
    return SortIndex(sort(c), c.u32())


def core_sort_index(c: Cursor) -> SortIndex:
    return SortIndex(core_sort(c), c.u32())


# ---- aliases ----------------------------------------------------------------------------------------------------


def alias(c: Cursor) -> Alias:
    start = c.pos
    offset = c.base + start
    kind = sort(c)
    match c.byte("an alias"):
        case 0x00:
            return AliasExport(kind, c.u32(), c.name(), offset)
        case 0x01:
            if isinstance(kind, Sort):
                raise c.error("an alias of a core export has a sort that is not core", start)
            return AliasCoreExport(kind, c.u32(), c.name(), offset)
        case 0x02:
            if kind not in OUTER_SORTS:
                raise c.error("an outer alias is of a type, component, core type or core module only", start)
            return AliasOuter(kind, c.u32(), c.u32(), offset)
        case target:
            raise c.error(f"alias target {target:#x} is unknown", c.pos - 1)


# ---- names ------------------------------------------------------------------------------------------------------


def extern_name(c: Cursor) -> ExternName:
    """``nameattributes``. 0x01 once marked interfaces and means nothing any more."""
    form = c.byte("a name")
    if form > 2:
        raise c.error(f"name form {form:#x} is unknown", c.pos - 1)
    name = c.name()
    return ExternName(name, **attributes(c)) if form == 2 else ExternName(name)


def attributes(c: Cursor) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(c.count("attributes")):
        start = c.pos
        code = c.byte("an attribute")
        if code not in ATTRIBUTES:
            raise c.error(f"name attribute {code:#x} is unknown", start)
        if ATTRIBUTES[code] in found:
            raise c.error(f"name attribute {ATTRIBUTES[code].replace('_', '-')} is repeated", start)
        found[ATTRIBUTES[code]] = c.name()
    return found


# ---- types of imports and exports -------------------------------------------------------------------------------


def extern_type(c: Cursor) -> ExternDesc:
    start = c.pos
    match sort(c):
        case core.Sort.MODULE:
            return ModuleExtern(c.u32())
        case Sort.FUNC:
            return FuncExtern(c.u32())
        case Sort.VALUE:
            return value_bound(c)
        case Sort.TYPE:
            return type_bound(c)
        case Sort.COMPONENT:
            return ComponentExtern(c.u32())
        case Sort.INSTANCE:
            return InstanceExtern(c.u32())
        case other:
            raise c.error(f"a core {other.name.lower()} can be neither imported nor exported here", start)


def type_bound(c: Cursor) -> TypeExtern:
    match c.byte("a type bound"):
        case 0x00:
            return TypeExtern(TypeEq(c.u32()))
        case 0x01:
            return TypeExtern(SubResource())
        case bound:
            raise c.error(f"type bound {bound:#x} is unknown", c.pos - 1)


def value_bound(c: Cursor) -> ValueExtern:
    if fork(c):
        return ValueExtern(type_ref(c), None)
    match c.byte("a value bound"):
        case 0x00:
            return ValueExtern(None, c.u32())
        case 0x01:
            return ValueExtern(type_ref(c), None)
        case bound:
            raise c.error(f"value bound {bound:#x} is unknown", c.pos - 1)


def import_(c: Cursor) -> Import:
    return Import(offset=c.offset, name=extern_name(c), type=extern_type(c))


def export_declaration(c: Cursor) -> ExportDecl:
    return ExportDecl(offset=c.offset, name=extern_name(c), type=extern_type(c))
