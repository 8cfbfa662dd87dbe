"""Resources in both directions: made, lent, given away, closed, forgotten, and all that one can do wrong with them."""

from __future__ import annotations

import copy
import gc
import pickle

import pytest

import witcraft
from tests.end_to_end.conftest import start_tour
from tests.end_to_end.hosts import Blob
from tests.support.wat import assemble
from witcraft import ArgumentError, Config, Err, Error, PoisonedError
from witcraft.runtime import ClosedError

pytestmark = [pytest.mark.engine, pytest.mark.guest]


@pytest.fixture
def stores(tour_app):
    return tour_app.app.stores


# ---- what the guest exports ---------------------------------------------------------------------------------------


def test_a_resource_is_a_class(stores):
    blob = stores.Blob(b"hello")
    assert isinstance(blob, stores.Blob)
    assert (blob.size(), blob.read(2), blob.read(9), blob.size()) == (5, b"he", b"llo", 0)
    blob.write(b"\0\xff")
    assert blob.clone().read(2) == b"\0\xff"


def test_statics_are_class_methods(stores, tour_app):
    opened = stores.Blob.open("greeting")
    assert opened.read(5) == b"hello"
    merged = stores.Blob.merge(stores.Blob(b"ab"), stores.Blob(b"cd"))
    assert type(merged) is stores.Blob
    assert merged.read(4) == b"abcd"
    with pytest.raises(Err) as caught:
        stores.Blob.open("unknown")
    assert caught.value.value == tour_app.types.Failure_Missing("unknown")


def test_functions_by_wit_names(tour_app):
    stores = tour_app.app["guest:tour/stores"]
    blob = stores["blob"](b"abc")
    assert stores["[method]blob.size"](blob) == stores["total"]([blob]) == 3
    assert stores["[static]blob.merge"](blob, stores["[constructor]blob"](b"d")).read(9) == b"abcd"


def test_a_context_manager_closes(stores):
    with stores.Blob(b"hello") as blob:
        assert blob.size() == 5
    with pytest.raises(ClosedError, match="this Blob was closed, or given away"):
        blob.size()
    with pytest.raises(ZeroDivisionError), stores.Blob(b"") as other:
        raise ZeroDivisionError
    with pytest.raises(ClosedError):
        other.size()


def test_what_is_closed_is_good_for_nothing(stores):
    blob, other = stores.Blob(b"hello"), stores.Blob(b"")
    blob.close()
    blob.close()
    for use, place in (
        (blob.size, ""),
        (lambda: blob.read(1), ""),
        (lambda: other.same(blob), "other: "),
        (lambda: stores.total([other, blob]), r"blobs\[1\]: "),
        (lambda: stores.discard(blob), "blob: "),
        (lambda: stores.Blob.merge(other, blob), "rhs: "),
        (lambda: stores.larger(other, blob), "rhs: "),
    ):
        with pytest.raises(ClosedError, match=f"{place}this Blob was closed, or given away"):
            use()
    assert other.size() == 0


def test_what_is_given_away_is_good_for_nothing(stores):
    blob = stores.Blob(b"hello")
    stores.discard(blob)
    with pytest.raises(Error, match="this Blob was closed, or given away"):
        blob.size()
    blob.close()


def test_lists_and_options_of_handles(stores):
    # All are made first and kept: a componentize-js guest mixes up blobs that are made or ended between these calls.
    first, second, third, fourth = (stores.Blob(data) for data in (b"a", b"bcd", b"ef", b"g"))
    assert stores.total([first, second, third]) == 6
    assert stores.total([]) == 0
    assert stores.total([first] * 3) == 3  # one may be lent several times
    assert first.same(first)
    back, forth = stores.swap(first, second)
    assert (back.read(9), forth.read(9)) == (b"bcd", b"a")
    larger = stores.larger(third, fourth)
    assert larger.read(9) == b"ef"
    assert stores.larger(None, larger).read(9) == b""
    assert stores.larger(None, None) is None


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s, b: s.total([b, 5]), "blobs[1]: expected Blob, got int"),
        (lambda s, b: s.total([b, None]), "blobs[1]: expected Blob, got None"),
        (lambda s, b: s.total(5), "blobs: expected a sequence, got int"),
        (lambda s, b: s.discard("x"), "blob: expected Blob, got str"),
        (lambda s, b: s.larger(b, 5), "rhs: expected Blob, got int"),
        (lambda s, b: s.swap(b, None), "rhs: expected Blob, got None"),
        (lambda s, b: s.Blob.merge(b, s), "rhs: expected Blob, got Stores"),
        (lambda s, b: b.same(5), "other: expected Blob, got int"),
        (lambda s, b: b.write("x"), "data: expected a list of numbers, got str"),
        (lambda s, b: b.read(-1), "n: expected 0 to 4294967295 (u32), got -1"),
        (lambda s, b: s.Blob("x"), "data: expected a list of numbers, got str"),
        (lambda s, b: s.Blob.open(5), "name: expected str, got int"),
    ],
)
def test_a_bad_argument_leaves_the_others_where_they_are(stores, call, text):
    blob = stores.Blob(b"hello")
    with pytest.raises(ArgumentError) as caught:
        call(stores, blob)
    assert str(caught.value) == text
    assert blob.size() == 5


def test_one_object_cannot_be_given_away_twice(stores):
    blob = stores.Blob(b"hello")
    for call in (stores.Blob.merge, stores.swap, stores.larger):
        with pytest.raises(Error, match=r"^rhs: this Blob was closed, or given away"):
            call(blob, blob)
        assert blob.size() == 5


def test_objects_of_another_instance_are_refused(opened_tour, stores):
    other = start_tour(opened_tour).app.stores.Blob(b"abc")
    for call in (stores.discard, stores.Blob(b"").same, lambda blob: stores.total([blob])):
        with pytest.raises(ArgumentError, match="expected Blob of this instance, got one of another instance"):
            call(other)
    assert other.size() == 3


def test_a_class_without_an_instance_makes_nothing(opened_tour):
    exported = opened_tour.types("exports.stores").Blob
    with pytest.raises(TypeError, match="Blob"):
        exported(b"hello")
    with pytest.raises(TypeError, match="Blob"):
        exported.open("greeting")


def test_classes_of_instances_are_of_the_bindings_class(opened_tour, stores):
    exported = opened_tour.types("exports.stores").Blob
    assert issubclass(stores.Blob, exported)
    assert stores.Blob.__name__ == "Blob"
    assert stores.Blob.__doc__ == exported.__doc__


def test_a_resource_has_one_owner(stores):
    blob = stores.Blob(b"hello")
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            duplicate(blob)
    gc.collect()
    assert blob.size() == 5


# ---- the end of an exported resource ------------------------------------------------------------------------------


@pytest.fixture
def js_tour(opener, way):
    """componentize-py runs nothing in the guest when the host drops a handle."""
    return start_tour(opener("tour-js", way))


def test_the_guest_ends_what_is_closed(js_tour):
    stores = js_tour.app.stores
    with stores.Blob(b"one"):
        assert stores.live() == 1
    assert stores.live() == 0
    assert js_tour.store.ended == [b"one"]


def test_what_is_forgotten_ends_at_the_next_call(js_tour):
    stores = js_tour.app.stores
    forgotten = [stores.Blob(b"%d" % n) for n in range(100)]
    assert stores.live() == 100
    del forgotten
    gc.collect()
    assert not js_tour.store.ended  # no code of the guest runs in a finalizer
    assert stores.live() == 0
    assert len(js_tour.store.ended) == 100


def test_what_is_forgotten_during_a_call_ends_after_it(js_tour):
    stores = js_tour.app.stores
    kept, blob = [stores.Blob(b"forgotten"), stores.Blob(b"closed")], stores.Blob(b"x")

    def size(self):
        kept.pop().close()
        kept.clear()
        gc.collect()
        return 7 + len(js_tour.store.ended)

    js_tour.store.Blob.size = size
    assert blob.size() == 7
    assert stores.live() == 1
    assert sorted(js_tour.store.ended) == [b"closed", b"forgotten"]


# ---- what the host gives ------------------------------------------------------------------------------------------


def test_the_guest_lends_and_gives_back_the_very_objects(tour_app):
    stores = tour_app.app.stores
    lhs, rhs = stores.Blob(b"a"), stores.Blob(b"bc")
    seen: list[Blob] = []

    def same(self, other):
        seen.extend((self, other))
        return True

    tour_app.store.Blob.same = same
    assert lhs.same(rhs)
    assert [type(blob) for blob in seen] == [tour_app.store.Blob] * 2
    assert [blob.data for blob in seen] == [b"a", b"bc"]


def test_a_guest_that_drops_calls_exit(tour_app):
    stores = tour_app.app.stores
    stores.discard(stores.Blob(b"hello"))
    assert tour_app.store.ended == [b"hello"]


def test_what_exit_raises_reaches_the_caller(tour_app):
    stores = tour_app.app.stores
    blob = stores.Blob(b"hello")

    def leave(self, *_):
        raise RuntimeError("no end")

    tour_app.store.Blob.__exit__ = leave
    with pytest.raises(RuntimeError, match=r"^no end$"):
        stores.discard(blob)
    with pytest.raises(PoisonedError):
        stores.live()


def test_a_host_class_needs_no_exit(opened_tour):
    tour = start_tour(opened_tour)
    tour.store.Blob = type("Bare", (), {name: getattr(tour.store.Blob, name) for name in BARE})
    bare = opened_tour.start(log=print, values=tour.host, stores=tour.store)
    bare.stores.discard(bare.stores.Blob(b"hello"))
    assert bare.stores.live() == 0


BARE = ("__init__", "open", "merge", "read", "write", "size", "clone", "same", "store")


@pytest.mark.parametrize(
    ("method", "answer", "call", "text"),
    [
        ("size", -1, lambda blob: blob.size(), "result: expected 0 to 4294967295 (u32), got -1"),
        ("size", None, lambda blob: blob.size(), "result: expected int, got None"),
        ("same", 1, lambda blob: blob.same(blob), "result: expected bool, got int"),
        ("read", "x", lambda blob: blob.read(1), "result: expected a list of numbers, got str"),
        ("read", [256], lambda blob: blob.read(1), "result[0]: expected 0 to 255 (u8), got 256"),
    ],
)
def test_a_bad_answer_of_a_method_reaches_the_caller(tour_app, method, answer, call, text):
    blob = tour_app.app.stores.Blob(b"hello")
    setattr(tour_app.store.Blob, method, lambda self, *_: answer)
    with pytest.raises(ArgumentError) as caught:
        call(blob)
    assert str(caught.value) == text
    with pytest.raises(PoisonedError):
        blob.size()


def test_what_a_constructor_of_the_host_raises_comes_back_unchanged(tour_app):
    raised = LookupError("none left")

    def refuse(self, data):
        raise raised

    tour_app.store.Blob.__init__ = refuse
    with pytest.raises(LookupError) as caught:
        tour_app.app.stores.Blob(b"hello")
    assert caught.value is raised
    gc.collect()


def test_what_is_left_of_a_poisoned_instance_can_be_closed(tour_app):
    blob = tour_app.app.stores.Blob(b"hello")
    with pytest.raises(Error):
        tour_app.app.crash("now")
    with pytest.raises(PoisonedError):
        blob.size()
    with blob:
        pass
    blob.close()
    del blob
    gc.collect()


def test_objects_keep_their_instance_alive(opened_tour):
    blob = start_tour(opened_tour).app.stores.Blob(b"hello")
    gc.collect()
    assert blob.read(5) == b"hello"
    del blob
    gc.collect()


# ---- what is lowered before a bad value ---------------------------------------------------------------------------

TAKER = """
(component
  (type $thing (resource (rep i32)))
  (core func $new (canon resource.new $thing))
  (core module $m
    (func (export "second") (param i32 i32) (result i32) local.get 1)
    (func (export "id") (param i32) (result i32) local.get 0))
  (core instance $i (instantiate $m))
  (func $make (param "n" u32) (result (own $thing)) (canon lift (core func $new)))
  (func $take (param "thing" (own $thing)) (param "n" u32) (result u32) (canon lift (core func $i "second")))
  (func $look (param "thing" (borrow $thing)) (result u32) (canon lift (core func $i "id")))
  (component $named
    (import "rep" (type $rep (sub resource)))
    (import "make" (func $make (param "n" u32) (result (own $rep))))
    (import "take" (func $take (param "thing" (own $rep)) (param "n" u32) (result u32)))
    (import "look" (func $look (param "thing" (borrow $rep)) (result u32)))
    (export $thing "thing" (type $rep))
    (export "make" (func $make) (func (param "n" u32) (result (own $thing))))
    (export "take" (func $take) (func (param "thing" (own $thing)) (param "n" u32) (result u32)))
    (export "look" (func $look) (func (param "thing" (borrow $thing)) (result u32))))
  (instance $things (instantiate $named (with "rep" (type $thing)) (with "make" (func $make))
    (with "take" (func $take)) (with "look" (func $look))))
  (export "test:a/things" (instance $things)))
"""


@pytest.mark.parametrize("raised", [TypeError("mine"), RuntimeError("mine"), KeyboardInterrupt()])
def test_whatever_reading_an_argument_raises_nothing_is_given_away(raised):
    class Number:
        def __index__(self):
            raise raised

    things = witcraft.load(assemble(TAKER), config=Config(cache=False)).instantiate().things
    thing = things.make(7)
    with pytest.raises((ArgumentError, type(raised))):
        things.take(thing, Number())
    assert things.look(thing) == 7
    assert things.take(thing, 5) == 5
    with pytest.raises(ClosedError):
        things.look(thing)


TWO_NAMES = """(component
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 7)))
    (func (export "rep") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func $make (result (own $r)) (canon lift (core func $m "make")))
  (func $rep (param "self" (borrow $r)) (result u32) (canon lift (core func $m "rep")))
  (component $shim
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "rep" (func $rep (param "self" (borrow $r)) (result u32)))
    (export $thing "thing" (type $r))
    (export $handle "handle" (type $thing))
    (export "[constructor]thing" (func $make) (func (result (own $thing))))
    (export "[method]thing.rep" (func $rep) (func (param "self" (borrow $thing)) (result u32)))
    (export "make" (func $make) (func (result (own $handle)))))
  (instance $i (instantiate $shim (with "r" (type $r)) (with "make" (func $make)) (with "rep" (func $rep))))
  (export "test:a/things" (instance $i)))"""


def test_a_resource_under_two_names_is_one_class():
    things = witcraft.load(assemble(TWO_NAMES)).instantiate({}).things
    assert things.Handle is things.Thing
    assert (things.Thing().rep(), things.make().rep()) == (7, 7)
    assert isinstance(things.make(), things.Handle)
