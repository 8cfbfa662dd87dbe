"""No path leads out of a preopened directory: each way of resolving over one table."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.files import (
    CREATE,
    EXCLUSIVE,
    EXISTING,
    FOLLOW,
    NOTHING,
    READ,
    RESOLVERS,
    STAY,
    TRUNCATE,
    WRITE,
    Resolver,
    answer,
    contents,
    open_descriptors,
    root,
)
from tests.support.trees import snapshot, surrounded
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.interfaces.filesystem_types import NewTimestamp_Now, PathFlags

NOW = NewTimestamp_Now()


@pytest.fixture(params=sorted(RESOLVERS))
def resolve(request: pytest.FixtureRequest) -> Resolver:
    return RESOLVERS[request.param]()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return surrounded(tmp_path)


THROUGH = [  # what lies before the last name leads out, or the whole path does
    "..", "../", "../.", "../outside/secret", "dir/../..", "dir/../../outside/secret", "dir/sub/../../../inside/file",
    "up/outside/secret", "out/secret", "out/dir/file", "out/.", "out/..", "up/inside/file", "dir/out/secret",
    "link/out/secret", "link/../../outside/secret", "back/../../../outside/secret", "here/../outside/secret",
    "absolute/secret", "absolute/..", "absolute_inside/.", "out_twice/.", "here/out_twice/.",
    "/", "//", "/etc/passwd", "/..", "/file",
]  # fmt: skip
SLASHED = ["up/", "out/", "out_twice/", "absolute/", "absolute_inside//", "dir/out/"]
LINKS_OUT = [
    "up",
    "out",
    "out_file",
    "out_inner",
    "out_twice",
    "out_dangling",
    "absolute",
    "absolute_inside",
    "dir/out",
]

OPENINGS = [
    (EXISTING, NOTHING), (EXISTING, READ), (EXISTING, WRITE), (CREATE, READ), (CREATE, WRITE), (TRUNCATE, WRITE),
    (CREATE | TRUNCATE, READ | WRITE),
]  # fmt: skip


def followers(guest: Directory) -> list[Callable[[PathFlags, str], object]]:
    """All that may follow the last name."""
    return [
        guest.stat_at,
        guest.metadata_hash_at,
        lambda flags, path: guest.set_times_at(flags, path, NOW, NOW),
        *(
            lambda flags, path, how=how, rights=rights: guest.open_at(flags, path, how, rights)
            for how, rights in OPENINGS
        ),
    ]


def takers(guest: Directory) -> list[Callable[[str], object]]:
    """All that takes a name as it is."""
    return [
        guest.readlink_at,
        guest.remove_directory_at,
        guest.unlink_file_at,
        lambda path: guest.link_at(STAY, path, guest, "new"),
        lambda path: guest.rename_at(path, guest, "new"),
        guest.create_directory_at,
        lambda path: guest.symlink_at("file", path),
        lambda path: guest.link_at(STAY, "file", guest, path),
        lambda path: guest.rename_at("file", guest, path),
        lambda path: guest.open_at(STAY, path, CREATE | EXCLUSIVE, WRITE),
    ]


@pytest.mark.parametrize("path", THROUGH)
def test_no_path_leads_out(place: Path, resolve: Resolver, path: str):
    guest, before = root(place / "inside", resolve), snapshot(place)
    for follower in followers(guest):
        for flags in (STAY, FOLLOW):
            assert answer(follower, flags, path) == "not-permitted"
    for taker in takers(guest):
        assert answer(taker, path) == "not-permitted"
    assert snapshot(place) == before


@pytest.mark.parametrize("path", SLASHED)
def test_no_slash_leads_out(place: Path, resolve: Resolver, path: str):
    """A slash after a link's name asks for what it leads to, whatever the flags say."""
    guest, before = root(place / "inside", resolve), snapshot(place)
    for flags in (STAY, FOLLOW):
        for follower in followers(guest)[:3]:
            assert answer(follower, flags, path) == "not-permitted"
        for how, rights in OPENINGS:
            assert (
                answer(guest.open_at, flags, path, how, rights) == "is-directory" if how & CREATE else "not-permitted"
            )
    for taker in takers(guest):
        assert answer(taker, path) in ("not-permitted", "not-directory", "is-directory", "exist")
    assert snapshot(place) == before


@pytest.mark.parametrize("path", LINKS_OUT)
def test_no_link_leads_out(place: Path, resolve: Resolver, path: str):
    guest, before = root(place / "inside", resolve), snapshot(place)
    for follower in followers(guest):
        assert answer(follower, FOLLOW, path) == "not-permitted"
    for how, rights in OPENINGS:
        assert answer(guest.open_at, STAY, path, how, rights) == "loop"
    assert answer(guest.open_at, FOLLOW, path, CREATE | EXCLUSIVE, WRITE) == "exist"
    assert snapshot(place) == before


INNER = {
    "dir/../file": "file",
    "./file": "file",
    "././dir//sub///file": "dir/sub/file",
    "dir/./sub/../file": "dir/file",
    "link/file": "dir/file",
    "link/sub/../../file": "file",
    "link_file": "dir/file",
    "back/file": "dir/sub/file",
    "back/../file": "dir/file",
    "dir/home": "file",
    "link/home": "file",
    "here/here/dir/home": "file",
    "slash_dir/file": "dir/file",
    "chain2/file": "dir/file",
}


@pytest.mark.parametrize(("path", "leads_to"), INNER.items())
def test_inner_links_and_dots_work(place: Path, resolve: Resolver, path: str, leads_to: str):
    guest = root(place / "inside", resolve)
    assert contents(guest.open_at(FOLLOW, path, EXISTING, READ)) == leads_to.encode()
    assert guest.metadata_hash_at(FOLLOW, path) == guest.metadata_hash_at(STAY, leads_to)


ERRORS = {
    "": "no-entry",
    "nowhere": "no-entry",
    "nowhere/": "no-entry",
    "nowhere/..": "no-entry",
    "nowhere/file": "no-entry",
    "dir/nowhere/../file": "no-entry",
    "dangling": "no-entry",
    "dangling/": "no-entry",
    "dangling/file": "no-entry",
    "file/": "not-directory",
    "file//": "not-directory",
    "file/.": "not-directory",
    "file/..": "not-directory",
    "file/file": "not-directory",
    "link_file/": "not-directory",
    "slash_file": "not-directory",
    "slash_file/file": "not-directory",
    "loop": "loop",
    "loop/": "loop",
    "ping/pong": "loop",
    "chain0": "loop",
    "chain0/file": "loop",
    "fi\0le": "invalid",
    "file\0": "invalid",
    "\0": "invalid",
    "dir/../file\0/../../outside": "invalid",
    "é" * 200: "name-too-long",
    "x" * 256: "name-too-long",
    f"{'x' * 256}/file": "name-too-long",
    "./" * 2048 + "file": "name-too-long",
    "\ud800": "illegal-byte-sequence",
}


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: ascii(path[:20]))
def test_errors(place: Path, resolve: Resolver, path: str):
    guest = root(place / "inside", resolve)
    assert answer(guest.stat_at, FOLLOW, path) == ERRORS[path]
    assert answer(guest.metadata_hash_at, FOLLOW, path) == ERRORS[path]
    assert answer(guest.open_at, FOLLOW, path, EXISTING, READ) == ERRORS[path]
    assert answer(guest.set_times_at, FOLLOW, path, NOW, NOW) == ERRORS[path]


def test_a_long_path_of_short_names(place: Path, resolve: Resolver):
    guest = root(place / "inside", resolve)
    assert contents(guest.open_at(FOLLOW, "./" * 2000 + "file", EXISTING, READ)) == b"file"
    assert contents(guest.open_at(FOLLOW, "dir/../" * 500 + "file", EXISTING, READ)) == b"file"


def test_a_dangling_link_creates_where_it_leads_to(place: Path, resolve: Resolver):
    """CVE-2024-38358: a link to outside that is made by the guest, followed by creating a file."""
    guest = root(place / "inside", resolve)
    guest.symlink_at("../outside/made", "escape")
    guest.symlink_at("dir/made", "stays")
    assert answer(guest.open_at, FOLLOW, "escape", CREATE, WRITE) == "not-permitted"
    assert answer(guest.open_at, STAY, "stays", CREATE, WRITE) == "loop"
    guest.open_at(FOLLOW, "stays", CREATE, WRITE).write(b"well", 0)
    assert (place / "inside/dir/made").read_text() == "well"
    assert not (place / "outside/made").exists()


def test_a_directory_has_no_way_to_its_parent(place: Path, resolve: Resolver):
    child = root(place / "inside", resolve).open_at(STAY, "dir", EXISTING, READ)
    assert answer(child.open_at, FOLLOW, "../file", EXISTING, READ) == "not-permitted"
    assert answer(child.open_at, FOLLOW, "home", EXISTING, READ) == "not-permitted"
    assert answer(child.create_directory_at, "../new") == "not-permitted"
    assert contents(child.open_at(FOLLOW, "sub/../file", EXISTING, READ)) == b"dir/file"


def test_links_of_processes_are_not_followed(resolve: Resolver):
    """The links in /proc lead where their contents do not say."""
    if not os.path.exists("/proc/self/root"):
        pytest.skip("no /proc here")
    guest = root(Path("/proc/self"), resolve, readonly=True)
    for path in ("root", "cwd", "exe", "fd/0", "task/../cwd"):
        assert answer(guest.stat_at, FOLLOW, path) in ("not-permitted", "no-entry")
    for path in ("root/", "root/etc", "cwd/.", "root/.."):
        assert answer(guest.stat_at, FOLLOW, path) in ("not-permitted", "loop")


def test_nothing_stays_open(place: Path, resolve: Resolver):
    before = open_descriptors()
    guest = root(place / "inside", resolve)
    for path in (*THROUGH, *LINKS_OUT, *ERRORS, *SLASHED, *INNER):
        for follower in followers(guest):
            answer(follower, FOLLOW, path)
        answer(guest.rename_at, path, guest, "dir/../../x")
        answer(guest.link_at, STAY, path, guest, "dir/sub/../../../x")
    del guest, follower
    assert open_descriptors() == before
