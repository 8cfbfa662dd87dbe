"""Names of imports and exports up to compatible versions (Semantic Versioning 2.0.0, items 4, 8 and 9).

``a:b/c@1.2.0`` and ``a:b/c@1.0.3`` are of one *track*: the leftmost number that is not zero says what stays compatible.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def track(name: str) -> str:
    """``a:b/c@1.2.3`` -> ``a:b/c@1``, ``@0.2.3`` -> ``@0.2``; ``@0.0.3`` and pre-releases stay whole."""
    path, at, version = name.partition("@")
    release = version.partition("+")[0]
    if not at or "-" in release:
        return name
    numbers = release.split(".")
    for count, number in enumerate(numbers, 1):
        if number != "0":
            return f"{path}@{'.'.join(numbers[:count])}"
    return name


def find(wanted: str, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that ``wanted`` may mean: itself if it is there, else all of its track.

    Without a version it may mean any. Both directions are compatible enough to try: what an older interface lacks is
    missed by name later.
    """
    names = list(names)
    if wanted in names:
        return [wanted]
    if "@" in wanted:
        wanted_track = track(wanted)
        return [name for name in names if "@" in name and track(name) == wanted_track]
    return [name for name in names if name.partition("@")[0] == wanted]
