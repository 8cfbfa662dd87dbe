"""``include``: the items of another world become items of this one (component-model WIT.md, "World inclusion").

Interfaces with a full name are merged; what has a plain name is copied, so that the types of two worlds stay two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from witcraft.model.types import Borrow, Own, Resource, TypeDef, ValType
from witcraft.model.walk import rebuild
from witcraft.model.world import (
    Constructor,
    Freestanding,
    Function,
    FunctionKind,
    Interface,
    Method,
    NamedResource,
    Param,
    Static,
    World,
    WorldItem,
)
from witcraft.model.world import extern_name as key


def renamed(name: str, names: Mapping[str, str]) -> str:
    """``[method]r.m`` is renamed with ``r``."""
    if name in names:
        return names[name]
    if not name.startswith("["):
        return name
    kind, _, rest = name.partition("]")
    resource, dot, member = rest.partition(".")
    return f"{kind}]{names.get(resource, resource)}{dot}{member}"


def plain_names(world: World) -> set[str]:
    """What ``with`` can rename: the plain names of items, and of resources in the names of methods."""
    found: set[str] = set()
    for item in (*world.imports, *world.exports):
        name = key(item)
        if ":" not in name:
            found.add(name.partition("]")[2].partition(".")[0] if name.startswith("[") else name)
    return found


class Copier:
    """Copies items with plain names; a type that is met again is the same copy."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.types: dict[ValType, ValType] = {}
        self.resources: dict[Resource, Resource] = {}
        self.named: dict[int, NamedResource] = {}

    def item(self, item: WorldItem) -> WorldItem:
        match item:
            case TypeDef():
                return self.type_def(item, "", renamed(item.name, self.names))
            case NamedResource():
                return self.named_resource(item, "", renamed(item.name, self.names))
            case Function():
                return self.function(item, renamed(item.extern_name, self.names))
            case Interface(implements=""):
                return self.interface(item, renamed(item.name, self.names))
            case Interface():
                return replace(item, name=renamed(item.name, self.names))
            case _:
                return item

    def interface(self, interface: Interface, name: str) -> Interface:
        types: list[TypeDef | NamedResource] = []
        for item in interface.types:
            if isinstance(item, TypeDef):
                types.append(self.type_def(item, name, item.name))
            else:
                types.append(self.named_resource(item, name, item.name))
        functions = tuple([self.function(function, function.extern_name) for function in interface.functions])
        return replace(interface, name=name, types=tuple(types), functions=functions, copy_of=interface)

    def type_def(self, ty: TypeDef, owner: str, name: str) -> TypeDef:
        copy = replace(ty, owner=owner, name=name, type=self.value(ty.type))
        self.types[ty] = copy
        return copy

    def named_resource(self, item: NamedResource, owner: str, name: str) -> NamedResource:
        of = item.of if item.of is None else self.named.get(id(item.of), item.of)
        if item.of is None and item.resource not in self.resources:
            self.resources[item.resource] = replace(item.resource, owner=owner, name=name)
        resource = self.resources.get(item.resource, item.resource)
        copy = self.named[id(item)] = replace(item, owner=owner, name=name, of=of, resource=resource)
        return copy

    def function(self, function: Function, extern: str) -> Function:
        bare = extern if isinstance(function.kind, Freestanding) else function.name
        params = tuple([Param(param.name, self.value(param.type)) for param in function.params])
        result = None if function.result is None else self.value(function.result)
        return replace(
            function, extern_name=extern, name=bare, kind=self.kind(function.kind), params=params, result=result
        )

    def kind(self, kind: FunctionKind) -> FunctionKind:
        match kind:
            case Freestanding():
                return kind
            case Method(resource):
                return Method(self.resources.get(resource, resource))
            case Static(resource):
                return Static(self.resources.get(resource, resource))
            case Constructor(resource):
                return Constructor(self.resources.get(resource, resource))

    def value(self, ty: ValType) -> ValType:
        found = self.types.get(ty)
        if found is None:
            found = self.types[ty] = self.new(ty)
        return found

    def new(self, ty: ValType) -> ValType:
        match ty:
            case Own(resource, alias) | Borrow(resource, alias):
                copy = self.resources.get(resource, resource)
                new = renamed(alias, self.names)
                return type(ty)(copy, new) if alias else type(ty)(copy)
            case _:
                return rebuild(ty, self.value)
