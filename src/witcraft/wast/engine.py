"""The engine's verdict on what is valid: a second opinion, and the only one on function bodies of core modules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import wasmtime
from wasmtime import component

from witcraft.binary.core import TITLES
from witcraft.binary.cursor import Cursor
from witcraft.binary.sections import Layer, preamble, sections
from witcraft.component.tree import Component, CoreModule, NestedComponent
from witcraft.core.tree import Module
from witcraft.errors import ComponentError

FEATURES = (
    "wasm_component_model",
    "wasm_component_model_implements",
    "wasm_component_model_map",
    "wasm_custom_page_sizes",
    "wasm_exceptions",
    "wasm_function_references",
    "wasm_gc",
    "wasm_memory64",
    "wasm_multi_memory",
    "wasm_tail_call",
    "wasm_threads",
    "wasm_wide_arithmetic",
)
"""What an engine is told to allow, as far as its configuration knows it."""


@cache
def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"  # what is compiled here runs once, if at all
    for feature in FEATURES:
        if isinstance(getattr(type(config), feature, None), property):
            setattr(config, feature, True)
    return wasmtime.Engine(config)


place = re.compile(r"at offset (?:0x([0-9a-f]+)|([0-9]+))").search

UNREACHABLE, NOP, END = b"\x00", b"\x01", b"\x0b"
NO_LOCALS = b"\x00"
LEAST = 3
"""Bytes of the smallest body that can trap."""


def check(data: bytes, tree: Component) -> None:
    """Raises ``ComponentError`` if the engine refuses a component, which ``tree`` is.

    Core modules first, one by one; then the whole, without the bodies of its functions, since the engine compiles what
    it accepts, and that would take long.
    """
    modules = list(core_modules(tree))
    for module in modules:
        refused(refusal_of_module(bytes(module.data)), module.offset)
    refused(refusal(hollow(data, modules)), 0)


def refused(message: str | None, base: int) -> None:
    if message is not None:
        found = place(message)
        offset = None if found is None else base + (int(found[1], 16) if found[1] else int(found[2]))
        raise ComponentError(f"the engine refuses it: {' '.join(message.split())}", offset)


def refusal(data: bytes) -> str | None:
    """What the engine has against a component; None if it accepts it."""
    try:
        component.Component(engine(), data)
    except wasmtime.WasmtimeError as error:
        return str(error)
    return None


def refusal_of_module(data: bytes) -> str | None:
    """What the engine has against a core module, function bodies included; None if it accepts it."""
    try:
        wasmtime.Module.validate(engine(), data)
    except wasmtime.WasmtimeError as error:
        return str(error)
    return None


# ---- what is in a component -------------------------------------------------------------------------------------


def core_modules(tree: Component) -> Iterator[Module]:
    """All of them, those of inner components too."""
    for definition in tree.definitions:
        if isinstance(definition, NestedComponent):
            yield from core_modules(definition.component)
        elif isinstance(definition, CoreModule):
            yield definition.module


def hollow(data: bytes, modules: Iterable[Module]) -> bytes:
    """``data``, where every function only traps; nothing moves."""
    copy = bytearray(data)
    for module in modules:
        for start, size in bodies(module):
            if size >= LEAST:
                copy[start : start + size] = NO_LOCALS + UNREACHABLE + NOP * (size - LEAST) + END
    return bytes(copy)


def bodies(module: Module) -> Iterator[tuple[int, int]]:
    """Offset and size of each function's body, its locals included."""
    reader = Cursor(module.data, module.offset, "the core module")
    preamble(reader, Layer.MODULE)
    for code, section in sections(reader, TITLES):
        if TITLES[code] == "code":
            for _ in range(section.count("functions")):
                size = section.u32()
                yield section.offset, size
                section.skip(size, "a function")
