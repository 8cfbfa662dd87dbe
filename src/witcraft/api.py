"""The public Python API: what ``import witcraft`` gives. Every function is a pipeline.

A source is the path of a component, or its bytes. Bad input raises ``ComponentError``, with offset and path in the
component; a file that cannot be read raises ``OSError``. The compiler's rooms are imported where they are used, since a
``load`` that finds all it needs in the cache wants none of them.
"""

from __future__ import annotations

import os

from witcraft import live
from witcraft.runtime import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from typing import Literal, TypeAlias

    from witcraft.compare import Change
    from witcraft.emit.js.package import JsOptions
    from witcraft.errors import ComponentError
    from witcraft.live.cached import Lists as Lists
    from witcraft.model.package import Packages
    from witcraft.model.world import World
    from witcraft.plan.steps import Plan

    Encoding: TypeAlias = Literal["utf8", "utf16", "compact"]
    Names: TypeAlias = Literal["standard", "legacy"]
    Instantiation: TypeAlias = Literal["async", "sync"] | None
    Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview
    Files: TypeAlias = dict[str, str | bytes | memoryview]
    Stage: TypeAlias = Literal["tree", "plan", "gate", "abi"]


# ---- running ----------------------------------------------------------------------------------------------------


def load(
    source: Source,
    *,
    name: str | None = None,
    lists: Lists = "list",
    providers: Mapping[str, str] | None = None,
    config: Config | None = None,
) -> live.Component:
    """The component, ready to be instantiated in this process; compiles no WebAssembly yet.

    ``name`` is that of the root class, the file's by default. With ``lists="array"`` lists of numbers come as
    ``array.array``. ``providers`` says which Python modules provide imports, by WIT names; see ``python``. ``config``
    says where the cache is, and is what instances get that are not given another.
    """
    data, title = read(source)
    options = live.Options(title if name is None else name, lists, tuple(sorted((providers or {}).items())))
    return live.load(data, options, config or Config(), _bind)


# ---- printing ---------------------------------------------------------------------------------------------------


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
    options = live.Options(title if name is None else name, lists, tuple((providers or {}).items()))
    return _bind(data, options, standalone)


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
        data = document(data, wit)
    files = bind(data, name=title if name is None else name, lists=lists, standalone=standalone, providers=providers)
    write(files, place)
    return files


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
    wit: str | os.PathLike[str] | None = None,
) -> Files:
    """An ES module for the component, ``NAME.js``, with its core modules and declarations; to ``folder``, if named.

    ``instantiation``: "async" or "sync" for a module with a function ``instantiate``, None for one that instantiates
    itself; then ``map`` says which modules its imports come from, ``wasi_shim`` takes `wasi:*` from the npm package
    that implements it, and ``tla_compat`` exports a promise ``$init`` in place of awaiting at the top. Core modules of
    fewer bytes than ``base64_cutoff`` stand in the module. Without ``checked``, arguments are taken as they are.
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
    )
    files = _without_collection(lambda: _print_js(data, options))
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

    from witcraft.emit.js.declarations import declarations
    from witcraft.emit.output import check, write

    if folder is not None:
        check(Path(folder).resolve())
    data, title = read(source)
    files: Files = {**declarations(world(data), title if name is None else name, instantiation)}
    if folder is not None:
        write(files, Path(folder))
    return files


def interfaces(
    source: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None, *, features: Collection[str] = ()
) -> Files:
    """What a world imports as Python modules, an interface each: types, and the protocol of who provides it.

    ``source`` is whatever ``wit`` reads; its root package must have one world. Writes to ``folder``, if one is named.
    Raises ``EmitError`` if there is not one world, or if the folder holds anything that witcraft has not written.
    """
    from pathlib import Path

    from witcraft.emit.output import check, write
    from witcraft.emit.python.interfaces import interfaces as printed
    from witcraft.errors import EmitError

    if folder is not None:
        check(Path(folder).resolve())
    worlds = _read_wit(source, features).root.worlds
    if len(worlds) != 1:
        raise EmitError(f"{os.fspath(source)}: one world is needed, there are {len(worlds)}")
    files = {**printed(worlds[0]), "__init__.py": ""}
    if folder is not None:
        write(files, Path(folder))
    return files


def _bind(data: bytes, options: live.Options, standalone: bool = False) -> Files:
    _check_class_name(options.name)
    return _without_collection(lambda: _print(data, options, standalone))


def _without_collection(work: Callable[[], Files]) -> Files:
    import gc

    collects = gc.isenabled()
    gc.disable()  # much is made and little thrown away: looking for garbage would take a third of the time
    try:
        return work()
    finally:
        if collects:
            gc.enable()


def _print_js(data: bytes, options: JsOptions) -> Files:
    from witcraft.emit.js.package import package
    from witcraft.errors import ComponentError
    from witcraft.gate.build import build
    from witcraft.gate.calls import CALLS

    plan = _plan(data)
    try:
        return package(plan, build(plan, CALLS), options)
    except ComponentError as error:
        raise _placed(error) from None


def _print(data: bytes, options: live.Options, standalone: bool) -> Files:
    from witcraft.emit.python.package import PythonOptions, package
    from witcraft.errors import ComponentError
    from witcraft.gate.build import build

    plan = _plan(data)
    try:
        providers = dict(options.providers)
        return package(plan, build(plan), PythonOptions(options.name, options.lists, standalone, providers))
    except ComponentError as error:
        raise _placed(error) from None


def _plan(data: bytes) -> Plan:
    from witcraft import binary
    from witcraft.errors import ComponentError
    from witcraft.fuse import fuse
    from witcraft.plan import link
    from witcraft.resolve import resolve

    try:
        return fuse(link(resolve(binary.read(data))))
    except ComponentError as error:
        raise _placed(error) from None


def _placed(error: ComponentError) -> ComponentError:
    """A limit that no single definition goes beyond is an error of the component: at its first byte."""
    if error.offset is None:
        error.offset = 0
    return error


def _check_file_name(name: str) -> None:
    from witcraft.errors import EmitError

    if not name or name[0] == "." or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in name):
        raise EmitError(f"no file can be called {name!r}: letters, digits, '-', '_' and '.' only")


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


# ---- checking ---------------------------------------------------------------------------------------------------


def validate(source: Source, *, features: str = "shipped", engine: bool = False) -> None:
    """Raises ``ComponentError``, with offset and path, unless the component is valid.

    ``features``: which of the standard's gated features it may use: "shipped" (with WASI 0.3), "all", names of
    features, names with a minus before them, separated by commas. With ``engine`` the engine has to accept it as well,
    function bodies of core modules included.
    """
    from witcraft import binary
    from witcraft.resolve import features as names
    from witcraft.resolve import resolve

    data = read(source)[0]
    tree = binary.read(data)
    resolve(tree, names.features(features))
    if engine:
        from witcraft.wast.engine import check

        check(data, tree)


# ---- WIT --------------------------------------------------------------------------------------------------------


def wit(path: str | os.PathLike[str], *, features: Collection[str] = ()) -> Packages:
    """The WIT at ``path``: a directory with its ``deps``, a file, or what a binary holds of it.

    A binary is a package, a component, whose world is then called ``root``, or a core module with worlds embedded.
    ``features``: the gates that are open, ``"*"`` for all. Raises ``WitError`` with every fault of the text.
    """
    return _read_wit(path, features)


def _read_wit(path: str | os.PathLike[str], features: Collection[str]) -> Packages:
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


def document(
    source: Source,
    wit: str | os.PathLike[str],
    *,
    world: str | None = None,
    features: Collection[str] = ("*",),
) -> bytes:
    """The component with the documentation of the WIT at ``wit`` in custom sections, for all that it has none of yet.

    ``world``: the component's, by default the one in ``wit`` that has most in common with it.
    """
    from witcraft.craft import document as craft

    return craft.document(read(source)[0], _read_wit(wit, features), world)


def embed(
    module: Source | None,
    wit: str | os.PathLike[str],
    *,
    world: str | None = None,
    encoding: Encoding = "utf8",
    features: Collection[str] = (),
    dummy: Names = "standard",
) -> bytes:
    """The core module with the world embedded, for a componentizer to make a component of it.

    ``wit`` and ``features`` as for ``wit()``; ``world`` can be left away where there is only one. Without a module it
    is one that fits the world and does nothing, whose names are mangled as ``dummy`` says. ``encoding`` is that of
    strings in the module's memory, "compact" for Latin-1 and UTF-16. Raises ``ComponentError`` if the module is none.
    """
    from witcraft.component.tree import StringEncoding
    from witcraft.craft import embed as craft
    from witcraft.craft.choice import choose
    from witcraft.craft.dummy import dummy_module
    from witcraft.craft.mangling import MANGLINGS

    packages = _read_wit(wit, features)
    chosen = choose(packages, world)
    about = next(package.docs.text for package in packages if chosen in package.worlds)
    data = dummy_module(chosen, MANGLINGS[dummy]) if module is None else read(module)[0]
    return craft.embed(data, chosen, StringEncoding[encoding.upper()], about=about)


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


# ---- looking ----------------------------------------------------------------------------------------------------


def world(source: Source) -> World:
    """What the component imports and exports."""
    from witcraft import binary
    from witcraft.resolve import resolve

    return resolve(binary.read(read(source)[0])).world


def show(source: Source, stage: Stage = "tree", *, json: bool = False) -> str:
    """What a stage of the compiler makes of the component, one of ``STAGES``: for people, or as JSON."""
    from json import dumps

    shown = STAGES[stage](read(source)[0], json)
    return dumps(shown, indent=2) + "\n" if json else str(shown)


def _tree(data: bytes, json: bool) -> object:
    from witcraft import binary
    from witcraft.component import show

    tree = binary.read(data)
    return show.to_json(tree) if json else show.show(tree, binary.item_names)


def _linked(data: bytes, json: bool) -> object:
    from witcraft.plan import show

    plan = _plan(data)
    return show.to_json(plan) if json else show.show(plan)


def _gate(data: bytes, json: bool) -> object:
    from witcraft.fuse.show import show as adapters
    from witcraft.gate import show
    from witcraft.gate.build import build

    plan = _plan(data)
    gate = build(plan)
    if gate is None:
        return None if json else ";; no gate: nothing in this component needs one\n"
    if json:
        return {"imports": gate.imports, "exports": sorted(gate.exports), "notes": show.notes(gate)}
    return show.show(gate) + adapters(plan)


def _abi(data: bytes, json: bool) -> object:
    from witcraft.abi.show import text, to_json
    from witcraft.plan.programs import programs
    from witcraft.plan.show_moves import show_moves, to_data

    plan = _plan(data)
    calls = programs(plan)
    if json:
        return [*[{"call": title, **to_json(program)} for title, program in calls], *to_data(plan)]
    return "\n".join([*[f";; {title}\n{text(program)}" for title, program in calls], *show_moves(plan)])


STAGES = {"tree": _tree, "plan": _linked, "gate": _gate, "abi": _abi}
"""Definitions of the binary; steps of an instantiation; the module that keeps the rules; what calls do to values."""


# ---- reading ----------------------------------------------------------------------------------------------------


def read(source: Source) -> tuple[bytes, str]:
    """The bytes, and what to name the root class after: the file, else "app"."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "app"
    with open(source, "rb") as file:  # noqa: PTH123 (`pathlib` takes as long to import as all the rest of a start)
        return file.read(), title(source)


def title(path: str | os.PathLike[str]) -> str:
    """``"build/my app.wasm"`` -> ``"my-app"``: letters and digits, a letter first."""
    stem = os.path.basename(os.fspath(path)).partition(".")[0]  # noqa: PTH119
    name = "".join([c if c.isascii() and c.isalnum() else "-" for c in stem]).strip("-")
    return name if name[:1].isalpha() else "app"
