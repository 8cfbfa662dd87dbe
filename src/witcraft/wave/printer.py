"""Values to text, in one way each: options and results with their word, options in records left out where none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from witcraft.model.text import wit
from witcraft.model.types import (
    Case,
    Enum,
    Field,
    FixedList,
    Flags,
    Kind,
    List,
    Map,
    Option,
    Prim,
    Record,
    Result,
    String,
    Tuple,
    ValType,
    Variant,
    strip,
)
from witcraft.runtime.values import Ok
from witcraft.wave.classes import Classes, definition
from witcraft.wave.expected import label
from witcraft.wave.literals import float_text, quoted


def show(value: Any, ty: ValType, classes: Classes) -> str:
    """``value``, as the bindings give it, as text. No part of the type may be ``unwritable``."""
    return Printer(classes).text(ty, value)


class Printer:
    def __init__(self, classes: Classes) -> None:
        self.classes = classes

    def text(self, ty: ValType, value: Any) -> str:
        match strip(ty):
            case Prim(Kind.BOOL):
                return "true" if value else "false"
            case Prim(Kind.CHAR):
                return quoted(value, "'")
            case Prim(Kind.F32 | Kind.F64 as kind):
                return float_text(value, kind)
            case Prim():
                return str(int(value))
            case String():
                return quoted(value, '"')
            case List(element) | FixedList(element, _):
                return f"[{', '.join([self.text(element, item) for item in value])}]"
            case Tuple(types):
                return f"({', '.join([self.text(item, it) for item, it in zip(types, value, strict=True)])})"
            case Map(key, item):
                return braces([f"{self.text(key, name)}: {self.text(item, it)}" for name, it in value.items()])
            case Record(fields):
                return braces(self.fields(fields, self.classes[definition(ty)].cls.__match_args__, value))
            case Variant(cases):
                return self.variant(cases, self.classes[definition(ty)].cases, value)
            case Enum(labels):
                return label(labels[[*self.classes[definition(ty)].cls].index(value)])
            case Flags(labels):
                members = zip(labels, self.classes[definition(ty)].cls, strict=True)
                return f"{{{', '.join([name for name, it in members if it in value])}}}"
            case Option(some):
                return self.option(some, value)
            case Result(ok, err):
                return self.case("ok", ok, value.value) if isinstance(value, Ok) else self.case("err", err, value.value)
            case _:
                raise AssertionError(f"values of {wit(ty)} have no text")

    def fields(self, fields: Sequence[Field], attributes: Sequence[str], record: Any) -> Iterable[str]:
        for field, attribute in zip(fields, attributes, strict=True):
            value = getattr(record, attribute)
            if value is not None:
                yield f"{field.name}: {self.text(field.type, value)}"

    def variant(self, cases: Sequence[Case], classes: Sequence[Any], value: Any) -> str:
        case = cases[classes.index(type(value))]
        return self.case(label(case.name), case.type, None if case.type is None else value.value)

    def option(self, some: ValType, value: Any) -> str:
        if value is None:
            return "none"
        return self.case("some", some, value.value if isinstance(strip(some), Option) else value)

    def case(self, name: str, ty: ValType | None, payload: Any) -> str:
        return name if ty is None else f"{name}({self.text(ty, payload)})"


def braces(entries: Iterable[str]) -> str:
    """Of no entries at all ``{:}``, since ``{}`` are flags."""
    return f"{{{', '.join(entries) or ':'}}}"
