"""Functions, interfaces and worlds (component-model Explainer, "Import and Export Definitions"; WIT.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

from witcraft.model.types import NO_DOCS, Docs, Resource, TypeDef, ValType


@dataclass(frozen=True, slots=True)
class Param:
    name: str  # kebab-case
    type: ValType


@dataclass(frozen=True, slots=True)
class Freestanding:
    pass


@dataclass(frozen=True, slots=True)
class Method:
    """``[method]r.name``: the first parameter is ``self: borrow<r>``."""

    resource: Resource


@dataclass(frozen=True, slots=True)
class Static:
    """``[static]r.name``."""

    resource: Resource


@dataclass(frozen=True, slots=True)
class Constructor:
    """``[constructor]r``: gives ``own<r>``, or ``result<own<r>, E>``."""

    resource: Resource


FunctionKind = Freestanding | Method | Static | Constructor


@dataclass(frozen=True, slots=True)
class Function:
    """A function type with the name that an instance or the root gives it."""

    extern_name: str  #           as the binary has it: "add", "[method]blob.read"
    name: str  #                  the bare word: "add", "read", "constructor"
    kind: FunctionKind
    params: tuple[Param, ...]
    result: ValType | None
    is_async: bool = False
    docs: Docs = NO_DOCS


@dataclass(frozen=True, slots=True)
class NamedResource:
    """A resource under the name that an interface gives it; ``origin`` says whether it is declared here or used."""

    name: str
    resource: Resource


@dataclass(frozen=True, slots=True)
class Interface:
    """The type of an instance: named types, resources and functions, in the order of the binary."""

    name: str  #                  extern name: "test:bench/host@1.0.0", or a kebab word for an inline interface
    types: tuple[TypeDef | NamedResource, ...] = ()
    functions: tuple[Function, ...] = ()
    nested: tuple[WorldItem, ...] = ()  # instances, modules inside an instance: no WIT can say these
    docs: Docs = NO_DOCS


@dataclass(frozen=True, slots=True)
class CoreFuncType:
    params: tuple[str, ...]  #    core value types: "i32", "i64", "f32", "f64", "v128", reference types as text
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoreModuleType:
    """A core module as an import or an export: names and printed types of its externs."""

    imports: tuple[tuple[str, str, str], ...]  # module, name, type as text
    exports: tuple[tuple[str, str], ...]  #      name, type as text


@dataclass(frozen=True, slots=True)
class CoreModule:
    name: str
    type: CoreModuleType


@dataclass(frozen=True, slots=True)
class ComponentItem:
    """What no host language has a value for: known by name, and refused where it would have to run.

    ``sort``: "component", "value", or as a type "function type", "instance type", "component type".
    """

    name: str
    sort: str = "component"


WorldItem = Function | Interface | TypeDef | NamedResource | CoreModule | ComponentItem


@dataclass(frozen=True, slots=True)
class World:
    """What a component wants and gives; items keep the order of the binary. An item's key is its extern name."""

    name: str = "root"
    imports: tuple[WorldItem, ...] = ()
    exports: tuple[WorldItem, ...] = ()
    docs: Docs = field(default_factory=Docs)


def extern_name(item: WorldItem) -> str:
    """The name by which an import is asked for, or an export is found."""
    return item.extern_name if isinstance(item, Function) else item.name
