"""What the guests of `tests/guests/everyday` work on: folders, servers on this machine; and what they print."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
Address = tuple[str, str]

FILES = """\
size 42
read appended to 42
kept A line
create what is there EEXIST
open what is not ENOENT
below a file ENOTDIR
big 300000 b6245104
pieces 00070e dfe6ed 787f -
make what is there EEXIST
remove a full folder ENOTEMPTY
write to a folder EISDIR
list a b c inner/
moved no yes
hard 2 yes
soft folder/b b 8
times 1000000000 1234567890
left 0
"""

ESCAPE = """\
read ../secret EPERM
read folder/../../secret EPERM
read ../../secret EPERM
read out/secret EPERM
read absolute EPERM
read up EPERM
read loop ELOOP
read dangling ENOENT
create ../made EPERM
create out/made EPERM
create up EPERM
create dangling ok
make ../made EPERM
make out/made EPERM
look at ../secret EPERM
look at out/secret EPERM
look at up EPERM
list .. EPERM
list out EPERM
remove ../secret EPERM
rename ../secret EPERM
link ../secret EPERM
remove out/secret EPERM
rename out/secret EPERM
link out/secret EPERM
rename to ../made EPERM
link to ../made EPERM
rename to out/made EPERM
link to out/made EPERM
link to an absolute path EPERM
link upwards ok
read through it EPERM
read folder/../plain ok
read folder/back/plain ok
"""
"""Inside, a link may lead anywhere, and be followed to where nothing is granted by nobody."""

READONLY = """\
read plain
create EROFS
write EROFS
truncate EROFS
make EROFS
remove EROFS
rename EROFS
link EROFS
symlink EROFS
times EROFS
"""
"""As the interface's documentation has it. The engine answers `not-permitted`."""

RIGHTS = """\
absolute path EPERM
absolute path inside EPERM
empty path ENOENT
NUL invalid
trailing slash ENOTDIR
link not followed ELOOP
folder that is none ENOTDIR
write to a reader bad-descriptor
stream to a reader bad-descriptor
resize a reader bad-descriptor
folder of a file ENOTDIR
open below a file ENOTDIR
read a folder EISDIR
stream of a folder EISDIR
flags read
"""
RIGHTS_OF_THE_ENGINE = {
    "stream to a reader bad-descriptor": "stream to a reader ok",
    "resize a reader bad-descriptor": "resize a reader invalid",
    "read a folder EISDIR": "read a folder bad-descriptor",
}
"""What it gives instead."""


# ---- folders ------------------------------------------------------------------------------------------------------


def lay_out(outer: Path) -> Path:
    """A folder to be granted, with links that lead out of it to what else is in ``outer``."""
    inner = outer / "granted"
    (outer / "outside").mkdir(parents=True)
    (outer / "secret").write_text("secret")
    (outer / "outside" / "secret").write_text("secret")
    (inner / "folder").mkdir(parents=True)
    (inner / "plain").write_text("plain")
    links = {
        "out": "../outside",
        "absolute": "/etc/passwd",
        "up": "../secret",
        "loop": "loop",
        "dangling": "nowhere",
        "soft": "plain",
        "folder/back": "..",
    }
    for name, target in links.items():
        (inner / name).symlink_to(target)
    return inner


def contents(folder: Path) -> dict[str, str]:
    """Everything in it: of files the text, of links where they lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = str(path.readlink()) if path.is_symlink() else "" if path.is_dir() else path.read_text()
    return found


# ---- servers ------------------------------------------------------------------------------------------------------


@contextmanager
def server(answer: Callable[[socket.socket], object]) -> Iterator[Address]:
    """A TCP server; each client has a thread, and is closed when ``answer`` is done with it."""
    with socket.create_server((HOST, 0)) as listening:
        clients: list[threading.Thread] = []

        def one(client: socket.socket) -> None:
            with client:
                answer(client)

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                clients.append(threading.Thread(target=one, args=(client,)))
                clients[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield HOST, str(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for thread in (accepting, *clients):
                thread.join(10)


def upper(client: socket.socket) -> None:
    while data := client.recv(5000):
        client.sendall(data.upper())


def silent(client: socket.socket) -> None:
    """Until the client goes."""
    client.recv(1)


@contextmanager
def datagrams() -> Iterator[Address]:
    """A UDP server that answers in capitals."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((HOST, 0))
        end = b"the end"

        def answer() -> None:
            while (received := bound.recvfrom(5000))[0] != end:
                bound.sendto(received[0].upper(), received[1])

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield HOST, str(bound.getsockname()[1])
        finally:
            bound.sendto(end, bound.getsockname())
            thread.join(10)


def unused_port() -> str:
    """Of nobody, for a moment at least."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        return str(bound.getsockname()[1])


class Clients:
    """Clients of a guest that serves: each is started when the guest prints its port, and says two words."""

    def __init__(self, count: int) -> None:
        self.threads = [threading.Thread(target=self._talk, args=(number,)) for number in range(count)]
        self.answers: list[bytes] = []
        self.all_in = threading.Barrier(count)
        self.text = b""
        self.port = 0

    def hear(self, printed: bytes) -> None:
        self.text += printed
        if not self.port and self.text.endswith(b"\n"):
            self.port = int(self.text.split()[1])
            for thread in self.threads:
                thread.start()

    def _talk(self, number: int) -> None:
        with socket.create_connection((HOST, self.port), timeout=10) as connection:
            connection.sendall(b"hello %d" % number)
            answer = connection.recv(100)
            self.all_in.wait(10)  # all of them are connected now
            connection.sendall(b", again")
            self.answers.append(answer + connection.recv(100))

    def join(self) -> list[bytes]:
        for thread in self.threads:
            thread.join(10)
        return sorted(self.answers)
