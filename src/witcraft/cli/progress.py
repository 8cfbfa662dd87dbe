"""A line on the terminal while something takes long, gone when it is done."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Event, Thread
    from typing import TextIO

PATIENCE = 0.5
"""Seconds before anything is said."""
STEP = 0.2
"""Seconds between two looks at the clock."""


class Progress:
    """While its block runs, says on stderr ``what`` takes how long so far, if that is a terminal."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.thread: Thread | None = None

    def __enter__(self) -> None:
        out = sys.stderr
        if out is None or not out.isatty():
            return
        from threading import Event, Thread  # here, since they take a while to import

        self.done = Event()
        self.thread = Thread(target=tell, args=(self.what, out, self.done), daemon=True)
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        if self.thread is not None:
            self.done.set()
            self.thread.join()


def tell(what: str, out: TextIO, done: Event) -> None:
    from shutil import get_terminal_size
    from time import monotonic

    started, said = monotonic(), ""
    wait = PATIENCE
    while not done.wait(wait):
        line = f"{what} ({monotonic() - started:.0f} s)"[: get_terminal_size().columns - 1]
        if line != said:
            out.write(f"\r{line}")
            out.flush()
        said, wait = line, STEP
    if said:
        out.write(f"\r{' ' * len(said)}\r")
        out.flush()
