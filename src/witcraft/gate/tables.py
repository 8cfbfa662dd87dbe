"""Handle tables: one for each component instance, shared by all its resource types (Canonical ABI, "Table State").

A table is a header and an array of entries. Index 0 is never used; indices that are free again are used first, the last
one freed before the others. An array that is full moves to one of twice the size; the old one is given up, so that a
table takes at most twice its room, and a guest pays for nothing but its own handles.
"""

from __future__ import annotations

from witcraft.core.build import Func
from witcraft.core.opcodes import (
    Code,
    Operand,
    call,
    code,
    copy,
    get_global,
    if_,
    load,
    op,
    set_global,
    set_local,
    store,
    tee_local,
)
from witcraft.gate.parts import TOP
from witcraft.runtime.traps import LENT, NO_MEMORY, TABLE_FULL, UNKNOWN_HANDLE, WRONG_TYPE

MAX_INDEX = (1 << 28) - 1

# the header of a table; BASE and CAPACITY (in bytes) begin every header
BASE, CAPACITY = 0, 4
LAST = 8  # the highest index ever used
FREE = 12  # the index freed last, or 0

# an entry
TYPE = 0  # the resource's number + 1, or 0 for a free entry
REP = 4
LENDS = 8  # how often it is lent now; in a free entry the index that was free before, or 0
SCOPE = 12  # 0 for an own handle, else the scope that a borrow belongs to
ENTRY_SHIFT = 4  # 16 bytes

FIRST_CAPACITY = 256
PAGE_SHIFT = 16


def functions() -> tuple[Func, ...]:
    return find(), add(), remove(), enlarge(), reserve()


def entry_at(table: Operand, handle: Operand) -> Code:
    return op("i32.add", load(table, BASE), op("i32.shl", handle, ENTRY_SHIFT))


def find() -> Func:
    """The entry of a handle; traps if there is none, or one of another resource type."""
    beyond = op("i32.ge_u", op("i32.sub", "handle", 1), load("table", LAST))
    entry = tee_local("entry", entry_at("table", "handle"))
    another = op("i32.ne", tee_local("found", load(entry, TYPE)), "type")
    reason = op("select", WRONG_TYPE, UNKNOWN_HANDLE, "found")
    body = code(
        if_(beyond, call("trap", UNKNOWN_HANDLE, "handle")),
        if_(another, call("trap", reason, "handle")),
        op("local.get", arguments=("entry",)),
    )
    locals_ = (("entry", "i32"), ("found", "i32"))
    return Func("find", (("table", "i32"), ("type", "i32"), ("handle", "i32")), ("i32",), body, locals_)


def add() -> Func:
    """A new handle; ``scope`` is 0 for an own handle."""
    reuse = code(
        set_local("entry", entry_at("table", "handle")),
        store("table", load("entry", LENDS), FREE),
    )
    fresh = code(
        set_local("handle", op("i32.add", load("table", LAST), 1)),
        if_(op("i32.gt_u", "handle", MAX_INDEX), call("trap", TABLE_FULL, 0)),
        if_(
            op("i32.ge_u", op("i32.shl", "handle", ENTRY_SHIFT), load("table", CAPACITY)),
            call("enlarge", "table"),
        ),
        store("table", "handle", LAST),
        set_local("entry", entry_at("table", "handle")),
    )
    body = code(
        if_(tee_local("handle", load("table", FREE)), reuse, fresh),
        store("entry", "type", TYPE),
        store("entry", "rep", REP),
        store("entry", 0, LENDS),
        store("entry", "scope", SCOPE),
        op("local.get", arguments=("handle",)),
    )
    params = (("table", "i32"), ("type", "i32"), ("rep", "i32"), ("scope", "i32"))
    return Func("add", params, ("i32",), body, (("handle", "i32"), ("entry", "i32")))


def remove() -> Func:
    """Frees a handle; traps while it is lent. REP and SCOPE of its entry stay readable until the next ``add``."""
    body = code(
        set_local("entry", call("find", "table", "type", "handle")),
        if_(load("entry", LENDS), call("trap", LENT, "handle")),
        store("entry", 0, TYPE),
        store("entry", load("table", FREE), LENDS),
        store("table", "handle", FREE),
        op("local.get", arguments=("entry",)),
    )
    params = (("table", "i32"), ("type", "i32"), ("handle", "i32"))
    return Func("remove", params, ("i32",), body, (("entry", "i32"),))


def enlarge() -> Func:
    """Moves what a header leads to into twice the room."""
    double = op("i32.shl", tee_local("size", load("header", CAPACITY)), 1)
    body = code(
        set_local("room", op("select", double, FIRST_CAPACITY, load("header", CAPACITY))),
        set_local("new", call("reserve", "room")),
        copy("new", load("header", BASE), "size"),
        store("header", "new", BASE),
        store("header", "room", CAPACITY),
    )
    return Func("enlarge", (("header", "i32"),), (), body, (("size", "i32"), ("room", "i32"), ("new", "i32")))


def reserve() -> Func:
    """The address of ``size`` new bytes at the end of the memory, which grows as needed."""
    end = tee_local("end", op("i32.add", get_global(TOP), "size"))
    pages = op("i32.add", op("i32.shr_u", op("i32.sub", "end", 1), PAGE_SHIFT), 1)
    lack = tee_local("lack", op("i32.sub", pages, op("memory.size", arguments=("memory",))))
    grown = op("memory.grow", "lack", arguments=("memory",))
    refused = op("i32.eq", grown, -1)
    no_memory = call("trap", NO_MEMORY, 0)
    body = code(
        if_(op("i32.lt_u", end, "size"), no_memory),
        if_(op("i32.gt_s", lack, 0), if_(refused, no_memory)),
        get_global(TOP),
        set_global(TOP, "end"),
    )
    return Func("reserve", (("size", "i32"),), ("i32",), body, (("end", "i32"), ("lack", "i32")))
