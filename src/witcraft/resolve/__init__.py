"""Meaning: index spaces to types, imports and exports to a ``World``. The validator is this, run to the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witcraft.component.tree import Component
from witcraft.errors import ComponentError
from witcraft.model.world import World
from witcraft.resolve.component import walk_component
from witcraft.resolve.docs import read_docs
from witcraft.resolve.features import COMPILED, Features
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import Extern
from witcraft.resolve.outside import outside
from witcraft.resolve.world import world


@dataclass(frozen=True, slots=True)
class Resolved:
    """A component that was found to be valid, and what it wants and gives.

    ``imports`` are those of ``world`` as the checker knows them, core modules with the types of their externs.
    """

    component: Component
    world: World
    imports: Mapping[str, Extern]


def resolve(component: Component, features: Features = COMPILED) -> Resolved:
    """Checks ``component`` and all that is in it, and finds its imports and exports.

    Raises ``ComponentError`` with the offset and path of the definition that is invalid, or that takes a feature which
    is not among ``features``.
    """
    try:
        ledger = Ledger(features, len(component.data))
        scope = walk_component(component, ledger, None, read_docs(component.customs))
        imports, exports = outside(scope)
        return Resolved(component, world(component, scope.docs, imports, exports), imports)
    except RecursionError:  # called deep in someone else's stack, since every depth is limited
        raise ComponentError("the component nests deeper than is left of Python's stack") from None
