"""Comments to documentation: marks and common indentation go, lines stay."""

from __future__ import annotations

from collections.abc import Sequence

from witcraft.wit.lexer import Comment

SPACE = " \t\n\r\f"


def documentation(text: str, comments: Sequence[Comment]) -> str:
    """What the comments before an item say, lines joined by line feeds."""
    parts = [stripped(text[start:end]) for start, end in comments]
    margin = min([len(part) - len(part.lstrip(SPACE)) for part in parts if part], default=0)
    indent = " " * margin
    lines = [line for part in parts for line in (part.removeprefix(indent).split("\n") if part else [""])]
    return "\n".join([line.rstrip("\r") for line in lines]).rstrip("\n")


def stripped(comment: str) -> str:
    """Without ``///`` or ``/** */`` and without space at the end; ``/* */`` keeps its marks but for the first slash."""
    inner = comment[3:-2] if comment.startswith("/**") and len(comment) > 4 else comment.lstrip("/")
    return inner.rstrip()
