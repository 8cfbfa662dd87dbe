"""Scripts of components: how they are read, played and scored; the project's own in `tests/wast`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.wat import assemble
from witcraft.resolve.features import COMPILED, SHIPPED, Feature
from witcraft.wast import Engine, Outcome, Report, run
from witcraft.wast.constant import Case, Constant, Field, Nan, constant, same
from witcraft.wast.expression import Parens, ScriptError, String, read
from witcraft.wast.outcome import refused_by, total
from witcraft.wast.script import (
    AssertRefused,
    AssertReturn,
    AssertTrap,
    Define,
    Instantiate,
    Invoke,
    Register,
    Source,
    Unknown,
    allowed_features,
    directives,
)

SCRIPTS = sorted(Path(__file__).with_name("wast").glob("*.wast"))

ADD = """
  (core module $M
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "trap") unreachable)
    (func (export "loop") (loop (br 0))))
  (core instance $m (instantiate $M))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "loop") (canon lift (core func $m "loop")))"""


def expression(text: str) -> Parens:
    return read(text.encode())[0]


def value(text: str) -> Constant:
    return constant(expression(text))


# ---- expressions ------------------------------------------------------------------------------------------------


def test_comments_and_strings_hide_brackets():
    found = read(b';; (\n(a "(" (; ) (; nested ;) ;) (b)) ;; )\n(c)')
    assert [(it.head, it.line) for it in found] == [("a", 2), ("c", 3)]
    assert found[0].items[1] == String(b"(", 2)


def test_escapes_of_strings():
    assert expression(r'(a "\t\n\r\"\'\\\u{1F600}\ff")').items[1] == String(
        "\t\n\r\"'\\\U0001f600".encode() + b"\xff", 1
    )


def test_nesting_has_no_limit():
    assert len(read(b"(" * 50_000 + b")" * 50_000)) == 1


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("(a", "line 1: a bracket is not closed"),
        ("\n)", "line 2: a bracket is closed that was not opened"),
        ('("a', "line 1: a string is not closed"),
        ("(; (; ;)", "line 1: a comment is not closed"),
        ("\n\na", "line 3: something outside of brackets"),
        (r'("\q")', r"line 1: \q is no escape"),
        ("(a ; b)", "line 1: a lone semicolon"),
    ],
)
def test_what_is_no_script(script, message):
    with pytest.raises(ScriptError) as caught:
        read(script.encode())
    assert str(caught.value) == message


# ---- values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(bool.const true)", Constant("bool", True)),
        ("(u64.const 0xffff_ffff_ffff_ffff)", Constant("u64", 2**64 - 1)),
        ("(s8.const -128)", Constant("s8", -128)),
        ("(f32.const 0.1)", Constant("f32", 0.10000000149011612)),
        ("(f64.const -0x1.8p3)", Constant("f64", -12.0)),
        ("(f32.const nan:canonical)", Constant("f32", Nan("canonical"))),
        ('(char.const "\\u{1F600}")', Constant("char", "\U0001f600")),
        ('(str.const "a")', Constant("str", "a")),
        ("(list.const (u8.const 1) (u8.const 2))", Constant("list", (Constant("u8", 1), Constant("u8", 2)))),
        ('(record.const (field "a" (u8.const 1)))', Constant("record", (Field("a", Constant("u8", 1)),))),
        ('(record.const (field "a" u8.const 1))', Constant("record", (Field("a", Constant("u8", 1)),))),
        ('(variant.const "a")', Constant("variant", Case("a", None))),
        ('(variant.const "a" (u8.const 1))', Constant("variant", Case("a", Constant("u8", 1)))),
        ('(enum.const "a")', Constant("enum", "a")),
        ("(option.none)", Constant("option", Case("none", None))),
        ("(option.some (u8.const 1))", Constant("option", Case("some", Constant("u8", 1)))),
        ("(result.ok)", Constant("result", Case("ok", None))),
        ("(result.err (u8.const 1))", Constant("result", Case("error", Constant("u8", 1)))),
        ('(flags.const "a" "b")', Constant("flags", frozenset(["a", "b"]))),
    ],
)
def test_values(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["(u32.const)", "(u128.const 1)", "(bool.const 1)", "(option.maybe)", "(record.const 1)"]
)
def test_what_is_no_value(text):
    with pytest.raises(ScriptError, match=r"^line 1: "):
        value(text)


@pytest.mark.parametrize(
    ("expected", "given", "is_same"),
    [
        ("(f32.const nan:canonical)", Constant("f32", float("nan")), True),
        ("(f32.const 0)", Constant("f32", -0.0), False),
        ("(u8.const 1)", Constant("u16", 1), False),
        ("(u8.const 1)", Constant("u8", True), False),
        ("(option.none)", Constant("option", Case("some", None)), False),
        ("(option.some (u8.const 1))", Constant("option", Case("some", Constant("u8", 2))), False),
        ('(record.const (field "a" (u8.const 1)))', Constant("record", (Field("b", Constant("u8", 1)),)), False),
        ("(tuple.const (u8.const 1))", Constant("tuple", ()), False),
    ],
)
def test_values_that_are_the_same(expected, given, is_same):
    assert same(value(expected), given) is is_same


@pytest.mark.parametrize(
    "text",
    [
        "(list.const (u8.const 1))",
        '(variant.const "a" (bool.const true))',
        "(option.none)",
        '(record.const (field "a" (u8.const 1)))',
    ],
)
def test_values_are_spelled_as_they_are_written(text):
    assert str(value(text)) == text


# ---- directives -------------------------------------------------------------------------------------------------


def test_every_directive():
    text = """(component $A (type u8))
(component definition $B)
(component instance $i $B)
(component)
(core module $m)
(register "host" $i)
(invoke $i "f" (u8.const 1))
(assert_return (invoke "g") (bool.const true))
(assert_trap (invoke "g") "why")
(assert_trap (component) "why")
(assert_invalid (component binary "\\00asm" "\\0d") "why")
(assert_malformed (component quote "(a" "b)") "why")
(assert_unlinkable (component) "why")
(dance)"""
    component = Source("text", b"(component)")
    assert directives(text.encode()) == [
        Define(Source("text", b"(component $A (type u8))"), "$A", True, 1),
        Define(Source("text", b"(component  $B)"), "$B", False, 2),
        Instantiate("$i", "$B", 3),
        Define(component, None, True, 4),
        Define(Source("text", b"(core module $m)"), "$m", False, 5, "module"),
        Register("host", "$i", 6),
        Invoke("$i", "f", (Constant("u8", 1),), 7),
        AssertReturn(Invoke(None, "g", (), 8), (Constant("bool", True),), 8),
        AssertTrap(Invoke(None, "g", (), 9), "why", 9),
        AssertTrap(component, "why", 10),
        AssertRefused(Source("binary", b"\0asm\r"), "why", 11, "assert_invalid"),
        AssertRefused(Source("quote", b"(a b)"), "why", 12, "assert_malformed"),
        AssertRefused(component, "why", 13, "assert_unlinkable"),
        Unknown(14, "dance"),
    ]


@pytest.mark.parametrize(
    ("head", "features"),
    [
        ("", COMPILED),
        (";; RUN: wast % --assert default\n", SHIPPED | {Feature.DEPENDENCY_NAMES}),
        (";; RUN: wast % -f cm64,gc\n", SHIPPED | {Feature.DEPENDENCY_NAMES, Feature.MEMORY64}),
    ],
)
def test_features_of_a_script(head, features):
    assert allowed_features(f"{head}(component)".encode()) == features


# ---- playing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def play(tmp_path):
    def player(text: str, engine="witcraft", timeout: float = 20) -> list[Outcome]:
        path = tmp_path / "script.wast"
        path.write_text(text)
        report = run(path, engine, timeout)
        assert report.flaw == ""
        return list(report.outcomes)

    return player


def stages(outcomes: list[Outcome]) -> list[str]:
    return [outcome.stage or "passed" for outcome in outcomes]


def test_assertions_hold_or_not(play):
    outcomes = play(f"""(component {ADD})
(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 3))
(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 4))
(assert_return (invoke "add" (u32.const 1)) (u32.const 1))
(assert_return (invoke "add" (u8.const 1) (u32.const 2)) (u32.const 3))
(assert_return (invoke "nothing"))
(assert_trap (invoke "add" (u32.const 1) (u32.const 2)) "why")
(assert_return (invoke "trap"))
(assert_trap (invoke "trap") "cannot be called")""")
    assert stages(outcomes) == [*["passed"] * 2, *["compare"] * 5, "trap", "passed"]
    assert outcomes[2].message == "expected (u32.const 4), got (u32.const 3)"


def test_messages_of_traps_are_compared(play):
    outcomes = play(f"""(component definition $A {ADD})
(component instance $A)
(assert_trap (invoke "trap") "wasm trap: wasm `unreachable` instruction executed")
(component instance $A)
(assert_trap (invoke "trap") "out of fuel")""")
    assert [outcome.differs.partition("\n")[0] for outcome in outcomes if outcome.kind == "assert_trap"] == [
        "",
        "trap: wasm `unreachable` instruction executed",
    ]


def test_who_refuses_what_is_invalid(play):
    outcomes = play("""(assert_invalid (component (type (list 7))) "")
(assert_invalid (component (core module (func (result i32)))) "")
(assert_malformed (component quote "(tpye)") "")
(assert_malformed (component binary "\\00asm\\0d\\00\\02\\00") "")
(assert_invalid (component (type u8)) "a rule")""")
    assert [outcome.by for outcome in outcomes] == ["witcraft", "engine", "assembler", "witcraft", ""]
    assert stages(outcomes)[4:] == ["compare"]
    assert outcomes[4].message == "accepted, expected: a rule"


def test_what_depends_on_a_failure_says_so(play):
    outcomes = play(f"""(component $A (export "f" (func 3)))
(component instance $i $A)
(assert_return (invoke $i "f"))
(component $B {ADD})
(assert_return (invoke $i "f"))
(invoke $j "f")""")
    assert stages(outcomes) == ["validate", "depends", "depends", "passed", "depends", "script"]
    assert "function 3 is unknown" in outcomes[2].message


def test_what_is_not_there_yet_is_no_trap(play):
    """Nor is what comes of it: the instance is not called again."""
    outcomes = play("""(component
  (core func $y (canon thread.yield))
  (func (export "f") (result u32) (canon lift (core func $y))))
(assert_trap (invoke "f") "")
(assert_trap (invoke "f") "not supported yet")""")
    assert stages(outcomes) == ["passed", "support", "support"]
    assert "not supported yet: thread.yield" in outcomes[1].message


def test_unlinkable_and_unknown(play):
    outcomes = play("""(assert_unlinkable (component (import "f" (func))) "missing")
(assert_unlinkable (component) "missing")
(component (import "f" (func)))
(dance "a")""")
    assert stages(outcomes) == ["passed", "compare", "link", "support"]


def test_registered_instances_are_imported(play):
    outcomes = play(f"""(component $A {ADD})
(register "adder" $A)
(component
  (import "adder" (instance $a (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
  (core func $add (canon lower (func $a "add")))
  (core module $M
    (import "" "add" (func $add (param i32 i32) (result i32)))
    (func (export "twice") (param i32) (result i32) (call $add (local.get 0) (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance (export "add" (func $add))))))
  (func (export "twice") (param "n" u32) (result u32) (canon lift (core func $m "twice"))))
(assert_return (invoke "twice" (u32.const 21)) (u32.const 42))""")
    assert stages(outcomes) == ["passed"] * 4


def test_a_hang_costs_one_directive(play):
    outcomes = play(
        f"""(component $A {ADD})
(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 3))
(invoke "loop")
(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 3))""",
        timeout=3,
    )
    assert stages(outcomes) == ["passed", "passed", "hang", "passed"]


def test_a_crash_costs_one_directive(play, monkeypatch, tmp_path):
    """Python imports `sitecustomize` when it starts: this one ends the process at the second line of a script."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from witcraft.wast import player\n"
        "class Player(player.Player):\n"
        "    def play(self, it):\n"
        "        if it.line == 2: os._exit(7)\n"
        "        return super().play(it)\n"
        "player.Player = Player\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    outcomes = play("(component $A)\n(component $B)\n(component instance $C)\n(component instance $D $A)")
    assert [(it.stage, it.message) for it in outcomes] == [
        (None, ""),
        ("crash", "exit code 7"),
        ("depends", "on the definition, which failed (crash: the process ended)"),
        (None, ""),
    ]


def test_nobody_plays_where_components_are_validated_only(play):
    outcomes = play(f'(component (import "f" (func)))\n(component {ADD})\n(invoke "trap")', engine="none")
    assert stages(outcomes) == ["passed", "passed", "support"]


def test_a_bad_script_makes_a_bad_report(tmp_path):
    path = tmp_path / "bad.wast"
    path.write_text("(component")
    assert run(path) == Report(path, (), "line 1: a bracket is not closed")
    assert not run(path).is_clean


def test_reports_add_up(tmp_path):
    outcomes = (Outcome(1, "assert_invalid", by="witcraft"), Outcome(2, "component", "validate", "why"))
    report = Report(tmp_path, outcomes)
    assert total([report, report]) == (2, 4)
    assert refused_by([report, report]) == {"witcraft": 2}
    assert json.loads(json.dumps(report.to_json()))["directives"][1]["message"] == "why"


# ---- the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path, monkeypatch):
    runner = pytest.importorskip("click.testing", reason="the extra `cli`").CliRunner()
    from witcraft.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.wast").write_text('(component (type u8))\n(assert_invalid (component (type (list 7))) "")')
    (tmp_path / "bad.wast").write_text('(component $A (export "f" (func 3)))\n(component instance $i $A)\n(invoke "f")')
    return lambda *arguments: runner.invoke(app, ["wast", *arguments])


def test_the_command_shows_what_failed(command):
    done = command(".")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "bad.wast: 0 of 3",
        "  line 1, component: validate: 0xb: function 3 is unknown: there are 0 (export 0)",
        "  2 more depend on what failed",
        "good.wast: 2 of 2",
        "2 of 5 directives; refused as they should: 1 by the validator of witcraft",
    ]


def test_the_command_gives_data(command):
    done = command("--json", "--engine", "none", "good.wast")
    assert done.exit_code == 0
    assert [(it["file"], it["passed"], len(it["directives"])) for it in json.loads(done.stdout)] == [
        ("good.wast", 2, 2)
    ]


def test_the_command_has_examples(command):
    assert "Examples:\n    witcraft wast tests/wast" in command("--help").stdout
    assert command("none.wast").exit_code == 2


# ---- our own scripts --------------------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_own_scripts(script: Path):
    report = run(script)
    assert report.flaw == ""
    assert report.failures == []
    assert [outcome.differs for outcome in report.outcomes if outcome.differs] == []


NATIVE_FAILS = {
    ("linking", "a reexport of an imported function which is not implemented"),
    ("memory64", "require the `cm64` feature"),
    ("tasks", "requires the component model async stackful feature"),  # which the package cannot switch on
    ("reentrance", "cannot enter component instance"),  # the rule that the specification gave up
    ("transcode", "(u32.const 6) (u32.const 1) (u32.const 3)"),  # it deflates with alignment 2
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_own_scripts_on_the_native_engine(script: Path):
    """What we hold to be right is right in the eyes of another host as well, but for what is known of it."""
    failures = [it for it in run(script, "native").failures if it.stage not in ("support", "depends")]
    known = [words for stem, words in NATIVE_FAILS if stem == script.stem]
    assert [it.message for it in failures if not any(words in it.message for words in known)] == []
    assert [words for words in known if not any(words in it.message for it in failures)] == []


# ---- the checklist of the canonical ABI -------------------------------------------------------------------------

FOLDER = Path(__file__).with_name("wast")


def covered_by() -> dict[int, list[str]]:
    """The scripts that have a row of the checklist, which their heads say."""
    found: dict[int, list[str]] = {}
    for script in SCRIPTS:
        head = next(line for line in script.read_text().splitlines() if line.startswith(";; Checklist: "))
        for number in map(int, head.split(":")[1].split()):
            found.setdefault(number, []).append(script.name)
    return found


def table() -> str:
    scripts = covered_by()
    lines = [
        "# What the scripts cover",
        "",
        "Made by `tests/test_wast.py` (`--bless`).",
        "",
        "| | rule | where |",
        "|---|---|---|",
    ]
    for row in (FOLDER / "checklist.txt").read_text().splitlines():
        number, _, rule = row.partition(" ")
        rule, _, elsewhere = rule.partition(": tests/")
        where = [f"`{name}`" for name in scripts.pop(int(number), [])]
        where += [f"`tests/{elsewhere}`"] if elsewhere else []
        lines.append(f"| {number} | {rule} | {', '.join(where)} |")
    assert scripts == {}, "rows that the checklist does not have"
    return "\n".join(lines) + "\n"


def test_every_row_of_the_checklist_has_a_script(request):
    path, made = FOLDER / "README.md", table()
    if request.config.getoption("--bless"):
        path.write_text(made)
    assert [line for line in made.splitlines() if line.endswith("|  |")] == []
    assert path.read_text() == made


def test_rows_that_are_tested_elsewhere_are_tested_there():
    rows = (FOLDER / "checklist.txt").read_text().splitlines()
    places = [place.split() for row in rows if (place := row.partition(": tests/")[2])]
    assert places
    for file, test in places:
        assert f"def {test}(" in (FOLDER.parent / file).read_text()


# ---- the suites of others ---------------------------------------------------------------------------------------

VECTORS = Path(os.environ.get("WITCRAFT_VECTORS", ""))
vectors = pytest.mark.skipif("WITCRAFT_VECTORS" not in os.environ, reason="WITCRAFT_VECTORS is not set")
FOLDERS = ["values", "resources", "linking", "validation", "binary", "async"]

CHANGED = {
    "kebab:4": "names that differ in hyphens only conflict by now",
    "cancellable:13": "there is no `cancellable` in the text any more",
    "binary:974": "nor in the binary",
    "trap-on-reenter:86": "re-entrance is allowed by now",
    "trap-on-reenter:110": "re-entrance is allowed by now",
}
"""Directives of the component-model suite that today's rules do not ask for."""


def failures(folder: Path, engine: Engine) -> list[tuple[str, Outcome]]:
    scripts = sorted(folder.rglob("*.wast"))
    if not scripts:
        pytest.skip(f"there are no scripts in {folder}")
    found = [(f"{script.stem}:{it.line}", it) for script in scripts for it in run(script, engine).failures]
    return [(place, it) for place, it in found if place not in CHANGED]


@vectors
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_definitions_of_the_specification(folder: str):
    """Every definition is valid, or refused as it should be, the asynchronous ones too."""
    found = failures(VECTORS / "component-model" / "test" / folder, "none")
    bad = [
        (place, it.message)
        for place, it in found
        if it.stage == "validate" or it.kind in ("component", "assert_invalid")
    ]
    assert bad == []


@vectors
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_scripts_of_the_specification(folder: str):
    """Everything works but what needs a scheduler, streams or futures, and that says so."""
    found = failures(VECTORS / "component-model" / "test" / folder, "witcraft")
    assert [(place, it.message) for place, it in found if it.stage not in ("support", "depends")] == []
    if folder != "async":
        assert found == []


@vectors
@pytest.mark.slow
def test_scripts_of_wasm_tools():
    """All that is to be refused is; what is valid is accepted, but for the options of gc."""
    found = failures(VECTORS / "wasm-tools" / "tests" / "cli" / "component-model", "none")
    wrong = [(place, it) for place, it in found if it.stage not in ("assemble", "support")]
    assert [(place, it.message) for place, it in wrong if "the options gc and core-type" not in it.message] == []


def test_own_components_assemble_as_they_stand():
    assert assemble(f"(component {ADD})")[:4] == b"\0asm"
