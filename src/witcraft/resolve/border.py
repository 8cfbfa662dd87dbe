"""One border of a scope: its imports, or its exports. Names, and what may be mentioned there.

(component-model Binary.md, "Import and Export Definitions", notes; Explainer, "External Visibility of Types".)
"""

from __future__ import annotations

from witcraft.component.tree import ExternName
from witcraft.errors import ComponentError
from witcraft.model.types import (
    Borrow,
    Enum,
    Flags,
    Own,
    Record,
    Resource,
    Result,
    TypeDef,
    ValType,
    Variant,
    strip,
)
from witcraft.model.walk import children
from witcraft.resolve import names
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import AnyType, Extern, FuncType, Instance, InstanceType, TypeItem, ValueItem
from witcraft.resolve.substitute import Naming


class Border:
    """``visible``: named types and resources that an import, or an export, may mention."""

    def __init__(self, verb: str, ledger: Ledger, also: Border | None = None) -> None:
        self.verb = verb  # "import" or "export"
        self.ledger = ledger
        self.also = also  # what is visible here is visible there too: exports may mention imports
        self.items: dict[str, Extern] = {}
        self.naming = Naming(ledger)
        self.resources: dict[str, Resource] = {}  # those that methods may be of, by label
        self.visible: set[TypeDef | Resource] = set()
        self.unnamed: set[TypeDef] = set()  # mentioned, but by a name that is not visible
        self.first_names: dict[Resource, Resource] = {}  # by original: the name of a resource that came first
        self._keys: dict[str, str] = {}
        self._fine: set[ValType] = set()

    # ---- names ----

    def enter(self, name: ExternName, extern: Extern) -> None:
        parsed = names.parse(name.name)
        names.check_features(name, parsed, self.ledger.features)
        names.check_attributes(name, parsed, isinstance(extern, Instance))
        if isinstance(parsed, names.Dependency) and self.verb != "import":
            raise ComponentError(f"{names.quoted(name.name)} is a name for imports only")
        if isinstance(parsed, names.Annotated):
            self.check_annotated(parsed, extern)
        if isinstance(parsed, names.Annotated | names.Label) and parsed.accessor:
            self.check_accessor(name.name, parsed, extern)
        other = self._keys.setdefault(names.unique_key(parsed), name.name)
        if name.name in self.items or other != name.name:
            twice = "is there twice" if other == name.name else f"conflicts with {names.quoted(other)}"
            raise ComponentError(f"{self.verb} {names.quoted(name.name)} {twice}")
        self.items[name.name] = extern

    def introduce(self, name: ExternName, extern: Extern) -> None:
        """``enter``, for an import or export that has an index of its own: methods may be of a resource like that."""
        self.enter(name, extern)
        if isinstance(extern, TypeItem) and isinstance(extern.type, Resource):
            self.resources[name.name] = extern.type

    def check_annotated(self, name: names.Annotated, extern: Extern) -> None:
        if not isinstance(extern, FuncType):
            raise ComponentError(f"a {name.kind} is a function")
        resource = self.resources.get(name.resource)
        if resource is None:
            of = names.quoted(name.resource)
            raise ComponentError(f"a {name.kind} of {of}, which is no resource {self.verb}ed before")
        match name.kind:
            case "constructor":
                self.check_constructor(extern, resource)
            case "method":
                self.check_method(extern, resource)

    def check_constructor(self, function: FuncType, resource: Resource) -> None:
        if function.is_async:
            raise ComponentError("a constructor cannot be async")
        made = strip(function.result) if function.result else None
        if isinstance(made, Result) and made.ok:
            made = strip(made.ok)
        if not isinstance(made, Own) or not self.same(made.resource, resource):
            raise ComponentError(f'a constructor gives (own "{resource.name}"), or a result with that')

    def check_method(self, function: FuncType, resource: Resource) -> None:
        first = function.params[0] if function.params else None
        self_type = strip(first.type) if first and first.name == "self" else None
        if not isinstance(self_type, Borrow) or not self.same(self_type.resource, resource):
            raise ComponentError(f'a method has a first parameter "self" of type (borrow "{resource.name}")')

    def check_accessor(self, name: str, parsed: names.Annotated | names.Label, extern: Extern) -> None:
        """A getter gives a value; a setter takes one, may fail, and comes after its getter."""
        if not isinstance(extern, FuncType) or extern.is_async:
            raise ComponentError("a getter or setter is a function that is not async")
        own = 1 if isinstance(parsed, names.Annotated) and parsed.kind == "method" else 0
        if len(extern.params) != own + (parsed.accessor == "set"):
            raise ComponentError("a getter takes no parameter, a setter one")
        if parsed.accessor == "get":
            if extern.result is None:
                raise ComponentError("a getter has a result")
            return
        made = strip(extern.result) if extern.result else None
        if made is not None and not (isinstance(made, Result) and made.ok is None):
            raise ComponentError("a setter has no result but for an error")
        if name.replace("[set]", "[get]", 1) not in self.items:
            raise ComponentError("a setter comes after its getter")

    def same(self, one: Resource, other: Resource) -> bool:
        return self.ledger.original(one) is self.ledger.original(other)

    # ---- visibility ----

    def check_visible(self, extern: Extern) -> None:
        """Does all that it mentions have a name here? The types that an instance brings with it get theirs by that."""
        self.ledger.spend(1)
        match extern:
            case TypeItem(ty):
                self.require_type(ty)
                self.show(ty)
            case Instance(exports):
                for export in exports.values():
                    self.check_visible(export)
            case _:
                self.require_extern(extern)

    def require_extern(self, extern: Extern) -> None:
        self.ledger.spend(1)
        match extern:
            case FuncType(params, result):
                self.ledger.spend(len(params))
                for param in params:
                    self.require(param.type)
                if result is not None:
                    self.require(result)
            case ValueItem(ty):
                self.require(ty)
            case TypeItem(ty):
                self.require_type(ty)
            case Instance(exports):
                for export in exports.values():
                    self.require_extern(export)
            case _:
                pass  # components and modules are closed: they mention nothing of this scope

    def require_type(self, ty: AnyType) -> None:
        """What an exported type mentions: its own name is what the export gives it."""
        match ty:
            case FuncType():
                self.require_extern(ty)
            case InstanceType(exports, _, ()):
                for export in exports.values():
                    self.check_visible(export)
            case TypeDef():
                self.require_definition(ty.type)
            case _:
                pass

    def show(self, ty: object) -> None:
        if isinstance(ty, TypeDef | Resource):
            self.visible.add(ty)
            if isinstance(ty, Resource):
                self.first_names.setdefault(self.ledger.original(ty), ty)
            if self.also is not None:
                self.also.show(ty)

    def require_definition(self, ty: ValType) -> None:
        if isinstance(ty, TypeDef) and ty not in self.visible:
            self.unnamed.add(ty)  # it has a name of its own now
            self.require_definition(ty.type)
        elif isinstance(ty, TypeDef | Own | Borrow):
            self.require(ty)
        else:
            parts = children(ty)
            self.ledger.spend(len(parts))
            for part in parts:
                self.require(part)

    def require(self, ty: ValType) -> None:
        if ty not in self._fine:
            self._require(ty)
            self._fine.add(ty)

    def unnamed_here(self) -> str:
        return f"has no name out there: {self.verb} the type before it"

    def require_inner(self, ty: TypeDef) -> None:
        """A name that is not known here does no harm to a type that can do without one."""
        if isinstance(ty.type, Record | Variant | Enum | Flags):
            raise ComponentError(f"it mentions the type {names.quoted(ty.name)}, which is not {self.verb}ed before it")
        self.unnamed.add(ty)
        self.require(ty.type)

    def _require(self, ty: ValType) -> None:
        match ty:
            case TypeDef() if ty not in self.visible:
                self.require_inner(ty)
            case Record() | Variant() | Enum() | Flags():
                raise ComponentError(
                    f"it mentions {names.article(type(ty).__name__.lower())} type that {self.unnamed_here()}"
                )
            case Own(resource) | Borrow(resource) if resource not in self.visible:
                raise ComponentError(f"it mentions a resource type that {self.unnamed_here()}")
            case TypeDef():
                pass
            case _:
                for part in children(ty):
                    self.require(part)
