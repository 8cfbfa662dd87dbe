"""A component type or instance type while it is written: model types become indices of its type index space.

Each type is defined where it is first mentioned, parts before wholes, and no anonymous one twice; the order is that of
``wit-component``, so that the same package makes the same bytes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import assert_never

from witcraft.component import tree
from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
)
from witcraft.model.world import Function, NamedResource

Named = TypeDef | NamedResource
Key = tuple[str, str]  # the extern name of the interface that a type stands in, and its name there

NO_OFFSET = 0  # what is written has no place yet


def extern_name(name: str, external_id: str | None) -> tree.ExternName:
    return tree.ExternName(name, external_id=external_id)


def origin_of(named: Named) -> Named | None:
    """What a used type, or another name for one, is named after."""
    if isinstance(named, NamedResource):
        return named.of
    return named.type if isinstance(named.type, TypeDef) else None


class Scope(ABC):
    """``own``: the named types that this scope introduces, which have ``owner``; others come from elsewhere."""

    def __init__(self, owner: str, own: Mapping[str, Named]) -> None:
        self.owner, self.own = owner, own
        self.declarations: list[tree.Declaration] = []
        self.count = 0  # of types
        self.named: dict[Key, int] = {}
        self.anonymous: dict[ValType, int] = {}
        self.signatures: dict[object, int] = {}

    # ---- what differs ----

    @abstractmethod
    def introduce(self, name: tree.ExternName, bound: tree.TypeEq | tree.SubResource) -> tree.Declaration:
        """The declaration that gives a type its name."""

    @abstractmethod
    def bring(self, owner: str, name: str) -> int:
        """Declares a type that another interface names; gives its index here."""

    # ---- declarations ----

    def add(self, declaration: tree.Declaration) -> int:
        """Appends a declaration that adds a type; gives the type's index."""
        self.declarations.append(declaration)
        self.count += 1
        return self.count - 1

    def define(self, type_: tree.DefinedValueType | tree.FuncType | tree.InstanceType | tree.ComponentType) -> int:
        return self.add(tree.TypeDef(type_, NO_OFFSET))

    # ---- named types ----

    def name(self, named: Named) -> int:
        """The index of a named type, which is introduced or brought when it is first asked for."""
        if named.owner != self.owner or named.name not in self.own:
            return self.brought(named.owner, named.name)
        key = (named.owner, named.name)
        if key not in self.named:
            self.named[key] = self.introduced(named)
        return self.named[key]

    def brought(self, owner: str, name: str) -> int:
        if (owner, name) not in self.named:
            self.named[owner, name] = self.bring(owner, name)
        return self.named[owner, name]

    def introduced(self, named: Named) -> int:
        match named:
            case NamedResource(of=None):
                name = extern_name(named.name, named.resource.external_id)
                return self.add(self.introduce(name, tree.SubResource()))
            case NamedResource(of=NamedResource() as origin) | TypeDef(type=TypeDef() as origin):
                index = self.name(origin)
            case TypeDef(type=ty):
                index = self.define(self.structure(ty))
        return self.add(self.introduce(extern_name(named.name, named.external_id), tree.TypeEq(index)))

    def resource(self, resource: Resource, alias: str) -> int:
        """By the name that the text used, else the first that this scope has for it."""
        for named in self.own.values():
            if isinstance(named, NamedResource) and named.resource is resource and alias in ("", named.name):
                return self.name(named)
        return self.brought(resource.owner, resource.name)

    # ---- value types ----

    def value(self, ty: ValType) -> tree.TypeRef:
        if isinstance(ty, TypeDef):
            return self.name(ty)
        if ty in self.anonymous:
            return self.anonymous[ty]
        found = self.structure(ty)
        if isinstance(found, tree.PrimType):
            return found
        return self.anonymous.setdefault(ty, self.define(found))

    def maybe(self, ty: ValType | None) -> tree.TypeRef | None:
        return None if ty is None else self.value(ty)

    def structure(self, ty: ValType) -> tree.DefinedValueType:
        """One level of ``ty``, with all that it mentions defined before."""
        match ty:
            case Record(fields):
                return tree.RecordType(tuple([tree.FieldType(field.name, self.value(field.type)) for field in fields]))
            case Variant(cases):
                return tree.VariantType(tuple([tree.CaseType(case.name, self.maybe(case.type)) for case in cases]))
            case Enum(labels):
                return tree.EnumType(labels)
            case Flags(labels):
                return tree.FlagsType(labels)
            case Tuple(items):
                return tree.TupleType(tuple([self.value(item) for item in items]))
            case List(element):
                return tree.ListType(self.value(element))
            case FixedList(element, length):
                return tree.FixedListType(self.value(element), length)
            case Map(key_, value):
                return tree.MapType(self.value(key_), self.value(value))
            case Option(some):
                return tree.OptionType(self.value(some))
            case Result(ok, err):
                return tree.ResultType(self.maybe(ok), self.maybe(err))
            case Own(resource, alias):
                return tree.OwnType(self.resource(resource, alias))
            case Borrow(resource, alias):
                return tree.BorrowType(self.resource(resource, alias))
            case Stream(element):
                return tree.StreamType(self.maybe(element))
            case Future(element):
                return tree.FutureType(self.maybe(element))
            case Prim(kind):
                return tree.PrimType(kind.value)
            case String():
                return tree.PrimType("string")
            case ErrorContext():
                return tree.PrimType("error-context")
            case TypeDef():
                raise AssertionError("a named type is introduced, not defined")
            case _:
                assert_never(ty)

    # ---- functions ----

    def function(self, function: Function) -> int:
        """The index of its type, which functions with the same parameters and result share."""
        signature = (function.is_async, function.params, function.result)
        if signature not in self.signatures:
            params = tuple([tree.FieldType(param.name, self.value(param.type)) for param in function.params])
            self.signatures[signature] = self.define(
                tree.FuncType(params, self.maybe(function.result), function.is_async)
            )
        return self.signatures[signature]
