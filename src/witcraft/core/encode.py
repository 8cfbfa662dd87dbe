"""A core module's bytes (WebAssembly core specification 3.0, "Binary Format / Modules").

Names become indices here: imports stand before definitions in every index space. Functions keep their names in the name
section, so that backtraces are readable.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar, assert_never

from witcraft.core.build import Data, Elements, Func, Global, Memory, Module, Table, Tag
from witcraft.core.opcodes import (
    ELSE,
    END,
    LOADS_AND_STORES,
    OPCODES,
    STRUCTURE,
    Block,
    Code,
    Immediate,
    Instr,
    access_width,
)
from witcraft.core.tree import ExternType, FuncType, GlobalType, Limits, MemoryType, Sort, TableType, TagType

T = TypeVar("T")

# ---- values ------------------------------------------------------------------------------------------------------

VALUE_TYPES = {
    "i32": 0x7F,
    "i64": 0x7E,
    "f32": 0x7D,
    "f64": 0x7C,
    "v128": 0x7B,
    "funcref": 0x70,
    "externref": 0x6F,
    "exnref": 0x69,
}
KINDS = {Sort.FUNC: 0, Sort.TABLE: 1, Sort.MEMORY: 2, Sort.GLOBAL: 3, Sort.TAG: 4}
NO_RESULT = b"\x40"


SMALL = [bytes([value]) for value in range(0x80)]


def u(value: int) -> bytes:
    """Unsigned LEB128."""
    if value <= 0x7F:
        return SMALL[value]
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def s(value: int) -> bytes:
    """Signed LEB128."""
    if -0x40 <= value < 0x40:
        return SMALL[value & 0x7F]
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def signed(value: int, bits: int) -> int:
    """An integer constant, given signed or unsigned, as the signed one with the same bits."""
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise ValueError(f"{value} does not fit into {bits} bits")
    return value - (1 << bits) if value >> (bits - 1) == 1 else value


def text(value: str) -> bytes:
    return sized(value.encode())


def sized(data: bytes) -> bytes:
    return u(len(data)) + data


def vector(items: Iterable[T], encode: Callable[[T], bytes]) -> bytes:
    parts = [encode(item) for item in items]
    return u(len(parts)) + b"".join(parts)


def value_type(name: str) -> bytes:
    return bytes([VALUE_TYPES[name]])


def func_type(type_: FuncType) -> bytes:
    return b"\x60" + vector(type_.params, value_type) + vector(type_.results, value_type)


def limits_type(type_: Limits) -> bytes:
    flags = (type_.maximum is not None) | type_.shared << 1 | type_.is64 << 2
    return bytes([flags]) + u(type_.minimum) + (b"" if type_.maximum is None else u(type_.maximum))


# ---- names -> indices --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Spaces:
    """The index spaces of a module, indices encoded; types are gathered while the rest is."""

    indices: dict[Sort, dict[str, bytes]] = field(default_factory=lambda: {sort: {} for sort in KINDS})
    types: dict[FuncType, int] = field(default_factory=dict)

    def add(self, sort: Sort, name: str) -> None:
        space = self.indices[sort]
        if name in space:
            raise ValueError(f"{sort.name.lower()} {name!r} is defined twice")
        space[name] = u(len(space))

    def find(self, sort: Sort, name: str) -> bytes:
        try:
            return self.indices[sort][name]
        except KeyError:
            raise ValueError(f"{sort.name.lower()} {name!r} is not defined") from None

    def type(self, type_: FuncType) -> int:
        return self.types.setdefault(type_, len(self.types))

    def extern(self, type_: ExternType) -> bytes:
        """Kind and type, as an import has them."""
        match type_:
            case FuncType():
                return b"\x00" + u(self.type(type_))
            case TableType(element, size):
                return b"\x01" + value_type(element) + limits_type(size)
            case MemoryType(size):
                return b"\x02" + limits_type(size)
            case GlobalType(core, mutable):
                return b"\x03" + value_type(core) + bytes([mutable])
            case TagType(signature):
                return b"\x04\x00" + u(self.type(signature))
            case _:
                assert_never(type_)


def spaces_of(module: Module) -> Spaces:
    spaces = Spaces()
    sorts = {FuncType: Sort.FUNC, TableType: Sort.TABLE, MemoryType: Sort.MEMORY, GlobalType: Sort.GLOBAL}
    for item in module.imports:
        spaces.add(sorts.get(type(item.type), Sort.TAG), item.name)
    defined: tuple[tuple[Sort, Sequence[Func | Table | Memory | Global | Tag]], ...] = (
        (Sort.FUNC, module.funcs),
        (Sort.TABLE, module.tables),
        (Sort.MEMORY, module.memories),
        (Sort.GLOBAL, module.globals),
        (Sort.TAG, module.tags),
    )
    for sort, items in defined:
        for definition in items:
            spaces.add(sort, definition.name)
    return spaces


# ---- code --------------------------------------------------------------------------------------------------------

ALIGNMENTS = {name: access_width(name).bit_length() - 1 for name in LOADS_AND_STORES}  # as powers of two
SEVERAL_MEMORIES = 0x40  # a bit of the alignment field: the memory's index follows


@dataclass(slots=True)
class CodeWriter:
    """Writes the code of one function, or one constant expression."""

    spaces: Spaces
    locals: dict[str, bytes]
    labels: list[str] = field(default_factory=list)  # of the blocks around, outermost first
    out: bytearray = field(default_factory=bytearray)

    def code(self, body: Code) -> None:
        for instr in body:
            if isinstance(instr, Block):
                self.block(instr)
            else:
                self.instr(instr)

    def block(self, block: Block) -> None:
        self.out += STRUCTURE[block.name] + self.block_type(block.signature)
        if block.name == "try_table":
            self.catches(block)
        self.labels.append(block.label)
        self.code(block.body)
        if block.otherwise:
            self.out += ELSE
            self.code(block.otherwise)
        self.labels.pop()
        self.out += END

    def block_type(self, signature: FuncType) -> bytes:
        match signature:
            case FuncType((), ()):
                return NO_RESULT
            case FuncType((), (core,)):
                return value_type(core)
            case _:
                return s(self.spaces.type(signature))

    def catches(self, block: Block) -> None:
        self.out += u(len(block.catches))
        for catch in block.catches:
            kind = b"\x02" if catch.tag is None else b"\x00" + self.spaces.find(Sort.TAG, catch.tag)
            self.out += kind + self.label(catch.label)

    def instr(self, instr: Instr) -> None:
        opcode, writers = INSTRUCTIONS[instr.name]
        arguments = instr.arguments
        if len(writers) == 1 == len(arguments):  # most
            self.out += opcode + writers[0](self, arguments[0])
        elif instr.name in ALIGNMENTS:
            self.out += opcode + self.access(instr)
        elif instr.name == "br_table":
            labels = [self.label(str(name)) for name in arguments]
            self.out += opcode + u(len(labels) - 1) + b"".join(labels)
        else:
            given = [write(self, argument) for write, argument in zip(writers, arguments, strict=True)]
            self.out += opcode + b"".join(given)

    def access(self, instr: Instr) -> bytes:
        """Every access claims its natural alignment, a hint that the engine may not rely on."""
        match instr.arguments:
            case int(offset), str(memory):
                align, index = ALIGNMENTS[instr.name], self.spaces.find(Sort.MEMORY, memory)
                place = u(align) if index == b"\x00" else u(align | SEVERAL_MEMORIES) + index
                return place + u(offset)
            case _:
                raise ValueError(f"{instr.name} takes an offset and a memory")

    def local(self, name: str) -> bytes:
        try:
            return self.locals[name]
        except KeyError:
            raise ValueError(f"local {name!r} is not defined") from None

    def label(self, name: str) -> bytes:
        """How many blocks out; the innermost of that name."""
        if name not in self.labels:
            raise ValueError(f"there is no block {name!r} around")
        return u(self.labels[::-1].index(name))


Writer = Callable[[CodeWriter, Any], bytes]


def found_in(sort: Sort) -> Writer:
    return lambda writer, name: writer.spaces.find(sort, name)


WRITERS: dict[Immediate, Writer] = {
    Immediate.LABEL: CodeWriter.label,
    Immediate.LABELS: CodeWriter.label,
    Immediate.FUNC: found_in(Sort.FUNC),
    Immediate.TYPE: lambda writer, signature: u(writer.spaces.type(signature)),
    Immediate.TABLE: found_in(Sort.TABLE),
    Immediate.MEMORY: found_in(Sort.MEMORY),
    Immediate.GLOBAL: found_in(Sort.GLOBAL),
    Immediate.LOCAL: CodeWriter.local,
    Immediate.TAG: found_in(Sort.TAG),
    Immediate.OFFSET: lambda _, offset: u(offset),
    Immediate.REFERENCE: lambda _, heap: value_type(f"{heap}ref"),
    Immediate.I32: lambda _, value: s(signed(int(value), 32)),
    Immediate.I64: lambda _, value: s(signed(int(value), 64)),
    Immediate.F32: lambda _, value: struct.pack("<f", value),
    Immediate.F64: lambda _, value: struct.pack("<d", value),
    Immediate.LANE: lambda _, lane: bytes([lane]),
    Immediate.V128: lambda _, value: int(value).to_bytes(16, "little"),
}
INSTRUCTIONS = {
    name: (opcode, () if immediates == (Immediate.LABELS,) else tuple([WRITERS[kind] for kind in immediates]))
    for name, (opcode, immediates) in OPCODES.items()
}


def expression(spaces: Spaces, body: Code, names: Iterable[str] = ()) -> bytes:
    writer = CodeWriter(spaces, {name: u(i) for i, name in enumerate(names)})
    writer.code(body)
    return bytes(writer.out) + END


def func_body(spaces: Spaces, func: Func) -> bytes:
    names = [name for name, _ in (*func.params, *func.locals)]
    if len(set(names)) < len(names):
        raise ValueError(f"two locals of function {func.name!r} have one name")
    runs = [(core, len(list(run))) for core, run in groupby(core for _, core in func.locals)]
    return sized(vector(runs, lambda run: u(run[1]) + value_type(run[0])) + expression(spaces, func.body, names))


# ---- sections ----------------------------------------------------------------------------------------------------


def encode(module: Module) -> bytes:
    """The bytes of ``module``. Names that nothing defines, and constants that do not fit, raise ``ValueError``."""
    spaces = spaces_of(module)
    after_types = [
        section(2, module.imports, lambda i: text(i.module) + text(i.field) + spaces.extern(i.type)),
        section(3, module.funcs, lambda func: u(spaces.type(func.type))),
        section(4, module.tables, lambda table: spaces.extern(table.type)[1:]),
        section(5, module.memories, lambda memory: spaces.extern(memory.type)[1:]),
        section(13, module.tags, lambda tag: spaces.extern(tag.type)[1:]),
        section(6, module.globals, lambda g: spaces.extern(g.type)[1:] + expression(spaces, g.init)),
        section(7, module.exports, lambda e: text(e.name) + bytes([KINDS[e.sort]]) + spaces.find(e.sort, e.of)),
        b"" if module.start is None else b"\x08" + sized(spaces.find(Sort.FUNC, module.start)),
        section(9, module.elements, lambda elements: elements_segment(spaces, elements)),
        section(10, module.funcs, lambda func: func_body(spaces, func)),
        section(11, module.data, lambda data: data_segment(spaces, data)),
        name_section(module),
    ]
    return b"\0asm\1\0\0\0" + section(1, spaces.types, func_type) + b"".join(after_types)


def section(code: int, items: Iterable[T], encode_item: Callable[[T], bytes]) -> bytes:
    contents = vector(items, encode_item)
    return b"" if contents == b"\0" else bytes([code]) + sized(contents)


def elements_segment(spaces: Spaces, elements: Elements) -> bytes:
    table = spaces.find(Sort.TABLE, elements.table)
    offset = expression(spaces, elements.offset)
    funcs = vector(elements.funcs, lambda name: spaces.find(Sort.FUNC, name))
    return b"\x02" + table + offset + b"\x00" + funcs


def data_segment(spaces: Spaces, data: Data) -> bytes:
    memory = spaces.find(Sort.MEMORY, data.memory)
    kind = b"\x00" if memory == b"\x00" else b"\x02" + memory
    return kind + expression(spaces, data.offset) + sized(data.data)


def name_section(module: Module) -> bytes:
    """The module's name and those of its own functions ("Appendix / Custom Sections"); imported ones have theirs."""
    first = sum(isinstance(item.type, FuncType) for item in module.imports)
    functions = vector(enumerate(module.funcs, first), lambda pair: u(pair[0]) + text(pair[1].name))
    parts = b"\x00" + sized(text(module.name)) + b"\x01" + sized(functions)
    return b"\x00" + sized(text("name") + parts)
