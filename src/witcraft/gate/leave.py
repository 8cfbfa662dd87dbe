"""May-leave: a component instance must not call out while its realloc or a post-return function runs.

Canonical ABI, "canon lower", "Lifting and Lowering Context", "canon lift". The flag of an instance is a global of the
gate, so that adapters between inner components see it as well.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, get_global, if_, op, set_global
from witcraft.core.tree import FuncType
from witcraft.gate.needs import Lowering, Needs
from witcraft.gate.parts import Parts
from witcraft.gate.threads import on_a_new_thread, on_the_same_thread
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


def in_scope(parts: Parts, lowering: Lowering, body: Code) -> Code:
    """What the parameters lend is given back when the host function has returned."""
    if not lowering.borrows:
        return body
    return code(call("begin-scope"), body, call("end-scope", parts.table(lowering.step.options.instance)))


def realloc(parts: Parts, needs: Needs, index: int, options: Options) -> None:
    """What lifting and lowering ask of a realloc function: as much of its four parameters as the host makes use of."""
    core = "i64" if options.memory64 else "i32"
    params = parts.handover.realloc(core)
    zeros = [op(f"{core}.const", arguments=(0,))] * (4 - len(params))
    signature = FuncType((core,) * 4, (core,))
    body = parts.call_late("realloc", index, signature, *zeros, *(name for name, _ in params))
    guarded, locals_ = on_a_new_thread(parts, needs, options.instance, staying(parts, options.instance, body))
    parts.export(Func(f"realloc-{index}", params, (core,), guarded, locals_))


def post_return(parts: Parts, needs: Needs, index: int, options: Options, flat: tuple[str, ...]) -> None:
    """Takes the flat results of the function that was called."""
    params = tuple((f"r{i}", core) for i, core in enumerate(flat))
    body = parts.call_late("post-return", index, FuncType(flat, ()), *(name for name, _ in params))
    guarded, locals_ = on_the_same_thread(parts, needs, options.instance, staying(parts, options.instance, body))
    parts.export(Func(f"post-return-{index}", params, (), guarded, locals_))
