"""Errors of the system as ``error-code`` of ``wasi:filesystem/types``."""

from __future__ import annotations

import errno
from functools import wraps

from ...runtime import Err
from ..interfaces.filesystem_types import ErrorCode
from ..io.error import failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from ..interfaces.io_streams import StreamError

    P = ParamSpec("P")
    R = TypeVar("R")

_NAMES = {
    ErrorCode.ACCESS: ("EACCES",),
    ErrorCode.WOULD_BLOCK: ("EAGAIN", "EWOULDBLOCK"),
    ErrorCode.ALREADY: ("EALREADY",),
    ErrorCode.BAD_DESCRIPTOR: ("EBADF",),
    ErrorCode.BUSY: ("EBUSY",),
    ErrorCode.DEADLOCK: ("EDEADLK",),
    ErrorCode.QUOTA: ("EDQUOT",),
    ErrorCode.EXIST: ("EEXIST",),
    ErrorCode.FILE_TOO_LARGE: ("EFBIG",),
    ErrorCode.ILLEGAL_BYTE_SEQUENCE: ("EILSEQ",),
    ErrorCode.IN_PROGRESS: ("EINPROGRESS",),
    ErrorCode.INTERRUPTED: ("EINTR",),
    ErrorCode.INVALID: ("EINVAL",),
    ErrorCode.IO: ("EIO",),
    ErrorCode.IS_DIRECTORY: ("EISDIR",),
    ErrorCode.LOOP: ("ELOOP",),
    ErrorCode.TOO_MANY_LINKS: ("EMLINK",),
    ErrorCode.MESSAGE_SIZE: ("EMSGSIZE",),
    ErrorCode.NAME_TOO_LONG: ("ENAMETOOLONG",),
    ErrorCode.NO_DEVICE: ("ENODEV",),
    ErrorCode.NO_ENTRY: ("ENOENT",),
    ErrorCode.NO_LOCK: ("ENOLCK",),
    ErrorCode.INSUFFICIENT_MEMORY: ("ENOMEM", "EMFILE", "ENFILE"),  # of descriptors there is no code
    ErrorCode.INSUFFICIENT_SPACE: ("ENOSPC",),
    ErrorCode.NOT_DIRECTORY: ("ENOTDIR",),
    ErrorCode.NOT_EMPTY: ("ENOTEMPTY",),
    ErrorCode.NOT_RECOVERABLE: ("ENOTRECOVERABLE",),
    ErrorCode.UNSUPPORTED: ("ENOTSUP", "EOPNOTSUPP", "ENOSYS"),
    ErrorCode.NO_TTY: ("ENOTTY",),
    ErrorCode.NO_SUCH_DEVICE: ("ENXIO",),
    ErrorCode.OVERFLOW: ("EOVERFLOW",),
    ErrorCode.NOT_PERMITTED: ("EPERM",),
    ErrorCode.PIPE: ("EPIPE",),
    ErrorCode.READ_ONLY: ("EROFS",),
    ErrorCode.INVALID_SEEK: ("ESPIPE",),
    ErrorCode.TEXT_FILE_BUSY: ("ETXTBSY",),
    ErrorCode.CROSS_DEVICE: ("EXDEV",),
}
_CODES = {getattr(errno, name): code for code, names in _NAMES.items() for name in names if hasattr(errno, name)}


def code_of(error: OSError) -> ErrorCode:
    """``io`` for all that WASI has no word for."""
    return _CODES.get(error.errno or 0, ErrorCode.IO)


def in_stream(error: OSError) -> Err[StreamError]:
    """What a stream of a file raises; ``filesystem-error-code`` gets the code out of it."""
    return failed(code_of(error), error.strerror or str(error))


def answers(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose OSErrors are the ``error-code`` of its result."""

    @wraps(method)
    def answering(*args: P.args, **named: P.kwargs) -> R:
        try:
            return method(*args, **named)
        except OSError as error:
            raise Err(code_of(error)) from None

    return answering
