"""What happens at the end of an object, in C from beginning to end.

A ``__del__`` written in Python is a place where a Ctrl-C gets lost: a signal handler may run in it, and Python swallows
whatever it raises there, with the rest of the method. So the ending of an object is a C function, ready made with its
arguments, that lies in a *slot* called ``__del__``: Python finds it there and calls it, and no signal handler runs
before the code that had the last reference goes on. An object whose slot is empty just goes.
"""

from __future__ import annotations

from _operator import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from functools import partial
    from typing import Any
else:  # where the standard library has them from, without the time that its modules take
    from _collections import deque
    from _functools import partial

__all__ = ["Ending", "in_turn", "partial", "set_ending"]


class Ending:
    """Base of what has an ending: ``self.__del__ = partial(function, ...)``, ``del self.__del__``."""

    __slots__ = ("__del__",)

    if TYPE_CHECKING:
        __del__: Any


set_ending: Callable[[Ending, Callable[[], object]], None] = vars(Ending)["__del__"].__set__
"""As ``self.__del__ = ...``, also where a user's subclass has a ``__del__`` of its own."""


def in_turn(*actions: Callable[[], object]) -> Callable[[], object]:
    """One action made of several, to be done once."""
    return partial(deque, map(call, actions), 0)
