"""``wasi:sockets/network@0.2.12``"""

from __future__ import annotations

from enum import Enum

from ...runtime import Protocol, dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "ErrorCode",
    "IpAddress",
    "IpAddressFamily",
    "IpAddress_Ipv4",
    "IpAddress_Ipv6",
    "IpSocketAddress",
    "IpSocketAddress_Ipv4",
    "IpSocketAddress_Ipv6",
    "Ipv4Address",
    "Ipv4SocketAddress",
    "Ipv6Address",
    "Ipv6SocketAddress",
    "Network",
]


class ErrorCode(Enum):
    UNKNOWN = 0
    ACCESS_DENIED = 1
    NOT_SUPPORTED = 2
    INVALID_ARGUMENT = 3
    OUT_OF_MEMORY = 4
    TIMEOUT = 5
    CONCURRENCY_CONFLICT = 6
    NOT_IN_PROGRESS = 7
    WOULD_BLOCK = 8
    INVALID_STATE = 9
    NEW_SOCKET_LIMIT = 10
    ADDRESS_NOT_BINDABLE = 11
    ADDRESS_IN_USE = 12
    REMOTE_UNREACHABLE = 13
    CONNECTION_REFUSED = 14
    CONNECTION_RESET = 15
    CONNECTION_ABORTED = 16
    DATAGRAM_TOO_LARGE = 17
    NAME_UNRESOLVABLE = 18
    TEMPORARY_RESOLVER_FAILURE = 19
    PERMANENT_RESOLVER_FAILURE = 20


class IpAddressFamily(Enum):
    IPV4 = 0
    IPV6 = 1


@dataclass(slots=True, unsafe_hash=True)
class IpAddress_Ipv4:
    value: Ipv4Address


@dataclass(slots=True, unsafe_hash=True)
class IpAddress_Ipv6:
    value: Ipv6Address


IpAddress = IpAddress_Ipv4 | IpAddress_Ipv6


@dataclass(slots=True, unsafe_hash=True)
class Ipv4SocketAddress:
    port: int
    address: Ipv4Address


@dataclass(slots=True, unsafe_hash=True)
class Ipv6SocketAddress:
    port: int
    flow_info: int
    address: Ipv6Address
    scope_id: int


@dataclass(slots=True, unsafe_hash=True)
class IpSocketAddress_Ipv4:
    value: Ipv4SocketAddress


@dataclass(slots=True, unsafe_hash=True)
class IpSocketAddress_Ipv6:
    value: Ipv6SocketAddress


IpSocketAddress = IpSocketAddress_Ipv4 | IpSocketAddress_Ipv6


class Network(Protocol):
    """Resource ``network``, which the host defines."""


_Network = Network


class Network_2(Protocol):
    """What the component imports as ``wasi:sockets/network@0.2.12``."""

    @property
    def Network(self) -> type[_Network]: ...

    def network_error_code(self, err: Any, /) -> ErrorCode | None: ...


Ipv4Address = tuple[int, int, int, int]

Ipv6Address = tuple[int, int, int, int, int, int, int, int]

_TYPES = {
    "error": (".io_error", "error"),
    "error-code": (
        "ErrorCode",
        "enum { unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure, permanent-resolver-failure }",
    ),
    "ip-address": (
        "IpAddress",
        "variant { ipv4(ipv4-address), ipv6(ipv6-address) }",
        ("IpAddress_Ipv4", "IpAddress_Ipv6"),
    ),
    "ip-address-family": ("IpAddressFamily", "enum { ipv4, ipv6 }"),
    "ip-socket-address": (
        "IpSocketAddress",
        "variant { ipv4(ipv4-socket-address), ipv6(ipv6-socket-address) }",
        ("IpSocketAddress_Ipv4", "IpSocketAddress_Ipv6"),
    ),
    "ipv4-address": ("Ipv4Address", "tuple<u8, u8, u8, u8>"),
    "ipv4-socket-address": (
        "Ipv4SocketAddress",
        "record { port: u16, address: ipv4-address }",
    ),
    "ipv6-address": ("Ipv6Address", "tuple<u16, u16, u16, u16, u16, u16, u16, u16>"),
    "ipv6-socket-address": (
        "Ipv6SocketAddress",
        "record { port: u16, flow-info: u32, address: ipv6-address, scope-id: u32 }",
    ),
    "network": ("Network", "resource"),
}
