"""The interfaces of ``wasi:io``: their resources, and ``poll``."""

from __future__ import annotations

from . import error, poll, streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .session import Session


class Errors:
    """``wasi:io/error``."""

    Error = error.Error


class Poll:
    """``wasi:io/poll``."""

    Pollable = poll.Pollable

    def __init__(self, session: Session) -> None:
        self._poller = session.poller

    def poll(self, pollables: Sequence[poll.Pollable], /) -> list[int]:
        return self._poller.poll(pollables)


class Streams:
    """``wasi:io/streams``."""

    InputStream = streams.InputStream
    OutputStream = streams.OutputStream


def interfaces(session: Session) -> dict[str, object]:
    """The interfaces of ``wasi:io`` for one instance."""
    return {"wasi:io/error": Errors(), "wasi:io/poll": Poll(session), "wasi:io/streams": Streams()}
