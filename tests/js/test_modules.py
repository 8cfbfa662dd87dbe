"""Programs that use emitted modules under each supported Node.js: `programs/*.mjs`, tests in JavaScript."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import path_of
from tests.js import tools
from tests.support.wat import assemble
from witcraft import api

pytestmark = [pytest.mark.guest]
TICK = "export const tick = (n) => n;\n"

Write = Callable[..., Path]


def run(program: str, node: str, folder: Path, modules: dict[str, Path], *flags: str, **settings: str) -> str:
    """Runs a program of tests in ``folder``, where packages can be imported; gives what it printed."""
    (folder / "programs").mkdir()
    for name in ("hosts.mjs", "programs/open.mjs", f"programs/{program}"):
        shutil.copy(tools.HERE / name, folder / name)
    environment = os.environ | settings | {"MODULES": json.dumps({name: str(path) for name, path in modules.items()})}
    done = subprocess.run(
        [tools.node(node), *flags, f"programs/{program}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
    return done.stdout


def test_resources_of_both_sides(node, written: Write, tmp_path):
    run("resources.mjs", node, tmp_path, {"tour": written("tour-js", instantiation="async")}, "--expose-gc")


def test_resources_of_componentize_py(written: Write, tmp_path):
    tour = written("tour-python", instantiation="async")
    run("resources.mjs", tools.NODES[0], tmp_path, {"tour": tour}, "--expose-gc", LAZY="1")


def test_a_guest_that_counts_its_memory_and_breaks_rules(node, written: Write, tmp_path):
    run("ledger.mjs", node, tmp_path, {"ledger": written("ledger", instantiation="async")}, "--expose-gc")


def test_arguments_whose_reading_calls_the_guest(node, written: Write, tmp_path):
    modules = {"bench": written("bench", instantiation="async"), "growing": assembled("growing", tmp_path)}
    run("getters.mjs", node, tmp_path, modules)


def assembled(name: str, work: Path, **words: str) -> Path:
    """The module of `programs/NAME.wat`, in which each of ``words`` is replaced by its value."""
    component, folder = work / f"{name}.wasm", work / name
    text = (tools.HERE / "programs" / f"{name}.wat").read_text()
    component.write_bytes(assemble(re.sub(r"[A-Z]{5,}", lambda found: words[found[0]], text)))
    api.js(component, folder, name=name, instantiation="async")
    return folder / f"{name}.js"


@pytest.mark.parametrize(("width", "memory", "behind"), [("i32", "", "20"), ("i64", "i64", "24")], ids=["32", "64"])
def test_memories_of_either_width(width, memory, behind, tmp_path):
    """On the newest Node.js: 64-bit memories came after 22."""
    module = assembled("widths", tmp_path, WIDTH=width, MEMORY=memory, BEHIND=behind)
    run("widths.mjs", tools.NODES[0], tmp_path, {"widths": module})


def test_functions_of_the_asynchronous_abi(node, tmp_path):
    module = assembled("asynchronous", tmp_path)
    run("asynchronous.mjs", node, tmp_path, {"asynchronous": module})
    assert "run(): Promise<void>" in module.with_suffix(".d.ts").read_text()


SELF: dict[str, dict[str, Any]] = {
    "plain": {},
    "inline": {"base64_cutoff": 1_000_000},
    "files": {"base64_cutoff": 0},
    "minified": {"minify": True},
    "unchecked": {"checked": False},
    "compatible": {"tla_compat": True},
}


def test_modules_that_instantiate_themselves(node, tmp_path):
    modules = {}
    for name, options in SELF.items():
        api.js(path_of("bench"), tmp_path / name, name="bench", map={"test:bench/host": "../host.mjs"}, **options)
        modules[name] = tmp_path / name / "bench.js"
    (tmp_path / "host.mjs").write_text(TICK)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run("module.mjs", node, tmp_path, modules)


def test_wasi_by_the_preview2_shim(node, tmp_path):
    api.js(path_of("wasi-js"), tmp_path / "wasi", name="wasi")
    tools.link(tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    assert "zwölf Ü" in run("wasi.mjs", node, tmp_path, {"wasi": tmp_path / "wasi" / "wasi.js"})


def test_functions_that_instantiate(node, written: Write, tmp_path):
    modules = {shape: written("bench", instantiation=shape) for shape in ("sync", "async")}
    run("shapes.mjs", node, tmp_path, modules | {"composed": written("composed", instantiation="sync")})


@pytest.mark.parametrize("guest", ["bench", "ledger", "tour-js"])
def test_what_is_declared_is_there(guest, opened, written: Write):
    declared = written(guest, instantiation="async").with_suffix(".d.ts").read_text()
    root = declared.partition("export interface Root {\n")[2].partition("\n}")[0]
    names = re.findall(r"^  (?:'([^']+)'|(\w+))[:(]", root, re.MULTILINE)
    assert sorted(quoted or plain for quoted, plain in names) == sorted(opened(guest).ask(keys=True))


def test_imports_are_mapped_by_name(tmp_path):
    """The shim is for `wasi:*` only, a mapping of one's own comes first, and nothing is mapped without the shim."""
    module = (tmp_path / "shim" / "wasi.js", tmp_path / "mapped" / "wasi.js", tmp_path / "none" / "wasi.js")
    guest = path_of("wasi-js")
    api.js(guest, module[0].parent, name="wasi")
    api.js(
        guest, module[1].parent, name="wasi", map={"wasi:cli/*": "./cli.js#*", "wasi:random/random@0.2.10": "./r.js"}
    )
    api.js(guest, module[2].parent, name="wasi", wasi_shim=False)
    shim, mapped, none = (set(re.findall(r"from '([^']+)'", path.read_text())) for path in module)
    assert {"@bytecodealliance/preview2-shim/cli", "@bytecodealliance/preview2-shim/random"} <= shim
    assert "./cli.js" in mapped
    assert "@bytecodealliance/preview2-shim/io" in mapped
    assert {name.partition(":")[0] for name in none} == {"wasi"}
