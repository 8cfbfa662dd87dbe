"""What is known about a file: type, size, times; and a number that says which one it is."""

from __future__ import annotations

import os
import stat as modes
from errno import EINVAL, EOVERFLOW
from functools import cache

from ..interfaces.clocks_wall_clock import Datetime
from ..interfaces.filesystem_types import (
    DescriptorStat,
    DescriptorType,
    MetadataHashValue,
    NewTimestamp_NoChange,
    NewTimestamp_Timestamp,
)
from .walk import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..interfaces.filesystem_types import NewTimestamp

SECOND = 1_000_000_000
"""Nanoseconds."""

_TYPES = {
    modes.S_IFBLK: DescriptorType.BLOCK_DEVICE,
    modes.S_IFCHR: DescriptorType.CHARACTER_DEVICE,
    modes.S_IFDIR: DescriptorType.DIRECTORY,
    modes.S_IFIFO: DescriptorType.FIFO,
    modes.S_IFLNK: DescriptorType.SYMBOLIC_LINK,
    modes.S_IFREG: DescriptorType.REGULAR_FILE,
    modes.S_IFSOCK: DescriptorType.SOCKET,
}


def type_of(found: os.stat_result) -> DescriptorType:
    return _TYPES.get(modes.S_IFMT(found.st_mode), DescriptorType.UNKNOWN)


def described(found: os.stat_result) -> DescriptorStat:
    return DescriptorStat(
        type_of(found),
        found.st_nlink,
        found.st_size,
        moment(found.st_atime_ns),
        moment(found.st_mtime_ns),
        moment(found.st_ctime_ns),
    )


def moment(nanoseconds: int) -> Datetime | None:
    """None for what was before 1970, which WASI cannot say."""
    return Datetime(*divmod(nanoseconds, SECOND)) if nanoseconds >= 0 else None


# ---- setting times ----


def new_times(accessed: NewTimestamp, modified: NewTimestamp, found: os.stat_result) -> tuple[int, int]:
    """Nanoseconds for ``os.utime``, where ``found`` has what is to stay."""
    from time import time_ns

    now = time_ns()
    return new_time(accessed, found.st_atime_ns, now), new_time(modified, found.st_mtime_ns, now)


def new_time(wanted: NewTimestamp, old: int, now: int) -> int:
    match wanted:
        case NewTimestamp_NoChange():
            return old
        case NewTimestamp_Timestamp(value):
            if value.nanoseconds >= SECOND:
                raise failure(EINVAL)
            if value.seconds >= 1 << 62:
                raise failure(EOVERFLOW)
            return value.seconds * SECOND + value.nanoseconds
        case _:
            return now


# ---- which one it is ----


def identity(found: os.stat_result) -> MetadataHashValue:
    """The same for one file as long as it exists and this process runs, and different for every two.

    Modifying a file does not change it: guests take it for the number of the inode, as POSIX has it. It is hashed with
    a secret, so that it says nothing about the host's numbers.
    """
    from hashlib import blake2b

    numbers = b"%d %d" % (found.st_dev, found.st_ino)
    digest = blake2b(numbers, digest_size=16, key=secret()).digest()
    return MetadataHashValue(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))


@cache
def secret() -> bytes:
    return os.urandom(32)
