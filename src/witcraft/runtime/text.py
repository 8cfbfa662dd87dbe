"""Memories by the string encoding of their canonical options: strings up and down.

CanonicalABI.md, "Loading" (load_string_from_range) and "Storing" (store_string_into_range). A string that the host
gives counts as one of the memory's own encoding, so lowering is a single ``realloc`` and a copy. Bad text of the guest
traps; text that has no encoding (lone surrogates) is a bad argument.
"""

from __future__ import annotations

from struct import Struct, pack

from .errors import Trap
from .memory import MAX_BYTES, LinearMemory, Wide
from .sequences import SIZES, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence
    from typing import Any

_PAIR = Struct("<II")
_BY_VIEW = 1 << 16
"""From so many bytes on, decoding from the view is faster than from a copy."""


class Buffers(LinearMemory):
    """Bytes, numbers, and lists of strings: the same for all encodings."""

    __slots__ = ()

    if TYPE_CHECKING:

        def lift_string(self, ptr: int, units: int) -> str: ...
        def lower_string(self, value: str) -> tuple[int, int]: ...

    def lift_strings(self, ptr: int, count: int) -> list[str]:
        """A ``list<string>`` with 32-bit pointers; the range of the list itself was checked."""
        return [self.lift_string(at, units) for at, units in _PAIR.iter_unpack(self.view[ptr : ptr + 8 * count])]

    def lower_strings(self, values: Sequence[str]) -> bytes:
        """Lowers each string; gives their pointers and lengths as the list of 32-bit pointers holds them."""
        return b"".join([_PAIR.pack(*self.lower_string(value)) for value in values])

    def lift_bytes(self, ptr: int, count: int) -> bytes:
        """A ``list<u8>``; the range was checked."""
        return self.view[ptr : ptr + count].tobytes()

    def take_bytes(self, ptr: int, count: int) -> bytes:
        """A ``list<u8>``, checked as by ``check_list``."""
        end, copied = ptr + count, self.copied + count
        if end > self.size or count > MAX_BYTES or copied > self.max_copied:
            self.check_list(ptr, count, 1, 1)  # the memory has grown, or this traps
        else:
            self.copied = copied
        return self.view[ptr:end].tobytes()

    def lift_numbers(self, code: str, ptr: int, count: int) -> list[Any]:
        """A list of numbers; the range was checked. ``code``: see ``sequences.SIZES``."""
        numbers: memoryview[Any] = self.view[ptr : ptr + count * SIZES[code]]
        return numbers.cast(code).tolist() if count else []  # type: ignore[call-overload]

    def lift_array(self, code: str, ptr: int, count: int) -> array[Any]:
        """As ``lift_numbers``, as an array."""
        from array import array

        return array(code, self.view[ptr : ptr + count * SIZES[code]].tobytes())

    def lower_bytes(self, value: Any) -> tuple[int, int]:
        """Pointer and length of a ``list<u8>``."""
        data = value if value.__class__ is bytes else packed("B", value)
        count = len(data)
        ptr = self.alloc(count, 1)
        self.view[ptr : ptr + count] = data
        return ptr, count

    def lower_numbers(self, code: str, value: Any) -> tuple[int, int]:
        """Pointer and length of a list of numbers."""
        data, size = packed(code, value), SIZES[code]
        ptr = self.alloc(len(data), size)
        self.view[ptr : ptr + len(data)] = data
        return ptr, len(data) // size

    def store_numbers(self, code: str, count: int, at: int, value: Any) -> None:
        """A fixed-length list of numbers, in place."""
        data = packed(code, value)
        if len(data) != count * SIZES[code]:
            raise ValueError(f"expected {count} items, got {len(data) // SIZES[code]}")
        self.view[at : at + len(data)] = data

    def _text(self, ptr: int, size: int, align: int, encoding: str) -> str:
        """The string that is encoded in ``size`` bytes."""
        if ptr & (align - 1) or ptr + size > self.size:
            self._check_text(ptr, size, align)
        if size > MAX_BYTES:
            raise Trap(f"string of {size} bytes is too long")
        self.charge(size)
        try:
            return str(self.view[ptr : ptr + size], encoding)
        except UnicodeDecodeError as error:
            raise no_text(encoding, error) from None

    def _check_text(self, ptr: int, size: int, align: int) -> None:
        try:
            self.check(ptr, size, align)
        except Trap as error:
            if ptr & (align - 1):
                raise
            raise Trap(f"string pointer/length out of bounds of memory: {error}") from None

    def _put(self, data: bytes, align: int) -> int:
        ptr = self.alloc(len(data), align)
        self.view[ptr : ptr + len(data)] = data
        return ptr


def no_text(encoding: str, error: UnicodeDecodeError) -> Trap:
    """``encoding`` as Wasmtime's messages have it, and so is the reason that has another name there."""
    reason = "incomplete utf-8 byte sequence" if error.reason == "unexpected end of data" else error.reason
    return Trap(f"invalid {encoding} in a string, at byte {error.start}: {reason}")


class Memory(Buffers):
    """Strings are UTF-8."""

    __slots__ = ()

    def lift_string(self, ptr: int, units: int) -> str:
        end = ptr + units
        if end > self.size or units > _BY_VIEW:
            return self._text(ptr, units, 1, "utf-8")
        self.copied += units
        if self.copied > self.max_copied:
            self.charge(0)
        try:
            return self.view[ptr:end].tobytes().decode()
        except UnicodeDecodeError as error:
            raise no_text("utf-8", error) from None

    def lower_string(self, value: str) -> tuple[int, int]:
        data = value.encode() if value.__class__ is str else text(value).encode()
        count = len(data)
        ptr = self.alloc(count, 1)
        self.view[ptr : ptr + count] = data
        return ptr, count

    def lift_strings(self, ptr: int, count: int) -> list[str]:
        """As ``lift_string`` for each, in one loop."""
        view, size, limit, total = self.view, self.size, self.max_copied, self.copied
        try:
            strings = [
                view[at:end].tobytes().decode()
                if (end := at + units) <= size and (total := total + units) <= limit
                else self._lift_last(at, units, total)
                for at, units in _PAIR.iter_unpack(view[ptr : ptr + 8 * count])
            ]
        except UnicodeDecodeError as error:
            raise no_text("utf-8", error) from None
        self.copied = total
        return strings

    def _lift_last(self, ptr: int, units: int, total: int) -> str:
        """A string that is out of bounds or too much: traps."""
        self.copied = total
        return self.lift_string(ptr, units)

    def lower_strings(self, values: Sequence[str]) -> bytes:
        """As ``lower_string`` for each, in one loop."""
        if self._direct:
            return super().lower_strings(values)
        slots, call, realloc, trap = self._slots, self._mail.call, self._realloc, self._trap
        words: list[int] = []
        for value in values:
            data = value.encode() if value.__class__ is str else text(value).encode()
            count = len(data)
            if count > MAX_BYTES:
                raise ValueError(f"expected at most {MAX_BYTES} bytes, got {count}")
            slots[0], slots[4] = 1, count
            if (error := call(*realloc)) or trap:
                raise self._mail.failure("", error)
            ptr = slots[0]
            end = ptr + count
            if end > self.size:
                self.check_given(ptr, count, 1)
            self.view[ptr:end] = data
            words += (ptr, count)
        return pack(f"<{len(words)}I", *words)


class Utf16Memory(Buffers):
    """Strings are UTF-16, little-endian."""

    __slots__ = ()

    def lift_string(self, ptr: int, units: int) -> str:
        return self._text(ptr, 2 * units, 2, "utf-16-le")

    def lower_string(self, value: str) -> tuple[int, int]:
        data = text(value).encode("utf-16-le")
        return self._put(data, 2), len(data) // 2


class CompactMemory(Buffers):
    """Strings are Latin-1 if they can be, else UTF-16; the topmost bit of the length tells (``utf16_tag``)."""

    __slots__ = ()
    _TAG = 1 << 31

    def lift_string(self, ptr: int, units: int) -> str:
        if units & self._TAG:
            return self._text(ptr, 2 * (units ^ self._TAG), 2, "utf-16-le")
        return self._text(ptr, units, 2, "latin-1")

    def lower_string(self, value: str) -> tuple[int, int]:
        try:
            data = text(value).encode("latin-1")
        except UnicodeEncodeError:
            data = value.encode("utf-16-le")
            return self._put(data, 2), len(data) // 2 | self._TAG
        return self._put(data, 2), len(data)


class Memory64(Wide, Memory):
    __slots__ = ()


class Utf16Memory64(Wide, Utf16Memory):
    __slots__ = ()


class CompactMemory64(Wide, CompactMemory):
    __slots__ = ()
    _TAG = 1 << 63


def text(value: object) -> str:
    """``value`` as a plain string."""
    if not isinstance(value, str):
        raise TypeError(f"expected str, got {value.__class__.__name__}")
    return str.__str__(value)
