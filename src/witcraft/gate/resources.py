"""The resource built-ins of guests, and destructors.

Canonical ABI, "canon resource.new", "canon resource.drop", "canon resource.rep".
"""

from __future__ import annotations

from typing import assert_never

from witcraft.core.build import Func
from witcraft.core.opcodes import Catch, Code, block, call, code, if_, load, op, set_local, try_table
from witcraft.core.tree import FuncType
from witcraft.gate import leave
from witcraft.gate.handles import HANDLE, REPRESENTATION, lower, type_of
from witcraft.gate.needs import Handle, Needs
from witcraft.gate.parts import Parts
from witcraft.gate.tables import REP, SCOPE
from witcraft.gate.threads import on_a_new_thread
from witcraft.plan.steps import GuestResource, HostResource, Plan, ResourceFunc, ResourceOp
from witcraft.runtime.traps import UNCAUGHT_EXCEPTION


def for_guests(parts: Parts, plan: Plan, needs: Needs) -> None:
    for builtin in needs.builtins:
        parts.export(define(parts, plan, needs, builtin))
    dropped = {builtin.resource for builtin in needs.builtins if builtin.op is ResourceOp.DROP}
    for resource in needs.destructors:
        if resource in needs.owned:
            parts.export(destructor(parts, plan, needs, resource))
        elif resource in dropped:
            parts.define(destructor(parts, plan, needs, resource))


def define(parts: Parts, plan: Plan, needs: Needs, builtin: ResourceFunc) -> Func:
    name = f"{builtin.op.value}-{builtin.instance}-{builtin.resource}"
    match builtin.op:
        case ResourceOp.NEW:
            handle = lower(parts, builtin.instance, Handle(builtin.resource, own=True), "rep")
            return Func(name, (REPRESENTATION,), ("i32",), code(leave.check(parts, builtin.instance), handle))
        case ResourceOp.REP:
            return Func(name, (HANDLE,), ("i32",), load(on_handle(parts, "find", builtin), REP))
        case ResourceOp.DROP:
            dropped = drop(parts, builtin, destroy(parts, plan, needs, builtin.resource))
            body = code(leave.check(parts, builtin.instance), dropped)
            return Func(name, (HANDLE,), (), body, (("entry", "i32"),))
        case _:
            assert_never(builtin.op)


def on_handle(parts: Parts, func: str, builtin: ResourceFunc) -> Code:
    return call(func, parts.table(builtin.instance), type_of(builtin.resource), "handle")


def drop(parts: Parts, builtin: ResourceFunc, destroyed: Code) -> Code:
    """A borrow is given back to its scope; what is owned is destroyed, after its handle is gone."""
    return code(
        set_local("entry", on_handle(parts, "remove", builtin)),
        if_(load("entry", SCOPE), call("count-borrow", load("entry", SCOPE), -1), destroyed),
    )


def destroy(parts: Parts, plan: Plan, needs: Needs, resource: int) -> Code:
    """What happens to the representation in ``entry``."""
    if isinstance(plan.resources[resource], HostResource):
        return parts.handover.dropped(parts, resource, load("entry", REP))
    return call(f"dtor-{resource}", load("entry", REP)) if resource in needs.destructors else ()


def destructor(parts: Parts, plan: Plan, needs: Needs, resource: int) -> Func:
    """Called as if it were lifted: what it throws is a trap, and must not reach the guest that dropped the handle."""
    body = parts.call_late("dtor", resource, FuncType(("i32",), ()), "rep")
    if parts.exceptions:
        caught = block("caught", try_table([Catch(None, "caught")], body), op("return"))
        body = code(caught, call("trap", UNCAUGHT_EXCEPTION, 0))
    definition = plan.resources[resource]
    assert isinstance(definition, GuestResource), "the host destroys its own"
    body, locals_ = on_a_new_thread(parts, needs, definition.instance, body)
    return Func(f"dtor-{resource}", (REPRESENTATION,), (), body, locals_)
