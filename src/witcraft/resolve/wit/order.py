"""What is named comes before who names it; else things stay in the order in which they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from witcraft.errors import Diagnostic, Place
from witcraft.wit.source import Report


@dataclass(frozen=True, slots=True)
class Edge:
    """``name`` is named; ``place`` is where a cycle through it is reported, ``use`` where it is written."""

    name: str
    place: Place
    use: Place


Graph = Mapping[str, Sequence[Edge]]
"""Every name with what it names, which are names of the graph as well."""


def ordered(graph: Graph, noun: str, report: Report) -> tuple[list[str], list[str]]:
    """The names, and apart those that cycles keep from being ordered, which are reported with each of their steps."""
    order, left = sort(graph)
    rest: Graph = {name: graph[name] for name in left}
    while rest and not report.is_full:
        gone = report_cycle(rest, noun, report)
        rest = {name: rest[name] for name in sort(among(rest, rest.keys() - gone))[1]}
    return order, left


def sort(graph: Graph) -> tuple[list[str], list[str]]:
    """The names in order, and those that cannot be ordered: they are in a cycle, or behind one."""
    numbers = {name: number for number, name in enumerate(graph)}
    names = list(graph)
    missing = [len(edges) for edges in graph.values()]
    users: list[list[int]] = [[] for _ in names]
    for number, edges in enumerate(graph.values()):
        for edge in edges:
            users[numbers[edge.name]].append(number)
    ready = [number for number, count in enumerate(missing) if count == 0]
    heapify(ready)
    order: list[str] = []
    while ready:
        number = heappop(ready)
        order.append(names[number])
        for user in users[number]:
            missing[user] -= 1
            if missing[user] == 0:
                heappush(ready, user)
    return order, [name for number, name in enumerate(names) if missing[number]]


def among(graph: Graph, names: Set[str]) -> Graph:
    """What ``names`` name of each other."""
    return {name: [edge for edge in graph[name] if edge.name in names] for name in graph if name in names}


def report_cycle(graph: Graph, noun: str, report: Report) -> set[str]:
    """Gives the names that form the cycle. Each one of ``graph`` needs another one that is in a cycle or behind it."""
    start = next(iter(graph))
    first = step(graph, start)
    steps, seen = [first], {start: 0}
    while steps[-1].name not in seen:
        seen[steps[-1].name] = len(steps)
        steps.append(step(graph, steps[-1].name))
    circle = steps[seen[steps[-1].name] :]
    names = [circle[-1].name, *[edge.name for edge in circle]]
    notes = tuple([Diagnostic(f"`{a}` needs `{edge.name}`", edge.use) for a, edge in zip(names, circle, strict=False)])
    chain = " -> ".join([f"`{name}`" for name in names[:12]]) + (" -> ..." if len(names) > 12 else "")
    message = f"{noun} `{first.name}` needs itself: {chain}"
    report.add(message, first.place, "take one step out of the circle", notes[:12])
    return set(names)


def step(graph: Graph, name: str) -> Edge:
    return next(edge for edge in graph[name] if edge.name in graph)
