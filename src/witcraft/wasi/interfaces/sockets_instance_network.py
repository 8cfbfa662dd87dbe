"""``wasi:sockets/instance-network@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import sockets_network


class InstanceNetwork(Protocol):
    """What the component imports as ``wasi:sockets/instance-network@0.2.12``."""

    def instance_network(self) -> sockets_network.Network: ...


_TYPES = {
    "network": (".sockets_network", "network"),
}
