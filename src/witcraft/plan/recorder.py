"""What linking leaves behind: ordered steps, and the numbers of what they make.

A value is forced here when something needs it: that writes the steps that it takes, once for each distinct source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import assert_never

from witcraft.core import tree as core
from witcraft.errors import UnsupportedError
from witcraft.model.types import Resource
from witcraft.plan.builtins import asynchronous_values, encoding, is_64, memory_of
from witcraft.plan.steps import (
    Adapted,
    Builtin,
    CoreDef,
    CoreExport,
    DefineResource,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GateExport,
    GuestResource,
    HostResource,
    ImportedModule,
    ImportPath,
    InnerCall,
    InstantiateModule,
    Lowered,
    LowerImport,
    ModuleArg,
    ModuleRef,
    Options,
    ResourceDef,
    Side,
    StaticModule,
    Step,
    Unsupported,
)
from witcraft.plan.support import ASYNC_OPTION, unsupported_types
from witcraft.plan.types import Types
from witcraft.plan.values import (
    CoreInstanceValue,
    CoreValue,
    FuncValue,
    ImportedFunc,
    LiftedFunc,
    ModuleInstance,
    ModuleValue,
    PendingLower,
    PendingOptions,
)

MAX_DEFINITIONS = 500_000  # interpreted in all: a small component can instantiate another very often
MAX_DEPTH = 100  #           instantiations inside each other
MAX_INNER_CALLS = 10_000  #  adapters, each with code of its own

Extraction = ExtractRealloc | ExtractPostReturn | ExtractCallback


class Recorder:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.modules: list[core.Module] = []
        self.resources: list[ResourceDef] = []
        self.resource_ids: dict[Resource, int] = {}
        self.types = Types()
        self.instances = 0  # component instances
        self.builtins: dict[str, Builtin] = {}  # reached
        self.unsupported: list[Unsupported] = []  # what was reached and cannot run yet
        self._definitions = 0
        self._numbers: Counter[type] = Counter()  # of steps, by class
        self._module_numbers: dict[int, int] = {}  # by identity
        self._lowered: dict[PendingLower, CoreDef] = {}
        self._extracted: dict[tuple[type, CoreDef], int] = {}

    def number(self, step: type) -> int:
        self._numbers[step] += 1
        return self._numbers[step] - 1

    # ---- limits ----

    def count_definitions(self, number: int) -> None:
        self._definitions += number
        if self._definitions > MAX_DEFINITIONS:
            raise UnsupportedError(f"instantiating the component runs more than {MAX_DEFINITIONS:,} definitions")

    def next_instance(self, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise UnsupportedError(f"component instances nest deeper than {MAX_DEPTH} levels")
        self.instances += 1
        return self.instances - 1

    # ---- core modules ----

    def module(self, value: ModuleValue) -> ModuleRef:
        if isinstance(value.source, ImportPath):
            return ImportedModule(value.source)
        number = self._module_numbers.setdefault(id(value.source), len(self.modules))
        if number == len(self.modules):
            self.modules.append(value.source)
        return StaticModule(number)

    def instantiate(self, value: ModuleValue, args: Mapping[str, CoreInstanceValue]) -> ModuleInstance:
        given = [ModuleArg(module, name, self.core(args[module].get(name))) for module, name in value.imports]
        index = self.number(InstantiateModule)
        self.steps.append(InstantiateModule(index, self.module(value), tuple(given)))
        return ModuleInstance(index, value.exports)

    # ---- core values ----

    def core(self, value: CoreValue) -> CoreDef:
        if isinstance(value, PendingLower):
            if value not in self._lowered:
                self._lowered[value] = self._lower(value.function, value.options)
            return self._lowered[value]
        if isinstance(value, Builtin):
            self.builtins[value.export] = value
            return GateExport(value.export)
        if isinstance(value, Unsupported):
            self.unsupported.append(value)
        return value

    def _lower(self, function: FuncValue, pending: PendingOptions) -> CoreDef:
        match function:
            case ImportedFunc():
                options = self.options(pending)
                index = self.number(LowerImport)
                self.steps.append(LowerImport(index, function.path, function.function, options))
                return Lowered(index)
            case LiftedFunc():
                return self._inner_call(function, pending)
            case _:
                assert_never(function)

    def _inner_call(self, lifted: LiftedFunc, pending: PendingOptions) -> CoreDef:
        """A call from one component instance to another."""
        if self._numbers[InnerCall] == MAX_INNER_CALLS:
            raise UnsupportedError(
                f"more than {MAX_INNER_CALLS:,} functions that component instances call of each other"
            )
        function = self.types.function(lifted.type, lifted.name or "a function", pending.offset)
        if any(unsupported_types(function, set())):
            return self.core(asynchronous_values(function, pending))
        callee, caller = self.side(lifted.options), self.side(pending)
        core_def = self.core(lifted.core)
        index = self.number(InnerCall)
        self.steps.append(InnerCall(index, function, core_def, caller, callee))
        return Adapted(index)

    # ---- options ----

    def side(self, pending: PendingOptions) -> Side:
        self.refuse_gc(pending)
        return Side(
            pending.instance,
            encoding(pending.tree),
            memory_of(pending.memory),
            None if pending.realloc is None else self.core(pending.realloc),
            None if pending.post_return is None else self.core(pending.post_return),
            None if pending.callback is None else self.core(pending.callback),
            pending.tree.is_async,
        )

    def refuse_gc(self, pending: PendingOptions) -> None:
        if pending.tree.gc:
            self.core(Unsupported("the canonical option gc", pending.offset))

    def options(self, pending: PendingOptions) -> Options:
        self.refuse_gc(pending)
        if pending.tree.is_async:
            self.core(Unsupported(ASYNC_OPTION, pending.offset))
        return Options(
            pending.instance,
            encoding(pending.tree),
            self.extract_memory(pending.memory),
            is_64(pending.memory),
            self.extract(ExtractRealloc, pending.realloc),
            self.extract(ExtractPostReturn, pending.post_return),
            self.extract(ExtractCallback, pending.callback),
            pending.tree.is_async,
        )

    def extract_memory(self, value: CoreValue | None) -> int | None:
        if not isinstance(value, CoreExport):
            return None
        index, is_new = self.once(ExtractMemory, value)
        if is_new:
            self.steps.append(ExtractMemory(index, value))
        return index

    def extract(self, step: type[Extraction], value: CoreValue | None) -> int | None:
        if value is None:
            return None
        source = self.core(value)
        index, is_new = self.once(step, source)
        if is_new:
            self.steps.append(step(index, source))
        return index

    def once(self, step: type, source: CoreDef) -> tuple[int, bool]:
        """The number of the step that extracts ``source``, and whether it is yet to be written."""
        known = self._extracted.get((step, source))
        if known is None:
            self._extracted[step, source] = self.number(step)
        return self._extracted[step, source], known is None

    # ---- resources ----

    def import_resource(self, resource: Resource, path: ImportPath) -> int:
        """The same resource under a second path is the same resource of the host."""
        if resource not in self.resource_ids:
            self.resource_ids[resource] = self.add_resource(HostResource(path))
        return self.resource_ids[resource]

    def define_resource(self, instance: int, dtor: CoreValue | None) -> int:
        number = self.add_resource(GuestResource(instance, ""))
        self.steps.append(DefineResource(number, instance, None if dtor is None else self.core(dtor)))
        return number

    def add_resource(self, definition: ResourceDef) -> int:
        self.resources.append(definition)
        return len(self.resources) - 1

    def name_resource(self, number: int, name: str) -> None:
        """For messages: what the first export that shows the resource calls it."""
        definition = self.resources[number]
        if isinstance(definition, GuestResource) and not definition.name:
            self.resources[number] = GuestResource(definition.instance, name)
