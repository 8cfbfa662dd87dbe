"""The table of calls that drives the Python host drives the JavaScript host too: the same values, the same refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import path_of
from tests.end_to_end.calls import GROUPS, calls, comes_through
from tests.end_to_end.test_samples import BAD_FIELDS, BAD_PARAMS, many, sample
from tests.js import tools
from tests.js.conftest import functions, interface
from tests.js.host import JsError, JsHost
from tests.js.values import Convert, Unlike, is_good_there
from witcraft import api
from witcraft.model.types import ValType
from witcraft.model.world import Function

pytestmark = [pytest.mark.guest]

HOSTS = [("tour-python", tools.NODES[0]), *(("tour-js", version) for version in tools.NODES)]
REFUSALS = (("TypeError", "RangeError"), "the instance cannot be called any more")


class Driven:
    """An instance of the tour with its types: calls take and give values of the Python bindings."""

    def __init__(self, guest: str, host: JsHost, types: Any) -> None:
        self.guest, self.host, self.types = guest, host, types
        world = api.world(path_of(guest))
        self.values = functions(interface(world, "guest:tour/values"))
        self.samples = functions(interface(world, "guest:tour/samples"))

    def type(self, name: str) -> ValType:
        return self.values[name][1].params[0].type

    def call(self, name: str, *given: Any, typed: bool = False, owner: str = "values") -> Any:
        key, function = getattr(self, owner)[name]
        wire = self.host.call(owner, key, args=[*self._down(function, given, typed)])
        return None if function.result is None else Convert(self.types).up(wire, function.result)

    def _down(self, function: Function, given: tuple[Any, ...], typed: bool) -> list[Any]:
        convert = Convert(self.types, typed)
        return [convert.down(value, param.type) for value, param in zip(given, function.params, strict=True)]

    def seen(self, name: str) -> list[Any]:
        """What the host's functions were called with since they were last asked, by one parameter's type."""
        return [Convert(self.types).up(values[0], self.type(name)) for values in self.host.ask(seen=True)]

    def answer(self, name: str, value: Any, ty: ValType | None = None) -> None:
        self.host.ask(answer={"value": Convert(self.types).down(value, ty or self.type(name))})

    def refusal(self, name: str, *given: Any) -> str:
        try:
            self.call(name, *given)
        except JsError as error:
            return f"{error.name}: {error.message}"
        return "nothing was thrown"


@pytest.fixture(params=HOSTS, ids=lambda pair: "-".join(pair))
def driven(request: pytest.FixtureRequest, opened: Callable[..., JsHost], python_types: Callable[[str], Any]) -> Driven:
    guest, version = request.param
    return Driven(guest, opened(guest, version), python_types(guest))


def is_refused(message: str, label: str, path: str) -> bool:
    """Whether a refusal names the function, and the bad part or something in it."""
    there = re.escape(path.replace(".value", ".val").rstrip("_"))
    return re.match(rf"(TypeError|RangeError): (\S+#)?{label}: {there}(?![A-Za-z0-9])", message) is not None


def path_in(text: str, start: str) -> str:
    return text.format(start).partition(":")[0]


@pytest.mark.parametrize("group", GROUPS)
def test_good_values_arrive_on_both_sides(driven, group):
    wrong = []
    for name, call in calls(group, driven.types).items():
        for given, expected in [*((value, value) for value in call.good), *call.alike]:
            if not comes_through(driven.guest, name, given):
                continue
            for typed in (False, True) if group == "lists_of_numbers" else (False,):
                try:
                    result, seen = driven.call(name, given, typed=typed), driven.seen(name)
                except (JsError, Unlike) as error:
                    wrong.append((name, given, type(error).__name__, error))
                    continue
                if repr(result) != repr(expected) or repr(seen) != repr([expected]):
                    wrong.append((name, given, seen, result))
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_host_gives_back_arrives(driven, group):
    wrong = []
    for name, call in calls(group, driven.types).items():
        for answer, expected in call.alike:
            driven.answer(name, answer)
            result = driven.call(name, call.good[0])
            if repr(result) != repr(expected):
                wrong.append((name, answer, result))
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_bad_arguments_are_refused_before_the_guest_runs(driven, group):
    wrong = []
    for name, call in calls(group, driven.types).items():
        for value, text in call.bad:
            if is_good_there(name, text):
                continue
            message = driven.refusal(name, value)
            if not is_refused(message, name, path_in(text, "v")):
                wrong.append((name, value, message))
        assert not driven.host.ask(seen=True)
        driven.call(name, call.good[0])
        driven.host.ask(seen=True)
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_bad_results_of_the_host_reach_the_caller(opened, python_types, group):
    """Each of them poisons an instance."""
    wrong, driven = [], Driven("tour-js", opened("tour-js"), python_types("tour-js"))
    for name, call in calls(group, driven.types).items():
        for value, text in call.bad:
            if is_good_there(name, text):
                continue
            driven.host.restart()
            driven.answer(name, value)
            message = driven.refusal(name, call.good[0])
            if not is_refused(message, name, path_in(text, "result")):
                wrong.append((name, value, message))
            after = driven.refusal(name, call.good[0])
            if "cannot be called any more" not in after:
                wrong.append((name, value, f"afterwards: {after}"))
    assert not wrong, lines(wrong)


# ---- one value of every type at once ------------------------------------------------------------------------------


def test_samples_are_known_to_both(driven):
    made = sample(driven.types)
    assert driven.call("sample", owner="samples") == made
    assert driven.call("is-sample", made, owner="samples") is True
    assert driven.call("echo-everything", made) == made
    assert driven.seen("echo-everything") == [made]


def test_a_bad_field_is_named(driven):
    from dataclasses import replace

    wrong = []
    for field, value, text in BAD_FIELDS:
        if is_good_there(field, text):
            continue
        message = driven.refusal("echo-everything", replace(sample(driven.types), **{field: value}))
        if not is_refused(message, "echo-everything", f"v.{path_in(text, '')}"):
            wrong.append((field, value, message))
    assert not wrong, lines(wrong)
    assert driven.call("is-sample", sample(driven.types), owner="samples")


def test_many_parameters_go_through_memory(driven):
    given = many(driven.types)
    assert driven.call("echo-many", *given) == given
    wrong = []
    for index, value, text in BAD_PARAMS:
        if is_good_there("", text):
            continue
        bad = list(given)
        bad[index] = value
        message = driven.refusal("echo-many", *bad)
        if not is_refused(message, "echo-many", path_in(text, "")):
            wrong.append((index, value, message))
    assert not wrong, lines(wrong)


# ---- results ------------------------------------------------------------------------------------------------------


def test_errors_are_thrown_and_caught_on_both_sides(driven):
    """A host's error is the guest's, which is the caller's."""
    t = driven.types
    for name, error in (
        ("try-both", t.Failure_Missing("ü")),
        ("try-error", t.Color.DARK_BLUE),
        ("try-both", t.Failure_Broken()),
    ):
        result = driven.values[name][1].result
        driven.host.ask(answer={"error": Convert(t).down(error, result.err)})
        with pytest.raises(JsError) as caught:
            driven.call(name, 1)
        assert caught.value.is_component_error
        assert Convert(t).up(caught.value.payload, result.err) == error


def test_results_are_returned(driven):
    driven.host.ask(answer={"value": "fine"})
    assert driven.host.call("values", "tryBoth", args=[1]) == "fine"
    driven.host.ask(answer={"value": 7})
    assert driven.host.call("values", "tryOk", args=[1]) == 7
    driven.host.ask(answer={"value": {"$": "undefined"}})
    assert driven.host.call("values", "tryBare", args=[1]) == {"$": "undefined"}
    assert driven.host.call("values", "nothing", args=[]) == {"$": "undefined"}


def test_a_promise_is_refused_by_name(driven):
    driven.host.ask(answer={"value": {"$": "promise", "v": 1}})
    with pytest.raises(JsError, match="echo-u8.*Promise"):
        driven.host.call("values", "echoU8", args=[1])


@pytest.mark.parametrize("args", [[], [{"$": "promise", "v": 1}], [None]])
def test_missing_arguments_are_refused(driven, args):
    with pytest.raises(JsError, match=r"^TypeError: \S*#echo-u8: v: expected u8, got "):
        driven.host.call("values", "echoU8", args=args)


def test_a_view_into_a_larger_buffer_is_its_part_only(driven):
    for array, name in (("Uint8Array", "echoBytes"), ("Uint16Array", "echoU16s"), ("Float64Array", "echoF64s")):
        wire = driven.host.call("values", name, args=[{"$": "view", "of": array, "v": [1, 2, 3]}])
        assert wire == {"$": array, "v": [1, 2, 3]}


def test_arrays_of_another_type_are_read_by_value_or_refused(driven):
    """Never by their bytes."""
    for array in ("Float32Array", "Int8Array", "Uint16Array"):
        try:
            wire = driven.host.call("values", "echoF64s", args=[{"$": array, "v": [1, 2, 3]}])
        except JsError as error:
            assert error.name == "TypeError", error
        else:
            assert wire == {"$": "Float64Array", "v": [1, 2, 3]}


def test_null_is_none(driven):
    assert driven.host.call("values", "echoOption", args=[None]) == {"$": "undefined"}


def test_calls_after_a_trap_are_refused(driven):
    with pytest.raises(JsError):
        driven.host.call("crash", args=["now"])
    with pytest.raises(JsError, match="cannot be called any more"):
        driven.host.call("greet", args=["again"])
    driven.host.restart()
    assert driven.host.call("greet", args=["Ada"]) == "hello, Ada"


def lines(wrong: list[Any]) -> str:
    return "\n".join(["", *(" | ".join(str(part)[:200] for part in row) for row in wrong[:40])])
