"""Until when the calls that go on in this thread have to be over: for host functions that wait.

A guest's own loops are stopped by the engine (``limits.watching``). A host function that waits asks ``remaining``,
waits no longer than that, and asks again.
"""

from __future__ import annotations

from _thread import _local, get_ident
from time import monotonic

from .errors import Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weakref import ref

    from .store import Store


class Clock:
    """When a call has to be over. ``end``: as ``time.monotonic`` has it."""

    __slots__ = ("_store", "_thread", "end", "timeout")

    def __init__(self, timeout: float, store: ref[Store] | None = None) -> None:
        self.timeout = timeout
        self._store = store
        self._thread = 0
        self.end = monotonic() + timeout

    def start(self) -> None:
        """An outermost call of its store begins, in this thread."""
        self.end = monotonic() + self.timeout
        self._thread = get_ident()
        clocks = here.clocks
        while clocks and not clocks[-1].runs():
            clocks.pop()
        if self not in clocks:
            clocks.append(self)

    def runs(self) -> bool:
        """Whether this thread is in a call that it measures."""
        store = None if self._store is None else self._store()
        return store is not None and store.busy and self._thread == get_ident()

    @property
    def message(self) -> str:
        """What a trap says when time is over."""
        return f"timed out after {self.timeout:g} s"

    def trap(self) -> Trap:
        """The trap for a host function that waits."""
        trap = Trap(self.message)
        trap.code = "timeout"
        return trap


class Here(_local):
    """``here.clocks``: of the calls that this thread is in, the outermost first; some may be over already."""

    def __init__(self) -> None:
        self.clocks: list[Clock] = []


here = Here()


def remaining() -> float | None:
    """Seconds that the calls of this thread have left, the first that ends; None if none of them has a timeout.

    Raises ``Trap`` if one is over: it ends the guest's call as a timeout in the guest does.
    """
    clocks = here.clocks
    if not clocks:
        return None
    running = [clock for clock in clocks if clock.runs()]
    if not running:
        return None
    first = min(running, key=_end)
    left = first.end - monotonic()
    if left <= 0:
        raise first.trap()
    return left


def _end(clock: Clock) -> float:
    return clock.end
