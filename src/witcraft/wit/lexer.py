"""Characters to tokens (component-model WIT.md, "Lexical structure").

A token's kind is its own text for punctuation and keywords; else ``"id"``, ``"%id"``, ``"integer"``, ``"string"``,
``"misspelt"`` for words that are no kebab-case, ``"end"``. Comments are no tokens: they are kept by the token before
which they stand, where a formatter and the documentation of items find them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from witcraft.wit.keywords import KEYWORDS
from witcraft.wit.source import Report, Source

RESERVED = KEYWORDS - {"float32", "float64"}
"""Printers escape the old names of ``f32`` and ``f64`` too, but as names they are fine."""

# Words of a-z or of A-Z, digits anywhere but at the very start. Quantifiers are possessive, so that no text is slow.
WORD = r"(?:[a-z][a-z0-9]*+|[A-Z][A-Z0-9]*+)"
KEBAB = rf"{WORD}(?:-(?=[0-9a-zA-Z])[0-9]*+(?:[a-z][a-z0-9]*+|[A-Z][A-Z0-9]*+)?+)*+(?![\w-])"
TOKEN = re.compile(
    rf"""
      (?P<space>  (?:[ \t\n]|\r\n)++ )
    | (?P<comment>//[^\n]*+ )
    | (?P<block>  /\* )
    | (?P<id>     {KEBAB} )
    | (?P<mark>   -> | [=,:.;(){{}}<>*@/+-] )
    | (?P<percent>%{KEBAB} )
    | (?P<integer>[0-9]++ )
    | (?P<misspelt>%?(?!\d)\w[\w-]*+ | % )
    | (?P<string> "(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*+" )
    | (?P<other>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
BLOCK = re.compile(r"/\*|\*/")

# What could make a text look like another one (CVE-2021-42574), and what Unicode calls deprecated or discouraged.
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
DEPRECATED = "\u0149\u0673\u0f77\u0f79\u17a3\u17a4\u17b4\u17b5"
CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
FORBIDDEN = re.compile(f"[{BIDI}{DEPRECATED}{CONTROL}]")

MAX_NAME = 100_000
"""Code points of a name: engines and the validator of binaries refuse longer ones."""

Comment = tuple[int, int]
"""Offsets of its first character and of the one after its last; a line comment goes without the line's end."""


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a token; the last token is the end of the file."""

    source: Source
    kinds: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    comments: dict[int, list[Comment]] = field(default_factory=dict)  # by the index of the token after

    def text(self, index: int) -> str:
        return self.source.text[self.starts[index] : self.ends[index]]

    def add(self, kind: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)


def lex(source: Source, report: Report) -> Tokens:
    """All tokens of ``source``. Characters that make none are reported and left out."""
    forbidden(source, report)
    tokens = Tokens(source)
    position = 1 if source.text.startswith("\ufeff") else 0
    while position >= 0:
        position = run(tokens, position, report)
    tokens.add("end", len(source.text), len(source.text))
    return tokens


def run(tokens: Tokens, position: int, report: Report) -> int:
    """Tokens from ``position`` up to a block comment: gives the offset behind that, -1 at the end of the file."""
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    for found in TOKEN.finditer(tokens.source.text, position):
        kind = found.lastgroup
        if kind == "space":
            continue
        start, end = found.span()
        if kind == "id" or kind == "mark":
            text = found[0]
            kind = text if kind == "mark" or text in RESERVED else "id"
        elif kind == "comment":
            remember(tokens, start, end - (tokens.source.text[end - 1] == "\r"))
            continue
        elif kind == "block":
            return block(tokens, start, report)
        elif kind == "other":
            return stray(tokens, start, report)
        elif kind == "percent":
            kind = "%id"
        elif kind == "misspelt" and found[0] == "_":
            kind = "_"
        kinds.append(str(kind))
        starts.append(start)
        ends.append(end)
    return -1


def remember(tokens: Tokens, start: int, end: int) -> None:
    tokens.comments.setdefault(len(tokens.kinds), []).append((start, end))


def block(tokens: Tokens, start: int, report: Report) -> int:
    """A block comment from ``start``; they nest."""
    depth = 0
    for found in BLOCK.finditer(tokens.source.text, start):
        depth += 1 if found[0] == "/*" else -1
        if depth == 0:
            remember(tokens, start, found.end())
            return found.end()
    report.add("this comment never ends", tokens.source.place(start, start + 2), "close it with `*/`")
    return -1


def stray(tokens: Tokens, start: int, report: Report) -> int:
    """A character that begins no token, or a string that is none: gives the offset after it."""
    source = tokens.source
    char = source.text[start]
    if char == '"':
        end = source.text.find("\n", start)
        report.add("this string never ends", source.place(start, start + 1), 'close it with `"` on the same line')
        return end
    if not FORBIDDEN.match(char):
        report.add(f"{shown(char)} has no meaning here", source.place(start, start + 1), "remove it")
    return start + 1


def forbidden(source: Source, report: Report) -> None:
    for found in FORBIDDEN.finditer(source.text):
        char, start = found[0], found.start()
        if char in BIDI:
            fault = "changes the direction of writing, so the text would not be what it looks like"
        elif char in DEPRECATED:
            fault = "is deprecated in Unicode"
        else:
            fault = "is a control character"
        report.add(f"{shown(char)} {fault}", source.place(start, start + 1), "remove it")


def shown(char: str) -> str:
    """A character for a message: the harmless ones as themselves."""
    return f"`{char}`" if char.isprintable() and char.isascii() else f"the character U+{ord(char):04X}"
