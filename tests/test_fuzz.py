"""What fuzzing found, again; and a little of it at every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import judge as judging
from tests.fuzz.corpus import assembled, corpus
from tests.fuzz.damage import damaged, reworded
from tests.fuzz.grow import grown
from tests.fuzz.judge import judge
from tests.fuzz.known import DIFFERENCES, explained
from tests.fuzz.oracle import FEATURES, Oracle
from tests.fuzz.run import make, play
from witcraft.resolve.features import Features
from witcraft.wast.script import AssertRefused, Define, directives

# No `engine` mark: what is compared with is the validator of the newest engine.

FINDINGS = Path(__file__).parent / "fuzz" / "findings.wast"
VALID = assembled(b'(component (import "f" (func)))')


def findings() -> Iterator[tuple[int, bytes, str]]:
    """Line, binary, and what is wrong with it, or nothing."""
    for it in directives(FINDINGS.read_bytes()):
        assert isinstance(it, Define | AssertRefused)
        source = it.source
        data = source.content if source.form == "binary" else assembled(source.content)
        yield it.line, data, it.message if isinstance(it, AssertRefused) else ""


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as asked:
        yield asked


@pytest.mark.parametrize(("line", "data", "message"), [*findings()])
def test_findings(line: int, data: bytes, message: str) -> None:
    verdict = judge(data, FEATURES)
    assert verdict.flaw is None
    assert (message in verdict.refusal) if message and verdict.refusal else verdict.refusal is None and not message


def test_the_engine_on_findings(oracle: Oracle) -> None:
    for line, data, message in findings():
        theirs = oracle.components([data])[0]
        if bool(message) != (theirs is not None):
            assert explained(judge(data, FEATURES).refusal, theirs, data), f"line {line}: {theirs}"


def test_every_known_difference_has_its_case(oracle: Oracle) -> None:
    inputs = [data for _, data, _ in findings()]
    found = {
        explained(judge(data, FEATURES).refusal, theirs, data)
        for data, theirs in zip(inputs, oracle.components(inputs), strict=True)
    }
    assert {it.why for it in DIFFERENCES} <= found


def test_a_short_run() -> None:
    """Seconds of it, the same at every run; `make fuzz` takes another seed each time."""
    tally = play("short", seconds=60, most=500)
    assert [(it.input.number, it.what) for it in tally.findings] == []
    assert sum(tally.inputs.values()) >= 500
    assert tally.verdicts[True, True] > 100
    assert tally.verdicts[False, False] > 100


# ---- inputs -----------------------------------------------------------------------------------------------------


def test_inputs_come_again() -> None:
    assert [make("a", number) for number in range(40)] == [make("a", number) for number in range(40)]
    assert make("a", 1) != make("b", 1)


def test_damage_is_done() -> None:
    known = corpus()
    lot = Random(0)
    broken = sum(damaged(data, known.binaries, lot) != data for data in known.binaries[:100])
    assert broken > 80
    assert sum(reworded(text, known.texts, lot) != text for text in known.texts[:100]) > 90


def test_what_is_grown_is_mostly_valid() -> None:
    lot = Random(0)
    verdicts = [judge(assembled(grown(lot).encode()), FEATURES) for _ in range(60)]
    assert all(verdict.flaw is None for verdict in verdicts)
    assert 20 < sum(verdict.refusal is None for verdict in verdicts) < 60


# ---- verdicts ---------------------------------------------------------------------------------------------------


def test_errors_of_no_kind_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_tree: object, _features: Features) -> object:
        raise KeyError("x")

    monkeypatch.setattr(judging, "resolve", fails)
    flaw = judge(VALID, FEATURES).flaw
    assert flaw is not None
    assert flaw.startswith("KeyError: 'x' (test_fuzz.py:")


def test_what_takes_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_on(_tree: object, _features: Features) -> object:
        while True:
            pass

    monkeypatch.setattr(judging, "LATE", 0.05)
    monkeypatch.setattr(judging, "resolve", goes_on)
    flaw = judge(VALID, FEATURES).flaw
    assert flaw is not None
    assert "no end within 0.05 s" in flaw


def test_the_oracle_outlives_its_process(oracle: Oracle) -> None:
    assert oracle.components([VALID, VALID[:-1]])[0] is None
    assert oracle.process is not None
    oracle.process.kill()
    oracle.process.wait()
    first, second = oracle.components([VALID[:-1], VALID])
    assert first is not None
    assert second is None


def test_the_oracle_looks_into_modules(oracle: Oracle) -> None:
    assert oracle.module(assembled(b"(module (func))")) is None
    assert "type mismatch" in str(oracle.module(assembled(b"(module (func (result i32)))")))
