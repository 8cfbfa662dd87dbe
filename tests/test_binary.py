"""Every form of the component binary format, read into its noun."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.support import raw
from tests.support.wat import assemble
from witcraft import binary
from witcraft.component import tree as t
from witcraft.component.spell import core_definition
from witcraft.core import tree as core

U8, U32, STRING = t.PrimType("u8"), t.PrimType("u32"), t.PrimType("string")


def read(text: str) -> t.Component:
    return binary.read(assemble(text))


def definitions(text: str) -> list[Any]:
    """Without their offsets."""
    return [bare(definition) for definition in read(text).definitions]


def bare(noun: Any) -> Any:
    """The noun, and those inside it, with every offset zero."""
    if isinstance(noun, tuple):
        return tuple(bare(item) for item in noun)
    if not dataclasses.is_dataclass(noun) or isinstance(noun, type):
        return noun
    changes = {f.name: bare(getattr(noun, f.name)) for f in dataclasses.fields(noun)}
    if "offset" in changes:
        changes["offset"] = 0
    return type(noun)(**changes)


# ---- types ------------------------------------------------------------------------------------------------------

PRIMITIVES = ["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"]
PRIMITIVES += ["error-context"]


@pytest.mark.parametrize("name", PRIMITIVES)
def test_primitive_types(name: str):
    defined, listed = definitions(f"(component (type {name}) (type (list {name})))")
    assert defined.type == t.PrimType(name)
    assert listed.type == t.ListType(t.PrimType(name))


TYPES: list[tuple[str, object]] = [
    (
        '(record (field "a" u8) (field "b-c" 70000))',
        t.RecordType((t.FieldType("a", U8), t.FieldType("b-c", 70000))),
    ),
    (
        '(variant (case "a") (case "b" string))',
        t.VariantType((t.CaseType("a", None), t.CaseType("b", STRING))),
    ),
    ("(list 100)", t.ListType(100)),
    ("(list u8 300)", t.FixedListType(U8, 300)),
    ("(map string u32)", t.MapType(STRING, U32)),
    ("(tuple u8 string 63)", t.TupleType((U8, STRING, 63))),
    ('(flags "a" "b")', t.FlagsType(("a", "b"))),
    ('(enum "a" "b")', t.EnumType(("a", "b"))),
    ("(option 64)", t.OptionType(64)),
    ("(result)", t.ResultType(None, None)),
    ("(result u8)", t.ResultType(U8, None)),
    ("(result (error u8))", t.ResultType(None, U8)),
    ("(result u8 (error string))", t.ResultType(U8, STRING)),
    ("(own 3)", t.OwnType(3)),
    ("(borrow 4)", t.BorrowType(4)),
    ("(stream)", t.StreamType(None)),
    ("(stream u8)", t.StreamType(U8)),
    ("(future)", t.FutureType(None)),
    ("(future 5)", t.FutureType(5)),
    ("(func)", t.FuncType((), None, is_async=False)),
    (
        '(func async (param "a" u8) (param "b" 2) (result string))',
        t.FuncType((t.FieldType("a", U8), t.FieldType("b", 2)), STRING, is_async=True),
    ),
    ("(resource (rep i32))", t.ResourceType("i32", None)),
    ("(resource (rep i32) (dtor (core func 7)))", t.ResourceType("i32", 7)),
]


@pytest.mark.parametrize(("text", "expected"), TYPES, ids=[text for text, _ in TYPES])
def test_types(text: str, expected: object):
    assert definitions(f"(component (type {text}))") == [t.TypeDef(expected, 0)]  # type: ignore[arg-type]


def test_asynchronous_destructor_of_older_components():
    data = raw.component(raw.section(7, raw.vec(b"\x3e\x7f\x05\x00", b"\x3e\x7f\x05\x01\x06")))
    assert [d.type for d in binary.read(data).definitions if isinstance(d, t.TypeDef)] == [
        t.ResourceType("i32", 5, is_async=True),
        t.ResourceType("i32", 5, is_async=True, callback=6),
    ]


def test_component_and_instance_types():
    (found,) = definitions(
        """(component (type (component
             (core type (module))
             (type u8)
             (import "m" (core module (type 0)))
             (import "f" (func (type 1)))
             (import "r" (type (sub resource)))
             (alias outer 1 0 (type))
             (export "c" (component (type 4)))
             (export "i" (instance (type 5)))
             (type (instance (export "t" (type (eq 0)))))
           )))"""
    )
    assert found.type == t.ComponentType(
        (
            t.CoreTypeDef(t.ModuleType(()), 0),
            t.TypeDef(U8, 0),
            t.Import(t.ExternName("m"), t.ModuleExtern(0), 0),
            t.Import(t.ExternName("f"), t.FuncExtern(1), 0),
            t.Import(t.ExternName("r"), t.TypeExtern(t.SubResource()), 0),
            t.AliasOuter(t.Sort.TYPE, 1, 0, 0),
            t.ExportDecl(t.ExternName("c"), t.ComponentExtern(4), 0),
            t.ExportDecl(t.ExternName("i"), t.InstanceExtern(5), 0),
            t.TypeDef(t.InstanceType((t.ExportDecl(t.ExternName("t"), t.TypeExtern(t.TypeEq(0)), 0),)), 0),
        )
    )


def test_core_function_type_inside_an_instance_type():
    """By hand: ``wat2wasm`` of wasmtime 48 and 49 takes it for a duplicate."""
    data = raw.component(raw.section(7, raw.vec(b"\x42" + raw.vec(b"\x00\x60\x01\x7f\x00"))))
    assert bare(binary.read(data).definitions[0]) == t.TypeDef(
        t.InstanceType((t.CoreTypeDef(core.FuncType(("i32",), ()), 0),)), 0
    )


# ---- core types -------------------------------------------------------------------------------------------------

CORE_TYPES: list[tuple[str, object]] = [
    ("(func)", core.FuncType((), ())),
    (
        "(func (param i32 i64 f32 f64 v128) (result funcref externref))",
        core.FuncType(("i32", "i64", "f32", "f64", "v128"), ("funcref", "externref")),
    ),
    (
        "(func (param anyref i31ref (ref null 3) (ref func) (ref 70) (ref null (shared any))))",
        core.FuncType(("anyref", "i31ref", "(ref null 3)", "(ref func)", "(ref 70)", "(ref null (shared any))"), ()),
    ),
    ("(func (param nullref exnref nullfuncref))", core.FuncType(("nullref", "exnref", "nullfuncref"), ())),
    ("(struct (field i8) (field (mut i32)))", core.OtherType("(struct (field i8) (field (mut i32)))")),
    ("(array (mut i16))", core.OtherType("(array (mut i16))")),
    ("(sub (func (param i32)))", core.FuncType(("i32",), ())),
    ("(sub final 1 (struct))", core.OtherType("(sub final 1 (struct))")),
    ("(sub (array i8))", core.OtherType("(sub (array i8))")),
    ("(shared (struct))", core.OtherType("(shared struct)")),
    ("(cont 4)", core.OtherType("(cont 4)")),
]


@pytest.mark.parametrize(("text", "expected"), CORE_TYPES, ids=[text for text, _ in CORE_TYPES])
def test_core_types(text: str, expected: object):
    assert definitions(f"(component (core type {text}))") == [t.CoreTypeDef(expected, 0)]  # type: ignore[arg-type]


def test_recursion_group_adds_each_of_its_types():
    found = definitions("(component (core rec (type $a (struct (field (ref null $a)))) (type (func))))")
    assert found == [
        t.CoreTypeDef(core.OtherType("(struct (field (ref null 0)))"), 0),
        t.CoreTypeDef(core.FuncType((), ()), 0),
    ]


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        ("(func)", core.ALONE, "func()"),
        ("(sub (func))", core.Standing((), final=False), "sub func()"),
        ("(sub 3 (func (param i32)))", core.Standing((3,), final=False), "sub 3 func(i32)"),
        ("(sub final 0 (func))", core.Standing((0,)), "sub final 0 func()"),
        ("(sub final 0 (struct))", core.Standing((0,)), "(sub final 0 (struct))"),
    ],
)
def test_supertypes(text: str, expected: core.Standing, shown: str):
    (found,) = definitions(f"(component (core type {text}))")
    assert found.type.standing == expected
    assert core_definition(found.type) == shown


def test_places_in_a_recursion_group():
    found = definitions("(component (core rec (type (func)) (type (sub (func))) (type (struct))) (core type (func)))")
    assert [it.type.standing.later for it in found] == [2, 1, 0, 0]


def test_module_type():
    (found,) = definitions(
        """(component (core type (module
             (alias outer 1 0 (type))
             (type (func (param i32)))
             (type (sub (struct)))
             (import "a" "f" (func (type 0)))
             (import "a" "t" (table 1 2 funcref))
             (import "a" "t64" (table i64 1 externref))
             (export "m" (memory i64 1 2 shared))
             (export "p" (memory 0 (pagesize 1)))
             (export "g" (global (mut i64)))
             (export "e" (tag (type 1)))
           )))"""
    )
    assert found.type == t.ModuleType(
        (
            t.ModuleOuterAlias(1, 0),
            core.FuncType(("i32",), ()),
            core.OtherType("(sub (struct))"),
            t.ModuleImport("a", "f", t.FuncOfType(0)),
            t.ModuleImport("a", "t", core.TableType("funcref", core.Limits(1, 2, is64=False, shared=False))),
            t.ModuleImport("a", "t64", core.TableType("externref", core.Limits(1, None, is64=True, shared=False))),
            t.ModuleExport("m", core.MemoryType(core.Limits(1, 2, is64=True, shared=True))),
            t.ModuleExport("p", core.MemoryType(core.Limits(0, None, False, False, page_size_log2=0))),
            t.ModuleExport("g", core.GlobalType("i64", mutable=True)),
            t.ModuleExport("e", t.TagOfType(1)),
        )
    )


# ---- imports, exports, aliases, instances -----------------------------------------------------------------------


def test_imports_and_exports():
    found = definitions(
        """(component
             (import "f" (func $f (type 3)))
             (import "a:b/c@1.0.0" (instance (type 4)))
             (import "t" (type (eq 5)))
             (export "g" (func $f))
             (export "h" (func $f) (func (type 6)))
             (export "m" (core module 0)))"""
    )
    assert found == [
        t.Import(t.ExternName("f"), t.FuncExtern(3), 0),
        t.Import(t.ExternName("a:b/c@1.0.0"), t.InstanceExtern(4), 0),
        t.Import(t.ExternName("t"), t.TypeExtern(t.TypeEq(5)), 0),
        t.Export(t.ExternName("g"), t.SortIndex(t.Sort.FUNC, 0), None, 0),
        t.Export(t.ExternName("h"), t.SortIndex(t.Sort.FUNC, 0), t.FuncExtern(6), 0),
        t.Export(t.ExternName("m"), t.SortIndex(core.Sort.MODULE, 0), None, 0),
    ]


@pytest.mark.parametrize("form", [0, 1])
def test_both_bytes_before_a_plain_name(form: int):
    data = raw.component(raw.section(10, raw.vec(bytes([form]) + raw.name("x") + b"\x01\x00")))
    assert bare(binary.read(data).definitions) == (t.Import(t.ExternName("x"), t.FuncExtern(0), 0),)


def test_name_attributes():
    attributes = raw.vec(b"\0" + raw.name("a:b/c"), b"\1" + raw.name(".2"), b"\2" + raw.name("é"))
    data = raw.component(raw.section(10, raw.vec(b"\2" + raw.name("x") + attributes + b"\5\0")))
    (found,) = binary.read(data).definitions
    assert bare(found) == t.Import(t.ExternName("x", "a:b/c", ".2", "é"), t.InstanceExtern(0), 0)


def test_aliases():
    found = definitions(
        """(component
             (alias export 0 "f" (func))
             (alias export 1 "m" (core module))
             (alias core export 2 "memory" (core memory))
             (alias core export 3 "e" (core tag))
             (component
               (alias outer 1 4 (type))
               (alias outer 1 5 (component))
               (alias outer 1 6 (core type))
               (alias outer 1 7 (core module))))"""
    )
    assert found[:4] == [
        t.AliasExport(t.Sort.FUNC, 0, "f", 0),
        t.AliasExport(core.Sort.MODULE, 1, "m", 0),
        t.AliasCoreExport(core.Sort.MEMORY, 2, "memory", 0),
        t.AliasCoreExport(core.Sort.TAG, 3, "e", 0),
    ]
    assert found[4].component.definitions == (
        t.AliasOuter(t.Sort.TYPE, 1, 4, 0),
        t.AliasOuter(t.Sort.COMPONENT, 1, 5, 0),
        t.AliasOuter(core.Sort.TYPE, 1, 6, 0),
        t.AliasOuter(core.Sort.MODULE, 1, 7, 0),
    )


def test_instances():
    found = definitions(
        """(component
             (core instance (export "f" (func 1)) (export "t" (table 2)) (export "g" (global 3)))
             (core instance (instantiate 4 (with "env" (instance 0))))
             (instance (export "f" (func 5)) (export "t" (type 6)))
             (instance (instantiate 7 (with "a" (instance 0)) (with "m" (core module 8)))))"""
    )
    assert found == [
        t.CoreInlineExports(
            (
                t.CoreInlineExport("f", t.SortIndex(core.Sort.FUNC, 1)),
                t.CoreInlineExport("t", t.SortIndex(core.Sort.TABLE, 2)),
                t.CoreInlineExport("g", t.SortIndex(core.Sort.GLOBAL, 3)),
            ),
            0,
        ),
        t.CoreInstantiate(4, (t.CoreArg("env", 0),), 0),
        t.InlineExports(
            (
                t.InlineExport(t.ExternName("f"), t.SortIndex(t.Sort.FUNC, 5)),
                t.InlineExport(t.ExternName("t"), t.SortIndex(t.Sort.TYPE, 6)),
            ),
            0,
        ),
        t.Instantiate(
            7,
            (t.Arg("a", t.SortIndex(t.Sort.INSTANCE, 0)), t.Arg("m", t.SortIndex(core.Sort.MODULE, 8))),
            0,
        ),
    ]


def test_start_and_values():
    data = raw.component(
        raw.section(12, raw.vec(b"\x73\x03\x02hi", b"\x7d\x01\x07")),
        raw.section(9, b"\x04" + raw.vec(b"\x00", b"\x01") + b"\x02"),
    )
    text, number, start = binary.read(data).definitions
    assert isinstance(text, t.Value)
    assert isinstance(number, t.Value)
    assert (text.type, bytes(text.data)) == (STRING, b"\x02hi")
    assert (number.type, bytes(number.data)) == (U8, b"\x07")
    assert bare(start) == t.Start(4, (0, 1), 2, 0)


# ---- canonical definitions --------------------------------------------------------------------------------------


def test_lift_lower_and_resources():
    found = definitions(
        """(component
             (type (func))
             (func (type 0) (canon lift (core func 1) string-encoding=utf16 (memory (core memory 2))
                                        (realloc (core func 3)) (post-return (core func 4))))
             (core func (canon lower (func 5) async string-encoding=latin1+utf16 (memory (core memory 6))))
             (func (type 0) (canon lift (core func 7) async (callback (core func 8))))
             (core func (canon lower (func 9) string-encoding=utf8 gc (core-type 10)))
             (core func (canon resource.new 11))
             (core func (canon resource.drop 12))
             (core func (canon resource.rep 13)))"""
    )
    utf16 = t.CanonOptions(t.StringEncoding.UTF16, memory=2, realloc=3, post_return=4)
    assert found[1:] == [
        t.CanonLift(1, utf16, 0, 0),
        t.CanonLower(5, t.CanonOptions(t.StringEncoding.COMPACT, memory=6, is_async=True), 0),
        t.CanonLift(7, t.CanonOptions(is_async=True, callback=8), 0, 0),
        t.CanonLower(9, t.CanonOptions(t.StringEncoding.UTF8, core_type=10, gc=True), 0),
        t.CanonResource(t.ResourceOp.NEW, 11, 0),
        t.CanonResource(t.ResourceOp.DROP, 12, 0),
        t.CanonResource(t.ResourceOp.REP, 13, 0),
    ]


NO_OPTIONS, MEMORY_1 = b"\x00", b"\x01\x03\x01"

BUILTINS: list[tuple[bytes, str, tuple[object, ...], int | None]] = [
    (b"\x05", "task.cancel", (), None),
    (b"\x06\x00", "subtask.cancel", (False,), None),
    (b"\x06\x01", "subtask.cancel", (True,), None),
    (b"\x08", "backpressure.set", (), None),
    (b"\x09\x00\x73" + MEMORY_1, "task.return", (STRING,), 1),
    (b"\x09\x01\x00" + NO_OPTIONS, "task.return", (None,), None),
    (b"\x0a\x7f\x00", "context.get", ("i32", 0), None),
    (b"\x0b\x7e\x01", "context.set", ("i64", 1), None),
    (b"\x0c\x00", "thread.yield", (False,), None),
    (b"\x0d", "subtask.drop", (), None),
    (b"\x0e\x03", "stream.new", (3,), None),
    (b"\x0f\x03" + MEMORY_1, "stream.read", (3,), 1),
    (b"\x10\x03" + MEMORY_1, "stream.write", (3,), 1),
    (b"\x11\x03\x01", "stream.cancel-read", (3, True), None),
    (b"\x12\x03\x00", "stream.cancel-write", (3, False), None),
    (b"\x13\x03", "stream.drop-readable", (3,), None),
    (b"\x14\x03", "stream.drop-writable", (3,), None),
    (b"\x15\x03", "future.new", (3,), None),
    (b"\x16\x03" + MEMORY_1, "future.read", (3,), 1),
    (b"\x17\x03" + MEMORY_1, "future.write", (3,), 1),
    (b"\x18\x03\x01", "future.cancel-read", (3, True), None),
    (b"\x19\x03\x00", "future.cancel-write", (3, False), None),
    (b"\x1a\x03", "future.drop-readable", (3,), None),
    (b"\x1b\x03", "future.drop-writable", (3,), None),
    (b"\x1c" + MEMORY_1, "error-context.new", (), 1),
    (b"\x1d" + MEMORY_1, "error-context.debug-message", (), 1),
    (b"\x1e", "error-context.drop", (), None),
    (b"\x1f", "waitable-set.new", (), None),
    (b"\x20\x00\x02", "waitable-set.wait", (False, 2), None),
    (b"\x21\x00\x02", "waitable-set.poll", (False, 2), None),
    (b"\x22", "waitable-set.drop", (), None),
    (b"\x23", "waitable.join", (), None),
    (b"\x24", "backpressure.inc", (), None),
    (b"\x25", "backpressure.dec", (), None),
    (b"\x26", "thread.index", (), None),
    (b"\x27\x04\x05", "thread.new-indirect", (4, 5), None),
    (b"\x28", "thread.resume-later", (), None),
    (b"\x29\x00", "thread.suspend", (False,), None),
    (b"\x2a\x00", "thread.suspend-then-resume", (False,), None),
    (b"\x2b\x00", "thread.yield-then-resume", (False,), None),
    (b"\x2c\x00", "thread.suspend-then-promote", (False,), None),
    (b"\x2d\x00", "thread.yield-then-promote", (False,), None),
    (b"\x2e\x03", "stream.forward", (3,), None),
    (b"\x2f\x03", "future.forward", (3,), None),
    (b"\x40\x01\x04", "thread.spawn-ref", (True, 4), None),
    (b"\x41\x01\x04\x05", "thread.spawn-indirect", (True, 4, 5), None),
    (b"\x42\x01", "thread.available-parallelism", (True,), None),
]


@pytest.mark.parametrize(("code", "name", "immediates", "memory"), BUILTINS, ids=[row[0].hex() for row in BUILTINS])
def test_builtins(code: bytes, name: str, immediates: tuple[object, ...], memory: int | None):
    """Between two others, so that one which reads too far or too little is noticed."""
    data = raw.component(raw.section(8, raw.vec(b"\x1f", code, b"\x22")))
    before, found, after = binary.read(data).definitions
    options = t.CanonOptions(memory=memory) if memory is not None else t.NO_OPTIONS
    assert found == t.CanonBuiltin(name, immediates, options, 12)  # type: ignore[arg-type]
    assert bare(before) == t.CanonBuiltin("waitable-set.new", (), t.NO_OPTIONS, 0)
    assert bare(after) == t.CanonBuiltin("waitable-set.drop", (), t.NO_OPTIONS, 0)


def test_builtins_that_the_engine_assembles():
    found = definitions(
        """(component
             (core func (canon task.return (result u8) (memory (core memory 0))))
             (core func (canon context.get i32 0))
             (core func (canon thread.yield))
             (core func (canon subtask.cancel async))
             (core func (canon stream.cancel-read 1 async))
             (core func (canon future.write 2 async (memory (core memory 3))))
             (core func (canon waitable-set.wait (memory (core memory 4))))
             (core func (canon error-context.new (memory (core memory 5))))
             (core func (canon thread.new-indirect 6 (core table 7))))"""
    )
    assert [(it.name, it.immediates) for it in found] == [
        ("task.return", (U8,)),
        ("context.get", ("i32", 0)),
        ("thread.yield", (False,)),
        ("subtask.cancel", (True,)),
        ("stream.cancel-read", (1, True)),
        ("future.write", (2,)),
        ("waitable-set.wait", (False, 4)),
        ("error-context.new", ()),
        ("thread.new-indirect", (6, 7)),
    ]


# ---- where specification and tools differ -----------------------------------------------------------------------


def test_spawn_without_shared_flag_as_tools_write_it():
    found = definitions("(component (core func (canon thread.spawn-ref 1)) (core func (canon thread.index)))")
    assert found == [
        t.CanonBuiltin("thread.spawn-ref", (False, 1), t.NO_OPTIONS, 0),
        t.CanonBuiltin("thread.index", (), t.NO_OPTIONS, 0),
    ]


def test_value_imports_of_the_specification_and_of_the_tools():
    (by_tools,) = definitions('(component (import "v" (value string)))')
    assert by_tools.type == t.ValueExtern(STRING, None)
    bounds = raw.vec(b"\0" + raw.name("a") + b"\2\1\x73", b"\0" + raw.name("b") + b"\2\0\0")
    specified, equal = binary.read(raw.component(raw.section(10, bounds))).definitions
    assert isinstance(specified, t.Import)
    assert isinstance(equal, t.Import)
    assert specified.type == t.ValueExtern(STRING, None)
    assert equal.type == t.ValueExtern(None, 0)
