"""What every call of a plan does to its values: the ABI programs of its imports and exports, and their helpers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.helpers import all_helpers
from witcraft.abi.layout import Layout
from witcraft.abi.ops import Program
from witcraft.abi.simplify import simplify
from witcraft.model.types import Resource
from witcraft.plan.steps import ExportDef, ExportedInstance, GuestResource, LiftedFunction, LowerImport, Plan

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
