"""``wasi:clocks``: the instance's clock as interfaces, and what ``Wasi(clock=...)`` takes."""

from __future__ import annotations

import time

from ..runtime import ConfigError
from .interfaces.clocks_timezone import TimezoneDisplay
from .interfaces.clocks_wall_clock import Datetime
from .io.clock import Fixed
from .io.poll import Pollable, Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo
    from typing import Any, Literal

    from .io.clock import Clock
    from .io.session import Session

_BILLION = 1_000_000_000
_LAST = (1 << 64) - 1
"""The last instant that there is, in nanoseconds."""


def settings(given: Clock | datetime | int | None) -> tuple[Callable[[], Clock], tzinfo | None]:
    """A function that gives the clock of a new instance, and the time zone (None: UTC). Raises ConfigError."""
    if given is None:
        return lambda: time, None
    if isinstance(given, int):
        return _fixed(given), None
    from datetime import datetime

    zone = getattr(given, "tzinfo", None)
    if isinstance(given, datetime):
        if zone is None:
            raise ConfigError("clock: a datetime without a time zone may mean any instant; give it tzinfo")
        return _fixed(nanoseconds(given)), zone
    for name in ("time_ns", "monotonic_ns", "sleep"):
        if not callable(getattr(given, name, None)):
            raise ConfigError(f"clock: expected None, a datetime, nanoseconds or a clock, got an object without {name}")
    return lambda: given, zone


def _fixed(start: int) -> Callable[[], Clock]:
    if isinstance(start, bool) or not 0 <= start < 1 << 63:
        raise ConfigError(f"clock: expected nanoseconds since 1970, got {start}")
    return lambda: Fixed(start)


def nanoseconds(moment: datetime) -> int:
    """Since 1970, without a way through float."""
    from datetime import UTC, datetime, timedelta

    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


class MonotonicClock:
    """``wasi:clocks/monotonic-clock``: instants and durations are nanoseconds."""

    def __init__(self, session: Session) -> None:
        self._poller = session.poller
        self.now = session.clock.monotonic_ns

    def resolution(self) -> int:
        return step("monotonic")

    def subscribe_instant(self, when: int, /) -> Pollable:
        timer = Timer(when)
        return Pollable(self._poller, lambda: timer)

    def subscribe_duration(self, when: int, /) -> Pollable:
        return self.subscribe_instant(min(self.now() + when, _LAST))


class WallClock:
    """``wasi:clocks/wall-clock``."""

    def __init__(self, session: Session) -> None:
        self._clock = session.clock

    def now(self) -> Datetime:
        return Datetime(*divmod(max(self._clock.time_ns(), 0), _BILLION))

    def resolution(self) -> Datetime:
        return Datetime(*divmod(step("time"), _BILLION))


class Timezone:
    """``wasi:clocks/timezone``, unstable: the zone of ``Wasi(clock=...)``, UTC where that has none."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone

    def display(self, when: Datetime, /) -> TimezoneDisplay:
        there = self._at(when)
        if there is None:
            return TimezoneDisplay(0, "UTC", False)
        return TimezoneDisplay(seconds(there.utcoffset()), there.tzname() or "UTC", bool(there.dst()))

    def utc_offset(self, when: Datetime, /) -> int:
        there = self._at(when)
        return 0 if there is None else seconds(there.utcoffset())

    def _at(self, when: Datetime) -> datetime | None:
        """None in UTC, and at times that Python's calendar does not have."""
        if self._zone is None:
            return None
        from datetime import datetime

        try:
            return datetime.fromtimestamp(when.seconds, self._zone)
        except (OverflowError, ValueError, OSError):
            return None


def seconds(offset: Any) -> int:
    return 0 if offset is None else int(offset.total_seconds())


def step(name: Literal["monotonic", "time"]) -> int:
    """Nanoseconds between two readings of the system's clock ``name`` that differ."""
    return max(1, round(time.get_clock_info(name).resolution * 1e9))


def interfaces(session: Session, zone: tzinfo | None) -> dict[str, Any]:
    """The interfaces of ``wasi:clocks`` for one instance."""
    return {
        "wasi:clocks/monotonic-clock": MonotonicClock(session),
        "wasi:clocks/wall-clock": WallClock(session),
        "wasi:clocks/timezone": Timezone(zone),
    }
