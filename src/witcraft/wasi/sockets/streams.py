"""The two streams of a TCP connection."""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RD, SHUT_WR
from weakref import ref

from ...runtime import Err
from ..io.error import CLOSED
from ..io.poll import ALWAYS, READ, WRITE, Descriptor
from ..io.streams import InputStream, OutputStream
from .endpoint import NO_SIGNAL
from .errors import stream_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..io.poll import Awaits
    from ..io.session import Session
    from .endpoint import Endpoint

LEAST_PERMIT = 4096
SHARE = 6
"""Of the system's buffer we permit one in so many. A socket that can be written has a third of it free on Linux, and
bytes take up to twice their size there: so the system nearly always takes what was permitted at once."""


class TcpInput(InputStream):
    """What the peer sends. Closed at its end, by an error, by ``shutdown`` and when the guest drops it."""

    __slots__ = ("_closed", "_endpoint")

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        super().__init__(session)
        self._endpoint = endpoint
        self._closed = False

    def _read(self, size: int) -> bytes:
        if self._closed:
            raise Err(CLOSED)
        try:
            data = self._endpoint.sock.recv(size)
        except BlockingIOError:
            return b""
        except OSError as error:
            self._closed = True
            raise stream_failure(error) from None
        if not data:
            self._closed = True
            raise Err(CLOSED)
        return data

    def read(self, size: int, /) -> bytes:
        if not size and self._closed:
            raise Err(CLOSED)
        return super().read(size)

    def _awaits(self) -> Awaits:
        return ALWAYS if self._closed else Descriptor(self._endpoint.fd, READ)

    def shutdown(self) -> None:
        """What the peer has sent and still sends is lost."""
        if not self._closed:
            self._closed = True
            with suppress(OSError):  # the connection is broken already
                self._endpoint.sock.shutdown(SHUT_RD)

    def __exit__(self, *_: object) -> None:
        self._closed = True


class TcpOutput(OutputStream):
    """What goes to the peer.

    What the system did not take of a ``write`` at once is the *rest*. It is sent on whenever the guest looks at this
    stream, and whenever its instance waits for something (``Poller.background``). There is no permit meanwhile.
    """

    __slots__ = ("__weakref__", "_closed", "_endpoint", "_error", "_rest")

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        super().__init__(session)
        self._endpoint = endpoint
        self._closed = False
        self._error: OSError | None = None
        self._rest = memoryview(b"")

    # ---- hooks ----

    def _permit(self) -> int:
        if not self._is_sent() or not self._endpoint.is_writable():
            return 0
        return min(self._most, max(LEAST_PERMIT, self._endpoint.get("send-buffer-size") // SHARE))

    def _write(self, data: bytes) -> None:
        if not self._closed:
            self._rest = memoryview(bytes(self._rest) + data if self._rest else data)
        if not self._is_sent():
            background = self._session.poller.background
            background.add(ref(self, background.discard))

    def _flush(self) -> None:
        self._is_sent()

    def _flushed(self) -> bool:
        return self._is_sent()

    def _awaits(self) -> Awaits:
        self._send()
        return ALWAYS if self._closed and not self._rest else Descriptor(self._endpoint.fd, WRITE)

    # ---- sending ----

    def _is_sent(self) -> bool:
        """Sends the rest, as much as goes; whether nothing is left. Raises ``Err`` if the stream is closed."""
        self._send()
        if self._error is not None:
            error, self._error = self._error, None
            raise stream_failure(error)
        if self._closed:
            raise Err(CLOSED)
        return not self._rest

    def _send(self) -> None:
        if not self._rest:
            return
        try:
            while self._rest:
                self._rest = self._rest[self._endpoint.sock.send(self._rest, NO_SIGNAL) :]
        except BlockingIOError:
            return
        except OSError as error:
            self._rest = memoryview(b"")
            if not self._closed:
                self._closed, self._error = True, error.with_traceback(None)
        self._session.poller.background.discard(ref(self))
        if self._closed:
            self._finish()

    def shutdown(self) -> None:
        """The guest writes no more. When the rest is sent, the peer sees the end."""
        if self._closed:
            return
        self._closed = True
        self._send()
        if not self._rest:
            self._finish()

    def _finish(self) -> None:
        with suppress(OSError):  # the connection is broken already
            self._endpoint.sock.shutdown(SHUT_WR)

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        while self._rest:
            self._session.poller.wait(self._awaits())
