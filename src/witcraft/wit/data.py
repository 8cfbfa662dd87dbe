"""Packages as data for JSON, in the shape of wasm-tools: worlds, interfaces, types and packages, each with a number.

The numbers are those of wasm-tools: types stand before who mentions them, interface by interface, then world by world;
a type without a name is there once in a package, a handle is made when it is first met, and what ``include`` copies
comes at the end of its world's package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from witcraft.model.package import Package, Packages, label
from witcraft.model.types import NO_DOCS, TypeDef
from witcraft.model.world import (
    Function,
    Interface,
    NamedResource,
    Statement,
    World,
    WorldItem,
    Written,
    extern_name,
)
from witcraft.wit.nodes import Arenas, Json, Names, Pool, docs_json, notes_json


def data(packages: Packages) -> Json:
    """All of ``packages``, as ``json.dumps`` can print it."""
    arenas = Arenas()
    for number, package in enumerate(packages.all):
        Numbering(arenas, package, number).run()
    return {
        "worlds": arenas.worlds,
        "interfaces": arenas.interfaces,
        "types": arenas.types,
        "packages": arenas.packages,
    }


# ---- packages ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Numbering:
    """Numbers all of one package, those before it being done."""

    arenas: Arenas
    package: Package
    number: int
    names: dict[int, Names] = field(default_factory=dict)  # by the `id` of an interface or a world

    def run(self) -> None:
        pool = Pool(self.arenas, at_once=False)
        package = self.package
        first = len(self.arenas.worlds)
        numbers = {id(world): first + number for number, world in enumerate(package.worlds)}
        interfaces = [*package.interfaces, *[i for world in package.worlds for i in inline(world)]]
        for interface in package.interfaces:
            self.meet_interface(interface, pool, interfaces)
        for world in package.worlds:
            self.meet_world(world, numbers[id(world)], pool, interfaces)
        pool.place_all()
        for interface in interfaces:
            self.add_interface(interface)
        items = {id(world): self.own_functions(world) for world in package.worlds}
        for world in package.worlds:
            self.copies(world, numbers[id(world)], items[id(world)])
        for world in package.worlds:
            self.arenas.worlds.append(self.world(world, items[id(world)]))
        self.arenas.packages.append(
            {
                "name": str(package.name),
                **docs_json(package.docs),
                "interfaces": {label(i.name): self.arenas.numbers[i.name] for i in package.interfaces},
                "worlds": {world.name: numbers[id(world)] for world in package.worlds},
            }
        )

    def meet_interface(self, interface: Interface, pool: Pool, among: Sequence[Interface]) -> None:
        number = len(self.arenas.interfaces) + next(n for n, i in enumerate(among) if i is interface)
        names = self.names[id(interface)] = Names(pool, {"interface": number})
        for item in interface.types:
            names.define(item)
        for function in interface.functions:
            names.meet(function)

    def meet_world(self, world: World, number: int, pool: Pool, interfaces: Sequence[Interface]) -> None:
        names = self.names[id(world)] = Names(pool, {"world": number})
        for _, item in own_items(world):
            match item:
                case TypeDef() | NamedResource():
                    names.define(item)
                case Function():
                    names.meet(item)
                case Interface() if is_inline(item):
                    self.meet_interface(item, pool, interfaces)
                case _:
                    pass

    def add_interface(self, interface: Interface) -> None:
        number = len(self.arenas.interfaces)
        names = self.names[id(interface)]
        full = ":" in interface.name
        if full:
            self.arenas.numbers[interface.name] = number
        self.arenas.interfaces.append(
            {
                "name": label(interface.name) if full else None,
                "types": {item.name: names.by_name[item.name].number for item in interface.types},
                "functions": {f.extern_name: names.function(f) for f in interface.functions},
                **notes_json(interface.docs, interface.stability),
                "package": self.number,
                **self.clone_of(interface),
            }
        )
        self.arenas.numbers[f"inline {id(interface)}"] = number

    def clone_of(self, interface: Interface) -> Json:
        if interface.copy_of is None:
            return {}
        return {"clone_of": self.arenas.numbers[f"inline {id(interface.copy_of)}"]}

    # ---- worlds -------------------------------------------------------------------------------------------------

    def own_functions(self, world: World) -> dict[tuple[str, str], Json]:
        """Functions of the world itself, imports first, by side and extern name."""
        names = self.names[id(world)]
        found: dict[tuple[str, str], Json] = {}
        for wanted in ("import", "export"):
            for side, item in own_items(world):
                if isinstance(item, Function) and side == wanted:
                    found[side, item.extern_name] = names.function(item)
        return found

    def copies(self, world: World, number: int, functions: dict[tuple[str, str], Json]) -> None:
        """What came by ``include``: types of each one stand for themselves."""
        names = self.names[id(world)]
        include = 0
        for written, item in included_items(world):
            if written.include != include:
                include = written.include
                pool = Pool(self.arenas, at_once=True)
                names = Names(pool, {"world": number}, names.by_name, names.first)
            match item:
                case TypeDef() | NamedResource():
                    names.define(item)
                case Function():
                    functions[written.side, item.extern_name] = names.function(item)
                case Interface() if is_inline(item):
                    self.meet_interface(item, names.pool, [item])
                    self.add_interface(item)
                case _:
                    pass

    def world(self, world: World, functions: Mapping[tuple[str, str], Json]) -> Json:
        def items(side: str, found: Sequence[WorldItem], statements: Mapping[str, Statement]) -> Json:
            return dict([self.item(side, item, statements, functions) for item in found])

        return {
            "name": world.name,
            "imports": items("import", world.imports, world.import_statements),
            "exports": items("export", world.exports, world.export_statements),
            "package": self.number,
            **notes_json(world.docs, world.stability),
        }

    def item(
        self,
        side: str,
        item: WorldItem,
        statements: Mapping[str, Statement],
        functions: Mapping[tuple[str, str], Json],
    ) -> tuple[str, Json]:
        match item:
            case Interface():
                says = statements.get(item.name) or Statement()
                number = self.interface_number(item)
                key = f"interface-{number}" if ":" in item.name else item.name
                notes = notes_json(NO_DOCS, says.stability, says.external_id) | docs_json(says.docs)
                return key, {"interface": {"id": number, **notes}}
            case TypeDef() | NamedResource():
                return item.name, {"type": self.arenas.nodes[id(item)].number}
            case Function():
                return item.extern_name, {"function": functions[side, item.extern_name]}
            case _:
                raise AssertionError(item)  # no WIT says these

    def interface_number(self, interface: Interface) -> int:
        if is_inline(interface):
            return self.arenas.numbers[f"inline {id(interface)}"]
        return self.arenas.numbers[interface.implements or interface.name]


def is_inline(interface: Interface) -> bool:
    return not interface.implements and ":" not in interface.name


def statements(world: World) -> list[tuple[Written, WorldItem]]:
    """All that is written, with what it became; a world that comes from a binary has its items in their own order."""
    sides = {"import": world.imports, "export": world.exports}
    by_name = {(side, extern_name(item)): item for side, items in sides.items() for item in items}
    written = world.written or tuple([Written(side, name) for side, name in by_name])
    found = []
    for statement in written:
        item = by_name.get(("import" if statement.side == "type" else statement.side, statement.name))
        if item is not None:
            found.append((statement, item))
    return found


def own_items(world: World) -> list[tuple[str, WorldItem]]:
    found = [(statement.side, item) for statement, item in statements(world) if not statement.include]
    return [("import" if side == "type" else side, item) for side, item in found]


def included_items(world: World) -> list[tuple[Written, WorldItem]]:
    return [(statement, item) for statement, item in statements(world) if statement.include]


def inline(world: World) -> list[Interface]:
    return [item for _, item in own_items(world) if isinstance(item, Interface) and is_inline(item)]
