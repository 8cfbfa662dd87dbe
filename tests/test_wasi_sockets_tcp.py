"""TCP: binding, connecting, listening, options."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from typing import Any

import pytest

from tests.support.sockets import (
    EVERYWHERE,
    FAMILIES,
    IPV6,
    LOOPBACK,
    V4,
    V6,
    Guest,
    at,
    blocking,
    code,
    descriptors,
    free_port,
    server,
)
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddressFamily
from witcraft.wasi.limits import Limits

INVALID = ErrorCode.INVALID_ARGUMENT
SECOND = 1_000_000_000
OTHER = {V4: "::1", V6: "127.0.0.1"}


# ---- bind ------------------------------------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("hosts", [LOOPBACK, EVERYWHERE], ids=["loopback", "all"])
def test_a_port_of_the_systems_choice(family: IpAddressFamily, hosts: dict[IpAddressFamily, str]):
    guest = Guest()
    sock = guest.tcp(family)
    guest.bind(sock, at(hosts[family]))
    local = sock.local_address().value
    assert local.address == at(hosts[family]).value.address
    assert local.port


@FAMILIES
def test_a_port_of_the_guests_choice(family: IpAddressFamily):
    port = free_port()
    assert Guest().bound(family, port).local_address() == at(LOOPBACK[family], port)


@FAMILIES
def test_an_address_in_use(family: IpAddressFamily):
    guest = Guest()
    other = guest.listening(family)
    assert code(guest.tcp(family).start_bind, guest.network, other.local_address()) is ErrorCode.ADDRESS_IN_USE


@FAMILIES
def test_an_address_of_another_machine(family: IpAddressFamily):
    guest = Guest()
    reserved = at("192.0.2.0" if family is V4 else "2001:db8::")
    assert code(guest.tcp(family).start_bind, guest.network, reserved) is ErrorCode.ADDRESS_NOT_BINDABLE


@FAMILIES
def test_a_listener_may_come_back_at_once(family: IpAddressFamily):
    guest = Guest()
    listener = guest.listening(family)
    address = listener.local_address()
    client = guest.connected(address)
    accepted = guest.accept(listener)
    accepted.output.blocking_write_zeroes_and_flush(10)
    accepted.drop()
    listener.__exit__(None, None, None)
    again = guest.tcp(family)
    guest.bind(again, address)
    again.start_listen()
    again.finish_listen()
    assert again.is_listening()
    client.drop()


NOWHERE = [
    ("255.255.255.255", 0, V4),
    ("224.254.0.0", 0, V4),
    ("239.1.2.3", 0, V4),
    ("ff00::", 0, V6),
    ("::ffff:127.0.0.1", 0, V6),
    ("::1", 1 << 20, V6),
]


@pytest.mark.parametrize(("host", "flow", "family"), [pytest.param(*case, marks=IPV6.marks) for case in NOWHERE])
def test_an_address_that_no_connection_can_have(host: str, flow: int, family: IpAddressFamily):
    guest = Guest()
    sock = guest.tcp(family)
    assert code(sock.start_bind, guest.network, at(host, flow=flow)) is INVALID
    assert code(sock.start_connect, guest.network, at(host, 47, flow=flow)) is INVALID


@FAMILIES
def test_an_address_of_the_other_family(family: IpAddressFamily):
    guest = Guest()
    sock = guest.tcp(family)
    assert code(sock.start_bind, guest.network, at(OTHER[family])) is INVALID
    assert code(sock.start_connect, guest.network, at(OTHER[family], 47)) is INVALID


@pytest.mark.parametrize("family", [IPV6])
def test_a_socket_of_ipv6_does_not_hear_ipv4(family: IpAddressFamily):
    guest = Guest()
    sock = guest.tcp(family)
    guest.bind(sock, at("::"))
    sock.start_listen()
    sock.finish_listen()
    port = sock.local_address().value.port
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))  # the port is free there


@pytest.mark.parametrize("family", [IPV6])
def test_flow_label_and_zone_come_and_go(family: IpAddressFamily):
    guest = Guest()
    listener = guest.listening(family)
    port = listener.local_address().value.port
    client = guest.connected(at("::1", port, flow=5, zone=1))
    assert client.socket.remote_address().value.address == at("::1").value.address
    guest.accept(listener)


# ---- connect ---------------------------------------------------------------------------------------------------------


@FAMILIES
def test_nothing_can_be_reached_there(family: IpAddressFamily):
    guest = Guest()
    sock = guest.tcp(family)
    assert code(sock.start_connect, guest.network, at(EVERYWHERE[family], 47)) is INVALID
    assert code(sock.start_connect, guest.network, at(LOOPBACK[family], 0)) is INVALID
    assert code(sock.start_listen) is ErrorCode.INVALID_STATE
    listener = guest.listening(family)
    guest.connect(sock, listener.local_address())  # nothing has happened to it


@FAMILIES
def test_a_client_may_be_bound_first(family: IpAddressFamily):
    guest = Guest()
    listener = guest.listening(family)
    sock = guest.bound(family)
    local = sock.local_address()
    guest.connect(sock, listener.local_address())
    assert sock.local_address() == local
    assert guest.accept(listener).socket.remote_address() == local


@FAMILIES
def test_both_ends_know_each_other(family: IpAddressFamily):
    guest = Guest()
    listener = guest.listening(family)
    client = guest.connected(listener.local_address())
    accepted = guest.accept(listener)
    assert client.socket.remote_address() == accepted.socket.local_address() == listener.local_address()
    assert client.socket.local_address() == accepted.socket.remote_address()
    assert client.socket.address_family() is accepted.socket.address_family() is family


def test_the_peer_is_known_after_the_connection_has_ended():
    guest = Guest()
    one, other = guest.pair()
    remote, local = one.socket.remote_address(), one.socket.local_address()
    other.drop()
    one.output.__exit__(None, None, None)
    assert one.receive() == b""
    assert (one.socket.remote_address(), one.socket.local_address()) == (remote, local)


def test_a_refused_connection_closes_the_socket():
    guest = Guest()
    before = descriptors()
    sock = guest.tcp()
    sock.start_connect(guest.network, at("127.0.0.1", free_port()))
    assert code(blocking, sock, sock.finish_connect) is ErrorCode.CONNECTION_REFUSED
    assert code(sock.finish_connect) is ErrorCode.NOT_IN_PROGRESS
    assert code(sock.start_connect, guest.network, at("127.0.0.1", 47)) is ErrorCode.INVALID_STATE
    assert sock.subscribe().ready()
    sock.__exit__(None, None, None)
    assert descriptors() == before


def test_no_way_to_the_other_end():
    guest = Guest()
    sock = guest.tcp(V4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(sock._endpoint), "sock", NoRoute())
        assert code(sock.start_connect, guest.network, at("192.0.2.1", 9)) is ErrorCode.REMOTE_UNREACHABLE
    assert code(sock.start_connect, guest.network, at("192.0.2.1", 9)) is ErrorCode.INVALID_STATE


class NoRoute:
    def connect_ex(self, address: object) -> int:
        return 101 if sys.platform == "linux" else 51  # ENETUNREACH


# ---- listen and accept -----------------------------------------------------------------------------------------------


def test_accepting_waits_with_the_pollable():
    guest = Guest()
    listener = guest.listening()
    pollable = listener.subscribe()
    assert not pollable.ready()
    assert code(listener.accept) is ErrorCode.WOULD_BLOCK
    with socket.create_connection(("127.0.0.1", listener.local_address().value.port)):
        pollable.block()
        assert pollable.ready()
        guest.accept(listener)
    assert not pollable.ready()


def test_many_connections_in_turn():
    guest = Guest()
    listener = guest.listening()
    listener.set_listen_backlog_size(8)
    clients = [guest.connected(listener.local_address()) for _ in range(8)]
    servers = [guest.accept(listener) for _ in clients]
    for number, client in enumerate(clients):
        client.output.blocking_write_and_flush(bytes([number]))
    assert [bytes(one.input.blocking_read(9)) for one in servers] == [bytes([number]) for number in range(8)]


def test_the_queue_has_a_size():
    guest = Guest()
    for sock in (guest.tcp(), guest.bound(), guest.listening()):
        assert code(sock.set_listen_backlog_size, 0) is INVALID
        assert code(sock.set_listen_backlog_size, 1) is None
        assert code(sock.set_listen_backlog_size, (1 << 64) - 1) is None


# ---- options ---------------------------------------------------------------------------------------------------------

OPTIONS = ["keep_alive_idle_time", "keep_alive_interval", "keep_alive_count", "hop_limit", "receive_buffer_size",
           "send_buffer_size"]  # fmt: skip
LARGEST = {"keep_alive_count": (1 << 32) - 1, "hop_limit": 255}


@FAMILIES
@pytest.mark.parametrize("option", OPTIONS)
def test_the_range_of_an_option(family: IpAddressFamily, option: str):
    sock = Guest().tcp(family)
    get, change = getattr(sock, option), getattr(sock, f"set_{option}")
    assert get() > 0
    assert code(change, 0) is INVALID
    assert code(change, 1) is None
    assert get() > 0
    assert code(change, LARGEST.get(option, (1 << 64) - 1)) is None
    assert get() > 1


@FAMILIES
def test_an_option_is_as_it_was_set(family: IpAddressFamily):
    sock = Guest().tcp(family)
    for option, value in VALUES.items():
        getattr(sock, f"set_{option}")(value)
        assert getattr(sock, option)() == value, option
    sock.set_keep_alive_enabled(False)
    assert sock.keep_alive_enabled() is False


VALUES: dict[str, Any] = {
    "keep_alive_enabled": True,
    "keep_alive_idle_time": 42 * SECOND,
    "keep_alive_interval": 42 * SECOND,
    "keep_alive_count": 42,
    "hop_limit": 42,
    "receive_buffer_size": 0x10000,
    "send_buffer_size": 0x10000,
}


def test_a_part_of_a_second_is_a_second():
    sock = Guest().tcp()
    sock.set_keep_alive_interval(1)
    assert sock.keep_alive_interval() == SECOND
    sock.set_keep_alive_idle_time(SECOND + 1)
    assert sock.keep_alive_idle_time() == 2 * SECOND


@FAMILIES
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_has_the_options_of_its_listener(family: IpAddressFamily, when: str):
    guest = Guest()
    listener = guest.bound(family)
    if when == "before":
        set_all(listener, VALUES)
    listener.start_listen()
    listener.finish_listen()
    if when == "after":
        set_all(listener, VALUES)
    guest.connected(listener.local_address())
    accepted = guest.accept(listener).socket
    for option, value in VALUES.items():
        found = getattr(accepted, option)()
        assert found >= value if option.endswith("size") else found == value, option
    listener.set_hop_limit(43)
    assert accepted.hop_limit() == 42


def set_all(sock: Any, values: dict[str, Any]) -> None:
    for option, value in values.items():
        getattr(sock, f"set_{option}")(value)


def test_where_the_system_does_not_hand_options_down_it_is_done_by_hand():
    from witcraft.wasi.sockets.endpoint import INHERITED, create_stream, inherit

    session = Guest().session
    listener, accepted = create_stream(session, V4), create_stream(session, V4)
    for option in INHERITED:
        listener.set(option, 77 if option == "hop-limit" else 20000)
    inherit(listener, accepted)
    assert [accepted.get(option) for option in INHERITED] == [listener.get(option) for option in INHERITED]


# ---- limits and the end ----------------------------------------------------------------------------------------------


def test_no_more_sockets_than_the_limit():
    guest = Guest(limits=Limits(descriptors=2))
    before = descriptors()
    first, second = guest.tcp(), guest.udp()
    assert code(guest.tcp) is ErrorCode.NEW_SOCKET_LIMIT
    assert code(guest.udp) is ErrorCode.NEW_SOCKET_LIMIT
    assert descriptors() == before + 2
    first.__exit__(None, None, None)
    assert guest.tcp() is not None
    assert second is not None


def test_a_connection_waits_in_the_queue_while_the_limit_is_reached():
    guest = Guest(limits=Limits(descriptors=2))
    listener = guest.listening()
    other = guest.udp()
    with socket.create_connection(("127.0.0.1", listener.local_address().value.port)) as client:
        client.sendall(b"still here")
        listener.subscribe().block()
        assert code(listener.accept) is ErrorCode.NEW_SOCKET_LIMIT
        del other
        assert bytes(guest.accept(listener).input.blocking_read(99)) == b"still here"


def test_the_systems_own_limit(monkeypatch: pytest.MonkeyPatch):
    guest = Guest()

    def full(*args: object) -> socket.socket:
        raise OSError(24, os.strerror(24))

    guest.tcp()
    monkeypatch.setattr("witcraft.wasi.sockets.endpoint.Socket", full)
    assert code(guest.tcp) is ErrorCode.NEW_SOCKET_LIMIT


def test_a_family_that_the_machine_does_not_have(monkeypatch: pytest.MonkeyPatch):
    guest = Guest()

    def unknown(*args: object) -> socket.socket:
        raise OSError(97 if sys.platform == "linux" else 47, "EAFNOSUPPORT")

    guest.tcp()
    monkeypatch.setattr("witcraft.wasi.sockets.endpoint.Socket", unknown)
    assert code(guest.tcp, V6) is ErrorCode.NOT_SUPPORTED


def test_everything_is_closed_when_it_is_dropped():
    guest = Guest()
    guest.pair()
    before = descriptors()
    server_end, client_end = guest.pair()
    sockets = [guest.tcp(), guest.bound(), guest.listening()]
    assert descriptors() > before
    for sock in sockets:
        sock.__exit__(None, None, None)
    client_end.drop()
    server_end.drop()
    assert descriptors() == before
    assert not guest.session.descriptors


def test_everything_is_closed_when_it_is_forgotten():
    before = descriptors()
    guest = Guest()
    ends = [guest.pair() for _ in range(3)]
    ends[0][0].output.check_write()
    pollables = [end.input.subscribe() for pair in ends for end in pair]
    assert descriptors() > before
    del guest, ends, pollables
    assert descriptors() == before


def test_streams_outlive_the_socket():
    guest = Guest()
    server_end, client_end = guest.pair()
    client_end.socket.__exit__(None, None, None)
    client_end.send(b"still open")
    client_end.output.__exit__(None, None, None)
    assert server_end.receive() == b"still open"


def test_many_connections_leave_nothing_behind():
    guest = Guest()
    listener = guest.listening()
    before = descriptors()
    for _ in range(200):
        client = guest.connected(listener.local_address())
        accepted = guest.accept(listener)
        client.drop()
        accepted.drop()
    assert descriptors() == before


def test_a_listener_that_is_gone_refuses():
    guest = Guest()
    listener = guest.listening()
    port = listener.local_address().value.port
    listener.__exit__(None, None, None)
    with contextlib.closing(socket.socket()) as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_of_the_host():
    def echo(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            connection.sendall(data.upper())

    with server(echo) as port:
        client = Guest().connected(at("127.0.0.1", port))
        client.output.blocking_write_and_flush(b"hello")
        client.output.__exit__(None, None, None)
        assert client.receive() == b"HELLO"
