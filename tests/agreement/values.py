"""Values to pass: random ones, and for each type those on its borders."""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.abi_interpreter import Case, Err, Ok, Some
from tests.abi_types import BOUNDS, payload, scalars
from witcraft.abi.layout import is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType

TEXTS = ["", "a", "zwölf", "ÿ\x80", "Ā", "日本", "🦀", "a\0b", "\uffff\U0010ffff", "ASCII, then ü, then Ж, then 🦀"]
CHARS = ["\0", "a", "\x7f", "\x80", "ÿ", "Ā", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"]
DOUBLES = [0.0, -0.0, 1.5, -1.0, math.inf, -math.inf, math.nan, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]
SINGLES = [0.0, -0.0, 1.5, -1.0, math.inf, -math.inf, math.nan, 2.0**-149, 2.0**-126, (2 - 2.0**-23) * 2.0**127]
MOST = 24  # border values of one type


# ---- random ------------------------------------------------------------------------------------------------------


def values(ty: ValType) -> SearchStrategy[Any]:
    match t.strip(ty):
        case t.Prim(kind):
            return st.sampled_from(scalar_borders(kind)) | scalars(kind)
        case t.String():
            return st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
        case t.List(element):
            return st.lists(values(element), max_size=3)
        case t.FixedList(element, length):
            few = st.lists(values(element), min_size=1, max_size=3)
            return few.map(lambda items: tuple([items[i % len(items)] for i in range(length)]))
        case t.Map(key, value):
            pair = st.tuples(values(key), values(value))
            return st.lists(pair, max_size=3, unique_by=lambda pair: pair[0]).map(tuple)
        case t.Tuple(items):
            return st.tuples(*map(values, items))
        case t.Record(fields):
            return st.fixed_dictionaries({field.name: values(field.type) for field in fields})
        case t.Variant(cases):
            return st.sampled_from(cases).flatmap(lambda case: payload_of(case.type, lambda it: Case(case.name, it)))
        case t.Option(inner) as option:
            return st.none() | (values(inner).map(Some) if is_nested(option) else values(inner))
        case t.Result(ok, err):
            return payload_of(ok, Ok) | payload_of(err, Err)
        case t.Enum(names):
            return st.sampled_from(names)
        case t.Flags(names):
            return st.frozensets(st.sampled_from(names))
        case other:
            raise AssertionError(f"no values of {other}")


def payload_of(ty: ValType | None, make: Any) -> SearchStrategy[Any]:
    return values(ty).map(make) if ty else payload(None, make)


# ---- on a border -------------------------------------------------------------------------------------------------


def borders(ty: ValType) -> list[Any]:
    """At most `MOST` values, which together have every border of each part."""
    match t.strip(ty):
        case t.Prim(kind):
            return scalar_borders(kind)
        case t.String():
            return TEXTS
        case t.List(element):
            inner = borders(element)
            return [[], *[[item] for item in inner[:3]], inner, inner * 3]
        case t.FixedList(element, length):
            inner = borders(element)
            return [tuple([inner[(i + j) % len(inner)] for i in range(length)]) for j in range(len(inner))][:MOST]
        case t.Map(key, value):
            pairs = rows([list(dict.fromkeys(borders(key))), borders(value)], shortest=True)
            return [(), *[(pair,) for pair in pairs[:3]], tuple(pairs)]
        case t.Tuple(items):
            return rows([borders(item) for item in items])
        case t.Record(fields):
            columns = rows([borders(field.type) for field in fields])
            return [dict(zip([field.name for field in fields], row, strict=True)) for row in columns]
        case t.Variant(cases):
            return spread([[Case(case.name, it) for it in payloads(case.type)] for case in cases])
        case t.Option(inner) as option:
            return [None, *[Some(it) if is_nested(option) else it for it in borders(inner)]]
        case t.Result(ok, err):
            return spread([[Ok(it) for it in payloads(ok)], [Err(it) for it in payloads(err)]])
        case t.Enum(names):
            return list(dict.fromkeys([names[0], *names[-2:]]))
        case t.Flags(names):
            return list(dict.fromkeys([frozenset(), frozenset(names), frozenset(names[:1]), frozenset(names[-1:])]))
        case other:
            raise AssertionError(f"no values of {other}")


def payloads(ty: ValType | None) -> list[Any]:
    return borders(ty) if ty else [None]


def scalar_borders(kind: Kind) -> list[Any]:
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        return list(dict.fromkeys([0, low, high, 1, -1 if low else high // 2 + 1]))
    match kind:
        case Kind.BOOL:
            return [False, True]
        case Kind.CHAR:
            return CHARS
        case Kind.F32:
            return SINGLES
        case _:
            return DOUBLES


def rows(columns: list[list[Any]], shortest: bool = False) -> list[tuple[Any, ...]]:
    """Every entry of every column at least once; short columns are repeated, each with a shift of its own."""
    count = min(map(len, columns)) if shortest else min(MOST, max(map(len, columns)))
    return [
        tuple([column[(i + j * (len(column) > 1)) % len(column)] for j, column in enumerate(columns)])
        for i in range(count)
    ]


def spread(cases: list[list[Any]]) -> list[Any]:
    """Of each case the first value, then of each the second, and so on; of many cases the first and the last ones."""
    kept = cases if len(cases) <= 8 else cases[:2] + cases[-3:]
    layers = [[it for it in layer if it is not SKIP] for layer in zip_longest(*kept, fillvalue=SKIP)]
    return [it for layer in layers for it in layer][:MOST]


SKIP = object()
