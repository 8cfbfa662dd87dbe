"""A world while it is made: items by extern name, and what its statements say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from witcraft.errors import Place
from witcraft.model.types import TypeDef
from witcraft.model.world import Freestanding, Function, Interface, NamedResource, Statement, WorldItem

Side = Literal["import", "export"]


@dataclass(slots=True)
class Border:
    """One side of a world."""

    side: Side
    items: dict[str, WorldItem] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)  # of interfaces

    def add(self, name: str, interface: Interface, statement: Statement) -> None:
        self.items[name] = interface
        self.statements[name] = statement


@dataclass(slots=True)
class Draft:
    """``place`` is that of the world's name. ``interface`` gives an interface of a package by its extern name."""

    name: str
    place: Place
    interface: Callable[[str], Interface]
    imports: Border = field(default_factory=lambda: Border("import"))
    exports: Border = field(default_factory=lambda: Border("export"))

    def border(self, side: Side) -> Border:
        return self.imports if side == "import" else self.exports


def identity(interface: Interface) -> str:
    """What tells interfaces apart, whatever a world calls them."""
    return interface.implements or interface.name


def foreign_owner(item: TypeDef | NamedResource) -> str:
    """The interface that a type is used from; "" for a type that is defined where it stands."""
    of = item.of if isinstance(item, NamedResource) else item.type if isinstance(item.type, TypeDef) else None
    return "" if of is None or of.owner == item.owner else of.owner


def dependencies(interface: Interface) -> list[str]:
    """Extern names of the interfaces that it uses types of, in the order of its uses."""
    return list(dict.fromkeys([owner for item in interface.types if (owner := foreign_owner(item))]))


def rank(item: WorldItem) -> int:
    """Items of a world stand so that what is named comes before who names it."""
    match item:
        case Interface():
            return 0
        case TypeDef() | NamedResource():
            return 1 if foreign_owner(item) else 2
        case Function(kind=Freestanding()):
            return 3
        case _:
            return 4


def in_order(items: Sequence[WorldItem]) -> list[WorldItem]:
    return sorted(items, key=rank)
