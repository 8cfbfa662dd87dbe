"""Files of `witcraft.wasi.filesystem`: reading, writing, sizes, times, identity."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.files import (
    EXISTING,
    FOLLOW,
    READ,
    STAY,
    WRITE,
    answer,
    contents,
    create,
    opened,
    root,
)
from witcraft.runtime import Err
from witcraft.wasi.filesystem import interfaces
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.interfaces.clocks_wall_clock import Datetime
from witcraft.wasi.interfaces.filesystem_types import (
    Advice,
    DescriptorType,
    ErrorCode,
    NewTimestamp_NoChange,
    NewTimestamp_Now,
    NewTimestamp_Timestamp,
)
from witcraft.wasi.interfaces.io_streams import StreamError_Closed, StreamError_LastOperationFailed
from witcraft.wasi.io.error import Error
from witcraft.wasi.limits import Limits

U64 = (1 << 64) - 1


@pytest.fixture
def guest(tmp_path: Path) -> Directory:
    return root(tmp_path)


# ---- reading and writing ----


def test_reading_and_writing_at_offsets(guest: Directory):
    file = create(guest, "file")
    assert file.write(b"hello!", 0) == 6
    assert file.write(b"byeee", 0) == 5
    assert file.write(b"end", 8) == 3
    assert file.read(100, 0) == (b"byeee!\0\0end", False)
    assert file.read(2, 4) == (b"e!", False)
    assert file.read(100, 11) == (b"", True)
    assert file.read(100, 1 << 40) == (b"", True)
    assert file.read(0, 0) == (b"", False)
    assert file.write(b"", 0) == 0


@pytest.mark.parametrize("offset", [1 << 63, U64])
def test_offsets_that_no_file_has(guest: Directory, offset: int):
    file = create(guest, "file")
    assert answer(file.read, 1, offset) == "invalid"
    assert answer(file.write, b"x", offset) == "invalid"
    assert answer(file.set_size, offset) == "invalid"
    assert answer(file.advise, offset, 0, Advice.NORMAL) == "invalid"
    assert answer(file.advise, 0, offset, Advice.NORMAL) == "invalid"
    with pytest.raises(Err) as closed:
        file.read_via_stream(offset).blocking_read(1)
    assert closed.value.value == StreamError_Closed()
    assert (guest.stat_at(STAY, "file")).size == 0


def test_a_read_is_bounded(tmp_path: Path):
    """GHSA-852m: whatever the guest asks for, the host does not make room for it."""
    (tmp_path / "file").write_bytes(bytes(20_000))
    guest = opened({"/": tmp_path}, limits=Limits(buffer=8192))[1]["/"]
    data, end = guest.open_at(STAY, "file", EXISTING, READ).read(U64, 0)
    assert (len(data), end) == (8192, False)


def test_sizes(guest: Directory):
    file = create(guest, "file", b"0123456789")
    file.set_size(4)
    assert contents(file) == b"0123"
    file.set_size(6)
    assert contents(file) == b"0123\0\0"
    guest.unlink_file_at("file")
    file.set_size(1)
    assert (file.stat().size, file.stat().link_count) == (1, 0)


def test_what_was_not_asked_for_is_not_given(guest: Directory):
    """GHSA-2r75: also where the system's descriptor or the file would allow it."""
    create(guest, "file", b"text")
    reader = guest.open_at(STAY, "file", EXISTING, READ)
    assert answer(reader.write, b"x", 0) == "bad-descriptor"
    assert answer(reader.set_size, 0) == "bad-descriptor"
    assert answer(reader.write_via_stream, 0) == "bad-descriptor"
    assert answer(reader.append_via_stream) == "bad-descriptor"
    writer = guest.open_at(STAY, "file", EXISTING, WRITE)
    assert answer(writer.read, 1, 0) == "bad-descriptor"
    assert answer(writer.read_via_stream, 0) == "bad-descriptor"
    assert contents(reader) == b"text"


def test_streams(guest: Directory):
    file = create(guest, "file", b"0123456789")
    first, second = file.read_via_stream(2), file.read_via_stream(8)
    assert (first.blocking_read(3), second.blocking_read(9), first.read(2)) == (b"234", b"89", b"56")
    with pytest.raises(Err) as closed:
        second.blocking_read(1)
    assert closed.value.value == StreamError_Closed()
    file.write_via_stream(4).blocking_write_and_flush(b"xy")
    appending = file.append_via_stream()
    appending.blocking_write_and_flush(b"ab")
    file.write(b"!", 12)
    appending.blocking_write_and_flush(b"cd")
    assert contents(file) == b"0123xy6789ab!cd"


def test_a_stream_outlives_its_descriptor(guest: Directory):
    file = create(guest, "file", b"text")
    stream = file.read_via_stream(0)
    file.__exit__(None, None, None)
    assert stream.blocking_read(10) == b"text"


def test_the_error_of_a_stream_has_a_code(guest: Directory, tmp_path: Path):
    """A named pipe cannot be read at an offset."""
    os.mkfifo(tmp_path / "pipe")
    stream = guest.open_at(STAY, "pipe", EXISTING, READ).read_via_stream(0)
    with pytest.raises(Err) as failed:
        stream.blocking_read(1)
    problem = failed.value.value
    assert isinstance(problem, StreamError_LastOperationFailed)
    types = interfaces(opened({})[0], {})["wasi:filesystem/types"]
    assert types.filesystem_error_code(problem.value) == ErrorCode.INVALID_SEEK  # type: ignore[attr-defined]
    assert types.filesystem_error_code(Error(None, "of a socket")) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("advice", Advice)
def test_advice(guest: Directory, advice: Advice):
    file = create(guest, "file", bytes(100))
    for offset, length in [(0, 0), (0, 10), (50, 4096), (4096, 1), (0, (1 << 63) - 1)]:
        file.advise(offset, length, advice)


# ---- what is known about files ----


def test_stat(guest: Directory, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"12345")
    os.utime(tmp_path / "file", ns=(1_000_000_002, 5_000_000_000))
    guest.link_at(STAY, "file", guest, "second")
    found = guest.stat_at(STAY, "file")
    assert (found.type, found.size, found.link_count) == (DescriptorType.REGULAR_FILE, 5, 2)
    assert found.data_access_timestamp == Datetime(1, 2)
    assert found.data_modification_timestamp == Datetime(5, 0)
    assert found.status_change_timestamp is not None
    assert found == guest.stat_at(STAY, "second") == guest.open_at(STAY, "file", EXISTING, WRITE).stat()
    guest.symlink_at("12345678", "link")
    assert guest.stat_at(STAY, "link").size == 8
    assert guest.stat() == guest.stat_at(STAY, ".") == guest.stat_at(FOLLOW, "./")


def test_times_before_1970_are_none(guest: Directory, tmp_path: Path):
    (tmp_path / "file").touch()
    os.utime(tmp_path / "file", ns=(-1, 0))
    found = guest.stat_at(STAY, "file")
    assert found.data_modification_timestamp == Datetime(0, 0)
    assert found.data_access_timestamp in (None, Datetime(0, 0))  # some file systems cannot say it either


def test_setting_times(guest: Directory):
    create(guest, "file")
    guest.symlink_at("file", "link")
    at, keep, now = NewTimestamp_Timestamp, NewTimestamp_NoChange(), NewTimestamp_Now()
    guest.set_times_at(STAY, "file", at(Datetime(42, 1)), at(Datetime(69, 999_999_999)))
    file = guest.open_at(STAY, "file", EXISTING, READ)
    assert times(file) == (Datetime(42, 1), Datetime(69, 999_999_999))
    file.set_times(keep, at(Datetime(7, 0)))
    assert times(file) == (Datetime(42, 1), Datetime(7, 0))
    guest.set_times_at(FOLLOW, "link", at(Datetime(8, 0)), keep)
    assert times(file) == (Datetime(8, 0), Datetime(7, 0))
    guest.set_times_at(STAY, "link", at(Datetime(9, 0)), at(Datetime(9, 0)))
    assert times(file) == (Datetime(8, 0), Datetime(7, 0))
    assert guest.stat_at(STAY, "link").data_modification_timestamp == Datetime(9, 0)
    file.set_times(now, keep)
    accessed, modified = times(file)
    assert accessed is not None
    assert accessed.seconds > 1_700_000_000
    assert modified == Datetime(7, 0)
    guest.set_times(at(Datetime(5, 0)), at(Datetime(6, 0)))
    assert times(guest) == (Datetime(5, 0), Datetime(6, 0))


def times(file) -> tuple[Datetime | None, Datetime | None]:
    found = file.stat()
    return found.data_access_timestamp, found.data_modification_timestamp


def test_times_that_nothing_has(guest: Directory):
    file = create(guest, "file")
    before = times(file)
    keep = NewTimestamp_NoChange()
    for moment, error in [(Datetime(1, 1_000_000_000), "invalid"), (Datetime(U64, 0), "overflow")]:
        assert answer(file.set_times, keep, NewTimestamp_Timestamp(moment)) == error
        assert answer(guest.set_times_at, STAY, "file", NewTimestamp_Timestamp(moment), keep) == error
    assert times(file) == before


def test_which_object_it_is(guest: Directory, tmp_path: Path):
    file, other = create(guest, "file", b"text"), create(guest, "other", b"text")
    guest.link_at(STAY, "file", guest, "second")
    second = guest.open_at(STAY, "second", EXISTING, READ)
    assert file.is_same_object(second)
    assert not file.is_same_object(other)
    assert not file.is_same_object(guest)
    before = file.metadata_hash()
    file.write(b"changed", 0)
    assert before == file.metadata_hash() == second.metadata_hash() == guest.metadata_hash_at(STAY, "second")
    assert len({before, other.metadata_hash(), guest.metadata_hash()}) == 3
    assert guest.metadata_hash() == root(tmp_path).metadata_hash()


def test_the_number_of_a_file_is_a_secret(guest: Directory, monkeypatch: pytest.MonkeyPatch):
    """The host's numbers say how busy its disk is, and where files lie."""
    file = create(guest, "file")
    before = file.metadata_hash()
    monkeypatch.setattr("witcraft.wasi.filesystem.stat.secret", lambda: b"another process's")
    assert file.metadata_hash() != before
