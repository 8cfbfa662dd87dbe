"""Packages as a graph: which interface uses types of which, what worlds import and export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from witcraft.model.package import Package, Packages, label
from witcraft.model.types import Resource, TypeDef
from witcraft.model.world import Interface, NamedResource, Statement, World, WorldItem


@dataclass(frozen=True, slots=True)
class Row:
    """An interface or a world; ``key`` is its extern name, a world's begins with "world "."""

    key: str
    label: str
    is_world: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A package."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """``verb``: "use", "import" or "export"; ``start`` and ``end`` are keys of rows."""

    start: str
    end: str
    verb: str


@dataclass(frozen=True, slots=True)
class Graph:
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def graph(packages: Packages) -> Graph:
    edges = dict.fromkeys(edge for package in packages for edge in edges_of(package))
    return Graph(tuple([box(package) for package in packages]), tuple(edges))


def box(package: Package) -> Box:
    interfaces = [Row(interface.name, label(interface.name)) for interface in package.interfaces]
    worlds = [Row(world_key(package, world), world.name, True) for world in package.worlds]
    return Box(str(package.name), (*interfaces, *worlds))


def world_key(package: Package, world: World) -> str:
    return f"world {package.name.extern(world.name)}"


def edges_of(package: Package) -> Iterator[Edge]:
    for interface in package.interfaces:
        yield from uses(interface.name, interface.name, interface.types)
    for world in package.worlds:
        key = world_key(package, world)
        yield from uses(key, "", world.imports)
        sides = (("import", world.imports, world.import_statements), ("export", world.exports, world.export_statements))
        for verb, items, statements in sides:
            for item in items:
                if isinstance(item, Interface) and statements.get(item.name, Statement()).written:
                    yield from interface_edges(key, verb, item)


def interface_edges(key: str, verb: str, interface: Interface) -> Iterator[Edge]:
    """An inline interface is no row of its own: what it uses, its world uses."""
    if interface.implements or ":" in interface.name:
        yield Edge(key, interface.implements or interface.name, verb)
    else:
        yield from uses(key, interface.name, interface.types)


def uses(key: str, owner: str, types: Iterable[WorldItem]) -> Iterator[Edge]:
    for ty in types:
        used = origin(ty)
        if used not in ("", owner) and ":" in used:
            yield Edge(key, used, "use")


def origin(ty: WorldItem) -> str:
    """The interface that a type is used from; its own when it is defined where it stands."""
    match ty:
        case TypeDef(type=TypeDef(owner=owner)):
            return owner
        case NamedResource(of=NamedResource(owner=owner)) | NamedResource(resource=Resource(owner=owner)):
            return owner
        case _:
            return ""
