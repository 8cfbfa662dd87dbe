"""A path followed one name at a time, for systems that cannot follow it beneath a directory themselves.

Every name is opened in the directory that the walk stands in, without following it. A symbolic link is read and its
contents are walked in its place. ``..`` goes back to the directory that the walk came from, by the descriptor that is
still open, so that moving a directory meanwhile leads nowhere else. (WASI filesystem path resolution, *Implementing
path resolution manually*.)
"""

from __future__ import annotations

import os
from errno import EINVAL, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM

DIRECTORY_TO_READ = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
"""How a directory is opened."""

DIRECTORY = DIRECTORY_TO_READ | getattr(os, "O_PATH", 0)
"""The same for a directory that only leads to names in it, for which no right to read it is needed."""

NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
LINK = (ELOOP, EMLINK, ENOTDIR)
"""What systems answer when the name that must not be followed is a link. ``ENOTDIR`` may mean a file, too."""

LINKS = 40
"""How many links one path may lead through (as in Linux)."""

DEPTH = 256
"""How many directories deep a walk goes: each holds a descriptor while it lasts."""


def walk(base: int, path: bytes) -> int:
    """Opens the directory that ``path`` leads to from the directory ``base``, never one that is not beneath it."""
    steps = Walk(base, path)
    try:
        return steps.end()
    finally:
        steps.close()


class Walk:
    """A walk under way: the directories it went into, the names ahead with the next one last, the links it met."""

    __slots__ = ("ahead", "base", "entered", "links")

    def __init__(self, base: int, path: bytes) -> None:
        self.base = base
        self.entered: list[int] = []
        self.ahead = path.split(b"/")[::-1]
        self.links = 0

    def end(self) -> int:
        while self.ahead:
            name = self.ahead.pop()
            if name == b"..":
                self.leave()
            elif name not in (b"", b"."):
                self.enter(name)
        return self.entered.pop() if self.entered else os.open(b".", DIRECTORY, dir_fd=self.base)

    def here(self) -> int:
        return self.entered[-1] if self.entered else self.base

    def enter(self, name: bytes) -> None:
        if len(self.entered) == DEPTH:
            raise failure(ENAMETOOLONG)
        try:
            self.entered.append(os.open(name, DIRECTORY | NOFOLLOW, dir_fd=self.here()))
        except OSError as error:
            if error.errno not in LINK:
                raise
            self.expand(name)

    def leave(self) -> None:
        if not self.entered:
            raise failure(EPERM)
        os.close(self.entered.pop())

    def expand(self, name: bytes) -> None:
        """Puts what the link says in the place of its name."""
        contents = link_contents(self.here(), name)
        if contents is None:
            raise failure(ENOTDIR)
        self.links += 1
        if self.links > LINKS:
            raise failure(ELOOP)
        self.ahead += contents.split(b"/")[::-1]

    def close(self) -> None:
        while self.entered:
            os.close(self.entered.pop())


def link_contents(directory: int, name: bytes) -> bytes | None:
    """What a symbolic link says, or None if the name is none; refused if it says to start at the host's root."""
    try:
        contents = os.readlink(name, dir_fd=directory)
    except OSError as error:
        if error.errno == EINVAL:
            return None
        raise
    if contents.startswith(b"/"):
        raise failure(EPERM)
    if not contents:
        raise failure(ENOENT)
    return contents


def failure(code: int) -> OSError:
    return OSError(code, os.strerror(code))
