"""One call, as a program: an export that the host calls, or an import that the guest calls.

CanonicalABI.md, "canon lift" and "canon lower", and "Flattening" (``flatten_functype``), for synchronous functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witcraft.abi import lift as lifting
from witcraft.abi import lower as lowering
from witcraft.abi.layout import Core, Layout, borrowed, cases
from witcraft.abi.lift import lift, lift_parts, numbered
from witcraft.abi.lower import PutCase, lower, lower_case
from witcraft.abi.ops import (
    Alloc,
    Assign,
    BeginBorrows,
    Block,
    Builder,
    CallCore,
    CallHost,
    CallHostResult,
    CaseArm,
    CheckArea,
    EndBorrows,
    Expr,
    Guard,
    Lit,
    PostReturn,
    Program,
    Raise,
    Return,
    SwitchTag,
    Var,
)
from witcraft.errors import UnsupportedError
from witcraft.model.types import Case, List, Map, Resource, Result, String, Tuple, ValType, strip
from witcraft.model.world import Function


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What the canonical options, and the instance they belong to, say about one call.

    ``defined``: the resources of the guest's own; borrows of them go to it as bare representations, in no scope.
    """

    post_return: bool = False
    defined: frozenset[Resource] = frozenset()


# ---- the host calls an export ------------------------------------------------------------------------------------


def lift_export(function: Function, options: CallOptions, layout: Layout) -> Program:
    """Takes host values, returns the host value of the result (or raises its ``err``)."""
    refuse_async(function)
    b = Builder()
    names = [b.name(param.name) for param in function.params]
    scoped = bool(borrowed(param_types(function), layout) - options.defined)
    if scoped:
        b.add(BeginBorrows())
    args = lower_params(b, function, names, layout)
    returned = call_core(b, function, args, layout)
    leave: Block = (
        *((EndBorrows(),) if scoped else ()),
        *((PostReturn(returned),) if options.post_return else ()),
    )
    give_result(b, function, returned, layout, leave)
    params = tuple([(name, "value") for name in names])
    return Program(function.extern_name, params, tuple(b.block), tuple(b.helpers))


CoreValues = tuple[tuple[Expr, Core], ...]
Returned = tuple[tuple[Var, Core], ...]


def lower_params(b: Builder, function: Function, names: Sequence[str], layout: Layout) -> CoreValues:
    """The flat arguments, all of them finished before the first goes anywhere."""
    if not names:
        return ()
    made: list[tuple[Expr, Core]] = []
    flat = layout.flat_params(function)

    def fill() -> None:
        if flat is None:
            made.append((spill(b, function, names, layout), layout.core))
        else:
            made.extend(zip(flatten_params(b, function, names, layout), flat, strict=True))

    body = b.inside(fill)
    b.add(Guard(body, tuple([(name, param.type) for name, param in zip(names, function.params, strict=True)])))
    return tuple(made)


def flatten_params(b: Builder, function: Function, names: Sequence[str], layout: Layout) -> list[Expr]:
    values: list[Expr] = []
    for name, param in zip(names, function.params, strict=True):
        values += lower_flat(b, param.type, name, layout)
    return values


def lower_flat(b: Builder, ty: ValType, name: str, layout: Layout) -> list[Expr]:
    """The core values of host value ``name``, each finished: nothing of the host's runs when they are used."""
    sink = lowering.Flat(layout)
    lower(b, ty, Var(name), sink, name)
    return [b.let(hint, value) for hint, value in zip(sink.hints, sink.values, strict=True)]


def spill(b: Builder, function: Function, names: Sequence[str], layout: Layout) -> Expr:
    """More core values than a function takes: one pointer to all parameters as a tuple."""
    types = param_types(function)
    whole = Tuple(types)
    area = b.name("args")
    b.add(Alloc(area, Lit(1, layout.core), layout.size(whole), layout.align(whole)))
    parts = lowering.Memory(layout, Var(area)).parts(types)
    for ty, name, part in zip(types, names, parts, strict=True):
        lower(b, ty, Var(name), part, name)
    return Var(area)


def call_core(b: Builder, function: Function, args: CoreValues, layout: Layout) -> Returned:
    flat = layout.flat_result(function)
    cores = (layout.core,) if flat is None else flat
    outs = tuple([(b.name("ret"), core) for core in cores])
    b.add(CallCore(outs, args))
    return tuple([(Var(name), core) for name, core in outs])


def give_result(b: Builder, function: Function, returned: Returned, layout: Layout, leave: Block) -> None:
    """Lifts what came back, leaves, and returns or raises it."""
    if function.result is None:
        b.block += [*leave, Return(())]
        return
    source = result_source(b, function, function.result, returned, layout)
    result = strip(function.result)
    if isinstance(result, Result):
        give_ok_or_raise(b, result, source, leave)
    else:
        value = before(b, leave, "result", lift(b, function.result, source, "result"))
        b.block += [*leave, Return((value,))]


def result_source(b: Builder, function: Function, ty: ValType, returned: Returned, layout: Layout) -> lifting.Source:
    value, _ = returned[0]
    if layout.flat_result(function) is not None:
        return lifting.Flat(layout, (value,))
    b.add(CheckArea(value, layout.size(ty), layout.align(ty)))
    return lifting.Memory(layout, value)


def give_ok_or_raise(b: Builder, result: Result, source: lifting.Source, leave: Block) -> None:
    tag = source.scalar(b, "u8", "tag")
    payload = source.payloads(cases(result))
    out = b.name("result") if result.ok else ""

    def ok() -> None:
        if result.ok:
            b.add(Assign(out, lift(b, result.ok, payload(result.ok), out)))

    def err() -> None:
        value = lift(b, result.err, payload(result.err), "error") if result.err else None
        b.block += [*leave, Raise(value and before(b, leave, "error", value))]

    b.add(SwitchTag(result.ok, tag, out, ("ok", "error"), (b.inside(ok), b.inside(err))))
    b.block += [*leave, Return((Var(out),) if out else ())]


def before(b: Builder, leave: Block, hint: str, value: Expr) -> Expr:
    """``value``, read before the guest gets its memory back."""
    return b.let(hint, value) if leave else value


# ---- the guest calls an import -----------------------------------------------------------------------------------


def lower_import(function: Function, layout: Layout) -> Program:
    """Takes core values, returns core values; the host function takes and returns host values."""
    refuse_async(function)
    b = Builder()
    params, values = import_params(b, function, layout)
    area = b.name("out") if layout.flat_result(function) is None else None
    scoped = any(layout.has_borrow(param.type) for param in function.params)
    if scoped:
        b.add(BeginBorrows())
    args = lift_params(b, function, values, layout)
    returned = call_host(b, function, args, area, layout)
    b.block += [*((EndBorrows(),) if scoped else ()), Return(returned)]
    if area:
        params.append((area, layout.core))
    return Program(function.extern_name, tuple(params), tuple(b.block), tuple(b.helpers))


def import_params(b: Builder, function: Function, layout: Layout) -> tuple[list[tuple[str, Core]], list[Var]]:
    """The core parameters, but for the place of the result."""
    flat = layout.flat_params(function)
    if flat is None:
        params = [(b.name("args"), layout.core)]
    else:
        hints = [hint for param in function.params for hint in flat_hints(param.name, param.type, layout)]
        params = [(b.name(hint), core) for hint, core in zip(hints, flat, strict=True)]
    return params, [Var(name) for name, _ in params]


def flat_hints(name: str, ty: ValType, layout: Layout) -> list[str]:
    """Names for the core values of one parameter."""
    count = len(lifting.flat_types(layout, ty))
    if isinstance(strip(ty), String | List | Map):
        return [f"{name}_ptr", f"{name}_len"]
    return [name] if count == 1 else numbered(name, count)


def lift_params(b: Builder, function: Function, values: Sequence[Var], layout: Layout) -> tuple[Expr, ...]:
    types = param_types(function)
    source: lifting.Source = lifting.Flat(layout, tuple(values))
    if layout.flat_params(function) is None:
        whole = Tuple(types)
        b.add(CheckArea(values[0], layout.size(whole), layout.align(whole)))
        source = lifting.Memory(layout, values[0])
    return lift_parts(b, types, source, [param.name for param in function.params])


def call_host(
    b: Builder, function: Function, args: tuple[Expr, ...], area: str | None, layout: Layout
) -> tuple[Expr, ...]:
    """Calls, and lowers the result; gives the core values to return."""
    if function.result is None:
        b.add(CallHost(None, args))
        return ()
    result = strip(function.result)
    if isinstance(result, Result):
        return call_host_result(b, result, args, area, layout)
    out = b.name("result")
    b.add(CallHost(out, args))
    return lower_result(b, function.result, out, area, layout)


def lower_result(b: Builder, ty: ValType, name: str, area: str | None, layout: Layout) -> tuple[Expr, ...]:
    values: list[Expr] = []

    def fill() -> None:
        if area is None:
            values.extend(lower_flat(b, ty, name, layout))
        else:
            lower(b, ty, Var(name), lowering.Memory(layout, Var(area)), name)

    if area:
        b.add(CheckArea(Var(area), layout.size(ty), layout.align(ty)))
    b.add(Guard(b.inside(fill), ((name, ty),)))
    return tuple(values)


def call_host_result(
    b: Builder, result: Result, args: tuple[Expr, ...], area: str | None, layout: Layout
) -> tuple[Expr, ...]:
    """What the host function returns is the ok, what it raises the err; each lowers as a case of ``result``."""
    sink = lowering.Memory(layout, Var(area)) if area else lowering.Flat(layout)
    outs, put_case = sink.variant(cases(result), "result", b)
    check = CheckArea(Var(area), layout.size(result), layout.align(result)) if area else None
    ok, err = [result_arm(b, index, case, check, put_case) for index, case in enumerate(cases(result))]
    b.add(CallHostResult(args, outs, ok, err))
    return tuple([Var(name) for name, _ in outs])


def result_arm(b: Builder, index: int, case: Case, check: CheckArea | None, put_case: PutCase) -> CaseArm:
    """As ``lower_case``, and the place of the result is looked at only now, after the call."""
    arm = lower_case(b, index, case, put_case, "error" if index else "result")
    guard: Block = (Guard(arm.body, ((arm.bind, case.type),)),) if arm.bind and case.type else arm.body
    return CaseArm(arm.bind, (check, *guard) if check else guard)


# ---- both --------------------------------------------------------------------------------------------------------


def param_types(function: Function) -> tuple[ValType, ...]:
    return tuple([param.type for param in function.params])


def refuse_async(function: Function) -> None:
    if function.is_async:
        raise UnsupportedError(f"asynchronous functions are not supported yet: {function.extern_name}")
