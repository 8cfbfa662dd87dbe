"""Trees to bytes: what ``binary`` reads, ``encode`` writes, to the byte where the input is canonical."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wasmtime
from hypothesis import given
from hypothesis import strategies as st

from tests.guests.build import RECIPES
from tests.support import raw
from tests.support.wat import assemble, components
from tests.test_binary import BUILTINS, CORE_TYPES, PRIMITIVES, TYPES
from witcraft import binary
from witcraft.component import tree as t
from witcraft.core import tree as core
from witcraft.encode import encode
from witcraft.errors import ComponentError

TESTS = Path(__file__).parent


def content(noun: Any) -> Any:
    """The noun without offsets and views, by which two readings of the same component may differ."""
    if isinstance(noun, tuple):
        return tuple(content(item) for item in noun)
    if not dataclasses.is_dataclass(noun) or isinstance(noun, type):
        return noun
    kept = {f.name: getattr(noun, f.name) for f in dataclasses.fields(noun) if f.name != "offset"}
    if isinstance(noun, t.Component):
        del kept["data"]
    if isinstance(noun, core.Custom | core.Module | t.Value):
        kept["data"] = bytes(kept["data"])
    return type(noun), tuple((name, content(value)) for name, value in kept.items())


def check_same_bytes(data: bytes) -> None:
    assert encode(binary.read(data)) == data


def check_same_tree(data: bytes) -> bool:
    """Encoding gives what reads as the same tree, and encodes to itself; true if the bytes were the same at once."""
    found = binary.read(data)
    again = encode(found)
    if again != data:
        read_again = binary.read(again)
        assert content(read_again) == content(found)
        assert encode(read_again) == again
    return again == data


# ---- every form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRIMITIVES)
def test_primitive_types(name: str):
    check_same_bytes(assemble(f"(component (type {name}) (type (list {name})))"))


@pytest.mark.parametrize("text", [text for text, _ in TYPES])
def test_types(text: str):
    check_same_bytes(assemble(f"(component (type {text}))"))


@pytest.mark.parametrize("text", [text for text, _ in CORE_TYPES])
def test_core_types(text: str):
    check_same_bytes(assemble(f"(component (core type {text}))"))


@pytest.mark.parametrize(
    "text",
    [
        "(core rec (type (sub (func (param (ref null 1))))) (type (struct (field i32))) (type (func)))",
        "(core type (sub (func))) (core type (sub final 0 (func))) (core type (sub 0 (func)))",
        "(core type (module (type (func)) (rec (type (sub (func))) (type (array i8))) (type (sub 1 (func)))))",
    ],
)
def test_core_types_in_groups(text: str):
    check_same_bytes(assemble(f"(component {text})"))


def test_groups_inside_a_component_type():
    func, group = b"\x60\x00\x00", b"\x4e" + raw.vec(b"\x60\x00\x00", b"\x50\x00\x60\x00\x00")
    inner = b"\x41" + raw.vec(b"\x00" + group, b"\x01\x73", b"\x00" + func)
    check_same_bytes(raw.component(raw.section(7, raw.vec(inner))))


@pytest.mark.parametrize("code", [row[0] for row in BUILTINS], ids=lambda code: code.hex())
def test_builtins(code: bytes):
    check_same_bytes(raw.component(raw.section(8, raw.vec(b"\x1f", code, b"\x22"))))


def test_every_option():
    check_same_bytes(
        assemble(
            """(component
                 (type (func))
                 (func (type 0) (canon lift (core func 1) (memory (core memory 2)) (realloc (core func 300))
                                            string-encoding=utf16 async (callback (core func 5))))
                 (func (type 0) (canon lift (core func 1) string-encoding=utf8 (post-return (core func 4))))
                 (core func (canon lower (func 5) string-encoding=latin1+utf16 (core-type 10) gc))
                 (core func (canon resource.new 0))
                 (core func (canon resource.drop 12))
                 (core func (canon resource.rep 13)))"""
        )
    )


def test_name_attributes():
    attributes = raw.vec(b"\x00" + raw.name("a:b/c"), b"\x01" + raw.name(".1"), b"\x02" + raw.name("an id"))
    plain, full = b"\x00" + raw.name("x") + b"\x01\x00", b"\x02" + raw.name("y") + attributes + b"\x01\x00"
    check_same_bytes(raw.component(raw.section(10, raw.vec(plain, full))))


def test_resource_types_of_both_forms():
    """The older form has an asynchronous destructor."""
    types = raw.vec(b"\x3f\x7f\x00", b"\x3f\x7e\x01\x05", b"\x3e\x7f\x05\x00", b"\x3e\x7f\x05\x01\x06")
    check_same_bytes(raw.component(raw.section(7, types)))


def test_start_and_values():
    value = raw.section(12, raw.vec(b"\x73\x03\x02hi", b"\x7d\x01\x07"))
    start = raw.section(9, b"\x04" + raw.vec(b"\x00", b"\x01") + b"\x02")
    bounds = raw.vec(b"\x00" + raw.name("v") + b"\x02\x00\x01", b"\x00" + raw.name("w") + b"\x02\x01\x73")
    check_same_bytes(raw.component(value, start, start, raw.section(10, bounds)))


def test_module_types():
    check_same_bytes(
        assemble(
            """(component
                 (core type (func (param i32)))
                 (core type (module
                   (alias outer 1 0 (type))
                   (type (func (result v128)))
                   (import "a" "f" (func (type 0)))
                   (import "a" "t" (table 1 2 (ref null 1)))
                   (import "a" "m" (memory i64 1 5 shared))
                   (import "a" "g" (global (mut externref)))
                   (import "a" "e" (tag (type 0)))
                   (export "p" (memory 0 (pagesize 1)))
                   (export "f" (func (type 1))))))"""
        )
    )


# ---- sections ---------------------------------------------------------------------------------------------------


def test_custom_sections_stay_where_they_are():
    before, between, after = (raw.custom(name, b"text") for name in ("before", "between", "after"))
    first, second = raw.section(7, raw.vec(b"\x73")), raw.section(7, raw.vec(b"\x7d"))
    check_same_bytes(raw.component(before, first, between, second, after, after))


def test_sections_of_one_kind_become_one_and_empty_ones_none():
    types = [raw.section(7, raw.vec(*parts)) for parts in ([b"\x73"], [], [b"\x7d", b"\x7f"])]
    expected = raw.component(raw.section(7, raw.vec(b"\x73", b"\x7d", b"\x7f")))
    assert encode(binary.read(raw.component(*types))) == expected


def test_every_module_and_component_has_a_section_of_its_own():
    check_same_bytes(
        raw.component(
            raw.section(1, raw.module()),
            raw.section(1, raw.module()),
            raw.section(4, raw.component()),
            raw.section(4, raw.component(raw.section(1, raw.module(raw.custom("x", b"y" * 300))))),
        )
    )


def test_integers_get_as_short_as_they_can_be():
    long = raw.component(raw.section(7, b"\x81\x00\x70\x85\x80\x00"))
    assert encode(binary.read(long)) == raw.component(raw.section(7, raw.vec(b"\x70\x05")))


# ---- trees that were not read -----------------------------------------------------------------------------------

labels = st.text(st.characters(codec="utf-8"), max_size=200)
references = st.integers(0, 2**32 - 1) | st.sampled_from([t.PrimType(name) for name in PRIMITIVES])
optional = st.none() | references
types = st.one_of(
    st.lists(st.builds(t.FieldType, labels, references)).map(tuple).map(t.RecordType),
    st.lists(st.builds(t.CaseType, labels, optional)).map(tuple).map(t.VariantType),
    st.lists(references).map(tuple).map(t.TupleType),
    st.lists(labels).map(tuple).map(t.FlagsType),
    st.builds(t.ResultType, optional, optional),
    st.builds(t.MapType, references, references),
    st.builds(t.FixedListType, references, st.integers(0, 2**32 - 1)),
    st.builds(t.FutureType, optional),
    st.builds(t.FuncType, st.lists(st.builds(t.FieldType, labels, references)).map(tuple), optional, st.booleans()),
)
names = st.builds(t.ExternName, labels, *[st.none() | labels] * 3)
indices = st.integers(0, 2**32 - 1)
externs = st.one_of(
    *[st.builds(noun, indices) for noun in (t.FuncExtern, t.InstanceExtern, t.ComponentExtern, t.ModuleExtern)],
    st.builds(t.TypeExtern, st.builds(t.TypeEq, indices) | st.just(t.SubResource())),
)
definitions = st.one_of(
    st.builds(t.TypeDef, types, st.just(0)),
    st.builds(t.Import, names, externs, st.just(0)),
    st.builds(t.AliasOuter, st.just(t.Sort.TYPE), indices, indices, st.just(0)),
    st.builds(
        t.Export, names, st.builds(t.SortIndex, st.sampled_from(t.Sort), indices), st.none() | externs, st.just(0)
    ),
)


@given(st.lists(definitions).map(tuple))
def test_any_definitions(found: tuple[t.Definition, ...]):
    data = encode(t.Component(memoryview(b""), 0, found, ()))
    assert content(binary.read(data).definitions) == content(found)


# ---- components of all kinds ------------------------------------------------------------------------------------


def assembled(script: Path) -> Iterator[bytes]:
    """What stands in a script or a text, as far as it can be read alone."""
    texts = components(script.read_text()) if script.suffix == ".wast" else iter([script.read_text()])
    for text in texts:
        try:
            data = assemble(text)
            binary.read(data)
        except (wasmtime.WasmtimeError, ComponentError):
            continue
        yield data


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.wa*t")), ids=lambda path: str(path.relative_to(TESTS)))
def test_components_of_the_other_tests(path: Path):
    for data in assembled(path):
        check_same_tree(data)


@pytest.mark.guest
@pytest.mark.parametrize("name", RECIPES)
def test_guests(name: str, guest: Any):
    """Other tools write canonical binaries: each comes out as it was, 18 MB too."""
    check_same_bytes(guest(name).read_bytes())


@pytest.mark.skipif("WITCRAFT_VECTORS" not in os.environ, reason="WITCRAFT_VECTORS is not set")
def test_components_of_other_suites():
    files = [
        *Path(os.environ["WITCRAFT_VECTORS"]).rglob("*.wast"),
        *Path(os.environ["WITCRAFT_VECTORS"]).rglob("*.wat"),
    ]
    alike = [check_same_tree(data) for file in files for data in assembled(file) if data[4:8] == raw.COMPONENT[4:]]
    assert sum(alike) > 1500
