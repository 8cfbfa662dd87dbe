"""``witcraft wit`` from the command line: forms, files, faults, exit codes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("click", reason="the extra `cli`")
from click.testing import CliRunner

from tests.support.wat import assemble
from witcraft import api
from witcraft.cli.app import app

STORE = """package acme:kv@1.0.0;

interface store {
  use acme:base/types@0.1.0.{key};

  get: func(key: key) -> option<string>;
}

world plugin {
  import store;
  export run: func();
}
"""
BASE = "package acme:base@0.1.0;\n\ninterface types {\n  type key = string;\n}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wit" / "deps").mkdir(parents=True)
    (tmp_path / "wit" / "kv.wit").write_text(STORE)
    (tmp_path / "wit" / "deps" / "base.wit").write_text(BASE)
    return tmp_path / "wit"


def run(*arguments):
    return CliRunner().invoke(app, ["wit", *map(str, arguments)])


def test_text_has_the_package_and_what_it_names(folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("package acme:kv@1.0.0;\n")
    assert "package acme:base@0.1.0 {\n" in result.output


def test_what_is_printed_is_laid_out(folder, tmp_path):
    printed = tmp_path / "printed.wit"
    printed.write_text(run(folder).output)
    assert run("--fmt", "--check", printed).exit_code == 0
    assert run(printed).output == printed.read_text()


def test_json_has_the_four_tables(folder):
    data = json.loads(run("--json", folder).output)
    assert list(data) == ["worlds", "interfaces", "types", "packages"]
    assert [package["name"] for package in data["packages"]] == ["acme:base@0.1.0", "acme:kv@1.0.0"]


def test_a_directory_reads_as_the_same(folder, tmp_path):
    assert run(folder, "-o", tmp_path / "copy").exit_code == 0
    assert (tmp_path / "copy" / "kv.wit").is_file()
    assert run(tmp_path / "copy").output == run(folder).output


def test_a_directory_that_is_not_ours_is_kept(folder):
    before = sorted(folder.rglob("*"))
    result = run(folder, "-o", folder)
    assert result.exit_code == 1
    assert "kv.wit" in result.output
    assert sorted(folder.rglob("*")) == before


def test_a_binary_reads_as_the_same(folder, tmp_path):
    binary = tmp_path / "kv.wasm"
    assert run("-w", folder, "-o", binary).exit_code == 0
    assert run(binary).output == run(folder).output
    api.validate(binary)


def test_a_component_is_the_world_root(tmp_path):
    path = tmp_path / "app.wasm"
    path.write_bytes(assemble('(component (import "log" (func (param "message" string))))'))
    assert run(path).output == ("package root:component;\n\nworld root {\n  import log: func(message: string);\n}\n")


def test_faults_have_their_place(folder):
    (folder / "kv.wit").write_text(
        "package acme:kv;\ninterface i {\n  f: func(a: nothing);\n  g: func() -> never;\n}\n"
    )
    text, data = run(folder), run("--json", folder)
    assert (text.exit_code, data.exit_code) == (1, 1)
    assert "kv.wit:3:14" in text.output
    assert "    3 |   f: func(a: nothing);\n      |              ^^^^^^^" in text.output
    places = [(error["line"], error["column"]) for error in json.loads(data.output)["errors"]]
    assert places == [(3, 14), (4, 16)]


def test_diff_says_what_changed_and_whom_it_breaks(folder, tmp_path):
    old, new = tmp_path / "old.wasm", tmp_path / "new.wasm"
    run("-w", folder, "-o", old)
    (folder / "kv.wit").write_text(STORE.replace("get:", "fetch:"))
    run("-w", folder, "-o", new)
    same, other = run("--diff", old, old), run("--diff", old, new, "--world", "plugin")
    assert (same.exit_code, same.output) == (0, "no change\n")
    assert other.exit_code == 1
    assert other.output.splitlines() == [
        "- import acme:kv/store@1 get: func(key: key) -> option<string>   breaks components",
        "+ import acme:kv/store@1 fetch: func(key: key) -> option<string>   breaks hosts",
        "2 changes, 2 breaking (components, hosts)",
    ]


def test_diff_of_packages_has_interfaces_and_worlds(folder, tmp_path):
    old = tmp_path / "old.wasm"
    run("-w", folder, "-o", old)
    (folder / "kv.wit").write_text(STORE.replace("run:", "start:"))
    lines = run("--diff", old, folder).output.splitlines()
    assert lines[:2] == [
        "- export plugin run: func()   breaks hosts",
        "+ export plugin start: func()   breaks components",
    ]


def test_a_world_that_is_not_there_is_named(folder):
    result = run("--diff", folder, folder, "--world", "plug")
    assert result.exit_code == 1
    assert "plug" in result.output


def test_the_graph_is_a_picture(folder, tmp_path):
    picture = tmp_path / "kv.svg"
    assert run("--graph", folder, "-o", picture).exit_code == 0
    root = ElementTree.parse(picture).getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["acme:kv@1.0.0", "store", "world plugin", "acme:base@0.1.0", "types"]
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "acme:kv/store@1.0.0 uses acme:base/types@0.1.0" in titles
    assert "world acme:kv/plugin@1.0.0 imports acme:kv/store@1.0.0" in titles


def test_fmt_changes_files_in_place(folder):
    ugly = STORE.replace("  ", " ").replace(";\n\n", ";\n\n\n\n")
    (folder / "kv.wit").write_text(ugly)
    assert run("--fmt", "--check", folder).exit_code == 1
    assert (folder / "kv.wit").read_text() == ugly
    assert run("--fmt", folder).exit_code == 0
    assert (folder / "kv.wit").read_text() == STORE
    assert run("--fmt", "--check", folder).exit_code == 0


@pytest.mark.parametrize("arguments", [["--diff"], ["--json"], []])
def test_too_many_paths_are_a_wrong_command_line(folder, arguments):
    assert run(*arguments, folder, folder, folder).exit_code == 2
