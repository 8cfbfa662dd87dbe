"""Makes the same calls in both hosts and compares all that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
import wasmtime

import witcraft.runtime as runtime
from tests.abi_types import same
from tests.agreement.native import Excluded, Native, to_native
from tests.agreement.ours import Ours
from tests.agreement.wat import Guest
from witcraft.model.types import ValType

Call = tuple[str, Sequence[Any]]
"""An export, and its arguments."""


class Host(Protocol):
    def call(self, name: str, *args: Any) -> Any: ...


@dataclass
class Heard:
    """The host's side of an echo: it notes what the guest sends, and sends it back."""

    calls: list[tuple[str, Sequence[Any]]] = field(default_factory=list)

    def __call__(self, name: str, args: Sequence[Any]) -> Any:
        self.calls.append((name, args))
        return tuple(args) if name == "all" else args[0]


@dataclass(frozen=True, slots=True)
class Trapped:
    """What a call ends in if the guest breaks a rule; the hosts' messages differ."""


TRAPPED = Trapped()


def agree(guest: Guest, calls: Iterable[Call]) -> Any:
    """Makes the calls until one traps; gives what came of the last one."""
    heard_by_us, heard_by_them = Heard(), Heard()
    ours, theirs = Ours(guest, heard_by_us), Native(guest, heard_by_them)
    outcome = None
    for name, args in calls:
        outcome = outcome_of(ours, name, args)
        expected = outcome_of(theirs, name, args)
        assert same(outcome, expected), f"{name}{tuple(args)}: {outcome} != {expected}"
        assert same(heard_by_us.calls, heard_by_them.calls)
        if outcome is TRAPPED:
            assert_poisoned(ours, name, args)
            break
    return outcome


def outcome_of(host: Host, name: str, args: Sequence[Any]) -> Any:
    """What the call returns, or `TRAPPED`. Raises `Excluded` if the native API fails by itself."""
    try:
        return host.call(name, *args)
    except runtime.PoisonedError:
        raise  # the call before this one trapped
    except (runtime.Trap, wasmtime.WasmtimeError, wasmtime.Trap) as trap:
        if str(trap).startswith("BUG: "):
            raise Excluded("own bug") from trap
        return TRAPPED


def assert_poisoned(ours: Ours, name: str, args: Sequence[Any]) -> None:
    with pytest.raises(runtime.PoisonedError):
        ours.call(name, *args)


def expressible(ty: ValType, value: Any) -> bool:
    """Whether the native API can be given the value."""
    try:
        to_native(ty, value)
    except Excluded:
        return False
    return True
