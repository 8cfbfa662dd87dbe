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
    store,
)
from witcraft.core.tree import FuncType
from witcraft.fuse.memory import MAX_BYTES, allocate, check, copy, narrow, plus, reallocate, times, widen
from witcraft.fuse.text import check_utf8, check_utf16, put_utf8, put_utf16, skip_ascii, take
from witcraft.fuse.unit import Room, Unit, Way
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
LOCALS = (*[(name, "i32") for name in ("i", "j", "c", "start", "worst")], ("word", "i64"))


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


def increase(name: str, by: int = 1) -> Code:
    return set_local(name, op("i32.add", name, by))


def while_(condition: Code, *body: Code) -> Code:
    return loop("next", if_(condition, code(*body, br("next"))))


def more() -> Code:
    return op("i32.lt_u", "i", "n")


def write8(way: Way, index: Operand, value: Operand) -> Code:
    return store(plus(way.target, "to", index), value, 0, "i32.store8", way.target.memory)


def written8(way: Way, index: Operand) -> Code:
    return load(plus(way.target, "to", index), 0, "i32.load8_u", way.target.memory)


def write16(way: Way, index: Operand, value: Operand) -> Code:
    return store(plus(way.target, "to", double(index)), value, 0, "i32.store16", way.target.memory)


# ---- one realloc -------------------------------------------------------------------------------------------------


def as_it_is(unit: Unit, way: Way, size: int, align: int) -> Code:
    """``store_string_copy`` of the same units."""
    return code(
        make_room(unit, way, align, times("n", size)),
        copy(way, operand("to"), operand("ptr"), times("n", size)),
        result(way, "n"),
    )


def latin1_to_utf16(unit: Unit, way: Way) -> Code:
    """``store_string_copy`` of units that become twice as wide, sixteen at a time as long as there are so many."""
    source, target = plus(way.source, "ptr", "i"), plus(way.target, "to", double("i"))
    groups = [
        code(
            set_local("word", load(source, 4 * k, "i64.load32_u", way.source.memory)),
            widened(),
            store(target, "word", 8 * k, "i64.store", way.target.memory),
        )
        for k in range(4)
    ]
    return code(
        make_room(unit, way, 2, double("n")),
        while_(op("i32.le_u", op("i32.add", "i", 16), "n"), *groups, increase("i", 16)),
        set_local("j", "i"),
        while_(more(), take_one(way, Form.LATIN1), put_utf16(way.target)),
        result(way, "n"),
    )


def take_one(way: Way, form: Form) -> Code:
    """The next code point goes to ``c``."""
    return take(way.source, form.value)


# ---- four units at a time ----------------------------------------------------------------------------------------

FOUR_ASCII = {1: 0x80808080, 2: 0xFF80FF80FF80FF80}
"""The bits, by the size of a unit, of which four ASCII units in a word have none."""


def four(way: Way, form: Form, each: Code) -> Code:
    """``each`` for groups of four ASCII units in ``word``, until there is another unit in one."""
    enough = op("i32.le_u", op("i32.add", "i", 4), "n")
    at = plus(way.source, "ptr", times("i", SIZES[form]))
    word = load(at, 0, "i64.load32_u" if SIZES[form] == 1 else "i64.load", way.source.memory)
    mixed = op("i64.ne", op("i64.and", "word", const(FOUR_ASCII[SIZES[form]], "i64")), const(0, "i64"))
    step = code(set_local("word", word), br_if("mixed", mixed), each, increase("i", 4), increase("j", 4))
    return block("mixed", while_(enough, step))


def ascii_run(way: Way, form: Form) -> Code:
    """ASCII units as bytes: from bytes in one copy, from wider units four at a time."""
    if SIZES[form] == 2:
        packed = op("i32.or", op("i32.wrap_i64", "word"), op("i32.wrap_i64", shifted("i64.shr_u", 16)))
        put = store(plus(way.target, "to", "j"), packed, 0, "i32.store", way.target.memory)
        return four(way, form, code(spread("i64.shr_u", 8, 0x0000FFFF0000FFFF), put))
    length = op("i32.sub", "i", "start")
    run = copy(way, plus(way.target, "to", "j"), plus(way.source, "ptr", "start"), length)
    return code(
        set_local("start", "i"),
        skip_ascii(way.source, 4, "far"),
        skip_ascii(way.source, 1, "near"),
        if_(length, code(run, set_local("j", op("i32.add", "j", length)))),
    )


def four_wider(way: Way, form: Form) -> Code:
    """Bytes as units of two bytes."""
    put = store(plus(way.target, "to", double("j")), "word", 0, "i64.store", way.target.memory)
    return four(way, form, code(widened(), put))


def widened() -> Code:
    """The four low bytes of ``word``, each with a zero behind it."""
    return code(spread("i64.shl", 16, 0x0000FFFF0000FFFF), spread("i64.shl", 8, 0x00FF00FF00FF00FF))


def shifted(shift: str, by: int) -> Code:
    return op(shift, "word", const(by, "i64"))


def spread(shift: str, by: int, mask: int) -> Code:
    """A step by which the bytes of ``word`` come closer together, or further apart."""
    return set_local("word", op("i64.and", op("i64.or", "word", shifted(shift, by)), const(mask, "i64")))


# ---- to UTF-8 ----------------------------------------------------------------------------------------------------


def to_utf8(unit: Unit, way: Way, form: Form) -> Code:
    """``store_string_to_utf8``: as many bytes as units, and room for the worst case once a unit is not ASCII."""
    wide = code(
        set_local("worst", op("i32.mul", "n", 3 if form is Form.UTF16 else 2)),
        change_room(unit, way, "n", 1, "worst"),
        while_(more(), take_one(way, form), put_utf8(way.target)),
        shrink(unit, way, "worst", 1, operand("j")),
        result(way, "j"),
        op("return"),
    )
    return code(
        make_room(unit, way, 1, "n"),
        ascii_units(way, form),
        if_(more(), wide),
        result(way, "n"),
    )


def ascii_units(way: Way, form: Form) -> Code:
    """Copies units up to the first that is not ASCII."""
    size = SIZES[form]
    value = load(plus(way.source, "ptr", times("i", size)), 0, f"i32.load{8 * size}_u", way.source.memory)
    one = code(
        set_local("c", value),
        br_if("ascii", op("i32.ge_u", "c", 0x80)),
        write8(way, "j", "c"),
        increase("i"),
        increase("j"),
    )
    return block("ascii", ascii_run(way, form), while_(more(), one))


# ---- to UTF-16 ---------------------------------------------------------------------------------------------------


def utf8_to_utf16(unit: Unit, way: Way) -> Code:
    """``store_utf8_to_utf16``: room for as many units as there are bytes, then for what there is."""
    one = code(take_one(way, Form.UTF8), put_utf16(way.target))
    return code(
        set_local("worst", double("n")),
        make_room(unit, way, 2, "worst"),
        while_(more(), four_wider(way, Form.UTF8), if_(more(), one)),
        shrink(unit, way, "worst", 2, double("j")),
        result(way, "j"),
    )


# ---- to Latin-1 or UTF-16 ----------------------------------------------------------------------------------------


def to_compact(unit: Unit, way: Way, form: Form) -> Code:
    """``store_string_to_latin1_or_utf16``: Latin-1, until a code point wants more."""
    narrow_one = code(
        set_local("start", "i"),
        take_one(way, form),
        br_if("wide", op("i32.gt_u", "c", 0xFF)),
        write8(way, "j", "c"),
        increase("j"),
    )
    return code(
        make_room(unit, way, 2, "n"),
        block(
            "wide",
            while_(more(), ascii_run(way, form), if_(more(), narrow_one)),
            shrink(unit, way, "n", 2, operand("j")),
            result(way, "j"),
            op("return"),
        ),
        set_local("worst", double("n")),
        change_room(unit, way, "n", 2, "worst"),
        inflate(way),
        set_local("i", "start"),
        while_(more(), take_one(way, form), put_utf16(way.target)),
        shrink(unit, way, "worst", 2, double("j")),
        result(way, "j", tagged=True),
    )


def inflate(way: Way) -> Code:
    """The ``j`` bytes written so far become units of two bytes, from the last to the first."""
    body = code(
        set_local("i", op("i32.sub", "i", 1)),
        write16(way, "i", written8(way, "i")),
    )
    return code(set_local("i", "j"), while_(operand("i"), body))


def probably_utf16(unit: Unit, way: Way) -> Code:
    """``store_probably_utf16_to_latin1_or_utf16``: UTF-16, unless it turns out that none of it was needed."""
    wide = op("i32.gt_u", load(plus(way.source, "ptr", double("i")), 0, "i32.load16_u", way.source.memory), 0xFF)
    deflate_one = code(write8(way, "i", written8(way, double("i"))), increase("i"))
    return code(
        make_room(unit, way, 2, double("n")),
        copy(way, operand("to"), operand("ptr"), double("n")),
        block(
            "latin1",
            block("utf16", while_(more(), br_if("utf16", wide), increase("i")), br("latin1")),
            result(way, "n", tagged=True),
            op("return"),
        ),
        set_local("i", 0),
        while_(more(), deflate_one),
        change_room(unit, way, double("n"), 1, "n"),
        result(way, "n"),
    )
