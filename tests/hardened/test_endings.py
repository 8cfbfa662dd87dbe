"""What goes wrong after the work is done: in post-return, and in destructors, whoever runs them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.hardened.guests import WAYS, Way, opened
from witcraft import PoisonedError, Trap

pytestmark = pytest.mark.engine

GUEST = """
(component
  (import "tick" (func $tick (param "n" u32)))
  (core func $tick (canon lower (func $tick)))
  (core module $m
    (import "" "tick" (func $tick (param i32)))
    (memory (export "memory") 1)
    (tag $oops)
    (global $what (mut i32) (i32.const 0))
    (global $ended (mut i32) (i32.const 0))
    (func (export "arm") (param i32) (global.set $what (local.get 0)))
    (func $strike (param i32)
      (if (i32.eq (global.get $what) (i32.const 1)) (then (unreachable)))
      (if (i32.eq (global.get $what) (i32.const 2)) (then (drop (i32.load (i32.const -4)))))
      (if (i32.eq (global.get $what) (i32.const 3)) (then (throw $oops)))
      (if (i32.eq (global.get $what) (i32.const 4)) (then (call $tick (local.get 0))))
      (global.set $ended (i32.add (global.get $ended) (local.get 0))))
    (func (export "dtor") (param i32) (call $strike (local.get 0)))
    (func (export "post") (param i32) (call $strike (i32.const 100)))
    (func (export "text") (result i32)
      (i32.store (i32.const 16) (i32.const 32)) (i32.store (i32.const 20) (i32.const 3))
      (i32.store (i32.const 32) (i32.const 0x636261)) (i32.const 16))
    (func (export "five") (result i32) (i32.const 5))
    (func (export "ended") (result i32) (global.get $ended)))
  (core instance $i (instantiate $m (with "" (instance (export "tick" (func $tick))))))
  (alias core export $i "memory" (core memory $memory))
  (type $box' (resource (rep i32) (dtor (core func $i "dtor"))))
  (export $box "box" (type $box'))
  (core func $new (canon resource.new $box))
  (core func $drop (canon resource.drop $box))
  (core module $n
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "end") (param i32) (call $drop (local.get 0))))
  (core instance $c (instantiate $n (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "arm") (param "what" u32) (canon lift (core func $i "arm")))
  (func (export "text") (result string)
    (canon lift (core func $i "text") (memory $memory) (post-return (core func $i "post"))))
  (func (export "five") (result u32) (canon lift (core func $i "five") (post-return (core func $i "post"))))
  (func (export "make") (param "n" u32) (result (own $box)) (canon lift (core func $c "make")))
  (func (export "end") (param "b" (own $box)) (canon lift (core func $c "end")))
  (func (export "ended") (result u32) (canon lift (core func $i "ended"))))
"""
WRONG = {
    1: "wasm `unreachable` instruction executed",
    2: ".*out of bounds memory access",
    3: "an exception was thrown|thrown Wasm exception|uncaught exception",
    4: "cannot leave component instance",
}


def start(way: Way, tick: Callable[[int], object] = lambda n: None) -> Any:
    return opened(GUEST, way).start(tick=tick)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("export", ["text", "five"])
@pytest.mark.parametrize("what", WRONG)
def test_post_return(way: Way, export: str, what: int) -> None:
    """The result is there already, but a guest that cannot tidy up is not to be trusted with another call."""
    ticks: list[int] = []
    app, other = start(way, ticks.append), start(way)
    assert getattr(app, export)() in ("abc", 5)
    app.arm(what)
    with pytest.raises(Trap, match=f"^{export}: ({WRONG[what]})"):
        getattr(app, export)()
    with pytest.raises(PoisonedError, match=f"{export} trapped"):
        app.ended()
    assert other.text() == "abc"
    assert not ticks


def close(app: Any, box: Any) -> None:
    box.close()


def leave(app: Any, box: Any) -> None:
    with box:
        pass


def give(app: Any, box: Any) -> None:
    app.end(box)


DESTROY: dict[str, tuple[Callable[[Any, Any], None], str]] = {
    "close": (close, "destructor of Box"),
    "with": (leave, "destructor of Box"),
    "the guest itself": (give, "end"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", DESTROY)
@pytest.mark.parametrize("what", [1, 2, 3])
def test_destructors(way: Way, how: str, what: int) -> None:
    """Whoever runs it: the trap has a name, the instance ends, and the object is gone for good."""
    destroy, name = DESTROY[how]
    app, other = start(way), start(way)
    box, kept = app.make(7), app.make(8)
    app.arm(what)
    with pytest.raises(Trap, match=f"^{name}: ({WRONG[what]})"):
        destroy(app, box)
    for call in (app.ended, app.text, lambda: app.make(1), lambda: app.end(kept)):
        with pytest.raises(PoisonedError, match=f"{name} trapped"):
            call()
    box.close()
    kept.close()
    assert other.text() == "abc"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", [1, 2, 3])
def test_the_destructor_of_what_was_forgotten(way: Way, what: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs in the next call, which raises; nothing is ever printed by a finalizer."""
    unseen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unseen.append)
    app = start(way)
    boxes = [app.make(n) for n in range(5)]
    app.arm(what)
    del boxes
    gc.collect()
    with pytest.raises(Trap, match=f"^destructor of Box: ({WRONG[what]})"):
        app.five()
    with pytest.raises(PoisonedError, match="destructor of Box trapped"):
        app.five()
    del app
    gc.collect()
    assert not unseen


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", DESTROY)
def test_a_destructor_may_call_the_host(way: Way, how: str) -> None:
    """Which may call the instance in turn: it is another call of it, and may even make and end more of them."""
    seen: list[int] = []

    def tick(n: int) -> None:
        seen.append(n)
        app.arm(0)
        assert app.text() == "abc"
        DESTROY[how][0](app, app.make(50))

    app = start(way, tick)
    box = app.make(7)
    app.arm(4)
    DESTROY[how][0](app, box)
    assert seen == [7]
    assert app.five() == 5
    assert app.ended() == (7 + 50) + 2 * 100


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", DESTROY)
@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit])
def test_what_the_host_raises_in_a_destructor_comes_out(way: Way, how: str, error: type[BaseException]) -> None:
    def tick(n: int) -> None:
        raise error("mine")

    app = start(way, tick)
    box = app.make(7)
    app.arm(4)
    with pytest.raises(error, match="mine"):
        DESTROY[how][0](app, box)
    with pytest.raises(PoisonedError):
        app.ended()


def test_users_may_derive_classes_with_endings_of_their_own() -> None:
    app = opened("""
    (component
      (core module $d (global $n (mut i32) (i32.const 0))
        (func (export "dtor") (param i32) (global.set $n (i32.add (global.get $n) (local.get 0))))
        (func (export "ended") (result i32) (global.get $n)))
      (core instance $d (instantiate $d))
      (type $box' (resource (rep i32) (dtor (core func $d "dtor"))))
      (core func $new (canon resource.new $box'))
      (core module $m (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
      (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
      (component $boxes
        (import "type" (type $box (sub resource)))
        (import "make" (func $make (param "n" u32) (result (own $box))))
        (export $out "box" (type $box))
        (export "[constructor]box" (func $make) (func (param "n" u32) (result (own $out)))))
      (func $make (param "n" u32) (result (own $box')) (canon lift (core func $m "make")))
      (instance $boxes (instantiate $boxes (with "type" (type $box')) (with "make" (func $make))))
      (export "boxes" (instance $boxes))
      (func (export "ended") (result u32) (canon lift (core func $d "ended"))))
    """).start()
    ended: list[int] = []
    box_class: Any = app.boxes.Box

    class Mine(box_class):  # type: ignore[misc]
        def __del__(self) -> None:
            ended.append(1)
            end = super().__del__
            end()

    class Plain(box_class):  # type: ignore[misc]
        __slots__ = ("name",)

    Plain(3)
    assert app.ended() == 3
    Mine(4)
    assert app.ended() == 7
    assert ended == [1]
    with Mine(5) as box:
        assert isinstance(box, app.boxes.Box)
    assert app.ended() == 12
    del box
    assert app.ended() == 12


# ---- between inner components ------------------------------------------------------------------------------------

INNER = """
(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (func (export "text") (result i32)
        (i32.store (i32.const 16) (i32.const 32)) (i32.store (i32.const 20) (i32.const 3)) (i32.const 16))
      (func (export "post") (param i32) WRONG))
    (core instance $m (instantiate $m))
    (func (export "text") (result string)
      (canon lift (core func $m "text") (memory (core memory $m "memory")) (post-return (core func $m "post")))))
  (component $caller
    (import "text" (func $text (result string)))
    (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $memory (instantiate $memory))
    (core func $text (canon lower (func $text) (memory (core memory $memory "memory"))
      (realloc (core func $memory "realloc"))))
    (core module $m (import "" "text" (func $text (param i32)))
      (func (export "f") (result i32) (call $text (i32.const 16)) (i32.const 5)))
    (core instance $m (instantiate $m (with "" (instance (export "text" (func $text))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "text" (func $callee "text"))))
  (func (export "f") (alias export $caller "f")))
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("wrong", "what"),
    [("unreachable", "unreachable"), ("(drop (i32.load (i32.const -4)))", "out of bounds memory access")],
)
def test_post_return_of_an_inner_component(way: Way, wrong: str, what: str) -> None:
    assert opened(INNER.replace("WRONG", ""), way).start().f() == 5
    app = opened(INNER.replace("WRONG", wrong), way).start()
    with pytest.raises(Trap, match=f"^f: .*{what}"):
        app.f()
    with pytest.raises(PoisonedError):
        app.f()
