"""Strings from one memory to another, in every pair of encodings (CanonicalABI.md, ``store_string_into_range``).

The calls of realloc, with their arguments, are those of the specification: the guest sees them. What a string is made
of is checked before anything is allocated, so that decoding needs no checks of its own. In all functions here ``ptr``
and ``to`` are addresses in the two memories, ``n`` counts code units that are read, ``i`` those that have been read,
``j`` those that have been written.
"""

from __future__ import annotations

from enum import Enum
from functools import partial

from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    Operand,
    block,
    br,
    br_if,
    call,
    code,
    const,
    if_,
    load,
    loop,
    op,
    operand,
    set_local,
)
from witcraft.core.tree import FuncType
from witcraft.fuse.memory import MAX_BYTES, add, allocate, at, check, copy, narrow, plus, put, reallocate, times, widen
from witcraft.fuse.text import (
    check_utf8,
    check_utf16,
    put_latin1_as_utf8,
    put_pair,
    put_unit,
    put_utf8,
    take,
    take_utf8,
)
from witcraft.fuse.unit import Room, Unit, Way
from witcraft.fuse.vectors import (
    LEFT,
    WIDE,
    Steps,
    all_steps,
    ascii_bytes,
    enough,
    forward,
    narrowing,
    wide_steps,
    widening,
)
from witcraft.plan.steps import StringEncoding
from witcraft.runtime.traps import STRING_OUT_OF_BOUNDS

TAGS = {"i32": 1 << 31, "i64": 1 << 63}
"""The bit of a length that says that a "latin1+utf16" string is UTF-16."""


class Form(Enum):
    """How the units of a string lie in memory."""

    UTF8 = "utf8"
    UTF16 = "utf16"
    LATIN1 = "latin1"


SIZES = {Form.UTF8: 1, Form.UTF16: 2, Form.LATIN1: 1}
FORMS = {StringEncoding.UTF8: Form.UTF8, StringEncoding.UTF16: Form.UTF16}
LOCALS = (*[(name, "i32") for name in ("i", "j", "c", "stop", "start", "worst")], ("v", "v128"), ("v1", "v128"))


def transcode(unit: Unit, way: Way, ptr: Code, units: Code) -> Code:
    """Address and length, as the target's options have them, of a copy of the string at ``ptr``."""
    source, target = way.source, way.target
    title = f"string {source.encoding.value} {source.memory} {target.encoding.value} {target.realloc} {target.memory}"
    return call(unit.share(title, partial(transcoder, unit, way)), ptr, units)


def transcoder(unit: Unit, way: Way, name: str) -> Func:
    """Looks at the range, and at the tag if there may be one."""
    source, target = way.source, way.target
    if source.encoding is StringEncoding.COMPACT:
        tag = const(TAGS[source.core], source.core)
        tagged = op(f"{source.core}.ne", op(f"{source.core}.and", "units", tag), const(0, source.core))
        body = if_(
            tagged,
            code(set_local("units", op(f"{source.core}.xor", "units", tag)), ranged(unit, way, Form.UTF16)),
            ranged(unit, way, Form.LATIN1),
            FuncType((), (target.core,) * 2),
        )
    else:
        body = ranged(unit, way, FORMS[source.encoding])
    return Func(name, (("ptr", source.core), ("units", source.core)), (target.core,) * 2, body)


def ranged(unit: Unit, way: Way, form: Form) -> Code:
    source, size = way.source, SIZES[form]
    align = 1 if source.encoding is StringEncoding.UTF8 else 2
    n = narrow(source.core, "units")
    too_long = op(f"{source.core}.gt_u", "units", const(MAX_BYTES // size, source.core))
    return code(
        if_(too_long, unit.trap(STRING_OUT_OF_BOUNDS)),
        check(unit, source, "ptr", times(n, size), align, STRING_OUT_OF_BOUNDS),
        call(converter(unit, way, form), "ptr", n),
    )


def converter(unit: Unit, way: Way, form: Form) -> str:
    """The function from units of one form, whose range was checked, to the target's encoding."""
    source, target = way.source, way.target
    title = f"{form.value} {source.memory} to {target.encoding.value} {target.realloc} {target.memory}"

    def make(name: str) -> Func:
        params = (("ptr", source.core), ("n", "i32"))
        body = code(checked(unit, source, form), convert(unit, way, form))
        return Func(name, params, (target.core,) * 2, body, (*LOCALS, ("to", target.core)))

    return unit.share(title, make)


def checked(unit: Unit, room: Room, form: Form) -> Code:
    """Traps unless the units are text; any Latin-1 is."""
    match form:
        case Form.UTF8:
            return call(unit.share(f"check utf8 {room.memory}", partial(check_utf8, unit, room)), "ptr", "n")
        case Form.UTF16:
            return call(unit.share(f"check utf16 {room.memory}", partial(check_utf16, unit, room)), "ptr", "n")
        case Form.LATIN1:
            return ()


def convert(unit: Unit, way: Way, form: Form) -> Code:
    """Leaves address and length."""
    match way.target.encoding, form:
        case StringEncoding.UTF8, Form.UTF8:
            return as_it_is(unit, way, 1, 1)
        case StringEncoding.UTF16, Form.UTF16:
            return as_it_is(unit, way, 2, 2)
        case StringEncoding.COMPACT, Form.LATIN1:
            return as_it_is(unit, way, 1, 2)
        case StringEncoding.UTF8, _:
            return to_utf8(unit, way, form)
        case StringEncoding.UTF16, Form.LATIN1:
            return latin1_to_utf16(unit, way)
        case StringEncoding.UTF16, _:
            return utf8_to_utf16(unit, way)
        case _ if way.source.encoding is StringEncoding.COMPACT:
            return probably_utf16(unit, way)
        case _:
            return to_compact(unit, way, form)


# ---- pieces ------------------------------------------------------------------------------------------------------


def make_room(unit: Unit, way: Way, align: int, size: Operand) -> Code:
    return allocate(unit, way.target, "to", align, size, STRING_OUT_OF_BOUNDS)


def change_room(unit: Unit, way: Way, old_size: Operand, align: int, size: Operand) -> Code:
    return reallocate(unit, way.target, "to", old_size, align, size, STRING_OUT_OF_BOUNDS)


def shrink(unit: Unit, way: Way, old_size: str, align: int, size: Code) -> Code:
    """Gives back what was not needed."""
    return if_(op("i32.gt_u", old_size, size), change_room(unit, way, old_size, align, size))


def result(way: Way, units: Operand, tagged: bool = False) -> Code:
    core = way.target.core
    length = widen(core, units)
    return code(operand("to"), op(f"{core}.or", length, const(TAGS[core], core)) if tagged else length)


def double(value: Operand) -> Code:
    return op("i32.shl", value, 1)


def while_(condition: Code, *body: Code) -> Code:
    return loop("next", if_(condition, code(*body, br("next"))))


def more() -> Code:
    return op("i32.lt_u", "i", "n")


def take_one(way: Way, form: Form) -> Code:
    """The next code point goes to ``c``."""
    return take(way.source, form.value)


# ---- one realloc -------------------------------------------------------------------------------------------------


def as_it_is(unit: Unit, way: Way, size: int, align: int) -> Code:
    """``store_string_copy`` of the same units."""
    return code(
        make_room(unit, way, align, times("n", size)),
        copy(way, operand("to"), operand("ptr"), times("n", size)),
        result(way, "n"),
    )


def latin1_to_utf16(unit: Unit, way: Way) -> Code:
    """``store_string_copy`` of units that become twice as wide."""
    one = put(way.target, double("j"), at(way.source, "i"), 0, "i32.store16")
    return code(
        make_room(unit, way, 2, double("n")),
        wide_steps(widening(way, ascii_only=False), code(one, forward(1))),
        result(way, "n"),
    )


# ---- to UTF-8 ----------------------------------------------------------------------------------------------------


def to_utf8(unit: Unit, way: Way, form: Form) -> Code:
    """``store_string_to_utf8``: as many bytes as units, and room for the worst case once a unit is not ASCII."""
    steps = narrowing(way, 0x7F) if form is Form.UTF16 else ascii_bytes(way)
    one = code(take_one(way, form), put_utf8(way.target)) if form is Form.UTF16 else latin1_as_utf8(way)
    wide = code(
        set_local("worst", op("i32.mul", "n", 3 if form is Form.UTF16 else 2)),
        change_room(unit, way, "n", 1, "worst"),
        wide_steps(steps, one),
        shrink(unit, way, "worst", 1, operand("j")),
        result(way, "j"),
        op("return"),
    )
    return code(
        make_room(unit, way, 1, "n"),
        only_ascii(way, form, steps),
        if_(more(), wide),
        result(way, "n"),
    )


def only_ascii(way: Way, form: Form, steps: Steps) -> Code:
    """Copies units up to the first that is not ASCII."""
    size = SIZES[form]
    one = code(
        set_local("c", at(way.source, times("i", size), 0, f"i32.load{8 * size}_u")),
        br_if("ascii", op("i32.ge_u", "c", 0x80)),
        put(way.target, "j", "c"),
        forward(1),
    )
    return block("ascii", *all_steps(steps, "ascii"), while_(more(), one))


def latin1_as_utf8(way: Way) -> Code:
    """Several at once, if there are so many before ``stop``."""
    several = code(*[put_latin1_as_utf8(way, k) for k in range(LEFT)], add("i", LEFT))
    return if_(enough("stop", LEFT), several, code(put_latin1_as_utf8(way), add("i", 1)))


# ---- to UTF-16 ---------------------------------------------------------------------------------------------------


def utf8_to_utf16(unit: Unit, way: Way) -> Code:
    """``store_utf8_to_utf16``: room for as many units as there are bytes, then for what there is."""
    return code(
        set_local("worst", double("n")),
        make_room(unit, way, 2, "worst"),
        utf16_from_utf8(way),
        shrink(unit, way, "worst", 2, double("j")),
        result(way, "j"),
    )


def utf16_from_utf8(way: Way) -> Code:
    """What is left of the text, behind the ``j`` units that are there."""
    one = take_utf8(way.source, put_unit(way.target), put_pair(way.target))
    return wide_steps(widening(way, ascii_only=True), one)


# ---- to Latin-1 or UTF-16 ----------------------------------------------------------------------------------------


def to_compact(unit: Unit, way: Way, form: Form) -> Code:
    """``store_string_to_latin1_or_utf16``: Latin-1, until a code point wants more."""
    steps = narrowing(way, 0xFF) if form is Form.UTF16 else ascii_bytes(way)
    one = code(
        set_local("start", "i"),
        take_one(way, form),
        br_if("wide", op("i32.gt_u", "c", 0xFF)),
        put(way.target, "j", "c"),
        add("j", 1),
    )
    return code(
        make_room(unit, way, 2, "n"),
        block(
            "wide",
            wide_steps(steps, one),
            shrink(unit, way, "n", 2, operand("j")),
            result(way, "j"),
            op("return"),
        ),
        set_local("worst", double("n")),
        change_room(unit, way, "n", 2, "worst"),
        inflate(way),
        set_local("i", "start"),
        utf16_from_utf8(way) if form is Form.UTF8 else rest_of_utf16(way),
        shrink(unit, way, "worst", 2, double("j")),
        result(way, "j", tagged=True),
    )


def inflate(way: Way) -> Code:
    """The ``j`` bytes written so far become units of two bytes, from the last to the first."""
    written = plus(way.target, "to", "i")

    def move(count: int, load_kind: str, store_kind: str) -> Code:
        units = load(written, 0, load_kind, way.target.memory)
        return code(add("i", -count), put(way.target, double("i"), units, 0, store_kind))

    return code(
        set_local("i", "j"),
        while_(op("i32.ge_u", "i", 8), move(8, "v128.load8x8_u", "v128.store")),
        while_(operand("i"), move(1, "i32.load8_u", "i32.store16")),
    )


def rest_of_utf16(way: Way) -> Code:
    """Units from ``i`` on as they are, behind the ``j`` that are there."""
    left = op("i32.sub", "n", "i")
    source, target = plus(way.source, "ptr", double("i")), plus(way.target, "to", double("j"))
    return code(copy(way, target, source, double(left)), set_local("j", op("i32.add", "j", left)))


def probably_utf16(unit: Unit, way: Way) -> Code:
    """``store_probably_utf16_to_latin1_or_utf16``: UTF-16, unless it turns out that none of it was needed.

    It is looked at where it has come to: in nobody's way but its own, as it is moved together.
    """
    wide, _ = narrowing(way, 0xFF, "to")
    unit_at = load(plus(way.target, "to", double("i")), 0, "i32.load16_u", way.target.memory)
    widely = while_(enough("n"), br_if("utf16", op("i32.eqz", wide.fits)), add("i", WIDE))
    singly = while_(more(), br_if("utf16", op("i32.gt_u", unit_at, 0xFF)), add("i", 1))
    return code(
        make_room(unit, way, 2, double("n")),
        copy(way, operand("to"), operand("ptr"), double("n")),
        block(
            "latin1",
            block("utf16", widely, singly, br("latin1")),
            result(way, "n", tagged=True),
            op("return"),
        ),
        set_local("i", 0),
        while_(enough("n"), op("drop", wide.fits), wide.move, forward(WIDE)),
        while_(more(), put(way.target, "j", unit_at), forward(1)),
        change_room(unit, way, double("n"), 1, "n"),
        result(way, "n"),
    )
