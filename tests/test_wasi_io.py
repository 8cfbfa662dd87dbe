"""`wasi:io` by its objects: permits, blocking forms, splice, pollables and the poller, descriptors."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witcraft import Config
from witcraft.runtime import Err, Trap
from witcraft.runtime import deadline as deadlines
from witcraft.wasi import Limits
from witcraft.wasi.interfaces.io_streams import StreamError_Closed, StreamError_LastOperationFailed
from witcraft.wasi.io import files, native
from witcraft.wasi.io.calls import Called, Caller
from witcraft.wasi.io.clock import Fixed
from witcraft.wasi.io.descriptors import Owned
from witcraft.wasi.io.error import failed, failure
from witcraft.wasi.io.files import FileInput, FileOutput
from witcraft.wasi.io.poll import ALWAYS, READ, WRITE, Descriptor, Pollable, Timer
from witcraft.wasi.io.session import Session
from witcraft.wasi.io.streams import AT_ONCE, InputStream, OutputStream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from witcraft.wasi.io.poll import Awaits

MS = 1_000_000


@pytest.fixture
def session() -> Session:
    return Session(time, Limits())


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def always(session: Session, awaits: Awaits) -> Pollable:
    return Pollable(session.poller, lambda: awaits)


class Tap(InputStream):
    """Gives its chunks one by one, b"" where there is nothing yet."""

    def __init__(self, session: Session, *chunks: bytes) -> None:
        super().__init__(session)
        self.chunks = list(chunks)

    def _read(self, size: int) -> bytes:
        if not self.chunks:
            raise Err(StreamError_Closed())
        chunk = self.chunks.pop(0)
        if len(chunk) > size:
            self.chunks.insert(0, chunk[size:])
        return chunk[:size]


class Drain(OutputStream):
    """Takes at most ``room`` bytes at a time; every second look there is none. Flushes at the third look."""

    def __init__(self, session: Session, room: int) -> None:
        super().__init__(session)
        self.room, self.looks, self.waits, self.taken, self.unflushed = room, 0, 0, b"", 0

    def _permit(self) -> int:
        self.looks += 1
        return self.room if self.looks % 2 == 0 else 0

    def _awaits(self) -> Awaits:
        self.waits += 1
        return ALWAYS

    def _write(self, data: bytes) -> None:
        assert len(data) <= self.room
        self.taken += data

    def _flush(self) -> None:
        self.unflushed = 3

    def _flushed(self) -> bool:
        self.unflushed = max(0, self.unflushed - 1)
        return not self.unflushed


# ---- input ---------------------------------------------------------------------------------------------------------


def test_a_read_gives_what_is_there(session: Session):
    tap = Tap(session, b"abc", b"", b"de")
    assert tap.read(2) == b"ab"
    assert tap.read(0) == b""
    assert tap.read(9) == b"c"
    assert tap.read(9) == b""
    assert tap.blocking_read(9) == b"de"
    with pytest.raises(Err) as end:
        tap.blocking_read(1)
    assert end.value.value == StreamError_Closed()


def test_a_blocking_read_waits(session: Session):
    assert Tap(session, b"", b"", b"x").blocking_read(5) == b"x"
    assert Tap(session, b"", b"", b"xy").blocking_skip(5) == 2
    assert Tap(session, b"", b"x").blocking_read(0) == b""


def test_a_read_is_bounded_whatever_is_asked_for():
    session = Session(time, Limits(buffer=4096))
    asked: list[int] = []

    def take(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    stream = Caller(session, take)
    assert len(stream.read((1 << 64) - 1)) == 4096
    assert stream.skip(1 << 63) == 4096
    assert asked == [4096, 4096]


def test_more_than_was_asked_for_is_kept(session: Session):
    chunks = [b"abcdef", b""]
    stream = Caller(session, lambda _: chunks.pop(0))
    assert [stream.read(4), stream.read(4)] == [b"abcd", b"ef"]
    for _ in range(2):
        with pytest.raises(Err):
            stream.read(4)


def test_a_function_must_give_bytes(session: Session):
    with pytest.raises(TypeError, match="stdin: expected bytes, got str"):
        Caller(session, lambda _: "text").read(4)  # type: ignore[arg-type, return-value]


def test_a_function_that_fails_as_the_system_does(session: Session):
    def fail(_: object) -> bytes:
        raise OSError(5, "the disk is gone")

    with pytest.raises(Err) as failure:
        Caller(session, fail).read(4)
    assert failure.value.value.value.to_debug_string() == "the disk is gone"
    stream = Called(session, fail)
    stream.check_write()
    with pytest.raises(Err):
        stream.write(b"x")


# ---- output --------------------------------------------------------------------------------------------------------


def test_writing_beyond_the_permit_traps(session: Session):
    stream = Called(session, lambda data: None)
    with pytest.raises(Trap, match="write: 1 bytes, but 0 are permitted"):
        stream.write(b"x")
    assert stream.check_write() == 1 << 20
    with pytest.raises(Trap, match="1048577 bytes"):
        stream.write(bytes((1 << 20) + 1))
    with pytest.raises(Trap, match="write-zeroes"):
        stream.write_zeroes(1 << 63)


@pytest.mark.parametrize("size", [AT_ONCE + 1, 1 << 20])
def test_what_is_written_at_once_has_a_limit(session: Session, size: int):
    stream = Called(session, lambda data: None)
    with pytest.raises(Trap, match="blocking-write-and-flush"):
        stream.blocking_write_and_flush(bytes(size))
    with pytest.raises(Trap, match="blocking-write-zeroes-and-flush"):
        stream.blocking_write_zeroes_and_flush(size)


@given(st.lists(st.one_of(st.just("check"), st.integers(0, 5000)), max_size=30))
def test_writes_up_to_the_permit_and_no_further(steps: list[str | int]):
    taken = bytearray()
    stream = Called(Session(time, Limits(buffer=4096)), taken.extend)
    permit = written = 0
    for step in steps:
        if isinstance(step, str):
            permit = stream.check_write()
            assert permit == 4096
        elif step <= permit:
            stream.write(bytes(step))
            permit, written = permit - step, written + step
        else:
            with pytest.raises(Trap):
                stream.write(bytes(step))
    assert len(taken) == written


@given(st.binary(max_size=AT_ONCE), st.integers(1, 700))
def test_the_blocking_form_writes_everything_in_order_and_flushes(data: bytes, room: int):
    stream = Drain(Session(time, Limits()), room)
    stream.blocking_write_and_flush(data)
    assert stream.taken == data
    assert stream.unflushed == 0
    assert stream.waits >= len(data) // room


def test_there_is_no_permit_while_a_stream_is_flushed(session: Session):
    stream = Drain(session, 8)
    assert [stream.check_write(), stream.check_write()] == [0, 8]
    stream.flush()
    with pytest.raises(Trap):
        stream.write(b"x")
    assert stream.check_write() == 0
    stream.blocking_flush()
    assert max(stream.check_write(), stream.check_write()) == 8


def test_zeroes(session: Session):
    taken = bytearray()
    stream = Called(session, taken.extend)
    stream.check_write()
    stream.write_zeroes(3)
    stream.blocking_write_zeroes_and_flush(AT_ONCE)
    assert taken == bytes(3 + AT_ONCE)


def test_splice(session: Session):
    stream = Drain(session, 4)
    tap = Tap(session, b"abcdefgh", b"", b"ij")
    assert stream.splice(tap, 9) == 0
    assert stream.splice(tap, 9) == 4
    assert stream.blocking_splice(tap, 3) == 3
    assert stream.blocking_splice(tap, 9) == 1
    assert stream.blocking_splice(tap, 9) == 2
    with pytest.raises(Err):
        stream.blocking_splice(tap, 9)
    assert stream.taken == b"abcdefghij"


# ---- pollables -----------------------------------------------------------------------------------------------------


def test_polling_nothing_traps(session: Session):
    with pytest.raises(Trap, match="empty"):
        session.poller.poll([])


def test_all_that_is_ready_comes_in_order_twice_if_asked_twice(session: Session, ends: tuple[int, int]):
    reader, writer = ends
    now, never = Pollable(session.poller, lambda: ALWAYS), Pollable(session.poller, lambda: Timer(1 << 63))
    can_read = Pollable(session.poller, lambda: Descriptor(reader, READ))
    can_write = Pollable(session.poller, lambda: Descriptor(writer, WRITE))
    assert session.poller.poll([never, now, can_read, can_write, now]) == [1, 3, 4]
    os.write(writer, b"x")
    assert session.poller.poll([can_read, never, can_read]) == [0, 2]
    assert [can_read.ready(), never.ready(), now.ready()] == [True, False, True]


def test_a_broken_descriptor_is_ready(session: Session):
    reader, writer = os.pipe()
    waits = Descriptor(writer, WRITE), Descriptor(reader, READ), Descriptor(-1, READ)
    os.close(reader)
    assert session.poller.ready(waits) == [0, 1, 2]
    os.close(writer)


def test_a_timer_ends_a_wait_for_others(session: Session, ends: tuple[int, int]):
    soon = Timer(session.now() + 20 * MS)
    waits = [Pollable(session.poller, lambda: Descriptor(ends[0], READ)), Pollable(session.poller, lambda: soon)]
    start = time.monotonic()
    assert session.poller.poll(waits) == [1]
    assert 0.015 < time.monotonic() - start < 5


def test_an_event_of_another_thread_ends_a_wait(session: Session, ends: tuple[int, int]):
    event = session.poller.event()
    pollable = Pollable(session.poller, lambda: event)
    assert not pollable.ready()
    thread = threading.Timer(0.02, event.set)
    thread.start()
    waits = [Pollable(session.poller, lambda: Descriptor(ends[0], READ)), pollable]
    assert session.poller.poll(waits) == [1]
    thread.join()
    event.clear()
    thread = threading.Timer(0.02, event.set)
    thread.start()
    pollable.block()
    assert pollable.ready()
    thread.join()


def test_other_threads_run_while_a_guest_waits(session: Session):
    steps: list[int] = []

    def work() -> None:
        for step in range(3):
            time.sleep(0.005)
            steps.append(step)

    thread = threading.Thread(target=work)
    thread.start()
    soon = Timer(session.now() + 300 * MS)
    Pollable(session.poller, lambda: soon).block()
    assert len(steps) == 3
    thread.join()


def test_an_interrupt_ends_a_wait(session: Session, ends: tuple[int, int]):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for awaits in (Descriptor(ends[0], READ), Timer(1 << 63), session.poller.event()):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            with pytest.raises(KeyboardInterrupt):
                always(session, awaits).block()
    finally:
        signal.signal(signal.SIGALRM, before)


# ---- clocks --------------------------------------------------------------------------------------------------------


def test_a_clock_that_stands_goes_on_when_the_guest_sleeps():
    session = Session(Fixed(5), Limits())
    assert session.clock.time_ns() == 5
    last = Timer((1 << 64) - 1)
    start = time.monotonic()
    assert session.poller.poll([Pollable(session.poller, lambda: last)]) == [0]
    assert time.monotonic() - start < 1
    assert session.now() == (1 << 64) - 1
    assert session.clock.time_ns() == 5 + session.now()


def test_a_clock_that_stands_lets_descriptors_have_their_time(ends: tuple[int, int]):
    session = Session(Fixed(0), Limits())
    pollables = [
        Pollable(session.poller, lambda: Descriptor(ends[0], READ)),
        Pollable(session.poller, lambda: Timer(30 * MS)),
    ]
    assert session.poller.poll(pollables) == [1]
    assert session.now() == 30 * MS
    os.write(ends[1], b"x")
    assert session.poller.poll([pollables[0], Pollable(session.poller, lambda: Timer(1 << 60))]) == [0]
    assert session.now() == 30 * MS


# ---- timeouts of the call ------------------------------------------------------------------------------------------


class Call:
    """Stands in for a store whose export is running."""

    busy = True


def test_a_wait_ends_with_the_time_of_the_call(session: Session, ends: tuple[int, int]):
    from weakref import ref

    call = Call()
    clock = deadlines.Clock(0.03, ref(call))  # type: ignore[arg-type]
    for awaits in (Descriptor(ends[0], READ), Timer(1 << 63), session.poller.event()):
        clock.start()
        with pytest.raises(Trap, match=r"timed out after 0.03 s") as trap:
            always(session, awaits).block()
        assert trap.value.code == "timeout"
    call.busy = False
    assert deadlines.remaining() is None


def test_the_call_that_ends_first_counts_and_only_in_its_thread():
    from weakref import ref

    outer, inner = Call(), Call()
    long, short = deadlines.Clock(60, ref(outer)), deadlines.Clock(30, ref(inner))  # type: ignore[arg-type]
    long.start()
    short.start()
    assert 29 < (deadlines.remaining() or 0) <= 30
    elsewhere: list[float | None] = []
    thread = threading.Thread(target=lambda: elsewhere.append(deadlines.remaining()))
    thread.start()
    thread.join()
    assert elsewhere == [None]
    inner.busy = False
    assert 59 < (deadlines.remaining() or 0) <= 60
    long.start()
    del outer
    assert deadlines.remaining() is None


def test_calls_that_are_over_are_forgotten():
    from weakref import ref

    for _ in range(50):
        call = Call()
        deadlines.Clock(60, ref(call)).start()  # type: ignore[arg-type]
    assert len(deadlines.here.clocks) == 1
    assert Config(timeout=1).limits_calls


# ---- descriptors and files -----------------------------------------------------------------------------------------


def opened(session: Session, path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> Owned:
    return Owned(session, os.open(path, flags, 0o600))


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_a_descriptor_is_closed_once_and_counted(tmp_path):
    session = Session(time, Limits(descriptors=2))
    one, two = (opened(session, tmp_path / name) for name in "ab")
    fds = one.fd, two.fd
    assert session.descriptors == set(fds)
    with pytest.raises(OSError, match="Too many open files"):
        opened(session, tmp_path / "c")
    one.close()
    assert one.fd == -1
    assert not is_open(fds[0])
    with closing(opened(session, tmp_path / "d")) as three:
        one.close()
        assert is_open(three.fd)
    del two
    gc.collect()
    assert not session.descriptors
    assert not any(map(is_open, fds))


def test_too_many_descriptors_leave_none_behind(tmp_path):
    session = Session(time, Limits(descriptors=0))
    fd = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(OSError, match="Too many open files"):
        Owned(session, fd)
    assert not is_open(fd)


def test_a_stream_keeps_its_descriptor(session: Session, tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    stream = FileInput(session, opened(session, tmp_path / "a"), 1)
    (fd,) = session.descriptors
    pollable = stream.subscribe()
    assert stream.read(9) == b"bc"
    del stream
    assert is_open(fd)
    assert pollable.ready()
    del pollable
    assert not is_open(fd)


def test_files_are_read_and_written_at_offsets_of_their_own(session: Session, tmp_path):
    file = opened(session, tmp_path / "a")
    first, second, end = FileOutput(session, file, 0), FileOutput(session, file, 5), FileOutput(session, file, None)
    for stream, data in ((first, b"ab"), (second, b"xy"), (end, b"END"), (first, b"cd")):
        assert stream.check_write() == 1 << 20
        stream.write(data)
        stream.blocking_flush()
    end.blocking_write_and_flush(b"!")
    assert (tmp_path / "a").read_bytes() == b"abcd\0xyEND!"
    reader = FileInput(session, file, 2)
    assert [reader.read(3), reader.skip(3), reader.blocking_read(99)] == [b"cd\0", 3, b"ND!"]
    with pytest.raises(Err) as closed:
        reader.read(1)
    assert closed.value.value == StreamError_Closed()
    assert reader.subscribe().ready()


def spliced(out: OutputStream, source: InputStream) -> int:
    """Bytes until the end."""
    moved = 0
    while True:
        try:
            moved += out.blocking_splice(source, 1 << 40)
        except Err as end:
            assert end.value == StreamError_Closed()
            return moved


@pytest.mark.parametrize("by_system", [True, False])
def test_files_are_spliced(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_system: bool):
    data = os.urandom(3 << 20)
    (tmp_path / "a").write_bytes(data)
    if not by_system:
        monkeypatch.setattr(files, "_COPIES", False)
        monkeypatch.setattr(native, "_SENDS", False)
    with (tmp_path / "c").open("wb") as file:
        source = FileInput(session, opened(session, tmp_path / "a"), 5)
        out = FileOutput(session, opened(session, tmp_path / "b"), 2)
        lent = native.Writer(session, file.fileno(), file.flush, failure)
        file.write(b"first ")
        assert out.splice(source, 0) == 0
        assert out.splice(source, 7) == 7
        assert lent.splice(source, 9) == 9
        assert spliced(out, source) == len(data) - 21
    assert (tmp_path / "b").read_bytes() == b"\0\0" + data[5:12] + data[21:]
    assert (tmp_path / "c").read_bytes() == b"first " + data[12:21]


def test_a_file_is_spliced_into_a_pipe_as_far_as_it_has_room(session: Session, tmp_path: Path, ends: tuple[int, int]):
    data = os.urandom(1 << 20)
    (tmp_path / "a").write_bytes(data)
    source = FileInput(session, opened(session, tmp_path / "a"), 0)
    out, got = native.PipeWriter(session, ends[1], lambda: None, failure), b""
    while moved := out.splice(source, 1 << 30):
        got += os.read(ends[0], moved) if len(got) < 1 << 16 else b""
    assert data.startswith(got)
    assert len(got) >= 1 << 16
    with pytest.raises(Trap):
        out.write(b"x")


@pytest.mark.parametrize("offset", [(1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_offsets_that_no_file_has(session: Session, tmp_path, offset: int):
    file = opened(session, tmp_path / "a")
    with pytest.raises(Err) as closed:
        FileInput(session, file, offset).read(10)
    assert closed.value.value == StreamError_Closed()
    with pytest.raises(Err) as failure:
        FileOutput(session, file, offset).blocking_write_and_flush(b"x")
    assert isinstance(failure.value.value, StreamError_LastOperationFailed)


def test_an_error_of_the_system_is_what_the_stream_says(session: Session, tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    file = opened(session, tmp_path / "a", os.O_RDONLY)
    stream = FileOutput(session, file, 0, lambda error: failed(error.errno, "no"))
    stream.check_write()
    with pytest.raises(Err) as failure:
        stream.write(b"x")
    error = failure.value.value.value
    assert (error.code, error.to_debug_string()) == (9, "no")
