"""Going through programs without knowing each op: what an op holds, and how to make it again with other parts.

The ops themselves say what they hold: a field whose annotation names ``Expr``, ``Var``, ``Block`` or ``CaseArm`` has
parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from operator import is_not
from typing import Any, TypeVar

from witcraft.abi import ops
from witcraft.abi.ops import (
    Address,
    Block,
    CallHostResult,
    CaseArm,
    Collect,
    CollectBlocks,
    Guard,
    Load,
    Pack,
    Spread,
    SpreadBlocks,
    Stmt,
    Store,
    StoreNumbers,
    SwitchCase,
    SwitchTag,
    Unpack,
    Var,
)

Op = TypeVar("Op")


def _fields_with(*words: str) -> dict[type, tuple[str, ...]]:
    classes = [value for value in vars(ops).values() if isinstance(value, type) and is_dataclass(value)]
    return {cls: tuple([f.name for f in fields(cls) if any(word in str(f.type) for word in words)]) for cls in classes}


HELD = _fields_with("Expr", "Var", "Block", "CaseArm")
NESTED = {cls: names for cls, names in _fields_with("Block", "CaseArm").items() if names}
NAMED = _fields_with("str")
BASED = {Load, Store, Address, Pack, Unpack, StoreNumbers}
"""What is an offset from a base."""


def parts(op: Any) -> Sequence[Any]:
    """The expressions and statements right inside ``op``; ``op`` may also be a tuple of such."""
    return op if type(op) is tuple else [getattr(op, name) for name in HELD.get(type(op), ())]


def everything(op: Any) -> list[Any]:
    """``op`` and all that it holds, at any depth."""
    found = [op]
    for part in found:  # which grows meanwhile
        found += parts(part)
    return found


def variables(op: Any) -> list[str]:
    """Each name that ``op`` reads, at any depth, as often as it does."""
    return [part.name for part in everything(op) if type(part) is Var]


def uses(op: Any, name: str) -> int:
    """How often ``op`` reads the name, at any depth."""
    return variables(op).count(name)


def rename(op: Op, names: Mapping[str, Var]) -> Op:
    """``op`` with every use of these names replaced."""
    return _rename(op, names)  # type: ignore[no-any-return]


def _rename(op: Any, names: Mapping[str, Var]) -> Any:
    if type(op) is Var:
        return names.get(op.name, op)
    if type(op) is tuple:
        return tuple([_rename(part, names) for part in op])
    held = HELD.get(type(op))
    return remake(op, **{name: _rename(getattr(op, name), names) for name in held}) if held else op


def remake(op: Op, **changes: Any) -> Op:
    """``op`` with some fields changed."""
    names: tuple[str, ...] = type(op).__match_args__  # type: ignore[attr-defined]
    return type(op)(*[changes[name] if name in changes else getattr(op, name) for name in names])


def map_blocks(block: Block, change: Callable[[Block], Block]) -> Block:
    """``block`` with each block right inside its statements changed; the same object if nothing did change."""
    new = [map_inside(stmt, change) if type(stmt) in NESTED else stmt for stmt in block]
    return tuple(new) if any(map(is_not, new, block)) else block


def map_inside(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """``stmt`` with each block right inside it changed."""
    match stmt:
        case Guard() | Collect() | Spread() | CollectBlocks() | SpreadBlocks():
            body = change(stmt.body)
            return stmt if body is stmt.body else remake(stmt, body=body)
        case SwitchTag(arms=arms):
            return with_arms(stmt, arms, [change(arm) for arm in arms])
        case SwitchCase(arms=cases):
            return with_arms(stmt, cases, [map_arm(case, change) for case in cases])
        case CallHostResult(ok=ok, err=err):
            return remake(stmt, ok=map_arm(ok, change), err=map_arm(err, change))
        case _:
            return stmt


def with_arms(stmt: Op, arms: Sequence[Any], new: Sequence[Any]) -> Op:
    return remake(stmt, arms=tuple(new)) if any(map(is_not, new, arms)) else stmt


def map_arm(arm: CaseArm, change: Callable[[Block], Block]) -> CaseArm:
    body = change(arm.body)
    return arm if body is arm.body else CaseArm(arm.bind, body)


def places(op: Any, base: str) -> set[int]:
    """The offsets at which ``op`` uses the address ``base``, at any depth; 0 is one if there are any."""
    found = everything(op)
    offsets = {part.offset for part in found if type(part) in BASED and part.base.name == base}
    return offsets | {0 for part in found if type(part) is Var and part.name == base}


def names_made(block: Block) -> Iterator[str]:
    """Every name that ``block`` makes, at any depth (and a few other words)."""
    for stmt in block:
        for name in NAMED[type(stmt)]:
            yield from _strings(getattr(stmt, name))
        for name in NESTED.get(type(stmt), ()):
            yield from _names_nested(getattr(stmt, name))


def _names_nested(value: Any) -> Iterator[str]:
    """A field is a block, one arm, or a tuple of arms or blocks."""
    if isinstance(value, CaseArm):
        yield from _strings(value.bind)
        yield from names_made(value.body)
    elif value and isinstance(value[0], CaseArm | tuple):
        for part in value:
            yield from _names_nested(part)
    else:
        yield from names_made(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
