"""The command ``witcraft``, and what its verbs have in common."""

from __future__ import annotations

from importlib import import_module

import click

import witcraft

VERBS = ("embed", "js", "python", "run", "show", "types", "validate", "wast", "wit")


class Verbs(click.Group):
    """Imports the file of a verb when that verb is used, since each needs other rooms."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [*VERBS]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        verb: click.Command = getattr(import_module(f"witcraft.cli.{name}"), name)
        return verb


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(witcraft.__version__)
def app() -> None:
    """WebAssembly components in, typed and fast Python bindings out.

    \b
    Examples:
      witcraft python app.wasm -o app     # then: from app import App, AppImports
      witcraft run app.wasm -- ARGS       # a component as a program
      witcraft js app.wasm -o dist        # then: import { greet } from './dist/app.js'
      witcraft show app.wasm              # what is in the binary
      witcraft show --stage abi app.wasm  # what each call does
    """
