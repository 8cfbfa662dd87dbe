"""The command line: its verbs, its errors, its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("click", reason="the extra `cli`")
from click.testing import CliRunner

from tests.support.wat import assemble
from witcraft import api
from witcraft.cli.app import app
from witcraft.cli.errors import TRACEBACK, excerpt

LOGGER = """(component
  (import "log" (func $log (param "n" u32)))
  (core func $lowered (canon lower (func $log)))
  (core module $M
    (import "" "log" (func $log (param i32)))
    (func (export "twice") (param i32) (call $log (local.get 0)) (call $log (local.get 0))))
  (core instance $m (instantiate $M (with "" (instance (export "log" (func $lowered))))))
  (func (export "twice") (param "n" u32) (canon lift (core func $m "twice"))))"""


@pytest.fixture
def component(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "logger.wasm"
    path.write_bytes(assemble(LOGGER))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


# ---- python -----------------------------------------------------------------------------------------------------


def test_python_writes_a_package(component, tmp_path):
    done = run("python", component, "-o", "out/plugin", "--name", "my-plugin")
    assert done.exit_code == 0, done.output
    assert "class MyPlugin(" in (tmp_path / "out" / "plugin" / "__init__.py").read_text()


def test_python_names_folder_and_class_after_the_component(component, tmp_path):
    assert run("python", component).exit_code == 0
    assert "class Logger(" in (tmp_path / "logger" / "__init__.py").read_text()


def test_python_replaces_what_it_wrote(component, tmp_path):
    assert run("python", component).exit_code == 0
    assert run("python", component, "--name", "other").exit_code == 0
    assert "class Other(" in (tmp_path / "logger" / "__init__.py").read_text()


def test_python_keeps_what_it_did_not_write(component, tmp_path):
    (tmp_path / "logger").mkdir()
    (tmp_path / "logger" / "notes.txt").write_text("mine")
    done = run("python", component)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: ")
    assert "notes.txt" in done.stderr
    assert [path.name for path in (tmp_path / "logger").iterdir()] == ["notes.txt"]


# ---- show -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        ("tree", 'import "log"'),
        ("plan", "lowered 0 = lower"),
        ("gate", "(module"),
        ("abi", ";; import log"),
    ],
)
def test_show_prints_every_stage(component, stage, text):
    done = run("show", "--stage", stage, component)
    assert done.exit_code == 0, done.output
    assert text in done.stdout
    assert done.stdout == api.show(component, stage)


@pytest.mark.parametrize("stage", api.STAGES)
def test_show_gives_every_stage_as_data(component, stage):
    done = run("show", "--stage", stage, "--json", component)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)


def test_show_starts_with_the_tree(component):
    assert run("show", component).stdout == run("show", "--stage", "tree", component).stdout


# ---- help -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [[], ["python"], ["show"]])
def test_help_shows_examples(verb):
    done = run(*verb, "--help")
    assert done.exit_code == 0
    assert "Examples:\n    witcraft " in done.stdout


@pytest.mark.parametrize("arguments", [["dance"], ["python"], ["show", "--stage", "stars"], ["python", "no.wasm"]])
def test_a_wrong_command_line_is_code_2(arguments):
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr


# ---- bad components ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"not wasm", b"\0asm\1\0\0\0", b"\0asm\x0d\0\1\0\x07\x05\x01\x40\x00\x99\x00", assemble(LOGGER)[:-5]],
    ids=["empty", "text", "a core module", "an unknown type", "cut off"],
)
@pytest.mark.parametrize("verb", ["python", "show"])
def test_a_bad_component_is_told_with_its_place(tmp_path, monkeypatch, data, verb):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.wasm").write_bytes(data)
    done = run(verb, "bad.wasm")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: bad.wasm: 0x")
    assert done.stderr.endswith("^^\n")
    assert list(tmp_path.iterdir()) == [tmp_path / "bad.wasm"]


def test_the_caret_stands_below_the_byte(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(40)))
    assert excerpt(path, 0x1C) == [
        "  000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f",
        "                                              ^^",
    ]
    assert excerpt(path, 0) == ["  000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", "          ^^"]


def test_the_caret_stands_behind_the_end(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(18)))
    assert excerpt(path, 18) == ["  000010  10 11", "                ^^"]
    path.write_bytes(bytes(range(16)))
    assert excerpt(path, 16) == ["  000010  ", "          ^^"]


def test_a_name_does_not_drive_the_terminal(tmp_path):
    name = b"a\x1b[2Jb"
    data = b"\0asm\x0d\0\1\0" + bytes([10, 5 + len(name), 1, 0, len(name), *name, 1, 0])
    (tmp_path / "bad.wasm").write_bytes(data)
    for verb in ("python", "show"):
        assert "\x1b" not in run(verb, tmp_path / "bad.wasm").output


def test_a_folder_that_cannot_be_written_is_told(component, tmp_path):
    (tmp_path / "file").write_text("")
    done = run("python", component, "-o", "file/app")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: ")


def test_a_bug_is_no_traceback(component, monkeypatch):
    def broken(*arguments, **options):
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(api, "show", broken)
    monkeypatch.delenv(TRACEBACK, raising=False)
    done = run("show", component)
    assert done.exit_code == 1
    assert "a bug of witcraft, ZeroDivisionError: by design" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv(TRACEBACK, "1")
    assert "Traceback" in run("show", component).stderr


# ---- the process ------------------------------------------------------------------------------------------------


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_it_runs_as_a_module(component):
    done = python("-m", "witcraft", "show", str(component))
    assert done.returncode == 0, done.stderr
    assert done.stdout == api.show(component)


def test_without_click_it_says_how_to_get_it():
    done = python("-c", "import sys; sys.modules['click'] = None; from witcraft.cli import main; main()")
    assert done.returncode == 1
    assert "pip install 'witcraft[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_output_survives_a_poor_terminal(tmp_path):
    path = tmp_path / "named.wasm"
    path.write_bytes(assemble('(component (core module $"ünïcode"))'))
    done = subprocess.run(
        [sys.executable, "-m", "witcraft", "show", str(path)],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"core module 0" in done.stdout
