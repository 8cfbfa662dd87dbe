"""What `compare` finds between two worlds, and whom it says that breaks."""

from __future__ import annotations

import pytest
from wasmtime import wat2wasm

from witcraft import api
from witcraft.compare import Kind, Party, between_worlds
from witcraft.compare.names import track
from witcraft.compare.show import broken, text, to_json
from witcraft.model.world import World


def world(items: str) -> World:
    return api.world(bytes(wat2wasm(f"(component {items})")))


def interface(*exports: str, name: str = "a:b/c@0.2.0") -> str:
    return f'(import "{name}" (instance {" ".join(exports)}))'


F = '(export "f" (func (param "x" u32) (result string)))'


def test_equal_worlds_have_no_change():
    assert between_worlds(world(interface(F)), world(interface(F))) == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "place", "parties"),
    [
        (interface(F), interface(F, '(export "g" (func))'), Kind.ADDED, ("a:b/c@0.2", "g"), ["hosts"]),
        (interface(F, '(export "g" (func))'), interface(F), Kind.REMOVED, ("a:b/c@0.2", "g"), ["components"]),
        ("", '(import "log" (func))', Kind.ADDED, ("log",), ["hosts"]),
        ('(import "log" (func))', '(import "log" (func async))', Kind.CHANGED, ("log",), ["components", "hosts"]),
        (interface(F), interface(F, name="a:b/c@0.2.7"), Kind.VERSION, ("a:b/c@0.2",), []),
    ],
)
def test_imports(old: str, new: str, kind: Kind, place: tuple[str, ...], parties: list[str]):
    (change,) = between_worlds(world(old), world(new))
    assert (change.kind, change.side, change.place) == (kind, "import", place)
    assert broken(change) == parties


EXPORT = """
  (core module $M (func (export "f") (param i32) (result i32) i32.const 0))
  (core instance $m (instantiate $M))
  (func (export "f") {type} (canon lift (core func $m "f")))
"""


def exporting(kind: str) -> World:
    return world(EXPORT.format(type=kind))


def test_what_a_component_exports_is_the_hosts_to_use():
    with_f, without = exporting('(param "x" u32) (result u32)'), world("")
    (gone,) = between_worlds(with_f, without)
    (new,) = between_worlds(without, with_f)
    assert (gone.side, broken(gone)) == ("export", ["hosts"])
    assert (new.side, broken(new)) == ("export", ["components"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('(param "x" u32) (result u32)', '(param "x" s32) (result u32)'),
        ('(param "x" u32) (result u32)', '(param "y" u32) (result u32)'),
        ('(param "x" u32) (result u32)', '(param "x" u32) (result bool)'),
    ],
)
def test_another_type_breaks_both(one: str, other: str):
    (change,) = between_worlds(exporting(one), exporting(other))
    assert (change.kind, change.breaks) == (Kind.CHANGED, Party.PROVIDERS | Party.USERS)
    assert change.before != change.after


def point(fields: str, name: str = "point") -> str:
    record = f"(type $t (record {fields}))"
    return interface(record, f'(export "{name}" (type $p (eq $t)))', '(export "f" (func (param "v" (list $p))))')


XY = '(field "x" f32) (field "y" f32)'


def test_types_are_compared_by_structure():
    assert between_worlds(world(point(XY)), world(point(XY))) == []
    changed = between_worlds(world(point(XY)), world(point('(field "x" f32)')))
    assert [change.place[-1] for change in changed] == ["point", "f"], "the type, and what mentions it"


def test_another_name_of_a_type_is_a_change_of_the_interface_only():
    changes = between_worlds(world(point(XY)), world(point(XY, "spot")))
    assert [(change.kind, change.place[-1]) for change in changes] == [(Kind.REMOVED, "point"), (Kind.ADDED, "spot")]


def test_resources_are_what_their_interface_calls_them():
    def with_resource(name: str, version: str) -> World:
        resource = f'(export "{name}" (type $r (sub resource)))'
        function = '(export "f" (func (param "r" (borrow $r))))'
        return world(interface(resource, function, name=f"a:b/c@{version}"))

    (version,) = between_worlds(with_resource("r", "0.2.0"), with_resource("r", "0.2.1"))
    assert version.kind is Kind.VERSION
    kinds = [change.kind for change in between_worlds(with_resource("r", "0.2.0"), with_resource("s", "0.2.0"))]
    assert sorted(kind.value for kind in kinds) == ["added", "changed", "removed"]


def test_a_type_that_doubles_itself_is_compared_in_linear_time():
    fields = "".join(f"(type $t{n} (tuple $t{n - 1} $t{n - 1}))" for n in range(1, 18))
    deep = f'(type $t0 (tuple u8)) {fields} (import "f" (func (param "v" (list $t17))))'
    assert between_worlds(world(deep), world(deep)) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a:b/c@0.2.6", "a:b/c@0.2"),
        ("a:b/c@1.9.0", "a:b/c@1"),
        ("a:b/c@0.0.3", "a:b/c@0.0.3"),
        ("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0-rc.1"),
        ("a:b/c", "a:b/c"),
        ("plain", "plain"),
    ],
)
def test_track(name: str, expected: str):
    assert track(name) == expected


def test_text_says_what_and_whom():
    changes = between_worlds(world(interface(F)), world(interface('(export "g" (func))')))
    assert text(changes).splitlines() == [
        "- import a:b/c@0.2 f: func(x: u32) -> string   breaks components",
        "+ import a:b/c@0.2 g: func()   breaks hosts",
        "2 changes, 2 breaking (components, hosts)",
    ]
    assert text([]) == "no change\n"


def test_json_has_the_same():
    (change,) = to_json(between_worlds(world(""), world('(import "log" (func))')))
    assert change == {
        "kind": "added",
        "side": "import",
        "place": ["log"],
        "before": None,
        "after": "func()",
        "breaks": ["hosts"],
    }
