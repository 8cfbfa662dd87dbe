"""Components opened in the two ways there are: as a package on disk, and live."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import witcraft
from tests.conftest import path_of
from tests.end_to_end.hosts import Audit, Echo, Store
from tests.guests import build
from witcraft import Component, Config

CACHE = build.CACHE / "code"
"""Machine code of the guests, kept: a cold compile of one takes up to ten seconds."""
IMPORTS = {
    "bench": {"host": "test:bench/host"},
    "ledger": {"audit": "guest:ledger/audit@1.2.0"},
    "tour-js": {"log": "log", "values": "guest:tour/values@0.1.0", "stores": "guest:tour/stores@0.1.0"},
}
IMPORTS["tour-python"] = IMPORTS["tour-js"]
"""WIT names of what the guests import, by Python names."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A guest whose bindings were written to disk (``component`` is None), or that was loaded in this process."""

    guest: str
    module: ModuleType
    component: Component | None

    def start(self, config: Config | None = None, **imports: object) -> Any:
        """An instance; ``imports`` by Python names."""
        config = config or Config(cache=CACHE)
        if self.component is not None:
            return self.component.instantiate({IMPORTS[self.guest][name]: it for name, it in imports.items()}, config)
        names = self.module._ROOT
        return getattr(self.module, names["class"])(
            getattr(self.module, names["imports_class"])(**imports), config=config
        )

    def types(self, *modules: str) -> Names:
        """Everything that modules of the package define, ``"imports.shapes"``."""
        return Names(importlib.import_module(f"{self.module.__name__}.{name}") for name in modules)

    @property
    def values(self) -> Names:
        """The types of the tour's functions, and ``Ok``, ``Err``, ``Some``."""
        return self.types("imports.shapes")


class Names:
    """The attributes of several modules."""

    def __init__(self, modules: Iterator[ModuleType]) -> None:
        for module in modules:
            vars(self).update(vars(module))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@pytest.fixture(scope="session")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Opened]]:
    """``opener("ledger", "live")``: each guest is opened once in each way."""
    folder = tmp_path_factory.mktemp("bindings")
    known: dict[tuple[str, str], Opened] = {}

    def opened(guest: str, way: str) -> Opened:
        if (guest, way) not in known:
            open_ = on_disk if way == "disk" else live
            known[guest, way] = open_(guest, path_of(guest), folder)
        return known[guest, way]

    sys.path.insert(0, str(folder))
    yield opened
    sys.path.remove(str(folder))


def on_disk(guest: str, component: Path, folder: Path) -> Opened:
    name = f"on_disk_{guest.replace('-', '_')}"
    witcraft.python(component, folder / name, name=guest)
    importlib.invalidate_caches()
    return Opened(guest, importlib.import_module(name), None)


def live(guest: str, component: Path, _folder: Path) -> Opened:
    loaded = witcraft.load(component, name=guest, config=Config(cache=CACHE))
    return Opened(guest, loaded.module, loaded)


@pytest.fixture(scope="session", params=["disk", "live"])
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session", params=["tour-python", "tour-js"])
def opened_tour(request: pytest.FixtureRequest, opener: Callable[[str, str], Opened], way: str) -> Opened:
    return opener(request.param, way)


@pytest.fixture(scope="session")
def opened_ledger(opener: Callable[[str, str], Opened], way: str) -> Opened:
    return opener("ledger", way)


@pytest.fixture(scope="session")
def opened_bench(opener: Callable[[str, str], Opened], way: str) -> Opened:
    return opener("bench", way)


# ---- instances ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tour:
    """An instance of the tour with its host, and the names of its types."""

    app: Any
    types: Names
    host: Echo
    store: Store
    logged: list[str]
    guest: str


def start_tour(opened: Opened) -> Tour:
    host, store = Echo(), Store(opened.values.Failure_Missing)
    logged: list[str] = []
    app = opened.start(log=logged.append, values=host, stores=store)
    return Tour(app, opened.values, host, store, logged, opened.guest)


@pytest.fixture
def tour_app(opened_tour: Opened) -> Tour:
    return start_tour(opened_tour)


@dataclass(frozen=True, slots=True)
class Ledger:
    """An instance of the ledger with its host."""

    app: Any
    host: Audit
    entry: Callable[..., Any]


@pytest.fixture
def start_ledger(opened_ledger: Opened) -> Callable[..., Ledger]:
    """``start_ledger(fuel=...)``: the settings are those of `Config`."""
    entry = opened_ledger.types("imports.types").Entry

    def start(**settings: Any) -> Ledger:
        host = Audit(rent=[entry("rent", -700, ["monthly"]), entry("deposit", -1400, [])])
        return Ledger(opened_ledger.start(Config(cache=CACHE, **settings), audit=host), host, entry)

    return start


@pytest.fixture
def ledger_app(start_ledger: Callable[..., Ledger]) -> Ledger:
    return start_ledger()


@pytest.fixture
def bench_app(opened_bench: Opened) -> Any:
    return opened_bench.start(host=Ticks())


class Ticks:
    def __init__(self) -> None:
        self.seen: list[int] = []

    def tick(self, n: int) -> int:
        self.seen.append(n)
        return n
