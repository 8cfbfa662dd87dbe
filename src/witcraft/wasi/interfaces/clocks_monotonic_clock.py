"""``wasi:clocks/monotonic-clock@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import io_poll

__all__ = ["Duration", "Instant"]


class MonotonicClock(Protocol):
    """What the component imports as ``wasi:clocks/monotonic-clock@0.2.12``."""

    def now(self) -> Instant: ...

    def resolution(self) -> Duration: ...

    def subscribe_instant(self, when: Instant, /) -> io_poll.Pollable: ...

    def subscribe_duration(self, when: Duration, /) -> io_poll.Pollable: ...


Instant = int

Duration = int

_TYPES = {
    "duration": ("Duration", "u64"),
    "instant": ("Instant", "u64"),
    "pollable": (".io_poll", "pollable"),
}
