"""Making Python functions safe to be called by the engine.

An exception must never leave a function that C code called: nobody is there to take it. So a *trampoline*, the function
that the engine calls for an import, is one ``try`` with ``except BaseException`` around everything. Two gaps are left.

- **Before the first instruction of the ``try``**: a signal handler (Ctrl-C!) or an asynchronous exception may raise at
  the function's very first instruction. ``covered`` closes it: it widens the outermost handler in the code's exception
  table so that it begins at instruction 0. No signal handler is installed or replaced, and handlers of every signal
  are covered.
- **Before the frame exists**: at Python's recursion limit (or without memory) the frame of the trampoline cannot be
  made. Then ctypes swallows the exception and returns *whatever lies on the stack* as the result, which the engine
  would free as a trap. Hence trampolines are declared to return nothing: the engine reads NULL, success, whatever
  happens (``Callback``). That they really got to their end they say in the mailbox: a word there is set, they clear
  it as their last act, and the gate traps after the call if it is still set.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_void_p, cast

from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType
    from typing import Any

Callback = CFUNCTYPE(None)
"""A function without parameters and result, as ctypes gives it to the engine."""
_MOST_CODES = 4096
_covered: dict[CodeType, CodeType] = {}

Entry = tuple[int, int, int, int]
"""A range of the exception table: start, length, target (in code units), depth of the stack * 2 + whether it keeps the
place (CPython, Objects/exception_handling_notes.txt)."""


def callback(function: Callable[[], None]) -> Callable[[], None]:
    """``function`` as the engine may call it. The caller keeps what it gets alive."""
    function.__code__ = covered(function.__code__)
    return Callback(function)


def covered(code: CodeType) -> CodeType:
    """``code`` with its outermost handler in charge from the first instruction on."""
    known = _covered.get(code)
    if known is None:
        if len(_covered) >= _MOST_CODES:
            _covered.clear()
        known = _covered[code] = code.replace(co_exceptiontable=widened(code.co_exceptiontable))
    return known


def widened(table: bytes) -> bytes:
    """The table with one more entry in front: from instruction 0 to where the first ``try`` begins.

    A table that does not read back the same (another Python than those we know) stays as it is.
    """
    try:
        entries = list(read_table(table))
    except IndexError:
        return table
    if not entries or write_table(entries) != table:
        return table
    # of the handlers at depth 0 the last one is the outermost: the compiler puts inner ones first
    target = max(target for _, _, target, state in entries if state == 0)
    return write_table([(0, entries[0][0], target, 0), *entries])


def read_table(table: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(table):
        values = []
        for _ in range(4):
            value = table[at] & 0x3F
            while table[at] & 0x40:
                at += 1
                value = value << 6 | table[at] & 0x3F
            at += 1
            values.append(value)
        yield values[0], values[1], values[2], values[3]


def write_table(entries: list[Entry]) -> bytes:
    out = bytearray()
    for entry in entries:
        for index, value in enumerate(entry):
            start = len(out)
            groups = max(1, (value.bit_length() + 5) // 6)
            out += bytes(value >> 6 * n & 0x3F | (0x40 if n else 0) for n in reversed(range(groups)))
            out[start] |= 0x80 if index == 0 else 0
    return bytes(out)


def address(function: Any) -> int:
    """The address of a ctypes callback. (`cast` would make it a reference to itself, which only the collector ends.)"""
    return c_void_p.from_buffer(function).value or 0


def self_test() -> None:
    """Makes sure that a callback which returns nothing is NULL to its caller, as libffi has it on x86-64 and aarch64.

    Nothing is written where a result would be, so it makes no difference whether an exception left the function.
    """
    returned = cast(Callback(lambda: None), CFUNCTYPE(c_void_p))()
    if returned is not None:
        raise EngineError("callbacks without a result do not return NULL with the libffi of this Python")
