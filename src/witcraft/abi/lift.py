"""Lifting, once: a type and a *source* (flat core values, or memory) give an expression for the host value.

CanonicalABI.md, "Loading" and "Flat Lifting": the two differ only in where the next scalar comes from, and that
difference lives in ``Flat`` and ``Memory``, not in the walk over the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, assert_never

from witcraft.abi.layout import (
    STORED,
    FlatTypes,
    Layout,
    cases,
    definition,
    discriminant,
    fields,
    flags_kind,
    is_nested,
)
from witcraft.abi.ops import (
    Address,
    Assign,
    Bits,
    Builder,
    CallHelper,
    CheckRange,
    Collect,
    Direction,
    Expr,
    FromCore,
    HelperKey,
    Into,
    Let,
    LiftBorrow,
    LiftOwn,
    LiftString,
    Lit,
    Load,
    MakeCase,
    MakeEnum,
    MakeErr,
    MakeFlags,
    MakeNone,
    MakeOk,
    MakeRecord,
    MakeSome,
    MakeTuple,
    SwitchTag,
    Var,
)
from witcraft.errors import UnsupportedError
from witcraft.model.types import (
    Borrow,
    Case,
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
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
    strip,
)

UNROLLED = 16  # a fixed-length list of up to so many scalars is written out like a tuple


# ---- sources -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Memory:
    """A value in memory at ``base + offset``; its range has been checked."""

    layout: Layout
    base: Var
    offset: int = 0
    loaded: ClassVar[bool] = True

    def scalar(self, b: Builder, kind: str, hint: str) -> Expr:
        name = b.name(hint)
        b.add(Let(name, Load(kind, self.base, self.offset)))
        return Var(name)

    def pair(self, b: Builder, hint: str) -> tuple[Expr, Expr]:
        """Pointer and length."""
        kind = self.layout.kind
        return self.scalar(b, kind, f"{hint}_ptr"), self.at(self.layout.pointer).scalar(b, kind, f"{hint}_len")

    def parts(self, types: Sequence[ValType]) -> Iterator[Source]:
        return (self.at(offset) for offset in self.layout.offsets(types))

    def payloads(self, cases: Sequence[Case]) -> Callable[[ValType], Memory]:
        """Where the payload of each case is: all at the same place."""
        place = self.at(self.layout.payload_offset(cases))
        return lambda _: place

    def at(self, offset: int) -> Memory:
        return Memory(self.layout, self.base, self.offset + offset)

    def address(self) -> Expr:
        return Address(self.base, self.offset) if self.offset else self.base

    def handed_on(self) -> tuple[Expr, ...]:
        """What a helper gets to find the value."""
        return (self.address(),)


@dataclass(slots=True)
class Flat:
    """A value in core values, one for each of its flat types."""

    layout: Layout
    values: tuple[Expr, ...]
    loaded: ClassVar[bool] = False

    def scalar(self, b: Builder, kind: str, hint: str) -> Expr:
        return self.values[0]

    def pair(self, b: Builder, hint: str) -> tuple[Expr, Expr]:
        return b.let(f"{hint}_ptr", self.values[0]), b.let(f"{hint}_len", self.values[1])

    def parts(self, types: Sequence[ValType]) -> Iterator[Source]:
        at = 0
        for ty in types:
            end = at + len(flat_types(self.layout, ty))
            yield Flat(self.layout, self.values[at:end])
            at = end

    def payloads(self, cases: Sequence[Case]) -> Callable[[ValType], Flat]:
        """Undoes the join: each core value as the type that a case has at its place."""
        joined = joined_types(self.layout, cases)

        def payload(case: ValType) -> Flat:
            slots = zip(joined, flat_types(self.layout, case), self.values[1:], strict=False)
            return Flat(self.layout, tuple([bits(have, want, value) for have, want, value in slots]))

        return payload

    def handed_on(self) -> tuple[Expr, ...]:
        return self.values


Source = Memory | Flat
Make = Callable[[int, Expr | None], Expr]  # number and payload of a case -> its value


def flat_types(layout: Layout, ty: ValType) -> FlatTypes:
    flat = layout.flatten(ty)
    assert flat is not None, "a flat source or sink stands for a type that fits"
    return flat


def joined_types(layout: Layout, cases: Sequence[Case]) -> FlatTypes:
    """The core values of a variant behind its tag."""
    joined = layout.join(cases)
    assert joined is not None, "a flat source or sink stands for a type that fits"
    return joined


def bits(have: str, want: str, of: Expr) -> Expr:
    return of if have == want else Bits(have, want, of)


# ---- the walk ----------------------------------------------------------------------------------------------------


def lift(b: Builder, ty: ValType, source: Source, hint: str) -> Expr:
    """The value of type ``ty`` that ``source`` holds. ``hint`` names what is made on the way."""
    if source.layout.is_large(ty, isinstance(source, Flat)):
        return call_helper(b, ty, source, hint)
    return lift_here(b, ty, source, hint)


def lift_here(b: Builder, ty: ValType, source: Source, hint: str) -> Expr:
    """As ``lift``, but ``ty`` itself is written in place, be it large or not."""
    match strip(ty):
        case Prim(kind):
            return FromCore(kind, source.scalar(b, STORED[kind], hint), source.loaded)
        case String():
            return lift_string(b, source, hint)
        case List(element):
            return lift_list(b, ty, element, Into.LIST, source, hint)
        case Map(key, value):
            return lift_list(b, ty, Tuple((key, value)), Into.MAP, source, hint)
        case Record() as record:
            values = lift_parts(b, fields(record), source, [field.name for field in record.fields])
            return MakeRecord(definition(ty), values)
        case Tuple(items):
            return MakeTuple(lift_parts(b, items, source, numbered(hint, len(items))))
        case FixedList(element, length):
            return lift_fixed_list(b, ty, element, length, source, hint)
        case Option() as option:
            return lift_variant(b, ty, option, partial(make_option, is_nested(option)), source, hint)
        case Result() as result:
            return lift_variant(b, ty, result, make_result, source, hint)
        case Variant() as variant:
            return lift_variant(b, ty, variant, partial(MakeCase, definition(ty)), source, hint)
        case Enum(labels):
            return MakeEnum(definition(ty), source.scalar(b, discriminant(len(labels)), hint))
        case Flags(labels):
            return MakeFlags(definition(ty), source.scalar(b, flags_kind(len(labels)), hint))
        case Own() | Borrow() as handle:
            return lift_handle(b, handle, source, hint)
        case Stream() | Future() | ErrorContext() | TypeDef() as other:
            raise unsupported(other)
        case other:
            assert_never(other)


def lift_parts(b: Builder, types: Sequence[ValType], source: Source, hints: Sequence[str]) -> tuple[Expr, ...]:
    parts = zip(types, source.parts(types), hints, strict=True)
    return tuple([lift(b, ty, part, hint) for ty, part, hint in parts])


def lift_string(b: Builder, source: Source, hint: str) -> Expr:
    pointer, length = source.pair(b, hint)
    out = b.name(hint)
    b.add(LiftString(out, pointer, length))
    return Var(out)


def lift_list(b: Builder, ty: ValType, element: ValType, into: Into, source: Source, hint: str) -> Expr:
    pointer, length = source.pair(b, hint)
    shape = source.layout.shape(element)
    b.add(CheckRange(pointer, length, shape.size, shape.align))
    return collect(b, ty, element, into, pointer, length, source.layout, hint)


def lift_fixed_list(b: Builder, ty: ValType, element: ValType, count: int, source: Source, hint: str) -> Expr:
    if isinstance(source, Flat) or is_unrolled(element, count):
        return MakeTuple(lift_parts(b, (element,) * count, source, numbered(hint, count)))
    length = Lit(count, source.layout.core)
    return collect(b, ty, element, Into.TUPLE, source.address(), length, source.layout, hint)


def collect(
    b: Builder, ty: ValType, element: ValType, into: Into, pointer: Expr, length: Expr, layout: Layout, hint: str
) -> Expr:
    out, at = b.name(hint), b.name("at")
    item: list[Expr] = []
    body = b.inside(lambda: item.append(lift(b, element, Memory(layout, Var(at)), "item")))
    b.add(Collect(ty, out, into, pointer, length, layout.size(element), at, body, item[0]))
    return Var(out)


def lift_variant(
    b: Builder, ty: ValType, variant: Variant | Option | Result, make: Make, source: Source, hint: str
) -> Expr:
    """Lifts whichever case the tag says; ``make`` gives its value."""
    choices = cases(variant)
    tag = source.scalar(b, discriminant(len(choices)), f"{hint}_tag")
    out, payload = b.name(hint), source.payloads(choices)

    def arm(index: int, case: Case) -> None:
        value = lift(b, case.type, payload(case.type), payload_hint(case, hint)) if case.type else None
        b.add(Assign(out, make(index, value)))

    arms = tuple([b.inside(partial(arm, index, case)) for index, case in enumerate(choices)])
    b.add(SwitchTag(ty, tag, out, tuple([case.name for case in choices]), arms))
    return Var(out)


def make_option(nested: bool, index: int, payload: Expr | None) -> Expr:
    return MakeNone(nested) if payload is None else MakeSome(payload, nested)


def make_result(index: int, payload: Expr | None) -> Expr:
    return MakeErr(payload) if index else MakeOk(payload)


def lift_handle(b: Builder, handle: Own | Borrow, source: Source, hint: str) -> Expr:
    number = source.scalar(b, "u32", f"{hint}_handle")
    out = b.name(hint)
    op = LiftOwn if isinstance(handle, Own) else LiftBorrow
    b.add(op(out, handle.resource, number))
    return Var(out)


def call_helper(b: Builder, ty: ValType, source: Source, hint: str) -> Expr:
    key = HelperKey(Direction.LIFT, helper_type(ty), isinstance(source, Flat))
    b.helpers[key] = None
    out = b.name(hint)
    b.add(CallHelper((out,), key, source.handed_on()))
    return Var(out)


# ---- shared with lowering ----------------------------------------------------------------------------------------


def helper_type(ty: ValType) -> ValType:
    """One helper for all names of a type: the innermost name stands for them."""
    while isinstance(ty, TypeDef) and isinstance(ty.type, TypeDef):
        ty = ty.type
    return ty


def is_unrolled(element: ValType, length: int) -> bool:
    return length <= UNROLLED and isinstance(strip(element), Prim)


def numbered(hint: str, count: int) -> list[str]:
    return [f"{hint}_{i}" for i in range(count)]


def payload_hint(case: Case, hint: str) -> str:
    """Payloads are named by their case, but "some" and "ok" say less than the name of the whole."""
    return hint if case.name in ("some", "ok") else case.name


def unsupported(ty: ValType) -> UnsupportedError:
    names = {Stream: "stream", Future: "future", ErrorContext: "error-context"}
    return UnsupportedError(f"{names.get(type(ty), 'such')} values are not supported yet")
