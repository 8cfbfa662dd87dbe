"""Standard input and output: what ``Wasi(stdin=, stdout=, stderr=)`` takes, as streams.

A file that has a descriptor is used by its descriptor, where that gives the same bytes: standard files of Python, not
a ``GzipFile``. All else is called.
"""

from __future__ import annotations

import os
from io import BufferedRandom, BufferedReader, BufferedWriter, BytesIO, FileIO, TextIOBase, TextIOWrapper

from ..runtime import ConfigError, Err

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Any, TypeAlias

    from .interfaces.io_streams import StreamError
    from .io.session import Session
    from .io.streams import InputStream, OutputStream

    Buffer: TypeAlias = bytes | bytearray | memoryview
    Input: TypeAlias = IO[bytes] | IO[str] | Buffer | Callable[[int], Buffer] | None
    Output: TypeAlias = IO[bytes] | IO[str] | Callable[[bytes], object] | None


class Stdin:
    """What the guest reads: ``stream`` of an instance, ``is_terminal``."""

    __slots__ = ("_file", "_raw", "_take")

    def __init__(self, given: Input) -> None:
        """Raises ConfigError for what cannot be read."""
        self._file: Any = None
        self._raw: FileIO | None = None
        self._take: Callable[[], Callable[[int], Any]]
        if given is None or isinstance(given, bytes | bytearray | memoryview):
            data = bytes(given or b"")
            self._take = lambda: BytesIO(data).read
        elif hasattr(given, "read"):
            self._file = getattr(given, "buffer", given)
            self._raw = raw(given)
            take = reading(self._file)
            self._take = lambda: take
        elif callable(given):
            self._take = lambda: given
        else:
            raise ConfigError(
                f"stdin: expected a file, bytes, a function or None, got {type(given).__name__}{hint(given)}"
            )

    @property
    def is_terminal(self) -> bool:
        return self._raw is not None and self._raw.isatty()

    def stream(self, session: Session) -> InputStream:
        """All that an instance reads comes from one stream."""
        from .io import calls, native

        if self._raw is None:
            return calls.Caller(session, self._take())
        if native.is_always_ready(self._raw.fileno()):
            return native.FileReader(session, self._take(), failure)
        buffer = self._file if isinstance(self._file, BufferedReader | BufferedRandom) else None
        return native.PipeReader(session, self._raw, buffer, failure)


class Stdout:
    """Where the guest's output goes, or its errors: ``stream`` of an instance, ``is_terminal``."""

    __slots__ = ("_before", "_put", "_raw")

    def __init__(self, name: str, given: Output) -> None:
        """``name``: "stdout" or "stderr", for the ConfigError about what cannot be written."""
        self._raw: FileIO | None = None
        self._put: Callable[[], Callable[[bytes], object]] | None = None
        if given is None:
            return
        if hasattr(given, "write"):
            self._raw = raw(given)
            self._before = given.flush if hasattr(given, "flush") else nothing
            self._put = lambda: writing(given)
        elif callable(given):
            self._put = lambda: given
        else:
            raise ConfigError(f"{name}: expected a file, a function or None, got {type(given).__name__}{hint(given)}")

    @property
    def is_terminal(self) -> bool:
        return self._raw is not None and self._raw.isatty()

    def opened(self, session: Session) -> Callable[[], OutputStream]:
        """A function that makes streams for one instance."""
        from .io import calls, native

        if self._raw is not None:
            fd, before = self._raw.fileno(), self._before
            made = native.Writer if native.is_always_ready(fd) else native.PipeWriter
            return lambda: made(session, fd, before, failure)
        if self._put is None:
            return lambda: calls.Discarded(session)
        put = self._put()
        return lambda: calls.Called(session, put)


def raw(file: Any) -> FileIO | None:
    """What is underneath ``file``, if it has a descriptor with just the bytes that ``file`` reads or writes."""
    binary = file.buffer if isinstance(file, TextIOWrapper) else file
    under = binary.raw if isinstance(binary, BufferedReader | BufferedWriter | BufferedRandom) else binary
    if type(under) is not FileIO:
        return None
    if under.closed:
        raise ConfigError(f"stdio: {file!r} is closed")
    return under


def reading(file: Any) -> Callable[[int], Any]:
    """``take(n)`` for a file: what is there, rather than wait for all of n."""
    if not isinstance(file, TextIOBase):
        return getattr(file, "read1", None) or file.read  # type: ignore[no-any-return]
    return lambda size: file.read(size).encode()


def writing(file: Any) -> Callable[[bytes], object]:
    """``put(data)`` for a file, with its buffers emptied each time."""
    flush = getattr(file, "flush", nothing)
    binary = getattr(file, "buffer", file)
    if binary is file and isinstance(file, TextIOBase):
        return writing_text(file)

    def put(data: bytes) -> None:
        if binary is not file:
            flush()
        write_all(binary, data)
        flush()

    return put


def writing_text(file: Any) -> Callable[[bytes], object]:
    """For text without bytes underneath, as ``StringIO``; what is no UTF-8 becomes U+FFFD."""
    from codecs import getincrementaldecoder

    decode = getincrementaldecoder("utf-8")("replace").decode

    def put(data: bytes) -> None:
        file.write(decode(data))
        file.flush()

    return put


def write_all(file: Any, data: bytes) -> None:
    """Files without a buffer may take less than all."""
    written = file.write(data)
    while isinstance(written, int) and 0 < written < len(data):
        data = data[written:]
        written = file.write(data)


def failure(error: OSError) -> Err[StreamError]:
    """With an error code of the filesystem's, as the standard library of a guest wants it."""
    from .filesystem.errors import in_stream

    return in_stream(error)


def nothing() -> None:
    """In place of a ``flush``."""


def hint(given: object) -> str:
    return ": open the file, or encode the text" if isinstance(given, str | os.PathLike) else ""
