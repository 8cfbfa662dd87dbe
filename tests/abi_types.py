"""Random types and values for the canonical ABI, in the shapes of ``tests/abi_interpreter.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.abi_interpreter import Case, Err, Ok, Some
from witcraft.abi.layout import is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, TypeDef, ValType

BOUNDS = {
    Kind.U8: (0, 2**8 - 1),
    Kind.S8: (-(2**7), 2**7 - 1),
    Kind.U16: (0, 2**16 - 1),
    Kind.S16: (-(2**15), 2**15 - 1),
    Kind.U32: (0, 2**32 - 1),
    Kind.S32: (-(2**31), 2**31 - 1),
    Kind.U64: (0, 2**64 - 1),
    Kind.S64: (-(2**63), 2**63 - 1),
}
CHARS = st.characters(exclude_categories=["Cs"])


# ---- types -------------------------------------------------------------------------------------------------------


def named(ty: ValType, name: str = "thing") -> TypeDef:
    return TypeDef("test:abi/types", name, ty)


def labels(count: int) -> tuple[str, ...]:
    return tuple([f"l{i}" for i in range(count)])


def record(*types: ValType) -> TypeDef:
    return named(t.Record(tuple([t.Field(f"f{i}", ty) for i, ty in enumerate(types)])), "rec")


def variant(*types: ValType | None) -> TypeDef:
    return named(t.Variant(tuple([t.Case(f"c{i}", ty) for i, ty in enumerate(types)])), "var")


def enum(count: int) -> TypeDef:
    return named(t.Enum(labels(count)), "enu")


def flags(count: int) -> TypeDef:
    return named(t.Flags(labels(count)), "fla")


PRIMS = st.sampled_from([t.Prim(kind) for kind in Kind])
KEYS = st.sampled_from([t.U8, t.S64, t.BOOL, t.CHAR, t.STRING])
LEAVES: SearchStrategy[ValType] = st.one_of(
    PRIMS,
    PRIMS,
    st.just(t.STRING),
    st.sampled_from([1, 2, 8, 9, 16, 17, 32]).map(flags),
    st.sampled_from([1, 2, 3, 256, 257]).map(enum),
)


def composites(inner: SearchStrategy[ValType]) -> SearchStrategy[ValType]:
    maybe = st.none() | inner
    some = st.lists(inner, min_size=1, max_size=5)
    return st.one_of(
        inner.map(t.List),
        inner.map(t.Option),
        some.map(lambda items: t.Tuple(tuple(items))),
        some.map(lambda items: record(*items)),
        st.lists(maybe, min_size=1, max_size=5).map(lambda items: variant(*items)),
        st.builds(t.Result, maybe, maybe),
        st.builds(t.FixedList, inner, st.sampled_from([1, 2, 3, 17])),
        st.builds(t.Map, KEYS, inner),
        inner.map(lambda ty: named(ty, "alias")),
    )


TYPES: SearchStrategy[ValType] = st.recursive(LEAVES, composites, max_leaves=8)


# ---- values ------------------------------------------------------------------------------------------------------


def values(ty: ValType) -> SearchStrategy[Any]:
    """Host values of a type."""
    match t.strip(ty):
        case t.Prim(kind):
            return scalars(kind)
        case t.String():
            return st.text(CHARS, max_size=5)
        case t.List(element):
            return st.lists(values(element), max_size=3)
        case t.FixedList(element, length):
            return st.tuples(*[values(element)] * length)
        case t.Map(key, value):
            return st.lists(st.tuples(values(key), values(value)), max_size=3).map(tuple)
        case t.Tuple(items):
            return st.tuples(*map(values, items))
        case t.Record(fields):
            return st.fixed_dictionaries({field.name: values(field.type) for field in fields})
        case t.Variant(cases):
            return st.one_of([payload(case.type, named_case(case.name)) for case in cases])
        case t.Option(inner) as option:
            return st.none() | (values(inner).map(Some) if is_nested(option) else values(inner))
        case t.Result(ok, err):
            return payload(ok, Ok) | payload(err, Err)
        case t.Enum(names):
            return st.sampled_from(names)
        case t.Flags(names):
            return st.frozensets(st.sampled_from(names))
        case other:
            raise AssertionError(f"no values of {other}")


def scalars(kind: Kind) -> SearchStrategy[Any]:
    if kind is Kind.BOOL:
        return st.booleans()
    if kind is Kind.CHAR:
        return CHARS
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        return st.sampled_from([low, high, 0]) | st.integers(low, high)
    return st.floats(width=32 if kind is Kind.F32 else 64).map(canonical)


def canonical(value: float) -> float:
    """One NaN for all: which one comes out is nobody's promise."""
    return math.nan if math.isnan(value) else value


def payload(ty: ValType | None, make: Callable[[Any], Any]) -> SearchStrategy[Any]:
    return values(ty).map(make) if ty else st.just(make(None))


def named_case(name: str) -> Callable[[Any], Case]:
    return lambda value: Case(name, value)


def same(a: Any, b: Any) -> bool:
    """Equal, any two NaNs too; a bool is no integer and a list no tuple."""
    if type(a) is not type(b):
        return False
    match a:
        case float():
            return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (math.isnan(a) and math.isnan(b))
        case dict():
            return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
        case list() | tuple():
            return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
        case Case():
            return a.name == b.name and same(a.payload, b.payload)
        case Some() | Ok() | Err():
            return same(a.payload, b.payload)
        case _:
            return bool(a == b)
