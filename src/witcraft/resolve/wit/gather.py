"""The files of a package and of those that lie beside it, in ``deps`` (component-model WIT.md, "Package format").

``deps`` holds packages as directories, as files ``.wit``, and as binaries ``.wasm`` and ``.wat``, in the order of their
names; what else lies there is left alone, and so is a ``deps`` in a directory of ``deps``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from witcraft.errors import Place, WitcraftError
from witcraft.model.package import Packages
from witcraft.wit.source import Report, Source


@dataclass(frozen=True, slots=True)
class Binaries:
    """What reads packages out of components. ``merge`` makes one of several that may hold the same packages.

    Both raise ``WitcraftError``.
    """

    load: Callable[[Path], Packages]
    merge: Callable[[Sequence[Packages]], Packages]


BINARIES = (".wasm", ".wat")


@dataclass(slots=True)
class Group:
    """Files that make one package, or several if packages are nested in them. ``title`` is what messages call it."""

    title: str
    sources: list[Source] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """``root`` is None where the path is a binary: then its package is that of the last one of ``binaries``."""

    root: Group | None
    groups: list[Group] = field(default_factory=list)
    binaries: list[Packages] = field(default_factory=list)


def gather(path: Path, binaries: Binaries | None, report: Report) -> Gathered:
    """All that belongs to ``path``: a directory, a file of WIT, or a binary. Raises ``OSError``."""
    if not path.is_dir():
        found = Gathered(None)
        found.root = entry(path, binaries, report, found)
        return found
    found = Gathered(directory(path, report))
    deps = path / "deps"
    if deps.is_dir():
        for item in sorted(deps.iterdir(), key=lambda item: item.name):
            group = directory(item, report) if item.is_dir() else entry(item, binaries, report, found, strict=False)
            if group is not None:
                found.groups.append(group)
    return found


def directory(path: Path, report: Report) -> Group:
    """The ``.wit`` files right in ``path``."""
    files = sorted([item for item in path.iterdir() if item.name.endswith(".wit") and not item.is_dir()])
    return Group(str(path), [source for item in files if (source := read(item, report)) is not None])


def entry(path: Path, binaries: Binaries | None, report: Report, found: Gathered, strict: bool = True) -> Group | None:
    """A file: text makes a group, a binary goes to ``found``. Other files are WIT only if they are asked for."""
    if path.suffix in BINARIES or (strict and is_binary(path)):
        load_binary(path, binaries, report, found, strict)
        return None
    if path.suffix != ".wit" and not strict:
        return None
    source = read(path, report)
    return Group(str(path), [] if source is None else [source])


def load_binary(path: Path, binaries: Binaries | None, report: Report, found: Gathered, strict: bool) -> None:
    """What is wrong with a dependency is a fault of the whole; what is wrong with the root is raised as it is."""
    if binaries is None:
        report.add("a package in binary form cannot be read here", Place(str(path)), "give its text")
        return
    try:
        found.binaries.append(binaries.load(path))
    except WitcraftError as error:
        if strict:
            raise
        report.add(f"this is no package: {error}", Place(str(path)))


def is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\0asm"


def read(path: Path, report: Report) -> Source | None:
    data = path.read_bytes()
    try:
        return Source(str(path), data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        text = data.split(b"\n")[line - 1].decode(errors="replace")
        report.add("this is no UTF-8", Place(str(path), line, column, 1, text), "save the file as UTF-8")
        return None
