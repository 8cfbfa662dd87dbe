"""Memory as adapters use it: widths of pointers, checks, and room made by the guest's realloc.

Sizes and counts are i32 everywhere: what a guest gives is held to 2^28-1 bytes first, and nothing grows to more than
three times that.
"""

from __future__ import annotations

from witcraft.core.opcodes import (
    Code,
    Operand,
    call,
    code,
    const,
    if_,
    load,
    op,
    operand,
    set_local,
    store,
)
from witcraft.core.opcodes import copy as memory_copy
from witcraft.fuse.threads import clear
from witcraft.fuse.unit import PAGE_SHIFT, Room, Unit, Way
from witcraft.runtime.traps import UNALIGNED

MAX_BYTES = (1 << 28) - 1  # of a list or a string


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


def add(name: str, by: int) -> Code:
    return set_local(name, op("i32.add", name, by))


def at(room: Room, index: Operand, offset: int = 0, kind: str = "i32.load8_u") -> Code:
    """What lies ``offset`` bytes behind byte ``index`` of the string at ``ptr``."""
    return load(plus(room, "ptr", index), offset, kind, room.memory)


def put(room: Room, index: Operand, value: Operand, offset: int = 0, kind: str = "i32.store8") -> Code:
    """``value`` goes ``offset`` bytes behind byte ``index`` of the string at ``to``."""
    return store(plus(room, "to", index), value, offset, kind, room.memory)


def times(count: Operand, size: int) -> Code:
    return operand(count) if size == 1 else op("i32.mul", count, size)


def copy(way: Way, target: Operand, source: Operand, size: Operand) -> Code:
    """``size``, an i32, goes to memory.copy as the smaller of the two widths."""
    both = "i64" if way.source.core == way.target.core == "i64" else "i32"
    return memory_copy(target, source, widen(both, size), way.target.memory, way.source.memory)


# ---- checks ------------------------------------------------------------------------------------------------------


def check(unit: Unit, room: Room, pointer: Operand, size: Operand, align: int, reason: int) -> Code:
    """Traps unless ``pointer`` is aligned and ``size`` bytes from it lie in the room's memory.

    Written in place, since it stands before nearly everything; both operands may be evaluated twice.
    """
    low = narrow(room.core, pointer)
    unaligned = if_(op("i32.and", low, align - 1), unit.trap(UNALIGNED, low)) if align > 1 else ()
    return code(unaligned, if_(beyond(room, pointer, size), unit.trap(reason, low)))


def beyond(room: Room, pointer: Operand, size: Operand) -> Code:
    """Whether the bytes do not all lie in the memory."""
    pages, shift = op("memory.size", arguments=(room.memory,)), const(PAGE_SHIFT, "i64")
    wide = op("i64.extend_i32_u", size)
    if room.core == "i32":
        length = op("i64.shl", op("i64.extend_i32_u", pages), shift)
        return op("i64.gt_u", op("i64.add", op("i64.extend_i32_u", pointer), wide), length)
    length = op("i64.shl", pages, shift)
    return op("i32.or", op("i64.gt_u", wide, length), op("i64.gt_u", pointer, op("i64.sub", length, wide)))


# ---- realloc -----------------------------------------------------------------------------------------------------


def allocate(unit: Unit, room: Room, out: str, align: int, size: Operand, reason: int) -> Code:
    """New room for ``size`` bytes, at ``out``: what the guest gives is checked."""
    zero = const(0, room.core)
    called = call(room.realloc, zero, zero, widen(room.core, align), widen(room.core, size))
    return code(clear(unit, room.instance), set_local(out, called), check(unit, room, out, size, align, reason))


def reallocate(unit: Unit, room: Room, out: str, old_size: Operand, align: int, size: Operand, reason: int) -> Code:
    """Room for ``size`` bytes instead of the ``old_size`` at ``out``, which moves there."""
    sizes = [widen(room.core, value) for value in (old_size, align, size)]
    called = call(room.realloc, out, *sizes)
    return code(clear(unit, room.instance), set_local(out, called), check(unit, room, out, size, align, reason))
