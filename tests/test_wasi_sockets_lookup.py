"""Name lookup: without waiting, without a trace, and only for names that are granted. The resolver here is the test's."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.sockets import Guest, at, blocking, code, descriptors
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddress_Ipv4
from witcraft.wasi.sockets import Network
from witcraft.wasi.sockets.resolver import MOST_ADDRESSES, MOST_THREADS, MOST_WAITING

INVALID = ErrorCode.INVALID_ARGUMENT
ANY_NAME = Network(lookup="*")


class Resolver:
    """In place of the system's: ``answers`` by name, each once ``gate`` is open."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str] | BaseException] = {}
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def getaddrinfo(self, host: str, port: object, **_: object) -> list[Any]:
        self.asked.append(host)
        self.threads.add(threading.get_ident())
        assert self.gate.wait(5)
        answer = self.answers.get(host, socket.gaierror(socket.EAI_NONAME, "no such name"))
        if isinstance(answer, BaseException):
            raise answer
        return [(0, 0, 0, "", (text, 0, 0, 0) if ":" in text else (text, 0)) for text in answer]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    made = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    yield made
    made.gate.set()
    wait_until(lambda: not lookups())


def lookups() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "witcraft lookup"]


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_all_addresses_in_order(resolver: Resolver):
    resolver.answers["example.com"] = ["2001:db8::1", "192.0.2.1", "192.0.2.1", "::ffff:192.0.2.7", "fe80::1%lo"]
    guest = Guest(ANY_NAME)
    assert guest.resolve("example.com") == ["2001:db8::1", "192.0.2.1", "192.0.2.7", "fe80::1"]
    assert resolver.threads.isdisjoint({threading.get_ident()})


def test_a_lookup_does_not_make_the_guest_wait(resolver: Resolver):
    resolver.answers["example.com"] = ["192.0.2.1"]
    resolver.gate.clear()
    guest = Guest(ANY_NAME)
    stream = guest["ip-name-lookup"].resolve_addresses(guest.network, "example.com")
    pollable = stream.subscribe()
    assert code(stream.resolve_next_address) is ErrorCode.WOULD_BLOCK
    assert not pollable.ready()
    threading.Timer(0.02, resolver.gate.set).start()
    pollable.block()
    assert stream.resolve_next_address() == IpAddress_Ipv4((192, 0, 2, 1))
    assert stream.resolve_next_address() is None
    assert stream.resolve_next_address() is None
    assert pollable.ready()


LITERALS = [
    ("0.0.0.0", "0.0.0.0"),
    ("127.0.0.1", "127.0.0.1"),
    ("192.0.2.0", "192.0.2.0"),
    ("::", "::"),
    ("::1", "::1"),
    ("[::]", "::"),
    ("[::1]", "::1"),
    ("2001:0db8:0:0:0:0:0:0", "2001:db8::"),
    ("DEAD:BEEF::0", "dead:beef::"),
    ("::ffff:192.0.2.1", "192.0.2.1"),
]


@pytest.mark.parametrize(("text", "address"), LITERALS)
def test_an_address_is_its_own_answer(resolver: Resolver, text: str, address: str):
    assert Guest(Network(tcp="192.0.2.1")).resolve(text) == [address]
    assert not resolver.asked


def test_localhost_needs_no_lookup_and_no_grant_of_its_own(resolver: Resolver):
    guest = Guest(Network(tcp="127.0.0.1:80"))
    assert guest.resolve("localhost") == guest.resolve("LOCALHOST.") == ["127.0.0.1", "::1"]
    assert not resolver.asked


NO_NAMES = [
    "", " ", ".", "..", "a..b", "a.b<&>", "127.0.0.1:80", "[::]:80", "[::", "[127.0.0.1]", "http://example.com/", "127.1",
    "0x7f.1", "0x7f000001", "2130706433", "256.1.1.1", "1.2.3.4.5", "fe80::1%lo", "a\0b", "example.com\0", "\0", "-a.com",
    "a-.com", "x" * 64, "x." * 127 + "com", "*", "*.com", "user@host", "ü" * 300, "." * (1 << 20), "x" * (1 << 20), "xn--\udcff"[:4] + " ", "\u2024com", "a。。b",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES, ids=[ascii(name)[:20] for name in NO_NAMES])
def test_what_is_no_name(resolver: Resolver, name: str):
    guest = Guest(ANY_NAME)
    assert code(guest["ip-name-lookup"].resolve_addresses, guest.network, name) is INVALID
    assert not resolver.asked


@pytest.mark.parametrize(("name", "asked"), [
    ("Example.COM", "example.com"),
    ("example.com.", "example.com"),
    ("münchen.de", "xn--mnchen-3ya.de"),
    ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
    ("_service.example.com", "_service.example.com"),
    ("a", "a"),
    ("1a.com", "1a.com"),
])  # fmt: skip
def test_how_a_name_is_asked_for(resolver: Resolver, name: str, asked: str):
    resolver.answers[asked] = ["192.0.2.1"]
    assert Guest(ANY_NAME).resolve(name) == ["192.0.2.1"]
    assert resolver.asked == [asked]


FAILURES = [
    (socket.gaierror(socket.EAI_NONAME, ""), ErrorCode.NAME_UNRESOLVABLE),
    (socket.gaierror(getattr(socket, "EAI_NODATA", socket.EAI_NONAME), ""), ErrorCode.NAME_UNRESOLVABLE),
    (socket.gaierror(socket.EAI_AGAIN, ""), ErrorCode.TEMPORARY_RESOLVER_FAILURE),
    (socket.gaierror(socket.EAI_FAIL, ""), ErrorCode.PERMANENT_RESOLVER_FAILURE),
    (socket.gaierror(socket.EAI_MEMORY, ""), ErrorCode.OUT_OF_MEMORY),
    (socket.gaierror(12345, ""), ErrorCode.UNKNOWN),
    (OSError(12, ""), ErrorCode.OUT_OF_MEMORY),
    (UnicodeError("not in IDNA"), ErrorCode.UNKNOWN),
]


@pytest.mark.parametrize(("error", "expected"), FAILURES, ids=[repr(error) for error, _ in FAILURES])
def test_why_there_is_no_answer(resolver: Resolver, error: BaseException, expected: ErrorCode):
    resolver.answers["example.com"] = error
    guest = Guest(ANY_NAME)
    stream = guest["ip-name-lookup"].resolve_addresses(guest.network, "example.com")
    assert code(blocking, stream, stream.resolve_next_address) is expected
    assert code(stream.resolve_next_address) is expected


def test_only_granted_names_are_asked_for(resolver: Resolver):
    resolver.answers["example.com"] = ["192.0.2.1"]
    guest = Guest(Network(tcp="example.com:443", lookup="other.org"))
    lookup = guest["ip-name-lookup"].resolve_addresses
    assert code(lookup, guest.network, "evil.org") is ErrorCode.ACCESS_DENIED
    assert code(lookup, guest.network, "www.example.com") is ErrorCode.ACCESS_DENIED
    assert guest.resolve("example.com") == ["192.0.2.1"]
    assert code(guest.resolve, "other.org") is ErrorCode.NAME_UNRESOLVABLE
    assert resolver.asked == ["example.com", "other.org"]


def test_a_connection_by_name(resolver: Resolver):
    server = Guest()
    listener = server.listening()
    port = listener.local_address().value.port
    resolver.answers["service.example"] = ["127.0.0.1"]
    guest = Guest(Network(tcp=f"service.example:{port}"))
    target = at("127.0.0.1", port)
    assert code(guest.tcp().start_connect, guest.network, target) is ErrorCode.ACCESS_DENIED
    assert guest.resolve("service.example") == ["127.0.0.1"]
    guest.connected(target)
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.1", port ^ 1)) is ErrorCode.ACCESS_DENIED


def test_an_answer_that_the_guest_did_not_read_allows_nothing(resolver: Resolver):
    resolver.answers["service.example"] = ["192.0.2.1", "127.0.0.1"]
    guest = Guest(Network(tcp="service.example"))
    stream = guest["ip-name-lookup"].resolve_addresses(guest.network, "service.example")
    blocking(stream, stream.resolve_next_address)
    assert code(guest.tcp().start_connect, guest.network, at("127.0.0.1", 1)) is ErrorCode.ACCESS_DENIED


def test_few_threads_and_few_that_wait(resolver: Resolver):
    resolver.gate.clear()
    guest = Guest(ANY_NAME)
    lookup = guest["ip-name-lookup"].resolve_addresses
    streams = [lookup(guest.network, f"n{number}") for number in range(MOST_THREADS)]
    wait_until(lambda: len(resolver.asked) == MOST_THREADS)
    streams += [lookup(guest.network, f"w{number}") for number in range(MOST_WAITING)]
    assert len(lookups()) == MOST_THREADS
    assert code(lookup, guest.network, "more") is ErrorCode.TEMPORARY_RESOLVER_FAILURE
    streams.pop().__exit__(None, None, None)  # nobody waits for this one any more
    streams.append(lookup(guest.network, "more"))
    resolver.gate.set()
    for stream in streams:
        assert code(blocking, stream, stream.resolve_next_address) is ErrorCode.NAME_UNRESOLVABLE
    wait_until(lambda: not lookups())
    assert f"w{MOST_WAITING - 1}" not in resolver.asked


def test_not_more_addresses_than_anybody_needs(resolver: Resolver):
    resolver.answers["many"] = [f"10.0.{number >> 8}.{number & 255}" for number in range(1000)]
    assert len(Guest(ANY_NAME).resolve("many")) == MOST_ADDRESSES


def test_no_thread_and_no_descriptor_is_left(resolver: Resolver):
    resolver.answers["example.com"] = ["192.0.2.1"]
    before = descriptors()
    for _ in range(20):
        Guest(ANY_NAME).resolve("example.com")
    wait_until(lambda: not lookups())
    assert descriptors() == before


def test_an_instance_that_ends_during_a_lookup(resolver: Resolver):
    resolver.gate.clear()
    before = descriptors()
    guest = Guest(ANY_NAME)
    stream = guest["ip-name-lookup"].resolve_addresses(guest.network, "example.com")
    assert not stream.subscribe().ready()
    del guest, stream
    resolver.gate.set()
    wait_until(lambda: not lookups())
    assert descriptors() == before


def test_a_system_without_threads(resolver: Resolver, monkeypatch: pytest.MonkeyPatch):
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    guest = Guest(ANY_NAME)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        lookup = guest["ip-name-lookup"].resolve_addresses
        assert code(lookup, guest.network, "a") is ErrorCode.TEMPORARY_RESOLVER_FAILURE
    assert code(guest.resolve, "a") is ErrorCode.NAME_UNRESOLVABLE
