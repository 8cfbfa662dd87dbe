"""Aliases of each kind (component-model Explainer, "Alias Definitions")."""

from __future__ import annotations

from typing import assert_never

from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.resolve.core_types import EXTERN_CLASSES
from witcraft.resolve.ledger import NEVER
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    FuncType,
    Instance,
    ModuleType,
    TypeItem,
    ValueItem,
    noun,
)
from witcraft.resolve.names import article, quoted
from witcraft.resolve.scope import Kind, Scope, at


def alias_export(scope: Scope, alias: tree.AliasExport) -> Extern:
    if scope.kind is not Kind.COMPONENT and alias.sort not in (tree.Sort.TYPE, tree.Sort.INSTANCE):
        raise ComponentError(f"{article(scope.kind.value)} can alias types and instances only")
    found = scope.instance(alias.instance).exports.get(alias.name)
    if found is None:
        raise ComponentError(f"instance {alias.instance} has no export {quoted(alias.name)}")
    if sort_of(found) is not alias.sort:
        wanted = SORT_NOUNS.get(alias.sort, f"a core {alias.sort.name.lower()}")
        raise ComponentError(
            f"export {quoted(alias.name)} of instance {alias.instance} is {noun(found)}, where {wanted} is wanted"
        )
    return found


SORT_NOUNS: dict[tree.AnySort, str] = {
    tree.Sort.FUNC: "a function",
    tree.Sort.TYPE: "a type",
    tree.Sort.VALUE: "a value",
    tree.Sort.INSTANCE: "an instance",
    tree.Sort.COMPONENT: "a component",
    core.Sort.MODULE: "a core module",
}


def sort_of(extern: Extern) -> tree.AnySort:
    match extern:
        case FuncType():
            return tree.Sort.FUNC
        case TypeItem():
            return tree.Sort.TYPE
        case ValueItem():
            return tree.Sort.VALUE
        case Instance():
            return tree.Sort.INSTANCE
        case ComponentType():
            return tree.Sort.COMPONENT
        case ModuleType():
            return core.Sort.MODULE
        case _:
            assert_never(extern)


def alias_core_export(scope: Scope, alias: tree.AliasCoreExport) -> core.ExternType:
    found = scope.core_instance(alias.instance).get(alias.name)
    if found is None:
        raise ComponentError(f"core instance {alias.instance} has no export {quoted(alias.name)}")
    if type(found) is not EXTERN_CLASSES.get(alias.sort):
        raise ComponentError(
            f"export {quoted(alias.name)} of core instance {alias.instance} is no {alias.sort.name.lower()}"
        )
    return found


def alias_outer(scope: Scope, alias: tree.AliasOuter) -> object:
    if scope.kind is not Kind.COMPONENT and alias.sort not in (tree.Sort.TYPE, core.Sort.TYPE):
        raise ComponentError(f"{article(scope.kind.value)} can alias types only")
    outer = scope.outer(alias.count)
    if alias.sort is tree.Sort.TYPE and scope.walls > outer.walls:
        check_closed(scope, outer.type(alias.index))
    found: object = at(outer.spaces[alias.sort], alias.index, f"outer {alias.sort.name.lower()}")
    return found


def check_closed(scope: Scope, ty: AnyType) -> None:
    if scope.ledger.facts[ty].resource != NEVER:
        raise ComponentError("an alias from outside of a component cannot mention resource types")
