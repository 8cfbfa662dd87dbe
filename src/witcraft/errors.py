"""Errors as data: what is wrong and where. Rendered at the edge, never here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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


WIDTH = 120
"""So much of a line is shown around a place, whatever the length of the line."""


def harmless(text: str) -> str:
    """As long as ``text``, and nothing in it drives a terminal or changes the direction of writing."""
    return (
        text
        if text.isprintable()
        else "".join([c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text])
    )


@dataclass(frozen=True, slots=True)
class Place:
    """``length`` code points of line ``line`` of the file ``path``, from ``column``; both count from 1.

    ``source`` is the text of the line around the place, at most ``WIDTH`` of it, from ``cut`` characters on.
    A line of 0 is a file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    source: str = ""
    cut: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def excerpt(self) -> str:
        """The line with carets below the place; "" for a file."""
        if not self.line:
            return ""
        left = self.column - 1 - self.cut
        carets = "^" * max(1, min(self.length, len(self.source) - left))
        return f"{self.line:5} | {harmless(self.source)}\n      | {' ' * left}{carets}"

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "line": self.line, "column": self.column, "length": self.length}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault of a text: what is wrong, where, what to do about it, and other places that belong to it."""

    message: str
    place: Place
    hint: str = ""
    notes: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    def render(self) -> str:
        """For people: message, place, line and caret, the advice, then the notes in the same way."""
        lines = [str(self), self.place.excerpt(), self.hint and f"      = {self.hint}"]
        return "\n".join([*filter(None, lines), *[note.render() for note in self.notes]])

    def to_json(self) -> dict[str, Any]:
        notes = [note.to_json() for note in self.notes]
        return {"message": self.message, **self.place.to_json(), "hint": self.hint, "notes": notes}


class WitError(WitcraftError):
    """WIT text that is wrong: every fault that was found, in the order of files and lines."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join([diagnostic.render() for diagnostic in self.diagnostics])

    def to_json(self) -> list[dict[str, Any]]:
        return [diagnostic.to_json() for diagnostic in self.diagnostics]
