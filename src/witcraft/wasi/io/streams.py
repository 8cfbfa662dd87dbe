"""``wasi:io/streams``: all that the specification says about streams, once, on top of a few hooks.

A kind of stream says how to read or write without waiting, and what to wait for; the rules (permits, limits, blocking
forms, splice) are here.
"""

from __future__ import annotations

from ...runtime import Trap
from .poll import ALWAYS, Pollable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .poll import Awaits
    from .session import Session

AT_ONCE = 4096
"""Bytes that ``blocking-write-and-flush`` and its like take."""


class InputStream:
    """Resource ``input-stream``."""

    __slots__ = ("_most", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._most = session.limits.buffer

    # ---- hooks ----

    def _read(self, size: int) -> bytes:
        """Up to ``size`` bytes (1 or more), without waiting: b"" if there are none yet.

        Raises ``Err``: CLOSED at the end, ``failed(...)`` after an error.
        """
        raise NotImplementedError

    def _awaits(self) -> Awaits:
        """What to wait for when there is nothing to read."""
        return ALWAYS

    # ---- rules ----

    def read(self, size: int, /) -> bytes:
        most = self._most
        return self._read(size if size < most else most) if size else b""

    def blocking_read(self, size: int, /) -> bytes:
        if not size:
            return b""
        most = self._most
        if size > most:
            size = most
        while True:
            data = self._read(size)
            if data:
                return data
            self._session.poller.wait(self._awaits())

    def skip(self, size: int, /) -> int:
        return len(self.read(size))

    def blocking_skip(self, size: int, /) -> int:
        return len(self.blocking_read(size))

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)


class OutputStream:
    """Resource ``output-stream``.

    ``_permitted``: bytes that ``write`` may still take; ``check-write`` says how many, and they add up.
    """

    __slots__ = ("_flushing", "_most", "_permitted", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._most = session.limits.buffer
        self._permitted = 0
        self._flushing = False

    # ---- hooks ----

    def _permit(self) -> int:
        """Bytes that ``_write`` takes without waiting, ``_most`` or less; 0 if none now. Raises ``Err``."""
        return self._most

    def _write(self, data: bytes) -> None:
        """Takes all of ``data``, no more than ``_permit`` said. Raises ``Err``."""
        raise NotImplementedError

    def _move(self, source: InputStream, count: int) -> int:
        """Moves bytes of ``source`` by the system, which spares copies; 0 if it does not, for whatever reason."""
        return 0

    def _flush(self) -> None:
        """Begins to send away what ``_write`` took and kept. Raises ``Err``."""

    def _flushed(self) -> bool:
        """Whether nothing is kept. Raises ``Err``."""
        return True

    def _awaits(self) -> Awaits:
        """What to wait for when there is no permit, or while it is flushed."""
        return ALWAYS

    # ---- rules ----

    def check_write(self) -> int:
        self._permitted = permit = 0 if self._is_flushing() else self._permit()
        return permit

    def write(self, contents: bytes, /) -> None:
        size = len(contents)
        if size > self._permitted:
            raise beyond("write", size, self._permitted)
        self._permitted -= size
        self._write(contents)

    def write_zeroes(self, size: int, /) -> None:
        if size > self._permitted:
            raise beyond("write-zeroes", size, self._permitted)
        self.write(bytes(size))

    def flush(self) -> None:
        self._flush()
        self._flushing = not self._flushed()
        if self._flushing:
            self._permitted = 0

    def blocking_flush(self) -> None:
        self.flush()
        while self._is_flushing():
            self._session.poller.wait(self._awaits())

    def blocking_write_and_flush(self, contents: bytes, /) -> None:
        if len(contents) > AT_ONCE:
            raise beyond("blocking-write-and-flush", len(contents), AT_ONCE)
        while contents:
            permit = self._wait_for_permit()
            self._write(contents[:permit])
            contents = contents[permit:]
        self.blocking_flush()

    def blocking_write_zeroes_and_flush(self, size: int, /) -> None:
        if size > AT_ONCE:
            raise beyond("blocking-write-zeroes-and-flush", size, AT_ONCE)
        self.blocking_write_and_flush(bytes(size))

    def splice(self, source: InputStream, size: int, /) -> int:
        count = min(size, self.check_write())
        return self._pass_on(source, source.read, count) if count else 0

    def blocking_splice(self, source: InputStream, size: int, /) -> int:
        count = min(size, self._wait_for_permit())
        return self._pass_on(source, source.blocking_read, count) if count else 0

    def _pass_on(self, source: InputStream, read: Callable[[int], bytes], count: int) -> int:
        """Up to ``count`` bytes, which is within the permit, through the system alone if it can."""
        moved = self._move(source, count)
        if moved:
            self._permitted -= moved
            return moved
        data = read(count)
        if data:
            self.write(data)
        return len(data)

    def subscribe(self) -> Pollable:
        return Pollable(self._session.poller, self._awaits)

    def _is_flushing(self) -> bool:
        if self._flushing:
            self._flushing = not self._flushed()
        return self._flushing

    def _wait_for_permit(self) -> int:
        while True:
            permit = self.check_write()
            if permit:
                return permit
            self._session.poller.wait(self._awaits())


class Immediate(OutputStream):
    """A stream that is always ready and keeps nothing: ``_write`` is all that it needs, and fewer steps."""

    __slots__ = ()

    def check_write(self) -> int:
        self._permitted = most = self._most
        return most

    def flush(self) -> None:
        pass

    def blocking_flush(self) -> None:
        pass

    def blocking_write_and_flush(self, contents: bytes, /) -> None:
        if len(contents) > AT_ONCE:
            raise beyond("blocking-write-and-flush", len(contents), AT_ONCE)
        self._write(contents)


def beyond(function: str, size: int, most: int) -> Trap:
    """The trap for a guest that writes more than it may."""
    return Trap(f"wasi:io/streams {function}: {size} bytes, but {most} are permitted")
