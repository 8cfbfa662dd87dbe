"""Value types as TypeScript says them, seen from one file of declarations.

What a component gives is said narrowly (the typed array of a numeric list), what it takes widely (or an array of
numbers). A named type stands once and serves both ways, so only what has no name is widened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from witcraft.emit.js.names import Taken, fields, property_key, quoted
from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    Kind,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
    strip,
)

ARRAYS = {
    Kind.U8: "Uint8Array",
    Kind.S8: "Int8Array",
    Kind.U16: "Uint16Array",
    Kind.S16: "Int16Array",
    Kind.U32: "Uint32Array",
    Kind.S32: "Int32Array",
    Kind.U64: "BigUint64Array",
    Kind.S64: "BigInt64Array",
    Kind.F32: "Float32Array",
    Kind.F64: "Float64Array",
}
HELPERS = {
    "Option": "export type Option<T> = { tag: 'none' } | { tag: 'some', val: T };",
    "Result": "export type Result<T, E> = { tag: 'ok', val: T } | { tag: 'err', val: E };",
}
"""Types that every file declares for itself, where it speaks of them."""
MOST_ITEMS = 32
"""Fixed-length lists are tuples up to this length, and arrays beyond."""


@dataclass(slots=True, eq=False)
class TsFile:
    """One file of declarations: its path without ending, and the names that stand in it."""

    path: str
    names: Taken = field(default_factory=Taken)
    types: dict[TypeDef, str] = field(default_factory=dict)  #   with every type that a declared one is an alias of
    classes: dict[Resource, str] = field(default_factory=dict)
    seconds: dict[str, str] = field(default_factory=dict)  #   further names of classes, by extern name
    again: set[TypeDef] = field(default_factory=set)  #         of the same name as what they are an alias of
    cases: dict[TypeDef, tuple[str, ...]] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)  #     wish -> name, of those in use
    disposes: bool = False

    def know(self, ty: TypeDef, name: str) -> None:
        """``ty`` and all that it is an alias of are called ``name`` here."""
        self.types[ty] = name
        while isinstance(ty.type, TypeDef):
            ty = ty.type
            self.types.setdefault(ty, name)

    def helper(self, name: str) -> str:
        if name not in self.helpers:
            self.helpers[name] = self.names.take(name)
        return self.helpers[name]

    def builtin(self, name: str) -> str:
        """A type of the language, where a type of the component may have its name."""
        return f"globalThis.{name}" if name in self.names else name

    def specifier(self, other: TsFile) -> str:
        """How this file imports from ``other``; all files but one lie in one folder below that one."""
        target = other.path.rpartition("/")[2] if "/" in self.path else other.path
        return quoted(f"./{target}.js")


@dataclass(frozen=True, slots=True)
class Places:
    """The file that declares a type or a class, for the others."""

    types: dict[TypeDef, TsFile] = field(default_factory=dict)
    classes: dict[Resource, TsFile] = field(default_factory=dict)


def is_flat(ty: ValType) -> bool:
    """Whether an ``option`` of ``ty`` is ``T | undefined``: its ``none`` would be no value of ``ty``."""
    base = strip(ty)
    return not (isinstance(base, Option) and is_flat(base.some))


def element_array(ty: ValType) -> str | None:
    """The typed array for a list of ``ty``."""
    base = strip(ty)
    return ARRAYS.get(base.kind) if isinstance(base, Prim) else None


def scalar(kind: Kind) -> str:
    match kind:
        case Kind.BOOL:
            return "boolean"
        case Kind.CHAR:
            return "string"
        case Kind.U64 | Kind.S64:
            return "bigint"
        case _:
            return "number"


class Spelling:
    """Types as ``file`` writes them; ``wide``: as what the component takes."""

    def __init__(self, file: TsFile, places: Places, wide: bool) -> None:
        self.file, self.places, self.wide = file, places, wide

    def maybe(self, ty: ValType | None) -> str:
        """A payload, or a result; without one it is ``void``."""
        return "void" if ty is None else self.say(ty)

    def say(self, ty: ValType) -> str:
        match ty:
            case Prim(kind):
                return scalar(kind)
            case String():
                return "string"
            case ErrorContext():
                return "object"
            case List(element):
                return self._list(element)
            case FixedList(element, length):
                return self._fixed(element, length)
            case Map(key, value):
                name = self.file.builtin("ReadonlyMap" if self.wide else "Map")
                return f"{name}<{self.say(key)}, {self.say(value)}>"
            case Tuple(items):
                return f"{self._readonly()}[{', '.join(map(self.say, items))}]"
            case Option(some) if is_flat(some):
                return f"{self.say(some)} | undefined"
            case Option(some):
                return f"{self.file.helper('Option')}<{self.say(some)}>"
            case Result(ok, err):
                return f"{self.file.helper('Result')}<{self.maybe(ok)}, {self.maybe(err)}>"
            case Own(resource) | Borrow(resource):
                return self._class(resource)
            case Stream(element):
                return f"{self.file.builtin('AsyncIterable')}<{self.maybe(element)}>"
            case Future(element):
                return f"{self.file.builtin('PromiseLike')}<{self.maybe(element)}>"
            case TypeDef():
                return self._named(ty)
            case Record() | Variant() | Enum() | Flags():
                return f"{{ {', '.join(self.members(ty))} }}" if isinstance(ty, Record | Flags) else self.union(ty)
            case _:
                assert_never(ty)

    def members(self, ty: Record | Flags) -> Iterator[str]:
        """``key: type`` of every field or label; what may be left out has a ``?``."""
        if isinstance(ty, Flags):
            yield from (f"{property_key(key)}?: boolean" for key in fields(ty.labels))
            return
        for key, part in zip(fields([part.name for part in ty.fields]), ty.fields, strict=True):
            may_miss = isinstance(base := strip(part.type), Option) and is_flat(base.some)
            yield f"{property_key(key)}{'?' if may_miss else ''}: {self.say(part.type)}"

    def union(self, ty: Variant | Enum) -> str:
        if isinstance(ty, Enum):
            return " | ".join(map(quoted, ty.labels))
        return " | ".join([f"{{ {', '.join(self.case_members(case.name, case.type))} }}" for case in ty.cases])

    def case_members(self, name: str, payload: ValType | None) -> list[str]:
        return [f"tag: {quoted(name)}", *([f"val: {self.say(payload)}"] if payload is not None else [])]

    def alias(self, ty: TypeDef) -> str:
        """What stands behind the name: of another file's type the import, whatever else says it here."""
        base = ty.type
        if isinstance(base, TypeDef) and self.places.types.get(base, self.file) is not self.file:
            return self._elsewhere(self.places.types[base], self.places.types[base].types[base])
        return self.say(base) if not isinstance(base, TypeDef) else self._named(base)

    def _readonly(self) -> str:
        return "readonly " if self.wide else ""

    def _list(self, element: ValType) -> str:
        array = element_array(element)
        if array is None:
            return f"{self.file.builtin('ReadonlyArray' if self.wide else 'Array')}<{self.say(element)}>"
        name = self.file.builtin(array)
        return f"{name} | readonly {_plain(element)}[]" if self.wide else name

    def _fixed(self, element: ValType, length: int) -> str:
        if length <= MOST_ITEMS:
            tuple_ = f"{self._readonly()}[{', '.join([self.say(element)] * length)}]"
        else:
            tuple_ = f"{self.file.builtin('ReadonlyArray' if self.wide else 'Array')}<{self.say(element)}>"
        array = element_array(element) if self.wide else None
        return f"{tuple_} | {self.file.builtin(array)}" if array else tuple_

    def _named(self, ty: TypeDef) -> str:
        name = self.file.types.get(ty)
        if name is None:
            place = self.places.types.get(ty)
            name = self.say(ty.type) if place is None else self._elsewhere(place, place.types[ty])
        base = strip(ty)
        widens = self.wide and isinstance(base, List) and element_array(base.element)
        return f"{name} | readonly {_plain(base.element)}[]" if widens and isinstance(base, List) else name

    def _class(self, resource: Resource) -> str:
        if resource in self.file.classes:
            return self.file.classes[resource]
        place = self.places.classes.get(resource)
        return "object" if place is None else self._elsewhere(place, place.classes[resource])

    def _elsewhere(self, place: TsFile, name: str) -> str:
        return f"import({self.file.specifier(place)}).{name}"


def _plain(element: ValType) -> str:
    base = strip(element)
    assert isinstance(base, Prim)
    return scalar(base.kind)
