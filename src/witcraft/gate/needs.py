"""What a plan wants of its gate: only this is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from witcraft.abi.layout import Layout
from witcraft.binary.core import TITLES
from witcraft.binary.cursor import Cursor
from witcraft.binary.sections import Layer, preamble, sections
from witcraft.core.tree import FuncType, Module
from witcraft.model.types import Borrow, Own, ValType, strip
from witcraft.model.walk import children
from witcraft.model.world import Function
from witcraft.plan.steps import (
    CoreDef,
    DefineResource,
    ExportDef,
    ExportedComponent,
    ExportedInstance,
    ExportedModule,
    ExportedType,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GuestResource,
    InstantiateModule,
    LiftedFunction,
    LowerImport,
    Options,
    Plan,
    ReexportedFunction,
    ResourceFunc,
    ResourceOp,
    Step,
)

TAG_SECTION = next(code for code, title in TITLES.items() if title == "tag")

Handle = Own | Borrow
Pair = tuple[int, int]
"""A component instance and a resource, both by number."""


@dataclass(frozen=True, slots=True)
class Direct:
    """The handles of a lowered import that the gate itself turns into representations, and back.

    ``params``: by flat slot, parameters that are a handle and nothing else; their slots of the mailbox hold
    representations. ``result``: the flat result, if it is an own handle; the host leaves its representation.
    """

    params: Mapping[int, Handle]
    result: Own | None


@dataclass(frozen=True, slots=True)
class Lowering:
    """A ``LowerImport`` with the signature of its core function."""

    step: LowerImport
    signature: FuncType
    direct: Direct
    borrows: bool  # some parameter has a borrow inside: the call is a scope of lends


@dataclass(slots=True)
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
    owned: dict[int, None] = field(default_factory=dict)  # resources that the host can come to own
    destructors: dict[int, None] = field(default_factory=dict)  # guest resources that have one
    exceptions: bool = False  # a destructor could throw

    @property
    def nothing(self) -> bool:
        """Nothing could tell whether there is a gate: neither may-leave nor a handle is ever looked at."""
        return not (self.lowerings or self.builtins or self.lift_own or self.lower_own or self.lower_borrow)


def needs(plan: Plan) -> Needs:
    """Raises ``ComponentError`` for types that the canonical ABI refuses."""
    return Gatherer(plan).needs


class Gatherer:
    """Fills ``needs`` from a plan. What is asynchronous is left out: whoever prints the calls refuses it by name."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.needs = plan, Needs()
        self.layouts = {False: Layout(4), True: Layout(8)}
        self.known: dict[ValType, tuple[Handle, ...]] = {}
        for definition in core_defs(plan):
            if isinstance(definition, ResourceFunc):
                self.needs.builtins[definition] = None
        for step in plan.steps:
            self.step(step)
        for function in lifted(export for _, export in plan.exports):
            self.lifted(function)
        self.needs.exceptions = any(map(has_tags, plan.modules))

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
        layout = self.layout(step.function, step.options)
        params, result = layout.flat_params(step.function), layout.flat_result(step.function)
        direct = Direct(
            {} if params is None else self.direct_params(step.function, layout),
            None if result is None else own(step.function.result),
        )
        borrows = any(layout.has_borrow(param.type) for param in step.function.params)
        self.needs.lowerings.append(Lowering(step, lowered_type(layout, params, result), direct, borrows))
        self.memory(step.options)
        self.lifts(step.options.instance, step.function, direct)
        if direct.result is None:
            self.lowers(step.options.instance, result_types(step.function))

    def lifts(self, instance: int, function: Function, direct: Direct) -> None:
        indirect = [param.type for param in function.params][direct_count(function, direct) :]
        self.lift(instance, self.handles(indirect))
        self.own(self.handles([param.type for param in function.params]))

    def lifted(self, function: LiftedFunction) -> None:
        options, type_ = function.options, function.function
        if options.is_async:
            return
        layout = self.layout(type_, options)
        self.memory(options)
        if options.post_return is not None:
            flat = layout.flat_result(type_)
            self.needs.post_returns[options.post_return] = options, (layout.core,) if flat is None else flat
        self.lowers(options.instance, [param.type for param in type_.params])
        results = self.handles(result_types(type_))
        self.lift(options.instance, results)
        self.own(results)

    def memory(self, options: Options) -> None:
        if options.realloc is not None:
            self.needs.reallocs[options.realloc] = options

    # ---- handles

    def lift(self, instance: int, handles: Iterable[Handle]) -> None:
        for handle in handles:
            pairs = self.needs.lift_own if isinstance(handle, Own) else self.needs.lift_borrow
            pairs[instance, self.number(handle)] = None

    def lowers(self, instance: int, types: Iterable[ValType]) -> None:
        """What the host lowers it can also take back, in case a later value turns out bad."""
        for handle in self.handles(types):
            number = self.number(handle)
            match handle:
                case Own():
                    self.needs.lower_own[instance, number] = self.needs.lift_own[instance, number] = None
                case Borrow() if not self.defines(instance, number):
                    self.needs.lower_borrow[instance, number] = None
                    self.needs.builtins[ResourceFunc(ResourceOp.DROP, instance, number)] = None

    def own(self, handles: Iterable[Handle]) -> None:
        for handle in handles:
            if isinstance(handle, Own):
                self.needs.owned[self.number(handle)] = None

    def defines(self, instance: int, resource: int) -> bool:
        """A borrow lowered to the instance that defines the resource is its representation, and no handle."""
        definition = self.plan.resources[resource]
        return isinstance(definition, GuestResource) and definition.instance == instance

    def number(self, handle: Handle) -> int:
        return self.plan.resource_ids[handle.resource]

    # ---- types

    def layout(self, function: Function, options: Options) -> Layout:
        """The layout of these options, once it knows that no type of the function is too large or too deep."""
        layout = self.layouts[options.memory64]
        for type_ in (*(param.type for param in function.params), *result_types(function)):
            layout.shape(type_)
        return layout

    def direct_params(self, function: Function, layout: Layout) -> dict[int, Handle]:
        """By flat slot: parameters that are handles, up to the first that has handles deeper inside.

        Not beyond it, since owns leave the table in the order of the parameters, which the guest sees in the indices
        that it gets next.
        """
        found: dict[int, Handle] = {}
        slot = 0
        for param in function.params:
            type_ = strip(param.type)
            if isinstance(type_, Own | Borrow):
                found[slot] = type_
            elif self.handles([type_]):
                break
            slot += len(layout.flatten(type_) or ())
        return found

    def handles(self, types: Iterable[ValType]) -> tuple[Handle, ...]:
        """Every handle type inside ``types``, once; each type is looked into once only."""
        found: dict[Handle, None] = {}
        for type_ in types:
            if type_ not in self.known:
                self.known[type_] = (type_,) if isinstance(type_, Own | Borrow) else self.handles(children(type_))
            found |= dict.fromkeys(self.known[type_])
        return tuple(found)


def direct_count(function: Function, direct: Direct) -> int:
    """How many parameters come before the first whose handles the host has to lift."""
    missing = len(direct.params)
    for index, param in enumerate(function.params):
        if isinstance(strip(param.type), Own | Borrow):
            if not missing:
                return index
            missing -= 1
    return len(function.params)


def lowered_type(layout: Layout, params: tuple[str, ...] | None, result: tuple[str, ...] | None) -> FuncType:
    """``flatten_functype`` for lowering: too many parameters become a pointer, too many results an extra one."""
    flat = (layout.core,) if params is None else params
    return FuncType((*flat, layout.core), ()) if result is None else FuncType(flat, result)


def result_types(function: Function) -> tuple[ValType, ...]:
    return () if function.result is None else (function.result,)


def own(type_: ValType | None) -> Own | None:
    structural = None if type_ is None else strip(type_)
    return structural if isinstance(structural, Own) else None


# ---- walks over the plan -----------------------------------------------------------------------------------------


def core_defs(plan: Plan) -> Iterator[CoreDef]:
    """Every core definition that a step or an export makes use of."""
    for step in plan.steps:
        match step:
            case InstantiateModule():
                yield from (arg.value for arg in step.args)
            case LowerImport():
                pass
            case ExtractMemory() | ExtractRealloc() | ExtractPostReturn() | ExtractCallback():
                yield step.source
            case DefineResource():
                yield from () if step.dtor is None else (step.dtor,)
            case _:
                assert_never(step)
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


def has_tags(module: Module) -> bool:
    """Whether its code can throw at all."""
    c = Cursor(module.data, module.offset, "the module")
    preamble(c, Layer.MODULE)
    return any(code == TAG_SECTION for code, _ in sections(c, TITLES))
