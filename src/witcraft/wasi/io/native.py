"""Streams of descriptors that the host has and lends: pipes, terminals, and whatever a shell gave as standard input.

They belong to the host: nothing here closes them or makes them non-blocking, which other processes would see. We ask
the system before each step whether it would wait.
"""

from __future__ import annotations

import os
import select
from os import write
from stat import S_ISBLK, S_ISREG

from ...runtime import Err
from ...runtime.deadline import remaining
from .error import CLOSED
from .files import FileInput
from .poll import ALWAYS, READ, WRITE, Descriptor
from .streams import AT_ONCE, Immediate, InputStream, OutputStream, beyond

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedRandom, BufferedReader, FileIO

    from ..interfaces.io_streams import StreamError
    from .error import Fails
    from .poll import Awaits
    from .session import Session

_PIECE = 64 << 10
"""Bytes that one read from a pipe asks for: it holds no more."""
_ATOMIC: int = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe which can be written takes without waiting."""
_SENDS = hasattr(os, "sendfile")
_CAN_ASK = hasattr(select, "poll")
"""Where not (Windows), reading and writing may wait."""


def is_always_ready(fd: int) -> bool:
    """Whether ``fd`` never waits: a file, a disk."""
    mode = os.fstat(fd).st_mode
    return not _CAN_ASK or S_ISREG(mode) or S_ISBLK(mode)


class FileReader(InputStream):
    """Reads a file of Python's that is always ready, through Python's buffer, so that Python's position fits."""

    __slots__ = ("_fails", "_take")

    def __init__(self, session: Session, take: Callable[[int], bytes], fails: Fails) -> None:
        super().__init__(session)
        self._take, self._fails = take, fails

    def _read(self, size: int) -> bytes:
        try:
            data = self._take(size)
        except OSError as error:
            raise self._fails(error) from None
        if not data:
            raise Err(CLOSED)
        return data


class PipeReader(InputStream):
    """Reads the descriptor of ``file``; before that, what is left in ``buffer``, Python's own of that file, if any."""

    __slots__ = ("_ask", "_buffer", "_fails", "_file")

    def __init__(
        self, session: Session, file: FileIO, buffer: BufferedReader | BufferedRandom | None, fails: Fails
    ) -> None:
        super().__init__(session)
        self._file, self._buffer, self._fails = file, buffer, fails
        self._ask = asking(file.fileno(), select.POLLIN)

    def _read(self, size: int) -> bytes:
        if self._buffer is not None and (left := self._left()):
            return self._buffer.read1(min(size, left))
        if not self._ask(0):
            return b""
        try:
            data = os.read(self._file.fileno(), min(size, _PIECE))
        except BlockingIOError:  # another process was faster
            return b""
        except OSError as error:
            raise self._fails(error) from None
        if not data:
            raise Err(CLOSED)
        return data

    def _awaits(self) -> Awaits:
        if self._buffer is not None and self._left():
            return ALWAYS
        return Descriptor(self._file.fileno(), READ)

    def _left(self) -> int:
        """Bytes in Python's buffer; once there are none, it is out of use.

        Looking makes Python read if its buffer is empty. That must not wait. (A terminal is left alone: others use the
        same open file, and Python's buffer is empty after each line.)
        """
        assert self._buffer is not None
        waits = not self._ask(0) and os.get_blocking(self._file.fileno())
        if waits and os.isatty(self._file.fileno()):
            return 0
        if waits:
            os.set_blocking(self._file.fileno(), False)
        try:
            left = len(self._buffer.peek(1))
        finally:
            if waits:
                os.set_blocking(self._file.fileno(), True)
        if not left:
            self._buffer = None
        return left


class Writer(Immediate):
    """Writes to a descriptor that is always ready. ``before``: empties Python's buffer, so that the order is kept.

    Programs call this for every line that they print, hence few calls and no detours.
    """

    __slots__ = ("_before", "_fails", "_fd")

    def __init__(self, session: Session, fd: int, before: Callable[[], object], fails: Fails) -> None:
        super().__init__(session)
        self._fd, self._before, self._fails = fd, before, fails

    def blocking_write_and_flush(self, contents: bytes, /, most: int = AT_ONCE) -> None:
        size = len(contents)
        if size > most:
            raise beyond("blocking-write-and-flush", size, most)
        try:
            self._before()
            written = write(self._fd, contents)
        except BlockingIOError:
            written = 0
        except OSError as error:
            raise ended(error, self._fails) from None
        if written != size:
            self._write_rest(memoryview(contents)[written:])

    def _write(self, data: bytes) -> None:
        Writer.blocking_write_and_flush(self, data, len(data))

    def _move(self, source: InputStream, count: int) -> int:
        if not isinstance(source, FileInput) or not _SENDS:
            return 0
        return source.sent(count, self._send)

    def _send(self, fd: int, offset: int, count: int) -> int:
        self._before()
        return os.sendfile(self._fd, fd, offset, count)

    def _write_rest(self, rest: memoryview) -> None:
        """A disk that is full says so now; a pipe that the host made non-blocking has to be waited for."""
        while rest:
            try:
                rest = rest[write(self._fd, rest) :]
            except BlockingIOError:
                self._session.poller.wait(self._awaits())
            except OSError as error:
                raise ended(error, self._fails) from None


class PipeWriter(Writer):
    """Writes to a pipe, a terminal, a socket."""

    __slots__ = ("_ask",)

    def __init__(self, session: Session, fd: int, before: Callable[[], object], fails: Fails) -> None:
        super().__init__(session, fd, before, fails)
        self._ask = asking(fd, select.POLLOUT)

    check_write = OutputStream.check_write

    def _permit(self) -> int:
        return _ATOMIC if self._ask(0) else 0

    def _awaits(self) -> Awaits:
        return Descriptor(self._fd, WRITE)

    def blocking_write_and_flush(self, contents: bytes, /, most: int = AT_ONCE) -> None:
        if remaining() is None:
            super().blocking_write_and_flush(contents, most)  # the system waits, if need be
        else:
            OutputStream.blocking_write_and_flush(self, contents)


def asking(fd: int, event: int) -> Callable[[int], list[tuple[int, int]]]:
    """``ask(0)``: true if ``fd`` can be read (POLLIN), or written (POLLOUT), without waiting, or is broken."""
    poll = select.poll()
    poll.register(fd, event)
    return poll.poll


def ended(error: OSError, fails: Fails) -> Err[StreamError]:
    """What ``error`` of a write means: nobody reads any more, or the operation failed."""
    return Err(CLOSED) if isinstance(error, BrokenPipeError | ConnectionResetError) else fails(error)
