"""Streams of regular files: always ready, at an offset of their own."""

from __future__ import annotations

import os
from errno import EFBIG

from ...runtime import Err
from .error import CLOSED, failure
from .streams import Immediate, InputStream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .descriptors import Owned
    from .error import Fails
    from .session import Session

_END = (1 << 63) - 1
"""No file is longer."""
_COPIES = hasattr(os, "copy_file_range")


class FileInput(InputStream):
    """Reads ``file`` from ``offset`` (bytes) on. ``fails`` says what an error of the system is to the guest."""

    __slots__ = ("_fails", "_file", "_offset")

    def __init__(self, session: Session, file: Owned, offset: int, fails: Fails = failure) -> None:
        super().__init__(session)
        self._file, self._offset, self._fails = file, offset, fails

    def _read(self, size: int) -> bytes:
        offset = self._offset
        if offset >= _END:
            raise Err(CLOSED)
        try:
            data = os.pread(self._file.fd, size, offset)
        except OSError as error:
            raise self._fails(error) from None
        if not data:
            raise Err(CLOSED)
        self._offset = offset + len(data)
        return data

    def sent(self, count: int, send: Callable[[int, int, int], int]) -> int:
        """``send(descriptor, offset, count)`` moves bytes from here, and gives how many; 0 if the system does not.

        Why it does not, reading and writing will say.
        """
        if self._offset > _END - count:
            return 0
        try:
            moved = send(self._file.fd, self._offset, count)
        except OSError:
            return 0
        self._offset += moved
        return moved


class FileOutput(Immediate):
    """Writes ``file`` from ``offset`` (bytes) on, at its end if that is None."""

    __slots__ = ("_fails", "_file", "_offset")

    def __init__(self, session: Session, file: Owned, offset: int | None, fails: Fails = failure) -> None:
        super().__init__(session)
        self._file, self._offset, self._fails = file, offset, fails

    def _write(self, data: bytes) -> None:
        try:
            written = self._put(data)
            while written < len(data):  # a disk that is full says so next time
                written += self._put(memoryview(data)[written:])
        except OSError as error:
            raise self._fails(error) from None

    def _move(self, source: InputStream, count: int) -> int:
        offset = self._offset
        if offset is None or offset > _END - count or not isinstance(source, FileInput) or not _COPIES:
            return 0
        moved = source.sent(count, lambda fd, at, size: os.copy_file_range(fd, self._file.fd, size, at, offset))
        self._offset = offset + moved
        return moved

    def _put(self, data: bytes | memoryview) -> int:
        offset = self._offset
        if offset is None:
            return append(self._file.fd, data)
        if offset > _END - len(data):
            raise OSError(EFBIG, os.strerror(EFBIG))
        written = os.pwrite(self._file.fd, data, offset)
        self._offset = offset + written
        return written


def append(fd: int, data: bytes | memoryview) -> int:
    """Writes at the end of a file that was not opened for appending; in one step where the system can."""
    flag = getattr(os, "RWF_APPEND", 0)
    if flag:
        return os.pwritev(fd, [data], 0, flag)
    return os.pwrite(fd, data, os.fstat(fd).st_size)
