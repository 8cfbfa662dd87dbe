"""What has a function of its own: lists, large types, and what several places lift or lower.

Such a function takes the memory as its first parameter, so that all instances and both directions of calls share it;
only what moves handles belongs to one instance, and stands inside of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from witcraft.abi.layout import STORED, Layout
from witcraft.abi.lift import helper_type
from witcraft.abi.ops import HelperKey
from witcraft.emit.js.inline import is_list
from witcraft.emit.js.names import lower_camel
from witcraft.model.types import List, Map, Prim, Record, Result, TypeDef, ValType, Variant, strip
from witcraft.model.walk import children
from witcraft.plan.facts import Facts

LARGE_WEIGHT = 20
"""Types that weigh more have functions of their own: what is loaded is to be short."""

SMALL_WEIGHT = 4
"""Types that weigh less are written in place, however often."""


class SharedLayout(Layout):
    """``shared``: the types of several places."""

    __slots__ = ("_shared",)

    def __init__(self, pointer: Literal[4, 8], shared: frozenset[ValType]) -> None:
        super().__init__(pointer, LARGE_WEIGHT)
        self._shared = shared

    def is_large(self, ty: ValType, flat: bool) -> bool:
        shape = self.shape(ty)
        if is_list(ty):
            return not is_numbers(ty)
        return shape.large or (not flat and shape.weight >= SMALL_WEIGHT and helper_type(ty) in self._shared)


def is_numbers(ty: ValType) -> bool:
    """Whether it goes from memory to memory as it is."""
    whole = strip(ty)
    element = strip(whole.element) if isinstance(whole, List) else None
    return isinstance(element, Prim) and STORED[element.kind] == element.kind.value


def shared(facts: Facts) -> frozenset[ValType]:
    """The types that stand in more than one place: in a function, or in another type."""
    roots = [ty for function, _ in facts.calls() for ty in facts.types_of(function)]
    places = Counter(map(helper_type, roots))
    todo = list(places)
    for ty in todo:  # which grows meanwhile
        for part in map(helper_type, parts(ty)):
            if part not in places:
                todo.append(part)
            places[part] += 1
    return frozenset(ty for ty, count in places.items() if count > 1)


def parts(ty: ValType) -> Iterable[ValType]:
    return children(ty.type if isinstance(ty, TypeDef) else ty)


def name_of(key: HelperKey) -> str:
    """``liftPoints``, ``lowerFlatShape``: a wish."""
    flat = "flat-" if key.flat and not is_list(key.type) else ""
    return lower_camel(f"{key.direction.value}-{flat}{words(key.type)}")


def plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def words(ty: ValType) -> str:
    match ty:
        case TypeDef(name=name):
            return name
        case Prim(kind):
            return kind.value
        case List(element):
            return plural(words(element))
        case Record() | Variant() | Result() | Map():
            return type(ty).__name__.lower()
        case _:
            inner = [*children(ty)]
            return f"{words(inner[0])}-{type(ty).__name__.lower()}" if len(inner) == 1 else type(ty).__name__.lower()
