"""Instructions of core WebAssembly as data, under the names that the text format gives them.

WebAssembly core specification 3.0, "Binary Format / Instructions". ``OPCODES`` holds what the glue of components needs:
control, calls, exceptions, variables, tables, memories (bulk and several of them too), all scalar arithmetic, and of
vectors what moves text; no garbage collection.

Code reads as in the text format: ``op("i32.add", "base", 4)`` is ``(i32.add (local.get $base) (i32.const 4))``.
Functions, globals, tables, memories, locals and labels go by name; ``encode`` turns the names into indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain

from witcraft.core.tree import FuncType

# ---- nouns -------------------------------------------------------------------------------------------------------


class Immediate(Enum):
    """What may stand behind an opcode."""

    LABEL = "label"
    LABELS = "labels"  #    all that are left, the last one the default
    FUNC = "func"
    TYPE = "type"  #        a FuncType, in place
    TABLE = "table"
    MEMORY = "memory"
    GLOBAL = "global"
    LOCAL = "local"
    TAG = "tag"
    OFFSET = "offset"  #    of a load or store, in bytes; stands before the MEMORY
    REFERENCE = "reference"  # the heap type of a reference type: "func", "extern", "exn"
    I32 = "i32"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"
    LANE = "lane"
    V128 = "v128"  #        an unsigned number of 128 bits, the first lane in the lowest ones


Argument = int | float | str | FuncType

NOTHING = FuncType((), ())


@dataclass(frozen=True, slots=True)
class Instr:
    """One plain instruction; ``arguments`` as ``OPCODES`` asks for them."""

    name: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Catch:
    """A clause of ``try_table``: an exception of ``tag`` (None: any) branches to ``label``, without its reference."""

    tag: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """``block``, ``loop``, ``if`` or ``try_table`` with what is inside; ``label`` may be left empty."""

    name: str
    label: str
    signature: FuncType
    body: Code
    otherwise: Code = ()
    catches: tuple[Catch, ...] = ()


Code = tuple[Instr | Block, ...]


# ---- the table ---------------------------------------------------------------------------------------------------


def _row(first: int, names: str, *immediates: Immediate, prefix: bytes = b"") -> dict[str, Opcode]:
    """Names with opcodes that follow one another."""
    codes = ((name, prefix + bytes([first + i])) for i, name in enumerate(names.split()))
    return {name: (code, immediates) for name, code in codes}


Opcode = tuple[bytes, tuple[Immediate, ...]]

STRUCTURE = {"block": b"\x02", "loop": b"\x03", "if": b"\x04", "try_table": b"\x1f"}
ELSE, END = b"\x05", b"\x0b"
PREFIX, VECTOR = b"\xfc", b"\xfd"

ACCESSES = Immediate.OFFSET, Immediate.MEMORY

LOADS_AND_STORES = _row(
    0x28,
    "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u "
    "i64.load16_s i64.load16_u i64.load32_s i64.load32_u i32.store i64.store f32.store f64.store i32.store8 "
    "i32.store16 i64.store8 i64.store16 i64.store32",
    *ACCESSES,
) | {
    **_row(0x00, "v128.load", *ACCESSES, prefix=VECTOR),
    **_row(0x02, "v128.load8x8_u", *ACCESSES, prefix=VECTOR),
    **_row(0x0B, "v128.store", *ACCESSES, prefix=VECTOR),
}

NUMERIC = _row(
    0x45,
    "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u "
    "i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u "
    "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge "
    "i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor "
    "i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr "
    "i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor "
    "i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr "
    "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul f32.div f32.min f32.max "
    "f32.copysign "
    "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt f64.add f64.sub f64.mul f64.div f64.min f64.max "
    "f64.copysign "
    "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u "
    "i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u "
    "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64 "
    "f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32 "
    "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64 "
    "i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s",
)

OPCODES: dict[str, Opcode] = {
    **_row(0x00, "unreachable nop"),
    **_row(0x08, "throw", Immediate.TAG),
    **_row(0x0A, "throw_ref"),
    **_row(0x0C, "br br_if", Immediate.LABEL),
    **_row(0x0E, "br_table", Immediate.LABELS),
    **_row(0x0F, "return"),
    **_row(0x10, "call", Immediate.FUNC),
    **_row(0x11, "call_indirect", Immediate.TYPE, Immediate.TABLE),
    **_row(0x12, "return_call", Immediate.FUNC),
    **_row(0x13, "return_call_indirect", Immediate.TYPE, Immediate.TABLE),
    **_row(0x1A, "drop select"),
    **_row(0x20, "local.get local.set local.tee", Immediate.LOCAL),
    **_row(0x23, "global.get global.set", Immediate.GLOBAL),
    **_row(0x25, "table.get table.set", Immediate.TABLE),
    **LOADS_AND_STORES,
    **_row(0x3F, "memory.size memory.grow", Immediate.MEMORY),
    **_row(0x41, "i32.const", Immediate.I32),
    **_row(0x42, "i64.const", Immediate.I64),
    **_row(0x43, "f32.const", Immediate.F32),
    **_row(0x44, "f64.const", Immediate.F64),
    **NUMERIC,
    **_row(0xD0, "ref.null", Immediate.REFERENCE),
    **_row(0xD1, "ref.is_null"),
    **_row(0xD2, "ref.func", Immediate.FUNC),
    **_row(
        0x00,
        "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u "
        "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u",
        prefix=PREFIX,
    ),
    **_row(0x0A, "memory.copy", Immediate.MEMORY, Immediate.MEMORY, prefix=PREFIX),
    **_row(0x0B, "memory.fill", Immediate.MEMORY, prefix=PREFIX),
    **_row(0x0E, "table.copy", Immediate.TABLE, Immediate.TABLE, prefix=PREFIX),
    **_row(0x0F, "table.grow table.size table.fill", Immediate.TABLE, prefix=PREFIX),
    **_row(0x0C, "v128.const", Immediate.V128, prefix=VECTOR),
    **_row(0x0E, "i8x16.swizzle", prefix=VECTOR),
    **_row(0x1D, "i64x2.extract_lane", Immediate.LANE, prefix=VECTOR),
    **_row(0x2D, "i16x8.eq", prefix=VECTOR),
    **_row(0x4E, "v128.and", prefix=VECTOR),
    **_row(0x50, "v128.or v128.xor", prefix=VECTOR),
    **_row(0x53, "v128.any_true", prefix=VECTOR),
    **_row(0x64, "i8x16.bitmask", prefix=VECTOR),
    **_row(0x66, "i8x16.narrow_i16x8_u", prefix=VECTOR),
    **_row(0x6D, "i8x16.shr_u", prefix=VECTOR),
    **_row(0x73, "i8x16.sub_sat_u", prefix=VECTOR),
}
"""Name -> opcode and immediates, in the order in which the text format writes them."""


def access_width(name: str) -> int:
    """Bytes that a load or store moves: ``i64.load16_u`` -> 2, ``v128.load8x8_u`` -> 8."""
    core, _, access = name.partition(".")
    if "x" in access:  # only ever 64 bits
        return 8
    digits = "".join(c for c in access if c.isdigit())
    return int(digits or core[1:]) // 8


# ---- writing code ------------------------------------------------------------------------------------------------

Operand = Code | str | int
"""Code that leaves a value; a ``str`` is the local of that name, an ``int`` an i32 constant."""

MEMORY = "memory"
"""The memory that is meant where none is named."""


def code(*parts: Code) -> Code:
    """One after the other."""
    return tuple(chain.from_iterable(parts))


def operand(value: Operand) -> Code:
    match value:
        case str():
            return (Instr("local.get", (value,)),)
        case int():
            return const(value)
        case _:
            return value


def op(name: str, *operands: Operand, arguments: Sequence[Argument] = ()) -> Code:
    """The operands in order, then the instruction ``name``."""
    return (*chain.from_iterable(map(operand, operands)), Instr(name, tuple(arguments)))


def const(value: float, core: str = "i32") -> Code:
    """Integers may be given signed or unsigned."""
    return (Instr(f"{core}.const", (value,)),)


def set_local(name: str, value: Operand) -> Code:
    return op("local.set", value, arguments=(name,))


def tee_local(name: str, value: Operand) -> Code:
    return op("local.tee", value, arguments=(name,))


def get_global(name: str) -> Code:
    return op("global.get", arguments=(name,))


def set_global(name: str, value: Operand) -> Code:
    return op("global.set", value, arguments=(name,))


def load(at: Operand, offset: int = 0, kind: str = "i32.load", memory: str = MEMORY) -> Code:
    return op(kind, at, arguments=(offset, memory))


def store(at: Operand, value: Operand, offset: int = 0, kind: str = "i32.store", memory: str = MEMORY) -> Code:
    return op(kind, at, value, arguments=(offset, memory))


def copy(to: Operand, source: Operand, size: Operand, to_memory: str = MEMORY, from_memory: str = MEMORY) -> Code:
    return op("memory.copy", to, source, size, arguments=(to_memory, from_memory))


def call(func: str, *operands: Operand) -> Code:
    return op("call", *operands, arguments=(func,))


def call_indirect(table: str, signature: FuncType, *operands: Operand, index: Operand) -> Code:
    return op("call_indirect", *operands, index, arguments=(signature, table))


def br(label: str) -> Code:
    return op("br", arguments=(label,))


def br_if(label: str, condition: Operand) -> Code:
    return op("br_if", condition, arguments=(label,))


def br_table(labels: Sequence[str], default: str, index: Operand) -> Code:
    return op("br_table", index, arguments=(*labels, default))


def block(label: str, *body: Code, signature: FuncType = NOTHING) -> Code:
    return (Block("block", label, signature, code(*body)),)


def loop(label: str, *body: Code, signature: FuncType = NOTHING) -> Code:
    return (Block("loop", label, signature, code(*body)),)


def try_table(catches: Sequence[Catch], *body: Code, signature: FuncType = NOTHING) -> Code:
    return (Block("try_table", "", signature, code(*body), catches=tuple(catches)),)


def if_(
    condition: Operand,
    then: Code,
    otherwise: Code = (),
    signature: FuncType = NOTHING,
    label: str = "",
) -> Code:
    return (*operand(condition), Block("if", label, signature, then, otherwise))


def walk(body: Code) -> Iterator[Instr | Block]:
    """Every instruction, blocks before what is inside them."""
    for instr in body:
        yield instr
        if isinstance(instr, Block):
            yield from walk(instr.body)
            yield from walk(instr.otherwise)
