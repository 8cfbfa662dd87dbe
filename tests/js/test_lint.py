"""ESLint over the support code and over what is emitted: nothing undefined, unused or shadowed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import witcraft
from tests.conftest import path_of
from tests.js import tools
from tests.support.wat import assemble
from witcraft import api
from witcraft.errors import ComponentError, WitcraftError

SUPPORT = Path(witcraft.__file__).parent / "emit" / "js" / "support"
CASES = sorted((tools.HERE.parent / "cases").glob("*/input.wat"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder where ESLint finds its settings and its rules."""
    shutil.copy(tools.HERE / "eslint.config.mjs", tmp_path)
    tools.link(tmp_path)
    return tmp_path


def test_support_code(folder):
    shutil.copytree(SUPPORT, folder / "support")
    assert list(folder.glob("support/*.js"))
    assert tools.eslint("support", cwd=folder) == ""


def test_programs_of_these_tests(folder):
    benchmarks = tools.HERE.parent.parent / "benchmarks" / "js"
    for place in (tools.HERE, tools.HERE / "programs", benchmarks):
        for program in place.glob("*.mjs"):
            shutil.copy(program, folder / program.name)
    shutil.move(folder / "eslint.config.mjs", folder / "common.mjs")
    (folder / "eslint.config.mjs").write_text(
        "import config from './common.mjs';\n"
        "const names = ['setTimeout', 'globalThis', 'Buffer', 'document', 'crypto'];\n"
        "const globals = Object.fromEntries(names.map((name) => [name, 'readonly']));\n"
        "export default [...config, { languageOptions: { globals } }];\n"
    )
    assert tools.eslint(".", cwd=folder) == ""


EMITTED: list[tuple[str, dict[str, Any]]] = [
    ("bench", {}),
    ("bench", {"instantiation": "sync"}),
    ("bench", {"checked": False}),
    ("composed", {}),
    ("ledger", {"instantiation": "async"}),
    ("tour-js", {"instantiation": "async"}),
    ("wasi-js", {}),
]


@pytest.mark.guest
def test_emitted_modules(folder):
    for number, (guest, options) in enumerate(EMITTED):
        api.js(path_of(guest), folder / f"{guest}-{number}", name=guest, base64_cutoff=0, **options)
    assert tools.eslint(".", cwd=folder) == ""


def test_golden_cases(folder):
    emitted = []
    for case in CASES:
        try:
            data = assemble(case.read_text())
            emitted.append(api.js(data, folder / case.parent.name, name="app", base64_cutoff=0))
        except (ComponentError, WitcraftError):
            continue
    assert len(emitted) >= len(CASES) - 2
    assert tools.eslint(".", cwd=folder) == ""


def test_a_mistake_is_found(folder):
    (folder / "mistake.js").write_text("export function f() {\n  return missing;\n}\n")
    assert "no-undef" in tools.eslint("mistake.js", cwd=folder)
