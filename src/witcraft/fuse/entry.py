"""What the host calls of component instances whose code has thread-local storage: each call starts a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from witcraft.abi.layout import Layout
from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, get_global, set_global
from witcraft.core.tree import FuncType
from witcraft.fuse import threads
from witcraft.fuse.unit import Unit
from witcraft.plan.steps import Adapted, Entry, ExportDef, ExportedInstance, InnerCall, LiftedFunction, Plan
from witcraft.plan.tasks import storage

Exports = tuple[tuple[str, ExportDef], ...]


def enter(plan: Plan) -> tuple[Exports, tuple[Entry, ...]]:
    """The exports by way of entries, where they need some."""
    made: list[Entry] = []
    first = sum(isinstance(step, InnerCall) for step in plan.steps)
    instances = storage(plan)

    def through(export: ExportDef) -> ExportDef:
        match export:
            case LiftedFunction(function, core, options) if options.instance in instances and not options.is_async:
                made.append(Entry(first + len(made), function, core, options))
                return replace(export, core=Adapted(made[-1].index))
            case ExportedInstance(_, exports):
                return replace(export, exports=tuple(all_through(exports)))
            case _:
                return export

    def all_through(exports: Exports) -> Iterator[tuple[str, ExportDef]]:
        return ((name, through(export)) for name, export in exports)

    return tuple(all_through(plan.exports)), tuple(made)


def entry(unit: Unit, step: Entry) -> Func:
    """Storage is left for the post-return function, should there be one; the host does not call anything else first."""
    layout, instance = Layout(8 if step.options.memory64 else 4), step.options.instance
    flat, result = layout.flat_params(step.function), layout.flat_result(step.function)
    cores = (layout.core,) if flat is None else flat
    signature = FuncType(cores, (layout.core,) if result is None else result)
    params = tuple([(f"p{index}", core) for index, core in enumerate(cores)])
    function = unit.item(step.core, signature, step.function.name)
    kept = threads.slots(unit, instance, "host")
    body = code(
        threads.keep(kept),
        threads.clear(unit, instance),
        call(function, *[name for name, _ in params]),
        *([leave(unit, instance)] if step.options.post_return is not None else []),
        threads.put_back(kept),
    )
    return Func(f"call-{step.index}", params, signature.results, body, threads.locals_(kept))


def leave(unit: Unit, instance: int) -> Code:
    pairs = [(threads.left(unit, *it), threads.variable(unit, *it)) for it in unit.storage[instance].items()]
    return code(*[set_global(left, get_global(now)) for left, now in pairs])
