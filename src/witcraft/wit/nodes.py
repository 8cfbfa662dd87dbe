"""Types as nodes with numbers, for the JSON of packages: each type that wasm-tools would number is one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from witcraft.errors import UnsupportedError
from witcraft.model import types as model
from witcraft.model.gates import UNGATED, Stability
from witcraft.model.types import NO_DOCS, Docs, Resource, TypeDef, ValType
from witcraft.model.world import Constructor, Freestanding, Function, Method, NamedResource, Static

Json = dict[str, Any]

# ---- types as nodes ---------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Node:
    """A type with or without a name. ``parts`` are scalars by name, other nodes, or None for what is left out."""

    form: str
    parts: Sequence[Ref] = ()
    labels: Sequence[str] = ()  # of fields, cases and flags
    length: int = 0
    name: str | None = None
    owner: Json | None = None
    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    external_id: str | None = None
    number: int = -1

    @property
    def is_resource(self) -> bool:
        """A resource, under any number of names."""
        node: Ref = self
        while isinstance(node, Node) and node.form == "type":
            node = node.parts[0]
        return isinstance(node, Node) and node.form == "resource"


Ref = str | Node | None


def kind_json(node: Node, parts: Sequence[int | str | None]) -> Any:
    match node.form:
        case "resource":
            return "resource"
        case "own" | "borrow":
            return {"handle": {node.form: parts[0]}}
        case "record":
            fields = zip(node.labels, parts, strict=True)
            return {"record": {"fields": [{"name": n, "type": t, **item_docs(node, n)} for n, t in fields]}}
        case "variant":
            cases = zip(node.labels, parts, strict=True)
            return {"variant": {"cases": [{"name": n, "type": t, **item_docs(node, n)} for n, t in cases]}}
        case "enum":
            return {"enum": {"cases": [{"name": n, **item_docs(node, n)} for n in node.labels]}}
        case "flags":
            return {"flags": {"flags": [{"name": n, **item_docs(node, n)} for n in node.labels]}}
        case "tuple":
            return {"tuple": {"types": list(parts)}}
        case "result":
            return {"result": {"ok": parts[0], "err": parts[1]}}
        case "map":
            return {"map": list(parts)}
        case "fixed-length-list":
            return {"fixed-length-list": [parts[0], node.length]}
        case form:
            return {form: parts[0]}


def item_docs(node: Node, name: str) -> Json:
    return docs_json(Docs(node.docs.items.get(name, "")))


def docs_json(docs: Docs) -> Json:
    return {"docs": {"contents": docs.text}} if docs.text else {}


def notes_json(docs: Docs, stability: Stability, external_id: str | None = None) -> Json:
    """What an item says of itself, as far as it does."""
    found = docs_json(docs)
    if stability:
        found["stability"] = stability_json(stability)
    if external_id is not None:
        found["external_id"] = external_id
    return found


def stability_json(stability: Stability) -> Json:
    deprecated = {"deprecated": str(stability.deprecated)} if stability.deprecated else {}
    if stability.since:
        return {"stable": {"since": str(stability.since), **deprecated}}
    return {"unstable": {"feature": stability.feature, **deprecated}}


# ---- numbers ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Arenas:
    """All that has a number, and which node stands for a named type of the model."""

    worlds: list[Json] = field(default_factory=list)
    interfaces: list[Json] = field(default_factory=list)
    types: list[Json] = field(default_factory=list)
    packages: list[Json] = field(default_factory=list)
    nodes: dict[int, Node] = field(default_factory=dict)  # by the `id` of a `TypeDef` or `NamedResource`
    numbers: dict[str, int] = field(default_factory=dict)  # of interfaces, by extern name


@dataclass(slots=True)
class Pool:
    """Types without a name, each there once; where ``at_once``, a type gets its number before the next one is met."""

    arenas: Arenas
    at_once: bool
    known: dict[tuple[object, ...], Node] = field(default_factory=dict)
    waiting: list[Node] = field(default_factory=list)
    owns: dict[Node, int] = field(default_factory=dict)

    def add(self, node: Node) -> Node:
        if self.at_once:
            self.place(node)
        else:
            self.waiting.append(node)
        return node

    def place_all(self) -> None:
        for node in self.waiting:
            self.place(node)
        self.waiting.clear()

    def place(self, node: Node) -> None:
        names_itself = node.form in ("type", "own", "borrow")
        parts = [self.plain(part) if names_itself else self.number(part) for part in node.parts]
        notes = notes_json(node.docs, node.stability, node.external_id)
        node.number = len(self.arenas.types)
        self.arenas.types.append({"name": node.name, "kind": kind_json(node, parts), "owner": node.owner, **notes})

    def plain(self, ref: Ref) -> int | str | None:
        return ref.number if isinstance(ref, Node) else ref

    def number(self, ref: Ref) -> int | str | None:
        """Of a type that a value can have: a resource as a value is a handle."""
        if not isinstance(ref, Node) or not ref.is_resource:
            return self.plain(ref)
        if ref not in self.owns:
            self.owns[ref] = len(self.arenas.types)
            self.arenas.types.append({"name": None, "kind": {"handle": {"own": ref.number}}, "owner": None})
        return self.owns[ref]


@dataclass(slots=True)
class Names:
    """The types of an interface or a world as nodes."""

    pool: Pool
    owner: Json
    by_name: dict[str, Node] = field(default_factory=dict)
    first: dict[Resource, Node] = field(default_factory=dict)

    def define(self, item: TypeDef | NamedResource) -> None:
        node = self.named(item)
        node.name, node.owner = item.name, self.owner
        self.pool.arenas.nodes[id(item)] = node
        self.by_name[item.name] = node
        if isinstance(item, NamedResource):
            self.first.setdefault(item.resource, node)
        self.pool.add(node)

    def named(self, item: TypeDef | NamedResource) -> Node:
        if isinstance(item, NamedResource):
            if item.of is not None:
                node = Node("type", [self.pool.arenas.nodes[id(item.of)]], docs=item.docs)
                node.stability, node.external_id = item.stability, item.external_id
                return node
            said = item.resource
            return Node("resource", docs=said.docs, stability=said.stability, external_id=said.external_id)
        node = self.shape(item.type, item.stability)
        node.docs, node.stability, node.external_id = item.docs, item.stability, item.external_id
        return node

    def shape(self, ty: ValType, stability: Stability) -> Node:
        """The node of a type definition: not shared, since it gets a name."""
        match ty:
            case TypeDef() | model.Prim() | model.String() | model.ErrorContext():
                return Node("type", [self.ref(ty, stability)])
            case model.Own() | model.Borrow():
                return Node("own" if isinstance(ty, model.Own) else "borrow", [self.resource(ty)])
            case _:
                return self.structure(ty, stability)

    def resource(self, handle: model.Own | model.Borrow) -> Node:
        found = self.by_name.get(handle.alias) if handle.alias else self.first.get(handle.resource)
        if found is None:
            raise unsayable(handle.resource)
        return found

    def ref(self, ty: ValType, stability: Stability) -> Ref:
        """A use of ``ty``; types without a name inherit the gate of who mentions them, or else of what they mention."""
        match ty:
            case model.Prim(kind):
                return kind.value
            case model.String():
                return "string"
            case model.ErrorContext():
                return "error-context"
            case TypeDef():
                if id(ty) not in self.pool.arenas.nodes:
                    raise unsayable(ty)
                return self.pool.arenas.nodes[id(ty)]
            case model.Own():
                return self.resource(ty)
            case model.Borrow():
                return self.shared(Node("borrow", [self.resource(ty)]), stability)
            case _:
                return self.shared(self.structure(ty, stability), stability)

    def shared(self, node: Node, stability: Stability) -> Node:
        key = (node.form, *node.parts, *node.labels, node.length)
        known = self.pool.known.get(key)
        if known is None:
            inherited = [part.stability for part in node.parts if isinstance(part, Node) and part.stability]
            node.stability = stability or next(iter(inherited), UNGATED)
            known = self.pool.known[key] = self.pool.add(node)
        return known

    def structure(self, ty: ValType, stability: Stability) -> Node:
        def refs(*parts: ValType | None) -> list[Ref]:
            return [None if part is None else self.value(part, stability) for part in parts]

        match ty:
            case model.List(element):
                return Node("list", refs(element))
            case model.FixedList(element, length):
                return Node("fixed-length-list", refs(element), length=length)
            case model.Map(key, value):
                return Node("map", refs(key, value))
            case model.Tuple(items):
                return Node("tuple", refs(*items))
            case model.Option(some):
                return Node("option", refs(some))
            case model.Result(ok, err):
                return Node("result", refs(ok, err))
            case model.Stream(element):
                return Node("stream", refs(element))
            case model.Future(element):
                return Node("future", refs(element))
            case model.Record(fields):
                return Node("record", refs(*[f.type for f in fields]), [f.name for f in fields])
            case model.Variant(cases):
                return Node("variant", refs(*[c.type for c in cases]), [c.name for c in cases])
            case model.Enum(labels):
                return Node("enum", (), labels)
            case model.Flags(labels):
                return Node("flags", (), labels)
            case model.Prim() | model.String() | model.ErrorContext() | model.Own() | model.Borrow() | TypeDef():
                raise AssertionError(ty)
            case _:
                assert_never(ty)

    def value(self, ty: ValType, stability: Stability) -> Ref:
        ref = self.ref(ty, stability)
        if self.pool.at_once:
            self.pool.number(ref)
        return ref

    # ---- functions ----------------------------------------------------------------------------------------------

    def meet(self, function: Function) -> None:
        """Makes the nodes of the types without a name that ``function`` mentions."""
        for ty in (*[param.type for param in function.params], function.result):
            if ty is not None:
                self.value(ty, UNGATED)

    def function(self, function: Function) -> Json:
        def number(ty: ValType) -> int | str | None:
            return self.pool.number(self.ref(ty, UNGATED))

        params = [{"name": param.name, "type": number(param.type)} for param in function.params]
        result = {} if function.result is None else {"result": number(function.result)}
        notes = notes_json(function.docs, function.stability, function.external_id)
        return {"name": function.extern_name, "kind": self.kind(function), "params": params, **result, **notes}

    def kind(self, function: Function) -> Json | str:
        prefix = "async-" if function.is_async else ""
        if isinstance(function.kind, Freestanding):
            return f"{prefix}freestanding"
        resource = function.extern_name.partition("]")[2].partition(".")[0]
        number = self.by_name[resource].number
        match function.kind:
            case Method():
                return {f"{prefix}method": number}
            case Static():
                return {f"{prefix}static": number}
            case Constructor():
                return {"constructor": number}


def unsayable(ty: TypeDef | Resource) -> UnsupportedError:
    """Binaries can mention types of another interface without a name; text cannot."""
    return UnsupportedError(f"type {ty.name!r} of {ty.owner!r} is mentioned where it has no name: no WIT can say that")
