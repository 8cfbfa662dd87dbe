"""WIT: read from text and binaries, printed, encoded, drawn, laid out, compared."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from witcraft.api.sources import Files
    from witcraft.compare import Change
    from witcraft.model.package import Packages


def wit(path: str | os.PathLike[str], *, features: Collection[str] = ()) -> Packages:
    """The WIT at ``path``: a directory with its ``deps``, a file, or what a binary holds of it.

    A binary is a package, a component, whose world is then called ``root``, or a core module with worlds embedded.
    ``features``: the gates that are open, ``"*"`` for all. Raises ``WitError`` with every fault of the text.
    """
    return read_wit(path, features)


def read_wit(path: str | os.PathLike[str], features: Collection[str]) -> Packages:
    from pathlib import Path

    from witcraft.resolve.wit.gather import Binaries
    from witcraft.resolve.wit.read import read_path

    return read_path(Path(path), features, Binaries(_wit_of_binary, _merged_wit))


def _wit_of_binary(path: Path) -> Packages:
    from witcraft.craft.decode import decode

    data = path.read_bytes()
    return decode(_assembled(data) if path.suffix == ".wat" else data)


def _assembled(text: bytes) -> bytes:
    from witcraft.errors import ComponentError
    from witcraft.runtime.engine import assemble
    from witcraft.runtime.errors import EngineError

    try:
        return assemble(text.decode(errors="replace"))
    except EngineError as error:
        raise ComponentError(str(error)) from None


def _merged_wit(found: Sequence[Packages]) -> Packages:
    from witcraft.craft.library import Library

    library = Library()
    for packages in found:
        library.packages(packages)
    return library.freeze(found[-1].root.name)


def wit_text(packages: Packages) -> str:
    """As WIT: the root package, then those that it names, each in braces."""
    from witcraft.wit.printer import text

    return text(packages)


def wit_json(packages: Packages) -> dict[str, object]:
    """As data, in the shape that wasm-tools made common: worlds, interfaces, types and packages refer by number."""
    from witcraft.wit.data import data

    return data(packages)


def wit_files(packages: Packages) -> Files:
    """A directory of WIT: a file for the root package, and one in ``deps`` for each of the others."""
    from witcraft.wit.printer import files

    return {**files(packages)}


def write(files: Files, folder: str | os.PathLike[str]) -> None:
    """``files`` to ``folder``, complete or not at all. Raises ``EmitError`` if it holds what witcraft did not write."""
    from pathlib import Path

    from witcraft.emit.output import write

    write(files, Path(folder))


def wit_binary(packages: Packages) -> bytes:
    """The root package as a component, which holds types only."""
    from witcraft.craft.package import package_component

    return package_component(packages)


def wit_graph(packages: Packages) -> str:
    """Packages, interfaces, worlds and who uses whom, as an SVG picture."""
    from witcraft.wit.graph import graph
    from witcraft.wit.svg import svg

    return svg(graph(packages))


def wit_format(text: str, path: str = "input.wit") -> str:
    """``text`` laid out anew. Raises ``WitError`` if it is no WIT."""
    from witcraft.errors import WitError
    from witcraft.wit.format import formatted
    from witcraft.wit.parser import parse
    from witcraft.wit.source import Report, Source

    report = Report()
    tokens = parse(Source(path, text), report).tokens
    if report.found:
        raise WitError(report.all())
    return formatted(tokens)


def compare(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    world: str | None = None,
    features: Collection[str] = (),
) -> list[Change]:
    """What changed: between two worlds of that name, else between what the two packages or components are whole."""
    from witcraft.compare import between_packages, between_worlds
    from witcraft.errors import EmitError

    before, after = wit(old, features=features), wit(new, features=features)
    if world is None:
        return between_packages(before, after)
    worlds = [packages.root.world(world) for packages in (before, after)]
    for path, found in zip((old, new), worlds, strict=True):
        if found is None:
            raise EmitError(f"{os.fspath(path)}: no world is called {world!r}")
    return between_worlds(*[found for found in worlds if found is not None])
