"""Arguments that act: reading them calls the instance, closes it, traps it, or takes away what is being passed.

Whatever they do, the call works or ends in an error that says what happened; the guest gets no half of a value, and
nothing is called after a trap.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.hardened.guests import REALLOC, WAYS, Way, opened
from witcraft import ArgumentError, Config, PoisonedError, Trap
from witcraft.runtime import ClosedError

# No `engine` mark: what is tested here is our own code, the same with every engine.

GUEST = f"""
(component
  (import "tick" (func $tick (param "n" u32) (result u32)))
  (type $spot' (record (field "x" u8) (field "y" f64) (field "name" string)))
  (export $spot "spot" (type $spot'))
  (type $shape' (variant (case "dot") (case "spot" $spot)))
  (export $shape "shape" (type $shape'))
  (core module $m
    (import "host" "tick" (func $tick (param i32) (result i32)))
    (memory (export "memory") 1)
    {REALLOC}
    (global $added (mut i32) (i32.const 0))
    (func (export "add") (param i32 i32) (result i32)
      (global.set $added (i32.add (global.get $added) (i32.const 1)))
      (i32.add (local.get 0) (local.get 1)))
    (func (export "added") (result i32) (global.get $added))
    (func (export "tick") (param i32) (result i32) (call $tick (local.get 0)))
    (func (export "trap") unreachable)
    ;; the sum of all bytes that lie at (pointer, length * stride)
    (func $sum (param $at i32) (param $size i32) (result i32) (local $sum i32)
      (block $end (loop $next
        (br_if $end (i32.eqz (local.get $size)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $size (i32.sub (local.get $size) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func (export "bytes") (param i32 i32) (result i32) (call $sum (local.get 0) (local.get 1)))
    (func (export "words") (param i32 i32) (result i32)
      (call $sum (local.get 0) (i32.mul (local.get 1) (i32.const 4))))
    (func (export "texts") (param $at i32) (param $count i32) (result i32) (local $sum i32)
      (block $end (loop $next
        (br_if $end (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum)
          (call $sum (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func (export "spots") (param $at i32) (param $count i32) (result i32) (local $sum i32)
      (block $end (loop $next
        (br_if $end (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (i32.add
          (i32.add (i32.load8_u (local.get $at)) (i32.trunc_f64_s (f64.load offset=8 (local.get $at))))
          (call $sum (i32.load offset=16 (local.get $at)) (i32.load offset=20 (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 24)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
      (local.get $sum))
    (func (export "shape") (param i32 i32 f64 i32 i32) (result i32)
      (i32.add (local.get 1) (call $sum (local.get 3) (local.get 4)))))
  (core func $tick (canon lower (func $tick)))
  (core instance $i (instantiate $m (with "host" (instance (export "tick" (func $tick))))))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "added") (result u32) (canon lift (core func $i "added")))
  (func (export "tick-it") (param "n" u32) (result u32) (canon lift (core func $i "tick")))
  (func (export "trap") (canon lift (core func $i "trap")))
  (func (export "bytes-of") (param "v" (list u8)) (result u32)
    (canon lift (core func $i "bytes") (memory $memory) (realloc $realloc)))
  (func (export "words") (param "v" (list u32)) (result u32)
    (canon lift (core func $i "words") (memory $memory) (realloc $realloc)))
  (func (export "texts") (param "v" (list (list u8))) (result u32)
    (canon lift (core func $i "texts") (memory $memory) (realloc $realloc)))
  (func (export "spots") (param "v" (list $spot)) (result u32)
    (canon lift (core func $i "spots") (memory $memory) (realloc $realloc)))
  (func (export "one") (param "v" $shape) (result u32)
    (canon lift (core func $i "shape") (memory $memory) (realloc $realloc))))
"""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param  # type: ignore[no-any-return]


Act = Callable[[], object]


class Acting:
    """A value that runs ``act`` whenever it is looked at: as a number, a sequence, a buffer, a record."""

    def __init__(self, act: Act, value: Any) -> None:
        self.act, self.value = act, value

    def __index__(self) -> int:
        self.act()
        return int(self.value)

    def __float__(self) -> float:
        self.act()
        return float(self.value)


class ActingList:
    def __init__(self, act: Act, value: list[Any]) -> None:
        self.act, self.value = act, value

    def __len__(self) -> int:
        self.act()
        return len(self.value)

    def __getitem__(self, place: int) -> Any:
        self.act()
        return self.value[place]

    def __iter__(self) -> Iterator[Any]:
        for item in self.value:
            self.act()
            yield item


class ActingSpot:
    def __init__(self, act: Act, x: Any = 1, y: Any = 2.0, name: str = "a") -> None:
        self.act, self.values = act, (x, y, name)

    @property
    def x(self) -> Any:
        self.act()
        return self.values[0]

    @property
    def y(self) -> Any:
        self.act()
        return self.values[1]

    @property
    def name(self) -> Any:
        self.act()
        return self.values[2]


A = ord("a")
CALLS: dict[str, tuple[Callable[[Any, Act], Any], int]] = {
    "an integer": (lambda app, act: app.add(Acting(act, 3), 4), 7),
    "the second of two": (lambda app, act: app.add(3, Acting(act, 4)), 7),
    "bytes by value": (lambda app, act: app.bytes_of([1, Acting(act, 2), 3]), 6),
    "a sequence of one's own": (lambda app, act: app.bytes_of(ActingList(act, [1, 2, 3])), 6),
    "numbers": (lambda app, act: app.words([1, Acting(act, 2), Acting(act, 3)]), 6),
    "lists in a list": (lambda app, act: app.texts([b"\1", [2, Acting(act, 3)], ActingList(act, [4])]), 10),
    "records": (
        lambda app, act: app.spots([ActingSpot(act), ActingSpot(act, Acting(act, 5), Acting(act, 6.0))]),
        14 + 2 * A,
    ),
    "a sequence of records": (lambda app, act: app.spots(ActingList(act, [ActingSpot(act)])), 3 + A),
    "a variant's payload": (lambda app, act: app.one(app.Shape_Spot(ActingSpot(act))), 1 + A),
}


def start(way: Way, tick: Callable[[int], int] = lambda n: n, config: Config | None = None) -> Any:
    return opened(GUEST, way).start(config, tick=tick)


@pytest.mark.parametrize("name", CALLS)
def test_an_argument_may_call_the_same_export_or_another(way: Way, name: str) -> None:
    """What the inner call leaves in slots and memory is none of the outer one's."""
    call, expected = CALLS[name]
    app = start(way)
    inner: list[int] = []
    depth = [0]

    def act() -> None:
        if depth[0] < 2:
            depth[0] += 1
            inner.append(call(app, act))
            assert app.add(100, 200) == 300
            assert app.tick_it(9) == 9
            assert app.spots([app.Spot(1, 2.0, "x" * 70_000)] * 3) == 9 + 3 * 70_000 * ord("x")  # memory grows
            depth[0] -= 1

    assert call(app, act) == expected
    assert set(inner) == {expected}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_called_after_a_trap_that_an_argument_keeps_to_itself(way: Way, name: str) -> None:
    call, _ = CALLS[name]
    app = start(way)

    def act() -> None:
        with pytest.raises(Trap):
            app.trap()

    with pytest.raises(PoisonedError, match="cannot be called any more: (trap|a call inside of this one) trapped"):
        call(app, act)
    with pytest.raises(PoisonedError):
        app.added()
    assert start(way).added() == 0


@pytest.mark.parametrize("name", CALLS)
def test_an_argument_may_close_the_instance(way: Way, name: str) -> None:
    """The call that goes on comes to its end; there is no other."""
    call, expected = CALLS[name]
    app = start(way)
    assert call(app, app._store.close) == expected
    with pytest.raises(ClosedError, match="the instance was closed"):
        app.add(1, 2)
    del app
    gc.collect()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit, RecursionError, MemoryError])
def test_whatever_an_argument_raises_comes_out_and_harms_nothing(
    way: Way, name: str, error: type[BaseException]
) -> None:
    call, expected = CALLS[name]
    app = start(way)

    def act() -> None:
        raise error("mine")

    with pytest.raises(error, match="mine"):
        call(app, act)
    assert call(app, lambda: None) == expected


@pytest.mark.parametrize("name", CALLS)
def test_limits_hold_through_calls_of_arguments(way: Way, name: str) -> None:
    call, expected = CALLS[name]
    app = start(way, config=Config(fuel=100_000, timeout=20))
    assert call(app, lambda: app.add(1, 2)) == expected


# ---- lists that change while they are read -----------------------------------------------------------------------


@pytest.mark.parametrize("change", ["append", "pop", "clear", "extend"])
def test_a_list_is_what_it_was_when_the_call_began(way: Way, change: str) -> None:
    """Room is made for so many elements: as many are written, and the guest's memory behind them stays as it was."""
    app = start(way)
    changes: dict[str, Callable[[list[Any]], object]] = {
        "append": lambda items: items.append(b"\x7f"),
        "pop": lambda items: items.pop(),
        "clear": lambda items: items.clear(),
        "extend": lambda items: items.extend([b"\x7f"] * 10_000),
    }
    lists: list[Any] = [b"\1"]
    lists += [ActingList(lambda: changes[change](lists), [2]), b"\3", b"\4"]
    assert app.texts(lists) == 10
    spots: list[Any] = []
    spots += [ActingSpot(lambda: spots and changes[change](spots))] * 3
    assert app.spots(spots) == 3 * (3 + A)


def test_a_buffer_that_shrinks_cannot(way: Way) -> None:
    """Python itself keeps the bytes of a buffer in place while they are looked at."""
    app = start(way)
    data = bytearray(b"\1\2\3")

    class Shrinking(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            data.clear()
            return super().__iter__()

    assert app.texts([data, Shrinking([5])]) == 11
    assert data == b""


# ---- numbers that lie --------------------------------------------------------------------------------------------


class Liar:
    """Says that it is of another class."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    @property
    def __class__(self) -> type:
        return self.cls

    @__class__.setter
    def __class__(self, cls: type) -> None:
        self.cls = cls


@pytest.mark.parametrize("cls", [int, float, str, bytes, list, tuple, bool, dict])
def test_what_only_claims_to_be_of_a_class_is_refused(way: Way, cls: type) -> None:
    app = start(way)
    liar = Liar(cls)
    for call in (
        lambda: app.add(1, liar),
        lambda: app.bytes_of(liar),
        lambda: app.words(liar),
        lambda: app.texts([liar]),
        lambda: app.spots(liar),
        lambda: app.spots([ActingSpot(int, liar)]),
        lambda: app.spots([ActingSpot(int, 1, liar)]),
        lambda: app.spots([ActingSpot(int, 1, 1.0, liar)]),  # type: ignore[arg-type]
        lambda: app.one(liar),
    ):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            call()
    assert app.add(1, 2) == 3


# ---- resources ---------------------------------------------------------------------------------------------------

BOXES = """
(component
  (core module $d
    (global $log (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
    (func (export "log") (result i32) (global.get $log)))
  (core instance $d (instantiate $d))
  (type $box' (resource (rep i32) (dtor (core func $d "dtor"))))
  (export $box "box" (type $box'))
  (core func $new (canon resource.new $box))
  (core func $drop (canon resource.drop $box))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "number") (param i32) (result i32) (local.get 0))
    (func (export "both") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "steal") (param i32) (call $drop (local.get 0)))
    (func (export "take") (param i32 i32) (result i32) (call $drop (local.get 0)) (local.get 1))
    (func (export "trap") unreachable))
  (core instance $m (instantiate $m (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "make") (param "n" u32) (result (own $box)) (canon lift (core func $m "make")))
  (func (export "number") (param "b" (borrow $box)) (result u32) (canon lift (core func $m "number")))
  (func (export "look") (param "b" (borrow $box)) (param "n" u32) (result u32) (canon lift (core func $m "both")))
  (func (export "look-late") (param "n" u32) (param "b" (borrow $box)) (result u32) (canon lift (core func $m "both")))
  (func (export "take") (param "b" (own $box)) (param "n" u32) (result u32) (canon lift (core func $m "take")))
  (func (export "steal") (param "handle" u32) (canon lift (core func $m "steal")))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "log") (result u32) (canon lift (core func $d "log"))))
"""


def test_an_argument_that_closes_what_is_lent(way: Way) -> None:
    """It lives as long as the call that borrows it."""
    app = opened(BOXES, way).start()
    box = app.make(7)
    assert app.look(box, Acting(box.close, 1)) == 8
    assert app.log() == 7
    with pytest.raises(ClosedError, match="this Box was closed, or given away"):
        app.number(box)


def test_an_argument_that_closes_what_comes_after_it(way: Way) -> None:
    app = opened(BOXES, way).start()
    box = app.make(7)
    with pytest.raises(ClosedError, match="^b: this Box was closed"):
        app.look_late(Acting(box.close, 1), box)
    assert app.log() == 7


def test_an_argument_that_gives_away_what_is_being_given(way: Way) -> None:
    app = opened(BOXES, way).start()
    box = app.make(7)

    def act() -> None:
        with pytest.raises(ClosedError):
            app.take(box, 1)
        box.close()  # is the guest's already: nothing happens

    assert app.take(box, Acting(act, 5)) == 5
    assert app.log() == 7


def test_an_argument_that_gives_away_what_is_lent(way: Way) -> None:
    """The specification's trap of a lent handle is an error here: the host's side knows before."""
    app = opened(BOXES, way).start()
    box = app.make(7)

    def act() -> None:
        with pytest.raises(ArgumentError, match="this Box is only borrowed|lent"):
            app.take(box, 1)

    assert app.look(box, Acting(act, 5)) == 12
    assert app.number(box) == 7


def test_a_guest_that_steals_a_handle_before_it_is_given(way: Way) -> None:
    """A bad argument comes after a resource; until then the guest has dropped it: there is nothing to take back."""
    app = opened(BOXES, way).start()
    box = app.make(7)

    def act() -> None:
        app.steal(1)
        raise LookupError

    with pytest.raises(Trap, match="take: unknown handle index 1"):
        app.take(box, Acting(act, 5))
    with pytest.raises(PoisonedError, match="take trapped"):
        app.log()


def test_a_trap_while_a_resource_is_being_given(way: Way) -> None:
    app = opened(BOXES, way).start()
    box = app.make(7)

    def act() -> None:
        with pytest.raises(Trap):
            app.trap()

    with pytest.raises(PoisonedError, match="trap trapped|a call inside"):
        app.take(box, Acting(act, 5))

    def fail() -> None:
        act()
        raise LookupError("mine")

    app = opened(BOXES, way).start()
    with pytest.raises(LookupError, match="mine"):
        app.take(app.make(7), Acting(fail, 5))
    with pytest.raises(PoisonedError):
        app.log()


def test_values_that_contain_themselves(way: Way) -> None:
    """Neither lowering nor the search for what is wrong goes round and round."""
    app = start(way)
    endless: list[Any] = [b"a"]
    endless.append(endless)
    with pytest.raises(ArgumentError, match=r"v\[1\]\[0\]: expected int, got bytes"):
        app.texts(endless)
    with pytest.raises(ArgumentError, match=r"v\[1\]: expected Spot, got list"):
        app.spots([ActingSpot(int), endless])
