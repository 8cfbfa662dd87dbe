"""Values without an engine: records, results, sequences, the second walk."""

from __future__ import annotations

import array
import collections
import contextlib
import copy
import ctypes
import dataclasses
import enum
import pickle
import subprocess
import sys
import types
from typing import Any

import numpy as np
import pytest

from witcraft.runtime import (
    ArgumentError,
    Err,
    Ok,
    Signature,
    Some,
    Trap,
    dataclass,
    entries,
    explain,
    sequence,
)
from witcraft.runtime.sequences import packed

# ---- Some, Ok, Err -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [Some, Ok, Err])
def test_boxes_are_values(cls):
    one, same, other = cls(1), cls(1), cls([2])
    assert one == same != other
    assert hash(one) == hash(same)
    assert one != 1
    assert repr(other) == f"{cls.__name__}([2])"
    assert pickle.loads(pickle.dumps(other)) == other
    assert copy.deepcopy(other) == other
    with pytest.raises(TypeError):
        hash(other)
    match one:
        case cls(value):
            assert value == 1


def test_boxes_of_different_kinds_differ():
    assert Some(1) != Ok(1) != Err(1)
    assert len({Some(1), Ok(1), Err(1)}) == 3


def test_an_err_is_raised_even_inside_a_context_manager():
    @contextlib.contextmanager
    def around():
        yield

    with pytest.raises(Err) as caught, around():
        raise Err("bad")
    assert caught.value.value == "bad"
    assert pickle.loads(pickle.dumps(caught.value)) == Err("bad")


def test_boxes_take_brackets():
    assert Ok[int] | Err[str] | None is not None
    assert isinstance(Some["int"], types.GenericAlias)


# ---- records -----------------------------------------------------------------------------------------------------


@dataclass(slots=True, unsafe_hash=True)
class Point:
    """A point."""

    x: float
    y: float

    def norm(self) -> float:
        return self.x * self.x + self.y * self.y


@dataclass(slots=True, unsafe_hash=True)
class Empty:
    pass


@dataclass(slots=True, kw_only=True)
class Imports:
    host: object
    self: object


def test_records_are_values():
    p = Point(1.0, 2.0)
    assert p == Point(1.0, 2.0) != Point(2.0, 1.0)
    assert p.__eq__((1.0, 2.0)) is not True
    assert hash(p) == hash(Point(1.0, 2.0))
    assert repr(p) == "Point(x=1.0, y=2.0)"
    assert p.norm() == 5
    assert Point.__doc__ == "A point."
    assert Empty() == Empty()
    assert repr(Empty()) == "Empty()"


def test_records_are_not_frozen_and_have_slots():
    p = Point(1.0, 2.0)
    p.x = 5.0
    assert p == Point(5.0, 2.0)
    with pytest.raises(AttributeError):
        p.z = 1.0  # type: ignore[attr-defined]
    assert not hasattr(p, "__dict__")


def test_records_match_and_take_keywords():
    match Point(y=2.0, x=1.0):
        case Point(x, y):
            assert (x, y) == (1.0, 2.0)
    with pytest.raises(TypeError, match=r"Point.__init__\(\) missing 1 required positional argument: 'y'"):
        Point(1.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Point(1.0, z=2.0)  # type: ignore[call-arg]


def test_keyword_only_records():
    made = Imports(host=1, self=2)
    assert (made.host, made.self) == (1, 2)
    with pytest.raises(TypeError):
        Imports(1, 2)  # type: ignore[call-arg]


def test_records_pickle_and_copy():
    p = Point(1.0, 2.0)
    assert pickle.loads(pickle.dumps(p)) == p
    assert copy.copy(p) == p


def test_the_standard_library_knows_them():
    p = Point(1.0, 2.0)
    assert dataclasses.is_dataclass(Point)
    assert dataclasses.asdict(p) == {"x": 1.0, "y": 2.0}
    assert dataclasses.astuple(p) == (1.0, 2.0)
    assert dataclasses.replace(p, y=7.0) == Point(1.0, 7.0)
    assert [f.name for f in dataclasses.fields(p)] == ["x", "y"]
    if sys.version_info >= (3, 13):
        assert copy.replace(p, x=0.0) == Point(0.0, 2.0)


def test_a_record_can_be_the_base_of_a_dataclass():
    @dataclasses.dataclass
    class Named(Point):
        name: str = ""

    assert Named(1.0, 2.0, "a").name == "a"
    assert dataclasses.asdict(Named(1.0, 2.0, "a")) == {"x": 1.0, "y": 2.0, "name": "a"}


def test_defaults_are_refused_loudly():
    with pytest.raises(TypeError, match="only keyword-only fields of these records have defaults"):

        @dataclass(slots=True, unsafe_hash=True)
        class Late:
            x: int = 0


# ---- sequences ---------------------------------------------------------------------------------------------------


class Custom(collections.UserList):  # type: ignore[type-arg]
    pass


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        (1, 2),
        range(1, 3),
        collections.deque([1, 2]),
        array.array("i", [1, 2]),
        np.array([1, 2]),
        Custom([1, 2]),
    ],
)
def test_any_sequence_is_a_list(value):
    assert list(sequence(value)) == [1, 2]
    assert list(sequence(value, 2)) == [1, 2]
    with pytest.raises(ValueError, match="expected 3 items, got 2"):
        sequence(value, 3)


@pytest.mark.parametrize("value", ["ab", b"ab", bytearray(b"ab"), {1: 2}, {1, 2}, 5, None, iter([1]), object()])
def test_what_is_no_sequence(value):
    with pytest.raises(TypeError, match="expected a sequence, got"):
        sequence(value)


def test_mappings_have_entries():
    assert entries({"a": 1}) == [("a", 1)]
    assert entries(collections.OrderedDict(a=1)) == [("a", 1)]
    assert entries(types.MappingProxyType({"a": 1})) == [("a", 1)]
    for value in ([("a", 1)], "ab", None):
        with pytest.raises(TypeError, match="expected a mapping"):
            entries(value)


@pytest.mark.parametrize("code", "bBhHiIqQfd")
def test_numbers_of_every_sort_are_packed_alike(code):
    numbers = [0, 1, 100]
    expected = array.array(code, numbers).tobytes()
    for value in (
        numbers,
        tuple(numbers),
        array.array(code, numbers),
        memoryview(array.array(code, numbers)),
        np.array(numbers, dtype=array.array(code).typecode),
        np.array([0, 9, 1, 9, 100], dtype=code)[::2],
        np.array(numbers, dtype=np.dtype(code).newbyteorder(">")),
        np.array(numbers, dtype=np.dtype(code).newbyteorder("<")),
        range(1),
    ):
        wanted = expected[: array.array(code).itemsize] if isinstance(value, range) else expected
        assert bytes(packed(code, value)) == wanted


def test_other_buffers_go_by_value():
    assert bytes(packed("H", b"\1\2")) == b"\1\0\2\0"
    assert bytes(packed("B", array.array("q", [1, 255]))) == b"\1\xff"
    assert bytes(packed("d", np.array([1, 2], dtype="f4"))) == array.array("d", [1, 2]).tobytes()
    assert bytes(packed("d", array.array("i", [1, 2]))) == array.array("d", [1, 2]).tobytes()
    assert bytes(packed("I", (ctypes.c_uint32 * 2)(1, 2))) == b"\1\0\0\0\2\0\0\0"
    assert bytes(packed("I", b"")) == bytes(packed("I", [])) == b""


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("B", [256]), ("B", [-1]), ("b", [128]), ("I", [1 << 32]), ("q", [1 << 63]), ("B", array.array("b", [-1])),
        ("B", array.array("i", [256])), ("I", [1.0]), ("I", array.array("d", [1.0])), ("I", [True]), ("B", [1, False]),
        ("I", np.array([True])), ("B", "abc"), ("B", 5), ("I", np.zeros((2, 2), "I")), ("f", [1e40]), ("f", ["x"]),
        ("d", "ab"), ("B", {1: 2}), ("B", {1}), ("B", None), ("I", np.array(["a"])),
    ],
)  # fmt: skip
def test_what_is_no_list_of_such_numbers(code, value):
    from witcraft.runtime import BadValue

    with pytest.raises(BadValue):
        packed(code, value)


# ---- the second walk ---------------------------------------------------------------------------------------------


class Color(enum.Enum):
    RED = 0
    GREEN = 1


class Perms(enum.Flag):
    READ = 1
    WRITE = 2


@dataclass(slots=True, unsafe_hash=True)
class Spot:
    x: Any
    y: Any
    id: Any
    class_: Any


@dataclass(slots=True, unsafe_hash=True)
class Shape_Circle:
    value: Any


@dataclass(slots=True, unsafe_hash=True)
class Shape_Dot:
    pass


class Host:
    """A resource of the host."""


_TYPES = {
    "spot": ("Spot", "record { x: f64, y: f32, id: u16, class: string }"),
    "shape": ("Shape", "variant { circle(f64), dot }", ("Shape_Circle", "Shape_Dot")),
    "color": ("Color", "enum { red, green }"),
    "perms": ("Perms", "flags { read, write }"),
    "ids": ("Ids", "list<u32>"),
    "maybe": ("Maybe", "option<u8>"),
    "handle": ("Host", "resource"),
    "flags": ("Color", "enum { red, green }"),
}
Shape = Ids = Maybe = object
SPOT = Spot(1.0, 2.0, 3, "x")

GOOD = [
    ("bool", True), ("u8", 255), ("s8", -128), ("u64", (1 << 64) - 1), ("f32", 1), ("f64", 1.5), ("char", "x"),
    ("string", ""), ("list<u8>", b"ab"), ("list<u8>", [1]), ("list<string>", ("a",)), ("list<f64>", np.zeros(3)),
    ("list<spot>", [SPOT]),
    ("ids", [1]), ("list<ids>", [[1], array.array("I", [1])]), ("list<u8, 2>", b"ab"), ("list<string, 1>", ["a"]),
    ("map<string, u8>", {"a": 1}), ("option<u8>", None), ("option<u8>", 3), ("option<option<u8>>", Some(None)),
    ("option<maybe>", Some(3)), ("result<u8, string>", Ok(1)), ("result<u8, string>", Err("x")), ("result", Ok(None)),
    ("result<_, u8>", Ok(None)), ("tuple<u8, string>", (1, "a")), ("shape", Shape_Dot()), ("shape", Shape_Circle(1.0)),
    ("color", Color.RED), ("perms", Perms.READ | Perms.WRITE), ("handle", object()), ("borrow<handle>", 3),
    ("list<flags>", [Color.RED]), ("spot", types.SimpleNamespace(x=1, y=2, id=3, class_="")),
]  # fmt: skip

BAD = [
    ("bool", 1, "v: expected bool, got int"),
    ("u8", 256, "v: expected 0 to 255 (u8), got 256"),
    ("s16", -32769, "v: expected -32768 to 32767 (s16), got -32769"),
    ("u32", "1", "v: expected int, got str"),
    ("f64", "1", "v: expected float, got str"),
    ("f64", None, "v: expected float, got None"),
    ("f32", 1e40, "v: 1e+40 is too large for f32"),
    ("char", "ab", "v: expected one character, got 2"),
    ("char", 5, "v: expected str, got int"),
    ("char", "\ud800", "v: expected Unicode text, got a lone surrogate at 0"),
    ("list<u8>", [1, 300], "v[1]: expected 0 to 255 (u8), got 300"),
    ("list<u8>", "ab", "v: expected a list of numbers, got str"),
    ("list<u8>", array.array("i", [1, -1]), "v[1]: expected 0 to 255 (u8), got -1"),
    ("list<u16>", np.zeros((2, 2), "H"), "v: expected one dimension, got 2"),
    ("list<u32>", np.array([True]), "v[0]: expected int, got bool"),
    ("list<f64>", [1, "x"], "v[1]: expected float, got str"),
    ("list<u8, 3>", b"ab", "v: expected 3 items, got 2"),
    ("list<string>", "ab", "v: expected a sequence, got str"),
    ("list<string>", ["a", 1], "v[1]: expected str, got int"),
    ("list<string, 2>", ["a"], "v: expected 2 items, got 1"),
    ("list<list<spot>>", [[], [SPOT, Spot(1.0, "y", 3, "")]], "v[1][1].y: expected float, got str"),
    ("spot", Spot(1.0, 2.0, 70000, ""), "v.id: expected 0 to 65535 (u16), got 70000"),
    ("spot", Spot(1.0, 2.0, 3, b""), "v.class_: expected str, got bytes"),
    ("spot", (1, 2), "v: expected Spot, got tuple (it has no x)"),
    ("ids", 5, "v: expected a sequence, got int"),
    ("ids", [-1], "v[0]: expected 0 to 4294967295 (u32), got -1"),
    ("map<string, u8>", [("a", 1)], "v: expected a mapping, got list"),
    ("map<string, u8>", {"a": -1}, "v['a']: expected 0 to 255 (u8), got -1"),
    ("map<string, u8>", {5: 1}, "v key 5: expected str, got int"),
    ("option<u8>", "x", "v: expected int, got str"),
    ("option<option<u8>>", 3, "v: expected Some or None, got int"),
    ("option<maybe>", 3, "v: expected Some or None, got int"),
    ("option<option<u8>>", Some(-1), "v.value: expected 0 to 255 (u8), got -1"),
    ("result<u8, string>", 3, "v: expected Ok or Err, got int"),
    ("result<u8, string>", Err(3), "v.value: expected str, got int"),
    ("tuple<u8, string>", (1,), "v: expected 2 items, got 1"),
    ("tuple<u8, string>", (1, 2), "v[1]: expected str, got int"),
    ("shape", 1, "v: expected Shape_Circle or Shape_Dot, got int"),
    ("shape", Shape_Circle("x"), "v.value: expected float, got str"),
    ("color", "red", "v: expected Color, got str"),
    ("perms", 1, "v: expected Perms, got int"),
]


@pytest.mark.parametrize(("text", "value"), GOOD)
def test_good_values_leave_the_error_as_it_is(text, value):
    error = ValueError("something else")
    assert explain(error, Signature("f", f"v: {text}", globals()), value) is error


@pytest.mark.parametrize(("text", "value", "what"), BAD)
def test_bad_values_are_explained_with_their_path(text, value, what):
    signature = Signature("f", f"first: u8, v: {text}, last: string", globals())
    explained = explain(ValueError("fast path"), signature, 1, value, "x")
    assert isinstance(explained, ArgumentError)
    assert str(explained) == what


def test_the_first_bad_value_is_named_with_pythons_name():
    signature = Signature("f", "max-size: u8, b: u8", globals())
    assert str(explain(ValueError(), signature, -1, -1)) == "max_size: expected 0 to 255 (u8), got -1"


def test_an_argument_error_is_a_type_error_and_a_value_error():
    assert issubclass(ArgumentError, TypeError)
    assert issubclass(ArgumentError, ValueError)


class Wild:
    @property
    def x(self) -> float:
        raise ZeroDivisionError


def test_what_is_not_about_values_is_left_alone():
    signature = Signature("f", "v: spot", globals())
    trap, interrupt, own = Trap("no"), KeyboardInterrupt(), ZeroDivisionError()
    assert explain(trap, signature, 5) is trap
    assert explain(interrupt, signature, 5) is interrupt
    assert explain(own, signature, Wild()) is own


def test_names_of_another_module_are_followed():
    names = {
        "__package__": "tests",
        "_TYPES": {"p": (".test_runtime_values", "spot"), "far": ("Far", "list<p>")},
        "Far": list,
    }
    signature = Signature("f", "v: far", names)
    what = "v[0].y: expected float, got str"
    assert str(explain(ValueError(), signature, [Spot(1.0, "", 1, "")])) == what


# ---- what importing costs ----------------------------------------------------------------------------------------

HEAVY = {
    "typing",
    "dataclasses",
    "enum",
    "inspect",
    "re",
    "pathlib",
    "functools",
    "collections",
    "wasmtime",
    "threading",
}


def test_importing_the_run_time_loads_little():
    code = (
        "import sys; before = set(sys.modules); import witcraft.runtime as r; r.Ok; small = set(sys.modules) - before; "
        "r.Store, r.Memory, r.Config, r.dataclass, r.Files, r.GuestHandles; "
        "print(*small); print(*(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"], capture_output=True, text=True
    )
    small, whole = (set(line.split()) for line in done.stdout.splitlines())
    assert "ctypes" not in small
    assert "ctypes" in whole
    assert not HEAVY & whole, done.stderr
