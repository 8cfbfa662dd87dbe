"""What the native component API cannot be asked: 64-bit memories, fixed-length lists, maps.

Values go through echo guests and come back; their bytes are held against the specification's ``definitions.py``, where
``WITCRAFT_VECTORS`` names a folder with a checkout of WebAssembly/component-model; some layouts are written down here.
"""

from __future__ import annotations

from struct import pack, unpack_from
from types import ModuleType
from typing import Any, Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests import test_abi_oracle
from tests.abi_types import record, same
from tests.agreement import PROFILE
from tests.agreement.check import TRAPPED, Heard, outcome_of
from tests.agreement.ours import Ours
from tests.agreement.raw import Image, images
from tests.agreement.spec import Reference
from tests.agreement.types import ALL_TYPES, BORDERS, GATED_BORDERS
from tests.agreement.values import borders, values
from tests.agreement.wat import BASE, ENCODINGS, HEAP, KEPT, Encoding, Guest
from witcraft.model import types as t
from witcraft.model.types import ValType

pytestmark = pytest.mark.engine

Pointer = Literal[4, 8]
encodings: SearchStrategy[Encoding] = st.sampled_from(ENCODINGS)
pointers: SearchStrategy[Pointer] = st.sampled_from([4, 8])

spec = test_abi_oracle.spec


# ---- there and back ----------------------------------------------------------------------------------------------


def assert_echoed(guest: Guest, rows: list[tuple[Any, ...]]) -> None:
    """Each value by itself, each type's values in a list, and then a row at a time."""
    heard = Heard()
    ours = Ours(guest, heard)
    for i, column in enumerate(zip(*rows, strict=True)):
        for value in column:
            assert same(ours.call(f"pass-{i}", value), value)
        assert same(ours.call(f"many-{i}", list(column)), list(column))
    for row in rows:
        assert same(ours.call("all", *row), row)
    passed = [[value] for column in zip(*rows, strict=True) for value in column]
    assert same([list(args) for _, args in heard.calls], [*passed, *map(list, rows)])


@pytest.mark.parametrize("name", GATED_BORDERS)
def test_borders(name: str) -> None:
    ty = GATED_BORDERS[name]
    assert_echoed(Guest((ty, t.STRING)), [(value, "ü") for value in borders(ty)])


@pytest.mark.parametrize("name", [*BORDERS, *GATED_BORDERS])
def test_borders_in_wide_memory(name: str) -> None:
    ty = (BORDERS | GATED_BORDERS)[name]  # type: ignore[operator]
    encoding = ENCODINGS[len(name) % 3]
    guest = Guest((ty, t.STRING), encoding=encoding, pointer=8, interface=len(name) % 2 == 1)
    assert_echoed(guest, [(value, "ü") for value in borders(ty)])


@PROFILE
@given(st.data(), st.lists(ALL_TYPES, min_size=1, max_size=4), encodings, pointers, st.booleans())
def test_values(
    data: st.DataObject, types: list[ValType], encoding: Encoding, pointer: Pointer, interface: bool
) -> None:
    rows = data.draw(st.lists(st.tuples(*map(values, types)), min_size=1, max_size=3))
    assert_echoed(Guest(tuple(types), "echo", encoding, pointer, interface), rows)


# ---- the specification -------------------------------------------------------------------------------------------


def result_of(spec: Any, action: Any, *args: Any) -> Any:
    try:
        return action(*args)
    except spec.Trap:
        return TRAPPED


def lifted(guest: Guest, name: str, *args: Any) -> Any:
    """What a raw guest's export returns, or else what the host hears."""
    heard: list[Any] = []
    outcome = outcome_of(Ours(guest, lambda name, args: heard.extend(args)), name, args)
    return outcome if outcome is TRAPPED or not heard else heard[0]


def assert_lifted(spec: ModuleType, guest: Guest, image: Image) -> None:
    assume(BASE + len(image.data) < HEAP)
    reference, data = Reference(spec, guest), list(image.data)
    assert same(lifted(guest, "give-0", data, image.at), result_of(spec, reference.give, image))
    assert same(lifted(guest, "send-0", data), result_of(spec, reference.send, image.data))


@PROFILE
@given(st.data(), ALL_TYPES, encodings, pointers)
def test_values_of_the_specification(
    spec: ModuleType, data: st.DataObject, ty: ValType, encoding: Encoding, pointer: Pointer
) -> None:
    """What ``definitions.py`` stores is lifted as that value, and so is whatever else it may be taken for."""
    guest = Guest((ty,), "raw", encoding, pointer)
    value = data.draw(values(ty))
    image = Reference(spec, guest).image(value)
    assume(BASE + len(image.data) < HEAP)
    assert same(lifted(guest, "give-0", list(image.data), image.at if is_stored(guest) else 0), value)
    assert same(lifted(guest, "send-0", list(image.data)), value)


def is_stored(guest: Guest) -> bool:
    return guest.layout.flat_result(guest.exports["give-0"]) is None


@PROFILE
@given(st.data(), ALL_TYPES, encodings, pointers)
def test_broken_values(
    spec: ModuleType, data: st.DataObject, ty: ValType, encoding: Encoding, pointer: Pointer
) -> None:
    """Whatever the guest hands out is the same value for ``definitions.py``, or traps in both."""
    guest = Guest((ty,), "raw", encoding, pointer)
    assert_lifted(spec, guest, data.draw(images(ty, guest.layout)))


@PROFILE
@given(st.data(), ALL_TYPES, encodings, pointers)
def test_lowered_values(
    spec: ModuleType, data: st.DataObject, ty: ValType, encoding: Encoding, pointer: Pointer
) -> None:
    """What witcraft stores, ``definitions.py`` loads."""
    guest = Guest((ty,), "raw", encoding, pointer)
    given_ = data.draw(st.lists(values(ty), max_size=3))
    ours = Ours(guest, Heard())
    ours.call("keep-0", given_)
    assert same(Reference(spec, guest).kept(bytes(ours.call("memory"))), given_)


# ---- layouts -----------------------------------------------------------------------------------------------------

AT_8, AT_16, AT_24 = HEAP + 8, HEAP + 16, HEAP + 24

LAYOUTS: dict[str, tuple[ValType, Pointer, Encoding, Any, bytes]] = {
    "list, wide": (t.List(t.U16), 8, "utf8", [7, 8], pack("<QQHH", AT_16, 2, 7, 8)),
    "string, wide": (t.STRING, 8, "utf8", "hi", pack("<QQ2s", AT_16, 2, b"hi")),
    "string, wide, UTF-16": (t.STRING, 8, "utf16", "hi", pack("<QQ4s", AT_16, 2, b"h\0i\0")),
    "string, wide, Latin-1": (t.STRING, 8, "latin1+utf16", "hé", pack("<QQ2s", AT_16, 2, b"h\xe9")),
    "string, wide, no Latin-1": (t.STRING, 8, "latin1+utf16", "hЖ", pack("<QQ4s", AT_16, 2 | 1 << 63, b"h\0\x16\4")),
    "string, no Latin-1": (t.STRING, 4, "latin1+utf16", "hЖ", pack("<II4s", AT_8, 2 | 1 << 31, b"h\0\x16\4")),
    "option, wide": (t.Option(t.STRING), 8, "utf8", "x", pack("<B7xQQs", 1, AT_24, 1, b"x")),
    "record, wide": (record(t.U8, t.STRING), 8, "utf8", {"f0": 9, "f1": "x"}, pack("<B7xQQs", 9, AT_24, 1, b"x")),
    "fixed-length list": (t.FixedList(t.U16, 3), 4, "utf8", (1, 2, 3), pack("<3H", 1, 2, 3)),
    "fixed-length list in a tuple": (
        t.Tuple((t.U8, t.FixedList(t.U32, 2), t.U8)), 4, "utf8", (1, (2, 3), 4), pack("<B3xIIB3x", 1, 2, 3, 4)
    ),
    "map": (t.Map(t.U8, t.U32), 4, "utf8", ((1, 2), (3, 4)), pack("<IIB3xIB3xI", AT_8, 2, 1, 2, 3, 4)),
    "map, wide": (t.Map(t.U8, t.BOOL), 8, "utf8", ((1, True),), pack("<QQBB", AT_16, 1, 1, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    """A list of one value begins at `HEAP`, and what the value points to comes right behind it."""
    ty, pointer, encoding, value, expected = LAYOUTS[name]
    guest = Guest((ty,), "raw", encoding, pointer)
    ours = Ours(guest, Heard())
    ours.call("keep-0", [value])
    memory = bytes(ours.call("memory"))
    assert unpack_from("<II" if pointer == 4 else "<QQ", memory, KEPT) == (HEAP, 1)
    assert memory[HEAP:] == expected


@pytest.mark.parametrize("length", [3, 5])
def test_fixed_length_lists_have_that_length(length: int) -> None:
    from witcraft.runtime import ArgumentError

    ours = Ours(Guest((t.FixedList(t.STRING, 4), t.FixedList(t.U8, 4))), Heard())
    for name, item in (("pass-0", "x"), ("pass-1", 1)):
        with pytest.raises(ArgumentError, match=r"^v: "):
            ours.call_with(name, (item,) * length)
    assert ours.call("pass-1", (1, 2, 3, 4)) == (1, 2, 3, 4)
