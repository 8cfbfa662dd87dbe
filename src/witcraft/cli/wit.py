"""``witcraft wit``: WIT read, printed, encoded, compared, drawn and laid out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from witcraft import api
from witcraft.cli.errors import leave, reported
from witcraft.errors import WitError
from witcraft.model.package import Packages

PATH = click.Path(exists=True, path_type=Path)
OUTPUT = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", type=OUTPUT, help="Write there: a file; without another form, a directory of WIT.")
@click.option("-w", "--wasm", "form", flag_value="wasm", help="The package as a binary.")
@click.option("--json", "form", flag_value="json", help="As data; errors too.")
@click.option("--python", "form", flag_value="python", help="Python modules for who provides a world's imports.")
@click.option("--graph", "form", flag_value="graph", help="A picture of who uses whom, as SVG.")
@click.option("--fmt", "form", flag_value="fmt", help="Lay out files anew, in place.")
@click.option("--check", is_flag=True, help="With --fmt: only say which files would change, exit code 1 if any.")
@click.option("--diff", "form", flag_value="diff", help="What changed from the first of two PATHS to the second.")
@click.option("--world", help="With --diff: compare these worlds only.")
@click.option("--features", default="", help="Open gates @unstable(feature = ...), with commas; * for all.")
def wit(
    paths: tuple[Path, ...],
    output: Path | None,
    form: str | None,
    check: bool,
    world: str | None,
    features: str,
) -> None:
    """Read WIT from PATHS and print it.

    A path is a directory with its deps, a file of WIT, a package in binary form, a component, or a core module with
    worlds embedded in it. Several paths go with --fmt and --diff only. After --diff the exit code is 1 if a change
    breaks somebody.

    \b
    Examples:
      witcraft wit app.wasm                     # what a component imports and exports
      witcraft wit wit/ -o vendored             # a directory of WIT with its deps
      witcraft wit wit/ -w -o package.wasm      # as a binary
      witcraft wit kv/ --python -o kv_types     # types and protocols of imports: see `witcraft python --with`
      witcraft wit --diff old.wasm new.wasm     # what changed, and whom that breaks
      witcraft wit --graph wit/ -o wit.svg
      witcraft wit --fmt --check wit/*.wit
    """
    gates = frozenset(filter(None, features.split(",")))
    if form == "fmt":
        sys.exit(lay_out(wit_files(paths), check))
    if form == "diff":
        sys.exit(compare(one_pair(paths), world, gates, output))
    path = only(paths)
    if form == "python":
        print_python(path, gates, output)
        return
    with reported(path):
        try:
            show(api.wit(path, features=gates), form, output)
        except WitError as error:
            if form != "json":
                raise
            click.echo(json.dumps({"errors": error.to_json()}, indent=2))
            sys.exit(1)


def only(paths: tuple[Path, ...]) -> Path:
    if len(paths) > 1:
        raise click.UsageError("one path at a time, but with --fmt and --diff")
    return paths[0]


def one_pair(paths: tuple[Path, ...]) -> tuple[Path, Path]:
    if len(paths) != 2:
        raise click.UsageError("--diff takes two paths: the old one and the new one")
    return paths[0], paths[1]


# ---- printing ----


def as_json(packages: Packages) -> str:
    return json.dumps(api.wit_json(packages), indent=2) + "\n"


FORMS: dict[str, Callable[[Packages], str | bytes]] = {
    "json": as_json,
    "graph": api.wit_graph,
    "wasm": api.wit_binary,
}


def show(packages: Packages, form: str | None, output: Path | None) -> None:
    if form is None and output is not None:
        api.write(api.wit_files(packages), output)
    else:
        emit(FORMS.get(form or "", api.wit_text)(packages), output)


def print_python(path: Path, gates: frozenset[str], output: Path | None) -> None:
    if output is None:
        raise click.UsageError("--python needs a folder for its modules: -o FOLDER")
    with reported(path):
        files = api.interfaces(path, output, features=gates)
        click.echo(f"{output}: {len(files)} files", err=True)


def emit(contents: str | bytes, output: Path | None) -> None:
    data = contents.encode() if isinstance(contents, str) else contents
    if output is not None:
        output.write_bytes(data)
    elif isinstance(contents, bytes) and sys.stdout.isatty():
        leave("a binary is nothing for a terminal: name a file with -o")
    else:
        click.echo(data, nl=False)


# ---- comparing ----


def compare(paths: tuple[Path, Path], world: str | None, gates: frozenset[str], output: Path | None) -> bool:
    """Prints what changed; says whether that breaks anybody."""
    from witcraft.compare.show import text

    with reported(paths[0]):
        changes = api.compare(*paths, world=world, features=gates)
        emit(text(changes), output)
    return any(change.breaks for change in changes)


# ---- laying out ----


def wit_files(paths: Iterable[Path]) -> list[Path]:
    """Files as they are; of a directory, those of WIT in it and below."""
    return [file for path in paths for file in (sorted(path.rglob("*.wit")) if path.is_dir() else [path])]


def lay_out(files: Iterable[Path], check: bool) -> bool:
    """Says whether, with ``check``, a file is not laid out."""
    changed = [file for file in files if changes(file, check)]
    for file in changed:
        click.echo(f"{'would change' if check else 'changed'} {file}")
    return check and bool(changed)


def changes(file: Path, check: bool) -> bool:
    with reported(file):
        old = file.read_text(encoding="utf-8")
        new = api.wit_format(old, str(file))
        if new != old and not check:
            file.write_text(new, encoding="utf-8")
    return new != old
