"""The guest `handles.wat` in both hosts: what each does with its handles, told in numbers.

Boxes are the guest's: those that the host owns are numbered in the order in which it got them. Things are the host's:
each is known by the number that it was made of.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import wasmtime
from wasmtime import component as api

import witcraft
from witcraft.live import Component

THINGS = "test:agree/things"
KIND = 7  # of host resources, for the native API


@cache
def wasm() -> bytes:
    return bytes(wasmtime.wat2wasm(Path(__file__).with_name("handles.wat").read_text()))


class Driver:
    """What the two hosts have in common. ``log`` has what the host hears of its things."""

    def __init__(self) -> None:
        self.log: list[tuple[str, int]] = []
        self.boxes: list[Any] = []

    def call(self, name: str, *numbers: int) -> int | None:
        """An export, or ``close-box``. Traps as the host does."""
        match name:
            case "give-box":
                self.boxes.append(self.export(name, *numbers))
                return len(self.boxes)
            case "put-box":
                return self.number(name, self.boxes.pop(numbers[0]))
            case "see-box":
                return self.number(name, self.boxes[numbers[0]])
            case "close-box":
                self.close(self.boxes.pop(numbers[0]))
                return None
            case "give-thing":
                return self.number_of(self.export(name, *numbers))
            case "put-thing":
                return self.number(name, self.thing(numbers[0]))
            case "see-thing" | "keep-thing":
                return self.number(name, self.lent(numbers[0]))
            case _:
                return self.number(name, *numbers)

    def number(self, name: str, *args: Any) -> int | None:
        result: int | None = self.export(name, *args)
        return result

    def export(self, name: str, *args: Any) -> Any:
        raise NotImplementedError

    def close(self, box: Any) -> None:
        raise NotImplementedError

    def thing(self, number: int) -> Any:
        raise NotImplementedError

    def lent(self, number: int) -> Any:
        return self.thing(number)

    def number_of(self, thing: Any) -> int:
        raise NotImplementedError

    # ---- what the guest imports

    def make(self, n: int) -> Any:
        return self.thing(n)

    def look(self, a: Any) -> int:
        return self.heard("look", a)

    def take(self, a: Any) -> int:
        return self.heard("take", a)

    def both(self, a: Any, b: Any) -> int:
        return 31 * self.heard("a", a) + self.heard("b", b)

    def heard(self, what: str, thing: Any) -> int:
        number = self.number_of(thing)
        self.log.append((what, number))
        return number


class Ours(Driver):
    def __init__(self) -> None:
        super().__init__()
        log = self.log

        class Thing:
            def __init__(self, number: int) -> None:
                self.number = number

            def __exit__(self, *_: object) -> None:
                log.append(("drop", self.number))

        self.thing_class = Thing
        functions = {"thing": Thing, "make": self.make, "look": self.look, "take": self.take}
        pairs = dict.fromkeys(["look-and-take", "take-and-look", "look-twice"], self.both)
        self.instance = component().instantiate({THINGS: {**functions, **pairs}})

    def export(self, name: str, *args: Any) -> Any:
        return self.instance[name](*args)

    def close(self, box: Any) -> None:
        box.close()

    def thing(self, number: int) -> Any:
        return self.thing_class(number)

    def number_of(self, thing: Any) -> int:
        number: int = thing.number
        return number


class Native(Driver):
    def __init__(self) -> None:
        super().__init__()
        self.store = wasmtime.Store(compiled()[0])
        linker = api.Linker(compiled()[0])
        with linker.root() as root, root.add_instance(THINGS) as place:
            place.add_resource("thing", api.ResourceType.host(KIND), lambda store, rep: self.log.append(("drop", rep)))
            place.add_func("make", lambda store, n: self.make(n))
            place.add_func("look", lambda store, a: self.look(a))
            place.add_func("take", lambda store, a: self.take(a))
            for name in ("look-and-take", "take-and-look", "look-twice"):
                place.add_func(name, lambda store, a, b: self.both(a, b))
        self.instance = linker.instantiate(self.store, compiled()[1])

    def export(self, name: str, *args: Any) -> Any:
        found = self.instance.get_func(self.store, name)
        assert found is not None
        return found(self.store, *args)

    def close(self, box: Any) -> None:
        box.drop(self.store)

    def thing(self, number: int) -> Any:
        return api.ResourceHost.own(number, KIND)

    def lent(self, number: int) -> Any:
        return api.ResourceHost.borrow(number, KIND)

    def number_of(self, thing: Any) -> int:
        number: int = thing.to_host(self.store).rep
        return number


@cache
def component() -> Component:
    return witcraft.load(wasm(), name="handles")


@cache
def compiled() -> tuple[wasmtime.Engine, api.Component]:
    engine = wasmtime.Engine()
    return engine, api.Component(engine, wasm())
