"""``witcraft embed``: a world put into a core module."""

from __future__ import annotations

from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import reported


@click.command()
@click.argument("module", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wit", required=True, type=click.Path(exists=True, path_type=Path), help="A directory or file of WIT.")
@click.option("--world", help="Which world.  [default: the only one of the package]")
@click.option(
    "--encoding",
    type=click.Choice(["utf8", "utf16", "compact"]),
    default="utf8",
    show_default=True,
    help="Of strings in the module's memory.",
)
@click.option("--dummy", is_flag=True, help="Without MODULE: make one that fits the world and does nothing.")
@click.option(
    "--names",
    type=click.Choice(["standard", "legacy"]),
    default="standard",
    show_default=True,
    help="With --dummy: what its imports and exports are called.",
)
@click.option("--features", default="", help="Open gates @unstable(feature = ...), with commas; * for all.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The core module.")
def embed(
    module: Path | None,
    wit: Path,
    world: str | None,
    encoding: api.Encoding,
    dummy: bool,
    names: api.Names,
    features: str,
    output: Path,
) -> None:
    """Embed a world in the core MODULE, documentation included, for a componentizer to make a component of it.

    \b
    Examples:
      witcraft embed core.wasm --wit wit/ --world plugin -o plugin.wasm
      witcraft embed core.wasm --wit wit/ --encoding utf16 -o plugin.wasm
      witcraft embed --dummy --wit wit/ -o dummy.wasm
    """
    if dummy == (module is not None):
        raise click.UsageError("name a core module, or ask for one by --dummy")
    with reported(module or wit):
        gates = frozenset(filter(None, features.split(",")))
        data = api.embed(module, wit, world=world, encoding=encoding, features=gates, dummy=names)
        output.write_bytes(data)
