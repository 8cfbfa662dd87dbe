"""Functions, interfaces and worlds (component-model Explainer, "Import and Export Definitions"; WIT.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witcraft.model.gates import UNGATED, Stability
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
    stability: Stability = UNGATED
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class NamedResource:
    """A resource under the name that an interface or a world gives it.

    Where it is declared, ``of`` is None, and what is said of it stands on the resource. ``use a.{r}`` and
    ``type s = r`` name another name, ``of``, as a `TypeDef` of a `TypeDef` does, and what is said of them stands here.
    Binaries do not always tell which: there ``of`` can be None though ``resource.owner`` is another interface.
    """

    name: str
    resource: Resource
    owner: str = ""  #            extern name of the interface around, "" for the world itself
    of: NamedResource | None = None
    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """The type of an instance: named types, resources and functions, in the order of the binary.

    From WIT text, types that are used come before types that are defined, and a type before those that mention it.
    """

    name: str  #                  extern name: "test:bench/host@1.0.0", or a kebab word for an inline interface
    types: tuple[TypeDef | NamedResource, ...] = ()
    functions: tuple[Function, ...] = ()
    nested: tuple[WorldItem, ...] = ()  # instances, modules inside an instance: no WIT can say these
    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    implements: str = ""  #       of `import label: path`: the extern name behind the path; then `name` is the label
    copy_of: Interface | None = None  # of an inline interface that came by `include`: the one in the other world


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
class Statement:
    """What the import or export of an interface says beside what the interface says of itself.

    An import that only follows from others has the gate of the one that it follows from.
    """

    docs: Docs = NO_DOCS
    stability: Stability = UNGATED
    external_id: str | None = None
    written: bool = True  #       False: nobody wrote it, it follows from what is used


@dataclass(frozen=True, slots=True)
class Written:
    """A statement of a world: ``side`` is "type", "import" or "export", ``name`` an extern name.

    ``include`` counts the world's includes from 1, where an item came by one; 0 is the world itself.
    """

    side: str
    name: str
    include: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """What a component wants and gives; items keep the order of the binary. An item's key is its extern name.

    A world of WIT text is *elaborated*: ``include`` is done, and every interface that an item uses is imported, before
    who uses it, unless it is exported. Imports stand as interfaces, used types, own types, functions, methods.
    """

    name: str = "root"  #         a kebab word
    imports: tuple[WorldItem, ...] = ()
    exports: tuple[WorldItem, ...] = ()
    docs: Docs = field(default_factory=Docs)
    stability: Stability = UNGATED
    package: str = ""  #          name of the package around: "wasi:cli@0.2.6"
    import_statements: Mapping[str, Statement] = field(default_factory=dict)  # of interfaces, by extern name
    export_statements: Mapping[str, Statement] = field(default_factory=dict)
    written: tuple[Written, ...] = ()  # plain and full names in the order of the text, for who numbers types


def extern_name(item: WorldItem) -> str:
    """The name by which an import is asked for, or an export is found."""
    return item.extern_name if isinstance(item, Function) else item.name
