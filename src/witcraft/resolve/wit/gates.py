"""Attributes: is an item there, and what does it say of itself (component-model WIT.md, "Feature Gates")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witcraft.model.gates import UNGATED, Stability
from witcraft.model.package import PackageName
from witcraft.model.version import Version
from witcraft.wit import tree
from witcraft.wit.source import Report, Source


@dataclass(frozen=True, slots=True)
class Gate:
    """``closed`` is the feature that would have to be on; "" if the item is there."""

    stability: Stability = UNGATED
    external_id: str | None = None
    closed: str = ""


OPEN = Gate()


@dataclass(frozen=True, slots=True)
class Gates:
    """``features`` are those that are on, None for all. ``package`` is the one around the items."""

    features: frozenset[str] | None
    package: PackageName
    report: Report

    def read(self, attributes: Sequence[tree.Attribute], source: Source, item: tree.Id) -> Gate:
        """``item`` is what a gate that cannot be is reported at."""
        if not attributes:
            return OPEN
        found = self.by_name(attributes, source)
        since, unstable = found.get("since"), found.get("unstable")
        deprecated, external_id = found.get("deprecated"), found.get("external-id")
        if since and unstable:
            self.refuse(source, since.name, "`@since` and `@unstable` exclude each other", "remove one of them")
        if deprecated and not since and not unstable:
            hint = "say as well since when the item is there, `@since(version = ...)`"
            self.refuse(source, deprecated.name, "`@deprecated` stands alone", hint)
        stability = Stability(version(since), feature(unstable), version(deprecated))
        if stability.since:
            self.check_since(stability.since, source, item)
        closed = stability.feature or ""
        if self.features is None or closed in self.features:
            closed = ""
        return Gate(stability if stability else UNGATED, feature(external_id), closed)

    def by_name(self, attributes: Sequence[tree.Attribute], source: Source) -> dict[str, tree.Attribute]:
        found: dict[str, tree.Attribute] = {}
        for attribute in attributes:
            name = attribute.name.name
            if name in found:
                self.refuse(source, attribute.name, f"`@{name}` is there twice", "remove one of them")
            found[name] = attribute
        return found

    def check_since(self, since: Version, source: Source, item: tree.Id) -> None:
        if self.package.version is None:
            message = f"`@since` in package `{self.package}`, which has no version"
            self.refuse(source, item, message, f"give it one: `package {self.package}@{since};`")
        elif self.package.version < since:
            message = f"`@since(version = {since})` is above the version of package `{self.package}`"
            self.refuse(source, item, message, "gate what is to come with `@unstable(feature = ...)`")

    def refuse(self, source: Source, at: tree.Id, message: str, hint: str) -> None:
        self.report.add(message, source.place(at.start, at.end), hint)


def version(attribute: tree.Attribute | None) -> Version | None:
    return attribute.value if attribute is not None and isinstance(attribute.value, Version) else None


def feature(attribute: tree.Attribute | None) -> str | None:
    return attribute.value if attribute is not None and isinstance(attribute.value, str) else None
