"""A script from beginning to end: worker after worker, until every directive has an outcome."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from witcraft.wast.expression import ScriptError
from witcraft.wast.outcome import Engine, Outcome, Report, Stage
from witcraft.wast.script import Directive, directives

TIMEOUT = 20.0
"""Seconds that one directive may take."""
START = 30.0
"""Seconds that a worker may take to come to its first directive, however busy the machine."""


def run(path: Path, engine: Engine = "witcraft", timeout: float = TIMEOUT) -> Report:
    """Plays the script at ``path``. Raises ``OSError`` if there is no such file; a bad script makes a bad report."""
    try:
        script = directives(path.read_bytes())
    except ScriptError as error:
        return Report(path, (), str(error))
    found: dict[int, Outcome] = {}
    lost: list[int] = []
    while len(found) < len(script):
        index, stage, message = work(path, engine, timeout, lost, found)
        if stage is None:
            continue
        if index is None:
            return Report(path, in_order(found), f"the process ended before its first directive: {message}")
        lost.append(index)
        found[index] = lost_outcome(script[index], stage, message)
    return Report(path, in_order(found))


def in_order(found: dict[int, Outcome]) -> tuple[Outcome, ...]:
    return tuple([found[index] for index in sorted(found)])


def lost_outcome(directive: Directive, stage: Stage, message: str) -> Outcome:
    return Outcome(directive.line, directive.kind, stage, message)


# ---- one worker -------------------------------------------------------------------------------------------------

End = tuple["int | None", "Stage | None", str]
"""Directive that it ended in, how (None: all were played), and what it said."""


def work(path: Path, engine: Engine, timeout: float, lost: Sequence[int], found: dict[int, Outcome]) -> End:
    """Plays what no worker died of yet, and adds to ``found``."""
    at: int | None = None
    with TemporaryFile() as errors, worker(path, engine, lost, errors) as process:
        assert process.stdout is not None
        for line in lines(process.stdout.fileno(), timeout):
            if line is None:
                return at, "hang", f"no end within {timeout:g} s"
            message = json.loads(line)
            if isinstance(message, int):
                at = message
            elif at is not None:
                found.setdefault(at, Outcome(**message))
        code = process.wait()
        return (at, None, "") if code == 0 else (at, "crash", ended(code, errors))


@contextmanager
def worker(path: Path, engine: Engine, lost: Sequence[int], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "witcraft.wast.worker", str(path), engine, *map(str, lost)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(file: int, timeout: float) -> Iterator[bytes | None]:
    """The lines as they come; None, and no more, where nothing comes for too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(file, selectors.EVENT_READ)
        rest, wait = b"", max(START, timeout)
        while True:
            if not selector.select(wait):
                yield None
                return
            chunk = os.read(file, 1 << 16)
            if not chunk:
                return
            *complete, rest = (rest + chunk).split(b"\n")
            yield from complete
            wait = timeout


def ended(code: int, errors: IO[bytes]) -> str:
    """How, and the last that the process had to say."""
    errors.seek(0)
    said = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    return f"{how}: {said}" if said else how
