"""Value types: definitions of the tree to types of the model (component-model Explainer, "Type Definitions")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, assert_never

from witcraft.component import tree
from witcraft.errors import ComponentError
from witcraft.model import types as model
from witcraft.model.types import ERROR_CONTEXT, STRING, Kind, Prim, ValType, strip
from witcraft.model.world import Param
from witcraft.resolve.features import Feature
from witcraft.resolve.meaning import FuncType
from witcraft.resolve.names import check_labels
from witcraft.resolve.scope import Scope

Items = TypeVar("Items", bound=Sequence[object])

MAX_LABELS = 32  # of flags

PRIMITIVES: dict[str, ValType] = {
    "string": STRING,
    "error-context": ERROR_CONTEXT,
    **{kind.value: Prim(kind) for kind in Kind},
}
KEYS = {ty for name, ty in PRIMITIVES.items() if name not in ("error-context", "f32", "f64")}


def type_ref(scope: Scope, ref: tree.TypeRef) -> ValType:
    return scope.ledger.note(primitive(scope, ref)) if isinstance(ref, tree.PrimType) else scope.value_type(ref)


def primitive(scope: Scope, ty: tree.PrimType) -> ValType:
    if ty.name == "error-context":
        scope.ledger.require(Feature.ERROR_CONTEXT, "the type error-context")
    return PRIMITIVES[ty.name]


def optional(scope: Scope, ref: tree.TypeRef | None) -> ValType | None:
    return None if ref is None else type_ref(scope, ref)


def value_type(scope: Scope, ty: tree.DefinedValueType) -> ValType:
    return scope.ledger.note(_value_type(scope, ty))


def _value_type(scope: Scope, ty: tree.DefinedValueType) -> ValType:
    match ty:
        case tree.PrimType():
            return primitive(scope, ty)
        case tree.RecordType():
            return record(scope, ty)
        case tree.VariantType():
            return variant(scope, ty)
        case tree.ListType(element):
            return model.List(type_ref(scope, element))
        case tree.FixedListType(element, length):
            return fixed_list(scope, element, length)
        case tree.MapType(key, value):
            return map_type(scope, key, value)
        case tree.TupleType(items):
            some(items, "tuple", "type")
            return model.Tuple(tuple([type_ref(scope, item) for item in items]))
        case tree.FlagsType(labels):
            return flags(labels)
        case tree.EnumType(labels):
            check_labels(some(labels, "enum", "case"), "case")
            return model.Enum(labels)
        case tree.OptionType(inner):
            return model.Option(type_ref(scope, inner))
        case tree.ResultType(ok, err):
            return model.Result(optional(scope, ok), optional(scope, err))
        case tree.OwnType(resource):
            return model.Own(scope.resource(resource))
        case tree.BorrowType(resource):
            return model.Borrow(scope.resource(resource))
        case tree.StreamType(inner):
            return model.Stream(payload(scope, inner, "stream"))
        case tree.FutureType(inner):
            return model.Future(payload(scope, inner, "future"))
        case _:
            assert_never(ty)


def record(scope: Scope, ty: tree.RecordType) -> ValType:
    check_labels([field.name for field in some(ty.fields, "record", "field")], "field")
    return model.Record(tuple([field_type(scope, field) for field in ty.fields]))


def field_type(scope: Scope, field: tree.FieldType) -> model.Field:
    return model.Field(field.name, type_ref(scope, field.type))


def variant(scope: Scope, ty: tree.VariantType) -> ValType:
    check_labels([case.name for case in some(ty.cases, "variant", "case")], "case")
    return model.Variant(tuple([model.Case(case.name, optional(scope, case.type)) for case in ty.cases]))


def flags(labels: tuple[str, ...]) -> ValType:
    check_labels(some(labels, "flags type", "label"), "label")
    if len(labels) > MAX_LABELS:
        raise ComponentError(f"a flags type has at most {MAX_LABELS} labels, not {len(labels)}")
    return model.Flags(labels)


def fixed_list(scope: Scope, element: tree.TypeRef, length: int) -> ValType:
    scope.ledger.require(Feature.FIXED_LENGTH_LISTS, "a list of fixed length")
    if length == 0:
        raise ComponentError("a list of fixed length has at least one element")
    return model.FixedList(type_ref(scope, element), length)


def map_type(scope: Scope, key: tree.TypeRef, value: tree.TypeRef) -> ValType:
    scope.ledger.require(Feature.MAP, "a map")
    found = type_ref(scope, key)
    if strip(found) not in KEYS:
        raise ComponentError("the key of a map is a bool, an integer, a char or a string")
    return model.Map(found, type_ref(scope, value))


def payload(scope: Scope, ref: tree.TypeRef | None, noun: str) -> ValType | None:
    scope.ledger.require(Feature.ASYNC, f"a {noun}")
    found = optional(scope, ref)
    if found is not None and scope.ledger.facts[found].borrow:
        raise ComponentError(f"a {noun} cannot carry a borrow")
    if noun == "stream" and found is not None and strip(found) is PRIMITIVES["char"]:
        raise ComponentError("a stream cannot carry chars")
    return found


def some(items: Items, noun: str, part: str) -> Items:
    if not items:
        raise ComponentError(f"a {noun} has at least one {part}")
    return items


def func_type(scope: Scope, ty: tree.FuncType) -> FuncType:
    check_labels([param.name for param in ty.params], "parameter")
    if ty.is_async:
        scope.ledger.require(Feature.ASYNC, "an async function")
    params = tuple([Param(param.name, type_ref(scope, param.type)) for param in ty.params])
    result = optional(scope, ty.result)
    if result is not None and scope.ledger.facts[result].borrow:
        raise ComponentError("the result of a function cannot hold a borrow")
    return scope.ledger.note(FuncType(params, result, ty.is_async))
