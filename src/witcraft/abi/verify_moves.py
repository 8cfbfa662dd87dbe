"""Checks that a translation is sound, as ``verify`` does for programs of a host. Run on every translation in the tests.

* Only core values: no operation makes a value of a host's or takes one, and none calls a host.
* Every name is made once, before it is used, and where its block can see it; every arm assigns all that it should.
* Core types agree, pointers and lengths with the width of their own side.
* Reads stay inside what was checked of the memory that values come from, writes inside what was checked or allocated
  in the one that they go to.
* What comes from one side stays there until it has been looked at: no pointer, handle, character or discriminant that
  nobody checked, and no length but of a range that was, is ever written, passed or returned to the other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, cast

from witcraft.abi import moves, ops
from witcraft.abi.facts import Facts, require
from witcraft.abi.layout import CORES, STORED, WIDTHS, Core, Layout, discriminant, flags_kind
from witcraft.abi.lift import flat_types
from witcraft.abi.moves import HelperKey, Move, Value
from witcraft.abi.ops import Address, Bits, Block, Expr, Lit, Load, Stmt, Var
from witcraft.abi.translate import Crossing, Helper
from witcraft.model.types import Kind


class Side(Enum):
    CALLER = "the caller's"
    CALLEE = "the callee's"


@dataclass(frozen=True, slots=True)
class Sort:
    """``kind``: as what it was loaded, or is to be stored. ``owner``: the side that alone may see it; None: any may."""

    core: Core
    owner: Side | None = None
    kind: str | None = None
    exact: bool = False  # only a store of that kind cuts it to its width


@dataclass(slots=True, kw_only=True)
class Scope(Facts):
    """``areas``: bytes that may be touched, by side and name; ``ranges``: (side, pointer, count, bytes of an item)."""

    source: Side
    sink: Side
    layouts: dict[Side, Layout]
    areas: dict[Any, Any] = field(default_factory=dict)
    ranges: dict[Any, Any] = field(default_factory=dict)
    measured: dict[Any, Any] = field(default_factory=dict)  # lengths of ranges that were checked
    counts: dict[Any, Any] = field(default_factory=dict)  #    name -> the length that it is the same number as

    def layout(self, side: Side) -> Layout:
        return self.layouts[side]


def verify_crossing(made: Crossing, caller: Layout, callee: Layout) -> None:
    """Raises ``ProgramError``."""
    layouts = {Side.CALLER: caller, Side.CALLEE: callee}
    scope = Scope(source=Side.CALLER, sink=Side.CALLEE, layouts=layouts)
    make_raw(scope, made.params)
    check_block(scope, made.there)
    gives(scope, made.args, made.arg_types)
    scope.source, scope.sink = scope.sink, scope.source
    make_raw(scope, made.returned)
    check_block(scope, made.back)
    gives(scope, made.results, made.result_types)


def verify_helper(key: HelperKey, made: Helper, source: Layout, sink: Layout) -> None:
    """Raises ``ProgramError``; whoever calls the helper has checked the areas that it is given."""
    scope = Scope(source=Side.CALLER, sink=Side.CALLEE, layouts={Side.CALLER: source, Side.CALLEE: sink})
    if key.to_flat:
        make_raw(scope, made.params)
    else:
        make_raw(scope, made.params[:-1])
        to, core = made.params[-1]
        scope.make(to, Sort(core, Side.CALLEE))
        scope.know(scope.areas, (Side.CALLEE, to), sink.size(key.type))
    if not key.from_flat:
        scope.know(scope.areas, (Side.CALLER, made.params[0][0]), source.size(key.type))
    check_block(scope, made.body)
    wanted = flat_types(sink, key.type) if key.to_flat else ()
    require(made.result_types == wanted, "a helper gives other core values than its type has")
    gives(scope, made.results, wanted)


# ---- statements --------------------------------------------------------------------------------------------------


def check_block(scope: Scope, block: Block) -> None:
    for stmt in block:
        check(scope, stmt)
    require(not scope.open, "an arm does not assign {}", ", ".join(scope.open))


def check(scope: Scope, stmt: Stmt) -> None:
    source, sink = scope.source, scope.sink
    match cast("Stmt | Move", stmt):
        case ops.Let(name, Load(kind, Var(base), offset)):
            touch(scope, source, base, offset, WIDTHS[kind])
            scope.make(name, Sort(CORES[kind], source, kind))
        case ops.Let(name, of):
            scope.make(name, sort_of(scope, of))
            scope.know(scope.counts, name, counted(scope, of))
        case ops.Assign(name, of):
            require(name in scope.open, "{} is assigned twice, or was not declared by this switch", name)
            gives(scope, (of,), (scope.open.pop(name).core,))
        case ops.Store(kind, Var(base), offset, of):
            touch(scope, sink, base, offset, WIDTHS[kind])
            stores(scope, of, kind)
        case ops.CheckArea(ptr, size):
            allow(scope, source, ptr, size)
        case moves.CheckPlace(ptr, size):
            allow(scope, sink, ptr, size)
        case ops.CheckRange(ptr, count, size):
            wants(scope, ptr, scope.layout(source).core, source)
            wants(scope, count, scope.layout(source).core, source)
            scope.know(scope.ranges, (source, ptr, counted(scope, count), size))
            scope.know(scope.measured, counted(scope, count))
        case ops.Alloc(out, count, size):
            wants_count(scope, count)
            scope.make(out, Sort(scope.layout(sink).core, sink))
            scope.know(scope.ranges, (sink, Var(out), counted(scope, count), size))
            if isinstance(count, Lit):
                scope.know(scope.areas, (sink, out), count.value * size)
        case moves.Copy(start, to, count, size):
            wants_ranges(scope, start, to, count, (size, size))
        case moves.Each() as each:
            check_each(scope, each)
        case moves.Transcode(ptr, length, start, units):
            for part in (start, units):
                wants(scope, part, scope.layout(source).core, source)
            for name in (ptr, length):
                scope.make(name, Sort(scope.layout(sink).core, sink))
        case moves.Switch(tag, outs, arms):
            wants(scope, tag, "i32", source)
            for arm in arms:
                with scope.inside([(name, Sort(core)) for name, core in outs]):
                    check_block(scope, arm)
            make_given(scope, outs)
        case moves.Transfer(out, _, _, handle):
            wants(scope, handle, "i32", source)
            scope.make(out, Sort("i32", sink))
        case moves.Call() as call:
            check_call(scope, call)
        case other:
            require(False, "{} is no part of a translation: it is a host's", type(other).__name__)


def check_each(scope: Scope, each: moves.Each) -> None:
    wants_ranges(scope, each.source, each.target, each.count, each.strides)
    with scope.inside():
        for side, name, stride in zip((scope.source, scope.sink), (each.reads, each.writes), each.strides, strict=True):
            scope.make(name, Sort(scope.layout(side).core, side))
            scope.know(scope.areas, (side, name), stride)
        check_block(scope, each.body)


def check_call(scope: Scope, call: moves.Call) -> None:
    key, args = call.helper, list(call.args)
    source, sink = scope.layout(scope.source), scope.layout(scope.sink)
    if not key.to_flat:
        require(room_at(scope, scope.sink, args.pop()) >= sink.size(key.type), "a helper writes out of its area")
    if key.from_flat:
        for arg, core in zip(args, flat_types(source, key.type), strict=True):
            wants(scope, arg, core, scope.source)
    else:
        (start,) = args
        require(room_at(scope, scope.source, start) >= source.size(key.type), "a helper reads out of its area")
    given = tuple([core for _, core in call.outs])
    require(given == (flat_types(sink, key.type) if key.to_flat else ()), "a helper gives other core values")
    make_given(scope, call.outs)


# ---- memory ------------------------------------------------------------------------------------------------------


def allow(scope: Scope, side: Side, ptr: Expr, size: int) -> None:
    """``size`` bytes at ``ptr`` are looked at."""
    wants(scope, ptr, scope.layout(side).core, side)
    require(isinstance(ptr, Var), "{} is no name", ptr)
    if isinstance(ptr, Var):
        scope.know(scope.areas, (side, ptr.name), size)


def touch(scope: Scope, side: Side, base: str, offset: int, size: int) -> None:
    fits = offset >= 0 and room_at(scope, side, Address(Var(base), offset)) >= size
    require(fits, "{} bytes at {} + {} are unchecked", size, base, offset)


def room_at(scope: Scope, side: Side, place: Expr) -> int:
    """How many bytes of a side's memory may be touched from ``place`` on; less than one if it was not checked."""
    base, offset = (place.base, place.offset) if isinstance(place, Address) else (place, 0)
    return int(scope.areas.get((side, base.name), 0)) - offset if isinstance(base, Var) else 0


def wants_ranges(scope: Scope, start: Expr, to: Expr, count: Expr, sizes: Sequence[int]) -> None:
    """So many items can be read at one place and written at the other."""
    wants_count(scope, count)
    for side, place, size in zip((scope.source, scope.sink), (start, to), sizes, strict=True):
        fits = isinstance(count, Lit) and room_at(scope, side, place) >= count.value * size
        known = (side, place, counted(scope, count), size) in scope.ranges
        require(fits or known, "{} * {} bytes at {} are unchecked", count, size, place)


def counted(scope: Scope, count: Expr) -> Expr:
    """The length that ``count`` is the same number as, at one width or the other."""
    while isinstance(count, Bits):
        count = count.of
    return cast(Expr, scope.counts.get(count.name, count)) if isinstance(count, Var) else count


def is_measured(scope: Scope, count: Expr) -> bool:
    return counted(scope, count) in scope.measured


def wants_count(scope: Scope, count: Expr) -> None:
    wants(scope, count, "i32", scope.source)
    require(isinstance(count, Lit) or is_measured(scope, count), "{} is the length of nothing that was checked", count)


# ---- values ------------------------------------------------------------------------------------------------------


def make_raw(scope: Scope, names: Iterable[tuple[str, Core]]) -> None:
    """Core values as the source has them: what a guest said, good or bad; or addresses of its own."""
    for name, core in names:
        scope.make(name, Sort(core, scope.source))


def make_given(scope: Scope, names: Iterable[tuple[str, Core]]) -> None:
    """Core values that the sink may have."""
    for name, core in names:
        scope.make(name, Sort(core, scope.sink))


def wants(scope: Scope, value: Expr, core: Core, side: Side) -> Sort:
    """``value`` is of that core type, and the side's own or anybody's."""
    have = sort_of(scope, value)
    require(have.core == core, "{} is {}, not {}", value, have.core, core)
    require(have.owner in (None, side) or is_measured(scope, value), "{} is not {}", value, side.value)
    return have


def gives(scope: Scope, values: Sequence[Expr], cores: Sequence[Core]) -> None:
    """The sink gets these core values."""
    require(len(values) == len(cores), "{} core values for {}", len(values), len(cores))
    for value, core in zip(values, cores, strict=True):
        have = wants(scope, value, core, scope.sink)
        require(not have.exact, "{} keeps bits beyond its width", value)


def stores(scope: Scope, value: Expr, kind: str) -> None:
    have = wants(scope, value, CORES[kind], scope.sink)
    require(have.kind is None or WIDTHS[have.kind] == WIDTHS[kind], "{} is {}, not {}", value, str(have.kind), kind)


def sort_of(scope: Scope, value: Expr) -> Sort:
    match cast("Expr | Value", value):
        case Var(name):
            require(name in scope.sorts, "{} is used before it is made", name)
            return cast(Sort, scope.sorts[name])
        case Lit(_, core):
            return Sort(core)
        case Address(base):
            return replace(sort_of(scope, base), kind=None)
        case Bits(have, want, of):
            inner = sort_of(scope, of)
            require(inner.core == have, "{} is {}, not {}", of, inner.core, have)
            return Sort(want, inner.owner, exact=inner.exact)
        case moves.Scalar(kind, of, exact):
            return scalar(scope, kind, of, exact)
        case moves.Label(of, count):
            return checked(scope, of, discriminant(count))
        case moves.Bitset(of, count):
            return checked(scope, of, flags_kind(count))
        case other:
            require(False, "{} is no part of a translation: it is a host's", type(other).__name__)
            raise AssertionError


def checked(scope: Scope, of: Expr, kind: str) -> Sort:
    """What was a raw value of that kind, and is nobody's any more."""
    raw = wants(scope, of, CORES[kind], scope.source)
    require(raw.kind in (None, kind), "{} was loaded as {}, not {}", of, str(raw.kind), kind)
    return Sort(CORES[kind], None, kind)


def scalar(scope: Scope, kind: Kind, of: Expr, exact: bool) -> Sort:
    """Nothing needs its bits masked that was loaded, or that will be stored."""
    loaded = isinstance(of, Var) and sort_of(scope, of).kind is not None
    made = checked(scope, of, STORED[kind])
    cut = not exact or loaded or kind in (Kind.BOOL, Kind.CHAR) or WIDTHS[STORED[kind]] >= 4
    return replace(made, exact=not cut)
