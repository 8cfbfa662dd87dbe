"""Every function of a socket in every state it can be in answers as the documentation of its interface says."""

from __future__ import annotations

import contextlib
import random
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sockets import FAMILIES, LOOPBACK, V4, Guest, at, code, free_port
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddressFamily
from witcraft.wasi.interfaces.sockets_tcp import ShutdownType
from witcraft.wasi.sockets.tcp import TcpSocket
from witcraft.wasi.sockets.udp import UdpSocket

OK = None
CONFLICT = ErrorCode.CONCURRENCY_CONFLICT
INVALID = ErrorCode.INVALID_STATE
NOT_BEGUN = ErrorCode.NOT_IN_PROGRESS
BLOCK = ErrorCode.WOULD_BLOCK


class Tcp:
    """A socket in each state."""

    def __init__(self, family: IpAddressFamily) -> None:
        self.family, self.guest = family, Guest()
        self.listener = self.guest.listening(family)

    @property
    def address(self) -> Any:
        return at(LOOPBACK[self.family])

    def unbound(self) -> TcpSocket:
        return self.guest.tcp(self.family)

    def binding(self) -> TcpSocket:
        sock = self.unbound()
        sock.start_bind(self.guest.network, self.address)
        return sock

    def bound(self) -> TcpSocket:
        return self.guest.bound(self.family)

    def starting(self) -> TcpSocket:
        sock = self.bound()
        sock.start_listen()
        return sock

    def listening(self) -> TcpSocket:
        return self.guest.listening(self.family)

    def connecting(self) -> TcpSocket:
        sock = self.unbound()
        sock.start_connect(self.guest.network, self.listener.local_address())
        sock.subscribe().block()
        return sock

    def connected(self) -> TcpSocket:
        sock = self.connecting()
        sock.finish_connect()
        return sock

    def closed(self) -> TcpSocket:
        sock = self.unbound()
        sock.start_connect(self.guest.network, at(LOOPBACK[self.family], free_port()))
        sock.subscribe().block()
        assert code(sock.finish_connect) is ErrorCode.CONNECTION_REFUSED
        return sock


STATES = ("unbound", "binding", "bound", "starting", "listening", "connecting", "connected", "closed")
OPTIONS = (OK,) * 8
TCP: dict[str, tuple[Callable[[Tcp, TcpSocket], object], tuple[ErrorCode | None, ...]]] = {
    "start-bind": (
        lambda tcp, sock: sock.start_bind(tcp.guest.network, tcp.address),
        (OK, CONFLICT, INVALID, CONFLICT, INVALID, CONFLICT, INVALID, INVALID),
    ),
    "finish-bind": (lambda tcp, sock: sock.finish_bind(), (NOT_BEGUN, OK, *[NOT_BEGUN] * 6)),
    "start-connect": (
        lambda tcp, sock: sock.start_connect(tcp.guest.network, tcp.listener.local_address()),
        (OK, CONFLICT, OK, CONFLICT, INVALID, CONFLICT, INVALID, INVALID),
    ),
    "finish-connect": (lambda tcp, sock: sock.finish_connect(), (*[NOT_BEGUN] * 5, OK, NOT_BEGUN, NOT_BEGUN)),
    "start-listen": (
        lambda tcp, sock: sock.start_listen(),
        (INVALID, CONFLICT, OK, CONFLICT, INVALID, CONFLICT, INVALID, INVALID),
    ),
    "finish-listen": (lambda tcp, sock: sock.finish_listen(), (*[NOT_BEGUN] * 3, OK, *[NOT_BEGUN] * 4)),
    "accept": (lambda tcp, sock: sock.accept(), (*[INVALID] * 4, BLOCK, *[INVALID] * 3)),
    "local-address": (lambda tcp, sock: sock.local_address(), (INVALID, INVALID, OK, OK, OK, OK, OK, OK)),
    "remote-address": (lambda tcp, sock: sock.remote_address(), (*[INVALID] * 6, OK, INVALID)),
    "shutdown receive": (lambda tcp, sock: sock.shutdown(ShutdownType.RECEIVE), (*[INVALID] * 6, OK, INVALID)),
    "shutdown send": (lambda tcp, sock: sock.shutdown(ShutdownType.SEND), (*[INVALID] * 6, OK, INVALID)),
    "shutdown both": (lambda tcp, sock: sock.shutdown(ShutdownType.BOTH), (*[INVALID] * 6, OK, INVALID)),
    "set-listen-backlog-size": (
        lambda tcp, sock: sock.set_listen_backlog_size(32),
        (OK, OK, OK, OK, OK, INVALID, INVALID, INVALID),
    ),
    "address-family": (lambda tcp, sock: sock.address_family(), (OK,) * 8),
    "subscribe": (lambda tcp, sock: sock.subscribe(), (OK,) * 8),
    "keep-alive-enabled": (lambda tcp, sock: sock.keep_alive_enabled(), OPTIONS),
    "set-keep-alive-enabled": (lambda tcp, sock: sock.set_keep_alive_enabled(True), OPTIONS),
    "keep-alive-idle-time": (lambda tcp, sock: sock.keep_alive_idle_time(), OPTIONS),
    "set-keep-alive-idle-time": (lambda tcp, sock: sock.set_keep_alive_idle_time(1), OPTIONS),
    "keep-alive-interval": (lambda tcp, sock: sock.keep_alive_interval(), OPTIONS),
    "set-keep-alive-interval": (lambda tcp, sock: sock.set_keep_alive_interval(1), OPTIONS),
    "keep-alive-count": (lambda tcp, sock: sock.keep_alive_count(), OPTIONS),
    "set-keep-alive-count": (lambda tcp, sock: sock.set_keep_alive_count(1), OPTIONS),
    "hop-limit": (lambda tcp, sock: sock.hop_limit(), OPTIONS),
    "set-hop-limit": (lambda tcp, sock: sock.set_hop_limit(255), OPTIONS),
    "receive-buffer-size": (lambda tcp, sock: sock.receive_buffer_size(), OPTIONS),
    "set-receive-buffer-size": (lambda tcp, sock: sock.set_receive_buffer_size(16000), OPTIONS),
    "send-buffer-size": (lambda tcp, sock: sock.send_buffer_size(), OPTIONS),
    "set-send-buffer-size": (lambda tcp, sock: sock.set_send_buffer_size(16000), OPTIONS),
}


@FAMILIES
@pytest.mark.parametrize("state", STATES)
def test_every_function_of_a_tcp_socket_in_every_state(family: IpAddressFamily, state: str):
    tcp = Tcp(family)
    found, expected = {}, {}
    for name, (call, answers) in TCP.items():
        found[name] = code(call, tcp, getattr(tcp, state)())
        expected[name] = answers[STATES.index(state)]
    assert found == expected


@pytest.mark.parametrize("state", STATES)
def test_a_listening_socket_says_so(state: str):
    assert getattr(Tcp(V4), state)().is_listening() is (state == "listening")


@pytest.mark.parametrize("state", STATES)
def test_only_a_listening_socket_without_connections_makes_one_wait(state: str):
    assert getattr(Tcp(V4), state)().subscribe().ready() is (state != "listening")


@FAMILIES
def test_a_bind_that_failed_may_be_tried_again(family: IpAddressFamily):
    tcp = Tcp(family)
    sock = tcp.unbound()
    taken = tcp.listener.local_address()
    assert code(sock.start_bind, tcp.guest.network, taken) is ErrorCode.ADDRESS_IN_USE
    assert code(sock.finish_bind) is NOT_BEGUN
    tcp.guest.bind(sock, tcp.address)
    assert sock.local_address().value.port


def test_an_operation_is_finished_once():
    tcp = Tcp(V4)
    bound, listening = tcp.binding(), tcp.starting()
    bound.finish_bind()
    listening.finish_listen()
    assert code(bound.finish_bind) is NOT_BEGUN
    assert code(listening.finish_listen) is NOT_BEGUN


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse what does not fit into the queue")
def test_a_connection_in_progress_would_block():
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # the queue is full: the next handshakes stay unanswered
            other = stack.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        guest = Guest()
        sock = guest.tcp()
        sock.start_connect(guest.network, at("127.0.0.1", listener.getsockname()[1]))
        assert not sock.subscribe().ready()
        assert code(sock.finish_connect) is BLOCK
        assert code(sock.start_connect, guest.network, at("127.0.0.1", 1)) is CONFLICT
        assert sock.local_address().value.port


# ---- UDP -------------------------------------------------------------------------------------------------------------


class Udp:
    def __init__(self, family: IpAddressFamily) -> None:
        self.family, self.guest = family, Guest()
        self.address = at(LOOPBACK[family])
        self.peer = at(LOOPBACK[family], 4321)

    def unbound(self) -> UdpSocket:
        return self.guest.udp(self.family)

    def binding(self) -> UdpSocket:
        sock = self.unbound()
        sock.start_bind(self.guest.network, self.address)
        return sock

    def bound(self) -> UdpSocket:
        return self.guest.bound_udp(self.family)

    def streaming(self) -> UdpSocket:
        sock = self.bound()
        sock.stream(None)
        return sock

    def connected(self) -> UdpSocket:
        sock = self.bound()
        sock.stream(self.peer)
        return sock


UDP_STATES = ("unbound", "binding", "bound", "streaming", "connected")
UDP: dict[str, tuple[Callable[[Udp, UdpSocket], object], tuple[ErrorCode | None, ...]]] = {
    "start-bind": (
        lambda udp, sock: sock.start_bind(udp.guest.network, udp.address),
        (OK, CONFLICT, INVALID, INVALID, INVALID),
    ),
    "finish-bind": (lambda udp, sock: sock.finish_bind(), (NOT_BEGUN, OK, NOT_BEGUN, NOT_BEGUN, NOT_BEGUN)),
    "stream to all": (lambda udp, sock: sock.stream(None), (INVALID, INVALID, OK, OK, OK)),
    "stream to one": (lambda udp, sock: sock.stream(udp.peer), (INVALID, INVALID, OK, OK, OK)),
    "local-address": (lambda udp, sock: sock.local_address(), (INVALID, INVALID, OK, OK, OK)),
    "remote-address": (lambda udp, sock: sock.remote_address(), (INVALID, INVALID, INVALID, INVALID, OK)),
    "address-family": (lambda udp, sock: sock.address_family(), (OK,) * 5),
    "subscribe": (lambda udp, sock: sock.subscribe().block(), (OK,) * 5),
    "unicast-hop-limit": (lambda udp, sock: sock.unicast_hop_limit(), (OK,) * 5),
    "set-unicast-hop-limit": (lambda udp, sock: sock.set_unicast_hop_limit(255), (OK,) * 5),
    "receive-buffer-size": (lambda udp, sock: sock.receive_buffer_size(), (OK,) * 5),
    "set-receive-buffer-size": (lambda udp, sock: sock.set_receive_buffer_size(16000), (OK,) * 5),
    "send-buffer-size": (lambda udp, sock: sock.send_buffer_size(), (OK,) * 5),
    "set-send-buffer-size": (lambda udp, sock: sock.set_send_buffer_size(16000), (OK,) * 5),
}


@FAMILIES
@pytest.mark.parametrize("state", UDP_STATES)
def test_every_function_of_a_udp_socket_in_every_state(family: IpAddressFamily, state: str):
    udp = Udp(family)
    found, expected = {}, {}
    for name, (call, answers) in UDP.items():
        found[name] = code(call, udp, getattr(udp, state)())
        expected[name] = answers[UDP_STATES.index(state)]
    assert found == expected


# ---- anything in any order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_calls_gives_anything_but_a_result_or_a_code(seed: int):
    choose = random.Random(seed).choice
    tcp, udp = Tcp(V4), Udp(V4)
    socks: list[TcpSocket] = [tcp.unbound() for _ in range(3)]
    datagram_socks: list[UdpSocket] = [udp.unbound() for _ in range(2)]
    calls, udp_calls = [call for call, _ in TCP.values()], [call for call, _ in UDP.values()]
    seen = set()
    for _ in range(400):
        seen.add(code(choose(calls), tcp, choose(socks)))
        seen.add(code(choose(udp_calls), udp, choose(datagram_socks)))
    assert {OK, INVALID, NOT_BEGUN} <= seen
    tcp.guest.connected(tcp.listener.local_address())
