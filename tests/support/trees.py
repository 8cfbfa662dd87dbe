"""Trees of files and links: one with every way out, and random ones with random paths and changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hypothesis import strategies as st

from tests.support.files import CREATE, EXISTING, FOLLOW, READ, STAY, TRUNCATE, WRITE, answer
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.filesystem.walk import LINKS
from witcraft.wasi.interfaces.clocks_wall_clock import Datetime
from witcraft.wasi.interfaces.filesystem_types import DescriptorType, NewTimestamp_Timestamp

SECRET = b"nobody inside may see this"
LONG_AGO = NewTimestamp_Timestamp(Datetime(1, 0))

LINKED = {
    "up": "..",
    "out": "../outside",
    "out_file": "../outside/secret",
    "out_inner": "dir/../../outside/secret",
    "out_twice": "out/secret",
    "out_dangling": "../outside/new",
    "link": "dir",
    "link_file": "dir/file",
    "back": "dir/../dir/sub",
    "here": ".",
    "dangling": "nowhere",
    "loop": "loop",
    "ping": "pong",
    "pong": "ping",
    "slash_file": "file/",
    "slash_dir": "dir/",
    "dir/home": "../file",
    "dir/out": "../../outside",
}
"""Symbolic links in ``inside``, and what they say."""

NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(st.one_of(NAMES, NAMES, st.sampled_from(["..", ".", ""])), min_size=1, max_size=5),
    st.sampled_from(["", "", "", "/", "/.", "/.."]),
)
NODES = st.one_of(st.just("file"), st.just("directory"), st.just("directory"), PATHS.map(lambda path: ("link", path)))
TREES = st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3).map("/".join), NODES), max_size=12)


def surrounded(directory: Path) -> Path:
    """``inside`` is granted, ``outside`` beside it is not."""
    inside, outside = directory / "inside", directory / "outside"
    (inside / "dir" / "sub").mkdir(parents=True)
    (outside / "dir").mkdir(parents=True)
    for file in ("file", "dir/file", "dir/sub/file"):
        (inside / file).write_text(file)
    for file in ("secret", "file", "dir/file"):
        (outside / file).write_bytes(SECRET)
    for name, target in LINKED.items():
        (inside / name).symlink_to(target)
    (inside / "absolute").symlink_to(outside)
    (inside / "absolute_inside").symlink_to(inside / "file")
    for number in range(LINKS + 1):
        (inside / f"chain{number}").symlink_to(f"chain{number + 1}" if number < LINKS else "dir")
    return directory


def plant(directory: Path, tree: list[tuple[str, object]]) -> None:
    """Makes what can be made of it: a name may be taken, and what is above it no directory."""
    for name, node in tree:
        place = directory / name
        with suppress(OSError):
            if any(above.is_symlink() for above in place.parents):
                continue
            match node:
                case "file":
                    place.touch(exist_ok=False)
                case "directory":
                    place.mkdir(parents=True)
                case ("link", str(target)) if target:
                    place.symlink_to(target)


@contextmanager
def world(directory: Path, tree: list[tuple[str, object]], count: int) -> Iterator[list[Path]]:
    """``count`` times the same tree in directories that have the same names around them."""
    places = [directory / str(number) / "a" / "b" for number in range(count)]
    for place in places:
        place.mkdir(parents=True)
        for around in (place.parent, place.parent.parent):
            (around / "c").write_bytes(SECRET)
        plant(place, tree)
    try:
        yield places
    finally:
        for number in range(count):
            shutil.rmtree(directory / str(number))


def snapshot(directory: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(directory.rglob("*")):
        here = str(path.relative_to(directory))
        found[here] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else "directory"
    return found


CHANGES = st.one_of(
    st.tuples(st.sampled_from(["mkdir", "rmdir", "unlink", "create", "truncate", "touch"]), PATHS),
    st.tuples(st.sampled_from(["rename", "link", "symlink"]), PATHS, PATHS),
)
LOOKS = st.tuples(st.sampled_from(["stat", "lstat", "open", "readlink"]), PATHS)


def done(guest: Directory, verb: str, *paths: str) -> object:
    """What one of CHANGES or LOOKS gives, or its error."""
    return answer(getattr(Verbs(guest), verb), *paths)


class Verbs:
    """By the names that the shell has for them."""

    def __init__(self, guest: Directory) -> None:
        self.guest = guest
        self.mkdir, self.rmdir = guest.create_directory_at, guest.remove_directory_at
        self.unlink, self.readlink, self.symlink = guest.unlink_file_at, guest.readlink_at, guest.symlink_at

    def stat(self, path: str) -> DescriptorType:
        return self.guest.stat_at(FOLLOW, path).type

    def lstat(self, path: str) -> DescriptorType:
        return self.guest.stat_at(STAY, path).type

    def touch(self, path: str) -> None:
        self.guest.set_times_at(FOLLOW, path, LONG_AGO, LONG_AGO)

    def open(self, path: str) -> None:
        self.guest.open_at(FOLLOW, path, EXISTING, READ)

    def create(self, path: str) -> None:
        self.guest.open_at(FOLLOW, path, CREATE, WRITE)

    def truncate(self, path: str) -> None:
        self.guest.open_at(FOLLOW, path, TRUNCATE, WRITE)

    def rename(self, path: str, other: str) -> None:
        self.guest.rename_at(path, self.guest, other)

    def link(self, path: str, other: str) -> None:
        self.guest.link_at(STAY, path, self.guest, other)
