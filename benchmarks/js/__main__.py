"""`make bench-js`: every row in every column, in one process of Node.js, interleaved; then sizes and generation times.

    python -m benchmarks.js [--rounds 15] [--json FILE] [--big WASM] [row..]

A row is chosen by a part of its name. Microseconds are medians of processor time, of all threads of the process; a
ratio is the median of the rounds' ratios: on a machine with neighbours the times wander, the ratios last.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import wasmtime

from tests.guests import build
from tests.js import tools
from witcraft import api

HERE = Path(__file__).parent
CORE = HERE.parent / "components" / "bench.core.wat"
COLUMNS = ("hand", "witcraft", "jco")
SAMPLE = 0.02
"""Seconds that one sample takes at least, of processor time."""

Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.js", description="JavaScript hosts compared")
    parser.add_argument("rows", nargs="*", help="parts of names of rows")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--node", choices=tools.NODES, default=tools.NODES[0])
    parser.add_argument("--json", type=Path, help="write all samples to this file")
    parser.add_argument(
        "--big", type=Path, help="component to generate for, beside the small one  [default: tour-python]"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory() as work:
        folder = Path(work)
        small, big = build.guest("bench"), chosen.big or build.guest("tour-python")
        rows = measure(folder, small, chosen.rows, chosen.rounds, chosen.node)
        print(table(rows))
        if chosen.json:
            chosen.json.write_text(json.dumps(rows))
        if not chosen.rows:
            for title, component in (("bench", small), ("big", big)):
                print(generation(folder / title, component))


# ---- calls --------------------------------------------------------------------------------------------------------


def measure(folder: Path, component: Path, names: Sequence[str], rounds: int, node: str) -> Rows:
    """The samples of every row and column."""
    core = folder / "core.wasm"
    core.write_bytes(wasmtime.wat2wasm(CORE.read_text()))
    api.js(component, folder / "witcraft", name="bench", instantiation="sync")
    transpile(component, folder / "jco", "bench", instantiation="sync")
    modules = {"hand": "", **{name: str(folder / name / "bench.js") for name in COLUMNS[1:]}}
    config = {"columns": modules, "core": str(core), "rounds": rounds, "rows": list(names), "sample": SAMPLE}
    done = tools.run(tools.node(node), "--expose-gc", HERE / "run.mjs", json.dumps(config), cwd=HERE, timeout=900)
    if done.returncode:
        sys.exit(done.stderr)
    found: Rows = json.loads(done.stdout)
    return found


def transpile(component: Path, folder: Path, name: str, **options: Any) -> None:
    """jco's output, whichever options it has for it."""
    folder.mkdir()
    tools.link(folder, tools.jco())
    build.copy(tools.HERE / "transpile.mjs", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    build.run(tools.node(), "transpile.mjs", component, ".", json.dumps({"name": name, **options}), cwd=folder)


def table(rows: Rows) -> str:
    """Microseconds a call by column, and how witcraft stands to the others."""
    head = f"{'row':24}" + "".join([f"{name:>12}" for name in COLUMNS]) + f"{'witcraft/hand':>15}{'jco/witcraft':>14}"
    return "\n".join([head, *(line(row) for row in rows)])


def line(row: dict[str, Any]) -> str:
    cells = {cell["name"]: cell for cell in row["cells"]}
    times = [f"{median(cell['samples']):12.3f}" if cell["samples"] else f"{'-':>12}" for cell in cells.values()]
    wrong = [f"  {name}: {cell['wrong']}" for name, cell in cells.items() if cell["wrong"]]
    return (
        f"{row['row']:24}{''.join(times)}{ratio(cells, 'witcraft', 'hand', 15)}{ratio(cells, 'jco', 'witcraft', 14)}"
        + "".join(wrong)
    )


def ratio(cells: dict[str, Any], over: str, under: str, width: int) -> str:
    pairs = list(zip(cells[over]["samples"], cells[under]["samples"], strict=False))
    return f"{median(a / b for a, b in pairs):{width}.2f}" if pairs else f"{'-':>{width}}"


# ---- what comes before the first call -----------------------------------------------------------------------------


def generation(folder: Path, component: Path) -> str:
    """Seconds of a whole process that writes the module, and the bytes of JavaScript that it wrote."""
    folder.mkdir()
    lines = [f"\n{component.name}, {component.stat().st_size:,} bytes"]
    for name, command in commands(component, folder).items():
        runs = [timed(command, folder) for _ in range(3)]
        wall, work = median(run[0] for run in runs), median(run[1] for run in runs)
        written = [path.read_bytes() for path in (folder / name).glob("*.js")]
        size, packed = sum(map(len, written)), sum(len(gzip.compress(data)) for data in written)
        lines.append(
            f"  {name:10}{wall:8.2f} s, processor {work:6.2f} s{size:12,} bytes of JavaScript{packed:12,} gzipped"
        )
    return "\n".join(lines)


def commands(component: Path, folder: Path) -> dict[str, list[str | Path]]:
    program = tools.jco() / "node_modules" / "@bytecodealliance" / "jco" / "dist" / "jco.js"
    ours: Iterable[str | Path] = (
        sys.executable,
        "-m",
        "witcraft",
        "js",
        component,
        "-o",
        folder / "witcraft",
        "--name",
        "app",
    )
    theirs: Iterable[str | Path] = (
        tools.node(),
        program,
        "transpile",
        component,
        "-o",
        folder / "jco",
        "--name",
        "app",
        "-q",
    )
    return {"witcraft": list(ours), "jco": list(theirs)}


def timed(command: list[str | Path], cwd: Path) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    start, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, timeout=300)
    after = getrusage(RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, work


if __name__ == "__main__":
    main()
