"""How flat values go between the gate and the host: the one thing in which the gates of two languages differ.

``mail.py`` has the way for hosts that are slow to call with arguments, ``calls.py`` that for hosts that are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from witcraft.core.build import Data, Func, Import, Memory

if TYPE_CHECKING:
    from witcraft.core.opcodes import Code
    from witcraft.gate.needs import Lowering
    from witcraft.gate.parts import Parts
    from witcraft.plan.steps import Plan


class Handover(Protocol):
    def imports(self) -> tuple[Import, ...]:
        """What the module always imports."""

    def memories(self) -> tuple[Memory, ...]:
        """The memory for handle tables and scopes, where the host does not give one."""

    def data(self) -> tuple[Data, ...]: ...

    def functions(self, parts: Parts) -> tuple[Func, ...]:
        """``trap`` (code, detail), which never returns, and what else the others call."""

    def lower(self, parts: Parts, lowering: Lowering) -> None:
        """Adds the core function that stands for an imported function."""

    def dropped(self, parts: Parts, resource: int, rep: Code) -> Code:
        """Tells the host that a guest dropped its own handle of a host resource."""

    def realloc(self, core: str) -> tuple[tuple[str, str], ...]:
        """The parameters of ``realloc-J``; of the core function's four, those that are left out are 0."""

    def can_throw(self, plan: Plan) -> bool:
        """Whether exceptions have to be stopped where core code of the component could be called, or could catch."""
