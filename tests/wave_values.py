"""Classes such as bindings have, made without bindings: for types that are drawn by the hundred."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from tests.agreement.ours import Values
from witcraft.model import types as t
from witcraft.model.types import TypeDef, ValType
from witcraft.model.walk import children
from witcraft.runtime.flags import Flags
from witcraft.runtime.records import make
from witcraft.wave import Named
from witcraft.wave.classes import definition
from witcraft.words import camel, shouty, snake


class Made(Values):
    """Values of the canonical ABI's interpreter to those of bindings, and back."""

    def __init__(self, *types: ValType) -> None:
        self.classes: Mapping[TypeDef, Named] = classes(*types)

    def class_of(self, ty: ValType) -> Any:
        return self.classes[definition(ty)].cls

    def case_class(self, ty: ValType, case: str) -> Any:
        variant = t.strip(ty)
        assert isinstance(variant, t.Variant)
        return self.classes[definition(ty)].cases[[it.name for it in variant.cases].index(case)]


def classes(*types: ValType) -> dict[TypeDef, Named]:
    """Of all named types in ``types``."""
    found: dict[TypeDef, Named] = {}
    waiting = list(types)
    while waiting:
        ty = waiting.pop()
        if not isinstance(ty, TypeDef):
            waiting += children(ty)
        elif (named := definition(ty)) not in found:
            found[named] = of(named)
            waiting += children(named.type)
    return found


def of(ty: TypeDef) -> Named:
    name = camel(ty.name)
    match ty.type:
        case t.Record(fields):
            return Named(record(name, *[snake(field.name) for field in fields]))
        case t.Variant(cases):
            made = [record(f"{name}_{camel(it.name)}", *(["value"] if it.type else [])) for it in cases]
            return Named(object, tuple(made))
        case t.Enum(labels):
            return Named(Enum(name, {shouty(label): number for number, label in enumerate(labels)}))
        case t.Flags(labels):
            bits = {shouty(label): 1 << number for number, label in enumerate(labels)}
            return Named(Flags(name, bits))  # type: ignore[call-arg] # known for the standard library's own classes only
        case _:
            return Named(object)


def record(name: str, *attributes: str) -> Any:
    return make(type(name, (), {"__annotations__": dict.fromkeys(attributes, "object")}), kw_only=False)
