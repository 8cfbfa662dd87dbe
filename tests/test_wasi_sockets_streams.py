"""The streams of a TCP connection: ends, breaks, permits, and nothing that gets lost."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.sockets import (
    FAMILIES,
    LOOPBACK,
    Connection,
    Guest,
    at,
    blocking,
    code,
    descriptors,
    is_closed,
    server,
)
from witcraft.runtime import Err, Trap
from witcraft.runtime.deadline import Clock
from witcraft.wasi.clocks import interfaces as clocks
from witcraft.wasi.interfaces.io_streams import StreamError_LastOperationFailed
from witcraft.wasi.interfaces.sockets_network import ErrorCode, IpAddressFamily
from witcraft.wasi.interfaces.sockets_tcp import ShutdownType
from witcraft.wasi.io.poll import Pollable
from witcraft.wasi.limits import Limits

BIG = bytes(range(256)) * 16384  # 4 MiB
MORE = 32 << 20
"""Bytes, more than any system has room for between two sockets."""


@FAMILIES
def test_both_directions(family: IpAddressFamily):
    one, other = Guest().pair(family)
    one.output.blocking_write_and_flush(b"ping")
    assert bytes(other.input.blocking_read(99)) == b"ping"
    other.output.blocking_write_and_flush(b"pong")
    assert bytes(one.input.blocking_read(99)) == b"pong"


def test_nothing_to_read_yet():
    one, other = Guest().pair()
    pollable = one.input.subscribe()
    assert bytes(one.input.read(10)) == b""
    assert not pollable.ready()
    other.output.blocking_write_and_flush(b"x" * 10)
    pollable.block()
    assert bytes(one.input.read(4)) == b"xxxx"
    assert one.input.skip(100) == 6
    assert not pollable.ready()


# ---- ends ------------------------------------------------------------------------------------------------------------


@FAMILIES
def test_the_peers_shutdown_ends_the_input(family: IpAddressFamily):
    one, other = Guest().pair(family)
    other.socket.shutdown(ShutdownType.BOTH)
    one.input.subscribe().block()
    assert is_closed(one.input.read, 10)
    assert is_closed(one.input.read, 0)
    assert is_closed(one.input.blocking_read, 10)
    assert one.input.subscribe().ready()


@FAMILIES
def test_our_own_shutdown_ends_the_input_with_what_is_in_it(family: IpAddressFamily):
    one, other = Guest().pair(family)
    other.output.blocking_write_and_flush(b"never read")
    one.input.subscribe().block()
    one.socket.shutdown(ShutdownType.RECEIVE)
    assert is_closed(one.input.read, 10)
    assert is_closed(one.input.read, 0)
    one.output.blocking_write_and_flush(b"but written")
    assert bytes(other.input.blocking_read(99)) == b"but written"


@FAMILIES
def test_our_own_shutdown_ends_the_output(family: IpAddressFamily):
    one, other = Guest().pair(family)
    assert one.output.check_write() >= 3
    one.socket.shutdown(ShutdownType.SEND)
    assert is_closed(one.output.write, b"Hi!")
    assert is_closed(one.output.check_write)
    assert is_closed(one.output.flush)
    assert is_closed(one.output.blocking_flush)
    assert one.output.subscribe().ready()
    assert other.receive() == b""
    other.output.blocking_write_and_flush(b"answer")
    assert bytes(one.input.blocking_read(99)) == b"answer"


def test_shutdown_twice_is_once():
    one, _ = Guest().pair()
    for how in (ShutdownType.SEND, ShutdownType.BOTH, ShutdownType.RECEIVE, ShutdownType.BOTH):
        assert code(one.socket.shutdown, how) is None


def test_dropping_the_output_ends_it_for_the_peer():
    one, other = Guest().pair()
    one.output.blocking_write_and_flush(b"last words")
    one.output.__exit__(None, None, None)
    assert other.receive() == b"last words"


@contextlib.contextmanager
def reset(guest: Guest) -> Iterator[Connection]:
    """A connection that the peer has reset; the first who looks at it gets the error of that."""
    connected = threading.Event()

    def leave(connection: socket.socket) -> None:
        assert connected.wait(5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with server(leave) as port:
        client = guest.connected(at("127.0.0.1", port))
        connected.set()
        client.input.subscribe().block()
        yield client


def test_a_reset_fails_once_and_is_closed_then():
    guest = Guest()
    with reset(guest) as client:
        failure = failed(client.input.read, 10)
        assert guest["network"].network_error_code(failure) is ErrorCode.CONNECTION_RESET
        assert failure.to_debug_string() == "Connection reset by peer"
        assert is_closed(client.input.read, 10)
        assert is_closed(client.input.read, 0)


def failed(call: Any, *args: object) -> Any:
    with pytest.raises(Err) as caught:
        call(*args)
    assert isinstance(caught.value.value, StreamError_LastOperationFailed)
    return caught.value.value.value


def test_writing_where_nobody_reads_is_no_signal():
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the signal would end this process
    try:
        with reset(Guest()) as client:
            failed(client.input.read, 1)  # takes the reset away: the next is a broken pipe
            assert client.output.check_write()
            assert is_closed(client.output.write, b"x")
            assert is_closed(client.output.check_write)
            assert is_closed(client.output.flush)
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_a_write_meets_the_reset():
    guest = Guest()
    with reset(guest) as client:
        assert client.output.check_write()
        failure = failed(client.output.write, b"x")
        assert guest["network"].network_error_code(failure) is ErrorCode.CONNECTION_RESET
        assert is_closed(client.output.check_write)
        assert is_closed(client.output.flush)


def test_an_error_of_something_else_has_no_code_of_the_network():
    from witcraft.wasi.interfaces.filesystem_types import ErrorCode as FileCode
    from witcraft.wasi.io.error import Error

    network = Guest()["network"]
    assert network.network_error_code(Error(FileCode.PIPE, "")) is None
    assert network.network_error_code(Error(None, "")) is None


# ---- permits and what is left over -----------------------------------------------------------------------------------


def test_a_write_beyond_the_permit_traps():
    one, _ = Guest().pair()
    with pytest.raises(Trap):
        one.output.write(b"x")
    permit = one.output.check_write()
    with pytest.raises(Trap):
        one.output.write(bytes(permit + 1))


def test_a_permit_is_bounded_by_the_limits():
    one, _ = Guest(limits=Limits(buffer=5000)).pair()
    assert 0 < one.output.check_write() <= 5000


@FAMILIES
def test_a_large_write_arrives(family: IpAddressFamily):
    received = []

    def read(connection: socket.socket) -> None:
        time.sleep(0.02)
        while data := connection.recv(1 << 16):
            received.append(data)

    with server(read, LOOPBACK[family]) as port:
        client = Guest().connected(at(LOOPBACK[family], port))
        client.send(BIG)
        client.drop()
    assert b"".join(received) == BIG


def test_a_large_read_arrives():
    with server(lambda connection: connection.sendall(BIG)) as port:
        assert Guest().connected(at("127.0.0.1", port)).receive() == BIG


def stuffed(guest: Guest) -> tuple[Connection, Connection, int]:
    """A pair whose first end has written more than the system takes; how many bytes."""
    one, other = guest.pair()
    written = 0
    while True:
        permit = one.output.check_write()
        if not permit:
            return one, other, written
        one.output.write(bytes(permit))
        written += permit


def overfull(guest: Guest) -> tuple[Connection, Connection, int]:
    """As ``stuffed``, with a rest that the system did not take of the last write."""
    one, other, written = stuffed(guest)
    one.output._permitted = MORE  # as if the permit had been larger than what the system took
    one.output.write(bytes(MORE))
    assert one.output._rest
    return one, other, written + MORE


def test_there_is_no_permit_while_the_system_takes_nothing():
    one, other, written = stuffed(Guest())
    pollable = one.output.subscribe()
    assert not pollable.ready()
    assert one.output.check_write() == 0
    received = 0
    while not pollable.ready():
        received += len(other.input.blocking_read(1 << 16))
    assert one.output.check_write() > 0
    assert received <= written


def test_shutdown_does_not_lose_the_rest():
    one, other, written = overfull(Guest())
    one.socket.shutdown(ShutdownType.SEND)
    assert is_closed(one.output.check_write)
    assert len(other.receive()) == written


def test_the_rest_goes_on_while_the_guest_waits_for_something_else():
    """Both ends wait for each other, and no one looks at the stream that has a rest."""
    guest = Guest()
    one, other, written = overfull(guest)
    received = 0
    while received < written:
        received += len(other.input.blocking_read(1 << 16))
    other.output.blocking_write_and_flush(b"thanks")
    assert bytes(one.input.blocking_read(99)) == b"thanks"
    assert not guest.session.poller.background


def test_a_flush_is_over_when_the_rest_is_sent():
    one, other, written = overfull(Guest())
    one.output.flush()
    assert one.output.check_write() == 0
    reader = threading.Thread(target=lambda: results.append(drained(other, written)))
    results: list[int] = []
    reader.start()
    one.output.blocking_flush()
    assert not one.output._rest
    reader.join(5)
    assert results == [written]


def drained(end: Connection, size: int) -> int:
    sock = end.socket._endpoint.sock.dup()
    with sock:
        sock.settimeout(5)
        left = size
        while left:
            left -= len(sock.recv(left))
    return size


def test_dropping_the_output_waits_for_the_rest():
    one, other, written = overfull(Guest())
    results: list[int] = []
    reader = threading.Thread(target=lambda: results.append(drained(other, written)))
    reader.start()
    one.drop()
    reader.join(5)
    assert results == [written]
    assert other.receive() == b""


def test_a_rest_that_the_peer_never_takes_is_given_up_with_the_connection():
    guest = Guest()
    one, other, _ = overfull(guest)
    other.socket._endpoint.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.socket._endpoint.close()
    one.input.subscribe().block()
    assert failed(one.output.check_write).code is ErrorCode.CONNECTION_RESET
    assert is_closed(one.output.check_write)
    assert not guest.session.poller.background


def test_an_instance_that_ends_with_a_rest_leaves_nothing_open():
    before = descriptors()
    guest = Guest()
    one, other, _ = overfull(guest)
    gc.disable()
    try:
        del guest, one, other
        assert len(os.listdir("/dev/fd")) == before
    finally:
        gc.enable()


def test_a_wait_ends_with_the_time_of_the_call(monkeypatch: pytest.MonkeyPatch):
    from witcraft.runtime import deadline

    one, other, _ = overfull(Guest())
    clock = Clock(0.05)
    monkeypatch.setattr(type(clock), "runs", lambda self: True)
    monkeypatch.setattr(deadline.here, "clocks", [clock])
    with pytest.raises(Trap, match="timed out"):
        one.output.blocking_write_and_flush(b"x")
    assert bytes(other.input.blocking_read(1)) == b"\0"


def test_zeroes_and_splice():
    guest = Guest()
    one, other = guest.pair()
    third, fourth = guest.pair()
    one.output.blocking_write_zeroes_and_flush(4096)
    other.input.subscribe().block()
    assert third.output.splice(other.input, 3000) == 3000
    assert third.output.blocking_splice(other.input, 5000) == 1096
    third.socket.shutdown(ShutdownType.SEND)
    assert fourth.receive() == bytes(4096)


# ---- everything at once ----------------------------------------------------------------------------------------------


def test_polling_sockets_and_timers_at_once():
    guest = Guest()
    timers: Any = clocks(guest.session, None)["wasi:clocks/monotonic-clock"]
    listener = guest.listening()
    one, other = guest.pair()
    udp = guest.bound_udp()
    incoming, outgoing = udp.stream(None)
    waiting: list[Pollable] = [
        timers.subscribe_duration(30_000_000),
        listener.subscribe(),
        one.input.subscribe(),
        incoming.subscribe(),
    ]
    assert guest.session.poller.poll(waiting) == [0]
    waiting[0] = timers.subscribe_duration(10_000_000_000)
    other.output.blocking_write_and_flush(b"x")
    assert guest.session.poller.poll(waiting) == [2]
    client = guest.tcp()
    client.start_connect(guest.network, listener.local_address())
    blocking(client, client.finish_connect)
    assert guest.session.poller.poll(waiting) == [1, 2]
    assert guest.session.poller.poll([*waiting, outgoing.subscribe(), udp.subscribe()]) == [1, 2, 4, 5]


def test_waiting_for_nothing_does_not_starve_a_socket():
    guest = Guest()
    timers: Any = clocks(guest.session, None)["wasi:clocks/monotonic-clock"]
    listener = guest.listening()
    for _ in range(20):
        client = guest.connected(listener.local_address())
        client.output.blocking_write_and_flush(b"Hello, world!")
        accepted = guest.accept(listener)
        ready = accepted.input.subscribe()
        for _ in range(10_000):
            if 1 in guest.session.poller.poll([timers.subscribe_duration(0), ready]):
                break
        assert bytes(accepted.input.read(99)) == b"Hello, world!"


def test_a_thread_runs_while_the_guest_waits():
    steps = []

    def late(connection: socket.socket) -> None:
        for step in range(5):
            time.sleep(0.005)
            steps.append(step)
        connection.sendall(b"done")

    with server(late) as port:
        client = Guest().connected(at("127.0.0.1", port))
        assert bytes(client.input.blocking_read(9)) == b"done"
    assert steps == [0, 1, 2, 3, 4]
