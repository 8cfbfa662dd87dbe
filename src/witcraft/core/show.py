"""A core module in the text format of WebAssembly; an assembler makes the same module of it."""

from __future__ import annotations

import json
from math import copysign, isinf, isnan
from typing import assert_never

from witcraft.core.build import Data, Elements, Export, Func, Global, Import, Module
from witcraft.core.opcodes import LOADS_AND_STORES, OPCODES, Argument, Block, Code, Immediate, Instr
from witcraft.core.tree import ExternType, FuncType, GlobalType, Limits, MemoryType, TableType, TagType
from witcraft.text import Writer


def show(module: Module) -> str:
    w = Writer("  ")
    with w.block(f"(module {identifier(module.name)}", ")"):
        w.extend([import_(item) for item in module.imports])
        w.extend([f"({extern(table.type, table.name)})" for table in module.tables])
        w.extend([f"({extern(memory.type, memory.name)})" for memory in module.memories])
        w.extend([f"({extern(tag.type, tag.name)})" for tag in module.tags])
        w.extend([global_(item) for item in module.globals])
        w.extend([export(item) for item in module.exports])
        w.extend([f"(start {identifier(module.start)})"] if module.start is not None else [])
        w.extend([elements(item) for item in module.elements])
        for func in module.funcs:
            function(w, func)
        w.extend([data(item) for item in module.data])
    return w.text()


# ---- names and types ---------------------------------------------------------------------------------------------


def identifier(name: str) -> str:
    """``$name``; quoted if it has other characters than the format allows bare."""
    bare = name and all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-./:<=>?@\\^_`|~") for c in name)
    return f"${name}" if bare else "$" + string(name)


def string(value: str) -> str:
    """A quoted string; whatever is not plain ASCII goes as the bytes of its UTF-8."""
    plain = value.isascii() and value.isprintable()
    return json.dumps(value) if plain else '"' + "".join(f"\\{byte:02x}" for byte in value.encode()) + '"'


def extern(type_: ExternType, name: str) -> str:
    """Kind, name and type, as an import or a definition has them."""
    match type_:
        case FuncType():
            return f"func {identifier(name)}{signature(type_)}"
        case TableType(element, size):
            return f"table {identifier(name)}{limits(size)} {element}"
        case MemoryType(size):
            return f"memory {identifier(name)}{limits(size)}"
        case GlobalType(core, mutable):
            return f"global {identifier(name)} {f'(mut {core})' if mutable else core}"
        case TagType(inner):
            return f"tag {identifier(name)}{signature(inner)}"
        case _:
            assert_never(type_)


def limits(size: Limits) -> str:
    parts = ["i64" if size.is64 else "", str(size.minimum), "" if size.maximum is None else str(size.maximum)]
    return "".join(f" {part}" for part in [*parts, "shared" if size.shared else ""] if part)


def signature(type_: FuncType) -> str:
    parts = [("param", type_.params), ("result", type_.results)]
    return "".join(f" ({word} {' '.join(cores)})" for word, cores in parts if cores)


# ---- fields ------------------------------------------------------------------------------------------------------


def import_(item: Import) -> str:
    return f"(import {string(item.module)} {string(item.field)} ({extern(item.type, item.name)}))"


def global_(item: Global) -> str:
    return f"({extern(item.type, item.name)} {constant(item.init)})"


def export(item: Export) -> str:
    return f"(export {string(item.name)} ({item.sort.name.lower()} {identifier(item.of)}))"


def elements(item: Elements) -> str:
    funcs = "".join(f" {identifier(func)}" for func in item.funcs)
    return f"(elem (table {identifier(item.table)}) {constant(item.offset)} func{funcs})"


def data(item: Data) -> str:
    escaped = "".join(f"\\{byte:02x}" for byte in item.data)
    return f'(data (memory {identifier(item.memory)}) {constant(item.offset)} "{escaped}")'


def function(w: Writer, func: Func) -> None:
    params = "".join(f" (param {identifier(name)} {core})" for name, core in func.params)
    head = f"(func {identifier(func.name)}{params}{signature(FuncType((), func.results))}"
    with w.block(head, ")"):
        if func.locals:
            w.line(" ".join(f"(local {identifier(name)} {core})" for name, core in func.locals))
        code(w, func.body)


# ---- code --------------------------------------------------------------------------------------------------------


def code(w: Writer, body: Code) -> None:
    for instr in body:
        if isinstance(instr, Block):
            block(w, instr)
        else:
            w.line(plain(instr))


def block(w: Writer, item: Block) -> None:
    label = f" {identifier(item.label)}" if item.label else ""
    catches = "".join(
        f" (catch {identifier(catch.tag)} {identifier(catch.label)})"
        if catch.tag is not None
        else f" (catch_all {identifier(catch.label)})"
        for catch in item.catches
    )
    with w.block(f"{item.name}{label}{signature(item.signature)}{catches}"):
        code(w, item.body)
    if item.otherwise:
        with w.block("else"):
            code(w, item.otherwise)
    w.line("end")


def constant(body: Code) -> str:
    return " ".join(f"({plain(instr)})" for instr in body if isinstance(instr, Instr))


def plain(instr: Instr) -> str:
    if instr.name in LOADS_AND_STORES:
        offset, memory = instr.arguments
        return f"{instr.name} {identifier(str(memory))}" + (f" offset={offset}" if offset else "")
    if instr.name in ("call_indirect", "return_call_indirect"):
        type_, table = instr.arguments
        assert isinstance(type_, FuncType)
        return f"{instr.name} {identifier(str(table))}{signature(type_)}"
    immediates = OPCODES[instr.name][1]
    kinds = immediates * len(instr.arguments) if immediates == (Immediate.LABELS,) else immediates
    return " ".join([instr.name, *(argument(*pair) for pair in zip(kinds, instr.arguments, strict=True))])


def argument(kind: Immediate, value: Argument) -> str:
    match value:
        case str():
            return value if kind is Immediate.REFERENCE else identifier(value)
        case float():
            return floating(value)
        case int() if kind is Immediate.V128:
            return f"i64x2 {value & (1 << 64) - 1:#x} {value >> 64:#x}"
        case _:
            return str(value)


def floating(value: float) -> str:
    """Exact: hexadecimal, or a word with its sign."""
    word = "nan" if isnan(value) else "inf" if isinf(value) else abs(value).hex()
    return f"-{word}" if copysign(1, value) < 0 else word
