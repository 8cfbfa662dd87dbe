"""Errors as data: what is wrong and where. Rendered at the edge, never here."""

from __future__ import annotations

from collections.abc import Sequence


class WitcraftError(Exception):
    """Base of everything that witcraft raises for bad input or a case it does not support."""


class ComponentError(WitcraftError):
    """A binary that is malformed or invalid.

    ``offset`` counts bytes from the outermost file's first byte; ``path`` says where in the nesting the
    definition stands, outermost first, e.g. ``("component 0", "canon 3")``.
    """

    def __init__(self, message: str, offset: int | None = None, path: Sequence[str] = ()) -> None:
        self.message, self.offset, self.path = message, offset, tuple(path)
        super().__init__(message, offset, self.path)

    def enclose(self, step: str) -> None:
        """Puts ``step`` before the path: called on the way out, by the reader of the definition around."""
        self.path = (step, *self.path)
        self.args = (self.message, self.offset, self.path)

    def __str__(self) -> str:
        place = f"{self.offset:#x}: " if self.offset is not None else ""
        return f"{place}{self.message}" + (f"   ({' > '.join(self.path)})" if self.path else "")


class UnsupportedError(ComponentError):
    """Valid, but nothing that witcraft can run yet; the message names the feature."""


class EmitError(WitcraftError):
    """A plan that a language cannot express, or an output place that must not be written."""
