"""Which class of the bindings stands for which named type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from witcraft.model.types import TypeDef, ValType
from witcraft.model.walk import children
from witcraft.model.world import Function
from witcraft.runtime.wit import Definition, Scope


@dataclass(frozen=True, slots=True)
class Named:
    """The class of a record, an enum or flags; of a variant the classes of its cases, in order.

    What bindings have for other named types, a name for an annotation, is of no use here.
    """

    cls: Any
    cases: tuple[Any, ...] = ()


Classes = Mapping[TypeDef, Named]
"""By ``definition``."""


def definition(ty: ValType) -> TypeDef:
    """The definition that a chain of names ends in: the one with a class of its own."""
    assert isinstance(ty, TypeDef), "records, variants, enums and flags always have a name"
    while isinstance(ty.type, TypeDef):
        ty = ty.type
    return ty


def classes_of(function: Function, module: Mapping[str, Any]) -> dict[TypeDef, Named]:
    """Of every type that ``function`` mentions; ``module`` is the namespace of the bindings' module that has it."""
    collector = Collector()
    types: list[ValType | None] = [*[param.type for param in function.params], function.result]
    for ty in types:
        if ty is not None:
            collector.add(ty, Scope(module))
    return collector.found


class Collector:
    """Walks each type once: what its names mean does not depend on who mentions it."""

    def __init__(self) -> None:
        self.found: dict[TypeDef, Named] = {}
        self.seen: set[ValType] = set()

    def add(self, ty: ValType, scope: Scope) -> None:
        """``ty`` and its parts, as the module of ``scope`` names them."""
        if ty in self.seen:
            return
        self.seen.add(ty)
        if isinstance(ty, TypeDef):
            meaning, ty = scope.definition(ty.name), definition(ty)
            self.found[ty] = Named(meaning.cls, meaning.cases)
            scope, ty = home(meaning, scope), ty.type
        for part in children(ty):
            self.add(part, scope)


def home(meaning: Definition, scope: Scope) -> Scope:
    """The module where a definition stands: the one that its parts are looked up in."""
    parts = [part for part in (*meaning.items, meaning.alias) if part is not None]
    return parts[0].scope if parts else scope
