"""The handle tables against a model: the specification's tables, lends and borrow scopes as plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    def live(self, resource: int) -> list[int]:
        return [i for i, entry in enumerate(self.entries) if entry and entry.resource == resource]

    def find(self, resource: int, handle: int) -> Entry:
        entry = self.entries[handle] if handle < len(self.entries) else None
        if entry is None:
            raise Trapped(traps.UNKNOWN_HANDLE, handle)
        if entry.resource != resource:
            raise Trapped(traps.WRONG_TYPE, handle)
        return entry

    def add(self, entry: Entry) -> int:
        if self.free:
            handle = self.free.pop()
            self.entries[handle] = entry
        else:
            handle = len(self.entries)
            self.entries.append(entry)
        return handle

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


@dataclass(frozen=True)
class Handle:
    """One that is there, if there is one, or just some index."""

    pick: int
    wild: bool

    def among(self, live: list[int]) -> int | None:
        return self.pick if self.wild else live[self.pick % len(live)] if live else None


@dataclass(frozen=True)
class Make:
    """``resource.new``, or ``lower_own``."""

    instance: int
    resource: int
    rep: int


@dataclass(frozen=True)
class Use:
    """``op`` on one handle: "resource.rep", "resource.drop" or "lift-own"."""

    op: str
    instance: int
    resource: int
    handle: Handle


@dataclass(frozen=True)
class CallImport:
    """The guest calls an import with borrows; ``inner`` happens in the host function, which returns an own."""

    instance: int
    resource: int
    handle: Handle
    more: tuple[Handle, ...]
    result: int
    inner: tuple[Action, ...]


@dataclass(frozen=True)
class CallExport:
    """The host calls an export with borrows; ``inner`` happens in the guest, ``drops`` at its end."""

    instance: int
    borrows: tuple[tuple[int, int], ...]
    drops: bool
    inner: tuple[Action, ...]


Action = Make | Use | CallImport | CallExport


class Stop(Exception):
    """A trap that both agreed on: nothing is called after it."""


class Both:
    """The gate and the model, side by side."""

    def __init__(self) -> None:
        self.host = Host(TWO)
        self.tables = [Table() for _ in range(INSTANCES)]
        self.destroyed: list[tuple[int, int]] = []
        self.expected: list[tuple[int, int]] = []
        self.host.fill("dtor", 0, 1, lambda rep: self.destroyed.append((0, rep % (1 << 32))))
        self.host.on("drop-2", lambda: self.destroyed.append((2, self.host.slot(0))))

    def run(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Make():
                    self.make(action)
                case Use():
                    self.use(action)
                case CallImport():
                    self.call_import(action)
                case CallExport():
                    self.call_export(action)
            assert self.destroyed == self.expected

    def agree_on_trap(self, trapped: Trapped, name: str, *args: int) -> None:
        self.host.breaks(trapped.code, trapped.detail, name, *args)
        raise Stop

    def make(self, action: Make) -> None:
        new = action.resource in DEFINED[action.instance] and action.rep % 2
        name = f"{'resource.new' if new else 'lower-own'}-{action.instance}-{action.resource}"
        handle = self.tables[action.instance].add(Entry(action.resource, action.rep, None))
        assert self.host.call(name, action.rep) == handle

    def use(self, action: Use) -> None:
        table = self.tables[action.instance]
        handle = action.handle.among(table.live(action.resource))
        name = f"{action.op}-{action.instance}-{action.resource}"
        if handle is None or name not in TWO.exports:
            return
        try:
            expected = self.used(table, action, handle)
        except Trapped as trapped:
            self.agree_on_trap(trapped, name, handle)
        assert self.host.call(name, handle) == expected

    def used(self, table: Table, action: Use, handle: int) -> int | None:
        match action.op:
            case "resource.rep":
                return table.find(action.resource, handle).rep
            case "lift-own":
                return table.lift_own(action.resource, handle)
        entry = table.remove(action.resource, handle)
        if entry.borrowed_in:
            entry.borrowed_in.borrows -= 1
        elif action.resource in (0, 2):
            self.expected.append((action.resource, entry.rep))
        return None

    def call_import(self, action: CallImport) -> None:
        instance, resource = action.instance, action.resource
        table, scope, index = self.tables[instance], Scope(), 3 * instance + resource
        handle = action.handle.among(table.live(resource))
        if handle is None:
            return
        try:
            rep = table.lift_borrow(resource, handle, scope)
        except Trapped as trapped:
            self.agree_on_trap(trapped, f"lower-{index}", handle, 0, 0)

        def imported() -> int:
            assert self.host.slot(0) == rep
            for other in action.more:
                self.lend(instance, resource, other, scope)
            self.run(action.inner)
            return action.result

        self.host.on(f"import-{index}", imported)
        returned = self.host.call(f"lower-{index}", handle, 0, 0)
        scope.end()
        assert returned == table.add(Entry(resource, action.result, None))

    def lend(self, instance: int, resource: int, handle: Handle, scope: Scope) -> None:
        """A borrow inside a list: the host lifts it."""
        name = f"lift-borrow-{instance}-{resource}"
        found = handle.among(self.tables[instance].live(resource))
        if found is None:
            return
        try:
            rep = self.tables[instance].lift_borrow(resource, found, scope)
        except Trapped as trapped:
            self.agree_on_trap(trapped, name, found)
        assert self.host.call(name, found) == rep

    def call_export(self, action: CallExport) -> None:
        instance, scope = action.instance, Scope()
        table, held = self.tables[instance], list[tuple[int, int, Entry | None]]()
        self.host.call(f"begin-scope-{instance}")
        for resource, rep in action.borrows:
            if resource not in DEFINED[instance]:
                handle = table.lower_borrow(resource, rep, scope)
                assert self.host.call(f"lower-borrow-{instance}-{resource}", rep) == handle
                held.append((resource, handle, table.entries[handle]))
        self.run(action.inner)
        for resource, handle, entry in held if action.drops else ():
            if table.entries[handle] is entry:
                self.use(Use("resource.drop", instance, resource, Handle(handle, wild=True)))
        try:
            scope.end()
        except Trapped as trapped:
            self.agree_on_trap(trapped, f"end-scope-{instance}")
        self.host.call(f"end-scope-{instance}")


# ---- drawn -------------------------------------------------------------------------------------------------------

INSTANCE, RESOURCE = st.integers(0, INSTANCES - 1), st.integers(0, RESOURCES - 1)
REPRESENTATION = st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))
HANDLES = st.one_of(
    *[st.builds(Handle, st.integers(0, 9), st.just(value=False))] * 12,
    st.builds(Handle, st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)), st.just(value=True)),
)
OPERATIONS = st.sampled_from(["resource.rep", "resource.drop", "resource.drop", "lift-own"])
LEAVES = st.one_of(
    st.builds(Make, INSTANCE, RESOURCE, REPRESENTATION),
    st.builds(Make, INSTANCE, RESOURCE, REPRESENTATION),
    st.builds(Use, OPERATIONS, INSTANCE, RESOURCE, HANDLES),
)


def calls(inner: st.SearchStrategy[Action]) -> st.SearchStrategy[Action]:
    some = st.lists(inner, max_size=6).map(tuple)
    more = st.lists(HANDLES, max_size=4).map(tuple)
    borrows = st.lists(st.tuples(RESOURCE, REPRESENTATION), max_size=3).map(tuple)
    drops = st.sampled_from([True, True, True, False])
    return st.one_of(
        st.builds(CallImport, INSTANCE, RESOURCE, HANDLES, more, REPRESENTATION, some),
        st.builds(CallExport, INSTANCE, borrows, drops, some),
    )


ACTIONS: st.SearchStrategy[Action] = st.recursive(LEAVES, calls, max_leaves=30)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTIONS, max_size=30).map(tuple))
def test_the_gate_does_what_the_model_does(actions):
    both = Both()
    try:
        both.run(actions)
    except Stop:
        return
    for instance, table in enumerate(both.tables):
        for handle, entry in enumerate(table.entries):
            name = f"resource.rep-{instance}-{entry.resource if entry else 0}"
            if entry and name in TWO.exports:
                assert both.host.call(name, handle) == entry.rep
