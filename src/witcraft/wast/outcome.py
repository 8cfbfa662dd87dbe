"""What became of a directive, and of a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Engine = Literal["witcraft", "js", "native", "none"]
"""Who plays: witcraft's Python bindings, its JavaScript in Node.js, the component API of the package `wasmtime`, or
nobody (witcraft validates only)."""

Stage = Literal[
    "script", "assemble", "validate", "support", "link", "trap", "compare", "depends", "crash", "hang", "bug"
]
"""Where a directive ended, if it failed.

- assemble: the text could not be assembled, which is nobody's fault here
- validate: refused as invalid;  support: needs what the host does not support;  link: imports do not fit
- trap: trapped;  compare: went well, but not as asserted
- depends: on a definition or instance that failed before
- crash, hang: of the process;  bug: an error that nothing should raise
"""


class Failure(Exception):
    def __init__(self, stage: Stage, message: str) -> None:
        super().__init__(message)
        self.stage, self.message = stage, message


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stage`` is None where the directive went as it should; ``by`` says who refused what had to be refused:
    "witcraft" (or the native engine), "assembler" or "engine". ``differs``: a trap's message, where it is another one.
    """

    line: int
    kind: str
    stage: Stage | None = None
    message: str = ""
    by: str = ""
    differs: str = ""

    @property
    def passed(self) -> bool:
        return self.stage is None


@dataclass(frozen=True, slots=True)
class Report:
    """A script that was played; ``flaw`` says why it could not be read, if so."""

    path: Path
    outcomes: tuple[Outcome, ...]
    flaw: str = ""

    @property
    def passed(self) -> int:
        return sum([outcome.passed for outcome in self.outcomes])

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.passed]

    @property
    def is_clean(self) -> bool:
        return not self.flaw and not self.failures

    def to_json(self) -> dict[str, Any]:
        outcomes = [asdict(outcome) for outcome in self.outcomes]
        return {"file": str(self.path), "flaw": self.flaw, "passed": self.passed, "directives": outcomes}


def total(reports: Sequence[Report]) -> tuple[int, int]:
    """Directives that passed, and all of them."""
    return sum([report.passed for report in reports]), sum([len(report.outcomes) for report in reports])


def refused_by(reports: Iterable[Report]) -> dict[str, int]:
    """How many of the directives that demand a refusal each got its own from whom."""
    counts: dict[str, int] = {}
    for report in reports:
        for outcome in report.outcomes:
            if outcome.by:
                counts[outcome.by] = counts.get(outcome.by, 0) + 1
    return counts
