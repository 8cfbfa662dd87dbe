"""A world put into a core module: the first half of making a component."""

from __future__ import annotations

from collections.abc import Iterable

from witcraft import binary
from witcraft.component.tree import StringEncoding
from witcraft.core.tree import Producer
from witcraft.craft.metadata import SECTION, metadata
from witcraft.craft.package import custom
from witcraft.encode.component import section_chunks
from witcraft.model.world import World


def embed(
    module: bytes | memoryview,
    world: World,
    encoding: StringEncoding = StringEncoding.UTF8,
    made_by: Iterable[Producer] = (),
    about: str = "",
) -> bytes:
    """The core module with ``world`` in a custom section at its end, beside those that it has.

    ``encoding``: of the strings in its memory; ``made_by`` and ``about`` as for `metadata`. Raises ``ComponentError``
    if it is no core module.
    """
    binary.read_module(module)
    section = custom(SECTION, metadata(world, encoding, made_by, about))
    return b"".join([module, *section_chunks((), (section,))])
