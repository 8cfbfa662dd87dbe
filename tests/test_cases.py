"""Golden files: a folder a case, a file a stage. ``pytest tests/test_cases.py --bless`` writes what comes out.

`input.wat` becomes `tree.txt` (without offsets and sizes, which are the assembler's), then `plan.txt`, or `error.txt`
where the plan is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.wat import assemble
from tests.test_show import plain
from witcraft import binary
from witcraft.component.show import show as show_tree
from witcraft.component.tree import Component
from witcraft.errors import UnsupportedError
from witcraft.plan import link
from witcraft.plan.show import show as show_plan
from witcraft.resolve import resolve

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/input.wat"))

Stages = dict[str, str]


def tree(component: Component) -> Stages:
    return {"tree.txt": plain(show_tree(component, binary.item_names))}


def plan(component: Component) -> Stages:
    try:
        return {"plan.txt": show_plan(link(resolve(component)))}
    except UnsupportedError as error:
        return {"error.txt": error.message + "\n"}


@pytest.mark.parametrize("stage", [tree, plan])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, stage: Callable[[Component], Stages], request: pytest.FixtureRequest):
    found = stage(binary.read(assemble((case / "input.wat").read_text())))
    for name, text in found.items():
        if request.config.getoption("--bless"):
            (case / name).write_text(text)
        assert (case / name).is_file(), f"{name} is not there: write it by --bless, and read it"
        assert text == (case / name).read_text()


def test_no_golden_file_is_left_over():
    """A case has a plan or an error; every other file is some stage's."""
    assert CASES
    for case in CASES:
        names = {path.name for path in case.iterdir()}
        assert names - {"abi.txt"} in ({"input.wat", "tree.txt", end} for end in ("plan.txt", "error.txt"))
