"""The root's imports as values, and its exports out of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from witcraft.model.types import TypeDef
from witcraft.model.world import ComponentItem, CoreModule, Function, Interface, NamedResource, World, WorldItem
from witcraft.model.world import extern_name as name_of
from witcraft.plan.recorder import Recorder
from witcraft.plan.steps import (
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    ImportPath,
    LiftedFunction,
    ReexportedFunction,
)
from witcraft.plan.values import (
    ComponentValue,
    ImportedFunc,
    InstanceValue,
    LiftedFunc,
    ModuleValue,
    Opaque,
    TypeValue,
    Value,
)
from witcraft.resolve import Resolved
from witcraft.resolve.meaning import Extern, Instance, ModuleType

# ---- imports ----------------------------------------------------------------------------------------------------


def imports_of(recorder: Recorder, resolved: Resolved) -> dict[str, Value]:
    return import_values(recorder, (), resolved.world.imports, resolved.imports)


def import_values(
    recorder: Recorder, path: tuple[str, ...], items: tuple[WorldItem, ...], externs: Mapping[str, Extern]
) -> dict[str, Value]:
    names = [name_of(item) for item in items]
    return {
        name: import_value(recorder, (*path, name), item, externs[name])
        for name, item in zip(names, items, strict=True)
    }


def import_value(recorder: Recorder, path: tuple[str, ...], item: WorldItem, extern: Extern) -> Value:
    match item:
        case Function():
            return ImportedFunc(ImportPath(path), item)
        case Interface():
            assert isinstance(extern, Instance)
            return InstanceValue(import_values(recorder, path, members(item), extern.exports))
        case NamedResource(_, resource):
            return TypeValue(recorder.import_resource(resource, ImportPath(path)))
        case TypeDef():
            return TypeValue(None, item)
        case CoreModule():
            assert isinstance(extern, ModuleType)
            return ModuleValue(ImportPath(path), tuple(extern.imports), extern.exports)
        case ComponentItem(name, "component"):
            return ComponentValue(None, None, name)
        case ComponentItem(name, "value"):
            return Opaque(name)
        case ComponentItem():
            return TypeValue(None)
        case _:
            assert_never(item)


def members(interface: Interface) -> tuple[WorldItem, ...]:
    """Types first, since the first path by which a resource is seen becomes its own."""
    return (*interface.types, *interface.functions, *interface.nested)


# ---- exports ----------------------------------------------------------------------------------------------------


def exports_of(recorder: Recorder, world: World, values: Mapping[str, Value]) -> tuple[tuple[str, ExportDef], ...]:
    return export_defs(recorder, world.exports, values)


def export_defs(
    recorder: Recorder, items: tuple[WorldItem, ...], values: Mapping[str, Value]
) -> tuple[tuple[str, ExportDef], ...]:
    return tuple([(name_of(item), export_def(recorder, item, values[name_of(item)])) for item in items])


def export_def(recorder: Recorder, item: WorldItem, value: Value) -> ExportDef:
    match item, value:
        case Function(), LiftedFunc():
            return LiftedFunction(item, recorder.core(value.core), recorder.options(value.options))
        case Function(), ImportedFunc():
            return ReexportedFunction(item, value.path)
        case Interface(), InstanceValue():
            return ExportedInstance(item, export_defs(recorder, members(item), value.exports))
        case NamedResource(name, resource), TypeValue(int() as number):
            recorder.name_resource(number, name)
            recorder.resource_ids[resource] = number
            return ExportedType(resource)
        case TypeDef(), _:
            return ExportedType(item)
        case CoreModule(), ModuleValue():
            return ExportedModule(item, recorder.module(value))
        case ComponentItem(name, sort), _:
            return ExportedComponent(name, sort)
        case _:
            raise AssertionError(f"{item} is exported by {value}")
