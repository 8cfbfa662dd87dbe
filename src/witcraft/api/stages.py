"""What every stage of the compiler makes of a component, to look at."""

from __future__ import annotations

from witcraft.api.compiler import planned
from witcraft.api.sources import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from witcraft.api.sources import Source

    Stage: TypeAlias = Literal["tree", "plan", "gate", "abi"]


def show(source: Source, stage: Stage = "tree", *, json: bool = False) -> str:
    """What a stage of the compiler makes of the component, one of ``STAGES``: for people, or as JSON."""
    from json import dumps

    shown = STAGES[stage](read(source)[0], json)
    return dumps(shown, indent=2) + "\n" if json else str(shown)


def _tree(data: bytes, json: bool) -> object:
    from witcraft import binary
    from witcraft.component import show

    tree = binary.read(data)
    return show.to_json(tree) if json else show.show(tree, binary.item_names)


def _linked(data: bytes, json: bool) -> object:
    from witcraft.plan import show

    plan = planned(data)
    return show.to_json(plan) if json else show.show(plan)


def _gate(data: bytes, json: bool) -> object:
    from witcraft.fuse.show import show as adapters
    from witcraft.gate import show
    from witcraft.gate.build import build

    plan = planned(data)
    gate = build(plan)
    if gate is None:
        return None if json else ";; no gate: nothing in this component needs one\n"
    if json:
        return {"imports": gate.imports, "exports": sorted(gate.exports), "notes": show.notes(gate)}
    return show.show(gate) + adapters(plan)


def _abi(data: bytes, json: bool) -> object:
    from witcraft.abi.show import text, to_json
    from witcraft.plan.programs import programs
    from witcraft.plan.show_moves import show_moves, to_data

    plan = planned(data)
    calls = programs(plan)
    if json:
        return [*[{"call": title, **to_json(program)} for title, program in calls], *to_data(plan)]
    return "\n".join([*[f";; {title}\n{text(program)}" for title, program in calls], *show_moves(plan)])


STAGES = {"tree": _tree, "plan": _linked, "gate": _gate, "abi": _abi}
"""Definitions of the binary; steps of an instantiation; the module that keeps the rules; what calls do to values."""
