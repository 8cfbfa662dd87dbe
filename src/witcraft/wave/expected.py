"""What would have been right: types for messages, with the notation of their values."""

from __future__ import annotations

from collections.abc import Sequence

from witcraft.errors import WIDTH
from witcraft.model.text import wit
from witcraft.model.types import (
    Case,
    Enum,
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
from witcraft.wave.lexer import KEYWORDS
from witcraft.wave.literals import RANGES

MOST = 9
"""So many cases, labels or fields of a type are listed."""


def expected(ty: ValType) -> str:
    """``u8 (0 to 255)``, ``point: {x: f64, y: f64}``, ``one of north, south``."""
    name = title(ty)
    match strip(ty):
        case Prim(kind):
            return name if name != kind.value else scalar(kind)
        case String():
            return f'{name}: "..."' if name == "string" else f'{name}, a string: "..."'
        case List():
            return f"{name}: [...]"
        case FixedList(_, length):
            return f"{name}: [...] of {length}"
        case Map():
            return f"{name}: {{key: value, ...}}"
        case Tuple(items):
            return f"{name}: ({listed([title(item) for item in items])})"
        case Option(some):
            return f"{name}: none, or some({title(some)})"
        case Result(ok, err):
            return f"{name}: {payload('ok', ok)} or {payload('err', err)}"
        case Record(fields):
            return f"{named(ty)}{{{listed([f'{field.name}: {title(field.type)}' for field in fields])}}}"
        case Variant(cases):
            return f"{named(ty)}{one_of(cases)}"
        case Enum(labels):
            return f"{named(ty)}one of {listed([label(it) for it in labels])}"
        case Flags(labels):
            return f"{named(ty)}{{...}} of {listed(labels)}"
        case _:
            return name


def title(ty: ValType) -> str:
    """How a type is called, cut where it has no name and is long."""
    text = wit(ty)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."


def scalar(kind: Kind) -> str:
    if kind in RANGES:
        low, high = RANGES[kind]
        return f"{kind.value} ({low} to {high})"
    return {Kind.BOOL: "bool: true or false", Kind.CHAR: "char: 'x'"}.get(kind, kind.value)


def one_of(cases: Sequence[Case]) -> str:
    return f"one of {listed([payload(label(case.name), case.type) for case in cases])}"


def payload(name: str, ty: ValType | None) -> str:
    return name if ty is None else f"{name}({title(ty)})"


def label(name: str) -> str:
    """The name of a case as it is written."""
    return f"%{name}" if name in KEYWORDS else name


def named(ty: ValType) -> str:
    return "" if strip(ty) is ty else f"{title(ty)}: "


def listed(names: Sequence[str]) -> str:
    return ", ".join(names if len(names) <= MOST else [*names[:MOST], "..."])
