"""Tasks of calls between component instances, and what threads keep (Canonical ABI, "Task State", "Thread State").

A function lifted with async gives its result by ``task.return``, which has to find the call that it belongs to. Each
such call has a number, and which task runs is a variable of the thread: ``NO_TASK`` if it is no asynchronous one, the
number of its call, or ``RESOLVED`` when it has returned. Calls that take the same have numbers that follow one another,
so that one comparison tells whether ``task.return`` may be called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from witcraft.core import tree as core
from witcraft.model.types import Borrow, Own, Resource, TypeDef, ValType
from witcraft.model.walk import rebuild
from witcraft.plan.steps import (
    CoreExport,
    ImportedModule,
    InnerCall,
    InstantiateModule,
    Plan,
    Returned,
    inner_calls,
)

NO_TASK, RESOLVED = 0, -1


@dataclass(frozen=True, slots=True)
class Tasks:
    """``numbers``: from 1 on, by the number of the call; ``taking``: those that take what an instance may return."""

    numbers: Mapping[int, int]
    taking: Mapping[tuple[int, Returned], range]
    identities: Identities

    def of(self, instance: int, given: Returned) -> range:
        """The tasks that a ``task.return`` is right for.

        It may do without the memory that its function was lifted with, as tools have it, where its type has no use for
        one: the specification is stricter than engines are.
        """
        return self.taking.get((instance, self.identities.returned(given)), range(0))


def tasks(plan: Plan) -> Tasks:
    identities = Identities(plan)
    groups: dict[tuple[int, Returned], dict[Returned, list[int]]] = {}  # without memories; then with them
    for call in inner_calls(plan):
        if call.callee.is_async:
            taken = identities.returned(returned(call))
            key = call.callee.instance, replace(taken, memory=None)
            groups.setdefault(key, {}).setdefault(taken, []).append(call.index)
    numbers: dict[int, int] = {}
    taking: dict[tuple[int, Returned], range] = {}
    for (instance, whatever), group in groups.items():
        first = len(numbers) + 1
        for taken, calls in group.items():
            taking[instance, taken] = number(numbers, calls)
        taking[instance, whatever] = range(first, len(numbers) + 1)
    return Tasks(numbers, taking, identities)


def returned(call: InnerCall) -> Returned:
    """What a callee that was lifted with async has to return."""
    return Returned(call.function.result, call.callee.encoding, call.callee.memory)


def number(numbers: dict[int, int], calls: list[int]) -> range:
    """Gives ``calls`` the next numbers."""
    first = len(numbers) + 1
    numbers |= {call: at for at, call in enumerate(calls, first)}
    return range(first, len(numbers) + 1)


class Identities:
    """What types and memories are, whatever they are called: the same ones become the same object."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._shapes: dict[ValType, ValType] = {}
        self._resources: dict[int, Resource] = {}
        self._instances = {step.index: step for step in plan.steps if isinstance(step, InstantiateModule)}

    def returned(self, given: Returned) -> Returned:
        ty = None if given.type is None else self.shape(given.type)
        return Returned(ty, given.encoding, None if given.memory is None else self.memory(given.memory))

    def shape(self, ty: ValType) -> ValType:
        """A type without names, with one object for each resource."""
        if ty not in self._shapes:
            self._shapes[ty] = self._shape(ty)
        return self._shapes[ty]

    def _shape(self, ty: ValType) -> ValType:
        match ty:
            case TypeDef():
                return self.shape(ty.type)
            case Own(resource):
                return Own(self.resource(resource))
            case Borrow(resource):
                return Borrow(self.resource(resource))
            case _:
                return rebuild(ty, self.shape)

    def resource(self, resource: Resource) -> Resource:
        return self._resources.setdefault(self.plan.number(resource), resource)

    def memory(self, memory: CoreExport) -> CoreExport:
        """The one that modules only hand on."""
        while (given := self.handed_on(memory)) is not None:
            memory = given
        return memory

    def handed_on(self, memory: CoreExport) -> CoreExport | None:
        """What a module was given as the memory that it exports; None if it is its own, or the host's."""
        step = self._instances[memory.instance]
        if isinstance(step.module, ImportedModule):
            return None
        module = self.plan.modules[step.module.index]
        (index,) = [export.index for export in module.exports if export.name == memory.name]
        given = [it.value for item, it in zip(module.imports, step.args, strict=True) if is_memory(item.type)]
        value = given[index] if index < len(given) else None
        return value if isinstance(value, CoreExport) else None


def is_memory(ty: core.ExternType) -> bool:
    return isinstance(ty, core.MemoryType)


# ---- threads -----------------------------------------------------------------------------------------------------


def storage(plan: Plan) -> dict[int, dict[str, str]]:
    """The variables of a component instance's threads, by name, with their core types.

    Slots that its code looks at, and the task where there are asynchronous ones.
    """
    found: dict[int, dict[str, str]] = {}
    for it in plan.builtins.values():
        if it.name.startswith("context."):
            (core_type,) = (*it.type.params, *it.type.results)
            found.setdefault(it.instance, {})[context(it.instance, it.slot)] = core_type
    for call in inner_calls(plan):
        if call.callee.is_async:
            found.setdefault(call.callee.instance, {})[task(call.callee.instance)] = "i32"
    return found


# ---- who may begin -----------------------------------------------------------------------------------------------


def exclusive(call: InnerCall) -> bool:
    """Whether no other such call may be under way in the callee's instance (``needs_exclusive``)."""
    return call.function.is_async and (not call.callee.is_async or call.callee.callback is not None)


# ---- names in the gate -------------------------------------------------------------------------------------------

TASKS = "tasks"
"""The table of what takes the result of each task, by its number."""


def context(instance: int, slot: int | None) -> str:
    return f"context-{instance}-{slot}"


def task(instance: int) -> str:
    return f"task-{instance}"


def backpressure(instance: int) -> str:
    return f"backpressure-{instance}"


def running(instance: int) -> str:
    """Whether an exclusive call is under way."""
    return f"exclusive-{instance}"
