"""``wasi:io/streams@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol, dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...runtime import Buffer
    from . import io_error, io_poll

__all__ = [
    "InputStream",
    "OutputStream",
    "StreamError",
    "StreamError_Closed",
    "StreamError_LastOperationFailed",
]


@dataclass(slots=True, unsafe_hash=True)
class StreamError_LastOperationFailed:
    value: io_error.Error


@dataclass(slots=True, unsafe_hash=True)
class StreamError_Closed:
    pass


StreamError = StreamError_LastOperationFailed | StreamError_Closed


class InputStream(Protocol):
    """Resource ``input-stream``, which the host defines."""

    def read(self, len: int, /) -> Buffer | Sequence[int]:
        """Raises ``Err[StreamError]``."""

    def blocking_read(self, len: int, /) -> Buffer | Sequence[int]:
        """Raises ``Err[StreamError]``."""

    def skip(self, len: int, /) -> int:
        """Raises ``Err[StreamError]``."""

    def blocking_skip(self, len: int, /) -> int:
        """Raises ``Err[StreamError]``."""

    def subscribe(self) -> io_poll.Pollable: ...


class OutputStream(Protocol):
    """Resource ``output-stream``, which the host defines."""

    def check_write(self) -> int:
        """Raises ``Err[StreamError]``."""

    def write(self, contents: bytes, /) -> None:
        """Raises ``Err[StreamError]``."""

    def blocking_write_and_flush(self, contents: bytes, /) -> None:
        """Raises ``Err[StreamError]``."""

    def flush(self) -> None:
        """Raises ``Err[StreamError]``."""

    def blocking_flush(self) -> None:
        """Raises ``Err[StreamError]``."""

    def subscribe(self) -> io_poll.Pollable: ...

    def write_zeroes(self, len: int, /) -> None:
        """Raises ``Err[StreamError]``."""

    def blocking_write_zeroes_and_flush(self, len: int, /) -> None:
        """Raises ``Err[StreamError]``."""

    def splice(self, src: Any, len: int, /) -> int:
        """Raises ``Err[StreamError]``."""

    def blocking_splice(self, src: Any, len: int, /) -> int:
        """Raises ``Err[StreamError]``."""


_InputStream = InputStream

_OutputStream = OutputStream


class Streams(Protocol):
    """What the component imports as ``wasi:io/streams@0.2.12``."""

    @property
    def InputStream(self) -> type[_InputStream]: ...

    @property
    def OutputStream(self) -> type[_OutputStream]: ...


_TYPES = {
    "error": (".io_error", "error"),
    "input-stream": ("InputStream", "resource"),
    "output-stream": ("OutputStream", "resource"),
    "pollable": (".io_poll", "pollable"),
    "stream-error": (
        "StreamError",
        "variant { last-operation-failed(error), closed }",
        ("StreamError_LastOperationFailed", "StreamError_Closed"),
    ),
}
