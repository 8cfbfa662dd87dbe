"""An everyday program in Python; the first argument says what to do. Those in C and JavaScript print the same lines."""

from __future__ import annotations

import errno
import os
import random
import select
import shutil
import socket
import sys
import time
import zlib
from collections.abc import Callable
from encodings import idna  # noqa: F401 (looked for when a name is resolved, when there are no files to find it in)
from pathlib import Path

from wit_world import exports

TEXT = "a line of text, and another word\n"


class Run(exports.Run):
    def run(self) -> None:
        name, *arguments = sys.argv[1:]
        globals()[f"do_{name}"](*arguments)
        sys.stdout.flush()


def attempt(title: str, action: Callable[[], object]) -> None:
    """Prints the name of the error that ``action`` ends in, or `ok`."""
    try:
        action()
    except OSError as error:
        print(title, errno.errorcode.get(error.errno, error))
    else:
        print(title, "ok")


def yes(truth: object) -> str:
    return "yes" if truth else "no"


# ---- files --------------------------------------------------------------------------------------------------------


def do_files(top: str) -> None:
    root = Path(top)
    write_and_read(root / "notes.txt")
    big_file(root / "big")
    folders(root)
    links(root)
    times(root / "notes.txt")
    clear(root)


def write_and_read(path: Path) -> None:
    path.write_text(TEXT)
    with path.open("a") as file:
        file.write("appended\n")
    print("size", path.stat().st_size)
    with path.open() as file:
        file.seek(len(TEXT))
        print("read", file.read().strip(), "to", file.tell())
    with path.open("r+") as file:
        file.write("A")
        file.truncate(6)
    print("kept", path.read_text())
    attempt("create what is there", lambda: os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    attempt("open what is not", lambda: os.open(path.with_name("nothing"), os.O_RDONLY))
    attempt("below a file", lambda: os.open(path / "below", os.O_RDONLY))


def big_file(path: Path) -> None:
    data = bytes(i * 7 % 251 for i in range(300_000))
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), 1000):
            file.write(data[start : start + 1000])
    again = path.read_bytes()
    print("big", len(again), f"{zlib.adler32(again):08x}")
    with path.open("rb") as file:
        print("pieces", *(os.pread(file.fileno(), 3, at).hex() or "-" for at in (0, 1000, 299_998, 300_000)))


def folders(root: Path) -> None:
    (root / "folder" / "inner").mkdir(parents=True)
    for name in ("b", "a", "c"):
        (root / "folder" / name).write_text(name)
    attempt("make what is there", lambda: os.mkdir(root / "folder"))
    attempt("remove a full folder", lambda: os.rmdir(root / "folder"))
    attempt("write to a folder", lambda: os.open(root / "folder", os.O_WRONLY))
    with os.scandir(root / "folder") as entries:
        print("list", *sorted(f"{entry.name}{'/' if entry.is_dir() else ''}" for entry in entries))
    (root / "folder" / "a").rename(root / "folder" / "inner" / "z")
    print("moved", *(yes((root / "folder" / name).exists()) for name in ("a", "inner/z")))


def links(root: Path) -> None:
    os.link(root / "notes.txt", root / "hard")
    (root / "soft").symlink_to("folder/b")
    print("hard", os.stat(root / "hard").st_nlink, yes(os.path.samefile(root / "hard", root / "notes.txt")))
    print("soft", os.readlink(root / "soft"), (root / "soft").read_text(), os.lstat(root / "soft").st_size)


def times(path: Path) -> None:
    os.utime(path, (1_000_000_000, 1_234_567_890))
    print("times", int(path.stat().st_atime), int(path.stat().st_mtime))


def clear(root: Path) -> None:
    shutil.rmtree(root / "folder")
    for name in ("notes.txt", "big", "hard", "soft"):
        (root / name).unlink()
    print("left", len(os.listdir(root)))


def do_escape(top: str) -> None:
    """Every way out of ``top`` that a path can name; `tests/end_to_end/everyday.py` lays the folder out."""
    for name in (
        "../secret",
        "folder/../../secret",
        "../../secret",
        "out/secret",
        "absolute",
        "up",
        "loop",
        "dangling",
    ):
        attempt(f"read {name}", lambda name=name: os.open(f"{top}/{name}", os.O_RDONLY))
    for name in ("../made", "out/made", "up", "dangling"):
        attempt(f"create {name}", lambda name=name: os.open(f"{top}/{name}", os.O_WRONLY | os.O_CREAT))
    for name in ("../made", "out/made"):
        attempt(f"make {name}", lambda name=name: os.mkdir(f"{top}/{name}"))
    for name in ("../secret", "out/secret", "up"):
        attempt(f"look at {name}", lambda name=name: os.stat(f"{top}/{name}"))
    for name in ("..", "out"):
        attempt(f"list {name}", lambda name=name: os.listdir(f"{top}/{name}"))
    for name in ("../secret", "out/secret"):
        attempt(f"remove {name}", lambda name=name: os.unlink(f"{top}/{name}"))
        attempt(f"rename {name}", lambda name=name: os.rename(f"{top}/{name}", f"{top}/made"))
        attempt(f"link {name}", lambda name=name: os.link(f"{top}/{name}", f"{top}/made"))
    for name in ("../made", "out/made"):
        attempt(f"rename to {name}", lambda name=name: os.rename(f"{top}/plain", f"{top}/{name}"))
        attempt(f"link to {name}", lambda name=name: os.link(f"{top}/plain", f"{top}/{name}"))
    attempt("link to an absolute path", lambda: os.symlink("/etc/passwd", f"{top}/made"))
    attempt("link upwards", lambda: os.symlink("../secret", f"{top}/made"))
    attempt("read through it", lambda: os.open(f"{top}/made", os.O_RDONLY))
    for name in ("folder/../plain", "folder/back/plain"):
        attempt(f"read {name}", lambda name=name: os.open(f"{top}/{name}", os.O_RDONLY))


def do_readonly(top: str) -> None:
    """Everything that would change ``top``, which is granted for reading."""
    path = Path(top)
    print("read", (path / "plain").read_text())
    attempt("create", lambda: os.open(path / "made", os.O_WRONLY | os.O_CREAT))
    attempt("write", lambda: os.open(path / "plain", os.O_WRONLY))
    attempt("truncate", lambda: os.open(path / "plain", os.O_RDWR | os.O_TRUNC))
    attempt("make", lambda: os.mkdir(path / "made"))
    attempt("remove", lambda: os.unlink(path / "plain"))
    attempt("rename", lambda: os.rename(path / "plain", path / "made"))
    attempt("link", lambda: os.link(path / "plain", path / "made"))
    attempt("symlink", lambda: os.symlink("plain", path / "made"))
    attempt("times", lambda: os.utime(path / "plain", (1, 1)))


# ---- the rest of a machine ----------------------------------------------------------------------------------------


def do_environment(*arguments: str) -> None:
    print(*(f"[{argument}]" for argument in arguments))
    for name, value in sorted(os.environ.items()):
        print(f"{name}={value}")


def do_clocks() -> None:
    wall, start = time.time_ns(), time.monotonic_ns()
    time.sleep(0.02)
    print("wall", wall // 1_000_000_000, "slept", yes(time.monotonic_ns() - start >= 20_000_000))


def do_random() -> None:
    """Sixteen bytes, and whether many of them are as mixed as random ones."""
    print(os.urandom(16).hex(), yes(random.SystemRandom().getrandbits(64)), len(set(os.urandom(10_000))))


def do_upper() -> None:
    """Standard input in capitals, line by line; how many there were goes to standard error."""
    count = 0
    for line in sys.stdin:
        sys.stdout.write(line.upper())
        count += 1
    print(count, file=sys.stderr, flush=True)


def do_exit(code: str) -> None:
    print("leaving", flush=True)
    sys.exit(int(code))


def do_fail() -> None:
    print("failing", flush=True)
    raise ValueError("on purpose")


def do_spin() -> None:
    print("spinning", flush=True)
    while True:
        pass


def do_sleep(seconds: str) -> None:
    print("sleeping", flush=True)
    time.sleep(float(seconds))


# ---- sockets ------------------------------------------------------------------------------------------------------


def do_connect(host: str, port: str) -> None:
    """Sends 200,002 bytes to a server that answers in capitals, half of them when the first half has come back."""
    data = b"some text. " * 18_182
    with socket.create_connection((host, int(port))) as connection:
        print("peer", yes(connection.getpeername()[:2] == (host, int(port))))
        connection.sendall(data[:100_000])
        answer = exactly(connection, 100_000)
        connection.sendall(data[100_000:])
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(10_000):
            answer += piece
    print("answer", len(answer), yes(answer == data.upper()))


def exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := connection.recv(size - len(data))):
        data += piece
    return data


def do_attempts(host: str, port: str) -> None:
    """Each kind of use of the network, and what comes of it."""
    to = (host, int(port))
    attempt("connect", lambda: socket.socket().connect(to))
    attempt("send", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", to))
    attempt("listen", lambda: socket.create_server((host, 0)).close())


def do_serve(clients: str) -> None:
    """Echoes in capitals to so many clients, several at once; prints the port first."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        print("port", server.getsockname()[1], flush=True)
        serve(server, int(clients))
    print("served", clients)


def serve(server: socket.socket, clients: int) -> None:
    poll = select.poll()
    poll.register(server, select.POLLIN)
    connections: dict[int, socket.socket] = {}
    while clients or connections:
        for number, _ in poll.poll():
            if number == server.fileno():
                connection, _ = server.accept()
                connections[connection.fileno()] = connection
                poll.register(connection, select.POLLIN)
                clients -= 1
            elif piece := connections[number].recv(10_000):
                connections[number].sendall(piece.upper())
            else:
                poll.unregister(number)
                connections.pop(number).close()


def do_datagrams(host: str, port: str) -> None:
    """To a server that answers in capitals."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        for text in (b"one", b"", b"three" * 200):
            datagrams.sendto(text, (host, int(port)))
            data, sender = datagrams.recvfrom(2000)
            print("answer", len(data), yes(data == text.upper()), yes(sender == (host, int(port))))


def do_silence(host: str, port: str) -> None:
    """Waits for a server that accepts and says nothing."""
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(0.05)
        start = time.monotonic()
        try:
            connection.recv(1)
        except TimeoutError:
            print("timed out", yes(time.monotonic() - start >= 0.05))
        print("readable", len(select.select([connection], [], [], 0.02)[0]))
        print("writable", len(select.select([], [connection], [], 1)[1]))


def do_lookup(name: str) -> None:
    print(*sorted({entry[4][0] for entry in socket.getaddrinfo(name, 80, socket.AF_INET, socket.SOCK_STREAM)}))
