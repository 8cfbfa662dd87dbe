"""The guest `rules.wat` in both hosts: an allocator that lies, and calls where none may leave the guest."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

import wasmtime
from wasmtime import component as api

import witcraft
from tests.agreement.wat import Encoding
from witcraft.live import Component

REALLOC, POST_RETURN = 0x100, 0x200
"""When; to which is added what."""

POINTER, SHIFT, CALL, NEW, REP, DROP, TRAP, GROW = range(1, 9)
"""What: give this address, an address that much higher, call an import, use a resource, trap, grow the memory."""

FETCHED = "zwölf"


@cache
def wasm(encoding: Encoding) -> bytes:
    text = Path(__file__).with_name("rules.wat").read_text()
    return bytes(wasmtime.wat2wasm(text.replace("ENCODING", encoding)))


class Ours:
    def __init__(self, encoding: Encoding) -> None:
        self.notes: list[int] = []
        self.instance = loaded(encoding).instantiate({"note": self.notes.append, "fetch": lambda: FETCHED})

    def call(self, name: str, *args: Any) -> Any:
        return self.instance[name](*args)


class Native:
    def __init__(self, encoding: Encoding) -> None:
        self.notes: list[int] = []
        engine, made = compiled(encoding)
        self.store, linker = wasmtime.Store(engine), api.Linker(engine)
        with linker.root() as root:
            root.add_func("note", lambda store, n: self.notes.append(n))
            root.add_func("fetch", lambda store: FETCHED)
        self.instance = linker.instantiate(self.store, made)

    def call(self, name: str, *args: Any) -> Any:
        found = self.instance.get_func(self.store, name)
        assert found is not None
        return partial(found, self.store)(*args)


@cache
def loaded(encoding: Encoding) -> Component:
    return witcraft.load(wasm(encoding), name="rules")


@cache
def compiled(encoding: Encoding) -> tuple[wasmtime.Engine, api.Component]:
    engine = wasmtime.Engine()
    return engine, api.Component(engine, wasm(encoding))
