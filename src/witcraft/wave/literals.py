"""Chars, strings and numbers: what literals mean, and how values are written.

Readers raise ``ValueError`` with a sentence about what is wrong with a literal.
"""

from __future__ import annotations

import math
import re
from struct import pack, unpack

from witcraft.model.types import Kind

# ---- chars and strings ------------------------------------------------------------------------------------------

ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")
PLAIN = {'"': '"', "'": "'", "t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def unescaped(inner: str) -> str:
    """The text that stands between quotes."""
    if found := SURROGATE.search(inner):  # an argument that is no UTF-8 has them
        scalar(ord(found[0]))
    return ESCAPE.sub(escaped_char, inner) if "\\" in inner else inner


def escaped_char(found: re.Match[str]) -> str:
    code, plain = found.groups()
    if code is not None:
        return scalar(int(code, 16))
    if plain not in PLAIN:
        raise ValueError(f"`\\{plain}` is no escape; known are \\\\, \\\", \\', \\t, \\n, \\r and \\u{{...}}")
    return PLAIN[plain]


def scalar(code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError(f"U+{code:04X} is no character")
    return chr(code)


def char(literal: str) -> str:
    """``'x'`` with its quotes."""
    text = unescaped(literal[1:-1])
    if len(text) != 1:
        raise ValueError("a char is one character")
    return text


def string(literal: str) -> str:
    """A string on one line, with its quotes."""
    return unescaped(literal[1:-1])


def multiline(literal: str) -> str:
    """A string between triple quotes, on lines of their own; the spaces before the last stand before every line."""
    first, *lines = literal[3:-3].replace("\r\n", "\n").split("\n")
    if first or not lines:
        raise ValueError('`"""` begins a string on the next line')
    margin = lines.pop()
    if margin.strip(" "):
        raise ValueError('the closing `"""` stands on a line of its own, behind nothing but spaces')
    for number, line in enumerate(lines, 1):
        if not line.startswith(margin):
            raise ValueError(f'line {number} of the string begins with fewer spaces than the closing `"""`')
    return unescaped("\n".join([line[len(margin) :] for line in lines]))


def quoted(text: str, quote: str) -> str:
    """``text`` between quotes; what no terminal should get to see is escaped."""
    return f"{quote}{''.join([escape(c, quote) for c in text])}{quote}"


def escape(c: str, quote: str) -> str:
    if c == quote:
        return "\\" + c
    if c in ESCAPES:
        return ESCAPES[c]
    return c if c.isprintable() else f"\\u{{{ord(c):x}}}"


# ---- numbers ----------------------------------------------------------------------------------------------------

RANGES = {
    kind: (-(1 << width - 1), (1 << width - 1) - 1) if kind.value[0] == "s" else (0, (1 << width) - 1)
    for kind in Kind
    if kind.value[0] in "us"
    for width in (int(kind.value[1:]),)
}
MOST_DIGITS = 20


def integer(literal: str, kind: Kind) -> int:
    low, high = RANGES[kind]
    if not literal.removeprefix("-").isdecimal():
        raise ValueError(f"`{literal}` is no whole number")
    value = int(literal) if len(literal) <= MOST_DIGITS + 1 else high + 1
    if not low <= value <= high:
        raise ValueError(f"{kind.value} goes from {low} to {high}")
    return value


def floating(literal: str, kind: Kind) -> float:
    """The nearest value of the type, which is infinity where the number is too large (IEEE 754)."""
    value = float(literal)
    return nearest(value) if kind is Kind.F32 else value


def nearest(value: float) -> float:
    """``value`` as an f32."""
    try:
        single: float = unpack("<f", pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return single


def float_text(value: float, kind: Kind) -> str:
    """The shortest decimal that reads back the same; whole numbers have no point."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    mantissa, exponent, power = repr(shortest(nearest(value)) if kind is Kind.F32 else float(value)).partition("e")
    return f"{mantissa}e{int(power)}" if exponent else mantissa.removesuffix(".0")


def shortest(value: float) -> float:
    """Of all numbers whose nearest f32 is ``value`` the one with the fewest digits."""
    candidates = [float(f"{value:.{digits}g}") for digits in range(1, 10)]
    return next(it for it in candidates if nearest(it) == value)
