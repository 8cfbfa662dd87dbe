"""The component tree as text and as data."""

from __future__ import annotations

import json

from tests.support import raw
from tests.support.wat import assemble
from witcraft import binary
from witcraft.component import tree as t
from witcraft.component.show import show, to_json

TEXT = """(component $demo
  (import "log" (func $log (param "line" string)))
  (core module $m
    (import "host" "log" (func (param i32 i32)))
    (memory (export "memory") 1 2)
    (global (export "top") (mut i32) (i32.const 0))
    (func (export "run") (param i64) (result i32) (i32.const 1)))
  (core type (module (import "a" "f" (func)) (export "t" (table 1 funcref))))
  (type $shape (variant (case "dot") (case "circle" f64)))
  (core func $lowered (canon lower (func $log) string-encoding=utf16))
  (core instance $host (export "log" (func $lowered)))
  (core instance $i (instantiate $m (with "host" (instance $host))))
  (type $run (func async (param "n" s64) (result u32)))
  (alias core export $i "run" (core func $run))
  (func $lifted (type $run) (canon lift (core func $run) async))
  (core func (canon stream.read 3 (memory (core memory 0))))
  (type (instance (alias outer $demo $shape (type)) (export "s" (type (eq 0))) (export "r" (type (sub resource)))))
  (component $inner (type (resource (rep i32))))
  (instance (instantiate $inner (with "f" (func $lifted))))
  (export "run" (func $lifted)))"""

SHOWN = """\
component "demo", SIZE bytes
  type 0 = func(line: string)
  func 0 "log" = import "log": type 0
  core module 0 "m" "m", SIZE bytes
    import "host" "log": func(i32, i32)
    memory 1..2
    export "memory": memory 1..2
    export "top": global mut i32
    export "run": func(i64) -> i32
    custom "name", SIZE bytes
  core type 0 = module
    core type 0 = func()
    import "a" "f": func of core type 0
    export "t": table 1.. of funcref
  type 1 "shape" = variant { dot, circle(f64) }
  core func 0 "lowered" = lower func 0 [utf16]
  core instance 0 "host" = exports
    "log" = core func 0
  core instance 1 "i" = instantiate core module 0
    "host" = core instance 0
  type 2 "run" = async func(n: s64) -> u32
  core func 1 "run" = core instance 1 "run"
  func 1 "lifted" = lift core func 1 as type 2 [async]
  core func 2 = stream.read 3 [core memory 0]
  type 3 = instance
    type 0 = outer 1 type 1
    type 1 = export "s": eq type 0
    type 2 = export "r": sub resource
  component 0 "inner" "inner", SIZE bytes
    type 0 = resource, rep i32
    custom "component-name", SIZE bytes
  instance 0 = instantiate component 0
    "f" = func 1
  func 2 = export "run" func 1
  custom "component-name", SIZE bytes
"""


def plain(text: str) -> str:
    """Without what changes from assembler to assembler: offsets and sizes."""
    rows = [line.split("   ;; 0x")[0] for line in text.splitlines()]
    return "\n".join(_size_hidden(row) for row in rows) + "\n"


def _size_hidden(row: str) -> str:
    words = row.split(" ")
    return " ".join([*words[:-2], "SIZE", "bytes"]) if words[-1] == "bytes" else row


def test_show():
    assert plain(show(binary.read(assemble(TEXT)), binary.item_names)) == SHOWN


def test_show_without_debug_names():
    shown = plain(show(binary.read(assemble(TEXT))))
    assert "func 0 = import" in shown
    assert '"lowered"' not in shown


def test_lines_end_with_offsets():
    data = assemble(TEXT)
    lines = show(binary.read(data)).splitlines()
    (line,) = [line for line in lines if "variant {" in line]
    offset = int(line.rpartition(";; ")[2], 16)
    assert data[offset] == 0x71


def test_hostile_names_stay_on_their_line():
    name = 'a"\n\x1b[2J\u202e\u2028"; b'
    data = raw.component(
        raw.section(7, raw.vec(b"\x6e" + raw.vec(raw.name(name)))),
        raw.section(10, raw.vec(b"\0" + raw.name(name) + b"\1\0")),
        raw.custom(name, b""),
    )
    shown = show(binary.read(data))
    assert len(shown.splitlines()) == 4
    assert shown.isascii()
    assert "\x1b" not in shown


def test_json_has_every_noun():
    found = binary.read(assemble(TEXT))
    data = json.loads(json.dumps(to_json(found)))
    assert data["kind"] == "Component"
    assert data["name"] == "demo"
    assert [d["kind"] for d in data["definitions"]] == [type(d).__name__ for d in found.definitions]
    lift = next(d for d in data["definitions"] if d["kind"] == "CanonLift")
    assert lift["options"] == {
        "kind": "CanonOptions",
        "encoding": None,
        "memory": None,
        "realloc": None,
        "post_return": None,
        "is_async": True,
        "callback": None,
        "core_type": None,
        "gc": False,
    }


def test_json_counts_bytes_and_names_sorts():
    assert to_json(t.Value(t.PrimType("u8"), memoryview(b"\x07"), 5)) == {
        "kind": "Value",
        "type": {"kind": "PrimType", "name": "u8"},
        "data": {"bytes": 1},
        "offset": 5,
    }
    assert to_json(t.SortIndex(t.Sort.FUNC, 1)) == {"kind": "SortIndex", "sort": "func", "index": 1}
    assert to_json(t.StringEncoding.COMPACT) == "latin1+utf16"
