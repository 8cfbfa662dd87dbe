"""Which package every statement belongs to: files to packages of text (component-model WIT.md, "Package format")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from witcraft.errors import Diagnostic, Place
from witcraft.model.package import PackageName
from witcraft.wit import tree
from witcraft.wit.source import Report, Source

Statement = tree.Interface | tree.World | tree.TopUse


@dataclass(slots=True)
class Part:
    """The statements of a package that stand in one file, and see the same names of ``use`` at the top."""

    source: Source
    items: list[Statement] = field(default_factory=list)


@dataclass(slots=True)
class Unit:
    """A package of text. ``place`` is that of its name."""

    name: PackageName
    place: Place
    docs: str = ""
    parts: list[Part] = field(default_factory=list)


def units(files: Sequence[tree.File], title: str, report: Report) -> list[Unit]:
    """The packages of files that make one: nested ones in the order of the text, their own package last."""
    found = [nested(file, item, report) for file in files for item in file.items if isinstance(item, tree.Package)]
    main = own(files, title, report)
    return found if main is None else [*found, main]


def own(files: Sequence[tree.File], title: str, report: Report) -> Unit | None:
    """The package that the headers of ``files`` name."""
    unit: Unit | None = None
    for file in files:
        if file.id is not None:
            unit = with_header(unit, file, file.id, report)
    if unit is None:
        hint = "begin a file with `package namespace:name;`"
        place = files[0].source.place(0, 1) if files else Place(title)
        report.add("no file says which package this is", place, hint)
        return None
    for file in files:
        unit.parts.append(part(file.source, [item for item in file.items if not isinstance(item, tree.Package)]))
    return unit


def with_header(unit: Unit | None, file: tree.File, header: tree.PackageId, report: Report) -> Unit:
    place = file.source.place(header.start, header.end)
    if unit is None:
        return Unit(header.name, place, file.docs)
    first = Diagnostic("the first package name is here", unit.place)
    if header.name != unit.name:
        hint = "files of one directory are one package; packages beside it go to `deps`"
        report.add(f"package `{header.name}` beside package `{unit.name}`", place, hint, (first,))
    elif file.docs and unit.docs:
        place = file.source.place(file.docs_start, file.docs_start + 1)
        report.add(f"package `{header.name}` is documented in two files", place, "keep one of the comments", (first,))
    unit.docs = unit.docs or file.docs
    return unit


def nested(file: tree.File, package: tree.Package, report: Report) -> Unit:
    for item in inner(package):
        place = file.source.place(item.id.start, item.id.end)
        report.add(f"package `{item.id.name}` stands inside of another", place, "move it to the top of the file")
    statements = [item for item in package.items if not isinstance(item, tree.Package)]
    place = file.source.place(package.id.start, package.id.end)
    return Unit(package.id.name, place, package.docs, [part(file.source, statements)])


def inner(package: tree.Package) -> Iterator[tree.Package]:
    return (item for item in package.items if isinstance(item, tree.Package))


def part(source: Source, items: Sequence[Statement]) -> Part:
    return Part(source, list(items))


# ---- what a package names ---------------------------------------------------------------------------------------


def paths(unit: Unit) -> Iterator[tuple[Source, tree.Path]]:
    """Every path in the package, in worlds what is imported before what is exported."""
    for part in unit.parts:
        for item in part.items:
            for path in item_paths(item):
                yield part.source, path


def item_paths(item: Statement) -> Iterator[tree.Path]:
    match item:
        case tree.TopUse(path):
            yield path
        case tree.Interface():
            yield from [use.path for use in item.items if isinstance(use, tree.Use)]
        case tree.World():
            yield from [use.path for use in item.items if isinstance(use, tree.Use | tree.Include)]
            for side in ("import", "export"):
                for extern in item.items:
                    if isinstance(extern, tree.Extern) and extern.side == side:
                        yield from extern_paths(extern)


def extern_paths(extern: tree.Extern) -> Iterator[tree.Path]:
    if isinstance(extern.what, tree.Path):
        yield extern.what
    elif isinstance(extern.what, tree.Inline):
        yield from [use.path for use in extern.what.items if isinstance(use, tree.Use)]
