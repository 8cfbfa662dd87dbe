"""Names and texts that Python, bindings or the run time use themselves: everything can be called all the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import witcraft
from tests.end_to_end import hostile
from witcraft import Config

pytestmark = pytest.mark.engine


def thing(seen):
    """The host's class: all methods and statics that are asked for."""

    class Thing:
        def __init__(self, number):
            self.number = number

        def __exit__(self, *_):
            seen.append("dropped")

    for word in hostile.METHODS:
        setattr(Thing, python(word), lambda self: self.number)
    for word in hostile.STATICS:
        setattr(Thing, python(word), staticmethod(lambda number: number))
    return Thing


def python(word):
    return f"{word}_" if word in KEYWORDS else word.replace("-", "_")


KEYWORDS = {"class", "del"}


@pytest.fixture(scope="module")
def component():
    return witcraft.load(hostile.binary(), name="app", config=Config(cache=False))


@pytest.fixture
def app(component):
    seen: list[str] = []
    functions = {word: lambda number, word=word: number for word in hostile.WORDS}
    app = component.instantiate({"test:host/functions": {**functions, "thing": thing(seen)}})
    return SimpleNamespace(app=app, seen=seen)


@pytest.mark.parametrize("interface", ["functions", "relays", "statics", "methods"])
def test_functions(app, interface):
    view = app.app[f"test:names/{interface}"]
    assert [view[word](number) for number, word in enumerate(view)] == list(range(len(view._leaves)))
    assert len(app.seen) == (len(hostile.METHODS) if interface == "methods" else 0)


def test_functions_of_the_world(app):
    assert [app.app[word](number) for number, word in enumerate(hostile.WORDS)] == list(range(len(hostile.WORDS)))


def test_parameters(app):
    for number, words in enumerate(hostile.CHUNKS):
        assert app.app["test:names/parameters"][f"chunk{number}"](*range(len(words))) == len(words) - 1


def test_bad_arguments_name_the_parameter_as_python_has_it(app):
    for word in hostile.WORDS:
        with pytest.raises(TypeError) as caught:
            app.app["test:names/functions"][word]("x")
        name, _, what = str(caught.value).partition(": ")
        assert name.strip("_").replace("_", "-") == word
        assert what == "expected int, got str"


@pytest.mark.parametrize("kind", ["record", "enum", "flag", "variant"])
def test_types(app, kind):
    view = app.app[f"test:names/{kind}s"]
    for word in hostile.WORDS:
        echo, cls = view[f"echo-{word}"], view[word]
        members = values(kind, cls)
        assert members
        assert [echo(value) for value in members] == members
        with pytest.raises(TypeError, match="expected"):
            echo("x")


def values(kind, cls):
    if kind == "record":
        return [cls(7)]
    if kind == "variant":
        return [case() for case in cls.__args__]
    return list(cls)


def test_interfaces(app):
    for word in hostile.INTERFACES:
        assert app.app[f"test:{word}/{word}"][word](5) == 5
    for place in ("one/same@1.0.0", "one/same@2.0.0", "two/same"):
        assert app.app[f"test:{place}"]["f"](5) == 5


def test_a_resource(app):
    cls = app.app["test:names/things"]["thing"]
    for number, word in enumerate(hostile.METHODS):
        view = app.app["test:names/things"]
        one = cls(number)
        assert view[f"[method]thing.{word}"](one) == getattr(one, python(word))() == number
    for number, word in enumerate(hostile.STATICS):
        assert view[f"[static]thing.{word}"](number) == number
    with cls(1) as last:
        pass
    with pytest.raises(witcraft.Error):
        last.enter()
