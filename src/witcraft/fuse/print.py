"""A translation as core WebAssembly: all that knows its operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from witcraft.abi.layout import CORES
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
from witcraft.abi.ops import (
    Address,
    Alloc,
    Assign,
    Bits,
    Block,
    CheckArea,
    CheckRange,
    Expr,
    Let,
    Lit,
    Load,
    Stmt,
    Store,
    Var,
)
from witcraft.abi.translate import helper
from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    block,
    br,
    br_if,
    br_table,
    call,
    code,
    const,
    if_,
    load,
    loop,
    op,
    operand,
    set_local,
    store,
)
from witcraft.errors import UnsupportedError
from witcraft.fuse.handles import transfer
from witcraft.fuse.memory import MAX_BYTES, allocate, check, copy, narrow, plus, times
from witcraft.fuse.strings import transcode
from witcraft.fuse.unit import Unit, Way
from witcraft.model.types import Kind
from witcraft.runtime.traps import INVALID_CASE, INVALID_CHAR, LIST_OUT_OF_BOUNDS, OUT_OF_BOUNDS

MAX_LOCALS = 50_000  # of a function, as engines have it
ARMS_AT_ONCE = 64  # blocks inside each other

LOADS = {
    "u8": "i32.load8_u",
    "s8": "i32.load8_s",
    "u16": "i32.load16_u",
    "s16": "i32.load16_s",
    "u32": "i32.load",
    "s32": "i32.load",
    "u64": "i64.load",
    "s64": "i64.load",
    "f32": "f32.load",
    "f64": "f64.load",
}
STORES = {
    "u8": "i32.store8",
    "s8": "i32.store8",
    "u16": "i32.store16",
    "s16": "i32.store16",
    **{kind: LOADS[kind].replace("load", "store") for kind in ("u32", "s32", "u64", "s64", "f32", "f64")},
}
CONVERSIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("i32", "f32"): ("f32.reinterpret_i32",),
    ("f32", "i32"): ("i32.reinterpret_f32",),
    ("i64", "f64"): ("f64.reinterpret_i64",),
    ("f64", "i64"): ("i64.reinterpret_f64",),
    ("i32", "i64"): ("i64.extend_i32_u",),
    ("i64", "i32"): ("i32.wrap_i64",),
    ("i64", "f32"): ("i32.wrap_i64", "f32.reinterpret_i32"),
    ("f32", "i64"): ("i32.reinterpret_f32", "i64.extend_i32_u"),
}


@dataclass(slots=True)
class Printer:
    """Prints the blocks of one function. ``locals``: every name that they make, with its core type."""

    unit: Unit
    way: Way
    locals: dict[str, str] = field(default_factory=dict)
    labels: int = 0

    # ---- expressions

    def expr(self, expr: Expr) -> Code:
        match cast("Expr | Value", expr):
            case Var(name):
                return operand(name)
            case Lit(value, core):
                return const(value, core)
            case Load(kind, Var(base), offset):
                return load(base, offset, LOADS[kind], self.way.source.memory)
            case Address(Var(base), offset):
                core = self.locals[base]
                return op(f"{core}.add", base, const(offset, core))
            case Bits(have, want, of):
                converted = self.expr(of)
                for name in CONVERSIONS[have, want]:
                    converted = op(name, converted)
                return converted
            case Scalar() as scalar:
                return self.scalar(scalar)
            case Label(of, count):
                return self.checked(self.expr(of), lambda tag: op("i32.ge_u", tag, count), INVALID_CASE)
            case Bitset(of, count):
                return op("i32.and", self.expr(of), (1 << count) - 1)
            case other:
                raise AssertionError(f"no translation has {other}")

    def scalar(self, scalar: Scalar) -> Code:
        value = self.expr(scalar.of)
        match scalar.kind:
            case Kind.BOOL:
                return op("i32.ne", value, 0)
            case Kind.CHAR:
                return self.checked(value, no_char, INVALID_CHAR)
            case Kind.U8 | Kind.U16 if not scalar.exact:
                return op("i32.and", value, 0xFF if scalar.kind is Kind.U8 else 0xFFFF)
            case Kind.S8 | Kind.S16 if not scalar.exact:
                return op("i32.extend8_s" if scalar.kind is Kind.S8 else "i32.extend16_s", value)
            case _:
                return value

    def checked(self, value: Code, bad: Callable[[str], Code], reason: int) -> Code:
        """An i32, looked at in place: a call would take longer than all the rest."""
        name = "checked."
        return code(self.set(name, "i32", value), if_(bad(name), self.unit.trap(reason, name)), operand(name))

    def core(self, expr: Expr) -> str:
        """The core type of an expression."""
        match cast("Expr | Value", expr):
            case Var(name):
                return self.locals[name]
            case Lit(_, core) | Bits(_, core):
                return core
            case Load(kind):
                return CORES[kind]
            case Address(base):
                return self.locals[base.name]
            case Scalar(_, of):
                return self.core(of)
            case _:
                return "i32"

    # ---- statements

    def block(self, block: Block) -> Code:
        return code(*[self.stmt(stmt) for stmt in block])

    def stmt(self, stmt: Stmt) -> Code:
        source, target = self.way.source, self.way.target
        match cast("Stmt | Move", stmt):
            case Let(name, value) | Assign(name, value):
                return self.set(name, self.core(value), self.expr(value))
            case Store(kind, Var(base), offset, value):
                return store(base, self.expr(value), offset, STORES[kind], target.memory)
            case CheckArea(ptr, size, align):
                return check(self.unit, source, self.expr(ptr), size, align, OUT_OF_BOUNDS)
            case CheckPlace(ptr, size, align):
                return check(self.unit, target, self.expr(ptr), size, align, OUT_OF_BOUNDS)
            case CheckRange():
                return self.check_range(cast(CheckRange, stmt))
            case Alloc(out, count, size, align):
                return self.alloc(out, self.expr(count), size, align)
            case Copy(start, to, count, size):
                return copy(self.way, self.expr(to), self.expr(start), times(self.expr(count), size))
            case Each() as each:
                return self.each(each)
            case Transcode(ptr, length, start, units):
                made = transcode(self.unit, self.way, self.expr(start), self.expr(units))
                return self.set_all(((ptr, target.core), (length, target.core)), made)
            case Switch() as switch:
                return self.switch(switch)
            case Transfer(out, resource, own, handle):
                number = self.unit.plan.number(resource)
                return self.set(out, "i32", transfer(self.unit, self.way, number, own, self.expr(handle)))
            case Call(key, args, outs):
                return self.set_all(outs, call(helper_name(self.unit, self.way, key), *map(self.expr, args)))
            case other:
                raise AssertionError(f"no translation has {other}")

    def set(self, name: str, core: str, value: Code) -> Code:
        self.locals[name] = core
        return set_local(name, value)

    def set_all(self, outs: Sequence[tuple[str, str]], values: Code) -> Code:
        self.locals.update(outs)
        return code(values, *[op("local.set", arguments=(name,)) for name, _ in reversed(outs)])

    def check_range(self, range_: CheckRange) -> Code:
        room, count = self.way.source, self.expr(range_.count)
        too_many = op(f"{room.core}.gt_u", count, const(MAX_BYTES // range_.size, room.core))
        size = times(narrow(room.core, count), range_.size)
        return code(
            if_(too_many, self.unit.trap(LIST_OUT_OF_BOUNDS)),
            check(self.unit, room, self.expr(range_.ptr), size, range_.align, LIST_OUT_OF_BOUNDS),
        )

    def alloc(self, out: str, count: Code, size: int, align: int) -> Code:
        """Elements may be larger than those that were read, so that the limit is looked at again."""
        room = self.way.target
        self.locals[out] = room.core
        too_many = op("i32.gt_u", count, MAX_BYTES // size)
        return code(
            if_(too_many, self.unit.trap(LIST_OUT_OF_BOUNDS)) if size > 1 else (),
            allocate(self.unit, room, out, align, times(count, size), LIST_OUT_OF_BOUNDS),
        )

    def each(self, each: Each) -> Code:
        source, target = self.way.source, self.way.target
        end = self.fresh("end")
        start = code(
            self.set(each.reads, source.core, self.expr(each.source)),
            self.set(each.writes, target.core, self.expr(each.target)),
            self.set(end, source.core, plus(source, each.reads, times(self.expr(each.count), each.strides[0]))),
        )
        step = code(
            self.block(each.body),
            set_local(each.reads, plus(source, each.reads, each.strides[0])),
            set_local(each.writes, plus(target, each.writes, each.strides[1])),
        )
        done, again = self.fresh("done"), self.fresh("next")
        over = op(f"{source.core}.eq", each.reads, end)
        return code(start, block(done, loop(again, br_if(done, over), step, br(again))))

    def fresh(self, hint: str) -> str:
        """A label, or a local of the printer's own: no name that a translation makes has a dot in it."""
        self.labels += 1
        return f"{hint}.{self.labels}"

    # ---- switches

    def switch(self, switch: Switch) -> Code:
        self.locals.update(switch.outs)
        tag, count = self.fresh("tag"), len(switch.arms)
        bodies = [self.block(arm) for arm in switch.arms]
        return code(
            self.set(tag, "i32", self.expr(switch.tag)),
            if_(op("i32.ge_u", tag, count), self.unit.trap(INVALID_CASE, tag)),
            self.choose(tag, bodies),
        )

    def choose(self, tag: str, bodies: Sequence[Code]) -> Code:
        """The body that ``tag``, which has been checked, is the number of."""
        if not any(bodies):
            return ()
        if len(bodies) <= 2:
            return if_(tag, bodies[1], bodies[0]) if len(bodies) == 2 else bodies[0]
        done = self.fresh("done")
        chunks = [self.chunk(tag, bodies[i : i + ARMS_AT_ONCE], i, done) for i in range(0, len(bodies), ARMS_AT_ONCE)]
        return block(done, *chunks)

    def chunk(self, tag: str, bodies: Sequence[Code], first: int, done: str) -> Code:
        """Arms from ``first`` on, if ``tag`` is one of them."""
        labels = [self.fresh("arm") for _ in bodies]
        after = self.fresh("after")
        inner = br_table(labels, after, op("i32.sub", tag, first) if first else tag)
        for name, body in zip(labels, bodies, strict=True):
            inner = code(block(name, inner), body, br(done))
        return block(after, inner)


def no_char(value: str) -> Code:
    """Whether it is no Unicode scalar value: too large, or a surrogate."""
    surrogate = op("i32.eq", op("i32.and", value, const(0xFFFFF800)), 0xD800)
    return op("i32.or", op("i32.gt_u", value, 0x10FFFF), surrogate)


# ---- functions that many share -----------------------------------------------------------------------------------


def helper_name(unit: Unit, way: Way, key: HelperKey) -> str:
    known = unit.helpers.get((way, key))
    if known is None:
        known = unit.helpers[way, key] = f"translate {len(unit.helpers)}"
        unit.share(known, partial(helper_function, unit, way, key))
    return known


def helper_function(unit: Unit, way: Way, key: HelperKey, name: str) -> Func:
    made = helper(key, unit.layouts[way.source.core], unit.layouts[way.target.core])
    printer = Printer(unit, way, dict(made.params))
    body = code(printer.block(made.body), *[printer.expr(result) for result in made.results])
    return Func(name, made.params, made.result_types, body, locals_of(printer, made.params))


def locals_of(printer: Printer, params: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if len(printer.locals) > MAX_LOCALS:
        raise UnsupportedError(f"a type with more than {MAX_LOCALS:,} parts in a call between component instances")
    names = {name for name, _ in params}
    return tuple([(name, core) for name, core in printer.locals.items() if name not in names])
