"""Re-entrance works, and ends where a stack ends: Python's, the guest's, or that of the thread itself.

The last one is nobody's to check but ours: the engine counts what a guest uses from where its instance was entered, and
Python (with the limit set high) counts nothing. Whatever comes first is an exception; the process goes on.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.hardened.guests import WAYS, Way, opened, run
from witcraft import PoisonedError, Trap

pytestmark = pytest.mark.engine

GUEST = """
(component
  (import "tick" (func $tick (param "n" u32) (result u32)))
  (core func $tick (canon lower (func $tick)))
  (core module $m
    (import "host" "tick" (func $tick (param i32) (result i32)))
    (global $inside (mut i32) (i32.const 0))
    (func (export "tick") (param i32) (result i32) (local $result i32)
      (global.set $inside (i32.add (global.get $inside) (i32.const 1)))
      (local.set $result (call $tick (local.get 0)))
      (global.set $inside (i32.sub (global.get $inside) (i32.const 1)))
      (local.get $result))
    (func (export "inside") (result i32) (global.get $inside))
    ;; calls the host from that many frames of its own
    (func $deep (export "deep") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 0)))
        (else (call $tick (i32.const 1))))))
  (core instance $i (instantiate $m (with "host" (instance (export "tick" (func $tick))))))
  (func (export "tick-it") (param "n" u32) (result u32) (canon lift (core func $i "tick")))
  (func (export "inside") (result u32) (canon lift (core func $i "inside")))
  (func (export "deep") (param "n" u32) (result u32) (canon lift (core func $i "deep"))))
"""


@pytest.mark.parametrize("way", WAYS)
def test_calls_of_the_same_export_inside_of_each_other(way: Way) -> None:
    app: Any = None

    def tick(n: int) -> int:
        assert app.inside() == 51 - n
        return app.tick_it(n - 1) + 1 if n else 0

    app = opened(GUEST, way).start(tick=tick)
    assert app.tick_it(50) == 50
    assert app.inside() == 0


def test_two_instances_that_call_each_other() -> None:
    """Each is entered while a call of it goes on."""
    guest = opened(GUEST)
    first: Any = None
    second: Any = None
    first = guest.start(tick=lambda n: second.tick_it(n - 1) + 1 if n else 0)
    second = guest.start(tick=lambda n: first.tick_it(n - 1) + 1 if n else 0)
    assert first.tick_it(60) == 60
    assert (first.inside(), second.inside()) == (0, 0)


@pytest.mark.parametrize("way", WAYS)
def test_recursion_without_end_is_an_error(way: Way) -> None:
    """Every instance that was in a call is unusable; one that was not goes on."""
    guest = opened(GUEST, way)
    first: Any = None
    second: Any = None
    bystander = guest.start(tick=lambda n: n)
    first = guest.start(tick=lambda n: bystander.tick_it(5) and second.tick_it(n))
    second = guest.start(tick=lambda n: first.tick_it(n))
    with pytest.raises((RecursionError, Trap), match="maximum recursion depth exceeded|call stack exhausted"):
        first.tick_it(1)
    for app in (first, second):
        with pytest.raises(PoisonedError, match="tick-it trapped"):
            app.inside()
    assert bystander.tick_it(7) == 7


def test_a_recursion_that_the_host_ends_by_itself_leaves_all_whole() -> None:
    """Python's error is caught half-way up; what is further out never hears of it, but for the instance."""
    guest = opened(GUEST)
    inner: Any = None
    inner = guest.start(tick=lambda n: inner.tick_it(n))

    def tick(n: int) -> int:
        with pytest.raises((RecursionError, Trap)):
            inner.tick_it(n)
        return 9

    outer = guest.start(tick=tick)
    assert outer.tick_it(1) == 9
    assert outer.tick_it(1) == 9


# ---- with Python's limit out of the way --------------------------------------------------------------------------

SETTING = """
import sys, threading
from tests.hardened.guests import opened
from tests.hardened.test_recursion import GUEST
from witcraft import Config, PoisonedError, Trap

guest = opened(GUEST)

def outcome(call, *args):
    try:
        return call(*args)
    except (RecursionError, Trap) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
"""
FULL = "RecursionError: too little stack for a call of the guest"


def test_one_instance_with_no_limit_of_pythons() -> None:
    """The engine counts all that lies on the stack since the instance was entered."""
    code = """
sys.setrecursionlimit(10**6)
app = guest.start(tick=lambda n: app.tick_it(n))
print(outcome(app.tick_it, 1))
print(guest.start(tick=lambda n: n).tick_it(5))
"""
    first, second = run(SETTING + code).splitlines()
    assert first.startswith("Trap: tick-it: call stack exhausted")
    assert second == "5"


@pytest.mark.parametrize(("count", "depth", "limit"), [(3_000, 1, 10**6), (60, 12_000, 1_000)])
def test_instances_in_a_row(count: int, depth: int, limit: int) -> None:
    """Each is entered from the host function of the one before, and each has an amount of stack of its own."""
    code = f"""
sys.setrecursionlimit({limit})
apps = []
for place in range({count}):
    apps.append(guest.start(tick=lambda n, place=place: apps[place + 1].deep({depth}) if place + 1 < {count} else 7))
print(outcome(apps[0].deep, {depth}))
print(apps[0]._store.mail.poison, apps[-1].inside())
print(guest.start(tick=lambda n: n).tick_it(5))
"""
    first, second, third = run(SETTING + code).splitlines()
    assert first.startswith(FULL)
    assert second == "deep 0"
    assert third == "5"


def test_an_instance_that_is_called_again_from_deeper_down() -> None:
    """Twice, from one call of another: from its surface, and from its ground, with nothing in between."""
    code = """
def pass_on(place):
    return apps[place + 1].deep(depth) if place + 1 < len(apps) else before.tick_it(0)

def tick(n):
    if n:
        return last.deep(30_000)
    last.deep(1)
    return before.deep(30_000)

for depth in (8_000, 29_000):
    found, apps = 7, []
    while found == 7:
        apps = [guest.start(tick=lambda n, place=place: pass_on(place)) for place in range(len(apps) + 1)]
        before, last = guest.start(tick=tick), guest.start(tick=lambda n: 7)
        found = outcome(apps[0].deep, depth)
    assert found.startswith("RecursionError"), found
print(found)
"""
    assert run(SETTING + code).startswith(FULL)


@pytest.mark.parametrize("kib", [64, 256, 512, 700, 1024])
def test_threads_with_small_stacks(kib: int) -> None:
    """Where the guest's stack has no place, nothing is entered, be it that thread's own instance or another's."""
    code = f"""
threading.stack_size({kib << 10})
shared = guest.start(tick=lambda n: n)

def work():
    print(outcome(shared.deep, 5))
    print(outcome(lambda: guest.start(tick=lambda n: n).deep(1_000_000)))

thread = threading.Thread(target=work)
thread.start()
thread.join()
print(shared.inside())
"""
    first, second, third = run(SETTING + code).splitlines()
    if kib < 768:
        assert first.startswith(FULL)
        assert second.startswith(FULL)
    else:
        assert first == "1"
        assert second.startswith("Trap: deep: call stack exhausted")
    assert third == "0"


def test_a_small_stack_is_enough_for_a_guest_that_asks_for_less() -> None:
    code = """
threading.stack_size(512 << 10)

def work():
    app = guest.start(Config(max_wasm_stack=128 << 10), tick=lambda n: n)
    print(outcome(app.deep, 5), outcome(app.deep, 1_000_000))

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    assert run(SETTING + code).startswith("1 Trap: deep: call stack exhausted")


# ---- inside the guest --------------------------------------------------------------------------------------------

CIRCLE = """
(component
  (import "tick" (func $tick (param "n" u32) (result u32)))
  (component $passing
    (import "f" (func $f (param "n" u32) (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $m
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "f") (param i32) (result i32) (call $f (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "f") (param "n" u32) (result u32) (canon lift (core func $m "f"))))
  (instance $a (instantiate $passing (with "f" (func $tick))))
  (instance $b (instantiate $passing (with "f" (func $a "f"))))
  (func (export "f") (alias export $b "f")))
"""


def test_inner_components_are_entered_again_through_the_host() -> None:
    app: Any = None
    app = opened(CIRCLE).start(tick=lambda n: app.f(n - 1) + 1 if n else 0)
    assert app.f(40) == 40
    with pytest.raises((RecursionError, Trap)):
        app.f(sys.maxsize & 0xFFFFFFFF)
    with pytest.raises(PoisonedError):
        app.f(0)
