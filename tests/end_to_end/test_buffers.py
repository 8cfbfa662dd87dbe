"""Lists of numbers from buffers: the right format goes as it is, others by value or not at all; arrays as results."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE, start_tour
from tests.end_to_end.hosts import Echo, Store
from witcraft import ArgumentError, Config

pytestmark = [pytest.mark.engine, pytest.mark.guest]
FUNCTIONS = {
    "echo_bytes": ("B", np.uint8, bytes),
    "echo_s8s": ("b", np.int8, list),
    "echo_u16s": ("H", np.uint16, list),
    "echo_s32s": ("i", np.int32, list),
    "echo_u64s": ("Q", np.uint64, list),
    "echo_f32s": ("f", np.float32, list),
    "echo_f64s": ("d", np.float64, list),
}
"""The array code of each function's elements, NumPy's type for them, and the class of the result."""


@pytest.fixture
def values(opener):
    return start_tour(opener("tour-python", "disk")).app.values


@pytest.mark.parametrize("name", FUNCTIONS)
def test_buffers_of_the_right_format(values, name):
    code, dtype, cls = FUNCTIONS[name]
    echo, numbers = getattr(values, name), [1, 2, 3, 100, 127]
    expected = cls(numbers)
    for given in (
        array(code, numbers),
        memoryview(array(code, numbers)),
        np.array(numbers, dtype),
        np.array([*numbers, 5], dtype)[:-1],
        np.array(numbers * 2, dtype).reshape(2, 5)[1],
        np.array(numbers[::-1], dtype)[::-1],
        np.array([number for n in numbers for number in (n, 99)], dtype)[::2],
    ):
        assert echo(given) == expected
    assert echo(np.array([], dtype)) == cls([])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_formats_go_by_value(values, name):
    code, dtype, cls = FUNCTIONS[name]
    echo, numbers = getattr(values, name), [1, 2, 3, 100]
    others = ["i8", "u2", "i1", ">i4", ">u2", "<i8", *(["f8", "f4", ">f8"] if code in "fd" else [])]
    for other in others:
        assert echo(np.array(numbers, other)) == cls(numbers), other
    assert echo(array("q", numbers)) == cls(numbers)
    assert echo(np.array(numbers, np.dtype(dtype).newbyteorder(">"))) == cls(numbers)


@pytest.mark.parametrize(
    ("name", "given", "text"),
    [
        ("echo_bytes", np.array([1, 256]), "v[1]: expected 0 to 255 (u8), got 256"),
        ("echo_bytes", array("b", [1, -1]), "v[1]: expected 0 to 255 (u8), got -1"),
        ("echo_bytes", np.array([1.0, 2.0]), "v[0]: expected int, got float"),
        ("echo_bytes", np.array([True, False]), "v[0]: expected int, got bool"),
        ("echo_bytes", np.zeros((2, 2), np.uint8), "v: expected one dimension, got 2"),
        ("echo_bytes", np.array(5, np.uint8), "v: expected one dimension, got 0"),
        ("echo_s32s", np.array([2**31]), f"v[0]: expected {-(2**31)} to {2**31 - 1} (s32), got {2**31}"),
        ("echo_s32s", array("I", [2**31]), f"v[0]: expected {-(2**31)} to {2**31 - 1} (s32), got {2**31}"),
        ("echo_u64s", np.array([1j]), "v: expected numbers, got a buffer of format 'Zd'"),
        ("echo_u64s", np.array(["2020-01-01"], "datetime64[D]"), "v"),
        ("echo_u64s", np.array([("a", 1)], [("x", "U1"), ("y", "i4")]), "v"),
        ("echo_f32s", np.array([1.0, 1e300]), "v[1]: 1e+300 is too large for f32"),
        ("echo_f64s", np.array(["1.0"]), "v"),
        ("echo_f64s", np.array([None]), "v"),
    ],
)
def test_nothing_is_reinterpreted(values, name, given, text):
    echo = getattr(values, name)
    with pytest.raises(ArgumentError) as caught:
        echo(given)
    assert str(caught.value).startswith(text)
    assert len(echo([1])) == 1


def test_scalars_of_numpy(values):
    assert values.echo_u8(np.uint8(7)) == values.echo_s64(np.int64(7)) == values.echo_f32(np.float32(7)) == 7
    assert values.echo_f64(np.float64(0.1)) == 0.1
    assert type(values.echo_u8(np.uint8(7))) is int
    for value in (np.True_, np.float64(1.0), np.array([1])):
        with pytest.raises(ArgumentError, match="expected int"):
            values.echo_u8(value)
    with pytest.raises(ArgumentError, match=r"expected 0 to 255 \(u8\), got 300"):
        values.echo_u8(np.int64(300))


def test_rows_of_numpy_are_lists(values):
    assert values.echo_rows(np.arange(6).reshape(2, 3)) == [[0, 1, 2], [3, 4, 5]]
    assert values.echo_rows([np.arange(3, dtype=np.uint16), [7]]) == [[0, 1, 2], [7]]
    assert values.echo_bools(np.array([True, False])) == [True, False]


def test_hosts_may_answer_with_buffers(opener):
    tour = start_tour(opener("tour-python", "disk"))
    for answer in (array("d", [1.5]), np.array([1.5]), memoryview(array("d", [1.5])), np.array([1.5], ">f4"), (1.5,)):
        tour.host.answer = answer
        assert tour.app.values.echo_f64s([]) == [1.5]
    tour.host.answer = np.array([[1.5]])
    with pytest.raises(ArgumentError, match=r"^result: expected one dimension, got 2"):
        tour.app.values.echo_f64s([])


def test_a_million_numbers(values):
    given = np.arange(1_000_000, dtype=np.uint64)
    assert values.echo_u64s(given) == given.tolist()


# ---- lists as arrays ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["disk", "live"])
def arrays(request, tmp_path_factory):
    """The tour with ``--lists array``."""
    config = Config(cache=CACHE)
    host, component = Echo(), path_of("tour-python")
    if request.param == "live":
        loaded = witcraft.load(component, name="arrays", lists="array", config=config)
        imports = {"log": print, "guest:tour/values": host, "guest:tour/stores": Store()}
        return loaded.instantiate(imports), host
    folder = tmp_path_factory.mktemp("arrays")
    witcraft.python(component, folder / "tour_arrays", name="tour", lists="array")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        import tour_arrays  # type: ignore[import-not-found]  # written a moment ago
    return tour_arrays.Tour(tour_arrays.TourImports(log=print, values=host, stores=Store()), config=config), host


@pytest.mark.parametrize("name", FUNCTIONS)
def test_lists_of_numbers_come_as_arrays(arrays, name):
    app, host = arrays
    code, _, cls = FUNCTIONS[name]
    expected = bytes([1, 2, 3]) if cls is bytes else array(code, [1, 2, 3])
    result = getattr(app.values, name)([1, 2, 3])
    assert (result, type(result)) == (expected, type(expected))
    assert host.seen.pop() == (expected,)


def test_arrays_inside_of_other_lists(arrays):
    app, _ = arrays
    assert app.values.echo_rows([[1, 2], []]) == [array("H", [1, 2]), array("H")]
    assert app.values.echo_words(["a"]) == ["a"]
