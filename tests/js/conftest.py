"""Guests as modules of the JavaScript host, each written once, and opened in a process of each Node.js."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end.conftest import CACHE, Names
from tests.guests import build
from tests.js import tools
from tests.js.host import JsHost
from witcraft import Config, api
from witcraft.emit.js.names import fields
from witcraft.model.world import Freestanding, Function, Interface, World

KINDS = {"tour-python": "tour", "tour-js": "tour", "ledger": "ledger", "bench": "bench"}


@pytest.fixture(scope="session", autouse=True)
def tools_are_there() -> None:
    """Everything here needs Node.js with its packages."""
    try:
        for version in tools.NODES:
            tools.node(version)
    except build.MissingTool as missing:
        if build.REQUIRED:
            pytest.fail(f"JavaScript: {missing}", pytrace=False)
        pytest.skip(f"JavaScript: {missing}")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``written("tour-js", instantiation="async")``: the module of a guest; each is written once."""
    known: dict[Any, Path] = {}

    def write(guest: str, **options: Any) -> Path:
        key = (guest, *sorted(options.items()))
        if key not in known:
            folder = tmp_path_factory.mktemp(guest) / "out"
            api.js(path_of(guest), folder, name=guest, **options)
            known[key] = folder / f"{guest}.js"
        return known[key]

    return write


def interface(world: World, name: str) -> Interface:
    """An export, or else an import, by its name without version."""
    items = [item for item in (*world.exports, *world.imports) if isinstance(item, Interface)]
    return next(item for item in items if item.name.partition("@")[0] == name)


def functions(found: Interface) -> dict[str, tuple[str, Function]]:
    """By WIT name, the name in JavaScript and the type."""
    free = [function for function in found.functions if isinstance(function.kind, Freestanding)]
    keys = fields([function.name for function in free])
    return {function.name: (key, function) for key, function in zip(keys, free, strict=True)}


@pytest.fixture(scope="session")
def python_types() -> Callable[[str], Names]:
    """The classes that the table of calls is written in: those of the Python bindings."""
    known: dict[str, Names] = {}

    def types(guest: str) -> Names:
        if guest not in known:
            loaded = witcraft.load(path_of(guest), name=guest, config=Config(cache=CACHE))
            known[guest] = Names(
                map(__import__("importlib").import_module, [f"{loaded.module.__name__}.imports.shapes"])
            )
        return known[guest]

    return types


@pytest.fixture(params=tools.NODES)
def node(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def opened(written: Callable[..., Path]) -> Iterator[Callable[..., JsHost]]:
    """``opened("ledger", "node22")``: a fresh instance; a guest has one process with each Node.js."""
    hosts: dict[tuple[str, str], JsHost] = {}

    def open_(guest: str, node: str = tools.NODES[0]) -> JsHost:
        known = hosts.get((guest, node))
        if known is not None and known.lives:
            known.restart()
        else:
            host = JsHost(written(guest, instantiation="async"), KINDS[guest], functions_of(guest), node)
            hosts[guest, node] = host.__enter__()
        return hosts[guest, node]

    yield open_
    for host in hosts.values():
        host.__exit__()


def functions_of(guest: str) -> list[str]:
    """What the host of the tour echoes, by the names in JavaScript."""
    if KINDS[guest] != "tour":
        return []
    return [key for key, _ in functions(interface(api.world(path_of(guest)), "guest:tour/values")).values()]
