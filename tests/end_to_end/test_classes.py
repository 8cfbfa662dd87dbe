"""Values as Python objects: equal, hashed, pickled, copied, matched; records are classes that one can change."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from tests.end_to_end.conftest import start_tour
from tests.end_to_end.test_samples import sample
from witcraft import Err, Ok, Some

pytestmark = [pytest.mark.engine, pytest.mark.guest]


@pytest.fixture
def everything(opener, way):
    types = opener("tour-python", way).values
    return types, sample(types)


def values(types):
    point = types.Point(1.0, 2.0, 3)
    return [
        point,
        types.Segment(point, point, "ü"),
        types.Keywords(1, "x", None, -1),
        types.Shape_Dot(),
        types.Shape_Circle(1.5),
        types.Shape_Named(("n", 1)),
        types.Mixed_Text("x"),
        types.Color.DARK_BLUE,
        types.Access.READ | types.Access.WRITE,
        types.Failure_Refused(types.Color.RED),
        Ok(1),
        Err(types.Failure_Missing("x")),
        Some(None),
        Some(Some("x")),
    ]


def test_values_are_equal_hashed_pickled_and_copied(everything):
    types, _ = everything
    assert values(types) == values(types)
    for value in values(types):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(value, protocol))
            assert again == value
            assert type(again) is type(value)
        assert hash(copy.copy(value)) == hash(copy.deepcopy(value)) == hash(value)
    assert len(set(values(types))) == len(values(types))
    assert all(a != b for i, a in enumerate(values(types)) for j, b in enumerate(values(types)) if i != j)


def test_what_an_instance_gives_is_pickled(everything, opener, way):
    _, sample = everything
    given = start_tour(opener("tour-python", way)).app.samples.sample()
    assert pickle.loads(pickle.dumps(given)) == given == sample


def test_the_standard_library_knows_them(everything):
    types, sample = everything
    keywords, point, segment = types.Keywords, types.Point, types.Segment
    assert [field.name for field in dataclasses.fields(keywords)] == ["class_", "from_", "lambda_", "self"]
    assert dataclasses.asdict(point(1.0, 2.0, 3)) == {"x": 1.0, "y": 2.0, "id": 3}
    assert dataclasses.replace(point(1.0, 2.0, 3), id=4) == point(1.0, 2.0, 4)
    assert dataclasses.astuple(segment(point(1, 2, 3), point(4, 5, 6), "")) == ((1, 2, 3), (4, 5, 6), "")
    assert dataclasses.asdict(sample)["pair"] == (7, "seven")


def test_records_can_be_changed_and_have_slots(everything):
    types, _ = everything
    point = types.Point(x=1.0, y=2.0, id=3)
    point.x = 5.0
    assert point == types.Point(5.0, 2.0, 3)
    with pytest.raises(AttributeError):
        point.z = 1
    assert not hasattr(point, "__dict__")
    assert repr(point) == "Point(x=5.0, y=2.0, id=3)"
    with pytest.raises(TypeError):
        types.Point(1.0, 2.0)
    with pytest.raises(TypeError):
        types.Point(1.0, 2.0, 3, 4)


def test_records_of_different_classes_differ(everything):
    types, _ = everything
    assert types.Mixed_Narrow(1.0) != types.Mixed_Exact(1.0)
    assert types.Shape_Dot() == types.Shape_Dot()
    assert types.Point(1, 2, 3) != (1, 2, 3)
    assert Some(None) is not None
    assert Some(None) != Ok(None) != Err(None)


def test_variants_are_made_for_match(everything):
    types, _ = everything

    def area(shape):
        match shape:
            case types.Shape_Dot():
                return 0
            case types.Shape_Circle(radius):
                return radius**2 * 3
            case types.Shape_Polygon([types.Point(x, y), *_]):
                return x * y
            case types.Shape_Named((name, number)):
                return name * number

    point = types.Point(2.0, 3.0, 0)
    shapes = [types.Shape_Dot(), types.Shape_Circle(2), types.Shape_Polygon([point]), types.Shape_Named(("a", 3))]
    assert [area(shape) for shape in shapes] == [0, 12, 6.0, "aaa"]
    assert isinstance(shapes[0], types.Shape)
    assert not isinstance(point, types.Shape)


def test_ok_err_and_some_match(everything):
    def text(value):
        match value:
            case Ok(Some(inner)):
                return f"some {inner}"
            case Ok(inner):
                return f"ok {inner}"
            case Err(inner):
                return f"error {inner}"

    assert [text(Ok(Some(1))), text(Ok(None)), text(Err(2))] == ["some 1", "ok None", "error 2"]


def test_err_is_an_exception_that_can_be_given_notes():
    error = Err("x")
    error.__traceback__ = None
    error.add_note("seen")
    with pytest.raises(Err, match="x") as caught:
        raise error
    assert caught.value.value == "x"
    error.value = "y"
    assert error == Err("y")


def test_enums_and_flags_are_those_of_the_standard_library(everything):
    types, _ = everything
    assert [color.name for color in types.Color] == ["RED", "GREEN", "DARK_BLUE"]
    assert types.Color["GREEN"] is types.Color(1)
    assert list(types.Access.READ | types.Access.EXECUTE) == [types.Access.READ, types.Access.EXECUTE]
    assert types.Access.READ in types.Access(3)
    assert len(types.Seventeen) == 17
