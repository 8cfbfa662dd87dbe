"""What an index of a component means, typed: the nouns of ``resolve``.

A *template* is a component type or an instance type as a definition gives it: names that stand for nothing in
particular yet. Whoever instantiates or imports one *opens* it (``substitute.Opening``), which makes its resources and
named types afresh. An ``Instance`` is open: its resources are those of the component around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from witcraft.core import tree as core
from witcraft.model.types import Resource, ValType
from witcraft.model.world import Param

if TYPE_CHECKING:
    from witcraft.resolve.substitute import Substitution


@dataclass(frozen=True, slots=True, eq=False)
class FuncType:
    params: tuple[Param, ...]
    result: ValType | None
    is_async: bool


@dataclass(frozen=True, slots=True, eq=False)
class TypeItem:
    """A type as an import or export. A value type that has been named is a ``TypeDef``."""

    type: AnyType


@dataclass(frozen=True, slots=True, eq=False)
class ValueItem:
    """A value (gated feature), of which nothing but the type is known."""

    type: ValType


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    exports: Mapping[str, Extern]


@dataclass(frozen=True, slots=True, eq=False)
class InstanceType:
    """A template. What it names itself was made at stamp ``first`` or later (``Ledger.stamp``).

    ``within``: substitutions that what it takes from around it has yet to go through, in this order.
    """

    exports: Mapping[str, Extern]
    first: int
    within: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ComponentType:
    """A template, as ``InstanceType`` is; a component is known by nothing but its type."""

    imports: Mapping[str, Extern]
    exports: Mapping[str, Extern]
    first: int
    within: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ModuleType:
    """A core module: imports by (module, name), in order."""

    imports: Mapping[tuple[str, str], core.ExternType]
    exports: Mapping[str, core.ExternType]


Template = InstanceType | ComponentType
AnyType = ValType | Resource | FuncType | InstanceType | ComponentType  # what a type index may mean
Extern = FuncType | TypeItem | ValueItem | Instance | ComponentType | ModuleType  # what an import or export may be
CoreInstance = Mapping[str, core.ExternType]


def noun(meaning: AnyType | Extern) -> str:
    """What to call it in a message, with its article."""
    match meaning:
        case FuncType():
            return "a function"
        case TypeItem():
            return "a type"
        case ValueItem():
            return "a value"
        case Instance():
            return "an instance"
        case InstanceType():
            return "an instance type"
        case ComponentType():
            return "a component"
        case ModuleType():
            return "a core module"
        case Resource():
            return "a resource type"
        case _:
            return "a value type"
