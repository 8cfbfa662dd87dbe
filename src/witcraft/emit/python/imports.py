"""What a component wants: a protocol for each interface and resource, and a trampoline for each function it lowers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from witcraft.emit.python.functions import Trampoline, documentation, owner, print_trampoline, python_name, signature
from witcraft.emit.python.module import PyModule
from witcraft.emit.python.names import Taken, function_name
from witcraft.model.types import Resource
from witcraft.model.world import Constructor, Function, Interface, Method, NamedResource, Static
from witcraft.plan.steps import LowerImport
from witcraft.words import snake

if TYPE_CHECKING:
    from witcraft.emit.python.package import Package


@dataclass(slots=True)
class ImportScope:
    """The root's imports, or those of one interface."""

    package: Package
    module: PyModule
    path: tuple[str, ...]
    class_name: str
    functions: tuple[Function, ...]
    resources: tuple[NamedResource, ...]
    docs: str
    nested: list[tuple[str, str, ImportScope]] = field(default_factory=list)  # WIT name, attribute, scope
    trampolines: dict[int, str] = field(default_factory=dict)  # LowerImport index -> name of its function
    names: dict[str, str] = field(default_factory=dict)  # WIT name -> Python name

    @property
    def provided(self) -> bool:
        """Whether the host has to give an object for it (an interface of types alone wants none)."""
        resources = self.resources if self.outside else self.own_resources()
        return bool(self.functions or resources or any(scope.provided for _, _, scope in self.nested))

    @property
    def outside(self) -> PyModule | None:
        """The module that has the types and the protocol, if they are not printed here."""
        return self.package.outside.get(self.path[0]) if len(self.path) == 1 else None

    def class_annotation(self, module: PyModule) -> str:
        """The protocol of the interface, as ``module`` names it."""
        home = self.outside or self.module
        return self.class_name if home is module else module.typing_member(home.path, self.class_name)

    def own_resources(self) -> list[NamedResource]:
        return [named for named in self.resources if self.package.owns(self, named.resource)]

    def collect(self) -> None:
        taken = Taken()
        for named in self.resources:
            self.names[named.name] = self.package.places.resources[named.resource].name
        for function in self.functions:
            if owner(function) is None:
                self.names[function.extern_name] = taken.take(python_name(function))

    # ---- protocols ----

    def print_protocols(self) -> None:
        """The resource classes, and the interface itself (the root's is the class of all imports)."""
        if self.outside:
            return
        for named in self.own_resources():
            self.print_resource(named.resource)
        if self.class_name and self.provided:
            self.print_interface()

    def print_resource(self, resource: Resource) -> None:
        place = self.package.places.resources[resource]
        note = self.package.annotator(place.module)
        methods = [function for function in self.functions if owner(function) is resource]
        with place.module.section() as out, out.block(f"class {place.name}({place.module.runtime('Protocol')}):"):
            out.doc(resource.docs.text or f"Resource ``{resource.name}``, which the host defines.")
            for function in methods:
                out.line()
                if isinstance(function.kind, Static):
                    out.line(f"@{place.module.builtin('classmethod')}")
                self.print_stub(function, python_name(function), out, note)

    def print_stub(self, function: Function, name: str, out, note) -> None:  # type: ignore[no-untyped-def]
        sign = signature(note, function, exported=False)
        docs = documentation(note, function)
        out.bracket(f"def {name}(", sign.items(positional=True), f") -> {sign.returns}:" + ("" if docs else " ..."))
        if docs:
            with out.indented():
                out.doc(docs)

    def print_interface(self) -> None:
        note = self.package.annotator(self.module)
        note.aliases = {named.resource: self.alias(named) for named in self.own_resources()}
        with self.module.section() as out, out.block(f"class {self.class_name}({self.module.runtime('Protocol')}):"):
            out.doc(self.docs or f"What the component imports as ``{'/'.join(self.path)}``.")
            for named in self.own_resources():
                out.line()
                out.line(f"@{self.module.builtin('property')}")
                class_ = f"{self.module.builtin('type')}[{note.aliases[named.resource]}]"
                out.line(f"def {self.names[named.name]}(self) -> {class_}: ...")
            for _, attribute, scope in self.nested:
                out.line()
                out.line(f"@{self.module.builtin('property')}")
                other = scope.class_annotation(self.module)
                out.line(f"def {attribute}(self) -> {other}: ...")
            for function in self.functions:
                if owner(function) is None:
                    out.line()
                    self.print_stub(function, self.names[function.extern_name], out, note)

    def alias(self, named: NamedResource) -> str:
        """A second name of a resource's class, since the property of its name hides it inside the protocol."""
        name = self.package.places.resources[named.resource].name
        alias = self.module.names.take(f"_{name}")
        with self.module.section() as out:
            out.line(f"{alias} = {name}")
        return alias

    # ---- trampolines ----

    def name_trampoline(self, step: LowerImport) -> None:
        stem = snake(step.function.extern_name)
        self.trampolines[step.index] = self.module.names.take(f"_lower_{stem}")

    def print_trampoline(self, step: LowerImport, host: str, host_type: str) -> None:
        function = step.function
        resource = owner(function)
        target = "" if isinstance(function.kind, Method) else self.names.get(function.extern_name, "")
        if resource is not None and not isinstance(function.kind, Method):
            cls = self.package.places.resources[resource].name
            target = cls if isinstance(function.kind, Constructor) else f"{cls}.{function_name(function.name)}"
        shape = Trampoline(self.trampolines[step.index], host, host_type, target)
        print_trampoline(self.package, self.module, step, shape)


def split(interface: Interface) -> tuple[tuple[Function, ...], tuple[NamedResource, ...]]:
    return interface.functions, tuple(item for item in interface.types if isinstance(item, NamedResource))
