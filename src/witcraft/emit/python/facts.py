"""What a plan, with its gate, says about its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witcraft.plan import facts
from witcraft.plan.steps import Plan

if TYPE_CHECKING:
    from witcraft.gate.build import Gate


class Facts(facts.Facts):
    def __init__(self, plan: Plan, gate: Gate | None) -> None:
        super().__init__(plan)
        self.gate = gate

    def borrow_scopes(self) -> list[int]:
        if self.gate is None:
            return []
        return [i for i in range(self.plan.instances) if f"begin-scope-{i}" in self.gate.exports]
