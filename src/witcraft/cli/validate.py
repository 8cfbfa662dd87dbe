"""``witcraft validate``: what is wrong with a component, and where."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from witcraft import api
from witcraft.cli.errors import excerpt, printable, reported
from witcraft.errors import ComponentError
from witcraft.resolve import features as names


@click.command()
@click.argument("components", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--features", default="shipped", show_default=True, help="What of the gated features may be used.")
@click.option("--engine", is_flag=True, help="Ask the engine as well, function bodies of core modules included.")
@click.option("--json", "as_json", is_flag=True, help="As data.")
def validate(components: tuple[Path, ...], features: str, engine: bool, as_json: bool) -> None:
    """Check COMPONENTS: types, names, indices, canonical options, all that the standard demands.

    An error says at which byte, where in the component, and which rule is broken. Exit code 1 if any file is invalid.

    \b
    FEATURES is a list with commas: shipped (what came with WASI 0.3), all, and names,
    with a minus before what shall not be used:
      {names}

    \b
    Examples:
      witcraft validate app.wasm
      witcraft validate --engine build/*.wasm
      witcraft validate --features all,-cm-threading --json app.wasm
    """
    errors = {component: check(component, features, engine) for component in components}
    if as_json:
        click.echo(json.dumps([as_data(component, error) for component, error in errors.items()], indent=2))
    else:
        for component, error in errors.items():
            show(component, error)
    sys.exit(any(errors.values()))


def check(component: Path, features: str, engine: bool) -> ComponentError | None:
    with reported(component):
        try:
            api.validate(component, features=features, engine=engine)
        except ComponentError as error:
            return error
    return None


def show(component: Path, error: ComponentError | None) -> None:
    if error is None:
        click.echo(f"{component}: ok")
    else:
        text = "\n".join([f"error: {component}: {error}", *excerpt(component, error.offset)])
        click.echo(printable(text), err=True)


def as_data(component: Path, error: ComponentError | None) -> dict[str, Any]:
    if error is None:
        return {"file": str(component), "valid": True}
    found = {"message": error.message, "offset": error.offset, "path": error.path}
    return {"file": str(component), "valid": False, "error": found}


def name_lines() -> str:
    """The names of features, four a line, for the help."""
    words = list(names.NAMES)
    return "\n      ".join([" ".join(words[at : at + 4]) for at in range(0, len(words), 4)])


validate.help = (validate.help or "").replace("{names}", name_lines())
