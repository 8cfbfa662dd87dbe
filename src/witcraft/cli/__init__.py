"""The command line: a file a verb, errors rendered in ``errors.py``. Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs ``sys.argv`` and leaves the process: 0 if all went well, 1 for bad input, 2 for a wrong command line."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None where it was closed before we came
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if sys.argv[1:2] == ["run"]:
        from witcraft.cli.quick import quick

        if (ready := quick(sys.argv[2:])) is not None:
            sys.exit(ready())
    try:
        import click  # noqa: F401
    except ModuleNotFoundError:
        sys.exit("witcraft: the command line needs click: pip install 'witcraft[cli]'")
    from witcraft.cli.app import app

    app(prog_name="witcraft")
