"""The project's own scripts of components, played by the JavaScript host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.js import tools
from witcraft.wast import run
from witcraft.wast.js import NODE, ONE_MEMORY

SCRIPTS = sorted((tools.HERE.parent / "wast").glob("*.wast"))
VECTORS = Path(os.environ.get("WITCRAFT_VECTORS", ""))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_own_scripts(script, monkeypatch):
    """On the newest Node.js: 64-bit memories came after 22."""
    monkeypatch.setenv(NODE, str(tools.node()))
    report = run(script, "js")
    assert report.flaw == ""
    assert report.outcomes
    assert report.failures == []


@pytest.mark.parametrize("script", ["between", "handles", "lists", "memory64", "tasks", "transcode"])
def test_calls_between_components_with_one_memory_a_module(script, monkeypatch):
    monkeypatch.setenv(NODE, str(tools.node()))
    monkeypatch.setenv(ONE_MEMORY, "1")
    report = run(tools.HERE.parent / "wast" / f"{script}.wast", "js")
    assert report.flaw == ""
    assert report.outcomes
    assert report.failures == []


@pytest.mark.slow
@pytest.mark.skipif("WITCRAFT_VECTORS" not in os.environ, reason="WITCRAFT_VECTORS is not set")
@pytest.mark.parametrize("folder", ["values", "resources", "linking"])
def test_scripts_of_the_specification(folder, monkeypatch):
    monkeypatch.setenv(NODE, str(tools.node()))
    scripts = sorted((VECTORS / "component-model" / "test" / folder).rglob("*.wast"))
    assert scripts
    failed = {script.stem: [it.message for it in run(script, "js").failures] for script in scripts}
    python = {script.stem: [it.message for it in run(script).failures] for script in scripts}
    assert {name: len(found) for name, found in failed.items()} == {name: len(found) for name, found in python.items()}
