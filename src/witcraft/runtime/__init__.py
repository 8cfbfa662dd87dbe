"""What emitted code stands on. Nothing of it is imported before it is asked for: naming ``Ok`` does not load the engine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .config import Config as Config
    from .errors import (
        ArgumentError as ArgumentError,
    )
