"""A socket of the system: never blocks, closed with its last user, its errors are those of the specification.

Imported when a guest makes its first socket: `socket` takes longer to import than all of this package.
"""

from __future__ import annotations

import select
import socket
import sys
from errno import EINPROGRESS, EINTR, EINVAL, ENOBUFS

from ...runtime import Err
from ...runtime.endings import partial
from ..interfaces.sockets_network import ErrorCode, IpAddressFamily
from ..io.descriptors import Owned
from .addresses import from_system, to_system
from .errors import ACCEPT, BIND, CONNECT, DATAGRAM, REPORTED, Reported, code_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.sockets_network import IpSocketAddress
    from ..io.session import Session

NO_SIGNAL: int = getattr(socket, "MSG_NOSIGNAL", 0)
"""For ``send``: no SIGPIPE, whatever the process does about it."""
_SO_NOSIGPIPE = 0x1022
"""What macOS has instead."""
_KEEP_IDLE: int = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", 0x10))

FAMILIES = {IpAddressFamily.IPV4: socket.AF_INET, IpAddressFamily.IPV6: socket.AF_INET6}
OPTIONS = {
    "keep-alive-enabled": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    "keep-alive-idle-time": (socket.IPPROTO_TCP, _KEEP_IDLE),
    "keep-alive-interval": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    "keep-alive-count": (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    "receive-buffer-size": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "send-buffer-size": (socket.SOL_SOCKET, socket.SO_SNDBUF),
}
HOP_LIMIT = {
    IpAddressFamily.IPV4: (socket.IPPROTO_IP, socket.IP_TTL),
    IpAddressFamily.IPV6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}
INHERITED = ("keep-alive-idle-time", "receive-buffer-size", "send-buffer-size", "hop-limit")
"""What a new connection has from its listener on Linux only, and by the specification."""
_SIZES = ("receive-buffer-size", "send-buffer-size")
_DOUBLES = sys.platform == "linux"
"""Whether the system reports twice the buffer that was asked for (socket(7), SO_RCVBUF)."""


class Socket(socket.socket):
    """Python's, but closed without a warning if it is forgotten: guests forget, and leave closing to us."""

    __slots__ = ()
    __del__ = socket.SocketType.close


class Endpoint:
    """``sock`` is open as long as somebody has this object, but for ``close``. Methods raise ``Err(error-code)``."""

    __slots__ = ("_owned", "_session", "_writing", "family", "sock")

    def __init__(self, session: Session, family: IpAddressFamily, sock: Socket) -> None:
        self._session, self.family, self.sock = session, family, sock
        with REPORTED:
            self._owned = Owned(session, sock.fileno(), partial(socket.SocketType.close, sock))
            sock.setblocking(False)
            if sys.platform == "darwin":
                sock.setsockopt(socket.SOL_SOCKET, _SO_NOSIGPIPE, 1)
        self._writing = select.poll()
        self._writing.register(sock, select.POLLOUT)

    @property
    def fd(self) -> int:
        """-1 once it is closed."""
        return self._owned.fd

    def is_writable(self) -> bool:
        """Whether something can be sent now, or fails at once."""
        return bool(self._writing.poll(0))

    def close(self) -> None:
        self._owned.close()

    # ---- addresses ----

    def bind(self, address: IpSocketAddress) -> None:
        with Reported(BIND):
            self.sock.bind(to_system(address))

    def local_address(self) -> IpSocketAddress:
        with REPORTED:
            return from_system(self.sock.getsockname())

    # ---- connections ----

    def reuse_address(self) -> None:
        """``bind`` does not mind connections of before that the system still remembers (TIME_WAIT)."""
        with REPORTED:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def connect(self, address: IpSocketAddress) -> None:
        """Begins to connect."""
        error = self.sock.connect_ex(to_system(address))
        if error not in (0, EINPROGRESS, EINTR):
            raise Err(code_of(error, CONNECT))

    def is_connected(self) -> bool:
        """Whether what ``connect`` began is done. Raises what became of it."""
        if not self.is_writable():
            return False
        error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise Err(code_of(error, CONNECT))
        return True

    def listen(self, backlog: int) -> None:
        with REPORTED:
            self.sock.listen(backlog)

    def accept(self) -> tuple[Endpoint, IpSocketAddress]:
        """The next connection and who made it."""
        session = self._session
        if len(session.descriptors) >= session.limits.descriptors:
            raise Err(ErrorCode.NEW_SOCKET_LIMIT)  # before the connection leaves the queue
        with Reported(ACCEPT):
            sock, remote = self.sock.accept()
        accepted = Endpoint(session, self.family, Socket(sock.family, sock.type, sock.proto, sock.detach()))
        if sys.platform != "linux":
            inherit(self, accepted)
        return accepted, from_system(remote)

    # ---- datagrams ----

    def associate(self, address: IpSocketAddress) -> None:
        """Datagrams go to and come from ``address`` alone."""
        with Reported(DATAGRAM):
            self.sock.connect(to_system(address))

    def dissociate(self, bound: IpSocketAddress) -> None:
        """Undoes ``associate`` of a socket that was bound to ``bound``.

        Linux gives a port away that it has chosen itself (``bind`` to port 0); it is taken again.
        """
        with Reported(DATAGRAM):
            forget_peer(self.sock.fileno())
            if self.sock.getsockname()[1] == 0:
                self.sock.bind(to_system(bound))

    # ---- options ----

    def get(self, option: str) -> int:
        with REPORTED:
            value = self.sock.getsockopt(*self._where(option))
        return value // 2 if _DOUBLES and option in _SIZES else value

    def set(self, option: str, value: int) -> None:
        try:
            self.sock.setsockopt(*self._where(option), value)
        except OSError as error:
            if error.errno != ENOBUFS or option not in _SIZES:  # to BSD a size is an order; here it is a wish
                raise Err(code_of(error.errno)) from None

    def _where(self, option: str) -> tuple[int, int]:
        return HOP_LIMIT[self.family] if option == "hop-limit" else OPTIONS[option]


def create(session: Session, family: IpAddressFamily, kind: socket.SocketKind) -> Endpoint:
    """A new socket. Raises ``Err``: not-supported for a family that the machine does not have, new-socket-limit."""
    with REPORTED:
        endpoint = Endpoint(session, family, Socket(FAMILIES[family], kind))
        if family is IpAddressFamily.IPV6:
            endpoint.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return endpoint


def create_stream(session: Session, family: IpAddressFamily) -> Endpoint:
    return create(session, family, socket.SOCK_STREAM)


def create_datagram(session: Session, family: IpAddressFamily) -> Endpoint:
    return create(session, family, socket.SOCK_DGRAM)


def inherit(listener: Endpoint, accepted: Endpoint) -> None:
    for option in INHERITED:
        accepted.set(option, listener.get(option))


def forget_peer(fd: int) -> None:
    """``connect`` to no address at all, which Python has no words for. Raises ``OSError``."""
    import os
    from ctypes import CDLL, create_string_buffer, get_errno
    from errno import EAFNOSUPPORT

    unspecified = create_string_buffer(16)  # a `sockaddr` of AF_UNSPEC, which is 0 everywhere
    done = CDLL(None, use_errno=True).connect(fd, unspecified, 16) == 0
    if not done and not (sys.platform == "darwin" and get_errno() in (EAFNOSUPPORT, EINVAL)):  # which is success there
        raise OSError(get_errno(), os.strerror(get_errno()))
