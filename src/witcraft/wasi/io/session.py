"""What all interfaces of one instance share."""

from __future__ import annotations

from .poll import Poller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..limits import Limits
    from .clock import Clock


class Session:
    """One instance's: ``clock``, ``limits``, ``poller``; ``descriptors``: those that are open (``Owned``)."""

    __slots__ = ("clock", "descriptors", "limits", "poller")

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self.clock = clock
        self.limits = limits
        self.poller = Poller(clock)
        self.descriptors: set[int] = set()

    def now(self) -> int:
        """Nanoseconds of the monotonic clock."""
        return self.clock.monotonic_ns()
