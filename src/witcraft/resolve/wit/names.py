"""What names mean: in an interface or a world, in a package, between packages."""

from __future__ import annotations

from dataclasses import dataclass, field

from witcraft.errors import Place
from witcraft.model.package import Package, PackageName, label
from witcraft.model.types import Resource, TypeDef
from witcraft.model.world import Interface, NamedResource, World

Named = TypeDef | NamedResource


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for. ``item`` is None after a mistake, which was reported; ``closed`` is a feature, or ""."""

    item: Named | None
    closed: str = ""
    place: Place | None = None


@dataclass(slots=True)
class Scope:
    """The names of an interface or of a world: ``owner`` as in `TypeDef.owner`, ``title`` for messages."""

    owner: str
    title: str
    types: dict[str, Entry] = field(default_factory=dict)
    functions: dict[str, Place | None] = field(default_factory=dict)  # by name without case
    first: dict[Resource, str] = field(default_factory=dict)  # the first open name of each resource
    folded: dict[str, Entry] = field(default_factory=dict)  # types by name without case

    def define(self, name: str, entry: Entry) -> None:
        self.types[name] = entry
        self.folded[name.lower()] = entry
        if isinstance(entry.item, NamedResource) and not entry.closed:
            self.first.setdefault(entry.item.resource, name)

    def open_types(self) -> tuple[Named, ...]:
        return tuple([entry.item for entry in self.types.values() if entry.item is not None and not entry.closed])


@dataclass(slots=True)
class InterfaceEntry:
    """``interface`` is None where a feature closes it, or before it is resolved."""

    scope: Scope
    interface: Interface | None = None
    closed: str = ""


@dataclass(slots=True)
class WorldEntry:
    world: World | None = None
    closed: str = ""


@dataclass(slots=True)
class Contents:
    """All that a package holds, what is closed included."""

    name: PackageName
    interfaces: dict[str, InterfaceEntry] = field(default_factory=dict)
    worlds: dict[str, WorldEntry] = field(default_factory=dict)


def contents(package: Package) -> Contents:
    """Of a package that comes resolved."""
    found = Contents(package.name)
    for interface in package.interfaces:
        scope = Scope(interface.name, f"interface `{label(interface.name)}`")
        for item in interface.types:
            scope.define(item.name, Entry(item))
        scope.functions = {function.extern_name.lower(): None for function in interface.functions}
        found.interfaces[label(interface.name)] = InterfaceEntry(scope, interface)
    for world in package.worlds:
        found.worlds[world.name] = WorldEntry(world)
    return found
