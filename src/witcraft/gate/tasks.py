"""Tasks: ``task.return`` gives its values to the call that it belongs to (Canonical ABI, "canon task.return").

The table ``tasks`` holds what takes the result of each task, by its number. Adapters put it there, which come later
than the code that calls ``task.return``.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, call_indirect, code, const, get_global, if_, op, set_global
from witcraft.gate.needs import Needs
from witcraft.gate.parts import Parts
from witcraft.gate.threads import variable
from witcraft.plan.steps import Builtin
from witcraft.plan.tasks import NO_TASK, RESOLVED, TASKS, backpressure, running, task
from witcraft.runtime.traps import NOT_ASYNCHRONOUS, RESOLVED_TWICE, WRONG_RESULT


def functions() -> tuple[Func, ...]:
    """``refuse-result`` traps, for a task that does not take what it is given."""
    unlike = op("select", RESOLVED_TWICE, WRONG_RESULT, op("i32.eq", "task", RESOLVED))
    reason = op("select", unlike, NOT_ASYNCHRONOUS, op("i32.ne", "task", NO_TASK))
    return (Func("refuse-result", (("task", "i32"),), (), call("trap", reason, 0)),)


def give(parts: Parts, needs: Needs, builtin: Builtin) -> Code:
    """The task is over before anything else of its caller's runs: a realloc that makes room for the result."""
    assert builtin.returned is not None
    taking = needs.tasks.of(builtin.instance, builtin.returned)
    name = task(builtin.instance)
    if name not in needs.storage.get(builtin.instance, {}):
        return call("refuse-result", NO_TASK)
    number = get_global(variable(parts, name, "i32"))
    refused = if_(op("i32.ge_u", op("i32.sub", number, taking.start), len(taking)), call("refuse-result", number))
    params = [f"p{index}" for index in range(len(builtin.type.params))]
    resolved = code(number, set_global(name, const(RESOLVED)))
    return code(refused, call_indirect(TASKS, builtin.type, *params, index=resolved))


def for_adapters(parts: Parts, needs: Needs) -> None:
    """The table, and what tells which task runs; and whether an asynchronous function may begin."""
    parts.tasks = len(needs.tasks.numbers) + 1 if needs.tasks.numbers else 0
    for instance in needs.asynchronous:
        for name in (backpressure(instance), running(instance)):
            parts.variable(name, "i32", exported=True)
    for instance, kept in needs.storage.items():
        if task(instance) in kept:
            variable(parts, task(instance), "i32")
