"""Imports and exports (component-model Explainer, "Import and Export Definitions")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never

from witcraft.component import tree
from witcraft.errors import ComponentError
from witcraft.model.types import NO_DOCS, Resource, TypeDef
from witcraft.resolve import values
from witcraft.resolve.features import Feature
from witcraft.resolve.ledger import is_value
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    Instance,
    InstanceType,
    ModuleType,
    TypeItem,
    ValueItem,
)
from witcraft.resolve.mentions import mentioned
from witcraft.resolve.names import quoted
from witcraft.resolve.naming import Exporter
from witcraft.resolve.scope import Kind, Scope, of_class
from witcraft.resolve.substitute import Opening, nothing_open, open_instance
from witcraft.resolve.subtype import check


def import_(scope: Scope, definition: tree.Import) -> None:
    since = scope.ledger.next_stamp()
    extern = declared(scope, "import", definition.name.name, definition.type)
    scope.append(extern)
    scope.imports.introduce(definition.name, extern)
    with of_extern("import", definition.name):
        check_no_own_resource(scope, extern, since)
        scope.imports.check_visible(extern)


def check_no_own_resource(scope: Scope, extern: Extern, since: int) -> None:
    """A resource type that is imported is new (not older than ``since``), was imported before, or is from outside."""
    match extern:
        case Instance(exports):
            for export in exports.values():
                check_no_own_resource(scope, export, since)
        case TypeItem(Resource() as resource):
            check_not_own(scope, resource, since)
        case (ComponentType() as template) | TypeItem((InstanceType() | ComponentType()) as template):
            for resource in mentioned(scope.ledger, template):
                check_not_own(scope, resource, since)
        case _:
            pass


def check_not_own(scope: Scope, resource: Resource, since: int) -> None:
    if scope.first <= scope.ledger.stamp(resource) < since and resource not in scope.imports.visible:
        raise ComponentError("an import cannot mention a resource type that is made inside")


def export(scope: Scope, definition: tree.Export) -> None:
    extern, name = scope.extern(definition.item), definition.name.name
    if definition.type is not None:
        with of_extern("export", definition.name):
            extern = ascribe(scope, extern, definition.type, name)
    owner = name if isinstance(extern, Instance) else ""
    exporter = Exporter(scope.exports, owner, scope.docs.of_types("export", owner))
    enter_export(scope, definition.name, exporter.extern(name, extern))


def enter_export(scope: Scope, name: tree.ExternName, extern: Extern) -> None:
    scope.append(extern)
    if isinstance(extern, ValueItem):
        scope.unused.discard(len(scope.values) - 1)  # it went out with this export
    scope.exports.introduce(name, extern)
    if scope.kind is not Kind.INSTANCE_TYPE:
        with of_extern("export", name):
            scope.exports.check_visible(extern)


@contextmanager
def of_extern(verb: str, name: tree.ExternName) -> Iterator[None]:
    """Puts before an error what it is about."""
    try:
        yield
    except ComponentError as error:
        raise ComponentError(f"{verb} {quoted(name.name)}: {error.message}", error.offset) from None


def ascribe(scope: Scope, extern: Extern, desc: tree.ExternDesc, name: str) -> Extern:
    """The type that an export is given stands for it from there on, once it has been found to fit."""
    if isinstance(desc, tree.InstanceExtern):
        template = of_class(InstanceType, scope.type(desc.type), desc.type, "instance type")
        check(extern, Instance(template.exports), Opening(scope.ledger, template))
    wanted = declared(scope, "export", name, desc)
    if isinstance(desc, tree.TypeExtern) and isinstance(desc.bound, tree.SubResource):
        if not isinstance(extern, TypeItem) or not isinstance(extern.type, Resource):
            raise ComponentError("only a resource type can be exported as one")
    elif not isinstance(desc, tree.InstanceExtern):
        check(extern, wanted, nothing_open(scope.ledger))
    return wanted


# ---- imports, and exports that are declared only ----------------------------------------------------------------


def declared(scope: Scope, verb: str, name: str, desc: tree.ExternDesc) -> Extern:
    """What an import or export of that type is: instances open, and types with the name that they have here."""
    match desc:
        case tree.FuncExtern(index):
            return scope.func_type(index)
        case tree.InstanceExtern(index):
            template = of_class(InstanceType, scope.type(index), index, "instance type")
            return open_instance(scope.ledger, template, name, scope.docs.of_types(verb, name))
        case tree.ComponentExtern(index):
            return of_class(ComponentType, scope.type(index), index, "component type")
        case tree.ModuleExtern(index):
            return of_class(ModuleType, scope.core_type(index), index, "core module type")
        case tree.ValueExtern():
            return value_item(scope, desc)
        case tree.TypeExtern(bound):
            return scope.ledger.note(TypeItem(declared_type(scope, verb, name, bound)))
        case _:
            assert_never(desc)


def declared_type(scope: Scope, verb: str, name: str, bound: tree.TypeEq | tree.SubResource) -> AnyType:
    docs = scope.docs.of_types(verb, "").get(name, NO_DOCS)
    if isinstance(bound, tree.SubResource):
        return scope.ledger.note(Resource("", name, docs))
    ty = scope.type(bound.index)
    return scope.ledger.note(TypeDef("", name, ty, docs)) if is_value(ty) else ty


def value_item(scope: Scope, desc: tree.ValueExtern) -> ValueItem:
    scope.ledger.require(Feature.VALUES, "a value")
    if desc.type is not None:
        return scope.ledger.note(ValueItem(values.type_ref(scope, desc.type)))
    if desc.equals is None:
        raise ComponentError("a value has a type or equals another")
    return scope.ledger.note(ValueItem(scope.value(desc.equals)))
