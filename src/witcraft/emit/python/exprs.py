"""ABI expressions -> Python expressions.

Core integers are held unsigned. A text that needs brackets inside a larger expression is a ``Loose``.
"""

from __future__ import annotations

from typing import Protocol, assert_never

from witcraft.abi import ops
from witcraft.abi.ops import Expr, Format
from witcraft.emit.python.module import PyModule, struct_format
from witcraft.emit.python.places import Places, nominal
from witcraft.emit.python.types import Annotator
from witcraft.model.types import Enum, Flags, Kind, TypeDef

BOUNDS = {
    Kind.U8: (0, 0xFF),
    Kind.S8: (-0x80, 0x7F),
    Kind.U16: (0, 0xFFFF),
    Kind.S16: (-0x8000, 0x7FFF),
    Kind.U32: (0, 0xFFFFFFFF),
    Kind.S32: (-0x80000000, 0x7FFFFFFF),
    Kind.U64: (0, 0xFFFFFFFFFFFFFFFF),
    Kind.S64: (-0x8000000000000000, 0x7FFFFFFFFFFFFFFF),
}
SIGNED = frozenset({Kind.S8, Kind.S16, Kind.S32, Kind.S64})

# how a join of variant payloads is undone or made: (have, want) -> a function of the run time, or a mask
REINTERPRET = {
    ("i32", "f32"): "f32_from_bits",
    ("i64", "f32"): "f32_from_bits",
    ("i64", "f64"): "f64_from_bits",
    ("f32", "i32"): "f32_bits",
    ("f32", "i64"): "f32_bits",
    ("f64", "i64"): "f64_bits",
}


class Loose(str):
    """An expression with an operator outside of every bracket."""

    __slots__ = ()


class Scope(Protocol):
    """What expressions need of the function that they stand in."""

    module: PyModule
    places: Places
    note: Annotator

    def local(self, name: str) -> str: ...
    def fresh(self, wish: str) -> str: ...
    def memory(self) -> str: ...
    def slot(self, name: str, signed: bool) -> str | None: ...


def tight(text: str) -> str:
    """``text`` as an operand."""
    return f"({text})" if isinstance(text, Loose) else text


def expression(scope: Scope, e: Expr) -> str:
    def x(part: Expr) -> str:
        return expression(scope, part)

    match e:
        case ops.Var(name):
            return scope.slot(name, signed=False) or scope.local(name)
        case ops.Lit(value, core):
            return f"{value}.0" if core in ("f32", "f64") else str(value)
        case ops.Address(base, offset):
            return plus(x(base), offset)
        case ops.Load(kind, base, offset):
            return load(scope, kind, x(base), offset)
        case ops.Bits(have, want, of):
            return reinterpret(scope, have, want, x(of))
        case ops.FromCore():
            return from_core(scope, e)
        case ops.ToCore():
            return to_core(scope, e, bounded=False)
        case ops.MakeRecord(ty, values):
            return f"{scope.places.type_name(scope.module, nominal(ty), True)}({', '.join(map(x, values))})"
        case ops.MakeTuple(values):
            return f"({', '.join(map(x, values))}{',' if len(values) == 1 else ''})"
        case ops.MakeCase(ty, index, payload):
            return f"{scope.places.case_name(scope.module, ty, index)}({x(payload) if payload else ''})"
        case ops.MakeEnum(ty, of):
            return f"{labels(scope, ty)}[{x(of)}]"
        case ops.MakeFlags(ty, of):
            return f"{labels(scope, ty)}[{tight(x(of))} & {number(flags_mask(ty))}]"
        case ops.MakeNone():
            return "None"
        case ops.MakeSome(payload, nested):
            return f"{scope.module.runtime('Some')}({x(payload)})" if nested else x(payload)
        case ops.MakeOk(payload):
            return f"{scope.module.runtime('Ok')}({x(payload) if payload else 'None'})"
        case ops.MakeErr(payload):
            return f"{scope.module.runtime('Err')}({x(payload) if payload else 'None'})"
        case ops.Get(ty, of, index):
            return f"{tight(x(of))}.{scope.places.field_names(ty)[index]}"
        case ops.EnumIndex(ty, of) | ops.FlagBits(ty, of):
            return member_value(scope, ty, of)
        case ops.Length(of):
            return f"{scope.module.builtin('len')}({x(of)})"
        case _:
            assert_never(e)


def times(count: str, size: int) -> str:
    if count.isdigit():
        return str(int(count) * size)
    return tight(count) if size == 1 else Loose(f"{tight(count)} * {size}")


def single_code(layout: Format) -> str | None:
    """The ``struct`` code of a block that is one scalar and nothing else."""
    text = struct_format(layout)
    return text if len(text) == 1 else None


def plus(base: str, offset: int) -> str:
    return Loose(f"{base} + {offset}") if offset else base


# ---- memory ------------------------------------------------------------------------------------------------------


def load(scope: Scope, kind: str, base: str, offset: int) -> str:
    at = plus(base, offset)
    if kind == "u8":
        return f"{scope.memory()}.view[{at}]"
    struct = scope.module.struct(Format(((0, kind),), int(kind[1:]) // 8))
    return f"{struct}.unpack_from({scope.memory()}.view, {at})[0]"


# ---- scalars -----------------------------------------------------------------------------------------------------


def reinterpret(scope: Scope, have: str, want: str, of: str) -> str:
    if (have, want) == ("i64", "i32"):
        return Loose(f"{tight(of)} & 0xFFFFFFFF")
    if (have, want) == ("i32", "i64"):
        return of
    return f"{scope.module.runtime(REINTERPRET[have, want])}({of})"


def from_core(scope: Scope, e: ops.FromCore) -> str:
    """A host scalar of a core value."""
    if isinstance(e.of, ops.Var) and not e.loaded and e.kind in (Kind.S32, Kind.S64):
        signed = scope.slot(e.of.name, signed=True)
        if signed is not None:
            return signed
    of = expression(scope, e.of)
    match e.kind:
        case Kind.BOOL:
            return Loose(f"{tight(of)} != 0")
        case Kind.CHAR:
            return f"{scope.module.runtime('char')}({of})"
        case Kind.F32 | Kind.F64 | Kind.U32 | Kind.U64:
            return of
        case _ if e.loaded:
            return of
        case Kind.U8 | Kind.U16:
            return Loose(f"{tight(of)} & {number(BOUNDS[e.kind][1])}")
        case _:
            return sign_extend(of, e.kind)


def sign_extend(of: str, kind: Kind) -> str:
    high = BOUNDS[kind][1] + 1
    low = tight(of) if kind in (Kind.S32, Kind.S64) else f"({tight(of)} & {number(2 * high - 1)})"
    return Loose(f"({low} ^ {number(high)}) - {number(high)}")


def to_core(scope: Scope, e: ops.ToCore, bounded: bool) -> str:
    """A checked core value of a host scalar.

    ``bounded``: the place that it goes to (a slot, a ``struct``) refuses what does not fit, and takes a sign as it is.
    """
    match e.kind:
        case Kind.F64:
            return (
                expression(scope, e.of) if bounded else f"{scope.module.runtime('double')}({expression(scope, e.of)})"
            )
        case Kind.F32:
            of = expression(scope, e.of)
            return of if bounded and e.stored else f"{scope.module.runtime('single')}({of})"
        case Kind.BOOL:
            name, first = twice(scope, e.of)
            other = f"{scope.module.runtime('boolean')}({name})"
            return Loose(f"1 if {first} is True else 0 if {name} is False else {other}")
        case Kind.CHAR:
            return f"{scope.module.runtime('character')}({expression(scope, e.of)})"
        case _:
            return integer(scope, e, bounded)


def integer(scope: Scope, e: ops.ToCore, bounded: bool) -> str:
    """An exact int goes as it is; bools are refused, other integer-like objects converted, out of line."""
    low, high = BOUNDS[e.kind]
    if bounded:
        name, first = twice(scope, e.of)
        int_ = scope.module.builtin("int")
        slow = f"{scope.module.runtime('integer')}({name})"
        return Loose(f"{name} if {first}.__class__ is {int_} else {slow}")
    text = f"{scope.module.runtime('integer_in')}({expression(scope, e.of)}, {number(low)}, {number(high)})"
    if e.kind in SIGNED and not e.stored:
        return Loose(f"{text} & {number(BOUNDS[Kind.U64 if e.kind is Kind.S64 else Kind.U32][1])}")
    return text


def number(n: int) -> str:
    """Small numbers as people write them, large ones as the formatter writes hexadecimal digits."""
    return str(n) if -100 < n < 100 else f"{'-' if n < 0 else ''}0x{abs(n):X}"


def twice(scope: Scope, of: Expr) -> tuple[str, str]:
    """A value that is used more than once: its name, and the text of the first use (which may bind the name)."""
    text = expression(scope, of)
    if text.isidentifier():
        return text, text
    name = scope.fresh("x")
    return name, f"({name} := {text})"


# ---- enums and flags ---------------------------------------------------------------------------------------------


def labels(scope: Scope, ty: TypeDef) -> str:
    """The table of the module from core values to members; a discriminant of no case traps in it."""
    cls = scope.places.type_name(scope.module, nominal(ty), True)
    if isinstance(nominal(ty).type, Enum):
        return scope.module.table("Labels", cls, cls)
    return scope.module.table("Bits", cls, f"{cls}, {number(flags_mask(ty))}")


def flags_mask(ty: TypeDef) -> int:
    base = nominal(ty).type
    assert isinstance(base, Flags)
    return (1 << len(base.labels)) - 1


def member_value(scope: Scope, ty: TypeDef, of: Expr) -> str:
    cls = scope.places.type_name(scope.module, nominal(ty), True)
    name, first = twice(scope, of)
    return Loose(f"{name}._value_ if {first}.__class__ is {cls} else {scope.module.runtime('member')}({name}, {cls})")
