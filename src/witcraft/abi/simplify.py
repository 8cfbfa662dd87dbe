"""Block operations in place of scalars: one read for a record, one copy for a list of numbers.

Speed is decided here, not in a language's printer. Each rewrite takes a block and gives one that does the same; those
of ``DOWN`` see it before the blocks in it, those of ``UP`` after. What makes them valid: a lift writes nothing, so that
loads may move to the first of their base; memory that a lower fills is seen by nobody before the call is made, so that
stores may move to the last of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from witcraft.abi.layout import CORES, STORED, WIDTHS
from witcraft.abi.ops import (
    Address,
    Alloc,
    Assign,
    Block,
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
from witcraft.abi.walk import NESTED, map_arm, map_blocks, names_made, places, remake, rename, uses
from witcraft.model.types import Kind

MOST_SHARED = 8  # scalars of single cases that are read, or written, in every case: more would cost more than it saves

Slot = tuple[int, str]  # offset and kind of a scalar


def simplify(program: Program) -> Program:
    return Program(program.name, program.params, simplify_block(program.body, Fresh(program)), program.helpers)


def simplify_block(block: Block, fresh: Fresh) -> Block:
    if INTERESTING.isdisjoint(map(type, block)):
        return block
    block = rewrite(DOWN, block, fresh)
    block = map_blocks(block, lambda inner: simplify_block(inner, fresh))
    return rewrite(UP, block, fresh)


@dataclass(slots=True)
class Fresh:
    """Names that ``program`` does not have; it is looked through only when the first is wanted."""

    program: Program
    used: set[str] = field(default_factory=set)

    def name(self, hint: str) -> str:
        if not self.used:
            self.used = {*(name for name, _ in self.program.params), *names_made(self.program.body)}
        name, n = hint, 1
        while name in self.used:
            n += 1
            name = f"{hint}_{n}"
        self.used.add(name)
        return name


Rewrite = Callable[[Block, Fresh], Block]
Rewrites = tuple[tuple[Rewrite, set[type]], ...]  # with the statements without which there is nothing to do


def rewrite(rewrites: Rewrites, block: Block, fresh: Fresh) -> Block:
    kinds = set(map(type, block))
    for one, wanted in rewrites:
        if wanted & kinds:
            block = one(block, fresh)
            kinds = set(map(type, block))
    return block


# ---- numbers: whole lists at once --------------------------------------------------------------------------------


def numbers(block: Block, fresh: Fresh) -> Block:
    """Collects and spreads of mere numbers become single copies."""
    out: list[Stmt] = []
    for stmt in block:
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


def split(place: Expr) -> tuple[Var, int]:
    """The place of something in line, as ``Memory.address`` gave it."""
    if isinstance(place, Address):
        return place.base, place.offset
    assert isinstance(place, Var)
    return place, 0


# ---- unpack: one read for all scalars at a base ------------------------------------------------------------------

Slots = dict[Slot, list[str]]  # what is read, and the names that get it: more than one where several cases read it


def unpack(block: Block, fresh: Fresh) -> Block:
    """Loads of one base become one Unpack, those in the cases of a variant too, where no others overlap them.

    A read that its case turns out not to need does no harm: the range that was checked holds all cases.
    """
    for base in dict.fromkeys([load.base.name for _, load in loads_of(block)]):
        always = slots_of(block, base)
        slots = with_cases(block, base, always)
        if len(slots) > 1:
            block = read_at_once(block, base, slots, always, fresh)
    return block


def loads_of(block: Block) -> list[tuple[str, Load]]:
    """Each load right in ``block``, with the name it makes."""
    return [(stmt.name, stmt.value) for stmt in block if type(stmt) is Let and type(stmt.value) is Load]


def slots_of(block: Block, base: str) -> Slots:
    slots: Slots = {}
    for name, load in loads_of(block):
        if load.base.name == base:
            slots.setdefault((load.offset, load.kind), []).append(name)
    return slots


def with_cases(block: Block, base: str, always: Slots) -> Slots:
    """``always``, and what can be read with it: all that a case reads, or nothing of that case."""
    if not any(slots_inside(block, base)):
        return always
    clashing = clashes({*always, *slots_inside(block, base)})
    slots = {slot: list(names) for slot, names in always.items()}
    add_cases(block, base, clashing, slots)
    return slots if len(slots) <= len(always) + MOST_SHARED else always


def slots_inside(block: Block, base: str) -> Iterator[Slot]:
    for arm in arms_in(block):
        yield from slots_of(arm, base)
        yield from slots_inside(arm, base)


def add_cases(block: Block, base: str, clashing: set[Slot], slots: Slots) -> None:
    for arm in arms_in(block):
        here = slots_of(arm, base)
        if clashing.isdisjoint(here):
            for slot, names in here.items():
                slots.setdefault(slot, []).extend(names)
            add_cases(arm, base, clashing, slots)


def arms_in(block: Block) -> Iterator[Block]:
    for stmt in block:
        if isinstance(stmt, SwitchTag):
            yield from stmt.arms


def clashes(slots: Iterable[Slot]) -> set[Slot]:
    """Those that share a byte with another one."""
    found: set[Slot] = set()
    longest: Slot | None = None  # of those so far, the one that reaches furthest
    for slot in sorted(slots):
        if longest and slot[0] < end(longest):
            found |= {slot, longest}
        if not longest or end(slot) > end(longest):
            longest = slot
    return found


def end(slot: Slot) -> int:
    return slot[0] + WIDTHS[slot[1]]


def read_at_once(block: Block, base: str, slots: Slots, always: Slots, fresh: Fresh) -> Block:
    """What several cases read is named for none of them."""
    layout = sorted(slots)
    shared = {slot for slot in slots if len(slots[slot]) > 1 and slot not in always}
    names = [fresh.name("payload") if slot in shared else slots[slot][0] for slot in layout]
    whole = Unpack(tuple(names), format_of(layout), Var(base), layout[0][0])
    renamed = {old: Var(name) for slot, name in zip(layout, names, strict=True) for old in slots[slot] if old != name}
    gone = {name for made in slots.values() for name in made}
    first = next(index for index, stmt in enumerate(block) if type(stmt) is Let and stmt.name in gone)
    rest = without_loads(block, gone, deep=slots is not always)
    new = (*rest[:first], whole, *rest[first:])
    return rename(new, renamed) if renamed else new


def format_of(slots: list[Slot]) -> Format:
    """Of ascending slots, counted from the first, with nothing behind the last."""
    start = slots[0][0]
    return Format(tuple([(offset - start, kind) for offset, kind in slots]), end(slots[-1]) - start)


def without_loads(block: Block, names: set[str], deep: bool) -> Block:
    """Names are made once: the Lets of these are the loads."""
    kept = tuple([stmt for stmt in block if type(stmt) is not Let or stmt.name not in names])
    return map_blocks(kept, lambda inner: without_loads(inner, names, deep)) if deep else kept


# ---- join: the cases of a variant in a list write the same scalars -----------------------------------------------


def join(block: Block, fresh: Fresh) -> Block:
    """In elements of a list: a switch whose cases store becomes a switch that gives values, and stores behind it."""
    return tuple([join_loop(stmt, fresh) for stmt in block])


def join_loop(stmt: Stmt, fresh: Fresh) -> Stmt:
    return remake(stmt, body=join_stores(stmt.body, stmt.at, fresh)) if isinstance(stmt, Spread) else stmt


def join_stores(block: Block, at: str, fresh: Fresh) -> Block:
    out: list[Stmt] = []
    for stmt in block:
        if isinstance(stmt, SwitchCase) and not stmt.outs:
            out += join_switch(stmt, at, fresh)
        else:
            out.append(stmt)
    return tuple(out)


def join_switch(switch: SwitchCase, at: str, fresh: Fresh) -> list[Stmt]:
    """A case that has nothing for a slot puts zero there: nobody looks at it."""
    arms = [map_arm(arm, lambda body: join_stores(body, at, fresh)) for arm in switch.arms]
    stores = [list(stores_at(arm.body, at)) for arm in arms]
    slots = sorted({(store.offset, store.kind) for found in stores for store in found})
    elsewhere = any(uses(arm.body, at) > len(found) for arm, found in zip(arms, stores, strict=True))
    if elsewhere or clashes(slots) or len(slots) > MOST_SHARED:
        return [switch]
    names = {slot: fresh.name("payload" if index else "tag") for index, slot in enumerate(slots)}
    outs = tuple([(names[slot], CORES[slot[1]]) for slot in slots])
    joined = tuple([map_arm(arm, lambda body: join_arm(body, at, names)) for arm in arms])
    after = [Store(kind, Var(at), offset, Var(names[offset, kind])) for offset, kind in slots]
    return [SwitchCase(switch.type, switch.value, outs, joined), *after]


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
    return isinstance(stmt, Store) and stmt.base.name == base


def stores_at(block: Block, base: str) -> Iterator[Store]:
    return (stmt for stmt in block if is_store(stmt, base))


# ---- pack: one write for scalars side by side --------------------------------------------------------------------


def pack(block: Block, fresh: Fresh) -> Block:
    """Stores to one base become Packs, each as long as nothing else is written between its scalars."""
    for base in dict.fromkeys([stmt.base.name for stmt in block if isinstance(stmt, Store)]):
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
    layout = format_of([(store.offset, store.kind) for store in run])
    whole = Pack(layout, Var(base), run[0].offset, tuple([store.value for store in run]))
    packed = set(map(id, run))
    last = max(index for index, stmt in enumerate(block) if id(stmt) in packed)
    before = [stmt for stmt in block[:last] if id(stmt) not in packed]
    return (*before, whole, *block[last + 1 :])


# ---- blocks: lists whose elements are one read or one write ------------------------------------------------------


def blocks(block: Block, fresh: Fresh) -> Block:
    out: list[Stmt] = []
    for stmt in block:
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


DOWN: Rewrites = ((numbers, {Collect, Spread}), (unpack, {Let}), (join, {Spread}))
UP: Rewrites = ((pack, {Store}), (blocks, {Collect, Spread}))
INTERESTING = {*NESTED, *[kind for _, wanted in DOWN + UP for kind in wanted]}
