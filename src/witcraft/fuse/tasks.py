"""A callee that was lifted with async: its result comes by ``task.return`` (Canonical ABI, "canon task.return").

The gate's table of tasks leads ``task.return`` to ``return-N`` of call N, which takes the result to the caller at once.
Where to, it finds in variables of the call, which another call of the same function keeps. A task that is not over when
its callee returns would need a scheduler: it traps.
"""

from __future__ import annotations

from witcraft.abi.translate import Crossing
from witcraft.core.build import Func, limits
from witcraft.core.opcodes import NOTHING, Code, call, code, const, get_global, if_, op, set_global, set_local
from witcraft.core.tree import FuncType, TableType
from witcraft.fuse import rules, threads
from witcraft.fuse.print import Printer, locals_of
from witcraft.fuse.unit import Unit, Way
from witcraft.plan.steps import InnerCall
from witcraft.plan.tasks import RESOLVED, TASKS, task
from witcraft.runtime.traps import CALLBACK_CODE, NO_RESULT, WAITING_TASK, YIELDING_TASK

CODE = 0xF
"""The bits of what a callee with a callback returns that say what it wants: EXIT (0), YIELD or WAIT."""
YIELD, WAIT = 1, 2
WANTED = "call.wanted"


def run(unit: Unit, step: InnerCall, printer: Printer, made: Crossing) -> tuple[Code, Code]:
    """The call, at the end of which the task is over; and the core results."""
    number, running = unit.tasks[step.index], threads.variable(unit, task(step.callee.instance), "i32")
    unit.fill(table(unit), number, taker(unit, step, made, printer.way.back))
    body = code(
        set_global(running, number),
        *[set_global(place, name) for place, (name, _) in zip(outs(unit, step, made), made.out, strict=True)],
        call_callee(unit, step, printer, made),
        if_(op("i32.ne", get_global(running), const(RESOLVED)), unit.trap(NO_RESULT)),
    )
    return body, code(*[get_global(place) for place in results(unit, step, made)])


def call_callee(unit: Unit, step: InnerCall, printer: Printer, made: Crossing) -> Code:
    """With a callback, it says whether it is over."""
    given = () if step.callee.callback is None else ("i32",)
    function = unit.item(step.core, FuncType(made.arg_types, given), step.function.name)
    called = call(function, *[printer.expr(arg) for arg in made.args])
    if not given:
        return called
    goes_on = code(
        if_(op("i32.eq", WANTED, YIELD), unit.lacks(YIELDING_TASK)),
        if_(op("i32.eq", WANTED, WAIT), unit.lacks(WAITING_TASK)),
        unit.trap(CALLBACK_CODE, WANTED),
    )
    return code(printer.set(WANTED, "i32", op("i32.and", called, CODE)), if_(WANTED, goes_on))


def taker(unit: Unit, step: InnerCall, made: Crossing, way: Way) -> Func:
    """Takes what the callee returns to where its caller wants it."""
    printer = Printer(unit, way, dict((*made.returned, *made.out)))
    places = [(name, place) for place, (name, _) in zip(outs(unit, step, made), made.out, strict=True)]
    body = code(
        call(unit.gate("check-borrows", NOTHING)) if rules.lends(unit, step) else (),
        *[set_local(name, get_global(place)) for name, place in places],
        rules.give_back(unit, step, printer, made),
        *[
            set_global(place, printer.expr(result))
            for place, result in zip(results(unit, step, made), made.results, strict=True)
        ],
    )
    return Func(f"return-{step.index}", made.returned, (), rules.guarded(unit, body), locals_of(printer, made.returned))


# ---- what a call keeps -------------------------------------------------------------------------------------------


def slots(unit: Unit, step: InnerCall, made: Crossing) -> list[threads.Slot]:
    """The variables of a call, which another one of the same function may come into."""
    if not step.callee.is_async:
        return []
    names = [*outs(unit, step, made), *results(unit, step, made)]
    cores = [*[core for _, core in made.out], *made.result_types]
    return [(name, f"call.{name}", core) for name, core in zip(names, cores, strict=True)]


def outs(unit: Unit, step: InnerCall, made: Crossing) -> list[str]:
    """Where the result goes in memory."""
    return [unit.variable(f"out-{step.index}", core) for _, core in made.out]


def results(unit: Unit, step: InnerCall, made: Crossing) -> list[str]:
    """The core results, once they are there."""
    return [unit.variable(f"result-{step.index}", core) for core in made.result_types]


def table(unit: Unit) -> str:
    size = len(unit.tasks) + 1
    return unit.gate(TASKS, TableType("funcref", limits(size, size)))
