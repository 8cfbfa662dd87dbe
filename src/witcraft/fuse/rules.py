"""The rules around a call between component instances, on either side of it (Canonical ABI, "canon lower", "lift").

The caller must be allowed to leave, the callee to begin. While parameters are lowered the callee must not leave, nor
the caller while results are. What the caller lends is given back at the end.
"""

from __future__ import annotations

from typing import cast

from witcraft.abi.moves import Call, Each, Move, Switch, Transcode
from witcraft.abi.ops import Alloc, Block, Stmt
from witcraft.abi.translate import Crossing
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
from witcraft.core.tree import GlobalType
from witcraft.fuse import threads
from witcraft.fuse.print import Printer
from witcraft.fuse.unit import Unit
from witcraft.plan.steps import InnerCall
from witcraft.plan.tasks import backpressure, exclusive, running
from witcraft.runtime.traps import CANNOT_LEAVE, THROWN, WAITING_CALL

FLAG = GlobalType("i32", True)

# ---- may-leave ---------------------------------------------------------------------------------------------------


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


# ---- who may begin -----------------------------------------------------------------------------------------------


def begin(unit: Unit, step: InnerCall) -> Code:
    """An asynchronous function begins at once: nothing here could wait (``enter_implicit_thread``)."""
    if not step.function.is_async:
        return ()
    names = [backpressure(step.callee.instance)]
    if exclusive(step):
        names.append(running(step.callee.instance))
    obstacles = [get_global(unit.gate(name, FLAG)) for name in names]
    return code(*[if_(obstacle, unit.lacks(WAITING_CALL)) for obstacle in obstacles], runs(unit, step, 1))


def end(unit: Unit, step: InnerCall) -> Code:
    return runs(unit, step, 0)


def runs(unit: Unit, step: InnerCall, flag: int) -> Code:
    return set_global(unit.gate(running(step.callee.instance), FLAG), flag) if exclusive(step) else ()


# ---- what is lent ------------------------------------------------------------------------------------------------


def lends(unit: Unit, step: InnerCall) -> bool:
    layout = unit.layouts["i32"]
    return any(layout.has_borrow(param.type) for param in step.function.params)


def in_scope(unit: Unit, step: InnerCall, body: Code) -> Code:
    if not lends(unit, step):
        return body
    begin, end = unit.gate("begin-scope", NOTHING), unit.gate(f"end-scope-{step.caller.instance}", NOTHING)
    return code(call(begin), body, call(end))


# ---- results -----------------------------------------------------------------------------------------------------


def give_back(unit: Unit, step: InnerCall, printer: Printer, made: Crossing) -> Code:
    """What the callee returned goes to the caller, whose own thread waits meanwhile."""
    kept = threads.slots(unit, step.caller.instance, "caller")
    printer.locals |= threads.locals_(kept)
    lowered = staying(unit, step.caller.instance, printer.block(made.back), made.back)
    return code(threads.keep(kept), lowered, threads.put_back(kept))


def guarded(unit: Unit, body: Code) -> Code:
    """An exception of the guest's ends here: no other component sees it."""
    if not unit.throws:
        return body
    tried = try_table([Catch(None, "thrown")], body, op("return"))
    return code(block("thrown", tried), unit.trap(THROWN))
