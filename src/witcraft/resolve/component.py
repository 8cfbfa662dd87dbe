"""The walk: a component's definitions in order, each adding what it means to an index space.

One function a kind of definition. Nested components are typed where they stand, once, whatever instantiates them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from witcraft.component import tree
from witcraft.errors import ComponentError
from witcraft.resolve import canon, types, values
from witcraft.resolve.aliases import alias_core_export, alias_export, alias_outer
from witcraft.resolve.builtins import builtin
from witcraft.resolve.core_subtypes import check_core_type
from witcraft.resolve.core_types import module_type
from witcraft.resolve.docs import NO_WORLD_DOCS, WorldDocs
from witcraft.resolve.externs import declared, enter_export, export, import_
from witcraft.resolve.features import Feature
from witcraft.resolve.instances import core_inline_exports, core_instantiate, inline_exports, instantiate
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import AnyType
from witcraft.resolve.names import quoted
from witcraft.resolve.scope import Kind, Scope
from witcraft.resolve.subtype import same_value

Defined = tree.Definition | tree.Declaration

# ---- scopes -----------------------------------------------------------------------------------------------------


def walk_component(
    component: tree.Component, ledger: Ledger, parent: Scope | None, docs: WorldDocs = NO_WORLD_DOCS
) -> Scope:
    scope = Scope(Kind.COMPONENT, ledger, parent, docs)
    walk(scope, component.definitions)
    scope.check_all_used(component.offset)
    return scope


def walk(scope: Scope, definitions: Sequence[Defined]) -> None:
    for position, definition in enumerate(definitions):
        try:
            define(scope, definition)
        except ComponentError as error:
            if error.offset is None:
                error.offset = definition.offset
            error.enclose(title(definitions, position))
            raise


def title(definitions: Sequence[Defined], position: int) -> str:
    """ "canon 3": the kind of definition, and how many of that kind precede it."""
    kind = TITLES[type(definitions[position])]
    return f"{kind} {sum(TITLES[type(other)] == kind for other in definitions[:position])}"


TITLES: dict[type, str] = {
    tree.CoreModule: "core module",
    tree.CoreInstantiate: "core instance",
    tree.CoreInlineExports: "core instance",
    tree.CoreTypeDef: "core type",
    tree.NestedComponent: "component",
    tree.Instantiate: "instance",
    tree.InlineExports: "instance",
    tree.AliasExport: "alias",
    tree.AliasCoreExport: "alias",
    tree.AliasOuter: "alias",
    tree.TypeDef: "type",
    tree.CanonLift: "canon",
    tree.CanonLower: "canon",
    tree.CanonResource: "canon",
    tree.CanonBuiltin: "canon",
    tree.Start: "start",
    tree.Import: "import",
    tree.ExportDecl: "export",
    tree.Export: "export",
    tree.Value: "value",
}


def define(scope: Scope, definition: Defined) -> None:
    match definition:  # the most frequent first
        case tree.AliasCoreExport():
            scope.spaces[definition.sort].append(alias_core_export(scope, definition))
        case tree.TypeDef():
            scope.types.append(type_definition(scope, definition))
        case tree.AliasExport():
            scope.append(alias_export(scope, definition))
        case tree.AliasOuter():
            scope.spaces[definition.sort].append(alias_outer(scope, definition))
        case tree.CanonLower():
            scope.core_funcs.append(canon.lower(scope, definition))
        case tree.CoreInlineExports():
            scope.core_instances.append(core_inline_exports(scope, definition))
        case tree.ExportDecl():
            enter_export(scope, definition.name, declared(scope, "export", definition.name.name, definition.type))
        case tree.CanonLift():
            scope.funcs.append(canon.lift(scope, definition))
        case tree.CanonResource():
            scope.core_funcs.append(canon.resource_function(scope, definition))
        case tree.CanonBuiltin():
            scope.core_funcs.append(builtin(scope, definition))
        case tree.Import():
            import_(scope, definition)
        case tree.Export():
            export(scope, definition)
        case tree.CoreModule(module):
            scope.core_modules.append(scope.ledger.note(module_type(module)))
        case tree.CoreInstantiate():
            scope.core_instances.append(core_instantiate(scope, definition))
        case tree.CoreTypeDef():
            core_type(scope, definition)
        case tree.NestedComponent(component):
            inner = walk_component(component, scope.ledger, scope)
            scope.components.append(types.close_component_type(inner))
        case tree.Instantiate():
            scope.instances.append(instantiate(scope, definition))
        case tree.InlineExports():
            scope.instances.append(inline_exports(scope, definition))
        case tree.Start():
            start(scope, definition)
        case tree.Value():
            scope.ledger.require(Feature.VALUES, "a value definition")
            scope.add_value(values.type_ref(scope, definition.type))
        case _:
            assert_never(definition)


# ---- types ------------------------------------------------------------------------------------------------------


def core_type(scope: Scope, definition: tree.CoreTypeDef) -> None:
    if isinstance(definition.type, tree.ModuleType):
        scope.core_types.append(types.module_type(scope, definition.type))
    else:
        check_core_type(definition.type, scope.core_types, scope.ledger)
        scope.core_types.append(definition.type)


def type_definition(scope: Scope, definition: tree.TypeDef) -> AnyType:
    match definition.type:
        case tree.FuncType():
            return values.func_type(scope, definition.type)
        case tree.ComponentType(declarations):
            inner = Scope(Kind.COMPONENT_TYPE, scope.ledger, scope)
            walk(inner, declarations)
            return types.close_component_type(inner)
        case tree.InstanceType(declarations):
            inner = Scope(Kind.INSTANCE_TYPE, scope.ledger, scope)
            walk(inner, declarations)
            return types.close_instance_type(inner)
        case tree.ResourceType():
            return types.resource_type(scope, definition.type)
        case _:
            return values.value_type(scope, definition.type)


# ---- start (gated feature) --------------------------------------------------------------------------------------


def start(scope: Scope, definition: tree.Start) -> None:
    scope.ledger.require(Feature.VALUES, "a start function")
    function = scope.func(definition.func)
    args = [scope.use_value(index) for index in definition.args]
    results = [] if function.result is None else [function.result]
    if len(args) != len(function.params) or len(results) != definition.results:
        raise ComponentError("the start function has another number of parameters or results")
    for given, param in zip(args, function.params, strict=True):
        if not same_value(given, param.type, scope.ledger):
            raise ComponentError(f"argument {quoted(param.name)} of the start function has another type")
    for result in results:
        scope.add_value(result)
