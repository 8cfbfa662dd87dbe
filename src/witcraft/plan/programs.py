"""What every call of a plan does to its values.

The ABI programs of its imports and exports, the translations of its inner calls, and the helpers of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from witcraft.abi import translate
from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.helpers import all_helpers
from witcraft.abi.layout import Layout
from witcraft.abi.moves import Call, Each, HelperKey, Move, Switch
from witcraft.abi.ops import Block, Program, Stmt
from witcraft.abi.simplify import simplify
from witcraft.abi.translate import Crossing, Helper, helper
from witcraft.model.types import Resource
from witcraft.plan.steps import (
    ExportDef,
    ExportedInstance,
    GuestResource,
    InnerCall,
    LiftedFunction,
    LowerImport,
    Plan,
    inner_calls,
)

Titled = tuple[str, Program]
"""``"export test:bench/api add"``, and what the call does."""


def programs(plan: Plan) -> list[Titled]:
    """Imports, exports, helpers; simplified, as languages print them."""
    found: list[Titled] = []
    for is64 in (False, True):
        layout = Layout(8 if is64 else 4)
        calls = [*lowered(plan, layout, is64), *lifted(plan, layout, is64)]
        helpers = all_helpers([program for _, program in calls], layout)
        found += [*calls, *[("helper", helper) for helper in helpers.values()]]
    return [(title, simplify(program)) for title, program in found]


def lowered(plan: Plan, layout: Layout, is64: bool) -> Iterator[Titled]:
    for step in plan.steps:
        if isinstance(step, LowerImport) and step.options.memory64 == is64:
            yield f"import {' '.join(step.path.names)}", lower_import(step.function, layout)


def lifted(plan: Plan, layout: Layout, is64: bool) -> Iterator[Titled]:
    for title, export in functions(plan.exports, "export"):
        options = export.options
        if options.memory64 == is64:
            call = CallOptions(options.post_return is not None, defined_by(plan, options.instance))
            yield title, lift_export(export.function, call, layout)


def functions(exports: Iterable[tuple[str, ExportDef]], title: str) -> Iterator[tuple[str, LiftedFunction]]:
    """The lifted functions, at any depth."""
    for name, export in exports:
        if isinstance(export, LiftedFunction):
            yield f"{title} {name}", export
        elif isinstance(export, ExportedInstance):
            yield from functions(export.exports, f"{title} {name}")


def defined_by(plan: Plan, instance: int) -> frozenset[Resource]:
    """The resources that a component instance defines itself."""
    own = {
        number
        for number, resource in enumerate(plan.resources)
        if isinstance(resource, GuestResource) and resource.instance == instance
    }
    return frozenset(resource for resource, number in plan.resource_ids.items() if number in own)


# ---- calls between component instances ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Translation:
    """What one inner call does to its values; ``helpers`` that no former call has, with the layouts of both sides."""

    call: InnerCall
    made: Crossing
    caller: Layout
    callee: Layout
    helpers: tuple[tuple[HelperKey, Helper, Layout, Layout], ...]


def crossing(call: InnerCall, caller: Layout, callee: Layout) -> Crossing:
    """What a call does, with the layouts of its two ends."""
    ends = translate.lowered(caller, call.caller.is_async), translate.lifted(callee, call.callee.is_async)
    return translate.crossing(call.function, *ends)


def moves(plan: Plan) -> Iterator[Translation]:
    """In the order of the calls; as adapters are made of them."""
    layouts = {False: Layout(4), True: Layout(8)}
    known: set[tuple[Layout, Layout, HelperKey]] = set()
    for call in inner_calls(plan):
        caller, callee = layouts[call.caller.memory64], layouts[call.callee.memory64]
        made = crossing(call, caller, callee)
        there = [(key, caller, callee) for key in helpers_called(made.there)]
        back = [(key, callee, caller) for key in helpers_called(made.back)]
        yield Translation(call, made, caller, callee, tuple(all_moves([*there, *back], known)))


Wanted = tuple[HelperKey, Layout, Layout]


def all_moves(
    todo: list[Wanted], known: set[tuple[Layout, Layout, HelperKey]]
) -> Iterator[tuple[HelperKey, Helper, Layout, Layout]]:
    """The helpers of ``todo``, and all that these call."""
    while todo:
        key, source, sink = todo.pop()
        if (source, sink, key) not in known:
            known.add((source, sink, key))
            made = helper(key, source, sink)
            todo += [(inner, source, sink) for inner in helpers_called(made.body)]
            yield key, made, source, sink


def helpers_called(block: Block) -> Iterator[HelperKey]:
    """The helpers that a translation calls, at any depth."""
    for stmt in block:
        match cast("Stmt | Move", stmt):
            case Call(key):
                yield key
            case Each(body=body):
                yield from helpers_called(body)
            case Switch(arms=arms):
                for arm in arms:
                    yield from helpers_called(arm)
            case _:
                pass
