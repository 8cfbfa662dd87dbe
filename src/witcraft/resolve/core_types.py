"""Core modules by their types, and what may be given for what they import.

(Core specification, "Import Matching"; component-model Explainer, "Type Definitions", ``core:moduletype``.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from witcraft.component import tree
from witcraft.component.spell import core_extern_type
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.resolve.core_subtypes import check_core_type, check_mentions
from witcraft.resolve.features import Feature
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import CoreInstance, ModuleType

Declaration = tree.ModuleImport | tree.ModuleExport | tree.ModuleOuterAlias | core.CoreType
OuterType = Callable[[int, int], core.CoreType | ModuleType]  # count 0 is the scope around the module type

NUMBERS = {"i32", "i64", "f32", "f64", "v128"}


EXTERN_CLASSES: dict[tree.AnySort, type] = {
    core.Sort.FUNC: core.FuncType,
    core.Sort.TABLE: core.TableType,
    core.Sort.MEMORY: core.MemoryType,
    core.Sort.GLOBAL: core.GlobalType,
    core.Sort.TAG: core.TagType,
}
"""What core instances export, by sort."""


# ---- matching ---------------------------------------------------------------------------------------------------


def check_extern(given: core.ExternType, wanted: core.ExternType) -> None:
    """Raises ``ComponentError`` unless an export of type ``given`` can be imported as ``wanted``."""
    match given, wanted:
        case core.FuncType(), core.FuncType():
            fits = same_types(given.params, wanted.params) and same_types(given.results, wanted.results)
        case core.TagType(have), core.TagType(want):
            fits = same_types(have.params, want.params) and same_types(have.results, want.results)
        case core.MemoryType(have), core.MemoryType(want):
            fits = limits_fit(have, want)
        case core.TableType(), core.TableType():
            fits = same_type(given.element, wanted.element) and limits_fit(given.limits, wanted.limits)
        case core.GlobalType(), core.GlobalType():
            same = (given.mutable, given.shared) == (wanted.mutable, wanted.shared)
            fits = same and same_type(given.type, wanted.type)
        case _:
            fits = False
    if not fits:
        raise ComponentError(f"expected {core_extern_type(wanted)}, found {core_extern_type(given)}")


def same_types(given: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return given == wanted or (len(given) == len(wanted) and all(map(same_type, given, wanted)))


def same_type(given: str, wanted: str) -> bool:
    """A reference may be a subtype, and may name a type of its own module: that is left to the engine's linker."""
    return given == wanted or (given.startswith("(ref") and wanted not in NUMBERS)


def limits_fit(given: core.Limits, wanted: core.Limits) -> bool:
    if (given.is64, given.shared, given.page_size_log2) != (wanted.is64, wanted.shared, wanted.page_size_log2):
        return False
    if given.minimum < wanted.minimum:
        return False
    return wanted.maximum is None or (given.maximum is not None and given.maximum <= wanted.maximum)


def check_module(given: ModuleType, wanted: ModuleType) -> None:
    """A module may import less than is wanted, and export more."""
    for (module, name), have in given.imports.items():
        offered = wanted.imports.get((module, name))
        if offered is None:
            raise ComponentError(f'the core module imports "{module}" "{name}" as well')
        check_named(f'import "{module}" "{name}"', offered, have)
    for name, want in wanted.exports.items():
        export = given.exports.get(name)
        if export is None:
            raise ComponentError(f'the core module has no export "{name}"')
        check_named(f'export "{name}"', export, want)


def check_named(title: str, given: core.ExternType, wanted: core.ExternType) -> None:
    try:
        check_extern(given, wanted)
    except ComponentError as error:
        raise ComponentError(f"{title}: {error.message}") from None


def check_arguments(module: ModuleType, args: dict[str, CoreInstance]) -> None:
    """Is everything that a core module imports there, and of a type that fits?"""
    for (namespace, name), wanted in module.imports.items():
        instance = args.get(namespace)
        if instance is None:
            raise ComponentError(f'no argument for the core imports of "{namespace}"')
        given = instance.get(name)
        if given is None:
            raise ComponentError(f'the argument "{namespace}" has no export "{name}"')
        if given != wanted:
            check_named(f'core import "{namespace}" "{name}"', given, wanted)


# ---- limits -----------------------------------------------------------------------------------------------------

MOST_BYTES = {False: 1 << 32, True: 1 << 64}  # of a memory, by the width of its indices
MOST_ELEMENTS = {False: (1 << 32) - 1, True: (1 << 64) - 1}  # of a table


def check_limits(limits: core.Limits, most: int) -> None:
    if limits.maximum is not None and limits.minimum > limits.maximum:
        raise ComponentError(f"limits from {limits.minimum} to {limits.maximum}: the minimum is above the maximum")
    if max(limits.minimum, limits.maximum or 0) > most:
        raise ComponentError(f"a size of {max(limits.minimum, limits.maximum or 0)}, where at most {most} is possible")
    if limits.shared and limits.maximum is None:
        raise ComponentError("what is shared needs a maximum")


# ---- the type of a module ---------------------------------------------------------------------------------------


def module_type(module: core.Module) -> ModuleType:
    imports: dict[tuple[str, str], core.ExternType] = {}
    for item in module.imports:
        if (item.module, item.name) in imports:
            raise ComponentError(f'the core module imports "{item.module}" "{item.name}" twice', item.offset)
        imports[item.module, item.name] = item.type
    return ModuleType(imports, {item.name: item.type for item in module.exports})


class ModuleDeclarations:
    """A module type is declared in a type index space of its own; ``outer(count, index)`` looks beyond it."""

    def __init__(self, outer: OuterType, ledger: Ledger) -> None:
        self.outer, self.ledger = outer, ledger
        self.types: list[core.CoreType] = []
        self.imports: dict[tuple[str, str], core.ExternType] = {}
        self.exports: dict[str, core.ExternType] = {}

    def declare(self, declaration: Declaration) -> None:
        match declaration:
            case core.FuncType() | core.OtherType():
                check_core_type(declaration, self.types, self.ledger)
                self.types.append(declaration)
            case tree.ModuleOuterAlias(count, index):
                self.types.append(self.types_at(count, index))
            case tree.ModuleImport(module, name, ty):
                if (module, name) in self.imports:
                    raise ComponentError(f'the module type imports "{module}" "{name}" twice')
                self.imports[module, name] = self.extern(ty)
            case tree.ModuleExport(name, ty):
                if name in self.exports:
                    raise ComponentError(f'the module type exports "{name}" twice')
                self.exports[name] = self.extern(ty)
            case _:
                assert_never(declaration)

    def types_at(self, count: int, index: int) -> core.CoreType:
        if count == 0:
            return self.core_type(index)
        found = self.outer(count - 1, index)
        if isinstance(found, ModuleType):
            raise ComponentError("a module type cannot mention another module type")
        return found

    def core_type(self, index: int) -> core.CoreType:
        if index >= len(self.types):
            raise ComponentError(f"core type {index} is unknown in the module type: it has {len(self.types)}")
        return self.types[index]

    def extern(self, ty: tree.CoreExternType) -> core.ExternType:
        match ty:
            case core.MemoryType(limits):
                check_limits(limits, MOST_BYTES[limits.is64] >> limits.page_size_log2)
                return ty
            case core.TableType(_, limits):
                check_limits(limits, MOST_ELEMENTS[limits.is64])
                self.check_shared(limits.shared, "table")
                self.check_mentions(ty.element)
                return ty
            case core.GlobalType():
                self.check_shared(ty.shared, "global")
                self.check_mentions(ty.type)
                return ty
            case tree.FuncOfType(index):
                return self.function(index)
            case tree.TagOfType(index):
                return core.TagType(self.function(index))
            case _:
                assert_never(ty)

    def check_mentions(self, text: str) -> None:
        check_mentions(text, self.types, len(self.types), self.ledger)

    def check_shared(self, shared: bool, noun: str) -> None:
        if shared:
            self.ledger.require(Feature.SHARED_EVERYTHING_THREADS, f"a shared {noun}")

    def function(self, index: int) -> core.FuncType:
        found = self.core_type(index)
        if not isinstance(found, core.FuncType):
            raise ComponentError(f"core type {index} is no function type")
        return found
