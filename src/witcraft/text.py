"""Text with indentation. Indent is a with-block, never guessed from braces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Writer:
    """Collects lines; ``unit`` is one step of indentation."""

    def __init__(self, unit: str = "    ") -> None:
        self.lines: list[str] = []
        self.unit = unit
        self.depth = 0

    def line(self, text: str = "") -> None:
        self.lines.append(self.unit * self.depth + text if text else "")

    def extend(self, lines: list[str]) -> None:
        for text in lines:
            self.line(text)

    @contextmanager
    def block(self, head: str, tail: str = "") -> Iterator[None]:
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1
        if tail:
            self.line(tail)

    @contextmanager
    def indented(self) -> Iterator[None]:
        self.depth += 1
        yield
        self.depth -= 1

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"
