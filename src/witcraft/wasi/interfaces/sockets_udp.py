"""``wasi:sockets/udp@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol, dataclass
from .sockets_network import (
    ErrorCode,
    IpAddressFamily,
    IpSocketAddress,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from . import io_poll

__all__ = [
    "ErrorCode",
    "IncomingDatagram",
    "IncomingDatagramStream",
    "IpAddressFamily",
    "IpSocketAddress",
    "IpSocketAddress_Ipv4",
    "IpSocketAddress_Ipv6",
    "OutgoingDatagram",
    "OutgoingDatagramStream",
    "UdpSocket",
]


@dataclass(slots=True, unsafe_hash=True)
class IncomingDatagram:
    data: bytes
    remote_address: IpSocketAddress


@dataclass(slots=True, unsafe_hash=True)
class OutgoingDatagram:
    data: bytes
    remote_address: IpSocketAddress | None


class UdpSocket(Protocol):
    """Resource ``udp-socket``, which the host defines."""

    def start_bind(self, network: Any, local_address: IpSocketAddress, /) -> None:
        """Raises ``Err[ErrorCode]``."""

    def finish_bind(self) -> None:
        """Raises ``Err[ErrorCode]``."""

    def stream(
        self, remote_address: IpSocketAddress | None, /
    ) -> tuple[IncomingDatagramStream, OutgoingDatagramStream]:
        """Raises ``Err[ErrorCode]``."""

    def local_address(self) -> IpSocketAddress:
        """Raises ``Err[ErrorCode]``."""

    def remote_address(self) -> IpSocketAddress:
        """Raises ``Err[ErrorCode]``."""

    def address_family(self) -> IpAddressFamily: ...

    def unicast_hop_limit(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def set_unicast_hop_limit(self, value: int, /) -> None:
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


class IncomingDatagramStream(Protocol):
    """Resource ``incoming-datagram-stream``, which the host defines."""

    def receive(self, max_results: int, /) -> Sequence[IncomingDatagram]:
        """Raises ``Err[ErrorCode]``."""

    def subscribe(self) -> io_poll.Pollable: ...


class OutgoingDatagramStream(Protocol):
    """Resource ``outgoing-datagram-stream``, which the host defines."""

    def check_send(self) -> int:
        """Raises ``Err[ErrorCode]``."""

    def send(self, datagrams: list[OutgoingDatagram], /) -> int:
        """Raises ``Err[ErrorCode]``."""

    def subscribe(self) -> io_poll.Pollable: ...


_UdpSocket = UdpSocket

_IncomingDatagramStream = IncomingDatagramStream

_OutgoingDatagramStream = OutgoingDatagramStream


class Udp(Protocol):
    """What the component imports as ``wasi:sockets/udp@0.2.12``."""

    @property
    def UdpSocket(self) -> type[_UdpSocket]: ...

    @property
    def IncomingDatagramStream(self) -> type[_IncomingDatagramStream]: ...

    @property
    def OutgoingDatagramStream(self) -> type[_OutgoingDatagramStream]: ...


_TYPES = {
    "error-code": (".sockets_network", "error-code"),
    "incoming-datagram": (
        "IncomingDatagram",
        "record { data: list<u8>, remote-address: ip-socket-address }",
    ),
    "incoming-datagram-stream": ("IncomingDatagramStream", "resource"),
    "ip-address-family": (".sockets_network", "ip-address-family"),
    "ip-socket-address": (".sockets_network", "ip-socket-address"),
    "network": (".sockets_network", "network"),
    "outgoing-datagram": (
        "OutgoingDatagram",
        "record { data: list<u8>, remote-address: option<ip-socket-address> }",
    ),
    "outgoing-datagram-stream": ("OutgoingDatagramStream", "resource"),
    "pollable": (".io_poll", "pollable"),
    "udp-socket": ("UdpSocket", "resource"),
}
