"""Breaks components: bytes of binaries, and words of texts, which stay nearly right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

# ---- binaries ---------------------------------------------------------------------------------------------------

HEADER = 8
BYTES = (0, 1, 2, 0x3F, 0x40, 0x41, 0x7F, 0x80, 0xFF)


def damaged(data: bytes, others: Sequence[bytes], lot: Random) -> bytes:
    found = bytearray(data)
    for _ in range(lot.choice((1, 1, 1, 2, 3))):
        if len(found) > HEADER:
            lot.choices(ON_BYTES, WEIGHTS)[0](found, others, lot)
    return bytes(found)


def change(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    at = lot.randrange(HEADER, len(data))
    near = (data[at] + lot.choice((-1, 1))) & 0xFF
    data[at] = lot.choice(
        (near, data[at] ^ 1 << lot.randrange(8), lot.randrange(256), lot.randrange(16), lot.choice(BYTES))
    )


def repeat(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    """A byte of somewhere else in it: most likely one that means something."""
    data[lot.randrange(HEADER, len(data))] = data[lot.randrange(HEADER, len(data))]


def swap(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    one, other = lot.randrange(HEADER, len(data)), lot.randrange(HEADER, len(data))
    data[one], data[other] = data[other], data[one]


def cut(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    at = lot.randrange(HEADER, len(data))
    del data[at : at + lot.choice((1, 1, 2, 8, len(data)))]


def insert(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    at = lot.randrange(HEADER, len(data) + 1)
    data[at:at] = lot.choice(
        (bytes([lot.choice(BYTES)]), b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x80\x00", data[at : at + 8])
    )


def move_section(data: bytearray, others: Sequence[bytes], lot: Random) -> None:
    """One section is left out, put in twice, or put elsewhere; or one of another component comes in."""
    own = sections(data)
    if not own:
        return
    taken = own.pop(lot.randrange(len(own)))
    match lot.randrange(4):
        case 0:
            own.insert(lot.randrange(len(own) + 1), taken)
        case 1:
            own += [taken, taken]
        case 2:
            own.insert(lot.randrange(len(own) + 1), lot.choice(sections(lot.choice(others)) or [taken]))
    data[HEADER:] = b"".join(own)


ON_BYTES: tuple[Callable[[bytearray, Sequence[bytes], Random], None], ...]
ON_BYTES = (change, repeat, swap, cut, insert, move_section)
WEIGHTS = (8, 4, 2, 1, 1, 3)


def sections(data: bytes | bytearray) -> list[bytes]:
    """The sections at the top, as far as they can be told apart."""
    found, at = list[bytes](), HEADER
    while at < len(data):
        size = shift = 0
        end = at + 1
        while end < len(data):
            byte = data[end]
            size, shift, end = size | (byte & 0x7F) << shift, shift + 7, end + 1
            if byte < 0x80:
                break
        found.append(bytes(data[at : end + size]))
        at = end + size
    return found


# ---- texts ------------------------------------------------------------------------------------------------------

TOKEN = re.compile(r';;[^\n]*|\(;.*?;\)|[()]|"(?:[^"\\]|\\.)*"|[^\s()";]+', re.DOTALL)
NUMBERS = ("0", "1", "2", "3", "7", "4294967295")
NAMES = (
    '"a"', '"A"', '"a-b"', '"a:b/c"', '"a:b/c@1.0.0"', '"[method]a.b"', '"[static]a.b"', '"[constructor]a"', '""', '"a_b"',
    '"f"', '"x"', '"1"', '"a-1"', '"a1"', '"[method]a.a"', '"a:b/c@1"', '"[get]a"', '"[set]a"', '"url=<a>"', '"A:b/c"',
)  # fmt: skip
WORDS = (
    "u8", "s64", "string", "f32", "char", "bool", "func", "type", "instance", "component", "value", "core", "module",
    "own", "borrow", "list", "option", "stream", "future", "async", "i32", "i64", "shared", "eq", "sub", "resource",
)  # fmt: skip

Tokens = list[str]


def reworded(text: str, others: Sequence[str], lot: Random) -> str:
    tokens = tokens_of(text)
    for _ in range(lot.choice((1, 1, 1, 2, 3))):
        lot.choices(ON_TOKENS, TOKEN_WEIGHTS)[0](tokens, others, lot)
    return " ".join(tokens)


def tokens_of(text: str) -> Tokens:
    return [token for token in TOKEN.findall(text) if not token.startswith((";;", "(;"))]


def leave_out(tokens: Tokens, others: Sequence[str], lot: Random) -> None:
    start, end = part(tokens, lot)
    del tokens[start:end]


def double(tokens: Tokens, others: Sequence[str], lot: Random) -> None:
    """A part stands twice, names and all; or comes again later."""
    start, end = part(tokens, lot)
    at = lot.choice((end, part(tokens, lot)[0]))
    tokens[at:at] = tokens[start:end]


def exchange(tokens: Tokens, others: Sequence[str], lot: Random) -> None:
    """A part for one of the same kind, out of this text or another."""
    start, end = part(tokens, lot)
    source = tokens_of(lot.choice(others)) if lot.random() < 0.5 else tokens
    head = tokens[start : start + 2]
    alike = [at for at in range(1, len(source)) if source[at : at + 2] == head]
    if alike:
        at = lot.choice(alike)
        tokens[start:end] = source[at : closing(source, at)]


def rename(tokens: Tokens, others: Sequence[str], lot: Random) -> None:
    """A name, number or word for another, mostly one that stands there already."""
    at = lot.randrange(len(tokens))
    token = tokens[at]
    if token in "()":
        return
    alike = [other for other in tokens if kind(other) == kind(token)]
    tokens[at] = lot.choice(lot.choice((alike, alike, BY_KIND[kind(token)])))


def part(tokens: Tokens, lot: Random) -> tuple[int, int]:
    """Start and end of something in brackets, but not of the whole."""
    starts = [at for at in range(1, len(tokens)) if tokens[at] == "("]
    if not starts:
        return len(tokens) - 1, len(tokens) - 1
    start = lot.choice(starts)
    return start, closing(tokens, start)


def closing(tokens: Tokens, start: int) -> int:
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        if depth == 0:
            return at + 1
    return len(tokens)


def kind(token: str) -> str:
    return "name" if token[0] == '"' else "$" if token[0] == "$" else "number" if token[0].isdigit() else "word"


BY_KIND = {"name": NAMES, "$": NUMBERS, "number": NUMBERS, "word": WORDS}
ON_TOKENS: tuple[Callable[[Tokens, Sequence[str], Random], None], ...] = (leave_out, double, exchange, rename)
TOKEN_WEIGHTS = (2, 2, 4, 6)
