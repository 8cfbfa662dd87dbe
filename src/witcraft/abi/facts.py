"""What is known at one point of a program, for the proofs in ``verify`` and ``verify_moves``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from witcraft.abi.ops import Expr, Format
from witcraft.abi.show import expr as text


class ProgramError(Exception):
    """A program that no language could print: a defect of lift, lower, translate or simplify, never of a component."""


@dataclass(slots=True)
class Facts:
    """What a block adds is forgotten at its end."""

    sorts: dict[Any, Any] = field(default_factory=dict)  #  name -> what it is, of all that are visible
    open: dict[str, Any] = field(default_factory=dict)  #   what this arm has yet to assign
    made: set[str] = field(default_factory=set)  #          every name of the program so far
    trail: list[tuple[dict[Any, Any], Any]] = field(default_factory=list)  # what to forget

    def know(self, facts: dict[Any, Any], key: Any, value: Any = True) -> None:
        if key not in facts:
            self.trail.append((facts, key))
            facts[key] = value

    def make(self, name: str, sort: Any) -> None:
        require(bool(name) and name not in self.made, "{} is made twice", name)
        self.made.add(name)
        self.know(self.sorts, name, sort)

    @contextmanager
    def inside(self, outs: Iterable[tuple[str, Any]] = ()) -> Iterator[None]:
        """A block that sees all of what is known; what is behind it sees nothing of the block."""
        start, outer = len(self.trail), self.open
        self.open = dict(outs)
        yield
        self.open = outer
        for facts, key in reversed(self.trail[start:]):
            del facts[key]
        del self.trail[start:]


def require(holds: bool, message: str, *about: Expr | str | int | Format) -> None:
    """``about`` fills the braces in ``message``; it is written out only if it is needed."""
    if not holds:
        raise ProgramError(message.format(*[it if isinstance(it, str | int | Format) else text(it) for it in about]))
