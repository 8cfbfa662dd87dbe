"""Errors at the edge: a message, the place in the file, exit code 1; never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from witcraft.errors import ComponentError, WitcraftError

TRACEBACK = "WITCRAFT_TRACEBACK"
"""An environment variable: if it is set, a bug of witcraft shows where it is."""


@contextmanager
def reported(component: Path) -> Iterator[None]:
    """Ends the command with a message if the body, which works on the file ``component``, fails."""
    try:
        yield
    except ComponentError as error:
        leave("\n".join([f"{component}: {error}", *excerpt(component, error.offset)]))
    except WitcraftError as error:
        leave(f"{error}")
    except OSError as error:
        leave(f"{error.filename or component}: {error.strerror or error}")
    except Exception as error:
        if os.environ.get(TRACEBACK):
            traceback.print_exc()
        leave(f"{component}: a bug of witcraft, {type(error).__name__}: {error} (set {TRACEBACK}=1 to see where)")


def leave(message: str) -> NoReturn:
    click.echo(f"error: {printable(message)}", err=True)
    sys.exit(1)


def excerpt(path: Path, offset: int | None) -> list[str]:
    """The 16 bytes around ``offset``, with a caret below the one that stands there.

    ::

        000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f
                                                    ^^
    """
    if offset is None:
        return []
    start = offset & ~15
    with path.open("rb") as file:
        if not file.seekable():  # a pipe, which is read only once
            return []
        file.seek(start)
        row = file.read(16)
    head = f"  {start:06x}  "
    return [head + row.hex(" "), " " * (len(head) + 3 * (offset - start)) + "^^"]


def printable(text: str) -> str:
    """Names out of a binary must not drive a terminal."""
    return "".join([c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text])
