"""Golden files of WIT: ``tests/cases/wit-*``, written by ``pytest tests/test_wit_cases.py --bless``.

`input.wit`, or a directory `input`, becomes `packages.txt`, or `errors.txt`. Features stand in `features.txt`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from witcraft import api
from witcraft.errors import WitError
from witcraft.wit.data import data

CASES = sorted((Path(__file__).parent / "cases").glob("wit-*"))


def lines(found: dict[str, Any]) -> str:
    """An item a line, with its number."""
    text = []
    for kind, items in found.items():
        text.append(kind)
        text += [f"  {number} {json.dumps(item)}" for number, item in enumerate(items)]
    return "\n".join(text) + "\n"


def outcome(case: Path) -> tuple[str, str]:
    """The name of the golden file, and what it should hold."""
    features = case / "features.txt"
    gates = features.read_text().split() if features.exists() else []
    try:
        found = api.wit(case / "input" if (case / "input").is_dir() else case / "input.wit", features=gates)
    except WitError as error:
        return "errors.txt", str(error).replace(f"{case}{os.sep}", "").replace(os.sep, "/") + "\n"
    return "packages.txt", lines(data(found))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, request: pytest.FixtureRequest):
    name, text = outcome(case)
    if request.config.getoption("--bless"):
        (case / name).write_text(text, encoding="utf-8")
    assert (case / name).is_file(), f"{name} is not there: write it by --bless, and read it"
    assert text == (case / name).read_text(encoding="utf-8")


def test_every_case_has_one_outcome():
    assert CASES
    for case in CASES:
        assert len({"packages.txt", "errors.txt"} & {path.name for path in case.iterdir()}) == 1
