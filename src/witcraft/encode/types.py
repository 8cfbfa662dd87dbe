"""Type definitions: values, functions, resources, components and instances.

Component-model Binary.md, "Type Definitions".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from witcraft.component.tree import (
    AliasCoreExport,
    AliasExport,
    AliasOuter,
    ComponentType,
    CoreTypeDef,
    Declaration,
    DefinedValueType,
    ExportDecl,
    FuncType,
    Import,
    InstanceType,
    ResourceType,
    TypeDef,
)
from witcraft.core.encode import u, vector
from witcraft.encode import core_types
from witcraft.encode.core_types import recursion_groups, value_type
from witcraft.encode.externs import alias, border
from witcraft.encode.values import defined_type, field, result_list

AnyType = DefinedValueType | FuncType | ComponentType | InstanceType | ResourceType


def any_type(type_: AnyType) -> bytes:
    match type_:
        case FuncType(params, result, is_async):
            return (b"\x43" if is_async else b"\x40") + vector(params, field) + result_list(result)
        case ComponentType(declarations):
            return b"\x41" + vector(recursion_groups(declarations, types_after), declaration)
        case InstanceType(declarations):
            return b"\x42" + vector(recursion_groups(declarations, types_after), declaration)
        case ResourceType():
            return resource_type(type_)
        case _:
            return defined_type(type_)


def resource_type(type_: ResourceType) -> bytes:
    """``is_async``: the older form, whose destructor is always there."""
    rep = value_type(type_.rep)
    if not type_.is_async:
        return b"\x3f" + rep + optional_index(type_.dtor)
    if type_.dtor is None:
        raise ValueError("an asynchronous resource type has a destructor")
    return b"\x3e" + rep + u(type_.dtor) + optional_index(type_.callback)


def optional_index(index: int | None) -> bytes:
    return b"\x00" if index is None else b"\x01" + u(index)


def types_after(item: object) -> int:
    """How many core types of the same recursion group come after it."""
    return core_types.types_after(item.type) if isinstance(item, CoreTypeDef) else 0


def core_types_of(group: Sequence[object]) -> bytes:
    return core_types.core_type_definition([item.type for item in group if isinstance(item, CoreTypeDef)])


def declaration(group: Sequence[Declaration]) -> bytes:
    """One, or the core types of a recursion group."""
    match item := group[0]:
        case CoreTypeDef():
            return b"\x00" + core_types_of(group)
        case TypeDef(type_):
            return b"\x01" + any_type(type_)
        case AliasExport() | AliasCoreExport() | AliasOuter():
            return b"\x02" + alias(item)
        case Import():
            return b"\x03" + border(item)
        case ExportDecl():
            return b"\x04" + border(item)
        case _:
            assert_never(item)
