"""From a component to its plan: instantiation interpreted as a call, over symbolic values.

(component-model Explainer, "Instance Definitions"; the component was found valid, so every index is known to be good.)
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from witcraft.component import tree
from witcraft.component.spell import extern_sort
from witcraft.core import tree as core
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.plan.borders import exports_of, imports_of
from witcraft.plan.builtins import builtin
from witcraft.plan.recorder import Recorder
from witcraft.plan.steps import CoreExport, Plan, ResourceFunc, ResourceOp, Unsupported
from witcraft.plan.support import refuse
from witcraft.plan.values import (
    ComponentValue,
    CoreInline,
    Definition,
    Frame,
    InstanceValue,
    LiftedFunc,
    ModuleValue,
    PendingLower,
    PendingOptions,
    TypeValue,
    Value,
)
from witcraft.resolve import Resolved

OPS = {op: ResourceOp(op.value) for op in tree.ResourceOp}


def link(resolved: Resolved, partly: bool = False) -> Plan:
    """The plan of a component that was found valid.

    Raises ``UnsupportedError`` for what it reaches that cannot run yet, by name and with its offset. ``partly``: calls
    that need the asynchronous ABI are in the plan, for who prints them to refuse (``support.lacking``).
    """
    recorder, world = Recorder(), resolved.world
    args = imports_of(recorder, resolved)
    try:
        frame = run(recorder, resolved.component, args, None, 0)
        exports = exports_of(recorder, world, frame.exports)
    except RecursionError:  # called deep in someone else's stack, since every depth is limited
        raise ComponentError("component instances nest deeper than is left of Python's stack") from None
    refuse(resolved, recorder.unsupported, partly)
    return Plan(
        world,
        tuple(recorder.modules),
        recorder.instances,
        tuple(recorder.resources),
        recorder.resource_ids,
        tuple(recorder.steps),
        exports,
        recorder.types.resource_ids,
        recorder.builtins,
    )


def run(
    recorder: Recorder, component: tree.Component, args: dict[str, Value], parent: Frame | None, depth: int
) -> Frame:
    """One instantiation: its definitions, in order."""
    recorder.count_definitions(len(component.definitions))
    frame = Frame(recorder.next_instance(depth), args, parent, depth)
    for definition in component.definitions:
        try:
            define(recorder, frame, definition)
        except ComponentError as error:
            if error.offset is None:  # a limit: reached in this definition
                error.offset = definition.offset
            raise
    return frame


def define(recorder: Recorder, frame: Frame, definition: tree.Definition) -> None:
    match definition:  # the most frequent first
        case tree.AliasCoreExport(sort, instance, name):
            frame.spaces[sort].append(frame.core_instances[instance].get(name))
        case tree.TypeDef():
            frame.types.append(define_type(recorder, frame, definition))
        case tree.AliasExport(sort, instance, name):
            frame.append(sort, called(frame.instances[instance].exports[name], name))
        case tree.AliasOuter():
            alias_outer(frame, definition)
        case tree.CanonLower():
            options = pending(frame, definition.options, definition.offset)
            frame.core_funcs.append(PendingLower(frame.funcs[definition.func], options))
        case tree.CoreInlineExports(exports):
            frame.core_instances.append(CoreInline({export.name: frame.at(export.item) for export in exports}))
        case tree.CanonLift():
            frame.funcs.append(lift(frame, definition))
        case tree.CanonResource():
            number = frame.types[definition.resource].resource
            assert number is not None
            frame.core_funcs.append(ResourceFunc(OPS[definition.op], frame.number, number))
        case tree.CanonBuiltin():
            frame.core_funcs.append(builtin(recorder.types, frame, definition))
        case tree.Import():
            import_(frame, definition)
        case tree.Export():
            export(frame, definition)
        case tree.CoreModule(module):
            frame.modules.append(static_module(module))
        case tree.CoreInstantiate():
            args = {arg.name: frame.core_instances[arg.instance] for arg in definition.args}
            frame.core_instances.append(recorder.instantiate(frame.modules[definition.module], args))
        case tree.CoreTypeDef():
            pass
        case tree.NestedComponent(component):
            frame.components.append(ComponentValue(component, frame, f"component {len(frame.components)}"))
        case tree.Instantiate():
            frame.instances.append(instantiate(recorder, frame, definition))
        case tree.InlineExports(exports):
            named = {e.name.name: called(frame.at(e.item), e.name.name) for e in exports}
            frame.instances.append(InstanceValue(named))
        case tree.Start() | tree.Value():
            raise UnsupportedError("values and start functions of components: not supported yet", definition.offset)
        case _:
            assert_never(definition)


# ---- definitions ------------------------------------------------------------------------------------------------


def static_module(module: core.Module) -> ModuleValue:
    imports = tuple([(item.module, item.name) for item in module.imports])
    return ModuleValue(module, imports, {item.name: item.type for item in module.exports})


def instantiate(recorder: Recorder, frame: Frame, definition: tree.Instantiate) -> InstanceValue:
    component = frame.components[definition.component]
    if component.tree is None:
        raise UnsupportedError(
            f'an instance of the imported component "{component.name}": not supported yet', definition.offset
        )
    args = {arg.name: called(frame.at(arg.item), arg.name) for arg in definition.args}
    return InstanceValue(run(recorder, component.tree, args, component.frame, frame.depth + 1).exports)


def alias_outer(frame: Frame, alias: tree.AliasOuter) -> None:
    if alias.sort is not core.Sort.TYPE:
        frame.spaces[alias.sort].append(frame.outer(alias.count).spaces[alias.sort][alias.index])


def define_type(recorder: Recorder, frame: Frame, definition: tree.TypeDef) -> TypeValue:
    match definition.type:
        case tree.ResourceType(_, dtor, is_async):
            if is_async:
                recorder.core(Unsupported("an asynchronous destructor", definition.offset))
            return TypeValue(recorder.define_resource(frame.number, None if dtor is None else frame.core_funcs[dtor]))
        case _:
            return TypeValue(None, Definition(frame, definition))


def lift(frame: Frame, canon: tree.CanonLift) -> LiftedFunc:
    function = frame.core_funcs[canon.core_func]
    name = function.name if isinstance(function, CoreExport) else ""
    return LiftedFunc(function, pending(frame, canon.options, canon.offset), frame.types[canon.type], name)


def pending(frame: Frame, options: tree.CanonOptions, offset: int) -> PendingOptions:
    return PendingOptions(
        frame.number,
        options,
        None if options.memory is None else frame.memories[options.memory],
        None if options.realloc is None else frame.core_funcs[options.realloc],
        None if options.post_return is None else frame.core_funcs[options.post_return],
        None if options.callback is None else frame.core_funcs[options.callback],
        offset,
    )


def import_(frame: Frame, definition: tree.Import) -> None:
    frame.append(extern_sort(definition.type), frame.args[definition.name.name])


def export(frame: Frame, definition: tree.Export) -> None:
    name = definition.name.name
    frame.exports[name] = called(frame.at(definition.item), name)
    frame.append(definition.item.sort, frame.exports[name])


def called(value: Value, name: str) -> Value:
    return replace(value, name=name) if isinstance(value, LiftedFunc) else value
