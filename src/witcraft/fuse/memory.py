"""Memory as adapters use it: widths of pointers, checks, and room made by the guest's realloc.

Sizes and counts are i32 everywhere: what a guest gives is held to 2^28-1 bytes first, and nothing grows to more than
three times that.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    Operand,
    call,
    code,
    if_,
    op,
    operand,
    set_local,
)
from witcraft.core.opcodes import copy as memory_copy
from witcraft.fuse.unit import Room, Unit, Way
from witcraft.runtime.traps import OUT_OF_BOUNDS, UNALIGNED

MAX_BYTES = (1 << 28) - 1  # of a list or a string
PAGE_SHIFT = 16


# ---- widths ------------------------------------------------------------------------------------------------------


def widen(core: str, value: Operand) -> Code:
    """An i32 as a number of the width of pointers."""
    return op("i64.extend_i32_u", value) if core == "i64" else operand(value)


def narrow(core: str, value: Operand) -> Code:
    """The low 32 bits of a pointer or length."""
    return op("i32.wrap_i64", value) if core == "i64" else operand(value)


def plus(room: Room, pointer: Operand, offset: Operand) -> Code:
    """An address ``offset`` bytes, an i32, from ``pointer``."""
    return op(f"{room.core}.add", pointer, widen(room.core, offset))


def times(count: Operand, size: int) -> Code:
    return operand(count) if size == 1 else op("i32.mul", count, size)


def copy(way: Way, target: Operand, source: Operand, size: Operand) -> Code:
    """``size``, an i32, goes to memory.copy as the smaller of the two widths."""
    both = "i64" if way.source.core == way.target.core == "i64" else "i32"
    return memory_copy(target, source, widen(both, size), way.target.memory, way.source.memory)


# ---- checks ------------------------------------------------------------------------------------------------------


def check(unit: Unit, room: Room, pointer: Operand, size: Operand, align: int, reason: int) -> Code:
    """Traps unless ``pointer`` is aligned and ``size`` bytes from it lie in the room's memory."""
    name = unit.share(f"check {room.memory}", lambda name: check_function(unit, room, name))
    return call(name, pointer, size, align - 1, reason)


def check_function(unit: Unit, room: Room, name: str) -> Func:
    low = narrow(room.core, "ptr")
    body = code(
        if_(op("i32.and", low, "mask"), unit.trap(UNALIGNED, low)),
        if_(beyond(room), unit.trap("reason", low)),
    )
    return Func(name, (("ptr", room.core), ("size", "i32"), ("mask", "i32"), ("reason", "i32")), (), body)


def beyond(room: Room) -> Code:
    """Whether ``size`` bytes from ``ptr`` do not all lie in the memory."""
    pages = op("memory.size", arguments=(room.memory,))
    size = op("i64.extend_i32_u", "size")
    if room.core == "i32":
        length = op("i64.shl", op("i64.extend_i32_u", pages), op("i64.const", arguments=(PAGE_SHIFT,)))
        return op("i64.gt_u", op("i64.add", op("i64.extend_i32_u", "ptr"), size), length)
    length = op("i64.shl", pages, op("i64.const", arguments=(PAGE_SHIFT,)))
    past = op("i64.gt_u", "ptr", op("i64.sub", length, size))
    return op("i32.or", op("i64.gt_u", size, length), past)


# ---- realloc -----------------------------------------------------------------------------------------------------


def allocate(unit: Unit, room: Room, align: int, size: Operand) -> Code:
    """New room for ``size`` bytes."""
    return reallocate(unit, room, op(f"{room.core}.const", arguments=(0,)), 0, align, size)


def reallocate(unit: Unit, room: Room, old: Operand, old_size: Operand, align: int, size: Operand) -> Code:
    """Room for ``size`` bytes instead of ``old_size``: what the guest gives is checked."""
    name = unit.share(f"alloc {room.realloc} {room.memory}", lambda name: realloc_function(unit, room, name))
    return call(name, old, old_size, align, size)


def realloc_function(unit: Unit, room: Room, name: str) -> Func:
    check_result = unit.share(f"check {room.memory}", lambda name: check_function(unit, room, name))
    args = [widen(room.core, arg) for arg in ("old_size", "align", "size")]
    body = code(
        set_local("ptr", call(room.realloc, "old", *args)),
        call(check_result, "ptr", "size", op("i32.sub", "align", 1), OUT_OF_BOUNDS),
        operand("ptr"),
    )
    params = (("old", room.core), ("old_size", "i32"), ("align", "i32"), ("size", "i32"))
    return Func(name, params, (room.core,), body, (("ptr", room.core),))
