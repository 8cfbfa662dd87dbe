"""A file of WIT: its text, and where in it an offset stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from witcraft.errors import WIDTH, Diagnostic, Place


@dataclass(frozen=True, eq=False)
class Source:
    """``path`` is what messages call the file. Offsets count code points from the first, a byte order mark included."""

    path: str
    text: str
    lines: list[int] = field(init=False, repr=False)  # offset of each line's first character

    def __post_init__(self) -> None:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        object.__setattr__(self, "lines", starts)

    def place(self, start: int, end: int) -> Place:
        """From ``start`` to ``end``, or to the end of its line."""
        line = bisect_right(self.lines, start)
        first = self.lines[line - 1]
        last = self.lines[line] - 1 if line < len(self.lines) else len(self.text)
        length = max(1, min(end, last) - start)
        cut = max(first, start - WIDTH // 2) if last - first > WIDTH else first
        text = self.text[cut : min(last, cut + WIDTH)].rstrip("\r")
        return Place(self.path, line, start - first + 1, length, text, cut - first)


class Report:
    """Collects what is wrong with some files, at most ``MAX`` faults, one a place."""

    MAX = 50

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int], Diagnostic] = {}

    @property
    def is_full(self) -> bool:
        return len(self.found) >= self.MAX

    def add(self, message: str, place: Place, hint: str = "", notes: tuple[Diagnostic, ...] = ()) -> None:
        if not self.is_full:
            self.found.setdefault((place.path, place.line, place.column), Diagnostic(message, place, hint, notes))

    def all(self) -> list[Diagnostic]:
        """By file, in the order in which files got their first fault, then by line."""
        order = {path: number for number, path in enumerate(dict.fromkeys([path for path, _, _ in self.found]))}
        return [self.found[key] for key in sorted(self.found, key=lambda key: (order[key[0]], key[1], key[2]))]
