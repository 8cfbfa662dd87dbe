"""``witcraft python``: the bindings of a component as a package on disk."""

from __future__ import annotations

from keyword import iskeyword
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
@click.option("--with", "given", multiple=True, metavar="IMPORT=MODULE", help="A Python module that provides IMPORT.")
@click.option("--wit", type=click.Path(exists=True, path_type=Path), help="WIT that documents COMPONENT.")
def python(
    component: Path,
    output: Path | None,
    name: str | None,
    lists: api.Lists,
    standalone: bool,
    given: tuple[str, ...],
    wit: Path | None,
) -> None:
    """Write Python bindings: a typed package that runs COMPONENT.

    A folder that is there already is replaced, if witcraft has written all that is in it.

    \b
    Examples:
      witcraft python app.wasm -o app
      witcraft python app.wasm -o src/plugins/resizer --name image-resizer
      witcraft python app.wasm -o app --standalone --lists array
      witcraft python app.wasm -o app --with 'wasi:keyvalue/store=my_redis.store'
    """
    providers = dict(map(provider, given))
    with reported(component):
        folder = output or Path(api.title(component).replace("-", "_"))
        files = api.python(
            component, folder, name=name, lists=lists, standalone=standalone, providers=providers, wit=wit
        )
        click.echo(f"{folder}: {len(files)} files", err=True)


def provider(text: str) -> tuple[str, str]:
    """``IMPORT=MODULE`` taken apart; without a module after it, bindings have types of their own for the import."""
    name, equals, module = text.partition("=")
    words = module.split(".") if module else []
    if not (name and equals) or not all(word.isidentifier() and not iskeyword(word) for word in words):
        raise click.BadParameter(f"{text!r}: expected 'ns:pkg/interface=python.module'", param_hint="--with")
    return name, module
