"""``witcraft run``: a component as a program, or one of its functions called."""

from __future__ import annotations

import sys
from typing import Any

import click

from witcraft.cli.program import program
from witcraft.runtime import ConfigError


@click.command()
@click.argument("component", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", metavar="[--] [ARGUMENTS]...", nargs=-1)
@click.option("--dir", "folders", metavar="HOST[::GUEST][:ro]", multiple=True, help="Grant a directory.")
@click.option("--env", metavar="K[=V]", multiple=True, help="Set a variable, or pass ours on.")
@click.option("--tcp", metavar="HOST:PORT", multiple=True, help="Grant connections to that address.")
@click.option("--udp", metavar="HOST:PORT", multiple=True, help="Grant datagrams to that address.")
@click.option("--listen", metavar="[ADDR:]PORT", multiple=True, help="Grant being a server there.")
@click.option("--udp-listen", metavar="[ADDR:]PORT", multiple=True, help="Grant datagrams from everybody there.")
@click.option("--lookup", metavar="NAME", multiple=True, help="Grant looking up that name.")
@click.option("--timeout", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Stop it after S seconds.")
@click.option("--memory", metavar="MB", type=click.IntRange(min=1), help="The most that each of its memories may have.")
@click.option("--fuel", metavar="N", type=click.IntRange(min=1), help="Stop it after some N instructions.")
@click.option("--invoke", metavar="CALL", help="Call a function instead, and print its result, in WAVE.")
def run(component: str, arguments: tuple[str, ...], **options: Any) -> None:
    """Run COMPONENT, a command, as if it were a native program, or call one of its functions.

    It gets the ARGUMENTS, stdin, stdout, stderr, the time and random numbers, and nothing else that is not granted. The
    exit code is its own; 134 if it traps.

    \b
    Examples:
      witcraft run app.wasm -- --verbose input.txt
      witcraft run --dir .::/:ro --env HOME=/ --timeout 10 app.wasm
      witcraft run --tcp 127.0.0.1:5432 app.wasm
      witcraft run --invoke 'greet("world")' app.wasm
      witcraft run --invoke 'test:geometry/shapes.area([{x: 0, y: 1.5}, {x: 1, y: 2}])' app.wasm
    """
    try:
        ready = program(component, arguments, **options)
    except ConfigError as error:
        raise click.UsageError(f"{error}") from None
    sys.exit(ready())
