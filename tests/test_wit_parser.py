"""Tokens to a tree of WIT: what each rule reads, where its faults are, and how reading goes on behind them."""

from __future__ import annotations

import pytest

from witcraft.errors import Diagnostic
from witcraft.model.package import PackageName
from witcraft.model.version import Version
from witcraft.wit import tree
from witcraft.wit.parser import parse
from witcraft.wit.source import Report, Source


def read(text: str) -> tuple[tree.File, list[Diagnostic]]:
    report = Report()
    return parse(Source("a.wit", text), report), report.all()


def good(text: str) -> tree.File:
    found, faults = read(text)
    assert not faults, "\n".join([fault.render() for fault in faults])
    return found


def item(text: str) -> tree.Item:
    [found] = good(text).items
    return found


def ty(text: str) -> object:
    interface = item(f"interface i {{ type t = {text}; }}")
    assert isinstance(interface, tree.Interface)
    [definition] = interface.items
    assert isinstance(definition, tree.TypeDef)
    return definition.body


def places(text: str) -> list[tuple[int, int]]:
    return [(fault.place.line, fault.place.column) for fault in read(text)[1]]


def messages(text: str) -> list[str]:
    return [f"{fault.place.line}:{fault.place.column} {fault.message}" for fault in read(text)[1]]


# ---- what is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a:b", PackageName("a", "b")),
        ("a:b@1.2.3", PackageName("a", "b", Version(1, 2, 3))),
        ("%use:b@0.0.0-rc.1+2026-01", PackageName("use", "b", Version(0, 0, 0, "rc.1", "2026-01"))),
        ("a:b@1.0.0--1.async.0x", PackageName("a", "b", Version(1, 0, 0, "-1.async.0x"))),
    ],
)
def test_package_names(text: str, name: PackageName):
    header = good(f"/// said\npackage {text};").id
    assert header is not None
    assert header.name == name
    assert str(header.name) == text.replace("%", "")
    package = item(f"package {text} {{ }}")
    assert isinstance(package, tree.Package)
    assert package.id.name == name


def test_a_version_ends_with_its_words():
    use = item("use a:b/c@1.0.0-rc.1 as d;")
    assert isinstance(use, tree.TopUse)
    assert use.path.package is not None
    assert (str(use.path.package.name), use.name.name) == ("a:b@1.0.0-rc.1", "d")


def test_a_version_ends_before_the_dot_of_a_use():
    interface = item("interface i { use a:b/c@1.0.0-rc.1.{d as e, f,}; }")
    assert isinstance(interface, tree.Interface)
    [use] = interface.items
    assert isinstance(use, tree.Use)
    assert use.path.package is not None
    assert str(use.path.package.name) == "a:b@1.0.0-rc.1"
    assert [(rename.name.name, rename.other and rename.other.name) for rename in use.names] == [("d", "e"), ("f", None)]


@pytest.mark.parametrize("word", ["bool", "u8", "s64", "f32", "char", "string", "error-context"])
def test_scalars(word: str):
    assert isinstance(found := ty(word), tree.Prim)
    assert found.word == word


@pytest.mark.parametrize(
    ("text", "word", "given"),
    [
        ("map<u8, string>", "map", [True, True]),
        ("tuple<u8, u8, u8,>", "tuple", [True] * 3),
        ("tuple<>", "tuple", []),
        ("option<u8>", "option", [True]),
        ("result", "result", [False, False]),
        ("result<u8>", "result", [True, False]),
        ("result<u8, u8>", "result", [True, True]),
        ("result<_, u8>", "result", [False, True]),
        ("future", "future", [False]),
        ("stream<u8>", "stream", [True]),
    ],
)
def test_generic_types(text: str, word: str, given: list[bool]):
    assert isinstance(found := ty(text), tree.Generic)
    assert (found.word, [part is not None for part in found.parts]) == (word, given)
    assert (found.start, found.end) == (len("interface i { type t = "), len(f"interface i {{ type t = {text}"))


def test_lists_and_handles():
    assert isinstance(found := ty("list<u8>"), tree.List)
    assert found.length is None
    assert isinstance(found := ty("list<u8, 016>"), tree.List)
    assert found.length == 16
    assert isinstance(found := ty("borrow<%own>"), tree.Handle)
    assert (found.word, found.resource.name) == ("borrow", "own")


def test_a_world_says_all_it_can():
    world = item(
        """
        /// of the world
        @unstable(feature = f) @deprecated(version = 1.0.0) @external-id("w")
        world w {
          /// of the function
          import f: async func(a: u8, %b: u8,) -> u8;
          export i: interface { use x.{y}; }
          import p; export n:p/i@1.0.0; import l: p; export m: n:p/i;
          use p.{t};
          include v; include n:p/v with { a as b, }
          resource r { constructor() -> result<r>; m: func(); s: static async func(); }
        }
        """
    )
    assert isinstance(world, tree.World)
    assert world.docs == "of the world"
    assert [(a.name.name, a.value) for a in world.attributes] == [
        ("unstable", "f"),
        ("deprecated", Version(1, 0, 0)),
        ("external-id", "w"),
    ]
    externs = [item for item in world.items if isinstance(item, tree.Extern)]
    assert [(e.side, e.name and e.name.name, type(e.what).__name__) for e in externs] == [
        ("import", "f", "Signature"),
        ("export", "i", "Inline"),
        ("import", None, "Path"),
        ("export", None, "Path"),
        ("import", "l", "Path"),
        ("export", "m", "Path"),
    ]
    assert externs[0].docs == "of the function"
    [resource] = [item.body for item in world.items if isinstance(item, tree.TypeDef)]
    assert isinstance(resource, tree.Resource)
    assert [(f.kind, f.signature.is_async) for f in resource.functions] == [
        ("constructor", False),
        ("method", False),
        ("static", True),
    ]


def test_members_have_documentation_of_their_own():
    interface = item("interface i { /* of v */ variant v { // of a\n a(u8), /// of b\n b } }")
    assert isinstance(interface, tree.Interface)
    [definition] = interface.items
    assert isinstance(definition, tree.TypeDef)
    assert isinstance(definition.body, tree.Members)
    assert [(m.name.name, m.docs, m.type is None) for m in definition.body.members] == [
        ("a", "of a", False),
        ("b", "of b", True),
    ]


def test_packages_in_packages():
    package = item("package a:b { package c:d { interface i {} } world w {} }")
    assert isinstance(package, tree.Package)
    assert [type(item).__name__ for item in package.items] == ["Package", "World"]


def test_a_header_is_the_first_statement_only():
    assert good("package a:b { }").id is None
    assert messages("package a:b; package c:d;") == ["1:25 here should be `{`, not `;`"]


# ---- what is wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("interface {}", "1:11 here should be a name, not `{`"),
        ("interface record {}", "1:11 here should be a name, not `record`"),
        ("interface Ab {}", "1:11 `Ab` is no name"),
        ("interface i", "1:12 here should be `{`, not the end of the file"),
        ("interface i {", "1:14 here should be a type, a function, `use` or `}`, not the end of the file"),
        ("package a;", "1:10 here should be `:`, not `;`"),
        ("package a:b@1.0;", "1:16 here should be `.`, not `;`"),
        ("package a:b@01.0.0;", "1:13 `01.0.0` is no semantic version"),
        ("@since(version = 1.0.0) use a;", "1:25 a `use` outside of an interface cannot have attributes"),
        ("@since(version = 1.0.0) package a:b {}", "1:25 a package cannot have attributes"),
        ("@new interface i {}", "1:2 there is no attribute `@new`"),
        ("@since interface i {}", "1:8 here should be `(`, not `interface`"),
        ("@since(feature = a) interface i {}", "1:8 here should be `version`, not `feature`"),
        ("@external-id(a) interface i {}", "1:14 here should be a text in double quotes, not `a`"),
        (r'@external-id("\q") interface i {}', "1:14 `\\q` is no escape"),
        ("interface i { type t = list<u8, >; }", "1:33 here should be the length of the list, not `>`"),
        ("interface i { type t = list<u8, 4294967296>; }", "1:33 a list has at most 4294967295 elements"),
        ("interface i { type t = result<_>; }", "1:32 here should be `,`, not `>`"),
        ("interface i { type t = borrow<u8>; }", "1:31 here should be a name, not `u8`"),
        ("interface i { f: async static func(); }", "1:24 here should be `func`, not `static`"),
        ("interface i { f: func(a); }", "1:24 here should be `:`, not `)`"),
        ("interface i { f: func(a: u8 b: u8); }", "1:29 here should be `,` or `)`, not `b`"),
        ("interface i { record r { a } }", "1:28 here should be `:`, not `}`"),
        ("interface i { resource r { async m: func(); } }", "1:28 here should be `constructor`, a method or `}`"),
        ("world w { f: func(); }", "1:11 here should be `import`, `export`, `include`, `use`, a type or `}`, not `f`"),
        ("world w { include a with { b:c/d as e } }", "1:29 here should be `as`, not `:`"),
    ],
)
def test_faults(text: str, message: str):
    assert messages(text)[0].startswith(message)


@pytest.mark.parametrize("kind", ["list", "option", "stream", "tuple", "result"])
@pytest.mark.parametrize("depth", [100, 10_000])
def test_types_that_nest_too_deep(kind: str, depth: int):
    text = "interface i { type t = " + f"{kind}<" * depth + "u8" + ">" * depth + "; f: func(); }"
    found, faults = read(text)
    assert [fault.message for fault in faults] == ["types nest deeper than 100"]
    assert faults[0].place.column == 24 + 100 * (len(kind) + 1)
    [interface] = found.items
    assert isinstance(interface, tree.Interface)
    assert len(interface.items) == 1  # what comes behind is read


def test_a_type_as_deep_as_may_be():
    assert isinstance(ty("tuple<" * 99 + "u8" + ">" * 99), tree.Generic)


def test_packages_that_nest_too_deep():
    _, faults = read("package a:b {" * 10_000 + "}" * 10_000)
    assert [fault.message for fault in faults] == ["packages nest deeper than 100"]


def test_one_run_finds_every_fault():
    text = """
        interface a {
          type t = ;
          f: func(;
          record r { a: u8 b: u8 }
          g: func(a: list<>);
          h: func();
        }
        interfase b {}
        world w {
          import x: interface { f: fun(); }
          export y: func() -> ;
          import z;
        }
        interface c { x }
    """
    found, faults = read(text)
    assert [fault.place.line for fault in faults] == [3, 4, 5, 6, 9, 11, 12, 15]
    assert [type(item).__name__ for item in found.items] == ["Interface", "World", "Interface"]
    interface = found.items[0]
    assert isinstance(interface, tree.Interface)
    assert [item.name.name for item in interface.items if isinstance(item, tree.Function)] == ["h"]


def test_a_package_is_closed():
    assert messages("package a:b { interface i { }") == ["1:30 here should be `}`, not the end of the file"]


@pytest.mark.parametrize("text", ["}", "}}}}", "{", "interface i { } }", "package a:b { interface i { "])
def test_braces_that_do_not_match(text: str):
    assert read(text)[1]


def test_rendering():
    _, [fault] = read("package a:b;\ninterface record {}")
    assert fault.render() == (
        "a.wit:2:11: here should be a name, not `record`\n"
        "    2 | interface record {}\n"
        "      |           ^^^^^^\n"
        "      = `record` is a keyword: write `%record` to use it as a name"
    )


def test_a_long_line_is_cut_around_the_place():
    text = "interface i { " + "type a = u8; " * 1000 + "type = u8; " + "type b = u8; " * 1000 + "}"
    _, [fault] = read(text)
    assert fault.place.column == 14 + 13_000 + 6
    _, line, carets, *_ = fault.render().split("\n")
    assert len(line) <= 130
    assert line[carets.index("^")] == "="


def test_columns_count_characters():
    assert places("/* 😀é */ interface record {}") == [(1, 20)]
