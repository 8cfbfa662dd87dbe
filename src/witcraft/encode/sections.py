"""Sections of a component as chunks: what is a view stays one until the whole file is joined.

Component-model Binary.md, "Component Definitions".
"""

from __future__ import annotations

from collections.abc import Sequence

from witcraft.core.encode import u

Chunk = bytes | memoryview
Chunks = list[Chunk]

PREAMBLE = b"\0asm\x0d\0\x01\0"


def section(code: int, contents: Sequence[Chunk]) -> Chunks:
    return [bytes([code]) + u(sum(map(len, contents))), *contents]
