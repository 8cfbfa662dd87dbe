"""What the engine says about a call that failed, as an exception's message."""

from __future__ import annotations

from ctypes import c_uint8, c_void_p

from . import capi
from .capi import Bytes
from .engine import take_error, text_of
from .errors import Trap

CODES = {
    0: "stack overflow",
    1: "out of bounds memory access",
    2: "unaligned atomic",
    3: "out of bounds table access",
    4: "uninitialized element",
    5: "indirect call type mismatch",
    6: "integer overflow",
    7: "integer divide by zero",
    8: "invalid conversion to integer",
    9: "unreachable",
    10: "timeout",
    11: "out of fuel",
    13: "null reference",
    14: "out of bounds array access",
    15: "allocation size too large",
    16: "cast failure",
    49: "uncaught exception",
}
"""Short names of what the engine traps on, by ``wasmtime_trap_code_t``: ``Trap.code``."""
GATE = "gate"
"""Name of the gate's module, as backtraces show it."""
_THROWN = "thrown Wasm exception"
_BACKTRACE = "error while executing at wasm backtrace:\n"
_CAUSE = "\n\nCaused by:\n"
_WIDEST = 200
"""Characters of a line of a backtrace."""


class Report:
    """What the engine reported: ``code`` as in ``Trap``, what happened, and the guest's functions on the stack."""

    __slots__ = ("backtrace", "code", "what")

    def __init__(self, text: str, code: str | None) -> None:
        text = printable(text)
        frames, _, cause = text.partition(_CAUSE) if text.startswith(_BACKTRACE) else ("", "", text)
        self.backtrace = "\n".join(map(clipped, frames.removeprefix(_BACKTRACE).rstrip().splitlines()))
        self.what = "; ".join(filter(None, map(without_number, cause.splitlines())))
        self.code = "uncaught exception" if code is None and _THROWN in self.what else code

    def in_gate(self) -> bool:
        """Whether the gate gave up: a host function did not come to its end."""
        return self.code == "unreachable" and f" {GATE}!" in self.backtrace.partition("\n")[0]

    def trap(self, what: str = "", code: str | None = None) -> Trap:
        """As an exception, still without the name of the export; ``what`` and ``code`` say better what happened."""
        lines = [what or self.what]
        if self.backtrace:
            lines += ["wasm backtrace:", self.backtrace]
        trap = Trap("\n".join(lines))
        trap.code = code if what else self.code
        return trap


def take(slot: c_void_p, error: int | None) -> Report:
    """What a trap or an error says. Both are freed, and the slot is ready for the next call."""
    trap, slot.value = slot.value, None  # emptied first: an interrupt here may lose the trap, never free it twice
    if not trap:
        return Report(take_error(error) if error else "the engine gave no reason", None)
    message, number = Bytes(), c_uint8()
    capi.trap_message(trap, message)
    code = CODES.get(number.value, f"trap {number.value}") if capi.trap_code(trap, number) else None
    capi.trap_delete(trap)
    if error:
        take_error(error)
    return Report(text_of(message), code)


def without_number(line: str) -> str:
    """A line of the engine's list of causes: ``    1: wasm trap: integer overflow`` -> ``integer overflow``."""
    line = line.strip()
    number, _, rest = line.partition(": ")
    return (rest if number.isdigit() else line).removeprefix("wasm trap: ")


def clipped(line: str) -> str:
    """Names in a backtrace are as long as the guest likes."""
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..."


def printable(text: str) -> str:
    """Names in a message come from the guest: no control characters reach a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
