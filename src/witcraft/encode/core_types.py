"""Types of core WebAssembly, and module types.

WebAssembly core specification 3.0, "Binary Format / Types"; component-model Binary.md, "Type Definitions"
(``core:deftype``). Reference types and the types of the gc proposal are WAT text in the tree: that is parsed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar, assert_never

from witcraft.component.tree import (
    CoreExternType,
    FuncOfType,
    ModuleExport,
    ModuleImport,
    ModuleOuterAlias,
    ModuleType,
    TagOfType,
)
from witcraft.core.encode import s, text, u, vector
from witcraft.core.tree import CoreType, FuncType, GlobalType, Limits, MemoryType, OtherType, Standing, TableType

T = TypeVar("T")

NUMBERS = {"i32": b"\x7f", "i64": b"\x7e", "f32": b"\x7d", "f64": b"\x7c", "v128": b"\x7b"}
PACKED = {"i8": b"\x78", "i16": b"\x77"}
HEAP = {
    "nocont": b"\x75",
    "noexn": b"\x74",
    "nofunc": b"\x73",
    "noextern": b"\x72",
    "none": b"\x71",
    "func": b"\x70",
    "extern": b"\x6f",
    "any": b"\x6e",
    "eq": b"\x6d",
    "i31": b"\x6c",
    "struct": b"\x6b",
    "array": b"\x6a",
    "exn": b"\x69",
    "cont": b"\x68",
}
SHORT = {f"{name}ref": code for name, code in HEAP.items()} | {
    "nullref": HEAP["none"],
    "nullfuncref": HEAP["nofunc"],
    "nullexternref": HEAP["noextern"],
    "nullexnref": HEAP["noexn"],
    "nullcontref": HEAP["nocont"],
}
PLAIN = NUMBERS | PACKED | SHORT


# ---- WAT text of types -------------------------------------------------------------------------------------------

Tree = str | list["Tree"]


def parse(wat: str) -> Tree:
    """One S-expression."""
    return expression(iter(re.findall(r"[()]|[^\s()]+", wat)))


def expression(tokens: Iterator[str]) -> Tree:
    token = next(tokens)
    return items(tokens) if token == "(" else token


def items(tokens: Iterator[str]) -> list[Tree]:
    """Up to the closing parenthesis."""
    found: list[Tree] = []
    for token in tokens:
        if token == ")":
            break
        found.append(items(tokens) if token == "(" else token)
    return found


# ---- value types -------------------------------------------------------------------------------------------------


def value_type(name: str) -> bytes:
    return PLAIN.get(name) or reference_type(parse(name))


def reference_type(tree: Tree) -> bytes:
    match tree:
        case str():
            return PLAIN[tree]
        case ["ref", "null", ["shared", str(name)]]:
            return b"\x65" + HEAP[name]
        case ["ref", "null", heap]:
            return b"\x63" + heap_type(heap)
        case ["ref", heap]:
            return b"\x64" + heap_type(heap)
        case _:
            raise ValueError(f"{tree} is no value type")


def heap_type(tree: Tree) -> bytes:
    match tree:
        case ["exact", str(index)]:
            return b"\x62" + u(int(index))
        case ["shared", str(name)]:
            return b"\x65" + HEAP[name]
        case str() if tree in HEAP:
            return HEAP[tree]
        case str():
            return s(int(tree))
        case _:
            raise ValueError(f"{tree} is no heap type")


# ---- type definitions --------------------------------------------------------------------------------------------


def recursion_groups(types: Iterable[T], later: Callable[[T], int]) -> Iterator[list[T]]:
    """Types that may mention each other; ``later``: how many of its group come after one."""
    rest = iter(types)
    for first in rest:
        yield [first, *islice(rest, later(first))]


def recursion_group(types: Sequence[CoreType]) -> bytes:
    """``core:rectype``."""
    return core_type(types[0]) if len(types) == 1 else b"\x4e" + vector(types, core_type)


def core_type(type_: CoreType) -> bytes:
    match type_:
        case FuncType(params, results, standing):
            opcode = b"\x65\x60" if standing.shared else b"\x60"
            return standing_type(standing) + opcode + vector(params, value_type) + vector(results, value_type)
        case OtherType(wat):
            return sub_type(parse(wat))
        case _:
            assert_never(type_)


def standing_type(standing: Standing) -> bytes:
    """What stands before a type that is not final or has supertypes."""
    if standing.final and not standing.parents:
        return b""
    return (b"\x4f" if standing.final else b"\x50") + vector(standing.parents, u)


def sub_type(tree: Tree) -> bytes:
    match tree:
        case ["sub", "final", *parents, inner]:
            return b"\x4f" + vector(parents, supertype) + composite_type(inner)
        case ["sub", *parents, inner]:
            return b"\x50" + vector(parents, supertype) + composite_type(inner)
        case _:
            return composite_type(tree)


def supertype(index: Tree) -> bytes:
    return u(int(str(index)))


def composite_type(tree: Tree) -> bytes:
    match tree:
        case ["shared", *rest]:
            return b"\x65" + composite_type(rest)
        case ["describes", str(index), *rest]:
            return b"\x4c" + u(int(index)) + composite_type(rest)
        case ["descriptor", str(index), *rest]:
            return b"\x4d" + u(int(index)) + composite_type(rest)
        case ["struct", *fields]:
            return b"\x5f" + vector(fields, lambda field: field_type(field[1]))
        case ["array", field]:
            return b"\x5e" + field_type(field)
        case ["cont", heap]:
            return b"\x5d" + heap_type(heap)
        case _:
            raise ValueError(f"{tree} is no core type")


def field_type(tree: Tree) -> bytes:
    match tree:
        case ["mut", inner]:
            return reference_type(inner) + b"\x01"
        case _:
            return reference_type(tree) + b"\x00"


# ---- types of imports and exports --------------------------------------------------------------------------------


def limits(type_: Limits) -> bytes:
    custom = type_.page_size_log2 != 16
    flags = (type_.maximum is not None) | type_.shared << 1 | type_.is64 << 2 | custom << 3
    numbers = [type_.minimum] + ([] if type_.maximum is None else [type_.maximum])
    return bytes([flags]) + b"".join(map(u, numbers)) + (u(type_.page_size_log2) if custom else b"")


def core_extern_type(type_: CoreExternType) -> bytes:
    match type_:
        case FuncOfType(index):
            return b"\x00" + u(index)
        case TableType(element, size):
            return b"\x01" + value_type(element) + limits(size)
        case MemoryType(size):
            return b"\x02" + limits(size)
        case GlobalType(content, mutable, shared):
            return b"\x03" + value_type(content) + bytes([mutable | shared << 1])
        case TagOfType(index):
            return b"\x04\x00" + u(index)
        case _:
            assert_never(type_)


# ---- module types ------------------------------------------------------------------------------------------------

ModuleDeclaration = ModuleImport | ModuleExport | ModuleOuterAlias | CoreType


def core_type_definition(types: Sequence[CoreType | ModuleType]) -> bytes:
    """``core:deftype``. 0x50 is a module type here, so that a ``sub`` type, which has that opcode too, follows a 0."""
    if isinstance(types[0], ModuleType):
        return b"\x50" + module_type(types[0])
    found = recursion_group([type_ for type_ in types if not isinstance(type_, ModuleType)])
    return b"\x00" + found if found.startswith(b"\x50") else found


def types_after(declaration: ModuleType | ModuleDeclaration) -> int:
    """How many of its recursion group come after it, of a declaration that is a type."""
    return declaration.standing.later if isinstance(declaration, FuncType | OtherType) else 0


def module_type(type_: ModuleType) -> bytes:
    return vector(recursion_groups(type_.declarations, types_after), module_declaration)


def module_declaration(group: Sequence[ModuleDeclaration]) -> bytes:
    match group[0]:
        case ModuleImport(module, name, type_):
            return b"\x00" + text(module) + text(name) + core_extern_type(type_)
        case ModuleExport(name, type_):
            return b"\x03" + text(name) + core_extern_type(type_)
        case ModuleOuterAlias(count, index):
            return b"\x02\x10\x01" + u(count) + u(index)
        case FuncType() | OtherType():
            return b"\x01" + recursion_group([type_ for type_ in group if isinstance(type_, FuncType | OtherType)])
        case _:
            assert_never(group[0])
