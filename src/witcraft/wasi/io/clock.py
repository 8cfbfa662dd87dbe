"""Time as an instance sees it. The module ``time`` is such a clock; ``Fixed`` is one that stands."""

from __future__ import annotations

from ...runtime import Protocol


class Clock(Protocol):
    """What ``Wasi(clock=...)`` takes: ``time`` itself, or anything else with these three functions."""

    def time_ns(self) -> int:
        """Nanoseconds since the beginning of 1970, UTC."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since some beginning; never less than before."""

    def sleep(self, seconds: float, /) -> None:
        """``monotonic_ns`` goes on by so much, and gives other threads time if this takes time."""


class Fixed:
    """A clock that stands at ``start`` nanoseconds, and goes on only when the guest sleeps, which takes no time."""

    __slots__ = ("_slept", "_start")

    def __init__(self, start: int) -> None:
        self._start, self._slept = start, 0

    def time_ns(self) -> int:
        return self._start + self._slept

    def monotonic_ns(self) -> int:
        return self._slept

    def sleep(self, seconds: float, /) -> None:
        self.skip_to(self._slept + round(seconds * 1e9))

    def skip_to(self, deadline: int) -> None:
        """``monotonic_ns`` is ``deadline`` from now on, if it was earlier."""
        self._slept = max(self._slept, deadline)
