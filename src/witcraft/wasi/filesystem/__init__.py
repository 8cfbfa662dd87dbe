"""``wasi:filesystem``: files and directories beneath those that the host grants, and no way out of them."""

from __future__ import annotations

from ..interfaces.filesystem_types import ErrorCode
from ..io.error import Error
from .descriptor import Descriptor
from .entries import DirectoryEntryStream
from .preopens import Preopen, Preopens, configured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..io.session import Session
    from .beneath import Resolver

__all__ = ["Preopen", "configured", "interfaces"]


class Types:
    """The interface ``wasi:filesystem/types``."""

    __slots__ = ()

    Descriptor = Descriptor
    DirectoryEntryStream = DirectoryEntryStream

    def filesystem_error_code(self, error: Error, /) -> ErrorCode | None:
        return error.code if isinstance(error.code, ErrorCode) else None


def interfaces(session: Session, preopens: Mapping[str, Preopen], resolve: Resolver | None = None) -> dict[str, object]:
    """What one instance gets. ``resolve``: how paths are followed, if not in the best way that the system has."""
    return {
        "wasi:filesystem/types": Types(),
        "wasi:filesystem/preopens": Preopens(session, preopens, resolve),
    }
