"""The component that the benchmarks measure: every function, with good and with bad values, both ways."""

from __future__ import annotations

import numpy as np
import pytest

from witcraft import ArgumentError, Err, PoisonedError

pytestmark = pytest.mark.engine
INTEGER = "expected 0 to 4294967295 (u32), got "


@pytest.fixture
def point(opened_bench):
    return opened_bench.types("types").Point


def call(app, way, name, *arguments):
    function = app[name] if way == "live" else getattr(app, name.replace("-", "_"))
    return function(*arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("add", (2**32 - 1, 2), 1),
        ("echo-string", ("",), ""),
        ("echo-string", ("zwölf Ü 🦀" * 100,), "zwölf Ü 🦀" * 100),
        ("echo-bytes", (b"\0\xff" * 500,), b"\0\xff" * 500),
        ("echo-bytes", (b"",), b""),
        ("echo-f64s", ([0.1, 2],), [0.1, 2.0]),
        ("echo-f64s", (np.arange(100) / 8,), [n / 8 for n in range(100)]),
        ("echo-strings", (["", "a", "ü"],), ["", "a", "ü"]),
        ("echo-strings", (("a", "b"),), ["a", "b"]),
        ("checked", (99,), 198),
        ("run-ticks", (3,), 6),
    ],
)
def test_good_values(bench_app, way, name, arguments, result):
    assert call(bench_app, way, name, *arguments) == result


def test_points(bench_app, way, point):
    points = [point(1.0, -0.0, 2**32 - 1), point(0.5, 2, 3)]
    assert call(bench_app, way, "echo-points", points) == points
    assert call(bench_app, way, "sum-points", [point(1, 2, 3), point(0.5, 0, 0)]) == 3.5
    assert call(bench_app, way, "make-points", 2) == [point(0.0, 0.5, 0), point(1.0, 0.5, 1)]


def test_a_failure_is_raised(bench_app, way):
    with pytest.raises(Err) as caught:
        call(bench_app, way, "checked", 100)
    assert isinstance(caught.value.value, str)
    assert call(bench_app, way, "checked", 1) == 2


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("add", (-1, 0), f"a: {INTEGER}-1"),
        ("add", (0, 2**32), f"b: {INTEGER}4294967296"),
        ("add", (1, True), "b: expected int, got bool"),
        ("add", ("1", None), "a: expected int, got str"),
        ("echo-string", (5,), "s: expected str, got int"),
        ("echo-string", ("a\ud800",), "s: expected Unicode text, got a lone surrogate at 1"),
        ("echo-bytes", ("ab",), "b: expected a list of numbers, got str"),
        ("echo-bytes", ([1, 300],), "b[1]: expected 0 to 255 (u8), got 300"),
        ("echo-f64s", (["x"],), "v[0]: expected float, got str"),
        ("echo-strings", (["a", 5],), "v[1]: expected str, got int"),
        ("echo-strings", ("ab",), "v: expected a sequence, got str"),
        ("echo-points", ([None],), "v[0]: expected Point, got None (it has no x)"),
        ("sum-points", (5,), "v: expected a sequence, got int"),
        ("make-points", (-1,), f"n: {INTEGER}-1"),
        ("run-ticks", (1.0,), "n: expected int, got float"),
        ("checked", (None,), "n: expected int, got None"),
    ],
)
def test_bad_arguments(bench_app, way, name, arguments, text):
    with pytest.raises(ArgumentError) as caught:
        call(bench_app, way, name, *arguments)
    assert str(caught.value) == text
    assert bench_app.add(1, 2) == 3


def test_the_path_of_a_bad_field(bench_app, way, point):
    bad = [point(1, 2, 3)] * 3 + [point("1", 2, 3)]
    for name in ("echo-points", "sum-points"):
        with pytest.raises(ArgumentError, match=r"^v\[3\]\.x: expected float, got str$"):
            call(bench_app, way, name, bad)


@pytest.mark.parametrize(
    ("answer", "text"),
    [(-1, f"result: {INTEGER}-1"), ("1", "result: expected int, got str"), (True, "result: expected int, got bool")],
)
def test_bad_answers_of_the_host(opened_bench, answer, text):
    class Host:
        def tick(self, n):
            return answer

    app = opened_bench.start(host=Host())
    with pytest.raises(ArgumentError) as caught:
        app.run_ticks(1)
    assert str(caught.value) == text
    with pytest.raises(PoisonedError):
        app.add(1, 2)


def test_values_that_are_bad_only_when_read_first(bench_app):
    """The walk that looks for the reason finds none: then the first one stands, and the function's name."""

    class Shifty:
        reads = 0
        y, id = 1.0, 2

        @property
        def x(self):
            Shifty.reads += 1
            return "bad" if Shifty.reads == 1 else 1.0

    with pytest.raises(ArgumentError, match=r"^echo-points: "):
        bench_app.echo_points([Shifty()])
    assert bench_app.echo_points([Shifty()])[0].id == 2


def test_a_users_own_exception_comes_through(bench_app):
    class Angry:
        @property
        def x(self):
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match=r"^mine$"):
        bench_app.echo_points([Angry()])
    assert bench_app.add(1, 2) == 3


def test_arguments_whose_reading_calls_the_same_export(bench_app):
    """Reading an attribute runs the user's code, which may call the guest that is about to be called."""

    class Reentrant:
        y, id = 2.0, 3

        @property
        def x(self):
            assert bench_app.add(40, 2) == 42
            return 1.0

    assert bench_app.sum_points([Reentrant(), Reentrant()]) == bench_app.sum_points(
        [type("Plain", (), {"x": 1.0, "y": 2.0, "id": 3})()] * 2
    )

    class Number:
        def __index__(self):
            assert bench_app.add(7, 7) == 14
            return 5

    assert bench_app.add(Number(), Number()) == 10
