"""Threads of component instances that have storage for them: what starts one in an adapter.

As the gate does it (``gate.threads``): the slots are globals; a call that comes in keeps them, clears them, and puts
them back when it ends.
"""

from __future__ import annotations

from witcraft.core.opcodes import Code, code, const, get_global, set_global, set_local
from witcraft.core.tree import GlobalType
from witcraft.fuse.unit import Unit

Slot = tuple[str, str, str]  # the global, a local to keep it in, the core type of both


def slots(unit: Unit, instance: int, title: str) -> list[Slot]:
    """``title`` tells the locals from those that another thread is kept in."""
    wanted = unit.contexts.get(instance, {})
    return [(storage(unit, instance, index), f"{title}.{index}", core) for index, core in wanted.items()]


def storage(unit: Unit, instance: int, index: int, kind: str = "context") -> str:
    return unit.gate(f"{kind}-{instance}-{index}", GlobalType(unit.contexts[instance][index], True))


def keep(kept: list[Slot]) -> Code:
    return code(*[set_local(name, get_global(slot)) for slot, name, _ in kept])


def clear(unit: Unit, instance: int) -> Code:
    """The thread that starts now has nothing in its slots."""
    wanted = unit.contexts.get(instance, {})
    return code(*[set_global(storage(unit, instance, index), const(0, core)) for index, core in wanted.items()])


def put_back(kept: list[Slot]) -> Code:
    return code(*[set_global(slot, name) for slot, name, _ in kept])


def locals_(kept: list[Slot]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, core) for _, name, core in kept])
