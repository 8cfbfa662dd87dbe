"""What has no text: resources, streams, futures live in an instance, and WAVE leaves open how they would be written."""

from __future__ import annotations

from witcraft.model.types import Borrow, ErrorContext, Future, Own, Stream, ValType
from witcraft.model.walk import children


def unwritable(ty: ValType) -> ValType | None:
    """The first part of ``ty`` whose values cannot be written."""
    seen: set[ValType] = set()
    waiting = [ty]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Own | Borrow | Stream | Future | ErrorContext):
            return part
        if part not in seen:
            seen.add(part)
            waiting += reversed(children(part))
    return None
