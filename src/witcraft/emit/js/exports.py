"""What a component gives: functions, classes of resources, and objects of them for its interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from witcraft.emit.js.functions import print_export
from witcraft.emit.js.imports import method_keys
from witcraft.emit.js.module import JsWriter, entry, literal
from witcraft.emit.js.names import (
    Taken,
    export_aliases,
    export_key,
    fields,
    lower_camel,
    property_key,
    quoted,
    type_name,
    variable,
)
from witcraft.model.types import Resource
from witcraft.model.world import Constructor, Freestanding, Static
from witcraft.plan.steps import (
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    HostResource,
    LiftedFunction,
    ReexportedFunction,
)

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One export that has a value: its key, and the local that holds it."""

    key: str
    local: str


class Exports:
    """Prints the functions and classes of the root and of every interface; ``given`` is what the root gives."""

    def __init__(self, package: Package) -> None:
        self.package, self.module = package, package.module
        self.out = JsWriter(1)
        self.objects = JsWriter(1)
        self.given: list[Given] = []
        self._classes: dict[int, str] = {}  # resource of the plan -> local of its class
        self._methods: dict[Resource, list[tuple[Path, LiftedFunction]]] = {}

    def print(self) -> None:
        items = self.package.plan.exports
        self.module.outer |= set(locals_of(items))
        self.gather_methods((), items)
        keys, locals_ = root_keys(items), dict[str, str]()
        for name, item in items:
            found = self.item((), name, item)
            if found is not None:
                locals_[name] = found
                self.given.append(Given(keys[name], found))
        for alias, name in export_aliases(locals_).items():
            self.given.append(Given(alias, locals_[name]))

    def gather_methods(self, path: Path, items: Iterable[tuple[str, ExportDef]]) -> None:
        for name, item in items:
            if isinstance(item, ExportedInstance):
                self.gather_methods((*path, name), item.exports)
            elif isinstance(item, LiftedFunction) and not isinstance(item.function.kind, Freestanding):
                self._methods.setdefault(item.function.kind.resource, []).append((path, item))

    def item(self, path: Path, name: str, item: ExportDef) -> str | None:
        """Prints one export; the local that holds it, or None for what has no value of its own."""
        match item:
            case LiftedFunction(function) if isinstance(function.kind, Freestanding):
                local = self.module.public(variable(function.name))
                print_export(self.package, item, f"function {local}", path, self.out)
                self.out.line()
                return local
            case ReexportedFunction(function, origin) if isinstance(function.kind, Freestanding):
                return self.package.imports.function(origin)
            case ExportedInstance():
                return self.instance((*path, name), item)
            case ExportedModule(_, ref):
                return self.package.module_export(ref)
            case ExportedType(Resource() as resource):
                return self.resource(path, resource)
            case LiftedFunction() | ReexportedFunction() | ExportedType() | ExportedComponent():
                return None

    def instance(self, path: Path, item: ExportedInstance) -> str:
        """An object with the members of an interface."""
        given: list[Given] = []
        keys = member_names(item)
        for name, inner in item.exports:
            local = self.item(path, name, inner)
            if local is not None:
                given.append(Given(keys[name], local))
        name = self.module.public(interface_local(path[-1]))
        self.objects.bracket(f"const {name} = {{", entries(given), "};", " ")
        return name

    # ---- resources ----

    def resource(self, path: Path, resource: Resource) -> str:
        number = self.package.plan.resource_ids[resource]
        found = self.package.plan.resources[number]
        if isinstance(found, HostResource):
            return self.package.imports.local(found.path.names[:-1], found.path.names[-1], resource)
        if number not in self._classes:
            self._classes[number] = self.print_class(number, resource)
        return self._classes[number]

    def print_class(self, number: int, resource: Resource) -> str:
        name, out = self.module.public(type_name(resource.name)), self.out
        methods = self._methods.get(resource, [])
        keys = method_keys([lifted.function for _, lifted in methods])
        out.doc(resource.docs.text)
        held = self.package.glue.resource(number)
        with out.block(f"class {name} {{", "}"):
            if not any(isinstance(lifted.function.kind, Constructor) for _, lifted in methods):
                with out.block("constructor() {", "}"):
                    out.line(f"throw new TypeError({quoted(f'{name} has no constructor')});")
                out.line()
            for path, lifted in methods:
                function = lifted.function
                static = "static " if isinstance(function.kind, Static) else ""
                print_export(self.package, lifted, static + property_key(keys[function.extern_name]), path, out)
                out.line()
            with out.block(f"[{self.module.use('dispose')}]() {{", "}"):
                out.line(f"{held}.release(this);")
        out.line(f"{held}.class = {name};")
        out.line()
        return name


def locals_of(items: Iterable[tuple[str, ExportDef]]) -> Iterator[str]:
    """The names that functions, classes and interfaces will have, unless they are taken."""
    for name, item in items:
        match item:
            case LiftedFunction(function) if isinstance(function.kind, Freestanding):
                yield variable(function.name)
            case ExportedInstance(_, inner):
                yield interface_local(name)
                yield from locals_of(inner)
            case ExportedType(Resource() as resource):
                yield type_name(resource.name)
            case _:
                pass


def interface_local(name: str) -> str:
    return variable(name.rpartition("/")[2].partition("@")[0])


def root_keys(items: Iterable[tuple[str, ExportDef]]) -> dict[str, str]:
    """By extern name, the keys of the root's exports."""
    taken, keys = Taken(), dict[str, str]()
    for name, item in items:
        match item:
            case ExportedType(Resource()):
                keys[name] = taken.take(type_name(name))
            case LiftedFunction(function) | ReexportedFunction(function) if not isinstance(function.kind, Freestanding):
                pass
            case ExportedType() | ExportedComponent():
                pass
            case _:
                keys[name] = taken.take(export_key(name))
    return keys


def member_names(item: ExportedInstance) -> dict[str, str]:
    """By extern name, the keys of an interface's object."""
    functions = [
        (name, it.function) for name, it in item.exports if isinstance(it, LiftedFunction | ReexportedFunction)
    ]
    free = [(name, function) for name, function in functions if isinstance(function.kind, Freestanding)]
    keys = dict(zip([name for name, _ in free], fields([function.name for _, function in free]), strict=True))
    classes, modules = Taken(), Taken()
    for name, inner in item.exports:
        match inner:
            case ExportedType(Resource()):
                keys[name] = classes.take(type_name(name))
            case ExportedModule():
                keys[name] = modules.take(lower_camel(name))
            case ExportedInstance():
                keys[name] = variable(name)
            case _:
                pass
    return keys


def entries(given: Iterable[Given]) -> list[str]:
    return [entry(literal(one.key), one.local) for one in given]
