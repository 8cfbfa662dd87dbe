"""Helper programs: a large type lifts or lowers through one function of its own, however often it is used.

``Shape.large`` says which types are large. Since a large type inside another counts as one call, every program stays
short, and all of them together stay linear in definitions.
"""

from __future__ import annotations

from collections.abc import Iterable

from witcraft.abi import lift as lifting
from witcraft.abi import lower as lowering
from witcraft.abi.layout import Layout
from witcraft.abi.lift import flat_types, lift_here, numbered
from witcraft.abi.lower import lower_here
from witcraft.abi.ops import Builder, Direction, HelperKey, Program, Return, Var
from witcraft.model.types import TypeDef


def all_helpers(programs: Iterable[Program], layout: Layout) -> dict[HelperKey, Program]:
    """Every helper that ``programs`` need, directly or through another; a helper stands behind those that it calls."""
    made: dict[HelperKey, Program] = {}
    for program in programs:
        add_helpers(program, layout, made)
    return made


def add_helpers(program: Program, layout: Layout, made: dict[HelperKey, Program]) -> None:
    """Types are a DAG, so this ends, and no deeper than types nest."""
    for key in program.helpers:
        if key not in made:
            helper = helper_program(key, layout)
            add_helpers(helper, layout, made)
            made[key] = helper


def helper_program(key: HelperKey, layout: Layout) -> Program:
    """The program of one helper; ``HelperKey`` says what it takes and gives."""
    b = Builder()
    make = lift_program if key.direction is Direction.LIFT else lower_program
    params = make(b, key, layout)
    return Program(helper_name(key), params, tuple(b.block), tuple(b.helpers))


Params = tuple[tuple[str, str], ...]


def lift_program(b: Builder, key: HelperKey, layout: Layout) -> Params:
    params = flat_params(b, key, layout) if key.flat else ((b.name("at"), layout.core),)
    values = [Var(name) for name, _ in params]
    source = lifting.Flat(layout, tuple(values)) if key.flat else lifting.Memory(layout, values[0])
    b.add(Return((lift_here(b, key.type, source, "value"),)))
    return params


def lower_program(b: Builder, key: HelperKey, layout: Layout) -> Params:
    value = b.name("value")
    if key.flat:
        sink = lowering.Flat(layout)
        lower_here(b, key.type, Var(value), sink, "value")
        b.add(Return(tuple(sink.values)))
        return ((value, "value"),)
    at = b.name("at")
    lower_here(b, key.type, Var(value), lowering.Memory(layout, Var(at)), "value")
    return ((value, "value"), (at, layout.core))


def flat_params(b: Builder, key: HelperKey, layout: Layout) -> Params:
    flat = flat_types(layout, key.type)
    return tuple([(b.name(hint), core) for hint, core in zip(numbered("flat", len(flat)), flat, strict=True)])


def helper_name(key: HelperKey) -> str:
    """Kebab-case, for a language to make unique: "lift-shape", "lower-flat-list"."""
    words = key.type.name if isinstance(key.type, TypeDef) else type(key.type).__name__.lower()
    return f"{key.direction.value}-{'flat-' if key.flat else ''}{words}"
