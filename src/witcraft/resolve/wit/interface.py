"""An interface, named or inline: uses, types, functions (component-model WIT.md, "Interfaces")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from witcraft.errors import Diagnostic, Place
from witcraft.model import types as model
from witcraft.model.package import label
from witcraft.model.types import Docs, Resource, TypeDef, ValType
from witcraft.model.world import (
    Constructor,
    Freestanding,
    Function,
    FunctionKind,
    Method,
    NamedResource,
    Param,
    Static,
)
from witcraft.resolve.wit.gates import Gate, Gates
from witcraft.resolve.wit.names import Entry, InterfaceEntry, Named, Scope
from witcraft.resolve.wit.order import Edge, ordered
from witcraft.resolve.wit.values import NOTHING, Borrows, Values, check_unique, named_in, unknown
from witcraft.wit import tree
from witcraft.wit.cursor import clipped
from witcraft.wit.source import Report, Source


class Paths(Protocol):
    """What a package resolves paths with."""

    def interface(self, path: tree.Path, source: Source, gate: Gate) -> InterfaceEntry | None:
        """The interface that ``path`` names, reported and None if there is none."""
        ...


@dataclass(slots=True)
class Definitions:
    """The types and functions of one scope, an interface's or a world's.

    ``closed`` is the feature that closes the interface around, "" if it is there.
    """

    scope: Scope
    source: Source
    report: Report
    gates: Gates
    borrows: Borrows
    paths: Paths
    closed: str = ""

    def gate(self, attributes: Sequence[tree.Attribute], item: tree.Id) -> Gate:
        return self.gates.read(attributes, self.source, item)

    def values(self, at: tree.Id, is_open: bool) -> Values:
        return Values(self.scope, self.source, self.report, self.borrows, at, is_open)

    def refuse(self, at: tree.Id, message: str, hint: str = "", notes: tuple[Diagnostic, ...] = ()) -> None:
        self.report.add(message, self.source.place(at.start, at.end), hint, notes)

    def define(self, name: tree.Id, item: Named | None, gate: Gate) -> None:
        place = self.source.place(name.start, name.end)
        before = self.scope.folded.get(name.name.lower())
        if before is not None:
            self.twice(name, before.place)
            return
        if not gate.closed and self.closed:
            hint = f"gate it as well: `@unstable(feature = {self.closed})`"
            self.refuse(name, f"`{name.name}` stands in an interface that feature `{self.closed}` closes", hint)
        self.scope.define(name.name, Entry(item, gate.closed, place))

    def twice(self, name: tree.Id, first: Place | None) -> None:
        notes = () if first is None else (Diagnostic("the first one is here", first),)
        self.refuse(name, f"`{clipped(name.name)}` is there twice in {self.scope.title}", "rename one", notes)

    # ---- use ----------------------------------------------------------------------------------------------------

    def use(self, use: tree.Use) -> None:
        gate = self.gate(use.attributes, use.path.name)
        target = self.paths.interface(use.path, self.source, gate)
        for name in use.names:
            item = None if target is None else self.used(name, target, gate)
            self.define(name.other or name.name, item, gate)

    def used(self, name: tree.Rename, target: InterfaceEntry, gate: Gate) -> Named | None:
        """The new name for what ``target`` calls ``name``."""
        entry = target.scope.types.get(name.name.name)
        new = (name.other or name.name).name
        if entry is None:
            if not gate.closed or self.is_of_this_package(target.scope.owner):
                unknown(name.name, target.scope, self.source, self.report)
            return None
        if entry.closed and not gate.closed:
            hint = f"gate the `use` as well: `@unstable(feature = {entry.closed})`, or ask for the feature"
            self.refuse(name.name, f"`{new}` is closed by feature `{entry.closed}`", hint)
        match entry.item:
            case NamedResource() as named:
                return NamedResource(
                    new, named.resource, self.scope.owner, named, model.NO_DOCS, gate.stability, gate.external_id
                )
            case TypeDef() as ty:
                return self.known(TypeDef(self.scope.owner, new, ty, model.NO_DOCS, gate.stability, gate.external_id))
            case None:
                return None

    def is_of_this_package(self, owner: str) -> bool:
        """Other packages may come without what is closed, so what is closed here may name what they do not have."""
        return self.gates.package.extern(label(owner)) == owner

    def known(self, ty: TypeDef) -> TypeDef:
        self.borrows(ty)
        return ty

    # ---- types --------------------------------------------------------------------------------------------------

    def types(self, items: Sequence[object]) -> None:
        """Uses first, then definitions, each after what it mentions."""
        for item in items:
            if isinstance(item, tree.Use):
                self.use(item)
        definitions = [item for item in items if isinstance(item, tree.TypeDef)]
        for definition in self.in_order(definitions):
            self.definition(definition)

    def in_order(self, definitions: Sequence[tree.TypeDef]) -> list[tree.TypeDef]:
        """Without cycles; a definition that is there twice comes once, and the other is reported."""
        by_name: dict[str, tree.TypeDef] = {}
        for definition in definitions:
            first = by_name.setdefault(definition.name.name, definition)
            if first is not definition:
                self.twice(definition.name, self.source.place(first.name.start, first.name.end))
        graph = {name: self.edges(definition, by_name) for name, definition in by_name.items()}
        order, circular = ordered(graph, "type", self.report)
        for name in circular:
            self.scope.define(name, Entry(None))
        return [by_name[name] for name in order]

    def edges(self, definition: tree.TypeDef, among: dict[str, tree.TypeDef]) -> list[Edge]:
        edges = []
        for name in named_in(definition.body):
            if name.name in among:
                place = self.source.place(name.start, name.end)
                edges.append(Edge(name.name, place, place))
        return edges

    def definition(self, node: tree.TypeDef) -> None:
        gate = self.gate(node.attributes, node.name)
        self.define(node.name, self.item(node, gate), gate)

    def item(self, node: tree.TypeDef, gate: Gate) -> Named | None:
        name, owner, docs = node.name.name, self.scope.owner, Docs(node.docs) if node.docs else model.NO_DOCS
        values = self.values(node.name, not gate.closed)
        match node.body:
            case tree.Resource() as body:
                self.check_methods(body)
                resource = Resource(owner, name, docs, gate.stability, gate.external_id)
                return NamedResource(name, resource, owner)
            case tree.Members() as body:
                items = {member.name.name: member.docs for member in body.members if member.docs}
                docs = Docs(node.docs, items) if items else docs
                ty = values.members(node.name, body)
            case tree.Id() as other:
                entry = values.lookup(other)
                if entry.item is None:
                    return None
                if isinstance(entry.item, NamedResource):
                    resource = entry.item.resource
                    return NamedResource(name, resource, owner, entry.item, docs, gate.stability, gate.external_id)
                ty = entry.item
            case body:
                ty = values.value(body)
        return self.known(TypeDef(owner, name, ty, docs, gate.stability, gate.external_id))

    def check_methods(self, body: tree.Resource) -> None:
        check_unique([f.name for f in body.functions if f.kind != "constructor"], "function", self.source, self.report)
        constructors = [function.name for function in body.functions if function.kind == "constructor"]
        for extra in constructors[1:]:
            self.refuse(extra, "a resource has one constructor", "make a `static` function of the other")

    # ---- functions ----------------------------------------------------------------------------------------------

    def functions(self, items: Sequence[tree.InterfaceItem]) -> tuple[Function, ...]:
        """Those that are there, in the order of the text, methods where their resource stands."""
        for item in items:
            if isinstance(item, tree.Function):
                self.define_function(item.name)
        found: list[Function] = []
        for item in items:
            match item:
                case tree.Function():
                    found += self.function(item, None)
                case tree.TypeDef(name, tree.Resource(methods)):
                    found += self.methods(name, methods)
                case _:
                    pass
        return tuple(found)

    def define_function(self, name: tree.Id) -> None:
        place = self.source.place(name.start, name.end)
        before = self.scope.folded.get(name.name.lower())
        lower = name.name.lower()
        if before is not None or lower in self.scope.functions:
            self.twice(name, before.place if before is not None else self.scope.functions[lower])
        self.scope.functions.setdefault(lower, place)

    def methods(self, resource: tree.Id, functions: Sequence[tree.Function]) -> list[Function]:
        entry = self.scope.types.get(resource.name)
        if entry is None or not isinstance(entry.item, NamedResource):
            return []
        return [method for function in functions for method in self.function(function, entry)]

    def function(self, node: tree.Function, of: Entry | None) -> list[Function]:
        """One function, or none if its gate is closed. ``of`` is the resource of a method."""
        gate = self.gate(node.attributes, node.name)
        return self.signature(node.name, node.kind, node.signature, node.docs, gate, of)

    def signature(
        self, name: tree.Id, kind: str, signature: tree.Signature, docs: str, gate: Gate, of: Entry | None
    ) -> list[Function]:
        values = self.values(name, not gate.closed and not self.closed)
        resource = None
        if of is not None and isinstance(of.item, NamedResource):
            resource = of.item
            values.lookup(tree.Id(resource.name, name.start, name.end))
        check_unique([param.name for param in signature.params], "parameter", self.source, self.report)
        params = tuple([Param(param.name.name, values.value(param.type)) for param in signature.params])
        if resource is not None and kind == "method":
            params = (Param("self", model.Borrow(resource.resource)), *params)
            self.check_self(signature)
        result = self.result(name, kind, signature.result, values, resource)
        extern, what = function_kind(kind, name.name, resource)
        text = Docs(docs) if docs else model.NO_DOCS
        function = Function(
            extern, name.name, what, params, result, signature.is_async, text, gate.stability, gate.external_id
        )
        return [] if gate.closed else [function]

    def check_self(self, signature: tree.Signature) -> None:
        for param in signature.params:
            if param.name.name.lower() == "self":
                self.refuse(param.name, "a method has its parameter `self` already", "leave it out")

    def result(
        self, name: tree.Id, kind: str, node: tree.Type | None, values: Values, resource: NamedResource | None
    ) -> ValType | None:
        found = values.maybe(node)
        if kind == "constructor" and resource is not None:
            return self.constructed(node, found, resource)
        if found is not None and self.borrows(found):
            hint = "a borrow ends with the call, so it cannot be given back; return `own`, or a copy"
            self.refuse(name, f"the result of `{clipped(name.name)}` holds a borrow", hint)
        return found

    def constructed(self, node: tree.Type | None, found: ValType | None, resource: NamedResource) -> ValType:
        """A constructor gives what it constructs, or a ``result`` of it."""
        own = model.Own(resource.resource)
        if node is None or found is None:
            return own
        result = found.type if isinstance(found, TypeDef) else found
        if not isinstance(result, model.Result):
            hint = f"leave it out, or write `result<{resource.name}, error>`"
            return self.refuse_type(node, "a constructor gives its resource, or a `result` of it", hint)
        if result.ok is not own:
            ok = node.parts[0] if isinstance(node, tree.Generic) else None
            return self.refuse_type(ok or node, f"here should be `{resource.name}`, which is constructed")
        return found

    def refuse_type(self, node: tree.Type, message: str, hint: str = "") -> ValType:
        self.report.add(message, self.source.place(node.start, node.end), hint)
        return NOTHING


def function_kind(kind: str, name: str, resource: NamedResource | None) -> tuple[str, FunctionKind]:
    """The extern name, and what it says."""
    if resource is None:
        return name, Freestanding()
    match kind:
        case "constructor":
            return f"[constructor]{resource.name}", Constructor(resource.resource)
        case "static":
            return f"[static]{resource.name}.{name}", Static(resource.resource)
        case _:
            return f"[method]{resource.name}.{name}", Method(resource.resource)
