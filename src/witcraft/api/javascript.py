"""JavaScript: an ES module for a component, and its declarations."""

from __future__ import annotations

from witcraft.api.compiler import placed, planned, without_collection
from witcraft.api.sources import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Literal, TypeAlias

    from witcraft.api.sources import Files, Source
    from witcraft.emit.js.package import JsOptions

    Instantiation: TypeAlias = Literal["async", "sync"] | None


def js(
    source: Source,
    folder: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    instantiation: Instantiation = None,
    map: Mapping[str, str] | None = None,  # noqa: A002 (the option is called so)
    wasi_shim: bool = True,
    tla_compat: bool = False,
    base64_cutoff: int | None = None,
    typescript: bool = True,
    checked: bool = True,
    minify: bool = False,
    multi_memory: bool = True,
    wit: str | os.PathLike[str] | None = None,
) -> Files:
    """An ES module for the component, ``NAME.js``, with its core modules and declarations; to ``folder``, if named.

    ``instantiation``: "async" or "sync" for a module with a function ``instantiate``, None for one that instantiates
    itself; then ``map`` says which modules its imports come from, ``wasi_shim`` takes `wasi:*` from the npm package
    that implements it, and ``tla_compat`` exports a promise ``$init`` in place of awaiting at the top. Core modules of
    fewer bytes than ``base64_cutoff`` stand in the module. Without ``checked``, arguments are taken as they are;
    without ``multi_memory``, no core module that witcraft makes has several memories, for engines before 2024.
    ``wit`` documents the component, where it does not do so itself; see ``document``. Raises ``EmitError`` if the
    folder holds anything that witcraft has not written.
    """
    from pathlib import Path

    from witcraft.emit.js.package import JsOptions
    from witcraft.emit.output import check, write

    if folder is not None:
        check(Path(folder).resolve())
    data, title = read(source)
    if wit is not None:
        from witcraft.api.worlds import document

        data = document(data, wit)
    title = title if name is None else name
    _check_file_name(title)
    options = JsOptions(
        title,
        instantiation,
        tuple((map or {}).items()),
        wasi_shim,
        tla_compat,
        base64_cutoff,
        typescript,
        checked,
        minify,
        multi_memory,
    )
    files = without_collection(lambda: _print_js(data, options))
    if folder is not None:
        write(files, Path(folder))
    return files


def types(
    source: Source,
    folder: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    instantiation: Instantiation = None,
) -> Files:
    """TypeScript declarations alone, as `witcraft js` writes them beside its module; to ``folder``, if one is named.

    ``instantiation``: "async" or "sync" for a module with a function ``instantiate``, None for one that instantiates
    itself. Raises ``EmitError`` if the folder holds anything that witcraft has not written.
    """
    from pathlib import Path

    from witcraft.api.worlds import world
    from witcraft.emit.js.declarations import declarations
    from witcraft.emit.output import check, write

    if folder is not None:
        check(Path(folder).resolve())
    data, title = read(source)
    files: Files = {**declarations(world(data), title if name is None else name, instantiation)}
    if folder is not None:
        write(files, Path(folder))
    return files


def _print_js(data: bytes, options: JsOptions) -> Files:
    from witcraft.emit.js.package import package
    from witcraft.errors import ComponentError
    from witcraft.gate.build import build
    from witcraft.gate.calls import CALLS

    plan = planned(data, partly=True)
    try:
        return package(plan, build(plan, CALLS), options)
    except ComponentError as error:
        raise placed(error) from None


def _check_file_name(name: str) -> None:
    from witcraft.errors import EmitError

    if not name or name[0] == "." or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in name):
        raise EmitError(f"no file can be called {name!r}: letters, digits, '-', '_' and '.' only")
