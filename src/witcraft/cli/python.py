"""``witcraft python``: the bindings of a component as a package on disk."""

from __future__ import annotations

from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import reported


@click.command()
@click.argument("component", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the package.  [default: COMPONENT's]")
@click.option("--name", help="Name of the root class.  [default: COMPONENT's]")
@click.option(
    "--lists",
    type=click.Choice(["list", "array"]),
    default="list",
    show_default=True,
    help="What lists of numbers are.",
)
@click.option("--standalone", is_flag=True, help="Copy the run time in: the package needs `wasmtime` and nothing else.")
@click.option("--wit", type=click.Path(exists=True, path_type=Path), help="WIT that documents COMPONENT.")
def python(
    component: Path, output: Path | None, name: str | None, lists: api.Lists, standalone: bool, wit: Path | None
) -> None:
    """Write Python bindings: a typed package that runs COMPONENT.

    A folder that is there already is replaced, if witcraft has written all that is in it.

    \b
    Examples:
      witcraft python app.wasm -o app
      witcraft python app.wasm -o src/plugins/resizer --name image-resizer
      witcraft python app.wasm -o app --standalone --lists array
    """
    with reported(component):
        folder = output or Path(api.title(component).replace("-", "_"))
        files = api.python(component, folder, name=name, lists=lists, standalone=standalone, wit=wit)
        click.echo(f"{folder}: {len(files)} files", err=True)
