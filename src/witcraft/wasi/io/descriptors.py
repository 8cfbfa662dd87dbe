"""Descriptors that an instance has opened: closed once, and counted."""

from __future__ import annotations

import os
from errno import EMFILE

from ...runtime.endings import Ending, in_turn, partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session


class Owned(Ending):
    """A descriptor and its end. Whoever uses ``fd`` holds this object: so it is open as long as it is needed.

    It is closed by ``close``, or when the last reference goes. ``fd`` is -1 from then on.
    """

    __slots__ = ("fd",)

    def __init__(self, session: Session, fd: int, close: Callable[[], object] | None = None) -> None:
        """``fd`` is open, and ``close`` (``os.close`` of it if not given) closes it.

        Raises OSError(EMFILE), with ``fd`` closed, if ``Limits.descriptors`` are open already.
        """
        end = partial(os.close, fd) if close is None else close
        if len(session.descriptors) >= session.limits.descriptors:
            end()
            raise OSError(EMFILE, os.strerror(EMFILE))
        self.fd = fd
        self.__del__ = in_turn(partial(session.descriptors.discard, fd), end)
        session.descriptors.add(fd)

    def close(self) -> None:
        """Closes it; later calls do nothing."""
        self.fd = -1
        self.__del__()

    def fileno(self) -> int:
        return self.fd
