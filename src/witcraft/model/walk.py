"""One step down a value type: its parts, and the same type over other parts.

A pass that remembers results by type, and goes down by these two, is linear in definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from witcraft.model.types import (
    Borrow,
    Case,
    Enum,
    ErrorContext,
    Field,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
)


def children(ty: ValType) -> tuple[ValType, ...]:
    """The value types that ``ty`` directly names, in order."""
    match ty:
        case Prim() | String() | ErrorContext() | Enum() | Flags() | Own() | Borrow():
            return ()
        case List(element) | FixedList(element, _):
            return (element,)
        case Map(key, value):
            return (key, value)
        case Tuple(items):
            return items
        case Option(some):
            return (some,)
        case Result(ok, err):
            return tuple([part for part in (ok, err) if part is not None])
        case Record(fields):
            return tuple([field.type for field in fields])
        case Variant(cases):
            return tuple([case.type for case in cases if case.type is not None])
        case Stream(element) | Future(element):
            return () if element is None else (element,)
        case TypeDef():
            return (ty.type,)
        case _:
            assert_never(ty)


def rebuild(ty: ValType, new: Callable[[ValType], ValType]) -> ValType:
    """``ty`` with ``new`` of each of its parts; resources and names stay, so a ``TypeDef`` is no part of the domain."""

    def maybe(part: ValType | None) -> ValType | None:
        return None if part is None else new(part)

    match ty:
        case Prim() | String() | ErrorContext() | Enum() | Flags() | Own() | Borrow() | TypeDef():
            return ty
        case List(element):
            return List(new(element))
        case FixedList(element, length):
            return FixedList(new(element), length)
        case Map(key, value):
            return Map(new(key), new(value))
        case Tuple(items):
            return Tuple(tuple([new(item) for item in items]))
        case Option(some):
            return Option(new(some))
        case Result(ok, err):
            return Result(maybe(ok), maybe(err))
        case Record(fields):
            return Record(tuple([Field(field.name, new(field.type)) for field in fields]))
        case Variant(cases):
            return Variant(tuple([Case(case.name, maybe(case.type)) for case in cases]))
        case Stream(element):
            return Stream(maybe(element))
        case Future(element):
            return Future(maybe(element))
        case _:
            assert_never(ty)
