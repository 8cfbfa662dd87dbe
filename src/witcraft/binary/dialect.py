"""Two productions that specification and tools write differently.

``thread.spawn-*`` and ``thread.available-parallelism`` have a ``shared`` flag in Binary.md, and none in what
``wasm-tools`` writes; the type of a value import has a bound there (``eq`` or a type), and is a bare type here.
Neither can be told by its bytes alone, but a section has a size: it is read by the specification, and where
that fails and such a production was met, as the tools write it. Both features are gated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from witcraft.binary.cursor import Cursor
from witcraft.errors import ComponentError

T = TypeVar("T")


def fork(cursor: Cursor) -> bool:
    """Called where the forms part; true when the older one is to be read."""
    cursor.forked = True
    return cursor.older


def either(section: Cursor, read: Callable[[Cursor], T]) -> T:
    """``read`` of a section's first byte on, by the specification or else as the tools write it."""
    depth = section.depth
    try:
        return read(section)
    except ComponentError:
        if not section.forked:
            raise
        older = Cursor(section.data, section.base, section.title, depth)
        older.older = True
        try:
            return read(older)
        except ComponentError:
            pass  # neither: what the specification has to say is the better error
        raise
