"""Values that do not fit their type in exactly one place, and the path to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import witcraft
from tests.abi_types import BOUNDS
from tests.agreement.ours import Values
from tests.agreement.values import values
from witcraft.abi.layout import is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType

Draw = Callable[[Any], Any]
Spoiled = tuple[Any, str]
"""A value for the bindings, and the path from it to what does not fit: ``"[3].x"``."""


class Nothing:
    """No type takes this."""


class Spoiler:
    """Draws spoiled values of one guest's types."""

    def __init__(self, draw: Draw, good: Values) -> None:
        self.draw, self.good = draw, good

    def spoil(self, ty: ValType) -> Spoiled:
        """Either the value as a whole is wrong, or one of its parts."""
        part = None if self.draw(st.booleans()) else self.part(ty)
        return part or (self.draw(st.sampled_from(self.wrong(ty))), "")

    # ---- as a whole

    def wrong(self, ty: ValType) -> list[Any]:
        match t.strip(ty):
            case t.Prim(kind):
                return [Nothing(), None, "12", b"1", [], *wrong_scalars(kind)]
            case t.String():
                return [Nothing(), None, 5, True, b"text", ["t"], "\ud800", "a\udfff"]
            case t.List():
                return [Nothing(), None, 5, "text", 1.5]
            case t.FixedList(element, length):
                item = self.good.up(element, self.draw(values(element)))
                return [Nothing(), None, 5, "text", [], [item] * (length + 1)]
            case t.Map():
                return [Nothing(), None, 5, "text", [1]]
            case t.Tuple():
                whole = self.good.up(ty, self.draw(values(ty)))
                return [Nothing(), None, 5, whole[1:], whole * 2, [*whole, None]]
            case t.Record():
                return [Nothing(), None, 5, "text", []]
            case t.Variant():
                return [Nothing(), None, 5, "text", witcraft.Ok(None)]
            case t.Option(some) as option:
                return [Nothing()] if is_nested(option) else [it for it in self.wrong(some) if it is not None]
            case t.Result():
                return [Nothing(), None, 5, "text", ValueError()]
            case t.Enum(labels):
                return [Nothing(), None, 0, labels[0], True]
            case t.Flags(labels):
                return [Nothing(), None, 0, labels[0], {labels[0]}]
            case other:
                raise AssertionError(f"not drawn: {other}")

    # ---- in a part

    def part(self, ty: ValType) -> Spoiled | None:
        """None for a type without parts, or if the value that is drawn has none."""
        match t.strip(ty):
            case t.List(element):
                length = self.draw(st.integers(1, 3))
                return self.in_sequence([element] * length, list)
            case t.FixedList(element, length):
                made = list(self.good.up(ty, self.draw(values(ty))))
                place = self.draw(st.integers(0, length - 1))
                made[place], path = self.spoil(element)
                return tuple(made), f"[{place}]{path}"
            case t.Tuple(items):
                return self.in_sequence(list(items), tuple)
            case t.Map(key, item):
                name = self.good.up(key, self.draw(values(key)))
                value, path = self.spoil(item)
                return {name: value}, f"[{name!r}]{path}"
            case t.Record(fields):
                made = self.good.up(ty, self.draw(values(ty)))
                field = self.draw(st.sampled_from(fields))
                value, path = self.spoil(field.type)
                setattr(made, field.name, value)
                return made, f".{field.name}{path}"
            case t.Variant(cases):
                payloads = [case for case in cases if case.type]
                if not payloads:
                    return None
                case = self.draw(st.sampled_from(payloads))
                return self.in_value(self.good.case_class(ty, case.name), case.type)
            case t.Option(some) as option:
                return self.in_value(witcraft.Some, some) if is_nested(option) else self.part(some)
            case t.Result(ok, err):
                made, payload = self.draw(st.sampled_from([(witcraft.Ok, ok), (witcraft.Err, err)]))
                return self.in_value(made, payload) if payload else None
        return None

    def in_sequence(self, items: list[ValType], make: Callable[[Any], Any]) -> Spoiled:
        place = self.draw(st.integers(0, len(items) - 1))
        made = [self.good.up(item, self.draw(values(item))) for item in items]
        made[place], path = self.spoil(items[place])
        return make(made), f"[{place}]{path}"

    def in_value(self, make: Callable[[Any], Any], payload: ValType) -> Spoiled:
        value, path = self.spoil(payload)
        return make(value), f".value{path}"


def wrong_scalars(kind: Kind) -> list[Any]:
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        return [low - 1, high + 1, 1 << 70, True, False, 1.0]
    match kind:
        case Kind.BOOL:
            return [0, 1, 1.0]
        case Kind.CHAR:
            return ["", "ab", "\ud800", "\udfff", 5, True]
        case Kind.F32:
            return [1j, 1e39, -1e300, 10**400]
        case _:
            return [1j, 10**400]
