"""Trees of WIT to the model: names, uses, handles, gates, worlds and what is added to them."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

import pytest

from witcraft.errors import WitcraftError, WitError
from witcraft.model import types as model
from witcraft.model.gates import Stability
from witcraft.model.package import PackageName, Packages, label
from witcraft.model.text import signature, wit
from witcraft.model.types import Borrow, Own, Resource, TypeDef
from witcraft.model.version import Version, parse
from witcraft.model.world import (
    Constructor,
    Function,
    Interface,
    Method,
    NamedResource,
    Statement,
    Static,
    World,
    extern_name,
)
from witcraft.resolve.wit.gather import Binaries
from witcraft.resolve.wit.read import read_path, read_text


def packages(text: str, features: Collection[str] = ()) -> Packages:
    return read_text(f"package a:b@1.2.0;\n{text}", features=features)


def interface(text: str, name: str = "i", features: Collection[str] = ()) -> Interface:
    found = packages(text, features).root.interface(name)
    assert found is not None
    return found


def world(text: str, name: str = "w", features: Collection[str] = ()) -> World:
    found = packages(text, features).root.world(name)
    assert found is not None
    return found


def type_named(owner: Interface | World, name: str) -> TypeDef | NamedResource:
    items = owner.types if isinstance(owner, Interface) else owner.imports
    return next(item for item in items if isinstance(item, TypeDef | NamedResource) and item.name == name)


def defined(owner: Interface | World, name: str) -> TypeDef:
    found = type_named(owner, name)
    assert isinstance(found, TypeDef)
    return found


def resource(owner: Interface | World, name: str) -> NamedResource:
    found = type_named(owner, name)
    assert isinstance(found, NamedResource)
    return found


def names(items: tuple[object, ...]) -> list[str]:
    return [extern_name(item) for item in items]  # type: ignore[arg-type]


def faults(text: str, features: Collection[str] = ()) -> list[str]:
    with pytest.raises(WitError) as caught:
        packages(text, features)
    return [f"{fault.place.line - 1}:{fault.place.column} {fault.message}" for fault in caught.value.diagnostics]


# ---- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["0.0.0", "1.2.3", "1.0.0-rc.1", "1.0.0+5.a", "1.0.0--.-+-", "18446744073709551615.0.0"]
)
def test_versions(text: str):
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        "1.0.0 ",
        "18446744073709551616.0.0",
        "9" * 10_000 + ".0.0",
    ],
)
def test_texts_that_are_no_version(text: str):
    assert parse(text) is None


def test_versions_are_ordered():
    texts = [
        "0.0.1",
        "0.1.0",
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-a",
        "1.0.0-a.1",
        "1.0.0-b",
        "1.0.0",
        "1.0.0+a",
        "1.0.1",
    ]
    found = [parse(text) for text in texts]
    for one, other in pairwise(found):
        assert one is not None
        assert other is not None
        assert one < other
    assert Version(1, 0, 0, "rc.1") < Version(1, 0, 0)


@pytest.mark.parametrize(
    ("text", "track"),
    [("1.2.3", "1"), ("0.2.3", "0.2"), ("0.0.3", "0.0.3"), ("1.0.0-rc", "1.0.0-rc"), ("2.0.0+x", "2")],
)
def test_tracks(text: str, track: str):
    version = parse(text)
    assert version is not None
    assert version.track == track


def test_labels():
    assert [label(name) for name in ("wasi:io/streams@0.2.0-rc.1", "a:b/c", "plain")] == ["streams", "c", "plain"]


# ---- interfaces -------------------------------------------------------------------------------------------------


def test_an_interface_of_every_type():
    found = interface(
        """
        interface i {
          record rec { a: u8, b: list<string> }
          variant var { c(rec), d }
          enum en { e, f }
          flags fl { g, h }
          type ali = rec;
          type many = tuple<option<var>, result<_, en>, list<fl, 4>, map<string, ali>>;
          async-pipe: async func(a: stream<u8>, b: future, c: error-context) -> many;
          no: func();
        }
        """
    )
    assert found.name == "a:b/i@1.2.0"
    assert names(found.types) == ["rec", "var", "en", "fl", "ali", "many"]
    assert defined(found, "ali").type is defined(found, "rec")
    assert wit(defined(found, "many").type) == "tuple<option<var>, result<_, en>, list<fl, 4>, map<string, ali>>"
    assert [signature(function) for function in found.functions] == [
        "async func(a: stream<u8>, b: future, c: error-context) -> many",
        "func()",
    ]
    assert {item.owner for item in found.types if isinstance(item, TypeDef)} == {"a:b/i@1.2.0"}


def test_types_stand_after_those_that_they_mention():
    found = interface(
        "interface i { type a = option<c>; type b = u8; type c = list<b>; use j.{x as d}; } interface j { type x = u8; }"
    )
    assert names(found.types) == ["d", "b", "c", "a"]


def test_documentation():
    found = packages(
        """
        /// of i
        interface i {
          /// of r
          /// more
          record r { /// of a
            a: u8, b: u8 }
          /// of s
          resource s { /// of m
            m: func(); }
          /// of t
          type t = s;
        }
        /// of w
        world w { /// of f
          import f: func(); /// of the import
          import i; /// of x
          export x: interface { } }
        """
    )
    assert (i := found.root.interface("i")) is not None
    assert (w := found.root.world("w")) is not None
    assert i.docs.text == "of i"
    assert (defined(i, "r").docs.text, dict(defined(i, "r").docs.items)) == ("of r\nmore", {"a": "of a"})
    assert resource(i, "s").resource.docs.text == "of s"
    assert resource(i, "t").docs.text == "of t"
    assert i.functions[0].docs.text == "of m"
    assert w.docs.text == "of w"
    assert [item.docs.text for item in w.imports if isinstance(item, Function)] == ["of f"]
    assert w.import_statements["a:b/i@1.2.0"] == Statement(model.Docs("of the import"))
    assert [item.docs.text for item in w.exports if isinstance(item, Interface)] == ["of x"]


def test_a_package_is_documented_by_its_header():
    assert read_text("/// of a:b\npackage a:b; package c:d { }").root.docs.text == "of a:b"


def test_uses_form_a_chain():
    found = packages(
        """
        interface i { type t = u8; resource r; }
        interface j { use i.{t, r}; }
        interface k { use j.{t as t2, r as r2}; f: func(a: t2, b: r2, c: borrow<r2>) -> own<r2>; }
        """
    )
    i, j, k = found.root.interfaces
    assert defined(k, "t2").type is defined(j, "t")
    assert defined(j, "t").type is defined(i, "t")
    declared = resource(i, "r").resource
    assert resource(i, "r").of is None
    assert resource(j, "r").of is resource(i, "r")
    assert resource(k, "r2").of is resource(j, "r")
    assert (resource(k, "r2").resource, resource(k, "r2").owner) == (declared, k.name)
    _, second, third = [param.type for param in k.functions[0].params]
    assert second is k.functions[0].result is Own(declared)
    assert third is Borrow(declared)


def test_a_handle_by_another_name_of_the_same_interface():
    found = interface(
        "interface i { resource r; type s = r; type t = own<r>; f: func(a: r, b: s, c: borrow<s>, d: t); }"
    )
    declared = resource(found, "r").resource
    assert resource(found, "s").of is resource(found, "r")
    assert defined(found, "t").type is Own(declared)
    a, b, c, _ = [param.type for param in found.functions[0].params]
    assert a is Own(declared)
    assert b is Own(declared, "s")
    assert c is Borrow(declared, "s")


def test_functions_of_a_resource():
    found = interface(
        """
        interface i {
          before: func();
          resource r {
            constructor(a: u8);
            m: async func() -> r;
            s: static func() -> own<r>;
          }
          resource q { constructor() -> result<q, string>; }
        }
        """
    )
    r, q = resource(found, "r").resource, resource(found, "q").resource
    assert [function.extern_name for function in found.functions] == [
        "before",
        "[constructor]r",
        "[method]r.m",
        "[static]r.s",
        "[constructor]q",
    ]
    assert [function.name for function in found.functions[1:4]] == ["constructor", "m", "s"]
    assert [function.kind for function in found.functions[1:]] == [Constructor(r), Method(r), Static(r), Constructor(q)]
    assert [function.result for function in found.functions[1:4]] == [Own(r)] * 3
    assert found.functions[4].result is model.Result(Own(q), model.STRING)
    assert [(param.name, param.type) for param in found.functions[2].params] == [("self", Borrow(r))]


def test_an_external_id():
    found = world(
        'interface i {} world w { @external-id("x y") import f: func(); @external-id("z") import i; @external-id("t") type t = u8; }'
    )
    assert [item.external_id for item in found.imports if isinstance(item, Function)] == ["x y"]
    assert found.import_statements["a:b/i@1.2.0"].external_id == "z"
    assert defined(found, "t").external_id == "t"


# ---- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("interface i { f: func(a: t); }", ["1:26 there is no type `t` in interface `i`"]),
        ("interface i { type t = u; type u = list<v>; }", ["1:41 there is no type `v` in interface `i`"]),
        ("interface i { f: func(); g: func(a: f); }", ["1:37 `f` is a function, not a type"]),
        ("interface i { use j.{t}; }", ["1:19 package `a:b@1.2.0` has no interface or world `j`"]),
        ("interface i { use j.{t}; } interface j {}", ["1:22 there is no type `t` in interface `j`"]),
        ("interface i { use j.{f}; } interface j { f: func(); }", ["1:22 `f` is a function, not a type"]),
        ("interface i { use w.{t}; } world w {}", ["1:19 `w` is a world, not an interface"]),
        ("world w { import w; }", ["1:18 `w` is a world, not an interface"]),
        ("world w { include i; } interface i {}", ["1:19 `i` is an interface, not a world"]),
        ("interface i { use c:d/e.{t}; }", ["1:19 there is no package `c:d`"]),
        ("interface i { use c:d/e.{t}; use c:d/f.{u}; }", ["1:19 there is no package `c:d`"]),
        ("interface i { use c:d/e.{t}; } package c:d {}", ["1:23 package `c:d` has no interface or world `e`"]),
        ("use j;", ["1:5 package `a:b@1.2.0` has no interface or world `j`"]),
        ("use c:d/w; package c:d { world w {} }", ["1:9 `w` is a world; `use` names interfaces of packages"]),
        ("interface i { type t = u8; type t = u16; }", ["1:33 `t` is there twice in interface `i`"]),
        ("interface i { type t = u8; type T = u16; }", ["1:33 `T` is there twice in interface `i`"]),
        ("interface i { type t = u8; t: func(); }", ["1:28 `t` is there twice in interface `i`"]),
        ("interface i { f: func(); F: func(); }", ["1:26 `F` is there twice in interface `i`"]),
        ("interface i { use j.{t, t}; } interface j { type t = u8; }", ["1:25 `t` is there twice in interface `i`"]),
        ("interface i {} interface i {}", ["1:26 package `a:b@1.2.0` has two items named `i`"]),
        ("interface i {} world I {}", ["1:22 package `a:b@1.2.0` has two items named `I`"]),
        ("use j as i; interface i {} interface j {}", ["1:23 `i` has two meanings in this file"]),
        ("interface i { record r { a: u8, A: u8 } }", ["1:33 field `A` is there twice"]),
        ("interface i { enum e { a, a } }", ["1:27 case `a` is there twice"]),
        ("interface i { flags f { a, a } }", ["1:28 flag `a` is there twice"]),
        ("interface i { f: func(a: u8, a: u8); }", ["1:30 parameter `a` is there twice"]),
        ("interface i { resource r { m: func(); m: static func(); } }", ["1:39 function `m` is there twice"]),
        ("interface i { resource r { constructor(); constructor(); } }", ["1:43 a resource has one constructor"]),
        ("interface i { resource r { m: func(self: u8); } }", ["1:36 a method has its parameter `self` already"]),
    ],
)
def test_names_that_stand_for_nothing_or_for_two_things(text: str, found: list[str]):
    assert faults(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("interface i { type t = own<u>; type u = u8; }", ["1:28 `u` is no resource"]),
        ("interface i { enum e {} }", ["1:20 `e` has no cases"]),
        ("interface i { variant v {} }", ["1:23 `v` has no cases"]),
        ("interface i { type t = list<u8, 0>; }", ["1:24 a list of fixed length has at least one element"]),
        ("interface i { type t = map<f32, u8>; }", ["1:24 this is no key of a map"]),
        ("interface i { resource r; type t = stream<option<borrow<r>>>; }", ["1:36 a stream cannot carry a borrow"]),
        (
            "interface i { resource r; type t = list<borrow<r>>; f: func() -> t; }",
            ["1:53 the result of `f` holds a borrow"],
        ),
        ("world w { resource r; export f: func() -> borrow<r>; }", ["1:30 the result of `f` holds a borrow"]),
        (
            "interface i { resource r { constructor() -> r; } }",
            ["1:45 a constructor gives its resource, or a `result` of it"],
        ),
        (
            "interface i { resource r { constructor() -> result<u8>; } }",
            ["1:52 here should be `r`, which is constructed"],
        ),
        ("interface i { resource r { constructor() -> result; } }", ["1:45 here should be `r`, which is constructed"]),
    ],
)
def test_types_that_cannot_be(text: str, found: list[str]):
    assert faults(text) == found


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("interface i { type t = float32; }", "did you mean `f32`?"),
        ("interface i { type number = u8; type t = numbr; }", "did you mean `number`?"),
        ("interface streams {} interface i { use stream-s.{t}; }", "did you mean `streams`?"),
        ("interface i { use c:d/e@1.0.0.{t}; } package c:d@1.1.0 { }", "there is `c:d@1.1.0`"),
        ("interface i { use c:d/e.{t}; }", "put it into the directory `deps`; known packages: none"),
    ],
)
def test_advice(text: str, hint: str):
    with pytest.raises(WitError) as caught:
        packages(text)
    assert caught.value.diagnostics[0].hint == hint


def test_cycles_are_shown_step_by_step():
    with pytest.raises(WitError) as caught:
        packages(
            "interface i { use j.{t}; } interface j { use k.{t}; } interface k { use i.{t}; }\ninterface l { type a = list<b>; record b { x: a } }"
        )
    first, second = caught.value.diagnostics
    assert first.message == "interface or world `j` needs itself: `i` -> `j` -> `k` -> `i`"
    assert [note.message for note in first.notes] == ["`i` needs `j`", "`j` needs `k`", "`k` needs `i`"]
    assert [note.place.column for note in first.notes] == [19, 46, 73]
    assert second.message == "type `b` needs itself: `a` -> `b` -> `a`"


def test_the_first_of_two_is_shown():
    with pytest.raises(WitError) as caught:
        packages("interface i { type t = u8; type t = u8; }")
    [fault] = caught.value.diagnostics
    assert [(note.message, note.place.column) for note in fault.notes] == [("the first one is here", 20)]


def test_errors_as_json():
    with pytest.raises(WitError) as caught:
        packages("interface i { type t = x; }")
    assert caught.value.to_json() == [
        {
            "message": "there is no type `x` in interface `i`",
            "path": "input.wit",
            "line": 2,
            "column": 24,
            "length": 1,
            "hint": "",
            "notes": [],
        }
    ]


# ---- gates ------------------------------------------------------------------------------------------------------

GATED = """
interface i {
  @unstable(feature = x) type t = u8;
  @unstable(feature = y) @deprecated(version = 1.1.0) resource r { @unstable(feature = y) m: func(); }
  @since(version = 1.2.0) @deprecated(version = 2.0.0) f: func();
  @unstable(feature = x) g: func(a: t);
}
world w { @unstable(feature = x) import i; @unstable(feature = y) import h: func(); }
"""


@pytest.mark.parametrize(
    ("features", "types", "functions", "imports"),
    [
        ([], [], ["f"], []),
        (["x"], ["t"], ["f", "g"], ["a:b/i@1.2.0"]),
        (["y"], ["r"], ["[method]r.m", "f"], ["h"]),
        (["*"], ["t", "r"], ["[method]r.m", "f", "g"], ["a:b/i@1.2.0", "h"]),
    ],
)
def test_gates(features: list[str], types: list[str], functions: list[str], imports: list[str]):
    found = packages(GATED, features).root
    assert (i := found.interface("i")) is not None
    assert (w := found.world("w")) is not None
    assert (names(i.types), names(i.functions), names(w.imports)) == (types, functions, imports)


def test_what_gates_say_stays():
    found = interface(GATED, features=["*"])
    assert defined(found, "t").stability == Stability(feature="x")
    assert resource(found, "r").resource.stability == Stability(feature="y", deprecated=Version(1, 1, 0))
    assert found.functions[1].stability == Stability(Version(1, 2, 0), deprecated=Version(2, 0, 0))
    assert not Stability()
    assert world(GATED, features=["x"]).import_statements["a:b/i@1.2.0"].stability == Stability(feature="x")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "@since(version = 1.0.0) @unstable(feature = x) interface i {}",
            ["1:2 `@since` and `@unstable` exclude each other"],
        ),
        ("@deprecated(version = 1.0.0) interface i {}", ["1:2 `@deprecated` stands alone"]),
        ("@since(version = 1.0.0) @since(version = 1.0.0) interface i {}", ["1:26 `@since` is there twice"]),
        (
            "@since(version = 1.3.0) interface i {}",
            ["1:35 `@since(version = 1.3.0)` is above the version of package `a:b@1.2.0`"],
        ),
        (
            "interface i { @unstable(feature = x) type t = u8; type u = t; }",
            ["1:56 `u` names `t`, which feature `x` closes"],
        ),
        (
            "interface i { @unstable(feature = x) type t = u8; record r { a: u8, b: t } }",
            ["1:69 `b` names `t`, which feature `x` closes"],
        ),
        (
            "interface i { @unstable(feature = x) type t = u8; f: func() -> t; }",
            ["1:51 `f` names `t`, which feature `x` closes"],
        ),
        (
            "interface i { @unstable(feature = x) resource r { m: func(); } }",
            ["1:51 `m` names `r`, which feature `x` closes"],
        ),
        (
            "interface i { use j.{t}; } interface j { @unstable(feature = x) type t = u8; }",
            ["1:22 `t` is closed by feature `x`"],
        ),
        (
            "@unstable(feature = x) interface i { type t = u8; }",
            ["1:43 `t` stands in an interface that feature `x` closes"],
        ),
        (
            "@unstable(feature = x) interface i {} world w { import i; }",
            ["1:56 feature `x` closes the interface that is imported here"],
        ),
        ("@unstable(feature = x) world v {} world w { include v; }", ["1:53 feature `x` closes world `v`"]),
    ],
)
def test_gates_that_cannot_be(text: str, found: list[str]):
    assert faults(text) == found
    if "closes" in found[0] or "closed" in found[0]:
        packages(text, ["x"])


def test_since_needs_a_version():
    with pytest.raises(WitError, match="`@since` in package `a:b`, which has no version"):
        read_text("package a:b; @since(version = 1.0.0) interface i {}")


def test_what_is_closed_may_name_what_is_closed_or_not_there():
    packages(
        "@unstable(feature = x) interface i { @unstable(feature = x) type t = u8; f: func(a: t); } world w { @unstable(feature = x) import i; @unstable(feature = x) import c:d/e; } interface j { @unstable(feature = x) use c:d/f.{u}; } package c:d { interface f {} }"
    )


# ---- worlds -----------------------------------------------------------------------------------------------------


def test_a_world_imports_what_it_uses():
    found = world(
        """
        interface i { type t = u8; }
        interface j { use i.{t}; }
        interface k { use j.{t}; }
        world w {
          import f: func(a: t, b: own-type);
          @unstable(feature = x) import k;
          record own-type { a: r }
          use j.{t};
          resource r { m: func(); }
          export g: func();
          export k;
        }
        """,
        features=["x"],
    )
    assert names(found.imports) == [
        *["a:b/i@1.2.0", "a:b/j@1.2.0", "a:b/k@1.2.0"],
        *["t", "r", "own-type", "f", "[method]r.m"],
    ]
    assert names(found.exports) == ["g", "a:b/k@1.2.0"]
    gate = Stability(feature="x")
    assert found.import_statements == {
        "a:b/i@1.2.0": Statement(stability=gate, written=False),
        "a:b/j@1.2.0": Statement(stability=gate, written=False),
        "a:b/k@1.2.0": Statement(stability=gate),
    }
    assert found.package == "a:b@1.2.0"
    assert {resource(found, "r").owner, defined(found, "own-type").owner} == {""}


def test_an_export_uses_exports_where_there_are_some():
    text = """
        interface i { type t = u8; }
        interface j { use i.{t}; }
        interface k { use j.{t}; }
        world only-k { export k; }
        world all { export k; export j; export i; }
        world apart { export j; export i; import k; }
    """
    full = [f"a:b/{name}@1.2.0" for name in "ijk"]
    found = world(text, "only-k")
    assert (names(found.imports), names(found.exports)) == (full[:2], full[2:])
    found = world(text, "all")
    assert (names(found.imports), names(found.exports)) == ([], full)
    found = world(text, "apart")
    assert (names(found.imports), names(found.exports)) == (full, full[:2])


@pytest.mark.parametrize("side", ["import", "export"])
def test_what_a_statement_says_stays_where_it_is(side: str):
    text = """
        interface i { type t = u8; }
        interface j { use i.{t}; }
        world w {
          @external-id("x") import j;
          /// of i
          import i;
        }
    """
    found = world(text.replace("import", side))
    assert dict(found.import_statements if side == "import" else found.export_statements) == {
        "a:b/i@1.2.0": Statement(model.Docs("of i")),
        "a:b/j@1.2.0": Statement(external_id="x"),
    }


def test_an_export_cannot_see_an_interface_from_both_sides():
    text = """
interface i { type t = u8; }
interface j { use i.{t}; }
interface k { use j.{t}; use i.{t as t2}; }
world w { export i; export k; }
"""
    [fault] = faults(text)
    assert fault == (
        "5:7 world `w` would export `a:b/i@1.2.0` and import it for an export: "
        "`a:b/k@1.2.0` uses `a:b/j@1.2.0` uses `a:b/i@1.2.0`"
    )
    packages(text.replace("export k", "export j; export k"))
    [fault] = faults(text.replace("export i; export k", "export x: interface { use j.{t}; } export k; export i"))
    assert fault.endswith("import it for an export: `x` uses `a:b/j@1.2.0` uses `a:b/i@1.2.0`")


def test_inline_interfaces_are_the_world_s_own():
    found = world("world w { import x: interface { type t = u8; f: func(a: t); } export x: interface { resource r; } }")
    [imported], [exported] = found.imports, found.exports
    assert isinstance(imported, Interface)
    assert isinstance(exported, Interface)
    assert (imported.name, defined(imported, "t").owner, resource(exported, "r").owner) == ("x", "x", "x")


def test_an_interface_under_another_name():
    found = packages("interface i { type t = u8; } world w { import one: i; import two: i; import i; }")
    assert (i := found.root.interface("i")) is not None
    assert (w := found.root.world("w")) is not None
    assert [(x.name, x.implements) for x in w.imports if isinstance(x, Interface)] == [
        ("one", "a:b/i@1.2.0"),
        ("two", "a:b/i@1.2.0"),
        ("a:b/i@1.2.0", ""),
    ]
    assert all(x.types is i.types for x in w.imports if isinstance(x, Interface))
    assert w.imports[2] is i


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "world w { import f: func(); import f: func(); }",
            ["1:36 import `f` has the name of a function that is there"],
        ),
        ("world w { type t = u8; import t: interface {} }", ["1:31 import `t` has the name of a type that is there"]),
        (
            "world w { export x: interface {} export x: func(); }",
            ["1:41 export `x` has the name of an interface that is there"],
        ),
        ("interface i {} world w { import i; import i; }", ["1:43 `a:b/i@1.2.0` is imported twice"]),
        ("world w { export f: func(); export F: func(); }", ["1:36 export `F` differs from export `f` in case only"]),
        (
            "world v { import f: func(); } world w { include v; import f: func(); }",
            ["1:49 `include` brings import `f`, and there is one"],
        ),
        (
            "world v { import f: func(); } world w { include v with { g as h } }",
            ["1:49 world `v` has nothing with the plain name `g`"],
        ),
    ],
)
def test_items_that_are_there_twice(text: str, found: list[str]):
    assert faults(text) == found


def test_include_merges_interfaces_and_copies_the_rest():
    found = packages(
        """
        interface i { type t = u8; }
        world v {
          use i.{t};
          resource r { m: func(a: s); constructor(); }
          record s { x: list<own<r>>, y: t }
          import f: func(a: s, b: borrow<r>);
          export x: interface { type t = u8; g: func() -> t; }
          import i;
        }
        world w { include v with { r as q, f as g, x as y }  import i; }
        """
    ).root
    v, w = found.worlds
    assert names(w.imports) == ["a:b/i@1.2.0", "t", "q", "s", "g", "[method]q.m", "[constructor]q"]
    assert names(w.exports) == ["y"]
    assert w.imports[0] is v.imports[0]
    q = resource(w, "q").resource
    assert (q.name, q.owner) == ("q", "")
    assert q is not resource(v, "r").resource
    assert defined(w, "t") is not defined(v, "t")
    assert defined(w, "t").type is defined(v, "t").type
    s = defined(w, "s")
    assert s.type is model.Record((model.Field("x", model.List(Own(q))), model.Field("y", defined(w, "t"))))
    g, m = [item for item in w.imports if isinstance(item, Function)][:2]
    assert [param.type for param in g.params] == [s, Borrow(q)]
    assert (g.name, m.name, m.kind) == ("g", "m", Method(q))
    [y] = w.exports
    assert isinstance(y, Interface)
    assert defined(y, "t").owner == "y"
    assert y.functions[0].result is defined(y, "t")


def test_include_of_a_world_that_includes():
    text = "world a1 { import f: func(); } world a2 { include a1 with { f as g } } world w { include a1; include a2; }"
    assert names(world(text).imports) == ["f", "g"]


def test_gates_and_include():
    text = """
        interface i {}
        world v { @since(version = 1.0.0) import i; }
        world x { import i; }
        world w { include v; include x; @unstable(feature = f) include none; }
        @unstable(feature = f) world none {}
    """
    assert world(text).import_statements["a:b/i@1.2.0"].stability == Stability(Version(1, 0, 0))
    away = "world w { include c:d/v@1.0.0; } package c:d@1.0.0 { interface i {} world v { @since(version = 1.0.0) import i; } }"
    assert world(away).import_statements["c:d/i@1.0.0"].stability == Stability()
    apart = "interface i {} world v { @since(version = 1.0.0) import i; } world w { @since(version = 1.1.0) import i; include v; }"
    assert faults(apart) == ["1:114 `a:b/i@1.2.0` has one gate here and another one in world `v`"]


def test_statements_are_remembered_in_their_order():
    found = world(
        "interface i {} world w { export f: func(); import i; resource r { m: func(); } import g: func(); include v; } world v { import h: func(); }"
    )
    assert [(w.side, w.name, w.include) for w in found.written] == [
        ("type", "r", 0),
        ("export", "f", 0),
        ("import", "a:b/i@1.2.0", 0),
        ("import", "[method]r.m", 0),
        ("import", "g", 0),
        ("import", "h", 1),
    ]


# ---- packages ---------------------------------------------------------------------------------------------------


def test_packages_stand_after_those_that_they_use():
    found = packages(
        """
        use c:d/i as other;
        world w { import other; import e:f/i@0.2.0; import e:f/i@0.3.0; }
        package e:f@0.3.0 { interface i { use c:d/i.{t}; } }
        package e:f@0.2.0 { interface i { type t = u8; } }
        package c:d { interface i { type t = u8; } }
        """
    )
    assert {str(package.name) for package in found} == {"c:d", "e:f@0.2.0", "e:f@0.3.0", "a:b@1.2.0"}
    order = [str(package.name) for package in found]
    assert order.index("c:d") < order.index("e:f@0.3.0") < order.index("a:b@1.2.0")
    assert str(found.root.name) == "a:b@1.2.0"
    assert found.package(PackageName("c", "d")) is found.all[order.index("c:d")]
    assert found.interface("e:f/i@0.2.0") is not found.interface("e:f/i@0.3.0")
    assert (w := found.root.world("w")) is not None
    assert w.imports[0] is found.interface("c:d/i")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("package c:d {} package c:d {}", ["1:24 package `c:d` is there twice"]),
        ("package a:b@1.2.0 {}", ["0:9 package `a:b@1.2.0` is there twice"]),
        ("package c:d { package e:f {} }", ["1:23 package `e:f` stands inside of another"]),
        (
            "package c:d { interface i { use e:f/i.{t}; } } package e:f { interface i { use c:d/i.{t}; } }",
            ["1:33 package `c:d` needs itself: `c:d` -> `e:f` -> `c:d`"],
        ),
    ],
)
def test_packages_that_cannot_be(text: str, found: list[str]):
    assert faults(text)[:1] == found


def test_a_text_without_a_package():
    with pytest.raises(WitError, match="no file says which package this is"):
        read_text("interface i {}")


# ---- files ------------------------------------------------------------------------------------------------------


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_directory_with_its_dependencies(tmp_path: Path):
    binary = read_text("package bin:p; interface i { type t = u8; }")
    lay(
        tmp_path,
        {
            "b.wit": "use dir:p/i; interface b { use i.{t}; use a.{t as t2}; }",
            "a.wit": "package a:b; interface a { use file:p/i.{t}; use bin:p/i.{t as t2}; }",
            "ignored.txt": "}",
            "sub/ignored.wit": "}",
            "deps/dir/one.wit": "package dir:p; interface i { type t = u8; }",
            "deps/dir/two.wit": "interface j { use i.{t}; use other:p/k.{t as t2}; } package other:p { interface k { type t = u8; } }",
            "deps/dir/deps/ignored.wit": "}",
            "deps/file.wit": "package file:p; interface i { use dir:p/i.{t}; }",
            "deps/ignored.txt": "}",
            "deps/bin.wasm": "",
        },
    )
    loaded: list[str] = []

    def load(path: Path) -> Packages:
        loaded.append(path.name)
        return binary

    found = read_path(tmp_path, binaries=Binaries(load, lambda several: several[0]))
    assert loaded == ["bin.wasm"]
    assert [str(package.name) for package in found] == ["bin:p", "other:p", "dir:p", "file:p", "a:b"]
    assert (a := found.interface("a:b/a")) is not None
    assert [item.type.owner for item in a.types if isinstance(item, TypeDef) and isinstance(item.type, TypeDef)] == [
        "file:p/i",
        "bin:p/i",
    ]


def test_faults_of_all_files(tmp_path: Path):
    lay(tmp_path, {"a.wit": "package a:b; interface {}", "b.wit": "world {}", "deps/c.wit": "package c:d; nonsense"})
    with pytest.raises(WitError) as caught:
        read_path(tmp_path)
    assert [(Path(fault.place.path).name, fault.place.line) for fault in caught.value.diagnostics] == [
        ("a.wit", 1),
        ("b.wit", 1),
        ("c.wit", 1),
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.wit": "package a:b;", "b.wit": "package a:c;"}, "package `a:c` beside package `a:b`"),
        ({"a.wit": "/// x\npackage a:b;", "b.wit": "/// y\npackage a:b;"}, "package `a:b` is documented in two files"),
        (
            {"a.wit": "use c as d; interface c {}", "b.wit": "package a:b; interface e { use d.{t}; }"},
            "package `a:b` has no interface or world `d`",
        ),
        ({"a.wit": "package a:b;", "deps/c.wit": "package a:b;"}, "package `a:b` is there twice"),
        ({"a.wit": "package a:b;", "deps/c.wasm": ""}, "a package in binary form cannot be read here"),
        ({"a.wit": "package a:b;", "deps/c/readme.md": ""}, "no file says which package this is"),
        ({"readme.md": ""}, "no file says which package this is"),
    ],
)
def test_files_that_do_not_fit(tmp_path: Path, files: dict[str, str], message: str):
    with pytest.raises(WitError) as caught:
        read_path(lay(tmp_path, files))
    assert [fault.message for fault in caught.value.diagnostics] == [message]


def test_a_binary_that_cannot_be_read(tmp_path: Path):
    def load(path: Path) -> Packages:
        raise WitcraftError("0x4: nothing")

    binaries = Binaries(load, lambda several: several[0])
    with pytest.raises(WitError, match=r"c.wasm: this is no package: 0x4: nothing"):
        read_path(lay(tmp_path, {"a.wit": "package a:b;", "deps/c.wasm": ""}), binaries=binaries)
    with pytest.raises(WitcraftError, match=r"^0x4: nothing$"):
        read_path(tmp_path / "deps" / "c.wasm", binaries=binaries)


def test_a_binary_and_a_text_of_one_package(tmp_path: Path):
    binary = read_text("package c:d;")
    lay(tmp_path, {"a.wit": "package a:b;", "deps/c.wasm": "", "deps/d.wit": "package c:d;"})
    with pytest.raises(WitError, match="package `c:d` is there as text and as a binary"):
        read_path(tmp_path, binaries=Binaries(lambda path: binary, lambda several: several[0]))


def test_bytes_that_are_no_text(tmp_path: Path):
    (tmp_path / "a.wit").write_bytes(b"package a:b;\n// \xff")
    with pytest.raises(WitError) as caught:
        read_path(tmp_path / "a.wit")
    [fault] = caught.value.diagnostics
    assert (fault.message, fault.place.line, fault.place.column) == ("this is no UTF-8", 2, 4)


def test_a_path_that_is_not_there(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        read_path(tmp_path / "none.wit")


def test_resources_of_two_worlds_are_two():
    found = packages("world v { resource r; } world w { include v; }").root
    owners: list[Resource] = [resource(world, "r").resource for world in found.worlds]
    assert owners[0] is not owners[1]
