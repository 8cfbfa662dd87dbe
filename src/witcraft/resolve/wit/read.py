"""From a path, or a text, to packages: the whole of the reading half."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from witcraft.errors import Place, WitcraftError, WitError
from witcraft.model.package import Package, Packages
from witcraft.resolve.wit.gather import Binaries, Gathered, Group, gather
from witcraft.resolve.wit.link import link
from witcraft.resolve.wit.units import units
from witcraft.wit.parser import parse
from witcraft.wit.source import Report, Source

ALL = "*"
"""As a feature: every one."""


def read_path(path: Path, features: Collection[str] = (), binaries: Binaries | None = None) -> Packages:
    """The package at ``path``, a directory, a file, or a binary if ``binaries`` can read it, and what it may name.

    Raises ``WitError`` with all that is wrong, and ``OSError``.
    """
    report = Report()
    return resolve_gathered(gather(path, binaries, report), features, report, binaries)


def read_text(text: str, path: str = "input.wit", features: Collection[str] = ()) -> Packages:
    """The package that ``text`` is; it can hold others. ``path`` is what messages call it."""
    group = Group(path, [Source(path, text)])
    return resolve_gathered(Gathered(group), features, Report())


def resolve_gathered(
    found: Gathered, features: Collection[str], report: Report, binaries: Binaries | None = None
) -> Packages:
    names = None if ALL in features else frozenset(features)
    if found.root is None:
        stop_at_faults(report)
        return found.binaries[0]
    ready = merged(found, binaries, report)
    groups = [found.root, *found.groups]
    files = [[parse(source, report) for source in group.sources] for group in groups]
    stop_at_faults(report)
    packages = [units(trees, group.title, report) for group, trees in zip(groups, files, strict=True)]
    stop_at_faults(report)
    return link([unit for some in packages for unit in some], packages[0][-1].name, ready, names, report)


def stop_at_faults(report: Report) -> None:
    if report.found:
        raise WitError(report.all())


def merged(found: Gathered, binaries: Binaries | None, report: Report) -> Sequence[Package]:
    """The packages that come resolved, each there once."""
    if len(found.binaries) < 2 or binaries is None:
        return [package for packages in found.binaries for package in packages.all]
    try:
        return binaries.merge(found.binaries).all
    except WitcraftError as error:
        assert found.root is not None
        report.add(f"the binaries in `deps` do not fit together: {error}", Place(found.root.title))
        return []
