"""A scope: index spaces that definitions fill one by one, and the borders to the outside.

A component is one, and so is a component type or an instance type, whose definitions are declarations.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

from witcraft.component.tree import AnySort, Sort, SortIndex
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.model.types import Resource, ValType
from witcraft.resolve.border import Border
from witcraft.resolve.docs import NO_WORLD_DOCS, WorldDocs
from witcraft.resolve.ledger import Ledger, is_value
from witcraft.resolve.meaning import (
    AnyType,
    ComponentType,
    CoreInstance,
    Extern,
    FuncType,
    Instance,
    ModuleType,
    TypeItem,
    ValueItem,
    noun,
)

T = TypeVar("T")


SCOPE = 40  # units of work to make one


class Kind(Enum):
    COMPONENT = "component"
    COMPONENT_TYPE = "component type"
    INSTANCE_TYPE = "instance type"


class Scope:
    """``first``: the stamp that everything made in here is not older than."""

    def __init__(self, kind: Kind, ledger: Ledger, parent: Scope | None, docs: WorldDocs = NO_WORLD_DOCS) -> None:
        ledger.spend(SCOPE)
        self.kind, self.ledger, self.parent, self.docs = kind, ledger, parent, docs
        self.around: tuple[Scope, ...] = (self, *parent.around) if parent else (self,)  # itself, and outwards
        self.walls: int = (parent.walls if parent else 0) + (kind is Kind.COMPONENT)  # components among those
        self.first = ledger.next_stamp()
        self.exports = Border("export", ledger)
        self.imports = Border("import", ledger, also=self.exports)
        self.own_resources: dict[Resource, str] = {}  # those that this component defines, with their representation
        self.unused: set[int] = set()  # values, each of which is used once
        self.context: str | None = None  # core type of the tasks' context slots

        self.funcs: list[FuncType] = []
        self.values: list[ValType] = []
        self.types: list[AnyType] = []
        self.components: list[ComponentType] = []
        self.instances: list[Instance] = []
        self.core_funcs: list[core.FuncType] = []
        self.core_tables: list[core.TableType] = []
        self.core_memories: list[core.MemoryType] = []
        self.core_globals: list[core.GlobalType] = []
        self.core_tags: list[core.TagType] = []
        self.core_types: list[core.CoreType | ModuleType] = []
        self.core_modules: list[ModuleType] = []
        self.core_instances: list[CoreInstance] = []

        self.spaces: dict[AnySort, list[Any]] = {
            Sort.FUNC: self.funcs,
            Sort.VALUE: self.values,
            Sort.TYPE: self.types,
            Sort.COMPONENT: self.components,
            Sort.INSTANCE: self.instances,
            core.Sort.FUNC: self.core_funcs,
            core.Sort.TABLE: self.core_tables,
            core.Sort.MEMORY: self.core_memories,
            core.Sort.GLOBAL: self.core_globals,
            core.Sort.TAG: self.core_tags,
            core.Sort.TYPE: self.core_types,
            core.Sort.MODULE: self.core_modules,
            core.Sort.INSTANCE: self.core_instances,
        }

    def outer(self, count: int) -> Scope:
        if count >= len(self.around):
            raise ComponentError(f"an outer alias reaches {count} scopes out, which is beyond the outermost one")
        return self.around[count]

    # ---- look-ups ----

    def func(self, index: int) -> FuncType:
        return at(self.funcs, index, "function")

    def value(self, index: int) -> ValType:
        return at(self.values, index, "value")

    def type(self, index: int) -> AnyType:
        return at(self.types, index, "type")

    def component(self, index: int) -> ComponentType:
        return at(self.components, index, "component")

    def instance(self, index: int) -> Instance:
        return at(self.instances, index, "instance")

    def core_func(self, index: int) -> core.FuncType:
        return at(self.core_funcs, index, "core function")

    def memory(self, index: int) -> core.MemoryType:
        return at(self.core_memories, index, "core memory")

    def table(self, index: int) -> core.TableType:
        return at(self.core_tables, index, "core table")

    def module(self, index: int) -> ModuleType:
        return at(self.core_modules, index, "core module")

    def core_instance(self, index: int) -> CoreInstance:
        return at(self.core_instances, index, "core instance")

    def core_type(self, index: int) -> core.CoreType | ModuleType:
        return at(self.core_types, index, "core type")

    def resource(self, index: int) -> Resource:
        return of_class(Resource, self.type(index), index, "resource type")

    def func_type(self, index: int) -> FuncType:
        return of_class(FuncType, self.type(index), index, "function type")

    def value_type(self, index: int) -> ValType:
        found = self.type(index)
        if not is_value(found):
            raise ComponentError(f"type {index} is {noun(found)}, where a value type is needed")
        return found

    def core_func_type(self, index: int) -> core.FuncType:
        return of_class(core.FuncType, self.core_type(index), index, "core function type")

    # ---- values (gated feature): each is used once ----

    def add_value(self, ty: ValType) -> None:
        self.unused.add(len(self.values))
        self.values.append(ty)

    def use_value(self, index: int) -> ValType:
        found = self.value(index)
        if index not in self.unused:
            raise ComponentError(f"value {index} is used more than once")
        self.unused.remove(index)
        return found

    def check_all_used(self, offset: int) -> None:
        if self.unused:
            raise ComponentError(f"value {min(self.unused)} is not used", offset)

    # ---- externs ----

    def extern(self, item: SortIndex) -> Extern:
        """What may be exported, or given as an argument."""
        match item.sort:
            case Sort.FUNC:
                return self.func(item.index)
            case Sort.VALUE:
                return self.ledger.note(ValueItem(self.use_value(item.index)))
            case Sort.TYPE:
                return self.ledger.note(TypeItem(self.type(item.index)))
            case Sort.COMPONENT:
                return self.component(item.index)
            case Sort.INSTANCE:
                return self.instance(item.index)
            case core.Sort.MODULE:
                return self.module(item.index)
            case sort:
                raise ComponentError(f"a core {sort.name.lower()} cannot cross a component's border")

    def append(self, extern: Extern) -> None:
        """The next index of its sort means ``extern``."""
        match extern:
            case FuncType():
                self.funcs.append(extern)
            case ValueItem(ty):
                self.add_value(ty)
            case TypeItem(ty):
                self.types.append(ty)
            case ComponentType():
                self.components.append(extern)
            case Instance():
                self.instances.append(extern)
            case ModuleType():
                self.core_modules.append(extern)


def at(space: Sequence[T], index: int, title: str) -> T:
    if index >= len(space):
        raise ComponentError(f"{title} {index} is unknown: there {'is' if len(space) == 1 else 'are'} {len(space)}")
    return space[index]


def of_class(wanted: type[T], found: object, index: int, title: str) -> T:
    if not isinstance(found, wanted):
        raise ComponentError(f"type {index} is not a {title}")
    return found
