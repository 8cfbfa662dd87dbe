"""Text with indentation. Indent is a with-block, never guessed from braces."""

from __future__ import annotations


class Writer:
    """Collects lines; ``unit`` is one step of indentation."""

    def __init__(self, unit: str = "    ", depth: int = 0) -> None:
        self.lines: list[str] = []
        self.unit = unit
        self.depth = depth

    def line(self, text: str = "") -> None:
        self.lines.append(self.unit * self.depth + text if text else "")

    def extend(self, lines: list[str]) -> None:
        for text in lines:
            self.line(text)

    def block(self, head: str, tail: str = "") -> Indented:
        self.line(head)
        return Indented(self, tail)

    def indented(self) -> Indented:
        return Indented(self)

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


class Indented:
    """The with-block: one step deeper inside, ``tail`` behind it."""

    __slots__ = ("_tail", "_writer")

    def __init__(self, writer: Writer, tail: str = "") -> None:
        self._writer, self._tail = writer, tail

    def __enter__(self) -> None:
        self._writer.depth += 1

    def __exit__(self, *_: object) -> None:
        self._writer.depth -= 1
        if self._tail:
            self._writer.line(self._tail)
