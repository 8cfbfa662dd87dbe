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
    from typing import Literal, TypeAlias

    from witcraft.errors import ComponentError
    from witcraft.live.cached import Lists as Lists
    from witcraft.model.world import World
    from witcraft.plan.steps import Plan

    Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview
    Files: TypeAlias = dict[str, str | bytes | memoryview]
    Stage: TypeAlias = Literal["tree", "plan", "gate", "abi"]


# ---- running ----------------------------------------------------------------------------------------------------


def load(
    source: Source, *, name: str | None = None, lists: Lists = "list", config: Config | None = None
) -> live.Component:
    """The component, ready to be instantiated in this process; compiles no WebAssembly yet.

    ``name`` is that of the root class, the file's by default. With ``lists="array"`` lists of numbers come as
    ``array.array``. ``config`` says where the cache is, and is what instances get that are not given another.
    """
    data, title = read(source)
    return live.load(data, title if name is None else name, lists, config or Config(), _bind)


# ---- printing ---------------------------------------------------------------------------------------------------


def bind(source: Source, *, name: str | None = None, lists: Lists = "list", standalone: bool = False) -> Files:
    """The Python package for the component, as contents by path.

    A ``standalone`` one has a copy of the run time in it, and needs ``wasmtime`` and nothing else.
    """
    data, title = read(source)
    return _bind(data, title if name is None else name, lists, standalone)


def python(
    source: Source,
    folder: str | os.PathLike[str],
    *,
    name: str | None = None,
    lists: Lists = "list",
    standalone: bool = False,
) -> Files:
    """Writes what ``bind`` gives to ``folder``, which is there complete or not at all.

    Raises ``EmitError`` if no package can have that name, or if the folder is there and holds anything else than what
    this function wrote to it.
    """
    from pathlib import Path

    from witcraft.emit.output import check, write

    place = Path(folder).resolve()
    _check_package_name(place.name)
    check(place)
    files = bind(source, name=name, lists=lists, standalone=standalone)
    write(files, place)
    return files


def _bind(data: bytes, name: str, lists: Lists, standalone: bool = False) -> Files:
    import gc

    _check_class_name(name)
    collects = gc.isenabled()
    gc.disable()  # much is made and little thrown away: looking for garbage would take a third of the time
    try:
        return _print(data, name, lists, standalone)
    finally:
        if collects:
            gc.enable()


def _print(data: bytes, name: str, lists: Lists, standalone: bool) -> Files:
    from witcraft.emit.python.package import PythonOptions, package
    from witcraft.errors import ComponentError
    from witcraft.gate.build import build

    plan = _plan(data)
    try:
        return package(plan, build(plan), PythonOptions(name, lists, standalone))
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

    calls = programs(_plan(data))
    if json:
        return [{"call": title, **to_json(program)} for title, program in calls]
    return "\n".join([f";; {title}\n{text(program)}" for title, program in calls])


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
