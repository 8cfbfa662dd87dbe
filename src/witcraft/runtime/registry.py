"""The host's own objects that guests hold, by number: guests never see anything else of them."""

from __future__ import annotations

from .errors import Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .store import Mail

MOST_LENT = 1_000_000
"""They cost a guest nothing, and the host some hundred bytes each."""


class Registry:
    """The objects of a resource that the host defines, by number: a guest holds numbers only."""

    __slots__ = ("_free", "_mail", "drop", "objects")

    def __init__(self, mail: Mail) -> None:
        self.objects: list[Any] = [None]  # number 0 stays unused: easier to tell in a message
        self._free: list[int] = []
        self._mail = mail
        self.drop = dropping(mail, self.objects, self._free)
        """The function for the gate's import ``"host" "drop-R"``."""

    def add(self, value: object) -> int:
        """A number for ``value``, which the guest owns from now on."""
        if self._free:
            number = self._free.pop()
            self.objects[number] = value
            return number
        if len(self.objects) > MOST_LENT:
            raise Trap(f"cannot hold more than {MOST_LENT} resources of one type of the host")
        self.objects.append(value)
        return len(self.objects) - 1

    def get(self, number: int) -> Any:
        """The object of a number that the guest lends."""
        return self.objects[number]

    def take(self, number: int) -> Any:
        """The object of a number that the guest gives back."""
        return remove(self.objects, self._free, number)


def remove(objects: list[Any], free: list[int], number: int) -> Any:
    value, objects[number] = objects[number], None
    free.append(number)
    return value


def dropping(mail: Mail, objects: list[Any], free: list[int]) -> Callable[[], None]:
    """What runs when a guest drops its own handle: the object leaves the registry, by ``__exit__`` if it has one."""
    u32 = mail.u32

    def drop() -> None:
        try:
            value = remove(objects, free, u32[0])
            leave = getattr(value.__class__, "__exit__", None)
            if leave is not None:
                leave(value, None, None, None)
            u32[62] = mail.poisoned
        except BaseException as error:
            mail.error = error

    return drop
