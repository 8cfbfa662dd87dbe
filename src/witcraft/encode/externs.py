"""What crosses a component's border, and how it is referred to: sorts, names, aliases, types of imports and exports.

Component-model Binary.md, "Instance Definitions", "Alias Definitions", "Type Definitions" (``externtype``) and
"Import and Export Definitions".
"""

from __future__ import annotations

from typing import assert_never

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
from witcraft.core.encode import text, u
from witcraft.encode.values import type_ref

# ---- sorts ------------------------------------------------------------------------------------------------------


def sort(sort_: AnySort) -> bytes:
    return bytes([sort_.value]) if isinstance(sort_, Sort) else bytes([0x00, sort_.value])


def sort_index(item: SortIndex) -> bytes:
    return sort(item.sort) + u(item.index)


def core_sort_index(item: SortIndex) -> bytes:
    return bytes([item.sort.value]) + u(item.index)


# ---- aliases ----------------------------------------------------------------------------------------------------


def alias(alias_: Alias) -> bytes:
    match alias_:
        case AliasExport(kind, instance, name):
            return sort(kind) + b"\x00" + u(instance) + text(name)
        case AliasCoreExport(kind, instance, name):
            return sort(kind) + b"\x01" + u(instance) + text(name)
        case AliasOuter(kind, count, index):
            return sort(kind) + b"\x02" + u(count) + u(index)
        case _:
            assert_never(alias_)


# ---- names ------------------------------------------------------------------------------------------------------


def extern_name(name: ExternName) -> bytes:
    """``nameattributes``: attributes by their codes 0, 1, 2, if there are any."""
    values = (name.implements, name.version_suffix, name.external_id)
    attributes = [bytes([code]) + text(value) for code, value in enumerate(values) if value is not None]
    if not attributes:
        return b"\x00" + text(name.name)
    return b"\x02" + text(name.name) + u(len(attributes)) + b"".join(attributes)


# ---- types of imports and exports -------------------------------------------------------------------------------


def extern_type(type_: ExternDesc) -> bytes:
    match type_:
        case ModuleExtern(index):
            return b"\x00\x11" + u(index)
        case FuncExtern(index):
            return b"\x01" + u(index)
        case ValueExtern():
            return b"\x02" + value_bound(type_)
        case TypeExtern(TypeEq(index)):
            return b"\x03\x00" + u(index)
        case TypeExtern(SubResource()):
            return b"\x03\x01"
        case TypeExtern():
            raise AssertionError(type_)
        case ComponentExtern(index):
            return b"\x04" + u(index)
        case InstanceExtern(index):
            return b"\x05" + u(index)
        case _:
            assert_never(type_)


def value_bound(type_: ValueExtern) -> bytes:
    """As the specification has it; ``binary/dialect.py`` has the other form."""
    if type_.type is not None:
        return b"\x01" + type_ref(type_.type)
    if type_.equals is None:
        raise ValueError("a value has a type or equals another")
    return b"\x00" + u(type_.equals)


def border(item: Import | ExportDecl) -> bytes:
    """A name and a type: an import, or an export inside a component or instance type."""
    return extern_name(item.name) + extern_type(item.type)
