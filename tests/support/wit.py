"""WIT of the other tests, for what should hold of all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from witcraft import api
from witcraft.model.package import Packages

TESTS = Path(__file__).parent.parent
CASES = TESTS / "cases"
SOUND = sorted(
    [
        *[case / "input.wit" for case in CASES.glob("embed-*")],
        *[next(case.glob("input*")) for case in CASES.glob("wit-*") if (case / "packages.txt").exists()],
        *(TESTS / "guests").glob("*.wit"),
    ]
)

sound = pytest.mark.parametrize("path", SOUND, ids=lambda path: str(path.relative_to(TESTS)))
"""Every package that has no fault; a test takes its ``path``."""


def read(path: Path) -> Packages:
    """With all gates open."""
    return api.wit(path, features=["*"])
