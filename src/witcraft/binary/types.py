"""Type definitions: values, functions, resources, components and instances; and the core types of a component.

Component-model Binary.md, "Type Definitions".
"""

from __future__ import annotations

from typing import TypeVar

from witcraft.binary.core_types import (
    global_type,
    memory_type,
    recursion_group,
    table_type,
    tag_attribute,
    value_type,
)
from witcraft.binary.cursor import Cursor
from witcraft.binary.externs import alias, export_declaration, import_
from witcraft.binary.values import DEFINITIONS, PRIMITIVES, field, result_list
from witcraft.component.tree import (
    ComponentType,
    CoreExternType,
    CoreTypeDef,
    Declaration,
    DefinedValueType,
    FuncOfType,
    FuncType,
    InstanceType,
    ModuleExport,
    ModuleImport,
    ModuleOuterAlias,
    ModuleType,
    ResourceType,
    TagOfType,
    TypeDef,
)
from witcraft.core import tree as core

T = TypeVar("T")

AnyType = DefinedValueType | FuncType | ComponentType | InstanceType | ResourceType
ModuleDeclaration = ModuleImport | ModuleExport | ModuleOuterAlias | core.CoreType


def type_definition(c: Cursor) -> TypeDef:
    return TypeDef(offset=c.offset, type=any_type(c))


def any_type(c: Cursor) -> AnyType:
    opcode = c.byte("a type")
    if opcode in PRIMITIVES:
        return PRIMITIVES[opcode]
    if opcode in DEFINITIONS:
        return DEFINITIONS[opcode](c)
    match opcode:
        case 0x40 | 0x43:
            return FuncType(c.vector(field, "parameters"), result_list(c), is_async=opcode == 0x43)
        case 0x41:
            return ComponentType(declarations(c, "component type"))
        case 0x42:
            return InstanceType(declarations(c, "instance type"))
        case 0x3F:
            return ResourceType(value_type(c), c.optional(Cursor.u32, "a destructor"))
        case 0x3E:
            return ResourceType(value_type(c), c.u32(), True, c.optional(Cursor.u32, "a callback"))
        case _:
            raise c.error(f"type {opcode:#x} is unknown", c.pos - 1)


# ---- component and instance types -------------------------------------------------------------------------------


def declarations(c: Cursor, noun: str) -> tuple[Declaration, ...]:
    c.descend()
    found: list[Declaration] = []
    for _ in range(c.count("declarations")):
        found += declaration(c, noun)
    c.ascend()
    return tuple(found)


def declaration(c: Cursor, noun: str) -> tuple[Declaration, ...]:
    match c.byte("a declaration"):
        case 0x00:
            return core_type_definitions(c)
        case 0x01:
            return (type_definition(c),)
        case 0x02:
            return (alias(c),)
        case 0x03 if noun == "component type":
            return (import_(c),)
        case 0x04:
            return (export_declaration(c),)
        case kind:
            raise c.error(f"declaration {kind:#x} is unknown in {noun}s", c.pos - 1)


# ---- core types -------------------------------------------------------------------------------------------------


def core_type_definitions(c: Cursor) -> tuple[CoreTypeDef, ...]:
    """``core:deftype``. 0x50 is a module type here; a ``sub`` type, which has that opcode elsewhere, follows a 0x00."""
    offset = c.offset
    match c.peek("a core type"):
        case 0x50:
            c.pos += 1
            return (CoreTypeDef(module_type(c), offset),)
        case 0x00:
            c.pos += 1
            if c.peek("a core type") != 0x50:
                raise c.error("0 stands before a sub type (0x50) only")
    return tuple(CoreTypeDef(type_, offset) for type_ in recursion_group(c))


def module_type(c: Cursor) -> ModuleType:
    found: list[ModuleDeclaration] = []
    for _ in range(c.count("declarations")):
        found += module_declaration(c)
    return ModuleType(tuple(found))


def module_declaration(c: Cursor) -> tuple[ModuleDeclaration, ...]:
    match c.byte("a declaration"):
        case 0x00:
            return (ModuleImport(c.name(), c.name(), core_extern_type(c)),)
        case 0x01:
            return recursion_group(c)
        case 0x02:
            return (outer_alias(c),)
        case 0x03:
            return (ModuleExport(c.name(), core_extern_type(c)),)
        case kind:
            raise c.error(f"declaration {kind:#x} is unknown in module types", c.pos - 1)


def outer_alias(c: Cursor) -> ModuleOuterAlias:
    start = c.pos
    if (c.byte("an alias"), c.byte("an alias")) != (0x10, 0x01):
        raise c.error("an alias in a module type is an outer one of a core type (0x10 0x01)", start)
    return ModuleOuterAlias(c.u32(), c.u32())


def core_extern_type(c: Cursor) -> CoreExternType:
    match c.byte("a core type"):
        case 0x00:
            return FuncOfType(c.u32())
        case 0x01:
            return table_type(c)
        case 0x02:
            return memory_type(c)
        case 0x03:
            return global_type(c)
        case 0x04:
            tag_attribute(c)
            return TagOfType(c.u32())
        case kind:
            raise c.error(f"core import or export kind {kind:#x} is unknown", c.pos - 1)
