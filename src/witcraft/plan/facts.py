"""What a plan says about its calls: which handles they move, what they copy, which instances they concern."""

from __future__ import annotations

from collections.abc import Iterable

from witcraft.model.types import Borrow, List, Map, Own, Resource, String, ValType
from witcraft.model.walk import children
from witcraft.model.world import Function
from witcraft.plan.programs import defined_by
from witcraft.plan.steps import ExportDef, ExportedInstance, LiftedFunction, LowerImport, Options, Plan


class Facts:
    """Each question is answered once for each type or instance."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._defined: dict[int, frozenset[Resource]] = {}
        self._handles: dict[ValType, tuple[Own | Borrow, ...]] = {}
        self._copies: dict[ValType, bool] = {}

    def defined_by(self, instance: int) -> frozenset[Resource]:
        """The resources that a component instance defines itself."""
        if instance not in self._defined:
            self._defined[instance] = defined_by(self.plan, instance)
        return self._defined[instance]

    def moves(self, values: Iterable[tuple[str, ValType]], instance: int) -> bool:
        """Whether lowering the values changes the handle table of a component instance."""
        handles = [handle for _, ty in values for handle in self.handles_in(ty)]
        return any(isinstance(it, Own) or it.resource not in self.defined_by(instance) for it in handles)

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
                for handle in self.handles_in(ty):
                    found[options.instance, self.plan.resource_ids[handle.resource]] = None
        return list(found)

    def is_seen(self, number: int) -> bool:
        """Whether the world knows this resource of the guest."""
        return number in self.plan.resource_ids.values()

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

    def handles_in(self, ty: ValType) -> tuple[Own | Borrow, ...]:
        """The types of handles that values of the type may hold."""
        if ty not in self._handles:
            own = (ty,) if isinstance(ty, Own | Borrow) else ()
            inner = [handle for part in children(ty) for handle in self.handles_in(part)]
            self._handles[ty] = tuple(dict.fromkeys([*own, *inner]))
        return self._handles[ty]
