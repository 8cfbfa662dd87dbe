"""ABI programs against the specification's own ``definitions.py``: same bytes, same core values, same allocations.

Runs where ``WITCRAFT_VECTORS`` names a folder that holds a checkout of WebAssembly/component-model.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.abi_interpreter import Case, Err, Machine, Ok, Some, run
from tests.abi_types import TYPES, same, values
from witcraft.abi.helpers import all_helpers, helper_program
from witcraft.abi.layout import Layout, is_nested
from witcraft.abi.ops import Direction, HelperKey
from witcraft.abi.simplify import simplify
from witcraft.model import types as t
from witcraft.model.types import ValType

DEFINITIONS = "component-model/design/mvp/canonical-abi/definitions.py"
patient = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def spec() -> Iterator[ModuleType]:
    folder = os.environ.get("WITCRAFT_VECTORS")
    if not folder:
        pytest.skip("WITCRAFT_VECTORS is not set: it names the folder with a checkout of component-model")
    path = Path(folder) / DEFINITIONS
    if not path.is_file():
        pytest.skip(f"no {DEFINITIONS} in WITCRAFT_VECTORS")
    found = importlib.util.spec_from_file_location("canonical_abi_definitions", path)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules[module.__name__] = module  # its dataclasses look themselves up
    found.loader.exec_module(module)
    module.DETERMINISTIC_PROFILE = True  # type: ignore[attr-defined]
    yield module
    del sys.modules[module.__name__]


# ---- the same types and values, as the specification has them ----------------------------------------------------


def spec_type(spec: Any, ty: ValType) -> Any:
    match t.strip(ty):
        case t.Prim(kind):
            return getattr(spec, f"{kind.value.capitalize()}Type")()
        case t.String():
            return spec.StringType()
        case t.List(element):
            return spec.ListType(spec_type(spec, element))
        case t.FixedList(element, length):
            return spec.ListType(spec_type(spec, element), length)
        case t.Map(key, value):
            return spec.MapType(spec_type(spec, key), spec_type(spec, value))
        case t.Tuple(items):
            return spec.TupleType([spec_type(spec, item) for item in items])
        case t.Record(fields):
            return spec.RecordType([spec.FieldType(field.name, spec_type(spec, field.type)) for field in fields])
        case t.Variant(cases):
            return spec.VariantType([spec.CaseType(case.name, maybe_type(spec, case.type)) for case in cases])
        case t.Option(some):
            return spec.OptionType(spec_type(spec, some))
        case t.Result(ok, err):
            return spec.ResultType(maybe_type(spec, ok), maybe_type(spec, err))
        case t.Enum(labels):
            return spec.EnumType(list(labels))
        case t.Flags(labels):
            return spec.FlagsType(list(labels))
        case other:
            raise AssertionError(f"not drawn: {other}")


def maybe_type(spec: Any, ty: ValType | None) -> Any:
    return spec_type(spec, ty) if ty else None


def to_spec(ty: ValType | None, value: Any) -> Any:
    match t.strip(ty) if ty else None, value:
        case t.String(), _:
            return value, "utf8", len(value.encode())
        case t.List(element) | t.FixedList(element), _:
            return [to_spec(element, item) for item in value]
        case t.Map(key, item), _:
            return [{"0": to_spec(key, k), "1": to_spec(item, v)} for k, v in value]
        case t.Tuple(items), _:
            return {str(i): to_spec(item, value[i]) for i, item in enumerate(items)}
        case t.Record(fields), _:
            return {field.name: to_spec(field.type, value[field.name]) for field in fields}
        case t.Variant(cases), Case(name, payload):
            return {name: to_spec(next(case.type for case in cases if case.name == name), payload)}
        case t.Option(), None:
            return {"none": None}
        case t.Option(some), _:
            return {"some": to_spec(some, value.payload if isinstance(value, Some) else value)}
        case t.Result(ok), Ok(payload):
            return {"ok": to_spec(ok, payload)}
        case t.Result(_, err), Err(payload):
            return {"error": to_spec(err, payload)}
        case t.Enum(), _:
            return {value: None}
        case t.Flags(labels), _:
            return {label: label in value for label in labels}
    return value


def from_spec(ty: ValType | None, value: Any) -> Any:
    match t.strip(ty) if ty else None:
        case t.String():
            return value[0]
        case t.List(element):
            return [from_spec(element, item) for item in value]
        case t.FixedList(element):
            return tuple([from_spec(element, item) for item in value])
        case t.Map(key, item):
            return tuple([(from_spec(key, pair["0"]), from_spec(item, pair["1"])) for pair in value])
        case t.Tuple(items):
            return tuple([from_spec(item, value[str(i)]) for i, item in enumerate(items)])
        case t.Record(fields):
            return {field.name: from_spec(field.type, value[field.name]) for field in fields}
        case t.Variant(cases):
            ((name, payload),) = value.items()
            return Case(name, from_spec(next(case.type for case in cases if case.name == name), payload))
        case t.Option(some) as option:
            ((name, payload),) = value.items()
            if name == "none":
                return None
            return Some(from_spec(some, payload)) if is_nested(option) else from_spec(some, payload)
        case t.Result(ok, err):
            ((name, payload),) = value.items()
            return Ok(from_spec(ok, payload)) if name == "ok" else Err(from_spec(err, payload))
        case t.Enum():
            return next(iter(value))
        case t.Flags():
            return frozenset(label for label, on in value.items() if on)
    return value


# ---- the same memory and allocator -------------------------------------------------------------------------------


def machine_for(layout: Layout, *keys: HelperKey) -> Machine:
    """With everything that ``keys`` call, simplified."""
    programs = {key: helper_program(key, layout) for key in keys}
    helpers = {**programs, **all_helpers(programs.values(), layout)}
    return Machine(layout, {key: simplify(program) for key, program in helpers.items()})


def context(spec: Any, machine: Machine) -> Any:
    """The specification's context over the memory and allocator of ``machine``."""

    class Context(spec.LiftLowerContext):  # type: ignore[misc]
        def reallocate(self, old: int, old_size: int, align: int, size: int) -> int:
            assert (old, old_size) == (0, 0), "UTF-8 to UTF-8 allocates once"
            return machine.realloc(align, size)

    memory = spec.MemInst(machine.memory, machine.layout.core)
    return Context(spec.LiftLowerOptions("utf8", memory), None)


layouts = st.sampled_from([4, 8]).map(Layout)  # type: ignore[arg-type]


@patient
@given(st.data(), layouts)
def test_shapes(spec: Any, data: st.DataObject, layout: Layout) -> None:
    ty = data.draw(TYPES)
    shape, theirs, opts = layout.shape(ty), spec_type(spec, ty), context(spec, Machine(layout)).opts
    assert shape.size == spec.elem_size(theirs, layout.core)
    assert shape.align == spec.alignment(theirs, layout.core)
    flat = spec.flatten_type(theirs, opts)
    assert shape.flat == (tuple(flat) if len(flat) <= 16 else None)


@patient
@given(st.data(), layouts)
def test_memory(spec: Any, data: st.DataObject, layout: Layout) -> None:
    """Lowered bytes and allocations are the same; what either lowers, the other lifts."""
    ty = data.draw(TYPES)
    value, theirs = data.draw(values(ty)), spec_type(spec, ty)
    lift, lower = (HelperKey(direction, ty, False) for direction in (Direction.LIFT, Direction.LOWER))
    ours, reference = machine_for(layout, lift, lower), Machine(layout)
    at = ours.realloc(layout.align(ty), layout.size(ty))
    assert reference.realloc(layout.align(ty), layout.size(ty)) == at
    run(ours.helpers[lower], (value, at), ours)
    spec.store(context(spec, reference), to_spec(ty, value), theirs, at)
    assert ours.log == reference.log
    assert ours.memory == reference.memory
    assert same(from_spec(ty, spec.load(context(spec, ours), at, theirs)), value)
    assert same(run(ours.helpers[lift], (at,), ours)[0], value)


@patient
@given(st.data(), layouts)
def test_flat(spec: Any, data: st.DataObject, layout: Layout) -> None:
    ty = data.draw(TYPES.filter(lambda ty: Layout(4).flatten(ty) is not None))
    value, theirs = data.draw(values(ty)), spec_type(spec, ty)
    lift, lower = (HelperKey(direction, ty, True) for direction in (Direction.LIFT, Direction.LOWER))
    ours, reference = machine_for(layout, lift, lower), Machine(layout)
    lowered = run(ours.helpers[lower], (value,), ours)
    expected = spec.lower_flat(context(spec, reference), to_spec(ty, value), theirs)
    assert same(tuple(lowered), tuple(as_core(layout, ty, expected)))
    assert ours.log == reference.log
    assert ours.memory == reference.memory
    lifted = spec.lift_flat(context(spec, ours), spec.CoreValueIter(list(lowered)), theirs)
    assert same(from_spec(ty, lifted), value)
    assert same(run(ours.helpers[lift], lowered, ours)[0], value)


def as_core(layout: Layout, ty: ValType, expected: list[Any]) -> list[Any]:
    """The specification writes zeros, and the padding of variants, as integers whatever the core type."""
    flat = layout.flatten(ty)
    assert flat is not None
    return [float(value) if core in ("f32", "f64") else value for core, value in zip(flat, expected, strict=True)]
