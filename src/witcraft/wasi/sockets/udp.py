"""``wasi:sockets/udp``: UDP sockets, and the two streams of datagrams that each has at a time."""

from __future__ import annotations

from enum import Enum

from ...runtime import Err, Trap
from ..interfaces.sockets_network import ErrorCode
from ..interfaces.sockets_udp import IncomingDatagram
from ..io.poll import ALWAYS, READ, WRITE, Descriptor, Pollable
from .addresses import fits, from_system, is_remote, to_system
from .association import Answers, Association
from .errors import DATAGRAM, code_of
from .options import Options, positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..interfaces.sockets_network import IpAddressFamily, IpSocketAddress
    from ..interfaces.sockets_udp import OutgoingDatagram
    from ..io.poll import Awaits
    from ..io.session import Session
    from .access import Access
    from .endpoint import Endpoint

LARGEST = 65535
"""Bytes of a datagram: the length field of UDP has 16 bits (RFC 768). So nothing is ever cut off."""
MOST_DATAGRAMS = 16
"""That one call receives or sends."""
MOST_SEEN = 64
"""Datagrams that one ``receive`` looks at, those from others included, which it drops."""


class State(Enum):
    UNBOUND = 0
    BIND_IN_PROGRESS = 1
    BOUND = 2


class UdpSocket(Options):
    """Resource ``udp-socket``."""

    __slots__ = ("_access", "_answers", "_association", "_endpoint", "_session", "_state")

    def __init__(self, session: Session, access: Access, endpoint: Endpoint) -> None:
        self._session, self._access, self._endpoint = session, access, endpoint
        self._state = State.UNBOUND
        self._answers: Answers | None = None
        self._association: Association | None = None

    def start_bind(self, network: object, local_address: IpSocketAddress, /) -> None:
        if self._state is State.BIND_IN_PROGRESS:
            raise Err(ErrorCode.CONCURRENCY_CONFLICT)
        if self._state is State.BOUND:
            raise Err(ErrorCode.INVALID_STATE)
        if not fits(local_address, self._endpoint.family):
            raise Err(ErrorCode.INVALID_ARGUMENT)
        if not self._access.udp_bind(local_address):
            raise Err(ErrorCode.ACCESS_DENIED)
        self._endpoint.bind(local_address)
        self._answers = Answers() if self._access.udp_listen(local_address) else None
        self._state = State.BIND_IN_PROGRESS

    def finish_bind(self) -> None:
        if self._state is not State.BIND_IN_PROGRESS:
            raise Err(ErrorCode.NOT_IN_PROGRESS)
        self._state = State.BOUND

    def stream(
        self, remote_address: IpSocketAddress | None, /
    ) -> tuple[IncomingDatagramStream, OutgoingDatagramStream]:
        """The pair of before, if any, is of no use from now on: its functions answer ``invalid-state``."""
        if self._state is not State.BOUND:
            raise Err(ErrorCode.INVALID_STATE)
        made = Association(self._access, self._answers, remote_address)
        if remote_address is not None:
            if not fits(remote_address, self._endpoint.family) or not is_remote(remote_address):
                raise Err(ErrorCode.INVALID_ARGUMENT)
            if not made.may_receive(remote_address):
                raise Err(ErrorCode.ACCESS_DENIED)
        self._associate(made)
        return (
            IncomingDatagramStream(self._session, self._endpoint, made),
            OutgoingDatagramStream(self._session, self._endpoint, made),
        )

    def _associate(self, made: Association) -> None:
        bound, old = self.local_address(), self._association
        if old is not None:
            old.is_over = True
            self._association = None
            if old.remote is not None:
                self._endpoint.dissociate(bound)
        if made.remote is not None:
            self._endpoint.associate(made.remote)
        self._association = made

    def local_address(self) -> IpSocketAddress:
        if self._state is not State.BOUND:
            raise Err(ErrorCode.INVALID_STATE)
        return self._endpoint.local_address()

    def remote_address(self) -> IpSocketAddress:
        if self._association is None or self._association.remote is None:
            raise Err(ErrorCode.INVALID_STATE)
        return self._association.remote

    def address_family(self) -> IpAddressFamily:
        return self._endpoint.family

    def unicast_hop_limit(self) -> int:
        return self._endpoint.get("hop-limit")

    def set_unicast_hop_limit(self, value: int, /) -> None:
        self._endpoint.set("hop-limit", positive(value))

    def subscribe(self) -> Pollable:
        """Nothing that a socket does itself makes one wait."""
        return Pollable(self._session.poller, always)


def always() -> Awaits:
    return ALWAYS


class IncomingDatagramStream:
    """Resource ``incoming-datagram-stream``."""

    __slots__ = ("_association", "_endpoint", "_error", "_session")

    def __init__(self, session: Session, endpoint: Endpoint, association: Association) -> None:
        self._session, self._endpoint, self._association = session, endpoint, association
        self._error: ErrorCode | None = None

    def receive(self, max_results: int, /) -> Sequence[IncomingDatagram]:
        self._association.check()
        most = min(max_results, MOST_DATAGRAMS)
        found = self._received(most)
        if most and not found and self._error is not None:
            error, self._error = self._error, None
            raise Err(error)
        return found

    def _received(self, most: int) -> list[IncomingDatagram]:
        """Up to ``most`` datagrams, without those that are for nobody here."""
        found: list[IncomingDatagram] = []
        room = self._session.limits.buffer
        for _ in range(MOST_SEEN):
            if len(found) == most or room <= 0:
                break
            datagram = self._receive_one()
            if datagram is None:
                break
            if self._association.takes(datagram.remote_address):
                found.append(datagram)
                room -= len(datagram.data)
        return found

    def _receive_one(self) -> IncomingDatagram | None:
        """None if there is none, or ``_error``: it is told when all that came before is given."""
        try:
            data, sender = self._endpoint.sock.recvfrom(LARGEST)
        except BlockingIOError:
            return None
        except OSError as error:
            self._error = code_of(error.errno, DATAGRAM)
            return None
        return IncomingDatagram(data, from_system(sender))

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)

    def _awaits(self) -> Awaits:
        if self._association.is_over or self._error is not None:
            return ALWAYS
        return Descriptor(self._endpoint.fd, READ)


class OutgoingDatagramStream:
    """Resource ``outgoing-datagram-stream``."""

    __slots__ = ("_association", "_endpoint", "_permitted", "_session")

    def __init__(self, session: Session, endpoint: Endpoint, association: Association) -> None:
        self._session, self._endpoint, self._association = session, endpoint, association
        self._permitted = 0

    def check_send(self) -> int:
        self._association.check()
        self._permitted = MOST_DATAGRAMS if self._endpoint.is_writable() else 0
        return self._permitted

    def send(self, datagrams: list[OutgoingDatagram], /) -> int:
        if not datagrams:
            return 0
        if len(datagrams) > self._permitted:
            raise Trap(f"wasi:sockets/udp send: {len(datagrams)} datagrams, but {self._permitted} are permitted")
        self._permitted = 0
        self._association.check()
        for sent, datagram in enumerate(datagrams):
            try:
                self._send_one(datagram)
            except BlockingIOError:
                return sent
            except Err:
                if sent:
                    return sent
                raise
        return len(datagrams)

    def _send_one(self, datagram: OutgoingDatagram) -> None:
        """Raises ``BlockingIOError`` if it cannot be sent now."""
        target = self._target(datagram.remote_address)
        if len(datagram.data) > LARGEST:
            raise Err(ErrorCode.DATAGRAM_TOO_LARGE)
        if not self._association.may_send(target):
            raise Err(ErrorCode.ACCESS_DENIED)
        try:
            if self._association.remote is None:
                self._endpoint.sock.sendto(datagram.data, to_system(target))
            else:
                self._endpoint.sock.send(datagram.data)
        except BlockingIOError:
            raise
        except OSError as error:
            raise Err(code_of(error.errno, DATAGRAM)) from None

    def _target(self, address: IpSocketAddress | None) -> IpSocketAddress:
        """Where it goes: to the peer of ``stream``, which ``address`` may repeat, else to ``address``."""
        remote = self._association.remote
        if address is None:
            address = remote
        if address is None or not fits(address, self._endpoint.family) or not is_remote(address):
            raise Err(ErrorCode.INVALID_ARGUMENT)
        if remote is not None and address != remote:
            raise Err(ErrorCode.INVALID_ARGUMENT)
        return address

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)

    def _awaits(self) -> Awaits:
        return ALWAYS if self._association.is_over else Descriptor(self._endpoint.fd, WRITE)


class Udp:
    """``wasi:sockets/udp``."""

    UdpSocket = UdpSocket
    IncomingDatagramStream = IncomingDatagramStream
    OutgoingDatagramStream = OutgoingDatagramStream


class UdpCreateSocket:
    """``wasi:sockets/udp-create-socket``. Sockets may be made without any grant: they are of no use without."""

    __slots__ = ("_access", "_session")

    def __init__(self, session: Session, access: Access) -> None:
        self._session, self._access = session, access

    def create_udp_socket(self, address_family: IpAddressFamily, /) -> UdpSocket:
        from .endpoint import create_datagram

        return UdpSocket(self._session, self._access, create_datagram(self._session, address_family))
