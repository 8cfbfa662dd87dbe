"""A package of WIT out of a component: `package.py` read backwards."""

from __future__ import annotations

from collections.abc import Callable

from witcraft.component import tree
from witcraft.core.tree import Custom
from witcraft.craft import said
from witcraft.craft.declared import Frame, Reader, Template, full_name, unsayable
from witcraft.craft.docs import PACKAGE_DOCS
from witcraft.craft.library import Library, package_of
from witcraft.craft.said import NOTHING, Said
from witcraft.errors import ComponentError
from witcraft.model.package import PackageName, Packages, label
from witcraft.resolve import resolve
from witcraft.resolve.docs import INTERFACE_DOCS
from witcraft.resolve.features import ALL


def package(component: tree.Component) -> Packages | None:
    """The package that the component holds, with what it uses of others; None if it holds none.

    A package is a component that exports component types and does nothing else. Raises ``ComponentError`` where it is
    invalid, or what no text can say.
    """
    if not is_package(component):
        return None
    resolve(component, ALL)
    templates = exported(component)
    name = package_name(templates)
    documentation = of_customs(component.customs)
    library = Library()
    for template in templates:
        shelve(library, template, name, documentation)
    library.shelf(name).docs = documentation.itself().docs
    return library.freeze(name)


def is_package(component: tree.Component) -> bool:
    """Whether it imports nothing and exports component types, and those only."""
    sorts = [item.item.sort for item in component.definitions if isinstance(item, tree.Export)]
    only = all(isinstance(item, tree.TypeDef | tree.Export) for item in component.definitions)
    return only and bool(sorts) and all(sort is tree.Sort.TYPE for sort in sorts)


def exported(component: tree.Component) -> list[Template]:
    """The component types that it exports."""
    frame = Frame("", NOTHING)
    found: list[Template] = []
    for item in component.definitions:
        match item:
            case tree.Export(_, tree.SortIndex(tree.Sort.TYPE, index)):
                template = frame.types[index]
                frame.types.append(template)
                if not isinstance(template, Template):
                    raise unsayable(item, "an exported type that is no component type")
                found.append(template)
            case _:
                frame.declare(item)
    return found


def package_name(templates: list[Template]) -> PackageName:
    """The package of the interface or world that is exported first."""
    for template in templates:
        for item in template.declarations:
            if isinstance(item, tree.ExportDecl):
                return package_of(full_name(item.name))
    raise ComponentError("a package without interfaces and worlds has no name")


def shelve(library: Library, template: Template, name: PackageName, documentation: Said) -> None:
    """Takes in the interfaces and worlds that one component type exports."""
    named = of_package(name, documentation)
    reader = Reader(template, NOTHING, named)
    for interface in (*reader.interfaces("import"), *reader.interfaces("export")):
        library.interface(interface)
    for extern, inner in reader.components.items():
        world = label(extern)
        found = Reader(inner, documentation.world(world), named).world(world, str(name))
        library.world(name, found)


def shelve_world(library: Library, template: Template, customs: tuple[Custom, ...]) -> tuple[PackageName, str]:
    """Takes in the one world that a component type exports; gives its package and label."""
    documentation, interfaces = of_customs(customs), of_customs(customs, INTERFACE_DOCS)
    components = Reader(template, NOTHING, interfaces.interface).components
    for extern, inner in components.items():
        name, world = package_of(extern), label(extern)
        found = Reader(inner, documentation.world(world), interfaces.interface).world(world, str(name))
        library.world(name, found)
        library.shelf(name).docs = documentation.itself().docs
        return name, world
    raise ComponentError("there is no world in here")


def of_package(name: PackageName, documentation: Said) -> Callable[[str], Said]:
    """What a package's documentation says of an interface: only of its own."""

    def named(extern: str) -> Said:
        return documentation.interface(label(extern)) if package_of(extern) == name else NOTHING

    return named


def of_customs(customs: tuple[Custom, ...], name: str = PACKAGE_DOCS) -> Said:
    return next((said.read(bytes(custom.data)) for custom in customs if custom.name == name), NOTHING)
