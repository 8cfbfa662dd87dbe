"""Handles between the tables of two component instances, as the gate moves them (Canonical ABI, "lift_own", ...)."""

from __future__ import annotations

from witcraft.core.opcodes import Code, call
from witcraft.core.tree import FuncType
from witcraft.fuse.unit import Unit, Way
from witcraft.plan.steps import GuestResource

HANDLE = FuncType(("i32",), ("i32",))


def transfer(unit: Unit, way: Way, resource: int, own: bool, handle: Code) -> Code:
    """The handle that the target's instance gets for ``handle`` of the source's."""
    kind = "own" if own else "borrow"
    source, target = way.source.instance, way.target.instance
    representation = call(unit.gate(f"lift-{kind}-{source}-{resource}", HANDLE), handle)
    if not own and defines(unit, target, resource):
        return representation
    return call(unit.gate(f"lower-{kind}-{target}-{resource}", HANDLE), representation)


def defines(unit: Unit, instance: int, resource: int) -> bool:
    """A borrow that comes home is its representation, and no handle."""
    definition = unit.plan.resources[resource]
    return isinstance(definition, GuestResource) and definition.instance == instance
