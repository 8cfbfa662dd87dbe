"""Types as written to value types of the model (component-model WIT.md, "Types")."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import assert_never

from witcraft.errors import Place
from witcraft.model import types as model
from witcraft.model.types import ValType, strip
from witcraft.model.walk import children
from witcraft.model.world import NamedResource
from witcraft.resolve.wit.names import Entry, Scope
from witcraft.wit import tree
from witcraft.wit.cursor import clipped
from witcraft.wit.source import Report, Source

PRIMS: dict[str, ValType] = {
    **{kind.value: model.Prim(kind) for kind in model.Kind},
    "string": model.STRING,
    "error-context": model.ERROR_CONTEXT,
}
KEYS = frozenset([*PRIMS.values()]) - {model.F32, model.F64, model.ERROR_CONTEXT}
"""What a map can be asked for."""

OLD = {"float32": "f32", "float64": "f64", "unit": "tuple<>", "s1": "s8", "int": "s32", "i32": "s32", "i64": "s64"}
NOTHING = model.BOOL
"""Stands for a type that is wrong, which is known by then: no package comes of it."""


class Borrows:
    """Which types hold a borrow. Asked for every type as it is defined, so that no question goes deep."""

    def __init__(self) -> None:
        self.known: dict[ValType, bool] = {}

    def __call__(self, ty: ValType) -> bool:
        found = self.known.get(ty)
        if found is None:
            found = self.known[ty] = isinstance(ty, model.Borrow) or any(map(self, children(ty)))
        return found


@dataclass(slots=True)
class Values:
    """Reads the types of one statement: ``at`` is what a type that is not there is reported at."""

    scope: Scope
    source: Source
    report: Report
    borrows: Borrows
    at: tree.Id
    is_open: bool

    def refuse(self, node: tree.Type, message: str, hint: str = "") -> ValType:
        self.report.add(message, self.place(node), hint)
        return NOTHING

    def place(self, node: tree.Type) -> Place:
        return self.source.place(node.start, node.end)

    # ---- names --------------------------------------------------------------------------------------------------

    def lookup(self, name: tree.Id) -> Entry:
        """What a name of this scope stands for, reported if it stands for nothing."""
        found = self.scope.types.get(name.name)
        if found is None:
            unknown(name, self.scope, self.source, self.report)
            return Entry(None)
        if found.closed and self.is_open:
            message = f"`{self.at.name}` names `{name.name}`, which feature `{found.closed}` closes"
            hint = f"gate it as well: `@unstable(feature = {found.closed})`, or ask for the feature"
            self.report.add(message, self.source.place(self.at.start, self.at.end), hint)
        return found

    def named(self, name: tree.Id) -> ValType:
        item = self.lookup(name).item
        if isinstance(item, NamedResource):
            alias = self.alias(item)
            return model.Own(item.resource, alias) if alias else model.Own(item.resource)
        return NOTHING if item is None else item

    def handle(self, node: tree.Handle) -> ValType:
        item = self.lookup(node.resource).item
        if item is None:
            return NOTHING
        if not isinstance(item, NamedResource):
            name = node.resource.name
            return self.refuse(node.resource, f"`{name}` is no resource", f"write `{name}`: handles are of resources")
        make = model.Own if node.word == "own" else model.Borrow
        alias = self.alias(item)
        return make(item.resource, alias) if alias else make(item.resource)

    def alias(self, item: NamedResource) -> str:
        """The name, if it is not the one that the resource has here anyway."""
        return "" if self.scope.first.get(item.resource, item.name) == item.name else item.name

    # ---- types --------------------------------------------------------------------------------------------------

    def maybe(self, node: tree.Type | None) -> ValType | None:
        return None if node is None else self.value(node)

    def value(self, node: tree.Type) -> ValType:
        match node:
            case tree.Id():
                return self.named(node)
            case tree.Prim(word):
                return PRIMS[word]
            case tree.List(element, None):
                return model.List(self.value(element))
            case tree.List(element, int() as length):
                return self.fixed_list(node, self.value(element), length)
            case tree.Handle():
                return self.handle(node)
            case tree.Generic("stream" | "future" as word, (payload,)):
                return self.pipe(node, word, self.maybe(payload))
            case tree.Generic("result", (ok, err)):
                return model.Result(self.maybe(ok), self.maybe(err))
            case tree.Generic():
                return self.generic(node, [self.value(part) for part in node.parts if part is not None])
            case _:
                raise AssertionError(node)

    def generic(self, node: tree.Generic, parts: list[ValType]) -> ValType:
        match node.word, parts:
            case "option", [some]:
                return model.Option(some)
            case "map", [key, value]:
                return self.map(node, key, value)
            case _:
                return model.Tuple(tuple(parts))

    def fixed_list(self, node: tree.List, element: ValType, length: int) -> ValType:
        if length == 0:
            return self.refuse(node, "a list of fixed length has at least one element")
        return model.FixedList(element, length)

    def map(self, node: tree.Generic, key: ValType, value: ValType) -> ValType:
        if strip(key) not in KEYS:
            hint = "the key of a map is a bool, an integer, a char or a string"
            return self.refuse(node, "this is no key of a map", hint)
        return model.Map(key, value)

    def pipe(self, node: tree.Generic, word: str, payload: ValType | None) -> ValType:
        if payload is not None and self.borrows(payload):
            return self.refuse(node, f"a {word} cannot carry a borrow", "a borrow ends with the call; pass `own`")
        return model.Stream(payload) if word == "stream" else model.Future(payload)

    # ---- definitions --------------------------------------------------------------------------------------------

    def members(self, name: tree.Id, body: tree.Members) -> ValType:
        self.unique(body)
        members, word = body.members, body.word
        match word:
            case "record":
                return model.Record(tuple([self.field(member) for member in members]))
            case "variant":
                self.some(name, body)
                return model.Variant(tuple([self.case(member) for member in members]))
            case "enum":
                self.some(name, body)
                return model.Enum(tuple([member.name.name for member in members]))
            case _:
                return model.Flags(tuple([member.name.name for member in members]))

    def field(self, member: tree.Member) -> model.Field:
        assert member.type is not None
        return model.Field(member.name.name, self.of_member(member.name).value(member.type))

    def case(self, member: tree.Member) -> model.Case:
        return model.Case(member.name.name, self.maybe(member.type))

    def of_member(self, name: tree.Id) -> Values:
        return Values(self.scope, self.source, self.report, self.borrows, name, self.is_open)

    def some(self, name: tree.Id, body: tree.Members) -> None:
        if not body.members:
            noun = "an enum" if body.word == "enum" else "a variant"
            self.refuse(name, f"`{name.name}` has no cases", f"{noun} has at least one")

    def unique(self, body: tree.Members) -> None:
        noun = {"record": "field", "flags": "flag"}.get(body.word, "case")
        check_unique([member.name for member in body.members], noun, self.source, self.report)


def check_unique(names: list[tree.Id], noun: str, source: Source, report: Report) -> None:
    """No name twice; names are compared without case, as the binary format does."""
    seen: dict[str, tree.Id] = {}
    for name in names:
        first = seen.setdefault(name.name.lower(), name)
        if first is not name:
            hint = "" if first.name == name.name else f"names are compared without case, and `{first.name}` is there"
            report.add(f"{noun} `{clipped(name.name)}` is there twice", source.place(name.start, name.end), hint)


def unknown(name: tree.Id, scope: Scope, source: Source, report: Report) -> None:
    if report.is_full:
        return
    place = source.place(name.start, name.end)
    text = clipped(name.name)
    if name.name.lower() in scope.functions:
        report.add(f"`{text}` is a function, not a type", place)
        return
    hint = ""
    if name.name in OLD:
        hint = f"did you mean `{OLD[name.name]}`?"
    elif len(name.name) <= 60 and (near := get_close_matches(name.name, list(scope.types)[:1000], 1)):
        hint = f"did you mean `{near[0]}`?"
    report.add(f"there is no type `{text}` in {scope.title}", place, hint)


def named_in(node: tree.Type | tree.Members | tree.Resource) -> list[tree.Id]:
    """Every name that a definition mentions, in order."""
    match node:
        case tree.Id():
            return [node]
        case tree.Prim() | tree.Resource():
            return []
        case tree.List(element):
            return named_in(element)
        case tree.Generic(_, parts):
            return [name for part in parts if part is not None for name in named_in(part)]
        case tree.Handle(_, resource):
            return [resource]
        case tree.Members(_, members):
            return [name for member in members if member.type is not None for name in named_in(member.type)]
        case _:
            assert_never(node)
