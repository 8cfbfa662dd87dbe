"""Component binaries put together from bytes, for what no assembler writes: older forms, gated ones, broken ones."""

from __future__ import annotations

MAGIC = b"\0asm"
COMPONENT = MAGIC + b"\x0d\0\x01\0"
MODULE = MAGIC + b"\x01\0\0\0"


def u32(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + u32(rest) if rest else bytes([low])


def name(text: str) -> bytes:
    return u32(len(text.encode())) + text.encode()


def vec(*items: bytes) -> bytes:
    return u32(len(items)) + b"".join(items)


def section(code: int, contents: bytes) -> bytes:
    return bytes([code]) + u32(len(contents)) + contents


def custom(title: str, contents: bytes) -> bytes:
    return section(0, name(title) + contents)


def component(*sections: bytes) -> bytes:
    return COMPONENT + b"".join(sections)


def module(*sections: bytes) -> bytes:
    return MODULE + b"".join(sections)
