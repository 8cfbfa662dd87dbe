"""``wasi:io/poll``: pollables, and waiting for many of them at once.

A pollable does not know how to wait. It says what it ``awaits`` just now, and the instance's ``Poller`` waits for
all of them: descriptors with `selectors`, timers by the instance's clock, events that other threads set. Other Python
threads run meanwhile, Ctrl-C and the call's timeout end it.
"""

from __future__ import annotations

import os

from ...runtime import Trap
from ...runtime.deadline import remaining
from ...runtime.endings import Ending, in_turn, partial
from .clock import Fixed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeAlias
    from weakref import ref

    from .clock import Clock

READ, WRITE = 1, 2
"""As ``selectors.EVENT_READ``, ``EVENT_WRITE``."""
_LONGEST = 3600.0
"""Seconds of one wait; then we look at the clocks again. (System calls refuse more than some weeks.)"""


class Always:
    """Ready now."""

    __slots__ = ()


class Timer:
    """Ready when the instance's monotonic clock shows ``deadline`` nanoseconds."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: int) -> None:
        self.deadline = deadline


class Descriptor:
    """Ready when ``fd`` can be read, or written, without waiting (``events``: READ or WRITE), or is broken."""

    __slots__ = ("events", "fd")

    def __init__(self, fd: int, events: int) -> None:
        self.fd = fd
        self.events = events


class Event:
    """Ready when some thread says so. ``Poller.event`` makes one."""

    __slots__ = ("_poller", "_set")

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        """From any thread."""
        self._set = True
        self._poller.wake()

    def clear(self) -> None:
        self._set = False


Able: TypeAlias = "dict[int, int]"
"""What descriptors can do without waiting: READ, WRITE, both."""
Awaits: TypeAlias = "Always | Timer | Descriptor | Event"
ALWAYS = Always()


class Pollable:
    """Resource ``pollable``. ``awaits()`` says what it waits for at the moment, ``ALWAYS`` once it is ready."""

    __slots__ = ("_poller", "awaits")

    def __init__(self, poller: Poller, awaits: Callable[[], Awaits]) -> None:
        self._poller = poller
        self.awaits = awaits

    def ready(self) -> bool:
        return self._poller.is_ready(self.awaits())

    def block(self) -> None:
        self._poller.poll((self,))


class Poller(Ending):
    """Waits for the pollables of one instance.

    ``background``: what goes on meanwhile, whatever the guest waits for. Each is asked what it awaits before a wait; it
    does what can be done at once, and leaves the set itself. Nothing is kept alive by being in it.
    """

    __slots__ = ("_pipe", "background", "clock")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.background: set[ref[Any]] = set()
        self._pipe: tuple[int, int] | None = None

    def event(self) -> Event:
        """Something that another thread will say."""
        return Event(self)

    def poll(self, pollables: Sequence[Pollable]) -> list[int]:
        """Indices of those that are ready, in order; waits until there is one. Traps if there are no pollables."""
        if not pollables:
            raise Trap("wasi:io/poll poll: the list of pollables is empty")
        while True:
            ready = self._wait_for([pollable.awaits() for pollable in pollables])
            if ready:
                return ready

    def wait(self, awaits: Awaits) -> None:
        """Until it is ready, or at times a bit less: look again afterwards."""
        self._wait_for((awaits,))

    def is_ready(self, awaits: Awaits) -> bool:
        return awaits is ALWAYS or bool(self.ready((awaits,)))

    def ready(self, waits: Sequence[Awaits]) -> list[int]:
        """Indices of those that are ready now."""
        files = [wait for wait in waits if isinstance(wait, Descriptor)]
        return self._ready_if(waits, select(files, 0) if files else {})

    def _wait_for(self, waits: Sequence[Awaits]) -> list[int]:
        """As ``ready``, but waits if there would be none, until there may be one or the calls' time is over."""
        return self.ready(waits) if self._ready_if(waits, {}) else self._ready_if(waits, self._pause(waits))

    def _ready_if(self, waits: Sequence[Awaits], able: Able) -> list[int]:
        now = self.clock.monotonic_ns()
        return [index for index, wait in enumerate(waits) if holds(wait, able, now)]

    def _pause(self, waits: Sequence[Awaits]) -> Able:
        """No timer or event of this is ready: waits. Gives what descriptors are able to do afterwards."""
        left = remaining()
        timers = [wait.deadline for wait in waits if isinstance(wait, Timer)]
        files = [wait for wait in waits if isinstance(wait, Descriptor)]
        others = [it._awaits() for known in tuple(self.background) if (it := known()) is not None]
        if len(files) + len(timers) < len(waits):
            files.append(Descriptor(self._ear(), READ))
            if any(wait.is_set() for wait in waits if isinstance(wait, Event)):  # before the ear was there
                return {}
        files += [wait for wait in others if isinstance(wait, Descriptor)]
        if files:
            return self._pause_for(files, timers, left)
        if isinstance(self.clock, Fixed):
            self.clock.skip_to(min(timers))
        else:
            self.clock.sleep(shortest(left, self._until(timers)))
        return {}

    def _pause_for(self, files: list[Descriptor], timers: list[int], left: float | None) -> Able:
        pause = self._until(timers)
        able = select(files, shortest(left, pause))
        if self._pipe is not None and self._pipe[0] in able:
            os.read(self._pipe[0], 4096)
        if not able and pause < shortest(left, _LONGEST):
            rest = self._until(timers)  # of a clock that stands meanwhile
            if rest > 0:
                self.clock.sleep(rest)
        return able

    def _until(self, timers: list[int]) -> float:
        """Seconds until the first of them, at most ``_LONGEST``."""
        if not timers:
            return _LONGEST
        return max(0.0, min((min(timers) - self.clock.monotonic_ns()) / 1e9, _LONGEST))

    # ---- other threads ----

    def _ear(self) -> int:
        """A descriptor that can be read once another thread has called ``wake``."""
        if self._pipe is None:
            ends = os.pipe()
            self.__del__ = in_turn(partial(os.close, ends[0]), partial(os.close, ends[1]))
            os.set_blocking(ends[1], False)
            self._pipe = ends
        return self._pipe[0]

    def wake(self) -> None:
        """From any thread: ends the wait that is going on, if any."""
        if self._pipe is not None:
            try:  # noqa: SIM105 - to import `contextlib` takes longer than all of this room
                os.write(self._pipe[1], b"\0")
            except BlockingIOError:
                pass  # full: it is awake


def holds(wait: Awaits, able: Able, now: int) -> bool:
    """Whether ``wait`` is over at the time ``now``, where ``able`` says what descriptors can do."""
    if isinstance(wait, Descriptor):
        return wait.fd < 0 or able.get(wait.fd, 0) & wait.events != 0
    if isinstance(wait, Timer):
        return wait.deadline <= now
    return not isinstance(wait, Event) or wait.is_set()


def select(files: Iterable[Descriptor], timeout: float) -> Able:
    """What of READ and WRITE these descriptors can do, waiting at most ``timeout`` seconds until one can."""
    import selectors

    wanted: dict[int, int] = {}
    for file in files:
        if file.fd >= 0:
            wanted[file.fd] = wanted.get(file.fd, 0) | file.events
    how: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
    with how() as selector:
        for fd, events in wanted.items():
            selector.register(fd, events)
        return {key.fd: events for key, events in selector.select(timeout)}


def shortest(left: float | None, pause: float) -> float:
    return pause if left is None else min(left, pause)
