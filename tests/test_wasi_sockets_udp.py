"""UDP: binding, associations, datagrams, permits, who may be heard and answered."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from tests.support.sockets import (
    ALL,
    EVERYWHERE,
    FAMILIES,
    IPV6,
    LOOPBACK,
    V4,
    V6,
    Guest,
    at,
    code,
    descriptors,
    free_port,
)
from witcraft.runtime import Trap
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddressFamily, IpSocketAddress
from witcraft.wasi.interfaces.sockets_udp import IncomingDatagram, OutgoingDatagram
from witcraft.wasi.limits import Limits
from witcraft.wasi.sockets import Network
from witcraft.wasi.sockets.udp import LARGEST, MOST_DATAGRAMS

INVALID = ErrorCode.INVALID_ARGUMENT
OTHER = {V4: "::1", V6: "127.0.0.1"}


def to(address: IpSocketAddress | None, data: bytes) -> OutgoingDatagram:
    return OutgoingDatagram(data, address)


def send(stream: Any, *datagrams: OutgoingDatagram) -> int:
    """All of them, waiting for permits."""
    sent = 0
    while sent < len(datagrams):
        stream.subscribe().block()
        permit = stream.check_send()
        sent += stream.send(list(datagrams[sent : sent + permit]))
    return sent


def receive(stream: Any, count: int) -> list[IncomingDatagram]:
    found: list[IncomingDatagram] = []
    while len(found) < count:
        stream.subscribe().block()
        found += stream.receive(count - len(found))
    return found


def code_of_send(stream: Any, datagram: OutgoingDatagram) -> ErrorCode | None:
    assert stream.check_send()
    return code(stream.send, [datagram])


# ---- bind ------------------------------------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("hosts", [LOOPBACK, EVERYWHERE], ids=["loopback", "all"])
def test_a_port_of_the_systems_choice(family: IpAddressFamily, hosts: dict[IpAddressFamily, str]):
    local = Guest().bound_udp(family, hosts[family]).local_address().value
    assert local.address == at(hosts[family]).value.address
    assert local.port


@FAMILIES
def test_a_port_of_the_guests_choice(family: IpAddressFamily):
    port = free_port(socket.SOCK_DGRAM)
    assert Guest().bound_udp(family, port=port).local_address() == at(LOOPBACK[family], port)


@FAMILIES
def test_where_nothing_can_be_bound(family: IpAddressFamily):
    guest = Guest()
    other = guest.bound_udp(family)
    sock = guest.udp(family)
    assert code(sock.start_bind, guest.network, other.local_address()) is ErrorCode.ADDRESS_IN_USE
    reserved = at("192.0.2.0" if family is V4 else "2001:db8::")
    assert code(sock.start_bind, guest.network, reserved) is ErrorCode.ADDRESS_NOT_BINDABLE
    assert code(sock.start_bind, guest.network, at(OTHER[family])) is INVALID
    guest.bind(sock, at(LOOPBACK[family]))


@pytest.mark.parametrize("family", [IPV6])
def test_a_socket_of_ipv6_does_not_hear_ipv4(family: IpAddressFamily):
    port = Guest().bound_udp(family, "::").local_address().value.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))


# ---- associations ----------------------------------------------------------------------------------------------------


@FAMILIES
def test_the_peer_may_be_changed(family: IpAddressFamily):
    guest = Guest()
    sock = guest.bound_udp(family, EVERYWHERE[family])
    port = sock.local_address().value.port
    one, other = at(LOOPBACK[family], 4321), at(LOOPBACK[family], 4320)
    for remote in (None, None, one, one, other, None, one, None):
        sock.stream(remote)
        if remote is None:
            assert code(sock.remote_address) is ErrorCode.INVALID_STATE
        else:
            assert sock.remote_address() == remote
        assert sock.local_address().value.port == port


@FAMILIES
def test_a_peer_that_nobody_can_be(family: IpAddressFamily):
    sock = Guest().bound_udp(family, EVERYWHERE[family])
    for remote in (at(EVERYWHERE[family], 47), at(LOOPBACK[family], 0), at(OTHER[family], 47)):
        assert code(sock.stream, remote) is INVALID
    if family is V6:
        assert code(sock.stream, at("::ffff:127.0.0.1", 47)) is INVALID
    assert code(sock.remote_address) is ErrorCode.INVALID_STATE


def test_only_the_last_pair_of_streams_works():
    guest = Guest()
    sock = guest.bound_udp()
    incoming, outgoing = sock.stream(None)
    assert outgoing.check_send()
    new_incoming, new_outgoing = sock.stream(None)
    over = ErrorCode.INVALID_STATE
    assert code(incoming.receive, 1) is over
    assert code(outgoing.check_send) is over
    assert code(outgoing.send, [to(at("127.0.0.1", 9), b"x")]) is over
    assert incoming.subscribe().ready()
    assert outgoing.subscribe().ready()
    assert not new_incoming.subscribe().ready()
    assert new_outgoing.check_send()


@FAMILIES
def test_what_others_sent_before_the_association_is_not_received(family: IpAddressFamily):
    guest = Guest()
    sock, one, other = guest.bound_udp(family), guest.bound_udp(family), guest.bound_udp(family)
    _, from_one = one.stream(sock.local_address())
    _, from_other = other.stream(sock.local_address())
    send(from_one, to(None, b"A"))
    send(from_other, to(None, b"B"))
    send(from_one, to(None, b"A"))
    incoming, _ = sock.stream(other.local_address())
    assert receive(incoming, 1) == [IncomingDatagram(b"B", other.local_address())]
    assert incoming.receive(9) == []


@FAMILIES
def test_a_peer_that_is_gone(family: IpAddressFamily):
    guest = Guest()
    sock, other = guest.bound_udp(family), guest.bound_udp(family)
    gone = other.local_address()
    del other
    incoming, outgoing = sock.stream(gone)
    send(outgoing, to(None, b"hello"))
    incoming.subscribe().block()
    assert code(incoming.receive, 0) is None
    assert code(incoming.receive, 1) is ErrorCode.CONNECTION_REFUSED
    assert incoming.receive(1) == []


# ---- datagrams -------------------------------------------------------------------------------------------------------


@FAMILIES
def test_datagrams_come_as_they_went(family: IpAddressFamily):
    guest = Guest()
    sock, other = guest.bound_udp(family), guest.bound_udp(family)
    incoming, _ = sock.stream(None)
    here, there = sock.local_address(), other.local_address()
    _, to_one = other.stream(here)
    assert send(to_one, to(None, b""), to(here, b"Hello, world!")) == 2
    assert receive(incoming, 2) == [IncomingDatagram(b"", there), IncomingDatagram(b"Hello, world!", there)]
    _, to_all = other.stream(None)
    assert send(to_all, to(here, b"again")) == 1
    assert receive(incoming, 1) == [IncomingDatagram(b"again", there)]


def test_several_at_once_and_no_more_than_asked_for():
    guest = Guest()
    sock, other = guest.bound_udp(), guest.bound_udp()
    incoming, _ = sock.stream(None)
    _, outgoing = other.stream(sock.local_address())
    numbers = [bytes([number]) for number in range(MOST_DATAGRAMS + 4)]
    send(outgoing, *[to(None, data) for data in numbers])
    incoming.subscribe().block()
    assert incoming.receive(0) == []
    found = [datagram.data for datagram in incoming.receive(3)]
    assert len(found) == 3
    found += [datagram.data for datagram in incoming.receive((1 << 64) - 1)]
    assert len(found) == 3 + MOST_DATAGRAMS
    found += [datagram.data for datagram in incoming.receive(9)]
    assert found == numbers
    assert incoming.receive(9) == []


def test_one_call_receives_no_more_than_the_limit_of_a_buffer():
    guest = Guest(limits=Limits(buffer=5000))
    sock, other = guest.bound_udp(), guest.bound_udp()
    incoming, _ = sock.stream(None)
    _, outgoing = other.stream(sock.local_address())
    send(outgoing, *[to(None, bytes(3000))] * 4)
    assert [len(incoming.receive(9)), len(incoming.receive(9))] == [2, 2]


LARGE = 65507
"""Bytes that go into one datagram of IPv4."""


def test_the_largest_datagram_is_whole():
    guest = Guest()
    sock, other = guest.bound_udp(), guest.bound_udp()
    incoming, _ = sock.stream(None)
    _, outgoing = other.stream(sock.local_address())
    other.set_send_buffer_size(1 << 18)
    data = bytes(range(256)) * 256
    send(outgoing, to(None, data[:LARGE]))
    assert receive(incoming, 1)[0].data == data[:LARGE]
    assert code_of_send(outgoing, to(None, bytes(LARGE + 1))) is ErrorCode.DATAGRAM_TOO_LARGE
    assert code_of_send(outgoing, to(None, bytes(LARGEST + 1))) is ErrorCode.DATAGRAM_TOO_LARGE


@FAMILIES
def test_where_no_datagram_can_go(family: IpAddressFamily):
    guest = Guest()
    sock = guest.bound_udp(family)
    peer = at(LOOPBACK[family], 4321)
    _, to_all = sock.stream(None)
    for remote in (None, at(EVERYWHERE[family], 47), at(LOOPBACK[family], 0), at(OTHER[family], 47)):
        assert code_of_send(to_all, to(remote, b"x")) is INVALID
    _, to_one = sock.stream(peer)
    assert code_of_send(to_one, to(at(LOOPBACK[family], 4320), b"x")) is INVALID
    assert code_of_send(to_one, to(peer, b"x")) is None


def test_an_error_after_the_first_datagram_is_not_told():
    guest = Guest()
    sock, other = guest.bound_udp(), guest.bound_udp()
    incoming, _ = other.stream(None)
    _, outgoing = sock.stream(None)
    good, bad = to(other.local_address(), b"good"), to(None, b"bad")
    assert outgoing.check_send() >= 3
    assert outgoing.send([good, bad, good]) == 1
    assert len(receive(incoming, 1)) == 1


# ---- permits ---------------------------------------------------------------------------------------------------------


def test_more_datagrams_than_permitted_trap():
    sock = Guest().bound_udp()
    peer = at("127.0.0.1", 4320)
    _, outgoing = sock.stream(peer)
    assert outgoing.send([]) == 0
    with pytest.raises(Trap, match="2 datagrams, but 0 are permitted"):
        outgoing.send([to(None, b"x")] * 2)
    permit = outgoing.check_send()
    assert permit >= 2
    with pytest.raises(Trap):
        outgoing.send([to(None, b"x")] * (permit + 1))


def test_a_permit_is_good_for_one_call():
    _, outgoing = Guest().bound_udp().stream(at("127.0.0.1", 4320))
    outgoing.check_send()
    assert outgoing.send([to(None, b"x")]) == 1
    with pytest.raises(Trap):
        outgoing.send([to(None, b"x")])


def test_what_cannot_be_sent_now_is_not_counted():
    sock = Guest().bound_udp()
    _, outgoing = sock.stream(None)
    target = to(at("127.0.0.1", free_port(socket.SOCK_DGRAM)), b"x")
    full = Full(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(sock._endpoint), "sock", full)
        patch.setattr(type(sock._endpoint), "is_writable", lambda self: bool(full.left))
        assert outgoing.check_send() == MOST_DATAGRAMS
        assert outgoing.send([target] * 3) == 2
        assert outgoing.check_send() == 0
        full.left = 1
        assert outgoing.check_send() == MOST_DATAGRAMS
        assert outgoing.send([target]) == 1


class Full:
    """A socket that takes so many datagrams."""

    def __init__(self, left: int) -> None:
        self.left = left

    def sendto(self, data: bytes, address: object) -> int:
        if not self.left:
            raise BlockingIOError
        self.left -= 1
        return len(data)


# ---- what is granted -------------------------------------------------------------------------------------------------

DENIED = ErrorCode.ACCESS_DENIED


def test_datagrams_are_exchanged_with_granted_peers_only():
    world = Guest(ALL)
    friend, stranger = world.bound_udp(), world.bound_udp()
    guest = Guest(Network(udp=f"127.0.0.1:{friend.local_address().value.port}"))
    sock = guest.bound_udp()
    incoming, outgoing = sock.stream(None)
    for other in (stranger, friend):
        _, from_other = other.stream(None)
        send(from_other, to(sock.local_address(), b"hello"))
    assert receive(incoming, 1)[0].remote_address == friend.local_address()
    assert incoming.receive(9) == []
    assert code_of_send(outgoing, to(stranger.local_address(), b"x")) is DENIED
    assert code_of_send(outgoing, to(friend.local_address(), b"x")) is None
    assert code(sock.stream, stranger.local_address()) is DENIED
    sock.stream(friend.local_address())
    assert code(guest.udp().start_bind, guest.network, at("127.0.0.1", free_port(socket.SOCK_DGRAM))) is DENIED


def test_a_server_hears_everybody_and_answers():
    world = Guest(ALL)
    client, stranger = world.bound_udp(), world.bound_udp()
    port = free_port(socket.SOCK_DGRAM)
    guest = Guest(Network(udp_listen=f"127.0.0.1:{port}"))
    assert code(guest.udp().start_bind, guest.network, at("127.0.0.1")) is DENIED
    sock = guest.bound_udp(port=port)
    incoming, outgoing = sock.stream(None)
    assert code_of_send(outgoing, to(client.local_address(), b"unasked")) is DENIED
    client_in, client_out = client.stream(sock.local_address())
    send(client_out, to(None, b"question"))
    question = receive(incoming, 1)[0]
    send(outgoing, to(question.remote_address, b"answer"))
    assert receive(client_in, 1)[0].data == b"answer"
    assert code_of_send(outgoing, to(stranger.local_address(), b"unasked")) is DENIED


def test_a_flood_of_others_does_not_keep_a_call_from_returning():
    world = Guest(ALL)
    stranger = world.bound_udp()
    sock = Guest(Network(udp="192.0.2.1")).bound_udp()
    incoming, _ = sock.stream(None)
    _, outgoing = stranger.stream(sock.local_address())
    for _ in range(12):
        send(outgoing, *[to(None, b"x")] * 16)
    start = time.monotonic()
    while incoming.subscribe().ready():
        assert incoming.receive(9) == []
    assert time.monotonic() - start < 1


# ---- options and the end ---------------------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("option", ["unicast_hop_limit", "receive_buffer_size", "send_buffer_size"])
def test_an_option(family: IpAddressFamily, option: str):
    sock = Guest().udp(family)
    get, change = getattr(sock, option), getattr(sock, f"set_{option}")
    assert get() > 0
    assert code(change, 0) is INVALID
    assert code(change, 1) is None
    assert code(change, 255 if option == "unicast_hop_limit" else (1 << 64) - 1) is None
    value = 42 if option == "unicast_hop_limit" else 0x10000
    change(value)
    assert get() == value


def test_streams_outlive_the_socket_and_nothing_else():
    before = descriptors()
    guest = Guest()
    sock = guest.bound_udp()
    incoming, outgoing = sock.stream(None)
    del sock
    assert outgoing.check_send()
    pollable = incoming.subscribe()
    del incoming, outgoing
    assert not pollable.ready()
    assert descriptors() == before + 1
    del pollable
    assert descriptors() == before
    assert not guest.session.descriptors
