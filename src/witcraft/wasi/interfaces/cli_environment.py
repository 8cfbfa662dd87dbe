"""``wasi:cli/environment@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Environment(Protocol):
    """What the component imports as ``wasi:cli/environment@0.2.12``."""

    def get_environment(self) -> Sequence[tuple[str, str]]: ...

    def get_arguments(self) -> Sequence[str]: ...

    def initial_cwd(self) -> str | None: ...
