"""``wasi:sockets/network`` and ``instance-network``: the guest's handle for the network, and error codes of streams."""

from __future__ import annotations

from ..interfaces.sockets_network import ErrorCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.error import Error


class NetworkHandle:
    """Resource ``network``. There is one network; what of it is granted is asked at each use (``access.Access``)."""

    __slots__ = ()


class NetworkTypes:
    """``wasi:sockets/network``."""

    Network = NetworkHandle

    def network_error_code(self, error: Error, /) -> ErrorCode | None:
        return error.code if isinstance(error.code, ErrorCode) else None


class InstanceNetwork:
    """``wasi:sockets/instance-network``."""

    def instance_network(self) -> NetworkHandle:
        return NetworkHandle()
