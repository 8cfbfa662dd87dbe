"""``wasi:io/error``: why an operation of a stream failed."""

from __future__ import annotations

from ...runtime import Err
from ..interfaces.io_streams import StreamError, StreamError_Closed, StreamError_LastOperationFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Fails: TypeAlias = Callable[[OSError], Err[StreamError]]
    """What an error of the system is to a guest."""

CLOSED = StreamError_Closed()
"""A stream is at its end. ``raise Err(CLOSED)``: a new exception each time."""


class Error:
    """Resource ``error``. ``code``: ``ErrorCode`` of the filesystem's or of the sockets' types, or None."""

    __slots__ = ("code", "text")

    def __init__(self, code: object, text: str) -> None:
        self.code = code
        self.text = text

    def to_debug_string(self) -> str:
        """Words for people; nothing that a program should look into."""
        return self.text


def failed(code: object, text: str) -> Err[StreamError]:
    """To be raised by a stream: its operation failed, and the stream is closed."""
    return Err(StreamError_LastOperationFailed(Error(code, text)))


def failure(error: OSError) -> Err[StreamError]:
    """For streams that have no error codes of their own, as those of standard input and output."""
    return failed(None, error.strerror or str(error))
