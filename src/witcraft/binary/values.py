"""Value types: primitive ones, references to the type index space, and definitions of one level.

Component-model Binary.md, "Type Definitions" (``valtype``, ``defvaltype``).
"""

from __future__ import annotations

from collections.abc import Callable

from witcraft.binary.cursor import Cursor
from witcraft.component.tree import (
    BorrowType,
    CaseType,
    DefinedValueType,
    EnumType,
    FieldType,
    FixedListType,
    FlagsType,
    FutureType,
    ListType,
    MapType,
    OptionType,
    OwnType,
    PrimType,
    RecordType,
    ResultType,
    StreamType,
    TupleType,
    TypeRef,
    VariantType,
)

PRIMITIVES: dict[int, PrimType] = {
    0x7F: PrimType("bool"),
    0x7E: PrimType("s8"),
    0x7D: PrimType("u8"),
    0x7C: PrimType("s16"),
    0x7B: PrimType("u16"),
    0x7A: PrimType("s32"),
    0x79: PrimType("u32"),
    0x78: PrimType("s64"),
    0x77: PrimType("u64"),
    0x76: PrimType("f32"),
    0x75: PrimType("f64"),
    0x74: PrimType("char"),
    0x73: PrimType("string"),
    0x64: PrimType("error-context"),
}


def type_ref(c: Cursor) -> TypeRef:
    """``valtype``: a primitive type is a negative number of one byte, an index a positive one of 33 bits."""
    start = c.pos
    byte = c.peek("a value type")
    if byte in PRIMITIVES:
        c.pos += 1
        return PRIMITIVES[byte]
    index = c.signed(33)
    if index < 0:
        raise c.error(f"value type {byte:#x} is unknown", start)
    return index


def optional_type(c: Cursor) -> TypeRef | None:
    return c.optional(type_ref, "an optional type")


def result_list(c: Cursor) -> TypeRef | None:
    match c.byte("a result list"):
        case 0x00:
            return type_ref(c)
        case 0x01:
            if number := c.u32():
                raise c.error(f"a function has one result or none, not {number} named ones", c.pos - 1)
            return None
        case form:
            raise c.error(f"result list {form:#x} is unknown", c.pos - 1)


def field(c: Cursor) -> FieldType:
    return FieldType(c.name(), type_ref(c))


def case(c: Cursor) -> CaseType:
    name, type_ = c.name(), optional_type(c)
    if refines := c.byte("a case"):
        raise c.error(f"a variant case ends with 0, not {refines:#x}", c.pos - 1)
    return CaseType(name, type_)


DEFINITIONS: dict[int, Callable[[Cursor], DefinedValueType]] = {
    0x72: lambda c: RecordType(c.vector(field, "fields")),
    0x71: lambda c: VariantType(c.vector(case, "cases")),
    0x70: lambda c: ListType(type_ref(c)),
    0x6F: lambda c: TupleType(c.vector(type_ref, "types")),
    0x6E: lambda c: FlagsType(c.vector(Cursor.name, "labels")),
    0x6D: lambda c: EnumType(c.vector(Cursor.name, "labels")),
    0x6B: lambda c: OptionType(type_ref(c)),
    0x6A: lambda c: ResultType(optional_type(c), optional_type(c)),
    0x69: lambda c: OwnType(c.u32()),
    0x68: lambda c: BorrowType(c.u32()),
    0x67: lambda c: FixedListType(type_ref(c), c.u32()),
    0x66: lambda c: StreamType(optional_type(c)),
    0x65: lambda c: FutureType(optional_type(c)),
    0x63: lambda c: MapType(type_ref(c), type_ref(c)),
}
