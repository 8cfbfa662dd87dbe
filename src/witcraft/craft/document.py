"""Documentation of a component out of WIT: as the sections that it could have had from the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witcraft import binary
from witcraft.component import tree
from witcraft.core.tree import Custom
from witcraft.craft import docs
from witcraft.craft.choice import choose
from witcraft.craft.declared import full_name
from witcraft.craft.mangling import track
from witcraft.craft.package import custom
from witcraft.encode.component import section_chunks
from witcraft.model.package import Packages
from witcraft.model.world import World, extern_name
from witcraft.resolve.docs import INTERFACE_DOCS

ROOT = "root"
"""What the world of a finished component is called."""

IMPORTS = ("interfaces", "types", "funcs", "interface_import_stability", "interface_import_docs")
EXPORTS = ("interface_exports", "func_exports", "interface_export_stability", "interface_export_docs")


@dataclass(frozen=True, slots=True)
class Borders:
    """The names of what a component imports and exports."""

    imports: frozenset[str]
    exports: frozenset[str]
    interfaces: frozenset[str]


def document(data: bytes, packages: Packages, world: str | None = None) -> bytes:
    """The component with what ``packages`` say of its world and its interfaces in custom sections at its end.

    ``world``: the name of its world, by default the one in the root package that has most in common with it. A section
    that is there already is left alone. Raises ``ComponentError`` if it is no component.
    """
    component = binary.read(data)
    there = {section.name for section in component.customs}
    new = [section for section in sections(component, packages, world) if section.name not in there]
    return b"".join([data, *section_chunks((), new)])


def sections(component: tree.Component, packages: Packages, world: str | None = None) -> list[Custom]:
    """Custom sections that document the component: ``package-docs`` for its world, as all tools read it, and

    ``witcraft-docs`` for interfaces. Nothing is in there that the component has not, since some tools refuse that.
    """
    borders = borders_of(component)
    found = choose(packages, world) if world is not None else most_alike(packages, borders)
    said = {} if found is None else of_root(docs.of_world(found), borders)
    interfaces = of_interfaces(packages, borders)
    parts = (
        (docs.PACKAGE_DOCS, {"worlds": {ROOT: said}}, said),
        (INTERFACE_DOCS, {"interfaces": interfaces}, interfaces),
    )
    return [custom(name, docs.section(contents)) for name, contents, told in parts if told]


def borders_of(component: tree.Component) -> Borders:
    imports = [item.name for item in component.definitions if isinstance(item, tree.Import)]
    exports = [item.name for item in component.definitions if isinstance(item, tree.Export)]
    names = [name.implements or full_name(name) for name in (*imports, *exports)]
    return Borders(
        frozenset(map(full_name, imports)), frozenset(map(full_name, exports)), frozenset(n for n in names if ":" in n)
    )


def most_alike(packages: Packages, borders: Borders) -> World | None:
    """Names that both have count for it, names that only the component has against it."""

    def score(world: World) -> int:
        imports, exports = (frozenset(map(extern_name, items)) for items in (world.imports, world.exports))
        return len(imports & borders.imports) + len(exports & borders.exports) - len(borders.exports - exports)

    return max(packages.root.worlds, key=score, default=None)


def of_root(said: docs.Json, borders: Borders) -> docs.Json:
    """Without what the component does not import or export."""
    sides = {**dict.fromkeys(IMPORTS, borders.imports), **dict.fromkeys(EXPORTS, borders.exports)}
    parts = {key: kept(value, sides[key]) if key in sides else value for key, value in said.items()}
    return docs.telling(**parts)


def kept(said: Mapping[str, object], names: frozenset[str]) -> docs.Json:
    return {name: value for name, value in said.items() if name in names}


def of_interfaces(packages: Packages, borders: Borders) -> docs.Json:
    """By the names that the component has for them; another version does where it is compatible."""
    found = [interface for package in packages for interface in package.interfaces]
    exact = {interface.name: interface for interface in found}
    alike = {track(interface.name): interface for interface in found}
    chosen = {name: exact.get(name) or alike.get(track(name)) for name in sorted(borders.interfaces)}
    return docs.mapping([(name, docs.of_interface(it)) for name, it in chosen.items() if it is not None])
