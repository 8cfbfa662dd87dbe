"""WIT as written: names unresolved, each with its offsets in the file (component-model WIT.md, grammar).

``docs`` is the text of the comments before an item, "" without any. A node's ``start`` and ``end`` are offsets in code
points; ``token`` is the index of an item's first token, before which its comments stand.
"""

from __future__ import annotations

from dataclasses import dataclass

from witcraft.model.package import PackageName
from witcraft.model.version import Version
from witcraft.wit.lexer import Tokens
from witcraft.wit.source import Source


@dataclass(frozen=True, slots=True)
class Id:
    """A name without its ``%``."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PackageId:
    """``namespace:name@version``."""

    name: PackageName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Path:
    """``label``, or ``namespace:name/label@version``: an interface or a world."""

    package: PackageId | None
    name: Id


@dataclass(frozen=True, slots=True)
class Attribute:
    """``@since(version = 1.0.0)`` and the like; ``name`` is the word after the ``@``."""

    name: Id
    value: Version | str


# ---- types ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prim:
    """``u8``, ``string``, ``error-context``...: a type that is one keyword."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class List:
    """``length`` is None for a list of any length."""

    element: Type
    length: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Generic:
    """``map``, ``tuple``, ``option``, ``result``, ``future`` or ``stream``; a part that is left out is None."""

    word: str
    parts: tuple[Type | None, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Handle:
    """``own<r>``, ``borrow<r>``."""

    word: str
    resource: Id
    start: int
    end: int


Type = Id | Prim | List | Generic | Handle


# ---- definitions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Param:
    name: Id
    type: Type


@dataclass(frozen=True, slots=True)
class Signature:
    params: tuple[Param, ...]
    result: Type | None
    is_async: bool


@dataclass(frozen=True, slots=True)
class Function:
    """``kind``: "function", in a resource "method", "static" or "constructor"."""

    name: Id
    kind: str
    signature: Signature
    docs: str
    attributes: tuple[Attribute, ...]
    token: int


@dataclass(frozen=True, slots=True)
class Member:
    """A field, case or label; ``type`` is None where there is none."""

    name: Id
    type: Type | None
    docs: str


@dataclass(frozen=True, slots=True)
class Members:
    """The body of a ``record``, ``variant``, ``enum`` or ``flags``."""

    word: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    functions: tuple[Function, ...]


@dataclass(frozen=True, slots=True)
class TypeDef:
    name: Id
    body: Type | Members | Resource
    docs: str
    attributes: tuple[Attribute, ...]
    token: int


@dataclass(frozen=True, slots=True)
class Rename:
    """``name``, or ``name as other``."""

    name: Id
    other: Id | None


@dataclass(frozen=True, slots=True)
class Use:
    """``use path.{names};``"""

    path: Path
    names: tuple[Rename, ...]
    attributes: tuple[Attribute, ...]
    token: int


@dataclass(frozen=True, slots=True)
class Include:
    """``include path with { names }``."""

    path: Path
    names: tuple[Rename, ...]
    attributes: tuple[Attribute, ...]
    token: int


InterfaceItem = Use | TypeDef | Function


@dataclass(frozen=True, slots=True)
class Inline:
    """``interface { items }`` in a world."""

    items: tuple[InterfaceItem, ...]


@dataclass(frozen=True, slots=True)
class Extern:
    """``import`` or ``export`` of a function, an inline interface or an interface elsewhere.

    ``name`` is None for a path alone: then the interface's own name counts.
    """

    side: str
    name: Id | None
    what: Signature | Inline | Path
    docs: str
    attributes: tuple[Attribute, ...]
    token: int

    @property
    def label(self) -> Id:
        """What an error about the whole statement points at."""
        if self.name is not None:
            return self.name
        assert isinstance(self.what, Path)
        return self.what.name


WorldItem = Use | Include | TypeDef | Extern


@dataclass(frozen=True, slots=True)
class Interface:
    name: Id
    items: tuple[InterfaceItem, ...]
    docs: str
    attributes: tuple[Attribute, ...]
    token: int


@dataclass(frozen=True, slots=True)
class World:
    name: Id
    items: tuple[WorldItem, ...]
    docs: str
    attributes: tuple[Attribute, ...]
    token: int


@dataclass(frozen=True, slots=True)
class TopUse:
    """``use path as other;`` outside of any interface: a name for this file."""

    path: Path
    other: Id | None
    token: int

    @property
    def name(self) -> Id:
        return self.other or self.path.name


@dataclass(frozen=True, slots=True)
class Package:
    """``package a:b { items }``."""

    id: PackageId
    items: tuple[Item, ...]
    docs: str
    docs_start: int
    token: int


Item = Interface | World | TopUse | Package


@dataclass(frozen=True, slots=True)
class File:
    """A whole file; ``id`` is of the header ``package a:b;``, if there is one."""

    source: Source
    tokens: Tokens
    id: PackageId | None
    docs: str
    docs_start: int
    items: tuple[Item, ...]
