"""``wasi:random/random@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...runtime import Buffer


class Random(Protocol):
    """What the component imports as ``wasi:random/random@0.2.12``."""

    def get_random_bytes(self, len: int, /) -> Buffer | Sequence[int]: ...

    def get_random_u64(self) -> int: ...
