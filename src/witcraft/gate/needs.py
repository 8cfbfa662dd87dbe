"""What a plan wants of its gate: only this is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from witcraft.abi.layout import Layout
from witcraft.core.tree import FuncType
from witcraft.model.types import Borrow, Own, ValType, strip
from witcraft.model.walk import children
from witcraft.model.world import Function
from witcraft.plan.steps import (
    Builtin,
    CoreDef,
    DefineResource,
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    GuestResource,
    InnerCall,
    LiftedFunction,
    LowerImport,
    Options,
    Plan,
    ReexportedFunction,
    ResourceFunc,
    ResourceOp,
    Step,
    inner_calls,
    sources,
)
from witcraft.plan.tasks import Tasks, storage, tasks

Pair = tuple[int, int]
"""A component instance and a resource, both by number."""


@dataclass(frozen=True, slots=True)
class Handle:
    """``own<r>`` or ``borrow<r>``, ``resource`` by its number in the plan."""

    resource: int
    own: bool


@dataclass(frozen=True, slots=True)
class Direct:
    """The handles of a lowered import that the gate itself turns into representations, and back.

    ``params``: by flat slot, parameters that are a handle and nothing else; their slots of the mailbox hold
    representations. ``result``: the flat result, if it is an own handle; the host leaves its representation.
    """

    params: Mapping[int, Handle]
    result: Handle | None


@dataclass(frozen=True, slots=True)
class Lowering:
    """A ``LowerImport`` with the signature of its core function."""

    step: LowerImport
    signature: FuncType
    direct: Direct
    borrows: bool  # some parameter has a borrow inside: the call is a scope of lends


@dataclass(slots=True, kw_only=True)
class Needs:
    """Everything in the order in which the plan wants it; a dict without values is a set that keeps its order."""

    lowerings: list[Lowering] = field(default_factory=list)
    reallocs: dict[int, Options] = field(default_factory=dict)
    post_returns: dict[int, tuple[Options, tuple[str, ...]]] = field(default_factory=dict)  # flat results to free
    builtins: dict[ResourceFunc, None] = field(default_factory=dict)
    lift_own: dict[Pair, None] = field(default_factory=dict)
    lift_borrow: dict[Pair, None] = field(default_factory=dict)
    lower_own: dict[Pair, None] = field(default_factory=dict)
    lower_borrow: dict[Pair, None] = field(default_factory=dict)
    joined: dict[int, None] = field(default_factory=dict)  # component instances that call others, or are called
    lenders: dict[int, None] = field(default_factory=dict)  # those that lend handles to others
    lend: dict[Pair, None] = field(default_factory=dict)  # as ``lower_borrow``, but no host ever does it
    functions: Mapping[str, Builtin] = field(default_factory=dict)  # built-ins that are no resource's
    tasks: Tasks
    storage: Mapping[int, Mapping[str, str]]  # as ``plan.tasks.storage``
    asynchronous: dict[int, None] = field(default_factory=dict)  # instances whose asynchronous functions others call
    owned: dict[int, None] = field(default_factory=dict)  # resources that the host can come to own
    destructors: dict[int, None] = field(default_factory=dict)  # guest resources that have one

    @property
    def nothing(self) -> bool:
        """Nothing could tell whether there is a gate: neither may-leave nor a handle is ever looked at."""
        handles = self.builtins or self.functions or self.lift_own or self.lower_own or self.lower_borrow
        return not (self.lowerings or handles or self.joined)


def needs(plan: Plan) -> Needs:
    """Raises ``ComponentError`` for types that the canonical ABI refuses."""
    return Gatherer(plan).needs


class Gatherer:
    """Fills ``needs`` from a plan. What is asynchronous is left out: whoever prints the calls refuses it by name."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.needs = plan, Needs(functions=plan.builtins, tasks=tasks(plan), storage=storage(plan))
        self.layouts = {False: Layout(4), True: Layout(8)}
        self.known: dict[ValType, tuple[Handle, ...]] = {}
        for definition in core_defs(plan):
            if isinstance(definition, ResourceFunc):
                self.needs.builtins[definition] = None
        for step in plan.steps:
            self.step(step)
        for function in lifted(export for _, export in plan.exports):
            self.lifted(function)
        for call in inner_calls(plan):
            self.inner(call)

    def step(self, step: Step) -> None:
        match step:
            case LowerImport(options=options) if not options.is_async:
                self.lowered(step)
            case DefineResource(index, _, dtor) if dtor is not None:
                self.needs.destructors[index] = None
            case _:
                pass

    # ---- functions

    def lowered(self, step: LowerImport) -> None:
        function, instance = step.function, step.options.instance
        layout = self.layout(function, step.options)
        types = [param.type for param in function.params]
        params, result = layout.flat_params(function), layout.flat_result(function)
        direct, indirect = ({}, types) if params is None else self.direct(types, layout)
        returned = None if result is None or function.result is None else self.handle(strip(function.result))
        signature, borrows = lowered_type(layout, params, result), any(map(layout.has_borrow, types))
        self.needs.lowerings.append(Lowering(step, signature, Direct(direct, returned), borrows))
        self.memory(step.options)
        self.lift(instance, self.handles(indirect))
        self.own(self.handles(types))
        if returned is None:
            self.lower(instance, self.handles(result_types(function)))

    def lifted(self, function: LiftedFunction) -> None:
        options, type_ = function.options, function.function
        if options.is_async:
            return
        layout = self.layout(type_, options)
        self.memory(options)
        if options.post_return is not None:
            flat = layout.flat_result(type_)
            self.needs.post_returns[options.post_return] = options, (layout.core,) if flat is None else flat
        self.lower(options.instance, self.handles([param.type for param in type_.params]))
        results = self.handles(result_types(type_))
        self.lift(options.instance, results)
        self.own(results)

    def inner(self, call: InnerCall) -> None:
        """An adapter moves handles from one table to another, and looks at the flags of both instances."""
        params = [param.type for param in call.function.params]
        caller, callee = call.caller.instance, call.callee.instance
        self.needs.joined |= {caller: None, callee: None}
        self.transfer(caller, callee, self.handles(params))
        self.transfer(callee, caller, self.handles(result_types(call.function)))
        if any(map(self.layouts[False].has_borrow, params)):
            self.needs.lenders[caller] = None
        if call.function.is_async:
            self.needs.asynchronous[callee] = None

    def transfer(self, source: int, target: int, handles: Iterable[Handle]) -> None:
        for handle in handles:
            self.lift(source, (handle,))
            if handle.own:
                self.needs.lower_own[target, handle.resource] = None
            elif not self.defines(target, handle.resource):
                self.needs.lend[target, handle.resource] = None

    def memory(self, options: Options) -> None:
        if options.realloc is not None:
            self.needs.reallocs[options.realloc] = options

    # ---- handles

    def lift(self, instance: int, handles: Iterable[Handle]) -> None:
        for handle in handles:
            pairs = self.needs.lift_own if handle.own else self.needs.lift_borrow
            pairs[instance, handle.resource] = None

    def lower(self, instance: int, handles: Iterable[Handle]) -> None:
        """What the host lowers it can also take back, in case a later value turns out bad."""
        for handle in handles:
            pair = instance, handle.resource
            if handle.own:
                self.needs.lower_own[pair] = self.needs.lift_own[pair] = None
            elif not self.defines(*pair):
                self.needs.lower_borrow[pair] = None
                self.needs.builtins[ResourceFunc(ResourceOp.DROP, *pair)] = None

    def own(self, handles: Iterable[Handle]) -> None:
        self.needs.owned |= {handle.resource: None for handle in handles if handle.own}

    def defines(self, instance: int, resource: int) -> bool:
        """A borrow lowered to the instance that defines the resource is its representation, and no handle."""
        definition = self.plan.resources[resource]
        return isinstance(definition, GuestResource) and definition.instance == instance

    # ---- types

    def layout(self, function: Function, options: Options) -> Layout:
        """The layout of these options, once it knows that no type of the function is too large or too deep."""
        layout = self.layouts[options.memory64]
        for type_ in (*(param.type for param in function.params), *result_types(function)):
            layout.shape(type_)
        return layout

    def direct(self, types: Sequence[ValType], layout: Layout) -> tuple[dict[int, Handle], Sequence[ValType]]:
        """By flat slot, what is a handle up to the first of ``types`` that has handles deeper inside; and the others.

        Not beyond it, since owns leave the table in the order of the parameters, which the guest sees in the indices
        that it gets next.
        """
        found: dict[int, Handle] = {}
        slot = 0
        for index, type_ in enumerate(types):
            if handle := self.handle(strip(type_)):
                found[slot] = handle
            elif self.handles([type_]):
                return found, types[index:]
            slot += len(layout.flatten(type_) or ())
        return found, ()

    def handle(self, type_: ValType) -> Handle | None:
        match type_:
            case Own(resource) | Borrow(resource):
                return Handle(self.plan.number(resource), isinstance(type_, Own))
            case _:
                return None

    def handles(self, types: Iterable[ValType]) -> tuple[Handle, ...]:
        """Every sort of handle inside ``types``, once; each type is looked into once only."""
        found: dict[Handle, None] = {}
        for type_ in types:
            if type_ not in self.known:
                handle = self.handle(type_)
                self.known[type_] = (handle,) if handle else self.handles(children(type_))
            found |= dict.fromkeys(self.known[type_])
        return tuple(found)


def lowered_type(layout: Layout, params: tuple[str, ...] | None, result: tuple[str, ...] | None) -> FuncType:
    """``flatten_functype`` for lowering: too many parameters become a pointer, too many results an extra one."""
    flat = (layout.core,) if params is None else params
    return FuncType((*flat, layout.core), ()) if result is None else FuncType(flat, result)


def result_types(function: Function) -> tuple[ValType, ...]:
    return () if function.result is None else (function.result,)


# ---- walks over the plan -----------------------------------------------------------------------------------------


def core_defs(plan: Plan) -> Iterator[CoreDef]:
    """Every core definition that a step or an export makes use of."""
    for step in plan.steps:
        yield from sources(step)
    yield from (function.core for function in lifted(export for _, export in plan.exports))


def lifted(exports: Iterable[ExportDef]) -> Iterator[LiftedFunction]:
    for export in exports:
        match export:
            case LiftedFunction():
                yield export
            case ExportedInstance():
                yield from lifted(inner for _, inner in export.exports)
            case ReexportedFunction() | ExportedModule() | ExportedType() | ExportedComponent():
                pass
            case _:
                assert_never(export)
