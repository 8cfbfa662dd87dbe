"""Components that other tools made, for the tests to run: built on first use, then kept.

    python -m tests.guests.build tour-python

A component's file is named after a digest of its sources, of the pinned tools and of this file: a change of any of them
builds anew, and an environment without the tools (one with another engine, say) finds what a full one has built.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import wasmtime

import witcraft

HERE = Path(__file__).parent
TOP = HERE.parent.parent
REQUIRED = bool(os.environ.get("WITCRAFT_REQUIRE_GUESTS"))
CACHE = Path(os.environ.get("WITCRAFT_GUEST_CACHE", TOP / ".cache" / "guests"))


class MissingTool(Exception):
    """A tool that this machine lacks, and how to get it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a guest is made.

    ``sources`` and ``pins`` are files and folders, from the repository's top: what goes in, and the versions of the
    tools that work on it. ``make`` is given a folder with a copy of the sources in it, and the file to write.
    """

    sources: tuple[str, ...]
    pins: tuple[str, ...]
    make: Callable[[Path, Path], None]


def guest(name: str) -> Path:
    """The component ``name`` of `RECIPES`, built if it is not there. Raises `MissingTool`."""
    recipe = RECIPES[name]
    output = CACHE / f"{name}-{digest((BUILD, *recipe.sources, *recipe.pins))}.wasm"
    if not output.exists():
        build(recipe, output)
        for former in set(CACHE.glob(f"{name}-{'?' * 16}.wasm")) - {output}:
            former.unlink()
    return output


def build(recipe: Recipe, output: Path) -> None:
    with folder(CACHE) as work:
        for source in recipe.sources:
            copy(TOP / source, work)
        made = work / output.name
        recipe.make(work, made)
        made.replace(output)


def digest(paths: tuple[str, ...]) -> str:
    """Of the names and the content of all files in ``paths``."""
    state = hashlib.sha256()
    for file in sorted(file for path in paths for file in files(TOP / path)):
        state.update(f"{file.relative_to(TOP)}\0{file.stat().st_size}\0".encode())
        state.update(file.read_bytes())
    return state.hexdigest()[:16]


def files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def copy(source: Path, folder: Path) -> None:
    if source.is_file():
        shutil.copy(source, folder)
    else:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A folder for the time of a build, beside what it makes: a move from there is atomic."""
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix="building-") as work:
        yield Path(work)


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Runs a tool; what it printed is in the error if it fails."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | (env or {}), capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\nexited {done.returncode}\n{done.stdout}{done.stderr}")


BUILD = "tests/guests/build.py"
PYPI = "tests/guests/requirements.txt"
NPM = "tests/guests/js/package.json"
ADAPT = "tests/guests/js/adapt.mjs"
COMPONENTIZE = "tests/guests/js/componentize.mjs"
EVERYDAY = ("tests/guests/everyday/wit", "src/witcraft/wasi/wit/deps")


# --- the tools ------------------------------------------------------------------------------------


def python_tool(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise MissingTool(f"no {module} in this environment: pip install -r tests/guests/requirements.txt")


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MissingTool(f"no {name} on the path: install Node.js 20 or later")
    return found


def node_modules() -> Path:
    """The folder that holds `node_modules`, installed on first use; nothing in it runs a script of its own for that."""
    installed = CACHE / f"npm-{digest((NPM,))}"
    if not installed.exists():
        npm = program("npm")
        with folder(CACHE) as work:
            copy(TOP / NPM, work)
            run(npm, "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", cwd=work)
            work.rename(installed)
            work.mkdir()  # for the removal at the end of the block
    return installed


def node(work: Path, script: str, *arguments: str | Path) -> None:
    """Runs a script of ours against the installed packages, which Node.js looks for beside the script."""
    runtime = program("node")
    (work / "node_modules").symlink_to(node_modules() / "node_modules", target_is_directory=True)
    run(runtime, script, *arguments, cwd=work)


# --- the guests -----------------------------------------------------------------------------------


def componentize_py(work: Path, output: Path) -> None:
    python_tool("componentize_py")
    tool = Path(sys.executable).with_name("componentize-py")
    run(tool, "-d", "tour.wit", "-w", "tour", "componentize", "--stub-wasi", "app", "-o", output, cwd=work)


def componentize_js(work: Path, output: Path) -> None:
    without = ("random", "stdio", "clocks", "http", "fetch-event")
    node(work, "componentize.mjs", "tour.wit", "tour", "guest.js", output, *without)


def zig(work: Path, output: Path) -> None:
    python_tool("ziglang")
    kept = {"ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig"), "ZIG_LOCAL_CACHE_DIR": str(CACHE / "zig")}
    target = ("-target", "wasm32-wasi", "-mexec-model=reactor", "-Wl,--strip-debug")
    sources = sorted(path.name for path in work.glob("*.c"))
    run(sys.executable, "-m", "ziglang", "cc", *target, "-O2", "-Wall", "-o", "core.wasm", *sources, cwd=work, env=kept)
    node(work, "component.mjs", "ledger.wit", "ledger", "core.wasm", output)


def everyday_py(work: Path, output: Path) -> None:
    python_tool("componentize_py")
    tool = Path(sys.executable).with_name("componentize-py")
    run(tool, "-d", world(work), "-w", "program", "componentize", "app", "-o", output, cwd=work)


def everyday_js(work: Path, output: Path) -> None:
    node(work, "componentize.mjs", world(work), "script", "everyday.js", output)


def command(work: Path, output: Path) -> None:
    """A C program with a `main`, as other people's tools make them of WASI's preview 1."""
    python_tool("ziglang")
    kept = {"ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig"), "ZIG_LOCAL_CACHE_DIR": str(CACHE / "zig")}
    target = ("-target", "wasm32-wasi", "-O2", "-Wall", "-Wl,--strip-debug")
    sources = sorted(path.name for path in work.glob("*.c"))
    run(sys.executable, "-m", "ziglang", "cc", *target, "-o", "core.wasm", *sources, cwd=work, env=kept)
    if (work / "sockets.wit").exists():  # it calls WASI 0.2 besides
        core = work / "core.wasm"
        core.write_bytes(witcraft.embed(core, world(work, "sockets.wit")))
    node(work, "adapt.mjs", "core.wasm", output)


def world(work: Path, main: str = "everyday.wit") -> Path:
    """A folder with the WIT of a guest, and beside it the packages of WASI."""
    folder = work / "wit"
    (folder / "deps").mkdir(parents=True)
    for file in work.glob("*.wit"):
        file.rename(folder / file.name if file.name == main else folder / "deps" / file.name)
    return folder


def assemble(work: Path, output: Path) -> None:
    (source,) = work.glob("*.wat")
    output.write_bytes(wasmtime.wat2wasm(source.read_text()))


RECIPES = {
    # Every value type, by componentize-py: 18 MB and 38 core modules.
    "tour-python": Recipe(("tests/guests/tour.wit", "tests/guests/python"), (PYPI,), componentize_py),
    # The same world, by componentize-js.
    "tour-js": Recipe(("tests/guests/tour.wit", "tests/guests/js"), (NPM,), componentize_js),
    # A small one with a resource, that also breaks rules on demand: C, made a component by jco.
    "ledger": Recipe(("tests/guests/ledger.wit", "tests/guests/c", "tests/guests/js"), (PYPI, NPM), zig),
    # One that uses WASI 0.2, by componentize-js, for the JavaScript host.
    "wasi-js": Recipe(
        ("tests/js/guest",),
        (NPM,),
        lambda work, output: node(work, "componentize.mjs", "wasi.wit", "wasi", "guest.js", output),
    ),
    # Programs with all of WASI in it, by each tool's defaults: commands that do what their first argument says.
    "everyday-python": Recipe((*EVERYDAY, "tests/guests/everyday/python"), (PYPI,), everyday_py),
    "everyday-js": Recipe((*EVERYDAY, "tests/guests/everyday/js", COMPONENTIZE), (NPM,), everyday_js),
    "everyday-c": Recipe(("tests/guests/everyday/c", EVERYDAY[1], ADAPT), (PYPI, NPM), command),
    # What the benchmarks measure.
    "bench": Recipe(("benchmarks/components/bench.wat",), (), assemble),
    "composed": Recipe(("benchmarks/components/composed.wat",), (), assemble),
    "streams": Recipe(("benchmarks/components/streams.c", ADAPT), (PYPI, NPM), command),
}


def main(names: list[str]) -> int:
    """Builds these, or all; a missing tool is told, and an error only where `REQUIRED` says so."""
    missed = False
    for name in names or RECIPES:
        try:
            print(f"{name:16} {guest(name)}")
        except MissingTool as missing:
            missed = True
            print(f"{name:16} skipped: {missing}", file=sys.stderr)
    return int(missed and REQUIRED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
