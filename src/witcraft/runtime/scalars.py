"""Scalars, enums and flags between Python and core values: what emitted code calls when the fast test in line failed.

CanonicalABI.md, "Loading", "Storing", "Flat Lifting". Core integers are unsigned here. A bad value that the *host* gave
raises TypeError or ValueError (explained with its path afterwards); one that the *guest* gave raises Trap.
"""

from __future__ import annotations

from _operator import index
from struct import Struct

from .errors import Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import Enum, Flag
    from typing import TypeVar

    E = TypeVar("E", bound=Enum)
    F = TypeVar("F", bound=Flag)

_FLOAT, _DOUBLE, _WORD, _LONG = Struct("<f"), Struct("<d"), Struct("<I"), Struct("<Q")
_CACHED_FLAGS = 4096  # combinations remembered by each table


def integer(value: object) -> int:
    """An exact int of any integer-like object; a bool is none."""
    if value is True or value is False or value.__class__.__name__ in ("bool", "bool_"):
        raise TypeError(f"expected int, got {value.__class__.__name__}")
    return index(value)  # type: ignore[arg-type]


def integer_in(value: object, low: int, high: int) -> int:
    """As ``integer``, within bounds, both included."""
    number = integer(value)
    if not low <= number <= high:
        raise ValueError(f"expected {low} to {high}, got {number}")
    return number


def double(value: float) -> float:
    """An f64: anything that Python takes for a real number, no text."""
    return float(_DOUBLE.unpack(_DOUBLE.pack(value))[0])


def single(value: float) -> float:
    """An f32, rounded to nearest; OverflowError if its magnitude is too large for one."""
    return float(_FLOAT.unpack(_FLOAT.pack(value))[0])


def boolean(value: object) -> int:
    raise TypeError(f"expected bool, got {value.__class__.__name__}")


def character(value: str) -> int:
    """The code of a char: one Unicode scalar value."""
    if not isinstance(value, str) or len(value) != 1:
        raise TypeError("expected a str of one character")
    code = ord(value)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("a surrogate is no char")
    return code


def char(code: int) -> str:
    """The char of a core value; traps on surrogates and beyond 0x10FFFF."""
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise Trap(f"invalid char {code:#x}: not a Unicode scalar value")
    return chr(code)


def f32_from_bits(bits: int) -> float:
    """Reinterprets the low 32 bits."""
    return float(_FLOAT.unpack(_WORD.pack(bits & 0xFFFFFFFF))[0])


def f64_from_bits(bits: int) -> float:
    return float(_DOUBLE.unpack(_LONG.pack(bits))[0])


def f32_bits(value: float) -> int:
    return int(_WORD.unpack(_FLOAT.pack(value))[0])


def f64_bits(value: float) -> int:
    return int(_LONG.unpack(_DOUBLE.pack(value))[0])


def member(value: object, cls: type) -> int:
    """The number of an enum member or of flags, for whatever was not quite of the class itself."""
    if not isinstance(value, cls):
        raise TypeError(f"expected {cls.__name__}, got {value.__class__.__name__}")
    return int(value._value_)  # type: ignore[attr-defined]


def bad_case(kind: str, tag: int) -> Trap:
    """The trap for a discriminant of no case; ``kind`` is the WIT type."""
    return Trap(f"invalid discriminant {tag} for {kind}")


def no_case(kind: str, value: object) -> TypeError:
    """The error for a host value that is no case of a variant, option or result."""
    return TypeError(f"expected a case of {kind}, got {value.__class__.__name__}")


if TYPE_CHECKING:

    class Labels(dict[int, E]):
        def __init__(self, cls: type[E]) -> None: ...
        def every(self, data: bytes) -> list[E]: ...

    class Bits(dict[int, F]):
        def __init__(self, cls: type[F], mask: int) -> None: ...
        def every(self, data: bytes) -> list[F]: ...

else:

    class Labels(dict):
        """Discriminant -> enum member; one of no member traps."""

        __slots__ = ("_members", "_name")

        def __init__(self, cls: Iterable) -> None:
            self._name, self._members = cls.__name__, tuple(cls)
            super().__init__(enumerate(self._members))

        def __missing__(self, tag: int) -> object:
            raise bad_case(self._name, tag)

        def every(self, data: bytes) -> list:
            """The members of a list of one-byte discriminants."""
            members = self._members
            try:
                return [members[tag] for tag in data]
            except IndexError:
                raise bad_case(self._name, max(data)) from None

    class Bits(dict):
        """Bits -> flags: combinations already seen are looked up, since making one costs thirty times more.

        Only so many are kept, here and in the class itself: a guest may come up with any number of them.
        """

        __slots__ = ("_bytes", "_cls", "_mask")

        def __init__(self, cls: type, mask: int) -> None:
            self._cls, self._mask, self._bytes = cls, mask, None

        def __missing__(self, bits: int) -> object:
            known = self._cls._value2member_map_
            forget = len(self) >= _CACHED_FLAGS and bits not in known
            value = self._cls(bits)
            if forget:
                known.pop(bits, None)
            else:
                self[bits] = value
            return value

        def every(self, data: bytes) -> list:
            """The flags of a list of single bytes, whose unknown high bits are ignored."""
            if self._bytes is None:
                self._bytes = [self[byte & self._mask] for byte in range(256)]
            values = self._bytes
            return [values[byte] for byte in data]
