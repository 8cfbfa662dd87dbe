"""The command ``witcraft``, and what its verbs have in common."""

from __future__ import annotations

import click

import witcraft
from witcraft.cli.embed import embed
from witcraft.cli.js import js
from witcraft.cli.python import python
from witcraft.cli.show import show
from witcraft.cli.types import types
from witcraft.cli.validate import validate
from witcraft.cli.wast import wast
from witcraft.cli.wit import wit


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(witcraft.__version__)
def app() -> None:
    """WebAssembly components in, typed and fast Python bindings out.

    \b
    Examples:
      witcraft python app.wasm -o app     # then: from app import App, AppImports
      witcraft js app.wasm -o dist        # then: import { greet } from './dist/app.js'
      witcraft show app.wasm              # what is in the binary
      witcraft show --stage abi app.wasm  # what each call does
    """


app.add_command(embed)
app.add_command(js)
app.add_command(python)
app.add_command(show)
app.add_command(types)
app.add_command(validate)
app.add_command(wast)
app.add_command(wit)
