"""Addresses as the guest has them, and as the system does: ``("127.0.0.1", 80)``, ``("::1", 80, flow, scope)``."""

from __future__ import annotations

from ..interfaces.sockets_network import (
    IpAddress,
    IpAddress_Ipv4,
    IpAddress_Ipv6,
    IpAddressFamily,
    IpSocketAddress,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
    Ipv4SocketAddress,
    Ipv6SocketAddress,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from .patterns import Ip

    SystemAddress: TypeAlias = tuple[str, int] | tuple[str, int, int, int]

_MAPPED = (0, 0, 0, 0, 0, 0xFFFF)
_COMPATIBLE = (0, 0, 0, 0, 0, 0)
_LOOPBACK = (0, 0, 0, 0, 0, 0, 0, 1)
_BROADCAST = (255, 255, 255, 255)
_FLOW_BITS = 20
"""Of a flow label (RFC 8200, 6); the system knows no more."""


# ---- what an address may be used for -----------------------------------------------------------------------------


def fits(address: IpSocketAddress, family: IpAddressFamily) -> bool:
    """Whether a socket of ``family`` can use it.

    Not if it is an IPv4 address in the notation of IPv6: sockets of IPv6 speak nothing else here, and what is granted
    or refused to an IPv4 address cannot be got around.
    """
    value = address.value
    if isinstance(value, Ipv4SocketAddress):
        return family is IpAddressFamily.IPV4
    return family is IpAddressFamily.IPV6 and not is_embedded(value.address) and not value.flow_info >> _FLOW_BITS


def is_embedded(address: tuple[int, ...]) -> bool:
    """IPv4-mapped, or IPv4-compatible, which is obsolete (RFC 4291, 2.5.5)."""
    return address[:6] == _MAPPED or (address[:6] == _COMPATIBLE and any(address) and address != _LOOPBACK)


def is_unicast(address: IpSocketAddress) -> bool:
    value = address.value
    if isinstance(value, Ipv4SocketAddress):
        return not 224 <= value.address[0] < 240 and value.address != _BROADCAST
    return value.address[0] >> 8 != 0xFF


def is_remote(address: IpSocketAddress) -> bool:
    """Whether anything can be there: neither the unspecified address nor port 0."""
    return any(address.value.address) and address.value.port != 0


# ---- guest <-> system --------------------------------------------------------------------------------------------


def to_system(address: IpSocketAddress) -> SystemAddress:
    value = address.value
    if isinstance(value, Ipv4SocketAddress):
        return ".".join(map(str, value.address)), value.port
    return ":".join(f"{part:x}" for part in value.address), value.port, value.flow_info, value.scope_id


def from_system(address: SystemAddress) -> IpSocketAddress:
    if len(address) == 2:
        return IpSocketAddress_Ipv4(Ipv4SocketAddress(address[1], four(packed(address[0]))))
    host, port, flow, scope = address
    return IpSocketAddress_Ipv6(Ipv6SocketAddress(port, flow, eight(packed(host)), scope))


def to_ip(address: IpAddress | IpSocketAddress) -> Ip:
    """For comparison with what is granted."""
    from ipaddress import IPv4Address, IPv6Address

    value = address.value
    parts = value if isinstance(value, tuple) else value.address
    if len(parts) == 4:
        return IPv4Address(bytes(parts))
    return IPv6Address(b"".join(part.to_bytes(2, "big") for part in parts))


def from_packed(data: bytes) -> IpAddress:
    """From 4 or 16 bytes; an IPv4-mapped address is the one of IPv4 that it means."""
    if len(data) == 16 and eight(data)[:6] == _MAPPED:
        data = data[12:]
    return IpAddress_Ipv4(four(data)) if len(data) == 4 else IpAddress_Ipv6(eight(data))


def packed(text: str) -> bytes:
    """4 or 16 bytes. Raises ``OSError`` if ``text`` is no address."""
    from socket import AF_INET, AF_INET6, inet_pton

    host, _, _ = text.partition("%")  # the system appends the name of the zone
    return inet_pton(AF_INET6 if ":" in host else AF_INET, host)


def four(data: bytes) -> tuple[int, int, int, int]:
    return data[0], data[1], data[2], data[3]


def eight(data: bytes) -> tuple[int, int, int, int, int, int, int, int]:
    a, b, c, d, e, f, g, h = (int.from_bytes(data[i : i + 2], "big") for i in range(0, 16, 2))
    return a, b, c, d, e, f, g, h
