"""witcraft itself: the components through `witcraft.load`, which runs the very code that `witcraft python` writes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from . import wasi
from .engine import wat2wasm

COMPONENTS = Path(__file__).parent / "components"


class Values:
    """The classes stand beside the functions of the instance; for a record any object with its attributes would do."""

    def __init__(self, instance: Any) -> None:
        self.instance = instance

    def point(self, x: float, y: float, id: int) -> Any:  # noqa: A002
        return self.instance.Point(x, y, id)

    def reading(self, ok: bool, level: int, offset: int, count: int, total: int, ratio: float) -> Any:
        return self.instance.Reading(ok, level, offset, count, total, ratio)

    def segment(self, x: float, y: float, to_x: float, to_y: float, weight: float) -> Any:
        spot = self.instance.Spot
        return self.instance.Segment(spot(x, y), spot(to_x, to_y), weight)

    def rights(self, bits: int) -> Any:
        return self.instance.Rights(bits)

    def color(self, index: int) -> Any:
        return list(self.instance.Color)[index]

    def circle(self, radius: float) -> Any:
        return self.instance.Shape_Circle(radius)

    def rectangle(self, x: float, y: float) -> Any:
        return self.instance.Shape_Rectangle(self.instance.Spot(x, y))


class Opened:
    def __init__(self, instance: Any) -> None:
        self.instance = instance
        self.values = Values(instance)

    def function(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.instance, name.replace("-", "_"))
        return found


class Witcraft:
    name = "witcraft"

    def open(self, component: str) -> Opened | wasi.Opened:
        if component == wasi.COMPONENT:
            return wasi.ours()
        witcraft: Any = import_module("witcraft")
        wasm = wat2wasm((COMPONENTS / f"{component}.wat").read_text())
        imports = {"test:bench/host": {"tick": lambda n: n}} if component == "bench" else {}
        return Opened(witcraft.load(wasm).instantiate(imports))
