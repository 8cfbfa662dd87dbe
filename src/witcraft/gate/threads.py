"""Thread-local storage of component instances: what ``context.get`` and ``context.set`` are about.

Canonical ABI, "Thread State", ``storage``. A call has one thread, and so has a realloc or a destructor: the slots are
globals, which whoever starts a thread keeps, clears, and puts back at its end. A post-return function goes on with the
thread of its call; nothing else of its instance runs in between.
"""

from __future__ import annotations

from witcraft.core.opcodes import Code, code, const, get_global, set_global, set_local
from witcraft.gate.needs import Needs
from witcraft.gate.parts import Parts


def slot(parts: Parts, instance: int, index: int, core: str) -> str:
    """Storage of the thread that runs now."""
    return parts.variable(f"context-{instance}-{index}", core, exported=True)


def left(parts: Parts, instance: int, index: int, core: str) -> str:
    """Storage of the call that ended last."""
    return parts.variable(f"context-left-{instance}-{index}", core, exported=True)


Locals = tuple[tuple[str, str], ...]


def on_a_new_thread(parts: Parts, needs: Needs, instance: int, body: Code) -> tuple[Code, Locals]:
    """``body`` with nothing in its storage; and the locals that this takes."""
    slots = needs.contexts.get(instance, {})
    starts = {index: const(0, core) for index, core in slots.items()}
    return with_storage(parts, needs, instance, starts, body)


def on_the_same_thread(parts: Parts, needs: Needs, instance: int, body: Code) -> tuple[Code, Locals]:
    """``body`` with the storage of the call that ended last."""
    slots = needs.contexts.get(instance, {})
    starts = {index: get_global(left(parts, instance, index, core)) for index, core in slots.items()}
    return with_storage(parts, needs, instance, starts, body)


def with_storage(parts: Parts, needs: Needs, instance: int, starts: dict[int, Code], body: Code) -> tuple[Code, Locals]:
    slots = needs.contexts.get(instance, {})
    names = {index: slot(parts, instance, index, core) for index, core in slots.items()}
    kept = [code(set_local(f"context {i}", get_global(n)), set_global(n, starts[i])) for i, n in names.items()]
    back = [set_global(name, f"context {index}") for index, name in names.items()]
    return code(*kept, body, *back), tuple((f"context {index}", core) for index, core in slots.items())
