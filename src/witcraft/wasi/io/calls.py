"""Streams that call Python: functions, and file objects without a descriptor.

They count as always ready. A function that waits makes the guest wait, and whatever it polls besides.
"""

from __future__ import annotations

from ...runtime import Err
from .error import CLOSED, failure
from .native import ended
from .streams import Immediate, InputStream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session


class Caller(InputStream):
    """Gives what ``take(n)`` returns: at most n bytes (the rest of more is kept), b"" at the end."""

    __slots__ = ("_kept", "_take")

    def __init__(self, session: Session, take: Callable[[int], bytes]) -> None:
        super().__init__(session)
        self._take: Callable[[int], bytes] | None = take
        self._kept = memoryview(b"")

    def _read(self, size: int) -> bytes:
        data = self._kept or self._more(size)
        self._kept = data[size:]
        return bytes(data[:size])

    def _more(self, size: int) -> memoryview:
        if self._take is None:
            raise Err(CLOSED)
        try:
            given = self._take(size)
        except OSError as error:
            raise failure(error) from None
        data = octets(given)
        if not data:
            self._take = None
            raise Err(CLOSED)
        return data


def octets(given: object) -> memoryview:
    """What was read, as bytes. Raises TypeError."""
    try:
        return memoryview(given).cast("B")  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"stdin: expected bytes, got {type(given).__name__}") from None


class Called(Immediate):
    """Gives ``put`` the bytes of each write."""

    __slots__ = ("_put",)

    def __init__(self, session: Session, put: Callable[[bytes], object]) -> None:
        super().__init__(session)
        self._put = put

    def _write(self, data: bytes) -> None:
        try:
            self._put(data)
        except OSError as error:
            raise ended(error, failure) from None


class Discarded(Immediate):
    """Output that nobody wants."""

    __slots__ = ()

    def _write(self, data: bytes) -> None:
        pass
