"""Where a path leads: a directory beneath the base, and one name in it that nobody has looked at yet.

All that takes a path goes this way. The directory is opened beneath the base (`beneath.py`); then one system call acts
on the one name and does not follow it. To follow a symbolic link is to go to another place, found in the same way.
"""

from __future__ import annotations

import os
from errno import EILSEQ, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, EPERM
from stat import S_ISLNK

from .walk import LINK, LINKS, NOFOLLOW, failure, link_contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .beneath import Resolver

LONGEST = 4095
"""Bytes of a path (as in Linux)."""


class Place:
    """``name`` in the open ``directory``; a context manager, which closes what it opened.

    ``slash``: the path ended with slashes, so the name has to be a directory's. It is false where the name is ``.``,
    which stands for all paths that end with ``.`` or ``..``: the directory itself.
    """

    __slots__ = ("_base", "_links", "_prefix", "_resolve", "directory", "name", "slash")

    def __init__(self, resolve: Resolver, base: int, path: bytes) -> None:
        self._resolve, self._base, self._links = resolve, base, 0
        self.directory = base
        self._go(path)

    def _go(self, path: bytes) -> None:
        if len(path) > LONGEST:
            raise failure(ENAMETOOLONG)
        self._prefix, self.name, self.slash = split(path)
        if self._prefix:
            self.directory = self._resolve(self._base, self._prefix)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        if self.directory != self._base:
            os.close(self.directory)
            self.directory = self._base

    def follow(self) -> bool:
        """Goes to where the symbolic link of this name leads; False if it is none."""
        contents = link_contents(self.directory, self.name)
        if contents is None:
            return False
        self._links += 1
        if self._links > LINKS:
            raise failure(ELOOP)
        self.__exit__()
        self._go(entered(self._prefix + b"/" + contents if self._prefix else contents))
        return True

    def stat(self, follow: bool = False) -> os.stat_result:
        """Of what has this name; of what the link of this name leads to."""
        while True:
            found = os.stat(self.name, dir_fd=self.directory, follow_symlinks=False)
            if not (follow and S_ISLNK(found.st_mode) and self.follow()):
                return found

    def check_named(self, code: int) -> None:
        """The directory itself is not made, moved or removed as ``.``; systems differ in how they say so."""
        if self.name == b".":
            raise failure(code)

    def exists(self) -> bool:
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def open(self, flags: int, follow: bool) -> int:
        """A descriptor of it. New files have the permissions that the process gives usually."""
        while True:
            try:
                return os.open(self.name, flags | NOFOLLOW, 0o666, dir_fd=self.directory)
            except OSError as error:
                if not (follow and error.errno in LINK and self.follow()):
                    raise


def split(path: bytes) -> tuple[bytes, bytes, bool]:
    """The path of the directory (b"" for the base itself), the name in it, whether slashes came after."""
    stripped = path.rstrip(b"/")
    prefix, _, name = stripped.rpartition(b"/")
    if name in (b".", b".."):
        return below(stripped), b".", False
    return below(prefix), name, stripped != path


def below(directory: bytes) -> bytes:
    return b"" if directory == b"." else directory


def entered(path: bytes) -> bytes:
    """A path that ends with a slash leads into the directory, through links too; others stay as they are."""
    return path + b"." if path.endswith(b"/") else path


def encoded(path: str) -> bytes:
    """A guest's path as the system takes it.

    Raises OSError: ``ENOENT`` if it is empty, ``EPERM`` if absolute, ``EINVAL`` if it has a zero in it, which would end
    it for the system.
    """
    try:
        data = path.encode()
    except UnicodeEncodeError:
        raise failure(EILSEQ) from None
    if not data:
        raise failure(ENOENT)
    if data.startswith(b"/"):
        raise failure(EPERM)
    if b"\0" in data:
        raise failure(EINVAL)
    return data
