"""Translation: a type walked once, with a *source* in one component instance and a *sink* in another.

CanonicalABI.md lifts what the caller gives and lowers that to the callee. Here one follows the other part by part, and
nothing but core values passes between them: sources are those of ``lift``, sinks those of ``lower``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from witcraft.abi import lift as lifting
from witcraft.abi import lower as lowering
from witcraft.abi.call import flat_hints
from witcraft.abi.layout import (
    MAX_FLAT_ASYNC_PARAMS,
    MAX_FLAT_PARAMS,
    MAX_FLAT_RESULTS,
    STORED,
    Core,
    FlatTypes,
    Layout,
    cases,
    discriminant,
    fields,
    flags_kind,
)
from witcraft.abi.lift import Source, bits, flat_types, helper_type, is_unrolled, numbered, payload_hint, unsupported
from witcraft.abi.lower import Sink
from witcraft.abi.moves import (
    Bitset,
    Call,
    CheckPlace,
    Copy,
    Each,
    HelperKey,
    Label,
    Move,
    Scalar,
    Switch,
    Transcode,
    Transfer,
    Value,
)
from witcraft.abi.ops import Alloc, Block, Builder, CheckArea, CheckRange, Expr, Lit, Stmt, Var
from witcraft.model.types import (
    Borrow,
    Case,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    Kind,
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
from witcraft.model.world import Function

Typed = tuple[tuple[str, Core], ...]  # names of core values, with their types


def move(b: Builder, step: Move) -> None:
    """A translation's statements are those of ``ops`` and of ``moves``; no other program has the latter."""
    b.block.append(cast(Stmt, step))


def value(made: Value) -> Expr:
    return cast(Expr, made)


# ---- the walk ----------------------------------------------------------------------------------------------------


def translate(b: Builder, ty: ValType, source: Source, sink: Sink, hint: str) -> None:
    """The value of type ``ty`` goes from ``source`` to ``sink``. ``hint`` names what is made on the way."""
    if source.layout.is_large(ty, isinstance(source, lifting.Flat)):
        call_helper(b, ty, source, sink, hint)
    else:
        translate_here(b, ty, source, sink, hint)


def translate_here(b: Builder, ty: ValType, source: Source, sink: Sink, hint: str) -> None:
    """As ``translate``, but ``ty`` itself is written in place, be it large or not."""
    match strip(ty):
        case Prim(kind):
            exact = source.loaded or sink.stored
            sink.put(STORED[kind], value(Scalar(kind, source.scalar(b, STORED[kind], hint), exact)), hint, b)
        case String():
            translate_string(b, source, sink, hint)
        case List(element):
            translate_list(b, element, source, sink, hint)
        case Map(key, item):
            translate_list(b, Tuple((key, item)), source, sink, hint)
        case Record() as record:
            translate_parts(b, fields(record), source, sink, [field.name for field in record.fields])
        case Tuple(items):
            translate_parts(b, items, source, sink, numbered(hint, len(items)))
        case FixedList(element, length):
            translate_fixed_list(b, element, length, source, sink, hint)
        case Variant() | Option() | Result() as variant:
            translate_variant(b, cases(variant), source, sink, hint)
        case Enum(labels):
            stored = discriminant(len(labels))
            sink.put(stored, value(Label(source.scalar(b, stored, hint), len(labels))), hint, b)
        case Flags(labels):
            stored = flags_kind(len(labels))
            sink.put(stored, value(Bitset(source.scalar(b, stored, hint), len(labels))), hint, b)
        case Own() | Borrow() as handle:
            out = b.name(f"{hint}_handle")
            number = source.scalar(b, "u32", hint)
            move(b, Transfer(out, handle.resource, isinstance(handle, Own), number))
            sink.put("u32", Var(out), hint, b)
        case Stream() | Future() | ErrorContext() | TypeDef() as other:
            raise unsupported(other)


def translate_parts(b: Builder, types: Sequence[ValType], source: Source, sink: Sink, hints: Sequence[str]) -> None:
    for ty, part, place, hint in zip(types, source.parts(types), sink.parts(types), hints, strict=True):
        translate(b, ty, part, place, hint)


def translate_string(b: Builder, source: Source, sink: Sink, hint: str) -> None:
    pointer, units = source.pair(b, hint)
    out, length = b.name(f"{hint}_to"), b.name(f"{hint}_units")
    move(b, Transcode(out, length, pointer, units))
    sink.pair(Var(out), Var(length), hint, b)


def translate_list(b: Builder, element: ValType, source: Source, sink: Sink, hint: str) -> None:
    pointer, length = source.pair(b, hint)
    read, written = source.layout.shape(element), sink.layout.shape(element)
    b.add(CheckRange(pointer, length, read.size, read.align))
    count = b.let(f"{hint}_count", bits(source.layout.core, "i32", length))  # at most 2^28-1
    target = b.name(f"{hint}_to")
    b.add(Alloc(target, count, written.size, written.align))
    each(b, element, pointer, Var(target), count, source.layout, sink.layout)
    sink.pair(Var(target), bits("i32", sink.layout.core, count), hint, b)


def translate_fixed_list(b: Builder, element: ValType, length: int, source: Source, sink: Sink, hint: str) -> None:
    if isinstance(source, lifting.Flat) or isinstance(sink, lowering.Flat) or is_unrolled(element, length):
        translate_parts(b, (element,) * length, source, sink, numbered(hint, length))
    else:
        each(b, element, source.address(), sink.address(), Lit(length), source.layout, sink.layout)


def each(b: Builder, element: ValType, source: Expr, target: Expr, count: Expr, read: Layout, written: Layout) -> None:
    """Elements that are the same bytes on both sides go at once."""
    if is_bytes(element, read, {}) and is_bytes(element, written, {}):
        move(b, Copy(source, target, count, read.size(element)))
        return
    reads, writes = b.name("read"), b.name("write")
    place = lowering.Memory(written, Var(writes))
    body = b.inside(lambda: translate(b, element, lifting.Memory(read, Var(reads)), place, "item"))
    move(b, Each(source, target, count, (read.size(element), written.size(element)), reads, writes, body))


def translate_variant(b: Builder, choices: Sequence[Case], source: Source, sink: Sink, hint: str) -> None:
    tag = source.scalar(b, discriminant(len(choices)), f"{hint}_tag")
    payload = source.payloads(choices)
    outs, put_case = sink.variant(choices, hint, b)

    def fill(ty: ValType, name: str, place: Sink) -> None:
        translate(b, ty, payload(ty), place, name)

    def arm(index: int, case: Case) -> None:
        put_case(index, case, partial(fill, case.type, payload_hint(case, hint)) if case.type else lambda _: None)

    arms = tuple([b.inside(partial(arm, index, case)) for index, case in enumerate(choices)])
    move(b, Switch(tag, outs, arms))


def call_helper(b: Builder, ty: ValType, source: Source, sink: Sink, hint: str) -> None:
    key = HelperKey(helper_type(ty), isinstance(source, lifting.Flat), isinstance(sink, lowering.Flat))
    names = sink.helper_outs(ty, hint, b)
    outs = tuple(zip(names, flat_types(sink.layout, ty), strict=True)) if key.to_flat else ()
    move(b, Call(key, (*source.handed_on(), *sink.helper_args()), outs))


# ---- bytes that stay as they are ---------------------------------------------------------------------------------


def is_bytes(ty: ValType, layout: Layout, known: dict[ValType, bool]) -> bool:
    """Whether every byte of a value is the value's, and any bytes are one: no padding, no pointer, nothing to check."""
    if ty not in known:
        known[ty] = _is_bytes(ty, layout, known)
    return known[ty]


def _is_bytes(ty: ValType, layout: Layout, known: dict[ValType, bool]) -> bool:
    match strip(ty):
        case Prim(kind):
            return kind not in (Kind.BOOL, Kind.CHAR)
        case Record() | Tuple() as record:
            parts = fields(record)
            packed = sum(layout.size(part) for part in parts) == layout.size(record)
            return packed and all(is_bytes(part, layout, known) for part in parts)
        case FixedList(element):
            return is_bytes(element, layout, known)
        case Flags(labels):
            return len(labels) == 8 * layout.size(ty)
        case _:
            return False


# ---- calls -------------------------------------------------------------------------------------------------------


RETURNED = 2
"""What an asynchronous lower gives: the state of a subtask that is over, whose result lies in memory."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a call: how many core values it passes itself, before they go through memory (``flatten_functype``).

    With none for the result, the core result is the state of the subtask.
    """

    layout: Layout
    params: int = MAX_FLAT_PARAMS
    results: int = MAX_FLAT_RESULTS

    def flat_params(self, function: Function) -> FlatTypes | None:
        return self.layout.flat_params(function, self.params)

    def flat_result(self, function: Function) -> FlatTypes | None:
        return self.layout.flat_result(function, self.results)

    def returned(self, function: Function) -> FlatTypes:
        """The core values that a result is: a pointer, if it does not fit."""
        flat = self.flat_result(function)
        return (self.layout.core,) if flat is None else flat


def lowered(layout: Layout, is_async: bool = False) -> End:
    return End(layout, MAX_FLAT_ASYNC_PARAMS, 0) if is_async else End(layout)


def lifted(layout: Layout, is_async: bool = False) -> End:
    """An asynchronous one gives its result as the parameters of ``task.return``."""
    return End(layout, results=MAX_FLAT_PARAMS) if is_async else End(layout)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A call from one component instance to another.

    ``there`` translates the parameters of the caller into ``args``, ``back`` what the callee ``returned`` into
    ``results``. A result that the caller wants in memory goes to the address ``out``, its last parameter.
    """

    params: Typed
    there: Block
    args: tuple[Expr, ...]
    arg_types: tuple[Core, ...]
    returned: Typed
    back: Block
    results: tuple[Expr, ...]
    result_types: tuple[Core, ...]
    out: Typed


def crossing(function: Function, caller: End, callee: End) -> Crossing:
    """The two blocks share one set of names."""
    b = Builder()
    params = caller_params(b, function, caller)
    area = b.name("out") if caller.flat_result(function) is None else None
    there, args = inside(b, lambda: pass_params(b, function, params, caller, callee))
    returned = tuple([(b.name("ret"), core) for core in callee.returned(function)])
    back, results = inside(b, lambda: pass_result(b, function, returned, area, callee, caller))
    flat = callee.flat_params(function)
    out: Typed = ((area, caller.layout.core),) if area else ()
    result_types = () if area else caller.returned(function)
    if not caller.results:
        results, result_types = (Lit(RETURNED),), ("i32",)
    arg_types = (callee.layout.core,) if flat is None else flat
    return Crossing((*params, *out), there, args, arg_types, returned, back, results, result_types, out)


def inside(b: Builder, fill: Callable[[], tuple[Expr, ...]]) -> tuple[Block, tuple[Expr, ...]]:
    made: list[tuple[Expr, ...]] = []
    return b.inside(lambda: made.append(fill())), made[0]


def caller_params(b: Builder, function: Function, caller: End) -> Typed:
    """The core parameters, but for the place of the result."""
    flat, layout = caller.flat_params(function), caller.layout
    if flat is None:
        return ((b.name("args"), layout.core),)
    hints = [hint for param in function.params for hint in flat_hints(param.name, param.type, layout)]
    return tuple([(b.name(hint), core) for hint, core in zip(hints, flat, strict=True)])


def pass_params(b: Builder, function: Function, params: Typed, caller: End, callee: End) -> tuple[Expr, ...]:
    """The core values that the callee takes."""
    types = tuple([param.type for param in function.params])
    if not types:
        return ()
    values, whole = tuple([Var(name) for name, _ in params]), Tuple(types)
    source = read(b, values, whole, caller.flat_params(function) is None, caller.layout)
    hints, layout = [param.name for param in function.params], callee.layout
    if callee.flat_params(function) is not None:
        sink = lowering.Flat(layout)
        translate_parts(b, types, source, sink, hints)
        return tuple(sink.values)
    area = b.name("area")
    b.add(Alloc(area, Lit(1), layout.size(whole), layout.align(whole)))
    translate_parts(b, types, source, lowering.Memory(layout, Var(area)), hints)
    return (Var(area),)


def read(b: Builder, values: tuple[Var, ...], ty: ValType, in_memory: bool, layout: Layout) -> Source:
    """``values`` are a value of type ``ty``, or an address of one."""
    if not in_memory:
        return lifting.Flat(layout, values)
    b.add(CheckArea(values[0], layout.size(ty), layout.align(ty)))
    return lifting.Memory(layout, values[0])


def pass_result(
    b: Builder, function: Function, returned: Typed, area: str | None, callee: End, caller: End
) -> tuple[Expr, ...]:
    """The core values that the caller gets."""
    ty, layout = function.result, caller.layout
    if ty is None:
        return ()
    values = tuple([Var(name) for name, _ in returned])
    source = read(b, values, ty, callee.flat_result(function) is None, callee.layout)
    if area:
        move(b, CheckPlace(Var(area), layout.size(ty), layout.align(ty)))
        translate(b, ty, source, lowering.Memory(layout, Var(area)), "result")
        return ()
    sink = lowering.Flat(layout)
    translate(b, ty, source, sink, "result")
    return tuple([b.let(hint, made) for hint, made in zip(sink.hints, sink.values, strict=True)])


# ---- helpers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Helper:
    params: Typed
    body: Block
    results: tuple[Expr, ...]
    result_types: tuple[Core, ...]


def helper(key: HelperKey, source_layout: Layout, sink_layout: Layout) -> Helper:
    """The function that ``Call`` calls."""
    b = Builder()
    ty = key.type
    cores = flat_types(source_layout, ty) if key.from_flat else (source_layout.core,)
    params: Typed = tuple([(b.name("from"), core) for core in cores])
    values = tuple([Var(name) for name, _ in params])
    source: Source = lifting.Flat(source_layout, values) if key.from_flat else lifting.Memory(source_layout, values[0])
    if key.to_flat:
        sink = lowering.Flat(sink_layout)
        translate_here(b, ty, source, sink, "value")
        return Helper(params, tuple(b.block), tuple(sink.values), flat_types(sink_layout, ty))
    to = b.name("to")
    translate_here(b, ty, source, lowering.Memory(sink_layout, Var(to)), "value")
    return Helper((*params, (to, sink_layout.core)), tuple(b.block), (), ())
