"""Where the host's functions, classes and core modules come from: the object of imports, or other ES modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from witcraft.emit.js.module import JsWriter, entry, literal
from witcraft.emit.js.names import (
    WASI_SHIM,
    Source,
    Taken,
    fields,
    member,
    method,
    quoted,
    source,
    specifier,
    type_name,
    variable,
)
from witcraft.model.types import Resource
from witcraft.model.world import (
    Constructor,
    Freestanding,
    Function,
    Interface,
    Method,
    NamedResource,
    Static,
    WorldItem,
)
from witcraft.plan.steps import HostResource, ImportPath, LowerImport

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package

Path = tuple[str, ...]


class Imports:
    """Hands out a local name for each thing of the host's, and prints how these names come to be."""

    def __init__(self, package: Package) -> None:
        self.package, self.module = package, package.module
        options = package.options
        given = dict(options.map)
        shim = WASI_SHIM if options.wasi_shim and options.instantiation is None else {}
        self.map: Mapping[str, str] = {**given, **{key: value for key, value in shim.items() if key not in given}}
        self.members: dict[Path, dict[str, str]] = {}  # of interfaces: name of a member -> local
        self.roots: dict[str, str] = {}  # of the root: extern name -> local
        self._spaces: dict[Path, str] = {}
        self._keys = {path: member_keys(items) for path, items in scopes((), package.plan.world.imports)}
        self._methods = {path: method_keys(items) for path, items in scopes((), package.plan.world.imports)}

    # ---- what printers ask ----

    def callee(self, step: LowerImport) -> str:
        """What a trampoline calls: a function, ``new C``, or ``.m`` of its first argument."""
        path, function = step.path.names[:-1], step.function
        if isinstance(function.kind, Freestanding):
            return self.function(step.path)
        key = self._methods[path][function.extern_name]
        if isinstance(function.kind, Method):
            return member(key)
        cls = self.local(path, function.kind.resource.name, function.kind.resource)
        return f"new {cls}" if isinstance(function.kind, Constructor) else f"{cls}{member(key)}"

    def function(self, path: ImportPath) -> str:
        return self.local(path.names[:-1], path.names[-1])

    def local(self, path: Path, name: str, resource: Resource | None = None) -> str:
        """The local that holds a function, a class or a core module of the host."""
        if not path:
            return self.roots.get(name) or self._take(self.roots, name, type_name(name) if resource else variable(name))
        key = self._keys[path][name]
        members = self.members.setdefault(path, {})
        return members.get(key) or self._take(members, key, key)

    def _take(self, into: dict[str, str], key: str, wish: str) -> str:
        into[key] = self.module.take(wish)
        return into[key]

    def host_class(self, resource: HostResource) -> str:
        """The class of a resource, or ``undefined`` where there is no way to ask for it without demanding it."""
        path, name = resource.path.names[:-1], resource.path.names[-1]
        known = self.members.get(path, {}).get(self._keys.get(path, {}).get(name, "")) if path else self.roots.get(name)
        if known is not None:
            return known
        if not path or name not in self._keys[path] or self.is_static(path):
            return "undefined"
        return self.local(path, name)

    def source(self, path: Path) -> Source:
        return source(path[0], self.map)

    def is_static(self, path: Path) -> bool:
        """Whether members are imported by name: a missing one is then an error before anything runs."""
        return self.package.options.instantiation is None and len(path) == 1 and self.source(path).member is None

    # ---- printing ----

    def print_head(self) -> list[str]:
        """The ``import`` statements of a module that instantiates itself."""
        if self.package.options.instantiation is not None:
            return []
        wanted: dict[str, list[str]] = {}
        for name, local in self.roots.items():
            origin = source(name, self.map)
            wanted.setdefault(origin.module, []).append(renamed(origin.member or "default", local))
        for path, members in self.members.items():
            origin = self.source(path)
            if self.is_static(path):
                wanted.setdefault(origin.module, []).extend(renamed(key, local) for key, local in members.items())
            else:
                wanted.setdefault(origin.module, []).append(self.space(path))
        out = JsWriter()
        for specifier_, names in sorted(wanted.items()):
            out.bracket("import {", list(dict.fromkeys(names)), f"}} from {quoted(specifier_)};", " ")
        return out.lines

    def space(self, path: Path) -> str:
        """The interface itself as an imported name."""
        origin = self.source(path)
        return renamed(origin.member or specifier(path[0]), self.space_local(path))

    def space_local(self, path: Path) -> str:
        if path[:1] not in self._spaces:
            wish = variable(path[0].rpartition("/")[2].partition("@")[0])
            self._spaces[path[:1]] = self.module.take(wish)
        return self._spaces[path[:1]]

    def print_inside(self, out: JsWriter) -> None:
        """The statements that take apart what is given."""
        is_given = self.package.options.instantiation is not None
        if is_given:
            for name, local in self.roots.items():
                self.print_root(name, local, out)
        for path, members in self.members.items():
            if not self.is_static(path):
                items = [entry(literal(key), local) for key, local in members.items()]
                out.bracket("const {", items, f"}} = {self.whole(path, is_given)};", " ")

    def print_root(self, name: str, local: str, out: JsWriter) -> None:
        origin = source(name, self.map)
        key = name if origin.module == specifier(name) else origin.module
        whole = f"{self.module.use('importedDefault')}(imports, {quoted(key)})"
        out.line(f"const {local} = {whole}{member(origin.member) if origin.member else ''};")

    def whole(self, path: Path, is_given: bool) -> str:
        """The object that stands for an interface."""
        if is_given:
            origin = self.source(path)
            key = path[0] if origin == Source(specifier(path[0])) else origin.module
            whole = f"{self.module.use('imported')}(imports, {quoted(key)})"
            whole += member(origin.member) if origin.member else ""
        else:
            whole = self.space_local(path)
        return whole + "".join(member(variable(name)) for name in path[1:])


def renamed(name: str, local: str) -> str:
    return name if name == local else f"{name} as {local}"


# ---- the names of members ----------------------------------------------------------------------------------------


def scopes(path: Path, items: Iterable[WorldItem]) -> list[tuple[Path, tuple[WorldItem, ...]]]:
    """The root and every interface, with what is in it."""
    items = tuple(items)
    found: list[tuple[Path, tuple[WorldItem, ...]]] = [(path, items)]
    for item in items:
        if isinstance(item, Interface):
            found += scopes((*path, item.name), (*item.types, *item.functions, *item.nested))
    return found


def member_keys(items: Iterable[WorldItem]) -> dict[str, str]:
    """By extern name: the key of each free function, class and core module of a scope."""
    items = tuple(items)
    free = [item for item in items if isinstance(item, Function) and isinstance(item.kind, Freestanding)]
    keys = dict(zip([each.extern_name for each in free], fields([each.name for each in free]), strict=True))
    taken = Taken()
    for item in items:
        if isinstance(item, NamedResource):
            keys[item.name] = taken.take(type_name(item.name))
        elif not isinstance(item, Function):
            keys.setdefault(item.name, variable(item.name))
    return keys


def method_keys(items: Iterable[WorldItem]) -> dict[str, str]:
    """By extern name: the key of each function of a class. Methods and static functions have each their own names."""
    taken: dict[tuple[int, bool], Taken] = {}
    keys: dict[str, str] = {}
    for item in items:
        if isinstance(item, Function) and isinstance(item.kind, Method | Static | Constructor):
            is_static = isinstance(item.kind, Static)
            names = taken.setdefault((id(item.kind.resource), is_static), Taken())
            is_constructor = isinstance(item.kind, Constructor)
            keys[item.extern_name] = "constructor" if is_constructor else names.take(method(item.name, is_static))
    return keys
