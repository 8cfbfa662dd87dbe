"""Long lines broken as the formatter breaks them: at the last bracket, then between its items.

Works on one statement as text. It knows brackets, strings, commas, comprehensions and conditional expressions, which is
all that emitted code is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

LINE = 88  # the formatter's default
UNIT = "    "

_MARKS = re.compile(
    r"""[(\[{)\]},]|"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'| (?=for |if |else |[-+*&|^] )"""
)


def fit(text: str, depth: int, after: int = 0) -> list[str]:
    """``text`` at ``depth`` steps of indentation, on as many lines as it takes.

    ``after``: characters that will still follow on the last line.
    """
    indent = UNIT * depth
    if len(indent) + len(text) + after <= LINE:
        return [indent + text]
    condition, identity = last_identity(text)
    if identity:
        return [*fit(condition, depth), *fit(identity, depth, after)]
    head, body, tail = first_bracket(text) if text.startswith("def ") else last_bracket(text)
    target, value = assignment(text)
    if value and len(indent) + len(target) < LINE and (len(indent) + len(head) > LINE or has_operator(value)):
        return [indent + target + "(", *fit_body(value, depth + 1, is_display=False), indent + ")"]
    if text.startswith("for ") and len(indent) + len(head) > LINE:
        targets, _, source = text[4:].partition(" in ")
        items = fit_body(targets, depth + 1, is_display=True)
        return [indent + "for (", *items, *fit_tail(f") in {source}", depth)]
    if value and len(indent) + len(target) > LINE:
        names = fit_body(target.removesuffix(" = "), depth + 1, is_display=True)
        return [indent + "(", *names, *fit_tail(f") = {value}", depth)]
    if not body:
        return [indent + text]
    return [indent + head, *fit_body(body, depth + 1, is_display(head)), *fit_tail(tail, depth)]


def fit_list(head: str, items: Sequence[str], tail: str, depth: int) -> list[str]:
    """``head`` ends in its only bracket, ``tail`` begins with the closing one; together they do not fit on one line.

    What stands between is known here, so that nothing has to be looked for, as ``fit`` does.
    """
    indent = UNIT * depth
    if len(indent) + len(head) > LINE or not items:
        return fit(head + ", ".join(items) + tail, depth)
    inner = fit_items(items, depth + 1, is_display(head))
    one_parameter = head.startswith("def ") and len(items) == 1
    return [indent + head, *(_with_comma(inner) if one_parameter else inner), *fit_tail(tail, depth)]


def is_display(head: str) -> bool:
    """Whether the bracket at the end of ``head`` is no call's."""
    return head[-2:-1] in ("", " ", "(", "[", "{")


def fit_items(items: Sequence[str], depth: int, is_display: bool) -> list[str]:
    """The arguments of a call stay together if they fit on one line; the items of a display never do."""
    if len(items) == 1:
        return fit_item(items[0], depth, 0)
    if not is_display and len(UNIT) * depth + sum(map(len, items)) + 2 * len(items) - 2 <= LINE:
        return [UNIT * depth + ", ".join(items)]
    return [line for item in items for line in _with_comma(fit_item(item, depth, 1))]


def fit_tail(tail: str, depth: int) -> list[str]:
    """What follows a closing bracket that stands first on its line."""
    first, *rest = fit("_" + tail[1:], depth)
    return [first.replace("_", tail[0], 1), *rest]


def fit_body(body: str, depth: int, is_display: bool) -> list[str]:
    """What stands between brackets: split at its commas, or at its clauses if it is a comprehension."""
    comprehends = any(part.startswith("for ") for part in clauses(body))
    items = [body] if comprehends else list(split(body, ","))
    return fit_items(items if len(items) > 1 else [body], depth, is_display)


def fit_item(item: str, depth: int, after: int) -> list[str]:
    """One item; comprehensions and conditional expressions break before ``for``, ``if`` and ``else``."""
    if len(UNIT) * depth + len(item) + after <= LINE:
        return [UNIT * depth + item]
    parts = list(clauses(item))
    if len(parts) > 1:
        return [line for part in parts for line in fit(part, depth)]
    return fit(item, depth, after)


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1] + ","]


def assignment(text: str) -> tuple[str, str]:
    """``target = ``, and the value assigned to it; empty if ``text`` is something else."""
    target, equals, value = text.partition(" = ")
    is_one = equals and not any(char in "([{" for char in target) and not target.startswith("def ")
    return (target + equals, value) if is_one else (text, "")


def last_identity(text: str) -> tuple[str, str]:
    """A clause ``if a.b is c`` up to its ``is``, and from there; the second is empty if the clause has none."""
    condition, found, other = text.rpartition(" is ")
    if not found or not text.startswith("if ") or set(other) & set("()[]{}\"':"):
        return text, ""
    return condition, "is " + other


def has_operator(text: str) -> bool:
    """Whether an operator stands outside of every bracket."""
    return len(list(clauses(text))) > 1


@lru_cache(64)
def marks(text: str) -> tuple[tuple[int, str, int], ...]:
    """(place, mark, depth of brackets outside of it): brackets, commas, and spaces before a clause or operator."""
    found, depth = [], 0
    for match in _MARKS.finditer(text):
        mark = match[0]
        if mark in "([{":
            found.append((match.start(), mark, depth))
            depth += 1
        elif mark in ")]}":
            depth -= 1
            found.append((match.start(), mark, depth))
        elif mark in ", ":
            found.append((match.start(), mark, depth))
    return tuple(found)


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


def first_bracket(text: str) -> tuple[str, str, str]:
    """As ``last_bracket``, for a ``def``: its parameters, not what it returns."""
    opening = text.index("(")
    closing = next(at for at, char, depth in marks(text) if char == ")" and depth == 0)
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
    """The parts of a comprehension, a conditional expression or an operation; each but the first with its word."""
    start = 0
    for at, mark, depth in marks(text):
        if depth == 0 and mark == " ":
            yield text[start:at]
            start = at + 1
    yield text[start:]
