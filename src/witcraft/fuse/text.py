"""Code points in memory: checked, taken from one, put into another."""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    Operand,
    block,
    br,
    br_if,
    code,
    const,
    if_,
    loop,
    op,
    set_local,
    tee_local,
)
from witcraft.fuse.memory import add, at, put
from witcraft.fuse.unit import Room, Unit, Way
from witcraft.fuse.vectors import BEHIND, WIDE, lacks, skip_ascii, skip_plain, skip_utf8, stop_behind
from witcraft.runtime.traps import INVALID_UTF8, INVALID_UTF16


def masked(value: Operand, mask: int, shift: int = 0) -> Code:
    """The bits of ``mask``, shifted to the left."""
    bits = op("i32.and", value, mask)
    return op("i32.shl", bits, shift) if shift else bits


def joined(first: Code, *others: Code) -> Code:
    for other in others:
        first = op("i32.or", first, other)
    return first


# ---- checks ------------------------------------------------------------------------------------------------------


def check_utf8(unit: Unit, room: Room, name: str) -> Func:
    """Traps unless ``n`` bytes are UTF-8.

    Long text is looked at sixteen bytes at a time, behind its first characters; short text, the end of a long one, and
    one with something wrong in it character by character, up to ``stop``.
    """
    one = code(
        br_if("reached", op("i32.ge_u", "i", "stop")),
        set_local("b", at(room, "i")),
        if_(op("i32.lt_u", "b", 0x80), code(add("i", 1), br("next"))),
        sequence(room),
        br("next"),
    )
    few = op("i32.lt_u", op("i32.sub", "n", "i"), 2 * WIDE)
    body = code(
        skip_ascii(room),
        set_local("stop", op("select", "n", op("i32.add", "i", BEHIND), few)),
        block(
            "bad",
            loop(
                "again",
                block("reached", loop("next", one)),
                if_(op("i32.ge_u", "i", "n"), op("return")),
                skip_utf8(room),
                set_local("stop", "n"),
                br("again"),
            ),
        ),
        unit.trap(INVALID_UTF8, "i"),
    )
    params = (("ptr", room.core), ("n", "i32"))
    words = tuple([(word, "i32") for word in ("i", "stop", "b", "c", "w")])
    return Func(name, params, (), body, (*words, ("v", "v128"), ("v1", "v128"), ("v3", "v128")))


def sequence(room: Room) -> Code:
    """Moves ``i`` behind a character of two to four bytes, of which ``b`` is the first."""
    return if_(
        op("i32.lt_u", "b", 0xE0),
        code(
            br_if("bad", op("i32.lt_u", "b", 0xC2)),
            br_if("bad", lacks("n", 2)),
            br_if("bad", op("i32.ne", masked(at(room, "i", 1), 0xC0), 0x80)),
            add("i", 2),
        ),
        code(
            br_if("bad", lacks("n", 3)),
            set_local("w", at(room, "i", 1, "i32.load16_u")),
            br_if("bad", op("i32.ne", masked("w", 0xC0C0), 0x8080)),
            set_local("c", joined(masked("w", 0x3F, 6), masked(op("i32.shr_u", "w", 8), 0x3F))),
            if_(op("i32.lt_u", "b", 0xF0), three(), four(room)),
        ),
    )


def three() -> Code:
    return code(
        set_local("c", joined(op("local.get", arguments=("c",)), masked("b", 0xF, 12))),
        br_if("bad", op("i32.lt_u", "c", 0x800)),
        br_if("bad", op("i32.eq", masked("c", 0xF800), 0xD800)),
        add("i", 3),
    )


def four(room: Room) -> Code:
    last = tee_local("w", at(room, "i", 3))
    whole = joined(op("i32.shl", "c", 6), masked("b", 7, 18), masked("w", 0x3F))
    return code(
        br_if("bad", op("i32.gt_u", "b", 0xF4)),
        br_if("bad", lacks("n", 4)),
        br_if("bad", op("i32.ne", masked(last, 0xC0), 0x80)),
        br_if("bad", op("i32.ge_u", op("i32.sub", whole, 0x10000), 0x100000)),
        add("i", 4),
    )


def check_utf16(unit: Unit, room: Room, name: str) -> Func:
    """Traps unless in ``n`` units every surrogate is one of a pair; ``i`` counts bytes, to ``end``."""
    one = code(
        br_if("plain", op("i32.ge_u", "i", "stop")),
        set_local("u", at(room, "i", 0, "i32.load16_u")),
        if_(op("i32.ne", masked("u", 0xF800), 0xD800), code(add("i", 2), br("next"))),
        br_if("bad", op("i32.ge_u", "u", 0xDC00)),
        br_if("bad", op("i32.lt_u", op("i32.sub", "end", "i"), 4)),
        br_if("bad", op("i32.ne", masked(at(room, "i", 2, "i32.load16_u"), 0xFC00), 0xDC00)),
        add("i", 4),
        br("next"),
    )
    body = code(
        set_local("end", op("i32.shl", "n", 1)),
        block(
            "bad",
            loop("plain", skip_plain(room), stop_behind("end"), if_(op("i32.lt_u", "i", "end"), loop("next", one))),
            op("return"),
        ),
        unit.trap(INVALID_UTF16, "i"),
    )
    params = (("ptr", room.core), ("n", "i32"))
    return Func(name, params, (), body, tuple([(word, "i32") for word in ("i", "end", "stop", "u")]))


# ---- one code point ----------------------------------------------------------------------------------------------


def take(room: Room, form: str) -> Code:
    """The code point at unit ``i`` goes to ``c``, and ``i`` behind it; the text has been checked."""
    match form:
        case "latin1":
            return code(set_local("c", at(room, "i")), add("i", 1))
        case "utf16":
            return take_utf16(room)
        case _:
            return take_utf8(room)


def take_utf16(room: Room) -> Code:
    place = op("i32.shl", "i", 1)
    second = masked(at(room, place, 0, "i32.load16_u"), 0x3FF)
    pair = op("i32.add", joined(masked("c", 0x3FF, 10), second), 0x10000)
    return code(
        set_local("c", at(room, place, 0, "i32.load16_u")),
        add("i", 1),
        if_(op("i32.eq", masked("c", 0xFC00), 0xD800), code(set_local("c", pair), add("i", 1))),
    )


def take_utf8(room: Room, short: Code = (), long: Code = ()) -> Code:
    """``long`` runs behind a character of four bytes, ``short`` behind any other."""

    def following(offset: int, shift: int) -> Code:
        return masked(at(room, "i", offset), 0x3F, shift)

    two = joined(masked("c", 0x1F, 6), following(1, 0))
    three = joined(masked("c", 0xF, 12), following(1, 6), following(2, 0))
    four = joined(masked("c", 7, 18), following(1, 12), following(2, 6), following(3, 0))
    longer = if_(
        op("i32.lt_u", "c", 0xF0),
        code(set_local("c", three), add("i", 3), short),
        code(set_local("c", four), add("i", 4), long),
    )
    several = if_(op("i32.lt_u", "c", 0xE0), code(set_local("c", two), add("i", 2), short), longer)
    return code(
        set_local("c", at(room, "i")),
        if_(op("i32.lt_u", "c", 0x80), code(add("i", 1), short), several),
    )


def put_utf8(room: Room) -> Code:
    """Code point ``c`` to byte ``j``, which moves behind it."""

    def following(offset: int, shift: int) -> Code:
        bits = masked(op("i32.shr_u", "c", shift) if shift else "c", 0x3F)
        return put(room, "j", op("i32.or", bits, 0x80), offset)

    def leading(mark: int, shift: int) -> Code:
        return put(room, "j", op("i32.or", op("i32.shr_u", "c", shift), mark))

    three = code(leading(0xE0, 12), following(1, 6), following(2, 0), add("j", 3))
    four = code(leading(0xF0, 18), following(1, 12), following(2, 6), following(3, 0), add("j", 4))
    longer = if_(op("i32.lt_u", "c", 0x10000), three, four)
    two = code(leading(0xC0, 6), following(1, 0), add("j", 2))
    several = if_(op("i32.lt_u", "c", 0x800), two, longer)
    return if_(op("i32.lt_u", "c", 0x80), code(put(room, "j", "c"), add("j", 1)), several)


def put_latin1_as_utf8(way: Way, index: int = 0) -> Code:
    """The unit that is ``index`` behind ``i`` to byte ``j``, which moves behind it.

    There has to be room for two bytes: the second is written in any case, without a branch to guess wrong.
    """
    two = joined(op("i32.shr_u", "c", 6), masked("c", 0x3F, 8), const(0x80C0))
    wide = op("i32.shr_u", "c", 7)
    return code(
        set_local("c", at(way.source, "i", index)),
        put(way.target, "j", op("select", two, "c", wide), 0, "i32.store16"),
        set_local("j", op("i32.add", op("i32.add", "j", 1), wide)),
    )


def put_unit(room: Room) -> Code:
    """Code point ``c``, below 65,536, to unit ``j``, which moves behind it."""
    return code(put(room, op("i32.shl", "j", 1), "c", 0, "i32.store16"), add("j", 1))


def put_pair(room: Room) -> Code:
    """As ``put_unit``, any other code point."""
    place = op("i32.shl", "j", 1)
    high = op("i32.add", op("i32.shr_u", op("i32.sub", "c", 0x10000), 10), 0xD800)
    low = joined(masked("c", 0x3FF), const(0xDC00))
    return code(
        put(room, place, high, 0, "i32.store16"),
        put(room, place, low, 2, "i32.store16"),
        add("j", 2),
    )
