"""Tokens grouped into statements and blocks: as much of the grammar as layout needs.

Only for text that parses: brackets match here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LISTS = frozenset({"record", "variant", "enum", "flags"})
"""What has a block of items with commas between, not of statements."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens up to before ``end``, without the semicolon or comma behind them.

    ``heads`` are where its lines begin: each gate, then what the gates belong to. ``terminator`` is "" where none
    belongs. ``body`` is None without a block; else ``end`` is the brace that opens it, ``close`` the other one.
    """

    heads: tuple[int, ...]
    end: int
    terminator: str = ""
    body: tuple[Statement, ...] | None = None
    close: int = 0


def statements(kinds: Sequence[str]) -> tuple[Statement, ...]:
    """All of a file."""
    return grouped(kinds, 0, ";")[0]


def grouped(kinds: Sequence[str], at: int, terminator: str) -> tuple[tuple[Statement, ...], int]:
    """The statements from ``at`` on, and the index of the brace, or of the end of the file, behind them."""
    found: list[Statement] = []
    while kinds[at] not in ("}", "end"):
        statement, at = one(kinds, at, terminator)
        found.append(statement)
    return tuple(found), at


def one(kinds: Sequence[str], at: int, terminator: str) -> tuple[Statement, int]:
    """The statement at ``at``, and the index behind it and its terminator."""
    heads = [at]
    while kinds[heads[-1]] == "@":
        heads.append(behind_brackets(kinds, heads[-1] + 2))
    end = head_end(kinds, heads[-1], terminator)
    if kinds[end] == "{":
        body, close = grouped(kinds, end + 1, "," if kinds[heads[-1]] in LISTS else ";")
        return Statement(tuple(heads), end, "", body, close), close + 1
    if closes_renames(kinds, end - 1):
        return Statement(tuple(heads), end), end
    return Statement(tuple(heads), end, terminator), end + (kinds[end] == terminator)


def head_end(kinds: Sequence[str], at: int, terminator: str) -> int:
    """Index of the terminator, of the brace that opens a block, or of what is behind a statement that has none."""
    while kinds[at] not in (terminator, "}", "end"):
        if kinds[at] == "{" and kinds[at - 1] == "with":
            return behind_brackets(kinds, at)  # no semicolon ends that
        if kinds[at] in "(<" or opens_names(kinds, at):
            at = behind_brackets(kinds, at)
        elif kinds[at] == "{":
            break
        else:
            at += 1
    return at


def closes_renames(kinds: Sequence[str], at: int) -> bool:
    """Whether this is the last brace of ``include a with { b as c }``, behind which no semicolon goes."""
    opening = at
    while kinds[at] == "}" and kinds[opening] != "{":
        opening -= 1
    return kinds[opening] == "{" and kinds[opening - 1] == "with"


def opens_names(kinds: Sequence[str], at: int) -> bool:
    """Whether this is the brace of ``use a.{b}``, which stays on its line."""
    return kinds[at] == "{" and kinds[at - 1] == "."


def behind_brackets(kinds: Sequence[str], at: int) -> int:
    """The index behind the bracket that closes the one at ``at``."""
    depth = 0
    while True:
        if kinds[at] in ("(", "<", "{"):
            depth += 1
        elif kinds[at] in (")", ">", "}"):
            depth -= 1
        at += 1
        if depth <= 0:
            return at
