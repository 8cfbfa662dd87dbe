"""Every value type through real guests, both ways: good values arrive, bad ones are refused with their path."""

from __future__ import annotations

import pytest

from tests.end_to_end.calls import GROUPS, calls, comes_through
from tests.end_to_end.conftest import Tour, start_tour
from witcraft import ArgumentError, PoisonedError

pytestmark = [pytest.mark.engine, pytest.mark.guest]
ELSEWHERE = {"echo-everything", "echo-many", "try-both", "try-ok", "try-error", "try-bare", "nothing"}


def function(tour: Tour, name: str, wit: bool):
    """By its Python name, or by its WIT name."""
    return tour.app["guest:tour/values@0.1.0"][name] if wit else getattr(tour.app.values, name.replace("-", "_"))


def test_every_function_is_called(opened_tour):
    items = opened_tour.module._ROOT["exports"]["guest:tour/values@0.1.0"][2]
    here = {name for group in GROUPS for name in calls(group, opened_tour.values)}
    assert {name for name, (_, text) in items.items() if text.startswith("func")} == here | ELSEWHERE


@pytest.mark.parametrize("group", GROUPS)
def test_good_values_arrive_on_both_sides(tour_app, group, way):
    wrong = []
    for name, call in calls(group, tour_app.types).items():
        echo = function(tour_app, name, way == "live")
        for given, expected in [*((value, value) for value in call.good), *call.alike]:
            if not comes_through(tour_app.guest, name, given):
                continue
            result, seen = echo(given), tour_app.host.seen.pop()
            if repr(result) != repr(expected) or repr(seen) != repr((expected,)):
                wrong.append((name, given, seen, result))
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_host_gives_back_may_be_of_another_class(tour_app, group, way):
    wrong = []
    for name, call in calls(group, tour_app.types).items():
        echo = function(tour_app, name, way == "live")
        for answer, expected in call.alike:
            tour_app.host.answer = answer
            result = echo(call.good[0])
            if repr(result) != repr(expected):
                wrong.append((name, answer, result))
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_bad_arguments_are_refused_before_the_guest_runs(tour_app, group, way):
    wrong = []
    for name, call in calls(group, tour_app.types).items():
        echo = function(tour_app, name, way == "live")
        for value, text in call.bad:
            message = refused(echo, value)
            if not message.startswith(text.format("v")):
                wrong.append((name, value, message))
        assert not tour_app.host.seen
        echo(call.good[0])
        tour_app.host.seen.clear()
    assert not wrong, lines(wrong)


@pytest.mark.parametrize(("guest", "way"), [("tour-python", "disk"), ("tour-js", "live")])
@pytest.mark.parametrize("group", GROUPS)
def test_bad_results_of_the_host_reach_the_caller(opener, guest, way, group):
    """Each of them poisons an instance."""
    wrong, opened_tour = [], opener(guest, way)
    for name, call in calls(group, opened_tour.values).items():
        for value, text in call.bad:
            tour = start_tour(opened_tour)
            tour.host.answer = value
            echo = function(tour, name, way == "live")
            message = refused(echo, call.good[0])
            if not message.startswith(text.format("result")):
                wrong.append((name, value, message))
            with pytest.raises(PoisonedError, match="cannot be called any more"):
                echo(call.good[0])
    assert not wrong, lines(wrong)


def refused(function, value):
    try:
        function(value)
    except ArgumentError as error:
        return str(error)
    except Exception as error:
        return repr(error)
    return "nothing was raised"


def lines(wrong):
    return "\n".join(["", *(" | ".join(str(part)[:200] for part in row) for row in wrong)])
