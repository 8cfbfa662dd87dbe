"""Going through programs without knowing each op: what an op holds, and how to make it again with other parts.

The ops themselves say what they hold: a field whose annotation names ``Expr``, ``Block`` or ``CaseArm`` has parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from witcraft.abi import ops
from witcraft.abi.ops import Address, Block, CaseArm, Load, Pack, Store, StoreNumbers, Unpack, Var

Op = TypeVar("Op")


def _fields_with(*words: str) -> dict[type, tuple[str, ...]]:
    classes = [value for value in vars(ops).values() if isinstance(value, type) and is_dataclass(value)]
    return {cls: tuple([f.name for f in fields(cls) if any(word in str(f.type) for word in words)]) for cls in classes}


HELD = _fields_with("Expr", "Block", "CaseArm")
NESTED = {cls: names for cls, names in _fields_with("Block", "CaseArm").items() if names}
NAMED = _fields_with("str")


def parts(op: Any) -> Iterator[Any]:
    """The expressions and statements right inside ``op``; ``op`` may also be a tuple of such."""
    if type(op) is tuple:
        yield from op
    else:
        for name in HELD.get(type(op), ()):
            yield getattr(op, name)


def uses(op: Any, name: str) -> int:
    """How often ``op`` reads the name, at any depth."""
    if type(op) is Var:
        return op.name == name
    return sum(uses(part, name) for part in parts(op))


def rename(op: Op, names: Mapping[str, Var]) -> Op:
    """``op`` with every use of these names replaced."""
    return _rename(op, names)  # type: ignore[no-any-return]


def _rename(op: Any, names: Mapping[str, Var]) -> Any:
    if type(op) is Var:
        return names.get(op.name, op)
    if type(op) is tuple:
        return tuple([_rename(part, names) for part in op])
    held = HELD.get(type(op))
    return remake(op, {name: _rename(getattr(op, name), names) for name in held}) if held else op


def remake(op: Any, changes: Mapping[str, Any]) -> Any:
    """``op`` with some fields changed; the same object if they are what they were."""
    if all(getattr(op, name) is value for name, value in changes.items()):
        return op
    return type(op)(*[changes[f] if f in changes else getattr(op, f) for f in op.__match_args__])


def map_blocks(op: Op, change: Callable[[Block], Block]) -> Op:
    """``op`` with each block right inside it changed."""
    held = NESTED.get(type(op))
    return remake(op, {name: _map_field(getattr(op, name), change) for name in held}) if held else op  # type: ignore


def _map_field(value: Any, change: Callable[[Block], Block]) -> Any:
    """A field is a block, one arm, or a tuple of arms or blocks."""
    if isinstance(value, CaseArm):
        return map_blocks(value, change)
    if value and isinstance(value[0], CaseArm | tuple):
        new = tuple([_map_field(part, change) for part in value])
        return value if all(a is b for a, b in zip(value, new, strict=True)) else new
    return change(value)


def places(op: Any, base: str) -> Iterator[int]:
    """The offsets at which ``op`` uses the address ``base``, at any depth."""
    match op:
        case Load() | Store() | Address() | Pack() | Unpack() | StoreNumbers() if is_var(op.base, base):
            yield op.offset
            others = [part for name, part in zip(HELD[type(op)], parts(op), strict=True) if name != "base"]
            yield from places(tuple(others), base)
        case Var(name):
            if name == base:
                yield 0
        case _:
            for part in parts(op):
                yield from places(part, base)


def is_var(op: Any, name: str) -> bool:
    return type(op) is Var and op.name == name


def names_in(op: Any) -> Iterator[str]:
    """Every name in ``op``, made or used (and a few other words)."""
    for name in NAMED.get(type(op), ()):
        yield from _strings(getattr(op, name))
    for part in parts(op):
        yield from names_in(part)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
