"""Size, alignment and flattening of value types (CanonicalABI.md, "Alignment", "Element Size", "Flattening").

Everything that the canonical ABI knows of a type is one ``Shape``, found once for each node of the type DAG, so that
every question is constant and every pass linear in definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, assert_never

from witcraft.errors import ComponentError, UnsupportedError
from witcraft.model.types import (
    Borrow,
    Case,
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
from witcraft.model.world import Function

MAX_FLAT_PARAMS = 16
MAX_FLAT_ASYNC_PARAMS = 4  # of a lowered function
MAX_FLAT_RESULTS = 1
MAX_SIZE = (1 << 28) - 1  # bytes of one element, with 64-bit pointers
MAX_DEPTH = 100  # of types in types; names do not count

LARGE_WEIGHT = 64  # roughly: statements, if written in place
LARGE_NESTING = 8  # levels of blocks and expressions; some languages stop at 20 nested loops

Core = str
FlatTypes = tuple[Core, ...]

WIDTHS = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8, "f32": 4, "f64": 8}
"""Bytes of each kind that a Load or a Store knows."""

CORES = {kind: "i64" if kind in ("u64", "s64") else kind if kind in ("f32", "f64") else "i32" for kind in WIDTHS}
"""The core type that holds each of these kinds."""

STORED = {kind: {Kind.BOOL: "u8", Kind.CHAR: "u32"}.get(kind, kind.value) for kind in Kind}
"""How each scalar lies in memory."""


@dataclass(slots=True)
class Shape:
    """One type as the canonical ABI sees it."""

    size: int  #                    bytes, padded to ``align``
    align: int  #                   bytes
    flat: FlatTypes | None  #       None: more than fit into any list of core values
    borrows: bool  #                a borrow is somewhere inside
    weight: int  #                  what it costs to write the walk in place; large types inside count 1
    nesting: int  #                 levels of types until the leaves, or until a large type
    depth: int  #                   levels of types until the leaves
    most: int = LARGE_WEIGHT  #     that is written in place

    @property
    def large(self) -> bool:
        """Lifts and lowers through a helper of its own: written once, however often it is used."""
        return self.weight > self.most or self.nesting > LARGE_NESTING


class Layout:
    """Shapes under one pointer width. Keep one for all functions that share it: it remembers what it has measured."""

    __slots__ = ("_level", "_most", "_shapes", "core", "kind", "pointer")

    def __init__(self, pointer: Literal[4, 8] = 4, most: int = LARGE_WEIGHT) -> None:
        """``most``: the weight up to which a type is written in place."""
        self.pointer = pointer  #                          bytes
        self.core: Core = "i32" if pointer == 4 else "i64"  # a pointer, or a length, as core value
        self.kind = "u32" if pointer == 4 else "u64"  #    and in memory
        self._shapes: dict[ValType, Shape] = {}
        self._level, self._most = 0, most

    # ---- questions

    def shape(self, ty: ValType) -> Shape:
        """Raises ``ComponentError`` for a type that is too large or too deep."""
        known = self._shapes.get(ty)
        if known is None:
            known = self._shapes[ty] = self._measure(ty)
        return known

    def size(self, ty: ValType) -> int:
        return self.shape(ty).size

    def align(self, ty: ValType) -> int:
        return self.shape(ty).align

    def flatten(self, ty: ValType) -> FlatTypes | None:
        return self.shape(ty).flat

    def is_large(self, ty: ValType, flat: bool) -> bool:
        """Whether a helper lifts or lowers it; ``flat``: from or to core values. A language may have more of them."""
        return self.shape(ty).large

    def has_borrow(self, ty: ValType) -> bool:
        return self.shape(ty).borrows

    def offsets(self, types: Sequence[ValType]) -> list[int]:
        """Where each field of a record or tuple begins."""
        out, at = [], 0
        for ty in types:
            shape = self.shape(ty)
            at = align_to(at, shape.align)
            out.append(at)
            at += shape.size
        return out

    def payload_offset(self, cases: Sequence[Case]) -> int:
        align = max((self.shape(case.type).align for case in cases if case.type), default=1)
        return align_to(WIDTHS[discriminant(len(cases))], align)

    def join(self, cases: Sequence[Case]) -> FlatTypes | None:
        """The core values of a variant behind its tag: at each place one type that holds any case's."""
        return join_all(self.shape(case.type).flat for case in cases if case.type)

    # ---- functions

    def flat_params(self, function: Function, most: int = MAX_FLAT_PARAMS) -> FlatTypes | None:
        """The core values of all parameters together; None if they are more than ``most``, and spilled to memory."""
        flat = concatenate(self.shape(param.type).flat for param in function.params)
        return flat if flat is not None and len(flat) <= most else None

    def flat_result(self, function: Function, most: int = MAX_FLAT_RESULTS) -> FlatTypes | None:
        """The core values of the result; None if they are more than ``most``, and go through memory."""
        if function.result is None:
            return ()
        flat = self.shape(function.result).flat
        return flat if flat is not None and len(flat) <= most else None

    # ---- measuring

    def _measure(self, ty: ValType) -> Shape:
        if isinstance(ty, TypeDef):
            return self.shape(strip(ty))
        if self._level > MAX_DEPTH:
            raise too_deep()
        self._level += 1
        try:
            shape = self._structure(ty)
        finally:
            self._level -= 1
        shape.most = self._most
        if shape.size > MAX_SIZE:
            raise ComponentError(f"a value of this type takes {shape.size} bytes, more than the limit of {MAX_SIZE}")
        if shape.depth > MAX_DEPTH:
            raise too_deep()
        return shape

    def _structure(self, ty: ValType) -> Shape:
        match ty:
            case Prim(kind):
                return scalar(STORED[kind])
            case String():
                return self._pointer_and_length(())
            case List(element):
                return self._pointer_and_length((element,))
            case Map(key, value):
                return self._pointer_and_length((key, value))
            case Record() | Tuple():
                return self._record(fields(ty))
            case Variant() | Option() | Result():
                return self._variant(cases(ty))
            case Enum(labels):
                return scalar(discriminant(len(labels)))
            case Flags(labels):
                return scalar(flags_kind(len(labels)))
            case FixedList(element, length):
                return self._fixed_list(element, length)
            case Borrow():
                return scalar("u32", borrows=True)
            case Own() | Stream() | Future() | ErrorContext():
                return scalar("u32")
            case TypeDef():
                return self.shape(strip(ty))
            case _:
                assert_never(ty)

    def _pointer_and_length(self, elements: tuple[ValType, ...]) -> Shape:
        parts = [self.shape(element) for element in elements]
        return around(parts, 2 * self.pointer, self.pointer, (self.core, self.core))

    def _record(self, types: Sequence[ValType]) -> Shape:
        parts = [self.shape(ty) for ty in types]
        align = max((part.align for part in parts), default=1)
        end = self.offsets(types)[-1] + parts[-1].size if parts else 0
        return around(parts, align_to(end, align), align, concatenate(part.flat for part in parts))

    def _variant(self, cases: Sequence[Case]) -> Shape:
        parts = [self.shape(case.type) for case in cases if case.type]
        align = max([WIDTHS[discriminant(len(cases))], *(part.align for part in parts)])
        payload = max((part.size for part in parts), default=0)
        size = align_to(self.payload_offset(cases) + payload, align)
        shape = around(parts, size, align, concatenate((("i32",), self.join(cases))))
        shape.weight += len(cases)
        return shape

    def _fixed_list(self, element: ValType, length: int) -> Shape:
        part = self.shape(element)
        fits = part.flat is not None and len(part.flat) * length <= MAX_FLAT_PARAMS
        return around([part], part.size * length, part.align, part.flat * length if part.flat and fits else None)


# ---- shapes from shapes ------------------------------------------------------------------------------------------


@lru_cache
def scalar(kind: str, borrows: bool = False) -> Shape:
    return Shape(WIDTHS[kind], WIDTHS[kind], (CORES[kind],), borrows, weight=1, nesting=0, depth=0)


def around(parts: Sequence[Shape], size: int, align: int, flat: FlatTypes | None) -> Shape:
    """The shape of a type that is made of ``parts``."""
    return Shape(
        size,
        align,
        flat,
        borrows=any(part.borrows for part in parts),
        weight=1 + sum(1 if part.large else part.weight for part in parts),
        nesting=1 + max((0 if part.large else part.nesting for part in parts), default=0),
        depth=1 + max((part.depth for part in parts), default=0),
    )


def concatenate(flats: Iterable[FlatTypes | None]) -> FlatTypes | None:
    """None as soon as they are more than any function takes flat: no long tuple is ever built."""
    out: FlatTypes = ()
    for flat in flats:
        if flat is None or len(out) + len(flat) > MAX_FLAT_PARAMS:
            return None
        out += flat
    return out


def join_all(payloads: Iterable[FlatTypes | None]) -> FlatTypes | None:
    joined: list[Core] = []
    for flat in payloads:
        if flat is None:
            return None
        joined[: len(flat)] = [join(joined[i], core) if i < len(joined) else core for i, core in enumerate(flat)]
    return tuple(joined)


def join(a: Core, b: Core) -> Core:
    if a == b:
        return a
    return "i32" if {a, b} == {"i32", "f32"} else "i64"


def align_to(offset: int, align: int) -> int:
    return (offset + align - 1) // align * align


def too_deep() -> UnsupportedError:
    return UnsupportedError(f"types nested more than {MAX_DEPTH} levels deep are not supported")


# ---- types, as the canonical ABI sees them -----------------------------------------------------------------------


def discriminant(count: int) -> str:
    """The kind of the tag of ``count`` cases."""
    return "u8" if count <= 1 << 8 else "u16" if count <= 1 << 16 else "u32"


def flags_kind(count: int) -> str:
    """The kind that holds ``count`` labels (at most 32)."""
    return "u8" if count <= 8 else "u16" if count <= 16 else "u32"


def fields(ty: Record | Tuple) -> tuple[ValType, ...]:
    """The types in a record or tuple, in order."""
    return tuple([field.type for field in ty.fields]) if isinstance(ty, Record) else ty.items


def cases(ty: Variant | Option | Result) -> tuple[Case, ...]:
    """Options and results are variants of these cases (CanonicalABI.md, "Despecialization")."""
    match ty:
        case Variant(cases):
            return cases
        case Option(some):
            return Case("none", None), Case("some", some)
        case Result(ok, err):
            return Case("ok", ok), Case("error", err)
        case _:
            assert_never(ty)


def definition(ty: ValType) -> TypeDef:
    """The innermost name of a record, variant, enum or flags: the one whose ``type`` is the structure itself."""
    while isinstance(ty, TypeDef):
        if not isinstance(ty.type, TypeDef):
            return ty
        ty = ty.type
    raise ComponentError(f"a {type(ty).__name__.lower()} without a name cannot be passed")


def is_nested(option: Option) -> bool:
    """An option right in an option: its ``some`` is wrapped, to tell the two nones apart."""
    return isinstance(strip(option.some), Option)


def parts(ty: ValType) -> tuple[ValType, ...]:
    """The types right inside ``ty``."""
    match ty:
        case TypeDef(type=inner):
            return (inner,)
        case Record() | Tuple():
            return fields(ty)
        case Variant() | Option() | Result():
            return tuple([case.type for case in cases(ty) if case.type])
        case List(element) | FixedList(element):
            return (element,)
        case Map(key, value):
            return key, value
        case _:
            return ()


def borrowed(types: Iterable[ValType], layout: Layout) -> set[Resource]:
    """The resources of which a borrow is somewhere inside ``types``."""
    found: set[Resource] = set()
    seen: set[ValType] = set()
    todo = list(types)
    while todo:
        ty = todo.pop()
        if ty in seen or not layout.has_borrow(ty):
            continue
        seen.add(ty)
        if isinstance(ty, Borrow):
            found.add(ty.resource)
        todo.extend(parts(ty))
    return found
