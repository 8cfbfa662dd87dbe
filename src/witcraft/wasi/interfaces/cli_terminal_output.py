"""``wasi:cli/terminal-output@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

__all__ = ["TerminalOutput"]


class TerminalOutput(Protocol):
    """Resource ``terminal-output``, which the host defines."""


_TerminalOutput = TerminalOutput


class TerminalOutput_2(Protocol):
    """What the component imports as ``wasi:cli/terminal-output@0.2.12``."""

    @property
    def TerminalOutput(self) -> type[_TerminalOutput]: ...


_TYPES = {
    "terminal-output": ("TerminalOutput", "resource"),
}
