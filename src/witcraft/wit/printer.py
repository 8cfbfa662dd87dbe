"""Resolved packages as WIT text (component-model WIT.md): what is parsed again gives the same packages.

Worlds are printed as they are elaborated: ``include`` is done, and imports that only follow from others are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from witcraft.errors import EmitError
from witcraft.model.gates import Stability
from witcraft.model.package import Package, Packages, label
from witcraft.model.text import Names, wit
from witcraft.model.types import (
    Borrow,
    Docs,
    Enum,
    Flags,
    Own,
    Record,
    Resource,
    TypeDef,
    Variant,
)
from witcraft.model.world import (
    ComponentItem,
    Constructor,
    CoreModule,
    Freestanding,
    Function,
    Interface,
    Method,
    NamedResource,
    Statement,
    Static,
    World,
    WorldItem,
)
from witcraft.text import Writer
from witcraft.wit.keywords import identifier
from witcraft.wit.literals import string

Named = TypeDef | NamedResource
NOTHING_SAID = Statement()


def text(packages: Packages) -> str:
    """The root package, then the others, each in braces of its own."""
    out = [package_text(packages.root)]
    out += [nested_text(package) for package in packages if package is not packages.root]
    return "\n".join(out)


def files(packages: Packages) -> dict[str, str]:
    """A directory that reads as the same packages: contents by path, dependencies in ``deps``."""
    found = {f"{packages.root.name.name}.wit": package_text(packages.root)}
    for package in packages:
        if package is not packages.root:
            found[f"deps/{str(package.name).replace(':', '-')}.wit"] = package_text(package)
    return found


def package_text(package: Package) -> str:
    """A file of its own: the package's name is a statement at its top."""
    out = Printer(package)
    out.docs(package.docs)
    out.line(f"package {package_name(package)};")
    for interface in package.interfaces:
        out.line()
        out.interface(interface)
    if package.worlds:
        out.line()
    for world in package.worlds:
        out.world(world)
    return out.text()


def nested_text(package: Package) -> str:
    """``package ns:name { ... }``."""
    out = Printer(package)
    out.docs(package.docs)
    with out.block(f"package {package_name(package)} {{", "}"):
        for interface in package.interfaces:
            out.interface(interface)
        for world in package.worlds:
            out.world(world)
    return out.text()


def package_name(package: Package) -> str:
    name = package.name
    version = f"@{name.version}" if name.version else ""
    return f"{identifier(name.namespace)}:{identifier(name.name)}{version}"


@dataclass(slots=True)
class Scope(Names):
    """What names mean inside one interface or world: a resource is called by its first name there."""

    owner: str
    resources: dict[Resource, str] = field(default_factory=dict)

    def of_type(self, ty: TypeDef) -> str:
        return identifier(ty.name)

    def of_resource(self, handle: Own | Borrow) -> str:
        return identifier(handle.alias or self.resources.get(handle.resource, handle.resource.name))


def scope_of(owner: str, types: Iterable[Named]) -> Scope:
    scope = Scope(owner)
    for ty in types:
        if isinstance(ty, NamedResource):
            scope.resources.setdefault(ty.resource, ty.name)
    return scope


class Printer(Writer):
    """Prints the parts of one package; names of its own interfaces are written short."""

    def __init__(self, package: Package) -> None:
        super().__init__("  ")
        self.package = str(package.name)
        self.spaced = False  # something stands above in this block, so that the next item wants an empty line

    # ---- what stands above an item ----

    def docs(self, docs: Docs) -> None:
        if docs.text:
            for line in docs.text.split("\n"):
                self.line(f"/// {line.rstrip()}".rstrip())

    def gates(self, stability: Stability, external_id: str | None) -> None:
        if stability.since is not None:
            self.line(f"@since(version = {stability.since})")
        if stability.feature is not None:
            self.line(f"@unstable(feature = {identifier(stability.feature)})")
        if stability.deprecated is not None:
            self.line(f"@deprecated(version = {stability.deprecated})")
        if external_id is not None:
            self.line(f"@external-id({string(external_id)})")

    def head(self, item: TypeDef | Resource | NamedResource | Function) -> None:
        self.docs(item.docs)
        self.gates(item.stability, item.external_id)

    def item(self) -> None:
        """An empty line between two items of a block."""
        if self.spaced:
            self.line()
        self.spaced = True

    # ---- interfaces ----

    def interface(self, interface: Interface) -> None:
        self.docs(interface.docs)
        self.gates(interface.stability, None)
        self.interface_body(f"interface {identifier(label(interface.name))}", interface)

    def interface_body(self, head: str, interface: Interface) -> None:
        owner = interface.name
        if interface.nested:
            raise EmitError(f"{owner}: WIT has no words for what it holds under the name {interface.nested[0]}")
        scope = scope_of(owner, interface.types)
        with self.block(f"{head} {{", "}"):
            self.spaced = False
            self.types(interface.types, interface.functions, scope)
            for function in interface.functions:
                if isinstance(function.kind, Freestanding):
                    self.item()
                    self.head(function)
                    self.line(f"{identifier(function.name)}: {function_type(function, scope)};")
        self.spaced = True

    # ---- worlds ----

    def world(self, world: World) -> None:
        self.docs(world.docs)
        self.gates(world.stability, None)
        scope = scope_of("", [item for item in world.imports if isinstance(item, Named)])
        with self.block(f"world {identifier(world.name)} {{", "}"):
            self.spaced = False
            for item in world.imports:
                if not isinstance(item, Named | Function):
                    self.world_item("import", item, world.import_statements, scope)
                    self.spaced = True
            self.world_types(world, scope)
            for item in sorted(world.exports, key=lambda item: not isinstance(item, Function)):  # as text is read
                self.world_item("export", item, world.export_statements, scope)

    def world_types(self, world: World, scope: Scope) -> None:
        functions = [item for item in world.imports if isinstance(item, Function)]
        self.types([item for item in world.imports if isinstance(item, Named)], functions, scope)
        for function in functions:
            if isinstance(function.kind, Freestanding):
                self.world_item("import", function, {}, scope)
                self.spaced = True
        if world.exports and self.spaced:
            self.line()

    def world_item(self, verb: str, item: WorldItem, statements: Mapping[str, Statement], scope: Scope) -> None:
        match item:
            case Function():
                self.head(item)
                self.line(f"{verb} {identifier(item.name)}: {function_type(item, scope)};")
            case Interface():
                self.world_interface(verb, item, statements.get(item.name, NOTHING_SAID))
            case TypeDef() | NamedResource():
                raise EmitError(f"the {verb} {item.name!r} of a world is a type: WIT has no words for that")
            case CoreModule():
                raise EmitError(f"the {verb} {item.name!r} is a core module: WIT has no words for that")
            case ComponentItem(name, sort):
                raise EmitError(f"the {verb} {name!r} is a {sort}: WIT has no words for that")
            case _:
                assert_never(item)

    def world_interface(self, verb: str, interface: Interface, said: Statement) -> None:
        is_inline = ":" not in interface.name and not interface.implements
        self.docs(said.docs if said.docs.text or not is_inline else interface.docs)
        self.gates(interface.stability if is_inline else said.stability, said.external_id)
        if is_inline:
            self.interface_body(f"{verb} {identifier(interface.name)}: interface", interface)
        elif interface.implements:
            self.line(f"{verb} {identifier(interface.name)}: {self.path(interface.implements)};")
        else:
            self.line(f"{verb} {self.path(interface.name)};")

    def path(self, extern: str) -> str:
        """An interface of this package by its label, others whole."""
        head, _, version = extern.partition("@")
        package, _, name = head.rpartition("/")
        version = f"@{version}" if version else ""
        if package + version == self.package:
            return identifier(name)
        namespace, _, package = package.partition(":")
        return f"{identifier(namespace)}:{identifier(package)}/{identifier(name)}{version}"

    # ---- types ----

    def types(self, types: Sequence[Named], functions: Iterable[Function], scope: Scope) -> None:
        """First what is used from elsewhere, then what is defined here, resources with their functions."""
        own: list[Named] = []
        uses: list[tuple[str, Named, list[str]]] = []
        for ty in types:
            origin = used(ty, scope.owner)
            if origin is None:
                own.append(ty)
            elif uses and same_use(uses[-1], origin[0], ty):
                uses[-1][2].append(renamed(origin[1], ty.name))
            else:
                uses.append((origin[0], ty, [renamed(origin[1], ty.name)]))
        for owner, first, names in uses:
            self.gates(first.stability, first.external_id)
            self.line(f"use {self.path(owner)}.{{{', '.join(names)}}};")
            self.spaced = True
        for ty in own:
            self.item()
            self.define(ty, functions, scope)

    def define(self, ty: Named, functions: Iterable[Function], scope: Scope) -> None:
        match ty:
            case NamedResource(name, resource, _, None):
                self.head(resource)
                self.resource(name, [f for f in functions if belongs(f, name)], scope)
            case NamedResource():
                self.head(ty)
                assert ty.of is not None, "else it is defined here"
                self.line(f"type {identifier(ty.name)} = {identifier(ty.of.name)};")
            case TypeDef():
                self.head(ty)
                self.type_definition(ty, scope)

    def resource(self, name: str, functions: list[Function], scope: Scope) -> None:
        head = f"resource {identifier(name)}"
        if not functions:
            self.line(f"{head};")
            return
        with self.block(f"{head} {{", "}"):
            for function in functions:
                self.head(function)
                self.line(f"{member(function)}{function_type(function, scope)};")

    def type_definition(self, ty: TypeDef, scope: Scope) -> None:
        name, docs = identifier(ty.name), ty.docs.items
        match ty.type:
            case Record(fields):
                items = [(f.name, f"{identifier(f.name)}: {wit(f.type, scope)}") for f in fields]
                self.items(f"record {name}", items, docs)
            case Variant(cases):
                items = [(c.name, identifier(c.name) + (f"({wit(c.type, scope)})" if c.type else "")) for c in cases]
                self.items(f"variant {name}", items, docs)
            case Enum(labels):
                self.items(f"enum {name}", [(word, identifier(word)) for word in labels], docs)
            case Flags(labels):
                self.items(f"flags {name}", [(word, identifier(word)) for word in labels], docs)
            case Own() as handle:  # without `own`, it would be another name for the resource itself
                self.line(f"type {name} = own<{scope.of_resource(handle)}>;")
            case other:
                self.line(f"type {name} = {wit(other, scope)};")

    def items(self, head: str, items: list[tuple[str, str]], docs: Mapping[str, str]) -> None:
        with self.block(f"{head} {{", "}"):
            for name, line in items:
                self.docs(Docs(docs.get(name, "")))
                self.line(f"{line},")


def used(ty: Named, owner: str) -> tuple[str, str] | None:
    """Of a type that stands in another interface: that interface's extern name, and the type's name there."""
    match ty:
        case TypeDef(type=TypeDef() as other) if other.owner != owner:
            return other.owner, other.name
        case NamedResource(of=NamedResource() as other) if other.owner != owner:
            return other.owner, other.name
        case NamedResource(of=None, resource=resource) if resource.owner != owner:
            return resource.owner, resource.name
        case _:
            return None


def same_use(use: tuple[str, Named, list[str]], owner: str, ty: Named) -> bool:
    """Whether ``ty`` goes into the braces of the statement above it."""
    return use[0] == owner and (use[1].stability, use[1].external_id) == (ty.stability, ty.external_id)


def renamed(there: str, here: str) -> str:
    return identifier(there) if there == here else f"{identifier(there)} as {identifier(here)}"


def belongs(function: Function, resource: str) -> bool:
    """Whether it stands inside the braces of the resource of that name."""
    bracket, _, rest = function.extern_name.partition("]")
    return bracket.startswith("[") and rest.partition(".")[0] == resource


def member(function: Function) -> str:
    """What stands before the type of a function of a resource."""
    match function.kind:
        case Constructor():
            return ""
        case Static():
            return f"{identifier(function.name)}: static "
        case _:
            return f"{identifier(function.name)}: "


def function_type(function: Function, scope: Scope) -> str:
    """``func(a: u32) -> string``; ``self`` is not said, nor what a constructor gives, unless it can fail."""
    params = function.params[1:] if isinstance(function.kind, Method) else function.params
    listed = ", ".join([f"{identifier(param.name)}: {wit(param.type, scope)}" for param in params])
    is_constructor = isinstance(function.kind, Constructor)
    says_result = function.result is not None and not (is_constructor and isinstance(function.result, Own))
    result = f" -> {wit(function.result, scope)}" if says_result else ""
    word = "constructor" if is_constructor else "async func" if function.is_async else "func"
    return f"{word}({listed}){result}"
