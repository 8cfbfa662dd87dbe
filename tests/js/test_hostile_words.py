"""A component whose every name is one that emitted modules, the support files or JavaScript use themselves."""

from __future__ import annotations

import re

import pytest

from tests.end_to_end import hostile
from tests.js import tools
from witcraft import api
from witcraft.emit.js import support
from witcraft.emit.js.module import FIXED, GLOBALS
from witcraft.emit.js.names import RESERVED

MORE = """
    memory gate core0 module0 constructor prototype name apply bind to-string value-of proto length then
    at i ret item items outcome failure call tag value len ptr end moved loans outer result args self
""".split()  # noqa: SIM905
PROGRAM = """
import { readFileSync } from 'node:fs';
const { instantiate } = await import(process.argv[2] + '/hostile.js');
const echo = (value) => value;
class Thing {}
const given = new Proxy({}, { get: (_, key) => (/^[A-Z]/.test(String(key)) ? Thing : echo) });
const imports = new Proxy({}, { get: (_, key) => (String(key).includes(':') ? given : { default: given[key] }) });
const app = instantiate((file) => new WebAssembly.Module(readFileSync(`${process.argv[2]}/${file}`)), imports);
const { functions } = app;
const wrong = Object.keys(functions).filter((key) => functions[key](7) !== 7);
console.log(Object.keys(functions).length, wrong.join(' '));
"""


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower().replace("_", "-")


@pytest.fixture
def words(monkeypatch):
    found = {kebab(name) for name in (*support.declarations(), *FIXED, *GLOBALS, *RESERVED, *MORE)}
    found = {word for word in found if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", word)}
    monkeypatch.setattr(hostile, "WORDS", sorted(found))
    return found


def test_no_name_means_something_else(words, tmp_path):
    api.js(hostile.binary(), tmp_path / "out", name="hostile", instantiation="sync", typescript=False)
    (tmp_path / "program.mjs").write_text(PROGRAM)
    done = tools.run(tools.node(), "program.mjs", tmp_path / "out", cwd=tmp_path)
    assert done.stderr == ""
    count, _, wrong = done.stdout.strip().partition(" ")
    assert (int(count), wrong) == (len(words), "")
