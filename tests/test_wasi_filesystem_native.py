"""Our filesystem and the engine's own do the same to the same trees."""

from __future__ import annotations

from pathlib import Path

import pytest
import wasmtime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.files import RESOLVERS, root
from tests.support.native_files import ERRORS, Native, module
from tests.support.trees import CHANGES, LOOKS, TREES, done, snapshot, world
from witcraft.wasi.interfaces.filesystem_types import DescriptorType

pytestmark = pytest.mark.engine
FAILED = set(ERRORS.values())


@pytest.fixture(scope="module")
def engine() -> wasmtime.Engine:
    return wasmtime.Engine()


@pytest.fixture(scope="module")
def compiled(engine: wasmtime.Engine) -> wasmtime.Module:
    return wasmtime.Module(engine, module())


@pytest.mark.parametrize("resolver", sorted(RESOLVERS))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tree=TREES, steps=st.lists(CHANGES | LOOKS, min_size=1, max_size=10))
def test_the_same_is_done(
    tmp_path: Path,
    engine: wasmtime.Engine,
    compiled: wasmtime.Module,
    resolver: str,
    tree: list[tuple[str, object]],
    steps: list[tuple[str, ...]],
):
    with world(tmp_path, tree, 2) as places:
        ours, native = root(places[0], RESOLVERS[resolver]()), Native(engine, compiled, places[1])
        for verb, *paths in steps:
            if verb == "rmdir":  # of the engine's own that fails: bytecodealliance/wasmtime#8828
                paths = [paths[0].rstrip("/") or "/"]
            mine, theirs = done(ours, verb, *paths), native.done(verb, *paths)
            if isinstance(mine, DescriptorType):
                mine = mine.name
            if mine != theirs:  # where two things are wrong, either may be said
                assert mine in FAILED
                assert theirs in FAILED
                assert len(paths) == 2 or paths[0].endswith("/")
        assert snapshot(places[0]) == snapshot(places[1])
