"""Adapters as text, as an assembler reads it."""

from __future__ import annotations

from witcraft.core import show as core
from witcraft.plan.steps import Entry, InnerCall, InstantiateAdapters, Plan


def show(plan: Plan) -> str:
    """The modules of adapters of a plan, each with the calls that it is for."""
    made = [step for step in plan.steps if isinstance(step, InstantiateAdapters)]
    return "".join([f"\n{notes(step)}{core.show(step.module)}" for step in made])


def notes(step: InstantiateAdapters) -> str:
    lines = [f";; call-{call.index}: {call.function.name}, {ends(call)}\n" for call in step.calls]
    return "".join([f";; adapters {step.index}\n", *lines])


def ends(call: InnerCall | Entry) -> str:
    if isinstance(call, Entry):
        return f"from the host to {call.options.instance}"
    return f"from {call.caller.instance} to {call.callee.instance}"
