"""One of each: interfaces and types that several worlds and packages speak of become the same objects.

Binaries say an interface wherever it is used, each time as much of it as is needed there. What comes in later fills in
what was missing; what is there already stays, so that nothing is there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from witcraft.craft.scope import Named, origin_of
from witcraft.errors import UnsupportedError, WitcraftError
from witcraft.model import version
from witcraft.model.package import Package, PackageName, Packages
from witcraft.model.types import (
    NO_DOCS,
    Borrow,
    Docs,
    Enum,
    Flags,
    Own,
    Prim,
    Record,
    Resource,
    TypeDef,
    ValType,
    Variant,
    strip,
)
from witcraft.model.walk import rebuild
from witcraft.model.world import (
    ComponentItem,
    Constructor,
    CoreModule,
    Freestanding,
    Function,
    FunctionKind,
    Interface,
    Method,
    NamedResource,
    Param,
    Statement,
    Static,
    World,
    WorldItem,
    extern_name,
)
from witcraft.words import InterfaceName


class MergeError(WitcraftError):
    """Two packages of one name that contradict each other."""


@dataclass(slots=True, eq=False)
class Draft:
    """An interface that is not known whole yet."""

    said: Interface  # who spoke of it first
    types: dict[str, Named] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    frozen: Interface | None = None

    def freeze(self) -> Interface:
        """The same object, however often it is asked for."""
        if self.frozen is None:
            types, functions = tuple(self.types.values()), tuple(self.functions.values())
            self.frozen = replace(self.said, types=types, functions=functions)
        return self.frozen


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An interface as an item of a world."""

    name: str
    implements: str
    draft: Draft

    def freeze(self) -> Interface:
        found = self.draft.freeze()
        return replace(found, name=self.name, implements=self.implements) if self.implements else found


Item = Instance | Named | Function


@dataclass(slots=True, eq=False)
class DraftWorld:
    said: World
    imports: list[Item]
    exports: list[Item]

    def freeze(self) -> World:
        return replace(self.said, imports=frozen(self.imports), exports=frozen(self.exports))


def frozen(items: Iterable[Item]) -> tuple[WorldItem, ...]:
    return tuple([item.freeze() if isinstance(item, Instance) else item for item in items])


@dataclass(slots=True, eq=False)
class Shelf:
    """A package: its interfaces by extern name, its worlds by label, as they came."""

    name: PackageName
    docs: Docs = NO_DOCS
    interfaces: dict[str, Draft] = field(default_factory=dict)
    worlds: dict[str, DraftWorld] = field(default_factory=dict)

    def freeze(self) -> Package:
        interfaces = tuple([draft.freeze() for draft in self.interfaces.values()])
        return Package(self.name, interfaces, tuple([world.freeze() for world in self.worlds.values()]), self.docs)

    def uses(self) -> list[PackageName]:
        """The packages that it names."""
        drafts = [*self.interfaces.values()]
        for world in self.worlds.values():
            drafts += [item.draft for item in (*world.imports, *world.exports) if isinstance(item, Instance)]
        owners = [draft.said.name for draft in drafts]
        owners += [origin.owner for draft in drafts for origin in map(origin_of, draft.types.values()) if origin]
        return [package_of(owner) for owner in dict.fromkeys(owners) if ":" in owner]


class Library:
    """Takes in interfaces and worlds, gives out ``Packages``; what was taken in is left as it is.

    ``replaced``: types of which another comes in, for them wherever they are mentioned.
    """

    def __init__(self, replaced: Mapping[TypeDef, TypeDef] | None = None) -> None:
        self.replaced = replaced or {}
        self.shelves: dict[PackageName, Shelf] = {}
        self.types: dict[TypeDef, TypeDef] = {}  # what came in -> what stands for it
        self.resources: dict[Resource, Resource] = {}
        self.further: dict[int, tuple[Named, NamedResource]] = {}  # names of resources, by their identity
        self.first: dict[Resource, NamedResource] = {}  # the name by which a resource is declared
        self.parts: dict[ValType, ValType] = {}

    # ---- coming in -----------------------------------------------------------------------------------------------

    def packages(self, found: Packages) -> None:
        for package in found:
            shelf = self.shelf(package.name)
            shelf.docs = shelf.docs if shelf.docs.text else package.docs
            for interface in package.interfaces:
                self.interface(interface)
            for world in package.worlds:
                self.world(package.name, world)

    def shelf(self, name: PackageName) -> Shelf:
        return self.shelves.setdefault(name, Shelf(name))

    def interface(self, found: Interface) -> Draft:
        """Takes in a named interface, or as much of it as is known."""
        name = found.implements or found.name
        drafts = self.shelf(package_of(name)).interfaces
        if name not in drafts:
            drafts[name] = Draft(replace(found, name=name, implements=""))
        drafts[name].said = telling(drafts[name].said, found)
        return self.fill(drafts[name], found)

    def fill(self, draft: Draft, found: Interface) -> Draft:
        if found.nested:
            raise UnsupportedError(f"interface {found.name} has {extern_name(found.nested[0])!r}, which no WIT can say")
        for named in found.types:
            self.named(draft.types, draft.said.name, named)
        for function in found.functions:
            made = self.function(function)
            known = draft.functions.setdefault(function.extern_name, made)
            draft.functions[function.extern_name] = telling(known, made)
            if differ(known, made):
                raise MergeError(f"{function.extern_name} of {draft.said.name} has other parameters here than there")
        return draft

    def world(self, package: PackageName, found: World) -> DraftWorld:
        names: dict[str, Named] = {}
        draft = DraftWorld(
            replace(found, package=str(package)),
            [self.item(names, item) for item in found.imports],
            [self.item(names, item) for item in found.exports],
        )
        known = self.shelf(package).worlds.setdefault(found.name, draft)
        check_same(package, known.said, found)
        known.said = replace(
            telling(known.said, found),
            import_statements=statements([known.said.import_statements, found.import_statements]),
            export_statements=statements([known.said.export_statements, found.export_statements]),
        )
        return known

    def union(self, package: PackageName, name: str, found: Sequence[World]) -> None:
        """A world that wants and gives all that the worlds ``found`` do; what several have has to be the same."""
        names: dict[str, Named] = {}
        sides: tuple[dict[str, Item], dict[str, Item]] = ({}, {})
        for world in found:
            for side, items in zip(sides, (world.imports, world.exports), strict=True):
                for item in items:
                    self.join(side, names, item)
        said = World(
            name,
            package=str(package),
            import_statements=statements([world.import_statements for world in found]),
            export_statements=statements([world.export_statements for world in found]),
        )
        self.shelf(package).worlds[name] = DraftWorld(said, list(sides[0].values()), list(sides[1].values()))

    def join(self, side: dict[str, Item], names: dict[str, Named], item: WorldItem) -> None:
        key = extern_name(item)
        known = side.get(key)
        if isinstance(known, Instance) and isinstance(item, Interface) and not is_named(item):
            self.fill(known.draft, item)
            return
        found = self.item(names, item)
        side.setdefault(key, found)
        if known is not None and (type(known) is not type(found) or differ(known, found)):
            raise MergeError(f"{key} is one thing here and another there")

    def item(self, names: dict[str, Named], item: WorldItem) -> Item:
        match item:
            case Interface(name):
                return Instance(name, item.implements, self.interface(item) if is_named(item) else inline(self, item))
            case Function():
                return self.function(item)
            case TypeDef() | NamedResource():
                return self.named(names, "", item)
            case CoreModule() | ComponentItem():
                raise UnsupportedError(f"{extern_name(item)!r} is nothing that WIT can say")
            case _:
                assert_never(item)

    # ---- types ---------------------------------------------------------------------------------------------------

    def named(self, names: dict[str, Named], owner: str, found: Named) -> Named:
        """A type under a name: the one that has it already, or else a new one."""
        if found.name not in names:
            made = self.resource(found, owner) if isinstance(found, NamedResource) else self.type(found)
            names[found.name] = replace(made, owner=owner)
        known = names[found.name]
        match found, known:
            case TypeDef(), TypeDef() if outline(found) == outline(known):
                self.types[found] = known
            case NamedResource(), NamedResource():
                self.further[id(found)] = (found, known)
                self.resources.setdefault(found.resource, known.resource)
                if known.of is None:
                    self.first.setdefault(known.resource, known)
            case _:
                raise MergeError(f"type {found.name} of {owner or 'the world'} is one thing here and another there")
        return known

    def type(self, found: TypeDef) -> TypeDef:
        return replace(found, type=self.value(found.type))

    def resource(self, found: NamedResource, owner: str) -> NamedResource:
        """One that is known already gets a further name, even where a binary does not say that it is one."""
        if found.of is not None and id(found.of) in self.further:
            origin = self.further[id(found.of)][1]
        elif found.resource in self.resources:
            origin = self.first[self.resources[found.resource]]
        else:
            external_id = found.external_id or found.resource.external_id
            resource = replace(found.resource, owner=owner, name=found.name, external_id=external_id)
            return replace(found, resource=resource, of=None, external_id=None)
        return replace(found, resource=origin.resource, of=origin)

    def value(self, ty: ValType) -> ValType:
        match ty:
            case TypeDef():
                found = self.replaced.get(ty, ty)
                if found not in self.types:
                    self.types[found] = self.type(found)
                return self.types[found]
            case Own(resource, alias):
                return Own(*self.handle(resource, alias))
            case Borrow(resource, alias):
                return Borrow(*self.handle(resource, alias))
            case _:
                if ty not in self.parts:
                    self.parts[ty] = rebuild(ty, self.value)
                return self.parts[ty]

    def handle(self, resource: Resource, alias: str) -> tuple[Resource] | tuple[Resource, str]:
        known = self.resources.get(resource, resource)
        return (known, alias) if alias else (known,)

    def function(self, found: Function) -> Function:
        return replace(
            found,
            kind=self.kind(found.kind),
            params=tuple([Param(param.name, self.value(param.type)) for param in found.params]),
            result=None if found.result is None else self.value(found.result),
        )

    def kind(self, kind: FunctionKind) -> FunctionKind:
        match kind:
            case Freestanding():
                return kind
            case Method(resource) | Static(resource) | Constructor(resource):
                return type(kind)(self.resources.get(resource, resource))
            case _:
                assert_never(kind)

    # ---- going out -----------------------------------------------------------------------------------------------

    def freeze(self, root: PackageName) -> Packages:
        """All that came in, packages that are used before those that use them."""
        found = {name: self.shelves[name].freeze() for name in self.in_order()}
        return Packages(tuple(found.values()), found[root])

    def in_order(self) -> list[PackageName]:
        done: dict[PackageName, None] = {}
        begun: set[PackageName] = set()
        todo = [(name, False) for name in reversed(self.shelves)]
        while todo:
            name, is_done = todo.pop()
            if is_done:
                done[name] = None
            elif name not in begun:
                begun.add(name)
                todo.append((name, True))
                todo += [(used, False) for used in reversed(self.shelves[name].uses()) if used not in begun]
        return list(done)


def inline(library: Library, found: Interface) -> Draft:
    return library.fill(Draft(found), found)


Documented = TypeVar("Documented", Interface, Function, World, Statement)


def telling(known: Documented, found: Documented) -> Documented:
    """``known``, with what only ``found`` says of it."""
    if (known.docs.text or not found.docs.text) and (known.stability or not found.stability):
        return known
    docs = known.docs if known.docs.text else found.docs
    return replace(known, docs=docs, stability=known.stability or found.stability)


def statements(found: Iterable[Mapping[str, Statement]]) -> dict[str, Statement]:
    said: dict[str, Statement] = {}
    for name, statement in [item for mapping in found for item in mapping.items()]:
        said[name] = telling(said.get(name, statement), statement)
    return said


def is_named(interface: Interface) -> bool:
    return bool(interface.implements) or ":" in interface.name


def package_of(extern: str) -> PackageName:
    """Of ``"wasi:io/streams@0.2.0"``: ``wasi:io@0.2.0``."""
    name = InterfaceName(extern)
    return PackageName(name.namespace, name.package, version.parse(name.version))


def outline(ty: ValType) -> object:
    """What has to be the same where a type is said twice, as far as it can be told from names."""
    match strip(ty):
        case Record(fields):
            return Record, [field.name for field in fields]
        case Variant(cases):
            return Variant, [case.name for case in cases]
        case Enum(labels) | Flags(labels) as found:
            return type(found), labels
        case Prim() as found:
            return found
        case found:
            return type(found)


def differ(ours: Item, theirs: Item) -> bool:
    """Of two functions, whether one cannot be the other."""
    if not isinstance(ours, Function) or not isinstance(theirs, Function):
        return False
    names = [[param.name for param in function.params] for function in (ours, theirs)]
    kinds = [(function.is_async, function.result is None) for function in (ours, theirs)]
    return names[0] != names[1] or kinds[0] != kinds[1]


def check_same(package: PackageName, known: World, found: World) -> None:
    """Two worlds of one name have to want and give the same items."""
    for side, ours, theirs in (("imports", known.imports, found.imports), ("exports", known.exports, found.exports)):
        different = {extern_name(item) for item in ours} ^ {extern_name(item) for item in theirs}
        if different:
            names = ", ".join(sorted(different))
            raise MergeError(
                f"package {package} is there twice, and the {side} of its worlds {found.name} differ: {names}"
            )
