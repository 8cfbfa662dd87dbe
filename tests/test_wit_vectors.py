"""The suite of wit-parser, where ``WITCRAFT_VECTORS`` names a folder with a checkout of bytecodealliance/wasm-tools.

Accepted packages are compared as JSON, number by number; refused ones by the place that is recorded. And the worlds of
WASI, where the folder has them (``wasi/0.2`` and ``wasi/0.3``, each a directory with ``deps``).
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from witcraft import api
from witcraft.errors import WitError
from witcraft.resolve.wit.read import read_path
from witcraft.wit.data import data

FOLDER = Path(os.environ.get("WITCRAFT_VECTORS", "none"))
SUITE = FOLDER / "wasm-tools" / "crates" / "wit-parser" / "tests" / "ui"
vectors = pytest.mark.skipif(not SUITE.is_dir(), reason="WITCRAFT_VECTORS names no checkout of wasm-tools")

PLACE = re.compile(r"(?:--> |\* |^)\S*?/parse-fail/(\S+?):(\d+):(\d+)", re.MULTILINE)

OTHER_FAULTS = {
    # Says that a world is an interface, because a `use` at the top named it; here the `use` is refused.
    "use-and-include-world.wit.result",
}


def input_of(recorded: Path) -> Path | None:
    """The file or directory that a recorded result is of; some records have lost theirs."""
    name = recorded.name.removesuffix(".json").removesuffix(".result").removesuffix(".wit")
    candidates = [recorded.parent / f"{name}.wit", recorded.parent / name, recorded.parent / f"{name}.wat"]
    return next((path for path in candidates if path.exists()), None)


def recorded(pattern: str) -> list[Path]:
    return [path for path in sorted(SUITE.glob(pattern)) if input_of(path) is not None]


@vectors
def test_the_suite_is_whole():
    assert (len(recorded("*.json")), len(recorded("parse-fail/*.result"))) == (74, 150)


@vectors
@pytest.mark.parametrize("expected", recorded("*.json"), ids=lambda path: path.name)
def test_accepted(expected: Path):
    path = input_of(expected)
    assert path is not None
    found = data(api.wit(path, features=["active"]))
    assert json.dumps(found, indent=2) == json.dumps(json.loads(expected.read_text()), indent=2)


@vectors
@pytest.mark.parametrize("expected", recorded("parse-fail/*.result"), ids=lambda path: path.name)
def test_refused(expected: Path):
    path = input_of(expected)
    assert path is not None
    with pytest.raises(WitError) as caught:
        api.wit(path, features=["active"])
    wanted = PLACE.search(expected.read_text())
    if wanted is None or expected.name in OTHER_FAULTS:
        return
    first = caught.value.diagnostics[0].place
    found = (str(Path(first.path).relative_to(SUITE / "parse-fail")), first.line, first.column)
    assert found == (wanted[1], int(wanted[2]), int(wanted[3])), str(caught.value)


@pytest.mark.skipif(not (FOLDER / "wasi" / "0.2").is_dir(), reason="WITCRAFT_VECTORS names no WIT of WASI")
def test_wasi_reads_fast():
    """Both in 0.3 s; as a test with time to spare, since machines differ."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        packages = [read_path(FOLDER / "wasi" / version) for version in ("0.2", "0.3")]
        times.append(time.perf_counter() - begin)
    assert sum(len(found.all) for found in packages) == 15
    assert min(times) < 1
