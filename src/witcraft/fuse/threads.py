"""Threads of component instances that have storage for them: what starts one in an adapter.

As the gate does it (``gate.threads``): what they keep lies in globals, which a call that comes in keeps, clears, and
puts back when it ends.
"""

from __future__ import annotations

from witcraft.core.opcodes import Code, code, const, get_global, set_global, set_local
from witcraft.core.tree import GlobalType
from witcraft.fuse.unit import Unit

Slot = tuple[str, str, str]  # the global, a local to keep it in, the core type of both


def slots(unit: Unit, instance: int, title: str) -> list[Slot]:
    """``title`` tells the locals from those that another thread is kept in."""
    wanted = unit.storage.get(instance, {})
    return [(variable(unit, name, core), f"{title}.{name}", core) for name, core in wanted.items()]


def variable(unit: Unit, name: str, core: str) -> str:
    """Of the thread that runs now."""
    return unit.gate(name, GlobalType(core, True))


def left(unit: Unit, name: str, core: str) -> str:
    """Of the call that ended last."""
    return unit.gate(f"left-{name}", GlobalType(core, True))


def keep(kept: list[Slot]) -> Code:
    return code(*[set_local(name, get_global(slot)) for slot, name, _ in kept])


def clear(unit: Unit, instance: int) -> Code:
    """The thread that starts now keeps nothing yet."""
    wanted = unit.storage.get(instance, {})
    return code(*[set_global(variable(unit, name, core), const(0, core)) for name, core in wanted.items()])


def put_back(kept: list[Slot]) -> Code:
    return code(*[set_global(slot, name) for slot, name, _ in kept])


def locals_(kept: list[Slot]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, core) for _, name, core in kept])
