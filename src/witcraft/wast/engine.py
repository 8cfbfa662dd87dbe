"""The engine's verdict on what is valid: a second opinion, and the only one on function bodies of core modules."""

from __future__ import annotations

import re
from functools import cache

import wasmtime
from wasmtime import component

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


def offset_in(message: str) -> int | None:
    """The byte that the engine speaks of."""
    found = place(message)
    return None if found is None else int(found[1], 16) if found[1] else int(found[2])


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
