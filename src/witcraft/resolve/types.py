"""Types that are no value types (component-model Explainer, "Type Definitions")."""

from __future__ import annotations

from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.model.types import Resource
from witcraft.resolve.canon import check_signature
from witcraft.resolve.core_types import ModuleDeclarations
from witcraft.resolve.features import Feature
from witcraft.resolve.meaning import ComponentType, InstanceType, ModuleType
from witcraft.resolve.names import article
from witcraft.resolve.scope import Kind, Scope


def resource_type(scope: Scope, ty: tree.ResourceType) -> Resource:
    if scope.kind is not Kind.COMPONENT:
        raise ComponentError(f"{article(scope.kind.value)} cannot define a resource type, only import or export one")
    if ty.rep not in ("i32", "i64"):
        raise ComponentError(f"the representation of a resource is i32 or i64, not {ty.rep}")
    if ty.rep == "i64":
        scope.ledger.require(Feature.MEMORY64, "a representation of 64 bits")
    if ty.dtor is not None:
        wanted = core.FuncType((ty.rep,), ())
        check_signature("the destructor", scope.core_func(ty.dtor), wanted)
    if ty.callback is not None:
        scope.core_func(ty.callback)
    resource = scope.ledger.note(Resource("", ""))
    scope.own_resources[resource] = ty.rep
    return resource


def module_type(scope: Scope, ty: tree.ModuleType) -> ModuleType:
    found = ModuleDeclarations(lambda count, index: scope.outer(count).core_type(index), scope.ledger)
    for declaration in ty.declarations:
        found.declare(declaration)
    return scope.ledger.note(ModuleType(found.imports, found.exports))


def close_instance_type(scope: Scope) -> InstanceType:
    return scope.ledger.note(InstanceType(scope.exports.items, scope.first))


def close_component_type(scope: Scope) -> ComponentType:
    return scope.ledger.note(ComponentType(scope.imports.items, scope.exports.items, scope.first))
