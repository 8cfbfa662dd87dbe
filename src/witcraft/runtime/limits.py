"""Fuel and time: each outermost call of an export gets its amount of both.

Fuel the engine counts by itself. For a timeout the guest looks at the engine's *epoch* in every loop and function; a
thread advances it every ``TICK`` seconds (``Engine``), and then the engine asks ``watch`` whether to go on. That is
Python code, run by the thread that made the call: signal handlers run there too, so that Ctrl-C works in the middle of
a guest's loop.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_uint8, c_uint64, c_void_p
from time import monotonic

from . import capi
from .config import Config
from .deadline import Clock as Clock
from .endings import in_turn
from .engine import check
from .stack import head_room
from .store import Mail, Store
from .trampoline import address, covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .files import Files

Watch = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p)
"""context, data, and where to put: ticks until the next time (u64), what to do (u8).

The engine wants an error or NULL back. Like trampolines it is declared to return nothing, which is NULL, whatever
happens in it; to stop the guest it asks for ``_YIELD``, which the engine refuses with an error in a call that is not
asynchronous.
"""
_CONTINUE, _YIELD = 0, 1
_LEVELS = 16
"""Frames that ``watch`` may need below an export's."""


class LimitedStore(Store):
    """A store whose calls are limited in fuel or time."""

    __slots__ = ("_clock", "_fuel")

    def __init__(self, config: Config, files: Files) -> None:
        super().__init__(config, files)
        self._fuel = config.fuel
        self._clock = None if config.timeout is None else Clock(config.timeout, self._ref)
        if self._clock is not None:
            function = watching(self._clock, self.mail)
            self.kept.append(function)
            capi.store_deadline_callback(self._pointer, address(function), None, None)
            end = in_turn(self.engine.stop_ticking, self.__del__)
            self.engine.start_ticking()
            self.__del__ = end

    def enter(self) -> bool:
        head_room(_LEVELS)
        self._look_at_stack()
        outer = self._enter_slowly()
        if not outer:
            try:
                self._set_amounts()
            except BaseException:
                self.busy = False
                raise
        return outer

    def _drain(self) -> None:
        self._set_amounts()
        super()._drain()

    def _set_amounts(self) -> None:
        if self._fuel is not None:
            check(capi.set_fuel(self.mail.context, self._fuel), "no fuel")
        if self._clock is not None:
            self._clock.start()
            capi.set_deadline(self.mail.context, 1)


def watching(clock: Clock, mail: Mail) -> Callable[..., None]:
    """The function that the engine asks at every tick. The guest is to stop until the opposite is certain."""
    ticks_at, verdict_at = c_uint64.from_address, c_uint8.from_address

    def watch(_context: int, _data: int, ticks: int, verdict: int) -> None:
        try:
            answer = verdict_at(verdict)
            answer.value = _YIELD
            ticks_at(ticks).value = 1
            if monotonic() >= clock.end:
                mail.rule = clock.message, "timeout"
                mail.drops += (None,)  # should Ctrl-C come between this and a look at it, the next entry sees it
            elif mail.error is None:
                answer.value = _CONTINUE
        except BaseException as error:
            mail.error = error
            mail.drops += (None,)
            verdict_at(verdict).value = _YIELD  # it may have come before anything else

    watch.__code__ = covered(watch.__code__)
    return Watch(watch)
