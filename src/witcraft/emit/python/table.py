"""The tables of names that emitted modules carry: WIT types for error messages, WIT names for use by WIT name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from witcraft.emit.python.functions import owner, python_name
from witcraft.emit.python.module import PyModule, PyWriter, quoted
from witcraft.emit.python.names import class_name, function_name
from witcraft.emit.python.places import nominal
from witcraft.model.text import definition, signature
from witcraft.model.types import Borrow, Own, Resource, TypeDef, ValType, Variant
from witcraft.model.walk import children
from witcraft.model.world import CoreModule, Function, Interface, NamedResource, WorldItem, extern_name

if TYPE_CHECKING:
    from witcraft.emit.python.exports import ExportScope
    from witcraft.emit.python.package import Package


def types_table(package: Package, module: PyModule) -> None:
    """``_TYPES``: what each WIT type name that the module's signatures use stands for."""
    entries = TypeEntries(package, module)
    for declared in module.types:
        entries.add_type(declared)
    for ty in module.spoken:
        entries.add(ty)
    if entries.rows:
        out = PyWriter()
        with out.block("{", "}"):
            for name, row in sorted(entries.rows.items()):
                out.bracket(f"{quoted(name)}: (", row, "),")
        module.table_of_names("_TYPES", out.lines)


class TypeEntries:
    """Rows by WIT name; a type of another module is a row that points there."""

    def __init__(self, package: Package, module: PyModule) -> None:
        self.package, self.module = package, module
        self.rows: dict[str, list[str]] = {}

    def add(self, ty: ValType) -> None:
        """Every name inside ``ty``, down to the definitions that names stand for."""
        match ty:
            case TypeDef():
                if ty.name not in self.rows:
                    self.add_type(ty)
            case Own(resource) | Borrow(resource):
                self.add_resource(resource)
            case _:
                for part in children(ty):
                    self.add(part)

    def add_type(self, ty: TypeDef) -> None:
        base = nominal(ty)
        place = self.package.places.types[base]
        if place.module is not self.module:
            self.point(ty.name, place.module, base.name)
            return
        row = [quoted(place.name), quoted(definition(base.type))]
        if isinstance(base.type, Variant):
            cases = ", ".join(map(quoted, self.package.places.cases[base]))
            row.append(f"({cases}{',' if len(base.type.cases) == 1 else ''})")
        self.rows[ty.name] = row
        for part in children(base.type):
            self.add(part)

    def add_resource(self, resource: Resource) -> None:
        place = self.package.places.resources[resource]
        if place.module is self.module:
            self.rows[resource.name] = [quoted(place.name), '"resource"']
        else:
            self.point(resource.name, place.module, resource.name)
            place.module.spoken.setdefault(Own(resource), None)

    def point(self, name: str, module: PyModule, there: str) -> None:
        self.rows[name] = [quoted(self.module.relative(module.path)), quoted(there)]


# ---- WIT names ---------------------------------------------------------------------------------------------------


def wit_table(package: Package, root: PyModule, exports: ExportScope) -> None:
    """``_ROOT``: the Python name and the WIT text of everything that the world imports and exports."""
    out = PyWriter()
    with out.block("{", "}"):
        out.line(f'"class": {quoted(package.root_class)},')
        imports_class = f'"{package.root_class}Imports"' if package.has_imports else "None"
        out.line(f'"imports_class": {imports_class},')
        with table(out, '"imports": {'):
            fields = {extern_name(item): field for field, _, item in package.import_fields()}
            for item in package.plan.world.imports:
                print_import(package, out, item, fields.get(extern_name(item), ""))
        with table(out, '"exports": {'):
            for item in package.plan.world.exports:
                print_export(package, out, item, exports)
        print_provided(package, out)
    world = package.plan.world
    unknown = not world.imports and not world.exports  # to a type checker, which sees nothing in `{}`
    root.table_of_names("_ROOT", out.lines, "dict[str, object]" if unknown else "")
    root.after(f"{package.root_class}._wit = _ROOT")


def print_provided(package: Package, out: PyWriter) -> None:
    """Which module provides an import; "" for WASI."""
    if package.provisions:
        with table(out, '"provided": {'):
            for name, provision in package.provisions.items():
                out.line(f"{quoted(name)}: {quoted(provision.by)},")
    if package.uses_wasi:
        out.line(f'"wasi": {quoted(package.root.relative(package.wasi))},')


@contextmanager
def table(out: PyWriter, head: str) -> Iterator[None]:
    """A dict as an item of another one; an empty one stays on its line."""
    start = len(out.lines)
    with out.block(head, "},"):
        yield
    if len(out.lines) == start + 2:
        out.lines[start:] = [out.lines[start] + "},"]


def leaf(out: PyWriter, name: str, python: str, text: str) -> None:
    out.bracket(f"{quoted(name)}: (", [quoted(python), quoted(text)], "),")


def print_import(package: Package, out: PyWriter, item: WorldItem, field: str) -> None:
    match item:
        case Interface():
            scope = package.import_scopes[(item.name,)]
            attribute = scope.module.path[-1] if scope.provided else ""
            print_interface(package, out, item, attribute, scope.outside or scope.module, scope.names)
        case Function():
            leaf(out, item.extern_name, field or resource_member(package, item), signature(item))
        case CoreModule():
            leaf(out, item.name, field, "core module")
        case TypeDef():
            leaf(out, item.name, package.places.types[item].name, definition(item.type))
        case NamedResource():
            leaf(out, item.name, field or package.places.resources[item.resource].name, "resource")
        case _:
            pass


def print_export(package: Package, out: PyWriter, item: WorldItem, exports: ExportScope) -> None:
    match item:
        case Interface():
            scope = next(inner for _, inner in exports.nested if inner.path == (item.name,))
            print_interface(package, out, item, exports.names[item.name], scope.module, scope.names)
        case Function():
            leaf(
                out,
                item.extern_name,
                exports.names.get(item.extern_name) or resource_member(package, item),
                signature(item),
            )
        case CoreModule():
            leaf(out, item.name, exports.names[item.name], "core module")
        case TypeDef() if item in package.places.types:
            leaf(out, item.name, package.places.types[item].name, definition(item.type))
        case NamedResource():
            leaf(out, item.name, exports.names.get(item.name, class_name(item.name)), "resource")
        case _:
            pass


def print_interface(
    package: Package, out: PyWriter, interface: Interface, attribute: str, module: PyModule, names: dict[str, str]
) -> None:
    with out.block(f"{quoted(interface.name)}: (", "),"):
        out.line(f"{quoted(attribute)},")
        out.line(f"{quoted('' if module.empty else package.root.relative(module.path))},")
        with table(out, "{"):
            for item in interface.types:
                if isinstance(item, TypeDef):
                    leaf(out, item.name, package.places.types[item].name, definition(item.type))
                else:
                    text = resource_text(package, interface, item)
                    leaf(out, item.name, names.get(item.name, class_name(item.name)), text)
            for function in interface.functions:
                python = names.get(function.extern_name) or resource_member(package, function)
                leaf(out, function.extern_name, python, signature(function))


def resource_text(package: Package, interface: Interface, item: NamedResource) -> str:
    """``resource``, which a host defines; or where another import defines it."""
    first = package.first(item.resource)
    if first is None or not first.path or first.path[-1] == interface.name:
        return "resource"
    return f"use {'/'.join(first.path)}.{{{item.resource.name}}}"


def resource_member(package: Package, function: Function) -> str:
    """``Blob.read``, or ``Blob`` for its constructor."""
    resource = owner(function)
    if resource is None:
        return function_name(function.name)
    cls = package.places.resources[resource].name
    name = python_name(function)
    return cls if name == "__init__" else f"{cls}.{name}"
