"""The walk over two sides, and what it finds (Explainer, "Subtyping").

Whoever *provides* an interface owes all that it says; whoever *uses* it can count on all that it says. So what is added
breaks those who provide, what is removed breaks those who use, and what means something else now breaks both. A world's
imports are provided by hosts and used by components, its exports the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, Flag
from typing import TypeVar

from witcraft.compare.names import pairs, track
from witcraft.compare.types import Sameness
from witcraft.model.package import Packages, label
from witcraft.model.text import definition, signature
from witcraft.model.types import TypeDef
from witcraft.model.world import (
    ComponentItem,
    CoreModule,
    Function,
    Interface,
    NamedResource,
    World,
    WorldItem,
    extern_name,
)

Item = TypeVar("Item", bound=WorldItem | World)
Place = tuple[str, ...]


class Kind(Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    VERSION = "version"  # the same interface in another version of its track


class Party(Flag):
    """Whom a change breaks: who does not follow it cannot work with somebody who does."""

    NOBODY = 0
    PROVIDERS = 1
    USERS = 2


BREAKS = {
    Kind.ADDED: Party.PROVIDERS,
    Kind.REMOVED: Party.USERS,
    Kind.CHANGED: Party.PROVIDERS | Party.USERS,
    Kind.VERSION: Party.NOBODY,
}


@dataclass(frozen=True, slots=True)
class Change:
    """``place``: names, outermost first; ``before``, ``after``: a line of WIT, "" where there is none."""

    kind: Kind
    side: str  #                  "import" or "export"; "" outside of worlds
    place: Place
    before: str = ""
    after: str = ""

    @property
    def breaks(self) -> Party:
        return BREAKS[self.kind]


def between_worlds(old: World, new: World) -> list[Change]:
    walk = Walk()
    walk.world((), old, new)
    return walk.found


def between_packages(old: Packages, new: Packages) -> list[Change]:
    """Of the root packages: their interfaces and worlds, by label, whatever the versions."""
    walk = Walk()
    walk.named((), old.root.interfaces, new.root.interfaces, lambda item: label(item.name), walk.interface)
    walk.named((), old.root.worlds, new.root.worlds, lambda item: item.name, walk.world)
    return walk.found


@dataclass(slots=True)
class Walk:
    found: list[Change] = field(default_factory=list)
    same: Sameness = field(default_factory=Sameness)
    side: str = ""

    def world(self, place: Place, old: World, new: World) -> None:
        self.side = "import"
        self.named(place, old.imports, new.imports, key_of, self.item)
        self.side = "export"
        self.named(place, old.exports, new.exports, key_of, self.item)
        self.side = ""

    def note(self, kind: Kind, place: Place, before: str = "", after: str = "") -> None:
        self.found.append(Change(kind, self.side, place, before, after))

    def named(
        self,
        place: Place,
        old: Iterable[Item],
        new: Iterable[Item],
        key: Callable[[Item], str],
        both: Callable[[Place, Item, Item], None],
    ) -> None:
        for name, before, after in pairs(old, new, key):
            here = (*place, name)
            if before is None and after is not None:
                self.note(Kind.ADDED, here, "", spelled(after))
            elif after is None and before is not None:
                self.note(Kind.REMOVED, here, spelled(before), "")
            elif before is not None and after is not None:
                both(here, before, after)

    def item(self, place: Place, old: WorldItem, new: WorldItem) -> None:
        match old, new:
            case Interface(), Interface():
                self.interface(place, old, new)
            case _:
                if not self.equal(old, new):
                    self.note(Kind.CHANGED, place, spelled(old), spelled(new))

    def interface(self, place: Place, old: Interface, new: Interface) -> None:
        if old.name != new.name:
            self.note(Kind.VERSION, place, old.name, new.name)
        self.named(place, items(old), items(new), extern_name, self.item)

    def equal(self, old: WorldItem, new: WorldItem) -> bool:
        match old, new:
            case TypeDef(), TypeDef():
                return self.same.of(old, new)
            case NamedResource(resource=one), NamedResource(resource=other):
                return self.same.of_resources(one, other)
            case Function(), Function():
                return self.equal_functions(old, new)
            case (CoreModule(), CoreModule()) | (ComponentItem(), ComponentItem()):
                return old == new
            case _:
                return False

    def equal_functions(self, old: Function, new: Function) -> bool:
        return (
            old.is_async == new.is_async
            and [param.name for param in old.params] == [param.name for param in new.params]
            and all(self.same.of(a.type, b.type) for a, b in zip(old.params, new.params, strict=True))
            and self.same.of(old.result, new.result)
        )


def items(interface: Interface) -> Iterator[WorldItem]:
    yield from interface.types
    yield from interface.functions
    yield from interface.nested


def key_of(item: WorldItem) -> str:
    return track(extern_name(item))


def spelled(item: WorldItem | World) -> str:
    """One line of WIT, or what comes nearest to it."""
    match item:
        case Function():
            return signature(item)
        case TypeDef():
            return definition(item.type)
        case NamedResource():
            return "resource"
        case Interface():
            return "interface"
        case World():
            return "world"
        case CoreModule():
            return "core module"
        case ComponentItem(_, sort):
            return sort
