"""Handles go in and out: ``lift_own``, ``lift_borrow``, ``lower_own`` and ``lower_borrow`` of the canonical ABI.

The functions here take the table and the type; what the host calls are small ones around them, for one component
instance and one resource each.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import Code, call, code, if_, load, op, set_local, store
from witcraft.gate import scopes
from witcraft.gate.needs import Handle, Needs
from witcraft.gate.parts import Parts
from witcraft.gate.tables import LENDS, REP, SCOPE
from witcraft.runtime.traps import NOT_OWNED

TYPED = (("table", "i32"), ("type", "i32"))
HANDLE, REPRESENTATION = ("handle", "i32"), ("rep", "i32")


def functions() -> tuple[Func, ...]:
    return lift_own(), lift_borrow(), lower_own(), lower_borrow()


def lift_own() -> Func:
    """The handle leaves the table; a borrow, or an own handle that is lent, traps."""
    body = code(
        set_local("entry", call("remove", "table", "type", "handle")),
        if_(load("entry", SCOPE), call("trap", NOT_OWNED, "handle")),
        load("entry", REP),
    )
    return Func("lift-own", (*TYPED, HANDLE), ("i32",), body, (("entry", "i32"),))


def lift_borrow() -> Func:
    """The handle, own or borrow, is lent until the scope ends."""
    body = code(
        set_local("entry", call("find", "table", "type", "handle")),
        store("entry", op("i32.add", load("entry", LENDS), 1), LENDS),
        call("push", "handle"),
        load("entry", REP),
    )
    return Func("lift-borrow", (*TYPED, HANDLE), ("i32",), body, (("entry", "i32"),))


def lower_own() -> Func:
    return Func("lower-own", (*TYPED, REPRESENTATION), ("i32",), call("add", "table", "type", "rep", 0))


def lower_borrow() -> Func:
    """A new handle, which the callee has to drop before the scope ends."""
    scope = scopes.field(scopes.CURRENT)
    body = code(call("count-borrow", scope, 1), call("add", "table", "type", "rep", scope))
    return Func("lower-borrow", (*TYPED, REPRESENTATION), ("i32",), body)


def type_of(resource: int) -> int:
    """A resource type as entries have it: 0 is for free ones."""
    return resource + 1


def lift(parts: Parts, instance: int, handle: Handle, value: str) -> Code:
    """The representation behind the handle ``value``."""
    func = "lift-own" if handle.own else "lift-borrow"
    return call(func, parts.table(instance), type_of(handle.resource), value)


def lower(parts: Parts, instance: int, handle: Handle, value: Code | str) -> Code:
    """A new handle for the representation ``value``."""
    func = "lower-own" if handle.own else "lower-borrow"
    return call(func, parts.table(instance), type_of(handle.resource), value)


def for_the_host(parts: Parts, needs: Needs) -> None:
    """What the host calls: these four for each instance and resource, and the scopes of instances that are lent to."""
    for pairs, own in ((needs.lift_own, True), (needs.lift_borrow, False)):
        for instance, resource in pairs:
            body = lift(parts, instance, Handle(resource, own), "handle")
            parts.export(Func(f"lift-{word(own)}-{instance}-{resource}", (HANDLE,), ("i32",), body))
    for pairs, own in ((needs.lower_own, True), (needs.lower_borrow | needs.lend, False)):
        for instance, resource in pairs:
            body = lower(parts, instance, Handle(resource, own), "rep")
            parts.export(Func(f"lower-{word(own)}-{instance}-{resource}", (REPRESENTATION,), ("i32",), body))
    borrowers = dict.fromkeys(instance for instance, _ in needs.lower_borrow)
    for instance in borrowers:
        parts.export(Func(f"begin-scope-{instance}", (), (), call("begin-scope")))
    for instance in borrowers | needs.lenders:
        parts.export(Func(f"end-scope-{instance}", (), (), call("end-scope", parts.table(instance))))


def word(own: bool) -> str:
    return "own" if own else "borrow"
