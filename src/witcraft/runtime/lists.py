"""Lists of bools, chars, enum members and flags, whole lists at a time.

What the host gives raises TypeError or ValueError if an item is of another sort (explained with its path afterwards);
what the guest gives traps.
"""

from __future__ import annotations

from .errors import Trap
from .scalars import member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def bools(items: Sequence[bool]) -> bytes:
    """A byte each, 0 or 1."""
    if list(map(type, items)).count(bool) != len(items):
        raise TypeError("expected bools")
    return bytes(items)


def bools_of(data: bytes) -> list[bool]:
    """Every byte but 0 is true."""
    return memoryview(data).cast("?").tolist()  # type: ignore[return-value]  # typeshed knows no such format


def chars(items: Sequence[str]) -> bytes:
    """Four bytes each: the code of one Unicode scalar value (UnicodeEncodeError, a ValueError, for a surrogate)."""
    text = "".join(items)
    if len(text) != len(items) or list(text) != list(items):
        raise TypeError("expected strings of one character")
    return text.encode("utf-32-le")


def chars_of(data: bytes) -> list[str]:
    try:
        return list(str(data, "utf-32-le"))
    except UnicodeDecodeError:
        raise Trap("invalid char in a list: not a Unicode scalar value") from None


def members(items: Sequence[object], cls: type) -> list[int]:
    """The numbers of enum members, or the bits of flags."""
    return [x._value_ if x.__class__ is cls else member(x, cls) for x in items]  # type: ignore[attr-defined]
