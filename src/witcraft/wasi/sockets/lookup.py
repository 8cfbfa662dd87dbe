"""``wasi:sockets/ip-name-lookup``: host names to addresses."""

from __future__ import annotations

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode
from ..io.poll import ALWAYS, Pollable
from .addresses import from_packed, packed
from .names import ascii_name
from .patterns import LOCALHOST, LOOPBACK
from .resolver import Answer, Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.sockets_network import IpAddress
    from ..io.poll import Awaits
    from ..io.session import Session
    from .access import Access


class AddressStream:
    """Resource ``resolve-address-stream``."""

    __slots__ = ("_access", "_answer", "_next", "_session")

    def __init__(self, session: Session, access: Access, answer: Answer) -> None:
        self._session, self._access, self._answer = session, access, answer
        self._next = 0

    def resolve_next_address(self) -> IpAddress | None:
        answer = self._answer
        if not answer.done.is_set():
            raise Err(ErrorCode.WOULD_BLOCK)
        if answer.error is not None:
            raise Err(answer.error)
        if self._next >= len(answer.addresses):
            return None
        address = from_packed(answer.addresses[self._next])
        self._next += 1
        self._access.learn(answer.name, address)
        return address

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)

    def _awaits(self) -> Awaits:
        return ALWAYS if self._answer.done.is_set() else self._answer.done

    def __exit__(self, *_: object) -> None:
        self._answer.is_wanted = False


class IpNameLookup:
    """``wasi:sockets/ip-name-lookup``."""

    __slots__ = ("_access", "_resolver", "_session")

    ResolveAddressStream = AddressStream

    def __init__(self, session: Session, access: Access) -> None:
        self._session, self._access = session, access
        self._resolver = Resolver(session.poller)

    def resolve_addresses(self, network: object, name: str, /) -> AddressStream:
        """An address itself, and ``localhost``, need no lookup; a lookup goes on in another thread."""
        if self._access.nothing:
            raise Err(ErrorCode.ACCESS_DENIED)
        literal = address_in(name)
        answer = self._known(name, [literal]) if literal is not None else self._asked(name)
        return AddressStream(self._session, self._access, answer)

    def _asked(self, text: str) -> Answer:
        try:
            name = ascii_name(text)
        except ValueError:
            raise Err(ErrorCode.INVALID_ARGUMENT) from None
        if name == LOCALHOST:
            return self._known(name, [packed(address) for address in LOOPBACK])
        if not self._access.lookup(name):
            raise Err(ErrorCode.ACCESS_DENIED)
        return self._resolver.ask(name)

    def _known(self, name: str, addresses: list[bytes]) -> Answer:
        answer = Answer(name, self._session.poller.event())
        answer.give(addresses)
        return answer


def address_in(text: str) -> bytes | None:
    """The address that ``text`` is, an IPv6 address in brackets too; None if it is none."""
    if "%" in text:
        return None
    bare = text[1:-1] if text[:1] == "[" and text[-1:] == "]" and ":" in text else text
    try:
        return packed(bare)
    except (OSError, ValueError):
        return None
