"""Exports give names: a type that is exported becomes a named type, and what goes out with it speaks of that.

A component's export of a type does not name what was defined, but the new index that the export introduces; an instance
takes the names of its types along as they are (component-model Explainer, "External Visibility of Types"). Either way
a resource that is defined here and exported is two ``Resource``s, equal to the checker (``Ledger.alias``), of which
the outside only ever sees the second.
"""

from __future__ import annotations

from collections.abc import Mapping

from witcraft.model.types import NO_DOCS, Docs, Resource, TypeDef, ValType
from witcraft.resolve.border import Border
from witcraft.resolve.meaning import AnyType, ComponentType, Extern, FuncType, Instance, InstanceType, TypeItem
from witcraft.resolve.substitute import NODE


class Exporter:
    """The names that one export gives. ``owner``: the interface, "" for a type that the component itself exports."""

    def __init__(self, border: Border, owner: str, docs: Mapping[str, Docs]) -> None:
        self.border = border
        self.ledger = border.ledger
        self.naming = border.naming
        self.owner = owner
        self.docs = docs
        self.first: dict[Resource, Resource] = {}  # by original: those that this export names

    def extern(self, name: str, extern: Extern) -> Extern:
        self.ledger.spend(NODE)
        match extern:
            case TypeItem(ty):
                return self.ledger.note(TypeItem(self.type(name, ty)))
            case Instance():
                return self.instance(extern)
            case _:
                return self.naming.extern(extern)

    def instance(self, instance: Instance) -> Instance:
        exports = {name: self.member(name, extern) for name, extern in instance.exports.items()}
        return self.ledger.note(Instance(exports))

    def member(self, name: str, extern: Extern) -> Extern:
        """An export of an instance that is exported: what else has its type, from here on has the name."""
        found = self.extern(name, extern)
        if isinstance(extern, TypeItem) and isinstance(found, TypeItem):
            self.naming.name(extern.type, found.type)
        return found

    def type(self, name: str, ty: AnyType) -> AnyType:
        match ty:
            case Resource():
                return self.resource(name, ty)
            case FuncType() | InstanceType() | ComponentType():
                return self.naming.any_type(ty)
            case _:
                inner = self.naming.value(self.peel(ty))
                return self.ledger.note(TypeDef(self.owner, name, inner, self.docs.get(name, NO_DOCS)))

    def resource(self, name: str, resource: Resource) -> Resource:
        """One that the outside knows already keeps its name there: this is a further one for it."""
        original = self.ledger.original(resource)
        known = self.border.first_names.get(original) or self.first.get(original)
        if known is None:
            new = Resource(self.owner, name, self.docs.get(name, NO_DOCS))
            known = self.first[original] = self.ledger.alias(new, resource)
        return known

    def peel(self, ty: ValType) -> ValType:
        """Without names that the outside has never heard of."""
        while isinstance(ty, TypeDef) and ty not in self.border.visible and not self.naming.has(ty):
            ty = ty.type
        return ty
