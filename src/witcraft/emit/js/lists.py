"""Lists, maps and fixed-length lists: as JavaScript has them, and as the guest's memory holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from witcraft.abi import ops
from witcraft.abi.layout import STORED
from witcraft.abi.ops import Expr, Into
from witcraft.emit.js.exprs import conversion
from witcraft.model.types import Kind

if TYPE_CHECKING:
    from witcraft.emit.js.ops import Body


# ---- up ----------------------------------------------------------------------------------------------------------


def collect(body: Body, s: ops.Collect) -> None:
    gather(body, s.out, s.into, (s.ptr, s.count, s.stride), body.local(s.at), lambda: body.block(s.body), s.item)


def collect_blocks(body: Body, s: ops.CollectBlocks) -> None:
    """The scalars of an element are read where they are used."""
    at = body.fresh("at")
    body.alias(at, at)

    def fill() -> None:
        body.unpack(s.names, s.format, ops.Var(at), 0)
        body.block(s.body)

    gather(body, s.out, s.into, (s.ptr, s.count, s.format.size), at, fill, s.item)


def gather(
    body: Body, out: str, into: Into, source: tuple[Expr, Expr, int], at: str, fill: Callable[[], None], item: Expr
) -> None:
    """A loop over the elements in memory. ``source``: pointer, count, stride."""
    ptr, count, stride = body.at(source[0]), body.at(source[1]), source[2]
    if into is Into.MAP:
        body.make(out, "new Map()")
        end = body.fresh("end")
        head = f"let {at} = {ptr}, {end} = {ptr} + {count} * {stride}; {at} < {end}; {at} += {stride}"
        with body.out.block(f"for ({head}) {{", "}"):
            fill()
            assert isinstance(item, ops.MakeTuple)
            key, value = map(body.x, item.values)
            body.out.line(f"{body.local(out)}.set({key}, {value});")
        return
    body.make(out, f"new Array({count})")
    i = body.fresh("i")
    with body.out.block(f"for (let {i} = 0, {at} = {ptr}; {i} < {count}; {i}++, {at} += {stride}) {{", "}"):
        target = f"{body.local(out)}[{i}]"
        if isinstance(item, ops.Var) and item.name in body.uses.finished:  # made where it goes
            body.alias(item.name, target)
            body.declared.add(item.name)
        fill()
        if body.x(item) != target:
            assign(body, target, item)


def assign(body: Body, target: str, item: Expr) -> None:
    """``target = item``; the fields of an object on lines of their own where it is long."""
    text = body.x(item)
    if text.startswith("{ ") and isinstance(item, ops.MakeRecord):
        parts = [f"{name}: {body.x(value)}" for name, value in zip(body.keys(item.type), item.values, strict=True)]
        body.out.bracket(f"{target} = {{", parts, "};", " ")
    else:
        body.out.line(f"{target} = {text};")


def lift_numbers(body: Body, s: ops.LiftNumbers) -> None:
    text = f"{body.use('liftNumbers')}({body.memory()}, '{STORED[s.kind]}', {body.pair(s.ptr, s.count)})"
    body.make(s.out, f"Array.from({text})" if s.into is Into.TUPLE else text)


# ---- down --------------------------------------------------------------------------------------------------------


def sequence(body: Body, s: ops.Sequence) -> None:
    value = body.x(s.value)
    if s.into is Into.MAP:
        body.make(s.out, f"{body.use('toEntries')}({value})")
    elif s.length is not None:
        body.lengths[s.out] = str(s.length)
        body.make(s.out, f"{body.use('toTuple')}({value}, {s.length})")
    else:
        value = body.named(value, "items")
        body.alias(s.out, value)
        body.sequences[s.out] = f"{body.use('toSequence')}({value})"


def spread(body: Body, s: ops.Spread) -> None:
    with body.out.block(loop(body, s.seq, s.item, s.ptr, body.local(s.at), s.stride), "}"):
        start_item(body, s.seq, s.item)
        body.block(s.body)
    body.strayed = True


def spread_blocks(body: Body, s: ops.SpreadBlocks) -> None:
    at = body.fresh("at")
    body.alias(at, at)
    with body.out.block(loop(body, s.seq, s.item, s.ptr, at, s.format.size), "}"):
        start_item(body, s.seq, s.item)
        body.block(s.body)
        body.pack(s.format, ops.Var(at), 0, s.values)
    body.strayed = True


def loop(body: Body, seq: Expr, item: str, ptr: Expr, at: str, stride: int) -> str:
    """As many turns as there was room made for: a list may change while it is read."""
    i, count, start = body.fresh("i"), body.count_of(seq), body.at(ptr)
    body.alias(f"index of {item}", i)
    return f"for (let {i} = 0, {at} = {start}; {i} < {count}; {i}++, {at} += {stride}) {{"


def start_item(body: Body, seq: Expr, item: str) -> None:
    body.strayed = True
    body.make(item, f"{body.x(seq)}[{body.local(f'index of {item}')}]")


def lower_numbers(body: Body, s: ops.LowerNumbers) -> None:
    view, convert = STORED[s.kind], body.use(conversion(s.kind))
    lower = body.use("lowerNumbers")
    body.make_pair(s.ptr, s.length, f"{lower}({body.memory()}, '{view}', {convert}, {body.x(s.value)})")


def store_numbers(body: Body, kind: Kind, count: int, at: str, value: str) -> None:
    items = f"{body.use('toTuple')}({value}, {count})"
    args = [body.memory(), f"'{STORED[kind]}'", body.use(conversion(kind)), items, at]
    body.out.line(f"{body.use('lowerNumbers')}({', '.join(args)});")
