"""Directories beneath a directory: the only way by which a path of a guest becomes a descriptor.

A *resolver* opens the directory that a path leads to from a base, and never one that is not beneath the base: not by
``..``, not by a symbolic link, not while somebody renames directories or swaps links. Names that a path ends with are
not looked at here: `place.py` keeps them apart, and whoever acts on one does so without following it.

Linux resolves in one system call (``openat2``, since 5.6). Where that is missing or forbidden, and on every other
system, `walk.py` does the same one name at a time.
"""

from __future__ import annotations

import os
import sys
from errno import E2BIG, EAGAIN, EINTR, EINVAL, ENOSYS, EPERM, EXDEV
from functools import cache

from .walk import DIRECTORY, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Resolver = Callable[[int, bytes], int]
    """``(base, path) -> descriptor``; raises OSError, ``EPERM`` where the path leads out of the base."""

_OPENAT2 = 437  # the number on all architectures that came before it, but Alpha
_BENEATH = 0x08
_NO_MAGIC_LINKS = 0x02
_RETRIES = 64
_ABSENT = (ENOSYS, EPERM, EINVAL, E2BIG)


def openat2(base: int, path: bytes) -> int:
    """Opens a directory by one system call.

    The kernel answers ``EAGAIN`` when directories were renamed while it followed a ``..``; on a machine that renames
    without end, the walk finishes what the kernel will not.
    """
    call = system_call()
    for _ in range(_RETRIES):
        found, error = call(base, path)
        if found >= 0:
            return found
        if error == EXDEV:
            raise OSError(EPERM, os.strerror(EPERM))
        if error not in (EAGAIN, EINTR):
            raise OSError(error, os.strerror(error))
    return walk(base, path)


@cache
def system_call() -> Callable[[int, bytes], tuple[int, int]]:
    """``openat2(base, path)`` for directories, as ``(descriptor or -1, error number)``."""
    from ctypes import CDLL, c_char_p, c_int, c_long, c_size_t, get_errno
    from struct import pack

    how = pack("=QQQ", DIRECTORY, 0, _BENEATH | _NO_MAGIC_LINKS)
    function = CDLL(None, use_errno=True).syscall
    function.argtypes = (c_long, c_int, c_char_p, c_char_p, c_size_t)
    function.restype = c_long

    def call(base: int, path: bytes) -> tuple[int, int]:
        found: int = function(_OPENAT2, base, path, how, len(how))
        return found, 0 if found >= 0 else get_errno()

    return call


def resolver(base: int) -> Resolver:
    """The best way that this system has; ``base`` is any directory, to try it on."""
    return openat2 if sys.platform == "linux" and has_openat2(base) else walk


_has_openat2: bool | None = None


def has_openat2(base: int) -> bool:
    """Whether the kernel knows the call, and whoever confines this process lets it through; asked once a process."""
    global _has_openat2
    if _has_openat2 is None:
        found, error = system_call()(base, b".")
        if found >= 0:
            os.close(found)
        _has_openat2 = error not in _ABSENT
    return _has_openat2
