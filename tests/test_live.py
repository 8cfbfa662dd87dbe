"""A component in this process: imports matched by name, modules of its own, the cache, real components end to end."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import traceback
from array import array
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import witcraft
from tests.support.wat import assemble
from witcraft import Config, LinkError
from witcraft.live.imports import merge
from witcraft.live.package import Package, package_of
from witcraft.runtime.versions import find, track

if TYPE_CHECKING:
    from witcraft.runtime.root import Interface, Items

# ---- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a:b/c", "a:b/c"),
        ("a:b/c@1.2.3", "a:b/c@1"),
        ("a:b/c@12.0.0", "a:b/c@12"),
        ("a:b/c@0.2.3", "a:b/c@0.2"),
        ("a:b/c@0.0.3", "a:b/c@0.0.3"),
        ("a:b/c@0.0.0", "a:b/c@0.0.0"),
        ("a:b/c@1.2.3+build", "a:b/c@1"),
        ("a:b/c@1.2.3-rc.1", "a:b/c@1.2.3-rc.1"),
        ("a:b/c@1", "a:b/c@1"),
        ("a:b/c@0.2", "a:b/c@0.2"),
    ],
)
def test_a_track_is_what_stays_compatible(name, expected):
    assert track(name) == expected


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("a:b/c@1.2.0", ["a:b/c@1.2.0"]),
        ("a:b/c@1.0.0", ["a:b/c@1.2.0", "a:b/c@1.3.0"]),
        ("a:b/c@2.0.0", ["a:b/c@2.1.0"]),
        ("a:b/c@3.0.0", []),
        ("a:b/c@2.1.0-rc.1", []),
        ("a:b/c", ["a:b/c@1.2.0", "a:b/c@1.3.0", "a:b/c@2.1.0"]),
        ("a:b/d@1.0.0", []),
        ("log", ["log"]),
    ],
)
def test_a_name_means_itself_or_its_track(wanted, found):
    assert find(wanted, ["a:b/c@1.2.0", "a:b/c@1.3.0", "a:b/c@2.1.0", "a:b/d", "log"]) == found


# ---- imports ----------------------------------------------------------------------------------------------------

HOST: Interface = (
    "host",
    "imports.host",
    {
        "run-tick": ("run_tick", "func(n: u32) -> u32"),
        "point": ("Point", "record { x: u32 }"),
        "blob": ("Blob", "resource"),
        "[constructor]blob": ("Blob", "func(n: u32) -> own<blob>"),
        "[method]blob.read": ("Blob.read", "func() -> u32"),
    },
)
ITEMS: Items = {"log": ("log", "func(message: string)"), "test:bench/host@1.2.0": HOST}


class Blob:
    def read(self):
        return 1


def run_tick(n):
    return n


GOOD = {"run-tick": run_tick, "blob": Blob}


@pytest.mark.parametrize(
    "host",
    [
        GOOD,
        {"run_tick": run_tick, "Blob": Blob},
        SimpleNamespace(run_tick=run_tick, Blob=Blob),
        {**GOOD, "point": object},
    ],
    ids=["WIT names", "Python names", "an object", "a type besides"],
)
@pytest.mark.parametrize("name", ["test:bench/host@1.2.0", "test:bench/host@1.0.0", "test:bench/host"])
def test_an_interface_is_given_by_a_mapping_or_an_object(host, name):
    fields = merge({name: host, "log": print}, {"imports": ITEMS})
    assert fields["log"] is print
    assert fields["host"].run_tick is run_tick
    assert fields["host"].Blob is Blob


def test_an_object_is_handed_on_as_it_is():
    host = SimpleNamespace(run_tick=run_tick, Blob=Blob)
    assert merge({"test:bench/host": host, "log": print}, {"imports": ITEMS})["host"] is host


def test_mappings_are_merged_item_by_item():
    fields = merge(
        [{"log": print}, {"test:bench/host": {"run-tick": run_tick}}, {"test:bench/host": {"blob": Blob}}],
        {"imports": ITEMS},
    )
    assert (fields["host"].run_tick, fields["host"].Blob, fields["log"]) == (run_tick, Blob, print)


def test_mappings_and_objects_are_merged():
    host = SimpleNamespace(run_tick=run_tick)
    fields = merge(
        [{"log": print, "test:bench/host": host}, {"test:bench/host@1.1.0": {"blob": Blob}}], {"imports": ITEMS}
    )
    assert (fields["host"].run_tick, fields["host"].Blob) == (run_tick, Blob)


def test_the_same_thing_twice_is_no_ambiguity():
    assert merge([{"log": print, "test:bench/host": GOOD}, {"log": print, "test:bench/host": GOOD}], {"imports": ITEMS})


def flaws(given, items=ITEMS):
    with pytest.raises(LinkError) as caught:
        merge(given, {"imports": items})
    return str(caught.value).splitlines()[1:]


def test_all_that_is_missing_is_listed_with_its_type():
    assert flaws(None) == [
        "  missing  log: func(message: string)",
        "  missing  test:bench/host@1.2.0 run-tick: func(n: u32) -> u32",
        "  missing  test:bench/host@1.2.0 blob: resource",
        "  missing  test:bench/host@1.2.0 [constructor]blob: func(n: u32) -> own<blob>",
        "  missing  test:bench/host@1.2.0 [method]blob.read: func() -> u32",
    ]


def test_a_class_without_a_method_lacks_it():
    assert flaws({"log": print, "test:bench/host": {**GOOD, "blob": object}}) == [
        "  missing  test:bench/host@1.2.0 [method]blob.read: func() -> u32"
    ]


def test_what_nothing_asks_for_is_listed_with_what_may_be_meant():
    given = {"log": print, "lag": print, 5: print, "test:bench/host": {**GOOD, "run-tock": run_tick}}
    assert flaws(given) == [
        "  extra  'lag': nothing asks for it; is it 'log'?",
        "  extra  5: nothing asks for it",
        "  extra  'run-tock' in 'test:bench/host': nothing asks for it; is it 'run-tick'?",
    ]


def test_another_track_is_another_interface():
    lines = flaws({"log": print, "test:bench/host@2.0.0": GOOD})
    assert lines[0].startswith("  extra  'test:bench/host@2.0.0': nothing asks for it")
    assert len(lines) == 5


def test_missing_and_extra_come_in_one_error():
    lines = flaws({"lag": print, "test:bench/host": GOOD})
    assert [line.split()[0] for line in lines] == ["extra", "missing"]


def test_what_cannot_be_called_is_no_function():
    assert flaws({"log": 3, "test:bench/host": GOOD}) == [
        "  no use   log: func(message: string), but int cannot be called"
    ]


TWO: Items = {"a:b/c@1.0.0": ("c1", "", {"f": ("f", "func()")}), "a:b/c@2.0.0": ("c2", "", {"f": ("f", "func()")})}


def test_a_name_that_may_mean_two_shows_both():
    assert "  ambiguous  'a:b/c': a:b/c@1.0.0 or a:b/c@2.0.0" in flaws({"a:b/c": {"f": print}}, TWO)


def test_what_has_its_whole_name_leaves_the_short_one_to_the_other():
    fields = merge({"a:b/c": {"f": print}, "a:b/c@1.0.0": {"f": len}}, {"imports": TWO})
    assert (fields["c1"].f, fields["c2"].f) == (len, print)


def test_two_names_for_one_import_are_shown():
    given = {"log": print, "test:bench/host": GOOD, "test:bench/host@1.0.0": GOOD}
    assert flaws(given) == ["  ambiguous  test:bench/host@1.2.0: 'test:bench/host' or 'test:bench/host@1.0.0'"]


def test_one_function_from_two_mappings_shows_where_they_are():
    given = [{"log": print, "test:bench/host": GOOD}, {"log": len, "test:bench/host": {"run_tick": abs}}]
    assert flaws(given) == [
        "  ambiguous  log: 'log' of mapping 1 or 'log' of mapping 2",
        (
            "  ambiguous  test:bench/host@1.2.0 run-tick: 'run-tick' in 'test:bench/host' of mapping 1"
            " or 'run_tick' in 'test:bench/host' of mapping 2"
        ),
    ]


@pytest.mark.parametrize("given", [5, [5], "log", [["log"]]])
def test_imports_are_mappings(given):
    assert "expected a mapping by WIT names" in flaws(given)[0]


# ---- modules of its own -----------------------------------------------------------------------------------------

SOURCES = {
    "": ("__init__.py", "from . import shapes\nfrom .exports import api\n"),
    "shapes": ("shapes.py", "class Point:\n    def __init__(self, x):\n        self.x = x\n"),
    "exports": ("exports/__init__.py", ""),
    "exports.api": ("exports/api.py", "from ..shapes import Point\n\ndef fail():\n    raise ArithmeticError  # here\n"),
    "late": ("late.py", "from .shapes import Point\n"),
}


@pytest.fixture
def package():
    modules = {
        name: (f"<nowhere>/{path}", source, compile(source, f"<nowhere>/{path}", "exec"))
        for name, (path, source) in SOURCES.items()
    }
    made = Package("test_live_package", modules)
    yield made
    made.forget()


def test_modules_import_each_other(package):
    module = package.load()
    assert module.api.Point is module.shapes.Point
    assert module.api.__name__ == "test_live_package.exports.api"
    assert sys.modules["test_live_package.exports"].__path__ == []


def test_a_module_is_imported_when_it_is_wanted(package):
    module = package.load()
    assert "test_live_package.late" not in sys.modules
    __import__("test_live_package.late")
    assert module.late.Point is module.shapes.Point


def test_what_a_package_has_not_is_not_found(package):
    package.load()
    with pytest.raises(ModuleNotFoundError):
        __import__("test_live_package.exports.other")


def test_tracebacks_show_lines(package):
    with pytest.raises(ArithmeticError) as caught:
        package.load().api.fail()
    assert "raise ArithmeticError  # here" in "".join(traceback.format_exception(caught.value))


def test_classes_can_be_pickled(package):
    point = package.load().shapes.Point(3)
    assert pickle.loads(pickle.dumps(point)).x == 3


def test_what_is_forgotten_comes_back_while_it_is_used(package):
    module = package.load()
    package.forget()
    assert "test_live_package" not in sys.modules
    assert pickle.loads(pickle.dumps(module.api.Point(3))).__class__ is module.api.Point
    assert sys.modules["test_live_package"] is module


def test_what_is_forgotten_and_not_used_is_gone():
    source = "class Point:\n    def method(self): ...\n"
    package = Package("test_live_gone", {"": ("<nowhere>/__init__.py", source, compile(source, "", "exec"))})
    point = package.load().Point()
    package.forget()
    del package
    gc.collect()
    assert package_of("test_live_gone")
    del point
    gc.collect()
    assert not package_of("test_live_gone")
    with pytest.raises(ModuleNotFoundError):
        __import__("test_live_gone")


# ---- components -------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path):
    return Config(cache=tmp_path / "cache")


@pytest.fixture
def component(bench, config):
    return witcraft.load(bench, name="bench", config=config)


@pytest.fixture
def instance(component):
    return component.instantiate({"test:bench/host": {"tick": abs}})


def test_a_component_tells_what_it_wants_and_gives(component):
    assert component.imports["test:bench/host"] == {"tick": "func(n: u32) -> u32"}
    assert component.exports["echo-points"] == "func(v: list<point>) -> list<point>"
    assert [item.extern_name for item in component.world.exports][:2] == ["add", "echo-string"]
    assert repr(component).startswith("<component bench: ")


@pytest.mark.engine
def test_an_instance_answers_to_python_names_and_to_wit_names(instance):
    assert instance.echo_bytes(b"\0\xff") == instance["echo-bytes"](b"\0\xff") == b"\0\xff"


@pytest.mark.engine
def test_the_guest_calls_what_it_was_given(component):
    class Host:
        def __init__(self):
            self.seen = []

        def tick(self, n):
            self.seen.append(n)
            return 1

    host = Host()
    assert component.instantiate({"test:bench/host": host}).run_ticks(3) == 3
    assert host.seen == [3, 2, 1]


@pytest.mark.engine
def test_types_stand_beside_functions(instance):
    point = instance["point"]
    assert instance.echo_points([point(1.0, 2.0, 3)]) == [point(1.0, 2.0, 3)]
    assert pickle.loads(pickle.dumps(instance.make_points(2))) == [point(0.0, 0.5, 0), point(1.0, 0.5, 1)]


@pytest.mark.engine
def test_an_unknown_export_is_told_with_those_there_are(instance):
    with pytest.raises(KeyError, match="there is no export 'echo-byte'; there are 'echo-bytes', "):
        instance["echo-byte"]
    with pytest.raises(KeyError, match="there is no export 'sub'; there are 'add', 'echo-string', "):
        instance["sub"]
    assert "add" in instance
    assert list(instance)[:2] == ["add", "echo-string"]


@pytest.mark.engine
def test_imports_that_do_not_fit_are_told_before_anything_runs(component):
    with pytest.raises(LinkError, match=r"missing  test:bench/host tick: func\(n: u32\) -> u32"):
        component.instantiate()
    with pytest.raises(LinkError, match=r"missing  test:bench/host tick: func\(n: u32\) -> u32"):
        component.module.Bench(component.module.BenchImports(host=object()))


@pytest.mark.engine
def test_lists_of_numbers_as_arrays(bench, config):
    instance = witcraft.load(bench, lists="array", config=config).instantiate({"test:bench/host": {"tick": abs}})
    assert instance.echo_f64s([1, 2.5]) == array("d", [1, 2.5])


def test_bytes_are_a_component_too(bench, config):
    assert witcraft.load(bench.read_bytes(), config=config).module.App
    assert witcraft.load(memoryview(bench.read_bytes()), name="my-bench", config=config).module.MyBench


def test_the_same_component_is_the_same_package(component, bench, config):
    assert witcraft.load(bench, name="bench", config=config).module is component.module
    assert witcraft.load(bench, name="other", config=config).module is not component.module


def test_threads_that_load_at_once_share_the_package(bench, config):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: witcraft.load(bench, name="at-once", config=config), range(4)))
    assert len({component.module for component in found}) == 1


def test_a_forgotten_component_can_be_loaded_again(component, bench, config):
    component.forget()
    assert component.module.__name__ not in sys.modules
    assert witcraft.load(bench, name="bench", config=config).module is not component.module


NAMES = """(component
  (type $color (enum "red" "dark-blue"))
  (import "test:names/host@1.2.0" (instance $host
    (alias outer 1 $color (type $inner)) (export "color" (type $c (eq $inner)))
    (export "next-one" (func (param "c" $c) (result $c)))))
  (alias export $host "next-one" (func $next))
  (core func $lowered (canon lower (func $next)))
  (core module $M
    (import "" "next" (func $next (param i32) (result i32)))
    (func (export "twice") (param i32) (result i32) (call $next (call $next (local.get 0)))))
  (core instance $m (instantiate $M (with "" (instance (export "next" (func $lowered))))))
  (func $twice (param "c" $color) (result $color) (canon lift (core func $m "twice")))
  (component $Api
    (type $color (enum "red" "dark-blue"))
    (import "color" (type $c (eq $color)))
    (import "f" (func $f (param "c" $c) (result $c)))
    (export $d "color" (type $color))
    (export "do-twice" (func $f) (func (param "c" $d) (result $d))))
  (instance $old (instantiate $Api (with "color" (type $color)) (with "f" (func $twice))))
  (instance $new (instantiate $Api (with "color" (type $color)) (with "f" (func $twice))))
  (export "test:names/api@1.2.0" (instance $old))
  (export "test:names/api@2.0.1" (instance $new)))"""


class Names:
    """The host of ``NAMES``."""

    def __init__(self, color):
        self.color = color

    def next_one(self, c):
        assert c.__class__ is self.color
        return self.color.RED if c is self.color.DARK_BLUE else self.color.DARK_BLUE


@pytest.fixture(scope="module")
def names():
    component = witcraft.load(assemble(NAMES), name="names", config=Config(cache=False))
    color = component.module.imports.host.Color
    return component.instantiate({"test:names/host": Names(color)})


@pytest.mark.engine
@pytest.mark.parametrize("name", ["test:names/api@1.2.0", "test:names/api@1.0.0", "test:names/api@2.0.0"])
def test_an_interface_is_found_by_its_track(names, name):
    api = names[name]
    red = api.Color.RED
    assert api["do-twice"](red) is api.do_twice(red) is red
    assert list(api) == ["color", "do-twice"]
    assert dir(api) == ["Color", "do_twice"]
    assert "do-twice" in api
    assert api["color"] is api.Color


@pytest.mark.engine
def test_a_name_for_two_versions_is_ambiguous(names):
    with pytest.raises(KeyError, match=r"'test:names/api' may be any of test:names/api@1.2.0, test:names/api@2.0.1"):
        names["test:names/api"]


@pytest.mark.engine
@pytest.mark.parametrize("name", ["test:names/api@3.0.0", "test:names/apis", "host"])
def test_another_name_is_no_export(names, name):
    with pytest.raises(KeyError, match="there is no export"):
        names[name]


@pytest.mark.engine
def test_of_an_import_there_are_the_types(names):
    assert names["test:names/host"].Color.DARK_BLUE.name == "DARK_BLUE"
    with pytest.raises(AttributeError, match="has no 'next_one'"):
        names["test:names/host"].next_one  # noqa: B018


@pytest.mark.engine
def test_what_an_interface_has_not_is_told(names):
    api = names["test:names/api@1.2.0"]
    with pytest.raises(KeyError, match=r"test:names/api@1.2.0 has no 'do_twice'; there are 'do-twice'"):
        api["do_twice"]
    with pytest.raises(AttributeError, match=r"test:names/api@1.2.0 has no 'do_thrice'"):
        api.do_thrice  # noqa: B018


# ---- the cache --------------------------------------------------------------------------------------------------

SCRIPT = """
import sys, witcraft
component = witcraft.load({path!r}, config=witcraft.Config(cache={cache!r}))
instance = component.instantiate({{"test:bench/host": {{"tick": abs}}}})
{code}
"""


def run(path, cache, code):
    """What ``code`` prints in a new process that has the component as ``instance``."""
    script = SCRIPT.format(path=str(path), cache=str(cache), code=code)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)


AT = f"import sys; sys.path[:0] = {sys.path!r}\n"  # with -S nothing is found that is installed

LOADED = 'print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("witcraft.")}))'


@pytest.mark.engine
def test_a_second_start_needs_no_compiler(bench, tmp_path):
    assert "binary" in run(bench, tmp_path / "cache", LOADED).stdout.split()
    assert run(bench, tmp_path / "cache", LOADED).stdout.split() == ["api", "live", "runtime"]


@pytest.mark.engine
def test_a_start_imports_nothing_heavy(bench, tmp_path):
    heavy = {"dataclasses", "enum", "inspect", "pathlib", "re", "typing", "wasmtime"}
    code = f"print(instance.add(1, 2), *({heavy!r} & set(sys.modules)))"
    script = SCRIPT.format(path=str(bench), cache=str(tmp_path / "cache"), code=code)
    for _ in range(2):
        done = subprocess.run([sys.executable, "-IS", "-c", AT + script], capture_output=True, text=True, timeout=120)
    assert done.stdout == "3\n", done.stderr


@pytest.mark.engine
@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: b"", lambda data: data[:99] + b"?" + data[100:]],
    ids=["cut off", "empty", "changed"],
)
def test_a_damaged_entry_is_made_again(bench, tmp_path, damage):
    assert run(bench, tmp_path / "cache", "print(instance.add(1, 2))").stdout == "3\n"
    for entry in (tmp_path / "cache").rglob("*"):
        if entry.suffix in (".code", ".python"):
            entry.write_bytes(damage(entry.read_bytes()))
    done = run(bench, tmp_path / "cache", "print(instance.add(1, 2))\n" + LOADED)
    assert done.stdout.startswith("3\n"), done.stderr
    assert "binary" in done.stdout.split()


def test_load_compiles_no_webassembly(bench, tmp_path):
    witcraft.load(bench, name="unseen", config=Config(cache=tmp_path / "cache"))
    assert not list((tmp_path / "cache").rglob("*.code"))
    assert list((tmp_path / "cache").rglob("*.python"))


def test_without_a_cache_nothing_is_written(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert witcraft.load(bench, name="uncached", config=Config(cache=False)).module.Uncached
    assert list(tmp_path.iterdir()) == []


@pytest.mark.engine
@pytest.mark.parametrize("caught", [True, False], ids=["printed", "uncaught"])
def test_tracebacks_show_emitted_lines(bench, tmp_path, caught):
    code = "instance.add(1, 2**40)"
    if caught:
        code = f"import traceback\ntry:\n    {code}\nexcept Exception:\n    traceback.print_exc()"
    for _ in range(2):
        done = run(bench, tmp_path / "cache", code)
        assert "raise explain(error, _ADD, a, b) from None" in done.stderr
