"""Canonical definitions: lift, lower, resource functions and every other built-in.

Component-model Binary.md, "Canonical Definitions".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from witcraft.binary.core_types import value_type
from witcraft.binary.cursor import Cursor
from witcraft.binary.dialect import fork
from witcraft.binary.values import result_list
from witcraft.component.tree import (
    NO_OPTIONS,
    Canon,
    CanonBuiltin,
    CanonLift,
    CanonLower,
    CanonOptions,
    CanonResource,
    ResourceOp,
    StringEncoding,
    TypeRef,
)

Immediate = int | str | bool | TypeRef | None


def canon(c: Cursor) -> Canon:
    offset = c.offset
    match c.byte("a canonical definition"):
        case 0x00:
            function_sort(c, "lift")
            return CanonLift(c.u32(), options(c), c.u32(), offset)
        case 0x01:
            function_sort(c, "lower")
            return CanonLower(c.u32(), options(c), offset)
        case 0x02:
            return CanonResource(ResourceOp.NEW, c.u32(), offset)
        case 0x03:
            return CanonResource(ResourceOp.DROP, c.u32(), offset)
        case 0x04:
            return CanonResource(ResourceOp.REP, c.u32(), offset)
        case opcode:
            return builtin(c, opcode, offset)


def function_sort(c: Cursor, verb: str) -> None:
    if sort := c.byte("a sort"):
        raise c.error(f"canon {verb} goes on with 0, the sort of functions, not {sort:#x}", c.pos - 1)


# ---- built-ins --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Builtin:
    """What follows an opcode: immediates, then options where it takes any."""

    name: str
    immediates: tuple[Callable[[Cursor], Immediate], ...] = ()
    takes_options: bool = False


def shared(c: Cursor) -> bool:
    return False if fork(c) else c.flag()


def zero(c: Cursor) -> bool:
    """Once it was whether the wait can be cancelled; now it says nothing, and is kept in the tree as it was."""
    if byte := c.byte("a built-in"):
        raise c.error(f"a zero stands here, not {byte:#x}: `cancellable` is no longer in the specification", c.pos - 1)
    return False


index, flag = Cursor.u32, Cursor.flag

BUILTINS: dict[int, Builtin] = {
    0x05: Builtin("task.cancel"),
    0x06: Builtin("subtask.cancel", (flag,)),
    0x08: Builtin("backpressure.set"),  # no longer in the specification; older components have it
    0x09: Builtin("task.return", (result_list,), takes_options=True),
    0x0A: Builtin("context.get", (value_type, index)),
    0x0B: Builtin("context.set", (value_type, index)),
    0x0C: Builtin("thread.yield", (zero,)),
    0x0D: Builtin("subtask.drop"),
    0x0E: Builtin("stream.new", (index,)),
    0x0F: Builtin("stream.read", (index,), takes_options=True),
    0x10: Builtin("stream.write", (index,), takes_options=True),
    0x11: Builtin("stream.cancel-read", (index, flag)),
    0x12: Builtin("stream.cancel-write", (index, flag)),
    0x13: Builtin("stream.drop-readable", (index,)),
    0x14: Builtin("stream.drop-writable", (index,)),
    0x15: Builtin("future.new", (index,)),
    0x16: Builtin("future.read", (index,), takes_options=True),
    0x17: Builtin("future.write", (index,), takes_options=True),
    0x18: Builtin("future.cancel-read", (index, flag)),
    0x19: Builtin("future.cancel-write", (index, flag)),
    0x1A: Builtin("future.drop-readable", (index,)),
    0x1B: Builtin("future.drop-writable", (index,)),
    0x1C: Builtin("error-context.new", takes_options=True),
    0x1D: Builtin("error-context.debug-message", takes_options=True),
    0x1E: Builtin("error-context.drop"),
    0x1F: Builtin("waitable-set.new"),
    0x20: Builtin("waitable-set.wait", (zero, index)),
    0x21: Builtin("waitable-set.poll", (zero, index)),
    0x22: Builtin("waitable-set.drop"),
    0x23: Builtin("waitable.join"),
    0x24: Builtin("backpressure.inc"),
    0x25: Builtin("backpressure.dec"),
    0x26: Builtin("thread.index"),
    0x27: Builtin("thread.new-indirect", (index, index)),
    0x28: Builtin("thread.resume-later"),
    0x29: Builtin("thread.suspend", (zero,)),
    0x2A: Builtin("thread.suspend-then-resume", (zero,)),
    0x2B: Builtin("thread.yield-then-resume", (zero,)),
    0x2C: Builtin("thread.suspend-then-promote", (zero,)),
    0x2D: Builtin("thread.yield-then-promote", (zero,)),
    0x2E: Builtin("stream.forward", (index,)),
    0x2F: Builtin("future.forward", (index,)),
    0x40: Builtin("thread.spawn-ref", (shared, index)),
    0x41: Builtin("thread.spawn-indirect", (shared, index, index)),
    0x42: Builtin("thread.available-parallelism", (shared,)),
}


def builtin(c: Cursor, opcode: int, offset: int) -> CanonBuiltin:
    found = BUILTINS.get(opcode)
    if found is None:
        raise c.error(f"canonical definition {opcode:#x} is unknown", c.pos - 1)
    immediates = tuple([read(c) for read in found.immediates])
    return CanonBuiltin(found.name, immediates, options(c) if found.takes_options else NO_OPTIONS, offset)


# ---- options ----------------------------------------------------------------------------------------------------

ENCODINGS = {0x00: StringEncoding.UTF8, 0x01: StringEncoding.UTF16, 0x02: StringEncoding.COMPACT}
FLAGS = {0x06: "is_async", 0x09: "gc"}
INDICES = {0x03: "memory", 0x04: "realloc", 0x05: "post_return", 0x07: "callback", 0x08: "core_type"}
SPELLING = {"is_async": "async", "post_return": "post-return", "core_type": "core-type", "encoding": "string-encoding"}


def options(c: Cursor) -> CanonOptions:
    found: dict[str, Any] = {}
    for _ in range(c.count("options")):
        start = c.pos
        field, value = option(c)
        if field in found:
            raise c.error(f"canonical option {SPELLING.get(field, field)} is repeated", start)
        found[field] = value
    return CanonOptions(**found) if found else NO_OPTIONS


def option(c: Cursor) -> tuple[str, StringEncoding | int | bool]:
    """The field of ``CanonOptions`` that it sets, and to what."""
    opcode = c.byte("a canonical option")
    if opcode in ENCODINGS:
        return "encoding", ENCODINGS[opcode]
    if opcode in FLAGS:
        return FLAGS[opcode], True
    if opcode in INDICES:
        return INDICES[opcode], c.u32()
    raise c.error(f"canonical option {opcode:#x} is unknown", c.pos - 1)
