"""The system's resolver, which may take its time: it is asked in other threads."""

from __future__ import annotations

from ...runtime import Err
from ..interfaces.sockets_network import ErrorCode
from .addresses import packed
from .errors import code_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import gaierror

    from ..io.poll import Event, Poller

MOST_THREADS = 4
MOST_WAITING = 64
"""Lookups of one instance that wait for a thread."""
MOST_ADDRESSES = 64
"""Of one name."""


class Answer:
    """To the question for ``name``: ``addresses`` of 4 or 16 bytes, or ``error``, once ``done`` is set."""

    __slots__ = ("addresses", "done", "error", "is_wanted", "name")

    def __init__(self, name: str, done: Event) -> None:
        self.name, self.done = name, done
        self.addresses: list[bytes] = []
        self.error: ErrorCode | None = None
        self.is_wanted = True

    def give(self, addresses: list[bytes]) -> None:
        self.addresses = addresses
        self.done.set()

    def fail(self, error: ErrorCode) -> None:
        self.error = error
        self.done.set()


class Resolver:
    """Answers questions one after the other in few threads, which end when there are no more."""

    __slots__ = ("_lock", "_poller", "_threads", "_waiting")

    def __init__(self, poller: Poller) -> None:
        from _thread import allocate_lock

        self._poller = poller
        self._lock = allocate_lock()
        self._threads = 0
        self._waiting: list[Answer] = []

    def ask(self, name: str) -> Answer:
        """Raises ``Err`` if there are too many questions already."""
        answer = Answer(name, self._poller.event())
        with self._lock:
            self._waiting = [other for other in self._waiting if other.is_wanted]
            if len(self._waiting) >= MOST_WAITING:
                raise Err(ErrorCode.TEMPORARY_RESOLVER_FAILURE)
            self._waiting.append(answer)
            if self._threads < MOST_THREADS:
                self._begin()
        return answer

    def _begin(self) -> None:
        """One thread more. It does not keep the process from ending: nobody can end a lookup."""
        from threading import Thread

        try:
            Thread(target=self._work, name="witcraft lookup", daemon=True).start()
        except RuntimeError:  # the system has no more of them
            if not self._threads:
                del self._waiting[-1]
                raise Err(ErrorCode.TEMPORARY_RESOLVER_FAILURE) from None
        else:
            self._threads += 1

    def _work(self) -> None:
        while (answer := self._next()) is not None:
            resolve(answer)

    def _next(self) -> Answer | None:
        with self._lock:
            while self._waiting:
                answer = self._waiting.pop(0)
                if answer.is_wanted:
                    return answer
            self._threads -= 1
            return None


def resolve(answer: Answer) -> None:
    """Asks the system, and waits for what it says."""
    import socket

    try:
        found = socket.getaddrinfo(answer.name, None, type=socket.SOCK_STREAM)
        addresses = dict.fromkeys(packed(str(address[0])) for *_, address in found)
        answer.give(list(addresses)[:MOST_ADDRESSES])
    except socket.gaierror as error:
        answer.fail(resolver_code(error))
    except OSError as error:
        answer.fail(code_of(error.errno))
    except Exception:  # the guest is waiting for some answer
        answer.fail(ErrorCode.UNKNOWN)


def resolver_code(error: gaierror) -> ErrorCode:
    """What getaddrinfo(3) means."""
    import socket

    codes = {
        "EAI_NONAME": ErrorCode.NAME_UNRESOLVABLE,
        "EAI_NODATA": ErrorCode.NAME_UNRESOLVABLE,
        "EAI_ADDRFAMILY": ErrorCode.NAME_UNRESOLVABLE,
        "EAI_AGAIN": ErrorCode.TEMPORARY_RESOLVER_FAILURE,
        "EAI_FAIL": ErrorCode.PERMANENT_RESOLVER_FAILURE,
        "EAI_MEMORY": ErrorCode.OUT_OF_MEMORY,
    }
    for name, code in codes.items():
        if error.errno == getattr(socket, name, None):
            return code
    return ErrorCode.UNKNOWN
