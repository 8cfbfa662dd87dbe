"""Component trees to their bytes: the mirror of ``binary``, a file a part of the format."""

from __future__ import annotations

from witcraft.component.tree import Component
from witcraft.encode.component import component_chunks


def encode(component: Component) -> bytes:
    """The binary of ``component``: what ``binary.read`` gave comes back as the same bytes, if those were canonical.

    Canonical: integers as short as they can be, no empty section, neighbouring sections of one kind in one, options of
    canonical definitions in the order of ``canon.py``. Core modules and custom sections pass through as views and are
    copied once. Offsets count only in so far as custom sections stand before the definitions with larger ones.
    """
    return b"".join(component_chunks(component))
