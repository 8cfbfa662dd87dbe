"""Instances: of core modules, of components, and made of parts (component-model Explainer, "Instance Definitions")."""

from __future__ import annotations

from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.resolve.border import Border
from witcraft.resolve.core_types import EXTERN_CLASSES, check_arguments
from witcraft.resolve.meaning import CoreInstance, Extern, Instance
from witcraft.resolve.names import quoted
from witcraft.resolve.scope import Scope, at
from witcraft.resolve.substitute import NODE, Opening
from witcraft.resolve.subtype import check_imports

# ---- of core modules --------------------------------------------------------------------------------------------


def core_instantiate(scope: Scope, definition: tree.CoreInstantiate) -> CoreInstance:
    module = scope.module(definition.module)
    args: dict[str, CoreInstance] = {}
    for arg in definition.args:
        if arg.name in args:
            raise ComponentError(f"argument {quoted(arg.name)} is given twice")
        args[arg.name] = scope.core_instance(arg.instance)
    scope.ledger.spend(len(module.imports))
    check_arguments(module, args)
    return module.exports


def core_inline_exports(scope: Scope, definition: tree.CoreInlineExports) -> CoreInstance:
    exports: dict[str, core.ExternType] = {}
    for export in definition.exports:
        if export.name in exports:
            raise ComponentError(f"core export {quoted(export.name)} is there twice")
        sort = export.item.sort
        if sort not in EXTERN_CLASSES:
            raise ComponentError(f"a core instance cannot export a {sort.name.lower()}")
        exports[export.name] = at(scope.spaces[sort], export.item.index, f"core {sort.name.lower()}")
    return exports


# ---- of components ----------------------------------------------------------------------------------------------


def instantiate(scope: Scope, definition: tree.Instantiate) -> Instance:
    component = scope.component(definition.component)
    args: dict[str, Extern] = {}
    for arg in definition.args:
        if arg.name in args:
            raise ComponentError(f"argument {quoted(arg.name)} is given twice")
        args[arg.name] = scope.extern(arg.item)
    opening = Opening(scope.ledger, component)
    check_imports(args, component, opening)
    return scope.ledger.note(Instance(opening.externs(component.exports)))


def inline_exports(scope: Scope, definition: tree.InlineExports) -> Instance:
    scope.ledger.spend(NODE)
    border = Border("export", scope.ledger)
    for export in definition.exports:
        border.enter(export.name, scope.extern(export.item))
    return scope.ledger.note(Instance(border.items))
