"""What adapters find of text, vector by vector: good or not, and where it goes wrong, as Python's decoders have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Literal, cast

import pytest
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement import PROFILE
from witcraft.core.build import Func, Import, limits
from witcraft.core.encode import encode
from witcraft.core.tree import MemoryType
from witcraft.fuse.text import check_utf8, check_utf16
from witcraft.fuse.unit import Room, Unit
from witcraft.plan.steps import GateExport, StringEncoding

pytestmark = pytest.mark.engine

PAGE = 1 << 16
Codec = Literal["utf-8", "utf-16-le"]


class Checker:
    """The function that adapters call, alone in a module; ``start`` is where the text stands."""

    def __init__(self, make: Callable[[Unit, Room, str], Func], codec: Codec, core: str) -> None:
        self.codec, self.wrong = codec, -1
        unit = Unit(cast(Any, None), throws=False)
        unit.imports[GateExport("memory")] = Import("", "m", "memory", MemoryType(limits(1, is64=core == "i64")))
        unit.export(make(unit, Room(0, StringEncoding.UTF8, core, "memory", ""), "check"))
        config = wasmtime.Config()
        config.wasm_memory64 = True
        self.store = store = wasmtime.Store(wasmtime.Engine(config))
        self.memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(1, None), is_64=core == "i64"))
        trap = wasmtime.Func(store, wasmtime.FuncType([wasmtime.ValType.i32()] * 2, []), self.trapped)
        module = wasmtime.Module(store.engine, encode(unit.module()))
        self.check = cast(Any, wasmtime.Instance(store, module, [self.memory, trap]).exports(store)["check"])

    def trapped(self, _code: int, detail: int) -> None:
        self.wrong = detail
        raise RuntimeError

    def first_error(self, text: bytes, start: int) -> int | None:
        """The byte at which the text goes wrong; what stands around it is no part of it."""
        around = b"\xbf" * 8
        self.memory.write(self.store, around, max(0, start - 8))
        self.memory.write(self.store, (text + around)[: PAGE - start], start)
        try:
            self.check(self.store, start, len(text) // (1 if self.codec == "utf-8" else 2))
        except RuntimeError:
            return self.wrong
        return None

    def agrees(self, text: bytes, start: int) -> None:
        try:
            text.decode(self.codec)
            expected = None
        except UnicodeDecodeError as error:
            expected = error.start
        assert self.first_error(text, start) == expected, text


UTF8, UTF8_WIDE = Checker(check_utf8, "utf-8", "i32"), Checker(check_utf8, "utf-8", "i64")
UTF16 = Checker(check_utf16, "utf-16-le", "i32")

BYTES = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF]
BYTES += [0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF]
"""Every border that the table of well-formed byte sequences has."""


def sequences() -> Iterator[bytes]:
    yield from map(bytes, product(BYTES, BYTES))
    yield from map(bytes, product([0xE0, 0xE1, 0xED, 0xEF], BYTES[2:9], BYTES[2:9]))
    yield from map(bytes, product([0xF0, 0xF1, 0xF4, 0xF5], BYTES[2:9], [0x7F, 0x80, 0xBF, 0xC0], [0x7F, 0x80, 0xBF]))


@pytest.mark.parametrize("before", [b"", b"x" * 15, b"x" * 31 + "é".encode(), "日本語".encode() * 5 + b"ab"])
@pytest.mark.parametrize("after", [b"", b"y" * 20, "é".encode() * 12])
def test_every_kind_of_sequence(before: bytes, after: bytes) -> None:
    for sequence in sequences():
        UTF8.agrees(before + sequence + after, 64)


@pytest.mark.parametrize("checker", [UTF8, UTF8_WIDE], ids=["i32", "i64"])
def test_every_place(checker: Checker) -> None:
    """A character, whole or not, at each place of the first vectors, among other characters and at the very end."""
    for filler, end in product((b"x", "é".encode(), "語".encode(), "🦀".encode()), (b"", b"z" * 7, b"z" * 40)):
        for count, middle in product(range(40), ("日".encode(), "🦀".encode()[:3], b"\xc3", b"\x80", "ü".encode())):
            checker.agrees(filler * count + middle + end, 100)


CHUNKS = ["a", "bc" * 8, "d" * 70, "é", "ÿ\x80", "日本", "🦀", "\0", "\ud7ff\ue000", "\U0010ffff"]
PARTS = st.sampled_from([chunk.encode() for chunk in CHUNKS]) | st.binary(max_size=3) | st.sampled_from([b"\xed\xa0"])


@settings(PROFILE, max_examples=10 * PROFILE.max_examples)
@given(st.lists(PARTS, max_size=14).map(b"".join), st.integers(0, 20))
def test_any_bytes(text: bytes, start: int) -> None:
    UTF8.agrees(text, start)


UNITS = st.sampled_from([0x41, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF])
GOOD = [chunk.encode("utf-16-le") for chunk in CHUNKS]
PIECES = st.sampled_from(GOOD) | UNITS.map(lambda unit: unit.to_bytes(2, "little"))


@settings(PROFILE, max_examples=10 * PROFILE.max_examples)
@given(st.lists(PIECES, max_size=14).map(b"".join), st.integers(0, 10).map(lambda start: 2 * start))
def test_any_units(text: bytes, start: int) -> None:
    UTF16.agrees(text, start)


@pytest.mark.parametrize("checker", [UTF8, UTF16], ids=["utf8", "utf16"])
def test_nothing_is_read_behind_the_memory(checker: Checker) -> None:
    text = ("é" * 40).encode(checker.codec)
    for size in range(2, len(text) + 1, 2):
        checker.agrees(text[:size], PAGE - size)
        checker.agrees(text[:size], 0)
