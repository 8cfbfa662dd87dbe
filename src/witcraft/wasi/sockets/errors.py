"""What an error of the system is to a guest: ``error-code`` of ``wasi:sockets/network``."""

from __future__ import annotations

import os
from errno import errorcode

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode
from ..io.error import CLOSED, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..interfaces.io_streams import StreamError

CODES: Mapping[str, ErrorCode] = {
    "EACCES": ErrorCode.ACCESS_DENIED,
    "EPERM": ErrorCode.ACCESS_DENIED,
    "EOPNOTSUPP": ErrorCode.NOT_SUPPORTED,
    "ENOTSUP": ErrorCode.NOT_SUPPORTED,
    "ENOPROTOOPT": ErrorCode.NOT_SUPPORTED,
    "EAFNOSUPPORT": ErrorCode.NOT_SUPPORTED,
    "EPFNOSUPPORT": ErrorCode.NOT_SUPPORTED,
    "EPROTONOSUPPORT": ErrorCode.NOT_SUPPORTED,
    "EPROTOTYPE": ErrorCode.NOT_SUPPORTED,
    "ESOCKTNOSUPPORT": ErrorCode.NOT_SUPPORTED,
    "EINVAL": ErrorCode.INVALID_ARGUMENT,
    "ENOMEM": ErrorCode.OUT_OF_MEMORY,
    "ENOBUFS": ErrorCode.OUT_OF_MEMORY,
    "ETIMEDOUT": ErrorCode.TIMEOUT,
    "EALREADY": ErrorCode.CONCURRENCY_CONFLICT,
    "EAGAIN": ErrorCode.WOULD_BLOCK,
    "EWOULDBLOCK": ErrorCode.WOULD_BLOCK,
    "EISCONN": ErrorCode.INVALID_STATE,
    "ENOTCONN": ErrorCode.INVALID_STATE,
    "EDESTADDRREQ": ErrorCode.INVALID_STATE,
    "EMFILE": ErrorCode.NEW_SOCKET_LIMIT,
    "ENFILE": ErrorCode.NEW_SOCKET_LIMIT,
    "EADDRNOTAVAIL": ErrorCode.ADDRESS_NOT_BINDABLE,
    "EADDRINUSE": ErrorCode.ADDRESS_IN_USE,
    "EHOSTUNREACH": ErrorCode.REMOTE_UNREACHABLE,
    "EHOSTDOWN": ErrorCode.REMOTE_UNREACHABLE,
    "ENETUNREACH": ErrorCode.REMOTE_UNREACHABLE,
    "ENETDOWN": ErrorCode.REMOTE_UNREACHABLE,
    "ENETRESET": ErrorCode.REMOTE_UNREACHABLE,
    "ENONET": ErrorCode.REMOTE_UNREACHABLE,
    "ECONNREFUSED": ErrorCode.CONNECTION_REFUSED,
    "ECONNRESET": ErrorCode.CONNECTION_RESET,
    "ECONNABORTED": ErrorCode.CONNECTION_ABORTED,
    "EMSGSIZE": ErrorCode.DATAGRAM_TOO_LARGE,
}
"""As the comments of the specification name them; what stands nowhere is ``unknown``."""

BIND: Mapping[str, ErrorCode] = {"EAFNOSUPPORT": ErrorCode.INVALID_ARGUMENT}
CONNECT: Mapping[str, ErrorCode] = {
    "EAFNOSUPPORT": ErrorCode.INVALID_ARGUMENT,
    "EADDRNOTAVAIL": ErrorCode.ADDRESS_IN_USE,  # no port is left for the implicit bind
    "EAGAIN": ErrorCode.ADDRESS_IN_USE,
}
ACCEPT: Mapping[str, ErrorCode] = dict.fromkeys(
    (
        "ECONNRESET", "ENETRESET", "EHOSTUNREACH", "EHOSTDOWN", "ENETDOWN", "ENETUNREACH", "ENONET", "EPROTO",
        "ENOPROTOOPT", "EOPNOTSUPP",
    ),
    ErrorCode.CONNECTION_ABORTED,
)  # fmt: skip
"""Linux passes what already happened to the new connection (accept(2))."""
DATAGRAM: Mapping[str, ErrorCode] = {
    "ECONNRESET": ErrorCode.REMOTE_UNREACHABLE,
    "EADDRNOTAVAIL": ErrorCode.ADDRESS_IN_USE,
    "EAFNOSUPPORT": ErrorCode.INVALID_ARGUMENT,
    "EDESTADDRREQ": ErrorCode.INVALID_ARGUMENT,
    "EISCONN": ErrorCode.INVALID_ARGUMENT,
}
_NONE: Mapping[str, ErrorCode] = {}


def code_of(number: int | None, special: Mapping[str, ErrorCode] = _NONE) -> ErrorCode:
    """The code of ``errno`` ``number``, where ``special`` knows better for an operation."""
    name = errorcode.get(number or 0, "")
    return special.get(name) or CODES.get(name, ErrorCode.UNKNOWN)


class Reported:
    """``with Reported(BIND): ...``: an ``OSError`` in it becomes the ``Err`` that the guest gets."""

    __slots__ = ("_special",)

    def __init__(self, special: Mapping[str, ErrorCode] = _NONE) -> None:
        self._special = special

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise Err(code_of(error.errno, self._special)) from None


REPORTED = Reported()


def stream_failure(error: OSError) -> Err[StreamError]:
    """What a stream of a connection raises: it is closed where nobody reads any more (EPIPE), else it failed."""
    if isinstance(error, BrokenPipeError):
        return Err(CLOSED)
    return failed(code_of(error.errno), os.strerror(error.errno) if error.errno else str(error))
