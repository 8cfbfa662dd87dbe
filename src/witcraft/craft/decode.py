"""WIT out of a binary: a package, a component, or a core module with worlds embedded in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from witcraft import binary
from witcraft.binary.sections import Layer
from witcraft.component import tree
from witcraft.craft.declared import full_name
from witcraft.craft.imported import imported
from witcraft.craft.library import Library
from witcraft.craft.metadata import embedded
from witcraft.craft.said import Said
from witcraft.craft.unpack import of_customs, package
from witcraft.craft.uses import with_uses
from witcraft.errors import ComponentError
from witcraft.model.package import PackageName, Packages
from witcraft.model.types import TypeDef
from witcraft.model.world import (
    ComponentItem,
    CoreModule,
    Function,
    Interface,
    NamedResource,
    Statement,
    World,
    WorldItem,
    extern_name,
)
from witcraft.resolve import resolve
from witcraft.resolve.docs import INTERFACE_DOCS
from witcraft.resolve.features import ALL

COMPONENT = PackageName("root", "component")
WORLD = "root"

NO_NAME = tree.ExternName("")  # of a type that is used, which the binary does not have


def decode(data: bytes | memoryview) -> Packages:
    """The WIT in a binary, whichever kind it is.

    A finished component has world ``root`` of package ``root:component``; of a core module it is what is embedded.
    Raises ``ComponentError`` for what is invalid, holds no WIT, or imports and exports what WIT cannot say.
    """
    if is_module(data):
        found = embedded(binary.read_module(data))
        if found is None:
            raise ComponentError("no world is embedded in this core module", 0)
        return found.packages
    component = binary.read(data)
    return package(component) or finished(component)


def is_module(data: bytes | memoryview) -> bool:
    version, layer = Layer.MODULE.value
    return bytes(data[:8]) == b"\0asm" + bytes([version, 0, layer, 0])


def finished(component: tree.Component) -> Packages:
    """What a component wants and gives that does something; core modules and components among it are left out."""
    found = with_uses(resolve(component, ALL).world)
    said = of_customs(component.customs).world(WORLD)
    ins, outs = Side("import", component, said), Side("export", component, said)
    imports, import_statements = ins.items(found.imports)
    exports, export_statements = outs.items(found.exports)
    library = Library(ins.replaced)
    for interface in imported(component, of_customs(component.customs, INTERFACE_DOCS).interface):
        library.interface(interface)
    library.world(
        COMPONENT,
        World(
            WORLD,
            imports,
            exports,
            found.docs,
            import_statements=import_statements,
            export_statements=export_statements,
        ),
    )
    return library.freeze(COMPONENT)


class Side:
    """What the world of a component does not have: attributes of names, and what is said of imports and exports."""

    def __init__(self, side: str, component: tree.Component, said: Said) -> None:
        self.side, self.said = side, said
        self.interfaces = of_customs(component.customs, INTERFACE_DOCS)
        self.replaced: dict[TypeDef, TypeDef] = {}
        self.names: dict[str, tree.ExternName] = {}
        for item in component.definitions:
            if isinstance(item, tree.Import if side == "import" else tree.Export):
                self.names[item.name.name] = item.name

    def items(self, found: Iterable[WorldItem]) -> tuple[tuple[WorldItem, ...], dict[str, Statement]]:
        kept = [item for item in found if not isinstance(item, CoreModule | ComponentItem)]
        names = [self.names[item.name] for item in kept if isinstance(item, Interface)]
        return tuple([self.item(item) for item in kept]), {full_name(name): self.statement(name) for name in names}

    def item(self, item: WorldItem) -> WorldItem:
        name = self.names.get(extern_name(item), NO_NAME)
        match item:
            case Interface():
                return self.interface(item, name)
            case TypeDef() if name.external_id is not None:
                return self.replaced.setdefault(item, replace(item, external_id=name.external_id))
            case Function() | NamedResource() if name.external_id is not None:
                return replace(item, external_id=name.external_id)
            case _:
                return item

    def interface(self, item: Interface, name: tree.ExternName) -> Interface:
        full, origin = full_name(name), name.implements or ""
        if ":" not in (origin or full):
            return replace(item, name=full)
        docs, stability = self.interfaces.interface(origin or full).itself()
        return replace(item, name=full, implements=origin, docs=docs, stability=stability)

    def statement(self, name: tree.ExternName) -> Statement:
        return replace(self.said.statement(full_name(name), self.side), external_id=name.external_id)
