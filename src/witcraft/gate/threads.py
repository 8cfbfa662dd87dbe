"""What threads of component instances keep: what ``context.get`` and ``context.set`` are about, and which task runs.

Canonical ABI, "Thread State". A call has one thread, and so has a realloc or a destructor: its variables are globals,
which whoever starts a thread keeps, clears, and puts back at its end. A post-return function goes on with the thread of
its call; nothing else of its instance runs in between.
"""

from __future__ import annotations

from witcraft.core.opcodes import Code, code, const, get_global, set_global, set_local
from witcraft.gate.needs import Needs
from witcraft.gate.parts import Parts


def variable(parts: Parts, name: str, core: str) -> str:
    """Of the thread that runs now."""
    return parts.variable(name, core, exported=True)


def left(parts: Parts, name: str, core: str) -> str:
    """Of the call that ended last."""
    return parts.variable(f"left-{name}", core, exported=True)


Locals = tuple[tuple[str, str], ...]


def on_a_new_thread(parts: Parts, needs: Needs, instance: int, body: Code) -> tuple[Code, Locals]:
    """``body`` with nothing in its storage; and the locals that this takes."""
    kept = needs.storage.get(instance, {})
    starts = {name: const(0, core) for name, core in kept.items()}
    return with_storage(parts, needs, instance, starts, body)


def on_the_same_thread(parts: Parts, needs: Needs, instance: int, body: Code) -> tuple[Code, Locals]:
    """``body`` with the storage of the call that ended last."""
    kept = needs.storage.get(instance, {})
    starts = {name: get_global(left(parts, name, core)) for name, core in kept.items()}
    return with_storage(parts, needs, instance, starts, body)


def with_storage(parts: Parts, needs: Needs, instance: int, starts: dict[str, Code], body: Code) -> tuple[Code, Locals]:
    kept = needs.storage.get(instance, {})
    names = [variable(parts, name, core) for name, core in kept.items()]
    start = [code(set_local(f"kept {name}", get_global(name)), set_global(name, starts[name])) for name in names]
    back = [set_global(name, f"kept {name}") for name in names]
    return code(*start, body, *back), tuple((f"kept {name}", core) for name, core in kept.items())
