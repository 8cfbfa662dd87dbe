"""A plan as a Python package: {path: text or bytes}. Decides what stands where; the other files print it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

from witcraft.abi.layout import Layout
from witcraft.abi.ops import Program
from witcraft.abi.simplify import simplify
from witcraft.core.digests import Digests
from witcraft.emit.python.exports import ExportScope, names_of
from witcraft.emit.python.facts import Facts
from witcraft.emit.python.functions import owner
from witcraft.emit.python.glue import Contexts, Glue
from witcraft.emit.python.helpers import Helpers
from witcraft.emit.python.imports import ImportScope
from witcraft.emit.python.module import OUTSIDE, PyModule, PyWriter, quoted
from witcraft.emit.python.names import class_name, function_name, interface_modules
from witcraft.emit.python.places import Place, Places
from witcraft.emit.python.providers import WASI, Path, Provision, provisions
from witcraft.emit.python.root import print_import_fields, print_root
from witcraft.emit.python.table import types_table, wit_table
from witcraft.emit.python.types import Annotator, declare, reserve
from witcraft.model.text import wit
from witcraft.model.types import Record, Resource, TypeDef, ValType
from witcraft.model.world import CoreModule, Function, Interface, NamedResource, WorldItem
from witcraft.plan.steps import (
    HostResource,
    ImportPath,
    InstantiateAdapters,
    LowerImport,
    Options,
    Plan,
)
from witcraft.words import InterfaceName, shouty, snake

if TYPE_CHECKING:
    from witcraft.gate.build import Gate
    from witcraft.gate.needs import Direct

Files = dict[str, str | bytes | memoryview]

COPIED = "# Part of witcraft's run time, copied; its own linter's settings are others.\n# ruff: noqa\n# fmt: off\n"
COPY = "_witcraft"
"""The sub-package that ``--standalone`` copies to."""
HEADER = "Written by witcraft; changes are lost when it is written again."


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """``name`` of the package, kebab or snake case; ``lists``: "list", or "array" for numeric lists as ``array.array``;
    ``standalone`` copies the run time into the package; ``providers``: modules by the imports that they provide."""

    name: str
    lists: str = "list"
    standalone: bool = False
    providers: Mapping[str, str] = field(default_factory=dict)


def package(plan: Plan, gate: Gate | None, options: PythonOptions) -> Files:
    """Every file of the package, by its path below the package's folder."""
    return Package(plan, gate, options).files()


class Package:
    """What every printer of this folder asks: where types stand, which names things have, layouts, files."""

    def __init__(self, plan: Plan, gate: Gate | None, options: PythonOptions) -> None:
        self.plan, self.gate, self.options = plan, gate, options
        self.runtime = f".{COPY}.runtime" if options.standalone else "witcraft.runtime"
        self.facts = Facts(plan, gate)
        self.places = Places()
        self.contexts = Contexts()
        self.helpers = Helpers(self)
        self.modules: list[PyModule] = []
        self.root_class = class_name(options.name)
        self._layouts = {4: Layout(4), 8: Layout(8)}
        self._signatures: dict[tuple[PyModule, str, str], str] = {}
        self._first: dict[Resource, ImportScope] = {}
        self._digests = Digests(module.data for module in plan.modules)
        self._written: dict[int, str] = {}  # core modules that are instantiated: number -> path
        self.made: dict[str, bytes] = {}
        self.adapters = adapter_modules(plan)
        self.lowered = {step.index: step for step in plan.steps if isinstance(step, LowerImport)}
        self.root = self.module((), is_package=True)
        self.glue = self.module(("_glue",))
        self.types_module = self.module(("types",))
        self.import_modules: dict[tuple[str, ...], PyModule] = {}
        self.export_modules: dict[tuple[str, ...], PyModule] = {}
        self.imports_module = self.module(("imports",), is_package=True)
        self.exports_module = self.module(("exports",), is_package=True)
        self.import_scopes: dict[tuple[str, ...], ImportScope] = {}
        self.provisions: dict[str, Provision] = {}  # by extern name of an interface
        self.outside: dict[str, PyModule] = {}  # modules that have the types of an interface, by its extern name
        self.reexports = False
        self.exposed: list[str] = []  # types of the world that the root can be asked for
        self.host_classes: dict[int, str] = {}

    def module(self, path: tuple[str, ...], is_package: bool = False) -> PyModule:
        module = PyModule(path, self.runtime, is_package)
        self.modules.append(module)
        return module

    # ---- what printers ask ----

    def annotator(self, module: PyModule) -> Annotator:
        return Annotator(module, self.places, self.options.lists == "array")

    def layout(self, pointer: int) -> Layout:
        return self._layouts[pointer]

    def simplify(self, program: Program) -> Program:
        return simplify(program)

    def memory_name(self, options: Options) -> str:
        return self.contexts.name(options)

    def context_type(self, module: PyModule) -> str:
        return module.typing_member(("_glue",), "Context")

    def instance_type(self, module: PyModule) -> str:
        return module.typing_member(("_glue",), "Instance")

    def imports_type(self, module: PyModule) -> str:
        return module.typing_member(("imports",), f"{self.root_class}Imports")

    def direct(self, index: int) -> Direct:
        """Which handles of a lowered import the gate turns into representations itself."""
        assert self.gate is not None, "a lowered import goes through the gate"
        return self.gate.direct[index]

    def label(self, path: tuple[str, ...], function: Function) -> str:
        """A function as messages name it: ``ns:pkg/iface#name``."""
        return "#".join((*path, function.extern_name))

    def signature(self, module: PyModule, label: str, values: tuple[tuple[str, ValType], ...]) -> str:
        """The constant by which ``explain`` finds out what is wrong with arguments."""
        text = ", ".join(f"{name.replace('_', '-')}: {wit(ty)}" for name, ty in values)
        for _, ty in values:
            module.spoken.setdefault(ty, None)
        key = (module, label, text)
        if key not in self._signatures:
            wish = "_" + shouty(label.rpartition("#")[2])
            out = PyWriter()
            args = [quoted(label), quoted(text), "globals()"]
            out.bracket(f"{'X' * len(wish)} = {module.runtime('Signature')}(", args, ")")
            lines = [out.lines[0].partition(" = ")[2], *out.lines[1:]]
            self._signatures[key] = module.constant(wish, lines)
        return self._signatures[key]

    # ---- files ----

    def module_file(self, index: int) -> tuple[str, str]:
        """Path and quoted digest of a core module."""
        path = self._written.setdefault(index, f"core/module{index}.wasm")
        return path, quoted(self._digests.of(index))

    def adapters_file(self, step: InstantiateAdapters) -> tuple[str, str]:
        """As ``module_file``, of a module that calls between component instances go through."""
        self.made[f"core/adapters{step.index}.wasm"] = step.wasm
        return f"core/adapters{step.index}.wasm", quoted(hashlib.sha256(step.wasm).hexdigest())

    def gate_file(self) -> tuple[str, str]:
        assert self.gate is not None
        return "core/gate.wasm", quoted(hashlib.sha256(self.gate.wasm).hexdigest())

    def files(self) -> Files:
        self.place_everything()
        self.print_everything()
        out: Files = {}
        for module in self.modules:
            path = "/".join(module.path)
            name = f"{path}/__init__.py".lstrip("/") if module.is_package else f"{path}.py"
            if not module.empty or module is self.root or (module.is_package and self.holds(module)):
                out[name] = module.text()
        for index, core in enumerate(self.plan.modules):
            if index in self._written:
                out[self._written[index]] = core.data
        if self.gate is not None:
            out["core/gate.wasm"] = self.gate.wasm
        out |= self.made
        out["py.typed"] = ""
        if self.options.standalone:
            out |= copied("runtime")
            out |= copied("wasi") if self.uses_wasi else {}
        return out

    def holds(self, module: PyModule) -> bool:
        return any(other is not module and other.path[:-1] == module.path and not other.empty for other in self.modules)

    # ---- places ----

    @property
    def has_imports(self) -> bool:
        return bool(self.import_fields())

    def place_everything(self) -> None:
        """Names of modules, types, resources: everything that printing refers to."""
        world = self.plan.world
        self.name_modules(world.imports, (), "imports", self.import_modules)
        self.name_modules(world.exports, (), "exports", self.export_modules)
        self.place_provided([item for item in world.imports if isinstance(item, Interface)])
        self.reserve_types(self.types_module, [*world.imports, *world.exports])
        self.open_imports((), world.imports, self.imports_module, "")
        for path, interface in self.interfaces(world.exports, ()):
            self.reserve_types(self.export_modules[path], interface.types)
        for module in self.modules:
            self.shadow(module)
        for name in (self.root_class, f"{self.root_class}Imports"):
            self.root.names.take(name)
        self.exposed = [name for name in self.types_module.all if name not in self.root.names]
        for name in self.exposed:
            self.root.names.take(name)
        self.imports_module.names.take(f"{self.root_class}Imports")
        self.glue.names.take("Instance"), self.glue.names.take("Context")
        self.glue.shadowed |= {"imports", "config", "store", "context", "gate", "mail"}

    def name_modules(
        self, items: Iterable[WorldItem], path: tuple[str, ...], folder: str, into: dict[tuple[str, ...], PyModule]
    ) -> None:
        found = [(*p, i.name) for p, i in self._nested(items, path)]
        names = interface_modules(["/".join(key) for key in found])
        for key in found:
            into[key] = self.module((folder, names["/".join(key)]))

    def _nested(self, items: Iterable[WorldItem], path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Interface]]:
        found: list[tuple[tuple[str, ...], Interface]] = []
        for item in items:
            if isinstance(item, Interface):
                found.append((path, item))
                found += self._nested(item.nested, (*path, item.name))
        return found

    def interfaces(self, items: Iterable[WorldItem], path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Interface]]:
        return [((*p, i.name), i) for p, i in self._nested(items, path)]

    def place_provided(self, imports: list[Interface]) -> None:
        """The types of imports that a module provides stand there already."""
        self.provisions = provisions(imports, self.options.providers, self.wasi)
        for interface in imports:
            provision = self.provisions.get(interface.name)
            if provision is not None and provision.types:
                outside = self.outside[interface.name] = PyModule(provision.types, self.runtime)
                self.reserve_types(outside, interface.types)

    @property
    def wasi(self) -> Path:
        """Where `witcraft.wasi` or the copy of it is."""
        return (COPY, "wasi") if self.options.standalone else (OUTSIDE, *WASI)

    @property
    def uses_wasi(self) -> bool:
        return any(not provision.by for provision in self.provisions.values())

    def reserve_types(self, module: PyModule, items: Iterable[WorldItem]) -> None:
        for item in items:
            if isinstance(item, TypeDef) and item not in self.places.types:
                reserve(module, self.places, item)
                module.types.append(item)
            elif isinstance(item, NamedResource) and item.resource not in self.places.resources:
                name = module.names.take(class_name(item.name))
                self.places.resources[item.resource] = Place(module, name)
                module.all.append(name)

    def open_imports(
        self, path: tuple[str, ...], items: Iterable[WorldItem], module: PyModule, cls: str, docs: str = ""
    ) -> ImportScope:
        items = tuple(items)
        functions = tuple(item for item in items if isinstance(item, Function))
        named = tuple(item for item in items if isinstance(item, NamedResource))
        scope = ImportScope(self, module, path, cls, functions, named, docs)
        self.import_scopes[path] = scope
        for resource in named:
            self._first.setdefault(resource.resource, scope)
        for item in items:
            if isinstance(item, Interface):
                inner = self.import_modules[(*path, item.name)]
                self.reserve_types(inner, item.types)
                home = self.outside.get(item.name, inner) if not path else inner
                name = home.names.take(self.interface_class(item.name))
                parts = (*item.types, *item.functions, *item.nested)
                child = self.open_imports((*path, item.name), parts, inner, name, item.docs.text)
                scope.nested.append((item.name, inner.path[-1], child))
        scope.collect()
        return scope

    def interface_class(self, extern_name: str) -> str:
        return class_name(InterfaceName(extern_name).interface)

    def first(self, resource: Resource) -> ImportScope | None:
        """The imports that define ``resource``, if imports do; others use it."""
        return self._first.get(resource)

    def owns(self, scope: ImportScope, resource: Resource) -> bool:
        """Whether the host gives the class of ``resource`` there; of what is provided, it gives none."""
        return self.first(resource) is scope and self.places.resources[resource].module in self.modules

    def shadow(self, module: PyModule) -> None:
        """Names that mean something else inside a class or function of the module."""
        for scope in self.import_scopes.values():
            if scope.module is module:
                for function in scope.functions:
                    module.shadowed |= names_of(function)
        for path, interface in self.interfaces(self.plan.world.exports, ()):
            if self.export_modules[path] is module:
                for function in interface.functions:
                    module.shadowed |= names_of(function)
        if module is self.root or module is self.types_module:
            for item in self.plan.world.exports:
                if isinstance(item, Function):
                    module.shadowed |= names_of(item)
        for ty in module.types:
            if isinstance(ty.type, Record):
                module.shadowed |= set(self.places.field_names(ty))

    # ---- the host's things, as the glue and exports reach them ----

    def import_fields(self) -> list[tuple[str, str, WorldItem]]:
        """Field of the class of all imports, annotation kind, item: what a host has to give at the root."""
        scope = self.import_scopes[()]
        fields: list[tuple[str, str, WorldItem]] = []
        provided = {name: attribute for name, attribute, inner in scope.nested if inner.provided}
        for item in self.plan.world.imports:
            match item:
                case Interface() if item.name in provided:
                    fields.append((provided[item.name], "interface", item))
                case Function() if owner(item) is None:
                    fields.append((function_name(item.name), "function", item))
                case NamedResource() if self.owns(scope, item.resource):
                    fields.append((class_name(item.name), "resource", item))
                case CoreModule():
                    fields.append((function_name(item.name), "module", item))
                case _:
                    pass
        return fields

    def host_object(self, path: tuple[str, ...], root: str) -> str:
        """The object that the host gave for an instance path."""
        text, at = root, self.import_scopes[()]
        for name in path:
            attribute, at = next((a, s) for n, a, s in at.nested if n == name)
            text += f".{attribute}"
        return text

    def host_function(self, path: ImportPath) -> str:
        self.reexports = True
        scope = self.import_scopes[path.names[:-1]]
        name = scope.names.get(path.names[-1]) or function_name(path.names[-1])
        return f"{self.host_object(path.names[:-1], 'instance.imports')}.{name}"

    def host_module(self, path: ImportPath, root: str = "instance.imports") -> str:
        self.reexports |= root != "imports"
        return f"{self.host_object(path.names[:-1], root)}.{function_name(path.names[-1])}"

    def host_class(self, number: int) -> str:
        self.reexports = True
        resource = self.plan.resources[number]
        assert isinstance(resource, HostResource)
        return f"{self.host_object(resource.path.names[:-1], 'instance.imports')}.{class_name(resource.path.names[-1])}"

    def trampoline(self, index: int, module: PyModule) -> str:
        """The call that makes the trampoline of a lowered import."""
        step = self.lowered[index]
        path = step.path.names[:-1]
        scope = self.import_scopes[path]
        name = f"{module.sibling(scope.module.path, at_run_time=True)}.{scope.trampolines[index]}"
        host = self.host_object(path, "imports")
        return f"{name}(context)" if self.is_method(step) else f"{name}(context, {host})"

    @staticmethod
    def is_method(step: LowerImport) -> bool:
        return step.function.extern_name.startswith("[method]")

    # ---- printing ----

    def print_everything(self) -> None:
        for module in self.modules:
            for ty in module.types:
                declare(self.annotator(module), ty)
        for scope in self.import_scopes.values():
            scope.print_protocols()
        print_import_fields(self)
        for step in self.lowered.values():
            self.import_scopes[step.path.names[:-1]].name_trampoline(step)
        for step in self.lowered.values():
            self.print_trampoline(step)
        exports = self.print_exports()
        Glue(self, self.glue).print()
        for module in reversed(self.modules):  # a module may make another one speak of a resource
            types_table(self, module)
        wit_table(self, self.root, exports)
        self.document()

    def print_trampoline(self, step: LowerImport) -> None:
        scope = self.import_scopes[step.path.names[:-1]]
        if scope.class_name:
            host_type = "" if self.is_method(step) else scope.class_annotation(scope.module)
            scope.print_trampoline(step, snake(scope.class_name), host_type)
        else:
            scope.print_trampoline(step, "imports", f"{self.root_class}Imports")

    def print_exports(self) -> ExportScope:
        """The root class last: what it is made of stands in other modules."""
        docs = self.plan.world.docs.text or f"An instance of the component ``{self.options.name}``."
        scope = ExportScope(self, self.types_module, self.root, (), self.root_class, docs, self.plan.exports)
        scope.collect()
        scope.print_all()
        print_root(self, scope)
        return scope

    def document(self) -> None:
        """A docstring for each module."""
        self.root.docs = f"The component ``{self.options.name}``.\n\n{HEADER}"
        self.glue.docs = "How the component's core modules are put together."
        self.types_module.docs = "The types of the component's world."
        self.imports_module.docs = "What the component imports."
        self.exports_module.docs = "What the component exports."
        for path, module in [*self.import_modules.items(), *self.export_modules.items()]:
            module.docs = f"``{'/'.join(path)}``"


def adapter_modules(plan: Plan) -> dict[int, int]:
    """By number of a call between component instances, the module of its adapter."""
    made = [step for step in plan.steps if isinstance(step, InstantiateAdapters)]
    return {call.index: step.index for step in made for call in step.calls}


def copied(room: str) -> Files:
    """A room of witcraft as a sub-package, for ``--standalone``."""
    found: Files = {f"{COPY}/__init__.py": ""}
    folders = [(resources.files(f"witcraft.{room}"), f"{COPY}/{room}")]
    for folder, path in folders:
        for file in folder.iterdir():
            if file.is_dir():
                folders.append((file, f"{path}/{file.name}"))
            elif file.name.endswith(".py"):
                found[f"{path}/{file.name}"] = COPIED + file.read_text("utf-8")
    return found
