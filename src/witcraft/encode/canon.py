"""Canonical definitions: lift, lower, resource functions and every other built-in.

Component-model Binary.md, "Canonical Definitions".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from witcraft.component.tree import (
    Canon,
    CanonBuiltin,
    CanonLift,
    CanonLower,
    CanonOptions,
    CanonResource,
    ResourceOp,
    StringEncoding,
)
from witcraft.core.encode import u
from witcraft.encode.core_types import value_type
from witcraft.encode.values import result_list

RESOURCE_OPS = {ResourceOp.NEW: b"\x02", ResourceOp.DROP: b"\x03", ResourceOp.REP: b"\x04"}


def canon(definition: Canon) -> bytes:
    match definition:
        case CanonLift(core_func, options_, type_):
            return b"\x00\x00" + u(core_func) + options(options_) + u(type_)
        case CanonLower(func, options_):
            return b"\x01\x00" + u(func) + options(options_)
        case CanonResource(op, resource):
            return RESOURCE_OPS[op] + u(resource)
        case CanonBuiltin():
            return builtin(definition)
        case _:
            assert_never(definition)


# ---- built-ins --------------------------------------------------------------------------------------------------

Immediate = Callable[[Any], bytes]
index: Immediate = u


def flag(value: bool) -> bytes:
    return bytes([value])


WITH_OPTIONS = {
    "task.return",
    "stream.read",
    "stream.write",
    "future.read",
    "future.write",
    "error-context.new",
    "error-context.debug-message",
}

BUILTINS: dict[str, tuple[int, tuple[Immediate, ...]]] = {
    "task.cancel": (0x05, ()),
    "subtask.cancel": (0x06, (flag,)),
    "backpressure.set": (0x08, ()),
    "task.return": (0x09, (result_list,)),
    "context.get": (0x0A, (value_type, index)),
    "context.set": (0x0B, (value_type, index)),
    "thread.yield": (0x0C, (flag,)),
    "subtask.drop": (0x0D, ()),
    "stream.new": (0x0E, (index,)),
    "stream.read": (0x0F, (index,)),
    "stream.write": (0x10, (index,)),
    "stream.cancel-read": (0x11, (index, flag)),
    "stream.cancel-write": (0x12, (index, flag)),
    "stream.drop-readable": (0x13, (index,)),
    "stream.drop-writable": (0x14, (index,)),
    "future.new": (0x15, (index,)),
    "future.read": (0x16, (index,)),
    "future.write": (0x17, (index,)),
    "future.cancel-read": (0x18, (index, flag)),
    "future.cancel-write": (0x19, (index, flag)),
    "future.drop-readable": (0x1A, (index,)),
    "future.drop-writable": (0x1B, (index,)),
    "error-context.new": (0x1C, ()),
    "error-context.debug-message": (0x1D, ()),
    "error-context.drop": (0x1E, ()),
    "waitable-set.new": (0x1F, ()),
    "waitable-set.wait": (0x20, (flag, index)),
    "waitable-set.poll": (0x21, (flag, index)),
    "waitable-set.drop": (0x22, ()),
    "waitable.join": (0x23, ()),
    "backpressure.inc": (0x24, ()),
    "backpressure.dec": (0x25, ()),
    "thread.index": (0x26, ()),
    "thread.new-indirect": (0x27, (index, index)),
    "thread.resume-later": (0x28, ()),
    "thread.suspend": (0x29, (flag,)),
    "thread.suspend-then-resume": (0x2A, (flag,)),
    "thread.yield-then-resume": (0x2B, (flag,)),
    "thread.suspend-then-promote": (0x2C, (flag,)),
    "thread.yield-then-promote": (0x2D, (flag,)),
    "stream.forward": (0x2E, (index,)),
    "future.forward": (0x2F, (index,)),
    "thread.spawn-ref": (0x40, (flag, index)),
    "thread.spawn-indirect": (0x41, (flag, index, index)),
    "thread.available-parallelism": (0x42, (flag,)),
}


def builtin(definition: CanonBuiltin) -> bytes:
    opcode, immediates = BUILTINS[definition.name]
    encoded = [encode(value) for encode, value in zip(immediates, definition.immediates, strict=True)]
    tail = options(definition.options) if definition.name in WITH_OPTIONS else b""
    return bytes([opcode]) + b"".join(encoded) + tail


# ---- options ----------------------------------------------------------------------------------------------------

ENCODINGS = {StringEncoding.UTF8: b"\x00", StringEncoding.UTF16: b"\x01", StringEncoding.COMPACT: b"\x02"}


def options(found: CanonOptions) -> bytes:
    """In the order of componentizers; the specification leaves it free."""
    parts = [
        *option(0x03, found.memory),
        *option(0x04, found.realloc),
        *([] if found.encoding is None else [ENCODINGS[found.encoding]]),
        *[b"\x06"] * found.is_async,
        *option(0x07, found.callback),
        *option(0x05, found.post_return),
        *option(0x08, found.core_type),
        *[b"\x09"] * found.gc,
    ]
    return u(len(parts)) + b"".join(parts)


def option(code: int, index_: int | None) -> list[bytes]:
    return [] if index_ is None else [bytes([code]) + u(index_)]
