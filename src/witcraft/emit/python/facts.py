"""What a plan says about its calls: which handles they move, what they copy, which instances they concern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from witcraft.model.types import Borrow, List, Map, Own, Resource, String, ValType
from witcraft.model.walk import children
from witcraft.model.world import Function
from witcraft.plan.programs import defined_by
from witcraft.plan.steps import ExportDef, ExportedInstance, LiftedFunction, LowerImport, Options, Plan

if TYPE_CHECKING:
    from witcraft.gate.build import Gate


class Facts:
    """Each question is answered once for each type or instance."""

    def __init__(self, plan: Plan, gate: Gate | None) -> None:
        self.plan, self.gate = plan, gate
        self._defined: dict[int, frozenset[Resource]] = {}
        self._copies: dict[ValType, bool] = {}

    def defined_by(self, instance: int) -> frozenset[Resource]:
        """The resources that a component instance defines itself."""
        if instance not in self._defined:
            self._defined[instance] = defined_by(self.plan, instance)
        return self._defined[instance]

    def moves(self, values: Iterable[tuple[str, ValType]], instance: int) -> bool:
        """Whether lowering the values changes the handle table of a component instance."""
        return any(self._moves_one(ty, self.defined_by(instance), set()) for _, ty in values)

    def _moves_one(self, ty: ValType, defined: frozenset[Resource], seen: set[ValType]) -> bool:
        if ty in seen:
            return False
        seen.add(ty)
        if isinstance(ty, Own):
            return True
        if isinstance(ty, Borrow):
            return ty.resource not in defined
        return any(self._moves_one(part, defined, seen) for part in children(ty))

    def copies(self, types: Iterable[ValType]) -> bool:
        """Whether lifting copies something whose length the guest says."""
        return any(self._copies_one(ty) for ty in types)

    def _copies_one(self, ty: ValType) -> bool:
        if ty not in self._copies:
            self._copies[ty] = isinstance(ty, String | List | Map) or self.copies(children(ty))
        return self._copies[ty]

    def handle_pairs(self) -> list[tuple[int, int]]:
        """(component instance, resource) wherever a lifted or lowered function mentions a handle."""
        found: dict[tuple[int, int], None] = {}
        for function, options in self.calls():
            for ty in self.types_of(function):
                for resource in self.resources_in(ty):
                    found[options.instance, self.plan.resource_ids[resource]] = None
        return list(found)

    def is_seen(self, number: int) -> bool:
        """Whether the world knows this resource of the guest."""
        return number in self.plan.resource_ids.values()

    def borrow_scopes(self) -> list[int]:
        if self.gate is None:
            return []
        return [i for i in range(self.plan.instances) if f"begin-scope-{i}" in self.gate.exports]

    def calls(self) -> list[tuple[Function, Options]]:
        lowered = [(step.function, step.options) for step in self.plan.steps if isinstance(step, LowerImport)]
        return lowered + [(item.function, item.options) for item in self.lifted(self.plan.exports)]

    def lifted(self, exports: Iterable[tuple[str, ExportDef]]) -> list[LiftedFunction]:
        found: list[LiftedFunction] = []
        for _, item in exports:
            if isinstance(item, LiftedFunction):
                found.append(item)
            elif isinstance(item, ExportedInstance):
                found += self.lifted(item.exports)
        return found

    @staticmethod
    def types_of(function: Function) -> list[ValType]:
        return [param.type for param in function.params] + ([function.result] if function.result is not None else [])

    def resources_in(self, ty: ValType) -> tuple[Resource, ...]:
        found: dict[Resource, None] = {}
        seen: set[ValType] = set()
        todo = [ty]
        while todo:
            part = todo.pop()
            if part in seen:
                continue
            seen.add(part)
            if isinstance(part, Own | Borrow):
                found[part.resource] = None
            todo += children(part)
        return tuple(found)
