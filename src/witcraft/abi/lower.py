"""Lowering, once: a type, a host value and a *sink* (flat core values, or memory).

CanonicalABI.md, "Storing" and "Flat Lowering". A sink is what a source is to lifting. Every part of a value is read
once, since reading may run code of the host's user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, assert_never

from witcraft.abi import ops
from witcraft.abi.layout import (
    STORED,
    Core,
    Layout,
    cases,
    definition,
    discriminant,
    fields,
    flags_kind,
)
from witcraft.abi.lift import (
    bits,
    flat_types,
    helper_type,
    is_unrolled,
    joined_types,
    numbered,
    payload_hint,
    unsupported,
)
from witcraft.abi.ops import (
    Address,
    Alloc,
    Assign,
    Builder,
    CallHelper,
    CaseArm,
    Destructure,
    Direction,
    EnumIndex,
    Expr,
    FlagBits,
    Get,
    HelperKey,
    Into,
    Length,
    Lit,
    LowerBorrow,
    LowerOwn,
    LowerString,
    Spread,
    Store,
    SwitchCase,
    ToCore,
    Var,
)
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

Outs = tuple[tuple[str, Core], ...]  # name and core type of what the arms of a switch assign


# ---- sinks -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Memory:
    """Stores at ``base + offset``, whose range has been checked."""

    layout: Layout
    base: Var
    offset: int = 0
    stored: ClassVar[bool] = True

    def put(self, kind: str, value: Expr, hint: str, b: Builder) -> None:
        b.add(Store(kind, self.base, self.offset, value))

    def pair(self, pointer: Expr, length: Expr, hint: str, b: Builder) -> None:
        self.put(self.layout.kind, pointer, hint, b)
        self.at(self.layout.pointer).put(self.layout.kind, length, hint, b)

    def parts(self, types: Sequence[ValType]) -> Iterator[Sink]:
        return (self.at(offset) for offset in self.layout.offsets(types))

    def variant(self, cases: Sequence[Case], hint: str, b: Builder) -> tuple[Outs, PutCase]:
        """What the arms assign (nothing), and how an arm puts its case."""
        place = self.at(self.layout.payload_offset(cases))

        def put_case(index: int, case: Case, fill: Fill) -> None:
            self.put(discriminant(len(cases)), Lit(index), hint, b)
            fill(place)

        return (), put_case

    def helper_args(self) -> tuple[Expr, ...]:
        return (self.address(),)

    def helper_outs(self, ty: ValType, hint: str, b: Builder) -> tuple[str, ...]:
        return ()

    def at(self, offset: int) -> Memory:
        return Memory(self.layout, self.base, self.offset + offset)

    def address(self) -> Expr:
        return Address(self.base, self.offset) if self.offset else self.base


@dataclass(slots=True)
class Flat:
    """Collects one core value for each flat type, and a hint for its name."""

    layout: Layout
    values: list[Expr] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    stored: ClassVar[bool] = False

    def put(self, kind: str, value: Expr, hint: str, b: Builder) -> None:
        self.values.append(value)
        self.hints.append(hint)

    def pair(self, pointer: Expr, length: Expr, hint: str, b: Builder) -> None:
        self.put(self.layout.kind, pointer, f"{hint}_ptr", b)
        self.put(self.layout.kind, length, f"{hint}_len", b)

    def parts(self, types: Sequence[ValType]) -> Iterator[Sink]:
        return (self for _ in types)

    def variant(self, cases: Sequence[Case], hint: str, b: Builder) -> tuple[Outs, PutCase]:
        """One name for each joined core value: every case assigns them all."""
        cores = ("i32", *joined_types(self.layout, cases))
        outs = tuple([(b.name(f"{hint}_{i}" if i else f"{hint}_tag"), core) for i, core in enumerate(cores)])
        self.extend([name for name, _ in outs])

        def put_case(index: int, case: Case, fill: Fill) -> None:
            inner = Flat(self.layout)
            fill(inner)
            for (name, _), value in zip(outs, inner.joined(index, case, cores), strict=True):
                b.add(Assign(name, value))

        return outs, put_case

    def joined(self, index: int, case: Case, cores: Sequence[Core]) -> list[Expr]:
        """These payload values as those of the whole variant: the tag before, zeros behind."""
        have = flat_types(self.layout, case.type) if case.type else ()
        payload = [bits(core, want, value) for core, want, value in zip(have, cores[1:], self.values, strict=False)]
        return [Lit(index), *payload, *[Lit(0, core) for core in cores[1 + len(payload) :]]]

    def helper_args(self) -> tuple[Expr, ...]:
        return ()

    def helper_outs(self, ty: ValType, hint: str, b: Builder) -> tuple[str, ...]:
        outs = tuple([b.name(name) for name in numbered(hint, len(flat_types(self.layout, ty)))])
        self.extend(outs)
        return outs

    def extend(self, names: Sequence[str]) -> None:
        self.values += [Var(name) for name in names]
        self.hints += names


Sink = Memory | Flat
Fill = Callable[[Sink], None]  #                    puts the payload of one case
PutCase = Callable[[int, Case, Fill], None]  #      puts the tag and the payload of one case


# ---- the walk ----------------------------------------------------------------------------------------------------


def lower(b: Builder, ty: ValType, value: Expr, sink: Sink, hint: str) -> None:
    """Puts ``value``, of type ``ty``, into ``sink``. ``hint`` names what is made on the way."""
    if sink.layout.is_large(ty, isinstance(sink, Flat)):
        call_helper(b, ty, value, sink, hint)
    else:
        lower_here(b, ty, value, sink, hint)


def lower_here(b: Builder, ty: ValType, value: Expr, sink: Sink, hint: str) -> None:
    """As ``lower``, but ``ty`` itself is written in place, be it large or not."""
    match strip(ty):
        case Prim(kind):
            sink.put(STORED[kind], ToCore(kind, value, sink.stored), hint, b)
        case String():
            lower_string(b, value, sink, hint)
        case List(element):
            lower_list(b, element, Into.LIST, value, sink, hint)
        case Map(key, item):
            lower_list(b, Tuple((key, item)), Into.MAP, value, sink, hint)
        case Record() as record:
            lower_record(b, definition(ty), record, value, sink, hint)
        case Tuple(items):
            lower_items(b, items, value, sink, hint)
        case FixedList(element, length):
            lower_fixed_list(b, element, length, value, sink, hint)
        case Variant() | Option() | Result() as variant:
            lower_variant(b, ty, variant, value, sink, hint)
        case Enum(labels):
            sink.put(discriminant(len(labels)), EnumIndex(definition(ty), value), hint, b)
        case Flags(labels):
            sink.put(flags_kind(len(labels)), FlagBits(definition(ty), value), hint, b)
        case Own() | Borrow() as handle:
            lower_handle(b, handle, value, sink, hint)
        case Stream() | Future() | ErrorContext() | TypeDef() as other:
            raise unsupported(other)
        case other:
            assert_never(other)


def lower_string(b: Builder, value: Expr, sink: Sink, hint: str) -> None:
    pointer, length = b.name(f"{hint}_ptr"), b.name(f"{hint}_len")
    b.add(LowerString(pointer, length, value))
    sink.pair(Var(pointer), Var(length), hint, b)


def lower_list(b: Builder, element: ValType, into: Into, value: Expr, sink: Sink, hint: str) -> None:
    shape = sink.layout.shape(element)
    items = walkable(b, value, into, None, hint)
    length = b.let(f"{hint}_len", Length(items))
    pointer = b.name(f"{hint}_ptr")
    b.add(Alloc(pointer, length, shape.size, shape.align))
    spread(b, element, items, Var(pointer), sink.layout)
    sink.pair(Var(pointer), length, hint, b)


def lower_fixed_list(b: Builder, element: ValType, length: int, value: Expr, sink: Sink, hint: str) -> None:
    if isinstance(sink, Flat) or is_unrolled(element, length):
        lower_items(b, (element,) * length, value, sink, hint)
    else:
        spread(b, element, walkable(b, value, Into.TUPLE, length, hint), sink.address(), sink.layout)


def walkable(b: Builder, value: Expr, into: Into, length: int | None, hint: str) -> Expr:
    out = b.name(hint)
    b.add(ops.Sequence(out, value, into, length))
    return Var(out)


def spread(b: Builder, element: ValType, items: Expr, pointer: Expr, layout: Layout) -> None:
    item, at = b.name("item"), b.name("at")
    body = b.inside(lambda: lower(b, element, Var(item), Memory(layout, Var(at)), "item"))
    b.add(Spread(items, item, at, pointer, layout.size(element), body))


def lower_record(b: Builder, name: TypeDef, record: Record, value: Expr, sink: Sink, hint: str) -> None:
    whole = b.let(hint, value) if len(record.fields) > 1 else value
    for index, part in enumerate(sink.parts(fields(record))):
        member = record.fields[index]
        lower(b, member.type, Get(name, whole, index), part, member.name)


def lower_items(b: Builder, items: Sequence[ValType], value: Expr, sink: Sink, hint: str) -> None:
    hints = numbered(hint, len(items))
    names = tuple([b.name(name) for name in hints])
    b.add(Destructure(names, value))
    for ty, name, part, part_hint in zip(items, names, sink.parts(items), hints, strict=True):
        lower(b, ty, Var(name), part, part_hint)


def lower_variant(
    b: Builder, ty: ValType, variant: Variant | Option | Result, value: Expr, sink: Sink, hint: str
) -> None:
    whole = b.let(hint, value)
    outs, put_case = sink.variant(cases(variant), hint, b)
    arms = tuple([lower_case(b, index, case, put_case, hint) for index, case in enumerate(cases(variant))])
    kind = definition(ty) if isinstance(variant, Variant) else variant
    b.add(SwitchCase(kind, whole, outs, arms))


def lower_case(b: Builder, index: int, case: Case, put_case: PutCase, hint: str) -> CaseArm:
    """One arm: its payload gets a name of its own, and goes where ``put_case`` says."""
    if case.type is None:
        return CaseArm(None, b.inside(partial(put_case, index, case, lambda _: None)))
    name = b.name(payload_hint(case, hint))
    fill = partial(lower_payload, b, case.type, Var(name), payload_hint(case, hint))
    return CaseArm(name, b.inside(partial(put_case, index, case, fill)))


def lower_payload(b: Builder, ty: ValType, value: Expr, hint: str, sink: Sink) -> None:
    lower(b, ty, value, sink, hint)


def lower_handle(b: Builder, handle: Own | Borrow, value: Expr, sink: Sink, hint: str) -> None:
    out = b.name(f"{hint}_handle")
    op = LowerOwn if isinstance(handle, Own) else LowerBorrow
    b.add(op(out, handle.resource, value))
    sink.put("u32", Var(out), hint, b)


def call_helper(b: Builder, ty: ValType, value: Expr, sink: Sink, hint: str) -> None:
    key = HelperKey(Direction.LOWER, helper_type(ty), isinstance(sink, Flat))
    b.helpers[key] = None
    args = (value, *sink.helper_args())
    b.add(CallHelper(sink.helper_outs(ty, hint, b), key, args))
