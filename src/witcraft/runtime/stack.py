"""The stack of a thread: whether enough of it is left for a call of the guest.

The engine stops guest code once it has used ``Config.max_wasm_stack`` bytes, counted from where its instance was
entered, and takes for granted that so many are there. They may not be: in a thread that was started with a small
stack, or where instances call each other through their hosts, each with an amount of its own. Running out then ends
the process. So we look before an instance is entered from somewhere new. Looking takes 2 us; ``Store.enter`` comes
here only where the answer may have changed.
"""

from __future__ import annotations

import sys
from _thread import _local
from ctypes import CDLL, CFUNCTYPE, byref, c_char, c_int, c_size_t, c_void_p

from . import capi
from .trampoline import covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import ref

    from .store import Store

GUEST = 512 << 10
"""Bytes that guest code may use where nothing else was set: the engine's own default."""
RESERVE = 256 << 10
"""Bytes that are left to host functions and Python when the guest has used up its own."""

_Trace = CFUNCTYPE(c_int, c_void_p, c_void_p)
"""``_Unwind_Trace_Fn``. Its first argument lies on the stack: that is all we want of it."""
_STOP = 5  # _URC_END_OF_STACK
_LEVELS = 4
"""Frames that looking needs."""
_ATTRIBUTES = 256
"""Bytes; no system's ``pthread_attr_t`` has more than 64."""


class Thread:
    """The stack of one thread. Only that thread may look at it."""

    __slots__ = ("_granted", "_inside", "_lowest", "_place", "_raised", "_trace")

    def __init__(self) -> None:
        self._lowest = lowest_address()
        self._place, self._raised = c_void_p(), list[BaseException]()
        self._trace = _Trace(tracing(self._place, self._raised))
        self._granted = 0
        """Bytes for guest code that were there when a store was entered from no other's call."""
        self._inside: list[ref[Store]] = []
        """The stores that this thread is in calls of, the outermost first; some of the last may be left already."""

    def enter(self, store: ref[Store], need: int) -> bool:
        """``store``, which is in no call, is about to be called. Raises RecursionError if the stack is too short.

        Gives whether it may be called again, just so, without another look.
        """
        inside = self._inside
        while inside:
            last = inside[-1]()
            if last is not None and last.busy:
                break
            inside.pop()
        enough = True
        if inside or need > self._granted:
            spare = self._spare(need)
            if inside:  # until it is called again, the guests further out may use up what they have
                enough = spare >= sum([outer.stack for outer in [known() for known in inside] if outer is not None])
            else:
                self._granted = need
        inside.append(store)
        return enough

    def _spare(self, need: int) -> int:
        """Bytes that are left besides ``need`` and the reserve."""
        left = self._left()
        if left < need + RESERVE:
            raise RecursionError(
                f"too little stack for a call of the guest: {left >> 10} KiB are left to this thread, and the guest "
                f"may use {need >> 10} KiB (Config.max_wasm_stack), host functions {RESERVE >> 10} KiB"
            )
        return left - need - RESERVE

    def _left(self) -> int:
        """Bytes that are left of the stack."""
        head_room(_LEVELS)
        self._place.value = None
        _backtrace(self._trace, None)
        if self._raised:
            raise self._raised.pop()
        return (self._place.value or sys.maxsize) - self._lowest


class Here(_local):
    """``here.thread`` is the thread that asks."""

    def __init__(self) -> None:
        self.thread = Thread()


def tracing(place: c_void_p, raised: list[BaseException]) -> Callable[[int, int], int]:
    """The function that notes where the stack is. A signal handler may run in it, and nobody is there to take what it
    raises."""

    def trace(context: int, _: int) -> int:
        try:
            place.value = context
        except BaseException as error:
            raised.append(error)
        return _STOP

    trace.__code__ = covered(trace.__code__)
    return trace


def head_room(levels: int) -> None:
    """Raises RecursionError here if so many frames do not fit: in a callback it would be lost."""
    if levels:
        head_room(levels - 1)


def lowest_address() -> int:
    """Where the stack of this thread ends; it grows towards lower addresses."""
    libc = CDLL(None)
    libc.pthread_self.restype = c_void_p
    this = c_void_p(libc.pthread_self())
    if sys.platform == "darwin":
        libc.pthread_get_stackaddr_np.restype, libc.pthread_get_stacksize_np.restype = c_void_p, c_size_t
        return int(libc.pthread_get_stackaddr_np(this) - libc.pthread_get_stacksize_np(this))
    attributes, lowest, size = (c_char * _ATTRIBUTES)(), c_void_p(), c_size_t()
    libc.pthread_getattr_np(this, attributes)
    libc.pthread_attr_getstack(attributes, byref(lowest), byref(size))
    libc.pthread_attr_destroy(attributes)
    return lowest.value or 0


_backtrace = capi.lib._Unwind_Backtrace
"""The system's unwinder, which the engine brings with it."""
here = Here()
