"""A component's imports and exports as a ``World``: from meanings to the model."""

from __future__ import annotations

from collections.abc import Mapping

from witcraft.component import tree
from witcraft.component.spell import core_extern_type
from witcraft.model.types import Resource, TypeDef
from witcraft.model.world import (
    ComponentItem,
    Constructor,
    CoreModule,
    CoreModuleType,
    Freestanding,
    Function,
    FunctionKind,
    Interface,
    Method,
    NamedResource,
    Static,
    World,
    WorldItem,
)
from witcraft.resolve import names
from witcraft.resolve.docs import WorldDocs
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    FuncType,
    Instance,
    InstanceType,
    ModuleType,
    TypeItem,
    ValueItem,
)


def world(
    component: tree.Component, docs: WorldDocs, imports: Mapping[str, Extern], exports: Mapping[str, Extern]
) -> World:
    ins, outs = Side("import", docs).items("", imports), Side("export", docs).items("", exports)
    return World(component.name or "root", ins, outs, docs.text())


class Side:
    """The items of one side. ``owner`` is the interface around an item, "" at the root."""

    def __init__(self, verb: str, docs: WorldDocs) -> None:
        self.verb, self.docs = verb, docs

    def items(self, owner: str, externs: Mapping[str, Extern]) -> tuple[WorldItem, ...]:
        resources = named_resources(externs)
        return tuple([self.item(owner, name, extern, resources) for name, extern in externs.items()])

    def item(self, owner: str, name: str, extern: Extern, resources: Mapping[str, Resource]) -> WorldItem:
        match extern:
            case FuncType():
                return self.function(owner, name, extern, resources)
            case Instance():
                return self.interface(name, extern)
            case TypeItem(ty):
                return type_item(owner, name, ty)
            case ModuleType():
                return CoreModule(name, core_module_type(extern))
            case ComponentType():
                return ComponentItem(name)
            case ValueItem():
                return ComponentItem(name, "value")

    def function(self, owner: str, name: str, ty: FuncType, resources: Mapping[str, Resource]) -> Function:
        bare, kind = function_kind(name, resources)
        return Function(
            name, bare, kind, ty.params, ty.result, ty.is_async, self.docs.of_function(self.verb, owner, name)
        )

    def interface(self, name: str, instance: Instance) -> Interface:
        items = self.items(name, instance.exports)
        return Interface(
            name,
            tuple([item for item in items if isinstance(item, TypeDef | NamedResource)]),
            tuple([item for item in items if isinstance(item, Function)]),
            tuple([item for item in items if not isinstance(item, TypeDef | NamedResource | Function)]),
            self.docs.of_interface(self.verb, name),
        )


def named_resources(externs: Mapping[str, Extern]) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for name, extern in externs.items():
        if isinstance(extern, TypeItem) and isinstance(extern.type, Resource):
            found[name] = extern.type
    return found


def function_kind(name: str, resources: Mapping[str, Resource]) -> tuple[str, FunctionKind]:
    """The bare word of a function's name, and what the rest says."""
    match names.parse(name):
        case names.Annotated("constructor", resource):
            return "constructor", Constructor(resources[resource])
        case names.Annotated("method", resource, member):
            return member, Method(resources[resource])
        case names.Annotated("static", resource, member):
            return member, Static(resources[resource])
        case _:
            return name, Freestanding()


def type_item(owner: str, name: str, ty: AnyType) -> WorldItem:
    match ty:
        case TypeDef():
            return ty
        case Resource():
            return NamedResource(name, ty, owner)
        case FuncType():
            return ComponentItem(name, "function type")
        case InstanceType():
            return ComponentItem(name, "instance type")
        case _:
            return ComponentItem(name, "component type")


def core_module_type(ty: ModuleType) -> CoreModuleType:
    return CoreModuleType(
        tuple([(module, name, core_extern_type(extern)) for (module, name), extern in ty.imports.items()]),
        tuple([(name, core_extern_type(extern)) for name, extern in ty.exports.items()]),
    )
