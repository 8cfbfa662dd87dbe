"""Ways of resolving paths: in systems that lack one, over random trees, while others change the tree."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EAGAIN, ENOSYS, EPERM
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.files import (
    EXISTING,
    FOLLOW,
    READ,
    RESOLVERS,
    STAY,
    Resolver,
    answer,
    contents,
    root,
)
from tests.support.trees import CHANGES, PATHS, SECRET, TREES, done, snapshot, surrounded, world
from witcraft.wasi.filesystem.descriptor import Descriptor
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.filesystem.walk import DEPTH, walk
from witcraft.wasi.interfaces.filesystem_types import PathFlags


@pytest.fixture(params=sorted(RESOLVERS))
def resolve(request: pytest.FixtureRequest) -> Resolver:
    return RESOLVERS[request.param]()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return surrounded(tmp_path)


# ---- what systems lack ----


@pytest.mark.parametrize("error", [EPERM, ENOSYS])
def test_the_walk_stands_in_where_the_call_is_refused(monkeypatch: pytest.MonkeyPatch, place: Path, error: int):
    from witcraft.wasi.filesystem import beneath

    monkeypatch.setattr(beneath, "_has_openat2", None)
    monkeypatch.setattr(beneath, "system_call", lambda: lambda base, path: (-1, error))
    guest = root(place / "inside")
    assert guest._grant.resolve is walk
    assert contents(guest.open_at(FOLLOW, "back/../file", EXISTING, READ)) == b"dir/file"


CONFINED = """
import ctypes, os, struct, sys
answer = 0x00050000 | int(sys.argv[1])  # SECCOMP_RET_ERRNO
code = [(0x20, 0, 0, 0), (0x15, 0, 1, 437), (0x06, 0, 0, answer), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in code))
header = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(program)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(header), 0, 0):
    raise SystemExit("refused")
from pathlib import Path
from tests.support.files import EXISTING, FOLLOW, READ, answer, contents, root
guest = root(Path(sys.argv[2]))
print(guest._grant.resolve.__name__, contents(guest.open_at(FOLLOW, "back/../file", EXISTING, READ)))
print(answer(guest.stat_at, FOLLOW, "dir/../../outside/secret"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="confines a process as Linux does")
@pytest.mark.parametrize("error", [EPERM, ENOSYS])
def test_in_a_process_that_is_confined(place: Path, error: int):
    """As container engines do that do not know the call."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    command = [sys.executable, "-c", CONFINED, str(error), str(place / "inside")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if "refused" in done.stderr:
        pytest.skip("this process may not confine itself")
    assert (done.stdout, done.stderr) == ("walk b'dir/file'\nnot-permitted\n", "")


def test_the_walk_finishes_what_the_call_gives_up(monkeypatch: pytest.MonkeyPatch, place: Path):
    from witcraft.wasi.filesystem import beneath

    calls = []

    def again(base: int, path: bytes) -> tuple[int, int]:
        calls.append(path)
        return -1, EAGAIN

    monkeypatch.setattr(beneath, "system_call", lambda: again)
    guest = root(place / "inside", beneath.openat2)
    assert contents(guest.open_at(FOLLOW, "dir/sub/../file", EXISTING, READ)) == b"dir/file"
    assert answer(guest.stat_at, FOLLOW, "dir/../../outside/secret") == "not-permitted"
    assert len(calls) > 2


def test_a_walk_is_not_deeper_than_its_descriptors(tmp_path: Path):
    here = tmp_path
    deep = os.open(tmp_path, os.O_RDONLY)
    for _ in range(DEPTH + 1):
        os.mkdir("d", dir_fd=deep)
        below = os.open("d", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    os.close(deep)
    guest = root(here, walk)
    assert guest.stat_at(FOLLOW, "d/" * DEPTH).link_count >= 1
    assert answer(guest.stat_at, FOLLOW, "d/" * (DEPTH + 1)) == "name-too-long"


# ---- random trees ----

quickly = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quickly
@given(tree=TREES, paths=st.lists(PATHS, min_size=1, max_size=6))
@example(tree=[("a", ("link", "../b/c/")), ("c", "file")], paths=["a", "a/.."])
def test_both_ways_agree_and_stay_beneath(tmp_path: Path, tree: list[tuple[str, object]], paths: list[str]):
    with world(tmp_path, tree, 1) as (place,):
        beneath = {place.stat().st_ino, *(os.lstat(found).st_ino for found in place.rglob("*"))}
        guests = [root(place, make()) for make in RESOLVERS.values()]
        for path in paths:
            for flags in (STAY, FOLLOW):
                found = [looked(guest, flags, path) for guest in guests]
                assert all(one == found[0] for one in found)
                assert isinstance(found[0], str) or found[0] in beneath


def looked(guest: Directory, flags: PathFlags, path: str) -> object:
    """The number of the file that ``open-at`` opens, or why it does not, and ``stat-at`` says the same."""
    seen = answer(guest.metadata_hash_at, flags, path)
    file = answer(guest.open_at, flags, path, EXISTING, READ)
    if isinstance(file, str):
        assert file == seen or (file == "loop" and flags == STAY)
        return file
    assert isinstance(file, Descriptor)
    assert file.metadata_hash() == seen
    return os.fstat(file._file.fd).st_ino


@quickly
@given(tree=TREES, changes=st.lists(CHANGES, min_size=1, max_size=10))
def test_both_ways_change_the_same(tmp_path: Path, tree: list[tuple[str, object]], changes: list[tuple[str, ...]]):
    with world(tmp_path, tree, len(RESOLVERS)) as places:
        guests = [root(place, make()) for place, make in zip(places, RESOLVERS.values(), strict=True)]
        for change in changes:
            results = [done(guest, *change) for guest in guests]
            assert all(result == results[0] for result in results)
        trees = [snapshot(place) for place in places]
        assert all(tree == trees[0] for tree in trees)
        for place in places:
            assert {path.name for path in place.parent.iterdir()} == {"b", "c"}
            assert {path.name for path in place.parent.parent.iterdir()} == {"a", "c"}
            assert (place.parent / "c").read_bytes() == (place.parent.parent / "c").read_bytes() == SECRET


# ---- races ----


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Another thread does ``work`` over and over."""
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def opened_in(seconds: float, guest: Directory, paths: list[str]) -> set[object]:
    """What is read by these paths, and the errors."""
    found: set[object] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in paths:
            file = answer(guest.open_at, FOLLOW, path, EXISTING, READ)
            found.add(file if isinstance(file, str) else contents(file))  # type: ignore[arg-type]
    return found


def test_a_link_swapped_while_resolving(place: Path, resolve: Resolver):
    inside = place / "inside"
    (inside / "x").mkdir()
    (inside / "x" / "secret").write_bytes(b"harmless")
    (inside / "y").symlink_to("../outside")

    def swap() -> None:
        (inside / "x").rename(inside / "z")
        (inside / "y").rename(inside / "x")
        (inside / "x").rename(inside / "y")
        (inside / "z").rename(inside / "x")

    with meanwhile(swap):
        found = opened_in(0.4, root(inside, resolve), ["x/secret", "x/../x/secret", "y/../x/secret"])
    assert SECRET not in found
    assert b"harmless" in found
    assert found <= {b"harmless", "no-entry", "not-permitted", "loop", "not-directory"}


def test_a_name_swapped_while_it_is_opened(place: Path, resolve: Resolver):
    inside = place / "inside"
    (inside / "x").write_bytes(b"harmless")
    (inside / "y").symlink_to("../outside/secret")

    def swap() -> None:
        (inside / "x").rename(inside / "z")
        (inside / "y").rename(inside / "x")
        (inside / "x").rename(inside / "y")
        (inside / "z").rename(inside / "x")

    with meanwhile(swap):
        found = opened_in(0.4, root(inside, resolve), ["x", "y"])
    assert found <= {b"harmless", "no-entry", "not-permitted", "loop"}


def test_a_directory_moved_out_while_resolving(place: Path, resolve: Resolver):
    """``..`` of a directory that was moved away would be a directory outside."""
    inside, outside = place / "inside", place / "outside"
    (inside / "deep" / "x" / "y").mkdir(parents=True)
    (inside / "deep" / "secret").write_bytes(b"harmless")

    def move() -> None:
        (inside / "deep" / "x").rename(outside / "x")
        (outside / "x").rename(inside / "deep" / "x")

    with meanwhile(move):
        found = opened_in(0.4, root(inside, resolve), ["deep/x/../secret", "deep/x/y/../../secret"])
    assert SECRET not in found
    assert b"harmless" in found
    assert found <= {b"harmless", "no-entry", "not-permitted"}
