"""One adapter: a core function that a component instance calls to call another (Canonical ABI, "canon lower", "lift").

Its caller must be allowed to leave. While parameters are lowered the callee must not, nor the caller while results are,
nor the callee in its post-return function. What the caller lends is given back at the end.
"""

from __future__ import annotations

from typing import cast

from witcraft.abi.moves import Call, Each, Move, Switch, Transcode
from witcraft.abi.ops import Alloc, Block, Stmt
from witcraft.abi.translate import Crossing, crossing
from witcraft.core.build import Func
from witcraft.core.opcodes import (
    NOTHING,
    Catch,
    Code,
    block,
    call,
    code,
    get_global,
    if_,
    op,
    set_global,
    try_table,
)
from witcraft.core.tree import FuncType
from witcraft.fuse import threads
from witcraft.fuse.print import Printer, locals_of
from witcraft.fuse.unit import Unit, Way
from witcraft.plan.steps import InnerCall
from witcraft.runtime.traps import CANNOT_LEAVE, THROWN


def adapter(unit: Unit, step: InnerCall) -> Func:
    caller, callee = unit.room(step.caller), unit.room(step.callee)
    layouts = unit.layouts
    made = crossing(step.function, layouts[caller.core], layouts[callee.core])
    there = Printer(unit, Way(caller, callee), dict(made.params))
    lowered = there.block(made.there)
    called = call_callee(unit, step, there, made)
    back = Printer(unit, Way(callee, caller), there.locals, there.labels)
    before, during = threads.slots(unit, callee.instance, "callee"), threads.slots(unit, caller.instance, "caller")
    back.locals |= threads.locals_([*before, *during])
    body = code(
        check_leave(unit, caller.instance),
        threads.keep(before),
        in_scope(
            unit,
            step,
            code(
                staying(unit, callee.instance, lowered, made.there),
                threads.clear(unit, callee.instance),
                called,
                threads.keep(during),
                staying(unit, caller.instance, back.block(made.back), made.back),
                threads.put_back(during),
            ),
        ),
        post_return(unit, step, made),
        threads.put_back(before),
        *[back.expr(result) for result in made.results],
    )
    name = f"call-{step.index}"
    return Func(name, made.params, made.result_types, guarded(unit, body), locals_of(back, made.params))


def call_callee(unit: Unit, step: InnerCall, printer: Printer, made: Crossing) -> Code:
    signature = FuncType(made.arg_types, tuple([core for _, core in made.returned]))
    function = unit.item(step.core, signature, step.function.name)
    return printer.set_all(made.returned, call(function, *[printer.expr(arg) for arg in made.args]))


def check_leave(unit: Unit, instance: int) -> Code:
    return if_(op("i32.eqz", get_global(unit.may_leave(instance))), unit.trap(CANNOT_LEAVE))


def staying(unit: Unit, instance: int, body: Code, block: Block) -> Code:
    """``body``, with ``instance`` not allowed to leave if any of its code could run.

    Its flag was set: whatever runs with it cleared cannot lead here.
    """
    if not allocates(block):
        return body
    flag = unit.may_leave(instance)
    return code(set_global(flag, 0), body, set_global(flag, 1))


def allocates(block: Block) -> bool:
    """Whether anything asks for room; a helper may."""
    return any(map(stmt_allocates, block))


def stmt_allocates(stmt: Stmt) -> bool:
    match cast("Stmt | Move", stmt):
        case Alloc() | Transcode() | Call():
            return True
        case Each(body=body):
            return allocates(body)
        case Switch(arms=arms):
            return any(map(allocates, arms))
        case _:
            return False


def in_scope(unit: Unit, step: InnerCall, body: Code) -> Code:
    layout = unit.layouts["i32"]
    if not any(layout.has_borrow(param.type) for param in step.function.params):
        return body
    begin, end = unit.gate("begin-scope", NOTHING), unit.gate(f"end-scope-{step.caller.instance}", NOTHING)
    return code(call(begin), body, call(end))


def post_return(unit: Unit, step: InnerCall, made: Crossing) -> Code:
    function = step.callee.post_return
    if function is None:
        return ()
    signature = FuncType(tuple([core for _, core in made.returned]), ())
    called = call(unit.item(function, signature, "post-return"), *[name for name, _ in made.returned])
    flag = unit.may_leave(step.callee.instance)
    return code(set_global(flag, 0), called, set_global(flag, 1))


def guarded(unit: Unit, body: Code) -> Code:
    """An exception of the guest's ends here: no other component sees it."""
    if not unit.throws:
        return body
    tried = try_table([Catch(None, "thrown")], body, op("return"))
    return code(block("thrown", tried), unit.trap(THROWN))
