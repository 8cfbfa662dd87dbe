"""What a guest does with `wasi:sockets`, in Python: calls the host's interfaces as bindings would."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, ip_address
from typing import Any

import pytest

from witcraft.runtime import Err
from witcraft.wasi.interfaces.io_streams import StreamError_Closed
from witcraft.wasi.interfaces.sockets_network import (
    ErrorCode,
    IpAddressFamily,
    IpSocketAddress,
    IpSocketAddress_Ipv4,
    IpSocketAddress_Ipv6,
    Ipv4SocketAddress,
    Ipv6SocketAddress,
)
from witcraft.wasi.io.session import Session
from witcraft.wasi.limits import Limits
from witcraft.wasi.sockets import Network, interfaces
from witcraft.wasi.sockets.tcp import TcpSocket
from witcraft.wasi.sockets.udp import UdpSocket

V4, V6 = IpAddressFamily.IPV4, IpAddressFamily.IPV6
LOOPBACK = {V4: "127.0.0.1", V6: "::1"}
EVERYWHERE = {V4: "0.0.0.0", V6: "::"}
ALL = Network(tcp="*", listen="*", udp="*", udp_listen="*")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


IPV6 = pytest.param(V6, marks=pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6"), id="ipv6")
FAMILIES = pytest.mark.parametrize("family", [pytest.param(V4, id="ipv4"), IPV6])
"""For tests that are the same for both families."""


def at(text: str, port: int = 0, *, flow: int = 0, zone: int = 0) -> IpSocketAddress:
    """A socket address of the guest."""
    ip = ip_address(text)
    if isinstance(ip, IPv4Address):
        a, b, c, d = ip.packed
        return IpSocketAddress_Ipv4(Ipv4SocketAddress(port, (a, b, c, d)))
    parts: Any = tuple(int.from_bytes(ip.packed[i : i + 2], "big") for i in range(0, 16, 2))
    return IpSocketAddress_Ipv6(Ipv6SocketAddress(port, flow, parts, zone))


def code(call: Callable[..., object], *args: object) -> ErrorCode | None:
    """The error code that it answers; None if it does not fail."""
    try:
        call(*args)
    except Err as error:
        assert isinstance(error.value, ErrorCode)
        return error.value
    return None


def is_closed(call: Callable[..., object], *args: object) -> bool:
    """Whether a function of a stream answers ``closed``."""
    try:
        call(*args)
    except Err as error:
        return isinstance(error.value, StreamError_Closed)
    return False


class Guest:
    """One instance's sockets."""

    def __init__(self, network: Network | None = ALL, limits: Limits | None = None) -> None:
        self.session = Session(time, limits or Limits())
        self.interfaces: dict[str, Any] = interfaces(self.session, network)
        self.network = self["instance-network"].instance_network()

    def __getitem__(self, name: str) -> Any:
        return self.interfaces[f"wasi:sockets/{name}"]

    # ---- TCP ----

    def tcp(self, family: IpAddressFamily = V4) -> TcpSocket:
        made: TcpSocket = self["tcp-create-socket"].create_tcp_socket(family)
        return made

    def bound(self, family: IpAddressFamily = V4, port: int = 0) -> TcpSocket:
        sock = self.tcp(family)
        self.bind(sock, at(LOOPBACK[family], port))
        return sock

    def bind(self, sock: TcpSocket | UdpSocket, address: IpSocketAddress) -> None:
        sock.start_bind(self.network, address)
        sock.finish_bind()

    def listening(self, family: IpAddressFamily = V4) -> TcpSocket:
        sock = self.bound(family)
        sock.start_listen()
        sock.finish_listen()
        return sock

    def connect(self, sock: TcpSocket, address: IpSocketAddress) -> Connection:
        sock.start_connect(self.network, address)
        return Connection(sock, *blocking(sock, sock.finish_connect))

    def connected(self, address: IpSocketAddress) -> Connection:
        family = V4 if isinstance(address, IpSocketAddress_Ipv4) else V6
        return self.connect(self.tcp(family), address)

    def accept(self, listener: TcpSocket) -> Connection:
        return Connection(*blocking(listener, listener.accept))

    def pair(self, family: IpAddressFamily = V4) -> tuple[Connection, Connection]:
        """(server, client), both the guest's."""
        listener = self.listening(family)
        client = self.connected(listener.local_address())
        return self.accept(listener), client

    # ---- UDP ----

    def udp(self, family: IpAddressFamily = V4) -> UdpSocket:
        made: UdpSocket = self["udp-create-socket"].create_udp_socket(family)
        return made

    def bound_udp(self, family: IpAddressFamily = V4, host: str | None = None, port: int = 0) -> UdpSocket:
        sock = self.udp(family)
        self.bind(sock, at(host or LOOPBACK[family], port))
        return sock

    # ---- names ----

    def resolve(self, name: str) -> list[str]:
        stream = self["ip-name-lookup"].resolve_addresses(self.network, name)
        found = []
        while (address := blocking(stream, stream.resolve_next_address)) is not None:
            parts = address.value
            found.append(".".join(map(str, parts)) if len(parts) == 4 else ":".join(f"{part:x}" for part in parts))
        return [str(ip_address(text)) for text in found]


class Connection:
    """A connected socket and its streams."""

    def __init__(self, socket: TcpSocket, input: Any, output: Any) -> None:  # noqa: A002
        self.socket, self.input, self.output = socket, input, output

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            permit = self.output.check_write()
            if not permit:
                self.output.subscribe().block()
                continue
            self.output.write(bytes(view[:permit]))
            view = view[permit:]

    def receive(self) -> bytes:
        """Everything until the peer ends."""
        data = bytearray()
        while True:
            try:
                data += self.input.blocking_read(1 << 16)
            except Err as error:
                assert error.value == StreamError_Closed()
                return bytes(data)

    def drop(self) -> None:
        self.input.__exit__(None, None, None)
        self.output.__exit__(None, None, None)
        self.socket.__exit__(None, None, None)
        del self.input, self.output, self.socket


def blocking(source: Any, call: Callable[[], Any]) -> Any:
    """Waits with the pollable of ``source`` as long as ``call`` would block."""
    for _ in range(1000):
        try:
            return call()
        except Err as error:
            if error.value is not ErrorCode.WOULD_BLOCK:
                raise
        source.subscribe().block()
    raise AssertionError("a pollable is ready, but nothing happens")


# ---- the other side --------------------------------------------------------------------------------------------------


@contextmanager
def server(serve: Callable[[socket.socket], object], host: str = "127.0.0.1") -> Iterator[int]:
    """A server on loopback for one connection, in a thread: ``serve(connection)``. Gives the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        listener.settimeout(5)
        failures: list[BaseException] = []

        def run() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(5)
                    serve(connection)
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(6)
            assert not thread.is_alive()
        if failures:
            raise failures[0]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback where nobody is."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def descriptors() -> int:
    """How many this process has open."""
    gc.collect()
    return len(os.listdir("/dev/fd"))
