"""A short text that says whether two functions have the same type, whatever their types are called.

For interfaces of which witcraft has the types already: a component may write anything under a known name.
"""

from __future__ import annotations

from hashlib import blake2s
from typing import assert_never

from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
)
from witcraft.model.world import Function, Interface

SIZE = 6  # bytes of a digest
LONGEST = 40  # characters of a type as text: types that use others twice, time and again, must stay short


def shapes(interface: Interface) -> dict[str, str]:
    """By extern name of each function."""
    known: dict[TypeDef, str] = {}
    return {function.extern_name: shape(function, known) for function in interface.functions}


def shape(function: Function, known: dict[TypeDef, str]) -> str:
    parts = [say(param.type, known) for param in function.params]
    result = "" if function.result is None else say(function.result, known)
    return digest(f"{'async ' * function.is_async}func({', '.join(parts)}) -> {result}")


def say(ty: ValType | None, known: dict[TypeDef, str]) -> str:
    """A type without the names of definitions, or the digest of such a text."""
    if isinstance(ty, TypeDef):
        if ty not in known:
            known[ty] = say(ty.type, known)
        return known[ty]
    text = "_" if ty is None else spell(ty, known)
    return text if len(text) <= LONGEST else digest(text)


def spell(ty: ValType, known: dict[TypeDef, str]) -> str:
    def of(*parts: ValType | None) -> str:
        return ", ".join([say(part, known) for part in parts])

    match ty:
        case Prim(kind):
            return kind.name
        case String():
            return "string"
        case List(element):
            return f"list<{of(element)}>"
        case FixedList(element, length):
            return f"list<{of(element)}, {length}>"
        case Map(key, value):
            return f"map<{of(key, value)}>"
        case Option(some):
            return f"option<{of(some)}>"
        case Result(ok, err):
            return f"result<{of(ok, err)}>"
        case Tuple(items):
            return f"tuple<{of(*items)}>"
        case Record(fields):
            return f"record {[(field.name, of(field.type)) for field in fields]}"
        case Variant(cases):
            return f"variant {[(case.name, of(case.type)) for case in cases]}"
        case Enum(labels):
            return f"enum {list(labels)}"
        case Flags(labels):
            return f"flags {list(labels)}"
        case Own(resource):
            return f"own<{resource.name}>"
        case Borrow(resource):
            return f"borrow<{resource.name}>"
        case Stream(element):
            return f"stream<{of(element)}>"
        case Future(element):
            return f"future<{of(element)}>"
        case ErrorContext():
            return "error-context"
        case TypeDef():
            return say(ty, known)
        case _:
            assert_never(ty)


def digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=SIZE).hexdigest()
