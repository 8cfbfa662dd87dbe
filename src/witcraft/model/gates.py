"""Feature gates: since when, or behind which feature, an item is there (component-model WIT.md, "Feature Gates")."""

from __future__ import annotations

from dataclasses import dataclass

from witcraft.model.version import Version


@dataclass(frozen=True, slots=True)
class Stability:
    """``@since`` or ``@unstable``, not both; ``@deprecated`` beside one of them. All None: nothing is said."""

    since: Version | None = None
    feature: str | None = None  # of `@unstable(feature = ...)`
    deprecated: Version | None = None

    def __bool__(self) -> bool:
        return self is not UNGATED and self != UNGATED


UNGATED = Stability()
