"""``wasi:cli/exit@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...runtime import Err, Ok


class Exit(Protocol):
    """What the component imports as ``wasi:cli/exit@0.2.12``."""

    def exit(self, status: Ok[None] | Err[None], /) -> None: ...

    def exit_with_code(self, status_code: int, /) -> None: ...
