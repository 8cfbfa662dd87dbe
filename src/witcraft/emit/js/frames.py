"""What surrounds a program in JavaScript: an export's function, an import's trampoline, a shared helper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from witcraft.abi import ops
from witcraft.abi.ops import Block, Expr, HelperKey, Program, Stmt
from witcraft.emit.js.cases import put_arm
from witcraft.emit.js.costs import element_cost
from witcraft.emit.js.exprs import core_value
from witcraft.emit.js.inline import is_list
from witcraft.emit.js.module import JsModule, entry, literal
from witcraft.emit.js.names import quoted
from witcraft.emit.js.ops import Body
from witcraft.emit.js.uses import every, uses
from witcraft.gate.needs import Direct
from witcraft.model.types import (
    Borrow,
    Enum,
    Flags,
    Option,
    Own,
    Prim,
    Record,
    Resource,
    Result,
    String,
    TypeDef,
    ValType,
    Variant,
    strip,
)
from witcraft.plan.steps import Options

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package


class InstanceFrame:
    """What exports, imports and helpers share. ``component_instance`` and ``options`` are those of the call."""

    def __init__(self, package: Package, options: Options) -> None:
        self.package, self.options = package, options
        self.module: JsModule = package.module
        self.checked: bool = package.options.checked
        self.encoding, self.wide = options.encoding.value, options.memory64
        self.cost = 0  # bytes, of an element of the list that is lifted
        self.joins = False  # whether what is lowered stands in the block of the call that takes it

    def memory(self) -> str:
        return self.package.glue.memory(self.options)

    def labels(self, ty: TypeDef) -> str:
        return self.package.checks.labels(ty)

    def is_pure(self, ty: ValType) -> bool:
        return not self.package.facts.handles_in(ty)

    # ---- handles ----

    def is_direct(self, handle: Expr) -> bool:
        """Whether it is a representation already."""
        return False

    def gate(self, what: str, resource: Resource) -> str:
        """A function of the gate for one component instance and one resource."""
        number = self.package.plan.number(resource)
        return self.package.glue.gate_function(f"{what}-{self.options.instance}-{number}")

    def resource(self, resource: Resource) -> str:
        return self.package.glue.resource(self.package.plan.number(resource))

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        return f"{self.resource(resource)}.take({self.gate('lift-own', resource)}({body.x(handle)}))"

    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str:
        rep = f"{self.gate('lift-borrow', resource)}({body.x(handle)})"
        return f"{self.resource(resource)}.{self.borrow(body, resource)}({rep})"

    def borrow(self, body: Body, resource: Resource) -> str:
        """How a resource makes an object for the time of a call."""
        if self.package.glue.is_host(self.package.plan.number(resource)):
            return "get"
        body.needs.add("loans")
        return "lend"

    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str:
        args = [body.x(value), self.gate("lower-own", resource)]
        if moved := self.moved(body):
            args += [self.gate("lift-own", resource), *moved]
        return f"{self.resource(resource)}.lowerOwn({', '.join(args)})"

    def lower_borrow(self, body: Body, resource: Resource, value: Expr) -> str:
        """The instance that defines the resource gets the representation itself."""
        if resource in self.package.facts.defined_by(self.options.instance):
            return f"{self.resource(resource)}.look({body.x(value)})"
        undo = self.gate("resource.drop", resource)
        args = [body.x(value), self.gate("lower-borrow", resource), undo, *self.moved(body)]
        return f"{self.resource(resource)}.lowerBorrow({', '.join(args)})"

    def moved(self, body: Body) -> list[str]:
        """The argument that notes what was lowered, so that it can be taken back if a later value is bad."""
        body.needs.add("moved")
        return [body.local("frame moved")]

    def borrows(self, body: Body, begin: bool) -> None:
        if begin:
            function = self.package.glue.gate_function(f"begin-scope-{self.options.instance}")
            body.out.line(f"const {body.local('frame outer')} = {body.use('beginBorrows')}({function});")
        else:
            body.out.line(self.scope_end(body))

    def scope_end(self, body: Body) -> str:
        function = self.package.glue.gate_function(f"end-scope-{self.options.instance}")
        return f"{body.use('endBorrows')}({function}, {body.local('frame outer')});"

    def helper(self, body: Body, key: HelperKey) -> tuple[str, tuple[str, ...]]:
        name, extras = self.package.helpers.find(key, self.options)
        return name, tuple(text for extra in extras for text in self.extra(body, extra))

    def before(self, key: HelperKey) -> tuple[str, ...]:
        return () if self.package.facts.handles_in(key.type) else (self.memory(),)

    def extra(self, body: Body, need: str) -> list[str]:
        """What a helper gets beside its values."""
        body.needs.add(need)
        return self.moved(body) if need == "moved" else []

    # ---- lowering that is guarded ----

    def values(self, body: Body, values: tuple[tuple[str, ValType], ...]) -> list[str]:
        """By which a failed call finds out what is wrong: the values by name, and the check of each."""
        items = [entry(literal(name.replace("_", "-")), body.local(name)) for name, _ in values]
        return [f"{{ {', '.join(items)} }}", *[self.package.checks.text(ty) for _, ty in values]]

    def take_apart(self, body: Body, guard: ops.Guard) -> None:
        for name, _ in guard.values:
            body.take_apart(name, body.local(name))

    def hoist(self, body: Body, guard: ops.Guard) -> None:
        """What the guarded block makes and others use is declared before it."""
        inside = uses(guard.body)
        made = [name for name in made_by(guard.body) if body.counts[name] > inside[name]]
        if made:
            body.out.line(f"let {', '.join(map(body.local, made))};")
            body.declared |= set(made)

    # ---- what only some frames can meet ----

    def call_core(self, body: Body, stmt: ops.CallCore) -> None:
        raise AssertionError("only an export calls core code")

    def call_host(self, body: Body, args: tuple[Expr, ...], has_result: bool) -> str:
        raise AssertionError("only an import calls the host")

    def call_host_result(self, body: Body, stmt: ops.CallHostResult) -> None:
        raise AssertionError("only an import calls the host")

    def post_return(self, body: Body, stmt: ops.PostReturn) -> None:
        raise AssertionError("only an export has a post-return")

    def fail(self, body: Body, payload: Expr | None) -> None:
        raise AssertionError("only an export raises")


def made_by(block: Block) -> Iterator[str]:
    """The names that the statements right in ``block`` make for those behind it."""
    for stmt in block:
        match stmt:
            case ops.Let(name):
                yield name
            case ops.Alloc(out) | ops.LowerOwn(out) | ops.LowerBorrow(out):
                yield out
            case ops.LowerString(ptr, length) | ops.LowerNumbers(ptr, length):
                yield from (ptr, length)
            case ops.SwitchCase(outs=outs):
                yield from (name for name, _ in outs)
            case ops.CallHelper(outs):
                yield from outs
            case ops.Destructure(names):
                yield from names
            case _:
                pass


# ---- exports -----------------------------------------------------------------------------------------------------


class ExportFrame(InstanceFrame):
    """The function that calls a lifted function ``core``; ``post`` frees its result."""

    def __init__(self, package: Package, options: Options, program: Program, core: str, label: str) -> None:
        super().__init__(package, options)
        self.core, self.label = core, label
        self.post = ""
        self.constructs: Resource | None = None
        self.raises = any(type(op) is ops.Raise for op in every(program.body))
        self._guard = next((stmt for stmt in program.body if isinstance(stmt, ops.Guard)), None)
        self._scoped = any(isinstance(stmt, ops.BeginBorrows) for stmt in program.body)
        self._moves = package.facts.moves(self._guard.values if self._guard else (), options.instance)
        self.joins = not (self._moves or self._scoped)

    def print(self, body: Body, program: Program) -> None:
        """One ``try`` around all of it; handles that are lowered have one of their own, which takes them back."""
        calls = (i for i, stmt in enumerate(program.body) if isinstance(stmt, ops.CallCore))
        at = 0 if self.joins else next(calls)
        body.block(program.body[:at])
        with body.out.block("try {"):
            self.print_call(body, program.body[at:])
        self.print_catch(body, self._guard if self.joins else None)

    def print_catch(self, body: Body, guard: ops.Guard | None, first: Sequence[str] = ()) -> None:
        error = body.fresh("error")
        with body.out.block(f"}} catch ({error}) {{", "}"):
            body.out.extend(list(first))
            args = [error, quoted(self.label)]
            args += self.values(body, guard.values) if guard and self.checked else []
            body.out.bracket("throw state.fail(", args, ");")

    def print_call(self, body: Body, block: Block) -> None:
        """A scalar that is returned at once needs no name."""
        match block[-2:]:
            case (ops.CallCore(((out, _),)) as call, ops.Return((ops.FromCore(),))) if body.counts[out] == 1:
                body.block(block[:-2])
                body.alias(out, self.call_text(body, call))
                body.block(block[-1:])
            case _:
                body.block(block)

    def call_text(self, body: Body, stmt: Stmt) -> str:
        assert isinstance(stmt, ops.CallCore)
        for name, core in stmt.outs:
            body.sorts[name] = core if core in ("i32", "i64") else ""
        return f"{self.core}({', '.join(core_value(body, value, core) for value, core in stmt.args)})"

    def call_core(self, body: Body, stmt: ops.CallCore) -> None:
        call = self.call_text(body, stmt)
        if not stmt.outs:
            body.out.line(f"{call};")
            return
        ((name, core),) = stmt.outs
        if name in body.uses.areas:
            body.checked_areas.add(name)
            body.make(name, body.area(name, call))
        elif name in body.uses.addresses:
            call = f"{body.use('address')}({call})" if core == "i64" else f"{call} >>> 0"
            body.make_address(name, call)
        elif body.counts[name]:
            body.make(name, call)
        else:
            body.out.line(f"{call};")

    def guard(self, body: Body, guard: ops.Guard) -> None:
        if self.joins:
            self.take_apart(body, guard)
            body.block(guard.body)
            return
        self.hoist(body, guard)
        undo = []
        if self._moves:
            moved = body.local("frame moved")
            body.out.line(f"const {moved} = [];")
            undo.append(f"{body.use('takeBack')}({moved});")
        if self._scoped:
            undo.append(self.scope_end(body))
        with body.out.block("try {"):
            self.take_apart(body, guard)
            body.block(guard.body)
        self.print_catch(body, guard, undo)

    def post_return(self, body: Body, stmt: ops.PostReturn) -> None:
        body.out.line(f"{self.post}({', '.join(core_value(body, value, core) for value, core in stmt.args)});")

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        if self.constructs is not None:
            body.out.line(f"{self.resource(self.constructs)}.adopt(this, {body.x(values[0])});")
        elif values:
            body.give(body.x(values[0]))

    def fail(self, body: Body, payload: Expr | None) -> None:
        body.give(body.x(payload) if payload is not None else "", f"throw new {body.use('ComponentError')}(", ")")

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        if resource is self.constructs:
            return f"{self.gate('lift-own', resource)}({body.x(handle)})"
        return super().lift_own(body, resource, handle)


# ---- imports -----------------------------------------------------------------------------------------------------


class ImportFrame(InstanceFrame):
    """A trampoline. ``host`` is what it calls: a function, ``new C``, or ``.m`` of its first argument.

    ``direct``: the flat parameters that the gate has turned into representations already, and whether it does so with
    the result.
    """

    def __init__(
        self, package: Package, options: Options, program: Program, host: str, label: str, direct: Direct
    ) -> None:
        super().__init__(package, options)
        self.host, self.label = host, label
        self.cores: tuple[str, ...] = ()  # of what it returns
        self.result: ValType | None = None  # what the host function gives
        self.start = ""  #                  the statement that stands before the ``try``
        self.failure: list[str] = []  #     what a failure looks at, and how
        self._direct = direct
        self._slots = {name: slot for slot, (name, _) in enumerate(program.params)}

    def is_direct(self, handle: Expr) -> bool:
        return isinstance(handle, ops.Var) and self._slots.get(handle.name, -1) in self._direct.params

    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str:
        if self.is_direct(handle):
            return f"{self.resource(resource)}.take({body.x(handle)})"
        return super().lift_own(body, resource, handle)

    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str:
        if self.is_direct(handle):
            return f"{self.resource(resource)}.{self.borrow(body, resource)}({body.x(handle)})"
        return super().lift_borrow(body, resource, handle)

    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str:
        if self._direct.result is not None:
            return f"{self.resource(resource)}.give({body.x(value)})"
        return super().lower_own(body, resource, value)

    def moved(self, body: Body) -> list[str]:
        """A bad result of the host ends the instance: nothing to take back."""
        return []

    def call_host(self, body: Body, args: tuple[Expr, ...], has_result: bool) -> str:
        texts = [body.x(arg) for arg in args]
        callee = texts.pop(0) + self.host if self.host.startswith((".", "[")) else self.host
        call = f"{callee}({', '.join(texts)})"
        return call if has_result else f"{body.use('toNothing')}({call})"

    def call_host_result(self, body: Body, stmt: ops.CallHostResult) -> None:
        """What the host function returns is the ok, what it throws the err."""
        assert isinstance(self.result, Result)
        outcome, result = body.local("frame outcome"), self.result
        self.explain(body, outcome, result)
        call = self.call_host(body, stmt.args, has_result=True)
        attempt = body.use("attemptPlainly" if is_object(result.ok) else "attempt")
        target = outcome if self.start else f"const {outcome}"
        body.out.line(f"{target} = {attempt}(() => {call});")
        body.declare_outs(stmt.outs)
        arms = [stmt.ok, stmt.err]
        if all(isinstance(arm.body[0], ops.CheckArea) for arm in arms if arm.body):
            body.block(stmt.err.body[:1])
            arms = [ops.CaseArm(arm.bind, arm.body[1:]) for arm in arms]
        with body.out.block(f"if ({outcome}.tag === 'ok') {{"):
            put_arm(body, outcome, arms[0])
        with body.out.block("} else {", "}"):
            put_arm(body, outcome, arms[1])

    def explain(self, body: Body, value: str, ty: ValType) -> None:
        """A failure looks at what the host function returned, where that has parts."""
        if self.checked and has_parts(ty):
            self.start = f"let {value} = {body.use('unset')};"
            self.failure = [value, self.package.checks.named(ty)]
            body.use("endImport")

    def guard(self, body: Body, guard: ops.Guard) -> None:
        body.block(guard.body)

    def keep_result(self, body: Body, program: Program) -> None:
        """What the host function returns gets a name that a failure sees too."""
        out = next((stmt.out for stmt in program.body if isinstance(stmt, ops.CallHost)), None)
        if out is not None and self.result is not None:
            self.explain(body, body.local(out), self.result)
            if self.start:
                body.declared.add(out)

    def returns_at_once(self, body: Body, program: Program) -> None:
        """A scalar that is returned at once needs no name."""
        match program.body[-3:]:
            case (ops.CallHost(str() as out), ops.Guard((ops.Let(),)), ops.Return()) if (
                body.counts[out] == 1 and not self.start and "loans" not in body.needs
            ):
                body.inlined.add(out)
            case _:
                pass

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        if "loans" in body.needs:
            body.out.line(f"{body.use('endLoans')}({body.local('frame loans')});")
        if values:
            body.give(core_value(body, values[0], self.cores[0]))


def has_parts(ty: ValType) -> bool:
    """Whether a bad value can be bad in a part of it; for a ``result``, in a part of a case's payload."""
    match strip(ty):
        case Prim() | String() | Enum() | Own() | Borrow() | Flags():
            return False
        case Result(ok, err):
            return any(map(has_parts, [case for case in (ok, err) if case]))
        case _:
            return True


def is_object(ty: ValType | None) -> bool:
    """Whether a value of the type could be an object with a tag: it is then never taken for a result."""
    return ty is not None and isinstance(strip(ty), Variant | Result | Option | Record)


# ---- helpers -----------------------------------------------------------------------------------------------------


class HelperFrame(InstanceFrame):
    """A function that lifts or lowers one large type; ``cores`` are those that it gives, when it lowers to them."""

    def __init__(self, package: Package, options: Options, key: HelperKey, cores: Sequence[str]) -> None:
        super().__init__(package, options)
        self.cores, self.is_list = cores, is_list(key.type)
        self.cost = element_cost(key.type) if self.is_list else 0
        self._is_shared = self.is_pure(key.type)

    def memory(self) -> str:
        return "memory" if self._is_shared else super().memory()

    def before(self, key: HelperKey) -> tuple[str, ...]:
        return ("memory",) if self.is_pure(key.type) and self._is_shared else super().before(key)

    def give(self, body: Body, values: tuple[Expr, ...]) -> None:
        if self.cores and self.is_list:
            ptr, length = values
            body.out.line(f"{body.memory()}.length = {body.x(length)};")
            body.give(body.x(ptr))
        elif self.cores:
            texts = [core_value(body, value, core) for value, core in zip(values, self.cores, strict=True)]
            body.out.line(f"return [{', '.join(texts)}];")
        elif values:
            body.give(body.x(values[0]))

    def guard(self, body: Body, guard: ops.Guard) -> None:
        raise AssertionError("a helper runs inside its caller's guard")
