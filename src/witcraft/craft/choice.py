"""Which world of a package is meant."""

from __future__ import annotations

from collections.abc import Iterable

from witcraft.errors import WitcraftError
from witcraft.model.package import Package, Packages
from witcraft.model.world import World


def choose(packages: Packages, name: str | None = None) -> World:
    """The world with that label in the root package, or with that full name, version or not, in any.

    Without a name it is the root package's only one. Raises ``WitcraftError``, which lists what there is.
    """
    own = packages.root.worlds
    if name is None:
        found = list(own)
    else:
        found = [world for world in own if world.name == name] or named(packages, name)
    if len(found) == 1:
        return found[0]
    if name is None:
        problem = f"package {packages.root.name} has {len(own) or 'no'} worlds: say which"
    else:
        problem = f"{'several worlds are' if found else 'no world is'} called {name!r}"
    raise WitcraftError(f"{problem}; there {listing(packages)}")


def named(packages: Iterable[Package], name: str) -> list[World]:
    full, _, version = name.partition("@")
    return [
        world
        for package in packages
        for world in package.worlds
        if package.name.extern(world.name) == name
        or (not version and package.name.extern(world.name).partition("@")[0] == full)
    ]


def listing(packages: Packages) -> str:
    names = [world.name for world in packages.root.worlds]
    for package in packages:
        if package is not packages.root:
            names += [package.name.extern(world.name) for world in package.worlds]
    return f"are {', '.join(names)}" if len(names) > 1 else f"is {names[0]}" if names else "is none"
