"""Standard streams: files by their descriptors, pipes that wait, functions, bytes, text; terminals."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from witcraft.runtime import ConfigError, Err
from witcraft.wasi import Limits, stdio
from witcraft.wasi.cli import TerminalInput, TerminalOutput, TerminalStderr, TerminalStdin, TerminalStdout
from witcraft.wasi.interfaces.filesystem_types import ErrorCode
from witcraft.wasi.interfaces.io_streams import StreamError_Closed
from witcraft.wasi.io import native
from witcraft.wasi.io.session import Session
from witcraft.wasi.io.streams import InputStream, OutputStream

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no poll()")


@pytest.fixture
def session() -> Session:
    return Session(time, Limits())


@pytest.fixture
def pipe() -> Iterator[tuple[Any, Any]]:
    """Python's files for both ends, buffered."""
    reader, writer = os.pipe()
    with open(reader, "rb") as one:
        other = open(writer, "wb")  # noqa: SIM115 - may end broken
        yield one, other
        with suppress(BrokenPipeError):
            other.close()


def source(session: Session, given: Any) -> InputStream:
    return stdio.Stdin(given).stream(session)


def sink(session: Session, given: Any) -> OutputStream:
    return stdio.Stdout("stdout", given).opened(session)()


def everything(stream: InputStream) -> bytes:
    data = b""
    while True:
        try:
            data += stream.blocking_read(1 << 40)
        except Err as end:
            assert end.value == StreamError_Closed()
            return data


# ---- input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, b""),
        (b"abc", b"abc"),
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abc"), b"abc"),
        (io.BytesIO(b"abc"), b"abc"),
        (io.StringIO("häß"), "häß".encode()),
        (io.TextIOWrapper(io.BytesIO(b"\xff\n")), b"\xff\n"),
        (iter([b"a", b"bc", b""]).__next__, None),
        (gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"abc"))), b"abc"),
    ],
)
def test_what_can_be_read(session: Session, given: Any, expected: bytes | None):
    if expected is None:
        chunks = given
        given, expected = (lambda _: chunks()), b"abc"
    assert everything(source(session, given)) == expected


def test_every_instance_reads_bytes_from_their_beginning(session: Session):
    stdin = stdio.Stdin(b"abc")
    assert [everything(stdin.stream(session)), everything(stdin.stream(session))] == [b"abc", b"abc"]


@pytest.mark.parametrize("given", ["text", Path("x"), 5, object()])
def test_what_cannot_be_read_or_written(given: Any):
    with pytest.raises(ConfigError, match="stdin: expected a file, bytes, a function or None, got"):
        stdio.Stdin(given)
    with pytest.raises(ConfigError, match="stderr: expected a file, a function or None, got"):
        stdio.Stdout("stderr", given)


def test_a_file_that_is_closed_already(tmp_path: Path):
    with (tmp_path / "a").open("wb") as file:
        pass
    with pytest.raises(ConfigError, match="is closed"):
        stdio.Stdout("stdout", file)


def test_a_file_that_is_closed_later(session: Session, tmp_path: Path, pipe: tuple[Any, Any]):
    """Its descriptor may be another file's by then."""
    with (tmp_path / "a").open("wb") as file:
        stdout = stdio.Stdout("stdout", file)
        stream = stdout.opened(session)()
    reader = source(session, pipe[0])
    assert reader.read(1) == b""
    pipe[0].close()
    for use in (lambda: stream.blocking_write_and_flush(b"x"), lambda: stdout.opened(session), lambda: reader.read(1)):
        with pytest.raises(ValueError, match="closed file"):
            use()
    assert (tmp_path / "a").read_bytes() == b""


@pytest.mark.parametrize("mode", ["rb", "r", "r+b"])
def test_a_file_is_read_from_where_python_is_and_python_goes_on_from_there(session: Session, tmp_path: Path, mode: str):
    (tmp_path / "a").write_bytes(b"first\nsecond\nthird\n")
    with (tmp_path / "a").open(mode) as file:
        binary = getattr(file, "buffer", file)
        assert binary.readline() == b"first\n"
        stream = source(session, file)
        assert type(stream) is native.FileReader
        assert stream.subscribe().ready()
        assert stream.read(7) == b"second\n"
        assert binary.read() == b"third\n"


def test_a_file_without_a_buffer(session: Session, tmp_path: Path):
    (tmp_path / "a").write_bytes(b"abc")
    with (tmp_path / "a").open("rb", 0) as file:
        assert everything(source(session, file)) == b"abc"


def test_a_pipe_is_never_waited_for_unless_asked(session: Session, pipe: tuple[Any, Any]):
    reader, writer = pipe
    stream = source(session, reader)
    assert type(stream) is native.PipeReader
    pollable = stream.subscribe()
    assert not pollable.ready()
    assert stream.read(5) == b""
    os.write(writer.fileno(), b"abc")
    assert pollable.ready()
    assert stream.read(2) == b"ab"
    assert stream.blocking_read(5) == b"c"
    thread = threading.Timer(0.02, os.write, (writer.fileno(), b"late"))
    thread.start()
    assert stream.blocking_read(9) == b"late"
    thread.join()
    writer.close()
    assert pollable.ready()
    with pytest.raises(Err):
        stream.read(1)


def test_what_python_has_read_ahead_of_a_pipe_comes_first(session: Session, pipe: tuple[Any, Any]):
    reader, writer = pipe
    os.write(writer.fileno(), b"one\ntwo\nthree\n")
    assert reader.readline() == b"one\n"
    stream = source(session, reader)
    assert stream.subscribe().ready()
    assert stream.read(4) == b"two\n"
    os.write(writer.fileno(), b"four\n")
    assert [stream.read(99), stream.read(99), stream.read(99)] == [b"three\n", b"four\n", b""]
    assert os.get_blocking(reader.fileno())


def test_a_pipe_that_the_host_made_non_blocking(session: Session, pipe: tuple[Any, Any]):
    reader, writer = pipe
    for end in pipe:
        os.set_blocking(end.fileno(), False)
    stream, out = source(session, reader), sink(session, writer)
    assert stream.read(1) == b""
    data = os.urandom(1 << 18)
    got = bytearray()
    thread = threading.Thread(target=lambda: got.extend(everything(stream)))
    thread.start()
    for start in range(0, len(data), 4096):
        out.blocking_write_and_flush(data[start : start + 4096])
    writer.close()
    thread.join()
    assert got == data


# ---- output --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["wb", "w", "w+b", "ab"])
def test_what_python_and_the_guest_print_stays_in_order(session: Session, tmp_path: Path, mode: str):
    with (tmp_path / "a").open(mode) as file:
        write: Any = (lambda data: file.write(data.decode())) if mode == "w" else file.write
        stream = sink(session, file)
        assert type(stream) is native.Writer
        write(b"1")
        stream.blocking_write_and_flush(b"2")
        write(b"3")
        assert stream.check_write() == 1 << 20
        stream.write(b"4")
        write(b"5")
    assert (tmp_path / "a").read_bytes() == b"12345"


def test_a_file_without_descriptor_gets_bytes_at_once(session: Session):
    binary = io.BytesIO()
    text = io.TextIOWrapper(binary)
    text.write("1")
    stream = sink(session, text)
    stream.blocking_write_and_flush(b"2\xff")
    assert binary.getvalue() == b"12\xff"


def test_text_that_has_no_bytes_underneath(session: Session):
    text = io.StringIO()
    stream = sink(session, text)
    for byte in "aä€\n".encode():
        stream.blocking_write_and_flush(bytes([byte]))
    stream.blocking_write_and_flush(b"\xff.")
    assert text.getvalue() == "aä€\n\ufffd."


def test_a_function_gets_bytes(session: Session):
    got: list[bytes] = []
    stream = sink(session, got.append)
    stream.blocking_write_and_flush(b"a")
    stream.check_write()
    stream.write(b"b")
    assert got == [b"a", b"b"]


def test_what_compresses_is_not_gone_around(session: Session, tmp_path: Path):
    with gzip.open(tmp_path / "a.gz", "wb") as file:
        sink(session, file).blocking_write_and_flush(b"abc")
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"abc"


def test_raw_files_that_take_less_than_all(session: Session):
    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self.taken = b""

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:2])
            return min(2, len(data))

    slow = Slow()
    sink(session, slow).blocking_write_and_flush(b"abcde")
    assert slow.taken == b"abcde"


def test_output_that_nobody_wants(session: Session):
    stream = sink(session, None)
    stream.blocking_write_and_flush(b"a")
    assert stream.check_write() == 1 << 20
    stream.write(b"b")


def test_a_full_pipe_gives_no_permit(session: Session, pipe: tuple[Any, Any]):
    reader, writer = pipe
    stream = sink(session, writer)
    assert type(stream) is native.PipeWriter
    pollable, written = stream.subscribe(), 0
    while permit := stream.check_write():
        stream.write(bytes(permit))
        written += permit
    assert written >= 4096
    assert not pollable.ready()
    got = len(os.read(reader.fileno(), 1 << 20))
    assert got == written
    assert pollable.ready()


def test_a_pipe_that_nobody_reads_is_closed(session: Session, pipe: tuple[Any, Any]):
    reader, writer = pipe
    stream = sink(session, writer)
    reader.close()
    for _ in range(2):
        with pytest.raises(Err) as end:
            stream.blocking_write_and_flush(b"x")
        assert end.value.value == StreamError_Closed()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(session: Session):
    with open("/dev/full", "wb", 0) as file:
        stream = sink(session, file)
        with pytest.raises(Err) as failure:
            stream.blocking_write_and_flush(b"x")
        assert failure.value.value.value.code == ErrorCode.INSUFFICIENT_SPACE


# ---- terminals -----------------------------------------------------------------------------------------------------


def test_terminals_are_known(session: Session):
    mine, theirs = os.openpty()
    with open(mine, "r+b", 0) as host, open(theirs, "r+b", 0) as guest:
        stdin, stdout = stdio.Stdin(guest), stdio.Stdout("stdout", guest)
        assert isinstance(TerminalStdin(stdin).get_terminal_stdin(), TerminalInput)
        assert isinstance(TerminalStdout(stdout).get_terminal_stdout(), TerminalOutput)
        assert isinstance(TerminalStderr(stdout).get_terminal_stderr(), TerminalOutput)
        stream = stdin.stream(session)
        assert not stream.subscribe().ready()
        host.write(b"hello\n")
        assert stream.blocking_read(99) == b"hello\n"
        assert os.read(mine, 99) == b"hello\r\n"  # the terminal's echo
        stdout.opened(session)().blocking_write_and_flush(b"done\n")
        assert os.read(mine, 99) == b"done\r\n"


@pytest.mark.parametrize("given", [None, io.BytesIO(), print])
def test_all_else_is_no_terminal(given: Any):
    assert TerminalStdin(stdio.Stdin(given)).get_terminal_stdin() is None
    assert TerminalStdout(stdio.Stdout("stdout", given)).get_terminal_stdout() is None
    assert TerminalStderr(stdio.Stdout("stderr", given)).get_terminal_stderr() is None


def test_a_file_is_no_terminal(tmp_path: Path):
    with (tmp_path / "a").open("w+b") as file:
        assert not stdio.Stdin(file).is_terminal
        assert not stdio.Stdout("stdout", file).is_terminal
