"""Worlds embedded in core modules: written, read, merged, and what modules import and export for them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Literal

import pytest
import wasmtime

from tests.support import raw
from tests.support.wat import assemble
from tests.support.wit import read, sound
from witcraft import api, binary
from witcraft.component.tree import StringEncoding
from witcraft.core.tree import Export, FuncType, Import, Producer
from witcraft.craft.choice import choose
from witcraft.craft.decode import decode
from witcraft.craft.dummy import dummy_module
from witcraft.craft.embed import embed
from witcraft.craft.library import MergeError
from witcraft.craft.mangling import MANGLINGS, track
from witcraft.craft.metadata import Metadata, embedded, metadata
from witcraft.craft.package import package_component
from witcraft.errors import ComponentError, EmitError, UnsupportedError, WitcraftError
from witcraft.model.package import Package, Packages
from witcraft.model.world import World, WorldItem, extern_name
from witcraft.resolve.wit.read import read_text


def world(text: str) -> World:
    return read_text(text).root.worlds[0]


def found_in(module: bytes) -> Metadata:
    found = embedded(binary.read_module(module))
    assert found is not None
    return found


def names(items: tuple[WorldItem, ...]) -> list[str]:
    return [extern_name(item) for item in items]


EMPTY = raw.module()
INSTANCE = (
    '(instance (export "r" (type (sub resource))) (type (record (field "x" (own 0)))) (export "t" (type (eq 1))))'
)
RESOURCES = """package a:b@1.2.3;
    interface i { resource r { constructor(a: string); m: func() -> string; } }
    world w { import i; export i; resource q; export many: func(a: tuple<u64, u64, u64, u64>, b: list<list<f32>, 13>); }"""
SIMPLE = "package a:b@1.0.0; world w { import f: func(a: string); export g: func() -> u8; }"


# ---- one world --------------------------------------------------------------------------------------------------


@sound
def test_worlds_come_back(path: Path):
    """Their text, and all that is said of them; interfaces of packages with what the world needs of them."""
    packages = read(path)
    for package in packages:
        for wanted in package.worlds:
            data = metadata(wanted, about=package.docs.text)
            found = found_in(raw.module(raw.custom("component-type", data)))
            assert metadata(found.world, about=found.packages.root.docs.text) == data
            assert found.packages.root.docs.text == package.docs.text
            assert world_text(found.packages.root, wanted.name) == world_text(package, wanted.name)


def world_text(package: Package, name: str) -> str:
    """Of the world alone."""
    text = api.wit_text(Packages((package,), package))
    start = text.index(f"world {name} {{")
    return text[start : text.index("\n}", start)]


@pytest.mark.parametrize("encoding", StringEncoding)
def test_encodings(encoding: StringEncoding):
    found = found_in(embed(EMPTY, world(SIMPLE), encoding))
    assert found.encodings == {("", "f"): encoding, ("", "g"): encoding}
    assert (found.world.name, found.world.package) == ("w", "a:b@1.0.0")


def test_a_module_keeps_what_it_has():
    module = assemble('(module (func (export "g") (result i32) i32.const 1) (@custom "mine" "text"))')
    made = embed(module, world(SIMPLE), made_by=[Producer("language", "Rust", "1.90"), Producer("language", "C", "23")])
    assert made.startswith(module)
    assert [custom.name for custom in binary.read_module(made).customs] == ["mine", "component-type"]
    assert [(line.field, line.name) for line in found_in(made).producers] == [
        ("processed-by", "witcraft"), ("language", "Rust"), ("language", "C"),
    ]  # fmt: skip
    wasmtime.Module(wasmtime.Engine(), made)


def test_a_component_is_refused():
    with pytest.raises(ComponentError, match="this is a component, where a core module is expected"):
        embed(raw.component(), world(SIMPLE))


def test_a_module_without_a_world():
    assert embedded(binary.read_module(EMPTY)) is None
    with pytest.raises(ComponentError, match="no world is embedded"):
        decode(EMPTY)


# ---- several ----------------------------------------------------------------------------------------------------


def several(*texts: str, encodings: tuple[StringEncoding, ...] = ()) -> Metadata:
    """Each package's first world, embedded one after the other."""
    module = EMPTY
    for at, text in enumerate(texts):
        module = embed(module, world(text), encodings[at] if encodings else StringEncoding.UTF8)
    return found_in(module)


LOG = "interface log { enum level { low, high } write: func(level: level); }"


def test_several_worlds_make_one():
    found = several(
        f"package a:b; world one {{ import log; import f: func(); export run: func(); }} {LOG}",
        f"package a:b; world two {{ import log; import g: func(); type t = u8; export log; }} {LOG}",
        "package c:d; world three { import f: func(); export extra: interface { h: func(); } }",
    )
    assert (found.world.package, found.world.name) == ("root:root", "root")
    assert sorted(names(found.world.imports)) == ["a:b/log", "f", "g", "t"]
    assert sorted(names(found.world.exports)) == ["a:b/log", "extra", "run"]
    assert names(found.packages.package(found.packages.all[0].name).interfaces) == ["a:b/log"]  # type: ignore[union-attr]
    assert read_text(api.wit_text(found.packages))


def test_parts_of_one_interface_make_it_whole():
    found = several(
        "package a:b; interface i { type t = u8; f: func(t: t); } world one { import i; }",
        "package a:b; interface i { type t = u8; record r { t: t } g: func(r: r); } world two { import i; }",
    )
    (whole,) = found.packages.all[0].interfaces
    assert [named.name for named in whole.types] == ["t", "r"]
    assert [function.name for function in whole.functions] == ["f", "g"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("import f: func();", "import f: func(a: u8);"),
        ("import f: func();", "import f: func() -> u8;"),
        ("import f: func();", "import f: interface {}"),
        ("import f: func();", "import f: async func();"),
        ("type t = u8;", "resource t;"),
        ("enum t { a, b }", "enum t { a, c }"),
        ("import i: interface { f: func(); }", "import i: interface { f: func(a: u8); }"),
    ],
)
def test_worlds_that_contradict_each_other(first: str, second: str):
    with pytest.raises(MergeError, match="here .*there"):
        several(f"package a:b; world one {{ {first} }}", f"package a:b; world two {{ {second} }}")


def test_one_function_has_strings_of_one_encoding():
    with pytest.raises(MergeError, match="function f has strings of two encodings"):
        several(SIMPLE, SIMPLE, encodings=(StringEncoding.UTF8, StringEncoding.UTF16))


# ---- what others wrote ------------------------------------------------------------------------------------------


def section(*parts: bytes) -> bytes:
    return raw.module(raw.custom("component-type:mine", raw.component(*parts)))


ENCODING = raw.custom("wit-component-encoding", b"\x04\x01")


def test_version_3():
    """An encoding, the name of the world, and a package."""
    package = package_component(read_text("package a:b; world v {} world w { export g: func(); }"))
    found = found_in(raw.module(raw.custom("component-type", b"\x03\x02" + raw.name("w") + package)))
    assert (found.world.name, names(found.world.exports)) == ("w", ["g"])
    assert found.encodings == {("", "g"): StringEncoding.COMPACT}


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "ends in the middle of its first byte"),
        (b"\x03\x07", "string encoding 0x7 is unknown"),
        (b"\x03\x00" + raw.name("x") + raw.component(), "there is no world 'x'"),
        (b"\x04", "not a WebAssembly file"),
        (raw.component(ENCODING), "one world is to be exported here, not 0"),
        (metadata(world(SIMPLE)).replace(b"\x04\x00", b"\x05\x00", 1), "unknown version"),
        (metadata(world(SIMPLE)).replace(b"\x04\x00", b"\x04\x09", 1), "string encoding 0x9 is unknown"),
        (metadata(world(SIMPLE)).replace(b"encoding", b"endocing", 1), "wit-component-encoding is not there"),
    ],
)
def test_sections_that_are_wrong(contents: bytes, message: str):
    with pytest.raises(ComponentError, match=message) as caught:
        found_in(raw.module(raw.custom("component-type", contents)))
    assert "custom section component-type" in caught.value.path


def changed(data: bytes, random: Random) -> bytes:
    """With a byte or two replaced, left out or put in."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(8, len(found))
        match random.randrange(4):
            case 0:
                del found[at]
            case 1:
                found.insert(at, random.randrange(256))
            case _:
                found[at] = random.choice((random.randrange(256), found[at] ^ 1, found[random.randrange(len(found))]))
    return bytes(found)


@pytest.mark.parametrize("seed", range(4))
def test_damage_gives_errors_only(seed: int):
    """Of packages, worlds and components; what is still valid is printed."""
    random = Random(seed)
    packages = read_text(RESOURCES)
    world_ = packages.root.worlds[0]
    sound_ = [package_component(packages), embed(EMPTY, world_), assemble(f'(component (import "i" {INSTANCE}))')]
    for _ in range(100):
        try:
            api.wit_text(decode(changed(random.choice(sound_), random)))
        except WitcraftError:
            continue


# ---- modules that fit -------------------------------------------------------------------------------------------


@sound
@pytest.mark.parametrize("names_", MANGLINGS)
def test_dummies_are_valid(path: Path, names_: str):
    packages = read(path)
    for wanted in packages.root.worlds:
        wasmtime.Module(wasmtime.Engine(), embed(dummy_module(wanted, MANGLINGS[names_]), wanted))


def signatures(items: tuple[Import, ...] | tuple[Export, ...]) -> dict[str, str]:
    shown = {}
    for item in items:
        name = f"{item.module} {item.name}" if isinstance(item, Import) else item.name
        if isinstance(item.type, FuncType):
            shown[name] = " ".join(item.type.params) + " -> " + " ".join(item.type.results)
    return shown


def test_standard_names():
    made = binary.read_module(dummy_module(world(RESOURCES), MANGLINGS["standard"]))
    assert signatures(made.imports) == {
        "cm32p2|a:b/i@1 [constructor]r": "i32 i32 -> i32",
        "cm32p2|a:b/i@1 [method]r.m": "i32 i32 -> ",
        "cm32p2|a:b/i@1 r_drop": "i32 -> ",
        "cm32p2 q_drop": "i32 -> ",
        "cm32p2|_ex_a:b/i@1 r_drop": "i32 -> ",
        "cm32p2|_ex_a:b/i@1 r_new": "i32 -> i32",
        "cm32p2|_ex_a:b/i@1 r_rep": "i32 -> i32",
    }
    assert signatures(made.exports) == {
        "cm32p2||many": "i32 -> ",
        "cm32p2||many_post": " -> ",
        "cm32p2|a:b/i@1|[constructor]r": "i32 i32 -> i32",
        "cm32p2|a:b/i@1|[constructor]r_post": "i32 -> ",
        "cm32p2|a:b/i@1|[method]r.m": "i32 -> i32",
        "cm32p2|a:b/i@1|[method]r.m_post": "i32 -> ",
        "cm32p2|a:b/i@1|r_dtor": "i32 -> ",
        "cm32p2_realloc": "i32 i32 i32 i32 -> i32",
        "cm32p2_initialize": " -> ",
    }


def test_legacy_names():
    made = binary.read_module(dummy_module(world(RESOURCES), MANGLINGS["legacy"]))
    assert list(signatures(made.imports)) == [
        "a:b/i@1.2.3 [constructor]r",
        "a:b/i@1.2.3 [method]r.m",
        "a:b/i@1.2.3 [resource-drop]r",
        "$root [resource-drop]q",
        "[export]a:b/i@1.2.3 [resource-drop]r",
        "[export]a:b/i@1.2.3 [resource-new]r",
        "[export]a:b/i@1.2.3 [resource-rep]r",
    ]
    assert list(signatures(made.exports)) == [
        "many",
        "cabi_post_many",
        "a:b/i@1.2.3#[constructor]r",
        "cabi_post_a:b/i@1.2.3#[constructor]r",
        "a:b/i@1.2.3#[method]r.m",
        "cabi_post_a:b/i@1.2.3#[method]r.m",
        "a:b/i@1.2.3#[dtor]r",
        "cabi_realloc",
        "_initialize",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a:b/c@1.2.3", "a:b/c@1"),
        ("a:b/c@0.2.3", "a:b/c@0.2"),
        ("a:b/c@0.0.3", "a:b/c@0.0.3"),
        ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0-rc.1"),
        ("a:b/c", "a:b/c"),
        ("inline", "inline"),
    ],
)
def test_tracks(name: str, expected: str):
    assert track(name) == expected


def test_two_versions_on_one_track_need_legacy_names():
    text = """package a:b; world w { export c:d/i@1.0.0; export c:d/i@1.1.0; import c:d/i@1.0.0; import c:d/i@1.1.0; }
        package c:d@1.0.0 { interface i { f: func(); } } package c:d@1.1.0 { interface i { f: func(); } }"""
    with pytest.raises(EmitError, match="choose legacy names"):
        dummy_module(world(text), MANGLINGS["standard"])
    wasmtime.Module(wasmtime.Engine(), dummy_module(world(text), MANGLINGS["legacy"]))


# ---- which world ------------------------------------------------------------------------------------------------

TWO = "package a:b@1.0.0; world v {} world w { import c:d/other; } package c:d { interface other {} world far {} }"


@pytest.mark.parametrize(("name", "found"), [("v", "v"), ("a:b/w@1.0.0", "w"), ("a:b/w", "w"), ("c:d/far", "far")])
def test_worlds_by_name(name: str, found: str):
    assert choose(read_text(TWO), name).name == found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "package a:b@1.0.0 has 2 worlds: say which; there are v, w, c:d/far"),
        ("x", "no world is called 'x'; there are v, w, c:d/far"),
        ("a:b/w@2.0.0", "no world is called"),
    ],
)
def test_worlds_that_cannot_be_chosen(name: str | None, message: str):
    with pytest.raises(WitcraftError, match=message):
        choose(read_text(TWO), name)


def test_there_may_be_no_world():
    with pytest.raises(WitcraftError, match="has no worlds: say which; there is none"):
        choose(read_text("package a:b;"))


# ---- the public function ----------------------------------------------------------------------------------------

Encoding = Literal["utf8", "utf16", "compact"]


@pytest.mark.parametrize("encoding", ["utf8", "utf16", "compact"])
def test_embed(tmp_path: Path, encoding: Encoding):
    wit = tmp_path / "a.wit"
    wit.write_text("/// The package.\n" + SIMPLE)
    made = api.embed(EMPTY, wit, world="w", encoding=encoding)
    again = tmp_path / "m.wasm"
    again.write_bytes(made)
    assert api.wit_text(api.wit(again)) == api.wit_text(api.wit(wit))
    assert {code.value for code in found_in(made).encodings.values()} == {encoding.replace("compact", "latin1+utf16")}


def test_what_no_binary_can_say_is_refused():
    component = decode(assemble('(component (import "f" (func)))'))
    api.wit_text(component)
    with pytest.raises(UnsupportedError):
        decode(assemble('(component (import "i" (instance (export "m" (core module)))))'))
