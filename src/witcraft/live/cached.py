"""Emitted modules from the cache, else from the compiler, which is not even imported otherwise."""

from __future__ import annotations

import os
import sys
from hashlib import sha256

import witcraft
from witcraft.live.emitted import Emitted, prepare
from witcraft.runtime import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal, TypeAlias

    from witcraft.live.emitted import Files
    from witcraft.runtime import Config

    Lists: TypeAlias = Literal["list", "array"]
    Emit: TypeAlias = Callable[[bytes, "Options"], Files]
    """The compiler."""

MOST_SOURCES = 100


class Options:
    """``name`` of the root class, ``lists``: what lists of numbers are, ``providers``: modules by the imports that they
    provide."""

    __slots__ = ("lists", "name", "providers")

    def __init__(self, name: str, lists: Lists = "list", providers: tuple[tuple[str, str], ...] = ()) -> None:
        self.name, self.lists, self.providers = name, lists, providers


def key(component: bytes, options: Options) -> str:
    """A name for what is emitted, of all that it depends on: this Python, this witcraft, options and component."""
    parts = [sys.version, str(sys.flags.optimize), witcraft.__version__, *_compiler(), options.name, options.lists]
    parts += [part for provider in options.providers for part in provider]
    digest = sha256("\0".join([*parts, sha256(component).hexdigest()]).encode()).hexdigest()
    return f"{''.join([c if c.isascii() and c.isalnum() else '_' for c in options.name])}_{digest[:16]}"


def emitted(key: str, component: bytes, options: Options, config: Config, emit: Emit) -> Emitted:
    folder = cache.folder(config.cache)
    if folder is None:
        return prepare(emit(component, options), f"<witcraft>/{key}", component)
    known = cache.read(folder, f"{key}.python")
    if known is not None:
        return Emitted.loads(known)
    files, sources = emit(component, options), f"{folder}/sources/{key}"
    made = prepare(files, sources, component)
    cache.write(folder, f"{key}.python", made.dumps())
    _lay_out(files, sources)
    return made


def _compiler() -> Iterator[str]:
    """When each file of witcraft was changed: an edited checkout must not meet what it printed before."""
    folders = [os.path.dirname(witcraft.__file__)]  # noqa: PTH120 (`pathlib` takes longer to import than all of this)
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.name.endswith(".py"):
                    yield f"{entry.path} {entry.stat().st_mtime_ns}"


def _lay_out(files: Files, folder: str) -> None:
    """The sources as files: for debuggers, and for Python 3.11 and 3.12, which print uncaught exceptions from files.

    Nothing runs them, so it does no harm if they are edited or gone.
    """
    from pathlib import Path
    from shutil import rmtree

    try:
        for path, source in files.items():
            if isinstance(source, str):
                place = Path(folder, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(source, encoding="utf-8")
        for old in sorted(Path(folder).parent.iterdir(), key=os.path.getmtime)[:-MOST_SOURCES]:
            rmtree(old, ignore_errors=True)
    except OSError:
        return
