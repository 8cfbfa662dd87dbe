"""A preopened directory as a guest sees it, for tests of `witcraft.wasi.filesystem`."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from witcraft.runtime import Err
from witcraft.wasi.filesystem import Preopen, interfaces
from witcraft.wasi.filesystem.beneath import has_openat2, openat2
from witcraft.wasi.filesystem.descriptor import Descriptor
from witcraft.wasi.filesystem.directory import Directory
from witcraft.wasi.filesystem.walk import walk
from witcraft.wasi.interfaces.filesystem_types import DescriptorFlags, ErrorCode, OpenFlags, PathFlags
from witcraft.wasi.io.session import Session
from witcraft.wasi.limits import Limits

STAY, FOLLOW = PathFlags(0), PathFlags.SYMLINK_FOLLOW
READ, WRITE, MUTATE = DescriptorFlags.READ, DescriptorFlags.WRITE, DescriptorFlags.MUTATE_DIRECTORY
NOTHING = DescriptorFlags(0)
EXISTING, CREATE, EXCLUSIVE = OpenFlags(0), OpenFlags.CREATE, OpenFlags.EXCLUSIVE
DIRECTORY, TRUNCATE = OpenFlags.DIRECTORY, OpenFlags.TRUNCATE

Resolver = Callable[[int, bytes], int]


def system_resolver() -> Resolver:
    base = os.open("/", os.O_RDONLY)
    try:
        if not (hasattr(os, "O_PATH") and has_openat2(base)):
            pytest.skip("no openat2 here")
    finally:
        os.close(base)
    return openat2


RESOLVERS = {"openat2": system_resolver, "walk": lambda: walk}
"""How paths are followed, by name: every test of paths runs in each way that the system has."""


def opened(
    preopens: Mapping[str, Preopen | Path], resolve: Resolver | None = None, limits: Limits | None = None
) -> tuple[Session, dict[str, Directory]]:
    """An instance's session, and the directories that it gets, by the guest's names."""
    session = Session(time, limits or Limits())
    given = {name: value if isinstance(value, Preopen) else Preopen(value) for name, value in preopens.items()}
    provided = interfaces(session, given, resolve)["wasi:filesystem/preopens"]
    return session, {name: found for found, name in provided.get_directories()}  # type: ignore[attr-defined]


def root(directory: Path, resolve: Resolver | None = None, readonly: bool = False) -> Directory:
    return opened({"/": Preopen(directory, readonly)}, resolve)[1]["/"]


def answer(method: Callable[..., object], *args: object) -> object:
    """What a method gives, or its error code as WIT spells it."""
    try:
        return method(*args)
    except Err as error:
        assert isinstance(error.value, ErrorCode)
        return word(error.value)


def word(code: ErrorCode) -> str:
    return code.name.lower().replace("_", "-")


def create(directory: Directory, path: str, contents: bytes = b"") -> Descriptor:
    file = directory.open_at(STAY, path, CREATE | EXCLUSIVE, READ | WRITE)
    assert file.write(contents, 0) == len(contents)
    return file


def contents(file: Descriptor) -> bytes:
    return file.read(1 << 20, 0)[0]


def names(directory: Descriptor) -> list[str]:
    stream, found = directory.read_directory(), []
    while (entry := stream.read_directory_entry()) is not None:
        found.append(entry.name)
    return sorted(found)


def open_descriptors() -> set[int]:
    """Of this process, without those that only wait to be forgotten."""
    gc.collect()
    return {fd for fd in map(int, os.listdir("/dev/fd")) if is_open(fd)}


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
