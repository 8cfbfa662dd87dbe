"""Which adapters share a module: as many as there can be, none of which depends on another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from witcraft.core.encode import encode
from witcraft.errors import ComponentError
from witcraft.fuse.adapter import adapter
from witcraft.fuse.entry import enter, entry
from witcraft.fuse.unit import Unit
from witcraft.plan.steps import (
    Adapted,
    CoreDef,
    CoreExport,
    Entry,
    InnerCall,
    InstantiateAdapters,
    Plan,
    Step,
    sources,
)
from witcraft.plan.tasks import storage, tasks
from witcraft.plan.throws import can_throw

MAX_MEMORIES = 64  # of one module; engines allow 100


def fuse(plan: Plan) -> Plan:
    """The plan with modules of adapters for all calls between component instances.

    Raises ``ComponentError`` for types that the canonical ABI refuses.
    """
    exports, entries = enter(plan)
    if not entries and not any(isinstance(step, InnerCall) for step in plan.steps):
        return plan
    found = Grouping(Units(plan))
    try:
        for step in plan.steps:
            found.step(step)
        found.group |= {entry.index: entry for entry in entries}
        found.close()
    except RecursionError:  # called deep in someone else's stack, since every depth is limited
        raise ComponentError("types nest deeper than is left of Python's stack") from None
    return replace(plan, steps=tuple(found.steps), exports=exports)


@dataclass(slots=True)
class Grouping:
    """``group``: calls that are not in a module yet. The module is made where something first asks for one of them."""

    units: Units
    steps: list[Step] = field(default_factory=list)
    group: dict[int, InnerCall | Entry] = field(default_factory=dict)
    memories: set[CoreExport] = field(default_factory=set)  # of the group
    modules: int = 0

    def step(self, step: Step) -> None:
        if self.waits(sources(step)):
            self.close()
        if not isinstance(step, InnerCall):
            self.steps.append(step)
            return
        memories = {side.memory for side in (step.caller, step.callee) if side.memory is not None}
        if len(self.memories | memories) > MAX_MEMORIES:
            self.close()
        self.memories |= memories
        self.group[step.index] = step

    def waits(self, values: Iterable[CoreDef]) -> bool:
        """Whether a call of the group is among ``values``."""
        return any(isinstance(value, Adapted) and value.index in self.group for value in values)

    def close(self) -> None:
        if self.group:
            self.steps.append(self.units.instantiate(self.modules, tuple(self.group.values())))
            self.group.clear()
            self.memories.clear()
            self.modules += 1


class Units:
    """Modules of adapters, and what all those of a plan have in common."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.throws = plan, can_throw(plan)
        self.tasks, self.storage = tasks(plan).numbers, storage(plan)

    def of(self, calls: Iterable[InnerCall | Entry]) -> Unit:
        """The module of adapters for ``calls``."""
        unit = Unit(self.plan, self.throws, self.tasks, self.storage)
        for call in calls:
            unit.export(adapter(unit, call) if isinstance(call, InnerCall) else entry(unit, call))
        return unit

    def instantiate(self, index: int, calls: tuple[InnerCall | Entry, ...]) -> InstantiateAdapters:
        unit = self.of(calls)
        module = unit.module()
        return InstantiateAdapters(index, encode(module), calls, unit.args(), module)
