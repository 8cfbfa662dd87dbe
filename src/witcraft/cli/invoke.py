"""``--invoke``: which exported function is meant, its arguments out of WAVE, and its result as WAVE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from witcraft import wave
from witcraft.cli.native import FAILED
from witcraft.live import Component
from witcraft.model.text import wit
from witcraft.model.types import Result, strip
from witcraft.model.world import Function, Interface, World
from witcraft.runtime import Err, Ok
from witcraft.runtime.versions import find
from witcraft.words import InterfaceName

OPTION = "--invoke"
VERSION_LAST = re.compile(r"(?P<interface>.+)\.(?P<function>[^.@/]+)(?P<version>@.+)")
"""``ns:pkg/iface.f@1.0.0``, as other tools write it."""
MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Target:
    """A function of the exported interface ``interface``; of the world, if that is ""."""

    interface: str
    function: Function

    @property
    def short(self) -> str:
        """``"f"``; ``"blob.open"`` of a resource's function."""
        return self.function.extern_name.rpartition("]")[2]

    @property
    def full(self) -> str:
        return f"{self.interface}.{self.short}" if self.interface else self.short

    def answers_to(self, name: str) -> bool:
        """To its own name alone; with the interface's before it, whose namespace, package, version may be left out."""
        if name == self.short:
            return True
        if not self.interface or not name.endswith(f".{self.short}"):
            return False
        interface = name.removesuffix(f".{self.short}")
        return interface == InterfaceName(self.interface).interface or bool(find(interface, [self.interface]))

    def found_in(self, instance: Any) -> Any:
        place = instance[self.interface] if self.interface else instance
        return place[self.function.extern_name]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that is ready to be made."""

    target: Target
    arguments: Sequence[Any]
    classes: wave.Classes

    def __call__(self, instance: Any) -> int:
        """Prints the result; the exit code tells whether that is an err."""
        function, code = self.target.found_in(instance), 0
        try:
            result = function(*self.arguments)
        except Err as error:
            result, code = error, FAILED
        print(self.text(result), flush=True)
        return code

    def text(self, result: Any) -> str:
        ty = self.target.function.result
        if ty is None:
            return "()"
        if isinstance(strip(ty), Result) and not isinstance(result, Err):
            result = Ok(result)
        return wave.show(result, ty, self.classes)


def invocation(component: Component, text: str) -> Invocation:
    """The call that ``text`` asks for. Raises ``WaveError``."""
    call = wave.call(text, OPTION)
    target = chosen(call, list(targets(component.world)))
    refuse_handles(call, target)
    place = component.module._ROOT["exports"][target.interface][1] if target.interface else ""
    module = import_module(place, component.module.__name__) if place else component.module
    classes = wave.classes_of(target.function, vars(module))
    return Invocation(target, call.arguments(target.function.params, classes), classes)


def targets(world: World) -> Iterator[Target]:
    for item in world.exports:
        match item:
            case Function():
                yield Target("", item)
            case Interface(name, _, functions):
                yield from [Target(name, function) for function in functions]


def chosen(call: wave.Call, every: Sequence[Target]) -> Target:
    """The one that the call names: by its full name, or by a shorter one that is no other's too."""
    name = call.name.replace("%", "")
    if moved := VERSION_LAST.fullmatch(name):
        name = "{interface}{version}.{function}".format(**moved.groupdict())
    found = [it for it in every if it.full == name] or [it for it in every if it.answers_to(name)]
    if not found:
        raise call.error(f"no exported function is called `{name}`", f"there are {listed(nearest(name, every))}")
    if len(found) > 1:
        raise call.error(f"several functions are called `{name}`", f"say which one: {listed(found)}")
    return found[0]


def nearest(name: str, every: Sequence[Target]) -> Sequence[Target]:
    """Those that may have been meant: all, if none is close."""
    close = get_close_matches(name.rpartition(".")[2], [it.short for it in every], 3)
    return [it for it in every if it.short in close] or every


def listed(them: Sequence[Target]) -> str:
    names = [it.full for it in them[:MOST_NAMES]] + ["..."] * (len(them) > MOST_NAMES)
    return ", ".join(names) or "none"


def refuse_handles(call: wave.Call, target: Target) -> None:
    """Raises ``WaveError`` where a parameter or the result cannot be written."""
    function = target.function
    places = [(f"its parameter `{it.name}`", it.type) for it in function.params]
    if function.result is not None:
        places.append(("its result", function.result))
    for place, ty in places:
        part = wave.unwritable(ty)
        if part is not None:
            what = "is" if part is ty else f"has {wit(ty)} with"
            raise call.error(f"`{target.full}` cannot be called from here: {place} {what} `{wit(part)}`, a handle")
