"""Value types and functions as WIT text, for messages, signatures and comments (WIT.md, "Types")."""

from __future__ import annotations

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
from witcraft.model.world import Function


class Names:
    """How a name is written where it is used. Here: bare, as messages have it."""

    def of_type(self, ty: TypeDef) -> str:
        return ty.name

    def of_resource(self, handle: Own | Borrow) -> str:
        return handle.alias or handle.resource.name


BARE = Names()


def wit(ty: ValType | None, names: Names = BARE) -> str:
    """A use of a type: names stay names, so the text is as long as the type's own line of WIT. None is ``_``."""
    match ty:
        case None:
            return "_"
        case Prim(kind):
            return kind.value
        case String():
            return "string"
        case ErrorContext():
            return "error-context"
        case List(element):
            return f"list<{wit(element, names)}>"
        case FixedList(element, length):
            return f"list<{wit(element, names)}, {length}>"
        case Map(key, value):
            return f"map<{wit(key, names)}, {wit(value, names)}>"
        case Tuple(items):
            return f"tuple<{', '.join([wit(item, names) for item in items])}>"
        case Option(some):
            return f"option<{wit(some, names)}>"
        case Result(None, None):
            return "result"
        case Result(ok, None):
            return f"result<{wit(ok, names)}>"
        case Result(ok, err):
            return f"result<{wit(ok, names)}, {wit(err, names)}>"
        case Own():
            return names.of_resource(ty)
        case Borrow():
            return f"borrow<{names.of_resource(ty)}>"
        case Stream(element):
            return "stream" if element is None else f"stream<{wit(element, names)}>"
        case Future(element):
            return "future" if element is None else f"future<{wit(element, names)}>"
        case TypeDef():
            return names.of_type(ty)
        case Record() | Variant() | Enum() | Flags():
            return definition(ty, names)
        case _:
            assert_never(ty)


def definition(ty: ValType, names: Names = BARE) -> str:
    """What stands behind a name: ``record { x: f64, y: f64 }``; for other types the use itself."""
    match ty:
        case Record(fields):
            return f"record {{ {', '.join(f'{field.name}: {wit(field.type, names)}' for field in fields)} }}"
        case Variant(cases):
            return f"variant {{ {', '.join(c.name + (f'({wit(c.type, names)})' if c.type else '') for c in cases)} }}"
        case Enum(labels):
            return f"enum {{ {', '.join(labels)} }}"
        case Flags(labels):
            return f"flags {{ {', '.join(labels)} }}"
        case _:
            return wit(ty, names)


def signature(function: Function) -> str:
    """``func(a: u32, b: string) -> list<u8>``."""
    params = ", ".join(f"{param.name}: {wit(param.type)}" for param in function.params)
    result = f" -> {wit(function.result)}" if function.result is not None else ""
    return f"{'async ' if function.is_async else ''}func({params}){result}"
