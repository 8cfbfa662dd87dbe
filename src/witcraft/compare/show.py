"""Changes as text for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from witcraft.compare.changes import Change, Kind, Party

SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.VERSION: "="}
ROLES = {
    "import": {Party.PROVIDERS: "hosts", Party.USERS: "components"},
    "export": {Party.PROVIDERS: "components", Party.USERS: "hosts"},
}
BARE = {Party.PROVIDERS: "who provides it", Party.USERS: "who uses it"}


def broken(change: Change) -> list[str]:
    """Whom the change breaks, by name: a world's imports are provided by hosts, its exports by components."""
    roles = ROLES.get(change.side, BARE)
    return sorted(roles[party] for party in change.breaks)


def to_json(changes: Iterable[Change]) -> list[dict[str, object]]:
    return [
        {
            "kind": change.kind.value,
            "side": change.side or None,
            "place": list(change.place),
            "before": change.before or None,
            "after": change.after or None,
            "breaks": broken(change),
        }
        for change in changes
    ]


def text(changes: Sequence[Change]) -> str:
    """A line a change, then whom they break in all."""
    lines = [line(change) for change in changes]
    return "\n".join([*lines, summary(changes)]) + "\n"


def line(change: Change) -> str:
    parties = broken(change)
    said = f"   breaks {' and '.join(parties)}" if parties else ""
    return f"{SIGNS[change.kind]} {' '.join([change.side, *change.place]).lstrip()}: {what(change)}{said}"


def what(change: Change) -> str:
    match change.kind:
        case Kind.ADDED:
            return change.after
        case Kind.REMOVED:
            return change.before
        case Kind.CHANGED | Kind.VERSION:
            return f"{change.before}  =>  {change.after}"


def summary(changes: Sequence[Change]) -> str:
    if not changes:
        return "no change"
    breaking = sum(bool(change.breaks) for change in changes)
    parties = sorted({party for change in changes for party in broken(change)})
    whom = f", {breaking} breaking ({', '.join(parties)})" if breaking else ", none breaking"
    return f"{len(changes)} change{'s' if len(changes) > 1 else ''}{whom}"
