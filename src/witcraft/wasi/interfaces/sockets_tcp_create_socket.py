"""``wasi:sockets/tcp-create-socket@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol
from .sockets_network import ErrorCode, IpAddressFamily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import sockets_tcp

__all__ = ["ErrorCode", "IpAddressFamily"]


class TcpCreateSocket(Protocol):
    """What the component imports as ``wasi:sockets/tcp-create-socket@0.2.12``."""

    def create_tcp_socket(
        self, address_family: IpAddressFamily, /
    ) -> sockets_tcp.TcpSocket:
        """Raises ``Err[ErrorCode]``."""


_TYPES = {
    "error-code": (".sockets_network", "error-code"),
    "ip-address-family": (".sockets_network", "ip-address-family"),
    "network": (".sockets_network", "network"),
    "tcp-socket": (".sockets_tcp", "tcp-socket"),
}
