"""What a broken guest hands out: bytes that are a value of a type, except for a few of them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.abi_interpreter import BITS, Machine, run
from tests.agreement.values import values
from tests.agreement.wat import BASE, HEAP
from witcraft.abi.helpers import all_helpers, helper_program
from witcraft.abi.layout import Layout
from witcraft.abi.ops import Direction, HelperKey
from witcraft.model.types import ValType

AREA = 256  # bytes after `BASE` for core values; then comes the value in memory, then all that it points to


@dataclass(frozen=True, slots=True)
class Image:
    """The guest's memory from `BASE` on: core values in slots of 8 bytes, and at ``at`` the same value in memory."""

    data: bytes
    at: int


def image(ty: ValType, value: Any, layout: Layout) -> Image:
    """A faultless one, in UTF-8."""
    flat, stored = (HelperKey(Direction.LOWER, ty, flat) for flat in (True, False))
    shape = layout.shape(ty)
    keys = [stored] if shape.flat is None else [flat, stored]
    programs = {key: helper_program(key, layout) for key in keys}
    machine = Machine(layout, {**programs, **all_helpers(programs.values(), layout)}, top=BASE + AREA)
    at = machine.realloc(shape.align, shape.size)
    run(programs[stored], (value, at), machine)
    slots = [at] if shape.flat is None else run(programs[flat], (value,), machine)
    cores = [layout.core] if shape.flat is None else shape.flat
    for i, (core, slot) in enumerate(zip(cores, slots, strict=True)):
        struct.pack_into("<" + BITS[core], machine.memory, BASE + 8 * i, slot)
    return Image(bytes(machine.memory[BASE : machine.top]), at - BASE)


def scalar(bits: int) -> Image:
    """One core value, at the front of its slot and again where values lie in memory."""
    word = struct.pack("<Q", bits)
    return Image(word.ljust(AREA, b"\0") + word, AREA)


def pointer(at: int, count: int, behind: bytes = b"") -> Image:
    """Address and length, in slots and in memory; ``behind`` comes to lie at `BEHIND`."""
    return Image(struct.pack("<QQ", at, count).ljust(AREA, b"\0") + struct.pack("<II", at, count) + behind, AREA)


BEHIND = BASE + AREA + 8


@st.composite
def images(draw: DrawFn, ty: ValType, layout: Layout) -> Image:
    """Of a random value, with up to three bytes changed, those of core values and of the value itself above all."""
    good = image(ty, draw(values(ty)), layout)
    data = bytearray(good.data)
    flat = layout.flatten(ty)
    slots = st.integers(0, 8 * len(flat or (layout.core,)) - 1)
    places = slots | st.integers(good.at, len(data) - 1)
    for place, byte in draw(st.lists(st.tuples(places, BYTES), max_size=3)):
        data[place] = byte
    return Image(bytes(data), good.at + draw(SHIFTS))


BYTES = st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xD8, 0xFF]) | st.integers(0, 255)
SHIFTS: SearchStrategy[int] = st.sampled_from([0] * 12 + [1, 2, 4, HEAP, 1 << 16, (1 << 32) - BASE - AREA - 4])
