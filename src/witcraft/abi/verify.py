"""Checks that a program is sound, whatever the language that will print it. Run on every program in the tests.

* Every name is made once, before it is used, and where its block can see it; every arm assigns all that it should.
* Core types agree: a value goes where its type is wanted, a loaded scalar is lifted as what it was loaded as.
* Memory is touched only inside a range that was checked, allocated, or handed to a helper; formats are ascending and
  fit into their elements.
* What the host gave is looked at inside a Guard only, and lowering is finished before the core function is called.
* Nothing follows a Return or a Raise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from witcraft.abi import ops
from witcraft.abi.facts import Facts, ProgramError, require
from witcraft.abi.layout import CORES, STORED, WIDTHS, Layout
from witcraft.abi.lift import flat_types
from witcraft.abi.ops import Address, Block, CaseArm, Direction, Expr, Format, HelperKey, Lit, Program, Stmt, Var
from witcraft.abi.show import verb
from witcraft.model.types import Kind

Sort = str  # "value", "sequence", a core type, or the kind (u8, s8...) that a scalar was loaded as or is stored as


def verify(program: Program, layout: Layout, key: HelperKey | None = None) -> None:
    """Raises ``ProgramError``; ``key`` for the program of a helper."""
    scope = Scope(layout=layout, guarded=key is not None)
    for name, sort in program.params:
        scope.make(name, sort)
    if key and not key.flat:
        scope.know(scope.areas, program.params[-1][0], layout.size(key.type))
    check_block(scope, program.body)
    called = set(scope.called)
    require(called == set(program.helpers), "the helpers are not those that are called")


@dataclass(slots=True, kw_only=True)
class Scope(Facts):
    """``sorts`` holds the ``Sort`` of each name, and ``open`` that of what this arm has yet to assign."""

    layout: Layout
    guarded: bool  #                                             a failure here is a bad argument, and handled as such
    areas: dict[Any, Any] = field(default_factory=dict)  #       name -> bytes that may be touched from this address on
    ranges: dict[Any, Any] = field(
        default_factory=dict
    )  #      checked: (pointer, count, size); allocated: (name, size)
    called: list[HelperKey] = field(default_factory=list)


# ---- statements --------------------------------------------------------------------------------------------------


def check_block(scope: Scope, block: Block) -> None:
    """At the end of an arm everything is assigned, unless it leaves the program."""
    for index, stmt in enumerate(block):
        check(scope, stmt)
        if isinstance(stmt, ops.Return | ops.Raise):
            require(index == len(block) - 1, "something follows a {}", verb(stmt))
            return
    require(not scope.open, "an arm does not assign {}", ", ".join(scope.open))


def check(scope: Scope, stmt: Stmt) -> None:
    match stmt:
        case ops.Let(name, ops.Load(kind, base, offset)):
            touch(scope, base, offset, WIDTHS[kind])
            scope.make(name, kind)
        case ops.Let(name, value):
            scope.make(name, sort_of(scope, value))
        case ops.Assign(name, value):
            require(name in scope.open, "{} is assigned twice, or was not declared by this switch", name)
            wants(scope, value, scope.open.pop(name))
        case ops.Destructure(names, of):
            wants_given(scope, of)
            make_all(scope, names, "value")
        case ops.SwitchTag() | ops.SwitchCase() | ops.CallHostResult():
            check_switch(scope, stmt)
        case ops.Store(kind, base, offset, value):
            touch(scope, base, offset, WIDTHS[kind])
            wants(scope, value, kind)
        case ops.CheckArea(ptr, size):
            wants(scope, ptr, scope.layout.core)
            allow(scope, ptr, size)
        case ops.CheckRange(ptr, count, size):
            wants(scope, ptr, scope.layout.core)
            wants(scope, count, scope.layout.core)
            scope.know(scope.ranges, (ptr, count, size))
        case ops.Alloc(out, count, size):
            wants(scope, count, scope.layout.core)
            scope.make(out, scope.layout.core)
            scope.know(scope.ranges, (out, size))
            if isinstance(count, Lit):
                allow(scope, Var(out), count.value * size)
        case ops.LiftString(out, ptr, length):
            wants(scope, ptr, scope.layout.core)
            wants(scope, length, scope.layout.core)
            scope.make(out, "value")
        case ops.LowerString(ptr, length, value) | ops.LowerNumbers(ptr, length, _, value):
            wants_given(scope, value)
            make_all(scope, (ptr, length), scope.layout.core)
        case ops.Sequence(out, value):
            wants_given(scope, value)
            scope.make(out, "sequence")
        case ops.Collect() | ops.CollectBlocks() | ops.Spread() | ops.SpreadBlocks():
            check_loop(scope, stmt)
        case ops.Unpack(names, format, base, offset):
            touch(scope, base, offset, format.size)
            make_format(scope, names, format)
        case ops.Pack(format, base, offset, values):
            touch(scope, base, offset, format.size)
            wants_format(scope, values, format)
        case ops.LiftNumbers(out, _, kind, ptr, count):
            check_range(scope, ptr, count, width(kind))
            scope.make(out, "value")
        case ops.StoreNumbers(kind, count, base, offset, value):
            touch(scope, base, offset, width(kind) * count)
            wants_given(scope, value)
        case ops.LiftOwn(out, _, handle) | ops.LiftBorrow(out, _, handle):
            wants(scope, handle, "i32")
            scope.make(out, "value")
        case ops.LowerOwn(out, _, value) | ops.LowerBorrow(out, _, value):
            wants_given(scope, value)
            scope.make(out, "i32")
        case ops.CallHelper():
            check_helper(scope, stmt)
        case ops.Guard(body, values):
            for name, _ in values:
                wants(scope, Var(name), "value")
            require(not scope.guarded, "a guard in a guard")
            scope.guarded = True
            check_all(scope, body)
            scope.guarded = False
        case ops.CallCore(outs, args):
            check_flat(scope, args)
            for name, core in outs:
                scope.make(name, core)
        case ops.CallHost(out, args):
            wants_all(scope, args, "value")
            make_all(scope, (out,) if out else (), "value")
        case ops.PostReturn(args):
            check_flat(scope, args)
        case ops.Return(values):
            for value in values:
                sort_of(scope, value)
        case ops.Raise(payload):
            wants_all(scope, (payload,) if payload else (), "value")
        case ops.BeginBorrows() | ops.EndBorrows():
            pass


def check_all(scope: Scope, body: Block) -> None:
    """A block whose names are seen behind it."""
    for stmt in body:
        check(scope, stmt)


def check_switch(scope: Scope, switch: ops.SwitchTag | ops.SwitchCase | ops.CallHostResult) -> None:
    outs: Sequence[tuple[str, Sort]]
    match switch:
        case ops.SwitchTag(tag=tag, out=out, labels=labels):
            wants(scope, tag, "i32")
            outs = [(out, "value")] if switch.type else []
            require(len(labels) == len(switch.arms) and bool(out) == bool(outs), "a switch that does not fit")
            arms = [CaseArm(None, arm) for arm in switch.arms]
        case ops.SwitchCase(value=value, outs=outs):
            wants_given(scope, value)
            arms = list(switch.arms)
        case ops.CallHostResult(args=args, outs=outs):
            wants_all(scope, args, "value")
            arms = [switch.ok, switch.err]
    for arm in arms:
        with scope.inside(outs):
            make_all(scope, (arm.bind,) if arm.bind else (), "value")
            check_block(scope, arm.body)
    for name, sort in outs:
        scope.make(name, sort)


def check_loop(scope: Scope, loop: ops.Collect | ops.CollectBlocks | ops.Spread | ops.SpreadBlocks) -> None:
    with scope.inside():
        enter_loop(scope, loop)
        check_all(scope, loop.body)
        if isinstance(loop, ops.SpreadBlocks):
            wants_format(scope, loop.values, loop.format)
        if isinstance(loop, ops.Collect | ops.CollectBlocks):
            wants(scope, loop.item, "value")
    if isinstance(loop, ops.Collect | ops.CollectBlocks):
        scope.make(loop.out, "value")


def enter_loop(scope: Scope, loop: ops.Collect | ops.CollectBlocks | ops.Spread | ops.SpreadBlocks) -> None:
    match loop:
        case ops.Collect(ptr=ptr, count=count, stride=stride, at=at):
            check_range(scope, ptr, count, stride)
            make_element(scope, at, stride)
        case ops.CollectBlocks(ptr=ptr, count=count, format=format, names=names):
            check_range(scope, ptr, count, format.size)
            make_format(scope, names, format)
        case ops.Spread(seq, item, at, ptr, stride):
            check_spread(scope, seq, ptr, stride)
            scope.make(item, "value")
            make_element(scope, at, stride)
        case ops.SpreadBlocks(seq, item, ptr, format):
            check_spread(scope, seq, ptr, format.size)
            scope.make(item, "value")


def check_spread(scope: Scope, seq: Expr, ptr: Expr, stride: int) -> None:
    require(sort_of(scope, seq) == "sequence", "{} is no sequence", seq)
    wants(scope, ptr, scope.layout.core)
    allocated = isinstance(ptr, Var) and (ptr.name, stride) in scope.ranges
    require(allocated or room_at(scope, ptr) >= stride, "nothing was allocated at {}", ptr)


def check_helper(scope: Scope, call: ops.CallHelper) -> None:
    key = call.helper
    scope.called.append(key)
    flat = flat_types(scope.layout, key.type) if key.flat else ()
    lifts = key.direction is Direction.LIFT
    params = (*(() if lifts else ("value",)), *(flat if lifts and key.flat else ()))
    args = call.args if key.flat else call.args[:-1]
    require(lifts or scope.guarded, "a helper lowers outside of a guard")
    for arg, sort in zip(args, params, strict=True):
        wants(scope, arg, sort)
    if not key.flat:
        room = room_at(scope, call.args[-1])
        require(room >= scope.layout.size(key.type), "a helper is led out of its area")
    for name, sort in zip(call.outs, ("value",) if lifts else flat, strict=True):
        scope.make(name, sort)


def check_flat(scope: Scope, args: Iterable[tuple[Expr, str]]) -> None:
    for value, core in args:
        require(isinstance(value, Var | Lit), "{} is not finished before the call", value)
        wants(scope, value, core)


# ---- memory ------------------------------------------------------------------------------------------------------


def allow(scope: Scope, ptr: Expr, size: int) -> None:
    require(isinstance(ptr, Var), "{} is no name", ptr)
    if isinstance(ptr, Var):
        scope.know(scope.areas, ptr.name, size)


def touch(scope: Scope, base: Var, offset: int, size: int) -> None:
    """``size`` bytes at ``base + offset`` lie in an area that is known to be good."""
    fits = offset >= 0 and room_at(scope, Address(base, offset)) >= size
    require(fits, "{} bytes at {} + {} are unchecked", size, base, offset)


def room_at(scope: Scope, place: Expr) -> int:
    """How many bytes may be touched from ``place`` on; less than one if it is no address that was checked."""
    base, offset = (place.base, place.offset) if isinstance(place, Address) else (place, 0)
    return scope.areas.get(base.name, 0) - offset if isinstance(base, Var) else 0


def check_range(scope: Scope, ptr: Expr, count: Expr, size: int) -> None:
    fits = isinstance(count, Lit) and room_at(scope, ptr) >= count.value * size
    require(fits or (ptr, count, size) in scope.ranges, "{} * {} bytes at {} are unchecked", count, size, ptr)


def make_element(scope: Scope, at: str, size: int) -> None:
    scope.make(at, scope.layout.core)
    scope.know(scope.areas, at, size)


def check_format(layout: Format) -> None:
    end = 0
    for offset, kind in layout.fields:
        require(offset >= end, "a format that is not ascending: {}", layout)
        end = offset + WIDTHS[kind]
    require(end <= layout.size and len(layout.fields) > 0, "a format that does not fit: {}", layout)


def make_format(scope: Scope, names: Sequence[str], layout: Format) -> None:
    check_format(layout)
    for name, (_, kind) in zip(names, layout.fields, strict=True):
        scope.make(name, kind)


def wants_format(scope: Scope, values: Sequence[Expr], layout: Format) -> None:
    check_format(layout)
    for value, (_, kind) in zip(values, layout.fields, strict=True):
        wants(scope, value, kind)


def width(kind: Kind) -> int:
    require(STORED[kind] == kind.value, "{} is no number", kind.value)
    return WIDTHS[kind.value]


# ---- expressions -------------------------------------------------------------------------------------------------


def make_all(scope: Scope, names: Iterable[str], sort: Sort) -> None:
    for name in names:
        scope.make(name, sort)


def wants_all(scope: Scope, values: Iterable[Expr], sort: Sort) -> None:
    for value in values:
        wants(scope, value, sort)


def wants(scope: Scope, value: Expr, sort: Sort) -> None:
    """``value`` is of this sort. A core type takes any kind that it holds, a kind takes its core type."""
    have = sort_of(scope, value)
    same = have == sort or (core(have) == core(sort) and (have not in WIDTHS or sort not in WIDTHS))
    require(same, "{} is {}, not {}", value, have, sort)


def wants_given(scope: Scope, value: Expr) -> None:
    """``value`` is what the host gave, about to be looked at."""
    require(scope.guarded, "{} is looked at outside of a guard", value)
    wants(scope, value, "value")


def core(sort: Sort) -> Sort:
    return CORES.get(sort, sort)


def sort_of(scope: Scope, value: Expr) -> Sort:
    match value:
        case Var(name):
            require(name in scope.sorts, "{} is used before it is made", name)
            return str(scope.sorts[name])
        case Lit(_, sort):
            return sort
        case ops.Load():
            raise ProgramError("a load that is not the value of a Let")
        case Address(base):
            wants(scope, base, scope.layout.core)
            return scope.layout.core
        case ops.Bits(have, want, of):
            wants(scope, of, have)
            return want
        case ops.FromCore(kind, of, loaded):
            require(
                (sort_of(scope, of) in WIDTHS) == loaded or core(STORED[kind]) in ("f32", "f64"),
                "{} mixes loaded and flat",
                value,
            )
            wants(scope, of, STORED[kind])
            return "value"
        case ops.ToCore(kind, of, stored):
            wants_given(scope, of)
            return STORED[kind] if stored else core(STORED[kind])
        case ops.MakeRecord(_, values) | ops.MakeTuple(values):
            wants_all(scope, values, "value")
            return "value"
        case ops.MakeCase(_, _, payload) | ops.MakeSome(payload) | ops.MakeOk(payload) | ops.MakeErr(payload):
            wants_all(scope, (payload,) if payload else (), "value")
            return "value"
        case ops.MakeNone():
            return "value"
        case ops.MakeEnum(_, of) | ops.MakeFlags(_, of):
            wants(scope, of, "i32")
            return "value"
        case ops.Get(_, of):
            wants_given(scope, of)
            return "value"
        case ops.EnumIndex(_, of) | ops.FlagBits(_, of):
            wants_given(scope, of)
            return "i32"
        case ops.Length(of):
            require(sort_of(scope, of) == "sequence", "{} is no sequence", of)
            return scope.layout.core
