"""``wasi:cli/terminal-stdin@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import cli_terminal_input


class TerminalStdin(Protocol):
    """What the component imports as ``wasi:cli/terminal-stdin@0.2.12``."""

    def get_terminal_stdin(self) -> cli_terminal_input.TerminalInput | None: ...


_TYPES = {
    "terminal-input": (".cli_terminal_input", "terminal-input"),
}
