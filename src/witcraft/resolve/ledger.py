"""What is remembered of each type while one component is resolved, so that no question is answered twice.

A *stamp* says when a type was first seen. A type can mention older ones only, so "does this mention anything of that
scope?" is one comparison: what is older than a scope's first stamp does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard, TypeVar

from witcraft.abi.layout import Layout
from witcraft.errors import ComponentError
from witcraft.model.types import Borrow, FixedList, Future, List, Map, Own, Resource, Stream, String, TypeDef, ValType
from witcraft.model.walk import children, rebuild
from witcraft.resolve.features import COMPILED, Feature, Features, require
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    FuncType,
    Instance,
    InstanceType,
    ModuleType,
    TypeItem,
    ValueItem,
    noun,
)

MAX_TYPE_SIZE = 1_000_000  # nodes of a type written out as a tree, as the reference validator limits it
MAX_TYPE_DEPTH = 100  #      levels of structure, as the engine limits it
MAX_NAMED_DEPTH = 200  #     the same with names of types counted as levels
MAX_WORK = 300_000  #       what checking may cost, in units of about a microsecond: so much for any component,
WORK_OF_BYTES = 4  #        and a unit more for so many of its bytes

NEVER = 1 << 62  # a stamp that no type has

Known = AnyType | Extern
NO_VALUES = (Resource, FuncType, TypeItem, ValueItem, Instance, InstanceType, ComponentType, ModuleType)
K = TypeVar("K", bound=Known)


@dataclass(frozen=True, slots=True)
class Facts:
    stamp: int
    size: int  #         nodes, written out as a tree
    depth: int  #        levels of structure
    named_depth: int  #  levels of structure and names
    resource: int  #     stamp of the oldest resource that it mentions, or ``NEVER``
    pointer: bool  #     a string, list or map is part of its flat form or of what that points to
    borrow: bool  #      it mentions a borrow
    fixed: bool  #       it mentions a list of fixed length


class Ledger:
    def __init__(self, features: Features = COMPILED, size: int = 0) -> None:
        """``size``: of the component, in bytes."""
        self.features = features
        self.layouts = {4: Layout(4), 8: Layout(8)}  # by the bytes of a pointer
        self.facts: dict[Known, Facts] = {}
        self._shapes: dict[ValType, ValType] = {}
        self._same: dict[Resource, Resource] = {}
        self._work = MAX_WORK + size // WORK_OF_BYTES

    # ---- facts ----

    def next_stamp(self) -> int:
        return len(self.facts)

    def stamp(self, known: Known) -> int:
        return self.facts[known].stamp

    def note(self, known: K) -> K:
        """Enters a type whose parts were entered before, and holds it to the limits."""
        if known not in self.facts:
            self.facts[known] = self.measured(known)
            if self.facts[known].fixed and is_value(known):
                self.layouts[8].shape(known)  # refuses what takes too many bytes; without such lists nothing can
        return known

    def measured(self, known: Known) -> Facts:
        facts = measure(known, [self.facts[part] for part in parts(known)], len(self.facts))
        if facts.size > MAX_TYPE_SIZE:
            raise ComponentError(f"{noun(known)} is larger than {MAX_TYPE_SIZE:,} parts when written out")
        if facts.depth > MAX_TYPE_DEPTH or facts.named_depth > MAX_NAMED_DEPTH:
            raise ComponentError(f"{noun(known)} nests deeper than {MAX_TYPE_DEPTH} levels")
        return facts

    def spend(self, work: int) -> None:
        """Counts what grows with something else than the bytes read: they could ask for any amount of that."""
        self._work -= work
        if self._work < 0:
            raise ComponentError("checking its types takes too much work for a component of this size")

    def require(self, feature: Feature, what: str) -> None:
        require(self.features, feature, what)

    # ---- equality ----

    def alias(self, new: Resource, of: Resource) -> Resource:
        """``new`` is another name of ``of``: the same type to the checker, of its own to who names it."""
        self._same[new] = self.original(of)
        return self.note(new)

    def original(self, resource: Resource) -> Resource:
        return self._same.get(resource, resource)

    def shape(self, ty: ValType) -> ValType:
        """``ty`` without names: two types are equal where their shapes are the same object."""
        found = self._shapes.get(ty)
        if found is None:
            found = self._shapes[ty] = self._shape(ty)
        return found

    def _shape(self, ty: ValType) -> ValType:
        while isinstance(ty, TypeDef):
            ty = ty.type
        match ty:
            case Own(resource):
                return Own(self.original(resource))
            case Borrow(resource):
                return Borrow(self.original(resource))
            case _:
                return rebuild(ty, self.shape)


def is_value(known: Known) -> TypeGuard[ValType]:
    return not isinstance(known, NO_VALUES)


def parts(known: Known) -> Iterable[Known]:
    match known:
        case Resource() | ModuleType():
            return ()
        case Own(resource) | Borrow(resource):
            return (resource,)
        case FuncType(params, result):
            types: list[Known] = [param.type for param in params]
            return types if result is None else [*types, result]
        case TypeItem(type) | ValueItem(type):
            return (type,)
        case Instance(exports) | InstanceType(exports):
            return exports.values()
        case ComponentType(imports, exports):
            return (*imports.values(), *exports.values())
        case _:
            return children(known)


def measure(known: Known, inner: Iterable[Facts], stamp: int) -> Facts:
    size, depth, named_depth, resource, pointer, borrow, fixed = 1, 0, 0, NEVER, False, False, False
    for facts in inner:
        size += facts.size
        depth = max(depth, facts.depth)
        named_depth = max(named_depth, facts.named_depth)
        resource = min(resource, facts.resource)
        pointer |= facts.pointer
        borrow |= facts.borrow
        fixed |= facts.fixed
    match known:
        case TypeDef():
            return Facts(stamp, size, depth, named_depth + 1, resource, pointer, borrow, fixed)
        case Resource():
            resource = stamp
        case String() | List() | Map():
            pointer = True
        case Stream() | Future():
            pointer = False  # a handle, whatever it carries
        case Borrow():
            borrow = True
        case FixedList():
            fixed = True
        case ModuleType(imports, exports):
            size += len(imports) + len(exports)
        case InstanceType(first=first) | ComponentType(first=first) if resource >= first:
            resource = NEVER  # its own, which nobody outside can mean
    return Facts(stamp, size, depth + 1, named_depth + 1, resource, pointer, borrow, fixed)
