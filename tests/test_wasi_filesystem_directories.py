"""Directories of `witcraft.wasi.filesystem`: listing, making, removing, linking, renaming."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.files import (
    EXISTING,
    FOLLOW,
    READ,
    STAY,
    answer,
    contents,
    create,
    names,
    root,
)
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.interfaces.filesystem_types import (
    Advice,
    DescriptorType,
    NewTimestamp_Now,
)

U64 = (1 << 64) - 1


@pytest.fixture
def guest(tmp_path: Path) -> Directory:
    return root(tmp_path)


# ---- directories ----


def test_reading_directories(guest: Directory, tmp_path: Path):
    guest.create_directory_at("d")
    create(guest, "file")
    guest.symlink_at("nowhere", "link")
    os.mkfifo(tmp_path / "pipe")
    stream = guest.read_directory()
    entries = [stream.read_directory_entry() for _ in range(4)]
    assert {(entry.name, entry.type) for entry in entries if entry} == {
        ("d", DescriptorType.DIRECTORY),
        ("file", DescriptorType.REGULAR_FILE),
        ("link", DescriptorType.SYMBOLIC_LINK),
        ("pipe", DescriptorType.FIFO),
    }
    assert [stream.read_directory_entry() for _ in range(3)] == [None] * 3
    assert names(guest.open_at(STAY, "d", EXISTING, READ)) == []


def test_streams_of_a_directory_do_not_disturb_each_other(guest: Directory):
    for number in range(50):
        create(guest, f"file{number}")
    first, second = guest.read_directory(), guest.read_directory()
    found = [(first.read_directory_entry(), second.read_directory_entry()) for _ in range(50)]
    assert len({one.name for one, _ in found if one}) == len({two.name for _, two in found if two}) == 50
    assert names(guest) == names(guest)
    guest.__exit__(None, None, None)
    assert (first.read_directory_entry(), second.read_directory_entry()) == (None, None)


def test_removing_what_is_being_listed(guest: Directory):
    for number in range(300):
        create(guest, f"file{number}")
    stream = guest.read_directory()
    while (entry := stream.read_directory_entry()) is not None:
        guest.unlink_file_at(entry.name)
    assert names(guest) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems have no such names")
def test_names_that_are_no_unicode(guest: Directory, tmp_path: Path):
    for name in (b"bad\xff", "gut \u00e4\U0001f600".encode(), b"plain"):
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    stream = guest.read_directory()
    found = [answer(stream.read_directory_entry) for _ in range(4)]
    assert found.count("illegal-byte-sequence") == 1
    assert {entry.name for entry in found if hasattr(entry, "name")} == {"gut \u00e4\U0001f600", "plain"}
    assert found[3] is None
    os.symlink(b"bad\xff", os.fsencode(tmp_path) + b"/link")
    assert answer(guest.readlink_at, "link") == "illegal-byte-sequence"
    assert answer(guest.stat_at, FOLLOW, "gut \u00e4\U0001f600") == guest.stat_at(STAY, "gut \u00e4\U0001f600")


def test_making_and_removing(guest: Directory):
    guest.create_directory_at("d")
    guest.create_directory_at("d/e/")
    assert answer(guest.create_directory_at, "d") == "exist"
    assert answer(guest.create_directory_at, ".") == "exist"
    assert answer(guest.create_directory_at, "d/..") == "exist"
    assert answer(guest.create_directory_at, "no/d") == "no-entry"
    assert answer(guest.remove_directory_at, "d") == "not-empty"
    assert answer(guest.remove_directory_at, "d/.") == "invalid"
    assert answer(guest.unlink_file_at, "d") == "is-directory"
    assert answer(guest.unlink_file_at, "d/") == "is-directory"
    assert answer(guest.unlink_file_at, ".") == "is-directory"
    guest.symlink_at("d", "link")
    assert answer(guest.remove_directory_at, "link") == "not-directory"
    assert answer(guest.remove_directory_at, "link/") == "not-directory"
    guest.unlink_file_at("link")
    guest.remove_directory_at("d/e")
    guest.remove_directory_at("d///")
    create(guest, "file")
    assert answer(guest.remove_directory_at, "file") == "not-directory"
    assert answer(guest.remove_directory_at, "file/") == "not-directory"
    assert answer(guest.unlink_file_at, "file/") == "not-directory"
    guest.unlink_file_at("file")
    assert answer(guest.unlink_file_at, "file") == "no-entry"
    assert answer(guest.unlink_file_at, "file/") == "no-entry"
    assert names(guest) == []


def test_symbolic_links(guest: Directory):
    guest.symlink_at("some/../where", "link")
    assert guest.readlink_at("link") == "some/../where"
    assert answer(guest.symlink_at, "x", "link") == "exist"
    assert answer(guest.symlink_at, "/etc", "absolute") == "not-permitted"
    assert answer(guest.symlink_at, "", "empty") == "no-entry"
    assert answer(guest.symlink_at, "a\0b", "zero") == "invalid"
    assert answer(guest.symlink_at, "x", "new/") == "no-entry"
    guest.create_directory_at("d")
    assert answer(guest.symlink_at, "x", "d/") == "exist"
    assert answer(guest.symlink_at, "x", "d/.") == "exist"
    assert answer(guest.readlink_at, "d") == "invalid"
    assert answer(guest.readlink_at, "no") == "no-entry"
    guest.symlink_at("../../../..", "up")
    assert guest.readlink_at("up") == "../../../.."
    guest.symlink_at("d", "to-d")
    assert answer(guest.readlink_at, "to-d/") == "invalid"
    assert names(guest) == ["d", "link", "to-d", "up"]


def test_a_link_with_an_absolute_path_is_not_read(guest: Directory, tmp_path: Path):
    (tmp_path / "link").symlink_to("/home/somebody")
    assert answer(guest.readlink_at, "link") == "not-permitted"


def test_hard_links(guest: Directory):
    create(guest, "file", b"text")
    guest.create_directory_at("d")
    child = guest.open_at(STAY, "d", EXISTING, READ)
    guest.link_at(STAY, "file", child, "second")
    assert contents(child.open_at(STAY, "second", EXISTING, READ)) == b"text"
    assert answer(guest.link_at, STAY, "file", guest, "file") == "exist"
    assert answer(guest.link_at, STAY, "file", guest, "d") == "exist"
    assert answer(guest.link_at, STAY, "file", guest, "new/") == "no-entry"
    assert answer(guest.link_at, STAY, "file/", guest, "new") == "not-directory"
    assert answer(guest.link_at, STAY, "no", guest, "new") == "no-entry"
    assert answer(guest.link_at, STAY, "", guest, "new") == "no-entry"
    assert answer(guest.link_at, STAY, "file", guest, "") == "no-entry"
    for directory in ("d", "d/", ".", "d/.."):
        assert answer(guest.link_at, STAY, directory, guest, "new") == "not-permitted"
    guest.symlink_at("nowhere", "link")
    assert answer(guest.link_at, STAY, "file", guest, "link") == "exist"
    assert answer(guest.link_at, FOLLOW, "link", guest, "new") == "invalid"
    guest.link_at(STAY, "link", guest, "twin")
    assert guest.readlink_at("twin") == "nowhere"


def test_renaming(guest: Directory):
    create(guest, "file", b"text")
    create(guest, "other", b"other")
    guest.create_directory_at("d")
    child = guest.open_at(STAY, "d", EXISTING, READ)
    guest.rename_at("file", guest, "file")
    guest.rename_at("file", child, "moved")
    assert answer(guest.rename_at, "file", guest, "x") == "no-entry"
    child.rename_at("moved", guest, "other")
    assert contents(guest.open_at(STAY, "other", EXISTING, READ)) == b"text"
    assert names(child) == []
    assert answer(guest.rename_at, "other", guest, "new/") == "not-directory"
    assert answer(guest.rename_at, "other/", guest, "new") == "not-directory"
    assert answer(guest.rename_at, "other", guest, "d") == "is-directory"
    assert answer(guest.rename_at, "d", guest, "other") == "not-directory"
    assert answer(guest.rename_at, "d", guest, "d/inside") == "invalid"
    assert answer(guest.rename_at, ".", guest, "new") == "busy"
    assert answer(guest.rename_at, "other", guest, ".") == "busy"
    guest.rename_at("d/", guest, "e/")
    guest.rename_at("e", guest, "f/")
    guest.symlink_at("f", "link")
    assert answer(guest.rename_at, "link/", guest, "x") == "not-directory"
    guest.rename_at("link", guest, "renamed")
    assert names(guest) == ["f", "other", "renamed"]
    assert guest.stat_at(STAY, "f") == child.stat()


def test_methods_of_the_other_kind(guest: Directory):
    file = create(guest, "file")
    of_directories: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (file.read_directory, ()),
        (file.create_directory_at, ("x",)),
        (file.stat_at, (STAY, ".")),
        (file.set_times_at, (STAY, "x", NewTimestamp_Now(), NewTimestamp_Now())),
        (file.link_at, (STAY, "x", guest, "y")),
        (file.open_at, (STAY, "x", EXISTING, READ)),
        (file.readlink_at, ("x",)),
        (file.remove_directory_at, ("x",)),
        (file.rename_at, ("x", guest, "y")),
        (file.symlink_at, ("x", "y")),
        (file.unlink_file_at, ("x",)),
        (file.metadata_hash_at, (STAY, "x")),
        (guest.link_at, (STAY, "file", file, "y")),
        (guest.rename_at, ("file", file, "y")),
    ]
    for method, args in of_directories:
        assert answer(method, *args) == "not-directory"
    of_files: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (guest.write_via_stream, (0,)),
        (guest.append_via_stream, ()),
        (guest.write, (b"x", 0)),
        (guest.set_size, (0,)),
        (guest.advise, (0, 0, Advice.NORMAL)),
    ]
    for method, args in of_files:
        assert answer(method, *args) == "bad-descriptor"
    assert answer(guest.read, 1, 0) == answer(guest.read_via_stream, 0) == "is-directory"
    guest.sync()
    guest.sync_data()
