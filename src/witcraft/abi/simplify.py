"""Block operations in place of scalars: one read for a record, one copy for a list of numbers.

Speed is decided here, not in a language's printer. Each pass takes a block and gives one that does the same; ``PASSES``
is their order. What makes them valid: a lift writes nothing, so that loads may move to the first of their base; memory
that a lower fills is seen by nobody before the call is made, so that stores may move to the last of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from witcraft.abi.layout import CORES, STORED, WIDTHS
from witcraft.abi.ops import (
    Address,
    Alloc,
    Assign,
    Block,
    CaseArm,
    Collect,
    CollectBlocks,
    Expr,
    Format,
    FromCore,
    Length,
    Let,
    LiftNumbers,
    Lit,
    Load,
    LowerNumbers,
    Pack,
    Program,
    Sequence,
    Spread,
    SpreadBlocks,
    Stmt,
    Store,
    StoreNumbers,
    SwitchCase,
    SwitchTag,
    ToCore,
    Unpack,
    Var,
)
from witcraft.abi.walk import map_blocks, names_in, places, rename, uses
from witcraft.model.types import Kind

MOST_SHARED = 8  # scalars of single cases that are read, or written, in every case: more would cost more than it saves

Slot = tuple[int, str]  # offset and kind of a scalar


def simplify(program: Program) -> Program:
    fresh = Fresh(program)
    body = program.body
    for one in PASSES:
        body = one(body, fresh)
    return replace(program, body=body)


@dataclass(slots=True)
class Fresh:
    """Names that ``program`` does not have; it is looked through only when the first is wanted."""

    program: Program
    used: set[str] = field(default_factory=set)

    def name(self, hint: str) -> str:
        if not self.used:
            self.used = {*(name for name, _ in self.program.params), *names_in(self.program.body)}
        name, n = hint, 1
        while name in self.used:
            n += 1
            name = f"{hint}_{n}"
        self.used.add(name)
        return name


Pass = Callable[[Block, Fresh], Block]


def inside(block: Block, one: Pass, fresh: Fresh) -> Block:
    """``block`` with a pass run on each block in it; the same object if nothing changed."""
    new = tuple([map_blocks(stmt, lambda inner: one(inner, fresh)) for stmt in block])
    return block if all(a is b for a, b in zip(block, new, strict=True)) else new


# ---- numbers: whole lists at once --------------------------------------------------------------------------------


def numbers(block: Block, fresh: Fresh) -> Block:
    """Collects and spreads of mere numbers become single copies."""
    out: list[Stmt] = []
    for stmt in inside(block, numbers, fresh):
        match stmt:
            case Collect() if kind := number_read(stmt):
                out.append(LiftNumbers(stmt.out, stmt.into, kind, stmt.ptr, stmt.count))
            case Spread() if kind := number_written(stmt):
                lower_numbers(out, stmt, kind)
            case _:
                out.append(stmt)
    return tuple(out)


def number_read(loop: Collect) -> Kind | None:
    match loop.body, loop.item:
        case (Let(name, Load()),), FromCore(kind, Var(read)) if name == read and is_number(kind):
            return kind
    return None


def number_written(loop: Spread) -> Kind | None:
    match loop.body:
        case (Store(_, _, _, ToCore(kind, Var(item))),) if item == loop.item and is_number(kind):
            return kind
    return None


def is_number(kind: Kind) -> bool:
    return STORED[kind] == kind.value


def lower_numbers(out: list[Stmt], loop: Spread, kind: Kind) -> None:
    """Takes back what led up to the loop: for a list its length and its place, for a fixed-length one nothing."""
    match out:
        case [*_, Sequence(value=value), Let(length, Length()), Alloc(pointer)]:
            out[-3:] = [LowerNumbers(pointer, length, kind, value)]
        case [*_, Sequence(value=value, length=int(count))]:
            base, offset = split(loop.ptr)
            out[-1:] = [StoreNumbers(kind, count, base, offset, value)]
        case _:
            out.append(loop)


def split(place: Expr) -> tuple[Expr, int]:
    return (place.base, place.offset) if isinstance(place, Address) else (place, 0)


# ---- unpack: one read for all scalars at a base ------------------------------------------------------------------


@dataclass(slots=True)
class Reads:
    """The loads at one base: always done, or in some cases of a variant only, with the names they make."""

    first: int  #                       where in the block the first one stands
    always: dict[Slot, list[str]] = field(default_factory=dict)
    sometimes: dict[Slot, list[str]] = field(default_factory=dict)


def unpack(block: Block, fresh: Fresh) -> Block:
    """Loads of one base become one Unpack, those in the cases of a variant too, where no others overlap them.

    A read that no case needs does no harm: the range that was checked holds all cases.
    """
    for base in find_reads(block):
        reads = find_reads(block)[base]
        slots = sorted([*reads.always, *shareable(reads.always, reads.sometimes)])
        if len(slots) > 1:
            block = read_at_once(block, base, reads, slots, fresh)
    return inside(block, unpack, fresh)


def find_reads(block: Block) -> dict[str, Reads]:
    found: dict[str, Reads] = {}
    for index, stmt in enumerate(block):
        match stmt:
            case Let(name, Load(kind, Var(base), offset)):
                reads = found.setdefault(base, Reads(index))
                reads.always.setdefault((offset, kind), []).append(name)
            case SwitchTag(arms=arms):
                for name, load in loads_in(arms):
                    if isinstance(load.base, Var) and load.base.name in found:
                        slot = load.offset, load.kind
                        found[load.base.name].sometimes.setdefault(slot, []).append(name)
    return found


def loads_in(arms: Iterable[Block]) -> Iterator[tuple[str, Load]]:
    for arm in arms:
        for stmt in arm:
            if isinstance(stmt, Let) and isinstance(stmt.value, Load):
                yield stmt.name, stmt.value
            elif isinstance(stmt, SwitchTag):
                yield from loads_in(stmt.arms)


def shareable(always: Iterable[Slot], sometimes: Iterable[Slot]) -> list[Slot]:
    """Those slots of ``sometimes`` that overlap with no other; none if they are too many."""
    rest = set(sometimes) - set(always)
    everything = rest.union(always)
    alone = [slot for slot in rest if not any(overlap(slot, other) for other in everything if other != slot)]
    return alone if len(alone) <= MOST_SHARED else []


def overlap(a: Slot, b: Slot) -> bool:
    return a[0] < b[0] + WIDTHS[b[1]] and b[0] < a[0] + WIDTHS[a[1]]


def read_at_once(block: Block, base: str, reads: Reads, slots: list[Slot], fresh: Fresh) -> Block:
    names: dict[Slot, str] = {}
    renamed: dict[str, Var] = {}
    for slot in slots:
        made = reads.always.get(slot, []) + reads.sometimes.get(slot, [])
        names[slot] = made[0] if len(made) == 1 or slot in reads.always else fresh.name("payload")
        renamed.update({name: Var(names[slot]) for name in made if name != names[slot]})
    gone = {name for slot in slots for name in reads.always.get(slot, []) + reads.sometimes.get(slot, [])}
    start = slots[0][0]
    read = Unpack(tuple(names.values()), format_of(slots, start), Var(base), start)
    rest = [without_loads(stmt, gone) for stmt in block if not is_load(stmt, gone)]
    new = (*rest[: reads.first], read, *rest[reads.first :])
    return rename(new, renamed) if renamed else new


def format_of(slots: list[Slot], start: int) -> Format:
    """Offsets count from ``start``; nothing behind the last scalar."""
    end = slots[-1][0] + WIDTHS[slots[-1][1]] - start
    return Format(tuple([(offset - start, kind) for offset, kind in slots]), end)


def is_load(stmt: Stmt, names: set[str]) -> bool:
    return isinstance(stmt, Let) and isinstance(stmt.value, Load) and stmt.name in names


def without_loads(stmt: Stmt, names: set[str]) -> Stmt:
    def drop(block: Block) -> Block:
        return tuple([without_loads(inner, names) for inner in block if not is_load(inner, names)])

    return map_blocks(stmt, drop) if isinstance(stmt, SwitchTag) else stmt


# ---- join: the cases of a variant in a list write the same scalars -----------------------------------------------


def join(block: Block, fresh: Fresh) -> Block:
    """In elements of a list: a switch whose cases store becomes a switch that gives values, and stores behind it."""
    return tuple(
        [
            replace(stmt, body=join_stores(stmt.body, stmt.at, fresh)) if isinstance(stmt, Spread) else stmt
            for stmt in inside(block, join, fresh)
        ]
    )


def join_stores(block: Block, at: str, fresh: Fresh) -> Block:
    out: list[Stmt] = []
    for stmt in block:
        if isinstance(stmt, SwitchCase) and not stmt.outs:
            inner = map_blocks(stmt, lambda body: join_stores(body, at, fresh))
            out += join_switch(inner, at, fresh)
        else:
            out.append(stmt)
    return tuple(out)


def join_switch(switch: SwitchCase, at: str, fresh: Fresh) -> list[Stmt]:
    """A case that has nothing for a slot puts zero there: nobody looks at it."""
    stores = [list(stores_at(arm.body, at)) for arm in switch.arms]
    slots = sorted({(store.offset, store.kind) for found in stores for store in found})
    elsewhere = any(uses(arm.body, at) > len(found) for arm, found in zip(switch.arms, stores, strict=True))
    if elsewhere or len(shareable((), slots)) < len(slots):
        return [switch]
    names = {slot: fresh.name("payload" if index else "tag") for index, slot in enumerate(slots)}
    outs = tuple([(names[slot], CORES[slot[1]]) for slot in slots])
    arms = tuple([CaseArm(arm.bind, join_arm(arm.body, at, names)) for arm in switch.arms])
    after = [Store(kind, Var(at), offset, Var(names[offset, kind])) for offset, kind in slots]
    return [replace(switch, outs=outs, arms=arms), *after]


def join_arm(body: Block, at: str, names: dict[Slot, str]) -> Block:
    missing = dict(names)
    out: list[Stmt] = []
    for stmt in body:
        if is_store(stmt, at):
            out.append(Assign(missing.pop((stmt.offset, stmt.kind)), stmt.value))
        else:
            out.append(stmt)
    return (*out, *[Assign(name, Lit(0, CORES[kind])) for (_, kind), name in missing.items()])


def is_store(stmt: Stmt, base: str) -> TypeGuard[Store]:
    return isinstance(stmt, Store) and stmt.base == Var(base)


def stores_at(block: Block, base: str) -> Iterator[Store]:
    return (stmt for stmt in block if is_store(stmt, base))


# ---- pack: one write for scalars side by side --------------------------------------------------------------------


def pack(block: Block, fresh: Fresh) -> Block:
    """Stores to one base become Packs, each as long as nothing else is written between its scalars."""
    block = inside(block, pack, fresh)
    bases = dict.fromkeys(stmt.base.name for stmt in block if isinstance(stmt, Store) and isinstance(stmt.base, Var))
    for base in bases:
        block = pack_base(block, base)
    return block


def pack_base(block: Block, base: str) -> Block:
    others = [stmt for stmt in block if not is_store(stmt, base)]
    stores = sorted(stores_at(block, base), key=lambda store: store.offset)
    barriers = sorted(places(tuple(others), base)) if len(stores) > 1 else []
    for run in runs(stores, barriers):
        if len(run) > 1:
            block = write_at_once(block, base, run)
    return block


def runs(stores: list[Store], barriers: list[int]) -> list[list[Store]]:
    """``stores``, cut wherever a barrier lies between two."""
    out: list[list[Store]] = []
    for store in stores:
        if out and not any(out[-1][-1].offset < barrier < store.offset for barrier in barriers):
            out[-1].append(store)
        else:
            out.append([store])
    return out


def write_at_once(block: Block, base: str, run: list[Store]) -> Block:
    """Where the last of them stood, since only there all values are known."""
    start = run[0].offset
    layout = format_of([(store.offset, store.kind) for store in run], start)
    whole = Pack(layout, Var(base), start, tuple([store.value for store in run]))
    last = max(index for index, stmt in enumerate(block) if any(stmt is store for store in run))
    return tuple(
        [
            whole if index == last else stmt
            for index, stmt in enumerate(block)
            if index == last or not any(stmt is store for store in run)
        ]
    )


# ---- blocks: lists whose elements are one read or one write ------------------------------------------------------


def blocks(block: Block, fresh: Fresh) -> Block:
    out: list[Stmt] = []
    for stmt in inside(block, blocks, fresh):
        match stmt:
            case Collect():
                out.append(collect_blocks(stmt))
            case Spread():
                out.append(spread_blocks(stmt))
            case _:
                out.append(stmt)
    return tuple(out)


def collect_blocks(loop: Collect) -> Stmt:
    if uses(loop.body, loop.at) + uses(loop.item, loop.at) != 1:
        return loop
    match loop.body:
        case (Unpack(names, layout, Var(at), offset), *rest) if at == loop.at:
            slots = [(offset + inner, kind) for inner, kind in layout.fields]
        case (Let(name, Load(kind, Var(at), offset)), *rest) if at == loop.at:
            names, slots = (name,), [(offset, kind)]
        case _:
            return loop
    layout = Format(tuple(slots), loop.stride)
    return CollectBlocks(loop.type, loop.out, loop.into, loop.ptr, loop.count, layout, names, tuple(rest), loop.item)


def spread_blocks(loop: Spread) -> Stmt:
    if uses(loop.body, loop.at) != 1:
        return loop
    match loop.body:
        case (*rest, Pack(layout, Var(at), offset, values)) if at == loop.at:
            slots = [(offset + inner, kind) for inner, kind in layout.fields]
        case (*rest, Store(kind, Var(at), offset, value)) if at == loop.at:
            slots, values = [(offset, kind)], (value,)
        case _:
            return loop
    return SpreadBlocks(loop.seq, loop.item, loop.ptr, Format(tuple(slots), loop.stride), tuple(rest), values)


PASSES: tuple[Pass, ...] = (numbers, unpack, join, pack, blocks)
