"""What `Network` grants: items and their errors, and what a guest may do with each."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.support.sockets import ALL, FAMILIES, IPV6, LOOPBACK, Guest, at, code, free_port
from witcraft.runtime import ConfigError
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddress_Ipv4, IpAddress_Ipv6, IpAddressFamily
from witcraft.wasi.sockets import Network
from witcraft.wasi.sockets.access import MOST_KNOWN, Access

DENIED = ErrorCode.ACCESS_DENIED


# ---- items -----------------------------------------------------------------------------------------------------------

TARGETS = [
    ("192.0.2.1", "192.0.2.1", 80, True),
    ("192.0.2.1", "192.0.2.2", 80, False),
    ("192.0.2.1:80", "192.0.2.1", 80, True),
    ("192.0.2.1:80", "192.0.2.1", 81, False),
    ("192.0.2.1:*", "192.0.2.1", 81, True),
    (":443", "198.51.100.7", 443, True),
    (":443", "198.51.100.7", 80, False),
    ("*:443", "2001:db8::1", 443, True),
    ("*", "2001:db8::1", 1, True),
    ("10.0.0.0/8", "10.255.0.1", 1, True),
    ("10.0.0.0/8", "11.0.0.1", 1, False),
    ("10.0.0.0/8:443", "10.0.0.1", 443, True),
    ("10.0.0.0/8:443", "10.0.0.1", 444, False),
    ("0.0.0.0/0", "203.0.113.9", 5, True),
    ("0.0.0.0/0", "2001:db8::1", 5, False),
    ("::/0", "2001:db8::1", 5, True),
    ("::/0", "203.0.113.9", 5, False),
    ("::1", "::1", 5, True),
    ("[::1]", "::1", 5, True),
    ("[::1]:80", "::1", 80, True),
    ("[::1]:80", "::1", 81, False),
    ("[fd00::/8]:443", "fd12::1", 443, True),
    ("fd00::/8", "fe12::1", 443, False),
    ("::ffff:192.0.2.1", "192.0.2.1", 80, True),
    ("[::ffff:192.0.2.0/120]:80", "192.0.2.77", 80, True),
    ("[::ffff:192.0.2.0/120]:80", "192.0.3.77", 80, False),
    ("localhost:80", "127.0.0.1", 80, True),
    ("localhost:80", "::1", 80, True),
    ("LocalHost.:80", "127.0.0.1", 80, True),
    ("localhost:80", "127.0.0.2", 80, False),
    ("example.com:80", "127.0.0.1", 80, False),
]


@pytest.mark.parametrize(("item", "host", "port", "granted"), TARGETS)
def test_what_an_item_means(item: str, host: str, port: int, granted: bool):
    access = Access(Network(tcp=item, udp="192.0.2.200"))
    assert access.tcp_connect(at(host, port)) is granted
    assert not access.udp_peer(at(host, port))
    access = Access(Network(udp=["192.0.2.200", item]))
    assert access.udp_peer(at(host, port)) is granted
    assert not access.tcp_connect(at(host, port))


PLACES = [
    (8080, "127.0.0.1", 8080, True),
    (8080, "::", 8080, True),
    (8080, "127.0.0.1", 8081, False),
    (8080, "127.0.0.1", 0, False),
    ("8080", "0.0.0.0", 8080, True),
    (":8080", "0.0.0.0", 8080, True),
    ("127.0.0.1:8080", "127.0.0.1", 8080, True),
    ("127.0.0.1:8080", "0.0.0.0", 8080, False),
    ("127.0.0.1:8080", "::1", 8080, False),
    ("127.0.0.1", "127.0.0.1", 0, True),
    ("127.0.0.1", "127.0.0.1", 65535, True),
    ("localhost:0", "127.0.0.1", 0, True),
    ("localhost:0", "::1", 0, True),
    ("localhost:0", "0.0.0.0", 0, False),
    ("localhost:0", "127.0.0.1", 99, False),
    ("0.0.0.0:8080", "192.0.2.1", 8080, True),
    ("0.0.0.0:8080", "::1", 8080, False),
    ("[::]:8080", "2001:db8::1", 8080, True),
    ("[::]:8080", "192.0.2.1", 8080, False),
    ("*", "0.0.0.0", 0, True),
    (0, "127.0.0.1", 0, True),
]


@pytest.mark.parametrize(("item", "host", "port", "granted"), PLACES)
def test_where_a_guest_may_listen(item: str | int, host: str, port: int, granted: bool):
    access = Access(Network(listen=item))
    assert access.tcp_listen(at(host, port)) is access.tcp_bind(at(host, port)) is granted
    assert not access.udp_listen(at(host, port))
    access = Access(Network(udp_listen=[item]))
    assert access.udp_listen(at(host, port)) is access.udp_bind(at(host, port)) is granted
    assert not access.tcp_listen(at(host, port))


BAD = [
    ("tcp", "443", "'443' is a port alone; write ':443'"),
    ("tcp", "host:0", "nothing can be reached at port 0"),
    ("tcp", "host:65536", "'65536' is no port"),
    ("tcp", "host:", "expected 'host:port'"),
    ("tcp", "host:http", "'http' is no port"),
    ("tcp", "host:-1", "'-1' is no port"),
    ("tcp", "host:²", "'²' is no port"),
    ("tcp", "", "expected 'host:port'"),
    ("tcp", ":", "expected 'host:port'"),
    ("tcp", "[::1", "expected '[address]'"),
    ("tcp", "[]:80", "expected '[address]'"),
    ("tcp", "[::1]80", "expected '[address]'"),
    ("tcp", "[::1]:", "the port is missing"),
    ("tcp", "::1:99999", "brackets"),
    ("tcp", "fe80::1%eth0", "leave out what follows '%'"),
    ("tcp", "10.0.0.1/8", "has host bits set"),
    ("tcp", "10.0.0.0/33", "10.0.0.0/33"),
    ("tcp", "256.0.0.1:80", "neither a host name nor an IP address"),
    ("tcp", "127.1:80", "neither a host name nor an IP address"),
    ("tcp", "a b:80", "tcp: 'a b:80': 'a b' is no host name"),
    ("tcp", "http://example.com", "http"),
    ("tcp", "*.example.com:80", "is no host name"),
    ("tcp", "a..b", "is no host name"),
    ("tcp", "x" * 64 + ".org", "is no host name"),
    ("tcp", "x." * 200, "tcp: 'x.x.x"),
    ("tcp", "x." * 200, "is too long for a host name"),
    ("tcp", "ü" * 300 + ".de:80", "is too long for a host name"),
    ("tcp", "ü" * 70 + ".de:80", "is no host name"),
    ("tcp", "ü.x" * 80, "is no host name"),
    ("tcp", "ü..de:80", "'ü..de' is no host name"),
    ("tcp", "-x.org", "is no host name"),
    ("tcp", 443, "expected 'host:port', got 443"),
    ("tcp", [b"host:80"], "expected 'host:port', got b'host:80'"),
    ("tcp", None, "expected a text or several, got None"),
    ("udp", "443", "port alone"),
    ("listen", "example.com:80", "takes an IP address of this machine"),
    ("listen", 70000, "'70000' is no port"),
    ("listen", True, "expected 'host:port', got True"),
    ("listen", -1, "is no port"),
    ("udp_listen", "host", "takes an IP address of this machine"),
    ("lookup", "a b", "lookup: 'a b' is no host name"),
    ("lookup", [7], "expected a host name, got 7"),
    ("lookup", "127.0.0.1", "neither a host name nor an IP address"),
]


@pytest.mark.parametrize(("setting", "item", "message"), BAD)
def test_an_item_that_makes_no_sense(setting: str, item: Any, message: str):
    settings: dict[str, Any] = {setting: item}
    with pytest.raises(ConfigError) as caught:
        Network(**settings)
    assert str(caught.value).startswith(f"{setting}: ")
    assert message in str(caught.value)


def test_its_repr_shows_what_was_given():
    assert repr(Network()) == "Network()"
    assert repr(Network(tcp=iter(["*"]), listen=80)) == "Network(tcp=['*'], listen=[80])"


@pytest.mark.parametrize("setting", ["tcp", "listen", "udp", "udp_listen", "lookup"])
def test_nothing_is_granted_unless_something_is(setting: str):
    given: dict[str, Any] = {setting: "localhost"}
    assert Network(**given)
    assert not Network(**{setting: ()})


# ---- names -----------------------------------------------------------------------------------------------------------


def four(*parts: int) -> IpAddress_Ipv4:
    a, b, c, d = parts
    return IpAddress_Ipv4((a, b, c, d))


def test_a_name_allows_the_addresses_that_were_looked_up():
    access = Access(Network(tcp=["example.com:443", "other.org"], udp="example.com:53"))
    assert not access.tcp_connect(at("192.0.2.1", 443))
    access.learn("example.com", four(192, 0, 2, 1))
    assert access.tcp_connect(at("192.0.2.1", 443))
    assert access.udp_peer(at("192.0.2.1", 53))
    assert not access.tcp_connect(at("192.0.2.1", 80))
    assert not access.tcp_connect(at("192.0.2.2", 443))
    access.learn("other.org", IpAddress_Ipv6((0x2001, 0xDB8, 0, 0, 0, 0, 0, 1)))
    assert access.tcp_connect(at("2001:db8::1", 80))


def test_what_one_instance_learned_is_nothing_to_another():
    network = Network(tcp="example.com")
    access = Access(network)
    access.learn("example.com", four(192, 0, 2, 1))
    assert access.tcp_connect(at("192.0.2.1", 1))
    assert not Access(network).tcp_connect(at("192.0.2.1", 1))


def test_only_granted_names_are_remembered_and_not_too_many():
    access = Access(Network(tcp="example.com", lookup="*"))
    access.learn("evil.org", four(127, 0, 0, 1))
    assert not access.tcp_connect(at("127.0.0.1", 1))
    for number in range(MOST_KNOWN + 1):
        access.learn("example.com", four(10, 0, number >> 8, number & 255))
    assert not access.tcp_connect(at("10.0.0.0", 1))
    assert access.tcp_connect(at("10.0.0.1", 1))
    assert access.tcp_connect(at("10.0.4.0", 1))


NAMES: list[tuple[dict[str, Any], str, bool]] = [
    ({"tcp": "example.com:80"}, "example.com", True),
    ({"udp": "example.com:80"}, "example.com", True),
    ({"tcp": "EXAMPLE.com."}, "example.com", True),
    ({"tcp": "münchen.de"}, "xn--mnchen-3ya.de", True),
    ({"tcp": "example.com:80"}, "www.example.com", False),
    ({"tcp": "192.0.2.1"}, "example.com", False),
    ({"tcp": "0.0.0.0/0"}, "example.com", False),
    ({"tcp": "*"}, "example.com", True),
    ({"tcp": ":443"}, "example.com", True),
    ({"listen": "*"}, "example.com", False),
    ({"lookup": "example.com"}, "example.com", True),
    ({"lookup": ["*"]}, "example.com", True),
]


@pytest.mark.parametrize(("given", "name", "granted"), NAMES)
def test_which_names_may_be_looked_up(given: dict[str, Any], name: str, granted: bool):
    assert Access(Network(**given)).lookup(name) is granted


# ---- in use ----------------------------------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("network", [None, Network()])
def test_without_a_grant_sockets_are_made_and_of_no_use(network: Network | None, family: IpAddressFamily):
    guest = Guest(network)
    here, there = at(LOOPBACK[family]), at(LOOPBACK[family], 80)
    tcp, udp = guest.tcp(family), guest.udp(family)
    assert code(tcp.start_bind, guest.network, here) is DENIED
    assert code(tcp.finish_bind) is ErrorCode.NOT_IN_PROGRESS
    assert code(tcp.start_connect, guest.network, there) is DENIED
    assert code(udp.start_bind, guest.network, here) is DENIED
    assert code(udp.stream, there) is ErrorCode.INVALID_STATE
    lookup = guest["ip-name-lookup"].resolve_addresses
    for name in ("localhost", "example.com", "127.0.0.1", "no name"):
        assert code(lookup, guest.network, name) is DENIED


def test_an_argument_that_makes_no_sense_is_told_before_a_denial():
    guest = Guest(None)
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.1", 0)) is ErrorCode.INVALID_ARGUMENT


def test_connecting_is_granted_by_address_and_port():
    with_listener = Guest()
    listener = with_listener.listening()
    port = listener.local_address().value.port
    guest = Guest(Network(tcp=f"127.0.0.1:{port}"))
    guest.connected(at("127.0.0.1", port))
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.2", port)) is DENIED
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.1", port ^ 1)) is DENIED


def test_a_client_may_be_bound_to_a_port_of_the_systems_choice_but_not_listen():
    guest = Guest(Network(tcp="127.0.0.1"))
    sock = guest.bound()
    assert code(sock.start_listen) is DENIED
    assert not sock.is_listening()
    assert code(guest.tcp().start_bind, guest.network, at("127.0.0.1", free_port())) is DENIED


def test_a_server_may_listen_where_it_is_granted_and_not_connect():
    port = free_port()
    guest = Guest(Network(listen=f"127.0.0.1:{port}"))
    sock = guest.bound(port=port)
    sock.start_listen()
    sock.finish_listen()
    assert sock.is_listening()
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.1", port)) is DENIED
    assert code(guest.tcp().start_bind, guest.network, at("127.0.0.1")) is DENIED


def test_a_server_may_be_given_a_port_of_the_systems_choice():
    sock = Guest(Network(listen="localhost:0")).listening()
    assert sock.local_address().value.port


@pytest.mark.parametrize("family", [IPV6])
@pytest.mark.parametrize("embedded", ["::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0.0.0.0"])
def test_an_ipv4_address_in_the_notation_of_ipv6_is_refused_whatever_is_granted(embedded: str, family: IpAddressFamily):
    guest = Guest(ALL)
    tcp, udp = guest.tcp(family), guest.udp(family)
    assert code(tcp.start_bind, guest.network, at(embedded)) is ErrorCode.INVALID_ARGUMENT
    assert code(tcp.start_connect, guest.network, at(embedded, 80)) is ErrorCode.INVALID_ARGUMENT
    assert code(udp.start_bind, guest.network, at(embedded)) is ErrorCode.INVALID_ARGUMENT


def test_the_interfaces_load_neither_sockets_nor_addresses_before_they_are_used():
    script = """
import sys, time
from witcraft.wasi.io.session import Session
from witcraft.wasi.limits import Limits
from witcraft.wasi.sockets import interfaces
made = interfaces(Session(time, Limits()), None)
made["wasi:sockets/tcp"].TcpSocket.start_bind, made["wasi:sockets/udp"].UdpSocket.stream
print([name for name in ("socket", "_socket", "ipaddress", "selectors", "threading", "ctypes") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n", done.stdout
