"""A process that ends as a native program's does: by signals, by exit codes.

Nothing here imports what takes long: `signal`, say, which would bring `enum`.
"""

from __future__ import annotations

import os
import sys

from witcraft.runtime import Err, Error, Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from typing import Any
else:
    import _signal as signal

FAILED = 1
ABORTED = 128 + signal.SIGABRT
"""What a shell says of a native program that called ``abort``: here, of one that trapped."""
STANDARD_OUTPUTS = (1, 2)


class Signals:
    """While its block runs, Ctrl-C ends this process at once, and so does writing to a pipe that nobody reads.

    Who ignores Ctrl-C, as what a shell runs in the background does, goes on ignoring it.
    """

    def __enter__(self) -> None:
        self.before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)}
        if self.before[signal.SIGINT] is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, broken_pipe)

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)


def broken_pipe(number: int, _frame: object) -> None:
    """Python lets writes to a closed pipe or socket fail; for stdout and stderr the signal does what it always does."""
    if any(map(is_broken, STANDARD_OUTPUTS)):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def is_broken(descriptor: int) -> bool:
    """Whether what is written there gets nowhere."""
    from select import POLLERR, POLLHUP, poll

    poller = poll()
    poller.register(descriptor, 0)
    return any(events & (POLLERR | POLLHUP) for _, events in poller.poll(0))


def exit_code(program: Callable[[], int]) -> int:
    """What ``program`` returns, or what its end stands for."""
    from witcraft.wasi import Exit

    try:
        return program()
    except Exit as end:
        return end.code
    except Err:
        return FAILED
    except Trap as trap:
        complain(f"{trap}")
        return ABORTED
    except Error as error:
        complain(f"{error}")
        return FAILED


def complain(message: str) -> None:
    from witcraft.cli.errors import printable

    print(f"error: {printable(message)}", file=sys.stderr)


def unbuffered(stream: Any) -> Any:
    """The bytes below a stream of ``sys``, without a buffer; None for a stream that is closed."""
    binary = getattr(stream, "buffer", stream)
    return getattr(binary, "raw", binary)


def standard_streams() -> dict[str, Any]:
    return {name: unbuffered(getattr(sys, name)) for name in ("stdin", "stdout", "stderr")}
