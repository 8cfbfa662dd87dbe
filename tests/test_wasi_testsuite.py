"""The programs of wasi-testsuite for WASI's preview 1, as components by the reference adapter, on `witcraft.wasi`.

Runs where ``WITCRAFT_VECTORS`` names a folder with WebAssembly/wasi-testsuite in it, of the branch that has the binaries
(`prod/testsuite-base`). Beside each program stands what it gets, and what has to come of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.guests import build
from tests.support.wasi import TRAPPED, Command, Outcome, run, run_native

SUITE = Path(os.environ.get("WITCRAFT_VECTORS", "none"), "wasi-testsuite", "tests")
LANGUAGES = ("assemblyscript", "c", "rust")
PROGRAMS = [
    path for name in LANGUAGES for path in sorted((SUITE / name / "testsuite" / "wasm32-wasip1").glob("*.wasm"))
]

ALLOCATOR = (
    "the adapter's memory, taken by `memory.grow`, is overwritten by an allocator that claims all of `memory.size`"
)
FAULTS = {
    "args_get-multiple-arguments": (TRAPPED, ALLOCATOR),
    "environ_get-multiple-variables": (TRAPPED, ALLOCATOR),
    "fd_write-to-invalid-fd": (1, "`fd_write` of nothing to an invalid descriptor succeeds"),
    "proc_exit-failure": (1, "`proc_exit` calls `exit`, which knows success and failure, and no codes"),
}
"""Programs that fail under every host, for the adapter's sake: the exit code, and why."""

UNORDERED = ("poll_oneoff_stdio",)
"""Programs that print a hash map, whose order is random."""

pytestmark = [pytest.mark.engine, pytest.mark.guest, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Specification:
    """The JSON beside a program. A stream that it does not name may be anything."""

    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    root: str | None = None
    exit_code: int = 0
    stdout: str | None = None
    stderr: str | None = None

    def agrees(self, outcome: Outcome) -> bool:
        pairs = [(self.exit_code, outcome.code), (self.stdout, outcome.stdout), (self.stderr, outcome.stderr)]
        return all(wanted in (None, found) for wanted, found in pairs)


def specification(program: Path) -> Specification:
    beside = program.with_suffix(".json")
    return Specification(**json.loads(beside.read_text())) if beside.exists() else Specification()


@cache
def adapted() -> dict[Path, Path]:
    """Each program's component: made in one go, then kept."""
    state = hashlib.sha256(b"".join((build.TOP / path).read_bytes() for path in (build.NPM, build.ADAPT)))
    for program in PROGRAMS:
        state.update(program.read_bytes())
    place = build.CACHE / f"wasi-testsuite-{state.hexdigest()[:16]}"
    if not place.exists():
        with build.folder(build.CACHE) as work:
            shutil.copy(build.TOP / build.ADAPT, work)
            (work / "made").mkdir()
            pairs = [str(path) for program in PROGRAMS for path in (program, work / "made" / name_of(program))]
            build.node(work, "adapt.mjs", *pairs)
            (work / "made").rename(place)
    return {program: place / name_of(program) for program in PROGRAMS}


def name_of(program: Path) -> str:
    return f"{program.relative_to(SUITE).parts[0]}-{program.name}"


@pytest.fixture(scope="module")
def components() -> dict[Path, Path]:
    try:
        return adapted()
    except build.MissingTool as missing:
        pytest.skip(f"the adapter: {missing}")


def command(program: Path, component: Path, folder: Path) -> Command:
    """With a copy of the folder that the program works on."""
    it = specification(program)
    folders = {"/": shutil.copytree(program.parent / it.root, folder, symlinks=True)} if it.root else {}
    return Command(component, it.args, it.env, folders)


def test_the_suite_is_whole():
    if not SUITE.is_dir():
        pytest.skip("WITCRAFT_VECTORS names no checkout of wasi-testsuite")
    assert [sum(name_of(path).startswith(name) for path in PROGRAMS) for name in LANGUAGES] == [12, 14, 46]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: name_of(path).removesuffix(".wasm"))
def test_program(program, components, tmp_path):
    """What the suite says, but for the adapter's faults; and what the engine's own WASI gives."""
    it = specification(program)
    ours = run(command(program, components[program], tmp_path / "ours"))
    native = run_native(command(program, components[program], tmp_path / "native"))
    if program.stem in UNORDERED:
        assert sorted(ours.stdout) == sorted(native.stdout)
    else:
        assert (ours.code, ours.stdout, ours.stderr) == (native.code, native.stdout, native.stderr)
    if program.stem in FAULTS:
        assert ours.code == FAULTS[program.stem][0] != it.exit_code
    else:
        assert it.agrees(ours), (it, ours)
