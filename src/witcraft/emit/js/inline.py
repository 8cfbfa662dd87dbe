"""Which values are written where they are used, and get no name.

A lift only reads, so that it may stand in the statement that takes its value, if nothing but other lifts comes between.
A lower gives a pointer, and leaves the length in the memory (``memory.length``): both may stand in the call, or in the
writes, that take them one after the other, if lowers keep their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from witcraft.abi import ops
from witcraft.abi.ops import Block, Direction, Expr, Program, Stmt, Var
from witcraft.abi.walk import HELD, NESTED, variables
from witcraft.model.types import List, Map, ValType, strip

Pair = tuple[str, str]
"""The names of a pointer and of a length."""

LIFTS = ops.LiftString | ops.LiftNumbers
QUIET_UP = ops.Let | ops.Unpack | ops.CheckRange
QUIET_DOWN = ops.Let | ops.Destructure


IsPure = Callable[[ValType], bool]


def inlined(program: Program, joins: bool, counts: Counter[str], is_pure: IsPure) -> set[str]:
    """The names. ``joins``: what is lowered for a call of core code stands in the block of the call.

    ``is_pure``: whether lifting a type only reads, and takes no handle away.
    """
    found: set[str] = set()
    todo: list[tuple[Block, Expr | None]] = [(program.body, None)]
    for block, item in todo:  # which grows meanwhile
        block = joined(block) if joins else block
        found.update(lifts(block, item, counts, is_pure))
        found.update(name for pair in lowers(block, counts) for name in pair)
        todo += [inner for stmt in block for inner in blocks(stmt)]
    return found


def joined(block: Block) -> Block:
    """With what is guarded before a call of core code."""
    for index, stmt in enumerate(block[:-1]):
        if isinstance(stmt, ops.Guard) and isinstance(block[index + 1], ops.CallCore):
            return (*block[:index], *stmt.body, *block[index + 1 :])
    return block


def blocks(stmt: Stmt) -> Iterator[tuple[Block, Expr | None]]:
    """The blocks right in a statement, each with the expression that stands behind it."""
    for name in NESTED.get(type(stmt), ()):
        part = getattr(stmt, name)
        if isinstance(part, ops.CaseArm):
            yield part.body, None
        elif isinstance(stmt, ops.SwitchTag | ops.SwitchCase):
            yield from ((arm.body if isinstance(arm, ops.CaseArm) else arm, None) for arm in part)
        elif isinstance(stmt, ops.SpreadBlocks):
            yield (*part, ops.Pack(stmt.format, Var(""), 0, stmt.values)), None
        else:
            yield part, stmt.item if isinstance(stmt, ops.Collect | ops.CollectBlocks) else None


# ---- up ----------------------------------------------------------------------------------------------------------


def lifts(block: Block, item: Expr | None, counts: Counter[str], is_pure: IsPure) -> Iterator[str]:
    waiting: set[str] = set()
    for stmt in (*block, *([item] if item is not None else [])):
        used = waiting.intersection(read(stmt)) if waiting else waiting
        yield from used
        waiting -= used
        out = lifted(stmt, is_pure)
        if out and counts[out] == 1:
            waiting.add(out)
        elif not out and not isinstance(stmt, QUIET_UP):
            waiting.clear()


def lifted(stmt: Stmt | Expr, is_pure: IsPure) -> str:
    """What a mere lift makes."""
    if isinstance(stmt, LIFTS):
        return stmt.out
    if isinstance(stmt, ops.CallHelper) and stmt.helper.direction is Direction.LIFT and is_pure(stmt.helper.type):
        return stmt.outs[0]
    return ""


def read(stmt: Stmt | Expr) -> list[str]:
    """The names that a statement reads itself, outside of its blocks."""
    nested = NESTED.get(type(stmt), ())
    if not nested:
        return variables(stmt)
    return [name for held in HELD[type(stmt)] if held not in nested for name in variables(getattr(stmt, held))]


# ---- down --------------------------------------------------------------------------------------------------------


def lowers(block: Block, counts: Counter[str]) -> Iterator[Pair]:
    """Those pairs that one statement takes, in the order in which they are made."""
    waiting: list[Pair] = []
    for index, stmt in enumerate(block):
        pair = lowered(stmt)
        if pair and counts[pair[0]] == counts[pair[1]] == 1:
            waiting.append(pair)
        elif pair or not isinstance(stmt, QUIET_DOWN):
            if waiting and [pair for pair in taken(block, index) if pair in waiting] == waiting:
                yield from waiting
            waiting = []


def lowered(stmt: Stmt) -> Pair | None:
    match stmt:
        case ops.LowerString(ptr, length) | ops.LowerNumbers(ptr, length):
            return ptr, length
        case ops.CallHelper((ptr, length), helper) if helper.direction is Direction.LOWER and is_list(helper.type):
            return ptr, length
        case _:
            return None


def is_list(ty: ValType) -> bool:
    """Whether it is flattened to a pointer and a length, and its helper goes by these."""
    return isinstance(strip(ty), List | Map)


def taken(block: Block, index: int) -> list[Pair]:
    """The pairs of names that stand side by side in what a statement writes, or gives to a call."""
    match block[index]:
        case ops.CallCore(args=args):
            values: Sequence[Expr] = [value for value, _ in args]
        case ops.Pack(values=values):
            pass
        case ops.Assign():
            values = [stmt.value for stmt in block[index:] if isinstance(stmt, ops.Assign)]
        case _:
            return []
    names = [bare(value) for value in values]
    return [pair for pair in pairwise(names) if all(pair)]


def bare(value: Expr) -> str:
    """The name that is all of an expression, but for how its bits are read."""
    while isinstance(value, ops.Bits):
        value = value.of
    return value.name if isinstance(value, Var) else ""
