"""Component and instance types to interfaces and worlds: type declarations, evaluated one by one.

What other tools and ``world.py`` write. Index spaces are followed here, and not in ``resolve``, because text needs to
know which name a type came by. The tree has been resolved before, so every index is good. An interface is made afresh
wherever it is imported; ``library.py`` makes one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from witcraft.component import tree
from witcraft.craft.said import Said
from witcraft.craft.scope import Named
from witcraft.errors import UnsupportedError
from witcraft.model.types import (
    BOOL,
    CHAR,
    ERROR_CONTEXT,
    STRING,
    Borrow,
    Case,
    Enum,
    Field,
    FixedList,
    Flags,
    Future,
    Kind,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    Stream,
    Tuple,
    TypeDef,
    ValType,
    Variant,
)
from witcraft.model.world import Function, Interface, NamedResource, Param, Statement, World, WorldItem
from witcraft.resolve.world import function_kind

PRIMITIVES: dict[str, ValType] = {kind.value: Prim(kind) for kind in Kind} | {
    "bool": BOOL,
    "char": CHAR,
    "string": STRING,
    "error-context": ERROR_CONTEXT,
}


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    params: tuple[Param, ...]
    result: ValType | None
    is_async: bool


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A component or instance type, which means something where it is imported or exported."""

    declarations: tuple[tree.Declaration, ...]
    around: Frame


AnyType = tree.DefinedValueType | tree.FuncType | tree.ComponentType | tree.InstanceType | tree.ResourceType
T = TypeVar("T")
Meaning = ValType | NamedResource | Signature | Template


@dataclass(slots=True, eq=False)
class Frame:
    """The index spaces of one component or instance type, and the named types that it introduces.

    ``said``: what documentation says of the interface or world.
    """

    owner: str
    said: Said
    around: Frame | None = None
    types: list[Meaning] = field(default_factory=list)
    instances: list[Mapping[str, Named]] = field(default_factory=list)
    names: dict[str, Named] = field(default_factory=dict)

    # ---- declarations ----

    def declare(self, item: tree.Declaration | tree.Definition) -> None:
        """A declaration that brings nothing in or out."""
        match item:
            case tree.TypeDef(type_):
                self.types.append(self.meaning(type_))
            case tree.AliasExport(tree.Sort.TYPE, instance, name):
                self.types.append(self.instances[instance][name])
            case tree.AliasOuter(tree.Sort.TYPE, count, index):
                self.types.append(self.out(count).types[index])
            case _:
                raise unsayable(item, "a definition")

    def out(self, count: int) -> Frame:
        frame = self
        for _ in range(count):
            assert frame.around is not None
            frame = frame.around
        return frame

    def introduce(self, name: tree.ExternName, bound: tree.TypeEq | tree.SubResource) -> Named:
        """A type gets its name, which is its further name if it has one."""
        docs, stability = self.said.type(name.name)
        named: Named
        match bound:
            case tree.SubResource():
                resource = Resource(self.owner, name.name, docs, stability, name.external_id)
                named = NamedResource(name.name, resource, self.owner)
            case tree.TypeEq(index):
                origin = self.types[index]
                if isinstance(origin, NamedResource):
                    named = NamedResource(
                        name.name, origin.resource, self.owner, origin, docs, stability, name.external_id
                    )
                else:
                    named = TypeDef(self.owner, name.name, self.value_type(index), docs, stability, name.external_id)
        self.types.append(named)
        self.names[name.name] = named
        return named

    def function(self, name: tree.ExternName, index: int, side: str = "import") -> Function:
        type_ = self.of_kind(Signature, index)
        resources = {named.name: named.resource for named in self.names.values() if isinstance(named, NamedResource)}
        bare, kind = function_kind(name.name, resources)
        docs, stability = self.said.function(name.name, side)
        return Function(
            name.name, bare, kind, type_.params, type_.result, type_.is_async, docs, stability, name.external_id
        )

    # ---- types ----

    def meaning(self, type_: AnyType) -> Meaning:
        match type_:
            case tree.FuncType(params, result, is_async):
                found = tuple([Param(param.name, self.value(param.type)) for param in params])
                return Signature(found, self.maybe(result), is_async)
            case tree.ComponentType(declarations) | tree.InstanceType(declarations):
                return Template(declarations, self)
            case tree.ResourceType():
                raise UnsupportedError("a resource type is defined here, where WIT can only declare one")
            case _:
                return self.structure(type_)

    def structure(self, type_: tree.DefinedValueType) -> ValType:
        match type_:
            case tree.PrimType(name):
                return PRIMITIVES[name]
            case tree.RecordType(fields):
                return Record(tuple([Field(field.name, self.value(field.type)) for field in fields]))
            case tree.VariantType(cases):
                return Variant(tuple([Case(case.name, self.maybe(case.type)) for case in cases]))
            case tree.ListType(element):
                return List(self.value(element))
            case tree.FixedListType(element, length):
                return FixedList(self.value(element), length)
            case tree.MapType(key, value):
                return Map(self.value(key), self.value(value))
            case tree.TupleType(items):
                return Tuple(tuple([self.value(item) for item in items]))
            case tree.FlagsType(labels):
                return Flags(labels)
            case tree.EnumType(labels):
                return Enum(labels)
            case tree.OptionType(some):
                return Option(self.value(some))
            case tree.ResultType(ok, err):
                return Result(self.maybe(ok), self.maybe(err))
            case tree.OwnType(resource):
                return Own(*self.handle(resource))
            case tree.BorrowType(resource):
                return Borrow(*self.handle(resource))
            case tree.StreamType(element):
                return Stream(self.maybe(element))
            case tree.FutureType(element):
                return Future(self.maybe(element))
            case _:
                assert_never(type_)

    def value(self, ref: tree.TypeRef) -> ValType:
        return self.value_type(ref) if isinstance(ref, int) else PRIMITIVES[ref.name]

    def maybe(self, ref: tree.TypeRef | None) -> ValType | None:
        return None if ref is None else self.value(ref)

    def value_type(self, index: int) -> ValType:
        found = self.types[index]
        if isinstance(found, NamedResource | Signature | Template):
            raise UnsupportedError(f"type {index} is no value type, so WIT cannot name it here")
        return found

    def of_kind(self, kind: type[T], index: int) -> T:
        found = self.types[index]
        if not isinstance(found, kind):
            raise UnsupportedError(f"type {index} is of a kind that WIT cannot have here")
        return found

    def handle(self, index: int) -> tuple[Resource] | tuple[Resource, str]:
        """The resource, and its name if that is not the first that it has in here."""
        found = self.of_kind(NamedResource, index)
        names = [named for named in self.names.values() if isinstance(named, NamedResource)]
        same = [named for named in names if named.resource is found.resource]
        return (found.resource, found.name) if found in same[1:] else (found.resource,)


# ---- interfaces --------------------------------------------------------------------------------------------------


def interface(template: Template, name: str, said: Said, implements: str = "") -> Interface:
    """``implements``: the extern name of the interface that this is, whatever it is called."""
    frame = Frame(implements or name, said, template.around)
    functions: list[Function] = []
    for item in template.declarations:
        match item:
            case tree.ExportDecl(extern, tree.TypeExtern(bound)):
                frame.introduce(extern, bound)
            case tree.ExportDecl(extern, tree.FuncExtern(index)):
                functions.append(frame.function(extern, index))
            case tree.ExportDecl(extern):
                raise unsayable(item, f"the export {extern.name!r} of an interface")
            case _:
                frame.declare(item)
    docs, stability = said.itself()
    return Interface(
        name,
        tuple(frame.names.values()),
        tuple(as_documented(functions, said)),
        (),
        docs,
        stability,
        "" if implements == name else implements,
    )


def as_documented(functions: Sequence[Function], said: Said) -> list[Function]:
    """Binaries have methods first; where documentation has them in another order, that is the text's."""
    place = {name: index for index, name in enumerate(said.member("funcs"))}
    listed = iter(sorted([f for f in functions if f.extern_name in place], key=lambda f: place[f.extern_name]))
    return [next(listed) if f.extern_name in place else f for f in functions]


# ---- component types ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Side:
    items: list[WorldItem] = field(default_factory=list)
    statements: dict[str, Statement] = field(default_factory=dict)


class Reader:
    """Reads a component type: a world, or what is around an interface or a world.

    ``said``: of the world. ``named``: of an interface with that extern name, wherever it is imported or exported.
    """

    def __init__(self, template: Template, said: Said, named: Callable[[str], Said]) -> None:
        self.frame = Frame("", said, template.around)
        self.named = named
        self.sides = {"import": Side(), "export": Side()}
        self.components: dict[str, Template] = {}
        for item in template.declarations:
            self.declare(item)

    def declare(self, item: tree.Declaration) -> None:
        match item:
            case tree.Import(name, type_):
                self.border("import", name, type_, item)
            case tree.ExportDecl(name, type_):
                self.border("export", name, type_, item)
            case _:
                self.frame.declare(item)

    def border(self, side: str, name: tree.ExternName, type_: tree.ExternDesc, item: tree.Declaration) -> None:
        match type_:
            case tree.FuncExtern(index):
                self.sides[side].items.append(self.frame.function(name, index, side))
            case tree.TypeExtern(bound) if side == "import":
                self.sides[side].items.append(self.frame.introduce(name, bound))
            case tree.InstanceExtern(index):
                self.instance(side, name, self.template(index))
            case tree.ComponentExtern(index) if side == "export":
                self.components[full_name(name)] = self.template(index)
            case _:
                raise unsayable(item, f"the {side} {name.name!r}")

    def template(self, index: int) -> Template:
        return self.frame.of_kind(Template, index)

    def instance(self, side: str, name: tree.ExternName, template: Template) -> None:
        full = full_name(name)
        origin = name.implements or (full if ":" in full else "")
        said = self.named(origin) if origin else self.frame.said.inline(full, side)
        found = interface(template, full, said, origin)
        said_here = self.frame.said.statement(full, side)
        self.frame.instances.append({named.name: named for named in found.types})
        self.sides[side].items.append(found)
        self.sides[side].statements[full] = replace(said_here, external_id=name.external_id)

    def interfaces(self, side: str) -> list[Interface]:
        return [item for item in self.sides[side].items if isinstance(item, Interface)]

    def world(self, name: str, package: str) -> World:
        imports, exports = self.sides["import"], self.sides["export"]
        docs, stability = self.frame.said.itself()
        return World(
            name,
            tuple(imports.items),
            tuple(exports.items),
            docs,
            stability,
            package,
            imports.statements,
            exports.statements,
        )


def full_name(name: tree.ExternName) -> str:
    """``wasi:http/types@0.2`` with the suffix ``.3`` is ``wasi:http/types@0.2.3``."""
    return name.name + (name.version_suffix or "")


def unsayable(item: tree.Declaration | tree.Definition, what: str) -> UnsupportedError:
    return UnsupportedError(f"{what} is nothing that WIT can say", item.offset)
