"""Python: bindings of a component, and the interfaces that somebody provides for it."""

from __future__ import annotations

import os

from witcraft.api.sources import read
from witcraft.live.cached import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from witcraft.api.sources import Files, Source
    from witcraft.live.cached import Lists


def bind(
    source: Source,
    *,
    name: str | None = None,
    lists: Lists = "list",
    standalone: bool = False,
    providers: Mapping[str, str] | None = None,
) -> Files:
    """The Python package for the component, as contents by path.

    A ``standalone`` one has a copy of the run time in it, and needs ``wasmtime`` and nothing else. ``providers``: see
    ``python``.
    """
    data, title = read(source)
    options = Options(title if name is None else name, lists, tuple((providers or {}).items()))
    return compiled_bindings(data, options, standalone)


def python(
    source: Source,
    folder: str | os.PathLike[str],
    *,
    name: str | None = None,
    lists: Lists = "list",
    standalone: bool = False,
    providers: Mapping[str, str] | None = None,
    wit: str | os.PathLike[str] | None = None,
) -> Files:
    """Writes what ``bind`` gives to ``folder``, which is there complete or not at all.

    ``providers`` maps imported interfaces to Python modules that provide them: types are theirs (``interfaces`` prints
    such), and they are the host, where none is given. What a component imports of WASI 0.2 comes from `witcraft.wasi`,
    unless "" or another module is named for it.

    ``wit`` documents the component, where it does not do so itself; see ``document``. Raises ``EmitError`` if no
    package can have that name, or if the folder is there and holds anything else than what this function wrote to
    it.
    """
    from pathlib import Path

    from witcraft.emit.output import check, write

    place = Path(folder).resolve()
    _check_package_name(place.name)
    check(place)
    data, title = read(source)
    if wit is not None:
        from witcraft.api.worlds import document

        data = document(data, wit)
    files = bind(data, name=title if name is None else name, lists=lists, standalone=standalone, providers=providers)
    write(files, place)
    return files


def interfaces(
    source: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None, *, features: Collection[str] = ()
) -> Files:
    """What a world imports as Python modules, an interface each: types, and the protocol of who provides it.

    ``source`` is whatever ``wit`` reads; its root package must have one world. Writes to ``folder``, if one is named.
    Raises ``EmitError`` if there is not one world, or if the folder holds anything that witcraft has not written.
    """
    from pathlib import Path

    from witcraft.api.packages import read_wit
    from witcraft.emit.output import check, write
    from witcraft.emit.python.interfaces import interfaces as printed
    from witcraft.errors import EmitError

    if folder is not None:
        check(Path(folder).resolve())
    worlds = read_wit(source, features).root.worlds
    if len(worlds) != 1:
        raise EmitError(f"{os.fspath(source)}: one world is needed, there are {len(worlds)}")
    files = {**printed(worlds[0]), "__init__.py": ""}
    if folder is not None:
        write(files, Path(folder))
    return files


def compiled_bindings(data: bytes, options: Options, standalone: bool = False) -> Files:
    from witcraft.api.compiler import without_collection

    _check_class_name(options.name)
    return without_collection(lambda: _print(data, options, standalone))


def _print(data: bytes, options: Options, standalone: bool) -> Files:
    from witcraft.api.compiler import placed, planned
    from witcraft.emit.python.package import PythonOptions, package
    from witcraft.errors import ComponentError
    from witcraft.gate.build import build

    plan = planned(data)
    try:
        providers = dict(options.providers)
        return package(plan, build(plan), PythonOptions(options.name, options.lists, standalone, providers))
    except ComponentError as error:
        raise placed(error) from None


def _check_package_name(name: str) -> None:
    from keyword import iskeyword

    from witcraft.errors import EmitError

    if not name.isidentifier() or iskeyword(name):
        raise EmitError(f"no Python package can be named {name!r}: letters, digits and _ only, a letter first")


def _check_class_name(name: str) -> None:
    from witcraft.errors import EmitError
    from witcraft.words import words

    if not name.isprintable() or not words(name):
        raise EmitError(f"{name!r} makes no name of a class: it has no letters a to z")
