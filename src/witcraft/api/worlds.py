"""Worlds in binaries: what a component has, documented; embedded in a core module."""

from __future__ import annotations

from witcraft.api.packages import read_wit
from witcraft.api.sources import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Collection
    from typing import Literal, TypeAlias

    from witcraft.api.sources import Source
    from witcraft.model.world import World

    Encoding: TypeAlias = Literal["utf8", "utf16", "compact"]
    Names: TypeAlias = Literal["standard", "legacy"]


def world(source: Source) -> World:
    """What the component imports and exports."""
    from witcraft import binary
    from witcraft.resolve import resolve

    return resolve(binary.read(read(source)[0])).world


def document(
    source: Source,
    wit: str | os.PathLike[str],
    *,
    world: str | None = None,
    features: Collection[str] = ("*",),
) -> bytes:
    """The component with the documentation of the WIT at ``wit`` in custom sections, for all that it has none of yet.

    ``world``: the component's, by default the one in ``wit`` that has most in common with it.
    """
    from witcraft.craft import document as craft

    return craft.document(read(source)[0], read_wit(wit, features), world)


def embed(
    module: Source | None,
    wit: str | os.PathLike[str],
    *,
    world: str | None = None,
    encoding: Encoding = "utf8",
    features: Collection[str] = (),
    dummy: Names = "standard",
) -> bytes:
    """The core module with the world embedded, for a componentizer to make a component of it.

    ``wit`` and ``features`` as for ``wit()``; ``world`` can be left away where there is only one. Without a module it
    is one that fits the world and does nothing, whose names are mangled as ``dummy`` says. ``encoding`` is that of
    strings in the module's memory, "compact" for Latin-1 and UTF-16. Raises ``ComponentError`` if the module is none.
    """
    from witcraft.component.tree import StringEncoding
    from witcraft.craft import embed as craft
    from witcraft.craft.choice import choose
    from witcraft.craft.dummy import dummy_module
    from witcraft.craft.mangling import MANGLINGS

    packages = read_wit(wit, features)
    chosen = choose(packages, world)
    about = next(package.docs.text for package in packages if chosen in package.worlds)
    data = dummy_module(chosen, MANGLINGS[dummy]) if module is None else read(module)[0]
    return craft.embed(data, chosen, StringEncoding[encoding.upper()], about=about)
