"""Every limit against a guest that wants more: it is stopped, says so, and the host's memory stays bounded meanwhile."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.hardened.guests import REALLOC, WAYS, Way, opened, run
from witcraft import Config, PoisonedError, Trap

pytestmark = pytest.mark.engine

# ---- bytes copied out of the guest -------------------------------------------------------------------------------

FLAGS = " ".join([f'"f{n}"' for n in range(32)])
RESULTS = {
    "bytes": "(list (list u8))",
    "texts": "(list string)",
    "lists-of-texts": "(list (list string))",
    "numbers": "(list (list u16))",
    "bools": "(list bool)",
    "tuples": "(list (tuple u8))",
    "tuples-in-tuples": "(list (tuple (tuple (tuple u8))))",
    "results": "(list (result))",
    "results-in-results": "(list (result (result (result (result)))))",
    "options": "(list (option (option (option u8))))",
    "records": "(list $bits)",
    "flags": "(list $many)",
    "empty-lists": "(list (list (list u8)))",
    "mixed": "(tuple (list (list u8)) (list (tuple u8)))",
}
AMPLIFIER = f"""
(component
  (type $bits' (record (field "a" bool) (field "b" bool)))
  (export $bits "bits" (type $bits'))
  (type $many' (flags {FLAGS}))
  (export $many "many" (type $many'))
  (import "hear" (func $hear (param "v" (list (list u8)))))
  (core module $memory
    (memory (export "memory") 1024)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $m))
  (core func $hear (canon lower (func $hear) (memory $m)))
  (core module $code
    (import "" "memory" (memory 1))
    (import "" "hear" (func $hear (param i32 i32)))
    ;; from 2^20 on $count times $first, $second: as pointer and length, or whatever
    (func (export "fill") (param $first i32) (param $second i32) (param $count i32) (local $at i32)
      (local.set $at (i32.const 0x100000))
      (loop $next
        (i32.store (local.get $at) (local.get $first))
        (i32.store offset=4 (local.get $at) (local.get $second))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br_if $next (local.get $count))))
    ;; numbers from 0 on: as many flags
    (func (export "number") (param $count i32) (local $n i32)
      (loop $next
        (i32.store (i32.add (i32.const 0x100000) (i32.mul (local.get $n) (i32.const 4))) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $n) (local.get $count)))))
    (func (export "hear") (param i32 i32) (param $times i32)
      (loop $next
        (call $hear (local.get 0) (local.get 1))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $next (local.get $times))))
    (func (export "give") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
      (i32.store (i32.const 24) (i32.const 0x200000)) (i32.store (i32.const 28) (i32.const 0x100000))
      (i32.const 16)))
  (core instance $c (instantiate $code
    (with "" (instance (export "memory" (memory $m)) (export "hear" (func $hear))))))
  (func (export "fill") (param "first" u32) (param "second" u32) (param "count" u32) (canon lift (core func $c "fill")))
  (func (export "number") (param "count" u32) (canon lift (core func $c "number")))
  (func (export "send") (param "at" u32) (param "length" u32) (param "times" u32) (canon lift (core func $c "hear")))
  {
    "".join(
        [
            f'''
  (func (export "{name}") (param "at" u32) (param "length" u32) (result {ty})
    (canon lift (core func $c "give") (memory $m)))'''
            for name, ty in RESULTS.items()
        ]
    )
})
"""
AT = 0x100000
ATTACKS: dict[str, tuple[tuple[int, int, int], int]] = {
    # what the memory is filled with, and how many elements there are said to be: far more than the limit lets through
    "bytes": ((0, 1 << 20, 100_000), 100_000),
    "texts": ((4096, 1 << 19, 100_000), 100_000),
    "lists-of-texts": ((AT, 0x7070, 100_000), 100_000),  # bytes that are text as well
    "numbers": ((0, 1 << 18, 100_000), 100_000),
    "bools": ((0, 0, 1_000_000), 8_000_000),
    "tuples": ((0, 0, 1_000_000), 8_000_000),
    "tuples-in-tuples": ((0, 0, 1_000_000), 8_000_000),
    "results": ((0, 0, 1_000_000), 8_000_000),
    "results-in-results": ((0, 0, 1_000_000), 2_000_000),
    "options": ((0x01010101, 0x01010101, 1_000_000), 2_000_000),
    "records": ((0, 0, 1_000_000), 4_000_000),
    "flags": ((0, 0, 1), 4_000_000),
    "empty-lists": ((AT, 100_000, 100_000), 100_000),
    "mixed": ((0, 1 << 17, 100_000), 30),
}
AMPLIFIED = """
import gc, json, resource, sys
from tests.hardened.guests import opened
from tests.hardened.test_limits import AMPLIFIER, ATTACKS
from witcraft import Config, Trap

unit = 1 if sys.platform == "darwin" else 1024
component = opened(AMPLIFIER, "{way}")
heard = []
app = component.start(Config(max_copied={limit}), hear=lambda v: heard.append(len(v)))
app.fill(0, 0, 1_000_000)
app.number(100_000)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
app.bytes(0, 0)
before, found = peak(), {{}}
for name, (filled, count) in ATTACKS.items():
    app = component.start(Config(max_copied={limit}), hear=lambda v: heard.append(len(v)))
    app.fill(*filled)
    if name == "flags":
        app.number(100_000)
    try:
        getattr(app, name.replace("-", "_"))(0x100000, count)
        found[name] = "came through"
    except Trap as trap:
        found[name] = str(trap)
    del app
    gc.collect()
app = component.start(Config(max_copied={limit}), hear=lambda v: heard.append(len(v)))
app.fill(0, 1 << 20, 100)
app.send(0x100000, 3, 50)
print(json.dumps([peak() - before, found, sum(heard)]))
"""


@pytest.mark.parametrize("way", WAYS)
def test_what_a_guest_makes_of_few_bytes(way: Way) -> None:
    """Lists that share their elements, and elements that are small in memory and large in Python."""
    limit = 4 << 20
    grown, found, heard = json.loads(run(AMPLIFIED.format(way=way, limit=limit)))
    for name, what in found.items():
        assert what == f"{name}: more than {limit} bytes copied out of the guest in one call (Config.max_copied)"
    assert heard == 150
    assert grown < 10 * limit + (64 << 20)  # the guests' own memory is 64 MiB, of which one touches 8 or so


FORGOTTEN = """
import gc
from tests.hardened.guests import opened
from tests.hardened.test_limits import AMPLIFIER

component = opened(AMPLIFIER)
app = component.start(hear=len)
app.number(20_000)
flags = app.flags(0x100000, 20_000)
assert [one.value for one in flags] == list(range(20_000))
again = app.flags(0x100000, 20_000)
assert flags == again
assert len(set(flags) | set(again)) == 20_000
assert flags[9_001] & app.Many.F0 == app.Many.F0
assert flags[5] | flags[9_000] == flags[9_005 & ~8 | 8]
print(len(app.Many._value2member_map_))
"""


def test_combinations_of_flags_are_not_kept_for_ever() -> None:
    """Python keeps each that it makes; a guest could make four thousand million."""
    assert int(run(FORGOTTEN)) < 5_000


# ---- what a guest takes ------------------------------------------------------------------------------------------

GREEDY = f"""
(component
  (core module $m
    (memory (export "memory") 1)
    (table $t (export "t") 1 funcref)
    {REALLOC}
    (global $where (mut i32) (i32.const 0))
    (func (export "arm") (param i32) (global.set $where (local.get 0)))
    (func $spin (param i32) (if (i32.eq (global.get $where) (local.get 0)) (then (loop $again (br $again)))))
    (func (export "pages") (result i32)
      (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size))
    (func (export "elements") (result i32)
      (loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1)) (i32.const -1))))
      (table.size $t))
    (func $deeper (param i32) (result i32) (i32.add (i32.const 1) (call $deeper (i32.add (local.get 0) (i32.const 1)))))
    (func (export "deeper") (result i32) (call $deeper (i32.const 0)))
    (func (export "slow-realloc") (param i32 i32 i32 i32) (result i32)
      (call $spin (i32.const 2))
      (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "work") (param i32 i32) (result i32) (call $spin (i32.const 1)) (i32.const 16))
    (func (export "post") (param i32) (call $spin (i32.const 3)))
    (func (export "dtor") (param i32) (call $spin (i32.const 4))))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (type $box' (resource (rep i32) (dtor (core func $i "dtor"))))
  (export $box "box" (type $box'))
  (core func $new (canon resource.new $box))
  (core module $n (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 5))))
  (core instance $c (instantiate $n (with "" (instance (export "new" (func $new))))))
  (func (export "arm") (param "where" u32) (canon lift (core func $i "arm")))
  (func (export "pages") (result u32) (canon lift (core func $i "pages")))
  (func (export "elements") (result u32) (canon lift (core func $i "elements")))
  (func (export "deeper") (result u32) (canon lift (core func $i "deeper")))
  (func (export "make") (result (own $box)) (canon lift (core func $c "make")))
  (func (export "work") (param "s" string) (result (list u8))
    (canon lift (core func $i "work") (memory $memory) (realloc (core func $i "slow-realloc"))
      (post-return (core func $i "post")))))
"""


@pytest.mark.parametrize("way", WAYS)
def test_memory_and_tables_stop_growing(way: Way) -> None:
    app = opened(GREEDY, way).start(Config(max_memory=1 << 20, max_table_elements=5_000))
    assert app.pages() == 16
    assert app.elements() == 5_000
    assert app.work("abc") == b""


PLACES = {1: "work", 2: "work", 3: "work", 4: "destructor of Box"}
"""Where the guest begins to spin: in the call, in realloc, in post-return, in a destructor."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(
    ("settings", "code", "what"),
    [({"fuel": 300_000}, "out of fuel", "all fuel consumed"), ({"timeout": 0.06}, "timeout", "timed out after 0.06 s")],
    ids=["fuel", "timeout"],
)
def test_a_guest_that_never_ends(way: Way, where: int, settings: dict[str, Any], code: str, what: str) -> None:
    app = opened(GREEDY, way).start(Config(**settings))
    box = app.make()
    app.arm(where)
    begin = time.monotonic()
    call = box.close if where == 4 else lambda: app.work("abc")
    with pytest.raises(Trap, match=f"^{PLACES[where]}: {what}") as caught:
        call()
    assert caught.value.code == code
    assert time.monotonic() - begin < 10
    with pytest.raises(PoisonedError, match=f"{PLACES[where]} trapped"):
        app.pages()
    box.close()


@pytest.mark.parametrize("settings", [{"fuel": 300_000}, {"timeout": 0.06}], ids=["fuel", "timeout"])
def test_a_forgotten_resource_whose_destructor_never_ends(settings: dict[str, Any]) -> None:
    """It is destroyed by the next call, which is what says so."""
    app = opened(GREEDY).start(Config(**settings))
    box = app.make()
    app.arm(4)
    del box
    with pytest.raises(Trap, match="^destructor of Box: "):
        app.pages()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [None, 64 << 10, 1 << 20])
def test_the_stack_ends(way: Way, size: int | None) -> None:
    app = opened(GREEDY, way).start(Config(max_wasm_stack=size))
    with pytest.raises(Trap, match="^deeper: call stack exhausted") as caught:
        app.deeper()
    assert caught.value.code == "stack overflow"
    with pytest.raises(PoisonedError):
        app.pages()


def test_a_guest_that_calls_itself_as_our_own_module_is_called() -> None:
    """By that name it is told whether a host function came to its end. A trap it is all the same."""
    text = """
    (component
      (core module $gate (func (export "f") unreachable))
      (core instance $m (instantiate $gate))
      (func (export "f") (canon lift (core func $m "f"))))"""
    app = opened(text).start()
    with pytest.raises(Trap):
        app.f()
    with pytest.raises(PoisonedError, match="f trapped"):
        app.f()


def test_names_in_a_backtrace_are_cut_off() -> None:
    """A guest calls its functions what it likes, and a message is to be read."""
    text = """
    (component
      (core module $m (func $NAME (export "f") unreachable))
      (core instance $m (instantiate $m))
      (func (export "f") (canon lift (core func $m "f"))))"""
    app = opened(text.replace("NAME", "x" * 1_000_000)).start()
    with pytest.raises(Trap) as caught:
        app.f()
    assert len(str(caught.value)) < 500
    assert str(caught.value).startswith("f: wasm `unreachable` instruction executed\nwasm backtrace:\n    0:")
