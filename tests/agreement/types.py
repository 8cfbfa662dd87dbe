"""Types to pass: random ones, and those on a border of the canonical ABI."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.abi_types import KEYS, LEAVES, PRIMS, enum, flags, named, record, variant
from witcraft.abi.layout import parts
from witcraft.model import types as t
from witcraft.model.types import ValType

# ---- random ------------------------------------------------------------------------------------------------------


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
        inner.map(lambda ty: named(ty, "alias")),
    )


def gated(inner: SearchStrategy[ValType]) -> SearchStrategy[ValType]:
    """What the native API cannot be asked: fixed-length lists and maps."""
    return st.builds(t.FixedList, inner, st.sampled_from([1, 2, 3, 17])) | st.builds(t.Map, KEYS, inner)


TYPES: SearchStrategy[ValType] = st.recursive(LEAVES, composites, max_leaves=8)
ALL_TYPES: SearchStrategy[ValType] = st.recursive(LEAVES, lambda inner: composites(inner) | gated(inner), max_leaves=8)
SCALARS: SearchStrategy[ValType] = PRIMS


# ---- on a border -------------------------------------------------------------------------------------------------


def tuple_of(ty: ValType, length: int) -> t.Tuple:
    return t.Tuple((ty,) * length)


def nested(ty: ValType, depth: int) -> ValType:
    """``option<option<...>>``."""
    return nested(t.Option(ty), depth - 1) if depth else ty


def doubled(depth: int) -> ValType:
    """Records that each hold the former one twice: 2^depth values, but as many definitions as ``depth``."""
    ty: ValType = t.U8
    for _ in range(depth):
        ty = record(ty, ty)
    return ty


POINT = record(t.F64, t.F64, t.U32)
PADDED = record(t.BOOL, t.U8, t.S16, t.U32, t.S64, t.F64, t.CHAR, flags(9))

BORDERS: Mapping[str, ValType] = {
    **{
        f"a list of {prim.kind.value}": t.List(prim)
        for prim in (t.U8, t.S8, t.U16, t.S32, t.U64, t.F32, t.BOOL, t.CHAR)
    },
    **{f"{count} flags": flags(count) for count in (1, 8, 9, 16, 17, 32)},
    **{f"a list of {count} flags": t.List(flags(count)) for count in (8, 9, 17, 32)},
    **{f"an enum of {count}": enum(count) for count in (1, 256, 257)},
    "a list of enums of 256": t.List(enum(256)),
    "a list of enums of 257": t.List(enum(257)),
    "a variant of 256": variant(*[t.U8, None] * 128),
    "a variant of 257": variant(*[t.U8, None] * 128, t.U64),
    "a list of variants of 257": t.List(variant(*[None] * 256, t.U8)),
    "16 flat values": tuple_of(t.U32, 16),
    "17 flat values": tuple_of(t.U32, 17),
    "16 flat values, the last two a string": t.Tuple((t.U64,) * 14 + (t.STRING,)),
    "17 flat values, the last two a string": t.Tuple((t.F32,) * 15 + (t.STRING,)),
    "a variant of 16 flat values": variant(tuple_of(t.F64, 15), t.STRING, t.U8),
    "a variant of 17 flat values": variant(tuple_of(t.F64, 16), t.STRING, t.U8),
    "an option of 16 flat values": t.Option(tuple_of(t.S64, 16)),
    "i32 and f32 in one slot": variant(t.S32, t.F32, t.CHAR),
    "i32 and i64 in one slot": variant(t.S8, t.S64, t.BOOL),
    "i32 and f64 in one slot": variant(t.U16, t.F64),
    "f32 and f64 in one slot": variant(t.F32, t.F64),
    "f32 and i64 in one slot": variant(t.F32, t.U64, t.STRING),
    "pointers and floats in the same slots": variant(t.STRING, t.Tuple((t.F32, t.F64)), t.List(t.U8), None),
    "options in options": nested(t.U8, 3),
    "options of strings in options": nested(t.STRING, 2),
    "an option of nothing much": t.Option(t.Result(None, None)),
    "a result of nothing": t.Result(None, None),
    "a result of something": t.Result(t.STRING, None),
    "a result that only fails with something": t.Result(None, t.List(t.U16)),
    "a result of two alike": t.Result(t.U32, t.U32),
    "a result of two that Python tells apart badly": t.Result(t.U32, t.F32),
    "a result in a result": t.Result(t.Result(t.U8, t.STRING), t.Result(None, t.CHAR)),
    "lists of lists of strings": t.List(t.List(t.STRING)),
    "a list of options": t.List(t.Option(t.U64)),
    "a list of results": t.List(t.Result(t.U8, t.STRING)),
    "a record with padding": PADDED,
    "a list of records with padding": t.List(PADDED),
    "a list of records": t.List(POINT),
    "records in records": t.List(record(POINT, record(t.U8, POINT), t.F32)),
    "a tuple that ends in padding": t.List(t.Tuple((t.U64, t.U8))),
    "six records deep": doubled(6),
}

GATED_BORDERS: Mapping[str, ValType] = {
    "a fixed-length list": t.FixedList(t.U16, 3),
    "a fixed-length list of 16 flat values": t.FixedList(t.F32, 16),
    "a fixed-length list of 17 flat values": t.FixedList(t.U64, 17),
    "fixed-length lists of strings": t.FixedList(t.FixedList(t.STRING, 2), 2),
    "a list of fixed-length lists": t.List(t.FixedList(t.F32, 3)),
    "a long fixed-length list": t.FixedList(t.U8, 10_000),
    "a map of strings": t.Map(t.STRING, t.STRING),
    "a map with padding": t.Map(t.U8, t.U64),
    "a map by chars": t.Map(t.CHAR, t.List(POINT)),
    "a map in a map": t.Map(t.BOOL, t.Map(t.S64, t.Option(t.F32))),
}


# ---- questions ---------------------------------------------------------------------------------------------------


def has_text(ty: ValType) -> bool:
    """Whether the string encoding makes a difference."""
    return isinstance(ty, t.String) or any(map(has_text, parts(ty)))
