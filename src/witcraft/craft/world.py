"""An interface or a world as a component type: what is imported, then what is exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from witcraft.component import tree
from witcraft.craft.scope import NO_OFFSET, Named, Scope, extern_name, origin_of
from witcraft.errors import EmitError
from witcraft.model.package import Packages
from witcraft.model.types import TypeDef
from witcraft.model.world import (
    ComponentItem,
    CoreModule,
    Freestanding,
    Function,
    Interface,
    NamedResource,
    Statement,
    World,
    WorldItem,
)

Bound = tree.TypeEq | tree.SubResource
Border = type[tree.Import] | type[tree.ExportDecl]

NO_STATEMENT = Statement()


# ---- component types ---------------------------------------------------------------------------------------------


def interface_type(packages: Packages, interface: Interface) -> tree.ComponentType:
    """Imports what ``interface`` uses, types only, and exports it.

    An interface is imported with all its types, whichever are used: so everybody has them in the same order.
    """
    outer = Outer({})
    for used in live(packages, interface):
        outer.instance(tree.Import, tree.ExternName(used.name), used, with_functions=False)
    outer.instance(tree.ExportDecl, tree.ExternName(interface.name), interface)
    return tree.ComponentType(tuple(outer.declarations))


def world_type(world: World) -> tree.ComponentType:
    outer = Outer({item.name: item for item in world.imports if isinstance(item, TypeDef | NamedResource)})
    for item in world.imports:
        outer.item(tree.Import, item, world.import_statements)
    for item in world.exports:
        outer.item(tree.ExportDecl, item, world.export_statements)
    return tree.ComponentType(tuple(outer.declarations))


# ---- what an interface uses --------------------------------------------------------------------------------------


def live(packages: Packages, interface: Interface) -> list[Interface]:
    """All that ``interface`` uses, directly or not, what is used before who uses it; without itself."""
    found: dict[str, Interface] = {}
    todo = [(interface, used_by(interface))]
    while todo:
        current, rest = todo[-1]
        if not rest:
            found[current.name] = current
            todo.pop()
        elif (name := rest.pop(0)) not in found:
            used = named_interface(packages, name)
            todo.append((used, used_by(used)))
    del found[interface.name]
    return list(found.values())


def used_by(interface: Interface) -> list[str]:
    """The extern names of the interfaces that it uses types of."""
    owners = [origin.owner for origin in map(origin_of, interface.types) if origin is not None]
    return [owner for owner in dict.fromkeys(owners) if owner != interface.name]


def named_interface(packages: Packages, name: str) -> Interface:
    found = packages.interface(name)
    if found is None:
        raise EmitError(f"interface {name} is used, but is in none of the packages")
    return found


# ---- scopes ------------------------------------------------------------------------------------------------------


class Outer(Scope):
    """The component type around: its own types are those of a world, and imports."""

    def __init__(self, own: Mapping[str, Named]) -> None:
        super().__init__("", own)
        self.instances: dict[str, int] = {}  # the latest, by the interface that it has the types of
        self.instance_count = 0

    def introduce(self, name: tree.ExternName, bound: Bound) -> tree.Import:
        return tree.Import(name, tree.TypeExtern(bound), NO_OFFSET)

    def bring(self, owner: str, name: str) -> int:
        if owner not in self.instances:
            raise EmitError(f"type {name} of interface {owner} is used, but the interface is not imported before")
        return self.add(tree.AliasExport(tree.Sort.TYPE, self.instances[owner], name, NO_OFFSET))

    def item(self, border: Border, item: WorldItem, statements: Mapping[str, Statement]) -> None:
        match item:
            case Interface():
                external_id = statements.get(item.name, NO_STATEMENT).external_id
                name = tree.ExternName(item.name, item.implements or None, external_id=external_id)
                self.instance(border, name, item)
            case Function():
                self.declarations.append(exported(border, item, self.function(item)))
            case TypeDef() | NamedResource():
                self.name(item)
            case CoreModule() | ComponentItem():
                raise EmitError(f"{item.name}: no WIT can say this, so no world has it")
            case _:
                assert_never(item)

    def instance(
        self, border: Border, name: tree.ExternName, interface: Interface, with_functions: bool = True
    ) -> None:
        inner = Inner(interface, self)
        for named in interface.types:
            inner.name(named)
        for function in in_order(interface) if with_functions else ():
            inner.declarations.append(exported(tree.ExportDecl, function, inner.function(function)))
        index = self.define(tree.InstanceType(tuple(inner.declarations)))
        self.declarations.append(border(name, tree.InstanceExtern(index), NO_OFFSET))
        self.instances[inner.owner] = self.instance_count
        self.instance_count += 1


class Inner(Scope):
    """The type of an instance: an interface inside of ``outer``."""

    def __init__(self, interface: Interface, outer: Outer) -> None:
        super().__init__(interface.implements or interface.name, {named.name: named for named in interface.types})
        self.outer = outer

    def introduce(self, name: tree.ExternName, bound: Bound) -> tree.ExportDecl:
        return tree.ExportDecl(name, tree.TypeExtern(bound), NO_OFFSET)

    def bring(self, owner: str, name: str) -> int:
        return self.add(tree.AliasOuter(tree.Sort.TYPE, 1, self.outer.brought(owner, name), NO_OFFSET))


def exported(border: Border, function: Function, index: int) -> tree.Import | tree.ExportDecl:
    return border(extern_name(function.extern_name, function.external_id), tree.FuncExtern(index), NO_OFFSET)


def in_order(interface: Interface) -> list[Function]:
    """What belongs to resources first, in their order: as text has it."""
    resources = [named.resource if isinstance(named, NamedResource) else None for named in interface.types]

    def place(function: Function) -> int:
        return len(resources) if isinstance(function.kind, Freestanding) else resources.index(function.kind.resource)

    return sorted(interface.functions, key=place)
