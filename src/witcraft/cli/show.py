"""``witcraft show``: what the compiler makes of a component, stage by stage."""

from __future__ import annotations

from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import reported


@click.command()
@click.argument("component", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stage", type=click.Choice(list(api.STAGES)), default="tree", show_default=True, help="What to show.")
@click.option("--json", "as_json", is_flag=True, help="As data.")
def show(component: Path, stage: api.Stage, as_json: bool) -> None:
    """Show COMPONENT as one of the compiler's stages has it.

    \b
    tree  what the binary says: every definition with its offset
    plan  what an instantiation does, in order, and what it exports
    gate  the core module that keeps the rules between host and guest
    abi   what each call does to its values

    \b
    Examples:
      witcraft show app.wasm
      witcraft show --stage plan app.wasm
      witcraft show --stage abi --json app.wasm | jq .
    """
    with reported(component):
        click.echo(api.show(component, stage, json=as_json), nl=False)
