"""The peer: the `wasmtime` package's own component API."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from wasmtime import Engine, Store, wat2wasm
from wasmtime.component import Component, Instance, Linker, Record

from . import wasi

COMPONENTS = Path(__file__).parent / "components"
RIGHTS = ("read", "write", "execute", "hidden")
COLORS = ("red", "green", "blue")


def record(**fields: Any) -> Record:
    made = Record()
    made.__dict__.update(fields)
    return made


class Values:
    def point(self, x: float, y: float, id: int) -> Record:  # noqa: A002
        return record(x=x, y=y, id=id)

    def reading(self, ok: bool, level: int, offset: int, count: int, total: int, ratio: float) -> Record:
        return record(ok=ok, level=level, offset=offset, count=count, total=total, ratio=ratio)

    def segment(self, x: float, y: float, to_x: float, to_y: float, weight: float) -> Record:
        return record(start=self.rectangle(x, y), end=self.rectangle(to_x, to_y), weight=weight)

    def rights(self, bits: int) -> set[str]:
        return {name for i, name in enumerate(RIGHTS) if bits >> i & 1}

    def color(self, index: int) -> str:
        return COLORS[index]

    def circle(self, radius: float) -> float:
        return radius

    def rectangle(self, x: float, y: float) -> Record:
        return record(x=x, y=y)


class Opened:
    def __init__(self, store: Store, instance: Instance) -> None:
        self.values = Values()
        self.store, self.instance = store, instance

    def function(self, name: str) -> Callable[..., Any]:
        found = self.instance.get_func(self.store, name)
        if found is None:
            raise KeyError(name)
        return partial(found, self.store)


class Native:
    name = "native"

    def open(self, component: str) -> Opened | wasi.Opened | None:
        if component == wasi.COMPONENT:
            return wasi.native()
        engine = Engine()
        store, linker = Store(engine), Linker(engine)
        made = Component(engine, bytes(wat2wasm((COMPONENTS / f"{component}.wat").read_text())))
        if component == "bench":
            with linker.root() as root, root.add_instance("test:bench/host") as host:
                host.add_func("tick", lambda store, n: n)
        return Opened(store, linker.instantiate(store, made))
