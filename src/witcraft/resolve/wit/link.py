"""Packages of text, and packages that come resolved, to one whole: dependencies before who depends on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from witcraft.errors import Diagnostic, Place, WitError
from witcraft.model.package import Package, PackageName, Packages
from witcraft.resolve.wit.names import contents
from witcraft.resolve.wit.package import Program, make_package
from witcraft.resolve.wit.units import Unit, paths
from witcraft.wit.source import Report


def link(
    units: Sequence[Unit], root: PackageName, ready: Sequence[Package], features: frozenset[str] | None, report: Report
) -> Packages:
    """``ready`` packages come resolved, in order. Raises ``WitError`` with all that is wrong."""
    by_name = distinct(units, ready, report)
    program = Program(features, report, [*[package.name for package in ready], *by_name])
    for package in ready:
        program.packages[package.name] = contents(package)
        program.interfaces.update({interface.name: interface for interface in package.interfaces})
    found = list(ready)
    for unit in in_order(by_name, {package.name for package in ready}, report):
        found.append(make_package(unit, program))
    if report.found:
        raise WitError(report.all())
    return Packages(tuple(found), next(package for package in found if package.name == root))


def distinct(units: Sequence[Unit], ready: Collection[Package], report: Report) -> dict[PackageName, Unit]:
    """Every package is there once."""
    found: dict[PackageName, Unit] = {}
    names = {package.name for package in ready}
    for unit in units:
        first = found.setdefault(unit.name, unit)
        hint = "keep one of them, or give them different versions"
        if first is not unit:
            notes = (Diagnostic("the other one is here", first.place),)
            report.add(f"package `{unit.name}` is there twice", unit.place, hint, notes)
        elif unit.name in names:
            report.add(f"package `{unit.name}` is there as text and as a binary", unit.place, hint)
    return found


def in_order(units: Mapping[PackageName, Unit], ready: Collection[PackageName], report: Report) -> list[Unit]:
    """By name, but dependencies first. A circle is reported."""
    needs = {name: needed(unit) for name, unit in units.items()}
    order: dict[PackageName, Unit] = {}
    for start in sorted(units, key=lambda name: name.key):
        path = {start: 0}
        walks = [iter(needs[start].items())]
        while path:
            name, place = next(walks[-1], (None, None))
            if name is None or place is None:
                last, _ = path.popitem()
                order.setdefault(last, units[last])
                walks.pop()
            elif name in path:
                circle([*path][path[name] :], needs, report)
            elif name in units and name not in order and name not in ready:
                path[name] = len(path)
                walks.append(iter(needs[name].items()))
    return list(order.values())


def needed(unit: Unit) -> dict[PackageName, Place]:
    """The packages that ``unit`` names, each with the place where it does first."""
    found: dict[PackageName, Place] = {}
    for source, path in paths(unit):
        if path.package is not None and path.package.name not in found:
            found[path.package.name] = source.place(path.package.start, path.package.end)
    return found


def circle(
    path: Sequence[PackageName], needs: Mapping[PackageName, Mapping[PackageName, Place]], report: Report
) -> None:
    steps = [*path, path[0]]
    chain = " -> ".join([f"`{step}`" for step in steps[:12]]) + (" -> ..." if len(steps) > 12 else "")
    notes = tuple([Diagnostic(f"`{a}` needs `{b}`", needs[a][b]) for a, b in pairwise(steps)][:12])
    message = f"package `{steps[0]}` needs itself: {chain}"
    report.add(message, needs[steps[0]][steps[1]], "take one step out of the circle", notes)
