"""The handle tables against a model: the specification's tables, lends and borrow scopes as plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gate_host import TWO, Host
from witcraft.runtime import traps

pytestmark = pytest.mark.engine

DEFINED = {0: (0, 1), 1: ()}  # instance -> the resources that it defines; the host defines resource 2
INSTANCES, RESOURCES = 2, 3


# ---- the model (Canonical ABI, "Table State", "Resource State", "Lifting", "Lowering", "canon resource.*") ---------


class Trapped(Exception):
    def __init__(self, code: int, detail: int) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(eq=False)
class Scope:
    """A task's count of borrows, or a subtask's lenders."""

    borrows: int = 0
    lenders: list[Entry] = field(default_factory=list)

    def end(self) -> None:
        if self.borrows:
            raise Trapped(traps.BORROWS_REMAIN, 0)
        for entry in self.lenders:
            entry.lends -= 1


@dataclass(eq=False)
class Entry:
    resource: int
    rep: int
    borrowed_in: Scope | None
    lends: int = 0


@dataclass
class Table:
    entries: list[Entry | None] = field(default_factory=lambda: [None])
    free: list[int] = field(default_factory=list)

    newest: int = 0

    def at(self, handle: int) -> Entry | None:
        return self.entries[handle] if handle < len(self.entries) else None

    def find(self, resource: int, handle: int) -> Entry:
        entry = self.at(handle)
        if entry is None:
            raise Trapped(traps.UNKNOWN_HANDLE, handle)
        if entry.resource != resource:
            raise Trapped(traps.WRONG_TYPE, handle)
        return entry

    def add(self, entry: Entry) -> int:
        if self.free:
            self.newest = self.free.pop()
            self.entries[self.newest] = entry
        else:
            self.newest = len(self.entries)
            self.entries.append(entry)
        return self.newest

    def remove(self, resource: int, handle: int) -> Entry:
        entry = self.find(resource, handle)
        if entry.lends:
            raise Trapped(traps.LENT, handle)
        self.entries[handle] = None
        self.free.append(handle)
        return entry

    def lift_own(self, resource: int, handle: int) -> int:
        entry = self.remove(resource, handle)
        if entry.borrowed_in:
            raise Trapped(traps.NOT_OWNED, handle)
        return entry.rep

    def lift_borrow(self, resource: int, handle: int, scope: Scope) -> int:
        entry = self.find(resource, handle)
        entry.lends += 1
        scope.lenders.append(entry)
        return entry.rep

    def lower_borrow(self, resource: int, rep: int, scope: Scope) -> int:
        scope.borrows += 1
        return self.add(Entry(resource, rep, scope))


# ---- what is done to both ----------------------------------------------------------------------------------------


@dataclass
class Tape:
    """Decisions, read off bytes; when they are used up, the first choice is taken always."""

    data: bytes
    at: int = 0

    def pick(self, choices: int) -> int:
        self.at += 1
        return self.data[self.at - 1] % choices if self.at <= len(self.data) else 0


class Stop(Exception):
    """A trap that both agreed on: nothing is called after it."""


class Both:
    """The gate and the model, side by side."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.host = Host(TWO)
        self.tables = [Table() for _ in range(INSTANCES)]
        self.destroyed: list[tuple[int, int]] = []
        self.expected: list[tuple[int, int]] = []
        self.host.fill("dtor", 0, 1, lambda rep: self.destroyed.append((0, rep % (1 << 32))))
        self.host.on("drop-2", lambda: self.destroyed.append((2, self.host.slot(0))))

    def run(self) -> None:
        """Whatever the tape says, until it says that this is all."""
        actions = [*[self.make] * 8, *[self.use] * 8, *[self.call_import] * 4, *[self.call_export] * 2]
        while choice := self.tape.pick(1 + len(actions)):
            actions[choice - 1](self.tape.pick(INSTANCES), self.tape.pick(RESOURCES))
            assert self.destroyed == self.expected

    def rep(self) -> int:
        """Small numbers, and all bits."""
        return (self.tape.pick(256) * 0x01010101) >> self.tape.pick(32)

    def handle(self, instance: int, resource: int) -> int | None:
        """One that is there, if there is one; now and then any index."""
        table = self.tables[instance]
        right = [i for i, entry in enumerate(table.entries) if entry and entry.resource == resource]
        wrong = [0, 0xFFFFFFFF, *range(len(table.entries) + 1)]
        if self.tape.pick(48) == 47:
            right = wrong
        return right[self.tape.pick(len(right))] if right else None

    def both(self, name: str, *args: int, model: Callable[[], int | None]) -> None:
        try:
            expected = model()
        except Trapped as trapped:
            self.host.breaks(trapped.code, trapped.detail, name, *args)
            raise Stop from None
        assert self.host.call(name, *args) == expected

    def make(self, instance: int, resource: int) -> None:
        rep, table = self.rep(), self.tables[instance]
        new = resource in DEFINED[instance] and self.tape.pick(2)
        name = f"{'resource.new' if new else 'lower-own'}-{instance}-{resource}"
        self.both(name, rep, model=lambda: table.add(Entry(resource, rep, None)))

    def use(self, instance: int, resource: int) -> None:
        table, handle = self.tables[instance], self.handle(instance, resource)
        op = ("resource.rep", "resource.drop", "lift-own")[self.tape.pick(3)]
        if handle is None or f"{op}-{instance}-{resource}" not in TWO.exports:
            return
        match op:
            case "resource.rep":
                self.both(f"{op}-{instance}-{resource}", handle, model=lambda: table.find(resource, handle).rep)
            case "lift-own" if (entry := table.at(handle)) is None or not entry.borrowed_in or self.tape.pick(4) == 3:
                self.both(f"{op}-{instance}-{resource}", handle, model=lambda: table.lift_own(resource, handle))
            case _:
                self.drop(instance, resource, handle)

    def drop(self, instance: int, resource: int, handle: int) -> None:
        def model() -> None:
            entry = self.tables[instance].remove(resource, handle)
            if entry.borrowed_in:
                entry.borrowed_in.borrows -= 1
            elif resource in (0, 2):
                self.expected.append((resource, entry.rep))

        self.both(f"resource.drop-{instance}-{resource}", handle, model=model)

    def call_import(self, instance: int, resource: int) -> None:
        """With a borrow that the gate lifts and others that the host does; an own comes back."""
        table, scope, index = self.tables[instance], Scope(), 3 * instance + resource
        handle, result = self.handle(instance, resource), self.rep()
        if handle is None:
            return

        def host_function() -> int:
            assert self.host.slot(0) == rep
            for other in [self.handle(instance, resource) for _ in range(self.tape.pick(3))]:
                if other is not None:
                    lend = partial(table.lift_borrow, resource, other, scope)
                    self.both(f"lift-borrow-{instance}-{resource}", other, model=lend)
            self.run()
            return result

        def model() -> int:
            scope.end()
            return table.add(Entry(resource, result, None))

        try:
            rep = table.lift_borrow(resource, handle, scope)
        except Trapped as trapped:
            self.host.breaks(trapped.code, trapped.detail, f"lower-{index}", handle, 0, 0)
            raise Stop from None
        self.host.on(f"import-{index}", host_function)
        returned = self.host.call(f"lower-{index}", handle, 0, 0)
        assert returned == model()

    def call_export(self, instance: int, _: int) -> None:
        """With some borrows, which the guest drops at the end, or else it traps."""
        table, scope = self.tables[instance], Scope()
        held = list[tuple[int, int, Entry | None]]()
        self.host.call(f"begin-scope-{instance}")
        for _ in range(self.tape.pick(4)):
            resource, rep = self.tape.pick(RESOURCES), self.rep()
            if resource not in DEFINED[instance]:
                lower = partial(table.lower_borrow, resource, rep, scope)
                self.both(f"lower-borrow-{instance}-{resource}", rep, model=lower)
                held.append((resource, table.newest, table.at(table.newest)))
        self.run()
        keep = self.tape.pick(12) == 11
        for resource, handle, entry in () if keep else held:
            if table.at(handle) is entry:
                self.drop(instance, resource, handle)
        self.both(f"end-scope-{instance}", model=scope.end)


def tape(seed: int, length: int) -> Tape:
    return Tape(Random(seed).randbytes(length))


@settings(max_examples=400, deadline=None)
@given(st.builds(tape, st.integers(0, 2**64), st.integers(0, 1000)))
def test_the_gate_does_what_the_model_does(decisions):
    both = Both(decisions)
    try:
        both.run()
    except Stop:
        return
    for instance, table in enumerate(both.tables):
        for handle, entry in enumerate(table.entries):
            name = f"resource.rep-{instance}-{entry.resource if entry else 0}"
            if entry and name in TWO.exports:
                assert both.host.call(name, handle) == entry.rep
