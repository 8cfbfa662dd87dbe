"""``wasi:filesystem/preopens@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from . import filesystem_types


class Preopens(Protocol):
    """What the component imports as ``wasi:filesystem/preopens@0.2.12``."""

    def get_directories(self) -> Sequence[tuple[filesystem_types.Descriptor, str]]: ...


_TYPES = {
    "descriptor": (".filesystem_types", "descriptor"),
}
