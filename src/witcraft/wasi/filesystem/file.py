"""Descriptors of files, and of all else that is no directory: devices, pipes."""

from __future__ import annotations

import os

from ...runtime import Err
from ..interfaces.filesystem_types import Advice, ErrorCode
from ..io.files import FileInput, FileOutput
from .descriptor import READ, WRITE, Descriptor
from .errors import answers, in_stream

_LARGEST = (1 << 63) - 1
"""Bytes: sizes and offsets of the system have a sign."""

_ADVICE = {
    advice: getattr(os, f"POSIX_FADV_{name}", 0)
    for advice, name in {
        Advice.NORMAL: "NORMAL",
        Advice.SEQUENTIAL: "SEQUENTIAL",
        Advice.RANDOM: "RANDOM",
        Advice.WILL_NEED: "WILLNEED",
        Advice.DONT_NEED: "DONTNEED",
        Advice.NO_REUSE: "NOREUSE",
    }.items()
}


class File(Descriptor):
    """An open file. It can be read or written if it was opened for that, whatever the system would let it do."""

    __slots__ = ()

    def read_via_stream(self, offset: int, /) -> FileInput:
        self._check(READ)
        return FileInput(self._grant.session, self._file, offset, in_stream)

    def write_via_stream(self, offset: int, /) -> FileOutput:
        self._check(WRITE)
        return FileOutput(self._grant.session, self._file, offset, in_stream)

    def append_via_stream(self) -> FileOutput:
        self._check(WRITE)
        return FileOutput(self._grant.session, self._file, None, in_stream)

    @answers
    def read(self, length: int, offset: int, /) -> tuple[bytes, bool]:
        self._check(READ)
        data = os.pread(self._file.fd, min(length, self._grant.session.limits.buffer), within(offset))
        return data, not data and length > 0

    @answers
    def write(self, buffer: bytes, offset: int, /) -> int:
        self._check(WRITE)
        return os.pwrite(self._file.fd, buffer, within(offset))

    @answers
    def set_size(self, size: int, /) -> None:
        self._check(WRITE)
        os.truncate(self._file.fd, within(size))

    @answers
    def advise(self, offset: int, length: int, advice: Advice, /) -> None:
        offset, length = within(offset), within(length)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._file.fd, offset, length, _ADVICE[advice])

    def _check(self, right: int) -> None:
        if not self._flags & right:
            raise Err(ErrorCode.BAD_DESCRIPTOR)


def within(number: int) -> int:
    if number > _LARGEST:
        raise Err(ErrorCode.INVALID)
    return number
