"""`make bench`: every row in every column, in one process, interleaved, so that a slow moment of the machine hits all.

    python -m benchmarks [--columns limit,native,witcraft] [--rounds 9] [--json FILE] [--refusals] [--big WASM] [row..]

A row is chosen by a part of its name or by the name of its component; `start` chooses the time before the first result.
Microseconds are medians; a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from timeit import Timer
from typing import Any

from . import start
from .rows import ROWS, Column, Opened, Row

COLUMNS = {"limit": (".limit_layouts", "Limit"), "native": (".native", "Native"), "witcraft": (".ours", "Witcraft")}
RATIOS = (("witcraft", "limit"), ("native", "witcraft"), ("native", "limit"))
SAMPLE = 0.02
"""Seconds that one sample takes at least."""
SLOW = 0.1
"""Seconds of one call from which three rounds are enough."""


@dataclass(slots=True)
class Cell:
    """One row in one column: a timer, or why there is none."""

    timer: Timer | None = None
    refusal: str = ""
    calls: int = 1
    samples: list[float] = field(default_factory=list)

    @property
    def slow(self) -> bool:
        return bool(self.samples) and self.samples[0] > SLOW

    def sample(self) -> None:
        if self.timer:
            self.samples.append(self.timer.timeit(self.calls) / self.calls)


def timer(function: Callable[..., Any], arguments: Sequence[Any], raises: bool) -> Timer:
    """Times the bare call, with the garbage collector on, as it is in life (`timeit` would switch it off)."""
    named = {f"a{i}": argument for i, argument in enumerate(arguments)}
    call = f"f({', '.join(named)})"
    statement = f"try: {call}\nexcept Exception: pass" if raises else call
    return Timer(statement, "gc.enable()", globals={"gc": gc, "f": function, **named})


def outcome(function: Callable[..., Any], arguments: Sequence[Any], raises: bool) -> Any:
    try:
        return function(*arguments)
    except Exception as error:
        if raises:
            return error
        raise


def prepare(row: Row, opened: Opened | str) -> Cell:
    """Checks that the column gives the right result, and finds how many calls make a sample."""
    if isinstance(opened, str):
        return Cell(refusal=opened)
    try:
        arguments, function = row.arguments(opened.values), opened.function(row.export)
        result = outcome(function, arguments, row.raises)
    except Exception as error:
        return Cell(refusal=f"{type(error).__name__}: {error}")
    if not row.agrees(result, arguments):
        return Cell(refusal=f"wrong result: {str(result)[:80]}")
    made = timer(function, arguments, row.raises)
    once = max(made.timeit(1), 1e-7)
    while once * 8 < SAMPLE:  # a single short call is no measure yet
        calls = round(SAMPLE / 8 / once) + 1
        again = made.timeit(calls) / calls
        if again > once / 2:
            break
        once = again
    return Cell(made, calls=max(1, round(SAMPLE / once)))


def measure(row: Row, opened: dict[str, Opened | str], rounds: int) -> dict[str, Cell]:
    cells = {name: prepare(row, instance) for name, instance in opened.items()}
    for turn in range(rounds):
        for cell in cells.values():
            if turn < 3 or not cell.slow:
                cell.sample()
    return cells


def open_column(column: Column, component: str) -> Opened | str:
    try:
        return column.open(component) or "not in this column"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def load_column(name: str) -> Column | None:
    module, factory = COLUMNS[name]
    try:
        column: Column = getattr(import_module(module, __package__), factory)()
    except ImportError as error:
        print(f"no column {name}: {error}", file=sys.stderr)
        return None
    return column


def ratio(cells: dict[str, Cell], over: str, under: str) -> float | None:
    if over not in cells or under not in cells:
        return None
    pairs = list(zip(cells[over].samples, cells[under].samples, strict=False))
    return median(a / b for a, b in pairs) if pairs else None


def shown(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.{digits}f}"


def line(texts: Iterable[str]) -> str:
    first, *rest = texts
    return f"{first:<28}" + "".join(f"{text:>17}" for text in rest)


def table_row(row: Row, cells: dict[str, Cell], ratios: Sequence[tuple[str, str]]) -> str:
    times = (shown(median(cell.samples) * 1e6 if cell.samples else None) for cell in cells.values())
    return line([row.name, *times, *(shown(ratio(cells, *pair)) for pair in ratios)])


def as_json(row: Row, cells: dict[str, Cell], ratios: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "row": row.name,
        "component": row.component,
        "microseconds": {n: median(c.samples) * 1e6 if c.samples else None for n, c in cells.items()},
        "refusals": {name: cell.refusal for name, cell in cells.items() if cell.refusal},
        "ratios": {f"{over}/{under}": ratio(cells, over, under) for over, under in ratios},
    }


def chosen(patterns: Sequence[str]) -> list[Row]:
    return [row for row in ROWS if not patterns or any(p in row.name or p == row.component for p in patterns)]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="part of a row's name, a component's name, or `start`")
    parser.add_argument("--columns", default=",".join(COLUMNS), help="which columns, by name, with commas")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--big", type=Path, metavar="WASM", help="a large component, to generate bindings for as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    parser.add_argument("--refusals", action="store_true", help="say why a cell is empty")
    return parser.parse_args()


def run_rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    columns = [column for name in options.columns.split(",") if (column := load_column(name))]
    ratios = [pair for pair in RATIOS if {column.name for column in columns}.issuperset(pair)]
    opened: dict[str, dict[str, Opened | str]] = {}
    results = []
    print(line(["microseconds", *(column.name for column in columns), *(f"{over}/{under}" for over, under in ratios)]))
    for row in chosen(options.rows):
        if row.component not in opened:
            opened[row.component] = {column.name: open_column(column, row.component) for column in columns}
        cells = measure(row, opened[row.component], options.rounds)
        print(table_row(row, cells, ratios), flush=True)
        if options.refusals:
            print(*(f"    {name}: {cell.refusal}" for name, cell in cells.items() if cell.refusal), sep="\n")
        results.append(as_json(row, cells, ratios))
    return results


def run_start(options: argparse.Namespace) -> start.Result:
    with TemporaryDirectory() as folder:
        return start.measure(Path(folder), options.rounds, options.big, line)


def main() -> None:
    options = parse()
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    results: dict[str, Any] = {}
    if options.rows != ["start"]:
        results["rows"] = run_rows(options)
    if not options.rows or "start" in options.rows:
        results["start"] = run_start(options)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
