"""Witcraft on one input, as far as it goes: read and resolved; and if that went well linked, fused, gated and printed.

Nothing but witcraft's own errors may come up, in little time, and what is printed compiles.
"""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType

from tests.agreement.inert import assert_inert
from tests.support.world import check_closed
from witcraft import binary
from witcraft.component.tree import Component
from witcraft.emit.python.package import PythonOptions, package
from witcraft.errors import ComponentError, WitcraftError
from witcraft.fuse import fuse
from witcraft.gate.build import build
from witcraft.plan import link
from witcraft.plan.steps import InstantiateAdapters
from witcraft.resolve import resolve
from witcraft.resolve.features import Features
from witcraft.wast.engine import core_modules, refusal_of_module

SOON = 1.0
"""Seconds of processor time that an input may take to be refused or accepted."""
LATE = 20.0
"""Seconds after which it is given up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``refusal``: why the input is invalid, None if it is not. ``flaw``: what never should have happened."""

    refusal: str | None
    flaw: str | None
    seconds: float
    tree: Component | None = None


class Late(BaseException):
    """No ``Exception``, so that nothing on the way takes care of it."""


def judge(data: bytes, features: Features) -> Verdict:
    start = time.process_time()
    tree, refusal, flaw = None, None, None
    try:
        with deadline():
            tree = binary.read(data)
            resolve(tree, features)
            seconds = time.process_time() - start
            compiled(tree)
    except ComponentError as error:
        refusal, flaw = error.message, misplaced(error, len(data))
        seconds = time.process_time() - start
    except (Exception, Late) as error:
        flaw, seconds = described(error), time.process_time() - start
    return Verdict(refusal, flaw or (f"takes {seconds:.1f} s" if seconds > SOON else None), seconds, tree)


def compiled(tree: Component) -> None:
    """All that comes after. What is not supported is refused here, and by an error of its own."""
    try:
        resolved = resolve(tree)
        check_closed(resolved.world)
        plan = fuse(link(resolved))
        gate = build(plan)
        files = package(plan, gate, PythonOptions("app"))
    except WitcraftError:
        return
    for path, source in files.items():
        if path.endswith(".py"):
            check_printed(path, source)
    adapters = [it.wasm for it in plan.steps if isinstance(it, InstantiateAdapters)]
    for wasm in [gate.wasm, *adapters] if gate else adapters:
        if (refusal := refusal_of_module(wasm)) is not None:
            assert any(refusal_of_module(bytes(module.data)) for module in core_modules(tree)), refusal


@lru_cache(maxsize=1000)
def check_printed(path: str, source: object) -> None:
    """Small components have files in common."""
    assert_inert({path: source})


def misplaced(error: ComponentError, size: int) -> str | None:
    if error.offset is None or not 0 <= error.offset <= size:
        return f"an error without a place: {error}"
    return None if error.message else "an error without a message"


def described(error: BaseException) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.filename.rpartition('/')[2]}:{place.lineno}, {place.name})"[:500]


@contextmanager
def deadline() -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise Late(f"no end within {LATE:g} s")

    former = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, LATE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
