"""What a component gives: a class for the root, one for each interface, one for each resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from witcraft.emit.python.functions import Calls, owner, param_names, print_method, python_name
from witcraft.emit.python.glue import extern
from witcraft.emit.python.module import PyModule, PyWriter, quoted
from witcraft.emit.python.names import Taken, class_name, function_name
from witcraft.model.types import Resource
from witcraft.model.world import Constructor, Function
from witcraft.plan.steps import (
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    GuestResource,
    ImportedModule,
    LiftedFunction,
    ReexportedFunction,
    StaticModule,
)
from witcraft.words import snake

if TYPE_CHECKING:
    from witcraft.emit.python.package import Package


OWN = ("_context", "_package", "_store", "_wit")
"""Attributes that objects with exports have for themselves."""


@dataclass(slots=True)
class ExportScope:
    """The root, or one exported instance: an object that keeps prepared calls and gives functions and resources.

    ``module`` holds the scope's types and resource classes; ``home`` its own class (the root's stands elsewhere).
    """

    package: Package
    module: PyModule
    home: PyModule
    path: tuple[str, ...]  # extern names that lead here
    class_name: str
    docs: str
    items: tuple[tuple[str, ExportDef], ...]
    attributes: Taken = field(default_factory=lambda: Taken(OWN))
    slots: list[str] = field(default_factory=lambda: ["_context", "_store"])
    setup: PyWriter = field(default_factory=lambda: PyWriter(depth=2))  # statements of __init__
    methods: list[tuple[LiftedFunction, Calls, str]] = field(default_factory=list)
    resources: dict[Resource, list[tuple[LiftedFunction, Calls, str]]] = field(default_factory=dict)
    classes: dict[Resource, str] = field(default_factory=dict)  # attribute of a class; it can have further ones
    nested: list[tuple[str, ExportScope]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # WIT name -> Python name, for the table of names

    def collect(self) -> None:
        """Decides every name, before any text is printed."""
        for name, item in self.items:
            self.collect_item(name, item)

    def collect_item(self, name: str, item: ExportDef) -> None:
        match item:
            case LiftedFunction():
                self.collect_function(item)
            case ReexportedFunction(function, path):
                if owner(function) is None:
                    self.attribute(name, function_name(function.name), self.package.host_function(path))
            case ExportedInstance():
                self.collect_instance(name, item)
            case ExportedModule(_, ref):
                self.attribute(name, function_name(name), self.module_value(ref))
            case ExportedType(Resource() as resource):
                self.collect_resource(name, resource)
            case ExportedType() | ExportedComponent():
                pass

    def attribute(self, name: str, wish: str, value: str) -> None:
        attribute = self.attributes.take(wish)
        self.names[name] = attribute
        self.slots.append(attribute)
        self.setup.line(f"self.{attribute} = {value}")

    def module_value(self, ref: StaticModule | ImportedModule) -> str:
        if isinstance(ref, ImportedModule):
            return self.package.host_module(ref.path)
        return f"instance.store.module_value({', '.join(map(quoted, self.package.module_file(ref.index)))})"

    def collect_function(self, lifted: LiftedFunction) -> None:
        function, resource = lifted.function, owner(lifted.function)
        stem = snake(function.name) if resource is None else snake(f"{resource.name}-{function.name}")
        calls = Calls(self.slot(f"_{stem}"), "")
        function_extern = extern("instance", lifted.core, self.package.adapters)
        self.setup.bracket(f"self.{calls.call} = store.prepare(", [function_extern], ")")
        if lifted.options.post_return is not None:
            calls = Calls(calls.call, self.slot(f"_{stem}_post"))
            self.setup.line(f"self.{calls.post} = instance.post_return{lifted.options.post_return}")
        if resource is None:
            name = self.attributes.take(python_name(function))
            self.names[function.extern_name] = name
            self.methods.append((lifted, calls, name))
        else:
            self.resources.setdefault(resource, []).append((lifted, calls, python_name(function)))

    def slot(self, wish: str) -> str:
        name = self.attributes.take(wish)
        self.slots.append(name)
        return name

    def collect_resource(self, name: str, resource: Resource) -> None:
        if resource in self.classes:
            self.attribute(name, class_name(name), f"self.{self.classes[resource]}")
        else:
            self.collect_class(name, resource)

    def collect_class(self, name: str, resource: Resource) -> None:
        number = self.package.plan.resource_ids[resource]
        cls = self.package.places.resources[resource]
        self.classes[resource] = attribute = self.attributes.take(cls.name)
        self.names[name] = attribute
        self.slots.append(attribute)
        if not isinstance(self.package.plan.resources[number], GuestResource):
            self.setup.line(f"self.{attribute} = {self.package.host_class(number)}")
        elif cls.module is not self.module:
            self.setup.line(f"self.{attribute} = instance.context.resource{number}.cls")
        else:
            self.resources.setdefault(resource, [])
            local = self.package.places.resource_name(self.home, resource, at_run_time=True)
            bind = self.home.runtime("bind")
            self.setup.line(f"self.{attribute} = {bind}({local}, self, instance.context.resource{number})")

    def collect_instance(self, name: str, item: ExportedInstance) -> None:
        module = self.package.export_modules[(*self.path, name)]
        wish = self.package.interface_class(name)
        cls = module.names.take(wish if wish not in module.names else f"{wish}Exports")
        scope = ExportScope(
            self.package, module, module, (*self.path, name), cls, item.interface.docs.text, item.exports
        )
        module.all.append(cls)
        attribute = self.attributes.take(module.path[-1])
        self.names[name] = attribute
        self.slots.append(attribute)
        self.nested.append((attribute, scope))
        scope.collect()

    # ---- printing ----

    def print_all(self) -> None:
        for _, scope in self.nested:
            scope.print_all()
        for resource, methods in self.resources.items():
            self.print_resource(resource, methods)
        if self.home is self.module:
            self.print_class()

    def print_class(self) -> None:
        base = self.module.runtime("Exports")
        with self.module.section() as out, out.block(f"class {self.class_name}({base}):"):
            out.doc(self.docs or f"The exports of ``{'/'.join(self.path)}``.")
            out.line()
            self.print_slots(out)
            out.line()
            out.line(f"def __init__(self, instance: {self.package.instance_type(self.module)}) -> None:")
            with out.indented():
                out.line("self._context = instance.context")
                out.line(
                    "self._store = store = instance.store" if self.uses_store() else "self._store = instance.store"
                )
                self.print_setup(out)
            self.print_methods(out)

    def uses_store(self) -> bool:
        return any("store.prepare" in line for line in self.setup.lines)

    def print_slots(self, out: PyWriter) -> None:
        out.slots(self.slots)

    def print_setup(self, out: PyWriter) -> None:
        """The rest of ``__init__``: prepared calls, resource classes, inner interfaces."""
        out.lines += self.setup.lines
        for attribute, scope in self.nested:
            cls = scope.class_name
            if scope.module is not self.home:
                cls = f"{self.home.sibling(scope.module.path, at_run_time=True)}.{cls}"
            out.line(f"self.{attribute} = {cls}(instance)")

    def print_methods(self, out: PyWriter) -> None:
        for lifted, calls, name in self.methods:
            out.line()
            label = self.package.label(self.path, lifted.function)
            print_method(self.package, self.home, out, lifted, calls, name, label)

    def print_resource(self, resource: Resource, methods: list[tuple[LiftedFunction, Calls, str]]) -> None:
        """The class of a resource that the component defines."""
        module, place = self.module, self.package.places.resources[resource]
        has_close = any(name == "close" for _, _, name in methods)
        base = module.runtime("OwnedResource" if has_close else "ExportedResource")
        api = self.class_name if self.home is module else module.typing_member(self.home.path, self.class_name)
        with module.section() as out, out.block(f"class {place.name}({base}):"):
            out.doc(resource.docs.text or f"Resource ``{resource.name}``.")
            out.line()
            out.line("__slots__ = ()")
            out.line(f"_api: {api}")
            taken = Taken()
            if not any(isinstance(lifted.function.kind, Constructor) for lifted, _, _ in methods):
                out.line()
                out.line("def __init__(self) -> None:")
                out.line(f'    raise {module.builtin("TypeError")}("{place.name} has no constructor")')
            for lifted, calls, name in methods:
                out.line()
                label = self.package.label(self.path, lifted.function)
                print_method(self.package, module, out, lifted, calls, taken.take(name), label)

    def shadowing(self) -> set[str]:
        """Names of functions and parameters: what emitted code must not use for something else."""
        found: set[str] = set()
        for _, item in self.items:
            if isinstance(item, LiftedFunction | ReexportedFunction):
                found |= names_of(item.function)
        return found


def names_of(function: Function) -> set[str]:
    return {python_name(function), *param_names(function)}
