"""What `witcraft.wasi.filesystem` opens, and what it does not: rights, limits, endings, errors, preopens."""

from __future__ import annotations

import errno
import gc
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.files import (
    CREATE,
    DIRECTORY,
    EXCLUSIVE,
    EXISTING,
    FOLLOW,
    MUTATE,
    NOTHING,
    READ,
    STAY,
    TRUNCATE,
    WRITE,
    answer,
    contents,
    create,
    names,
    open_descriptors,
    opened,
    root,
    word,
)
from witcraft.runtime import ConfigError
from witcraft.wasi.filesystem import Preopen, configured
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.filesystem.errors import code_of
from witcraft.wasi.filesystem.preopens import Preopens
from witcraft.wasi.interfaces.filesystem_types import (
    DescriptorFlags,
    DescriptorType,
    ErrorCode,
    NewTimestamp_Now,
)
from witcraft.wasi.limits import Limits

U64 = (1 << 64) - 1


@pytest.fixture
def guest(tmp_path: Path) -> Directory:
    return root(tmp_path)


# ---- opening ----

OPENED = [  # as the conformance suite has it: creating and emptying implies writing, asking for nothing is reading
    (EXISTING, NOTHING, READ),
    (EXISTING, READ, READ),
    (EXISTING, WRITE, WRITE),
    (EXISTING, READ | WRITE, READ | WRITE),
    (EXCLUSIVE, NOTHING, READ),
    (CREATE, NOTHING, READ | WRITE),
    (CREATE, READ, READ | WRITE),
    (CREATE, WRITE, WRITE),
    (TRUNCATE, READ, READ | WRITE),
    (TRUNCATE, WRITE, WRITE),
    (EXISTING, READ | MUTATE, READ),
]


@pytest.mark.parametrize(("how", "asked", "given"), OPENED, ids=repr)
def test_flags_of_an_opened_file(guest: Directory, how, asked: DescriptorFlags, given: DescriptorFlags):
    create(guest, "file")
    assert guest.open_at(FOLLOW, "file", how, asked).get_flags() == given


@pytest.mark.parametrize("sync", [DescriptorFlags.FILE_INTEGRITY_SYNC, DescriptorFlags.DATA_INTEGRITY_SYNC], ids=repr)
def test_synchronized_writing(guest: Directory, tmp_path: Path, sync: DescriptorFlags):
    file = guest.open_at(FOLLOW, "file", CREATE, WRITE | sync)
    assert file.get_flags() == WRITE | sync
    file.write(b"now", 0)
    file.sync()
    file.sync_data()
    assert (tmp_path / "file").read_bytes() == b"now"


def test_flags_and_types_of_directories(guest: Directory):
    guest.create_directory_at("d")
    assert guest.get_flags() == READ | MUTATE
    assert guest.get_type() == DescriptorType.DIRECTORY
    assert guest.open_at(STAY, "d", EXISTING, NOTHING).get_flags() == READ
    assert guest.open_at(STAY, "d", DIRECTORY, READ | MUTATE).get_flags() == READ | MUTATE
    assert guest.open_at(STAY, ".", DIRECTORY, MUTATE).is_same_object(guest)
    assert answer(guest.open_at, STAY, "d", EXISTING, WRITE) == "is-directory"
    for how in (CREATE, EXCLUSIVE, TRUNCATE):
        assert answer(guest.open_at, STAY, "d", DIRECTORY | how, READ) == "invalid"


def test_creating(guest: Directory, tmp_path: Path):
    assert answer(guest.open_at, FOLLOW, "new", EXISTING, WRITE) == "no-entry"
    assert answer(guest.open_at, FOLLOW, "new", TRUNCATE, WRITE) == "no-entry"
    guest.open_at(FOLLOW, "new", CREATE, WRITE).write(b"kept", 0)
    guest.open_at(FOLLOW, "new", CREATE, WRITE)
    assert (tmp_path / "new").read_bytes() == b"kept"
    assert answer(guest.open_at, FOLLOW, "new", CREATE | EXCLUSIVE, WRITE) == "exist"
    guest.open_at(FOLLOW, "new", CREATE | TRUNCATE, WRITE)
    assert (tmp_path / "new").read_bytes() == b""
    assert answer(guest.open_at, FOLLOW, "new", DIRECTORY, READ) == "not-directory"
    assert answer(guest.open_at, FOLLOW, "other/", CREATE, WRITE) == "is-directory"
    assert answer(guest.open_at, FOLLOW, ".", CREATE, WRITE) == "is-directory"


def test_links_are_followed_if_asked(guest: Directory):
    create(guest, "file", b"text")
    guest.create_directory_at("d")
    guest.symlink_at("file", "link")
    guest.symlink_at("../file", "d/up")
    guest.symlink_at("d/up", "twice")
    for link in ("link", "d/up", "twice"):
        assert contents(guest.open_at(FOLLOW, link, EXISTING, READ)) == b"text"
        assert answer(guest.open_at, STAY, link, EXISTING, READ) == "loop"
        assert answer(guest.open_at, STAY, link, DIRECTORY, READ) in ("not-directory", "loop")
        assert guest.stat_at(FOLLOW, link) == guest.stat_at(FOLLOW, "file")
        assert guest.stat_at(STAY, link).type == DescriptorType.SYMBOLIC_LINK


def test_new_files_have_the_permissions_of_the_process(guest: Directory, tmp_path: Path):
    old = os.umask(0o027)
    try:
        create(guest, "file")
        guest.create_directory_at("d")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o750


# ---- rights ----


def test_a_read_only_directory_stays_as_it_is(tmp_path: Path):
    (tmp_path / "d").mkdir()
    (tmp_path / "file").write_bytes(b"text")
    os.utime(tmp_path / "file", (1, 1))
    guest = root(tmp_path, readonly=True)
    child = guest.open_at(STAY, "d", DIRECTORY, READ)
    now = NewTimestamp_Now()
    assert guest.get_flags() == child.get_flags() == READ
    for directory in (guest, child, child.open_at(STAY, ".", EXISTING, READ)):
        file = "file" if directory is guest else "new"
        for how, rights in [
            (EXISTING, WRITE), (EXISTING, READ | WRITE), (EXISTING, READ | MUTATE), (CREATE, READ), (TRUNCATE, READ),
            (TRUNCATE, NOTHING), (CREATE | EXCLUSIVE, NOTHING),
        ]:  # fmt: skip
            assert answer(directory.open_at, FOLLOW, file, how, rights) == "read-only"
        assert answer(directory.create_directory_at, "x") == "read-only"
        assert answer(directory.remove_directory_at, "d") == "read-only"
        assert answer(directory.unlink_file_at, file) == "read-only"
        assert answer(directory.symlink_at, "x", "y") == "read-only"
        assert answer(directory.link_at, STAY, file, directory, "y") == "read-only"
        assert answer(directory.rename_at, file, directory, "y") == "read-only"
        assert answer(directory.set_times_at, FOLLOW, file, now, now) == "read-only"
        assert answer(directory.set_times, now, now) == "read-only"
    reader = guest.open_at(STAY, "file", EXISTING, READ)
    assert answer(reader.set_times, now, now) == "read-only"
    assert answer(reader.set_size, 0) == answer(reader.write, b"x", 0) == "bad-descriptor"
    assert answer(reader.write_via_stream, 0) == answer(reader.append_via_stream) == "bad-descriptor"
    reader.sync()
    guest.sync()
    assert contents(reader) == b"text"
    assert (tmp_path / "file").stat().st_mtime == 1
    assert sorted(os.listdir(tmp_path)) == ["d", "file"]


def test_nothing_crosses_from_or_into_a_read_only_directory(tmp_path: Path):
    """GHSA-4ch3: a link in a writable directory would make the read-only file writable."""
    (tmp_path / "free").mkdir()
    (tmp_path / "fixed").mkdir()
    (tmp_path / "free" / "file").write_bytes(b"free")
    (tmp_path / "fixed" / "file").write_bytes(b"fixed")
    found = opened({"/free": tmp_path / "free", "/fixed": Preopen(tmp_path / "fixed", readonly=True)})[1]
    free, fixed = found["/free"], found["/fixed"]
    for old, new in [(free, fixed), (fixed, free)]:
        assert answer(old.link_at, STAY, "file", new, "link") == "read-only"
        assert answer(old.rename_at, "file", new, "moved") == "read-only"
        inner = new.open_at(STAY, ".", DIRECTORY, READ)
        assert answer(old.rename_at, "file", inner, "moved") == "read-only"
    assert names(free) == names(fixed) == ["file"]


def test_two_writable_directories_can_exchange_files(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    found = opened({"/a": tmp_path / "a", "/b": tmp_path / "b"})[1]
    create(found["/a"], "file", b"text")
    found["/a"].link_at(STAY, "file", found["/b"], "link")
    found["/a"].rename_at("file", found["/b"], "moved")
    assert (names(found["/a"]), names(found["/b"])) == ([], ["link", "moved"])


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may do anything")
def test_permissions_of_the_system(guest: Directory, tmp_path: Path):
    create(guest, "file").set_size(1)
    guest.create_directory_at("d")
    (tmp_path / "file").chmod(0)
    (tmp_path / "d").chmod(0)
    assert answer(guest.open_at, STAY, "file", EXISTING, READ) == "access"
    assert answer(guest.stat_at, STAY, "d/x") == "access"
    assert guest.stat_at(STAY, "file").size == 1
    (tmp_path / "d").chmod(0o700)


# ---- what is no file ----


@pytest.mark.parametrize("rights", [READ, WRITE, READ | WRITE], ids=repr)
def test_a_named_pipe_is_not_waited_for(guest: Directory, tmp_path: Path, rights: DescriptorFlags):
    os.mkfifo(tmp_path / "pipe")
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(answer(guest.open_at, STAY, "pipe", EXISTING, rights)))
    thread.start()
    thread.join(5)
    if thread.is_alive():  # let it go, then fail
        os.close(os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK))
        pytest.fail("opening it blocks")
    if rights == WRITE:
        assert found == ["no-such-device"]
    else:
        assert found[0].get_type() == DescriptorType.FIFO  # type: ignore[attr-defined]
    assert guest.stat_at(STAY, "pipe").type == DescriptorType.FIFO


def test_sockets_and_devices(guest: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert guest.stat_at(STAY, "socket").type == DescriptorType.SOCKET
        assert answer(guest.open_at, STAY, "socket", EXISTING, READ) in ("no-such-device", "unsupported")
    devices = root(Path("/dev"), readonly=True)
    null = devices.open_at(STAY, "null", EXISTING, READ)
    assert null.get_type() == DescriptorType.CHARACTER_DEVICE
    assert answer(null.read, 10, 0) in ((b"", True), "invalid-seek")


# ---- errors ----


def test_every_code_of_the_specification_has_an_error():
    """All of them can come from a system; what it has more of is ``io``."""
    known = {code_of(OSError(number, "")) for number in errno.errorcode}
    assert known == set(ErrorCode)
    assert code_of(OSError(errno.ENOTBLK, "")) == code_of(OSError("strange")) == ErrorCode.IO
    assert word(code_of(OSError(errno.EXDEV, ""))) == "cross-device"
    assert word(code_of(OSError(errno.EDQUOT, ""))) == "quota"


# ---- limits and endings ----


def test_a_limit_on_descriptors(tmp_path: Path):
    before = open_descriptors()
    session, found = opened({"/": tmp_path}, limits=Limits(descriptors=5))
    guest = found.pop("/")
    files = [create(guest, f"file{number}") for number in range(4)]
    assert answer(guest.open_at, STAY, "new", CREATE, WRITE) == "insufficient-memory"
    assert answer(guest.read_directory) == "insufficient-memory"
    assert not (tmp_path / "new").exists()
    files.pop().__exit__(None, None, None)
    stream = guest.read_directory()
    assert answer(guest.open_at, STAY, "file0", TRUNCATE, WRITE) == "insufficient-memory"
    while stream.read_directory_entry() is not None:
        pass
    files.append(guest.open_at(STAY, "new", CREATE, WRITE))
    assert len(session.descriptors) == 5
    for file in files:
        file.__exit__(None, None, None)
    assert len(session.descriptors) == 1
    guest.__exit__(None, None, None)
    del guest
    assert (open_descriptors(), session.descriptors) == (before, set())


def test_what_is_forgotten_is_closed(tmp_path: Path):
    before = open_descriptors()
    (tmp_path / "file").write_bytes(b"text")
    for _ in range(20):
        guest = root(tmp_path)
        listing = guest.read_directory()
        listing.read_directory_entry()
        kept: list[object] = [
            listing,
            guest.read_directory(),
            guest.open_at(STAY, "file", EXISTING, READ),
            guest.open_at(STAY, "file", EXISTING, READ).read_via_stream(0),
            guest.open_at(STAY, ".", EXISTING, READ).read_directory(),
        ]
        kept.append(kept)
    del guest, kept, listing
    gc.collect()
    assert open_descriptors() == before


def test_descriptors_are_not_inherited(guest: Directory):
    files = [guest, create(guest, "file"), guest.open_at(STAY, ".", EXISTING, READ)]
    assert not any(os.get_inheritable(file._file.fd) for file in files)


# ---- preopens ----


def test_preopens_are_given_as_often_as_asked(tmp_path: Path):
    (tmp_path / "file").touch()
    session, _ = opened({})
    preopens = Preopens(session, configured({"/": tmp_path, "/two": str(tmp_path), ".": Preopen(tmp_path)}))
    first, second = preopens.get_directories(), preopens.get_directories()
    assert [name for _, name in first] == [name for _, name in second] == ["/", "/two", "."]
    first[0][0].__exit__(None, None, None)
    assert names(second[0][0]) == ["file"]
    assert names(preopens.get_directories()[0][0]) == ["file"]
    assert len(session.descriptors) == 3


def test_no_preopens():
    assert Preopens(opened({})[0], {}).get_directories() == []
    assert configured(None) == {}


@pytest.mark.parametrize(
    ("preopens", "problem"),
    [
        ({"": "/"}, "no name of a directory"),
        ({"a\0b": "/"}, "no name of a directory"),
        ({"\ud800": "/"}, "no name of a directory"),
        ({b"/": "/"}, "no name of a directory"),
        ({"/": ""}, "is no path"),
        ({"/": "a\0b"}, "is no path"),
        ({"/": "/no/such/directory"}, "does not exist"),
        ({"/": sys.executable}, "is no directory"),
        ({"/": 3}, "expected the path of a directory"),
        ({"/": None}, "expected the path of a directory"),
    ],
)
def test_preopens_that_make_no_sense(preopens, problem: str):
    with pytest.raises(ConfigError, match=problem):
        configured(preopens)


def test_a_relative_preopen_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "d").mkdir()
    monkeypatch.chdir(tmp_path)
    preopen = Preopen("d")
    monkeypatch.chdir("/")
    assert preopen.host == str(tmp_path / "d")
    assert repr(preopen) == f"Preopen({str(tmp_path / 'd')!r}, readonly=False)"


def test_a_preopen_that_went(tmp_path: Path):
    (tmp_path / "d").mkdir()
    preopen = Preopen(tmp_path / "d")
    (tmp_path / "d").rmdir()
    with pytest.raises(ConfigError, match="No such file"):
        Preopens(opened({})[0], {"/": preopen})


def test_windows_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    given = str(tmp_path)
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(ConfigError, match="Windows"):
        Preopen(given)


def test_importing_it_brings_in_nothing_slow():
    code = (
        "import sys, witcraft.wasi.filesystem\n"
        "print([name for name in ('ctypes', 'hashlib', 'dataclasses', 'pathlib', 'typing') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
