"""``wasi:sockets/ip-name-lookup@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol
from .sockets_network import ErrorCode, IpAddress, IpAddress_Ipv4, IpAddress_Ipv6

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import io_poll

__all__ = [
    "ErrorCode",
    "IpAddress",
    "IpAddress_Ipv4",
    "IpAddress_Ipv6",
    "ResolveAddressStream",
]


class ResolveAddressStream(Protocol):
    """Resource ``resolve-address-stream``, which the host defines."""

    def resolve_next_address(self) -> IpAddress | None:
        """Raises ``Err[ErrorCode]``."""

    def subscribe(self) -> io_poll.Pollable: ...


_ResolveAddressStream = ResolveAddressStream


class IpNameLookup(Protocol):
    """What the component imports as ``wasi:sockets/ip-name-lookup@0.2.12``."""

    @property
    def ResolveAddressStream(self) -> type[_ResolveAddressStream]: ...

    def resolve_addresses(self, network: Any, name: str, /) -> _ResolveAddressStream:
        """Raises ``Err[ErrorCode]``."""


_TYPES = {
    "error-code": (".sockets_network", "error-code"),
    "ip-address": (".sockets_network", "ip-address"),
    "network": (".sockets_network", "network"),
    "pollable": (".io_poll", "pollable"),
    "resolve-address-stream": ("ResolveAddressStream", "resource"),
}
