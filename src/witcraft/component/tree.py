"""A component binary as data: one noun a production of the format (component-model Binary.md), indices unresolved.

Every definition carries ``offset``, the place of its first byte counted from the outermost file's first byte.
Definitions stand in the order of the binary, sections flattened, since order is what index spaces are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from witcraft.core import tree as core


class Sort(Enum):
    """What a component index space holds; core sorts are ``core.Sort``."""

    FUNC = 0x01
    VALUE = 0x02
    TYPE = 0x03
    COMPONENT = 0x04
    INSTANCE = 0x05


AnySort = Sort | core.Sort


@dataclass(frozen=True, slots=True)
class SortIndex:
    sort: AnySort
    index: int


# ---- names ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExternName:
    """The name of an import or export with its attributes ("Import and Export Definitions")."""

    name: str
    implements: str | None = None
    version_suffix: str | None = None
    external_id: str | None = None


# ---- value types ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrimType:
    """``name``: "bool", "s8" ... "string", "error-context"."""

    name: str


TypeRef = PrimType | int  # a primitive in place, or an index into the type index space


@dataclass(frozen=True, slots=True)
class FieldType:
    name: str
    type: TypeRef


@dataclass(frozen=True, slots=True)
class CaseType:
    name: str
    type: TypeRef | None


@dataclass(frozen=True, slots=True)
class RecordType:
    fields: tuple[FieldType, ...]


@dataclass(frozen=True, slots=True)
class VariantType:
    cases: tuple[CaseType, ...]


@dataclass(frozen=True, slots=True)
class ListType:
    element: TypeRef


@dataclass(frozen=True, slots=True)
class FixedListType:
    element: TypeRef
    length: int


@dataclass(frozen=True, slots=True)
class MapType:
    key: TypeRef
    value: TypeRef


@dataclass(frozen=True, slots=True)
class TupleType:
    items: tuple[TypeRef, ...]


@dataclass(frozen=True, slots=True)
class FlagsType:
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnumType:
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptionType:
    some: TypeRef


@dataclass(frozen=True, slots=True)
class ResultType:
    ok: TypeRef | None
    err: TypeRef | None


@dataclass(frozen=True, slots=True)
class OwnType:
    resource: int


@dataclass(frozen=True, slots=True)
class BorrowType:
    resource: int


@dataclass(frozen=True, slots=True)
class StreamType:
    element: TypeRef | None


@dataclass(frozen=True, slots=True)
class FutureType:
    element: TypeRef | None


DefinedValueType = (
    PrimType
    | RecordType
    | VariantType
    | ListType
    | FixedListType
    | MapType
    | TupleType
    | FlagsType
    | EnumType
    | OptionType
    | ResultType
    | OwnType
    | BorrowType
    | StreamType
    | FutureType
)


# ---- other types ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FuncType:
    params: tuple[FieldType, ...]
    result: TypeRef | None
    is_async: bool


@dataclass(frozen=True, slots=True)
class ResourceType:
    """``rep`` is "i32" or "i64"; ``dtor`` a core function index."""

    rep: str
    dtor: int | None
    is_async: bool = False  # an older form of the format: an asynchronous destructor
    callback: int | None = None


@dataclass(frozen=True, slots=True)
class ModuleImport:
    module: str
    name: str
    type: CoreExternType


@dataclass(frozen=True, slots=True)
class ModuleExport:
    name: str
    type: CoreExternType


@dataclass(frozen=True, slots=True)
class ModuleOuterAlias:
    """``(alias outer count index (type))`` inside a module type."""

    count: int
    index: int


@dataclass(frozen=True, slots=True)
class FuncOfType:
    """A function extern of a module type: an index into the core type space in force there."""

    type: int


@dataclass(frozen=True, slots=True)
class TagOfType:
    type: int


CoreExternType = FuncOfType | TagOfType | core.TableType | core.MemoryType | core.GlobalType


@dataclass(frozen=True, slots=True)
class ModuleType:
    declarations: tuple[ModuleImport | ModuleExport | ModuleOuterAlias | core.CoreType, ...]


@dataclass(frozen=True, slots=True)
class ModuleExtern:
    type: int  # core type index


@dataclass(frozen=True, slots=True)
class FuncExtern:
    type: int


@dataclass(frozen=True, slots=True)
class ValueExtern:
    """A value (gated feature): its type, or the value index that it equals."""

    type: TypeRef | None
    equals: int | None


@dataclass(frozen=True, slots=True)
class TypeEq:
    index: int


@dataclass(frozen=True, slots=True)
class SubResource:
    pass


@dataclass(frozen=True, slots=True)
class TypeExtern:
    bound: TypeEq | SubResource


@dataclass(frozen=True, slots=True)
class ComponentExtern:
    type: int


@dataclass(frozen=True, slots=True)
class InstanceExtern:
    type: int


ExternDesc = ModuleExtern | FuncExtern | ValueExtern | TypeExtern | ComponentExtern | InstanceExtern


# ---- definitions (also the declarations of component and instance types) -----------------------------------------


@dataclass(frozen=True, slots=True)
class CoreTypeDef:
    """Each adds one core type."""

    type: core.CoreType | ModuleType
    offset: int


@dataclass(frozen=True, slots=True)
class TypeDef:
    """Adds one type."""

    type: DefinedValueType | FuncType | ComponentType | InstanceType | ResourceType
    offset: int


@dataclass(frozen=True, slots=True)
class AliasExport:
    sort: AnySort
    instance: int
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class AliasCoreExport:
    sort: core.Sort
    instance: int  # core instance index
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class AliasOuter:
    """``count`` 0 is the enclosing component or type itself."""

    sort: AnySort
    count: int
    index: int
    offset: int


Alias = AliasExport | AliasCoreExport | AliasOuter


@dataclass(frozen=True, slots=True)
class Import:
    name: ExternName
    type: ExternDesc
    offset: int


@dataclass(frozen=True, slots=True)
class ExportDecl:
    """An export inside a component or instance type: a name and a type, no definition."""

    name: ExternName
    type: ExternDesc
    offset: int


Declaration = CoreTypeDef | TypeDef | Alias | Import | ExportDecl


@dataclass(frozen=True, slots=True)
class ComponentType:
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class InstanceType:
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class CoreModule:
    module: core.Module
    offset: int


@dataclass(frozen=True, slots=True)
class CoreArg:
    name: str
    instance: int


@dataclass(frozen=True, slots=True)
class CoreInstantiate:
    module: int
    args: tuple[CoreArg, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class CoreInlineExport:
    name: str
    item: SortIndex


@dataclass(frozen=True, slots=True)
class CoreInlineExports:
    exports: tuple[CoreInlineExport, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class NestedComponent:
    component: Component
    offset: int


@dataclass(frozen=True, slots=True)
class Arg:
    name: str
    item: SortIndex


@dataclass(frozen=True, slots=True)
class Instantiate:
    component: int
    args: tuple[Arg, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class InlineExport:
    name: ExternName
    item: SortIndex


@dataclass(frozen=True, slots=True)
class InlineExports:
    exports: tuple[InlineExport, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Start:
    """Gated feature: values."""

    func: int
    args: tuple[int, ...]
    results: int
    offset: int


@dataclass(frozen=True, slots=True)
class Export:
    name: ExternName
    item: SortIndex
    type: ExternDesc | None
    offset: int


@dataclass(frozen=True, slots=True)
class Value:
    """Gated feature: a literal value, bytes unread."""

    type: TypeRef
    data: memoryview
    offset: int


# ---- canonical definitions ---------------------------------------------------------------------------------------


class StringEncoding(Enum):
    UTF8 = "utf8"
    UTF16 = "utf16"
    COMPACT = "latin1+utf16"


@dataclass(frozen=True, slots=True)
class CanonOptions:
    """``canonopt*`` gathered; a repeated or conflicting option is an error of the reader."""

    encoding: StringEncoding | None = None
    memory: int | None = None
    realloc: int | None = None
    post_return: int | None = None
    is_async: bool = False
    callback: int | None = None
    core_type: int | None = None  # gc ABI (gated)
    gc: bool = False


NO_OPTIONS = CanonOptions()


@dataclass(frozen=True, slots=True)
class CanonLift:
    core_func: int
    options: CanonOptions
    type: int
    offset: int


@dataclass(frozen=True, slots=True)
class CanonLower:
    func: int
    options: CanonOptions
    offset: int


class ResourceOp(Enum):
    NEW = "resource.new"
    DROP = "resource.drop"
    REP = "resource.rep"


@dataclass(frozen=True, slots=True)
class CanonResource:
    op: ResourceOp
    resource: int
    offset: int


@dataclass(frozen=True, slots=True)
class CanonBuiltin:
    """Any other built-in (async, threads, error-context, gc), by its name in the specification.

    ``immediates`` keep the binary's order: indices, result lists, flags.
    """

    name: str
    immediates: tuple[int | str | bool | TypeRef | None, ...]
    options: CanonOptions
    offset: int


Canon = CanonLift | CanonLower | CanonResource | CanonBuiltin

Definition = (
    CoreModule
    | CoreInstantiate
    | CoreInlineExports
    | CoreTypeDef
    | NestedComponent
    | Instantiate
    | InlineExports
    | Alias
    | TypeDef
    | Canon
    | Start
    | Import
    | Export
    | Value
)


@dataclass(frozen=True, slots=True)
class ItemName:
    """What the ``component-name`` custom section calls an item of an index space; for people only."""

    sort: AnySort
    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Component:
    """``data`` is a view of the component's bytes, preamble included."""

    data: memoryview
    offset: int
    definitions: tuple[Definition, ...]
    customs: tuple[core.Custom, ...]
    name: str | None = None  # from the ``component-name`` custom section
    producers: tuple[core.Producer, ...] = ()
