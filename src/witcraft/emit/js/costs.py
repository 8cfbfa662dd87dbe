"""What a lifted element takes in JavaScript, so that the limit on copied bytes bounds that too.

A byte of the guest may become an object of fifty: a ``tuple<u8>``, say, in a list. So an element counts for its place
in the array and for the objects that it becomes, if that is more than it has in the guest's memory.
"""

from __future__ import annotations

from typing import assert_never

from witcraft.abi.layout import cases, is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType, strip
from witcraft.model.walk import children

SLOT = 8  #     bytes, in an array
OBJECT = 32  #  bytes, roughly
ENTRY = 24  #   bytes, of a map
OBJECTS = Kind.U64, Kind.S64, Kind.CHAR


def element_cost(list_: ValType) -> int:
    """Bytes, of an element of a list or map."""
    parts = children(strip(list_))
    entry = SLOT if len(parts) == 1 else ENTRY
    known: dict[ValType, int] = {}
    return entry + OBJECT * sum(objects(part, known) for part in parts)


def objects(ty: ValType, known: dict[ValType, int]) -> int:
    """How many objects a value is, at most; what is in lists counts by itself."""
    if ty not in known:
        known[ty] = _objects(ty, known)
    return known[ty]


def _objects(ty: ValType, known: dict[ValType, int]) -> int:
    match ty:
        case t.TypeDef(type=inner):
            return objects(inner, known)
        case t.Prim(kind):
            return 1 if kind in OBJECTS else 0
        case t.Enum():
            return 0
        case t.Record() | t.Tuple():
            return 1 + sum(objects(part, known) for part in children(ty))
        case t.FixedList(element, length):
            return 1 + length * objects(element, known)
        case t.Option(some) if not is_nested(ty):
            return objects(some, known)
        case t.Variant() | t.Option() | t.Result():
            return 1 + max((objects(case.type, known) for case in cases(ty) if case.type), default=0)
        case t.String() | t.List() | t.Map() | t.Flags():
            return 1
        case t.Own() | t.Borrow() | t.Stream() | t.Future() | t.ErrorContext():
            return 1
        case _:
            assert_never(ty)
