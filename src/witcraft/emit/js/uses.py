"""What a program does with each of its names: found once, before any of it is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from witcraft.abi import ops
from witcraft.abi.ops import Block, Expr, Program
from witcraft.abi.walk import HELD, everything, variables
from witcraft.emit.js.inline import bare, is_list
from witcraft.model.types import TypeDef

FINISHED = ops.LiftString | ops.LiftNumbers | ops.LiftOwn | ops.LiftBorrow
ADDRESSES = "ptr", "base", "count", "length"
"""Parts of ops that are addresses or lengths."""


class Uses:
    """``tagged``: lengths of strings are no numbers."""

    def __init__(self, program: Program, tagged: bool) -> None:
        self.all = every(program.body)
        self.copied = {op.ptr for op in self.all if type(op) is ops.LiftNumbers}  # checked where they are copied
        self.counts = Counter([op.name for op in self.all if type(op) is ops.Var]) - Counter(self.unasked())
        self.areas = {bare(op.ptr): op for op in self.all if type(op) is ops.CheckArea}
        self.finished = {op.out for op in self.all if isinstance(op, FINISHED)}  # by one statement
        self.addresses = set(self.used_as_addresses(tagged))
        self.written = [value for op in self.all for value in values_written(op)]
        self.got = [(name, op) for op in self.all if type(op) is ops.Get and (name := bare(op.of))]
        self.fields = self.fields_written()

    def unasked(self) -> Iterator[str]:
        """What is read by checks of ranges that are checked where they are copied."""
        for op in self.all:
            if type(op) is ops.CheckRange and op.ptr in self.copied:
                yield from variables((op.ptr, op.count))

    def used_as_addresses(self, tagged: bool) -> Iterator[str]:
        """The names of addresses and lengths."""
        for op in self.all:
            parts = ADDRESSES[:-1] if tagged and isinstance(op, ops.LiftString) else ADDRESSES
            for part in parts:
                value = getattr(op, part, None)
                if type(value) is ops.Var:
                    yield value.name
            if type(op) is ops.CallHelper and op.helper.direction is ops.Direction.LIFT and is_list(op.helper.type):
                yield from (arg.name for arg in op.args if type(arg) is ops.Var)

    def fields_written(self) -> dict[str, tuple[TypeDef, list[int]]]:
        """The records of which fields are written to memory, with all fields that are asked for."""
        written = {bare(op.of) for value in self.written for op in everything(value) if type(op) is ops.Get}
        asked: dict[str, tuple[TypeDef, list[int]]] = {}
        for name, op in self.got:
            if name in written:
                _, indices = asked.setdefault(name, (op.type, []))
                indices.append(op.index)
        return {name: (ty, sorted(set(indices))) for name, (ty, indices) in asked.items()}

    def is_taken_apart(self, name: str) -> bool:
        """Whether nothing but fields is asked of a record."""
        return name in self.fields and self.counts[name] == sum(of == name for of, _ in self.got)

    def is_written(self, name: str) -> bool:
        return any(name in variables(value) for value in self.written)


def values_written(op: Any) -> tuple[Expr, ...]:
    """What goes to memory."""
    if isinstance(op, ops.Pack | ops.SpreadBlocks):
        return op.values
    return (op.value,) if isinstance(op, ops.Store) else ()


def every(block: Block) -> list[Any]:
    """All expressions and statements of a block."""
    todo: list[Any] = list(block)
    for op in todo:  # which grows meanwhile
        if type(op) is tuple:
            todo += op
        else:
            todo += [getattr(op, held) for held in HELD.get(type(op), ())]
    return todo


def uses(block: Block) -> Counter[str]:
    """How often each name is read in a block."""
    return Counter([op.name for op in every(block) if type(op) is ops.Var])
