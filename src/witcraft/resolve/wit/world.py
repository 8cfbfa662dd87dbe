"""A world: its types, what it imports, exports and includes (component-model WIT.md, "Worlds")."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from witcraft.errors import Diagnostic, Place
from witcraft.model.gates import UNGATED, Stability
from witcraft.model.types import NO_DOCS, Docs
from witcraft.model.world import Interface, Statement, World, WorldItem, Written
from witcraft.model.world import extern_name as key
from witcraft.resolve.wit.draft import Border, Draft, Side
from witcraft.resolve.wit.elaborate import elaborate
from witcraft.resolve.wit.gates import Gate
from witcraft.resolve.wit.include import Copier, plain_names
from witcraft.resolve.wit.interface import Definitions, Paths
from witcraft.resolve.wit.names import Scope
from witcraft.wit import tree
from witcraft.wit.cursor import clipped
from witcraft.wit.source import Source


class Worlds(Paths, Protocol):
    """What a world resolves paths with."""

    def world(self, path: tree.Path, source: Source, gate: Gate) -> World | None:
        """The world that ``path`` names, reported and None if there is none, or if it is closed."""


@dataclass(slots=True)
class WorldMaker:
    """Reads the statements of one world into a draft."""

    node: tree.World
    definitions: Definitions
    worlds: Worlds
    draft: Draft
    taken: dict[tuple[Side, str], tuple[str, Place]] = field(default_factory=dict)  # noun and place, closed ones too
    written: list[Written] = field(default_factory=list)
    includes: int = 0

    def make(self, stability: Stability, package: str) -> World:
        self.definitions.types(self.node.items)
        self.take_types()
        for item in self.node.items:
            match item:
                case tree.Extern():
                    self.extern(item)
                case tree.TypeDef(name, tree.Resource(methods)):
                    for method in self.definitions.methods(name, methods):
                        self.draft.imports.items[method.extern_name] = method
                        self.written.append(Written("import", method.extern_name))
                case _:
                    pass
        for item in self.node.items:
            if isinstance(item, tree.Include):
                self.include(item)
        self.check_case()
        elaborate(self.draft, self.definitions.report)
        imports, exports = self.draft.imports, self.draft.exports
        return World(
            self.node.name.name,
            tuple(imports.items.values()),
            tuple(exports.items.values()),
            Docs(self.node.docs) if self.node.docs else NO_DOCS,
            stability,
            package,
            imports.statements,
            exports.statements,
            tuple(self.written),
        )

    def place(self, at: tree.Id) -> Place:
        return self.definitions.source.place(at.start, at.end)

    def take_types(self) -> None:
        for name, entry in self.definitions.scope.types.items():
            self.taken["import", name] = "type", entry.place or self.draft.place
        for item in self.definitions.scope.open_types():
            self.draft.imports.items[item.name] = item
            self.written.append(Written("type", item.name))

    # ---- import and export --------------------------------------------------------------------------------------

    def extern(self, node: tree.Extern) -> None:
        side: Side = "import" if node.side == "import" else "export"
        gate = self.definitions.gate(node.attributes, node.label)
        match node.what:
            case tree.Signature():
                self.function(side, node, node.what, gate)
            case tree.Inline():
                self.inline(side, node, node.what, gate)
            case tree.Path():
                self.path(side, node, node.what, gate)

    def function(self, side: Side, node: tree.Extern, signature: tree.Signature, gate: Gate) -> None:
        assert node.name is not None
        self.take(side, node.name.name, "function", node.name)
        for function in self.definitions.signature(node.name, "function", signature, node.docs, gate, None):
            self.draft.border(side).items[function.extern_name] = function
            self.written.append(Written(side, function.extern_name))

    def inline(self, side: Side, node: tree.Extern, inline: tree.Inline, gate: Gate) -> None:
        assert node.name is not None
        name = node.name.name
        self.take(side, name, "interface", node.name)
        scope = Scope(name, f"interface `{clipped(name)}`")
        inner = replace(self.definitions, scope=scope, closed=gate.closed)
        inner.types(inline.items)
        functions = inner.functions(inline.items)
        docs = Docs(node.docs) if node.docs else NO_DOCS
        interface = Interface(name, scope.open_types(), functions, docs=docs, stability=gate.stability)
        statement = Statement(stability=gate.stability, external_id=gate.external_id)
        self.add(side, interface, statement, gate)

    def path(self, side: Side, node: tree.Extern, path: tree.Path, gate: Gate) -> None:
        entry = self.worlds.interface(path, self.definitions.source, gate)
        if entry is None:
            return
        owner = entry.scope.owner
        name = owner if node.name is None else node.name.name
        self.take(side, name, "interface", node.label)
        interface = entry.interface
        if interface is None:
            self.closed(node, entry.closed, gate)
            return
        if node.name is not None:
            interface = replace(interface, name=name, implements=owner)
        docs = Docs(node.docs) if node.docs else NO_DOCS
        self.add(side, interface, Statement(docs, gate.stability, gate.external_id), gate)

    def closed(self, node: tree.Extern, feature: str, gate: Gate) -> None:
        if feature and not gate.closed:
            message = f"feature `{feature}` closes the interface that is {node.side}ed here"
            hint = f"gate the {node.side} as well: `@unstable(feature = {feature})`, or ask for the feature"
            self.definitions.refuse(node.label, message, hint)

    def add(self, side: Side, interface: Interface, statement: Statement, gate: Gate) -> None:
        if not gate.closed:
            self.draft.border(side).add(interface.name, interface, statement)
            self.written.append(Written(side, interface.name))

    def take(self, side: Side, name: str, noun: str, at: tree.Id) -> None:
        before = self.taken.setdefault((side, name), (noun, self.place(at)))
        if before[1] == self.place(at):
            return
        notes = (Diagnostic(f"the {before[0]} is here", before[1]),)
        if ":" in name:
            self.definitions.refuse(at, f"`{name}` is {side}ed twice", "remove one of the statements", notes)
        else:
            message = f"{side} `{clipped(name)}` has the name of {article(before[0])} that is there"
            self.definitions.refuse(at, message, "rename one of them", notes)

    # ---- include ------------------------------------------------------------------------------------------------

    def include(self, node: tree.Include) -> None:
        gate = self.definitions.gate(node.attributes, node.path.name)
        world = self.worlds.world(node.path, self.definitions.source, gate)
        if world is None or gate.closed:
            return
        known = plain_names(world)
        for rename in node.names:
            if rename.name.name not in known:
                message = f"world `{world.name}` has nothing with the plain name `{clipped(rename.name.name)}`"
                hint = "interfaces with a full name cannot be renamed"
                self.definitions.refuse(node.path.name, message, hint)
        self.includes += 1
        copier = Copier({rename.name.name: rename.other.name for rename in node.names if rename.other})
        sides: tuple[Literal["import"], Literal["export"]] = ("import", "export")
        for side in sides:
            items = world.imports if side == "import" else world.exports
            statements = world.import_statements if side == "import" else world.export_statements
            border = self.draft.border(side)
            for item in items:
                self.include_item(border, item, statements.get(key(item)), copier, node, world)

    def include_item(
        self,
        border: Border,
        item: WorldItem,
        statement: Statement | None,
        copier: Copier,
        node: tree.Include,
        world: World,
    ) -> None:
        name = key(item)
        if ":" in name and isinstance(item, Interface):
            self.merge(border, item, statement or Statement(), node, world)
            return
        copy = copier.item(item)
        name = key(copy)
        if name in border.items:
            message = f"`include` brings {border.side} `{clipped(name)}`, and there is one"
            hint = f"rename it: `include {node.path.name.name} with {{ {clipped(name)} as other }}`"
            self.definitions.refuse(node.path.name, message, hint)
            return
        border.items[name] = copy
        self.written.append(Written(border.side, name, self.includes))
        if isinstance(copy, Interface):
            border.statements[name] = statement or Statement()

    def merge(self, border: Border, item: Interface, statement: Statement, node: tree.Include, world: World) -> None:
        """An interface with a full name is there once; gates of another package say nothing here."""
        before = border.statements.get(item.name)
        if before is None:
            before = statement
        stability = before.stability
        if world.package != self.package and statement.stability.since is not None:
            stability = UNGATED
        elif statement.stability and not stability:
            stability = statement.stability
        elif statement.stability and statement.stability != stability:
            message = f"`{item.name}` has one gate here and another one in world `{world.name}`"
            self.definitions.refuse(node.path.name, message, "give both the same gate")
        written = before.written or statement.written
        border.add(item.name, item, replace(before, stability=stability, written=written))

    @property
    def package(self) -> str:
        return str(self.definitions.gates.package)

    # ---- checks -------------------------------------------------------------------------------------------------

    def check_case(self) -> None:
        """Plain names are compared without case."""
        for border in (self.draft.imports, self.draft.exports):
            seen: dict[str, str] = {}
            for name in border.items:
                first = seen.setdefault(name.lower(), name)
                if first != name and ":" not in name:
                    place = self.taken.get((border.side, name), ("", self.draft.place))[1]
                    message = f"{border.side} `{clipped(name)}` differs from {border.side} `{first}` in case only"
                    self.definitions.report.add(message, place, "names are compared without case; rename one of them")


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
