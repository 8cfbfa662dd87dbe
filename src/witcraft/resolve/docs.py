"""Documentation out of a ``package-docs`` custom section: a version byte, then JSON.

In a finished component it documents the world "root": its functions and types, its inline interfaces, and the imports
and exports of other interfaces; those themselves stand in ``witcraft-docs``, under ``interfaces``, by their full names.
A custom section cannot make a component invalid, so what is not as expected is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from witcraft.core.tree import Custom
from witcraft.model.types import NO_DOCS, Docs

Json = Mapping[str, Any]

PACKAGE_DOCS = "package-docs"
INTERFACE_DOCS = "witcraft-docs"
"""A section of the same form, which no other tool reads: some refuse components that document named interfaces."""


@dataclass(frozen=True, slots=True)
class WorldDocs:
    """``verb`` is "import" or "export" throughout; ``interface`` an extern name, "" for the world itself."""

    world: Json = field(default_factory=dict)
    interfaces: Json = field(default_factory=dict)

    def text(self) -> Docs:
        return docs(self.world)

    def of_interface(self, verb: str, name: str) -> Docs:
        found = docs(self.interface(verb, name))
        return found if found.text else docs(member(self.world, f"interface_{verb}_docs").get(name))

    def of_function(self, verb: str, interface: str, name: str) -> Docs:
        if interface:
            return docs(member(self.interface(verb, interface), "funcs").get(name))
        return docs(either(self.world, "func_exports", "funcs", verb, name))

    def of_types(self, verb: str, interface: str) -> Mapping[str, Docs]:
        if not self.world and not self.interfaces:
            return {}
        scope = self.interface(verb, interface) if interface else self.world
        return {name: docs(value) for name, value in member(scope, "types").items()}

    def interface(self, verb: str, name: str) -> Json:
        found = either(self.world, "interface_exports", "interfaces", verb, name)
        return as_object(found if found is not None else self.interfaces.get(name))


NO_WORLD_DOCS = WorldDocs()


def either(world: Json, exports: str, imports: str, verb: str, name: str) -> Any:
    """An older form of the section has exports among the imports, unless both have that name."""
    found = member(world, exports).get(name) if verb == "export" else None
    return found if found is not None else member(world, imports).get(name)


def read_docs(customs: tuple[Custom, ...]) -> WorldDocs:
    package, ours = section(customs, PACKAGE_DOCS), section(customs, INTERFACE_DOCS)
    if not package and not ours:
        return NO_WORLD_DOCS
    return WorldDocs(member(member(package, "worlds"), "root"), member(ours or package, "interfaces"))


def section(customs: tuple[Custom, ...], name: str) -> Json:
    for custom in customs:
        if custom.name == name and bytes(custom.data[:1]) in (b"\0", b"\1"):
            return parse(bytes(custom.data[1:]))
    return {}


def parse(data: bytes) -> Json:
    try:
        return as_object(json.loads(data))
    except (ValueError, RecursionError):
        return {}


def docs(value: object) -> Docs:
    """Of an object with ``docs`` and perhaps ``items``, or of a bare string."""
    if isinstance(value, str):
        return Docs(value.strip())
    found = as_object(value)
    items = {name: text.strip() for name, text in member(found, "items").items() if isinstance(text, str)}
    text = found.get("docs")
    text = text.strip() if isinstance(text, str) else ""
    return Docs(text, items) if text or items else NO_DOCS


def member(value: Json, name: str) -> Json:
    return as_object(value.get(name))


def as_object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
