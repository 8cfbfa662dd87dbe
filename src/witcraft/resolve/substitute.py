"""Types moved from one scope into another: templates opened, and types given the names they are exported under.

(component-model Explainer, "Type Checking": what is supplied is substituted for what was imported, and what a
component defines is made afresh by each instantiation.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from witcraft.model.types import Borrow, Docs, Enum, Flags, Own, Record, Resource, TypeDef, ValType, Variant
from witcraft.model.walk import children, rebuild
from witcraft.model.world import Param
from witcraft.resolve.ledger import NEVER, Ledger
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    Extern,
    FuncType,
    Instance,
    InstanceType,
    ModuleType,
    Template,
    TypeItem,
    ValueItem,
)

NODE = 20  # units of work to copy one
PART = 4  #  and for each of its parts


class Substitution:
    """Maps types; what is older than ``first`` it leaves alone, so it costs what is new and no more.

    ``within``: substitutions that what is older goes through instead, in this order.
    """

    def __init__(self, ledger: Ledger, first: int, within: tuple[Substitution, ...] = ()) -> None:
        self.ledger = ledger
        self.first = first
        self.within = within
        self.values: dict[ValType, ValType] = {}

    # ---- what the kinds of substitution differ in ----

    def resource(self, resource: Resource) -> Resource:
        raise NotImplementedError

    def named(self, ty: TypeDef) -> ValType:
        raise NotImplementedError

    # ---- the walk ----

    def value(self, ty: ValType) -> ValType:
        found = self.values.get(ty)
        if found is None:
            self.ledger.spend(NODE + len(self.within))
            found = self.values[ty] = self._value(ty)
        return found

    def _value(self, ty: ValType) -> ValType:
        if self.ledger.stamp(ty) < self.first:
            for substitution in self.within:
                ty = substitution.value(ty)
            return ty
        match ty:
            case TypeDef():
                return self.named(ty)
            case Own(resource):
                return self.ledger.note(Own(self.resource(resource)))
            case Borrow(resource):
                return self.ledger.note(Borrow(self.resource(resource)))
            case _:
                self.ledger.spend(PART * len(children(ty)))
                return self.ledger.note(rebuild(ty, self.value))

    def function(self, ty: FuncType) -> FuncType:
        if self.keeps(ty):
            return ty
        self.ledger.spend(PART * len(ty.params))
        params = tuple([Param(param.name, self.value(param.type)) for param in ty.params])
        return self.ledger.note(FuncType(params, None if ty.result is None else self.value(ty.result), ty.is_async))

    def any_type(self, ty: AnyType) -> AnyType:
        match ty:
            case Resource():
                return self.resource(ty)
            case FuncType():
                return self.function(ty)
            case InstanceType():
                return self.instance_type(ty)
            case ComponentType():
                return self.component_type(ty)
            case _:
                return self.value(ty)

    # A template is not walked: it keeps the substitution for whoever opens it.

    def instance_type(self, ty: InstanceType) -> InstanceType:
        return ty if self.keeps(ty) else self.ledger.note(InstanceType(ty.exports, ty.first, (*ty.within, self)))

    def component_type(self, ty: ComponentType) -> ComponentType:
        if self.keeps(ty):
            return ty
        return self.ledger.note(ComponentType(ty.imports, ty.exports, ty.first, (*ty.within, self)))

    def extern(self, extern: Extern) -> Extern:
        self.ledger.spend(NODE + len(self.within))
        if self.keeps(extern):
            return extern
        match extern:
            case FuncType():
                return self.function(extern)
            case TypeItem(ty):
                return self.ledger.note(TypeItem(self.any_type(ty)))
            case ValueItem(ty):
                return self.ledger.note(ValueItem(self.value(ty)))
            case Instance(exports):
                return self.ledger.note(Instance(self.externs(exports)))
            case ComponentType():
                return self.component_type(extern)
            case ModuleType():
                return extern
            case _:
                assert_never(extern)

    def externs(self, externs: Mapping[str, Extern]) -> dict[str, Extern]:
        return {name: self.extern(extern) for name, extern in externs.items()}

    def keeps(self, known: AnyType | Extern) -> bool:
        return not self.within and self.ledger.stamp(known) < self.first


class Opening(Substitution):
    """A template opened once: what it names itself is made afresh, unless it was bound to something before.

    ``owner`` is the interface that the fresh types belong to, "" where that is not known yet; ``docs`` are theirs.
    """

    def __init__(
        self, ledger: Ledger, template: Template, owner: str = "", docs: Mapping[str, Docs] | None = None
    ) -> None:
        super().__init__(ledger, template.first, template.within)
        self.owner = owner
        self.docs = docs or {}
        self._resources: dict[Resource, Resource] = {}  # by original

    def is_free(self, resource: Resource) -> bool:
        """Its own, and not bound to anything yet."""
        original = self.ledger.original(resource)
        return original not in self._resources and self.ledger.stamp(original) >= self.first

    def bind(self, resource: Resource, actual: Resource) -> None:
        self._resources[self.ledger.original(resource)] = actual

    def resource(self, resource: Resource) -> Resource:
        original = self.ledger.original(resource)
        found = self._resources.get(original)
        if found is not None:
            return found
        if self.ledger.stamp(original) >= self.first:
            docs = self.docs.get(resource.name, resource.docs)
            found = self._resources[original] = self.ledger.note(Resource(self.owner, resource.name, docs))
            return found
        self.ledger.spend(1 + len(self.within))
        for substitution in self.within:
            resource = substitution.resource(resource)
        return resource

    def named(self, ty: TypeDef) -> ValType:
        docs = self.docs.get(ty.name, ty.docs)
        return self.ledger.note(TypeDef(self.owner, ty.name, self.value(ty.type), docs))


class Naming(Substitution):
    """Changes what was given a name, and nothing else: types as they are known outside."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger, NEVER)
        self._names: dict[AnyType, AnyType] = {}

    def name(self, ty: AnyType, new: AnyType) -> None:
        """``new`` is what ``ty`` is called from here on, if it takes a name to speak of it, and has none yet."""
        if isinstance(ty, TypeDef | Resource | Record | Variant | Enum | Flags) and ty is not new:
            self._names.setdefault(ty, new)
            self.first = min(self.first, self.ledger.stamp(ty))

    def has(self, ty: AnyType) -> bool:
        return ty in self._names

    def value(self, ty: ValType) -> ValType:
        found = self._names.get(ty)
        return found if isinstance(found, TypeDef) else super().value(ty)

    def resource(self, resource: Resource) -> Resource:
        found = self._names.get(resource)
        return found if isinstance(found, Resource) else resource

    def named(self, ty: TypeDef) -> ValType:
        return ty


def open_instance(
    ledger: Ledger, template: InstanceType, owner: str = "", docs: Mapping[str, Docs] | None = None
) -> Instance:
    """An instance of that type: what an import or export of the type means."""
    return ledger.note(Instance(Opening(ledger, template, owner, docs).externs(template.exports)))


def nothing_open(ledger: Ledger) -> Opening:
    """For a comparison outside of any template."""
    return Opening(ledger, InstanceType({}, NEVER))
