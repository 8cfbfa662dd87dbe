"""The gate's rules, one by one, each against the engine.

Rows of the ABI checklist are those of the canonical ABI of 0.2: may-leave (47), handle tables and resources (52 to 65).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import wasmtime

from tests.gate_host import I32, NOTHING, TWO, Broken, Host, built, lift, lower, plan, resource, two, two_instances, use
from witcraft.core import tree as core
from witcraft.core.build import Export, Func, Module, Tag
from witcraft.core.encode import encode
from witcraft.core.opcodes import const, op
from witcraft.core.tree import FuncType, Sort, TagType
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.gate import tables
from witcraft.gate.build import build
from witcraft.gate.show import show
from witcraft.model.types import (
    BOOL,
    F32,
    F64,
    S64,
    STRING,
    U8,
    U32,
    U64,
    Borrow,
    Field,
    List,
    Option,
    Own,
    Record,
    Result,
    Tuple,
    TypeDef,
    ValType,
)
from witcraft.model.world import Interface
from witcraft.plan.steps import (
    CoreExport,
    DefineResource,
    ExportedInstance,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GuestResource,
    HostResource,
    ImportedModule,
    ImportPath,
    InstantiateModule,
    Lowered,
    Options,
    Plan,
    ResourceFunc,
    ResourceOp,
)
from witcraft.runtime import traps

pytestmark = pytest.mark.engine

NEW, REP, DROP = ResourceOp
MEMORY = Options(0, memory=0, realloc=0)


# ---- which parts there are ---------------------------------------------------------------------------------------


def test_a_plan_that_nothing_could_observe_has_no_gate():
    memory = core.MemoryType(core.Limits(1, None, False, False))
    steps = (
        ExtractMemory(0, CoreExport(0, "memory", memory)),
        ExtractRealloc(0, CoreExport(0, "realloc", NOTHING)),
        ExtractPostReturn(0, CoreExport(0, "free", NOTHING)),
    )
    assert build(plan(*steps, exports=[lift([STRING], STRING, replace(MEMORY, post_return=0))])) is None


def test_only_what_the_plan_uses_is_there():
    r = resource("r")
    made = plan(
        lower(3, [U32]),
        use(ResourceFunc(REP, 0, 0)),
        exports=[lift([Own(r)])],
        resources=[GuestResource(0, "r")],
        types=[r],
    )
    gate = built(made)
    assert gate.exports == {"may-leave-0", "lower-3", "resource.rep-0-0", "lower-own-0-0", "lift-own-0-0"}
    assert gate.imports == ("mail", "import-3", "trap")
    assert gate.late == {}
    assert "begin-scope" not in show(gate)


def test_lifted_functions_are_found_in_exported_instances():
    r = resource("r")
    instance = ExportedInstance(
        Interface("i"), (("inner", ExportedInstance(Interface("j"), (("g", lift([Own(r)])),))),)
    )
    gate = built(plan(exports=[instance], resources=[HostResource(ImportPath(("i", "r")))], types=[r]))
    assert gate.exports == {"lower-own-0-0", "lift-own-0-0"}


@pytest.mark.parametrize(
    "step",
    [
        ExtractRealloc(0, ResourceFunc(REP, 0, 0)),
        ExtractPostReturn(0, ResourceFunc(REP, 0, 0)),
        DefineResource(1, 0, ResourceFunc(REP, 0, 0)),
        use(Lowered(0), ResourceFunc(REP, 0, 0)),
    ],
)
def test_built_ins_are_found_wherever_a_core_function_is_wanted(step):
    assert built(plan(step, resources=[GuestResource(0, "r")] * 2)).exports == {"resource.rep-0-0"}


def test_a_built_in_can_be_lifted_itself():
    export = replace(lift([U32], U32), core=ResourceFunc(REP, 0, 0))
    assert built(plan(exports=[export], resources=[GuestResource(0, "r")])).exports == {"resource.rep-0-0"}


def test_asynchronous_functions_are_left_out():
    later = Options(0, is_async=True)
    assert build(plan(lower(0, [U32], None, later), exports=[lift([], None, later)])) is None


def test_types_that_the_canonical_abi_refuses_are_errors():
    deep: ValType = U8
    for _ in range(5000):
        deep = List(deep)
    with pytest.raises(UnsupportedError, match="nested more than"):
        build(plan(lower(0, [deep])))
    huge: ValType = U64
    for _ in range(29):
        huge = Tuple((huge, huge))
    with pytest.raises(ComponentError, match="limit"):
        build(plan(exports=[lift([huge, Own(resource("r"))])]))


def test_more_instances_than_headers_fit_into_a_page():
    drops = [ResourceFunc(DROP, instance, 0) for instance in range(4080)]
    host = HostResource(ImportPath(("r",)))
    with pytest.raises(UnsupportedError, match="4080 component instances with handles"):
        build(plan(use(*drops), resources=[host]))
    assert len(built(plan(use(*drops[:4079]), resources=[host])).exports) == 2 * 4079


def test_types_that_share_their_parts_take_no_time():
    r = resource("r")
    shared: ValType = Own(r)
    for _ in range(20):
        shared = List(Tuple((shared, shared)))
    host = HostResource(ImportPath(("r",)))
    assert "lift-own-0-0" in built(plan(lower(0, [shared]), resources=[host], types=[r])).exports


def test_a_typical_component_has_a_small_gate():
    """Twelve imports with methods of three resources, a realloc, post-returns."""
    a, b, c = types = [resource(name) for name in "abc"]
    lowers = [
        *(lower(i, [Borrow((a, b, c)[i % 3]), STRING, U32], None, MEMORY) for i in range(6)),
        *(lower(6 + i, [Borrow((a, b, c)[i % 3])], Result(Own(a), U32), MEMORY) for i in range(6)),
    ]
    drops = use(*(ResourceFunc(DROP, 0, i) for i in range(3)))
    exports = [lift([STRING], STRING, replace(MEMORY, post_return=i)) for i in range(2)]
    hosts = [HostResource(ImportPath((name,))) for name in "abc"]
    gate = built(plan(*lowers, drops, exports=exports, resources=hosts, types=types))
    assert len(gate.wasm) < 3000


# ---- as text -----------------------------------------------------------------------------------------------------


def everything() -> Plan:
    own, other = resource("mine"), resource("theirs")
    return plan(
        DefineResource(0, 0, CoreExport(0, "dtor", NOTHING)),
        lower(0, [Borrow(own), U64, F32, F64], Own(other)),
        use(*(ResourceFunc(op_, 0, number) for op_ in ResourceOp for number in (0, 1))),
        exports=[lift([Borrow(other), Own(own), STRING], Own(own), replace(MEMORY, post_return=0))],
        resources=[GuestResource(0, "mine"), HostResource(ImportPath(("theirs",)))],
        types=[own, other],
    )


def test_a_gate_can_be_read():
    text = show(built(everything()))
    assert text.startswith(
        ";; late 0: dtor 0\n;; late 1: realloc 0\n;; late 2: post-return 0\n"
        ";; lower-0: p0 is borrow 0; gives own 1\n(module $gate\n"
    )
    assert '(func $"lower-0 test:gate/host/f0" (param $p0 i32) (param $p1 i64) (param $p2 f32) (param $p3 f64)' in text
    wasmtime.Module(wasmtime.Engine(), bytes(wasmtime.wat2wasm(text)))


def test_backtraces_name_the_import():
    host = Host(built(plan(lower(0, []))))
    host.functions["import-0"] = lambda: None
    with pytest.raises(wasmtime.Trap, match="gate!lower-0 test:gate/host/f0"):
        host.call("lower-0")


# ---- the mailbox -------------------------------------------------------------------------------------------------


def test_every_core_type_goes_through_the_mailbox():
    host = Host(built(plan(lower(0, [U32, S64, F32, F64, BOOL], F64))))
    seen = []

    def run() -> None:
        seen.append((host.slot(0), host.slot(1, "q"), host.slot(2, "f"), host.slot(3, "d"), host.slot(4)))
        host.post(0, -0.5, "d")
        host.done()

    host.functions["import-0"] = run
    assert host.call("lower-0", 0xFFFFFFFE, -(1 << 62), 1.5, 0.1, 1) == -0.5
    assert seen == [(0xFFFFFFFE, -(1 << 62), 1.5, 0.1, 1)]


@pytest.mark.parametrize(
    ("type_", "kind", "value"), [(U32, "I", 7), (S64, "q", -9), (F32, "f", 0.25), (F64, "d", 1e300)]
)
def test_results_of_every_core_type(type_, kind, value):
    host = Host(built(plan(lower(0, [], type_))))

    def run() -> None:
        host.post(0, value, kind)
        host.done()

    host.functions["import-0"] = run
    assert host.call("lower-0") == value


@pytest.mark.parametrize(
    ("params", "result", "memory64", "core_type"),
    [
        ([U32] * 16, None, False, FuncType(("i32",) * 16, ())),
        ([U32] * 17, None, False, FuncType(("i32",), ())),
        ([U64] * 17, U8, True, FuncType(("i64",), ("i32",))),
        ([U64] * 16, STRING, False, FuncType((*["i64"] * 16, "i32"), ())),
        ([STRING], STRING, True, FuncType(("i64", "i64", "i64"), ())),
        ([], Option(U8), False, FuncType(("i32",), ())),
        ([Result(F32, U32)], None, False, FuncType(("i32", "i32"), ())),
    ],
)
def test_signatures_of_lowered_imports(params, result, memory64, core_type):
    gate = built(plan(lower(0, params, result, replace(MEMORY, memory64=memory64))))
    (func,) = (func for func in gate.module.funcs if func.name.startswith("lower-0"))
    assert func.type == core_type
    host = Host(gate)
    slots = ["I" if name == "i32" else "Q" for name in core_type.params]
    seen: list[int] = []
    host.on("import-0", lambda: seen.extend(host.slot(i, kind) for i, kind in enumerate(slots)))
    host.call("lower-0", *range(100, 100 + len(slots)))
    assert seen == [*range(100, 100 + len(slots))]


def test_calls_nest():
    host = Host(built(plan(lower(0, [U32], U32), lower(1, [U32], U32))))
    host.on("import-1", lambda: host.slot(0) * 2)

    def outer():
        n = host.slot(0)
        return n + host.call("lower-1", n) + (host.call("lower-0", n - 1) if n else 0)

    host.on("import-0", outer)
    assert host.call("lower-0", 3) == 18


def test_a_host_function_that_is_not_done_has_failed():
    host = Host(built(plan(lower(0, [], U32))))
    host.functions["import-0"] = lambda: host.post(0, 1)
    with pytest.raises(wasmtime.Trap, match="unreachable"):
        host.call("lower-0")


def test_what_a_nested_call_has_done_does_not_count_for_the_outer_one():
    host = Host(built(plan(lower(0, []), lower(1, []))))
    host.on("import-1", lambda: None)
    host.functions["import-0"] = lambda: (host.call("lower-1"), None)[1]  # and never says that it is done
    with pytest.raises(wasmtime.Trap, match="unreachable"):
        host.call("lower-0")


# ---- row 47: may-leave -------------------------------------------------------------------------------------------


def instance_with_everything() -> Plan:
    mine = resource("mine")
    return plan(
        lower(0, [STRING], None, MEMORY),
        use(*(ResourceFunc(op_, 0, 0) for op_ in ResourceOp)),
        lower(1, [], None, Options(1)),
        exports=[lift([], STRING, replace(MEMORY, post_return=0))],
        resources=[GuestResource(0, "mine")],
        types=[mine],
        instances=2,
    )


CALLS = {
    "lower-0": (0, 0),
    "resource.new-0-0": (5,),
    "resource.drop-0-0": (1,),
}


@pytest.mark.parametrize("inside", ["realloc-0", "post-return-0"])
@pytest.mark.parametrize("name", CALLS)
def test_an_instance_cannot_leave_from_realloc_or_post_return(inside, name):
    host = Host(built(instance_with_everything()))
    host.on("import-0", lambda: None)
    assert host.call("resource.new-0-0", 5) == 1

    def leaves(*_):
        return host.call(name, *CALLS[name])

    host.fill("realloc", 0, 4, leaves, 1)
    host.fill("post-return", 0, 1, lambda n: leaves(n) and None)
    host.breaks(traps.CANNOT_LEAVE, 0, inside, *((4, 8) if inside == "realloc-0" else (0,)))


@pytest.mark.parametrize("name", CALLS)
def test_an_instance_may_leave_otherwise(name):
    host = Host(built(instance_with_everything()))
    host.on("import-0", lambda: None)
    host.call("resource.new-0-0", 5)
    host.fill("realloc", 0, 4, lambda *_: 64, 1)
    host.fill("post-return", 0, 1, lambda _: None)
    for _ in range(2):
        assert host.call("realloc-0", 4, 8) == 64
        host.call("post-return-0", 64)
        host.call("lower-0", 0, 0)
    host.call(name, *CALLS[name])


def test_resource_rep_and_other_instances_do_not_care():
    host = Host(built(instance_with_everything()))
    host.on("import-1", lambda: None)
    host.call("resource.new-0-0", 77)

    def realloc(*_):
        host.call("lower-1")
        return host.call("resource.rep-0-0", 1)

    host.fill("realloc", 0, 4, realloc, 1)
    assert host.call("realloc-0", 4, 8) == 77


def test_the_flags_are_exported_and_written():
    host = Host(built(instance_with_everything()))
    flags = [host.exports[f"may-leave-{i}"] for i in range(2)]
    seen = []

    def realloc(*_):
        seen.append([flag.value(host.store) for flag in flags if isinstance(flag, wasmtime.Global)])
        return 0

    host.fill("realloc", 0, 4, realloc, 1)
    host.call("realloc-0", 1, 1)
    assert seen == [[0, 1]]
    assert [flag.value(host.store) for flag in flags if isinstance(flag, wasmtime.Global)] == [1, 1]
    flags[0].set_value(host.store, 0)  # type: ignore[union-attr]
    host.breaks(traps.CANNOT_LEAVE, 0, "lower-0", 0, 0)


def test_realloc_gets_no_old_block():
    host = Host(built(instance_with_everything()))
    seen = []

    def realloc(*args):
        seen.append(args)
        return 1024

    host.fill("realloc", 0, 4, realloc, 1)
    assert host.call("realloc-0", 8, 24) == 1024
    assert seen == [(0, 0, 8, 24)]


def test_realloc_of_64_bits():
    made = plan(lower(0, []), exports=[lift([STRING], None, replace(MEMORY, memory64=True))])
    host = Host(built(made))
    i64 = wasmtime.ValType.i64()
    type_ = wasmtime.FuncType([i64] * 4, [i64])
    host.put("realloc", 0, wasmtime.Func(host.store, type_, lambda *args: sum(args) + (1 << 40)))
    assert host.call("realloc-0", 8, 24) == (1 << 40) + 32


def test_post_return_gets_the_flat_result():
    seen: list[tuple[float, ...]] = []
    for type_, kind, value in [(F64, wasmtime.ValType.f64(), 0.5), (STRING, I32, 8)]:
        host = Host(built(plan(lower(0, []), exports=[lift([], type_, replace(MEMORY, post_return=2))])))
        host.put("post-return", 2, wasmtime.Func(host.store, wasmtime.FuncType([kind], []), lambda *a: seen.append(a)))
        host.call("post-return-2", value)
    host = Host(built(plan(lower(0, []), exports=[lift([], None, Options(0, post_return=2))])))
    host.fill("post-return", 2, 0, lambda: seen.append(()))
    host.call("post-return-2")
    assert seen == [(0.5,), (8,), ()]


def test_a_function_that_was_never_extracted_or_has_another_type_traps():
    host = Host(built(instance_with_everything()))
    with pytest.raises(wasmtime.Trap, match="uninitialized element"):
        host.call("realloc-0", 4, 8)
    host.fill("realloc", 0, 2, lambda *_: 0, 1)
    with pytest.raises(wasmtime.Trap, match="indirect call type mismatch"):
        host.call("realloc-0", 4, 8)


# ---- rows 52 to 60: the tables and the built-ins -----------------------------------------------------------------


def test_indices_start_at_1_and_the_last_one_freed_comes_first():
    """Rows 52 and 53; one table for all resource types of an instance."""
    host = two()
    assert [host.call(f"resource.new-0-{i % 2}", 100 * i) for i in range(1, 5)] == [1, 2, 3, 4]
    host.call("resource.drop-0-1", 3)
    host.call("resource.drop-0-1", 1)
    host.call("resource.drop-0-0", 2)
    assert [host.call("resource.new-0-0", 1) for _ in range(4)] == [2, 1, 3, 5]


def test_tables_belong_to_instances():
    host = two()
    assert [host.call("lower-own-0-0", 1), host.call("lower-own-1-0", 2), host.call("lower-own-1-2", 3)] == [1, 1, 2]
    host.breaks(traps.UNKNOWN_HANDLE, 2, "resource.drop-0-0", 2)


@pytest.mark.parametrize("handle", [0, 2, 3, 16, 0x10000001, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("name", ["resource.rep-0-0", "resource.drop-0-0", "lift-own-0-0", "lift-borrow-0-0"])
def test_unknown_handles(name, handle):
    host = two()
    for rep in (10, 20):
        host.call("resource.new-0-0", rep)
    host.call("resource.drop-0-0", 2)
    host.breaks(traps.UNKNOWN_HANDLE, handle, name, handle)


@pytest.mark.parametrize("handle", [0, 1, 0xFFFFFFFF])
def test_an_empty_table_knows_no_handle_whatever_lies_in_the_mailbox(handle):
    host = two()
    for slot in range(31):
        host.post(slot, 1)
    host.breaks(traps.UNKNOWN_HANDLE, handle, "resource.drop-0-0", handle)


@pytest.mark.parametrize("name", ["resource.rep-0-1", "resource.drop-0-1", "lift-own-0-1", "lift-borrow-0-1"])
def test_a_handle_of_another_type(name):
    """Row 56: what counts is which resource it is, not what it looks like."""
    host = two()
    host.call("resource.new-0-0", 10)
    host.breaks(traps.WRONG_TYPE, 1, name, 1)


def test_messages_are_the_engines():
    assert str(Broken(traps.UNKNOWN_HANDLE, 4294967295)) == "unknown handle index 4294967295"
    assert str(Broken(traps.WRONG_TYPE, 1)) == (
        "handle index 1 used with the wrong type, "
        "expected guest-defined resource but found a different guest-defined resource"
    )
    codes = {value for name, value in vars(traps).items() if name.isupper() and isinstance(value, int)}
    assert set(traps.MESSAGES) == codes | {traps.NOT_SUPPORTED + code for code in range(len(traps.UNSUPPORTED))}


def test_a_table_is_full(monkeypatch):
    """Row 54, with a limit that a test can reach."""
    assert tables.MAX_INDEX == (1 << 28) - 1
    monkeypatch.setattr(tables, "MAX_INDEX", 100)
    host = Host(built(two_instances()))
    assert [host.call("resource.new-0-1", 0) for _ in range(100)] == [*range(1, 101)]
    host.call("resource.drop-0-1", 50)
    assert host.call("resource.new-0-1", 0) == 50
    host.breaks(traps.TABLE_FULL, 0, "resource.new-0-1", 0)


def test_tables_and_scopes_grow_past_a_page():
    host = two()
    host.on("import-0", lambda: [host.call("lift-borrow-0-0", i) for i in handles[::-1]] and 0)
    handles = [host.call("resource.new-0-0", 3 * i) for i in range(5_000)]
    others = [host.call("lower-own-1-2", 5 * i) for i in range(3_000)]
    assert handles == [*range(1, 5_001)]
    assert host.call("lower-0", 1, 0, 5_000) == 5_001
    assert all(host.call("resource.rep-0-0", handle) == 3 * i for i, handle in enumerate(handles))
    assert [host.call("lift-own-1-2", handle) for handle in others] == [5 * i for i in range(3_000)]
    assert host.mail.size(host.store) > 3
    for handle in handles:
        host.call("resource.drop-0-0", handle)


def test_a_host_without_memory_to_give():
    host = Host(TWO, limit=1 << 16)
    for _ in range(1023):
        host.call("resource.new-0-1", 0)
    host.breaks(traps.NO_MEMORY, 0, "resource.new-0-1", 0)


def test_the_end_of_the_address_space():
    module = TWO.module
    top, *others = module.globals
    moved = replace(module, globals=(replace(top, init=const(-256)), *others))
    Host(replace(TWO, wasm=encode(moved))).breaks(traps.NO_MEMORY, 0, "resource.new-0-1", 0)


def test_resource_new_and_rep_take_any_bits():
    host = two()
    for rep in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        assert host.call("resource.rep-0-1", host.call("resource.new-0-1", rep)) == rep


def test_drop_runs_the_destructor_once_and_after_the_handle_is_gone():
    """Row 59."""
    host, dropped = two(), []

    def dtor(rep: int) -> None:
        dropped.append(rep)
        if rep == 7:
            assert host.call("resource.new-0-1", 9) == 1

    host.fill("dtor", 0, 1, dtor)
    host.call("resource.new-0-0", 7)
    host.call("resource.drop-0-0", 1)
    assert dropped == [7]
    assert host.call("resource.rep-0-1", 1) == 9
    host.call("resource.drop-1-0", host.call("lower-own-1-0", 8))
    assert dropped == [7, 8]


def test_drop_without_a_destructor():
    host = two()
    host.call("resource.drop-0-1", host.call("resource.new-0-1", 7))
    host.breaks(traps.UNKNOWN_HANDLE, 1, "resource.drop-0-1", 1)


def test_a_guest_drops_a_handle_of_a_host_resource():
    """Row 65."""
    host, dropped = two(), []
    host.on("drop-2", lambda: dropped.append(host.slot(0)))
    host.call("resource.drop-1-2", host.call("lower-own-1-2", 0xFFFFFFFF))
    assert dropped == [0xFFFFFFFF]
    host.functions["drop-2"] = lambda: None
    with pytest.raises(wasmtime.Trap, match="unreachable"):
        host.call("resource.drop-1-2", host.call("lower-own-1-2", 1))


def test_the_host_destroys_what_it_owns():
    host = two()
    dropped: list[int] = []
    host.fill("dtor", 0, 1, dropped.append)
    host.call("dtor-0", host.call("lift-own-0-0", host.call("resource.new-0-0", 5)))
    assert dropped == [5]
    assert {name for name in TWO.exports if name.startswith("dtor")} == {"dtor-0"}


def throwing_module() -> bytes:
    tag = Tag("oops", TagType(NOTHING))
    throws = Func("dtor", (("rep", "i32"),), (), op("throw", arguments=("oops",)))
    return encode(Module("guest", funcs=(throws,), tags=(tag,), exports=(Export("dtor", Sort.FUNC, "dtor"),)))


def test_an_exception_does_not_leave_a_destructor():
    """Row 46, for destructors. The barrier is there only if the guest's code can throw."""
    data = throwing_module()
    guest = core.Module(memoryview(data), 0, (), (), (), (), ())
    gate = built(replace(two_instances(), modules=(guest,)))
    host = Host(gate)
    instance = wasmtime.Instance(host.store, wasmtime.Module(host.store.engine, data), [])
    dtor = instance.exports(host.store)["dtor"]
    assert isinstance(dtor, wasmtime.Func)
    host.put("dtor", 0, dtor)
    host.call("resource.new-0-0", 5)
    host.breaks(traps.UNCAUGHT_EXCEPTION, 0, "resource.drop-0-0", 1)
    assert "try_table" in show(gate)
    assert "try_table" not in show(TWO)
    made, unknown = two_instances(), InstantiateModule(1, ImportedModule(ImportPath(("module",))), ())
    assert "try_table" in show(built(replace(made, steps=(*made.steps, unknown))))


# ---- rows 61 to 64: lifting and lowering -------------------------------------------------------------------------


def test_lifting_an_own_removes_it():
    host = two()
    handle = host.call("resource.new-0-0", 42)
    assert host.call("lift-own-0-0", handle) == 42
    host.breaks(traps.UNKNOWN_HANDLE, handle, "lift-own-0-0", handle)


def test_a_borrow_cannot_be_lifted_as_own():
    host = two()
    host.call("begin-scope-1")
    handle = host.call("lower-borrow-1-2", 3)
    host.breaks(traps.NOT_OWNED, handle, "lift-own-1-2", handle)


@pytest.mark.parametrize("name", ["lift-own-0-0", "resource.drop-0-0"])
def test_a_lent_handle_stays(name):
    """Rows 59, 61, 62."""
    host = two()
    host.call("resource.new-0-0", 3)
    host.on("import-0", lambda: host.call(name, 1))
    with pytest.raises(Broken, match="cannot remove owned resource while borrowed"):
        host.call("lower-0", 1, 0, 0)


def test_a_lent_borrow_stays_too():
    host = two()
    host.call("begin-scope-1")
    handle = host.call("lower-borrow-1-2", 3)
    host.on("import-5", lambda: host.call("resource.drop-1-2", handle))
    with pytest.raises(Broken) as broken:
        host.call("lower-5", handle, 0, 0)
    assert broken.value.code == traps.LENT


def test_lends_end_with_the_call():
    """Lent twice by one call, and once more by a call inside it."""
    host = two()
    host.call("resource.new-0-0", 3)
    reps = []

    def inner():
        reps.append(host.slot(0))
        return 50

    def outer():
        reps.extend([host.slot(0), host.call("lift-borrow-0-0", 1)])
        host.on("import-0", inner)
        return host.call("resource.rep-0-0", host.call("lower-0", 1, 0, 0)) + 1

    host.on("import-0", outer)
    assert host.call("resource.rep-0-0", host.call("lower-0", 1, 0, 0)) == 51
    assert reps == [3, 3, 3]
    host.call("resource.drop-0-0", 1)


def test_a_borrow_for_the_defining_instance_is_no_handle():
    """Row 63."""
    lowers = {name for name in TWO.exports if name.startswith("lower-borrow")}
    assert lowers == {"lower-borrow-0-2", "lower-borrow-1-0", "lower-borrow-1-1", "lower-borrow-1-2"}
    gate = built(
        plan(lower(0, []), exports=[lift([Borrow(r := resource("r"))])], resources=[GuestResource(0, "r")], types=[r])
    )
    assert gate.exports == {"may-leave-0", "lower-0"}


def test_borrows_must_be_dropped_before_the_call_ends():
    """Rows 60 and 64."""
    host = two()
    host.call("begin-scope-1")
    handles = [host.call("lower-borrow-1-2", rep) for rep in (3, 4)]
    host.call("resource.drop-1-2", handles[0])
    host.call("resource.drop-1-2", handles[1])
    host.call("end-scope-1")
    host.call("begin-scope-1")
    host.call("resource.drop-1-2", host.call("lower-borrow-1-2", 3))
    host.call("lower-borrow-1-2", 4)
    host.breaks(traps.BORROWS_REMAIN, 0, "end-scope-1")


def test_a_borrow_counts_in_its_own_scope():
    host = two()
    host.call("begin-scope-1")
    outer = host.call("lower-borrow-1-2", 3)
    host.call("begin-scope-0")
    host.call("begin-scope-1")
    inner = host.call("lower-borrow-1-0", 4)
    host.call("resource.drop-1-2", outer)
    host.call("resource.drop-1-0", inner)
    host.call("end-scope-1")
    host.call("end-scope-0")
    host.call("end-scope-1")


def test_dropping_an_outer_borrow_leaves_the_inner_scope_as_it_was():
    host = two()
    host.call("begin-scope-1")
    outer = host.call("lower-borrow-1-2", 3)
    host.call("begin-scope-1")
    host.call("lower-borrow-1-2", 4)
    host.call("resource.drop-1-2", outer)
    host.breaks(traps.BORROWS_REMAIN, 0, "end-scope-1")


def test_what_was_lowered_can_be_taken_back():
    """After it, the guest gets the same indices as if nothing had been lowered."""
    host = two()
    for rep in range(5):
        host.call("lower-own-1-0", rep)
    for handle in (4, 2):
        host.call("lift-own-1-0", handle)
    host.call("begin-scope-1")
    lowered = [host.call("lower-borrow-1-2", 1), host.call("lower-own-1-0", 2), host.call("lower-own-1-2", 3)]
    assert lowered == [2, 4, 6]
    assert [host.call("lift-own-1-2", 6), host.call("lift-own-1-0", 4)] == [3, 2]
    host.call("resource.drop-1-2", 2)
    host.call("end-scope-1")
    assert [host.call("lower-own-1-0", 0) for _ in range(4)] == [2, 4, 6, 7]


# ---- direct handles ----------------------------------------------------------------------------------------------


def direct(params: Sequence[ValType], result: ValType | None = None) -> tuple[set[int], bool]:
    made = plan(lower(0, params, result, MEMORY), resources=[HostResource(ImportPath(("r",)))], types=[R])
    found = built(made).direct[0]
    return set(found.params), found.result is not None


R = resource("r")
OWN, BORROW = Own(R), Borrow(R)
NAMED = TypeDef("test:gate/types", "handle", TypeDef("test:gate/types", "inner", OWN))
PAIR = TypeDef("test:gate/types", "pair", Record((Field("a", U32), Field("b", OWN))))


@pytest.mark.parametrize(
    ("params", "result", "slots", "returned"),
    [
        ([BORROW], None, {0}, False),
        ([U64, OWN, STRING, BORROW], None, {1, 4}, False),
        ([Option(U8), NAMED], NAMED, {2}, True),
        ([OWN, List(BORROW), OWN], None, {0}, False),
        ([PAIR, OWN], OWN, set(), True),
        ([Option(OWN), OWN], Option(OWN), set(), False),
        ([*[U32] * 15, OWN], None, {15}, False),
        ([*[U32] * 16, OWN], OWN, set(), True),
        ([], Tuple((OWN,)), set(), False),
    ],
)
def test_which_handles_the_gate_turns_into_representations(params, result, slots, returned):
    assert direct(params, result) == (slots, returned)


def test_handles_that_are_parameters_arrive_as_representations():
    host = two()
    handles = [host.call("lower-own-1-2", rep) for rep in (30, 40)]
    seen = []

    def returns_an_own():
        seen.append(host.slot(0))
        return 50

    host.on("import-5", returns_an_own)
    host.on("import-11", lambda: seen.append(host.slot(0)))
    assert host.call("lower-5", handles[0], 0, 0) == 3
    assert host.call("lift-own-1-2", 3) == 50
    host.call("lower-11", handles[1], 0, 0)
    assert seen == [30, 40]
    host.breaks(traps.UNKNOWN_HANDLE, handles[1], "lower-11", handles[1], 0, 0)


def test_owns_leave_the_table_in_the_order_of_the_parameters():
    """`f(list<own<r>>, own<r>)` frees the list's handles first, so the last parameter is left to the host."""
    made = plan(lower(0, [List(OWN), OWN], None, MEMORY), resources=[HostResource(ImportPath(("r",)))], types=[R])
    host = Host(built(made))
    assert "lift-own-0-0" in host.gate.exports
    assert host.gate.direct[0].params == {}
