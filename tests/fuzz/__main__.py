"""``python -m tests.fuzz``: so many seconds of inputs, and what they brought to light. Exit code 1 if anything."""

from __future__ import annotations

import argparse
import resource
import sys
import time

from tests.fuzz.corpus import corpus
from tests.fuzz.judge import judge
from tests.fuzz.oracle import FEATURES, Oracle
from tests.fuzz.run import Finding, Tally, make, play

MOST_MEMORY = 3 << 30
"""Bytes of address space: an input that takes more ends in a ``MemoryError``, which is a finding."""


def main() -> int:
    options = arguments()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    seed = options.seed or str(time.time_ns())
    if options.input is not None:
        return show_one(seed, options.input)
    known = corpus()
    print(f"seed {seed}: {len(known.binaries)} components to begin with", flush=True)
    tally = play(seed, options.seconds, options.first, options.most)
    summarise(tally)
    for finding in tally.findings[: options.show]:
        show(finding)
    print(f"{len(tally.findings)} findings (python -m tests.fuzz --seed {seed} --input NUMBER shows one)")
    return 1 if tally.findings else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", help="the time, if not given")
    parser.add_argument("--first", type=int, default=0, metavar="NUMBER", help="of the input to begin with")
    parser.add_argument("--most", type=int, metavar="NUMBER", help="of inputs")
    parser.add_argument("--show", type=int, default=20, metavar="NUMBER", help="of findings")
    parser.add_argument("--input", type=int, metavar="NUMBER", help="of one input, to be shown with its verdicts")
    return parser.parse_args()


def summarise(tally: Tally) -> None:
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in tally.inputs.most_common())
    print(f"{sum(tally.inputs.values()):,} inputs ({kinds}); the slowest took {tally.slowest:.2f} s")
    accepted, refused = tally.verdicts[True, True], tally.verdicts[False, False]
    print(f"both accept {accepted:,}, both refuse {refused:,}; as was to be expected, they differ on")
    for reason, number in tally.reasons.most_common():
        print(f"  {number:6,}  {reason}")


def show(finding: Finding) -> None:
    it = finding.input
    print(f"- input {it.number} ({it.kind}): {finding.what}\n  {it.text or it.data.hex()}")


def show_one(seed: str, number: int) -> int:
    it = make(seed, number)
    if not it.data:
        print(f"{it.kind}\n{it.text}\nno assembler takes it")
        return 0
    ours = judge(it.data, FEATURES)
    with Oracle() as oracle:
        theirs = oracle.components([it.data])[0]
    print(f"{it.kind}\n{it.text}\n{it.data.hex()}")
    print(f"witcraft: {ours.flaw or ours.refusal or 'valid'} ({ours.seconds:.3f} s)\nengine: {theirs or 'valid'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
