"""The ``producers`` custom section: what made a binary (tool-conventions, "Producers Section")."""

from __future__ import annotations

from collections.abc import Iterable

import witcraft
from witcraft.core.encode import text, u, vector
from witcraft.core.tree import Producer

SELF = Producer("processed-by", "witcraft", witcraft.__version__)


def producers(found: Iterable[Producer] = (SELF,)) -> bytes:
    """The contents of the section: each field once, in the order of its first line."""
    fields: dict[str, list[Producer]] = {}
    for line in found:
        fields.setdefault(line.field, []).append(line)
    parts = [
        text(field) + vector(lines, lambda it: text(it.name) + text(it.version)) for field, lines in fields.items()
    ]
    return u(len(parts)) + b"".join(parts)
