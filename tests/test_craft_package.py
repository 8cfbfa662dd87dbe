"""Packages of WIT as binaries, and back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st
from wasmtime import component as native

from tests.support import raw
from tests.support.wat import assemble
from tests.support.wit import read, sound
from tests.support.wit_drawn import Drawer
from witcraft import api, binary
from witcraft.craft.decode import decode
from witcraft.craft.embed import embed
from witcraft.craft.metadata import embedded, metadata
from witcraft.craft.package import package_component
from witcraft.encode import encode
from witcraft.errors import ComponentError, EmitError, UnsupportedError
from witcraft.model.gates import Stability
from witcraft.model.package import Package, Packages
from witcraft.model.types import Own, TypeDef
from witcraft.model.version import Version
from witcraft.model.world import Function, Interface, NamedResource
from witcraft.resolve.wit.read import read_text


def through_binary(text: str) -> Packages:
    return decode(package_component(read_text(text, features=["*"])))


# ---- what holds of all packages ---------------------------------------------------------------------------------


@sound
def test_text_to_binary_to_text(path: Path):
    """Of the root package everything, of others the types that it uses."""
    packages = read(path)
    data = package_component(packages)
    again = decode(data)
    assert api.wit_text(Packages((again.root,), again.root)) == api.wit_text(Packages((packages.root,), packages.root))
    assert package_component(again) == data


@sound
def test_every_package_of_a_directory_can_be_the_one(path: Path):
    packages = read(path)
    for package in packages:
        again = decode(package_component(packages, package))
        assert again.root.name == package.name
        assert [it.name for it in again.root.interfaces] == [it.name for it in package.interfaces]


@sound
def test_binaries_are_valid(path: Path):
    api.validate(package_component(read(path)), features="all")


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_drawn_packages(random: Random):
    packages = read_text(Drawer(random).text(), features=["*"])
    data = package_component(packages)
    again = decode(data)
    assert api.wit_text(Packages((again.root,), again.root)) == api.wit_text(Packages((packages.root,), packages.root))
    assert package_component(again) == data


def test_the_engine_takes_a_package():
    text = """package a:b@1.0.0;
        interface i { resource r { m: func() -> list<u8>; } type l = list<string>; f: func(l: l) -> option<r>; }
        world w { import i; export i; export g: func(x: tuple<u8, char>); }"""
    native.Component(wasmtime.Engine(), package_component(read_text(text)))


# ---- names ------------------------------------------------------------------------------------------------------


def test_chains_of_use_stay():
    found = through_binary("""package a:b;
        interface one { record t { x: u8 } resource r; }
        interface two { use one.{t, r}; }
        interface three { use two.{t as u, r as s}; type v = u; f: func(u: u, s: s) -> v; }""").root
    one, two, three = found.interfaces
    u, s, v = three.types
    assert isinstance(u, TypeDef)
    assert isinstance(s, NamedResource)
    assert isinstance(v, TypeDef)
    assert (u.name, u.type) == ("u", two.types[0])
    assert (s.name, s.of) == ("s", two.types[1])
    assert v.type is u
    assert isinstance(two.types[0], TypeDef)
    assert two.types[0].type is one.types[0]


def test_an_alias_of_a_resource_keeps_its_name_in_signatures():
    found = through_binary("package a:b; interface i { resource r; type s = r; f: func() -> s; g: func() -> r; }").root
    f, g = found.interfaces[0].functions
    r = found.interfaces[0].types[0]
    assert isinstance(r, NamedResource)
    assert f.result is Own(r.resource, "s")
    assert g.result is Own(r.resource)


def test_one_interface_is_one_object():
    found = through_binary("""package a:b;
        interface i { type t = u8; }
        interface j { use i.{t}; f: func(t: t); }
        world w { import j; export i; }
        world v { import i; }""").root
    w, v = found.worlds
    i, j = found.interfaces
    assert [id(item) for item in (*w.imports, *w.exports, *v.imports)] == [id(i), id(j), id(i), id(i)]


def test_versions_and_packages_beside_each_other():
    text = """package a:b;
        world w { import c:d/i@1.0.0; import c:d/i@2.0.0-rc.1; import c:e/i; }
        package c:d@1.0.0 { interface i { type t = u8; } }
        package c:d@2.0.0-rc.1 { interface i { type t = u16; } }
        package c:e { interface i { use c:d/i@1.0.0.{t}; f: func() -> t; } }"""
    found = through_binary(text)
    assert sorted(str(package.name) for package in found) == ["a:b", "c:d@1.0.0", "c:d@2.0.0-rc.1", "c:e"]
    assert [it.name for it in found.root.worlds[0].imports if isinstance(it, Interface)] == [
        "c:d/i@1.0.0", "c:d/i@2.0.0-rc.1", "c:e/i",
    ]  # fmt: skip


# ---- documentation ----------------------------------------------------------------------------------------------

DOCUMENTED = Path(__file__).parent / "cases" / "embed-documented" / "input.wit"


def test_documentation_and_gates_survive():
    found = decode(package_component(read(DOCUMENTED))).root
    goods, shop = found.interfaces[0], found.worlds[0]
    kind, good = goods.types
    assert found.docs.text == "The package,\nin two lines."
    assert (goods.docs.text, goods.stability) == ("What is sold.", Stability(since=Version(1, 0, 0)))
    assert isinstance(kind, TypeDef)
    assert (kind.docs.text, dict(kind.docs.items)) == ("A kind of good.", {"food": "To eat."})
    assert isinstance(good, NamedResource)
    assert good.resource.stability == Stability(since=Version(1, 1, 0), deprecated=Version(1, 2, 0))
    assert {it.extern_name: it.docs.text for it in goods.functions if it.docs.text} == {
        "[constructor]good": "Of a kind.",
        "sell": 'Ends with "quotes" and ümlauts.',
    }
    assert shop.import_statements["shop:said/goods@1.2.0"].docs.text == "Where it comes from."
    assert shop.export_statements["shop:said/goods@1.2.0"].stability.since == Version(1, 2, 0)


def docs_section(contents: bytes) -> Packages:
    plain = package_component(read_text("package a:b; interface i { f: func(); record r { x: u8 } }"))
    return decode(plain.replace(b"\x0cpackage-docs", b"\x0cpackage-dxcs") + raw.custom("package-docs", contents))


@pytest.mark.parametrize(
    "contents",
    [
        b"", b"\x01", b"\x02{}", b"\x01[]", b"\x01nonsense", b"\x01" + b"[" * 100_000, b'\x01{"interfaces": 3}',
        b'\x01{"interfaces": {"i": {"funcs": ["f"], "types": {"r": {"items": {"x": 1}}}, "docs": {}}, "j": 1}}',
        b'\x01{"interfaces": {"i": {"stability": {"stable": {"since": "one"}}}}}', b'\x01{"docs": "\\ud800"}'[:-3] + b'}',
    ],
)  # fmt: skip
def test_documentation_that_makes_no_sense_is_passed_over(contents: bytes):
    found = docs_section(contents).root
    assert [function.docs.text for function in found.interfaces[0].functions] == [""]


def test_the_older_form_of_documentation():
    found = docs_section(b'\x00{"interfaces": {"i": {"docs": "I.", "funcs": {"f": "F."}}}}').root
    assert (found.interfaces[0].docs.text, found.interfaces[0].functions[0].docs.text) == ("I.", "F.")


# ---- the older encoding of packages -----------------------------------------------------------------------------


def test_a_package_of_one_type():
    """Once a package was one component type that exported all its interfaces and worlds."""
    found = decode(
        assemble("""(component
        (type (component
          (import "c:d/used" (instance (type u8) (export "t" (type (eq 0)))))
          (alias export 0 "t" (type))
          (type (instance (alias outer 1 1 (type)) (export "t" (type (eq 0)))))
          (export "a:b/i" (instance (type 2)))
          (type (component (type (func)) (export "run" (func (type 0)))))
          (export "a:b/w" (component (type 3)))))
        (export "a:b/wit" (type 0)))""")
    )
    assert str(found.root.name) == "a:b"
    assert [it.name for it in found.root.interfaces] == ["a:b/i"]
    assert [it.name for it in found.root.worlds] == ["w"]
    assert "use c:d/used.{t};" in api.wit_text(found)


# ---- components -------------------------------------------------------------------------------------------------


def test_a_finished_component_has_a_world():
    found = decode(
        assemble(
            """(component
        (import "a:b/types" (instance $types (export "r" (type (sub resource))) (export "n" (type (eq 1)))))
        (import "later" (core module))
        (alias export $types "r" (type $r))
        (import "f" (func $f (param "r" (own $r))))
        (export "g" (func $f)))""".replace('(export "n" (type (eq 1)))', "")
        )
    )
    assert str(found.root.name) == "root:component"
    assert api.wit_text(found).splitlines()[2:9] == [
        "world root {",
        "  import a:b/types;",
        "  use a:b/types.{r};",
        "  import f: func(r: r);",
        "",
        "  export g: func(r: r);",
        "}",
    ]


def test_what_no_text_can_say_is_refused():
    instance = '(instance (export "inner" (instance)))'
    with pytest.raises(UnsupportedError, match="inner.*no WIT can say"):
        decode(assemble(f'(component (import "a:b/c" {instance}))'))
    with pytest.raises(UnsupportedError, match="nothing that WIT can say"):
        decode(assemble(f'(component (type (component (export "a:b/c" {instance}))) (export "c" (type 0)))'))
    with pytest.raises(UnsupportedError, match="no component type"):
        decode(assemble('(component (type u8) (export "c" (type 0)))'))


def test_an_invalid_package_is_refused_with_its_place():
    with pytest.raises(ComponentError, match="type 7 is unknown") as caught:
        decode(assemble('(component (type (component (type (list 7)))) (export "c" (type 0)))'))
    assert caught.value.offset is not None


def test_a_package_without_what_it_uses_is_refused():
    packages = read_text("package a:b; interface i { type t = u8; } interface j { use i.{t}; }")
    half = Package(packages.root.name, packages.root.interfaces[1:])
    with pytest.raises(EmitError, match="a:b/i is used"):
        package_component(Packages((half,), half))


def test_attributes_of_names_survive():
    """Types that have them are mentioned as what they are."""
    text = """package a:b;
        interface i { @external-id("r") record r { x: u8 } @external-id("f") f: func(r: r); @external-id("s") resource s; }
        world w { @external-id("i") import i; @external-id("t") record t { x: u8 } @external-id("q") resource q;
                  import other: i; @external-id("g") import g: func(t: t, q: q); }"""
    found = through_binary(text)
    assert api.wit_text(found) == api.wit_text(read_text(text))
    world = found.root.worlds[0]
    t = next(item for item in world.imports if isinstance(item, TypeDef))
    g = next(item for item in world.imports if isinstance(item, Function))
    assert (t.external_id, g.external_id) == ("t", "g")
    assert g.params[0].type is t


def test_attributes_of_names_of_a_component():
    name = b"\x02" + raw.name("t") + raw.vec(b"\x02" + raw.name("an id")) + b"\x03\x00\x00"
    func = b"\x00" + raw.name("f") + b"\x01\x02"
    data = raw.component(
        raw.section(7, raw.vec(b"\x6d" + raw.vec(raw.name("a")))), raw.section(10, raw.vec(name)),
        raw.section(7, raw.vec(b"\x40" + raw.vec(raw.name("x") + b"\x01") + b"\x01\x00")), raw.section(10, raw.vec(func)),
    )  # fmt: skip
    t, f = decode(data).root.worlds[0].imports
    assert isinstance(t, TypeDef)
    assert isinstance(f, Function)
    assert t.external_id == "an id"
    assert f.params[0].type is t


# ---- suites of others --------------------------------------------------------------------------------------------

VECTORS = Path(os.environ.get("WITCRAFT_VECTORS", "none"))
SUITE = VECTORS / "wasm-tools" / "crates" / "wit-component" / "tests" / "interfaces"
WASI = sorted((VECTORS / "wasi").glob("*"))


def without_producers(data: bytes) -> bytes:
    found = binary.read(data)
    return encode(replace(found, customs=tuple([it for it in found.customs if it.name != "producers"])))


@pytest.mark.parametrize(
    "input_", [*SUITE.glob("*.wit"), *filter(Path.is_dir, SUITE.glob("*"))], ids=lambda it: it.name
)
def test_suite(input_: Path):
    """The same bytes as recorded; and printed, encoded, decoded, all the same again."""
    packages = api.wit(input_)
    data = package_component(packages)
    assert without_producers(data) == without_producers(assemble(input_.with_suffix(".wat").read_text()))
    again = decode(data)
    recorded = input_ / f"{packages.root.name.name}.wit.print" if input_.is_dir() else input_.with_suffix(".wit.print")
    for found in (packages, again):
        assert api.wit_text(Packages((found.root,), found.root)).strip() == recorded.read_text().strip()
    assert package_component(again) == data


@pytest.mark.parametrize("folder", WASI, ids=lambda it: it.name)
def test_wasi(folder: Path):
    """Every package, text to binary to text; every world, embedded and read again."""
    packages = api.wit(folder)
    for package in packages:
        data = package_component(packages, package)
        again = decode(data)
        assert api.wit_text(Packages((again.root,), again.root)) == api.wit_text(Packages((package,), package))
        assert package_component(again) == data
        for world in package.worlds:
            found = embedded(binary.read_module(embed(raw.module(), world)))
            assert found is not None
            assert metadata(found.world) == metadata(world)
