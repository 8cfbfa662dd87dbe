"""Borrow scopes: what a call has lent, and what it has borrowed, until it ends.

Canonical ABI, "Task State" (``num_borrows``) and "Subtask State" (``lenders``). Calls nest, so the scopes of all
instances are one stack, in memory: under each scope lie the one before it and the number of borrow handles that its
callee holds; above it, the handles that its caller lent.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    Operand,
    block,
    br,
    br_if,
    call,
    code,
    if_,
    load,
    loop,
    op,
    set_local,
    store,
    tee_local,
)
from witcraft.gate.parts import SCOPES
from witcraft.gate.tables import BASE, CAPACITY, LENDS, entry_at
from witcraft.runtime.traps import BORROWS_REMAIN

# the header of the stack, behind BASE and CAPACITY
TOP = 8  # bytes used
CURRENT = 12  # the innermost scope: how many bytes lie below its lends

# below a scope
OUTER, BORROWS = -8, -4
FRAME = 8
WORD = 4


def functions() -> tuple[Func, ...]:
    return push(), begin(), end(), count(), check()


def field(name: int) -> Code:
    return load(SCOPES, name)


def at(scope: Operand, offset: int) -> Code:
    """The address of a word of the stack."""
    return op("i32.add", op("i32.add", field(BASE), scope), offset)


def push() -> Func:
    body = code(
        if_(op("i32.ge_u", field(TOP), field(CAPACITY)), call("enlarge", SCOPES)),
        store(at(field(TOP), 0), "word"),
        store(SCOPES, op("i32.add", field(TOP), WORD), TOP),
    )
    return Func("push", (("word", "i32"),), (), body)


def begin() -> Func:
    body = code(call("push", field(CURRENT)), call("push", 0), store(SCOPES, field(TOP), CURRENT))
    return Func("begin-scope", (), (), body)


def count() -> Func:
    """One borrow more, or less, that belongs to ``scope``."""
    place = tee_local("place", at("scope", BORROWS))
    body = store(place, op("i32.add", load("place"), "change"))
    return Func("count-borrow", (("scope", "i32"), ("change", "i32")), (), body, (("place", "i32"),))


def given_back() -> Code:
    """Traps if the callee of the innermost scope holds a borrow."""
    return if_(load(at(field(CURRENT), BORROWS)), call("trap", BORROWS_REMAIN, 0))


def check() -> Func:
    return Func("check-borrows", (), (), given_back())


def end() -> Func:
    """Gives back what was lent out of ``table``; traps if the callee still holds a borrow."""
    give_back = code(
        set_local("top", op("i32.sub", "top", WORD)),
        set_local("entry", entry_at("table", load(at("top", 0)))),
        store("entry", op("i32.sub", load("entry", LENDS), 1), LENDS),
        br("next"),
    )
    body = code(
        given_back(),
        set_local("top", field(TOP)),
        block("done", loop("next", br_if("done", op("i32.eq", "top", field(CURRENT))), give_back)),
        store(SCOPES, load(at("top", OUTER)), CURRENT),
        store(SCOPES, op("i32.sub", "top", FRAME), TOP),
    )
    return Func("end-scope", (("table", "i32"),), (), body, (("top", "i32"), ("entry", "i32")))
