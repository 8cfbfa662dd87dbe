"""Value types: primitive ones, references to the type index space, and definitions of one level.

Component-model Binary.md, "Type Definitions" (``valtype``, ``defvaltype``).
"""

from __future__ import annotations

from typing import assert_never

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
from witcraft.core.encode import s, text, u, vector

PRIMITIVES: dict[str, bytes] = {
    "bool": b"\x7f",
    "s8": b"\x7e",
    "u8": b"\x7d",
    "s16": b"\x7c",
    "u16": b"\x7b",
    "s32": b"\x7a",
    "u32": b"\x79",
    "s64": b"\x78",
    "u64": b"\x77",
    "f32": b"\x76",
    "f64": b"\x75",
    "char": b"\x74",
    "string": b"\x73",
    "error-context": b"\x64",
}


def type_ref(ref: TypeRef) -> bytes:
    """``valtype``: a primitive type is a negative number of one byte, an index a positive one of 33 bits."""
    return s(ref) if isinstance(ref, int) else PRIMITIVES[ref.name]


def optional_type(ref: TypeRef | None) -> bytes:
    return b"\x00" if ref is None else b"\x01" + type_ref(ref)


def result_list(result: TypeRef | None) -> bytes:
    return b"\x01\x00" if result is None else b"\x00" + type_ref(result)


def field(field_: FieldType) -> bytes:
    return text(field_.name) + type_ref(field_.type)


def case(case_: CaseType) -> bytes:
    return text(case_.name) + optional_type(case_.type) + b"\x00"


def defined_type(type_: DefinedValueType) -> bytes:
    match type_:
        case PrimType(name):
            return PRIMITIVES[name]
        case RecordType(fields):
            return b"\x72" + vector(fields, field)
        case VariantType(cases):
            return b"\x71" + vector(cases, case)
        case ListType(element):
            return b"\x70" + type_ref(element)
        case TupleType(items):
            return b"\x6f" + vector(items, type_ref)
        case FlagsType(labels):
            return b"\x6e" + vector(labels, text)
        case EnumType(labels):
            return b"\x6d" + vector(labels, text)
        case OptionType(some):
            return b"\x6b" + type_ref(some)
        case ResultType(ok, err):
            return b"\x6a" + optional_type(ok) + optional_type(err)
        case OwnType(resource):
            return b"\x69" + u(resource)
        case BorrowType(resource):
            return b"\x68" + u(resource)
        case FixedListType(element, length):
            return b"\x67" + type_ref(element) + u(length)
        case StreamType(element):
            return b"\x66" + optional_type(element)
        case FutureType(element):
            return b"\x65" + optional_type(element)
        case MapType(key, value):
            return b"\x63" + type_ref(key) + type_ref(value)
        case _:
            assert_never(type_)
