"""Witcraft and the native component API of `wasmtime` agree: the same values and the same traps, one store a case."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.abi_types import enum, flags, variant
from tests.agreement import PROFILE, handles, rules
from tests.agreement.check import TRAPPED, Call, agree, expressible, outcome_of
from tests.agreement.native import Excluded
from tests.agreement.raw import BEHIND, Image, images, pointer, scalar
from tests.agreement.types import BORDERS, POINT, TYPES, has_text
from tests.agreement.values import borders, values
from tests.agreement.wat import BASE, ENCODINGS, HEAP, Encoding, Guest
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.runtime import PoisonedError, Trap

# No `engine` mark: what is compared with is the native API of the newest engine; older ones have other defects.

encodings: SearchStrategy[Encoding] = st.sampled_from(ENCODINGS)


# ---- values ------------------------------------------------------------------------------------------------------


def in_encodings(types: Mapping[str, ValType]) -> list[tuple[str, Encoding]]:
    """Each type with the encodings that make a difference to it."""
    return [(name, encoding) for name, ty in types.items() for encoding in (ENCODINGS if has_text(ty) else ("utf8",))]


@pytest.mark.parametrize(("name", "encoding"), in_encodings(BORDERS))
def test_borders(name: str, encoding: Encoding) -> None:
    """Every border of a type, alone, in a list, and among other parameters."""
    ty = BORDERS[name]
    kept = [value for value in borders(ty) if expressible(ty, value)]
    calls: list[Call] = [
        it for value in kept for it in [("pass-0", [value]), ("many-0", [[value]]), ("all", [value, "ü"])]
    ]
    guest = Guest((ty, t.STRING), encoding=encoding, interface=len(name) % 2 == 1)
    assert agree(guest, [*calls, ("many-0", [kept]), *traced(guest)]) != TRAPPED


def traced(guest: Guest) -> list[Call]:
    """What the guest's allocator and post-return were called with. In UTF-16 a host may allocate in several steps."""
    return [("trace", [])] if guest.encoding == "utf8" else []


def all_calls(rows: list[tuple[Any, ...]]) -> list[Call]:
    """Each type's values by themselves, and then a row at a time."""
    columns = list(zip(*rows, strict=True))
    alone: list[Call] = [(f"pass-{i}", [value]) for i, column in enumerate(columns) for value in column]
    lists: list[Call] = [(f"many-{i}", [list(column)]) for i, column in enumerate(columns)]
    return [*alone, *lists, *[("all", row) for row in rows]]


@PROFILE
@given(st.data(), st.lists(TYPES, min_size=1, max_size=4), encodings, st.booleans())
def test_values(data: st.DataObject, types: list[ValType], encoding: Encoding, interface: bool) -> None:
    row = st.tuples(*map(values, types))
    rows = [row for row in data.draw(st.lists(row, min_size=1, max_size=3)) if all(map(expressible, types, row))]
    assume(rows)
    guest = Guest(tuple(types), encoding=encoding, interface=interface)
    assert agree(guest, [*all_calls(rows), *traced(guest)]) != TRAPPED


# ---- broken guests -----------------------------------------------------------------------------------------------


@PROFILE
@given(st.data(), TYPES, encodings)
def test_broken_values(data: st.DataObject, ty: ValType, encoding: Encoding) -> None:
    """Whatever the guest hands out is the same value for both hosts, or traps in both."""
    guest = Guest((ty,), "raw", encoding)
    for _ in range(4):
        broken = data.draw(images(ty, guest.layout))
        assume(BASE + len(broken.data) < HEAP)
        assert_same_image(guest, broken)


EDGE = 65536  # where the memory ends
WHOLE = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x101, 0x8000, 0xFFFF, 0x10000, 2**31, 2**32 - 1]
SCALARS: dict[str, tuple[ValType, list[int]]] = {
    **{kind.value: (t.Prim(kind), WHOLE) for kind in t.Kind if kind.value[0] in "bus"},
    "char": (t.CHAR, [0, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF, 0x10FFFF, 0x110000, 2**31, 2**32 - 1]),
    "f32": (t.F32, [0, 1, 1 << 31, 0x7F800000, 0x7F800001, 0x7FC00000, 0xFFFFFFFF]),
    "f64": (t.F64, [0, 1, 1 << 63, 0x7FF << 52, (0x7FF << 52) + 1, 0xFFF8 << 48, 2**64 - 1]),
    **{f"an enum of {count}": (enum(count), [*WHOLE, count - 1, count]) for count in (1, 3, 256, 257)},
    **{f"{count} flags": (flags(count), [*WHOLE, 1 << count - 1, 1 << count]) for count in (1, 8, 9, 16, 17, 32)},
    "an option": (t.Option(t.U8), WHOLE),
    "a result": (t.Result(None, None), WHOLE),
    "a variant of 3": (variant(None, t.U8, t.U64), [*WHOLE, 3, 4]),
    "a variant of 256": (variant(*[None] * 256), [*WHOLE, 255, 256]),
    "a variant of 257": (variant(*[None] * 256, t.U8), [*WHOLE, 256, 257]),
}


@pytest.mark.parametrize("name", SCALARS)
def test_broken_scalars(name: str) -> None:
    """Low bits count, what is no case and no character traps: as core values, and in memory."""
    ty, every = SCALARS[name]
    for bits in every:
        assert_same_image(Guest((ty,), "raw"), scalar(bits))


def assert_same_image(guest: Guest, image: Image) -> None:
    agree(guest, [("give-0", [list(image.data), image.at])])
    agree(guest, [("send-0", [list(image.data)])])


TEXTS = [
    b"ab", b"a\xff", b"\x80", b"\xc0\x80", b"\xc3", b"\xe2\x82", b"\xed\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x8f\xbf\xbf",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbb\xbfa", "ab".encode("utf-16-le"), b"\xff\xfea\0", b"\x00\xd8",
    b"\x00\xdc", b"\x00\xd8\x00\xdc", b"\x00\xdc\x00\xd8", b"a\0\x00\xd8", b"\xff\xdb\xff\xdf", b"",
]  # fmt: skip
ADDRESSES = [
    (0, 0), (1, 0), (2, 0), (EDGE, 0), (EDGE + 1, 0), (EDGE + 2, 0), (2**32 - 8, 0), (EDGE - 8, 1), (EDGE - 8, 2), (EDGE - 4, 1),
    (EDGE - 1, 1), (EDGE - 2, 1), (EDGE, 1), (3, 1), (4, 1), (6, 1), (8, 2**29), (8, 2**29 + 1), (8, 2**31), (8, 2**31 + 1),
    (8, 2**32 - 1), (2**32 - 8, 1), (2**32 - 8, 8), (2**31, 2**31),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_broken_texts(encoding: Encoding) -> None:
    """Bytes that are no text, and lengths in all units, with and without the tag of UTF-16."""
    for text in TEXTS:
        for count in {len(text), len(text) // 2, len(text) // 2 | 1 << 31}:
            assert_same_image(Guest((t.STRING,), "raw", encoding), pointer(BEHIND, count, text + b"   "))


POINTED = {
    "string": t.STRING,
    "u8": t.List(t.U8),
    "u16": t.List(t.U16),
    "u64": t.List(t.U64),
    "strings": t.List(t.STRING),
    "records": t.List(POINT),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", POINTED)
def test_broken_addresses(name: str, encoding: Encoding) -> None:
    """Not aligned, out of bounds, or too long, as 32 bits can be added up and multiplied."""
    for at, count in ADDRESSES:
        assert_same_image(Guest((POINTED[name],), "raw", encoding), pointer(at, count))


# ---- handles -----------------------------------------------------------------------------------------------------

NAMES = [
    "new-box", "rep-box", "drop-box", "give-box", "make-thing", "look-thing", "take-thing", "drop-thing", "give-thing",
    "put-thing", "see-thing",
]  # fmt: skip
PAIRS = ["look-and-take", "take-and-look", "look-twice"]
BOXES = ["put-box", "see-box", "close-box"]
HANDLES = st.integers(1, 4)
STEPS = (
    st.tuples(st.sampled_from(NAMES), HANDLES)
    | st.tuples(st.sampled_from(PAIRS), HANDLES, HANDLES)
    | st.tuples(st.sampled_from(BOXES), st.integers(0, 3))
)
OPENING: list[tuple[Any, ...]] = [
    ("new-box", 21),
    ("make-thing", 22),
    ("new-box", 23),
    ("make-thing", 24),
    ("give-box", 1),
]


@settings(PROFILE, max_examples=4 * PROFILE.max_examples)
@given(st.lists(STEPS, max_size=12))
@example([("drop-thing", 2), ("drop-box", 3), ("new-box", 1), ("new-box", 2), ("new-box", 3)])
@example([("look-and-take", 2, 2)])
@example([("take-and-look", 2, 2)])
@example([("take-and-look", 2, 4), ("put-thing", 5), ("drop-thing", 2)])
@example([("keep-thing", 5)])
@example([("see-box", 0), ("put-box", 0), ("rep-box", 1), ("give-thing", 1)])
@example([("give-box", 2)])
@example([("drop-box", 0)])
@example([("close-box", 0), ("give-box", 1)])
def test_handles(steps: list[tuple[Any, ...]]) -> None:
    """The guest sees the same handles, both hosts hear the same, and what is no handle traps in both."""
    ours, theirs = handles.Ours(), handles.Native()
    for name, *numbers in [*OPENING, *steps]:
        if name in BOXES and numbers[0] >= len(ours.boxes):
            continue
        outcome = outcome_of(ours, name, numbers)
        if outcome is TRAPPED:
            with pytest.raises(PoisonedError):
                ours.call("ended")
        try:
            assert outcome == outcome_of(theirs, name, numbers), name
        except Excluded:
            break
        assert ours.log == theirs.log
        if outcome is TRAPPED:
            break
        assert ours.call("ended") == theirs.call("ended")


def test_many_handles() -> None:
    """More than a table begins with, given back in another order: which are used again first?"""
    numbers = random.Random(7).sample(range(1, 301), 200)
    steps: list[tuple[str, int]] = [("new-box" if i % 3 else "make-thing", i) for i in range(1, 301)]
    steps += [("drop-box" if i % 3 else "drop-thing", i) for i in numbers]
    steps += [("make-thing" if i % 2 else "new-box", i) for i in range(250)]
    ours, theirs = handles.Ours(), handles.Native()
    for name, number in steps:
        assert ours.call(name, number) == theirs.call(name, number)
    assert ours.log == theirs.log


@pytest.mark.parametrize("name", ["drop-thing", "take-thing", "give-thing"])
def test_what_is_lent_stays(name: str) -> None:
    """While the host looks at a thing, the guest can neither end it nor give it away. (The engine refuses to come back in.)"""

    class Meddler(handles.Ours):
        def look(self, a: Any) -> int:
            assert self.call("rep-box", 1) == 21
            return self.call(name, 2) or 0

    ours = Meddler()
    ours.call("new-box", 21)
    ours.call("make-thing", 22)
    with pytest.raises(Trap, match="borrow"):
        ours.call("look-thing", 2)
    assert ours.log == []


def test_two_loans_at_once() -> None:
    """Where the native API fails."""
    ours = handles.Ours()
    assert ours.call("make-thing", 9) == 1
    assert ours.call("look-twice", 1, 1) == 31 * 9 + 9
    assert ours.call("take-thing", 1) == 9
    assert ours.log == [("a", 9), ("b", 9), ("take", 9)]


# ---- rules -------------------------------------------------------------------------------------------------------

TAKERS: list[Call] = [("take", ["hello"]), ("take", ["Жук"]), ("take", [""]), ("numbers", [[1, 2]]), ("numbers", [[]])]
CALLERS: list[Call] = [*TAKERS, ("many", ["a"] * 9), ("pull", [16])]
AREAS = [0, 16, 18, 19, EDGE - 8, EDGE - 7, EDGE, 2**32 - 8, 2**32 - 1]
POINTERS = [0, 1, 2, 4, 64, EDGE - 16, EDGE - 5, EDGE - 4, EDGE - 1, EDGE, EDGE + 1, 2**31, 2**32 - 8, 2**32 - 1]
LEAVING = [rules.CALL, rules.NEW, rules.REP, rules.DROP, rules.TRAP]


def breaks(encoding: Encoding) -> list[tuple[int, int, Call]]:
    """What the guest is armed with, and the call that sets it off."""
    lies = [(rules.REALLOC + rules.POINTER, value, call) for value in POINTERS for call in CALLERS]
    shifts = [(rules.REALLOC + rules.SHIFT, value, call) for value in (1, 2, 4, 8) for call in CALLERS]
    growth = [(rules.REALLOC + rules.GROW, 3, call) for call in CALLERS]
    leaving = [(rules.REALLOC + what, 0, call) for what in LEAVING for call in CALLERS]
    after: list[Call] = [("echo", ["hi"]), ("five", [])]
    late = [(rules.POST_RETURN + what, 1, call) for what in [*LEAVING, rules.GROW] for call in after]
    return [*lies, *shifts, *growth, *leaving, *late, *[(0, 0, ("pull", [at])) for at in AREAS]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rules(encoding: Encoding) -> None:
    """An allocator that lies, calls that leave the guest where none may, areas that are none."""
    for what, value, (name, args) in breaks(encoding):
        ours, theirs = rules.Ours(encoding), rules.Native(encoding)
        outcomes = []
        for host in (ours, theirs):
            host.call("arm", what, value)
            outcomes.append(outcome_of(host, name, args))
        assert outcomes[0] == outcomes[1], f"{name}{tuple(args)} with {what:#x}, {value}"
        assert ours.notes == theirs.notes
        if outcomes[0] is TRAPPED:
            with pytest.raises(PoisonedError):
                ours.call("arm", 0, 0)
