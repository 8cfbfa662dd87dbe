"""Lines that are too long, broken at the commas of their last bracket, as a formatter does."""

from __future__ import annotations

from collections.abc import Iterator

OPEN, CLOSE = "([{", ")]}"
UNIT = "  "


def broken(text: str, width: int) -> Iterator[str]:
    """The lines that one statement, or one item, becomes; it stays one where it cannot be broken."""
    found = last_bracket(text) if len(text) > width else None
    if found is None:
        yield text
        return
    start, end = found
    yield text[: start + 1].rstrip()
    for item in items(text[start + 1 : end]):
        for line in broken(f"{item},", width - len(UNIT)):
            yield UNIT + line
    yield text[end:]


def last_bracket(text: str) -> tuple[int, int] | None:
    """Where the last list in brackets that are in no others opens and closes."""
    found, depth, start = None, 0, 0
    for at, char in characters(text):
        if char in OPEN:
            start = start if depth else at
            depth += 1
        elif char in CLOSE:
            depth -= 1
            if depth < 0:
                return None
            if depth == 0 and is_list(text, start, at):
                found = start, at
    return found if depth == 0 else None


def is_list(text: str, start: int, end: int) -> bool:
    """Whether a comma may stand behind what is in the brackets: no index, no mere grouping, no block, not nothing."""
    is_behind_value = start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_$)]")
    return (
        is_behind_value == (text[start] == "(") and ";" not in text[start:end] and bool(text[start + 1 : end].strip())
    )


def items(text: str) -> list[str]:
    """What commas part, outside of brackets."""
    cuts, depth = [-1], 0
    for at, char in characters(text):
        depth += (char in OPEN) - (char in CLOSE)
        if char == "," and depth == 0:
            cuts.append(at)
    parts = [text[start + 1 : end].strip() for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    return [part for part in parts if part]


def characters(text: str) -> Iterator[tuple[int, str]]:
    """Those outside of string literals."""
    is_inside = is_escaped = False
    for at, char in enumerate(text):
        if is_inside:
            is_inside = is_escaped or char != "'"
            is_escaped = not is_escaped and char == "\\"
        elif char == "'":
            is_inside = True
        else:
            yield at, char
