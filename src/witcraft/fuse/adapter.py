"""One adapter: a core function that a component instance calls to call another (Canonical ABI, "canon lower", "lift").

``rules.py`` has what is kept around a call. A callee that was lifted with async gives its result before it returns, as
``tasks.py`` has it.
"""

from __future__ import annotations

from witcraft.abi.translate import Crossing
from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, set_global
from witcraft.core.tree import FuncType
from witcraft.fuse import rules, tasks, threads
from witcraft.fuse.print import Printer, locals_of
from witcraft.fuse.unit import Unit, Way
from witcraft.plan.programs import crossing
from witcraft.plan.steps import InnerCall


def adapter(unit: Unit, step: InnerCall) -> Func:
    caller, callee = unit.room(step.caller), unit.room(step.callee)
    made = crossing(step, unit.layouts[caller.core], unit.layouts[callee.core])
    printer = Printer(unit, Way(caller, callee), dict(made.params))
    lowered = printer.block(made.there)
    run, results = (tasks.run if step.callee.is_async else run_callee)(unit, step, printer, made)
    kept = [*threads.slots(unit, callee.instance, "callee"), *tasks.slots(unit, step, made)]
    printer.locals |= threads.locals_(kept)
    parts = code(rules.staying(unit, callee.instance, lowered, made.there), threads.clear(unit, callee.instance), run)
    body = code(
        rules.check_leave(unit, caller.instance),
        rules.begin(unit, step),
        threads.keep(kept),
        rules.in_scope(unit, step, parts),
        post_return(unit, step, made),
        results,
        threads.put_back(kept),
        rules.end(unit, step),
    )
    name = f"call-{step.index}"
    return Func(name, made.params, made.result_types, rules.guarded(unit, body), locals_of(printer, made.params))


def run_callee(unit: Unit, step: InnerCall, printer: Printer, made: Crossing) -> tuple[Code, Code]:
    """The call, with the result given back; and the core results."""
    signature = FuncType(made.arg_types, tuple([core for _, core in made.returned]))
    function = unit.item(step.core, signature, step.function.name)
    called = printer.set_all(made.returned, call(function, *[printer.expr(arg) for arg in made.args]))
    back = Printer(unit, printer.way.back, printer.locals, printer.labels)
    given = rules.give_back(unit, step, back, made)
    return code(called, given), code(*[back.expr(result) for result in made.results])


def post_return(unit: Unit, step: InnerCall, made: Crossing) -> Code:
    function = step.callee.post_return
    if function is None:
        return ()
    signature = FuncType(tuple([core for _, core in made.returned]), ())
    called = call(unit.item(function, signature, "post-return"), *[name for name, _ in made.returned])
    flag = unit.may_leave(step.callee.instance)
    return code(set_global(flag, 0), called, set_global(flag, 1))
