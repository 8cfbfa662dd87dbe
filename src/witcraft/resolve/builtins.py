"""The other canonical built-ins: core functions of nearly fixed type (CanonicalABI.md, "Canonical Definitions").

Those of the asynchronous ABI, threads and error contexts. They are typed here, so that what is around them can be
checked; whether they can run is for others to say.
"""

from __future__ import annotations

from typing import Any

from witcraft.component import tree
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.model.types import Future, Stream, ValType, strip
from witcraft.model.world import Param
from witcraft.resolve.canon import Needs, check_lowering, check_needs, check_options, layout_of, needs_of_lower
from witcraft.resolve.features import Feature
from witcraft.resolve.meaning import FuncType
from witcraft.resolve.scope import Scope
from witcraft.resolve.values import optional

CONTEXT_SLOTS = 2


def func(params: int, *results: str) -> core.FuncType:
    return core.FuncType(("i32",) * params, results)


FIXED: dict[str, core.FuncType] = {
    "task.cancel": func(0),
    "subtask.cancel": func(1, "i32"),
    "subtask.drop": func(1),
    "backpressure.set": func(1),
    "backpressure.inc": func(0),
    "backpressure.dec": func(0),
    "error-context.drop": func(1),
    "waitable-set.new": func(0, "i32"),
    "waitable-set.drop": func(1),
    "waitable.join": func(2),
    "thread.index": func(0, "i32"),
    "thread.yield": func(0, "i32"),
    "thread.suspend": func(0, "i32"),
    "thread.resume-later": func(1),
    "thread.suspend-then-resume": func(1, "i32"),
    "thread.yield-then-resume": func(1, "i32"),
    "thread.suspend-then-promote": func(1, "i32"),
    "thread.yield-then-promote": func(1, "i32"),
    "thread.available-parallelism": func(0, "i32"),
}


SHARED_THREADS = ("thread.spawn-ref", "thread.spawn-indirect", "thread.available-parallelism")


def feature_of(name: str) -> Feature:
    if name in SHARED_THREADS:
        return Feature.SHARED_EVERYTHING_THREADS
    if name.endswith(".forward"):
        return Feature.FORWARD
    if name.startswith("error-context."):
        return Feature.ERROR_CONTEXT
    if name.startswith("thread.") and name != "thread.yield":
        return Feature.THREADING
    return Feature.ASYNC


def is_gated(canon: tree.CanonBuiltin) -> bool:
    """Built-ins that block, in a form which gives no chance not to; and cancelling, where it need not block."""
    match canon.name.split("."):
        case [_, "read" | "write"]:
            return not canon.options.is_async
        case [_, "cancel" | "cancel-read" | "cancel-write"]:
            return canon.immediates[-1:] == (True,)
        case _:
            return False


def builtin(scope: Scope, canon: tree.CanonBuiltin) -> core.FuncType:
    scope.ledger.require(feature_of(canon.name), f"the built-in {canon.name}")
    if is_gated(canon):
        scope.ledger.require(Feature.MORE_ASYNC_BUILTINS, f"this form of {canon.name}")
    known = FIXED.get(canon.name)
    if known is not None:
        return known
    immediates: tuple[Any, ...] = canon.immediates
    match canon.name.split("."):
        case ["stream" | "future" as noun, verb]:
            return channel(scope, canon, noun, verb)
        case ["task", "return"]:
            return task_return(scope, canon)
        case ["context", verb]:
            return context(scope, verb, *immediates)
        case ["error-context", verb]:
            return error_context(scope, canon, verb)
        case ["waitable-set", "wait" | "poll"]:
            return wait(scope, *immediates)
        case ["thread", "new-indirect"]:
            return thread_indirect(scope, *immediates)
        case ["thread", "spawn-indirect"]:
            return thread_indirect(scope, *immediates[1:])
        case ["thread", "spawn-ref"]:
            return thread_ref(scope, *immediates)
        case _:
            raise ComponentError(f"the built-in {canon.name} is unknown")


# ---- streams and futures ----------------------------------------------------------------------------------------


def channel(scope: Scope, canon: tree.CanonBuiltin, noun: str, verb: str) -> core.FuncType:
    element = channel_element(scope, canon, noun)
    match verb:
        case "new":
            return core.FuncType((), ("i64",))
        case "read" | "write":
            return copy(scope, canon, noun, verb, element)
        case "cancel-read" | "cancel-write":
            return func(1, "i32")
        case "forward":
            return func(2)
        case _:
            return func(1)


def channel_element(scope: Scope, canon: tree.CanonBuiltin, noun: str) -> ValType | None:
    index: Any = canon.immediates[0]
    found = strip(scope.value_type(index))
    if not isinstance(found, Stream if noun == "stream" else Future):
        raise ComponentError(f"{canon.name} of type {index}, which is no {noun}")
    assert isinstance(found, Stream | Future)
    return found.element


def copy(scope: Scope, canon: tree.CanonBuiltin, noun: str, verb: str, element: ValType | None) -> core.FuncType:
    layout = layout_of(scope, canon.options)
    check_options(scope, canon.options, layout)
    check_lowering(canon.options)
    pointer = element is not None and scope.ledger.facts[element].pointer
    signature = core.FuncType(("i32",) + (layout.core,) * (2 if noun == "stream" else 1), ("i32",))
    check_needs(canon.options, Needs(signature, memory=element is not None, realloc=pointer and verb == "read"))
    return signature


# ---- tasks and their state --------------------------------------------------------------------------------------


def task_return(scope: Scope, canon: tree.CanonBuiltin) -> core.FuncType:
    options, result = canon.options, optional(scope, canon.immediates[0])  # type: ignore[arg-type]  # a result list
    layout = layout_of(scope, options)
    check_options(scope, options, layout)
    check_lowering(options)
    if options.is_async or options.realloc is not None:
        raise ComponentError("task.return takes neither async nor realloc")
    params = () if result is None else (Param("v", result),)
    needs = needs_of_lower(scope.ledger, FuncType(params, None, is_async=False), layout, options)
    check_needs(options, needs)
    return needs.signature


def context(scope: Scope, verb: str, ty: str, slot: int) -> core.FuncType:
    if ty not in ("i32", "i64"):
        raise ComponentError(f"context.{verb} of type {ty}: it is i32 or i64")
    if ty == "i64":
        scope.ledger.require(Feature.MEMORY64, f"context.{verb} of type i64")
    if slot > 0:
        scope.ledger.require(Feature.THREADING, f"context.{verb} of another slot than 0")
    if (scope.context or ty) != ty:
        raise ComponentError(f"context.{verb} of type {ty}, where all others of this component are {scope.context}")
    scope.context = ty
    if slot >= CONTEXT_SLOTS:
        raise ComponentError(f"context.{verb} of slot {slot}: there are {CONTEXT_SLOTS}")
    return core.FuncType((), (ty,)) if verb == "get" else core.FuncType((ty,), ())


def error_context(scope: Scope, canon: tree.CanonBuiltin, verb: str) -> core.FuncType:
    layout = layout_of(scope, canon.options)
    check_options(scope, canon.options, layout)
    check_lowering(canon.options)
    signature = core.FuncType((layout.core,) * 2, ("i32",))
    if verb == "debug-message":
        signature = core.FuncType(("i32", layout.core), ())
    check_needs(canon.options, Needs(signature, memory=True, realloc=verb == "debug-message"))
    return signature


def wait(scope: Scope, _cancellable: bool, memory: int) -> core.FuncType:
    layout = layout_of(scope, tree.CanonOptions(memory=memory))
    return core.FuncType(("i32", layout.core), ("i32",))


# ---- threads ----------------------------------------------------------------------------------------------------


def thread_indirect(scope: Scope, ty: int, table: int) -> core.FuncType:
    check_start(scope.core_func_type(ty))
    if "func" not in scope.table(table).element:
        raise ComponentError(f"core table {table} holds no functions")
    return func(2, "i32")


def thread_ref(scope: Scope, _shared: bool, ty: int) -> core.FuncType:
    check_start(scope.core_func_type(ty))
    return core.FuncType((f"(ref null {ty})", "i32"), ("i32",))


def check_start(ty: core.FuncType) -> None:
    if ty.params not in (("i32",), ("i64",)) or ty.results:
        raise ComponentError("a thread starts with a function of one i32 or i64, without results")
