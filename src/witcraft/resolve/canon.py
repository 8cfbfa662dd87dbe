"""Canonical definitions: what core function a lift takes and a lower makes (CanonicalABI.md, "Canonical Definitions").

Generated code calls core functions without the engine's checks, so every signature is checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from witcraft.abi.layout import (
    MAX_FLAT_ASYNC_PARAMS,
    MAX_FLAT_PARAMS,
    MAX_FLAT_RESULTS,
    FlatTypes,
    Layout,
    concatenate,
)
from witcraft.component import tree
from witcraft.component.spell import core_type
from witcraft.core import tree as core
from witcraft.errors import ComponentError
from witcraft.model.types import ValType
from witcraft.resolve.features import Feature
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import FuncType
from witcraft.resolve.scope import Scope

Direction = Literal["lift", "lower"]


# ---- options ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Needs:
    """The core function on the guest's side of a lift or lower, and the options that passing its values takes."""

    signature: core.FuncType
    memory: bool
    realloc: bool


def layout_of(scope: Scope, options: tree.CanonOptions) -> Layout:
    """Under the width of the memory's pointers; 32 bits where there is no memory."""
    if options.memory is None:
        return scope.ledger.layouts[4]
    limits = scope.memory(options.memory).limits
    if limits.shared:
        raise ComponentError("the memory of a canonical definition cannot be shared")
    if limits.is64:
        scope.ledger.require(Feature.MEMORY64, "a memory of 64 bits")
    return scope.ledger.layouts[8 if limits.is64 else 4]


def check_options(scope: Scope, options: tree.CanonOptions, layout: Layout) -> None:
    """What holds of all options, wherever they stand."""
    if options.gc or options.core_type is not None:
        raise ComponentError("what the options gc and core-type mean, the specification does not say yet")
    if options.is_async:
        scope.ledger.require(Feature.ASYNC, "the option async")
    if options.realloc is not None:
        if options.memory is None:
            raise ComponentError("the option realloc takes the option memory as well")
        wanted = core.FuncType((layout.core,) * 4, (layout.core,))
        check_signature("realloc", scope.core_func(options.realloc), wanted)
    if options.callback is not None and not options.is_async:
        raise ComponentError("the option callback takes the option async as well")
    if options.post_return is not None and options.is_async:
        raise ComponentError("the options post-return and async exclude each other")


def check_needs(options: tree.CanonOptions, needs: Needs) -> None:
    if needs.memory and options.memory is None:
        raise ComponentError("values of these types lie in memory: the option memory is missing")
    if needs.realloc and options.realloc is None:
        raise ComponentError("values of these types are put into memory: the option realloc is missing")


def check_signature(noun: str, given: core.FuncType, wanted: core.FuncType) -> None:
    if given != wanted:
        raise ComponentError(f"the core function of {noun} is {core_type(given)}, where {core_type(wanted)} is needed")


def check_lowering(options: tree.CanonOptions) -> None:
    for given, name in ((options.post_return, "post-return"), (options.callback, "callback")):
        if given is not None:
            raise ComponentError(f"the option {name} is for lifts only")


# ---- signatures -------------------------------------------------------------------------------------------------


def needs_of_lift(ledger: Ledger, ty: FuncType, layout: Layout, options: tree.CanonOptions) -> Needs:
    params = flat_params(ledger, layout, ty, MAX_FLAT_PARAMS)
    realloc = params is None or any(ledger.facts[param.type].pointer for param in ty.params)
    memory = realloc
    results: FlatTypes = ("i32",) if options.callback is not None else ()
    if not options.is_async:
        flat = flat_result(layout, ty.result)
        results = (layout.core,) if flat is None else flat
        memory |= flat is None
    elif ty.result is not None:
        memory |= ledger.facts[ty.result].pointer or layout.flatten(ty.result) is None
    return Needs(core.FuncType((layout.core,) if params is None else params, results), memory, realloc)


def needs_of_lower(ledger: Ledger, ty: FuncType, layout: Layout, options: tree.CanonOptions) -> Needs:
    flat = flat_params(ledger, layout, ty, MAX_FLAT_ASYNC_PARAMS if options.is_async else MAX_FLAT_PARAMS)
    memory = flat is None or any(ledger.facts[param.type].pointer for param in ty.params)
    params = (layout.core,) if flat is None else flat
    results = flat_result(layout, ty.result) if not options.is_async or ty.result is None else None
    if results is None:
        params, results, memory = (*params, layout.core), (), True
    realloc = ty.result is not None and ledger.facts[ty.result].pointer
    return Needs(core.FuncType(params, ("i32",) if options.is_async else results), memory, realloc)


def flat_params(ledger: Ledger, layout: Layout, ty: FuncType, limit: int) -> FlatTypes | None:
    """None where they are spilled to memory."""
    ledger.spend(len(ty.params))
    flat = concatenate([layout.flatten(param.type) for param in ty.params])
    return flat if flat is not None and len(flat) <= limit else None


def flat_result(layout: Layout, result: ValType | None) -> FlatTypes | None:
    flat = () if result is None else layout.flatten(result)
    return flat if flat is not None and len(flat) <= MAX_FLAT_RESULTS else None


# ---- definitions ------------------------------------------------------------------------------------------------


def lift(scope: Scope, canon: tree.CanonLift) -> FuncType:
    ty, given, options = scope.func_type(canon.type), scope.core_func(canon.core_func), canon.options
    layout = layout_of(scope, options)
    check_options(scope, options, layout)
    check_async(ty, options)
    if options.post_return is not None:
        check_signature("post-return", scope.core_func(options.post_return), core.FuncType(given.results, ()))
    if options.callback is not None:
        check_signature("callback", scope.core_func(options.callback), core.FuncType(("i32",) * 3, ("i32",)))
    elif options.is_async:
        scope.ledger.require(Feature.ASYNC_STACKFUL, "an async lift without the option callback")
    needs = needs_of_lift(scope.ledger, ty, layout, options)
    check_needs(options, needs)
    check_signature("the lift", given, needs.signature)
    return ty


def lower(scope: Scope, canon: tree.CanonLower) -> core.FuncType:
    ty, options = scope.func(canon.func), canon.options
    layout = layout_of(scope, options)
    check_options(scope, options, layout)
    check_lowering(options)
    check_async(ty, options)
    needs = needs_of_lower(scope.ledger, ty, layout, options)
    check_needs(options, needs)
    return needs.signature


def check_async(ty: FuncType, options: tree.CanonOptions) -> None:
    if options.is_async and not ty.is_async:
        raise ComponentError("the option async is for async functions only")


def resource_function(scope: Scope, canon: tree.CanonResource) -> core.FuncType:
    resource = scope.resource(canon.resource)
    if canon.op is tree.ResourceOp.DROP:
        return core.FuncType(("i32",), ())
    rep = scope.own_resources.get(scope.ledger.original(resource))
    if rep is None:
        raise ComponentError(
            f"{canon.op.value} of type {canon.resource}, a resource that this component does not define"
        )
    match canon.op:
        case tree.ResourceOp.NEW:
            return core.FuncType((rep,), ("i32",))
        case tree.ResourceOp.REP:
            return core.FuncType(("i32",), (rep,))
        case _:
            assert_never(canon.op)
