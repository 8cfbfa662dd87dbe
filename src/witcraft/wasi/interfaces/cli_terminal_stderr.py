"""``wasi:cli/terminal-stderr@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import cli_terminal_output


class TerminalStderr(Protocol):
    """What the component imports as ``wasi:cli/terminal-stderr@0.2.12``."""

    def get_terminal_stderr(self) -> cli_terminal_output.TerminalOutput | None: ...


_TYPES = {
    "terminal-output": (".cli_terminal_output", "terminal-output"),
}
