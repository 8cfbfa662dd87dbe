"""Constant expressions: the initial values of globals and tables, skipped, since only what follows them is wanted.

WebAssembly core specification 3.0, "Binary Format / Expressions" and "Validation / Constant Expressions".
"""

from __future__ import annotations

from collections.abc import Callable

from witcraft.binary.core_types import heap_type
from witcraft.binary.cursor import Cursor

END = 0x0B
ARITHMETIC = (0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E)  # i32 and i64 add, sub, mul

GC_INDICES = {
    0x00: 1,  # struct.new
    0x01: 1,  # struct.new_default
    0x06: 1,  # array.new
    0x07: 1,  # array.new_default
    0x08: 2,  # array.new_fixed
    0x1A: 0,  # any.convert_extern
    0x1B: 0,  # extern.convert_any
    0x1C: 0,  # ref.i31
    0x20: 1,  # struct.new_desc
    0x21: 1,  # struct.new_default_desc
}
V128_CONST = 0x0C


def skip_gc(c: Cursor) -> None:
    start = c.pos
    code = c.u32()
    if code not in GC_INDICES:
        raise c.error(f"instruction 0xfb {code:#x} is not allowed in a constant expression", start)
    for _ in range(GC_INDICES[code]):
        c.u32()


def skip_vector(c: Cursor) -> None:
    start = c.pos
    if (code := c.u32()) != V128_CONST:
        raise c.error(f"instruction 0xfd {code:#x} is not allowed in a constant expression", start)
    c.skip(16, "a constant")


IMMEDIATES: dict[int, Callable[[Cursor], object]] = {
    0x23: Cursor.u32,  # global.get
    0x41: lambda c: c.signed(32),  # i32.const
    0x42: lambda c: c.signed(64),  # i64.const
    0x43: lambda c: c.skip(4, "a constant"),  # f32.const
    0x44: lambda c: c.skip(8, "a constant"),  # f64.const
    0xD0: heap_type,  # ref.null
    0xD2: Cursor.u32,  # ref.func
    0xFB: skip_gc,
    0xFD: skip_vector,
}


def skip_expression(c: Cursor) -> None:
    while (opcode := c.byte("a constant expression")) != END:
        if opcode in IMMEDIATES:
            IMMEDIATES[opcode](c)
        elif opcode not in ARITHMETIC:
            raise c.error(f"instruction {opcode:#x} is not allowed in a constant expression", c.pos - 1)
