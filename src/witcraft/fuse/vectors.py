"""Text sixteen bytes at a time, where nothing has to be known of a single character.

In all functions here ``ptr`` and ``to`` are addresses in the two memories and ``i`` counts what has been read, as in
``strings``; ``v``, ``v1`` and ``v3`` are vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, reduce

from witcraft.core.opcodes import (
    Code,
    Operand,
    block,
    br,
    br_if,
    code,
    const,
    if_,
    load,
    loop,
    op,
    set_local,
    tee_local,
)
from witcraft.fuse.memory import add, at, plus, put
from witcraft.fuse.unit import Room, Way

WIDE = 16  # bytes of a vector
BEHIND = 3  # bytes that a character can have before its last one


def vector(*lanes: int, bits: int = 8) -> Code:
    """A constant: the lanes, repeated until it is full."""
    count = 128 // bits
    return const(sum([lanes[k % len(lanes)] << bits * k for k in range(count)]), "v128")


def units(room: Room, index: Operand, offset: int = 0) -> Code:
    return at(room, index, offset, "v128.load")


def enough(end: str, size: int = WIDE) -> Code:
    """Whether there is another vector before ``end``, in the units that ``i`` counts."""
    return op("i32.ge_u", op("i32.sub", end, "i"), size)


def lacks(end: str, size: int = WIDE) -> Code:
    return op("i32.lt_u", op("i32.sub", end, "i"), size)


def stop_behind(end: str, size: int = WIDE) -> Code:
    """``stop`` goes behind the next vector, or to ``end``: so far one goes on by single characters."""
    return set_local("stop", op("select", op("i32.add", "i", size), end, enough(end, size)))


# ---- checks ------------------------------------------------------------------------------------------------------


def skip_ascii(room: Room) -> Code:
    """Moves ``i`` behind bytes that are ASCII: by several vectors, by one, at last by eight bytes."""
    return code(
        while_ascii(4 * WIDE, joined([units(room, "i", WIDE * k) for k in range(4)]), "far"),
        while_ascii(WIDE, units(room, "i"), "near"),
        if_(enough("n", 8), if_(is_ascii_word(at(room, "i", 0, "i64.load")), add("i", 8))),
    )


def while_ascii(size: int, found: Code, label: str) -> Code:
    step = code(br_if(label, lacks("n", size)), br_if(label, op("i8x16.bitmask", found)), add("i", size), br("again"))
    return block(label, loop("again", step))


def joined(vectors: Sequence[Code]) -> Code:
    return reduce(partial(op, "v128.or"), vectors)


def skip_plain(room: Room) -> Code:
    """Moves ``i``, which counts bytes here, behind vectors of UTF-16 without surrogates."""
    tops = op("v128.and", units(room, "i"), vector(0xF800, bits=16))
    surrogate = op("v128.any_true", op("i16x8.eq", tops, vector(0xD800, bits=16)))
    step = code(br_if("mixed", lacks("end")), br_if("mixed", surrogate), add("i", WIDE), br("again"))
    return block("mixed", loop("again", step))


def skip_utf8(room: Room) -> Code:
    """Moves ``i`` as far as vectors reach, but not into a character, or back to 0 if one of them has an error.

    What stands before ``i`` is good, and at least three bytes.
    """
    step = code(
        br_if("short", lacks("n")),
        set_local("v", behind(room, 0)),
        set_local("v3", behind(room, 3)),
        if_(
            op("i8x16.bitmask", op("v128.or", "v", "v3")),
            if_(op("v128.any_true", utf8_errors(room)), code(set_local("i", 0), br("wrong"))),
        ),
        add("i", WIDE),
        br("again"),
    )
    return block("wrong", block("short", loop("again", step)), to_the_start(room))


def behind(room: Room, count: int) -> Code:
    """The vector that stands so many bytes before ``i``."""
    return units(room, op("i32.sub", "i", BEHIND), BEHIND - count)


def to_the_start(room: Room) -> Code:
    """Moves ``i`` to the start of the character before it, if that goes on behind ``i``."""
    steps = [
        if_(
            op("i32.ge_u", at(room, op("i32.sub", "i", BEHIND), BEHIND - count), first),
            code(add("i", -count), br("start")),
        )
        for count, first in ((1, 0xC0), (2, 0xE0), (3, 0xF0))
    ]
    return block("start", *steps)


# Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte": what the halves of one byte and the upper
# half of the next have in common says what is wrong with the two. Bits of the three tables:

TOO_SHORT = 1 << 0  #       11______ 0_______, 11______ 11______
TOO_LONG = 1 << 1  #        0_______ 10______
OVERLONG_3 = 1 << 2  #      11100000 100_____
TOO_LARGE = 1 << 3  #       11110100 1001____, 11110100 101_____, 11110101 and above
SURROGATE = 1 << 4  #       11101101 101_____
OVERLONG_2 = 1 << 5  #      1100000_ 10______
TOO_LARGE_1 = 1 << 6  #     11110101 and above, 1000____
OVERLONG_4 = 1 << 6  #      11110000 1000____
TWO_TRAILERS = 1 << 7  #    10______ 10______; good if a character of three or four bytes stands there

ANY = TOO_SHORT | TOO_LONG | TWO_TRAILERS
FIRST_HIGH = vector(
    *[TOO_LONG] * 8,
    *[TWO_TRAILERS] * 4,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1 | OVERLONG_4,
)
FIRST_LOW = vector(
    ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
    ANY | OVERLONG_2,
    ANY,
    ANY,
    ANY | TOO_LARGE,
    *[ANY | TOO_LARGE | TOO_LARGE_1] * 8,
    ANY | TOO_LARGE | TOO_LARGE_1 | SURROGATE,
    *[ANY | TOO_LARGE | TOO_LARGE_1] * 2,
)
SECOND_HIGH = vector(
    *[TOO_SHORT] * 8,
    TOO_LONG | OVERLONG_2 | TWO_TRAILERS | OVERLONG_3 | TOO_LARGE_1 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_TRAILERS | OVERLONG_3 | TOO_LARGE,
    *[TOO_LONG | OVERLONG_2 | TWO_TRAILERS | SURROGATE | TOO_LARGE] * 2,
    *[TOO_SHORT] * 4,
)


def utf8_errors(room: Room) -> Code:
    """Not zero where ``v`` goes wrong, given what stands before it."""
    before = tee_local("v1", behind(room, 1))
    special = op(
        "v128.and",
        op("v128.and", looked_up(FIRST_HIGH, upper(before)), looked_up(FIRST_LOW, op("v128.and", "v1", vector(0xF)))),
        looked_up(SECOND_HIGH, upper("v")),
    )
    third = op("i8x16.sub_sat_u", behind(room, 2), vector(0xE0 - 0x80))  # 0x80 if it is behind the first of three
    fourth = op("i8x16.sub_sat_u", "v3", vector(0xF0 - 0x80))
    trailers = op("v128.and", op("v128.or", third, fourth), vector(0x80))
    return op("v128.xor", special, trailers)


def looked_up(table: Code, index: Code) -> Code:
    return op("i8x16.swizzle", table, index)


def upper(value: Operand) -> Code:
    """The upper half of each byte."""
    return op("i8x16.shr_u", value, 4)


# ---- moves -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """``size`` units of the source at once, if they fit; ``move`` may use what ``fits`` makes of ``v`` and ``v1``."""

    size: int
    fits: Code
    move: Code


Steps = tuple[Step, Step]
"""One of sixteen units, and one of eight for what is left."""

LEFT = 8


def wide_steps(steps: Steps, one: Code) -> Code:
    """To the end of the text: as many units at once as there are and as fit; where they do not, ``one`` and one."""
    singly = loop("next", if_(op("i32.lt_u", "i", "stop"), code(one, br("next"))))
    rest = code(block("mixed", *all_steps(steps, "mixed")), stop_behind("n"), singly)
    return loop("more", if_(op("i32.lt_u", "i", "n"), code(rest, br("more"))))


def all_steps(steps: Steps, otherwise: str) -> tuple[Code, ...]:
    """From ``i`` on; goes to the block ``otherwise`` where something does not fit."""
    wide, left = steps
    return (
        loop("again", if_(enough("n", wide.size), code(guarded(wide, otherwise), br("again")))),
        if_(enough("n", left.size), guarded(left, otherwise)),
    )


def guarded(step: Step, otherwise: str) -> Code:
    return code(br_if(otherwise, op("i32.eqz", step.fits)), step.move, forward(step.size))


def forward(count: int) -> Code:
    return code(add("i", count), add("j", count))


def narrowing(way: Way, largest: int, start: str = "ptr") -> Steps:
    """Units of two bytes, read at ``start``, none of which is larger, become bytes."""
    room = way.source if start == "ptr" else way.target
    place = plus(room, start, op("i32.shl", "i", 1))
    first, second = [load(place, offset, "v128.load", room.memory) for offset in (0, WIDE)]
    beyond = vector(0xFFFF ^ largest, bits=16)
    both = op("v128.or", tee_local("v", first), tee_local("v1", second))
    half = op("i64x2.extract_lane", op("i8x16.narrow_i16x8_u", "v", "v"), arguments=(0,))
    return (
        Step(WIDE, none_of(both, beyond), put(way.target, "j", op("i8x16.narrow_i16x8_u", "v", "v1"), 0, "v128.store")),
        Step(LEFT, none_of(tee_local("v", first), beyond), put(way.target, "j", half, 0, "i64.store")),
    )


def none_of(value: Code, bits: Code) -> Code:
    return op("i32.eqz", op("v128.any_true", op("v128.and", value, bits)))


def ascii_bytes(way: Way) -> Steps:
    """Bytes that are ASCII stay as they are."""
    eight = at(way.source, "i", 0, "i64.load")
    return (
        Step(WIDE, is_ascii(tee_local("v", units(way.source, "i"))), put(way.target, "j", "v", 0, "v128.store")),
        Step(LEFT, is_ascii_word(eight), put(way.target, "j", eight, 0, "i64.store")),
    )


def widening(way: Way, ascii_only: bool) -> Steps:
    """Bytes become units of two bytes, all of them or those that are ASCII."""
    place = op("i32.shl", "j", 1)
    halves = [
        put(way.target, place, at(way.source, "i", half, "v128.load8x8_u"), 2 * half, "v128.store")
        for half in (0, LEFT)
    ]
    fits = (is_ascii(units(way.source, "i")), is_ascii_word(at(way.source, "i", 0, "i64.load")))
    wide, left = fits if ascii_only else (const(1), const(1))
    return Step(WIDE, wide, code(*halves)), Step(LEFT, left, halves[0])


def is_ascii(value: Code) -> Code:
    return op("i32.eqz", op("i8x16.bitmask", value))


def is_ascii_word(value: Code) -> Code:
    return op("i64.eqz", op("i64.and", value, const(0x8080808080808080, "i64")))
