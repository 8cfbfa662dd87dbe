"""Lists and maps that a host gives, as something that can be walked and counted; and lists of numbers as bytes.

A list may be any sequence, a list of numbers also any buffer. A buffer of just the right format is copied as it is (an
`array`, a `memoryview`, NumPy); others are converted by value or refused, never reinterpreted. What comes out of here
was read completely: no code of the user's runs between reading a value and the call that needs it.
"""

from __future__ import annotations

from struct import pack, unpack

from .scalars import integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8, "f": 4, "d": 8}
"""Bytes of a number by the code that `struct` and `array` have for it."""
_FAMILIES = ("bhilqn", "BHILQN", "fd")  # codes that differ in size only
_FAMILY = {code: family for family in _FAMILIES for code in family}
_BYTES = (bytes, bytearray)

if TYPE_CHECKING:
    from typing import Protocol

    class Buffer(Protocol):
        """Anything whose bytes `memoryview` shows: bytes, an `array`, a NumPy array."""

        def __buffer__(self, flags: int, /) -> memoryview: ...

else:
    Buffer = object


def sequence(value: Any, length: int | None = None) -> list[Any] | tuple[Any, ...]:
    """``value`` as a list or tuple, of ``length`` items if that is given. Text, bytes, maps and sets are no lists.

    It is the caller's own: what reading the items runs may change the list they came from.
    """
    if value.__class__ is list:
        value = value[:]
    elif value.__class__ is not tuple:
        value = listed(value)
    if length is not None and len(value) != length:
        raise ValueError(f"expected {length} items, got {len(value)}")
    return value  # type: ignore[no-any-return]


def listed(value: Any) -> list[Any]:
    cls = value.__class__
    if isinstance(value, (str, *_BYTES)) or hasattr(cls, "keys") or not hasattr(cls, "__getitem__"):
        raise TypeError(f"expected a sequence, got {cls.__name__}")
    return list(value.tolist() if hasattr(cls, "tolist") else value)


def entries(value: Any) -> list[tuple[Any, Any]]:
    """The (key, value) pairs of a mapping."""
    if not hasattr(value.__class__, "keys") or not hasattr(value.__class__, "items"):
        raise TypeError(f"expected a mapping, got {value.__class__.__name__}")
    return list(value.items())


# ---- numbers -----------------------------------------------------------------------------------------------------


def packed(code: str, value: Any) -> bytes | memoryview:
    """A list of numbers as the bytes that a memory holds for it. ``code``: see ``SIZES``."""
    if value.__class__ is list or value.__class__ is tuple:
        return packed_items(code, value)
    if isinstance(value, str):
        raise TypeError("expected a list of numbers, got str")
    view = buffer(value)
    return packed_items(code, listed(value)) if view is None else packed_buffer(code, view)


def buffer(value: Any) -> memoryview | None:
    """What `memoryview` shows of ``value``; None for what shows nothing, or nothing of a known format."""
    try:
        return memoryview(value)
    except (TypeError, ValueError, BufferError):
        return None


def packed_items(code: str, items: list[Any] | tuple[Any, ...]) -> bytes:
    """Numbers by value; the range is checked."""
    if code not in "fd" and list(map(type, items)).count(int) != len(items):
        items = [integer(item) for item in items]
    order = "<" if code == "f" else ""  # the machine's own order is faster, but makes infinity of what is too large
    return pack(f"{order}{len(items)}{code}", *items)


def packed_buffer(code: str, view: memoryview) -> bytes | memoryview:
    if view.ndim != 1:
        raise TypeError(f"expected a buffer of one dimension, got {view.ndim}")
    if not len(view):
        return b""
    order, kind = split(view.format)
    if kind in _FAMILY.get(code, "") and view.itemsize == SIZES[code] and order != ">":
        return view.cast("B") if view.c_contiguous and not order else view.tobytes()
    if len(kind) != 1 or kind not in _FAMILY:
        raise TypeError(f"expected numbers, got a buffer of format {view.format!r}")
    return packed_items(code, unpack(f"{order}{len(view)}{kind}", view.tobytes()))


def split(form: str) -> tuple[str, str]:
    """A buffer's format as byte order ("" for the machine's own sizes and order) and the rest."""
    if form[:1] in ("<", ">", "=", "!"):
        return form[0].replace("!", ">"), form[1:]
    return "", form.removeprefix("@")
