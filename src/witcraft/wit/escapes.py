"""String literals of WIT: escapes to text (as in the text format of WebAssembly)."""

from __future__ import annotations

import re

ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F][0-9a-fA-F_]*)\}|([0-9a-fA-F]{2})|(.))", re.DOTALL)
PLAIN = {'"': '"', "'": "'", "t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def unescaped(literal: str) -> str:
    """The text of a literal with its quotes. Raises ``ValueError`` with a sentence about what is wrong."""
    parts: list[bytes] = []
    position, inner = 0, literal[1:-1]
    while (at := inner.find("\\", position)) >= 0:
        parts.append(inner[position:at].encode())
        found = ESCAPE.match(inner, at)
        assert found is not None  # the lexer ends no literal right behind a backslash
        parts.append(escape(*found.groups()))
        position = found.end()
    parts.append(inner[position:].encode())
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError:
        raise ValueError("the bytes of this string are no UTF-8") from None


def escape(code: str | None, byte: str | None, plain: str | None) -> bytes:
    if byte is not None:
        return bytes([int(byte, 16)])
    if code is not None:
        digits = code.replace("_", "").lstrip("0") or "0"
        if code.endswith("_") or len(digits) > 6:
            raise ValueError(f"`\\u{{{code[:20]}}}` is no code point")
        return scalar(int(digits, 16))
    if plain not in PLAIN:
        raise ValueError(
            f"`\\{plain}` is no escape; known are \\\\, \\\", \\', \\t, \\n, \\r, \\u{{...}} and two hex digits"
        )
    return PLAIN[plain].encode()


def scalar(code: int) -> bytes:
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError(f"U+{code:04X} is no character")
    return chr(code).encode()
