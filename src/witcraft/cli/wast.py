"""``witcraft wast``: scripts of components, played and scored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from witcraft.cli.errors import printable, reported
from witcraft.wast import Engine, Outcome, Report, run
from witcraft.wast.outcome import refused_by, total
from witcraft.wast.run import TIMEOUT

WIDTH = 200


@click.command()
@click.argument("scripts", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--engine",
    "--host",
    type=click.Choice(["witcraft", "js", "native", "none"]),
    default="witcraft",
    show_default=True,
    help="Who plays: witcraft's Python, its JavaScript in Node.js (`node`, or what WITCRAFT_NODE names), the API of "
    "the package `wasmtime`, or nobody (definitions are validated only).",
)
@click.option("--timeout", type=click.FloatRange(min=0.1), default=TIMEOUT, show_default=True, help="Of a directive.")
@click.option("--json", "as_json", is_flag=True, help="As data: every directive with its outcome.")
def wast(scripts: tuple[Path, ...], engine: Engine, timeout: float, as_json: bool) -> None:
    """Run SCRIPTS, or all `.wast` files of a folder: components, and what is asserted of them.

    A script has a process of its own: a hang or a crash costs one directive. Exit code 1 if any directive failed.

    \b
    Examples:
      witcraft wast tests/wast
      witcraft wast --engine native strings.wast
      witcraft wast --json tests/wast | jq '.[].passed'
    """
    reports: list[Report] = []
    for path in files(scripts):
        with reported(path):
            reports.append(run(path, engine, timeout))
        if not as_json:
            show(reports[-1])
    if as_json:
        click.echo(json.dumps([report.to_json() for report in reports], indent=2))
    else:
        summarise(reports)
    sys.exit(not all(report.is_clean for report in reports))


def files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.wast"))
        else:
            yield path


# ---- for people -------------------------------------------------------------------------------------------------


def show(report: Report) -> None:
    click.echo(f"{report.path}: {report.passed} of {len(report.outcomes)}")
    if report.flaw:
        click.echo(f"  {printable(report.flaw)}")
    for outcome in report.outcomes:
        if outcome.differs:
            click.echo(f"  {place(outcome)}: passed, with another message: {short(outcome.differs)}")
        elif not outcome.passed and outcome.stage != "depends":
            click.echo(f"  {place(outcome)}: {outcome.stage}: {short(outcome.message)}")
    if dependent := sum([outcome.stage == "depends" for outcome in report.outcomes]):
        click.echo(f"  {dependent} more depend on what failed")


def place(outcome: Outcome) -> str:
    return f"line {outcome.line}, {outcome.kind}"


def short(text: str) -> str:
    """One line of it."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= WIDTH else line[:WIDTH] + "..."


def summarise(reports: Sequence[Report]) -> None:
    passed, everything = total(reports)
    refusals = ", ".join([f"{number} by the {who}" for who, number in sorted(named(refused_by(reports)).items())])
    click.echo(f"{passed} of {everything} directives" + (f"; refused as they should: {refusals}" if refusals else ""))


def named(counts: dict[str, int]) -> dict[str, Any]:
    titles = {"witcraft": "validator of witcraft", "native": "native validator", "engine": "engine"}
    return {titles.get(who, who): number for who, number in counts.items()}
