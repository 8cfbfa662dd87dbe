"""S-expressions: the brackets, atoms and strings of every WebAssembly text (core specification, "Lexical Format").

What a definition says is the assembler's to read; here it is only found, so every list knows where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from witcraft.errors import WitcraftError

TOKEN = re.compile(rb';;[^\n]*|\(;|[()]|"(?:[^"\\]|\\.)*"|[^\s()";]+|[";]', re.DOTALL)
COMMENT = re.compile(rb"\(;|;\)")
ESCAPE = re.compile(rb"\\(?:u\{([0-9a-fA-F_]+)\}|([0-9a-fA-F]{2})|(.))", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\", b'"': b'"', b"'": b"'"}


class ScriptError(WitcraftError):
    """A script that is no script: the message begins with the line."""


@dataclass(frozen=True, slots=True)
class Atom:
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class String:
    value: bytes
    line: int


@dataclass(frozen=True, slots=True)
class Parens:
    """``start`` and ``end`` are offsets in the script, brackets included; ``line`` counts from 1."""

    items: tuple[Expression, ...]
    line: int
    start: int
    end: int

    @property
    def head(self) -> str:
        """The first atom, "" if something else comes first."""
        return self.items[0].text if self.items and isinstance(self.items[0], Atom) else ""


Expression = Atom | String | Parens


@dataclass(slots=True)
class Open:
    """A list that is not closed yet."""

    line: int
    start: int
    items: list[Expression] = field(default_factory=list)


def read(script: bytes) -> list[Parens]:
    """The lists at the top of the script. No recursion: nesting has no limit."""
    stack = [Open(1, 0)]
    line, at = 1, 0
    while token := TOKEN.search(script, at):
        line += script.count(b"\n", at, token.start())
        at, text = token.end(), token.group()
        match text[:1]:
            case b"(" if text == b"(;":
                at = after_comment(script, token.start(), line)
            case b"(":
                stack.append(Open(line, token.start()))
            case b")":
                close(stack, at, line)
            case b";":
                if text == b";":
                    raise ScriptError(f"line {line}: a lone semicolon")
            case b'"':
                stack[-1].items.append(String(unescaped(text, line), line))
            case _:
                stack[-1].items.append(Atom(text.decode("utf-8", "replace"), line))
        line += script.count(b"\n", token.start(), at)
    return finished(stack)


def close(stack: list[Open], end: int, line: int) -> None:
    if len(stack) == 1:
        raise ScriptError(f"line {line}: a bracket is closed that was not opened")
    inner = stack.pop()
    stack[-1].items.append(Parens(tuple(inner.items), inner.line, inner.start, end))


def finished(stack: list[Open]) -> list[Parens]:
    if len(stack) > 1:
        raise ScriptError(f"line {stack[-1].line}: a bracket is not closed")
    found: list[Parens] = []
    for item in stack[0].items:
        if not isinstance(item, Parens):
            raise ScriptError(f"line {item.line}: something outside of brackets")
        found.append(item)
    return found


def after_comment(script: bytes, at: int, line: int) -> int:
    """Block comments nest."""
    depth = 0
    while token := COMMENT.search(script, at):
        at = token.end()
        depth += 1 if token.group() == b"(;" else -1
        if depth == 0:
            return at
    raise ScriptError(f"line {line}: a comment is not closed")


def unescaped(text: bytes, line: int) -> bytes:
    if len(text) < 2 or not text.endswith(b'"'):
        raise ScriptError(f"line {line}: a string is not closed")

    def one(match: re.Match[bytes]) -> bytes:
        code, byte, letter = match.groups()
        if code:
            return chr(int(code.replace(b"_", b""), 16)).encode("utf-8", "surrogatepass")
        if byte:
            return bytes([int(byte, 16)])
        if letter not in ESCAPES:
            raise ScriptError(f"line {line}: {match.group().decode('utf-8', 'replace')} is no escape")
        return ESCAPES[letter]

    return ESCAPE.sub(one, text[1:-1])
