"""Whether two value types of two sides are the same type (Explainer, "Subtyping": value types have to be equal).

Types are structural: what an interface calls a record does not matter, what its fields are called does. A resource is
what its owner and its name say, in whatever version of one semver track.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from witcraft.compare.names import track
from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    Stream,
    String,
    Tuple,
    ValType,
    Variant,
    strip,
)

Parts = tuple[object, tuple[ValType | None, ...]]


@dataclass(slots=True)
class Sameness:
    """Remembers what it has compared, so that it is linear in definitions."""

    _known: dict[tuple[ValType, ValType], bool] = field(default_factory=dict)

    def of(self, old: ValType | None, new: ValType | None) -> bool:
        if old is None or new is None:
            return old is new
        key = old, new = strip(old), strip(new)
        if key not in self._known:
            (mark, parts), (other_mark, other_parts) = taken_apart(old), taken_apart(new)
            self._known[key] = (
                mark == other_mark
                and len(parts) == len(other_parts)
                and all(self.of(a, b) for a, b in zip(parts, other_parts, strict=True))
            )
        return self._known[key]


def same_resource(old: Resource, new: Resource) -> bool:
    return identity(old) == identity(new)


def identity(resource: Resource) -> tuple[str, str]:
    return track(resource.owner), resource.name


def taken_apart(ty: ValType) -> Parts:
    """What two equal types have equal by value, and the types inside them."""
    match ty:
        case Prim(kind):
            return kind, ()
        case String() | ErrorContext():
            return type(ty), ()
        case List(element) | Option(element) | Stream(element) | Future(element):
            return type(ty), (element,)
        case FixedList(element, length):
            return (FixedList, length), (element,)
        case Map(key, value):
            return Map, (key, value)
        case Tuple(items):
            return Tuple, items
        case Result(ok, err):
            return Result, (ok, err)
        case Record(fields):
            return (Record, tuple([f.name for f in fields])), tuple([f.type for f in fields])
        case Variant(cases):
            return (Variant, tuple([c.name for c in cases])), tuple([c.type for c in cases])
        case Enum(labels) | Flags(labels):
            return (type(ty), labels), ()
        case Own(resource) | Borrow(resource):
            return (type(ty), identity(resource)), ()
        case _:
            raise AssertionError(f"{ty} is a name, and names are taken off before")
