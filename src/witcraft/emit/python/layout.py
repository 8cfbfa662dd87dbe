"""Long lines broken as the formatter breaks them: at the last bracket, then between its items.

Works on one statement as text. It knows brackets, strings, commas, comprehensions and conditional expressions, which is
all that emitted code is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = 88  # the formatter's default
UNIT = "    "

_CLAUSES = re.compile(r" (?=for |if |else )")


def fit(text: str, depth: int) -> list[str]:
    """``text`` at ``depth`` steps of indentation, on as many lines as it takes."""
    indent = UNIT * depth
    if len(indent) + len(text) <= LINE:
        return [indent + text]
    head, body, tail = last_bracket(text)
    if not body:
        return [indent + text]
    return [indent + head, *fit_body(body, depth + 1), indent + tail]


def fit_body(body: str, depth: int) -> list[str]:
    """What stands between brackets: on one line if it fits, else split at its commas, clauses or operators."""
    if len(UNIT) * depth + len(body) <= LINE:
        return [UNIT * depth + body]
    items = list(split(body, ","))
    comprehends = any(part.startswith("for ") for part in clauses(body))
    if len(items) > 1 and not comprehends:
        return [line for item in items for line in _with_comma(fit_item(item, depth))]
    return fit_item(body, depth)


def fit_item(item: str, depth: int) -> list[str]:
    """One item; comprehensions and conditional expressions break before ``for``, ``if`` and ``else``."""
    if len(UNIT) * depth + len(item) <= LINE:
        return [UNIT * depth + item]
    parts = list(clauses(item))
    if len(parts) > 1:
        return [line for part in parts for line in fit(part, depth)]
    return fit(item, depth)


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1] + ","]


def marks(text: str) -> Iterator[tuple[int, str, int]]:
    """(place, character, depth of brackets outside of it) for what is in no string."""
    depth, quote, escaped = 0, "", False
    for at, char in enumerate(text):
        if quote:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([{":
            yield at, char, depth
            depth += 1
        elif char in ")]}":
            depth -= 1
            yield at, char, depth
        else:
            yield at, char, depth


def last_bracket(text: str) -> tuple[str, str, str]:
    """Text up to the last outermost opening bracket, what it holds, and the rest; empty if there is nothing inside."""
    opening = closing = -1
    start = -1
    for at, char, depth in marks(text):
        if depth == 0 and char in "([{":
            start = at
        elif depth == 0 and char in ")]}" and at > start + 1:
            opening, closing = start, at
    if opening < 0:
        return text, "", ""
    return text[: opening + 1], text[opening + 1 : closing], text[closing:]


def split(text: str, at_char: str) -> Iterator[str]:
    """The parts of ``text`` between the ``at_char`` outside of every bracket."""
    start = 0
    for at, char, depth in marks(text):
        if depth == 0 and char == at_char:
            yield text[start:at].strip()
            start = at + 1
    if text[start:].strip():
        yield text[start:].strip()


def clauses(text: str) -> Iterator[str]:
    outside = {at for at, char, depth in marks(text) if depth == 0 and char == " "}
    start = 0
    for match in _CLAUSES.finditer(text):
        if match.start() in outside:
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]
