"""``wasi:sockets/tcp``: a TCP socket is a machine of states, and most functions are good for some of them only."""

from __future__ import annotations

from enum import Enum

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode
from ..interfaces.sockets_tcp import ShutdownType
from ..io.poll import ALWAYS, READ, WRITE, Descriptor, Pollable
from .addresses import fits, is_remote, is_unicast
from .options import MOST_BYTES, TcpOptions, positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.sockets_network import IpAddressFamily, IpSocketAddress
    from ..io.poll import Awaits
    from ..io.session import Session
    from .access import Access
    from .endpoint import Endpoint
    from .streams import TcpInput, TcpOutput

BACKLOG = 128
"""Connections that may wait for ``accept``, unless the guest wishes something else."""


class State(Enum):
    """As the documentation of ``tcp-socket`` has them."""

    UNBOUND = 0
    BIND_IN_PROGRESS = 1
    BOUND = 2
    LISTEN_IN_PROGRESS = 3
    LISTENING = 4
    CONNECT_IN_PROGRESS = 5
    CONNECTED = 6
    CLOSED = 7


_IN_PROGRESS = (State.BIND_IN_PROGRESS, State.LISTEN_IN_PROGRESS, State.CONNECT_IN_PROGRESS)
_NO_ADDRESS = (State.UNBOUND, State.BIND_IN_PROGRESS)


class TcpSocket(TcpOptions):
    """Resource ``tcp-socket``. Binding and listening are done by ``start-...``, and are only confirmed later."""

    __slots__ = (
        "_access",
        "_backlog",
        "_endpoint",
        "_input",
        "_may_listen",
        "_output",
        "_remote",
        "_session",
        "_state",
    )

    def __init__(self, session: Session, access: Access, endpoint: Endpoint) -> None:
        self._session, self._access, self._endpoint = session, access, endpoint
        self._state = State.UNBOUND
        self._may_listen = False
        self._backlog = BACKLOG
        self._remote: IpSocketAddress | None = None
        self._input: TcpInput | None = None
        self._output: TcpOutput | None = None

    # ---- bind ----

    def start_bind(self, network: object, local_address: IpSocketAddress, /) -> None:
        self._require(State.UNBOUND)
        if not fits(local_address, self._endpoint.family) or not is_unicast(local_address):
            raise Err(ErrorCode.INVALID_ARGUMENT)
        if not self._access.tcp_bind(local_address):
            raise Err(ErrorCode.ACCESS_DENIED)
        self._endpoint.reuse_address()
        self._endpoint.bind(local_address)
        self._may_listen = self._access.tcp_listen(local_address)
        self._state = State.BIND_IN_PROGRESS

    def finish_bind(self) -> None:
        self._require_progress(State.BIND_IN_PROGRESS)
        self._state = State.BOUND

    # ---- connect ----

    def start_connect(self, network: object, remote_address: IpSocketAddress, /) -> None:
        self._require(State.UNBOUND, State.BOUND)
        if not fits(remote_address, self._endpoint.family) or not is_unicast(remote_address):
            raise Err(ErrorCode.INVALID_ARGUMENT)
        if not is_remote(remote_address):
            raise Err(ErrorCode.INVALID_ARGUMENT)
        if not self._access.tcp_connect(remote_address):
            raise Err(ErrorCode.ACCESS_DENIED)
        with Closing(self):
            self._endpoint.connect(remote_address)
        self._state = State.CONNECT_IN_PROGRESS
        self._remote = remote_address

    def finish_connect(self) -> tuple[TcpInput, TcpOutput]:
        self._require_progress(State.CONNECT_IN_PROGRESS)
        with Closing(self):
            connected = self._endpoint.is_connected()
        if not connected:
            raise Err(ErrorCode.WOULD_BLOCK)
        return self._connected()

    def _connected(self) -> tuple[TcpInput, TcpOutput]:
        from .streams import TcpInput, TcpOutput

        self._state = State.CONNECTED
        self._input = TcpInput(self._session, self._endpoint)
        self._output = TcpOutput(self._session, self._endpoint)
        return self._input, self._output

    # ---- listen ----

    def start_listen(self) -> None:
        self._require(State.BOUND)
        if not self._may_listen:
            raise Err(ErrorCode.ACCESS_DENIED)
        self._endpoint.listen(self._backlog)
        self._state = State.LISTEN_IN_PROGRESS

    def finish_listen(self) -> None:
        self._require_progress(State.LISTEN_IN_PROGRESS)
        self._state = State.LISTENING

    def accept(self) -> tuple[TcpSocket, TcpInput, TcpOutput]:
        if self._state is not State.LISTENING:
            raise Err(ErrorCode.INVALID_STATE)
        endpoint, remote = self._endpoint.accept()
        accepted = TcpSocket(self._session, self._access, endpoint)
        accepted._remote = remote
        return accepted, *accepted._connected()

    def set_listen_backlog_size(self, value: int, /) -> None:
        backlog = min(positive(value), MOST_BYTES)
        if self._state in (State.CONNECT_IN_PROGRESS, State.CONNECTED, State.CLOSED):
            raise Err(ErrorCode.INVALID_STATE)
        if self._state in (State.LISTEN_IN_PROGRESS, State.LISTENING):
            self._endpoint.listen(backlog)
        self._backlog = backlog

    # ---- what it is ----

    def local_address(self) -> IpSocketAddress:
        if self._state in _NO_ADDRESS:
            raise Err(ErrorCode.INVALID_STATE)
        return self._endpoint.local_address()

    def remote_address(self) -> IpSocketAddress:
        """Also when the connection has ended, and the system does not know any more."""
        if self._state is not State.CONNECTED or self._remote is None:
            raise Err(ErrorCode.INVALID_STATE)
        return self._remote

    def is_listening(self) -> bool:
        return self._state is State.LISTENING

    def address_family(self) -> IpAddressFamily:
        return self._endpoint.family

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)

    def _awaits(self) -> Awaits:
        """What ``finish-connect`` or ``accept`` waits for; nothing else can make one wait."""
        if self._state is State.CONNECT_IN_PROGRESS:
            return Descriptor(self._endpoint.fd, WRITE)
        if self._state is State.LISTENING:
            return Descriptor(self._endpoint.fd, READ)
        return ALWAYS

    # ---- the end ----

    def shutdown(self, shutdown_type: ShutdownType, /) -> None:
        if self._input is None or self._output is None:
            raise Err(ErrorCode.INVALID_STATE)
        if shutdown_type is not ShutdownType.SEND:
            self._input.shutdown()
        if shutdown_type is not ShutdownType.RECEIVE:
            self._output.shutdown()

    def __exit__(self, *_: object) -> None:
        """The guest drops its handle. A connection goes on as long as one of its streams is there."""
        if self._state is not State.CONNECTED:
            self._endpoint.close()
            self._state = State.CLOSED
        self._input = self._output = None

    # ---- states ----

    def _require(self, *states: State) -> None:
        """For what begins an operation."""
        if self._state in _IN_PROGRESS:
            raise Err(ErrorCode.CONCURRENCY_CONFLICT)
        if self._state not in states:
            raise Err(ErrorCode.INVALID_STATE)

    def _require_progress(self, state: State) -> None:
        """For what ends one."""
        if self._state is not state:
            raise Err(ErrorCode.NOT_IN_PROGRESS)


class Closing:
    """``with Closing(socket): ...``: if that fails, the socket cannot be used to connect any more.

    In this state any function may fail. Options and the local address do not: wasi-libc aborts when one of them does.
    """

    __slots__ = ("_socket",)

    def __init__(self, socket: TcpSocket) -> None:
        self._socket = socket

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            self._socket._state = State.CLOSED


class Tcp:
    """``wasi:sockets/tcp``."""

    TcpSocket = TcpSocket


class TcpCreateSocket:
    """``wasi:sockets/tcp-create-socket``. Sockets may be made without any grant: they are of no use without."""

    __slots__ = ("_access", "_session")

    def __init__(self, session: Session, access: Access) -> None:
        self._session, self._access = session, access

    def create_tcp_socket(self, address_family: IpAddressFamily, /) -> TcpSocket:
        from .endpoint import create_stream

        return TcpSocket(self._session, self._access, create_stream(self._session, address_family))
