"""Types of core WebAssembly: value types, type definitions, and the types of imports and exports.

WebAssembly core specification 3.0, "Binary Format / Types"; memories and tables with 64-bit indices, shared ones and
custom page sizes after their proposals. Reference types and the types of the gc proposal become WAT text.
"""

from __future__ import annotations

from witcraft.binary.cursor import Cursor
from witcraft.core.tree import ALONE, CoreType, FuncType, GlobalType, Limits, MemoryType, OtherType, Standing, TableType

NUMBERS = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
PACKED = {0x78: "i8", 0x77: "i16"}
HEAP = {
    0x75: "nocont",
    0x74: "noexn",
    0x73: "nofunc",
    0x72: "noextern",
    0x71: "none",
    0x70: "func",
    0x6F: "extern",
    0x6E: "any",
    0x6D: "eq",
    0x6C: "i31",
    0x6B: "struct",
    0x6A: "array",
    0x69: "exn",
    0x68: "cont",
}
SHARED = 0x65
SHORT = {"none": "nullref", "nofunc": "nullfuncref", "noextern": "nullexternref", "noexn": "nullexnref"}
SHORT |= {"nocont": "nullcontref"}


# ---- value types ------------------------------------------------------------------------------------------------


def value_type(c: Cursor) -> str:
    number = NUMBERS.get(c.peek("a value type"))
    if number is None:
        return reference_type(c)
    c.pos += 1
    return number


def value_types(c: Cursor, what: str) -> tuple[str, ...]:
    """A vector of them; at once where all are numbers, of a byte each."""
    size = c.count(what)
    chunk = c.data[c.pos : c.pos + size]
    if NUMBERS.keys() >= set(chunk):
        c.pos += size
        return tuple([NUMBERS[byte] for byte in chunk])
    return tuple([value_type(c) for _ in range(size)])


def reference_type(c: Cursor) -> str:
    """``(ref null? heaptype)``, or the short form of a nullable reference to an abstract heap type."""
    match c.peek("a reference type"):
        case 0x63:
            c.pos += 1
            return f"(ref null {heap_type(c)})"
        case 0x64:
            c.pos += 1
            return f"(ref {heap_type(c)})"
        case 0x65:
            return f"(ref null {abstract_heap_type(c)})"
        case _:
            name = abstract_heap_type(c)
            return SHORT.get(name, f"{name}ref")


def heap_type(c: Cursor) -> str:
    byte = c.peek("a heap type")
    if byte == 0x62:
        c.pos += 1
        return f"(exact {c.u32()})"
    if 0x40 <= byte < 0x80:
        return abstract_heap_type(c)
    start = c.pos
    index = c.signed(33)
    if index < 0:
        raise c.error("a heap type is unknown", start)
    return str(index)


def abstract_heap_type(c: Cursor) -> str:
    byte = c.byte("a type")
    if byte == 0x65:
        return f"(shared {plain_heap_type(c, c.byte('a type'))})"
    return plain_heap_type(c, byte)


def plain_heap_type(c: Cursor, byte: int) -> str:
    if byte not in HEAP:
        raise c.error(f"core value type {byte:#x} is unknown", c.pos - 1)
    return HEAP[byte]


# ---- type definitions -------------------------------------------------------------------------------------------


def recursion_group(c: Cursor) -> tuple[CoreType, ...]:
    """``core:rectype``: adds one type, or as many as a ``rec`` has."""
    if c.peek("a type") == 0x4E:
        c.pos += 1
        size = c.count("types")
        return tuple([sub_type(c, size - 1 - position) for position in range(size)])
    return (sub_type(c, 0),)


def sub_type(c: Cursor, later: int) -> CoreType:
    """``later``: how many types of its recursion group come after it."""
    opcode = c.byte("a type")
    if opcode not in (0x4F, 0x50):
        alone = later == 0 and opcode != SHARED
        return composite_type(c, opcode, ALONE if alone else Standing(later=later, shared=opcode == SHARED))
    final, parents, opcode = opcode == 0x4F, c.vector(Cursor.u32, "supertypes"), c.byte("a type")
    inner = composite_type(c, opcode, Standing(parents, final, later, shared=opcode == SHARED))
    if isinstance(inner, FuncType):
        return inner
    return OtherType(" ".join(["(sub", *["final"] * final, *map(str, parents), f"{inner.text})"]), inner.standing)


def composite_type(c: Cursor, opcode: int, standing: Standing) -> CoreType:
    """``opcode`` is read already; ``shared``, ``describes`` and ``descriptor`` may stand before the type proper."""
    prefix = ""
    if opcode == SHARED:
        prefix, opcode = "shared ", c.byte("a type")
    for code, word in ((0x4C, "describes"), (0x4D, "descriptor")):
        if opcode == code:
            prefix, opcode = f"{prefix}{word} {c.u32()} ", c.byte("a type")
    match opcode:
        case 0x60:
            return FuncType(value_types(c, "parameters"), value_types(c, "results"), standing)
        case 0x5F:
            fields = "".join([f" (field {field})" for field in c.vector(field_type, "fields")])
            return OtherType(f"({prefix}struct{fields})", standing)
        case 0x5E:
            return OtherType(f"({prefix}array {field_type(c)})", standing)
        case 0x5D:
            return OtherType(f"({prefix}cont {heap_type(c)})", standing)
        case _:
            raise c.error(f"core type {opcode:#x} is unknown", c.pos - 1)


def field_type(c: Cursor) -> str:
    packed = PACKED.get(c.peek("a field"))
    if packed is None:
        text = value_type(c)
    else:
        text, c.pos = packed, c.pos + 1
    return f"(mut {text})" if c.flag() else text


# ---- types of imports and exports -------------------------------------------------------------------------------


def limits(c: Cursor, known: int) -> Limits:
    """``known``: the flags that are allowed here; 1 maximum, 2 shared, 4 64-bit indices, 8 custom page size."""
    flags = c.byte("limits")
    if flags & ~known:
        raise c.error(f"limits flags {flags:#x} are unknown", c.pos - 1)
    is64 = bool(flags & 4)
    size = Cursor.u64 if is64 else Cursor.u32
    minimum = size(c)
    maximum = size(c) if flags & 1 else None
    return Limits(minimum, maximum, is64, bool(flags & 2), page_size(c) if flags & 8 else 16)


def page_size(c: Cursor) -> int:
    start = c.pos
    log2 = c.u32()
    if log2 >= 64:
        raise c.error(f"a page size of 2^{log2} bytes is too large", start)
    return log2


def table_type(c: Cursor) -> TableType:
    return TableType(reference_type(c), limits(c, known=7))


def memory_type(c: Cursor) -> MemoryType:
    return MemoryType(limits(c, known=15))


def global_type(c: Cursor) -> GlobalType:
    content = value_type(c)
    flags = c.byte("a global type")
    if flags > 3:
        raise c.error(f"global flags {flags:#x} are unknown", c.pos - 1)
    return GlobalType(content, bool(flags & 1), bool(flags & 2))


def tag_attribute(c: Cursor) -> None:
    """What stands before a tag's type index: 0, for an exception."""
    if attribute := c.byte("a tag"):
        raise c.error(f"tag attribute {attribute:#x} is unknown", c.pos - 1)
