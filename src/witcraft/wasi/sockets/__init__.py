"""``wasi:sockets``: TCP, UDP and name lookup, as far as ``Network`` grants them."""

from __future__ import annotations

from .network import Network as Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.session import Session


def interfaces(session: Session, network: Network | None) -> dict[str, object]:
    """The interfaces of one instance, by name without version. ``network``: None grants nothing."""
    from . import handle, lookup, tcp, udp
    from .access import Access

    access = Access(network)
    return {
        "wasi:sockets/network": handle.NetworkTypes(),
        "wasi:sockets/instance-network": handle.InstanceNetwork(),
        "wasi:sockets/ip-name-lookup": lookup.IpNameLookup(session, access),
        "wasi:sockets/tcp": tcp.Tcp(),
        "wasi:sockets/tcp-create-socket": tcp.TcpCreateSocket(session, access),
        "wasi:sockets/udp": udp.Udp(),
        "wasi:sockets/udp-create-socket": udp.UdpCreateSocket(session, access),
    }
