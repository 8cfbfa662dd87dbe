"""A world embedded in a core module: custom sections whose names begin with ``component-type``.

Each holds a component that exports one type, the world. ``wit-component-encoding`` has the version of that form and the
encoding of strings. Several sections make one world together. Documentation stands in two more: ``package-docs`` for
the world, and for interfaces by their full names one that only witcraft knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from witcraft.binary.component import read_component
from witcraft.binary.cursor import Cursor
from witcraft.component import tree
from witcraft.component.tree import StringEncoding
from witcraft.core.tree import Custom, Module, Producer
from witcraft.craft import docs
from witcraft.craft.library import Library, MergeError, is_named
from witcraft.craft.package import custom, wrapped
from witcraft.craft.producers import SELF, producers
from witcraft.craft.scope import NO_OFFSET
from witcraft.craft.unpack import exported, package, shelve_world
from witcraft.encode.component import section_chunks
from witcraft.encode.sections import PREAMBLE
from witcraft.errors import ComponentError
from witcraft.model.package import PackageName, Packages
from witcraft.model.world import Function, Interface, World
from witcraft.resolve import resolve
from witcraft.resolve.docs import INTERFACE_DOCS
from witcraft.resolve.features import ALL
from witcraft.words import InterfaceName

SECTION = "component-type"
ENCODING = "wit-component-encoding"
VERSION = 4
OLDER_VERSION = 3
ENCODINGS = (StringEncoding.UTF8, StringEncoding.UTF16, StringEncoding.COMPACT)

MERGED = PackageName("root", "root")


# ---- writing -----------------------------------------------------------------------------------------------------


def metadata(
    world: World,
    encoding: StringEncoding = StringEncoding.UTF8,
    made_by: Iterable[Producer] = (),
    about: str = "",
) -> bytes:
    """The contents of the section: a component.

    ``made_by``: what is to be said beside witcraft; ``about``: the documentation of the world's package.
    """
    package_name, at, version = world.package.partition("@")
    type_ = wrapped(f"{package_name}/{world.name}{at}{version}", world)
    item = tree.SortIndex(tree.Sort.TYPE, 0)
    definitions = (
        tree.TypeDef(type_, NO_OFFSET),
        tree.Export(tree.ExternName(world.name), item, None, NO_OFFSET),
    )
    first = custom(ENCODING, bytes([VERSION, ENCODINGS.index(encoding)]))
    last = (*documentation(world, about), custom("producers", producers((SELF, *made_by))))
    return b"".join([PREAMBLE, *section_chunks((), (first,)), *section_chunks(definitions, last)])


def documentation(world: World, about: str) -> list[Custom]:
    """Sections that document the world and its interfaces; none, where nothing is said."""
    package = docs.telling(docs=about, worlds=docs.mapping([(world.name, docs.of_world(world))]))
    interfaces = docs.mapping([(it.implements or it.name, docs.of_interface(it)) for it in named_interfaces(world)])
    parts = ((docs.PACKAGE_DOCS, package), (INTERFACE_DOCS, docs.telling(interfaces=interfaces)))
    return [custom(name, docs.section(said)) for name, said in parts if said]


def named_interfaces(world: World) -> list[Interface]:
    return [it for it in (*world.imports, *world.exports) if isinstance(it, Interface) and is_named(it)]


# ---- reading -----------------------------------------------------------------------------------------------------

Encodings = Mapping[tuple[str, str], StringEncoding]
"""By the interface, without its version, or "" for the world itself, and the extern name of the function."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the sections of a module say together. ``world`` is one of ``packages.root``."""

    packages: Packages
    world: World
    encodings: Encodings
    producers: tuple[Producer, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one section says."""

    packages: Packages
    world: World
    encoding: StringEncoding
    producers: tuple[Producer, ...]


def embedded(module: Module) -> Metadata | None:
    """The world in ``module``; None if there is none. Several become world ``root`` of package ``root:root``.

    Raises ``ComponentError`` with the offset in the module, and ``MergeError`` where sections contradict each other.
    """
    parts = [read(section) for section in sections(module)]
    if not parts:
        return None
    packages = parts[0].packages if len(parts) == 1 else merged(parts)
    world = packages.root.worlds[0] if len(parts) > 1 else parts[0].world
    lines = dict.fromkeys([line for part in parts for line in part.producers])
    return Metadata(packages, world, all_encodings(parts), tuple(lines))


def sections(module: Module) -> list[Custom]:
    return [section for section in module.customs if section.name.startswith(SECTION)]


def read(section: Custom) -> Part:
    cursor = Cursor(section.data, section.offset, f"the section {section.name}")
    try:
        return older(cursor) if cursor.peek("its first byte") == OLDER_VERSION else current(cursor)
    except ComponentError as error:
        error.enclose(f"custom section {section.name}")
        raise


def current(cursor: Cursor) -> Part:
    component = read_component(cursor)
    resolve(component, ALL)
    templates = exported(component)
    library = Library()
    if len(templates) != 1:
        raise cursor.error(f"one world is to be exported here, not {len(templates)}", 0)
    name, label = shelve_world(library, templates[0], component.customs)
    packages = library.freeze(name)
    world = packages.root.world(label)
    assert world is not None
    return Part(packages, world, encoding_of(component), component.producers)


def encoding_of(component: tree.Component) -> StringEncoding:
    found = [section for section in component.customs if section.name == ENCODING]
    if not found:
        raise ComponentError(f"the section {ENCODING} is not there", component.offset)
    data, offset = bytes(found[-1].data), found[-1].offset
    if len(data) != 2 or data[0] != VERSION:
        raise ComponentError(f"the section {ENCODING} is of an unknown version", offset)
    return encoding(data[1], offset + 1)


def encoding(code: int, offset: int) -> StringEncoding:
    if code >= len(ENCODINGS):
        raise ComponentError(f"string encoding {code:#x} is unknown", offset)
    return ENCODINGS[code]


def older(cursor: Cursor) -> Part:
    """Version 3: the encoding and the world's name, then a whole package."""
    cursor.byte("a version")
    found = encoding(cursor.byte("a string encoding"), cursor.offset - 1)
    name = cursor.name()
    component = read_component(cursor.part(cursor.left, "a package"))
    packages = package(component)
    world = packages.root.world(name) if packages else None
    if packages is None or world is None:
        raise ComponentError(f"there is no world {name!r} in here", component.offset)
    return Part(packages, world, found, component.producers)


# ---- several -----------------------------------------------------------------------------------------------------


def merged(parts: Sequence[Part]) -> Packages:
    """All that any of the worlds wants and gives."""
    library = Library()
    for part in parts:
        for found in part.packages:
            for interface in found.interfaces:
                library.interface(interface)
    library.union(MERGED, "root", [part.world for part in parts])
    return library.freeze(MERGED)


def all_encodings(parts: Sequence[Part]) -> Encodings:
    found: dict[tuple[str, str], StringEncoding] = {}
    for part in parts:
        for item in (*part.world.imports, *part.world.exports):
            for key in keys(item):
                if found.setdefault(key, part.encoding) is not part.encoding:
                    raise MergeError(f"function {' '.join(key).strip()} has strings of two encodings")
    return found


def keys(item: object) -> list[tuple[str, str]]:
    match item:
        case Function(name):
            return [("", name)]
        case Interface(name, _, functions):
            return [(InterfaceName(name).unversioned, function.extern_name) for function in functions]
        case _:
            return []
