"""``wasi:io/poll@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...runtime import Buffer

__all__ = ["Pollable"]


class Pollable(Protocol):
    """Resource ``pollable``, which the host defines."""

    def ready(self) -> bool: ...

    def block(self) -> None: ...


_Pollable = Pollable


class Poll(Protocol):
    """What the component imports as ``wasi:io/poll@0.2.12``."""

    @property
    def Pollable(self) -> type[_Pollable]: ...

    def poll(self, in_: list[Any], /) -> Buffer | Sequence[int]: ...


_TYPES = {
    "pollable": ("Pollable", "resource"),
}
