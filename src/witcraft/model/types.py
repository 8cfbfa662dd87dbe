"""Value types (component-model Explainer, "Type Definitions").

Types are a DAG of interned nodes: building the same structural type twice gives the same object, so that equality is
identity, hashing is constant, and a pass that remembers what it has seen is linear in *definitions*. Interning is by
position: ``List(U8) is List(U8)``.

Two nodes have an identity of their own instead. A ``TypeDef`` is a type that somebody named, so equal records of two
interfaces stay two classes. A ``Resource`` is one runtime resource type, so instantiating a component twice makes two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum as PyEnum
from typing import Any
from weakref import WeakValueDictionary

from witcraft.model.gates import UNGATED, Stability

_interned: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()


class Interned:
    """Base of structural types: one object for each distinct (class, parts)."""

    __slots__ = ("__weakref__",)

    def __new__(cls, *parts: Any) -> Any:
        key = (cls, *parts)
        known = _interned.get(key)
        if known is None:
            known = _interned[key] = object.__new__(cls)
        return known


class Kind(PyEnum):
    """Scalar types: each has a fixed width and one core value."""

    BOOL = "bool"
    U8 = "u8"
    S8 = "s8"
    U16 = "u16"
    S16 = "s16"
    U32 = "u32"
    S32 = "s32"
    U64 = "u64"
    S64 = "s64"
    F32 = "f32"
    F64 = "f64"
    CHAR = "char"


@dataclass(frozen=True, slots=True, eq=False)
class Prim(Interned):
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class String(Interned):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class ErrorContext(Interned):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class List(Interned):
    element: ValType


@dataclass(frozen=True, slots=True, eq=False)
class FixedList(Interned):
    """``list<T, N>``: N elements in line, no pointer."""

    element: ValType
    length: int


@dataclass(frozen=True, slots=True, eq=False)
class Map(Interned):
    """``map<K, V>``: in the canonical ABI a list of pairs."""

    key: ValType
    value: ValType


@dataclass(frozen=True, slots=True, eq=False)
class Tuple(Interned):
    items: tuple[ValType, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Option(Interned):
    some: ValType


@dataclass(frozen=True, slots=True, eq=False)
class Result(Interned):
    ok: ValType | None
    err: ValType | None


@dataclass(frozen=True, slots=True, eq=False)
class Field(Interned):
    """A field of a record."""

    name: str
    type: ValType


@dataclass(frozen=True, slots=True, eq=False)
class Case(Interned):
    """A case of a variant; ``type`` is None for a case without payload."""

    name: str
    type: ValType | None


@dataclass(frozen=True, slots=True, eq=False)
class Record(Interned):
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Variant(Interned):
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Enum(Interned):
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Flags(Interned):
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Own(Interned):
    """``alias`` is set where the text says a name that is not the first of the resource's names in its scope."""

    resource: Resource
    alias: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Borrow(Interned):
    resource: Resource
    alias: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Stream(Interned):
    element: ValType | None


@dataclass(frozen=True, slots=True, eq=False)
class Future(Interned):
    element: ValType | None


@dataclass(frozen=True, slots=True)
class Docs:
    """Documentation of one definition: its own text, and the texts of its fields, cases or labels by name."""

    text: str = ""
    items: Mapping[str, str] = field(default_factory=dict)


NO_DOCS = Docs()


@dataclass(frozen=True, slots=True, eq=False)
class TypeDef:
    """A type that an interface or a world named. Identity is its own; ``use`` makes a TypeDef of a TypeDef."""

    owner: str  #                 extern name of the interface, "" for the world itself
    name: str  #                  kebab-case
    type: ValType
    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    external_id: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A resource type. Identity is its own.

    ``use`` of a resource is the same Resource under a further name, kept by the interface that names it.
    """

    owner: str
    name: str
    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    external_id: str | None = None


ValType = (
    Prim
    | String
    | ErrorContext
    | List
    | FixedList
    | Map
    | Tuple
    | Option
    | Result
    | Record
    | Variant
    | Enum
    | Flags
    | Own
    | Borrow
    | Stream
    | Future
    | TypeDef
)

BOOL, CHAR = Prim(Kind.BOOL), Prim(Kind.CHAR)
U8, U16, U32, U64 = Prim(Kind.U8), Prim(Kind.U16), Prim(Kind.U32), Prim(Kind.U64)
S8, S16, S32, S64 = Prim(Kind.S8), Prim(Kind.S16), Prim(Kind.S32), Prim(Kind.S64)
F32, F64 = Prim(Kind.F32), Prim(Kind.F64)
STRING, ERROR_CONTEXT = String(), ErrorContext()


def strip(ty: ValType) -> ValType:
    """The structural type under any number of names."""
    while isinstance(ty, TypeDef):
        ty = ty.type
    return ty
