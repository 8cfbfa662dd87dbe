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
    load,
    loop,
    op,
    set_local,
    store,
    tee_local,
)
from witcraft.fuse.memory import plus
from witcraft.fuse.unit import Room, Unit
from witcraft.runtime.traps import INVALID_UTF8, INVALID_UTF16

ASCII_8 = const(0x8080808080808080, "i64")
SURROGATES_4 = const(0xD800D800D800D800, "i64")
HIGH_BITS_4 = const(0xF800F800F800F800, "i64")
ONES_4 = const(0x0001000100010001, "i64")
TOPS_4 = const(0x8000800080008000, "i64")


def at(room: Room, index: Operand, offset: int = 0, kind: str = "i32.load8_u") -> Code:
    """What lies ``offset`` bytes behind byte ``index`` of the string."""
    return load(plus(room, "ptr", index), offset, kind, room.memory)


def add(name: str, by: int) -> Code:
    return set_local(name, op("i32.add", name, by))


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
    """Traps unless ``n`` bytes are UTF-8: ASCII in long steps, other characters one by one."""
    one = code(
        br_if("done", op("i32.ge_u", "i", "n")),
        set_local("b", at(room, "i")),
        if_(op("i32.lt_u", "b", 0x80), code(add("i", 1), br("ascii"))),
        sequence(room),
        br("next"),
    )
    body = code(
        block(
            "bad",
            block("done", loop("ascii", skip_ascii(room, 4, "far"), skip_ascii(room, 1, "near"), loop("next", one))),
            op("return"),
        ),
        unit.trap(INVALID_UTF8, "i"),
    )
    params = (("ptr", room.core), ("n", "i32"))
    return Func(name, params, (), body, (("i", "i32"), ("b", "i32"), ("c", "i32"), ("w", "i32")))


def skip_ascii(room: Room, words: int, label: str) -> Code:
    """Moves ``i`` behind blocks of so many 8-byte words that are ASCII."""
    size = 8 * words
    found = at(room, "i", 0, "i64.load")
    for k in range(1, words):
        found = op("i64.or", found, at(room, "i", 8 * k, "i64.load"))
    mixed = op("i64.ne", op("i64.and", found, ASCII_8), const(0, "i64"))
    return block(
        label,
        loop(
            "again",
            br_if(label, op("i32.lt_u", op("i32.sub", "n", "i"), size)),
            br_if(label, mixed),
            add("i", size),
            br("again"),
        ),
    )


def sequence(room: Room) -> Code:
    """Moves ``i`` behind a character of two to four bytes, of which ``b`` is the first."""
    return if_(
        op("i32.lt_u", "b", 0xE0),
        code(
            br_if("bad", op("i32.lt_u", "b", 0xC2)),
            br_if("bad", lacks(2)),
            br_if("bad", op("i32.ne", masked(at(room, "i", 1), 0xC0), 0x80)),
            add("i", 2),
        ),
        code(
            br_if("bad", lacks(3)),
            set_local("w", at(room, "i", 1, "i32.load16_u")),
            br_if("bad", op("i32.ne", masked("w", 0xC0C0), 0x8080)),
            set_local("c", joined(masked("w", 0x3F, 6), masked(op("i32.shr_u", "w", 8), 0x3F))),
            if_(op("i32.lt_u", "b", 0xF0), three(), four(room)),
        ),
    )


def lacks(size: int) -> Code:
    return op("i32.lt_u", op("i32.sub", "n", "i"), size)


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
        br_if("bad", lacks(4)),
        br_if("bad", op("i32.ne", masked(last, 0xC0), 0x80)),
        br_if("bad", op("i32.ge_u", op("i32.sub", whole, 0x10000), 0x100000)),
        add("i", 4),
    )


def check_utf16(unit: Unit, room: Room, name: str) -> Func:
    """Traps unless in ``n`` units every surrogate is one of a pair; ``i`` counts bytes, to ``end``."""
    one = code(
        br_if("done", op("i32.ge_u", "i", "end")),
        set_local("u", at(room, "i", 0, "i32.load16_u")),
        if_(op("i32.ne", masked("u", 0xF800), 0xD800), code(add("i", 2), br("plain"))),
        br_if("bad", op("i32.ge_u", "u", 0xDC00)),
        br_if("bad", op("i32.lt_u", op("i32.sub", "end", "i"), 4)),
        br_if("bad", op("i32.ne", masked(at(room, "i", 2, "i32.load16_u"), 0xFC00), 0xDC00)),
        add("i", 4),
        br("next"),
    )
    body = code(
        set_local("end", op("i32.shl", "n", 1)),
        block("bad", block("done", loop("plain", skip_plain(room), loop("next", one))), op("return")),
        unit.trap(INVALID_UTF16, "i"),
    )
    params = (("ptr", room.core), ("n", "i32"))
    return Func(name, params, (), body, (("i", "i32"), ("end", "i32"), ("u", "i32"), ("word", "i64")))


def skip_plain(room: Room) -> Code:
    """Moves ``i`` behind groups of four units without a surrogate: in none is the difference to one zero."""
    word = op("i64.and", op("i64.xor", at(room, "i", 0, "i64.load"), SURROGATES_4), HIGH_BITS_4)
    zero = op("i64.and", op("i64.sub", "word", ONES_4), op("i64.xor", "word", const(-1, "i64")))
    return block(
        "mixed",
        loop(
            "again",
            br_if("mixed", op("i32.lt_u", op("i32.sub", "end", "i"), 8)),
            set_local("word", word),
            br_if("mixed", op("i64.ne", op("i64.and", zero, TOPS_4), const(0, "i64"))),
            add("i", 8),
            br("again"),
        ),
    )


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


def take_utf8(room: Room) -> Code:
    def following(offset: int, shift: int) -> Code:
        return masked(at(room, "i", offset), 0x3F, shift)

    two = joined(masked("c", 0x1F, 6), following(1, 0))
    three = joined(masked("c", 0xF, 12), following(1, 6), following(2, 0))
    four = joined(masked("c", 7, 18), following(1, 12), following(2, 6), following(3, 0))
    longer = if_(
        op("i32.lt_u", "c", 0xF0),
        code(set_local("c", three), add("i", 3)),
        code(set_local("c", four), add("i", 4)),
    )
    several = if_(op("i32.lt_u", "c", 0xE0), code(set_local("c", two), add("i", 2)), longer)
    return code(
        set_local("c", at(room, "i")),
        if_(op("i32.lt_u", "c", 0x80), add("i", 1), several),
    )


def put(room: Room, index: Operand, value: Operand, offset: int = 0, kind: str = "i32.store8") -> Code:
    return store(plus(room, "to", index), value, offset, kind, room.memory)


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


def put_utf16(room: Room) -> Code:
    """Code point ``c`` to unit ``j``, which moves behind it."""
    place = op("i32.shl", "j", 1)
    high = op("i32.add", op("i32.shr_u", op("i32.sub", "c", 0x10000), 10), 0xD800)
    low = joined(masked("c", 0x3FF), const(0xDC00))
    pair = code(
        put(room, place, high, 0, "i32.store16"),
        put(room, place, low, 2, "i32.store16"),
        add("j", 2),
    )
    single = code(put(room, place, "c", 0, "i32.store16"), add("j", 1))
    return if_(op("i32.lt_u", "c", 0x10000), single, pair)
