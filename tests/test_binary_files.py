"""Whole files: core modules, nesting, offsets, views, names, and what other tools wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import wasmtime

from tests.guests.build import RECIPES, MissingTool, guest
from tests.support import raw
from tests.support.wat import assemble, components
from witcraft import binary
from witcraft.component import tree as t
from witcraft.component.show import show, to_json
from witcraft.core import tree as core
from witcraft.errors import ComponentError


def read(text: str) -> t.Component:
    return binary.read(assemble(text))


# ---- core modules -----------------------------------------------------------------------------------------------

MODULE = """(module $m
  (type $f (func (param i32) (result i64)))
  (import "env" "f" (func $imported (type $f)))
  (import "env" "m" (memory 1 2))
  (import "env" "g" (global $g i32))
  (func $own (export "own") (param f32))
  (func (export "typed") (type $f) (i64.const 1))
  (table (export "t") 3 funcref)
  (table (export "filled") 1 (ref null 0) (ref.func $own))
  (memory (export "own-memory") i64 5)
  (memory (export "m2") 1 1 shared)
  (global (export "sum") (mut i32) (i32.add (global.get $g) (i32.const -70000)))
  (global (export "long") i64 (i64.const -0x7fffffffffffffff))
  (global (export "float") f32 (f32.const 1))
  (global (export "double") f64 (f64.const 1))
  (global (export "vector") v128 (v128.const i64x2 1 2))
  (global (export "null") (ref null any) (ref.null any))
  (global (export "i31") (ref i31) (ref.i31 (i32.const 1)))
  (global (export "array") (ref null array) (array.new_fixed 3 2 (i32.const 1) (i32.const 2)))
  (type (func (param i64)))
  (type (array i8))
  (tag (export "e") (type $f))
  (export "again" (func $imported))
  (elem (table 0) (i32.const 0) func $own)
  (data (memory 1) (i64.const 0) "abc")
  (@custom "extra" "payload"))"""


def limits(low: int, high: int | None = None, is64: bool = False, shared: bool = False) -> core.Limits:
    return core.Limits(low, high, is64, shared)


def test_core_module():
    found = binary.read_module(assemble(MODULE))
    f = core.FuncType(("i32",), ("i64",))
    assert found.name == "m"
    assert found.types[0] == f
    assert [(i.module, i.name, i.type) for i in found.imports] == [
        ("env", "f", f),
        ("env", "m", core.MemoryType(limits(1, 2))),
        ("env", "g", core.GlobalType("i32", mutable=False)),
    ]
    assert {e.name: e.type for e in found.exports} == {
        "own": core.FuncType(("f32",), ()),
        "typed": f,
        "t": core.TableType("funcref", limits(3)),
        "filled": core.TableType("(ref null 0)", limits(1)),
        "own-memory": core.MemoryType(limits(5, is64=True)),
        "m2": core.MemoryType(limits(1, 1, shared=True)),
        "sum": core.GlobalType("i32", mutable=True),
        "long": core.GlobalType("i64", mutable=False),
        "float": core.GlobalType("f32", mutable=False),
        "double": core.GlobalType("f64", mutable=False),
        "vector": core.GlobalType("v128", mutable=False),
        "null": core.GlobalType("anyref", mutable=False),
        "i31": core.GlobalType("(ref i31)", mutable=False),
        "array": core.GlobalType("arrayref", mutable=False),
        "e": core.TagType(f),
        "again": f,
    }
    assert found.memories == (
        core.MemoryType(limits(1, 2)),
        core.MemoryType(limits(5, is64=True)),
        core.MemoryType(limits(1, 1, shared=True)),
    )
    assert [(c.name, bytes(c.data)) for c in found.customs if c.name == "extra"] == [("extra", b"payload")]


def test_grouped_imports():
    """The proposal "compact import section": one module's name for many imports."""
    types = raw.section(1, raw.vec(b"\x60\x00\x00"))
    mixed = raw.name("a") + raw.name("") + b"\x7f" + raw.vec(raw.name("f") + b"\0\0", raw.name("g") + b"\3\x7f\0")
    alike = raw.name("b") + raw.name("") + b"\x7e" + b"\0\0" + raw.vec(raw.name("h"), raw.name("i"))
    exports = raw.section(7, raw.vec(raw.name("x") + b"\0\2"))
    found = binary.read_module(raw.module(types, raw.section(2, raw.vec(mixed, alike)), exports))
    f, g = core.FuncType((), ()), core.GlobalType("i32", mutable=False)
    assert [(i.module, i.name, i.type) for i in found.imports] == [
        ("a", "f", f),
        ("a", "g", g),
        ("b", "h", f),
        ("b", "i", f),
    ]
    assert found.exports[0].type == f


# ---- nesting, offsets, views ------------------------------------------------------------------------------------

NESTED = """(component $outer
  (core module $a (func (export "f")))
  (component $inner
    (core module $b (memory (export "m") 1))
    (type (list u8))
    (component $innermost (type string)))
  (@custom "note" "text"))"""


def test_nesting():
    found = read(NESTED)
    assert found.name == "outer"
    module, inner = found.definitions
    assert isinstance(module, t.CoreModule)
    assert isinstance(inner, t.NestedComponent)
    assert inner.component.name == "inner"
    assert [type(d) for d in inner.component.definitions] == [t.CoreModule, t.TypeDef, t.NestedComponent]


def test_offsets_count_from_the_outermost_file():
    data = assemble(NESTED)
    module, inner = binary.read(data).definitions
    assert isinstance(module, t.CoreModule)
    assert isinstance(inner, t.NestedComponent)
    assert data[module.offset :].startswith(raw.MODULE)
    assert data[inner.offset :].startswith(raw.COMPONENT)
    deep, listed, innermost = inner.component.definitions
    assert isinstance(deep, t.CoreModule)
    assert isinstance(innermost, t.NestedComponent)
    assert data[deep.offset :].startswith(raw.MODULE)
    assert data[deep.module.exports[0].offset :].startswith(b"\x01m\x02\x00")
    assert data[listed.offset :].startswith(b"\x70\x7d")
    assert data[innermost.component.definitions[0].offset] == 0x73


def test_modules_and_custom_sections_are_views():
    data = assemble(NESTED)
    found = binary.read(data)
    module = found.definitions[0]
    assert isinstance(module, t.CoreModule)
    note = next(c for c in found.customs if c.name == "note")
    assert note.data.obj is data
    assert module.module.data.obj is data
    assert found.data.obj is data
    assert data[note.offset : note.offset + 4] == b"text"
    assert bytes(module.module.data) == data[module.offset : module.offset + len(module.module.data)]


def test_reads_views_as_well_as_bytes():
    data = assemble(NESTED)
    padded = memoryview(b"before" + data + b"after")[6:-5]
    assert binary.read(padded) == binary.read(data)


# ---- names and producers ----------------------------------------------------------------------------------------


def test_producers():
    fields = raw.vec(
        raw.name("language") + raw.vec(raw.name("Rust") + raw.name("1.80")),
        raw.name("processed-by") + raw.vec(raw.name("a") + raw.name("1"), raw.name("b") + raw.name("")),
    )
    expected = (
        core.Producer("language", "Rust", "1.80"),
        core.Producer("processed-by", "a", "1"),
        core.Producer("processed-by", "b", ""),
    )
    inner = raw.module(raw.custom("producers", fields))
    found = binary.read(raw.component(raw.section(1, inner), raw.custom("producers", fields)))
    module = found.definitions[0]
    assert isinstance(module, t.CoreModule)
    assert found.producers == module.module.producers == expected


def test_item_names():
    found = read('(component (core module $m) (type $t string) (import "f" (func $f (type 0))))')
    assert set(binary.item_names(found)) == {
        t.ItemName(core.Sort.MODULE, 0, "m"),
        t.ItemName(t.Sort.TYPE, 0, "t"),
        t.ItemName(t.Sort.FUNC, 0, "f"),
    }


@pytest.mark.parametrize("title", ["component-name", "producers"])
@pytest.mark.parametrize("contents", [b"", b"\xff", b"\x00\x05\x01", b"\x00\x03\x02\xff\xff", b"\x01\x02\x99\x00"])
def test_damaged_names_and_producers_are_left_out(title: str, contents: bytes):
    """The specification: engines should not reject components for them."""
    found = binary.read(raw.component(raw.custom(title, contents)))
    assert (found.name, found.producers, binary.item_names(found)) == (None, (), ())
    assert bytes(found.customs[0].data) == contents


# ---- components of others ---------------------------------------------------------------------------------------


def every_component(component: t.Component) -> list[t.Component]:
    nested = [d.component for d in component.definitions if isinstance(d, t.NestedComponent)]
    return [component] + [deep for it in nested for deep in every_component(it)]


@pytest.mark.skipif("WITCRAFT_VECTORS" not in os.environ, reason="WITCRAFT_VECTORS is not set")
def test_components_of_the_specification():
    """What its scripts define can be read, but for repeated options, which are the reader's to refuse."""
    scripts = sorted(Path(os.environ["WITCRAFT_VECTORS"], "component-model", "test").rglob("*.wast"))
    texts = [text for script in scripts for text in components(script.read_text())]
    read_, refused = 0, []
    for text in texts:
        try:
            data = assemble(text)
        except wasmtime.WasmtimeError:
            continue  # refers to a component that stands elsewhere in the script
        try:
            found = binary.read(data)
        except ComponentError as error:
            refused.append(error)
            continue
        read_ += 1
        assert show(found, binary.item_names)
        assert to_json(found)
    assert read_ > 800
    assert all("is repeated" in error.message for error in refused)


@pytest.mark.guest
@pytest.mark.parametrize("name", RECIPES)
def test_core_modules_of_other_tools_agree_with_the_engine(name: str):
    try:
        agree_with_the_engine(guest(name).read_bytes())
    except MissingTool as missing:
        pytest.skip(str(missing))


def agree_with_the_engine(data: bytes) -> None:
    """On imports and exports of each core module, but for those that take the engine long to compile."""
    engine = wasmtime.Engine()
    for module in core_modules(data):
        if len(module.data) < 100_000:
            compiled = wasmtime.Module(engine, bytes(module.data))
            assert [(i.module, i.name) for i in module.imports] == [(i.module, i.name) for i in compiled.imports]
            assert [e.name for e in module.exports] == [e.name for e in compiled.exports]
            for ours, its in zip(module.exports, compiled.exports, strict=True):
                if isinstance(its.type, wasmtime.FuncType):
                    params, results = map(str, its.type.params), map(str, its.type.results)
                    assert ours.type == core.FuncType(tuple(params), tuple(results))


def core_modules(data: bytes) -> list[core.Module]:
    found = every_component(binary.read(data))
    return [d.module for component in found for d in component.definitions if isinstance(d, t.CoreModule)]
