"""Types and other small nouns of a component tree as one line of text, close to WIT; indices stay visible."""

from __future__ import annotations

import json
import re
from typing import assert_never

from witcraft.component.tree import (
    AnySort,
    BorrowType,
    CanonOptions,
    CaseType,
    ComponentExtern,
    CoreExternType,
    DefinedValueType,
    EnumType,
    ExternDesc,
    ExternName,
    FieldType,
    FixedListType,
    FlagsType,
    FuncExtern,
    FuncOfType,
    FuncType,
    FutureType,
    InstanceExtern,
    ListType,
    MapType,
    ModuleExtern,
    OptionType,
    OwnType,
    PrimType,
    RecordType,
    ResourceType,
    ResultType,
    Sort,
    SortIndex,
    StreamType,
    TagOfType,
    TupleType,
    TypeEq,
    TypeExtern,
    TypeRef,
    ValueExtern,
    VariantType,
)
from witcraft.core import tree as core

LABEL = re.compile(r"[A-Za-z0-9-]+")


# ---- names and sorts --------------------------------------------------------------------------------------------


def quoted(name: str) -> str:
    """In ASCII, so that a hostile name can neither end the string nor move the terminal's cursor."""
    return json.dumps(name)


def label(name: str) -> str:
    return name if LABEL.fullmatch(name) else quoted(name)


def sort(kind: AnySort) -> str:
    return kind.name.lower() if isinstance(kind, Sort) else f"core {kind.name.lower()}"


def item(at: SortIndex) -> str:
    return f"{sort(at.sort)} {at.index}"


def extern_name(name: ExternName) -> str:
    parts = [quoted(name.name)]
    if name.implements is not None:
        parts.append(f"implements {quoted(name.implements)}")
    if name.version_suffix is not None:
        parts.append(f"version-suffix {quoted(name.version_suffix)}")
    if name.external_id is not None:
        parts.append(f"external-id {quoted(name.external_id)}")
    return " ".join(parts)


# ---- component types --------------------------------------------------------------------------------------------


def ref(type_: TypeRef) -> str:
    return type_.name if isinstance(type_, PrimType) else f"type {type_}"


def optional(type_: TypeRef | None) -> str:
    return "_" if type_ is None else ref(type_)


def field(it: FieldType) -> str:
    return f"{label(it.name)}: {ref(it.type)}"


def case(it: CaseType) -> str:
    return label(it.name) if it.type is None else f"{label(it.name)}({ref(it.type)})"


def value_type(type_: DefinedValueType) -> str:
    match type_:
        case PrimType(name):
            return name
        case RecordType(fields):
            return f"record {{ {', '.join(map(field, fields))} }}"
        case VariantType(cases):
            return f"variant {{ {', '.join(map(case, cases))} }}"
        case FlagsType(labels):
            return f"flags {{ {', '.join(map(label, labels))} }}"
        case EnumType(labels):
            return f"enum {{ {', '.join(map(label, labels))} }}"
        case OwnType(resource):
            return f"own<type {resource}>"
        case BorrowType(resource):
            return f"borrow<type {resource}>"
        case _:
            name, arguments = generic(type_)
            return f"{name}<{', '.join(arguments)}>" if arguments else name


Generic = ListType | FixedListType | MapType | TupleType | OptionType | ResultType | StreamType | FutureType


def generic(type_: Generic) -> tuple[str, tuple[str, ...]]:
    """The name of a type constructor, and what it is applied to."""
    match type_:
        case ListType(element):
            return "list", (ref(element),)
        case FixedListType(element, length):
            return "list", (ref(element), str(length))
        case MapType(key, value):
            return "map", (ref(key), ref(value))
        case TupleType(items):
            return "tuple", tuple(map(ref, items))
        case OptionType(some):
            return "option", (ref(some),)
        case ResultType(ok, err):
            return "result", () if ok is None and err is None else (optional(ok), optional(err))
        case StreamType(element):
            return "stream", () if element is None else (ref(element),)
        case FutureType(element):
            return "future", () if element is None else (ref(element),)
        case _:
            assert_never(type_)


def func_type(type_: FuncType) -> str:
    head = "async func" if type_.is_async else "func"
    result = "" if type_.result is None else f" -> {ref(type_.result)}"
    return f"{head}({', '.join(map(field, type_.params))}){result}"


def resource_type(type_: ResourceType) -> str:
    parts = [f"resource, rep {type_.rep}"]
    if type_.dtor is not None:
        parts.append(f"{'async ' * type_.is_async}dtor core func {type_.dtor}")
    if type_.callback is not None:
        parts.append(f"callback core func {type_.callback}")
    return ", ".join(parts)


def extern_type(type_: ExternDesc) -> str:
    match type_:
        case ModuleExtern(index):
            return f"core type {index}"
        case FuncExtern(index) | ComponentExtern(index) | InstanceExtern(index):
            return f"type {index}"
        case ValueExtern(type=None, equals=index):
            return f"eq value {index}"
        case ValueExtern(type=value):
            return optional(value)
        case TypeExtern(TypeEq(index)):
            return f"eq type {index}"
        case TypeExtern():
            return "sub resource"
        case _:
            assert_never(type_)


def extern_sort(type_: ExternDesc) -> AnySort:
    """The index space that an import or export of that type enters."""
    match type_:
        case ModuleExtern():
            return core.Sort.MODULE
        case FuncExtern():
            return Sort.FUNC
        case ValueExtern():
            return Sort.VALUE
        case TypeExtern():
            return Sort.TYPE
        case ComponentExtern():
            return Sort.COMPONENT
        case InstanceExtern():
            return Sort.INSTANCE
        case _:
            assert_never(type_)


# ---- core types -------------------------------------------------------------------------------------------------


def core_type(type_: core.CoreType) -> str:
    match type_:
        case core.FuncType(params, results):
            return f"func({', '.join(params)})" + (f" -> {', '.join(results)}" if results else "")
        case core.OtherType(text):
            return text
        case _:
            assert_never(type_)


def core_definition(type_: core.CoreType) -> str:
    """With its supertypes, which only definitions say."""
    text, standing = core_type(type_), type_.standing
    if isinstance(type_, core.OtherType) or (standing.final and not standing.parents):
        return text  # others have them in their text
    return " ".join(["sub", *["final"] * standing.final, *map(str, standing.parents), text])


def limits(it: core.Limits) -> str:
    parts = [f"{it.minimum}.." + ("" if it.maximum is None else str(it.maximum))]
    parts += ["64-bit"] * it.is64 + ["shared"] * it.shared
    if it.page_size_log2 != 16:
        parts.append(f"pages of 2^{it.page_size_log2}")
    return " ".join(parts)


def core_extern_type(type_: core.ExternType | CoreExternType) -> str:
    match type_:
        case core.FuncType():
            return core_type(type_)
        case FuncOfType(index):
            return f"func of core type {index}"
        case core.TableType(element, size):
            return f"table {limits(size)} of {element}"
        case core.MemoryType(size):
            return f"memory {limits(size)}"
        case core.GlobalType():
            return "".join(["shared "] * type_.shared + ["global "] + ["mut "] * type_.mutable + [type_.type])
        case core.TagType(function):
            return f"tag {core_type(function)}"
        case TagOfType(index):
            return f"tag of core type {index}"
        case _:
            assert_never(type_)


# ---- canonical options ------------------------------------------------------------------------------------------


def options(it: CanonOptions) -> str:
    """In brackets, before it a space; nothing where there are none."""
    parts = [] if it.encoding is None else [it.encoding.value]
    parts += ["async"] * it.is_async + ["gc"] * it.gc
    indices = {
        "core memory": it.memory,
        "realloc core func": it.realloc,
        "post-return core func": it.post_return,
        "callback core func": it.callback,
        "core type": it.core_type,
    }
    parts += [f"{words} {index}" for words, index in indices.items() if index is not None]
    return f" [{', '.join(parts)}]" if parts else ""
