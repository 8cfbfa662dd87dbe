"""Where components come from: a path or bytes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Path: TypeAlias = str | os.PathLike[str]
    Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview
    Files: TypeAlias = dict[str, str | bytes | memoryview]


def read(source: Source) -> tuple[bytes, str]:
    """The bytes, and what to name the root class after: the file, else "app"."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "app"
    with open(source, "rb") as file:  # noqa: PTH123 (`pathlib` takes as long to import as all the rest of a start)
        return file.read(), title(source)


def title(path: str | os.PathLike[str]) -> str:
    """``"build/my app.wasm"`` -> ``"my-app"``: letters and digits, a letter first."""
    stem = os.path.basename(os.fspath(path)).partition(".")[0]  # noqa: PTH119
    name = "".join([c if c.isascii() and c.isalnum() else "-" for c in stem]).strip("-")
    return name if name[:1].isalpha() else "app"
