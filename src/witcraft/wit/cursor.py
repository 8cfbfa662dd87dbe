"""A place in the tokens of a file: what every rule of the grammar is made of, and how reading goes on after a mistake.

A statement that is wrong is reported and left out, and reading goes on behind it, so that one run finds as many faults
as there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from witcraft.errors import harmless
from witcraft.wit import tree
from witcraft.wit.docs import documentation
from witcraft.wit.lexer import MAX_NAME, RESERVED, lex
from witcraft.wit.source import Report, Source

Node = TypeVar("Node")

NOUNS = {"string": "a text in double quotes", "integer": "a number"}
"""Kinds of tokens that are not their own text."""


class Mistake(Exception):
    """What is wrong with the tokens from ``start`` to ``end``; caught around the statement."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        self.message, self.start, self.end, self.hint = message, start, end, hint
        super().__init__(message)


class Cursor:
    """A place in the tokens of one file, moved by the rules."""

    def __init__(self, source: Source, report: Report) -> None:
        self.source, self.report = source, report
        self.tokens = lex(source, report)
        self.kinds = self.tokens.kinds
        self.at = 0

    @property
    def offset(self) -> int:
        return self.tokens.starts[self.at]

    # ---- tokens -------------------------------------------------------------------------------------------------

    def eat(self, kind: str) -> bool:
        if self.kinds[self.at] != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str, hint: str = "") -> int:
        """Gives the index of the token that was eaten."""
        if self.kinds[self.at] != kind:
            raise self.unexpected(NOUNS.get(kind, f"`{kind}`"), hint)
        self.at += 1
        return self.at - 1

    def unexpected(self, wanted: str, hint: str = "") -> Mistake:
        start, end = self.tokens.starts[self.at], self.tokens.ends[self.at]
        return Mistake(f"here should be {wanted}, not {self.found()}", start, end, hint)

    def stray(self, wanted: str) -> Mistake:
        """Where a statement should begin."""
        hint = "no semicolon goes behind a `}`" if self.kinds[self.at] == ";" else ""
        return self.unexpected(wanted, hint)

    def found(self) -> str:
        kind = self.kinds[self.at]
        if kind == "end":
            return "the end of the file"
        return f"`{clipped(self.tokens.text(self.at))}`"

    def semicolon(self) -> None:
        self.expect(";", "every statement ends with a semicolon")

    # id ::= '%'? kebab-case
    def id(self) -> tree.Id:
        kind, start, end = self.kinds[self.at], self.tokens.starts[self.at], self.tokens.ends[self.at]
        if kind != "id" and kind != "%id":
            raise self.no_id(kind)
        if end - start > MAX_NAME:
            raise Mistake(f"a name has at most {MAX_NAME} characters, not {end - start}", start, end)
        self.at += 1
        return tree.Id(self.source.text[start + (kind == "%id") : end], start, end)

    def no_id(self, kind: str) -> Mistake:
        start, end = self.tokens.starts[self.at], self.tokens.ends[self.at]
        if kind == "misspelt":
            hint = "words of a-z or of A-Z with digits, a letter first, joined by single hyphens: `get-http2-URL`"
            return Mistake(f"{self.found()} is no name", start, end, hint)
        if kind in RESERVED:
            text = self.tokens.text(self.at)
            return self.unexpected("a name", f"`{text}` is a keyword: write `%{text}` to use it as a name")
        return self.unexpected("a name")

    def docs(self) -> str:
        comments = self.tokens.comments.get(self.at)
        return documentation(self.source.text, comments) if comments else ""

    def many(self, end: str, rule: Callable[[], Node]) -> tuple[Node, ...]:
        """``rule`` any number of times, with commas between and perhaps behind, up to ``end``."""
        found: list[Node] = []
        while not self.eat(end):
            found.append(rule())
            if not self.eat(","):
                if not self.eat(end):
                    raise self.unexpected(f"`,` or `{end}`")
                break
        return tuple(found)

    # ---- going on after a mistake -------------------------------------------------------------------------------

    def attempt(self, rule: Callable[[], Node]) -> Node | None:
        """What ``rule`` gives; None after a mistake, which is reported, with the place behind the statement."""
        start = self.at
        try:
            return rule()
        except Mistake as mistake:
            self.report.add(mistake.message, self.source.place(mistake.start, mistake.end), mistake.hint)
            self.skip(start)
            return None

    def skip(self, start: int) -> None:
        """To the end of the statement that began at token ``start``: behind its ``;`` or the block that it has."""
        kinds = self.kinds
        seen = kinds[start : self.at]
        depth = seen.count("{") - seen.count("}")
        while kinds[self.at] != "end":
            kind = kinds[self.at]
            if kind == "}" and depth <= 0:
                break
            self.at += 1
            depth += (kind == "{") - (kind == "}")
            if depth <= 0 and kind in ";}":
                if kind == "}":
                    self.eat(";")
                return
        if self.at == start and kinds[self.at] != "end":
            self.at += 1

    def block(self, rule: Callable[[], Node]) -> tuple[Node, ...]:
        """'{' rule* '}'"""
        self.expect("{")
        return self.until("}", rule)

    def until(self, end: str, rule: Callable[[], Node]) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.eat(end):
            if self.kinds[self.at] == "end":
                rule()  # says what should stand here
            node = self.attempt(rule)
            if node is not None:
                found.append(node)
        return tuple(found)


def clipped(text: str) -> str:
    """Short enough for a message, and harmless there."""
    return harmless(text if len(text) <= 60 else f"{text[:57]}...")
