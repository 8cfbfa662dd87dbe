"""What surrounds a program in Python: an export's method, an import's trampoline, a shared helper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from witcraft.abi import ops
from witcraft.abi.ops import Expr, HelperKey, Program, Stmt
from witcraft.abi.walk import variables
from witcraft.emit.python.exprs import SIGNED
from witcraft.emit.python.module import quoted
from witcraft.emit.python.ops import Body
from witcraft.gate.needs import Direct as DirectHandles
from witcraft.model.types import Kind, Resource
from witcraft.plan.steps import HostResource

WORDS = frozenset({Kind.U32, Kind.S32, Kind.U64, Kind.S64})


Direct = dict[str, tuple[str, bool]]
"""Core values that are host scalars as they are: by name, the local that holds one and whether it has a sign."""


@dataclass(slots=True)
class Slots:
    """Core values in the engine's buffer or in the gate's mailbox, as typed views show them.

    ``words``: 4-byte words a slot (a raw value of the engine is 16 bytes, a mailbox slot 8).
    """

    words: int
    prefix: str = ""

    def place(self, body: Body, index: int, core: str, signed: bool = False) -> str:
        view, step = {
            "i32": ("s32" if signed else "u32", self.words),
            "i64": ("s64" if signed else "u64", self.words // 2),
            "f32": ("f32", self.words),
            "f64": ("f64", self.words // 2),
        }[core]
        return f"{body.need(self.prefix + view)}[{index * step}]"

    def fill(self, body: Body, values: Iterable[tuple[Expr, str]], direct: Direct) -> None:
        """Puts finished core values into the slots. ``direct`` says which names stand for a signed host integer."""
        for index, (value, core) in enumerate(values):
            signed = isinstance(value, ops.Var) and direct.get(value.name, ("", False))[1]
            text = direct[value.name][0] if isinstance(value, ops.Var) and value.name in direct else body.x(value)
            body.out.line(f"{self.place(body, index, core, signed)} = {text}")


def print_lowering(body: Body, guard: ops.Guard, taken: Sequence[tuple[Expr, str]], counts: Counter[str]) -> Direct:
    """Prints the guarded block; parameters that go straight to a slot are only checked.

    The exact class is tested in line; conversions run here, before any slot is filled, since they may run user code.
    """
    wanted = {value.name for value, _ in taken if isinstance(value, ops.Var)}
    given, direct = {name for name, _ in guard.values}, {}
    for stmt in guard.body:
        match stmt:
            case ops.Let(name, ops.ToCore(kind, of, _) as value) if (
                name in wanted
                and counts[name] == 1
                and kind not in (Kind.BOOL, Kind.CHAR)
                and (isinstance(of, ops.Get) or (isinstance(of, ops.Var) and of.name in given))
            ):
                direct[name] = (check_scalar(body, name, value), kind in SIGNED)
            case _:
                body.block((stmt,))
    return direct


def check_scalar(body: Body, wish: str, value: ops.ToCore) -> str:
    """Leaves an exact number of the right range (or one that the slot's view refuses) under a name; gives the name."""
    name = body.named(wish, value.of)
    if value.kind in (Kind.F32, Kind.F64):
        body.check_float(name, value.kind)
        return name
    if value.kind in WORDS:
        with body.out.block(f"if {name}.__class__ is not {body.module.builtin('int')}:"):
            body.out.line(f"{name} = {body.module.runtime('integer')}({name})")
        return name
    body.check_range(name, value.kind)
    return name


# ---- names of the instance's parts -------------------------------------------------------------------------------


def handles_name(instance: int, resource: int) -> str:
    return f"handles{instance}_{resource}"


def borrows_name(instance: int) -> str:
    return f"borrows{instance}"


class InstanceFrame:
    """What exports, imports and helpers share: handles are reached through the instance."""

    def __init__(self, package: Any, component_instance: int, pointer: int) -> None:
        self.package = package
        self.component_instance = component_instance
        self.pointer = pointer

    def handles(self, body: Body, resource: Resource) -> str:
        number = self.package.plan.resource_ids[resource]
        return f"{body.need('context')}.{handles_name(self.component_instance, number)}"

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        return f"{self.handles(body, resource)}.lift_own({body.x(handle)})"

    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str:
        return f"{self.handles(body, resource)}.lift_borrow({body.x(handle)})"

    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str:
        return f"{self.handles(body, resource)}.lower_own({body.x(value)}{self.moved(body)})"

    def lower_borrow(self, body: Body, resource: Resource, value: Expr) -> str:
        defined = resource in self.package.facts.defined_by(self.component_instance)
        return f"{self.handles(body, resource)}.lower_borrow({body.x(value)}{'' if defined else self.moved(body)})"

    def moved(self, body: Body) -> str:
        """The argument that notes what was lowered, so that it can be taken back if a later value is bad."""
        return f", {body.need('moved')}"

    def extra(self, body: Body, name: str) -> str:
        """What a helper gets besides its values."""
        return body.need(name)

    def own_type(self, body: Body, resource: Resource) -> str | None:
        return None

    def borrows(self, body: Body, begin: bool) -> None:
        call = "begin" if begin else "end"
        body.out.line(f"{body.need('context')}.{borrows_name(self.component_instance)}.{call}()")

    def helper(self, body: Body, key: HelperKey) -> tuple[str, tuple[str, ...]]:
        return self.package.helpers.call(body, key, self.component_instance, self.pointer)  # type: ignore[no-any-return]

    # what only some frames can meet

    def slot(self, body: Body, name: str, signed: bool) -> str | None:
        return None

    def call_core(self, body: Body, stmt: ops.CallCore) -> None:
        raise AssertionError("only an export calls core code")

    def call_host(self, body: Body, args: tuple[Expr, ...]) -> str:
        raise AssertionError("only an import calls the host")

    def post_return(self, body: Body, stmt: ops.PostReturn) -> None:
        raise AssertionError("only an export has a post-return")


class ExportFrame(InstanceFrame):
    """A method. ``own`` is the object that keeps the prepared calls: ``self``, or ``api`` for a resource's methods."""

    slots = Slots(words=4)

    def __init__(
        self,
        package: Any,
        component_instance: int,
        pointer: int,
        program: Program,
        own: str,
        call: str,
        post: str,
        label: str,
    ) -> None:
        super().__init__(package, component_instance, pointer)
        self.own, self.call, self.post, self.label = own, call, post, label
        self.constructs: Resource | None = None
        self._scoped = any(isinstance(stmt, ops.BeginBorrows) for stmt in program.body)
        self._counts = Counter(variables(program.body))
        self._outs: dict[str, str] = {}

    def slot(self, body: Body, name: str, signed: bool) -> str | None:
        core = self._outs.get(name)
        return None if core is None else self.slots.place(body, 0, core, signed)

    def guard(self, body: Body, guard: ops.Guard, then: Stmt | None) -> None:
        taken = then.args if isinstance(then, ops.CallCore) else ()
        values = [body.local(name) for name, _ in guard.values]
        error = body.need_once("error")
        moves = self.package.facts.moves(guard.values, self.component_instance)
        if moves:
            hint = body.module.typing("runtime", "Moved")
            body.out.line(f"{body.need('moved')}: {body.module.builtin('list')}[{hint}] = []")
        with body.out.block("try:"):
            self.slots.fill(body, taken, print_lowering(body, guard, taken, self._counts))
        undone = moves or self._scoped  # whatever is raised, also by the user's own code
        bad = body.module.builtin("BaseException") if undone else body.module.runtime("BadValue")
        with body.out.block(f"except {bad} as {error}:{'  # noqa: BLE001' * undone}"):
            if moves:
                body.out.line(f"{body.module.runtime('take_back')}({body.need('moved')})")
            if self._scoped:
                self.borrows(body, begin=False)
            args = [error, self.package.signature(body.module, self.label, guard.values), *values]
            body.out.line(f"raise {body.module.runtime('explain')}({', '.join(args)}) from None")
        if isinstance(then, ops.CallCore):
            self._invoke(body, self.call)
            self._results(body, then)

    def call_core(self, body: Body, stmt: ops.CallCore) -> None:
        self.slots.fill(body, stmt.args, {})
        self._invoke(body, self.call)
        self._results(body, stmt)

    def _invoke(self, body: Body, call: str) -> None:
        store = body.need("store")
        error = body.need_once("failed")
        body.out.line(f"{error} = {store}.call(*{self.own}.{call})")
        with body.out.block(f"if {error} or {store}.trap:"):
            body.call(f"raise {store}.failure", [quoted(self.label), error])
        if self.pointer == 8:
            body.out.line(f"{body.memory()}.refresh()")  # a 64-bit memory moves when it grows

    def _results(self, body: Body, stmt: ops.CallCore) -> None:
        """A result that is used once is read in place, where nothing has come between."""
        for index, (name, core) in enumerate(stmt.outs):
            if self._counts[name] == 1:
                self._outs[name] = core
            elif self._counts[name]:
                body.out.line(f"{body.local(name)} = {self.slots.place(body, index, core)}")

    def post_return(self, body: Body, stmt: ops.PostReturn) -> None:
        self.slots.fill(body, stmt.args, {})
        self._invoke(body, self.post)

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        if self.constructs is not None:
            body.out.line(f"self._adopt({body.x(values[0])})")
        elif values:
            body.out.line(f"return {body.x(values[0])}")

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        if resource is self.constructs:
            return f"{self.handles(body, resource)}.lift_rep({body.x(handle)})"
        return super().lift_own(body, resource, handle)

    def own_type(self, body: Body, resource: Resource) -> str | None:
        return body.module.builtin("int") if resource is self.constructs else None


class ImportFrame(InstanceFrame):
    """A trampoline: flat values come and go through the gate's mailbox.

    ``direct``: the flat slots whose handles the gate turns into representations itself, and whether the result's.
    """

    slots = Slots(words=2)

    def __init__(
        self,
        package: Any,
        component_instance: int,
        pointer: int,
        program: Program,
        is_method: bool,
        label: str,
        direct: DirectHandles,
    ) -> None:
        super().__init__(package, component_instance, pointer)
        self._call, self._is_method, self.label = "", is_method, label
        self._direct = direct
        self._params = {name: (index, core) for index, (name, core) in enumerate(program.params)}
        self._counts = Counter(variables(program.body))
        self._result_cores: tuple[str, ...] = ()

    def results(self, cores: tuple[str, ...]) -> None:
        """Core types of what the trampoline gives back."""
        self._result_cores = cores

    def name_call(self, name: str) -> None:
        """The local that holds the host's function, or the name of its method."""
        self._call = name

    def slot(self, body: Body, name: str, signed: bool) -> str | None:
        """Parameters used once are read in place; the others were given names at the start."""
        if name not in self._params or self._counts[name] != 1:
            return None
        index, core = self._params[name]
        return self.slots.place(body, index, core, signed)

    def load_params(self, body: Body) -> None:
        """Names for the parameters that are read more than once (or after the call): the mailbox is shared."""
        for name, (index, core) in self._params.items():
            if self._counts[name] > 1:
                body.out.line(f"{body.local(name)} = {self.slots.place(body, index, core)}")

    def stmt_handle(self, name: str) -> bool:
        """Whether the slot of a parameter holds a representation already."""
        return name in self._params and self._params[name][0] in self._direct.params

    def moved(self, body: Body) -> str:
        """A bad result of the host ends the instance: nothing to take back."""
        return ""

    def extra(self, body: Body, name: str) -> str:
        return "None" if name == "moved" else super().extra(body, name)

    def registry(self, body: Body, resource: Resource) -> str:
        number = self.package.plan.resource_ids[resource]
        kind = "registry" if isinstance(self.package.plan.resources[number], HostResource) else "resource"
        return f"{body.need('context')}.{kind}{number}"

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        if isinstance(handle, ops.Var) and self.stmt_handle(handle.name):
            return f"{self.registry(body, resource)}.take({body.x(handle)})"
        return super().lift_own(body, resource, handle)

    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str:
        if not (isinstance(handle, ops.Var) and self.stmt_handle(handle.name)):
            return super().lift_borrow(body, resource, handle)
        number = self.package.plan.resource_ids[resource]
        if isinstance(self.package.plan.resources[number], HostResource):
            return f"{body.need(f'objects{number}')}[{body.x(handle)}]"
        return f"{self.registry(body, resource)}.get({body.x(handle)})"

    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str:
        if self._direct.result is not None:
            return f"{self.registry(body, resource)}.add({body.x(value)})"
        return super().lower_own(body, resource, value)

    def call_host(self, body: Body, args: tuple[Expr, ...]) -> str:
        texts = [body.x(arg) for arg in args]
        call = f"{texts.pop(0)}.{self._call}" if self._is_method else self._call
        return f"{call}({', '.join(texts)})"

    def guard(self, body: Body, guard: ops.Guard, then: Stmt | None) -> None:
        taken = tuple(zip(then.values, self._result_cores, strict=True)) if isinstance(then, ops.Return) else ()
        if not guard.body and not taken:
            return
        values = [body.local(name) for name, _ in guard.values]
        error, bad = body.need_once("error"), body.module.runtime("BadValue")
        with body.out.block("try:"):
            self.slots.fill(body, taken, print_lowering(body, guard, taken, self._counts))
        with body.out.block(f"except {bad} as {error}:"):
            args = [error, self.package.signature(body.module, self.label, guard.values), *values]
            body.out.line(f"raise {body.module.runtime('explain')}({', '.join(args)}) from None")

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        self.slots.fill(body, zip(values, self._result_cores, strict=True), {})


class HelperFrame(InstanceFrame):
    """A module-level function that lifts or lowers one large type."""

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        if values:
            body.out.line(f"return {', '.join(map(body.x, values))}")

    def guard(self, body: Body, guard: ops.Guard, then: Stmt | None) -> None:
        raise AssertionError("a helper runs inside its caller's guard")
