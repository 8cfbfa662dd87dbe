"""The command line: a file a verb, errors rendered in ``errors.py``. Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs ``sys.argv`` and leaves the process: 0 if all went well, 1 for bad input, 2 for a wrong command line."""
    try:
        import click  # noqa: F401
    except ModuleNotFoundError:
        sys.exit("witcraft: the command line needs click: pip install 'witcraft[cli]'")
    from witcraft.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="witcraft")
