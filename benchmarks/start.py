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
BEGIN = """
import os, sys, time
def peak():
    if sys.platform == "darwin":
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    with open("/proc/self/status") as status:  # what getrusage tells on Linux begins with the parent's peak
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / (1 << 10)
used, folder, begin = peak(), os.environ["FOLDER"], time.perf_counter()
"""
END = """
print((time.perf_counter() - begin) * 1e3, peak() - used)
"""
LIMIT = """
from benchmarks.engine import load_module
from benchmarks.limit import Bench
bench = Bench(lambda n: n, lambda name: load_module(f"{folder}/{name}.cwasm"))
assert bench.add(1, 2) == 3
"""
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
assert instance.get_func(store, "add")(store, 1, 2) == 3
"""
LOAD = """
import witcraft
bench = witcraft.load(f"{folder}/bench.wasm").instantiate({"test:bench/host": {"tick": lambda n: n}})
assert bench.add(1, 2) == 3
"""
BINDINGS = """
sys.path.insert(0, folder)
from bench import Bench, BenchImports
class Host:
    def tick(self, n): return n
bench = Bench(BenchImports(host=Host()))
assert bench.add(1, 2) == 3
"""
GENERATE = """
from witcraft import api
api.bind(f"{folder}/bench.wasm")  # what follows is measured in process, with every module imported
begin, used = time.perf_counter(), peak()
api.python(os.environ["COMPONENT"], f"{folder}/" + os.environ["NAME"], name=os.environ["NAME"])
"""
READ = """
from witcraft import binary, resolve
with open(os.environ["COMPONENT"], "rb") as file: data = file.read()
begin, used = time.perf_counter(), peak()
tree = binary.read(data)
"""
VALIDATE = (
    READ
    + """
begin, used = time.perf_counter(), peak()
resolve.resolve(tree)
"""
)


@dataclass(frozen=True, slots=True)
class Start:
    name: str
    script: str
    fresh_cache: bool = False
    """Whether every run starts with an empty cache directory."""
    component: Path | None = None
    """What to generate bindings for."""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    milliseconds: float
    megabytes: float
    """Peak memory above that of the bare interpreter."""


def starts(folder: Path, big: Path | None) -> list[Start]:
    """In this order: the bindings that one writes, a later one imports."""
    found = [
        Start("limit, precompiled", LIMIT),
        Start("native, its cache", NATIVE),
        Start("witcraft.load, cold", LOAD, fresh_cache=True),
        Start("witcraft.load, cache", LOAD),
        Start("generate", GENERATE, component=folder / "bench.wasm", package="bench"),
        Start("bindings, cold", BINDINGS, fresh_cache=True),
        Start("bindings, cache", BINDINGS),
    ]
    if big:
        size = f"{big.stat().st_size / 1e6:.1f} MB"
        found += [
            Start(f"read {size}", READ, component=big),
            Start(f"validate {size}", VALIDATE, component=big),
            Start(f"generate {size}", GENERATE, component=big, package="big"),
        ]
    return found


def lay_out(folder: Path) -> None:
    """The component, and what the limit would have in its cache."""
    (folder / "bench.wasm").write_bytes(engine.wat2wasm((HERE / "components/bench.wat").read_text()))
    for name in ("bench.core", "shim", "gate"):
        wasm = engine.wat2wasm((HERE / f"components/{name}.wat").read_text())
        (folder / f"{name}.cwasm").write_bytes(engine.precompile(wasm))


def run(start: Start, folder: Path, turn: int) -> Cost | str:
    """The cost, or the last line of what went wrong."""
    cache = folder / (f"cache-{start.name}-{turn}" if start.fresh_cache else "cache")
    cache.mkdir(exist_ok=True)
    environment = os.environ | {
        "FOLDER": str(folder),
        "COMPONENT": str(start.component),
        "NAME": start.package,
        "XDG_CACHE_HOME": str(cache),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's second start finds its modules compiled
    command = [sys.executable, "-c", BEGIN + start.script + END]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=HERE.parent, timeout=300, check=False
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return Cost(*map(float, done.stdout.splitlines()[-1].split()))


def written(start: Start, folder: Path) -> int:
    """Bytes of the Python that was generated."""
    return sum(file.stat().st_size for file in (folder / start.package).rglob("*.py")) if start.package else 0


Result = dict[str, dict[str, float | str]]


def measure(folder: Path, rounds: int, big: Path | None, line: Callable[[Sequence[str]], str]) -> Result:
    """Runs and prints all; a first round that fills caches is not counted."""
    lay_out(folder)
    table = starts(folder, big)
    turns = [[run(start, folder, turn) for start in table] for turn in range(rounds + 1)]
    print(line(["to the first result", "ms", "MB", "kB of Python"]))
    results: Result = {}
    for start, first, *costs in zip(table, *turns, strict=True):
        good = [cost for cost in costs if isinstance(cost, Cost)]
        if not good:
            results[start.name] = {"refusal": str(first)}
            print(line([start.name, "-", "-", "-"]))
            continue
        milliseconds, megabytes = median(c.milliseconds for c in good), median(c.megabytes for c in good)
        size = written(start, folder)
        results[start.name] = {"milliseconds": milliseconds, "megabytes": megabytes, "bytes of Python": size}
        print(line([start.name, f"{milliseconds:.1f}", f"{megabytes:.1f}", f"{size / 1e3:.1f}" if size else ""]))
    return results
