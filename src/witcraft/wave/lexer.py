"""Characters to tokens, one at a time: what stands behind the first fault is never looked at.

A token's kind is its own text for punctuation; else ``"number"``, ``"label"`` (keywords among them), ``"char"``,
``"string"``, ``"multiline"``, ``"other"`` for what belongs nowhere, ``"end"``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from witcraft.errors import harmless
from witcraft.wave.text import Text, WaveError

KEYWORDS = frozenset(("true", "false", "inf", "nan", "some", "none", "ok", "err"))
"""Cases of these names are written with a percent sign."""

LABEL = r"%?(?:[a-z][a-z0-9]*+|[A-Z][A-Z0-9]*+)(?:-(?:[a-z0-9]++|[A-Z0-9]++)(?![a-zA-Z0-9]))*+"
TOKEN = re.compile(
    rf"""
      (?P<space>     [ \t\r\n]++ | //[^\n]*+ )
    | (?P<mark>      [{{}}()\[\]:,] )
    | (?P<number>    -inf(?![\w-]) | -?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.]) )
    | (?P<label>     {LABEL}(?![\w-]) )
    | (?P<multiline> \"\"\"(?s:.*?)\"\"\" )
    | (?P<string>    "(?:[^"\\\n]|\\[^\n])*+"(?!") )
    | (?P<char>      '(?:[^'\\\n]|\\[^\n])(?:[^'\\\n])*+' )
    | (?P<open>      ['"] )
    | (?P<other>     %?[\w.+-]++ | (?s:.) )
    """,
    re.VERBOSE,
)
ENDS = {
    "'": ("char", "a char is one character, or an escape, between `'` and `'`"),
    '"': ("string", 'close it with `"` on the same line, or with `"""` if it began so'),
}
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int  # offset of the first character
    end: int  #   of the one after the last

    def __str__(self) -> str:
        return f"`{self.shown}`" if self.kind != "end" else "the end of the text"

    @property
    def shown(self) -> str:
        """As much of the text as a message needs."""
        return harmless(self.text if len(self.text) <= SHOWN else self.text[:SHOWN] + "...")


class Lexer:
    """The tokens of a text from an offset on: ``next`` comes next, ``last`` was passed last."""

    def __init__(self, text: Text, start: int = 0) -> None:
        self.text = text
        self.next = self.last = self._read(start)

    def take(self) -> Token:
        """The next token, which is passed."""
        self.last = self.next
        self.next = self._read(self.last.end)
        return self.last

    def skip(self, kind: str) -> bool:
        """Whether a token of that kind comes next, which is passed then."""
        if self.next.kind != kind:
            return False
        self.take()
        return True

    def _read(self, at: int) -> Token:
        content = self.text.content
        while at < len(content):
            found = TOKEN.match(content, at)
            assert found is not None  # one of the alternatives takes any character
            kind = str(found.lastgroup)
            if kind == "open":
                self._refuse(found)
            if kind != "space":
                return Token(found[0] if kind == "mark" else kind, found[0], *found.span())
            at = found.end()
        return Token("end", "", at, at)

    def _refuse(self, found: re.Match[str]) -> NoReturn:
        """Raises for a quote that begins no literal."""
        kind, hint = ENDS[found[0]]
        raise WaveError(f"this {kind} never ends", self.text.place(*found.span()), hint=hint)
