"""A place in a binary, and the primitives of the format: bytes, LEB128 integers, names, vectors.

WebAssembly core specification, "Binary Format / Conventions" and "Binary Format / Values".
Every failure is a ``ComponentError`` whose offset counts from the outermost file's first byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from witcraft.errors import ComponentError

T = TypeVar("T")

MAX_DEPTH = 100
"""Components and types in one another; what ``wasmparser`` allows, and few enough for Python's stack."""

MAX_ITEMS = 1_000_000
"""Elements of one vector; what ``wasmparser`` allows."""


def amount(size: int) -> str:
    return "1 byte" if size == 1 else f"{size} bytes"


class Cursor:
    """Reads ``data`` from front to back.

    ``base`` is the offset of its first byte in the outermost file, ``title`` names it in errors ("the type section").
    ``depth`` counts the components and types around it. ``older`` and ``forked`` belong to ``dialect.py``.
    """

    __slots__ = ("base", "data", "depth", "forked", "older", "pos", "title")

    def __init__(self, data: bytes | memoryview, base: int, title: str, depth: int = 0) -> None:
        self.data, self.base, self.title, self.depth = data, base, title, depth
        self.pos = 0
        self.older = self.forked = False

    # ---- places -------------------------------------------------------------------------------------------------

    @property
    def offset(self) -> int:
        return self.base + self.pos

    @property
    def left(self) -> int:
        return len(self.data) - self.pos

    def error(self, message: str, at: int | None = None) -> ComponentError:
        """``at``: a position in ``data``; here, when not given."""
        return ComponentError(message, self.base + (self.pos if at is None else at))

    def ends(self, what: str) -> ComponentError:
        return ComponentError(f"{self.title} ends in the middle of {what}", self.base + len(self.data))

    def part(self, size: int, title: str) -> Cursor:
        """A cursor over the next ``size`` bytes, which this one skips; no copy where ``data`` is a view."""
        if size > self.left:
            raise self.error(f"{self.title} ends in the middle of {title}: {amount(size)} announced, {self.left} left")
        inner = Cursor(self.data[self.pos : self.pos + size], self.offset, title, self.depth)
        self.pos += size
        return inner

    def solid(self) -> Cursor:
        """The same over a copy of the bytes, which decodes faster; for sections that hold definitions, not code."""
        return Cursor(bytes(self.data), self.base, self.title, self.depth)

    def rest(self) -> memoryview:
        view = memoryview(self.data)[self.pos :]
        self.pos = len(self.data)
        return view

    def finish(self) -> None:
        if self.left:
            raise self.error(f"{self.title} has {amount(self.left)} left over")

    def descend(self) -> None:
        """One component or type deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"components and types are nested more than {MAX_DEPTH} deep")

    def ascend(self) -> None:
        self.depth -= 1

    # ---- bytes and integers -------------------------------------------------------------------------------------

    def peek(self, what: str) -> int:
        try:
            return self.data[self.pos]
        except IndexError:
            raise self.ends(what) from None

    def byte(self, what: str) -> int:
        try:
            value = self.data[self.pos]
        except IndexError:
            raise self.ends(what) from None
        self.pos += 1
        return value

    def flag(self) -> bool:
        value = self.byte("a flag")
        if value > 1:
            raise self.error(f"a flag is 0 or 1, not {value:#x}", self.pos - 1)
        return value == 1

    def skip(self, size: int, what: str) -> None:
        if size > self.left:
            raise self.ends(what)
        self.pos += size

    def u32(self) -> int:
        """Written out for one byte and two, which nearly all are."""
        data, pos = self.data, self.pos
        try:
            low = data[pos]
            if low < 0x80:
                self.pos = pos + 1
                return low
            high = data[pos + 1]
        except IndexError:
            raise self.ends("an integer") from None
        if high < 0x80:
            self.pos = pos + 2
            return low & 0x7F | high << 7
        return self._unsigned(32)

    def u64(self) -> int:
        return self._unsigned(64)

    def _unsigned(self, bits: int) -> int:
        start, value = self.pos, 0
        for shift in range(0, bits, 7):
            byte = self.byte("an integer")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> bits:
                    raise self.error(f"an integer has more than {bits} bits", start)
                return value
        raise self.error(f"an integer of {bits} bits takes more bytes than it can need", start)

    def signed(self, bits: int) -> int:
        start, value = self.pos, 0
        for shift in range(0, bits, 7):
            byte = self.byte("an integer")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                value -= (byte & 0x40) << (shift + 1)
                if not -1 << bits - 1 <= value < 1 << bits - 1:
                    raise self.error(f"an integer has more than {bits} bits", start)
                return value
        raise self.error(f"an integer of {bits} bits takes more bytes than it can need", start)

    # ---- names and vectors --------------------------------------------------------------------------------------

    def name(self) -> str:
        """``core:name``: a length and that many bytes of UTF-8."""
        size = self.u32()
        data, start = self.data, self.pos
        end = start + size
        if end > len(data):
            raise self.ends("a name")
        try:
            text = str(data[start:end], "utf-8")
        except UnicodeDecodeError as bad:
            raise self.error("a name is not UTF-8", start + bad.start) from None
        self.pos = end
        return text

    def count(self, what: str) -> int:
        """The length of a vector. Every element takes a byte at least, so a larger number fails at once."""
        start = self.pos
        size = self.u32()
        if size > self.left:
            raise self.error(f"{self.title} announces {size} {what}, but has {amount(self.left)} left", start)
        if size > MAX_ITEMS:
            raise self.error(f"{size} {what} are more than the {MAX_ITEMS} that engines allow", start)
        return size

    def vector(self, read: Callable[[Cursor], T], what: str) -> tuple[T, ...]:
        return tuple([read(self) for _ in range(self.count(what))])

    def optional(self, read: Callable[[Cursor], T], what: str) -> T | None:
        """``<T>?``: 0x00, or 0x01 and a T."""
        match self.byte(what):
            case 0x00:
                return None
            case 0x01:
                return read(self)
            case other:
                raise self.error(f"{what} starts with 0 or 1, not {other:#x}", self.pos - 1)

    def items(self, read: Callable[[Cursor], T], what: str, first: int = 0) -> list[T]:
        """The vector that fills a section to its last byte; errors name the element, counted from ``first`` on."""
        found: list[T] = []
        size = self.count(f"{what} definitions")
        try:
            for _ in range(size):
                found.append(read(self))
        except ComponentError as error:
            error.enclose(f"{what} {first + len(found)}")
            raise
        self.finish()
        return found
