"""The built-ins that are no resource's.

Canonical ABI, "canon context.get", "canon context.set", "canon backpressure.{inc,dec}", "canon task.{return,cancel}".
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, get_global, if_, op, set_global
from witcraft.gate import leave, tasks
from witcraft.gate.needs import Needs
from witcraft.gate.parts import Parts
from witcraft.gate.threads import variable
from witcraft.plan.steps import Builtin
from witcraft.plan.tasks import backpressure, context
from witcraft.runtime.traps import (
    BACKPRESSURE_OVERFLOW,
    BACKPRESSURE_UNDERFLOW,
    NOT_CANCELLED,
    NOT_SUPPORTED,
    UNSUPPORTED,
)

MOST_BACKPRESSURE = (1 << 16) - 1


def for_guests(parts: Parts, needs: Needs) -> None:
    for name, builtin in needs.functions.items():
        params = tuple((f"p{index}", core) for index, core in enumerate(builtin.type.params))
        parts.export(Func(name, params, builtin.type.results, body(parts, needs, builtin)))


def body(parts: Parts, needs: Needs, builtin: Builtin) -> Code:
    slot = context(builtin.instance, builtin.slot)
    match builtin.name:
        case "context.get":
            return get_global(variable(parts, slot, builtin.type.results[0]))
        case "context.set":
            return set_global(variable(parts, slot, builtin.type.params[0]), "p0")
        case "task.return":
            return code(leave.check(parts, builtin.instance), tasks.give(parts, needs, builtin))
        case "task.cancel":
            return code(leave.check(parts, builtin.instance), call("trap", NOT_CANCELLED, 0))
        case "backpressure.inc":
            return count(parts, builtin.instance, MOST_BACKPRESSURE, 1, BACKPRESSURE_OVERFLOW)
        case "backpressure.dec":
            return count(parts, builtin.instance, 0, -1, BACKPRESSURE_UNDERFLOW)
        case name:
            reason = NOT_SUPPORTED + UNSUPPORTED.index(name)
            return code(leave.check(parts, builtin.instance), call("trap", reason, 0), op("unreachable"))


def count(parts: Parts, instance: int, end: int, change: int, reason: int) -> Code:
    """The counter holds back calls of asynchronous functions: adapters look at it."""
    counter = parts.variable(backpressure(instance), "i32", exported=True)
    full = op("i32.eq", get_global(counter), end)
    return code(if_(full, call("trap", reason, 0)), set_global(counter, op("i32.add", get_global(counter), change)))
