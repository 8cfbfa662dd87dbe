"""``wasi:clocks/wall-clock@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol, dataclass

__all__ = ["Datetime"]


@dataclass(slots=True, unsafe_hash=True)
class Datetime:
    seconds: int
    nanoseconds: int


class WallClock(Protocol):
    """What the component imports as ``wasi:clocks/wall-clock@0.2.12``."""

    def now(self) -> Datetime: ...

    def resolution(self) -> Datetime: ...


_TYPES = {
    "datetime": ("Datetime", "record { seconds: u64, nanoseconds: u32 }"),
}
