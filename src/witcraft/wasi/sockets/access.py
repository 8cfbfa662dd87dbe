"""What one instance may do with the network: what is granted, and what it has learned of names."""

from __future__ import annotations

from .addresses import to_ip
from .network import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.sockets_network import IpAddress, IpSocketAddress
    from .patterns import Ip, Pattern

MOST_KNOWN = 1024
"""Addresses of names that are remembered; who answers for a granted name may give ever new ones."""


class Access:
    """Answers for each use of an address whether it is granted. ``network``: None grants nothing."""

    __slots__ = ("_known", "_network")

    def __init__(self, network: Network | None) -> None:
        self._network = Network() if network is None else network
        self._known: dict[tuple[str, Ip], None] = {}

    @property
    def nothing(self) -> bool:
        return not self._network

    # ---- addresses ----

    def tcp_connect(self, address: IpSocketAddress) -> bool:
        return self._is_granted(address, self._network.tcp)

    def tcp_listen(self, address: IpSocketAddress) -> bool:
        return self._is_granted(address, self._network.listen)

    def tcp_bind(self, address: IpSocketAddress) -> bool:
        """A socket that is to connect may be bound to a port of the system's choice."""
        return (address.value.port == 0 and bool(self._network.tcp)) or self.tcp_listen(address)

    def udp_peer(self, address: IpSocketAddress) -> bool:
        return self._is_granted(address, self._network.udp)

    def udp_listen(self, address: IpSocketAddress) -> bool:
        return self._is_granted(address, self._network.udp_listen)

    def udp_bind(self, address: IpSocketAddress) -> bool:
        return (address.value.port == 0 and bool(self._network.udp)) or self.udp_listen(address)

    def _is_granted(self, address: IpSocketAddress, patterns: tuple[Pattern, ...]) -> bool:
        if not patterns:
            return False
        ip, port = to_ip(address), address.value.port
        return any(pattern.covers(ip, port, self._known) for pattern in patterns)

    # ---- names ----

    def lookup(self, name: str) -> bool:
        names = self._network.names
        return names is None or name in names

    def learn(self, name: str, address: IpAddress) -> None:
        """A lookup gave ``address`` for ``name``: what is granted to the name is granted to the address from now on."""
        if not any(pattern.host == name for pattern in self._network.remotes):
            return
        key = name, to_ip(address)
        self._known.pop(key, None)
        self._known[key] = None
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
