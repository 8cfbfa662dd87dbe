"""A world as TypeScript declarations: one file for the component, one for each interface.

An interface that is imported and exported has one file if both sides read alike, else the imports' own stands beside.
Every name is decided before a line is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from witcraft.emit.js import names
from witcraft.emit.js.declare import Printer, Scope
from witcraft.emit.js.declare_root import RootPrinter
from witcraft.emit.js.names import Taken, lower_camel, type_name, upper_camel
from witcraft.emit.js.typescript import Places, TsFile
from witcraft.model.types import TypeDef, Variant
from witcraft.model.world import CoreModule, Function, Interface, NamedResource, World, WorldItem
from witcraft.words import words

Instantiation = Literal["async", "sync"] | None
RESERVED = ("ComponentError", "ImportObject", "UnversionedImportObject", "VersionedImportObject")
"""Types that the component's own file declares for itself, beside one named after the world."""


def declarations(
    world: World, name: str, instantiation: Instantiation = None, tla_compat: bool = False
) -> dict[str, str]:
    """Every file by its path: ``NAME.d.ts`` and ``interfaces/*.d.ts``.

    ``instantiation``: the module has a function ``instantiate``, of that mode, instead of instantiating itself;
    ``tla_compat``: it does so when its ``$init`` is awaited.
    """
    printed = Declarations(world, name, instantiation, tla_compat, frozenset())
    files = printed.files()
    alike = frozenset(key for key in printed.both if files[printed.path(True, key)] == files[printed.path(False, key)])
    return files if not alike else Declarations(world, name, instantiation, tla_compat, alike).files()


# ---- what stands where --------------------------------------------------------------------------------------------


class Declarations:
    def __init__(
        self, world: World, name: str, instantiation: Instantiation, tla_compat: bool, alike: frozenset[str]
    ) -> None:
        self.world, self.instantiation, self.tla_compat, self.alike = world, instantiation, tla_compat, alike
        self.places = Places()
        self.root = TsFile(name)
        self.world_class = type_name(world.name)
        for taken in (*RESERVED, self.world_class):
            self.root.names.take(taken)
        sides = [
            {item.name for item in items if isinstance(item, Interface)} for items in (world.imports, world.exports)
        ]
        self.both = sorted(sides[0] & sides[1])
        self.paths = names.interface_files(sorted(sides[0] | sides[1]))
        self.scopes = [
            self._open(self.root, is_import, items)
            for is_import, items in ((True, world.imports), (False, world.exports))
        ]
        for scope in self.scopes:
            self._reserve(scope)

    def path(self, is_import: bool, extern_name: str) -> str:
        """The path of an interface's file: where both sides differ, the imports' one says so."""
        stem = self.paths[extern_name]
        if is_import and extern_name in self.both and extern_name not in self.alike:
            stem = stem.replace("/", "/imported-", 1)
        return f"{stem}.d.ts"

    def _open(self, file: TsFile, is_import: bool, items: Iterable[WorldItem], prefix: str = "") -> Scope:
        scope = Scope(file, is_import, tuple(items))
        for item in scope.items:
            if isinstance(item, Interface):
                path = f"{prefix}-{'-'.join(words(item.name))}" if prefix else self.path(is_import, item.name)
                stem = path.removesuffix(".d.ts")
                parts = (*item.types, *item.functions, *item.nested)
                inner = self._open(TsFile(stem), is_import, parts, stem)
                scope.nested[item.name] = Scope(inner.file, is_import, parts, inner.nested, item.name, item.docs)
        return scope

    def _reserve(self, scope: Scope) -> None:
        """Names of classes, then of other types, then of cases: what runs has the first choice."""
        for inner in scope.nested.values():
            self._reserve(inner)
        file = scope.file
        for item in scope.items:
            if isinstance(item, NamedResource):
                self._reserve_class(file, item)
        types = [item for item in scope.items if isinstance(item, TypeDef)]
        for ty in types:
            if ty in file.types or (isinstance(ty.type, TypeDef) and file.types.get(ty.type) == type_name(ty.name)):
                file.types[ty] = type_name(ty.name)
                file.again.add(ty)
            else:
                file.know(ty, file.names.take(type_name(ty.name)))
            self.places.types.setdefault(ty, file)
        for ty in types:
            if isinstance(ty.type, Variant):
                name = upper_camel(ty.name)
                file.cases[ty] = tuple([file.names.take(name + upper_camel(case.name)) for case in ty.type.cases])

    def _reserve_class(self, file: TsFile, item: NamedResource) -> None:
        """A class for the first that names the resource, a further name for every other."""
        if item.resource not in file.classes:
            file.classes[item.resource] = file.names.take(type_name(item.name))
            self.places.classes.setdefault(item.resource, file)
        elif type_name(item.name) != file.classes[item.resource]:
            file.seconds[item.name] = file.names.take(type_name(item.name))

    # ---- files ----

    def files(self) -> dict[str, str]:
        found = {f"{self.root.path}.d.ts": RootPrinter(self).text()}
        for scope in self.scopes:
            for inner in self._nested(scope):
                found[f"{inner.file.path}.d.ts"] = self._interface(inner)
        return found

    def _nested(self, scope: Scope) -> Iterator[Scope]:
        for inner in scope.nested.values():
            yield inner
            yield from self._nested(inner)

    def _interface(self, scope: Scope) -> str:
        out = Printer(self.places, scope.file, scope.is_import)
        out.declare(scope.items)
        out.functions([item for item in scope.items if isinstance(item, Function)])
        taken = Taken()
        for item in scope.items:
            if isinstance(item, CoreModule):
                out.constant(taken.take(lower_camel(item.name)), f"{out.file.builtin('WebAssembly')}.Module")
            elif isinstance(item, Interface):
                out.line(f"export * as {names.variable(item.name)} from {out.specifier(scope.nested[item.name])};")
        return out.finish(f"{scope.docs.text}\n\n@module Interface {scope.name}".strip())
