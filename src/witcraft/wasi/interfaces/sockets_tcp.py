"""``wasi:sockets/tcp@0.2.12``"""

from __future__ import annotations

from enum import Enum

from ...runtime import Protocol
from .clocks_monotonic_clock import Duration
from .sockets_network import (
    ErrorCode,
    IpAddressFamily,
    IpSocketAddress,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import io_poll, io_streams

__all__ = [
    "Duration",
    "ErrorCode",
    "IpAddressFamily",
    "IpSocketAddress",
    "IpSocketAddress_Ipv4",
    "IpSocketAddress_Ipv6",
    "ShutdownType",
    "TcpSocket",
]


class ShutdownType(Enum):
    RECEIVE = 0
    SEND = 1
    BOTH = 2


class TcpSocket(Protocol):
    """Resource ``tcp-socket``, which the host defines."""

    def start_bind(self, network: Any, local_address: IpSocketAddress, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def finish_bind(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def start_connect(self, network: Any, remote_address: IpSocketAddress, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def finish_connect(self) -> tuple[io_streams.InputStream, io_streams.OutputStream]:
        """Raises ``Err[ErrorCode]``."""

    def start_listen(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def finish_listen(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def accept(
        self,
    ) -> tuple[TcpSocket, io_streams.InputStream, io_streams.OutputStream]:
        """Raises ``Err[ErrorCode]``."""

    def local_address(self) -> IpSocketAddress:
        """Raises ``Err[ErrorCode]``."""

    def remote_address(self) -> IpSocketAddress:
        """Raises ``Err[ErrorCode]``."""

    def is_listening(self) -> bool: ...

    def address_family(self) -> IpAddressFamily: ...

    def set_listen_backlog_size(self, value: int, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def keep_alive_enabled(self) -> bool:
        """Raises ``Err[ErrorCode]``."""

    def set_keep_alive_enabled(self, value: bool, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def keep_alive_idle_time(self) -> Duration:
        """Raises ``Err[ErrorCode]``."""

    def set_keep_alive_idle_time(self, value: Duration, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def keep_alive_interval(self) -> Duration:
        """Raises ``Err[ErrorCode]``."""

    def set_keep_alive_interval(self, value: Duration, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def keep_alive_count(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def set_keep_alive_count(self, value: int, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def hop_limit(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def set_hop_limit(self, value: int, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def receive_buffer_size(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def set_receive_buffer_size(self, value: int, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def send_buffer_size(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def set_send_buffer_size(self, value: int, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def subscribe(self) -> io_poll.Pollable: ...

    def shutdown(self, shutdown_type: ShutdownType, /) -> None:
        """Raises ``Err[ErrorCode]``."""


_TcpSocket = TcpSocket


class Tcp(Protocol):
    """What the component imports as ``wasi:sockets/tcp@0.2.12``."""

    @property
    def TcpSocket(self) -> type[_TcpSocket]: ...


_TYPES = {
    "duration": (".clocks_monotonic_clock", "duration"),
    "error-code": (".sockets_network", "error-code"),
    "input-stream": (".io_streams", "input-stream"),
    "ip-address-family": (".sockets_network", "ip-address-family"),
    "ip-socket-address": (".sockets_network", "ip-socket-address"),
    "network": (".sockets_network", "network"),
    "output-stream": (".io_streams", "output-stream"),
    "pollable": (".io_poll", "pollable"),
    "shutdown-type": ("ShutdownType", "enum { receive, send, both }"),
    "tcp-socket": ("TcpSocket", "resource"),
}
