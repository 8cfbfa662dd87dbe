"""WebAssembly text in tests: assembled by the engine, so that what is read was not written by witcraft."""

from __future__ import annotations

import re
from collections.abc import Iterator

import wasmtime

TOKEN = re.compile(r';;[^\n]*|\(;|"(?:[^"\\]|\\.)*"|[()]', re.DOTALL)
COMMENT = re.compile(r"\(;|;\)")
COMPONENT = re.compile(r"\(\s*component\b(?!\s+(?:quote|binary|instance)\b)(\s+definition\b)?")


def assemble(text: str) -> bytes:
    """The binary of a module or component; nothing is validated. Raises ``wasmtime.WasmtimeError``."""
    return bytes(wasmtime.wat2wasm(text))


def components(script: str) -> Iterator[str]:
    """The text of every component definition in a .wast script, those inside of assertions too."""
    starts: list[int] = []
    at = 0
    while token := TOKEN.search(script, at):
        at = token.end()
        match token.group():
            case "(;":
                at = _after_comment(script, at)
            case "(":
                starts.append(token.start())
            case ")":
                start = starts.pop()
                if len(starts) <= 1 and COMPONENT.match(script, start):
                    yield COMPONENT.sub("(component", script[start:at], count=1)
            case _:
                pass


def _after_comment(script: str, at: int) -> int:
    depth = 1
    while depth:
        token = COMMENT.search(script, at)
        assert token, "a comment is not closed"
        depth += 1 if token.group() == "(;" else -1
        at = token.end()
    return at
