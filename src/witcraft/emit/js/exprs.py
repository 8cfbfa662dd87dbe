"""ABI expressions -> JavaScript expressions.

A core i32 is a number, signed as the engine gives it or unsigned; a core i64 a bigint; an address a number, whatever
the width of the memory. A text that needs brackets inside a larger expression is a ``Loose``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from witcraft.abi import ops
from witcraft.abi.layout import WIDTHS
from witcraft.abi.ops import Expr
from witcraft.emit.js.module import literal
from witcraft.emit.js.names import fields, member, quoted
from witcraft.model.types import Kind, Record, TypeDef, Variant, strip

if TYPE_CHECKING:
    from witcraft.emit.js.ops import Body

# how a join of variant payloads is undone or made: (have, want) -> a support function
REINTERPRET = {
    ("i32", "f32"): "f32FromBits",
    ("i64", "f64"): "f64FromBits",
    ("f32", "i32"): "f32Bits",
    ("f64", "i64"): "f64Bits",
}


class Loose(str):
    """An expression with an operator outside of every bracket."""

    __slots__ = ()


def tight(text: str) -> str:
    """``text`` as an operand."""
    return f"({text})" if isinstance(text, Loose) else text


def expression(body: Body, e: Expr) -> str:
    """A host value, or a core value as ``Body.sorts`` says."""

    def x(part: Expr) -> str:
        return expression(body, part)

    match e:
        case ops.Var(name):
            return body.var(name)
        case ops.Lit(value, core):
            return f"{value}n" if core == "i64" else str(value)
        case ops.Address(base, offset):
            return plus(address(body, base), offset)
        case ops.Load(kind, base, offset):
            return place(body, kind, base, offset)
        case ops.Bits(have, want, of):
            return reinterpret(body, have, want, core_value(body, of, have))
        case ops.FromCore():
            return from_core(body, e)
        case ops.ToCore(kind, of):
            return to_core(body, kind, x(of))
        case ops.MakeRecord(ty, values):
            return record(ty, [x(value) for value in values])
        case ops.MakeTuple(values):
            return f"[{', '.join(map(x, values))}]"
        case ops.MakeCase(ty, index, payload):
            variant = strip(ty)
            assert isinstance(variant, Variant)
            return case_object(variant.cases[index].name, x(payload) if payload else "")
        case ops.MakeEnum(ty, of):
            return f"{body.use('liftEnum')}({body.labels(ty)}, {x(of)})"
        case ops.MakeFlags(ty, of):
            return f"{body.use('liftFlags')}({body.labels(ty)}, {x(of)})"
        case ops.MakeNone(nested):
            return case_object("none") if nested else "undefined"
        case ops.MakeSome(payload, nested):
            return case_object("some", x(payload)) if nested else x(payload)
        case ops.MakeOk(payload):
            return case_object("ok", x(payload) if payload else "undefined")
        case ops.MakeErr(payload):
            return case_object("err", x(payload) if payload else "undefined")
        case ops.Get(_, ops.Var(name), index) if (name, index) in body.fields:
            return body.fields[name, index]
        case ops.Get(ty, of, index):
            return f"{tight(x(of))}{member(field_names(ty)[index])}"
        case ops.EnumIndex(ty, of):
            return f"{body.use('lowerEnum')}({body.labels(ty)}, {x(of)})"
        case ops.FlagBits(ty, of):
            return f"{body.use('lowerFlags')}({body.labels(ty)}, {x(of)})"
        case ops.Length(of):
            return f"{tight(x(of))}.length"
        case _:
            assert_never(e)


def field_names(ty: TypeDef) -> tuple[str, ...]:
    record = strip(ty)
    assert isinstance(record, Record)
    return fields([field.name for field in record.fields])


def record(ty: TypeDef, values: list[str]) -> str:
    items = [f"{literal(name)}: {value}" for name, value in zip(field_names(ty), values, strict=True)]
    return f"{{ {', '.join(items)} }}"


def case_object(tag: str, payload: str = "") -> str:
    return f"{{ tag: {quoted(tag)}, val: {payload} }}" if payload else f"{{ tag: {quoted(tag)} }}"


# ---- addresses and core values -----------------------------------------------------------------------------------


def address(body: Body, e: Expr) -> str:
    """An address, or a length, as a number that is not negative."""
    match e:
        case ops.Lit(value):
            return str(value)
        case ops.Load("u64"):
            return f"Number({expression(body, e)})"
        case ops.Var(name) if (load := body.inlined_load(name)) is not None:
            return address(body, load)
        case ops.Var(name) if body.sorts.get(name) == "i64":
            return f"{body.use('address')}({body.var(name)})"
        case _:
            return expression(body, e)


def core_value(body: Body, e: Expr, core: str) -> str:
    """A core value as core code takes it: of 64 bits, a bigint."""
    text = expression(body, e)
    if core == "i64" and isinstance(e, ops.Address | ops.Var) and body.is_number(e):
        return f"BigInt({text})"
    return text


def plus(base: str, offset: int) -> str:
    return Loose(f"{tight(base)} + {offset}") if offset else base


def times(count: str, size: int) -> str:
    if count.isdigit():
        return str(int(count) * size)
    return count if size == 1 else Loose(f"{tight(count)} * {size}")


def place(body: Body, kind: str, base: Expr, offset: int) -> str:
    """An element of the typed array for a kind."""
    at = plus(address(body, base), offset)
    return f"{body.memory()}.{kind}[{index(body, at, WIDTHS[kind])}]"


def index(body: Body, at: str, width: int) -> str:
    if width == 1:
        return at
    return f"{tight(at)} / {width}" if body.wide else f"{tight(at)} >>> {width.bit_length() - 1}"


def reinterpret(body: Body, have: str, want: str, of: str) -> str:
    match have, want:
        case "i64", "i32":
            return f"Number(BigInt.asUintN(32, {of}))"
        case "i32", "i64":
            return f"BigInt({tight(of)} >>> 0)"
        case "f32", "i64":
            return f"BigInt({body.use('f32Bits')}({of}))"
        case "i64", "f32":
            return f"{body.use('f32FromBits')}(Number(BigInt.asUintN(32, {of})))"
        case _:
            return f"{body.use(REINTERPRET[have, want])}({of})"


# ---- scalars -----------------------------------------------------------------------------------------------------


def from_core(body: Body, e: ops.FromCore) -> str:
    """A host scalar of a core value."""
    of = expression(body, e.of)
    match e.kind:
        case Kind.BOOL:
            return Loose(f"{tight(of)} !== 0")
        case Kind.CHAR:
            return f"{body.use('liftChar')}({of if e.loaded else f'{tight(of)} >>> 0'})"
        case Kind.F32 | Kind.F64:
            return of
        case _ if e.loaded:
            return of
        case Kind.U64:
            return f"BigInt.asUintN(64, {of})"
        case Kind.S64:
            return of
        case Kind.U32:
            return Loose(f"{tight(of)} >>> 0")
        case Kind.S32:
            return of if body.is_signed(e.of) else Loose(f"{tight(of)} | 0")
        case Kind.U8 | Kind.U16:
            return Loose(f"{tight(of)} & {'0xff' if e.kind is Kind.U8 else '0xffff'}")
        case Kind.S8 | Kind.S16:
            shift = 24 if e.kind is Kind.S8 else 16
            return Loose(f"({tight(of)} << {shift}) >> {shift}")
        case _:
            assert_never(e.kind)


def to_core(body: Body, kind: Kind, of: str) -> str:
    """A checked core value of a host scalar."""
    if body.checked or kind is Kind.CHAR:
        return f"{body.use(conversion(kind))}({of})"
    return Loose(f"{tight(of)} ? 1 : 0") if kind is Kind.BOOL else of


def conversion(kind: Kind) -> str:
    return f"to{kind.value.capitalize()}"
