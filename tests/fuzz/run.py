"""Input after input: made, judged by both sides, compared, counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.fuzz.corpus import assembled, corpus
from tests.fuzz.damage import damaged, reworded
from tests.fuzz.grow import grown
from tests.fuzz.judge import Verdict, judge
from tests.fuzz.known import explained
from tests.fuzz.oracle import BATCH, CRASHED, FEATURES, Oracle
from witcraft.component.tree import Component
from witcraft.wast.engine import core_modules


@dataclass(frozen=True, slots=True)
class Input:
    """``text`` is what ``data`` was assembled from, if it was."""

    number: int
    kind: str
    data: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    input: Input
    what: str


@dataclass(slots=True)
class Tally:
    """``inputs`` by kind; ``verdicts`` by (witcraft accepts, the engine accepts); ``reasons`` of known differences."""

    inputs: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest: float = 0.0


# ---- inputs -----------------------------------------------------------------------------------------------------

KINDS = {"bytes": 35, "words": 30, "grown": 25, "grown, bytes": 10}


def make(seed: str, number: int) -> Input:
    """The same for the same seed and number, as long as the corpus is the same."""
    lot = Random(f"{seed}/{number}")
    kind = lot.choices(list(KINDS), list(KINDS.values()))[0]
    texts, binaries = corpus().texts, corpus().binaries
    match kind:
        case "bytes":
            return Input(number, kind, damaged(lot.choice(binaries), binaries, lot))
        case "words":
            text = reworded(lot.choice(texts), texts, lot)
            return Input(number, kind, assembled(text.encode("utf-8", "replace")), text)
        case "grown":
            text = grown(lot)
            return Input(number, kind, assembled(text.encode()), text)
        case _:
            return Input(number, kind, damaged(assembled(grown(lot).encode()), binaries, lot))


def inputs(seed: str, first: int = 0) -> Iterator[Input]:
    """Without those that no assembler takes."""
    number = first
    while True:
        found = make(seed, number)
        if found.data:
            yield found
        number += 1


# ---- comparison -------------------------------------------------------------------------------------------------


def play(seed: str, seconds: float, first: int = 0, most: int | None = None) -> Tally:
    """Until ``seconds`` are over, or ``most`` inputs are through."""
    tally, end = Tally(), time.monotonic() + seconds
    source = inputs(seed, first)
    with Oracle() as oracle:
        while time.monotonic() < end and (most is None or sum(tally.inputs.values()) < most):
            compare([next(source) for _ in range(BATCH)], oracle, tally)
    return tally


def compare(batch: list[Input], oracle: Oracle, tally: Tally) -> None:
    verdicts = [judge(it.data, FEATURES) for it in batch]
    for it, ours, theirs in zip(batch, verdicts, oracle.components([it.data for it in batch]), strict=True):
        tally.inputs[it.kind] += 1
        tally.slowest = max(tally.slowest, ours.seconds)
        if ours.flaw is not None:
            tally.findings.append(Finding(it, ours.flaw))
        elif theirs != CRASHED:
            tally.verdicts[ours.refusal is None, theirs is None] += 1
            differ(it, ours, theirs, oracle, tally)


def differ(it: Input, ours: Verdict, theirs: str | None, oracle: Oracle, tally: Tally) -> None:
    if (ours.refusal is None) == (theirs is None):
        return
    if ours.refusal is None and ours.tree is not None and has_bad_module(ours.tree, oracle):
        tally.reasons["the inside of core modules is left to the engine"] += 1
        return
    reason = explained(ours.refusal, theirs, it.data)
    if reason is not None:
        tally.reasons[reason] += 1
    else:
        sides = ("accepted", f"refused: {theirs}") if ours.refusal is None else (f"refused: {ours.refusal}", "accepted")
        tally.findings.append(Finding(it, f"witcraft {sides[0]}; the engine {sides[1]}"))


def has_bad_module(tree: Component, oracle: Oracle) -> bool:
    return any(oracle.module(bytes(module.data)) is not None for module in core_modules(tree))
