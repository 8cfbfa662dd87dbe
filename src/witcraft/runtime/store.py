"""A store: one component instance as the engine has it, and all that emitted code needs to call it.

Two objects, for the sake of lifetime. The engine keeps host functions alive, and ``Store`` keeps the engine's store alive;
so what host functions hold must not lead back to ``Store``, or instances would only die when the garbage collector comes
round. They hold ``Mail``. When the last user of an instance lets go of it, ``Store`` frees everything at once.
"""

from __future__ import annotations

import sys
from ctypes import addressof, byref, c_size_t, c_uint64, c_void_p

from . import cache, capi, failures
from .capi import OF, Extern, Instance, Limits, Pointers, Value
from .config import Config
from .engine import check, shared
from .errors import ClosedError, EngineError, PoisonedError, ThreadError, Trap
from .trampoline import address, callback
from .traps import MESSAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Any

    from .engine import Module
    from .files import Files

SLOTS = 17
"""Raw values of one call: 16 flat parameters and a pointer for the results."""
MAIL = 256
"""Bytes of the mailbox, where the gate puts the flat values of an import: slot n at byte 8 * n."""
PAGE = 0x10000
CLOSED = "closed"


class Mail:
    """What host functions and memories hold of a store: the mailbox, and the way to fail.

    Slot n of the mailbox is ``u32[2 * n]``, ``u64[n]``... A trampoline notes in ``error`` what its host function raised,
    and ends with ``u32[62] = poisoned``: 0 says that it is done.
    """

    __slots__ = (
        "context", "drops", "error", "f32", "f64", "max_copied", "poison", "poisoned", "rule",
        "s32", "s64", "trap", "u32", "u64",
    )  # fmt: skip

    def __init__(self, context: int, max_copied: int) -> None:
        self.context = context
        self.max_copied = max_copied
        self.trap = c_void_p()
        self.error: BaseException | None = None
        self.rule: str | None = None
        self.poison = ""
        self.poisoned = 0
        self.drops: list[Callable[[], None] | None] = []
        self.open(memoryview(bytearray(MAIL)))

    def open(self, box: memoryview) -> None:
        """Makes the views of the mailbox."""
        self.u32: memoryview[int] = box.cast("I")
        self.s32: memoryview[int] = box.cast("i")
        self.u64: memoryview[int] = box.cast("Q")
        self.s64: memoryview[int] = box.cast("q")
        self.f32: memoryview[float] = box.cast("f")
        self.f64: memoryview[float] = box.cast("d")

    def spoil(self, name: str) -> None:
        """No further call. Nothing is called here: this must not fail at Python's recursion limit."""
        self.poison = self.poison or name
        self.poisoned = 1
        self.drops += (None,)  # sends every entry to the slow path

    def failure(self, name: str, error: int | None = None) -> BaseException:
        """The exception for a call of ``name`` that the engine gave up; ``error`` is what the call returned.

        What a host function raised comes back unchanged; anything else is a trap. The instance is poisoned either way.
        """
        earlier = self.poison
        self.spoil(name)
        noted, self.error = self.error, None
        rule, self.rule = self.rule, None
        report = failures.take(self.trap, error)
        if noted is not None:
            return noted
        if rule is None and report.in_gate():
            return PoisonedError(poisoned(earlier)) if earlier else RecursionError(f"{name}: {_TOO_DEEP}")
        return report.trap(name, rule or "")

    def trapped(self, name: str, trap: Trap) -> Trap:
        """``trap`` came up in Python, while values of export ``name`` were lifted: it gets the name, and poisons."""
        if not self.poisoned:
            self.spoil(name)
            trap.args = (f"{name}: {trap}",)
        return trap

    def break_rule(self) -> None:
        """What the gate calls when a rule of the canonical ABI was broken; it traps afterwards."""
        try:
            self.rule = MESSAGES[self.u32[0]].format(detail=self.u32[2])
        except BaseException as error:
            self.error = error


_TOO_DEEP = "maximum recursion depth exceeded where the guest called the host"


def poisoned(by: str) -> str:
    if by is CLOSED:
        return "the instance was closed"
    return f"the instance cannot be called any more: {by} trapped, or a host function raised in it"
