"""Symbolic values: what an index stands for while instantiation is interpreted. The private nouns of ``plan.link``.

What costs nothing at run time stays a value until something needs it: a lower that no core module imports, a lift that
nobody exports, leave nothing behind in the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.model.types import ValType
from witcraft.model.world import Function
from witcraft.plan.steps import Builtin, CoreDef, CoreExport, ImportPath, Returned

# ---- core values ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PendingOptions:
    """Canonical options with indices resolved, and nothing extracted yet."""

    instance: int  # the component instance that the options belong to
    tree: tree.CanonOptions
    memory: CoreValue | None
    realloc: CoreValue | None
    post_return: CoreValue | None
    callback: CoreValue | None
    offset: int  # of the canonical definition


@dataclass(frozen=True, slots=True, eq=False)
class PendingLower:
    """A core function that a lower makes, if anything imports it."""

    function: FuncValue
    options: PendingOptions


CoreValue = CoreDef | Builtin | PendingLower


@dataclass(frozen=True, slots=True, eq=False)
class ModuleInstance:
    """Core instance ``index`` of the plan."""

    index: int
    exports: Mapping[str, core.ExternType]

    def get(self, name: str) -> CoreValue:
        return CoreExport(self.index, name, self.exports[name])


@dataclass(frozen=True, slots=True, eq=False)
class CoreInline:
    exports: Mapping[str, CoreValue]

    def get(self, name: str) -> CoreValue:
        return self.exports[name]


CoreInstanceValue = ModuleInstance | CoreInline


@dataclass(frozen=True, slots=True, eq=False)
class ModuleValue:
    """A core module: one of the file, or an import of the root. ``imports`` are keys, in order."""

    source: core.Module | ImportPath
    imports: tuple[tuple[str, str], ...]
    exports: Mapping[str, core.ExternType]


# ---- component values -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class ImportedFunc:
    path: ImportPath
    function: Function


@dataclass(frozen=True, slots=True, eq=False)
class LiftedFunc:
    """``name`` is what it was last called, for messages."""

    core: CoreValue
    options: PendingOptions
    type: TypeValue
    name: str


FuncValue = ImportedFunc | LiftedFunc


@dataclass(frozen=True, slots=True)
class TypeValue:
    """Of types, only resources exist at run time: the number in ``Plan.resources``.

    ``source`` says what another type is, to whoever asks: a type of the world, or a definition where it stands.
    """

    resource: int | None
    source: ValType | Definition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    frame: Frame
    tree: tree.TypeDef


@dataclass(frozen=True, slots=True, eq=False)
class InstanceValue:
    exports: Mapping[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class ComponentValue:
    """A component and the frame that its outer aliases look into; without a tree, an import of the root."""

    tree: tree.Component | None
    frame: Frame | None
    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of the gated feature "values"."""

    name: str


Value = ImportedFunc | LiftedFunc | TypeValue | InstanceValue | ComponentValue | ModuleValue | Opaque


# ---- frames -----------------------------------------------------------------------------------------------------


class Frame:
    """One instantiation under way: component instance ``number``, its arguments, and index spaces that fill up."""

    def __init__(self, number: int, args: Mapping[str, Value], parent: Frame | None, depth: int = 0) -> None:
        self.number, self.args, self.parent, self.depth = number, args, parent, depth
        self.exports: dict[str, Value] = {}
        self.returned: list[Returned] = []  # by different built-ins ``task.return``

        self.funcs: list[FuncValue] = []
        self.types: list[TypeValue] = []
        self.components: list[ComponentValue] = []
        self.instances: list[InstanceValue] = []
        self.core_funcs: list[CoreValue] = []
        self.memories: list[CoreValue] = []
        self.modules: list[ModuleValue] = []
        self.core_instances: list[CoreInstanceValue] = []
        self.spaces: dict[tree.AnySort, list[Any]] = {
            tree.Sort.FUNC: self.funcs,
            tree.Sort.VALUE: [],
            tree.Sort.TYPE: self.types,
            tree.Sort.COMPONENT: self.components,
            tree.Sort.INSTANCE: self.instances,
            core.Sort.FUNC: self.core_funcs,
            core.Sort.TABLE: [],
            core.Sort.MEMORY: self.memories,
            core.Sort.GLOBAL: [],
            core.Sort.TAG: [],
            core.Sort.TYPE: [],  # no values: nothing looks into it
            core.Sort.MODULE: self.modules,
            core.Sort.INSTANCE: self.core_instances,
        }

    def outer(self, count: int) -> Frame:
        frame = self
        for _ in range(count):
            assert frame.parent is not None  # ``resolve`` has counted
            frame = frame.parent
        return frame

    def at(self, item: tree.SortIndex) -> Any:
        return self.spaces[item.sort][item.index]

    def append(self, sort: tree.AnySort, value: Value) -> None:
        self.spaces[sort].append(value)
