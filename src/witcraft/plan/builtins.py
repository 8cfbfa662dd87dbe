"""The types of built-ins, when the component runs (CanonicalABI.md, "Canonical Definitions").

``resolve`` has found them to be valid; what is left is the width of their memory, and what ``task.return`` takes.
"""

from __future__ import annotations

from typing import Any

from witcraft.abi.layout import MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, Core, Layout
from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.model.world import Freestanding, Function, Param
from witcraft.plan.steps import Builtin, CoreExport, Returned, StringEncoding, Unsupported
from witcraft.plan.types import Types
from witcraft.plan.values import CoreValue, Frame, PendingOptions
from witcraft.resolve.builtins import FIXED, func
from witcraft.runtime.traps import ASYNCHRONOUS_VALUES

ENCODINGS = {encoding: StringEncoding(encoding.value) for encoding in tree.StringEncoding}


def builtin(types: Types, frame: Frame, canon: tree.CanonBuiltin) -> Builtin | Unsupported:
    if canon.name == "thread.spawn-ref":  # takes a reference of a type that no other module of ours can name
        return Unsupported(f"the built-in {canon.name}", canon.offset)
    immediates: tuple[Any, ...] = canon.immediates
    if canon.name == "task.return":
        return task_return(types, frame, immediates[0], canon.options)
    slot = immediates[1] if canon.name.startswith("context.") else None
    return Builtin(canon.name, frame.number, core_type(frame, canon), slot)


def core_type(frame: Frame, canon: tree.CanonBuiltin) -> core.FuncType:
    known = FIXED.get(canon.name)
    if known is not None:
        return known
    immediates: tuple[Any, ...] = canon.immediates
    match canon.name.split("."):
        case ["context", "get"]:
            return core.FuncType((), (immediates[0],))
        case ["context", _]:
            return core.FuncType((immediates[0],), ())
        case ["waitable-set", _]:
            return core.FuncType(("i32", width(frame, immediates[1])), ("i32",))
        case ["error-context", "new"]:
            return core.FuncType((width(frame, canon.options.memory),) * 2, ("i32",))
        case ["error-context", _]:
            return core.FuncType(("i32", width(frame, canon.options.memory)), ())
        case ["thread", _]:
            return func(2, "i32")
        case [noun, verb]:
            return channel(frame, canon, noun, verb)
        case _:
            raise AssertionError(canon.name)


def channel(frame: Frame, canon: tree.CanonBuiltin, noun: str, verb: str) -> core.FuncType:
    """Of a stream or a future."""
    match verb:
        case "new":
            return core.FuncType((), ("i64",))
        case "read" | "write":
            pointer = width(frame, canon.options.memory)
            return core.FuncType(("i32",) + (pointer,) * (2 if noun == "stream" else 1), ("i32",))
        case "cancel-read" | "cancel-write":
            return func(1, "i32")
        case "forward":
            return func(2)
        case _:
            return func(1)


def task_return(types: Types, frame: Frame, result: tree.TypeRef | None, options: tree.CanonOptions) -> Builtin:
    """What it gives goes as the parameters of a function do."""
    memory = None if options.memory is None else frame.memories[options.memory]
    given = Returned(None if result is None else types.ref(frame, result), encoding(options), memory_of(memory))
    params = () if given.type is None else (Param("result", given.type),)
    flat = flat_params(layout_of(memory), Function("", "", Freestanding(), params, None))
    if given not in frame.returned:
        frame.returned.append(given)
    return Builtin("task.return", frame.number, core.FuncType(flat, ()), frame.returned.index(given), given)


def flat_params(layout: Layout, function: Function, most: int = MAX_FLAT_PARAMS) -> tuple[Core, ...]:
    """Core values, or one pointer to them if they are more than ``most``."""
    flat = layout.flat_params(function, most)
    return (layout.core,) if flat is None else flat


def asynchronous_values(function: Function, pending: PendingOptions) -> Builtin:
    """What stands for a function of another component instance whose values nothing here can pass yet."""
    layout = layout_of(pending.memory)
    result = () if function.result is None else (layout.core,)
    if pending.tree.is_async:
        params = flat_params(layout, function, MAX_FLAT_ASYNC_PARAMS)
        return Builtin(ASYNCHRONOUS_VALUES, pending.instance, core.FuncType((*params, *result), ("i32",)))
    flat, params = layout.flat_result(function), flat_params(layout, function)
    signature = core.FuncType((*params, layout.core), ()) if flat is None else core.FuncType(params, flat)
    return Builtin(ASYNCHRONOUS_VALUES, pending.instance, signature)


# ---- options -----------------------------------------------------------------------------------------------------


def encoding(options: tree.CanonOptions) -> StringEncoding:
    return ENCODINGS[options.encoding or tree.StringEncoding.UTF8]


def memory_of(value: CoreValue | None) -> CoreExport | None:
    return value if isinstance(value, CoreExport) else None


def width(frame: Frame, memory: int | None) -> Core:
    return layout_of(None if memory is None else frame.memories[memory]).core


def layout_of(memory: CoreValue | None) -> Layout:
    return Layout(8 if is_64(memory) else 4)


def is_64(memory: CoreValue | None) -> bool:
    match memory:
        case CoreExport(_, _, core.MemoryType(limits)):
            return limits.is64
        case _:
            return False
