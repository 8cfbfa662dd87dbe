"""The floors of ARCHITECTURE.md: a room imports from lower floors only, never from a neighbour on its own floor.

A room is a package right below `witcraft`, or a module there. Each language of `emit` is a room of its own.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import witcraft

SOURCE = Path(witcraft.__file__).parent

# The one place where a new room gets its floor.
FLOORS = {
    "errors": 0, "text": 0, "words": 0,
    "core": 1, "model": 1, "runtime": 1,
    "abi": 2, "compare": 2, "component": 2, "wave": 2, "wit": 2,
    "binary": 3, "encode": 3, "resolve": 3, "wasi": 3,
    "craft": 4, "plan": 4,
    "fuse": 5, "gate": 5,
    "emit": 6, "emit.js": 6, "emit.python": 6, "emit.rust": 6,
    "live": 7,
    "wast": 8,
    "api": 9,
    "cli": 10,
}  # fmt: skip

# Copied out by `--standalone`, these together: relative imports, to each other and to nothing else of witcraft.
COPIED = {"runtime", "wasi"}

# `witcraft/__init__` reaches everything, lazily, and has tests of its own; `__main__` starts the command line.
ENTRANCES = {"__init__.py", "__main__.py"}


class Import(NamedTuple):
    """One `import` in a file: the full dotted name, the line, and the number of leading dots as written."""

    name: str
    line: int
    dots: int


def files() -> list[Path]:
    """Every Python file that lies in a room."""
    return sorted(path for path in SOURCE.rglob("*.py") if str(path.relative_to(SOURCE)) not in ENTRANCES)


def title(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def dotted(path: Path) -> str:
    """`binary/cursor.py` -> `binary.cursor`, `binary/__init__.py` -> `binary`."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    """The room that a module below `witcraft` lies in: `emit.python.types` -> `emit.python`, `abi.ops` -> `abi`."""
    parts = name.split(".")
    inner = ".".join(parts[:2])
    is_package = (SOURCE / parts[0] / parts[1]).is_dir() if len(parts) > 1 else False
    return inner if parts[0] == "emit" and is_package else parts[0]


def imports(path: Path) -> Iterator[Import]:
    """Every import of the file, those inside functions and under `TYPE_CHECKING` too; one for each name.

    `import witcraft` counts as what is then taken from it.
    """
    package = ("witcraft", *path.relative_to(SOURCE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        match node:
            case ast.Import(names):
                yield from (
                    Import(alias.name, node.lineno, 0) for alias in names if alias.asname or alias.name != "witcraft"
                )
            case ast.Attribute(ast.Name("witcraft"), name):
                yield Import(f"witcraft.{name}", node.lineno, 0)
            case ast.ImportFrom(module, names, level):
                above = package[: len(package) - level + 1] if level else ()
                source = ".".join((*above, module) if module else above)
                yield from (Import(member(source, alias.name), node.lineno, level or 0) for alias in names)


def member(module: str, name: str) -> str:
    """`from witcraft import model` names a module, `from witcraft.model import World` a thing in one."""
    return f"{module}.{name}" if module == "witcraft" or is_module(f"{module}.{name}") else module


def is_module(name: str) -> bool:
    path = SOURCE.joinpath(*name.split(".")[1:])
    return name.startswith("witcraft.") and (path.is_dir() or path.with_suffix(".py").is_file())


def house(path: Path) -> Iterator[tuple[Import, str]]:
    """The imports of the file that stay in the house, each once, with the name below `witcraft`.

    Not among them is what the top knows of itself, like `__version__`.
    """
    for found in dict.fromkeys(imports(path)):
        top, _, name = found.name.partition(".")
        if top == "witcraft" and not name.startswith("__"):
            yield found, name


@pytest.mark.parametrize("path", files(), ids=title)
def test_every_file_lies_in_a_room_with_a_floor(path):
    assert room(dotted(path)) in FLOORS, "a new room: give it its floor in FLOORS and in ARCHITECTURE.md"


@pytest.mark.parametrize("path", files(), ids=title)
def test_imports_lead_downwards(path):
    here = room(dotted(path))
    floor = FLOORS.get(here, -1)
    wrong = [
        f"{title(path)}:{found.line}: {here} (floor {floor}) imports {found.name} (floor {FLOORS.get(room(name))})"
        for found, name in house(path)
        if room(name) != here and FLOORS.get(room(name), 99) >= floor
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [path for path in files() if room(dotted(path)) in COPIED], ids=title)
def test_what_standalone_copies_stands_alone(path):
    wrong = [
        f"{title(path)}:{found.line}: {found.name}"
        for found, name in house(path)
        if not found.dots or room(name) not in COPIED
    ]
    assert not wrong, "only relative imports, and only of what is copied along:\n" + "\n".join(wrong)


def loaded_by(code: str) -> set[str]:
    """The rooms of witcraft that a fresh interpreter has loaded after it ran `code`."""
    report = f"import sys\n{code}\nprint(*(name for name in sys.modules if name.startswith('witcraft.')))"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, timeout=60, check=True)
    return {room(name.removeprefix("witcraft.")) for name in run.stdout.split()}


def test_importing_witcraft_loads_no_room():
    assert loaded_by("import witcraft") == set()


def test_the_run_time_never_loads_the_compiler():
    assert loaded_by("import witcraft.runtime") == {"runtime"}


def test_the_types_that_bindings_share_never_load_the_compiler():
    assert loaded_by("from witcraft import Err, Ok, Some") == {"runtime"}
