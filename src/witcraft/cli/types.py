"""``witcraft types``: what a component imports and exports, as TypeScript declarations."""

from __future__ import annotations

from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import reported


@click.command()
@click.argument("component", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), default="types", show_default=True, help="Folder.")
@click.option("--name", help="Name of the component's own file.  [default: COMPONENT's]")
@click.option(
    "-I",
    "--instantiation",
    type=click.Choice(["async", "sync"]),
    help="Of a module with a function `instantiate`.  [default: of one that instantiates itself]",
)
def types(component: Path, output: Path, name: str | None, instantiation: api.Instantiation) -> None:
    """Write TypeScript declarations of COMPONENT: NAME.d.ts, and interfaces/*.d.ts.

    They are those that `witcraft js` writes beside its module. A folder that is there already is replaced, if witcraft
    has written all that is in it.

    \b
    Examples:
      witcraft types app.wasm -o types
      witcraft types app.wasm -o src/generated -I async --name app
    """
    with reported(component):
        files = api.types(component, output, name=name, instantiation=instantiation)
        click.echo(f"{output}: {len(files)} files", err=True)
