"""``witcraft validate`` and ``api.validate``: verdicts, places, features, the engine as a second opinion."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("click", reason="the extra `cli`")
from click.testing import CliRunner

from tests.support.wat import assemble
from witcraft import ComponentError, WitcraftError, api, binary
from witcraft.cli.app import app
from witcraft.resolve.features import ALL, COMPILED, NAMES, SHIPPED, Feature, features
from witcraft.wast.engine import bodies, core_modules, hollow, refusal

GOOD = assemble('(component (import "f" (func (param "a" (list u8)))))')
BAD = assemble("(component (component (type u8) (type (list 7))))")
BAD_BODY = assemble("(component (core module (func (result i32))))")
ASYNC_LIFT = """(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func (export "f") async (canon lift (core func $i "f") async)))"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, data in {"good": GOOD, "bad": BAD, "body": BAD_BODY}.items():
        (tmp_path / f"{name}.wasm").write_bytes(data)
    return tmp_path


def validate(*arguments):
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


# ---- verdicts ---------------------------------------------------------------------------------------------------


def test_a_valid_component(files):
    done = validate("good.wasm")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "good.wasm: ok\n", "")


def test_an_invalid_component_is_told_with_place_path_and_rule(files):
    done = validate("bad.wasm")
    assert done.exit_code == 1
    assert done.stdout == ""
    offset = BAD.index(b"p")
    assert done.stderr.splitlines() == [
        f"error: bad.wasm: {offset:#x}: type 7 is unknown: there is 1   (component 0 > type 1)",
        "  000010  01 00 07 04 02 7d 70 07",
        " " * (10 + 3 * (offset - 16)) + "^^",
    ]


def test_several_files(files):
    done = validate("bad.wasm", "good.wasm", "body.wasm")
    assert done.exit_code == 1
    assert done.stdout == "good.wasm: ok\nbody.wasm: ok\n"
    assert done.stderr.startswith("error: bad.wasm: ")


def test_as_data(files):
    done = validate("--json", "good.wasm", "bad.wasm")
    assert done.exit_code == 1
    good, bad = json.loads(done.stdout)
    assert good == {"file": "good.wasm", "valid": True}
    assert bad == {
        "file": "bad.wasm",
        "valid": False,
        "error": {
            "message": "type 7 is unknown: there is 1",
            "offset": BAD.index(b"p"),
            "path": ["component 0", "type 1"],
        },
    }


@pytest.mark.parametrize("data", [b"", b"\0asm\1\0\0\0", GOOD[:-1]], ids=["empty", "a core module", "cut off"])
def test_what_is_no_component(files, data):
    (files / "odd.wasm").write_bytes(data)
    done = validate("odd.wasm")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: odd.wasm: 0x")


def test_wrong_command_lines(files):
    assert validate().exit_code == 2
    assert validate("none.wasm").exit_code == 2
    assert "Examples:\n    witcraft validate app.wasm" in validate("--help").stdout


# ---- the engine -------------------------------------------------------------------------------------------------


@pytest.mark.engine
def test_the_engine_reads_function_bodies(files):
    done = validate("--engine", "good.wasm", "body.wasm")
    assert done.exit_code == 1
    assert done.stdout == "good.wasm: ok\n"
    assert "the engine refuses it: " in done.stderr
    assert "type mismatch" in done.stderr


@pytest.mark.engine
def test_the_engine_says_where():
    """In the file, not in the core module that it was asked about."""
    text = "(component (component $C (core module (func (result i32) i64.const 7))))"
    data = assemble(text)
    with pytest.raises(ComponentError, match="type mismatch") as caught:
        api.validate(data, engine=True)
    assert caught.value.offset is not None
    assert data[caught.value.offset - 2 : caught.value.offset + 1] == b"\x42\x07\x0b"


@pytest.mark.engine
def test_the_engine_is_asked_about_the_component_as_well():
    data = assemble('(component (import "v" (value $v u8)) (export "w" (value $v)))')
    api.validate(data, features="cm-values")
    with pytest.raises(ComponentError, match="the engine refuses it") as caught:
        api.validate(data, features="cm-values", engine=True)
    assert caught.value.offset is not None


@pytest.mark.engine
def test_functions_are_emptied_before_the_engine_compiles_them():
    text = """(component (core module
      (func) (func nop) (func (export "f") (param i32) (result i64) (local f32) (i64.extend_i32_u (local.get 0)))))"""
    data = assemble(text)
    [module] = core_modules(binary.read(data))
    emptied = hollow(data, [module])
    assert len(emptied) == len(data)
    found = [emptied[start : start + size] for start, size in bodies(module)]
    assert found == [b"\0\x0b", b"\0\0\x0b", b"\0\0\1\1\1\1\x0b"]
    assert refusal(emptied) is None


# ---- features ---------------------------------------------------------------------------------------------------

GATED = {
    "cm-async": '(import "f" (func async))',
    "cm-map": "(type (map u8 u8))",
    "cm-implements": '(import "a" (implements "a:b/c") (instance))',
    "cm-values": '(import "v" (value $v u8)) (export "w" (value $v))',
    "cm-nested-names": '(import "a:b:c/d/e" (func))',
    "cm-fixed-length-lists": "(type (list u8 4))",
    "cm-error-context": "(type error-context)",
    "cm-canon-names": '(import "a:b/c@1" (func))',
    "cm64": "(type (resource (rep i64)))",
    "cm-dependency-names": '(import "url=<https://a>" (func))',
    "cm-forward": "(type $s (stream u8)) (core func (canon stream.forward $s))",
    "cm-accessors": '(import "[get]a" (func (result u8)))',
    "cm-threading": "(core func (canon thread.index))",
    "shared-everything-threads": "(core func (canon thread.available_parallelism))",
    "cm-more-async-builtins": "(core func (canon subtask.cancel async))",
    "cm-async-stackful": ASYNC_LIFT.removeprefix("(component").removesuffix(")"),
}


def test_every_feature_has_a_case():
    assert GATED.keys() == NAMES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_is_needed(name):
    data = assemble(f"(component {GATED[name]})")
    api.validate(data, features="all")
    api.validate(data, features=name)
    with pytest.raises(ComponentError, match=f"takes the feature {name}, which is not enabled") as caught:
        api.validate(data, features=f"all,-{name}")
    assert caught.value.offset is not None
    assert caught.value.path


def test_sets_of_features():
    assert features("") == features("shipped") == SHIPPED
    assert features("all") == ALL
    assert features("all, -cm64") == ALL - {Feature.MEMORY64}
    assert features("cm64,shipped") == SHIPPED
    assert COMPILED < ALL


def test_an_unknown_feature_is_told(files):
    with pytest.raises(WitcraftError, match="the feature 'stars' is unknown; there are cm-async, "):
        api.validate(GOOD, features="stars")
    done = validate("--features", "stars", "good.wasm")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: the feature 'stars' is unknown")


def test_gc_is_in_no_set():
    """There is no text of what its options mean, so nothing that takes them is valid."""
    text = (
        '(component (import "f" (func $f)) (core type $t (func)) (core func (canon lower (func $f) gc (core-type $t))))'
    )
    with pytest.raises(ComponentError, match="the specification does not say yet"):
        api.validate(assemble(text), features="all")


# ---- values (gated) ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ('(import "v" (value $v u8))', "value 0 is not used"),
        (
            '(import "v" (value $v u8)) (export "a" (value $v)) (export "b" (value $v))',
            "value 0 is used more than once",
        ),
        (
            '(import "f" (func $f (param "a" u8))) (import "v" (value u8)) (start $f (value 0)) (export "e" (value 0))',
            "value 0 is used more than once",
        ),
    ],
)
def test_values_are_used_once(definitions, message):
    with pytest.raises(ComponentError, match=message) as caught:
        api.validate(assemble(f"(component {definitions})"), features="all")
    assert caught.value.offset is not None


# ---- getters and setters (gated) --------------------------------------------------------------------------------

RESOURCE = '(import "r" (type $r (sub resource))) '
GETTER = '(import "[method][get]r.a" (func (param "self" (borrow $r)) (result u8))) '


@pytest.mark.parametrize(
    "definitions",
    [
        '(import "[get]a" (func (result u8))) (import "[set]a" (func (param "v" string)))',
        RESOURCE + GETTER,
        RESOURCE + GETTER + '(import "[method][set]r.a" (func (param "self" (borrow $r)) (param "v" u8)))',
        RESOURCE + '(import "[static][get]r.a" (func (result u8)))',
        RESOURCE + GETTER + '(import "[method]r.get-a" (func (param "self" (borrow $r))))',
        '(import "[get]a" (func (result u8))) (import "[set]a" (func (param "v" u8) (result (result (error u8)))))',
    ],
)
def test_getters_and_setters(definitions):
    api.validate(assemble(f"(component {definitions})"), features="cm-accessors")


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ('(import "[get]a" (func))', "a getter has a result"),
        ('(import "[get]a" (func (param "v" u8) (result u8)))', "a getter takes no parameter"),
        ('(import "[get]a" (func async (result u8)))', "not async"),
        ('(import "[get]a" (instance))', "not async"),
        ('(import "[set]a" (func (param "v" u8)))', "comes after its getter"),
        (RESOURCE + GETTER + '(import "[method][set]r.a" (func (param "self" (borrow $r))))', "a setter one"),
        (
            '(import "[get]a" (func (result u8))) (import "[set]a" (func (param "v" u8) (result u8)))',
            "no result but for an error",
        ),
        ('(import "a" (func)) (import "[get]a" (func (result u8)))', "conflicts"),
        (RESOURCE + '(import "[static][get]r.r" (func (result u8)))', "conflicts"),
        (RESOURCE + '(import "[constructor][get]r" (func (result (own $r))))', "more than a resource"),
        ('(import "[get][set]a" (func (result u8)))', "kebab case"),
    ],
)
def test_getters_and_setters_that_are_none(definitions, message):
    with pytest.raises(ComponentError, match=message):
        api.validate(assemble(f"(component {definitions})"), features="cm-accessors")


# ---- names of dependencies, nested names (gated) ----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *(
            "unlocked-dep=<a:b>",
            "unlocked-dep=<a:b@*>",
            "unlocked-dep=<a:b@{>=1.2.3-rc <2.0.0}>",
            "locked-dep=<a:b@1.2.3>",
        ),
        *(
            "locked-dep=<a:b>,integrity=<sha256-aB+/==>",
            "url=<>",
            "url=<https://a/b>",
            "integrity=< sha512-a sha384-b?c >",
        ),
        *("a:b:c/d", "a:b/c/d@1.0.0", "unlocked-dep=<a:b:c/d>"),
    ],
)
def test_names_that_are_gated(name):
    text = f'(component (import "{name}" (func)))'
    api.validate(assemble(text), features="all")
    with pytest.raises(ComponentError, match="takes the feature"):
        api.validate(assemble(text))


@pytest.mark.parametrize(
    "name", ["integrity=<" + "sha256-a " * 30_000 + "!", "a:" * 30_000, "a:b" + "/c-1" * 30_000 + "!"]
)
def test_names_that_are_gated_take_linear_time(name):
    with pytest.raises(ComponentError):
        api.validate(assemble(f'(component (import "{name}" (func)))'), features="all")


def test_names_of_dependencies_are_for_imports():
    with pytest.raises(ComponentError, match="a name for imports only"):
        api.validate(assemble('(component (import "f" (func $f)) (export "url=<a>" (func $f)))'), features="all")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "unlocked-dep=a:b",
            "unlocked-dep=<a>",
            "unlocked-dep=<a:b@{<x}>",
            "unlocked-dep=<a:b@1.2.3>",
            "locked-dep=<a:b@*>",
        ),
        *("url=<<>", "url=<a>b", "integrity=<>", "integrity=<md5-a>", "integrity=<sha256-===>", "relative-url=<a>"),
        *("a:b:c", "a:b:c/", "a:b/c/", ":b/c"),
    ],
)
def test_names_that_nothing_allows(name):
    with pytest.raises(ComponentError, match=r"no name|kebab case"):
        api.validate(assemble(f'(component (import "{name}" (func)))'), features="all")


# ---- types of core modules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ('(core type (module (import "" "" (memory 70000))))', "at most 65536 is possible"),
        ('(core type (module (import "" "" (memory 2 1))))', "limits from 2 to 1"),
        ('(core type (module (import "" "" (table 2 1 funcref))))', "limits from 2 to 1"),
        ("(core type $t (module)) (core type (func (param (ref $t))))", "core type 0 is the type of a module"),
        ("(core type (func (param (ref 100))))", "core type 100 is unknown"),
        ("(core type (module (type (func (param (ref 100))))))", "core type 100 is unknown"),
        ("(core type $t (struct)) (core type (sub $t (struct)))", "core type 0 is final"),
        ("(core type (module (type $t (struct)) (type (sub $t (struct)))))", "core type 0 is final"),
    ],
)
def test_types_of_core_modules(definitions, message):
    with pytest.raises(ComponentError, match=message):
        api.validate(assemble(f"(component {definitions})"))


SUPER = "(core type $s (sub (struct))) (core type $f (sub (func))) "


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        *(("eqref", "anyref"), ("i31ref", "eqref"), ("structref", "anyref"), ("nullref", "(ref null $s)")),
        *(("(ref $s)", "(ref null $s)"), ("(ref $s)", "structref"), ("(ref $s)", "(ref any)"), ("(ref $f)", "funcref")),
        *(("nullfuncref", "(ref null $f)"), ("nullexternref", "externref"), ("(ref func)", "funcref"), ("i32", "i32")),
    ],
)
def test_a_supertype_wants_no_more(given, wanted):
    """Results may be more special in a subtype, parameters more general; what can be written stays as it is."""
    fits = [
        f"(core type $a (sub (func (result {wanted})))) (core type (sub $a (func (result {given}))))",
        f"(core type $a (sub (func (param {given})))) (core type (sub $a (func (param {wanted}))))",
        f"(core type $a (sub (struct (field {wanted})))) (core type (sub $a (struct (field {given}) (field i8))))",
        f"(core type $a (sub (array {wanted}))) (core type (sub $a (array {given})))",
        f"(core type $a (sub (array (mut {wanted})))) (core type (sub $a (array (mut {wanted}))))",
    ]
    does_not = [
        f"(core type $a (sub (func (result {wanted})))) (core type (sub $a (func (param {given}))))",
        f"(core type $a (sub (array (mut {wanted})))) (core type (sub $a (array {given})))",
        f"(core type $a (sub (array {wanted}))) (core type (sub $a (struct (field {given}))))",
    ]
    if given != wanted:
        does_not += [
            f"(core type $a (sub (func (result {given})))) (core type (sub $a (func (result {wanted}))))",
            f"(core type $a (sub (func (param {wanted})))) (core type (sub $a (func (param {given}))))",
            f"(core type $a (sub (array (mut {wanted})))) (core type (sub $a (array (mut {given}))))",
        ]
    for definitions in fits:
        api.validate(assemble(f"(component {SUPER} {definitions})"))
    for definitions in does_not:
        with pytest.raises(ComponentError, match="it does not fit core type 2, its supertype"):
            api.validate(assemble(f"(component {SUPER} {definitions})"))


def test_core_types_of_one_group_mention_each_other():
    group = "(core rec (type $f (func (result (ref $g)))) (type $g (func (result (ref $f)))))"
    api.validate(assemble(f"(component {group} (core type $s (sub (struct))) (core type (sub $s (struct))))"))
