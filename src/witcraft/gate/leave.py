"""May-leave: a component instance must not call out while its realloc or a post-return function runs.

Canonical ABI, "canon lower", "Lifting and Lowering Context", "canon lift". The flag of an instance is a global of the
gate, so that adapters between inner components see it as well.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, get_global, if_, op, set_global
from witcraft.core.tree import FuncType
from witcraft.gate.parts import Parts
from witcraft.plan.steps import Options
from witcraft.runtime.traps import CANNOT_LEAVE


def functions() -> tuple[Func, ...]:
    stays = if_(op("i32.eqz", "flag"), call("trap", CANNOT_LEAVE, 0))
    return (Func("check-leave", (("flag", "i32"),), (), stays),)


def check(parts: Parts, instance: int) -> Code:
    """Traps unless ``instance`` may leave."""
    return call("check-leave", get_global(parts.may_leave(instance)))


def staying(parts: Parts, instance: int, body: Code) -> Code:
    """``body`` with the flag cleared. It was set: whatever runs with it cleared cannot lead back to the host."""
    flag = parts.may_leave(instance)
    return code(set_global(flag, 0), body, set_global(flag, 1))


def realloc(parts: Parts, index: int, options: Options) -> None:
    """(align, size) -> pointer: what lifting and lowering ask of a realloc function; they never move a block."""
    core = "i64" if options.memory64 else "i32"
    zero = op(f"{core}.const", arguments=(0,))
    signature = FuncType((core,) * 4, (core,))
    body = parts.call_late("realloc", index, signature, zero, zero, "align", "size")
    params = (("align", core), ("size", core))
    parts.export(Func(f"realloc-{index}", params, (core,), staying(parts, options.instance, body)))


def post_return(parts: Parts, index: int, options: Options, flat: tuple[str, ...]) -> None:
    """Takes the flat results of the function that was called."""
    params = tuple((f"r{i}", core) for i, core in enumerate(flat))
    body = parts.call_late("post-return", index, FuncType(flat, ()), *(name for name, _ in params))
    parts.export(Func(f"post-return-{index}", params, (), staying(parts, options.instance, body)))
