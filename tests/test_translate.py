"""Translation: what a call between component instances does to its values, as a program. `test_fuse` runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.agreement import PROFILE
from tests.agreement.types import ALL_TYPES, BORDERS, GATED_BORDERS, tuple_of
from witcraft.abi import moves, ops
from witcraft.abi.layout import Layout
from witcraft.abi.moves import Call, CheckPlace, Copy, Each, HelperKey, Transcode, Transfer
from witcraft.abi.ops import Alloc, CheckArea, CheckRange, Lit
from witcraft.abi.translate import Crossing, crossing, helper, is_bytes, lifted, lowered
from witcraft.errors import UnsupportedError
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.model.world import Freestanding, Function, Param

NARROW, WIDE = Layout(4), Layout(8)
WIDTHS = [(a, b) for a in (NARROW, WIDE) for b in (NARROW, WIDE)]

OF_OPS = {"Var", "Lit", "Load", "Address", "Bits", "Let", "Assign", "Store", "CheckArea", "CheckRange", "Alloc"}
ALLOWED = {getattr(ops, name) for name in OF_OPS} | {
    made for made in vars(moves).values() if isinstance(made, type) and made.__module__ == moves.__name__
}


def crossed(
    *params: ValType,
    result: ValType | None = None,
    caller: Layout = NARROW,
    callee: Layout = NARROW,
    is_async: tuple[bool, bool] = (False, False),
) -> Crossing:
    named = tuple([Param(f"p{i}", ty) for i, ty in enumerate(params)])
    ends = lowered(caller, is_async[0]), lifted(callee, is_async[1])
    return crossing(Function("f", "f", Freestanding(), named, result), *ends)


def nodes(part: Any) -> Iterator[Any]:
    """Every operation of a program, at any depth."""
    if isinstance(part, tuple | list):
        for inner in part:
            yield from nodes(inner)
    elif is_dataclass(part) and type(part).__module__ in (ops.__name__, moves.__name__):
        yield part
        if not isinstance(part, HelperKey):
            for field in fields(part):
                yield from nodes(getattr(part, field.name))


def found(program: Any, kind: type) -> list[Any]:
    return [node for node in nodes(program) if isinstance(node, kind)]


def whole(made: Crossing) -> list[Any]:
    return [made.there, made.args, made.back, made.results]


# ---- no value of a host's -----------------------------------------------------------------------------------------


def check_pure(ty: ValType, caller: Layout, callee: Layout) -> None:
    """Core values only; as many of them as both sides' signatures say; no name is made twice in a straight line."""
    made = crossed(ty, ty, result=ty, caller=caller, callee=callee)
    programs: list[Any] = whole(made)
    todo = found(programs, Call)
    seen: set[HelperKey] = set()
    while todo:
        key = todo.pop().helper
        if key not in seen:
            seen.add(key)
            inner = helper(key, caller, callee)
            programs += [inner.body, inner.results]
            todo += found([inner.body], Call)
    assert {type(node) for node in nodes(programs)} <= ALLOWED
    assert len(made.args) == len(made.arg_types)
    assert len(made.results) == len(made.result_types)


@pytest.mark.parametrize("name", [*BORDERS, *GATED_BORDERS])
def test_borders(name: str) -> None:
    ty = {**BORDERS, **GATED_BORDERS}[name]
    for caller, callee in WIDTHS:
        check_pure(ty, caller, callee)


@PROFILE
@given(ALL_TYPES, st.sampled_from(WIDTHS))
def test_types(ty: ValType, widths: tuple[Layout, Layout]) -> None:
    check_pure(ty, *widths)


# ---- lists -------------------------------------------------------------------------------------------------------

AS_THEY_ARE = [
    t.U8, t.S64, t.F32, t.F64, t.Tuple((t.U32, t.F32)), t.Tuple((t.F64, t.U32, t.U16, t.S8, t.U8)),
    t.FixedList(t.U16, 3), t.Tuple((t.Tuple((t.U8, t.S8)), t.U16)), t.Flags(tuple([f"l{i}" for i in range(16)])),
]  # fmt: skip
ONE_BY_ONE = [
    t.BOOL, t.CHAR, t.STRING, t.List(t.U8), t.Option(t.U8), t.Enum(("a", "b")), t.Tuple((t.U32, t.U8)),
    t.Tuple((t.U8, t.U32)), t.Flags(("a",)), t.Tuple((t.U8, t.BOOL)), t.FixedList(t.CHAR, 2), t.Result(None, None),
]  # fmt: skip


@pytest.mark.parametrize("element", AS_THEY_ARE)
def test_bytes_that_stay_as_they_are_go_at_once(element: ValType) -> None:
    for caller, callee in WIDTHS:
        made = crossed(t.List(element), caller=caller, callee=callee)
        assert [copy.size for copy in found(made.there, Copy)] == [caller.size(element)]
        assert not found(made.there, Each)


@pytest.mark.parametrize("element", ONE_BY_ONE)
def test_what_is_checked_padded_or_elsewhere_goes_one_by_one(element: ValType) -> None:
    """Padding stays behind: it may hold anything, and is nobody else's business."""
    made = crossed(t.List(element))
    assert found(made.there, Each)
    assert not is_bytes(element, NARROW, {})


def test_pointers_of_another_width_have_another_stride() -> None:
    (each,) = found(crossed(t.List(t.STRING), caller=NARROW, callee=WIDE).there, Each)
    assert each.strides == (8, 16)


# ---- checks ------------------------------------------------------------------------------------------------------


def test_every_range_that_is_read_or_written_is_checked_first() -> None:
    made = crossed(t.List(t.U32), result=t.Tuple((t.U8, t.STRING)))
    assert [type(stmt) for stmt in made.there if isinstance(stmt, CheckRange | Alloc | Copy)] == [
        CheckRange,
        Alloc,
        Copy,
    ]
    checks = [stmt for stmt in made.back if isinstance(stmt, CheckArea | CheckPlace)]
    assert [(type(check), check.size, check.align) for check in checks] == [(CheckArea, 12, 4), (CheckPlace, 12, 4)]
    assert found(made.back, Transcode)


def test_spilled_parameters_go_from_area_to_area() -> None:
    made = crossed(*[t.U8] * 17)
    assert [(check.size, check.align) for check in found(made.there, CheckArea)] == [(17, 1)]
    assert [(alloc.size, alloc.align) for alloc in found(made.there, Alloc)] == [(17, 1)]
    assert (len(made.params), made.arg_types) == (1, ("i32",))


# ---- asynchronous ends -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "params"), [(4, ("i64",) * 4), (5, ("i32",))])
def test_a_lower_with_async_takes_four_values_and_leaves_its_result_in_memory(
    count: int, params: tuple[str, ...]
) -> None:
    made = crossed(*[t.U64] * count, result=t.U8, is_async=(True, False))
    assert tuple([core for _, core in made.params]) == (*params, "i32")
    assert made.arg_types == ("i64",) * count
    assert (made.params[-1:], [check.size for check in found(made.back, CheckPlace)]) == (made.out, [1])
    assert (made.results, made.result_types) == ((Lit(2),), ("i32",))


def test_a_lower_with_async_of_nothing_gives_its_state() -> None:
    made = crossed(is_async=(True, True))
    assert (made.params, made.returned, made.out, made.results) == ((), (), (), (Lit(2),))


@pytest.mark.parametrize(("count", "returned"), [(1, ("i64",)), (16, ("i64",) * 16), (17, ("i32",))])
def test_a_lift_with_async_returns_as_if_it_passed_parameters(count: int, returned: tuple[str, ...]) -> None:
    made = crossed(result=tuple_of(t.U64, count), is_async=(False, True))
    assert tuple([core for _, core in made.returned]) == returned
    assert len(found(made.back, CheckArea)) == (count == 17)
    assert made.result_types == (("i64",) if count == 1 else ())


# ---- handles, helpers, what is not there -------------------------------------------------------------------------


def test_handles_are_transferred() -> None:
    resource = t.Resource("", "r")
    made = crossed(t.Borrow(resource), t.List(t.Own(resource)), result=t.Own(resource))
    assert [transfer.own for transfer in found(made.there, Transfer)] == [False, True]
    assert [transfer.own for transfer in found(made.back, Transfer)] == [True]


def test_large_types_have_helpers_however_they_are_passed() -> None:
    large: ValType = t.CHAR
    for _ in range(8):
        large = t.Tuple((large, large))
    keys = [call.helper for call in found(crossed(t.List(large), result=large).there, Call)]
    assert {(key.from_flat, key.to_flat) for key in keys} == {(False, False)}
    flat = t.Option(t.Option(t.Option(t.Option(t.Option(t.Option(t.Option(t.Option(t.Option(tuple_of(t.U8, 2))))))))))
    (call,) = found(crossed(flat).there, Call)  # the outermost option is written in place
    assert (call.helper.from_flat, call.helper.to_flat) == (True, True)
    made = helper(call.helper, NARROW, WIDE)
    assert len(made.params) == len(made.results) == len(made.result_types) == 10


def test_streams_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="stream values are not supported"):
        crossed(t.Stream(t.U8))
