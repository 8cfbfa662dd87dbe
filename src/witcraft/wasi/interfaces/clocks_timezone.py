"""``wasi:clocks/timezone@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol, dataclass
from .clocks_wall_clock import Datetime

__all__ = ["Datetime", "TimezoneDisplay"]


@dataclass(slots=True, unsafe_hash=True)
class TimezoneDisplay:
    utc_offset: int
    name: str
    in_daylight_saving_time: bool


class Timezone(Protocol):
    """What the component imports as ``wasi:clocks/timezone@0.2.12``."""

    def display(self, when: Datetime, /) -> TimezoneDisplay: ...

    def utc_offset(self, when: Datetime, /) -> int: ...


_TYPES = {
    "datetime": (".clocks_wall_clock", "datetime"),
    "timezone-display": (
        "TimezoneDisplay",
        "record { utc-offset: s32, name: string, in-daylight-saving-time: bool }",
    ),
}
