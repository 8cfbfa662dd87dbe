"""One item of what is granted: a host or a block of addresses, and a port.

Written ``host:port``, ``host``, ``:port`` or ``*``; a host is a name, an IP address or a block of them in CIDR notation
(``10.0.0.0/8``), one of IPv6 in brackets where a port follows (``[fd00::/8]:443``).
"""

from __future__ import annotations

from ...runtime import ConfigError, dataclass
from .names import ascii_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
    from typing import TypeAlias

    Ip: TypeAlias = IPv4Address | IPv6Address
    Block: TypeAlias = IPv4Network | IPv6Network

LOCALHOST = "localhost"
LOOPBACK = ("127.0.0.1", "::1")
"""What that name stands for without a lookup (RFC 6761, 6.3)."""
_MAPPED_BITS = 96
"""``::ffff:0:0/96``: the IPv6 notation of IPv4 addresses (RFC 4291, 2.5.5.2)."""


@dataclass(slots=True, unsafe_hash=True)
class Pattern:
    """``host``: a name, a block of addresses, or None for all; ``port``: None for all."""

    host: str | Block | None
    port: int | None

    def covers(self, ip: Ip, port: int, known: Container[tuple[str, Ip]]) -> bool:
        """Whether ``ip`` at ``port`` is meant. ``known`` has the addresses of names: (name, address)."""
        if self.port not in (None, port):
            return False
        if isinstance(self.host, str):
            return (self.host, ip) in known or (self.host == LOCALHOST and str(ip) in LOOPBACK)
        return self.host is None or ip in self.host


# ---- reading -----------------------------------------------------------------------------------------------------


def remote(title: str, item: object) -> Pattern:
    """An end to connect or to send to. Raises ``ConfigError``, which begins with ``title``."""
    if isinstance(item, str) and item.isdecimal():
        raise ConfigError(f"{title}: {item!r} is a port alone; write ':{item}' for that port of every host")
    host, port = parts(title, item)
    if port == 0:
        raise ConfigError(f"{title}: {item!r}: nothing can be reached at port 0")
    return Pattern(host, port)


def local(title: str, item: object) -> Pattern:
    """An end to listen at, a port alone too: 8080, ``"8080"``. All addresses (``0.0.0.0``) include each of them."""
    if (isinstance(item, int) and not isinstance(item, bool)) or (isinstance(item, str) and item.isdecimal()):
        item = f":{item}"
    host, port = parts(title, item)
    if isinstance(host, str) and host != LOCALHOST:
        raise ConfigError(f"{title}: {item!r}: to listen takes an IP address of this machine, or localhost")
    return Pattern(everything(host) if host is not None and not isinstance(host, str) else host, port)


def everything(host: Block) -> Block:
    """All addresses of the family for the unspecified one, else ``host``."""
    unspecified = host.num_addresses == 1 and host.network_address.is_unspecified
    return host.supernet(new_prefix=0) if unspecified else host


def parts(title: str, item: object) -> tuple[str | Block | None, int | None]:
    if not isinstance(item, str):
        raise ConfigError(f"{title}: expected 'host:port', got {item!r}")
    try:
        host, port = split(item)
        return read_host(host), read_port(port)
    except ValueError as flaw:
        raise ConfigError(f"{title}: {item!r}: {flaw}") from None


def split(text: str) -> tuple[str, str]:
    """(host, port); either may be ``*``, which is also what is left out."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not host or rest[:1] not in ("", ":"):
            raise ValueError("expected '[address]' or '[address]:port'")
        return host, read_rest(rest)
    if text.count(":") > 1:
        return text, "*"
    host, colon, port = text.partition(":")
    if not text or (colon and not port):
        raise ValueError("expected 'host:port', 'host', ':port' or '*'")
    return host or "*", port or "*"


def read_rest(rest: str) -> str:
    if rest == ":":
        raise ValueError("the port is missing")
    return rest[1:] or "*"


def read_port(text: str) -> int | None:
    if text == "*":
        return None
    if not (text.isascii() and text.isdecimal() and int(text) < 1 << 16):
        raise ValueError(f"{text!r} is no port")
    return int(text)


def read_host(text: str) -> str | Block | None:
    if text == "*":
        return None
    if ":" in text or "/" in text:
        return read_block(text)
    try:
        return read_block(text)
    except ValueError:
        return ascii_name(text)


def read_block(text: str) -> Block:
    from ipaddress import IPv4Network, ip_network

    if "%" in text:
        raise ValueError("an address is granted in all its zones: leave out what follows '%'")
    try:
        block = ip_network(text)
    except ValueError as flaw:
        hint = " (an IPv6 address before a port stands in brackets)" if text.count(":") > 1 else ""
        raise ValueError(f"{flaw}{hint}") from None
    if block.version == 6 and block.prefixlen >= _MAPPED_BITS and block.network_address.ipv4_mapped is not None:
        return IPv4Network((block.network_address.ipv4_mapped, block.prefixlen - _MAPPED_BITS))
    return block
