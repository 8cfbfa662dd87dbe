"""Packages of WIT: names, and what stands in a package (component-model WIT.md, "Package format").

An item of a package has an *extern name*, ``ns:pkg/label@version``: it is `Interface.name`, and the owner of the
interface's types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from witcraft.model.types import NO_DOCS, Docs
from witcraft.model.version import Version
from witcraft.model.world import Interface, World


@dataclass(frozen=True, slots=True)
class PackageName:
    """``namespace:name@version``. Two versions of a package are two packages."""

    namespace: str
    name: str
    version: Version | None = None

    def __str__(self) -> str:
        return f"{self.namespace}:{self.name}" + (f"@{self.version}" if self.version else "")

    def extern(self, label: str) -> str:
        """The extern name of the package's interface or world ``label``."""
        return f"{self.namespace}:{self.name}/{label}" + (f"@{self.version}" if self.version else "")

    @property
    def key(self) -> tuple[object, ...]:
        """Orders packages by name; without a version comes first."""
        return (self.namespace, self.name, self.version is not None, self.version.key if self.version else ())


@dataclass(frozen=True, slots=True)
class Package:
    """``interfaces`` and ``worlds`` stand so that what is used comes before who uses it, else as written."""

    name: PackageName
    interfaces: tuple[Interface, ...] = ()
    worlds: tuple[World, ...] = ()
    docs: Docs = NO_DOCS

    def interface(self, label: str) -> Interface | None:
        extern = self.name.extern(label)
        return next((interface for interface in self.interfaces if interface.name == extern), None)

    def world(self, label: str) -> World | None:
        return next((world for world in self.worlds if world.name == label), None)


@dataclass(frozen=True, slots=True)
class Packages:
    """A package and all that it may name: ``all`` has dependencies before who depends on them, ``root`` among them.

    Nothing is there twice: an interface that two worlds import is one object, wherever it is met.
    """

    all: tuple[Package, ...]
    root: Package

    def __iter__(self) -> Iterator[Package]:
        return iter(self.all)

    def package(self, name: PackageName) -> Package | None:
        return next((package for package in self.all if package.name == name), None)

    def interface(self, extern: str) -> Interface | None:
        """The interface with that extern name."""
        found = (interface for package in self.all for interface in package.interfaces if interface.name == extern)
        return next(found, None)


def label(extern: str) -> str:
    """``"wasi:io/streams@0.2.0"`` -> ``"streams"``; a plain name is its own label."""
    return extern.rpartition("/")[2].partition("@")[0] if ":" in extern else extern
