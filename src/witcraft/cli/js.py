"""``witcraft js``: a component as an ES module."""

from __future__ import annotations

from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import reported


def pairs(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``IMPORT=MODULE`` each."""
    for value in values:
        if not all(value.partition("=")):
            raise click.BadParameter(f"{value!r}: expected IMPORT=MODULE", param=option)
    return {key: value for key, _, value in (value.partition("=") for value in values)}


@click.command()
@click.argument("component", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder.  [default: COMPONENT's]")
@click.option("--name", help="Name of the module, NAME.js.  [default: COMPONENT's]")
@click.option(
    "-I",
    "--instantiation",
    type=click.Choice(["async", "sync"]),
    help="Export a function `instantiate`.  [default: the module instantiates itself]",
)
@click.option(
    "--map", "mapping", multiple=True, callback=pairs, metavar="IMPORT=MODULE", help="Where an import is found."
)
@click.option("--no-wasi-shim", is_flag=True, help="Do not take wasi:* from @bytecodealliance/preview2-shim.")
@click.option("--tla-compat", is_flag=True, help="Export a promise `$init`, await nothing at the top.")
@click.option(
    "-b", "--base64-cutoff", type=click.IntRange(0), metavar="BYTES", help="Smaller core modules stand in it."
)
@click.option("--no-typescript", is_flag=True, help="Without declarations.")
@click.option("--unchecked", is_flag=True, help="Take arguments as they are.")
@click.option("--minify", is_flag=True, help="Without comments and indentation.")
@click.option("--no-multi-memory", is_flag=True, help="For Node.js before 22, and browsers before 2024.")
@click.option("--wit", type=click.Path(exists=True, path_type=Path), help="WIT that documents COMPONENT.")
def js(
    component: Path,
    output: Path | None,
    name: str | None,
    instantiation: api.Instantiation,
    mapping: dict[str, str],
    no_wasi_shim: bool,
    tla_compat: bool,
    base64_cutoff: int | None,
    no_typescript: bool,
    unchecked: bool,
    minify: bool,
    no_multi_memory: bool,
    wit: Path | None,
) -> None:
    """Write COMPONENT as an ES module: NAME.js with its core modules and TypeScript declarations.

    Without -I the module instantiates itself, and its imports are ES imports: `wasi:*` those of the npm package
    @bytecodealliance/preview2-shim, others as --map says, else by the name of the interface. The name in a map may
    have a `*`, which stands for itself in the module: --map 'my:host/*=./host.js#*'. A folder that is there already is
    replaced, if witcraft has written all that is in it.

    \b
    Examples:
      witcraft js app.wasm -o dist
      witcraft js app.wasm -o dist -I async --name app
      witcraft js app.wasm -o dist --map my:host/log=./log.js
    """
    with reported(component):
        folder = output or Path(api.title(component))
        files = api.js(
            component,
            folder,
            name=name,
            instantiation=instantiation,
            map=mapping,
            wasi_shim=not no_wasi_shim,
            tla_compat=tla_compat,
            base64_cutoff=base64_cutoff,
            typescript=not no_typescript,
            checked=not unchecked,
            minify=minify,
            multi_memory=not no_multi_memory,
            wit=wit,
        )
        click.echo(f"{folder}: {len(files)} files", err=True)
