"""Core modules as data: their bytes are those that an assembler makes of their text, and the engine runs them."""

from __future__ import annotations

import pytest
import wasmtime
from hypothesis import given
from hypothesis import strategies as st

from witcraft.binary.core import read_module
from witcraft.binary.cursor import Cursor
from witcraft.core.build import (
    Data,
    Elements,
    Export,
    Func,
    Global,
    Import,
    Memory,
    Module,
    Table,
    Tag,
    limits,
    pruned,
)
from witcraft.core.encode import encode, u
from witcraft.core.opcodes import (
    LOADS_AND_STORES,
    OPCODES,
    Argument,
    Catch,
    Immediate,
    access_width,
    block,
    br,
    br_if,
    br_table,
    call,
    call_indirect,
    const,
    copy,
    get_global,
    if_,
    load,
    loop,
    op,
    set_global,
    set_local,
    store,
    tee_local,
    try_table,
)
from witcraft.core.show import show, signature
from witcraft.core.tree import FuncType, GlobalType, MemoryType, Sort, TableType, TagType

pytestmark = pytest.mark.engine

I32, I64 = (("n", "i32"),), (("n", "i64"),)
UNARY = FuncType(("i32",), ("i32",))


def same(module: Module) -> None:
    """The encoder and the assembler make the same of a module, once its types stand in the same order.

    The name sections differ: the assembler's has every local too.
    """
    data = encode(module)
    types = [type_ for type_ in read_module(Cursor(data, 0, "the module")).types if isinstance(type_, FuncType)]
    head, rest = show(module).split("\n", 1)
    text = "\n".join([head, *(f"(type (func{signature(type_)}))" for type_ in types), rest])
    assert [s.hex(" ") for s in sections(data)] == [s.hex(" ") for s in sections(bytes(wasmtime.wat2wasm(text)))]


def sections(data: bytes) -> list[bytes]:
    """A module's bytes, cut at the borders of its sections, custom ones left out."""
    parts, at = [data[:8]], 8
    while at < len(data):
        start, at, shift, size = at, at + 1, 0, 0
        while True:
            byte = data[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        at += size
        if data[start]:
            parts.append(data[start:at])
    return parts


def agrees(module: Module) -> None:
    """The same as the assembler's, and the engine finds it valid."""
    same(module)
    wasmtime.Module(wasmtime.Engine(), encode(module))


def run(module: Module, name: str, *args: int) -> object:
    store = wasmtime.Store()
    func = wasmtime.Instance(store, wasmtime.Module(store.engine, encode(module)), []).exports(store)[name]
    assert isinstance(func, wasmtime.Func)
    return func(store, *args)


def exported(*funcs: Func) -> tuple[Export, ...]:
    return tuple(Export(func.name, Sort.FUNC, func.name) for func in funcs)


# ---- every instruction -------------------------------------------------------------------------------------------

ARGUMENTS: dict[Immediate, Argument] = {
    Immediate.LABEL: "out",
    Immediate.FUNC: "other",
    Immediate.TYPE: FuncType(("i64", "f32"), ("f64",)),
    Immediate.TABLE: "second table",
    Immediate.MEMORY: "second",
    Immediate.GLOBAL: "count",
    Immediate.LOCAL: "x",
    Immediate.TAG: "oops",
    Immediate.OFFSET: 300,
    Immediate.REFERENCE: "func",
    Immediate.I32: -2,
    Immediate.I64: 1 << 40,
    Immediate.F32: 1.5,
    Immediate.F64: -0.1,
    Immediate.LANE: 1,
    Immediate.V128: 0xFFEEDDCCBBAA99887766554433221100,
}


def around(name: str, arguments: tuple[Argument, ...]) -> Module:
    """A module with one of everything; behind `unreachable` every operand is there."""
    body = block("out", op("unreachable"), op(name, arguments=arguments), op("unreachable"))
    target = Func("other", (), (), ())
    return Module(
        "one of everything",
        funcs=(Func("first", (("n", "i32"), ("x", "i32")), (), body), target),
        tables=(Table("t", TableType("funcref", limits(1))), Table("second table", TableType("funcref", limits(1, 9)))),
        memories=(Memory("memory", MemoryType(limits(1))), Memory("second", MemoryType(limits(1, 2)))),
        tags=(Tag("oops", TagType(FuncType(("i32",), ()))),),
        globals=(Global("count", GlobalType("i32", True), const(0)),),
        exports=(Export("other", Sort.FUNC, "other"),),
    )


@pytest.mark.parametrize("name", OPCODES)
def test_every_instruction_is_as_the_assembler_writes_it(name):
    kinds = OPCODES[name][1]
    several = kinds == (Immediate.LABELS,)
    same(around(name, ("out", "out", "out") if several else tuple(ARGUMENTS[kind] for kind in kinds)))


@pytest.mark.parametrize("name", LOADS_AND_STORES)
def test_accesses_of_the_first_memory_are_short(name):
    agrees(around(name, (0, "memory")))


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("i32.load", 4),
        ("i64.store32", 4),
        ("f64.load", 8),
        ("i64.load16_u", 2),
        ("i32.store8", 1),
        ("v128.load", 16),
        ("v128.load8x8_u", 8),
        ("v128.store", 16),
    ],
)
def test_access_width(name, width):
    assert access_width(name) == width


@pytest.mark.parametrize("value", [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 5e-324, 0.1])
@pytest.mark.parametrize("core", ["f32", "f64"])
def test_float_constants(core, value):
    agrees(around(f"{core}.const", (value,)))


@given(st.integers(0, 2**64 - 1))
def test_unsigned_numbers_are_what_the_reader_reads(value):
    data = u(value)
    assert sum((byte & 0x7F) << 7 * i for i, byte in enumerate(data)) == value
    assert all(byte >= 0x80 for byte in data[:-1])
    assert data[-1] < 0x80
    assert len(data) == max(1, -(-value.bit_length() // 7))


@given(st.integers(-(2**63), 2**64 - 1))
def test_an_i64_constant_keeps_its_bits(value):
    module = Module("m", funcs=(f := Func("f", (), ("i64",), const(value, "i64")),), exports=exported(f))
    assert run(module, "f") == (value + 2**63) % 2**64 - 2**63


@given(st.integers(-(2**31), 2**32 - 1))
def test_an_i32_constant_keeps_its_bits(value):
    module = Module("m", funcs=(f := Func("f", (), ("i32",), const(value)),), exports=exported(f))
    assert run(module, "f") == (value + 2**31) % 2**32 - 2**31


# ---- structure ---------------------------------------------------------------------------------------------------


def factorial() -> Func:
    again = call("factorial", op("i64.sub", "n", const(1, "i64")))
    body = if_(op("i64.eqz", "n"), const(1, "i64"), op("i64.mul", "n", again), FuncType((), ("i64",)))
    return Func("factorial", I64, ("i64",), body)


def test_if_else_and_recursion():
    module = Module("m", funcs=(factorial(),), exports=exported(factorial()))
    agrees(module)
    assert run(module, "factorial", 10) == 3628800


def test_loop_labels_and_locals():
    step = (
        *set_local("sum", op("i32.add", "sum", "n")),
        *br_if("again", tee_local("n", op("i32.sub", "n", 1))),
    )
    body = (
        *block("done", br_if("done", op("i32.eqz", "n")), loop("again", step)),
        *op("local.get", arguments=("sum",)),
    )
    total = Func("sum to", I32, ("i32",), body, (("sum", "i32"), ("unused", "i64"), ("other", "i64")))
    module = Module("m", funcs=(total,), exports=exported(total))
    agrees(module)
    assert [run(module, "sum to", n) for n in (0, 1, 10)] == [0, 1, 55]


def test_the_innermost_label_of_a_name_is_meant():
    inner = block("x", block("", br("x")), op("unreachable"))
    func = Func("f", (), ("i32",), (*block("x", inner), *const(7)))
    module = Module("m", funcs=(func,), exports=exported(func))
    agrees(module)
    assert run(module, "f") == 7


def test_branch_tables():
    arms = block("two", block("one", block("zero", br_table(("zero", "one"), "two", "n")), const(10), op("return")))
    body = (*arms, *const(30))
    func = Func("f", I32, ("i32",), body)
    module = Module("m", funcs=(func,), exports=exported(func))
    agrees(module)
    assert [run(module, "f", n) for n in (0, 1, 5)] == [10, 30, 30]


def test_blocks_with_parameters_and_many_results():
    pair = FuncType(("i32",), ("i32", "i32"))
    body = (*const(5), *block("b", op("i32.const", arguments=(6,)), signature=pair), *op("i32.mul"))
    func = Func("f", (), ("i32",), body)
    module = Module("m", funcs=(func,), exports=exported(func))
    agrees(module)
    assert run(module, "f") == 30


def test_calls_through_a_table():
    double = Func("double", I32, ("i32",), op("i32.mul", "n", 2))
    apply = Func("apply", (("f", "i32"), *I32), ("i32",), call_indirect("late", UNARY, "n", index="f"))
    module = Module(
        "m",
        funcs=(apply, double),
        tables=(Table("early", TableType("funcref", limits(1))), Table("late", TableType("funcref", limits(3, 3)))),
        elements=(Elements("late", const(1), ("double",)), Elements("early", const(0), ("double",))),
        exports=exported(apply),
    )
    agrees(module)
    assert run(module, "apply", 1, 21) == 42


def test_memories_data_and_bulk_copies():
    move = Func("move", (), ("i32",), (*copy(8, 2, 4, "to", "memory"), *load(8, memory="to")))
    swap = Func("swap", I32, ("i32",), (*store(0, "n", 4), *load(0, 5, "i32.load8_u")))
    module = Module(
        "m",
        funcs=(move, swap),
        memories=(Memory("memory", MemoryType(limits(1))), Memory("to", MemoryType(limits(1, 1)))),
        data=(Data("memory", const(2), b"\1\2\3\4"), Data("to", const(0), b"\xff")),
        exports=(*exported(move, swap), Export("pages", Sort.MEMORY, "to")),
    )
    agrees(module)
    assert run(module, "move") == 0x04030201
    assert run(module, "swap", 0xABCD) == 0xAB


def test_memories_of_64_bits():
    grow = Func("grow", (), ("i64",), op("memory.grow", const(1, "i64"), arguments=("memory",)))
    memory = Memory("memory", MemoryType(limits(1, None, is64=True)))
    module = Module("m", funcs=(grow,), memories=(memory,), exports=exported(grow))
    agrees(module)
    assert [run(module, "grow") for _ in range(2)] == [1, 1]


def test_exceptions_stop_at_a_barrier():
    thrown = op("throw", "n", arguments=("oops",))
    number = FuncType((), ("i32",))
    by_tag = Func(
        "by tag",
        I32,
        ("i32",),
        block("value", try_table([Catch("oops", "value")], thrown), op("unreachable"), signature=number),
    )
    anything = block("out", try_table([Catch(None, "out")], thrown), op("unreachable"))
    by_any = Func("by any", I32, ("i32",), (*anything, *const(1)))
    module = Module(
        "m",
        funcs=(by_tag, by_any),
        tags=(Tag("oops", TagType(FuncType(("i32",), ()))),),
        exports=exported(by_tag, by_any),
    )
    agrees(module)
    assert run(module, "by tag", 9) == 9
    assert run(module, "by any", 9) == 1


def test_imports_come_first_in_every_space():
    nullary = FuncType((), ())
    module = Module(
        "m",
        imports=(
            Import("host", "f", "their f", nullary),
            Import("host", "m", "their memory", MemoryType(limits(1))),
            Import("host", "t", "their table", TableType("externref", limits(0))),
            Import("host", "g", "their global", GlobalType("i64", False)),
            Import("host", "e", "their tag", TagType(nullary)),
        ),
        funcs=(Func("mine", (), (), (*call("their f"), *set_global("my global", get_global("their global")))),),
        globals=(Global("my global", GlobalType("i64", True), get_global("their global")),),
        exports=(Export("g", Sort.GLOBAL, "my global"), Export("f", Sort.FUNC, "their f")),
        start="mine",
    )
    agrees(module)


# ---- names -------------------------------------------------------------------------------------------------------


def test_backtraces_name_module_and_function():
    func = Func("do [it] «now»", (), (), op("unreachable"))
    with pytest.raises(wasmtime.Trap) as trapped:
        run(Module("glue", funcs=(func,), exports=exported(func)), func.name)
    assert "glue!do [it] «now»" in str(trapped.value)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (Module("m", funcs=(Func("f", (), (), call("g")),)), "func 'g' is not defined"),
        (Module("m", funcs=(Func("f", (), (), ()), Func("f", (), (), ()))), "func 'f' is defined twice"),
        (Module("m", funcs=(Func("f", I32, (), (), I32),)), "two locals of function 'f'"),
        (Module("m", funcs=(Func("f", (), (), const(1 << 32)),)), "4294967296 does not fit into 32 bits"),
        (Module("m", funcs=(Func("f", (), (), load(0)),)), "memory 'memory' is not defined"),
        (Module("m", funcs=(Func("f", (), (), br("x")),)), "there is no block 'x' around"),
        (Module("m", funcs=(Func("f", (), (), set_local("x", 1)),)), "local 'x' is not defined"),
    ],
)
def test_what_cannot_be_encoded_is_named(module, message):
    with pytest.raises(ValueError, match=message):
        encode(module)


def test_pruning_keeps_what_something_leads_to():
    funcs = (
        Func("kept", (), (), block("", call("deep"))),
        Func("deep", (), (), if_(1, call("import used"))),
        Func("lost", (), (), (*call("lost too"), *call("import lost"))),
        Func("lost too", (), (), call("lost")),
        Func("in table", (), (), op("ref.func", arguments=("referred",)) + op("drop")),
        Func("referred", (), (), ()),
        Func("begin", (), (), ()),
    )
    imports = tuple(Import("host", name, name, FuncType((), ())) for name in ("import used", "import lost"))
    module = pruned(
        Module(
            "m",
            imports,
            funcs,
            tables=(Table("t", TableType("funcref", limits(1))),),
            elements=(Elements("t", const(0), ("in table",)),),
            exports=(Export("kept", Sort.FUNC, "kept"),),
            start="begin",
        )
    )
    assert [func.name for func in module.funcs] == ["kept", "deep", "in table", "referred", "begin"]
    assert [item.name for item in module.imports] == ["import used"]
