"""The root: the class of the component, and the class of everything that it imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witcraft.emit.python.module import PyModule, PyWriter
from witcraft.emit.python.types import Annotator
from witcraft.model.world import Function, Interface, NamedResource, WorldItem

if TYPE_CHECKING:
    from witcraft.emit.python.exports import ExportScope
    from witcraft.emit.python.package import Package


def print_import_fields(package: Package) -> None:
    """The class of all imports: a keyword-only dataclass."""
    if not package.has_imports:
        return
    module, name = package.imports_module, f"{package.root_class}Imports"
    module.all.append(name)
    note = package.annotator(module)
    decorator = module.runtime("dataclass")
    with module.section() as out:
        out.line(f"@{decorator}(slots=True, kw_only=True)")
        with out.block(f"class {name}:"):
            out.doc(f"What {package.root_class} imports.")
            out.line()
            for field, kind, item in package.import_fields():
                default = f" = {module.runtime('PROVIDED')}" if is_provided(package, item) else ""
                out.line(f"{field}: {import_hint(package, module, note, kind, item)}{default}")


def is_provided(package: Package, item: WorldItem) -> bool:
    return isinstance(item, Interface) and item.name in package.provisions


def import_hint(package: Package, module: PyModule, note: Annotator, kind: str, item: WorldItem) -> str:
    match item:
        case Interface():
            scope = package.import_scopes[(item.name,)]
            return scope.class_annotation(module)
        case Function():
            params = ", ".join(note.for_host().given(param.type) for param in item.params)
            callable_ = module.typing("collections.abc", "Callable")
            return f"{callable_}[[{params}], {note.result(item.result, given=False)}]"
        case NamedResource():
            return f"{module.builtin('type')}[{package.places.resource_name(module, item.resource)}]"
        case _:
            return module.typing("runtime", "CoreModuleSource")


def print_root(package: Package, scope: ExportScope) -> None:
    root = package.root
    base, config = root.runtime("Root"), root.runtime("Config")
    instance = root.names.take("Instance")
    root.member(("_glue",), "Instance", instance)
    root.all.append(package.root_class)
    given = [name for name in ("Ok", "Err", "Some") if name not in package.exposed]
    root.all += [root.runtime(name) for name in given] + [name for name in ("Config",) if config == name]
    imports = ""
    if package.has_imports:
        imports = f"{package.root_class}Imports"
        root.member(("imports",), imports, imports)
        root.all.append(imports)
    with root.section() as out, out.block(f"class {package.root_class}({base}):"):
        out.doc(scope.docs)
        out.line()
        scope.print_slots(out)
        out.line("_package = __name__")
        for name in package.types_module.all:
            if name not in scope.slots:
                out.line(f"{name} = {root.sibling(('types',), at_run_time=True)}.{name}")
        out.line()
        out.bracket("def __init__(", ["self", *parameters(package, imports, config)], ") -> None:")
        with out.indented():
            print_linking(package, out, imports)
            out.line(f"instance = {instance}({'imports, ' if imports else ''}config)")
            out.line("self._context = instance.context")
            out.line(f"self._store = {'store = ' if scope.uses_store() else ''}instance.store")
            scope.print_setup(out)
        scope.print_methods(out)
    reexport_types(package)


def parameters(package: Package, imports: str, config: str) -> list[str]:
    """Imports may be left out where all of them are provided."""
    fields = package.import_fields()
    needed = [item for _, _, item in fields if not is_provided(package, item)]
    first = [f"imports: {imports}" if needed else f"imports: {imports} | None = None"] if fields else []
    wasi = [f"wasi: {package.root.typing_member(package.wasi, 'Wasi')} | None = None"] if package.uses_wasi else []
    return [*first, "*", *wasi, f"config: {config} | None = None"]


def print_linking(package: Package, out: PyWriter, imports: str) -> None:
    """What is given has to fit, with what is provided in its place."""
    root, fields = package.root, package.import_fields()
    if any(is_provided(package, item) for _, _, item in fields):
        given = "imports" if any(not is_provided(package, item) for _, _, item in fields) else f"imports or {imports}()"
        wasi = "wasi" if package.uses_wasi else "None"
        out.line(f"imports = {root.runtime('provide')}({given}, _ROOT, __name__, {wasi})")
    if fields:
        out.line(f"{root.runtime('link')}(imports, _ROOT)")


def reexport_types(package: Package) -> None:
    """Types of the world stand in ``types.py`` and are the root's too, but for one named as the root class is."""
    for name in package.exposed:
        package.root.member(("types",), name, name)
        package.root.all.append(name)
