"""Emitted files on disk: a folder that is replaced as a whole, and only if all in it was emitted.

What was written stands in a file of the folder, ``.witcraft``: a line with the version, then a path a line.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import witcraft
from witcraft.errors import EmitError

MARKER = ".witcraft"
LEFTOVERS = {"__pycache__", ".mypy_cache", ".ruff_cache"}
"""Folders that tools leave beside sources; they go with them."""


def write(files: Mapping[str, str | bytes | memoryview], folder: Path) -> None:
    """``files`` by path, relative to ``folder``, which is there complete or not at all.

    Raises ``EmitError`` if ``folder`` holds anything that witcraft has not written, and ``OSError`` as it comes.
    """
    folder = folder.resolve()
    check(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        new, old = Path(work, "new"), Path(work, "old")
        _fill(new, files)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except BaseException:
            if old.exists():
                old.rename(folder)
            raise


def check(folder: Path) -> None:
    """Raises ``EmitError`` unless ``folder`` may be written: it is not there, is empty, or is witcraft's."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise EmitError(f"{folder} is there and is no folder")
    foreign = sorted(_present(folder) - _written(folder))
    if foreign:
        shown = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
        raise EmitError(f"{folder} holds what witcraft has not written: {shown}")


def _fill(folder: Path, files: Mapping[str, str | bytes | memoryview]) -> None:
    listing = "\n".join([f"witcraft {witcraft.__version__}", *sorted(files), ""])
    for path, contents in {**files, MARKER: listing}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(contents.encode() if isinstance(contents, str) else contents)


def _present(folder: Path) -> set[str]:
    found = set()
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFTOVERS]
        found |= {Path(parent, name).relative_to(folder).as_posix() for name in names}
    return found


def _written(folder: Path) -> set[str]:
    """What the marker lists; nothing without one."""
    try:
        lines = (folder / MARKER).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {MARKER, *lines[1:]} if lines and lines[0].startswith("witcraft ") else set()
