"""A package of text: its interfaces and worlds, each after those that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from witcraft.errors import Diagnostic
from witcraft.model.package import Package, PackageName
from witcraft.model.types import NO_DOCS, Docs
from witcraft.model.world import Interface, World
from witcraft.resolve.wit.draft import Draft
from witcraft.resolve.wit.gates import Gate, Gates
from witcraft.resolve.wit.interface import Definitions
from witcraft.resolve.wit.names import Contents, InterfaceEntry, Scope, WorldEntry
from witcraft.resolve.wit.order import Edge, ordered
from witcraft.resolve.wit.units import Part, Unit
from witcraft.resolve.wit.values import Borrows
from witcraft.resolve.wit.world import WorldMaker
from witcraft.wit import tree
from witcraft.wit.cursor import clipped
from witcraft.wit.source import Report, Source


@dataclass(slots=True)
class Program:
    """What is known while packages are resolved one after the other."""

    features: frozenset[str] | None
    report: Report
    names: list[PackageName]  # of all packages, those that are still to come included
    packages: dict[PackageName, Contents] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)  # by extern name
    borrows: Borrows = field(default_factory=Borrows)


@dataclass(slots=True)
class PackageMaker:
    """``targets`` says what the names of each file mean: an item of this package, or a path elsewhere."""

    unit: Unit
    program: Program
    contents: Contents
    nodes: dict[str, tuple[Part, tree.Interface | tree.World]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)  # names of nodes by their name without case
    targets: dict[int, dict[str, tree.Path]] = field(default_factory=dict)  # by the number of the part
    missing: set[PackageName] = field(default_factory=set)
    part: Part | None = None

    @property
    def report(self) -> Report:
        return self.program.report

    def make(self) -> Package:
        self.collect()
        graph = {name: self.edges(name) for name in self.nodes}
        order, circular = ordered(graph, "interface or world", self.report)
        for part, node in [self.nodes[name] for name in [*order, *circular]]:
            if isinstance(node, tree.Interface):
                self.part = part
                self.make_interface(node, part.source)
        for part, node in [self.nodes[name] for name in [*order, *circular]]:
            if isinstance(node, tree.World):
                self.part = part
                self.make_world(node, part.source)
        interfaces = [entry.interface for entry in self.contents.interfaces.values() if entry.interface is not None]
        worlds = [entry.world for entry in self.contents.worlds.values() if entry.world is not None]
        docs = Docs(self.unit.docs) if self.unit.docs else NO_DOCS
        return Package(self.unit.name, tuple(interfaces), tuple(worlds), docs)

    # ---- names --------------------------------------------------------------------------------------------------

    def collect(self) -> None:
        """Finds all items, each there once in the package, and the names that ``use`` gives to a file."""
        for part in self.unit.parts:
            for item in part.items:
                if not isinstance(item, tree.TopUse):
                    self.collect_item(part, item)
        for part in self.unit.parts:
            self.targets[id(part)] = self.file_names(part)
        for part in self.unit.parts:
            for item in part.items:
                if isinstance(item, tree.TopUse):
                    self.check_top_use(part, item)

    def file_names(self, part: Part) -> dict[str, tree.Path]:
        """What ``use`` gives names to, none of which the file has for something else."""
        names: dict[str, tree.Path] = {}
        first: dict[str, tree.Id] = {}
        for item in part.items:
            name = item.name.name
            if isinstance(item, tree.TopUse):
                names.setdefault(name, item.path)
            if first.setdefault(name, item.name) is not item.name and name in names:
                self.twice(part, item.name, first[name])
        return names

    def collect_item(self, part: Part, item: tree.Interface | tree.World) -> None:
        name = item.name
        first = self.folded.setdefault(name.name.lower(), name.name)
        if first in self.nodes:
            before, node = self.nodes[first]
            note = Diagnostic("the first one is here", before.source.place(node.name.start, node.name.end))
            message = f"package `{self.unit.name}` has two items named `{clipped(name.name)}`"
            self.report.add(message, part.source.place(name.start, name.end), "rename one", (note,))
            return
        self.nodes[name.name] = part, item

    def twice(self, part: Part, name: tree.Id, first: tree.Id) -> None:
        note = Diagnostic("the first one is here", part.source.place(first.start, first.end))
        place = part.source.place(name.start, name.end)
        hint = "give one of them another name, a `use` with `as`"
        self.report.add(f"`{clipped(name.name)}` has two meanings in this file", place, hint, (note,))

    def check_top_use(self, part: Part, item: tree.TopUse) -> None:
        path = item.path
        if path.package is None:
            if path.name.name not in self.nodes:
                self.unknown(part.source, path.name)
        elif isinstance(self.foreign(path, path.package, part.source, Gate()), WorldEntry):
            place = part.source.place(path.name.start, path.name.end)
            hint = "write its whole name where it is included"
            self.report.add(f"`{path.name.name}` is a world; `use` names interfaces of packages", place, hint)

    def edges(self, name: str) -> list[Edge]:
        """What an item needs of this package before it can be resolved."""
        part, node = self.nodes[name]
        found: list[Edge] = []
        wanted = tree.Include if isinstance(node, tree.World) else tree.Use
        for item in node.items:
            if isinstance(item, wanted):
                target = self.target(part, item.path)
                if target.package is None and target.name.name in self.nodes:
                    found.append(self.edge(part, item.path, target))
        return found

    def edge(self, part: Part, path: tree.Path, target: tree.Path) -> Edge:
        use = part.source.place(path.name.start, path.name.end)
        other, node = self.nodes[target.name.name]
        if target is not path:
            return Edge(target.name.name, part.source.place(target.name.start, target.name.end), use)
        if other is not part:
            return Edge(target.name.name, use, use)
        return Edge(target.name.name, part.source.place(node.name.start, node.name.end), use)

    def target(self, part: Part, path: tree.Path) -> tree.Path:
        """``path`` as it is after the file's own names."""
        if path.package is not None:
            return path
        return self.targets[id(part)].get(path.name.name, path)

    # ---- paths --------------------------------------------------------------------------------------------------

    def interface(self, path: tree.Path, source: Source, gate: Gate) -> InterfaceEntry | None:
        found = self.find(path, source, gate)
        if not isinstance(found, WorldEntry):
            return found
        if not gate.closed:
            place = source.place(path.name.start, path.name.end)
            self.report.add(f"`{path.name.name}` is a world, not an interface", place, "a world can only be included")
        return None

    def world(self, path: tree.Path, source: Source, gate: Gate) -> World | None:
        found = self.find(path, source, gate)
        place = source.place(path.name.start, path.name.end)
        if isinstance(found, InterfaceEntry):
            self.report.add(f"`{path.name.name}` is an interface, not a world", place, "interfaces are imported")
            return None
        if found is not None and found.world is None and found.closed and not gate.closed:
            hint = f"gate the `include` as well: `@unstable(feature = {found.closed})`, or ask for the feature"
            self.report.add(f"feature `{found.closed}` closes world `{path.name.name}`", place, hint)
        return None if found is None else found.world

    def find(self, path: tree.Path, source: Source, gate: Gate) -> InterfaceEntry | WorldEntry | None:
        assert self.part is not None
        target = self.target(self.part, path)
        if target.package is not None:
            return self.foreign(target, target.package, source, gate)
        label = target.name.name
        found = self.contents.interfaces.get(label) or self.contents.worlds.get(label)
        if found is None and label in self.nodes:  # a circle, or a world that imports one that comes later
            return WorldEntry() if isinstance(self.nodes[label][1], tree.World) else None
        if found is None:
            self.unknown(source, path.name)
        return found

    def foreign(
        self, path: tree.Path, package: tree.PackageId, source: Source, gate: Gate
    ) -> InterfaceEntry | WorldEntry | None:
        contents = self.program.packages.get(package.name)
        if contents is None:
            self.no_package(package, source)
            return None
        label = path.name.name
        found = contents.interfaces.get(label) or contents.worlds.get(label)
        if found is None and not gate.closed and contents is not self.contents:
            near = get_close_matches(label[:60], [*contents.interfaces, *contents.worlds], 1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            place = source.place(path.name.start, path.name.end)
            self.report.add(f"package `{package.name}` has no interface or world `{clipped(label)}`", place, hint)
        return found

    def no_package(self, package: tree.PackageId, source: Source) -> None:
        """Said once a package, since every path into it is wrong for the same reason."""
        name = package.name
        if name in self.missing or name in self.program.names:  # the latter in a circle, which was reported
            return
        self.missing.add(name)
        same = [str(p) for p in self.program.names if (p.namespace, p.name) == (name.namespace, name.name)]
        known = ", ".join([f"`{p}`" for p in self.program.names[:12] if p != self.unit.name]) or "none"
        hint = f"there is `{same[0]}`" if same else f"put it into the directory `deps`; known packages: {known}"
        self.report.add(f"there is no package `{name}`", source.place(package.start, package.end), hint)

    def unknown(self, source: Source, name: tree.Id) -> None:
        if self.report.is_full:
            return
        near = get_close_matches(name.name[:60], list(self.nodes)[:1000], 1)
        hint = f"did you mean `{near[0]}`?" if near else "items of other packages are named `namespace:package/item`"
        if any(name.name in names for names in self.targets.values()):
            hint = "a `use` at the top of a file is for that file only; repeat it here"
        place = source.place(name.start, name.end)
        self.report.add(f"package `{self.unit.name}` has no interface or world `{clipped(name.name)}`", place, hint)

    # ---- items --------------------------------------------------------------------------------------------------

    def definitions(self, scope: Scope, source: Source, closed: str) -> Definitions:
        gates = Gates(self.program.features, self.unit.name, self.report)
        return Definitions(scope, source, self.report, gates, self.program.borrows, self, closed)

    def make_interface(self, node: tree.Interface, source: Source) -> None:
        extern = self.unit.name.extern(node.name.name)
        scope = Scope(extern, f"interface `{clipped(node.name.name)}`")
        gate = Gates(self.program.features, self.unit.name, self.report).read(node.attributes, source, node.name)
        entry = self.contents.interfaces[node.name.name] = InterfaceEntry(scope, None, gate.closed)
        definitions = self.definitions(scope, source, gate.closed)
        definitions.types(node.items)
        functions = definitions.functions(node.items)
        if not gate.closed:
            docs = Docs(node.docs) if node.docs else NO_DOCS
            entry.interface = Interface(extern, scope.open_types(), functions, docs=docs, stability=gate.stability)
            self.program.interfaces[extern] = entry.interface

    def make_world(self, node: tree.World, source: Source) -> None:
        place = source.place(node.name.start, node.name.end)
        gate = Gates(self.program.features, self.unit.name, self.report).read(node.attributes, source, node.name)
        scope = Scope("", f"world `{clipped(node.name.name)}`")
        definitions = self.definitions(scope, source, gate.closed)
        draft = Draft(node.name.name, place, self.interface_named)
        world = WorldMaker(node, definitions, self, draft).make(gate.stability, str(self.unit.name))
        self.contents.worlds[node.name.name] = WorldEntry(None if gate.closed else world, gate.closed)

    def interface_named(self, extern: str) -> Interface:
        return self.program.interfaces.get(extern) or Interface(extern)  # the second one after a mistake only


def make_package(unit: Unit, program: Program) -> Package:
    """Resolves ``unit``, whose dependencies are in ``program``, and puts it there."""
    contents = Contents(unit.name)
    program.packages[unit.name] = contents
    return PackageMaker(unit, program, contents).make()
