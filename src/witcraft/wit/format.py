"""Text of WIT laid out anew: two spaces a block, a statement a line, long lists of parameters a line each.

Tokens keep their order and comments their place before or behind a token; empty lines stay, one where there were more.
Doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from witcraft.text import Writer
from witcraft.wit.lexer import Comment, Tokens
from witcraft.wit.statements import Statement, statements

WIDTH = 100
BREAK = "\v"  # the end of a line behind a comment; no text of WIT has this character
TIGHT = frozenset([".", "/", "-", "+", "@", "("])  # no space on either side
TIGHT_BEFORE = frozenset([",", ";", ")", ">", ":", "<"])
TIGHT_AFTER = frozenset(["<"])
LIST_STARTS = frozenset([("func", "("), ("constructor", "("), (".", "{")])  # what can have an item a line
ENDS = frozenset([",", ";", ")", ">", "}"])


def formatted(tokens: Tokens) -> str:
    """The layout of a file that parses; ends with a line feed."""
    out = Formatter(tokens)
    out.statements(statements(tokens.kinds))
    out.comments(len(tokens.kinds) - 1)
    return out.text() if out.lines else ""


class Formatter(Writer):
    def __init__(self, tokens: Tokens) -> None:
        super().__init__("  ")
        self.tokens, self.kinds, self.source = tokens, tokens.kinds, tokens.source.text
        self.offset = 0  # in the source, behind what was printed last
        self.fresh = True  # at the beginning of a block, where no empty line goes

    # ---- statements ----

    def statements(self, body: Sequence[Statement]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, statement: Statement) -> None:
        *gates, head = statement.heads
        for gate, behind in zip(gates, statement.heads[1:], strict=True):
            self.start(gate)
            self.flow(gate, behind, "")
        self.start(head)
        if statement.body is None:
            self.flow(head, statement.end, statement.terminator)
            self.offset = self.behind(statement.end, statement.terminator)
        else:
            self.flow(head, statement.end + 1, "")
            self.block_body(statement)

    def behind(self, index: int, kind: str) -> int:
        """The source's offset behind that token, if it is of this kind: a terminator that may be missing."""
        return self.tokens.ends[index] if self.kinds[index] == kind else self.offset

    def block_body(self, statement: Statement) -> None:
        assert statement.body is not None, "asked before"
        self.fresh = True
        with self.indented():
            self.statements(statement.body)
            self.comments(statement.close)
        self.line("}")
        self.offset, self.fresh = self.tokens.ends[statement.close], False

    # ---- comments and empty lines ----

    def start(self, index: int) -> None:
        """What goes above the line that begins with that token."""
        self.comments(index)
        self.gap(self.tokens.starts[index])

    def comments(self, index: int) -> None:
        """Those before the token: behind the line above if they stood there, else each on a line."""
        for comment in self.tokens.comments.get(index, ()):
            start, end = comment
            if self.lines and "\n" not in self.source[self.offset : start]:
                self.lines[-1] += f" {self.comment(comment)}"
            else:
                self.gap(start)
                self.line(self.comment(comment))
                self.fresh = False
            self.offset = end

    def comment(self, comment: Comment) -> str:
        return self.source[slice(*comment)].rstrip()

    def gap(self, start: int) -> None:
        """An empty line where the source has some between the offset and ``start``."""
        if not self.fresh and self.source.count("\n", self.offset, start) > 1:
            self.line()
        self.fresh = False

    # ---- one statement's line ----

    def flow(self, first: int, end: int, terminator: str) -> None:
        """Tokens ``first`` to before ``end`` on one line; on several if that is too long or a comment ends a line."""
        line = "".join(self.spaced(first, end)) + self.tail(end, terminator)
        opening = self.list_start(first, end)
        if opening and (BREAK in line or len(line) + len(self.unit) * self.depth > WIDTH):
            self.broken(first, opening, end, terminator)
        else:
            self.several(line)
        self.offset = self.tokens.ends[end - 1]

    def several(self, text: str) -> None:
        """``text``, its later lines indented once more; those of a comment stay as they are."""
        head, *rest = text.split(BREAK)
        self.line(head)
        with self.indented():
            self.extend([line.lstrip() for line in rest])

    def list_start(self, first: int, end: int) -> int:
        """The bracket of a parameter list or of a list of names; 0 if there is none, or nothing in it."""
        for index in range(first + 1, end - 1):
            if (self.kinds[index - 1], self.kinds[index]) in LIST_STARTS:
                return index if self.kinds[index + 1] not in (")", "}") else 0
        return 0

    def broken(self, first: int, opening: int, end: int, terminator: str) -> None:
        """The items of the list each on a line."""
        self.several("".join(self.spaced(first, opening + 1)))
        self.offset = self.tokens.ends[opening]
        at = opening + 1
        with self.indented():
            while self.kinds[at] not in (")", "}"):
                behind = self.item_end(at)
                self.fresh = True
                self.comments(at)
                self.several("".join(self.spaced(at, behind)) + self.tail(behind, ","))
                self.offset = self.behind(behind, ",") if self.kinds[behind] == "," else self.tokens.ends[behind - 1]
                at = behind + (self.kinds[behind] == ",")
            self.comments(at)
        self.several("".join(self.spaced(at, end)) + self.tail(end, terminator))

    def item_end(self, at: int) -> int:
        """The index of the comma or bracket behind the item at ``at``."""
        depth = 0
        while depth or self.kinds[at] not in (",", ")", "}"):
            depth += (self.kinds[at] in ("(", "<")) - (self.kinds[at] in (")", ">"))
            at += 1
        return at

    def spaced(self, first: int, end: int) -> Iterator[str]:
        """Texts of tokens, spaces and the comments between them; those before the first were printed above it."""
        for index in range(first, end):
            if index > first:
                yield from self.between(index)
            if not self.is_last_comma(index):
                yield self.tokens.text(index)

    def tail(self, index: int, terminator: str) -> str:
        """The terminator, whether or not the source has it, and the comments before it."""
        return "".join(self.inner_comments(index)) + terminator if self.kinds[index] == terminator else terminator

    def inner_comments(self, index: int) -> Iterator[str]:
        for comment in self.tokens.comments.get(index, ()):
            text = self.comment(comment)
            yield f" {text}{BREAK}" if text.startswith("//") else f" {text}"

    def between(self, index: int) -> Iterator[str]:
        comments = [*self.inner_comments(index)]
        yield from comments
        if not self.is_last_comma(index) and (self.kinds[index] not in ENDS if comments else self.apart(index)):
            yield " "

    def is_last_comma(self, index: int) -> bool:
        return self.kinds[index] == "," and self.kinds[index + 1] in (")", "}", ">")

    def apart(self, index: int) -> bool:
        """Whether a space goes before the token."""
        before, here = self.kinds[index - 1], self.kinds[index]
        if here == "{":
            return before != "."
        if before in TIGHT or here in TIGHT or before in TIGHT_AFTER or here in TIGHT_BEFORE:
            return False
        if before == "{" or here == "}":
            return "with" in (self.kinds[index - 2], self.opener(index))
        if before == ":":
            return not self.joins_path(index - 1)
        return before != "integer" or self.tokens.starts[index] > self.tokens.ends[index - 1]

    def opener(self, index: int) -> str:
        """What stands before the brace that the one at ``index`` closes."""
        while self.kinds[index] != "{":
            index -= 1
        return self.kinds[index - 1]

    def joins_path(self, colon: int) -> bool:
        """``ns:pkg/name``, unlike ``name: type``: a slash follows, or it is the name of a package."""
        return self.kinds[colon + 2] == "/" or "package" in self.kinds[max(0, colon - 2) : colon]
