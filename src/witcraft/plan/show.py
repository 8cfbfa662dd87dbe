"""A plan as text, for people and golden files, and as plain data for ``--json``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, assert_never

from witcraft.component.spell import core_extern_type, quoted
from witcraft.core import tree as core
from witcraft.model.text import definition, signature
from witcraft.model.types import Resource, TypeDef
from witcraft.model.world import (
    ComponentItem,
    CoreModule,
    Function,
    Interface,
    NamedResource,
    WorldItem,
)
from witcraft.plan.steps import (
    Adapted,
    CoreDef,
    CoreExport,
    DefineResource,
    Entry,
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GateExport,
    GuestResource,
    HostResource,
    ImportedModule,
    ImportPath,
    InnerCall,
    InstantiateAdapters,
    InstantiateModule,
    LiftedFunction,
    Lowered,
    LowerImport,
    ModuleRef,
    Options,
    Plan,
    ReexportedFunction,
    ResourceFunc,
    Side,
    StaticModule,
    Step,
    Unsupported,
)
from witcraft.text import Writer


def show(plan: Plan) -> str:
    """The whole plan: imports, core modules, resources, steps in order, exports."""
    w = Writer("  ")
    with w.block(f"world {plan.world.name}, {count(plan.instances, 'component instance')}"):
        for title, lines in sections(plan):
            with w.block(title):
                w.extend(lines)
    return w.text()


def sections(plan: Plan) -> Iterable[tuple[str, list[str]]]:
    """The parts of a plan that are not empty."""
    found = {
        "imports": [line for item in plan.world.imports for line in item_lines(item)],
        "core modules": module_lines(plan),
        "resources": resource_lines(plan),
        "steps": [line for step in plan.steps for line in step_lines(step)],
        "exports": [line for name, export in plan.exports for line in export_lines(name, export)],
    }
    return [(title, lines) for title, lines in found.items() if lines]


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def indented(lines: Iterable[str]) -> list[str]:
    return ["  " + line for line in lines]


# ---- the world --------------------------------------------------------------------------------------------------


def item_lines(item: WorldItem, owner: str = "") -> list[str]:
    """``owner`` is the interface around it."""
    match item:
        case Function():
            return [f"{quoted(item.extern_name)}: {signature(item)}"]
        case Interface(name):
            members = [*item.types, *item.functions, *item.nested]
            return [quoted(name), *indented(line for member in members for line in item_lines(member, name))]
        case TypeDef(type=TypeDef(used_owner, used_name)) if used_owner:
            return [use_line(used_owner, used_name, item.name)]
        case TypeDef():
            return [f"type {item.name} = {definition(item.type)}"]
        case NamedResource(name, resource):
            return [resource_line(name, resource, owner)]
        case CoreModule(name, ty):
            imports, exports = count(len(ty.imports), "import"), count(len(ty.exports), "export")
            return [f"{quoted(name)}: core module, {imports}, {exports}"]
        case ComponentItem(name, sort):
            return [f"{quoted(name)}: {sort}"]
        case _:
            assert_never(item)


def resource_line(name: str, resource: Resource, owner: str) -> str:
    used = resource.owner and resource.owner != owner
    return use_line(resource.owner, resource.name, name) if used else f"resource {name}"


def use_line(owner: str, name: str, here: str) -> str:
    return f"use {name} of {quoted(owner)}" + ("" if here == name else f" as {here}")


def module_lines(plan: Plan) -> list[str]:
    lines = []
    for number, module in enumerate(plan.modules):
        name = "" if module.name is None else f" {quoted(module.name)}"
        imports, exports = count(len(module.imports), "import"), count(len(module.exports), "export")
        lines.append(f"{number}{name}: {imports}, {exports}")
    return lines


def resource_lines(plan: Plan) -> list[str]:
    lines = []
    for number, resource in enumerate(plan.resources):
        match resource:
            case HostResource(path):
                lines.append(f"{number}: the host's {path_text(path)}")
            case GuestResource(instance, name):
                called = f" {quoted(name)}" if name else ""
                lines.append(f"{number}: component instance {instance}'s{called}")
            case _:
                assert_never(resource)
    return lines


# ---- steps ------------------------------------------------------------------------------------------------------


def step_lines(step: Step | Entry) -> list[str]:
    match step:
        case InstantiateModule(index, module, args):
            given = [f"{quoted(arg.module)} {quoted(arg.name)} = {core_text(arg.value)}" for arg in args]
            return [f"core instance {index} = instantiate {module_text(module)}", *indented(given)]
        case LowerImport(index, path, function, options):
            return [f"lowered {index} = lower {path_text(path)}: {signature(function)} [{options_text(options)}]"]
        case InnerCall(index, function, callee):
            sides = [f"from [{side_text(step.caller)}]", f"to [{side_text(step.callee)}]"]
            return [f"adapted {index} = call {core_text(callee)}: {signature(function)}", *indented(sides)]
        case Entry(index, function, value, options):
            return [f"adapted {index} = enter {core_text(value)}: {signature(function)} [{options_text(options)}]"]
        case InstantiateAdapters(index, wasm, calls, args):
            given = [f"{quoted(arg.module)} {quoted(arg.name)} = {core_text(arg.value)}" for arg in args]
            made = [line for call in calls for line in step_lines(call)]
            return [f"adapters {index} = instantiate {count(len(wasm), 'byte')}", *indented([*made, *given])]
        case ExtractMemory(index, source):
            return [f"memory {index} = {core_text(source)}"]
        case ExtractRealloc(index, source):
            return [f"realloc {index} = {core_text(source)}"]
        case ExtractPostReturn(index, source):
            return [f"post-return {index} = {core_text(source)}"]
        case ExtractCallback(index, source):
            return [f"callback {index} = {core_text(source)}"]
        case DefineResource(index, instance, dtor):
            destructor = "" if dtor is None else f", destructor {core_text(dtor)}"
            return [f"define resource {index} of component instance {instance}{destructor}"]
        case _:
            assert_never(step)


def path_text(path: ImportPath) -> str:
    return " ".join(map(quoted, path.names))


def module_text(module: ModuleRef) -> str:
    match module:
        case StaticModule(index):
            return f"core module {index}"
        case ImportedModule(path):
            return f"the host's {path_text(path)}"
        case _:
            assert_never(module)


def core_text(value: CoreDef) -> str:
    match value:
        case CoreExport(instance, name, _):
            return f"core instance {instance} {quoted(name)}"
        case Lowered(index):
            return f"lowered {index}"
        case ResourceFunc(op, instance, resource):
            return f"{op.value} {resource} for component instance {instance}"
        case Adapted(index):
            return f"adapted {index}"
        case GateExport(name):
            return f"the gate's {quoted(name)}"
        case Unsupported(feature, _):
            return feature
        case _:
            assert_never(value)


def side_text(side: Side) -> str:
    given = {
        "memory": side.memory,
        "realloc": side.realloc,
        "post-return": side.post_return,
        "callback": side.callback,
    }
    words = [f"component instance {side.instance}", side.encoding.value]
    words += [f"{name} {core_text(value)}" for name, value in given.items() if value is not None]
    return ", ".join(words + ["64-bit"] * side.memory64 + ["async"] * side.is_async)


def options_text(options: Options) -> str:
    numbers = {
        "memory": options.memory,
        "realloc": options.realloc,
        "post-return": options.post_return,
        "callback": options.callback,
    }
    words = [f"component instance {options.instance}", options.encoding.value]
    words += [f"{name} {number}" for name, number in numbers.items() if number is not None]
    return ", ".join(words + ["64-bit"] * options.memory64 + ["async"] * options.is_async)


# ---- exports ----------------------------------------------------------------------------------------------------


def export_lines(name: str, export: ExportDef, owner: str = "") -> list[str]:
    match export:
        case LiftedFunction(function, lifted, options):
            return [f"{quoted(name)}: {signature(function)}", f"  = lift {core_text(lifted)} [{options_text(options)}]"]
        case ReexportedFunction(function, path):
            return [f"{quoted(name)}: {signature(function)}", f"  = the host's {path_text(path)}"]
        case ExportedInstance(_, exports):
            return [quoted(name), *indented(line for inner, it in exports for line in export_lines(inner, it, name))]
        case ExportedModule(_, ref):
            return [f"{quoted(name)}: {module_text(ref)}"]
        case ExportedType(ty):
            return item_lines(ty, owner) if isinstance(ty, TypeDef) else [resource_line(name, ty, owner)]
        case ExportedComponent(_, sort):
            return [f"{quoted(name)}: {sort}"]
        case _:
            assert_never(export)


# ---- data -------------------------------------------------------------------------------------------------------


def to_json(plan: Plan) -> dict[str, Any]:
    """What ``json.dump`` takes. A noun is an object with its ``kind``; types and signatures are WIT text."""
    return {
        "world": plan.world.name,
        "instances": plan.instances,
        "imports": [data(item) for item in plan.world.imports],
        "modules": [{"name": module.name, "bytes": len(module.data)} for module in plan.modules],
        "resources": [data(resource) for resource in plan.resources],
        "steps": [data(step) for step in plan.steps],
        "exports": [{"name": name, "item": data(export)} for name, export in plan.exports],
    }


def data(value: object) -> Any:
    match value:
        case Function():
            return {"kind": "Function", "name": value.extern_name, "type": signature(value), "docs": value.docs.text}
        case TypeDef():
            return {"kind": "TypeDef", "owner": value.owner, "name": value.name, "type": definition(value.type)}
        case core.FuncType() | core.TableType() | core.MemoryType() | core.GlobalType() | core.TagType():
            return core_extern_type(value)
        case ImportPath(names):
            return list(names)
        case ExportedInstance(interface, exports):
            items = [{"name": name, "item": data(export)} for name, export in exports]
            return {"kind": "ExportedInstance", "docs": interface.docs.text, "exports": items}
        case Enum():
            return value.value
        case bytes():
            return len(value)
        case tuple():
            return [data(item) for item in value]
        case _ if is_dataclass(value):
            inner = {field.name: data(getattr(value, field.name)) for field in fields(value)}
            return {"kind": type(value).__name__, **inner}
        case _:
            return value
