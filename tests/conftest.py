"""Fixtures for all tests: the components that other tools made."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests import build

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # started in the background of a shell: Ctrl-C is tested all the same
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files of tests/cases")


def path_of(name: str) -> Path:
    """The guest, or a skip where the machine lacks a tool; with ``WITCRAFT_REQUIRE_GUESTS`` set that is a failure."""
    try:
        return build.guest(name)
    except build.MissingTool as missing:
        if build.REQUIRED:
            pytest.fail(f"guest {name}: {missing}", pytrace=False)
        pytest.skip(f"guest {name}: {missing}")


@pytest.fixture(scope="session")
def guest() -> Callable[[str], Path]:
    """``guest("bench")``: the path of a component of `tests.guests.build.RECIPES`."""
    return path_of


@pytest.fixture(scope="session", params=["tour-python", "tour-js"])
def tour(request: pytest.FixtureRequest) -> Path:
    """A component of the world in `tests/guests/tour.wit`, by each tool in turn."""
    return path_of(request.param)


@pytest.fixture(scope="session")
def ledger() -> Path:
    """The C guest of `tests/guests/ledger.wit`."""
    return path_of("ledger")


@pytest.fixture(scope="session")
def bench() -> Path:
    """The component that the benchmarks measure; its world stands at the top of `benchmarks/components/bench.wat`."""
    return path_of("bench")


@pytest.fixture(scope="session")
def composed() -> Path:
    """Two inner components that call each other: `benchmarks/components/composed.wat`."""
    return path_of("composed")
