"""The declarations of the component's own file, ``NAME.d.ts``: what the module exports, in either of its shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from witcraft.emit.js import names
from witcraft.emit.js.declare import Printer
from witcraft.emit.js.names import Taken, property_key, type_name, upper_camel
from witcraft.model.types import Resource, Result, strip
from witcraft.model.world import CoreModule, Freestanding, Function, Interface, NamedResource, World, WorldItem

if TYPE_CHECKING:
    from witcraft.emit.js.declarations import Declarations


class RootPrinter(Printer):
    """``NAME.d.ts``: what the module exports, in either of its shapes."""

    def __init__(self, all_: Declarations) -> None:
        super().__init__(all_.places, all_.root, is_import=False)
        self.all, self.world = all_, all_.world
        self.imports, self.exports = all_.scopes
        self.instantiates = all_.instantiation is not None
        exported = {item.resource for item in self.exports.items if isinstance(item, NamedResource)}
        self.values = frozenset() if self.instantiates else frozenset(exported)
        self.asks = False  #                something has to be given
        self.spaces: dict[str, str] = {}  # path of an interface's file -> the namespace that stands for it here

    def class_head(self, resource: Resource) -> str:
        """Only what the module itself exports is a value of it; other classes are types."""
        return "export class" if resource in self.values else "declare class"

    def text(self) -> str:
        self.namespaces()
        self.types()
        self.import_objects()
        if self.instantiates:
            self.export_object()
            self.instantiate()
        else:
            self.module_exports()
        if throws_errors(self.world):
            self.component_error()
        return self.finish(self.world.docs.text)

    # ---- interfaces, types ----

    def namespaces(self) -> None:
        """A name for every interface. Those of imports are exported, types only, where the module has no function."""
        for scope in (self.imports, *([self.exports] if self.instantiates else [])):
            for name, inner in scope.nested.items():
                path = inner.file.path
                if path not in self.spaces:
                    wish = upper_camel(path.partition("/")[2] if self.instantiates else name)
                    self.spaces[path] = self.file.names.take(wish)
                    self.line(f"import type * as {self.spaces[path]} from {self.specifier(inner)}; // {name}")
        if not self.instantiates:
            self.extend([f"export type {{ {name} }};" for name in self.spaces.values()])

    def types(self) -> None:
        for scope in (self.imports, self.exports):
            self.is_import = scope.is_import
            known = [_identity(item) for item in self.imports.items] if scope is self.exports else []
            self.declare([item for item in scope.items if _identity(item) not in known])
        self.is_import = False
        for resource, name in self.file.classes.items():
            if self.places.classes[resource] is self.file and resource not in self.values:
                self.line(f"export type {{ {name} }};")

    # ---- imports ----

    def import_objects(self) -> None:
        """What the component imports, by the keys that the module reads; by the versioned ones, where there are any."""
        groups: dict[str, list[WorldItem]] = {}
        for item in self.imports.items:
            if isinstance(item, Interface):
                groups.setdefault(names.specifier(item.name), []).append(item)
            elif self.is_asked_for(item):
                groups.setdefault(item.extern_name if isinstance(item, Function) else item.name, []).append(item)
        self.asks = bool(groups)
        if not self.is_versioned():
            self._import_object("ImportObject", groups)
            return
        versioned = {
            item.name if isinstance(item, Interface) else key: [item] for key, all_ in groups.items() for item in all_
        }
        self._import_object("UnversionedImportObject", groups)
        self._import_object("VersionedImportObject", versioned)
        self.line()
        self.line("export type ImportObject = UnversionedImportObject | VersionedImportObject;")

    def is_versioned(self) -> bool:
        return any(isinstance(item, Interface) and "@" in item.name for item in self.imports.items)

    def is_asked_for(self, item: WorldItem) -> bool:
        """Whether a host gives a value for a definition of the root; a class is one with all of its functions."""
        match item:
            case Function():
                return isinstance(item.kind, Freestanding)
            case NamedResource(name, resource):
                return self.places.classes[resource] is self.file and name not in self.file.seconds
            case _:
                return isinstance(item, CoreModule)

    def _import_object(self, name: str, groups: dict[str, list[WorldItem]]) -> None:
        self.line()
        self.is_import = True
        if not groups:
            self.line(f"export type {name} = {self.file.builtin('Record')}<string, never>;")
        else:
            with self.block(f"export interface {name} {{", "}"):
                for key, items in groups.items():
                    self._import(key, items)
        self.is_import = False

    def _import(self, key: str, items: list[WorldItem]) -> None:
        match items[0]:
            case Function() as function:
                with self.block(f"{property_key(key)}: {{", "},"):
                    self.documented(function)
                    self.signature("default", function, ",")
            case NamedResource(_, resource):
                self.line(f"{property_key(key)}: {{ default: typeof {self.file.classes[resource]} }},")
            case CoreModule():
                self.line(f"{property_key(key)}: {{ default: {self.file.builtin('WebAssembly')}.Module }},")
            case Interface():
                found = [item for item in items if isinstance(item, Interface)]
                spaces = [f"typeof {self.spaces[self.imports.nested[item.name].file.path]}" for item in found]
                mark = "" if any(has_values(item) for item in found) else "?"
                self.line(f"{property_key(key)}{mark}: {' & '.join(spaces)},")
            case _:
                pass

    # ---- exports ----

    def export_items(self) -> Iterator[tuple[str, WorldItem]]:
        """Every export that has a value, under each of its names."""
        items = [item for item in self.exports.items if _has_value(item)]
        taken = Taken()
        for item in items:
            name = item.name if not isinstance(item, Function) else item.extern_name
            key = type_name(name) if isinstance(item, NamedResource) else names.export_key(name)
            yield taken.take(key), item
        interfaces = {item.name: item for item in items if isinstance(item, Interface)}
        others = [item.extern_name if isinstance(item, Function) else item.name for item in items]
        for alias, name in names.export_aliases(others).items():
            yield alias, interfaces[name]

    def export_object(self) -> None:
        self.line()
        with self.block(f"export interface {self.all.world_class} {{", "}"):
            for key, item in self.export_items():
                match item:
                    case Function():
                        self.documented(item)
                        self.signature(property_key(key), item, ",")
                    case Interface():
                        space = self.spaces[self.exports.nested[item.name].file.path]
                        self.line(f"{property_key(key)}: typeof {space},")
                    case CoreModule():
                        self.line(f"{property_key(key)}: {self.file.builtin('WebAssembly')}.Module,")
                    case NamedResource(_, resource) if resource in self.file.classes:
                        self.line(f"{property_key(key)}: typeof {self.file.classes[resource]},")
                    case _:
                        pass

    def module_exports(self) -> None:
        """The module is the instance: its exports are those of the component."""
        self.functions([item for item in self.exports.items if isinstance(item, Function)])
        self.line()
        for key, item in self.export_items():
            if isinstance(item, Interface):
                where = self.specifier(self.exports.nested[item.name])
                self.line(f"export * as {property_key(key)} from {where}; // export {item.name}")
            elif isinstance(item, CoreModule):
                self.constant(key, f"{self.file.builtin('WebAssembly')}.Module")
        if self.all.tla_compat:
            self.line("/** Resolves once the component can be called. */")
            self.line(f"export const $init: {self.file.builtin('Promise')}<void>;")

    # ---- the function ----

    def instantiate(self) -> None:
        wasm, record = self.file.builtin("WebAssembly"), self.file.builtin("Record")
        imports = "imports: ImportObject" if self.asks else "imports?: ImportObject"
        module, core = f"{wasm}.Module", f"(module: {wasm}.Module, imports: {record}<string, any>) => {wasm}.Instance"
        give = self.all.world_class
        if self.all.instantiation == "sync":
            params = [f"getCoreModule: (path: string) => {module}", imports, f"instantiateCore?: {core}"]
            self._instantiate(SYNC_DOCS, params, give)
            return
        promise = self.file.builtin("Promise")
        whole = imports if self.asks else "imports: ImportObject | undefined"
        params = [f"getCoreModule: (path: string) => {module}", whole, f"instantiateCore: {core}"]
        self._instantiate(BOTH_DOCS, params, give)
        later = f"(path: string) => {module} | {promise}<{module}>"
        params = [f"getCoreModule: ({later}) | null | undefined", imports]
        params.append(f"instantiateCore?: {core} | {promise}<{wasm}.Instance>")
        self._instantiate(ASYNC_DOCS, params, f"{promise}<{give}>")

    def _instantiate(self, docs: str, params: list[str], result: str) -> None:
        self.line()
        self.docs(docs)
        with self.block("export function instantiate(", f"): {result};"):
            self.extend([f"{param}," for param in params])

    def component_error(self) -> None:
        self.line()
        self.docs("What a function throws whose result is an error: `payload` is that error.")
        with self.block(f"export class ComponentError<E = unknown> extends {self.file.builtin('Error')} {{", "}"):
            self.line("constructor(payload: E);")
            self.line("readonly payload: E;")


SYNC_DOCS = """\
Instantiates the component: `imports` is what it imports, the result is what it exports.

`getCoreModule` gives the compiled core module of a path, `instantiateCore` instantiates one; by default that is
`new WebAssembly.Instance`."""
BOTH_DOCS = f"{SYNC_DOCS.partition(' instantiates one')[0]} instantiates one. At once, if both do so."
ASYNC_DOCS = """\
Instantiates the component: `imports` is what it imports, the result is what it exports.

`getCoreModule` gives the compiled core module of a path, `instantiateCore` instantiates one. By default modules are
fetched from where this module lies, and `WebAssembly.instantiate` instantiates them."""


def has_values(interface: Interface) -> bool:
    """Whether there is anything in an interface but types."""
    return bool(interface.functions or interface.nested) or any(
        isinstance(item, NamedResource) and item.resource.owner == interface.name for item in interface.types
    )


def _identity(item: WorldItem) -> object:
    """A type that is imported and exported under one name is declared once; everything else is itself."""
    return (item.name, item.resource) if isinstance(item, NamedResource) else item


def _has_value(item: WorldItem) -> bool:
    """Whether anything stands for it when the component runs, but for what is part of a class."""
    if isinstance(item, Function):
        return isinstance(item.kind, Freestanding)
    return isinstance(item, Interface | CoreModule | NamedResource)


def throws_errors(world: World) -> bool:
    """Whether a function of the world has a ``result``: the module then exports its ``ComponentError``."""
    return any(
        isinstance(strip(function.result), Result)
        for function in _functions([*world.imports, *world.exports])
        if function.result is not None
    )


def _functions(items: Iterable[WorldItem]) -> Iterator[Function]:
    for item in items:
        if isinstance(item, Function):
            yield item
        elif isinstance(item, Interface):
            yield from _functions([*item.functions, *item.nested])
