"""A package of WIT as a component: a type for each interface and world, documentation beside them.

It exports each under its bare label: a component type whose only export is that interface, as an instance, or that
world, as a component, under its full name.
"""

from __future__ import annotations

from witcraft.component import tree
from witcraft.core.tree import Custom
from witcraft.craft import docs
from witcraft.craft.producers import producers
from witcraft.craft.scope import NO_OFFSET
from witcraft.craft.world import interface_type, world_type
from witcraft.encode import encode
from witcraft.model.package import Package, Packages, label
from witcraft.model.world import World


def package_component(packages: Packages, package: Package | None = None) -> bytes:
    """``package``, the root one by default, as a binary; what it uses of other packages is in there as imports.

    Raises ``EmitError`` if it uses what is in none of ``packages``.
    """
    chosen = package or packages.root
    types = [(label(it.name), interface_type(packages, it)) for it in chosen.interfaces]
    types += [(it.name, wrapped(chosen.name.extern(it.name), it)) for it in chosen.worlds]
    definitions: list[tree.Definition] = []
    for index, (name, type_) in enumerate(types):
        item = tree.SortIndex(tree.Sort.TYPE, 2 * index)  # an export adds a type as well
        definitions.append(tree.TypeDef(type_, NO_OFFSET))
        definitions.append(tree.Export(tree.ExternName(name), item, None, NO_OFFSET))
    customs = (custom(docs.PACKAGE_DOCS, docs.section(docs.of_package(chosen))), custom("producers", producers()))
    return encode(tree.Component(memoryview(b""), NO_OFFSET, tuple(definitions), customs))


def wrapped(extern: str, world: World) -> tree.ComponentType:
    """A component type that exports the world's, so that the world has its full name."""
    inner = tree.TypeDef(world_type(world), NO_OFFSET)
    return tree.ComponentType((inner, tree.ExportDecl(tree.ExternName(extern), tree.ComponentExtern(0), NO_OFFSET)))


def custom(name: str, data: bytes) -> Custom:
    return Custom(name, memoryview(data), NO_OFFSET)
