"""Options that sockets have; a guest's value that a system cannot take is silently the nearest that it can."""

from __future__ import annotations

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .endpoint import Endpoint

SECOND = 1_000_000_000
"""In nanoseconds, the unit of ``duration``."""
LONGEST = 32767
"""Seconds, and the most on Linux, which takes least of all systems."""
MOST_PROBES = 127
MOST_BYTES = (1 << 31) - 1


class Options:
    """What sockets of both protocols have."""

    __slots__ = ()

    if TYPE_CHECKING:
        _endpoint: Endpoint

    def receive_buffer_size(self) -> int:
        return self._endpoint.get("receive-buffer-size")

    def set_receive_buffer_size(self, value: int, /) -> None:
        self._endpoint.set("receive-buffer-size", min(positive(value), MOST_BYTES))

    def send_buffer_size(self) -> int:
        return self._endpoint.get("send-buffer-size")

    def set_send_buffer_size(self, value: int, /) -> None:
        self._endpoint.set("send-buffer-size", min(positive(value), MOST_BYTES))


class TcpOptions(Options):
    """What sockets of TCP have besides."""

    __slots__ = ()

    def hop_limit(self) -> int:
        return self._endpoint.get("hop-limit")

    def set_hop_limit(self, value: int, /) -> None:
        self._endpoint.set("hop-limit", positive(value))

    def keep_alive_enabled(self) -> bool:
        return self._endpoint.get("keep-alive-enabled") != 0

    def set_keep_alive_enabled(self, value: bool, /) -> None:
        self._endpoint.set("keep-alive-enabled", value)

    def keep_alive_idle_time(self) -> int:
        return self._endpoint.get("keep-alive-idle-time") * SECOND

    def set_keep_alive_idle_time(self, value: int, /) -> None:
        self._endpoint.set("keep-alive-idle-time", seconds(value))

    def keep_alive_interval(self) -> int:
        return self._endpoint.get("keep-alive-interval") * SECOND

    def set_keep_alive_interval(self, value: int, /) -> None:
        self._endpoint.set("keep-alive-interval", seconds(value))

    def keep_alive_count(self) -> int:
        return self._endpoint.get("keep-alive-count")

    def set_keep_alive_count(self, value: int, /) -> None:
        self._endpoint.set("keep-alive-count", min(positive(value), MOST_PROBES))


def positive(value: int) -> int:
    if value == 0:
        raise Err(ErrorCode.INVALID_ARGUMENT)
    return value


def seconds(duration: int) -> int:
    """``duration`` (nanoseconds) in whole seconds, rounded up."""
    return min(-(-positive(duration) // SECOND), LONGEST)
