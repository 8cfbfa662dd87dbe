"""Resource ``directory-entry-stream``: what is in a directory, one name after the other."""

from __future__ import annotations

import os

from ...runtime import Err
from ...runtime.endings import Ending, in_turn
from ..interfaces.filesystem_types import DescriptorType, DirectoryEntry, ErrorCode
from ..io.descriptors import Owned
from .errors import answers
from .stat import type_of
from .walk import DIRECTORY_TO_READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.session import Session


class DirectoryEntryStream(Ending):
    """Reads names as they are asked for, with a position of its own; closed at the end of the directory."""

    __slots__ = ("_directory", "_entries")

    def __init__(self, session: Session, directory: int) -> None:
        """``directory`` is open, and stays so."""
        self._directory = Owned(session, os.open(b".", DIRECTORY_TO_READ, dir_fd=directory))
        self._entries = entries = os.scandir(self._directory.fd)
        self.__del__ = in_turn(entries.close, self._directory.close)

    def __exit__(self, *_: object) -> None:
        self.__del__()

    @answers
    def read_directory_entry(self) -> DirectoryEntry | None:
        """Of a name that is no Unicode: ``illegal-byte-sequence``; the next call goes on after it."""
        entry = next(self._entries, None)
        if entry is None:
            self.__del__()
            return None
        return DirectoryEntry(type_of_entry(entry), unicode(entry.name))


def type_of_entry(entry: os.DirEntry[str]) -> DescriptorType:
    """Mostly the system said it with the name; else it is asked. Unknown if it went meanwhile."""
    if entry.is_symlink():
        return DescriptorType.SYMBOLIC_LINK
    if entry.is_file(follow_symlinks=False):
        return DescriptorType.REGULAR_FILE
    if entry.is_dir(follow_symlinks=False):
        return DescriptorType.DIRECTORY
    try:
        return type_of(entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return DescriptorType.UNKNOWN


def unicode(name: str) -> str:
    """Python decodes names as its locale says; in WASI they are UTF-8."""
    try:
        return os.fsencode(name).decode()
    except UnicodeDecodeError:
        raise Err(ErrorCode.ILLEGAL_BYTE_SEQUENCE) from None
