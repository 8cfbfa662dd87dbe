"""With whom a UDP socket exchanges datagrams."""

from __future__ import annotations

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.sockets_network import IpSocketAddress
    from .access import Access

MOST_ANSWERED = 1024


class Answers:
    """Who has sent something to a socket that may be sent to by everybody: those may be answered, the last ones."""

    __slots__ = ("_senders",)

    def __init__(self) -> None:
        self._senders: dict[IpSocketAddress, None] = {}

    def add(self, sender: IpSocketAddress) -> None:
        self._senders.pop(sender, None)
        self._senders[sender] = None
        if len(self._senders) > MOST_ANSWERED:
            del self._senders[next(iter(self._senders))]

    def __contains__(self, address: IpSocketAddress) -> bool:
        return address in self._senders


class Association:
    """What a pair of streams has in common: ``remote``, or None for everybody, and what is granted.

    ``is_over`` once ``stream`` was called again. ``answers``: None where only granted peers may be heard.
    """

    __slots__ = ("_access", "_answers", "is_over", "remote")

    def __init__(self, access: Access, answers: Answers | None, remote: IpSocketAddress | None) -> None:
        self._access, self._answers, self.remote = access, answers, remote
        self.is_over = False

    def check(self) -> None:
        if self.is_over:
            raise Err(ErrorCode.INVALID_STATE)

    def may_send(self, target: IpSocketAddress) -> bool:
        return (self._answers is not None and target in self._answers) or self._access.udp_peer(target)

    def may_receive(self, sender: IpSocketAddress) -> bool:
        return self._answers is not None or self._access.udp_peer(sender)

    def takes(self, sender: IpSocketAddress) -> bool:
        """Whether a datagram of ``sender`` is for the guest.

        The system keeps others away only from the time when it knows the peer: some may have come before.
        """
        if (self.remote is not None and not is_same(sender, self.remote)) or not self.may_receive(sender):
            return False
        if self._answers is not None:
            self._answers.add(sender)
        return True


def is_same(sender: IpSocketAddress, remote: IpSocketAddress) -> bool:
    """The flow label of a datagram says nothing about who sent it; a zone, if any was asked for, does."""
    one, other = sender.value, remote.value
    zone = getattr(other, "scope_id", 0)
    return (one.address, one.port) == (other.address, other.port) and zone in (0, getattr(one, "scope_id", 0))
