"""A memory that grows in the middle of a call: in realloc, in an import, in post-return, in the code of an argument.

One of 64 bits may *move* then. With the engine's usual settings that takes four gigabytes; here it reserves nothing, so
that each growth moves it, and whoever held on to the old place reads and writes what is no longer there.
"""

from __future__ import annotations

import pytest

from tests.hardened.guests import run

pytestmark = pytest.mark.engine

GUEST = """
(component
  (import "tick" (func $tick (param "s" string) (result (list string))))
  (import "pair" (func $pair (param "a" string) (param "n" u32) (result (tuple string u64))))
  (type $spot' (record (field "x" u8) (field "name" string)))
  (export $spot "spot" (type $spot'))
  (core module $library
    (memory (export "memory") CORE 1)
    (global $heap (mut CORE) (CORE.const 1024))
    (global $grows (mut i32) (i32.const 0))
    (func (export "grow-always") (param i32) (global.set $grows (local.get 0)))
    (func $grow (export "grow") (param $pages i32) (result i32)
      GROWN)
    (func (export "realloc") (param CORE CORE CORE CORE) (result CORE) (local $at CORE)
      (if (global.get $grows) (then (drop (call $grow (i32.const 1)))))
      (local.set $at (CORE.and
        (CORE.add (global.get $heap) (CORE.sub (local.get 2) (CORE.const 1)))
        (CORE.sub (CORE.const 0) (local.get 2))))
      (global.set $heap (CORE.add (local.get $at) (local.get 3)))
      (if (CORE.gt_u (global.get $heap) (CORE.mul (memory.size) (CORE.const 65536)))
        (then (drop (memory.grow (CORE.const 3)))))
      (local.get $at)))
  (core instance $lib (instantiate $library))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))
  (core func $tick (canon lower (func $tick) (memory $memory) (realloc $realloc)))
  (core func $pair (canon lower (func $pair) (memory $memory) (realloc $realloc)))
  (core module $m
    (import "lib" "memory" (memory CORE 1))
    (import "host" "tick" (func $tick (param CORE CORE CORE)))
    (import "host" "pair" (func $pair (param CORE CORE i32 CORE)))
    (func (export "tick") (param CORE CORE) (result CORE)
      (call $tick (local.get 0) (local.get 1) (CORE.const 16))
      (drop (memory.grow (CORE.const 1)))
      (CORE.const 16))
    (func (export "pair") (param CORE CORE) (result CORE)
      (drop (memory.grow (CORE.const 1)))
      (call $pair (local.get 0) (local.get 1) (i32.const 5) (CORE.const 64))
      (CORE.const 64))
    (func (export "post") (param CORE) (drop (memory.grow (CORE.const 1))))
    (func (export "echo") (param CORE CORE) (result CORE)
      (CORE.store (CORE.const 32) (local.get 0))
      (CORE.store offset=WORD (CORE.const 32) (local.get 1))
      (drop (memory.grow (CORE.const 1)))
      (CORE.const 32)))
  (core instance $c (instantiate $m (with "lib" (instance (export "memory" (memory $memory))))
    (with "host" (instance (export "tick" (func $tick)) (export "pair" (func $pair))))))
  (func (export "grow") (param "n" u32) (result u32) (canon lift (core func $lib "grow")))
  (func (export "grow-always") (param "n" u32) (canon lift (core func $lib "grow-always")))
  (func (export "tick-it") (param "s" string) (result (list string))
    (canon lift (core func $c "tick") (memory $memory) (realloc $realloc) (post-return (core func $c "post"))))
  (func (export "pair-it") (param "s" string) (result (tuple string u64))
    (canon lift (core func $c "pair") (memory $memory) (realloc $realloc) (post-return (core func $c "post"))))
  (func (export "spots") (param "v" (list $spot)) (result (list $spot))
    (canon lift (core func $c "echo") (memory $memory) (realloc $realloc) (post-return (core func $c "post"))))
  (func (export "lists") (param "v" (list (list u16))) (result (list (list u16)))
    (canon lift (core func $c "echo") (memory $memory) (realloc $realloc) string-encoding=utf16))
  (func (export "texts") (param "v" (list string)) (result (list string))
    (canon lift (core func $c "echo") (memory $memory) (realloc $realloc) string-encoding=latin1+utf16))
  (func (export "options") (param "v" (list (option string))) (result (list (option string)))
    (canon lift (core func $c "echo") (memory $memory) (realloc $realloc))))
"""
GROWN = {"i32": "(memory.grow (local.get 0))", "i64": "(i32.wrap_i64 (memory.grow (i64.extend_i32_u (local.get 0))))"}

SCRIPT = """
import sys
from ctypes import c_uint64, c_void_p
from tests.hardened.guests import opened
from tests.hardened.test_growth import GROWN, GUEST
from witcraft.runtime import capi, engine

MOVING = ("memory_reservation", "memory_reservation_for_growth", "memory_guard_size")

def moving(config, make=capi.engine_new):
    for name in MOVING if {moves} else ():
        capi.function(f"wasmtime_config_{{name}}_set", None, c_void_p, c_uint64)(config, 0)
    return make(config)

engine.capi.engine_new = moving

class Index:
    def __init__(self, value):
        self.value = value
    def __index__(self):
        act()
        return self.value

class Spot:
    def __init__(self, name):
        self.text = name
    @property
    def x(self):
        act()
        return Index(7)
    @property
    def name(self):
        act()
        return self.text

def act():
    app.grow(1)
    if not acting:
        acting.append(1)
        assert app.texts(["é", "日"]) == ["é", "日"]
        acting.pop()

def tick(text):
    act()
    return [text, text * 2, "x" * 1000]

def pair(text, n):
    act()
    return text + "!", Index(n + 1)

text = GUEST.replace("GROWN", GROWN["{core}"]).replace("CORE", "{core}").replace("WORD", "{word}")
acting = []
places = set()
for way in ("live", "disk") if {moves} else ("disk",):
    app = opened(text, way).start(tick=tick, pair=pair)
    for always in (0, 1):
        app.grow_always(always)
        for n in range(3 - always):
            memory = app._context.memory0
            places.add(capi.memory_data(*memory._place))
            s = "abc" * n
            assert app.tick_it(s) == [s, s * 2, "x" * 1000]
            assert app.pair_it(s) == (s + "!", 6)
            assert app.spots([Spot("a"), Spot("b" * 100)]) == [app.Spot(7, "a"), app.Spot(7, "b" * 100)]
            assert app.lists([[1, 2], [Index(3), Index(4)], []]) == [[1, 2], [3, 4], []]
            assert app.texts(["a", "ü", "🦀"] * n) == ["a", "ü", "🦀"] * n
            assert app.options([None, "a", "b"]) == [None, "a", "b"]
print(len(places))
"""


@pytest.mark.parametrize(("core", "moves"), [("i32", False), ("i64", False), ("i64", True)])
def test_memory_may_grow_and_move_at_any_moment(core: str, moves: bool) -> None:
    places = int(run(SCRIPT.format(core=core, word=4 if core == "i32" else 8, moves=moves)))
    assert (places > 5) == moves
