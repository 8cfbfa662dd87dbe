"""The text that is read, and what is said about a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witcraft.errors import WIDTH, Diagnostic, Place, WitcraftError


class WaveError(WitcraftError):
    """Text that is no value of the type asked for.

    ``path`` leads to the value that was being read, outermost step first: ``("points", "[3]", ".x")``.
    """

    def __init__(self, message: str, place: Place, path: Sequence[str] = (), hint: str = "") -> None:
        self.message, self.place, self.path, self.hint = message, place, tuple(path), hint
        super().__init__(message, place, self.path, hint)

    @property
    def diagnostic(self) -> Diagnostic:
        where = "".join(self.path).removeprefix(".")
        return Diagnostic(f"{where}: {self.message}" if where else self.message, self.place, self.hint)

    def __str__(self) -> str:
        return self.diagnostic.render()


@dataclass(frozen=True, slots=True)
class Text:
    """``name`` is what messages call it. Offsets count code points."""

    name: str
    content: str

    def place(self, start: int, end: int) -> Place:
        """From ``start`` to ``end``, or to the end of its line."""
        first = self.content.rfind("\n", 0, start) + 1
        last = self.content.find("\n", start)
        last = len(self.content) if last < 0 else last
        cut = max(first, start - WIDTH // 2) if last - first > WIDTH else first
        shown = self.content[cut : min(last, cut + WIDTH)].rstrip("\r")
        line = self.content.count("\n", 0, start) + 1
        return Place(self.name, line, start - first + 1, max(1, min(end, last) - start), shown, cut - first)
