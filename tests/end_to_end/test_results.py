"""Results: returned, or raised as `Err`, by guests and by hosts; whatever else a host raises comes back unchanged."""

from __future__ import annotations

import pickle
from contextlib import contextmanager

import pytest

import witcraft
from tests.end_to_end.conftest import start_tour
from witcraft import ArgumentError, Err, Ok, PoisonedError, Trap

pytestmark = [pytest.mark.engine, pytest.mark.guest]


def failures(t):
    return [t.Failure_Missing("ü"), t.Failure_Refused(t.Color.DARK_BLUE), t.Failure_Broken()]


def test_a_success_is_returned(tour_app):
    tour_app.host.answer = "yes"
    assert tour_app.app.values.try_both(7) == "yes"
    tour_app.host.answer = 2**31 - 1
    assert tour_app.app.values.try_ok(7) == 2**31 - 1
    tour_app.host.answer = None
    assert tour_app.app.values.try_error(7) is None
    assert tour_app.app["guest:tour/values"]["try-bare"](7) is None
    assert tour_app.host.seen == [(7,)] * 4


def test_a_failure_is_raised_by_both_sides(tour_app):
    for failure in failures(tour_app.types):
        tour_app.host.answer = Err(failure)
        with pytest.raises(Err) as caught:
            tour_app.app.values.try_both(7)
        assert caught.value.value == failure
        assert type(caught.value.value) is type(failure)
        assert caught.value is not tour_app.host.answer  # it went through the guest


def test_failures_of_each_form(tour_app):
    forms = [("try_ok", None), ("try_error", tour_app.types.Color.GREEN), ("try_bare", None)]
    for name, failure in forms:
        tour_app.host.answer = Err(failure)
        with pytest.raises(Err) as caught:
            getattr(tour_app.app.values, name)(0)
        assert caught.value.value is failure
    tour_app.host.answer = 5
    assert tour_app.app.values.try_ok(0) == 5  # a failure is an answer: nothing is poisoned


def test_err_is_one_class_everywhere(tour_app, opened_tour):
    assert opened_tour.module.Err is witcraft.Err
    assert opened_tour.module.Ok is witcraft.Ok
    assert opened_tour.module.Some is witcraft.Some
    assert tour_app.types.Err is witcraft.Err


def test_err_goes_through_context_managers_and_pickles(tour_app):
    @contextmanager
    def block():
        yield

    tour_app.host.answer = Err(tour_app.types.Failure_Missing("x"))
    with pytest.raises(Err) as caught, block():
        tour_app.app.values.try_both(7)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again == caught.value
    assert hash(again) == hash(caught.value)
    assert str(caught.value) == "Failure_Missing(value='x')"


@pytest.mark.parametrize(
    ("name", "answer", "text"),
    [
        ("try_both", 5, "result: expected str, got int"),
        ("try_both", None, "result: expected str, got None"),
        ("try_both", Ok("x"), "result: expected str, got Ok"),
        ("try_both", Err("x"), "error: expected Failure_Missing or Failure_Refused or Failure_Broken, got str"),
        ("try_both", Err(None), "error: expected Failure_Missing or Failure_Refused or Failure_Broken, got None"),
        ("try_ok", -1, "result: expected 0 to 4294967295 (u32), got -1"),
        ("try_ok", "x", "result: expected int, got str"),
        ("try_error", Err(1), "error: expected Color, got int"),
    ],
)
def test_a_bad_answer_of_the_host_reaches_the_caller(tour_app, name, answer, text):
    tour_app.host.answer = answer
    with pytest.raises(ArgumentError) as caught:
        getattr(tour_app.app.values, name)(7)
    assert str(caught.value) == text
    with pytest.raises(PoisonedError):
        tour_app.app.greet("again")


def test_a_bad_payload_in_a_failure_is_named(tour_app):
    tour_app.host.answer = Err(tour_app.types.Failure_Missing(5))
    with pytest.raises(ArgumentError, match=r"^error\.value: expected str, got int"):
        tour_app.app.values.try_both(7)


class Refusal(Exception):
    """What only the host knows."""


@pytest.mark.parametrize(
    "raised",
    [Refusal("no"), KeyError("x"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), TypeError("of its own")],
)
def test_what_a_host_raises_comes_back_unchanged(tour_app, raised):
    tour_app.host.answer = raised
    with pytest.raises(type(raised)) as caught:
        tour_app.app.values.echo_u8(7)
    assert caught.value is raised
    assert any(entry.name == "echo" for entry in caught.traceback)
    with pytest.raises(
        PoisonedError, match=r"guest:tour/values@0\.1\.0#echo-u8 trapped, or a host function raised in it"
    ):
        tour_app.app.values.echo_u8(7)


def test_an_err_where_no_result_is_asked_for_is_an_exception_like_others(tour_app):
    tour_app.host.answer = Err("x")
    with pytest.raises(Err) as caught:
        tour_app.app.values.echo_u8(7)
    assert caught.value is tour_app.host.answer
    with pytest.raises(PoisonedError):
        tour_app.app.values.echo_u8(7)


def test_exceptions_of_python_in_the_guest_are_traps(tour_app):
    with pytest.raises(Trap, match=r"^crash: ") as caught:
        tour_app.app.crash("message")
    assert "wasm backtrace:" in str(caught.value)
    assert caught.value.code == "unreachable"
    with pytest.raises(PoisonedError, match="the instance cannot be called any more: crash trapped"):
        tour_app.app.greet("again")


def test_other_instances_go_on(opened_tour, tour_app):
    other = start_tour(opened_tour)
    with pytest.raises(Trap):
        tour_app.app.crash("message")
    assert other.app.greet("you") == "hello, you"
    assert other.logged == ["you"]
