"""Which names of two sides mean the same: versions of one semver track do (Explainer, "Canonical Interface Name")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from witcraft.model.version import parse

Item = TypeVar("Item")


def track(extern: str) -> str:
    """The extern name with nothing of its version but the track.

    >>> track("wasi:io/streams@0.2.6")
    'wasi:io/streams@0.2'
    """
    name, at, text = extern.partition("@")
    version = parse(text) if at else None
    return f"{name}@{version.track}" if version else extern


def pairs(
    old: Iterable[Item], new: Iterable[Item], key: Callable[[Item], str]
) -> Iterator[tuple[str, Item | None, Item | None]]:
    """Every name that either side has, in the old order, what is new at the end; None where a side has no such item."""
    before = {key(item): item for item in old}
    after = {key(item): item for item in new}
    for name in [*before, *(name for name in after if name not in before)]:
        yield name, before.get(name), after.get(name)
