"""What comes before the speed of a call: from a started interpreter to the first result, and generating bindings.

Every measurement is a process of its own, which counts from its first line; the columns take turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import engine

HERE = Path(__file__).parent
BEGIN = "import time; begin = time.perf_counter()\n"
END = "\nprint((time.perf_counter() - begin) * 1e3)"
LIMIT = """
from benchmarks.engine import load_module
from benchmarks.limit import Bench
bench = Bench(lambda n: n, lambda name: load_module(f"{folder}/{name}.cwasm"))
assert bench.add(1, 2) == 3"""
NATIVE = """
from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Linker
config = Config()
config.cache = True
engine = Engine(config)
store, linker = Store(engine), Linker(engine)
with linker.root() as root, root.add_instance("test:bench/host") as host:
    host.add_func("tick", lambda store, n: n)
with open(f"{folder}/bench.wasm", "rb") as file:
    instance = linker.instantiate(store, Component(engine, file.read()))
assert instance.get_func(store, "add")(store, 1, 2) == 3"""
LOAD = """
import witcraft
bench = witcraft.load(f"{folder}/bench.wasm").instantiate({"test:bench/host": {"tick": lambda n: n}})
assert bench.add(1, 2) == 3"""
GENERATE = """
import resource, sys
from witcraft.cli import main
try:
    main(["python", f"{folder}/bench.wasm", "-o", f"{folder}/bench", "--name", "bench"])
except SystemExit as exit:
    assert not exit.code, exit.code"""
BINDINGS = """
import sys
sys.path.insert(0, folder)
from bench import Bench, BenchImports
class Host:
    def tick(self, n): return n
bench = Bench(BenchImports(host=Host()))
assert bench.add(1, 2) == 3"""


@dataclass(frozen=True, slots=True)
class Start:
    name: str
    script: str
    fresh_cache: bool = False
    """Whether the cache directory is emptied before every run."""


STARTS = (
    Start("limit, precompiled", LIMIT),
    Start("native, its cache", NATIVE),
    Start("witcraft.load, cold", LOAD, fresh_cache=True),
    Start("witcraft.load, cache", LOAD),
    Start("witcraft python", GENERATE),
    Start("bindings, cold", BINDINGS, fresh_cache=True),
    Start("bindings, cache", BINDINGS),
)


def lay_out(folder: Path) -> None:
    """The component, and what the limit would have in its cache."""
    (folder / "bench.wasm").write_bytes(engine.wat2wasm((HERE / "components/bench.wat").read_text()))
    for name in ("bench.core", "shim", "gate"):
        wasm = engine.wat2wasm((HERE / f"components/{name}.wat").read_text())
        (folder / f"{name}.cwasm").write_bytes(engine.precompile(wasm))


def run(start: Start, folder: Path, turn: int) -> float | str:
    """Milliseconds, or the last line of what went wrong."""
    cache = folder / (f"cache-{start.name}-{turn}" if start.fresh_cache else "cache")
    cache.mkdir(exist_ok=True)
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "folder": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second start has its modules compiled
    script = f"{BEGIN}import os; folder = os.environ['folder']{start.script}{END}"
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=HERE.parent, timeout=300, check=False
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return float(done.stdout.splitlines()[-1])


def table(folder: Path, rounds: int, line: Callable[[Sequence[str]], str]) -> dict[str, float | str]:
    """Runs and prints all; milliseconds, or why there are none, by name."""
    lay_out(folder)
    runs = [{start.name: run(start, folder, turn) for start in STARTS} for turn in range(rounds + 1)][1:]
    results: dict[str, float | str] = {}
    for start in STARTS:
        times = [one for turn in runs if isinstance(one := turn[start.name], float)]
        results[start.name] = median(times) if times else str(runs[0][start.name])
        print(line([start.name, f"{median(times):.1f}" if times else "-"]), flush=True)
    return results
