"""The imports of a world as Python modules for whoever provides them: types, and a protocol each.

What is printed is what bindings have in ``imports``, without the code that a component calls. `witcraft.wasi` was begun
so, and a module for ``--with`` is.
"""

from __future__ import annotations

from witcraft.emit.python.imports import ImportScope
from witcraft.emit.python.module import PyModule, PyWriter, quoted
from witcraft.emit.python.package import Files, Package, PythonOptions
from witcraft.emit.python.providers import Path, module_name
from witcraft.emit.python.shapes import shapes
from witcraft.emit.python.table import types_table
from witcraft.emit.python.types import declare
from witcraft.model.types import Own, TypeDef
from witcraft.model.world import Interface, NamedResource, World
from witcraft.plan.steps import Plan


def interfaces(world: World, below: Path = (), runtime: str = "witcraft.runtime") -> Files:
    """A module for each interface that ``world`` imports, by its path: ``io_streams.py`` for ``wasi:io/streams``.

    ``runtime`` is the run time's name; relative, if it begins with a dot, to the package in which they stand ``below``.
    """
    printer = Interfaces(world, below, runtime)
    return {f"{module.path[-1]}.py": module.text() for module in printer.print()}


def print_shapes(world: World) -> str:
    """A module with ``SHAPES``: by module and function, the digest of its type (`shapes`)."""
    out = PyWriter()
    out.doc("The type of every function, as a digest: what bindings compare the imports of a component with.")
    with out.block("SHAPES: dict[str, dict[str, str]] = {", "}"):
        for item in world.imports:
            if isinstance(item, Interface):
                with out.block(f"{quoted(module_name(item.name))}: {{", "},"):
                    out.extend([f"{quoted(name)}: {quoted(shape)}," for name, shape in shapes(item).items()])
    return out.text()


class Interfaces(Package):
    def __init__(self, world: World, below: Path, runtime: str) -> None:
        super().__init__(Plan(world, (), 0, (), {}, (), ()), None, PythonOptions("interfaces"))
        self.below, self.runtime = below, runtime

    def print(self) -> list[PyModule]:
        found = [item for item in self.plan.world.imports if isinstance(item, Interface)]
        for interface in found:
            self.import_modules[(interface.name,)] = self.module((*self.below, module_name(interface.name)))
        self.open_imports((), found, self.imports_module, "")
        for interface in found:
            self.print_interface(interface, self.import_scopes[(interface.name,)])
        modules = [self.import_modules[(interface.name,)] for interface in found]
        for module in reversed(modules):  # a module may make another one speak of a resource
            types_table(self, module)
        return modules

    def print_interface(self, interface: Interface, scope: ImportScope) -> None:
        module = scope.module
        module.docs = f"``{interface.name}``"
        self.shadow(module)
        for item in interface.types:
            if isinstance(item, TypeDef):
                declare(self.annotator(module), item)
                module.spoken.setdefault(item)
            elif isinstance(item, NamedResource):
                module.spoken.setdefault(Own(item.resource))
        scope.print_protocols()
