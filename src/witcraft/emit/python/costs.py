"""What a lifted value takes in Python, so that ``Config.max_copied`` bounds that too.

A byte of the guest may become an object of sixty: a ``tuple<u8>``, say, in a list. So an element of a list counts for
as many bytes as it has in the guest's memory, and for no fewer than eight times the objects that it becomes. All in all
the host's memory stays within some eight times of the limit.
"""

from __future__ import annotations

from typing import assert_never

from witcraft.abi import ops
from witcraft.abi.layout import is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType

WORD = 8
ENTRY = 3
"""Objects that the place of an entry in a dictionary is worth."""
_CACHED = (Kind.BOOL, Kind.U8, Kind.S8)
_MANY_FLAGS = 12
"""Flags of so many labels and fewer are all kept by the run time (``Bits``)."""


def element_cost(lifting: ops.Stmt | None) -> int:
    """Bytes that an element costs on the host's side, given what a checked range is lifted by."""
    match lifting:
        case ops.Collect(type=ty) | ops.CollectBlocks(type=ty):
            match t.strip(ty):
                case t.List(element):
                    return WORD * max(1, objects(element, {}))
                case t.Map(key, item):
                    return WORD * (ENTRY + objects(key, {}) + objects(item, {}))
                case _:
                    return 0
        case ops.LiftNumbers(kind=kind) if kind is not Kind.U8:
            return WORD
        case _:
            return 0


def objects(ty: ValType, known: dict[ValType, int]) -> int:
    """How many objects a value is, at most; those that lists and strings in it refer to count by themselves."""
    if ty not in known:
        known[ty] = _objects(ty, known)
    return known[ty]


def _objects(ty: ValType, known: dict[ValType, int]) -> int:
    match ty:
        case t.TypeDef(type=inner):
            return objects(inner, known)
        case t.Prim(kind):
            return 0 if kind in _CACHED else 1
        case t.Record(fields):
            return 1 + sum([objects(field.type, known) for field in fields])
        case t.Tuple(items):
            return 1 + sum([objects(item, known) for item in items])
        case t.FixedList(element, length):
            return 1 + length * objects(element, known)
        case t.Variant(cases):
            return 1 + max([objects(case.type, known) for case in cases if case.type is not None], default=0)
        case t.Result(ok, err):
            return 1 + max([objects(case, known) for case in (ok, err) if case is not None], default=0)
        case t.Option(some):
            return is_nested(ty) + objects(some, known)
        case t.Flags(labels):
            return 1 if len(labels) > _MANY_FLAGS else 0
        case t.Enum():
            return 0
        case (
            t.String() | t.List() | t.Map() | t.Own() | t.Borrow() | t.ErrorContext() | t.Stream() | t.Future()
        ):  # fmt: skip
            return 1
        case _:
            assert_never(ty)
