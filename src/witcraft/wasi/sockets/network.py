"""What of the network is granted to a guest. Nothing is, unless it stands here."""

from __future__ import annotations

from ...runtime import ConfigError
from .names import ascii_name
from .patterns import Pattern, local, remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    Items: TypeAlias = str | int | Iterable[str | int]


class Network:
    """The network as a guest may use it; one item may stand alone, more in any iterable.

    - ``tcp``: what TCP sockets may connect to: ``"example.com:443"``, ``"example.com"`` (any port), ``":443"`` (any
      host), ``"*"``, ``"192.0.2.1:80"``, ``"10.0.0.0/8:443"``, ``"[::1]:80"``, ``"[fd00::/8]:443"``.
    - ``listen``: where TCP sockets may listen: ``8080``, ``"127.0.0.1:8080"``, ``"localhost:0"``, ``"[::1]:8080"``,
      ``"127.0.0.1"`` (any port); port 0 is one that the system chooses. Whoever connects there may.
    - ``udp``: with whom datagrams may be exchanged, written as ``tcp`` is. Those of others are dropped.
    - ``udp_listen``: where UDP sockets may be bound to receive from everybody, and to answer; written as ``listen``.
    - ``lookup``: names that may be looked up besides the names in ``tcp`` and ``udp``; ``"*"`` for all.

    A name in ``tcp`` and ``udp`` allows the addresses that a lookup of that name gave to this very instance, and no
    others: the guest has to look it up, and nothing is looked up before. It trusts whoever answers for that name.
    ``localhost`` also means 127.0.0.1 and ::1 at once. Where an item allows all hosts, all names may be looked up.

    Raises ``ConfigError`` for an item that makes no sense.
    """

    __slots__ = ("_given", "listen", "names", "tcp", "udp", "udp_listen")

    tcp: tuple[Pattern, ...]
    listen: tuple[Pattern, ...]
    udp: tuple[Pattern, ...]
    udp_listen: tuple[Pattern, ...]
    names: frozenset[str] | None
    """What may be looked up, None for everything."""

    def __init__(
        self,
        *,
        tcp: Items = (),
        listen: Items = (),
        udp: Items = (),
        udp_listen: Items = (),
        lookup: str | Iterable[str] = (),
    ) -> None:
        given = {"tcp": tcp, "listen": listen, "udp": udp, "udp_listen": udp_listen, "lookup": lookup}
        self._given = {title: items(title, value) for title, value in given.items()}
        self.tcp, self.udp = self._patterns("tcp", remote), self._patterns("udp", remote)
        self.listen, self.udp_listen = self._patterns("listen", local), self._patterns("udp_listen", local)
        self.names = self._names()

    def _patterns(self, title: str, read: Callable[[str, object], Pattern]) -> tuple[Pattern, ...]:
        return tuple([read(title, item) for item in self._given[title]])

    def _names(self) -> frozenset[str] | None:
        lookup = [item if item == "*" else name("lookup", item) for item in self._given["lookup"]]
        hosts = [pattern.host for pattern in self.remotes]
        if "*" in lookup or None in hosts:
            return None
        return frozenset(lookup).union(host for host in hosts if isinstance(host, str))

    @property
    def remotes(self) -> tuple[Pattern, ...]:
        return self.tcp + self.udp

    def __bool__(self) -> bool:
        """Whether anything is granted at all."""
        return bool(self.tcp or self.listen or self.udp or self.udp_listen or self.names is None or self.names)

    def __repr__(self) -> str:
        return f"Network({', '.join(f'{title}={given!r}' for title, given in self._given.items() if given)})"


def items(title: str, given: object) -> list[object]:
    if isinstance(given, str | int):
        return [given]
    try:
        return list(given)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        raise ConfigError(f"{title}: expected a text or several, got {given!r}") from None


def name(title: str, item: object) -> str:
    if not isinstance(item, str):
        raise ConfigError(f"{title}: expected a host name, got {item!r}")
    try:
        return ascii_name(item)
    except ValueError as flaw:
        raise ConfigError(f"{title}: {flaw}") from None
