"""``wasi:cli/terminal-input@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

__all__ = ["TerminalInput"]


class TerminalInput(Protocol):
    """Resource ``terminal-input``, which the host defines."""


_TerminalInput = TerminalInput


class TerminalInput_2(Protocol):
    """What the component imports as ``wasi:cli/terminal-input@0.2.12``."""

    @property
    def TerminalInput(self) -> type[_TerminalInput]: ...


_TYPES = {
    "terminal-input": ("TerminalInput", "resource"),
}
