"""The canonical ABI as programs: run by an interpreter, before and after ``simplify``, flat and in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.abi_interpreter import Case, Err, Machine, Ok, Raised, Some, Trap, run
from tests.abi_types import TYPES, enum, flags, labels, named, record, same, values, variant
from witcraft.abi import ops, show
from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.facts import ProgramError
from witcraft.abi.helpers import all_helpers, helper_program
from witcraft.abi.layout import Layout
from witcraft.abi.ops import Direction, HelperKey, Program
from witcraft.abi.simplify import simplify
from witcraft.abi.verify import verify
from witcraft.abi.walk import parts
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.model.world import Freestanding, Function, Param

Rewrite = Callable[[Program], Program]
POINTERS: tuple[Literal[4, 8], ...] = (4, 8)
FORMS: tuple[Rewrite, ...] = (lambda program: program, simplify)


def patient(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow)


def function(params: Sequence[ValType], result: ValType | None, is_async: bool = False) -> Function:
    named_params = tuple([Param(f"p{i}", ty) for i, ty in enumerate(params)])
    return Function("echo", "echo", Freestanding(), named_params, result, is_async)


# ---- both sides of a call ----------------------------------------------------------------------------------------


class Echo:
    """A guest whose export calls its import with what it got, and gives back what it gets."""

    def __init__(self, echoed: Function, pointer: Literal[4, 8], form: Rewrite = simplify) -> None:
        self.function, self.layout = echoed, Layout(pointer)
        self.export = form(lift_export(echoed, CallOptions(post_return=True), self.layout))
        self.lowered = form(lower_import(echoed, self.layout))
        helpers = all_helpers([self.export, self.lowered], self.layout)
        self.helpers = {key: form(helper) for key, helper in helpers.items()}
        self.machine = Machine(self.layout, self.helpers, core=self.core)

    def verify(self) -> None:
        verify(self.export, self.layout)
        verify(self.lowered, self.layout)
        for key, helper in self.helpers.items():
            verify(helper, self.layout, key)

    def core(self, *args: Any) -> Sequence[Any]:
        """What the guest's code does: its import wants a place for the result, its export returns that place."""
        if self.layout.flat_result(self.function) is not None:
            return run(self.lowered, args, self.machine)
        assert self.function.result
        area = self.machine.realloc(self.layout.align(self.function.result), self.layout.size(self.function.result))
        run(self.lowered, (*args, area), self.machine)
        return (area,)

    def call(self, host: Callable[..., Any], *args: Any) -> Any:
        self.machine.host = host
        returned = run(self.export, args, self.machine)
        return returned[0] if returned else None


def echo_all(types: Sequence[ValType], args: Sequence[Any]) -> None:
    """Arguments come back as they went, in every form and width; simplifying changes nothing that a guest can see."""
    for pointer in POINTERS:
        seen = []
        for form in FORMS:
            echo = Echo(function(types, t.Tuple(tuple(types))), pointer, form)
            echo.verify()
            got = echo.call(lambda *given: given, *args)
            assert same(got, tuple(args)), f"{args!r} came back as {got!r}"
            seen.append((echo.machine.log, bytes(echo.machine.memory)))
        assert seen[0] == seen[1]


@patient(300)
@given(st.data())
def test_values_come_back_as_they_went(data: st.DataObject) -> None:
    types = data.draw(st.lists(TYPES, min_size=1, max_size=3))
    echo_all(types, [data.draw(values(ty)) for ty in types])


@patient(100)
@given(st.data())
def test_elements_of_lists_come_back_as_they_went(data: st.DataObject) -> None:
    ty = t.List(data.draw(TYPES))
    echo_all([ty], [data.draw(values(ty))])


@patient(100)
@given(st.data())
def test_a_single_result_comes_back_as_it_went(data: st.DataObject) -> None:
    ty = data.draw(TYPES.filter(lambda ty: not isinstance(t.strip(ty), t.Result)))
    value = data.draw(values(ty))
    for pointer in POINTERS:
        assert same(Echo(function([ty], ty), pointer).call(lambda given: given, value), value)


NAN, INF = float("nan"), float("inf")
BORDERS: list[tuple[ValType, list[Any]]] = [
    (enum(256), ["l0", "l255"]),
    (enum(257), ["l0", "l255", "l256"]),
    (enum(65536), ["l65535"]),
    (enum(65537), ["l65536"]),
    (variant(*[t.U8] * 256), [Case("c255", 7)]),
    (variant(*[t.U8] * 257), [Case("c255", 7), Case("c256", 7)]),
    *[(flags(n), [frozenset(), frozenset(labels(n)), frozenset({f"l{n - 1}"})]) for n in (8, 9, 16, 17, 32)],
    (t.Option(t.Option(t.Option(t.U8))), [None, Some(None), Some(Some(None)), Some(Some(7))]),
    (t.Option(named(t.Option(t.U8))), [None, Some(None), Some(7)]),
    (t.Result(None, None), [Ok(), Err()]),
    (t.List(t.STRING), [[], [""], ["", "\U0010ffff\0"]]),
    (t.List(t.List(t.U64)), [[], [[]], [[], [2**64 - 1]]]),
    (t.CHAR, ["\0", "\ud7ff", "\ue000", "\U0010ffff"]),
    (t.F32, [NAN, INF, -INF, -0.0, 2.0**-149]),
    (t.F64, [NAN, INF, -INF, -0.0, 5e-324]),
    (t.S8, [-128, 127]),
    (t.S64, [-(2**63), 2**63 - 1]),
    (
        variant(t.F32, t.U32, t.U64, t.F64, t.S8),
        [Case("c0", 1.5), Case("c1", 2**32 - 1), Case("c3", -0.0), Case("c4", -1)],
    ),
    (t.FixedList(t.F64, 16), [tuple(map(float, range(16)))]),
    (t.FixedList(t.F64, 17), [tuple(map(float, range(17)))]),
    (t.Map(t.STRING, t.List(t.U8)), [(), (("a", [1]), ("a", [2]))]),
]


@pytest.mark.parametrize(("ty", "given_values"), BORDERS, ids=[show.type_text(ty) for ty, _ in BORDERS])
def test_borders(ty: ValType, given_values: list[Any]) -> None:
    for value in given_values:
        echo_all([ty], [value])
        echo_all([t.List(ty)], [[value, value]])


def test_results_of_functions_are_returned_or_raised() -> None:
    for pointer in POINTERS:
        for form in FORMS:
            echo = Echo(function([t.U32], t.Result(t.U32, t.STRING)), pointer, form)
            echo.verify()
            assert echo.call(lambda n: n + 1, 7) == 8
            with pytest.raises(Raised, match="too big"):
                echo.call(refuse, 7)
            assert echo.machine.log[-1][0] == "post-return", "after an err as well"


def refuse(*args: Any) -> Any:
    raise Raised("too big")


@pytest.mark.parametrize("result", [t.Result(None, None), t.Result(None, t.STRING), t.Result(t.U8, None)])
def test_results_without_payload(result: t.Result) -> None:
    for pointer in POINTERS:
        echo = Echo(function([], result), pointer)
        echo.verify()
        assert echo.call(lambda: 7 if result.ok else None) == (7 if result.ok else None)
        with pytest.raises(Raised) as raised:
            echo.call(refuse if result.err else refuse_silently)
        assert raised.value.args[0] == ("too big" if result.err else None)


def refuse_silently() -> Any:
    raise Raised(None)


# ---- layout ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ty", "size", "align", "flat"),
    [
        (t.BOOL, 1, 1, ("i32",)),
        (t.CHAR, 4, 4, ("i32",)),
        (t.STRING, 8, 4, ("i32", "i32")),
        (enum(256), 1, 1, ("i32",)),
        (enum(257), 2, 2, ("i32",)),
        (enum(65537), 4, 4, ("i32",)),
        (flags(8), 1, 1, ("i32",)),
        (flags(9), 2, 2, ("i32",)),
        (flags(17), 4, 4, ("i32",)),
        (record(t.U8, t.U64, t.U8), 24, 8, ("i32", "i64", "i32")),
        (t.Option(t.U64), 16, 8, ("i32", "i64")),
        (t.Result(t.F32, t.U32), 8, 4, ("i32", "i32")),
        (t.Result(t.F32, t.U64), 16, 8, ("i32", "i64")),
        (t.Result(t.F32, t.F64), 16, 8, ("i32", "i64")),
        (t.Result(t.F32, t.F32), 8, 4, ("i32", "f32")),
        (variant(None, None), 1, 1, ("i32",)),
        (variant(*[t.U16] * 257), 4, 2, ("i32", "i32")),
        (t.FixedList(t.U16, 3), 6, 2, ("i32", "i32", "i32")),
        (t.Tuple((t.U8,) * 16), 16, 1, ("i32",) * 16),
        (t.Tuple((t.U8,) * 17), 17, 1, None),
        (t.Option(t.Tuple((t.U8,) * 15)), 16, 1, ("i32",) * 16),
        (t.Option(t.Tuple((t.U8,) * 16)), 17, 1, None),
    ],
)
def test_layout(ty: ValType, size: int, align: int, flat: tuple[str, ...] | None) -> None:
    shape = Layout(4).shape(ty)
    assert (shape.size, shape.align, shape.flat) == (size, align, flat)


def test_layout_with_64_bit_pointers() -> None:
    shape = Layout(8).shape(record(t.U8, t.List(t.U8)))
    assert (shape.size, shape.align, shape.flat) == (24, 8, ("i32", "i64", "i64"))


def test_sixteen_core_values_are_flat_and_seventeen_are_spilled() -> None:
    for count, spilled in ((16, False), (17, True)):
        echo = Echo(function([t.U8] * count, None), 4)
        echo.verify()
        assert len(echo.lowered.params) == (1 if spilled else count)
        assert has(echo.export, ops.Alloc) == spilled
        echo.machine.host = lambda *args: echo.machine.log.append(args)  # noqa: B023 (called right below)
        run(echo.export, list(range(count)), echo.machine)
        assert echo.machine.log[-2] == tuple(range(count))


def test_types_are_limited_in_size() -> None:
    most = t.FixedList(t.U8, 2**28 - 1)
    assert Layout(8).size(most) == 2**28 - 1
    with pytest.raises(ComponentError, match="268435456 bytes"):
        Layout(8).size(t.FixedList(t.U8, 2**28))
    with pytest.raises(ComponentError, match="more than the limit"):
        Layout(4).size(doubled(28, t.U8))


def doubled(levels: int, ty: ValType) -> ValType:
    """Records that each use the former twice: linear in definitions, 2^levels leaves."""
    for _ in range(levels):
        ty = record(ty, ty)
    return ty


def nested(levels: int, ty: ValType = t.U8) -> ValType:
    for _ in range(levels):
        ty = t.List(ty)
    return ty


def test_types_are_limited_in_depth() -> None:
    assert Layout(4).size(nested(100)) == 8
    for levels in (101, 5000):
        with pytest.raises(UnsupportedError, match="100 levels"):
            Layout(4).size(nested(levels))


# ---- helpers -----------------------------------------------------------------------------------------------------


def statements(op: Any) -> int:
    return isinstance(op, ops.Stmt) + sum(map(statements, parts(op)))


@pytest.mark.parametrize("ty", [doubled(16, t.U8), doubled(16, t.STRING), nested(99)], ids=["flat", "strings", "deep"])
def test_programs_stay_linear_in_definitions(ty: ValType) -> None:
    for form in FORMS:
        echo = Echo(function([ty], t.List(ty)), 4, form)
        echo.verify()
        total = sum(map(statements, [echo.export, echo.lowered, *echo.helpers.values()]))
        assert total < 2000


@pytest.mark.parametrize("count", [16, 2000])
def test_variants_stay_linear_in_cases(count: int) -> None:
    inner = variant(*[t.U32] * count)
    outer = variant(*[inner] * count)
    echo = Echo(function([outer], t.List(outer)), 4)
    echo.verify()
    total = sum(map(statements, [echo.export, echo.lowered, *echo.helpers.values()]))
    assert total < 100 * count


LARGE: list[tuple[ValType, Any]] = [
    (doubled(7, t.U8), None),
    (doubled(4, variant(t.U8, t.F32, t.STRING)), None),
    (nested(20, t.STRING), None),
    (t.Option(variant(*[t.U64] * 100)), Case("c99", 5)),
    (record(*[t.STRING] * 70), None),
]


@pytest.mark.parametrize(("ty", "value"), LARGE, ids=[show.type_text(ty) for ty, _ in LARGE])
def test_large_types_go_through_helpers(ty: ValType, value: Any) -> None:
    value = value if value is not None else sample(ty)
    assert all_helpers([lower_import(function([ty], ty), Layout(4))], Layout(4))
    echo_all([ty], [value])
    echo_all([t.List(ty), ty], [[value, value], value])


def sample(ty: ValType) -> Any:
    """Some value that is not empty."""
    match t.strip(ty):
        case t.Record(fields):
            return {field.name: sample(field.type) for field in fields}
        case t.Variant(cases):
            return Case(cases[-1].name, sample(cases[-1].type or t.U8))
        case t.List(element):
            return [sample(element)]
        case t.String():
            return "äö"
        case _:
            return 7


def test_helpers_are_shared_and_named_after_their_type() -> None:
    inner = named(t.Record(tuple([t.Field(f"f{i}", t.STRING) for i in range(70)])), "wide")
    alias = named(inner, "alias")
    program = lower_import(function([t.List(inner), t.List(alias), t.List(inner)], None), Layout(4))
    helpers = all_helpers([program, program], Layout(4))
    assert [helper.name for helper in helpers.values()] == ["lift-wide"]


# ---- what a guest may not do -------------------------------------------------------------------------------------


def lift_flat(ty: ValType, *args: Any, machine: Machine | None = None) -> Any:
    """What a host function gets when the guest calls it with these core values; simplifying makes no difference."""
    outcomes = []
    for form in FORMS:
        received: list[Any] = []
        layout = machine.layout if machine else Layout(4)
        target = machine or Machine(layout)
        target.host = received.append
        run(form(lower_import(function([ty], None), layout)), args, target)
        outcomes += received
    assert same(outcomes[0], outcomes[1])
    return outcomes[0]


@pytest.mark.parametrize(
    ("ty", "core", "value"),
    [
        (t.BOOL, 2, True),
        (t.U8, 0x1FF, 255),
        (t.S8, 0xFFFFFF80, -128),
        (t.S8, 0x180, -128),
        (t.U16, 0x1FFFF, 0xFFFF),
        (t.S16, 0x8000, -(2**15)),
        (t.U32, 2**32 - 1, 2**32 - 1),
        (t.S32, 2**31, -(2**31)),
        (t.S64, 2**63, -(2**63)),
        (flags(3), 0xFFFFFFFF, frozenset(labels(3))),
    ],
)
def test_flat_integers_take_the_low_bits(ty: ValType, core: int, value: Any) -> None:
    assert same(lift_flat(ty, core), value)


def test_unused_flat_values_are_ignored() -> None:
    assert lift_flat(t.Option(t.U8), 0, 0xFFFFFFFF) is None
    assert lift_flat(variant(t.F32, t.U64), 0, 0xDEADBEEF_3F800000) == Case("c0", 1.0)


@pytest.mark.parametrize(
    ("ty", "args"),
    [
        (t.CHAR, [0xD800]),
        (t.CHAR, [0xDFFF]),
        (t.CHAR, [0x110000]),
        (enum(3), [3]),
        (t.Option(t.U8), [2, 0]),
        (variant(t.U8, None), [2, 0]),
        (t.STRING, [2**16 - 1, 2]),
        (t.STRING, [2**32 - 1, 2**32 - 1]),
        (t.STRING, [2**16 + 1, 0]),
        (t.List(t.U32), [2, 0]),
        (t.List(t.U32), [2**16 + 4, 0]),
        (t.List(t.U32), [2**16 - 4, 2]),
        (t.List(t.U8), [0, 2**28]),
        (t.List(t.U64), [0, 2**32 - 1]),
        (t.List(record(t.U8, t.STRING)), [2**16 - 8, 1]),
        (t.Tuple((t.U32,) * 17), [2]),
        (t.Tuple((t.U32,) * 17), [2**16 - 64]),
    ],
)
def test_traps(ty: ValType, args: list[int]) -> None:
    with pytest.raises(Trap):
        lift_flat(ty, *args)


@pytest.mark.parametrize(
    ("ty", "stored"),
    [
        (t.CHAR, b"\x00\xd8\0\0"),
        (enum(3), b"\x03"),
        (t.Option(t.U8), b"\x02\0"),
        (t.Result(t.CHAR, None), b"\0\0\0\0\0\0\x11\0"),
        (t.STRING, b"\x10\0\0\0\x01\0\0\0" + bytes(8) + b"\xff"),
        (t.List(t.U16), b"\x01\0\0\0\0\0\0\0"),
    ],
)
def test_traps_in_memory(ty: ValType, stored: bytes) -> None:
    for form in FORMS:
        machine = Machine(Layout(4), memory=bytearray(stored.ljust(64, b"\0")))
        with pytest.raises(Trap):
            run(form(lower_import(function([t.List(ty)], None), machine.layout)), [0, 1], machine)


def test_chars_of_cases_that_are_not_there_do_not_trap() -> None:
    """A read may be shared with the other cases of a variant, its check may not."""
    machine = Machine(Layout(4), memory=bytearray(b"\0\0\0\0\x00\xd8\0\0" + bytes(56)))
    assert lift_flat(t.List(t.Option(t.CHAR)), 0, 1, machine=machine) == [None]


def test_memory_is_read_as_it_was_written_by_others() -> None:
    memory = bytearray(b"\x02\xff\xff\xff\x10\0\0\0\x01\0\0\0" + bytes(4) + b"a" + bytes(7))
    machine = Machine(Layout(4), memory=memory)
    assert lift_flat(t.List(record(t.BOOL, flags(3), t.S8, t.STRING)), 0, 1, machine=machine) == [
        {"f0": True, "f1": frozenset(labels(3)), "f2": -1, "f3": "a"}
    ]


def test_the_place_of_a_result_is_looked_at_after_the_call() -> None:
    called: list[str] = []

    def host() -> str:
        called.append("host")
        return "text"

    for form in FORMS:
        machine = Machine(Layout(4), host=host)
        with pytest.raises(Trap):
            run(form(lower_import(function([], t.STRING), machine.layout)), [2], machine)
    assert called == ["host", "host"]


def test_the_place_of_an_exports_result_is_checked() -> None:
    for place in (2, 2**16 - 4):
        machine = Machine(Layout(4), core=lambda place=place: (place,))
        with pytest.raises(Trap):
            run(lift_export(function([], t.STRING), CallOptions(), machine.layout), [], machine)


# ---- handles -----------------------------------------------------------------------------------------------------

BLOB = t.Resource("test:abi/types", "blob")


def test_handles() -> None:
    machine = Machine(Layout(4), host=lambda *args: args[1])
    machine.add("own blob", "lent")
    machine.add("own blob", "given")
    program = lower_import(function([t.Borrow(BLOB), t.Own(BLOB)], t.Own(BLOB)), machine.layout)
    verify(program, machine.layout)
    (handle,) = run(program, [1, 2], machine)
    assert machine.handles == {1: ("own blob", "lent"), handle: ("own blob", "given")}
    assert machine.log == ["BeginBorrows", "EndBorrows"]


def test_borrows_end_before_post_return() -> None:
    program = lift_export(function([t.List(t.Borrow(BLOB))], t.STRING), CallOptions(post_return=True), Layout(4))
    verify(program, Layout(4))
    order = [type(stmt) for stmt in program.body]
    assert order[0] is ops.BeginBorrows
    assert order.index(ops.LiftString) < order.index(ops.EndBorrows) < order.index(ops.PostReturn)


def test_borrows_of_the_guests_own_resources_need_no_scope() -> None:
    options = CallOptions(defined=frozenset({BLOB}))
    assert not has(lift_export(function([t.Borrow(BLOB)], None), options, Layout(4)), ops.BeginBorrows)
    other = t.Resource("test:abi/types", "other")
    both = function([t.Borrow(BLOB), t.List(t.Borrow(other))], None)
    assert has(lift_export(both, options, Layout(4)), ops.BeginBorrows)


def test_values_are_read_before_the_guest_gets_its_memory_back() -> None:
    for form in FORMS:
        memory = bytearray(64)
        memory[8:10] = b"\x01\x07"
        machine = Machine(Layout(4), memory=memory, core=lambda: (8,))
        program = form(lift_export(function([], t.Option(t.U8)), CallOptions(post_return=True), machine.layout))
        verify(program, machine.layout)
        order = [type(stmt) for stmt in program.body]
        assert order[-2:] == [ops.PostReturn, ops.Return]
        assert run(program, [], machine) == (7,)


def test_a_result_that_traps_does_so_before_post_return() -> None:
    for form in FORMS:
        machine = Machine(Layout(4), core=lambda: (0xD800,))
        with pytest.raises(Trap):
            run(form(lift_export(function([], t.CHAR), CallOptions(post_return=True), machine.layout)), [], machine)
        assert machine.log == []


# ---- what is not supported ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ty", "name"),
    [(t.Stream(t.U8), "stream"), (t.List(t.Future(None)), "future"), (t.ERROR_CONTEXT, "error-context")],
)
def test_asynchronous_values_are_refused_by_name(ty: ValType, name: str) -> None:
    with pytest.raises(UnsupportedError, match=name):
        lift_export(function([ty], None), CallOptions(), Layout(4))
    with pytest.raises(UnsupportedError, match=name):
        lower_import(function([ty], None), Layout(4))


def test_asynchronous_functions_are_refused_by_name() -> None:
    slow = function([], None, is_async=True)
    with pytest.raises(UnsupportedError, match="echo"):
        lower_import(slow, Layout(4))
    with pytest.raises(UnsupportedError, match="echo"):
        lift_export(slow, CallOptions(), Layout(4))


# ---- simplify ----------------------------------------------------------------------------------------------------


def all_ops(op: Any) -> list[Any]:
    return [op, *[inner for part in parts(op) for inner in all_ops(part)]]


def has(program: Program, *classes: type) -> bool:
    return any(isinstance(op, classes) for op in all_ops(program.body))


POINT = record(t.F64, t.F64, t.U32)
NUMBERS = [kind for kind in t.Kind if kind not in (t.Kind.BOOL, t.Kind.CHAR)]
BLOCKS: list[ValType] = [
    t.BOOL,
    t.CHAR,
    enum(3),
    flags(9),
    t.STRING,
    POINT,
    record(POINT, t.Tuple((t.U8, POINT)), flags(3), enum(2)),
    record(t.STRING, t.U8, t.STRING),
    t.Tuple((t.CHAR, t.BOOL)),
    t.FixedList(t.F32, 3),
    t.Option(t.U32),
    t.Option(t.STRING),
    t.Option(t.Option(t.CHAR)),
    t.Result(t.U32, t.U32),
    t.List(t.U8),
    t.Own(BLOB),
]


@pytest.mark.parametrize("ty", BLOCKS, ids=map(show.type_text, BLOCKS))
def test_lists_of_fixed_layout_are_read_and_written_in_blocks(ty: ValType) -> None:
    for pointer in POINTERS:
        echo = Echo(function([t.List(ty)], t.List(ty)), pointer)
        echo.verify()
        for program in (echo.export, echo.lowered):
            assert has(program, ops.CollectBlocks)
            assert has(program, ops.SpreadBlocks)
            assert not has(program, ops.Collect, ops.Spread, ops.Load, ops.Store)


@pytest.mark.parametrize("kind", NUMBERS)
def test_lists_of_numbers_are_copied_at_once(kind: t.Kind) -> None:
    ty = t.List(t.Prim(kind))
    echo = Echo(function([ty], ty), 4)
    echo.verify()
    for program in (echo.export, echo.lowered):
        assert has(program, ops.LiftNumbers)
        assert has(program, ops.LowerNumbers)
        assert not has(program, ops.Collect, ops.CollectBlocks, ops.Spread, ops.SpreadBlocks, ops.Alloc, ops.Sequence)


def test_long_fixed_lists_of_numbers_are_copied_at_once() -> None:
    ty = t.FixedList(t.U8, 32)
    echo = Echo(function([ty], ty), 4)
    for program in (echo.export, echo.lowered):
        assert has(program, ops.LiftNumbers)
        assert has(program, ops.StoreNumbers)


def test_what_overlaps_stays_with_its_case() -> None:
    """The payloads of these cases share bytes in different kinds: no Format can say both."""
    ty = variant(t.F64, t.STRING)
    echo = Echo(function([t.List(ty)], None), 4)
    assert has(echo.lowered, ops.Collect)
    assert not has(echo.lowered, ops.CollectBlocks)


def test_cases_that_write_in_other_ways_keep_their_stores() -> None:
    ty = variant(t.U32, t.FixedList(t.U8, 32), None)
    echo_all([t.List(ty)], [[Case("c0", 2**32 - 1), Case("c1", tuple(range(1, 33))), Case("c2")]])


class Watched(dict[str, Any]):
    """A record that notes how its fields are read: reading may run code of a user's."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(fields)
        self.read: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.read.append(name)
        return super().__getitem__(name)


def test_every_field_is_read_once() -> None:
    ty = record(record(t.U8, t.STRING, record(t.U8)), t.Option(t.U8))
    for form in FORMS:
        for wrapped in (ty, t.List(ty)):
            inner = Watched(f0=1, f1="text", f2=Watched(f0=2))
            outer = Watched(f0=inner, f1=3)
            echo = Echo(function([wrapped], wrapped), 4, form)
            echo.call(lambda given: given, outer if wrapped is ty else [outer])
            assert (outer.read, sorted(inner.read)) == (["f0", "f1"], ["f0", "f1", "f2"])


def test_a_pack_does_not_reach_over_what_others_write() -> None:
    ty = t.Tuple((t.U32, variant(t.U64, t.STRING), t.FixedList(t.U8, 32), t.U8, t.U8, t.STRING))
    value = (1, Case("c1", "text"), tuple(range(32)), 3, 4, "more")
    echo_all([t.List(ty)], [[value, value]])
    echo_all([ty, ty], [value, value])


# ---- verify ------------------------------------------------------------------------------------------------------

X, Y = ops.Var("x"), ops.Var("y")
AT = ops.CheckArea(X, 8, 4)
SEQUENCE = ops.Sequence("y", ops.MakeNone(), ops.Into.LIST)


def switch(*arms: ops.Block) -> ops.SwitchTag:
    return ops.SwitchTag(t.U8, X, "out", labels(len(arms)), arms)


UNSOUND: dict[str, tuple[ops.Stmt, ...]] = {
    "used before it is made": (ops.Return((Y,)),),
    "made twice": (ops.Let("y", X), ops.Let("y", X)),
    "does not assign out": (switch((ops.Assign("out", ops.MakeNone()),), ()),),
    "assigned twice": (switch((ops.Assign("out", ops.MakeNone()), ops.Assign("out", ops.MakeNone()))),),
    "z is used before": (switch((ops.Let("z", X), ops.Assign("out", ops.MakeNone()))), ops.Let("w", ops.Var("z"))),
    "are unchecked": (ops.Let("y", ops.Load("u8", X, 0)),),
    "4 bytes at x": (AT, ops.Let("y", ops.Load("u32", X, 5))),
    "not the value of a Let": (AT, ops.Return((ops.FromCore(t.Kind.U8, ops.Load("u8", X, 0), True),))),
    "is u32, not s32": (AT, ops.Let("y", ops.Load("u32", X, 0)), ops.Return((ops.FromCore(t.Kind.S32, Y, True),))),
    "x is i32, not i64": (ops.CallCore((), ((X, "i64"),)),),
    "not finished": (ops.CallCore((), ((ops.Bits("i32", "f32", X), "f32"),)),),
    "x is i32, not value": (ops.Raise(X),),
    "not ascending": (AT, ops.Unpack(("a", "b"), ops.Format(((4, "u8"), (2, "u32")), 8), X, 0)),
    "does not fit": (AT, ops.Unpack(("a", "b"), ops.Format(((0, "u8"), (4, "u32")), 7), X, 0)),
    "something follows": (ops.Return(()), ops.EndBorrows()),
    "4 bytes at x are unchecked": (ops.CheckRange(X, X, 2, 2), ops.LiftNumbers("y", ops.Into.LIST, t.Kind.U32, X, X)),
    "nothing was allocated": (ops.Guard((SEQUENCE, ops.Spread(Y, "i", "at", X, 4, ())), ()),),
    "helpers are not": (ops.CallHelper(("y",), HelperKey(Direction.LIFT, t.U8, True), (X,)),),
    "out of its area": (ops.CallHelper(("y",), HelperKey(Direction.LIFT, t.U8, False), (X,)),),
    "outside of a guard": (ops.Raise(ops.Get(POINT, ops.MakeNone(), 0)),),
    "a guard in a guard": (ops.Guard((ops.Guard((), ()),), ()),),
    "no number": (ops.CheckRange(X, X, 1, 1), ops.LiftNumbers("y", ops.Into.LIST, t.Kind.BOOL, X, X)),
}


@pytest.mark.parametrize("message", UNSOUND)
def test_verify_finds_what_is_unsound(message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        verify(Program("bad", (("x", "i32"),), UNSOUND[message]), Layout(4))


def test_an_arm_that_raises_need_not_assign() -> None:
    verify(
        Program("good", (("x", "i32"),), (switch((ops.Assign("out", ops.MakeNone()),), (ops.Raise(None),)),)), Layout(4)
    )


# ---- show --------------------------------------------------------------------------------------------------------


def test_text() -> None:
    point = named(t.Record((t.Field("x", t.F64), t.Field("y", t.F64))), "point")
    greet = Function("greet", "greet", Freestanding(), (Param("to", t.STRING), Param("at", t.List(point))), t.STRING)
    program = simplify(lift_export(greet, CallOptions(post_return=True), Layout(4)))
    assert show.text(program) == TEXT.lstrip()


TEXT = """
greet(to: value, at: value)
    guard to: string, at: list<point>
        to_ptr, to_len = lower string to
        at_2 = list at
        at_len = length(at_2)
        at_ptr = alloc at_len * 16 bytes, align 8
        spread item of at_2, from at_ptr as <f64@0 f64@8, 16>
            pack stored-f64(item.x), stored-f64(item.y)
    ret: i32 = call core(to_ptr: i32, to_len: i32, at_ptr: i32, at_len: i32)
    check ret: 8 bytes, align 4
    result_ptr, result_len = unpack [ret] as <u32@0 u32@4, 8>
    result = lift string result_ptr, result_len
    post-return(ret: i32)
    return result
"""


@patient(30)
@given(TYPES)
def test_every_program_can_be_shown(ty: ValType) -> None:
    layout = Layout(4)
    for direction in Direction:
        program = helper_program(HelperKey(direction, ty, False), layout)
        for shown in (program, simplify(program)):
            assert show.text(shown).count("\n") > 1
            assert json.loads(json.dumps(show.to_json(shown)))["op"] == "Program"
