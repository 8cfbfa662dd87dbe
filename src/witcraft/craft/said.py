"""What a section of documentation says of an item, looked up by names: ``docs.py`` read backwards.

A custom section cannot make a binary invalid, so what is not as expected is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from witcraft.model import version
from witcraft.model.gates import UNGATED, Stability
from witcraft.model.types import NO_DOCS, Docs
from witcraft.model.world import Statement

Json = Mapping[str, Any]


class Saying(NamedTuple):
    docs: Docs
    stability: Stability


SILENCE = Saying(NO_DOCS, UNGATED)


@dataclass(frozen=True, slots=True)
class Said:
    """Of an interface or a world, or of a whole package."""

    of: Json

    def itself(self) -> Saying:
        return saying(self.of)

    def type(self, name: str) -> Saying:
        return saying(self.member("types").get(name))

    def function(self, name: str, side: str = "import") -> Saying:
        return saying(self.either("func_exports", "funcs", side, name))

    def inline(self, name: str, side: str) -> Said:
        """Of an interface that stands in a world."""
        return Said(as_object(self.either("interface_exports", "interfaces", side, name)))

    def statement(self, name: str, side: str) -> Statement:
        """Of the import or export of another interface."""
        docs = saying(self.member(f"interface_{side}_docs").get(name)).docs
        return Statement(docs, stability(self.member(f"interface_{side}_stability").get(name)))

    def world(self, name: str) -> Said:
        return Said(as_object(self.member("worlds").get(name)))

    def interface(self, name: str) -> Said:
        return Said(as_object(self.member("interfaces").get(name)))

    def either(self, exports: str, imports: str, side: str, name: str) -> object:
        """An older form of the section has exports among the imports, unless both have that name."""
        found = self.member(exports).get(name) if side == "export" else None
        return found if found is not None else self.member(imports).get(name)

    def member(self, name: str) -> Json:
        return as_object(self.of.get(name))


NOTHING = Said({})


def read(data: bytes) -> Said:
    """The contents of a section: a version byte, 0 or 1, and JSON."""
    if data[:1] not in (b"\0", b"\1"):
        return NOTHING
    try:
        return Said(as_object(json.loads(data[1:])))
    except (ValueError, RecursionError):
        return NOTHING


def saying(value: object) -> Saying:
    """Of an object with ``docs``, ``stability`` and ``items``, or of a bare text, as older sections have it."""
    if isinstance(value, str):
        return Saying(Docs(value), UNGATED)
    found = as_object(value)
    if not found:
        return SILENCE
    items = {name: text for name, text in as_object(found.get("items")).items() if isinstance(text, str)}
    text = found.get("docs")
    docs = Docs(text if isinstance(text, str) else "", items)
    return Saying(docs if docs.text or docs.items else NO_DOCS, stability(found.get("stability")))


def stability(value: object) -> Stability:
    found = as_object(value)
    stable, unstable = as_object(found.get("stable")), as_object(found.get("unstable"))
    since, feature = parsed(stable.get("since")), unstable.get("feature")
    deprecated = parsed((stable or unstable).get("deprecated"))
    if since is None and not isinstance(feature, str):
        return UNGATED
    return Stability(since, feature if isinstance(feature, str) else None, deprecated)


def parsed(value: object) -> version.Version | None:
    return version.parse(value) if isinstance(value, str) else None


def as_object(value: object) -> Json:
    return value if isinstance(value, dict) else {}
