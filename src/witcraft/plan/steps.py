"""The nouns of a plan.

Decompiling a component is partial evaluation: instantiation is a call, every index becomes a value by data flow, and
only side effects stay, as ordered ``Step``s. A ``CoreDef`` is a value that a step may name; an ``ExportDef`` is what
the root gives. Nested components are gone, but for the number of the *component instance* (0 is the root) that each
lift, lower and built-in belongs to, since may-leave and the handle table are kept by component instance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

from witcraft.core import tree as core
from witcraft.core.build import Module as AdapterModule
from witcraft.model.types import Resource, TypeDef, ValType
from witcraft.model.world import CoreModule, Function, Interface, World

# ---- places ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportPath:
    """An import of the root by its extern names: ``("test:bench/host", "tick")``, or ``("log",)`` at the root."""

    names: tuple[str, ...]


# ---- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoreExport:
    """An export of a core module instance that a former ``InstantiateModule`` made."""

    instance: int
    name: str
    type: core.ExternType


@dataclass(frozen=True, slots=True)
class Lowered:
    """The core function of a former ``LowerImport``."""

    index: int


class StringEncoding(Enum):
    UTF8 = "utf8"
    UTF16 = "utf16"
    COMPACT = "latin1+utf16"


class ResourceOp(Enum):
    NEW = "resource.new"
    REP = "resource.rep"
    DROP = "resource.drop"


@dataclass(frozen=True, slots=True)
class ResourceFunc:
    """A resource built-in as component instance ``instance`` sees it."""

    op: ResourceOp
    instance: int
    resource: int


@dataclass(frozen=True, slots=True)
class Returned:
    """What ``task.return`` gives and how that is lifted; what a function that was lifted with async takes."""

    type: ValType | None  # None: nothing
    encoding: StringEncoding
    memory: CoreExport | None


@dataclass(frozen=True, slots=True)
class Builtin:
    """Another built-in as component instance ``instance`` sees it, a function of the gate.

    ``slot``: of ``context.*``; tells several ``task.return`` of an instance apart. What needs a scheduler has its type
    and a trap that says so.
    """

    name: str
    instance: int
    type: core.FuncType
    slot: int | None = None
    returned: Returned | None = None

    @property
    def export(self) -> str:
        """What the gate calls it."""
        slot = "" if self.slot is None else f"-{self.slot}"
        return f"{self.name}-{self.instance}{slot} ({' '.join(self.type.params)})"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A core function that nothing here can run yet: named, refused if reached."""

    feature: str
    offset: int


@dataclass(frozen=True, slots=True)
class Adapted:
    """The core function of a former ``InnerCall``."""

    index: int


@dataclass(frozen=True, slots=True)
class GateExport:
    """An export of the gate: a built-in; for adapters the state and the rules that they share with every other call."""

    name: str


CoreDef = CoreExport | Lowered | ResourceFunc | Adapted | GateExport | Unsupported


# ---- options -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """Canonical options with every index resolved to what a former step extracted.

    ``memory``, ``realloc``, ``post_return`` and ``callback`` number the extractions of their kind.
    """

    instance: int
    encoding: StringEncoding = StringEncoding.UTF8
    memory: int | None = None
    memory64: bool = False
    realloc: int | None = None
    post_return: int | None = None
    callback: int | None = None
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """The canonical options of one end of a call between component instances; nothing is extracted for the host."""

    instance: int
    encoding: StringEncoding = StringEncoding.UTF8
    memory: CoreExport | None = None
    realloc: CoreDef | None = None
    post_return: CoreDef | None = None
    callback: CoreDef | None = None
    is_async: bool = False

    @property
    def memory64(self) -> bool:
        ty = None if self.memory is None else self.memory.type
        return isinstance(ty, core.MemoryType) and ty.limits.is64


# ---- steps -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaticModule:
    """A core module of the component, by its number in ``Plan.modules``."""

    index: int


@dataclass(frozen=True, slots=True)
class ImportedModule:
    path: ImportPath


ModuleRef = StaticModule | ImportedModule


@dataclass(frozen=True, slots=True)
class ModuleArg:
    """One import of a core module: ``module`` and ``name`` as it asks for it, and the definition given."""

    module: str
    name: str
    value: CoreDef


@dataclass(frozen=True, slots=True)
class InstantiateModule:
    """Makes core instance ``index``; ``args`` stand in the order of a static module's imports."""

    index: int
    module: ModuleRef
    args: tuple[ModuleArg, ...]


@dataclass(frozen=True, slots=True)
class LowerImport:
    """Makes core function ``Lowered(index)`` of an imported component function."""

    index: int
    path: ImportPath
    function: Function
    options: Options


@dataclass(frozen=True, slots=True)
class ExtractMemory:
    index: int
    source: CoreExport


@dataclass(frozen=True, slots=True)
class ExtractRealloc:
    index: int
    source: CoreDef


@dataclass(frozen=True, slots=True)
class ExtractPostReturn:
    index: int
    source: CoreDef


@dataclass(frozen=True, slots=True)
class ExtractCallback:
    index: int
    source: CoreDef


@dataclass(frozen=True, slots=True)
class DefineResource:
    """Resource ``index`` of ``Plan.resources`` comes to be, in component instance ``instance``."""

    index: int
    instance: int
    dtor: CoreDef | None


@dataclass(frozen=True, slots=True)
class InnerCall:
    """Makes core function ``Adapted(index)``: component instance ``caller`` calls ``core``, a function of ``callee``.

    ``fuse`` makes an adapter of it; what prints a plan meets ``InstantiateAdapters`` instead.
    """

    index: int
    function: Function
    core: CoreDef
    caller: Side
    callee: Side


@dataclass(frozen=True, slots=True)
class Entry:
    """Makes core function ``Adapted(index)``: ``core``, which the host is to call, on a thread of its own.

    ``fuse`` puts it before what component instances export that keep something by thread.
    """

    index: int
    function: Function
    core: CoreDef
    options: Options


@dataclass(frozen=True, slots=True)
class InstantiateAdapters:
    """Instantiates a generated core module, which exports ``call-N`` for every call N of ``calls``."""

    index: int
    wasm: bytes
    calls: tuple[InnerCall | Entry, ...]
    args: tuple[ModuleArg, ...]
    module: AdapterModule = field(repr=False)  # what ``wasm`` encodes


Step = (
    InstantiateModule
    | LowerImport
    | InnerCall
    | InstantiateAdapters
    | ExtractMemory
    | ExtractRealloc
    | ExtractPostReturn
    | ExtractCallback
    | DefineResource
)


def sources(step: Step) -> tuple[CoreDef, ...]:
    """The core definitions that a step makes use of."""
    match step:
        case InstantiateModule() | InstantiateAdapters():
            return tuple([arg.value for arg in step.args])
        case InnerCall():
            ends = (step.caller, step.callee)
            given = [value for end in ends for value in (end.memory, end.realloc)]
            after = (step.callee.post_return, step.callee.callback)
            return tuple([value for value in (step.core, *given, *after) if value is not None])
        case DefineResource():
            return () if step.dtor is None else (step.dtor,)
        case LowerImport():
            return ()
        case ExtractMemory() | ExtractRealloc() | ExtractPostReturn() | ExtractCallback():
            return (step.source,)
        case _:
            assert_never(step)


# ---- resources ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HostResource:
    """Imported: the host defines it."""

    path: ImportPath


@dataclass(frozen=True, slots=True)
class GuestResource:
    """Defined by component instance ``instance``; ``name`` for messages."""

    instance: int
    name: str


ResourceDef = HostResource | GuestResource


# ---- exports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LiftedFunction:
    function: Function
    core: CoreDef
    options: Options


@dataclass(frozen=True, slots=True)
class ReexportedFunction:
    """An import of the root handed out again."""

    function: Function
    path: ImportPath


@dataclass(frozen=True, slots=True)
class ExportedInstance:
    interface: Interface
    exports: tuple[tuple[str, ExportDef], ...]  # by extern name, in the interface's order


@dataclass(frozen=True, slots=True)
class ExportedModule:
    module: CoreModule
    ref: ModuleRef


@dataclass(frozen=True, slots=True)
class ExportedType:
    type: TypeDef | Resource


@dataclass(frozen=True, slots=True)
class ExportedComponent:
    """A component, or a type that is no value type, as an export: known by name, nothing to call."""

    name: str
    sort: str = "component"  # as in ``ComponentItem``


ExportDef = LiftedFunction | ReexportedFunction | ExportedInstance | ExportedModule | ExportedType | ExportedComponent


# ---- the plan ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a language needs to instantiate the component and to call it.

    ``resources`` are numbered; ``resource_ids`` says which number a resource of the world has (several resources of
    the world may be one at run time). ``instances`` counts component instances.
    """

    world: World
    modules: tuple[core.Module, ...]
    instances: int
    resources: tuple[ResourceDef, ...]
    resource_ids: Mapping[Resource, int]
    steps: tuple[Step, ...]
    exports: tuple[tuple[str, ExportDef], ...]
    inner_ids: Mapping[Resource, int] = field(default_factory=dict)
    """As ``resource_ids``, for the resources that calls between component instances speak of."""
    builtins: Mapping[str, Builtin] = field(default_factory=dict)
    """Built-ins that something makes use of, by their names in the gate; resource built-ins stand for themselves."""

    def number(self, resource: Resource) -> int:
        """The number of a resource that the world or a call between component instances speaks of."""
        found = self.resource_ids.get(resource)
        return self.inner_ids[resource] if found is None else found


def inner_calls(plan: Plan) -> Iterator[InnerCall]:
    """The calls between component instances, be they made into adapters or not."""
    for step in plan.steps:
        if isinstance(step, InnerCall):
            yield step
        elif isinstance(step, InstantiateAdapters):
            yield from [call for call in step.calls if isinstance(call, InnerCall)]
