"""Meaning: worlds out of components, types and their identity, and what is invalid."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component

from tests.support import raw
from tests.support.wat import assemble, components
from tests.support.world import check_closed, item
from witcraft import binary
from witcraft.errors import ComponentError
from witcraft.model.text import signature
from witcraft.model.types import (
    F64,
    NO_DOCS,
    U8,
    U32,
    Borrow,
    Enum,
    Field,
    List,
    Option,
    Own,
    Record,
    Resource,
    Stream,
    TypeDef,
)
from witcraft.model.world import (
    ComponentItem,
    Constructor,
    CoreModule,
    Freestanding,
    Function,
    Interface,
    Method,
    NamedResource,
    Static,
    World,
)
from witcraft.resolve import resolve


def world(text: str) -> World:
    found = resolve(binary.read(assemble(text))).world
    check_closed(found)
    return found


def refusal(text: str) -> ComponentError:
    data = binary.read(assemble(text))
    with pytest.raises(ComponentError) as caught:
        resolve(data)
    return caught.value


def interface(found: World, side: str, name: str) -> Interface:
    wanted = item(getattr(found, side), name)
    assert isinstance(wanted, Interface)
    return wanted


def function(found: World | Interface, name: str) -> Function:
    functions = found.functions if isinstance(found, Interface) else (*found.imports, *found.exports)
    wanted = item(functions, name)
    assert isinstance(wanted, Function)
    return wanted


# ---- functions, interfaces, names -------------------------------------------------------------------------------


def test_a_function_keeps_its_parameters_names():
    found = world('(component (import "log" (func (param "message" string) (param "level-2" u8) (result u32))))')
    log = function(found, "log")
    assert signature(log) == "func(message: string, level-2: u8) -> u32"
    assert (log.name, log.kind, log.is_async, log.docs) == ("log", Freestanding(), False, NO_DOCS)


def test_the_world_is_named_by_the_component():
    assert world("(component $calculator)").name == "calculator"
    assert world("(component)").name == "root"


SHAPES = """
  (import "test:a/shapes@1.0.0" (instance $shapes
    (type $point (record (field "x" u32)))
    (export "point" (type $p (eq $point)))
    (type $points (list $p))
    (export "points" (type $ps (eq $points)))
    (export "draw" (func (param "at" $p) (param "all" $ps)))))
  (alias export $shapes "point" (type $point))
"""


def test_types_of_an_interface_are_named():
    shapes = interface(world(f"(component {SHAPES})"), "imports", "test:a/shapes@1.0.0")
    point, points = shapes.types
    assert isinstance(point, TypeDef)
    assert isinstance(points, TypeDef)
    assert (point.owner, point.name, point.type) == ("test:a/shapes@1.0.0", "point", Record((Field("x", U32),)))
    assert points.type is List(point)
    assert [param.type for param in function(shapes, "draw").params] == [point, points]


def test_an_interface_may_use_another_ones_type():
    found = world(f"""(component {SHAPES}
      (import "test:a/canvas" (instance
        (alias outer 1 $point (type $outer))
        (export "dot" (type $dot (eq $outer)))
        (export "put" (func (param "at" $dot))))))""")
    (dot,) = interface(found, "imports", "test:a/canvas").types
    point = interface(found, "imports", "test:a/shapes@1.0.0").types[0]
    assert isinstance(dot, TypeDef)
    assert (dot.owner, dot.name) == ("test:a/canvas", "dot")
    assert dot.type is point
    assert function(interface(found, "imports", "test:a/canvas"), "put").params[0].type is dot


def test_equal_types_of_two_interfaces_stay_two():
    one = '(instance (type $c (enum "red")) (export "color" (type (eq $c))))'
    found = world(f'(component (import "a:b/c" {one}) (import "a:b/d" {one}))')
    (first,), (second,) = (interface(found, "imports", name).types for name in ("a:b/c", "a:b/d"))
    assert isinstance(first, TypeDef)
    assert isinstance(second, TypeDef)
    assert first is not second
    assert first.type is second.type is Enum(("red",))


def test_types_at_the_root():
    found = world("""(component
      (type $r (record (field "x" u8)))
      (import "point" (type $point (eq $r)))
      (import "thing" (type $thing (sub resource)))
      (import "f" (func (param "p" $point) (result (own $thing))))
      (type $word (func))
      (export "spot" (type $point))
      (export "word" (type $word)))""")
    point, thing, f = found.imports
    assert isinstance(point, TypeDef)
    assert isinstance(thing, NamedResource)
    assert isinstance(f, Function)
    assert (point.owner, point.name) == ("", "point")
    assert f.params[0].type is point
    assert f.result is Own(thing.resource)
    spot, word = found.exports
    assert isinstance(spot, TypeDef)
    assert (spot.name, spot.type) == ("spot", point)
    assert word == ComponentItem("word", "function type")


def test_what_no_wit_can_say_is_known_by_name():
    found = world("""(component
      (import "c" (component))
      (core type $m (module (import "env" "f" (func (param i32))) (export "memory" (memory 1))))
      (import "m" (core module (type $m)))
      (import "deep" (instance (export "inner" (instance (export "f" (func)))) (export "m" (core module))))
      (type $i (instance))
      (type $t (component))
      (export "i" (type $i))
      (export "t" (type $t)))""")
    assert item(found.imports, "c") == ComponentItem("c")
    module = item(found.imports, "m")
    assert isinstance(module, CoreModule)
    assert module.type.imports == (("env", "f", "func(i32)"),)
    assert module.type.exports == (("memory", "memory 1.."),)
    deep = interface(found, "imports", "deep")
    assert [type(nested) for nested in deep.nested] == [Interface, CoreModule]
    assert [item.sort for item in found.exports if isinstance(item, ComponentItem)] == [
        "instance type",
        "component type",
    ]


def test_asynchronous_types_are_resolved():
    found = world("""(component
      (type $s (stream u8))
      (type $f (future))
      (import "f" (func async (param "s" $s) (param "f" $f) (param "e" error-context))))""")
    f = function(found, "f")
    assert f.is_async
    assert signature(f) == "async func(s: stream<u8>, f: future, e: error-context)"
    assert f.params[0].type is Stream(U8)


# ---- resources --------------------------------------------------------------------------------------------------

BLOBS = """
  (import "test:a/blobs" (instance $blobs
    (export "blob" (type $blob (sub resource)))
    (export "[constructor]blob" (func (param "n" u32) (result (own $blob))))
    (export "[method]blob.read" (func (param "self" (borrow $blob)) (result string)))
    (export "[static]blob.open" (func (param "name" string) (result (own $blob))))
    (export "count" (func (result u32)))))
"""


def test_methods_statics_and_constructors():
    blobs = interface(world(f"(component {BLOBS})"), "imports", "test:a/blobs")
    (named,) = blobs.types
    assert isinstance(named, NamedResource)
    blob = named.resource
    assert (blob.owner, blob.name) == ("test:a/blobs", "blob")
    assert [(f.extern_name, f.name, f.kind) for f in blobs.functions] == [
        ("[constructor]blob", "constructor", Constructor(blob)),
        ("[method]blob.read", "read", Method(blob)),
        ("[static]blob.open", "open", Static(blob)),
        ("count", "count", Freestanding()),
    ]
    assert blobs.functions[1].params[0].type is Borrow(blob)


EXPORTED = """(component
  (core module $m
    (func (export "drop") (param i32))
    (func (export "make") (result i32) i32.const 0)
    (func (export "use") (param i32)))
  (core instance $m (instantiate $m))
  (type $r (resource (rep i32) (dtor (core func $m "drop"))))
  (func $make (result (own $r)) (canon lift (core func $m "make")))
  (func $use (param "self" (borrow $r)) (canon lift (core func $m "use")))
  (component $shim
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "use" (func $use (param "self" (borrow $r))))
    (export $named "thing" (type $r))
    (export "[constructor]thing" (func $make) (func (result (own $named))))
    (export "[method]thing.use" (func $use) (func (param "self" (borrow $named)))))
  (instance $i (instantiate $shim (with "r" (type $r)) (with "make" (func $make)) (with "use" (func $use))))
  (export "test:a/things" (instance $i)))"""


def test_an_exported_resource_has_the_name_that_its_interface_gives_it():
    things = interface(world(EXPORTED), "exports", "test:a/things")
    (named,) = things.types
    assert isinstance(named, NamedResource)
    assert (named.resource.owner, named.resource.name) == ("test:a/things", "thing")
    assert function(things, "[constructor]thing").result is Own(named.resource)
    assert function(things, "[method]thing.use").kind == Method(named.resource)


def resources(found: Interface) -> list[Resource]:
    return [named.resource for named in found.types if isinstance(named, NamedResource)]


def test_instantiating_twice_makes_two_resource_types():
    found = world("""(component
      (component $c (type $r (resource (rep i32))) (export "r" (type $r)))
      (instance $one (instantiate $c))
      (instance $two (instantiate $c))
      (export "test:a/one" (instance $one))
      (export "test:a/two" (instance $two)))""")
    (one,), (two,) = (resources(interface(found, "exports", name)) for name in ("test:a/one", "test:a/two"))
    assert one is not two
    assert (one.owner, two.owner) == ("test:a/one", "test:a/two")


def test_a_resource_may_have_further_names():
    found = world(f"""(component {BLOBS}
      (alias export $blobs "blob" (type $blob))
      (import "test:a/more" (instance
        (alias outer 1 $blob (type $outer))
        (export "chunk" (type (eq $outer)))))
      (export "lump" (type $blob)))""")
    (blob,) = resources(interface(found, "imports", "test:a/blobs"))
    (more,) = interface(found, "imports", "test:a/more").types
    assert more == NamedResource("chunk", blob, "test:a/more")
    assert found.exports == (NamedResource("lump", blob),)


def test_a_resource_under_two_names_of_one_interface_is_one_resource():
    found = world("""(component
      (type $r (resource (rep i32)))
      (component $c
        (import "r" (type $r (sub resource)))
        (export $named "thing" (type $r))
        (export "handle" (type $named)))
      (instance $i (instantiate $c (with "r" (type $r))))
      (export "test:a/things" (instance $i)))""")
    thing, handle = resources(interface(found, "exports", "test:a/things"))
    assert thing is handle


def test_a_name_that_only_the_inside_knows_is_looked_behind():
    """An import may mention a type by it that can do without a name; the export keeps the name that it gives."""
    found = world(
        """(component
          (type $o (option f64)) (export $a "a" (type $o)) (import "b" (type (eq $a)))
          (type $l (list $a)) (export "l" (type $l))
          (import "f" (func (param "x" $a) (result (list $a)))) (export "g" (func 0)))"""
    )
    check_closed(found)
    assert signature(function(found, "f")) == "func(x: option<f64>) -> list<option<f64>>"
    types = {it.name: it.type for it in [*found.imports, *found.exports] if isinstance(it, TypeDef)}
    assert types == {"a": Option(F64), "b": Option(F64), "l": List(Option(F64))}


def test_an_instance_that_is_exported_names_its_types_for_what_comes_after():
    found = world("""(component
      (component $c
        (type $r (record (field "x" u8)))
        (export $named "point" (type $r))
        (import "g" (func $g (result u8)))
        (export "t" (type $named)))
      (import "g" (func $g (result u8)))
      (instance $i (instantiate $c (with "g" (func $g))))
      (export "test:a/points" (instance $i))
      (alias export $i "point" (type $point))
      (type $all (list $point))
      (export "points" (type $all)))""")
    point = interface(found, "exports", "test:a/points").types[0]
    points = item(found.exports, "points")
    assert isinstance(points, TypeDef)
    assert points.type is List(point)  # type: ignore[arg-type]  # a TypeDef


def test_an_interface_that_is_imported_and_exported_again_uses_its_types():
    found = world(f'(component {SHAPES} (export "test:a/shapes@1.0.0" (instance $shapes)))')
    imported = interface(found, "imports", "test:a/shapes@1.0.0").types[0]
    exported = interface(found, "exports", "test:a/shapes@1.0.0").types[0]
    assert isinstance(exported, TypeDef)
    assert exported is not imported
    assert exported.type is imported


def test_an_ascribed_resource_is_another_one_to_the_outside():
    found = world("""(component
      (type $r (resource (rep i32)))
      (export "r1" (type $r))
      (export "r2" (type $r))
      (export "r3" (type $r) (type (sub resource))))""")
    first, second, third = (it.resource for it in found.exports if isinstance(it, NamedResource))
    assert first is second
    assert first is not third


# ---- documentation ----------------------------------------------------------------------------------------------

DOCUMENTED = """(component
  (import "log" (func (param "message" string)))
  (import "host" (instance
    (type $p (record (field "x" u8)))
    (export "point" (type (eq $p)))
    (export "tick" (func))))
  (import "test:a/far" (instance))
  (import "far-f" (func $f))
  (export "run" (func $f)))"""

DOCS = {
    "docs": "The package.",
    "worlds": {
        "root": {
            "docs": "The world.",
            "funcs": {"log": {"docs": "Logs."}},
            "func_exports": {"run": "Runs."},
            "interfaces": {
                "host": {
                    "docs": "The host.",
                    "funcs": {"tick": {"docs": "Ticks.", "stability": {}}},
                    "types": {"point": {"docs": "A point.", "items": {"x": "Across."}}},
                }
            },
            "interface_import_docs": {"test:a/far": "From afar."},
        }
    },
}


def documented(payload: bytes) -> World:
    data = assemble(DOCUMENTED) + raw.custom("package-docs", payload)
    return resolve(binary.read(data)).world


@pytest.mark.parametrize("version", [b"\0", b"\1"])
def test_documentation(version: bytes):
    found = documented(version + json.dumps(DOCS).encode())
    host = interface(found, "imports", "host")
    (point,) = host.types
    assert isinstance(point, TypeDef)
    assert found.docs.text == "The world."
    assert function(found, "log").docs.text == "Logs."
    assert function(found, "run").docs.text == "Runs."
    assert (host.docs.text, function(host, "tick").docs.text) == ("The host.", "Ticks.")
    assert (point.docs.text, dict(point.docs.items)) == ("A point.", {"x": "Across."})
    assert interface(found, "imports", "test:a/far").docs.text == "From afar."


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\2{}",
        b"\1",
        b"\1{",
        b"\1[]",
        b"\1\xff",
        b'\1{"worlds": []}',
        b'\1{"worlds": {"root": {"docs": 1, "funcs": {"log": {"docs": []}}, "types": 3, "interfaces": {"host": 1}}}}',
        b"\1" + b"[" * 100_000,
    ],
)
def test_damaged_documentation_is_passed_over(payload: bytes):
    found = documented(payload)
    assert found.docs == NO_DOCS
    assert function(found, "log").docs == NO_DOCS


# ---- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a", "a-b2", "a-2-b", "B-C", "is-XML", "a:b/c", "a-b:c-d/e-F", "a:b/c@1.2.3", "a:b/c@1.0.0-rc.1+x-y", "a:b/c@0.2"],
)
def test_names(name: str):
    assert item(world(f'(component (import "{name}" (func)))').imports, name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "1", "a-", "a--b", "aB", "a_b", "a b", "ä", "a.b", "[a]", "[method]a", "[static]a.", "[constructor]a.b"),
        *("a:b", "a:b/", "A:b/c", "a:B/c", "a:b:c/d", "a:b/c/d", "a:b/c@", "a:b/c@1.2", "a:b/c@01.2.3", "a:b/c@1.2.3-"),
        *("class\\\\n", "../up", "a\\\\\\u{0}", "url=<https://a>", "locked-dep=<a:b>"),
    ],
)
def test_names_that_are_none(name: str):
    assert refusal(f'(component (import "{name}" (func)))').offset is not None


def test_names_take_linear_time():
    assert "kebab" in str(refusal(f'(component (import "a{"-1" * 30_000}!" (func)))'))


@pytest.mark.parametrize(
    ("first", "second"),
    [("a", "a"), ("a", "A"), ("a-b", "a-B"), ("a-b", "ab"), ("a:b/c@1.0.0", "a:b/c@1.0.0"), ("a:b/c", "a:b/C")],
)
def test_names_that_conflict(first: str, second: str):
    wrong = "is there twice" if first == second else f'conflicts with "{first}"'
    assert wrong in str(refusal(f'(component (import "{first}" (func)) (import "{second}" (func)))'))


def test_names_that_do_not_conflict():
    assert len(world('(component (import "a:b/c@1.0.0" (func)) (import "a:b/c@2.0.0" (func)))').imports) == 2


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ('(import "[method]r.f" (func))', 'first parameter "self"'),
        ('(import "[method]r.f" (func (param "self" (own $r))))', 'first parameter "self"'),
        ('(import "[method]r.f" (func (param "x" (borrow $r))))', 'first parameter "self"'),
        ('(import "[method]q.f" (func (param "self" (borrow $r))))', "no resource imported before"),
        ('(import "[method]r.r" (func (param "self" (borrow $r))))', "conflicts"),
        ('(import "[constructor]r" (func))', "a constructor gives"),
        ('(import "[constructor]r" (func (result (result string (error (own $r))))))', "a constructor gives"),
        ('(import "[constructor]r" (func async (result (own $r))))', "cannot be async"),
        ('(import "[static]q.f" (func))', "no resource imported before"),
        ('(import "[static]r.f" (instance))', "is a function"),
        ('(export "[static]r.f" (func $f))', "no resource exported before"),
    ],
)
def test_names_of_methods(definition: str, message: str):
    assert message in str(
        refusal(f'(component (import "r" (type $r (sub resource))) (import "g" (func $f)) {definition})')
    )


def test_names_of_methods_in_a_bag_of_exports_name_nothing():
    text = '(component (import "r" (type $r (sub resource))) (import "f" (func $f (result (own $r))))'
    error = refusal(f'{text} (instance (export "r" (type $r)) (export "[constructor]r" (func $f))))')
    assert "no resource exported before" in str(error)


# ---- the specification's own ------------------------------------------------------------------------------------


def engine_takes(data: bytes) -> bool:
    try:
        Component(Engine(), data)
    except WasmtimeError:
        return False
    return True


@pytest.mark.skipif("WITCRAFT_VECTORS" not in os.environ, reason="WITCRAFT_VECTORS is not set")
def test_components_of_the_specification():
    """What its scripts define or refuse: there is an answer to each, and what the engine takes is not refused."""
    scripts = sorted(Path(os.environ["WITCRAFT_VECTORS"], "component-model", "test").rglob("*.wast"))
    taken, refused = 0, []
    for text in [text for script in scripts for text in components(script.read_text())]:
        try:
            data = assemble(text)
            found = binary.read(data)
        except (WasmtimeError, ComponentError):
            continue  # refers to a component that stands elsewhere in the script, or is malformed
        try:
            check_closed(resolve(found).world)
            taken += 1
        except ComponentError as error:
            refused += [(error, text)] if engine_takes(data) else []
    assert taken > 500
    assert [
        error.message for error, _ in refused if "conflicts" not in error.message
    ] == []  # hyphens tell nothing apart
