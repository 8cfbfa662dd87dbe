"""ABI statements -> JavaScript statements. With ``exprs.py`` and ``lists.py`` all of this language that knows the ops.

``Body`` prints what is the same everywhere; how a program meets its surroundings (where core values come from and go
to, what a call, a return, a failure is) is its ``Frame``: an export's function, an import's trampoline, a helper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, assert_never

from witcraft.abi import ops
from witcraft.abi.layout import CORES, is_nested
from witcraft.abi.ops import Block, Expr, Program, Stmt
from witcraft.abi.walk import HELD, everything
from witcraft.emit.js import lists
from witcraft.emit.js.exprs import address, core_value, expression, field_names, place, plus, times
from witcraft.emit.js.module import JsModule, JsWriter, literal
from witcraft.emit.js.names import is_identifier, lower_camel, parameter, quoted
from witcraft.model.text import wit
from witcraft.model.types import Option, Resource, Result, TypeDef, Variant, strip

FINISHED = ops.LiftString | ops.LiftNumbers | ops.LiftOwn | ops.LiftBorrow
FRAME = "frame "  # begins the names that a frame makes, which no program has
FEW = 2  # branches that are an if-chain
TAGGED = "latin1+utf16"
STRINGS = {"utf8": "String", "utf16": "String16", TAGGED: "Compact"}


class Frame(Protocol):
    """What surrounds a program."""

    module: JsModule
    checked: bool
    encoding: str
    wide: bool

    def memory(self) -> str: ...
    def labels(self, ty: TypeDef) -> str: ...
    def guard(self, body: Body, guard: ops.Guard) -> None: ...
    def call_core(self, body: Body, stmt: ops.CallCore) -> None: ...
    def call_host(self, body: Body, args: tuple[Expr, ...], has_result: bool) -> str: ...
    def call_host_result(self, body: Body, stmt: ops.CallHostResult) -> None: ...
    def post_return(self, body: Body, stmt: ops.PostReturn) -> None: ...
    def give(self, body: Body, values: tuple[Expr, ...]) -> None: ...
    def fail(self, body: Body, payload: Expr | None) -> None: ...
    def is_direct(self, handle: Expr) -> bool: ...
    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str: ...
    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str: ...
    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str: ...
    def lower_borrow(self, body: Body, resource: Resource, value: Expr) -> str: ...
    def borrows(self, body: Body, begin: bool) -> None: ...
    def helper(self, body: Body, key: ops.HelperKey) -> tuple[str, tuple[str, ...]]:
        """Name of a helper's function and the arguments that it takes behind those of the op."""


class Body:
    """One program on its way to text."""

    def __init__(self, frame: Frame, program: Program, given: Mapping[str, str]) -> None:
        self.frame, self.module = frame, frame.module
        self.out = JsWriter()
        self.counts = uses(program.body)
        self.tagged = frame.wide and frame.encoding == TAGGED  # lengths of strings are no numbers
        self.addresses = set(addresses(program.body, self.tagged))
        self.finished = {op.out for op in every(program.body) if isinstance(op, FINISHED)}  # by one statement
        self.sorts: dict[str, str] = {name: sort for name, sort in program.params if sort in ("i32", "i64")}
        self.declared: set[str] = set()  # by an enclosing ``let``
        self.needs: set[str] = set()
        self._used: set[str] = set()
        self._locals: dict[str, str] = {}
        self._inline: dict[str, ops.Load] = {}
        self.lengths: dict[str, str] = {}  # of sequences, by the name of the sequence
        for name, _ in program.params:
            self._locals[name] = given.get(name) or self.fresh(parameter(name.replace("_", "-")))

    # ---- what expressions ask ----

    @property
    def checked(self) -> bool:
        return self.frame.checked

    @property
    def wide(self) -> bool:
        """Whether addresses have 64 bits."""
        return self.frame.wide

    def use(self, name: str) -> str:
        return self.module.use(name)

    def memory(self) -> str:
        return self.frame.memory()

    def labels(self, ty: TypeDef) -> str:
        return self.frame.labels(ty)

    def var(self, name: str) -> str:
        load = self._inline.get(name)
        return self.local(name) if load is None else expression(self, load)

    def inlined(self, name: str) -> ops.Load | None:
        """The load that is written where its only use is: a lift writes nothing."""
        return self._inline.get(name)

    def is_number(self, e: ops.Address | ops.Var) -> bool:
        return self.wide and (isinstance(e, ops.Address) or self.sorts.get(e.name) == "number")

    def is_signed(self, e: Expr) -> bool:
        """Whether a core i32 comes as the engine gives it."""
        return isinstance(e, ops.Var) and self.sorts.get(e.name) == "i32"

    # ---- names ----

    def local(self, name: str) -> str:
        if name not in self._locals:
            self._locals[name] = self.fresh(lower_camel(name.removeprefix(FRAME)) or "value")
        return self._locals[name]

    def fresh(self, wish: str) -> str:
        """A local of this function that no name of the module is called, and no other local."""
        name, n = wish if wish[0].isalpha() else f"_{wish}", 1
        while name in self._used or name in self.module.inner or name in self.module.outer:
            name, n = f"{wish}${n}", n + 1
        self._used.add(name)
        self.module.locals.add(name)
        return name

    def alias(self, name: str, local: str) -> None:
        """``name`` is held by ``local``."""
        self._locals[name] = local

    def target(self, name: str) -> str:
        """The left side of the statement that makes ``name``."""
        return self.local(name) if name in self.declared else f"const {self.local(name)}"

    def make(self, name: str, text: str) -> None:
        self.out.line(f"{self.target(name)} = {text};")

    def named(self, text: str, wish: str) -> str:
        """``text`` under a name, unless it is one."""
        if is_identifier(text):
            return text
        name = self.fresh(wish)
        self.out.line(f"const {name} = {text};")
        return name

    def give(self, text: str) -> None:
        """Returns a value; what the statement before named only for this needs no name."""
        head = f"{self.out.unit * self.out.depth}const {text} = "
        last = self.out.lines[-1] if self.out.lines else ""
        if last.startswith(head) and last.endswith(";"):
            self.out.lines.pop()
            text = last.removeprefix(head).removesuffix(";")
        self.out.line(f"return {text};")

    def x(self, e: Expr) -> str:
        return expression(self, e)

    def at(self, e: Expr) -> str:
        return address(self, e)

    def keys(self, ty: TypeDef) -> list[str]:
        """The keys of a record's object, as a literal has them."""
        return [literal(name) for name in field_names(ty)]

    def count_of(self, seq: Expr) -> str:
        """The length of a sequence, by the name that it was given when room was made."""
        assert isinstance(seq, ops.Var)
        return self.lengths.get(seq.name) or f"{self.x(seq)}.length"

    # ---- statements ----

    def block(self, block: Block) -> None:
        for stmt in block:
            self.stmt(stmt)

    def stmt(self, s: Stmt) -> None:
        match s:
            case ops.Let(name, value):
                self.let(name, value)
            case ops.Assign(name, value):
                self.out.line(f"{self.local(name)} = {core_value(self, value, self.sorts.get(name, ''))};")
            case ops.Destructure(names, of):
                self.destructure(names, of)
            case ops.SwitchTag():
                self.switch_tag(s)
            case ops.SwitchCase():
                self.switch_case(s)
            case ops.Store(kind, base, offset, value):
                self.store(kind, base, offset, value)
            case ops.CheckArea(ptr, size, align):
                self.out.line(f"{self.memory()}.check({self.at(ptr)}, {size}, {align});")
            case ops.CheckRange(ptr, count, size, align):
                self.out.line(f"{self.memory()}.checkRange({self.at(ptr)}, {self.at(count)}, {size}, {align});")
            case ops.Alloc(out, count, size, align):
                self.make_address(out, f"{self.memory()}.alloc({times(self.at(count), size)}, {align})")
            case ops.LiftString(out, ptr, length):
                units = self.x(length) if self.tagged else self.at(length)
                self.make(out, f"{self.strings('lift')}({self.memory()}, {self.at(ptr)}, {units})")
            case ops.LowerString(ptr, length, value):
                self.make_pair(ptr, length, f"{self.strings('lower')}({self.memory()}, {self.x(value)})")
                if self.tagged:
                    self.sorts[length] = "i64"
            case ops.Collect():
                lists.collect(self, s)
            case ops.Sequence():
                lists.sequence(self, s)
            case ops.Spread():
                lists.spread(self, s)
            case ops.Unpack(names, layout, base, offset):
                self.unpack(names, layout, base, offset)
            case ops.Pack(layout, base, offset, values):
                for (inner, kind), value in zip(layout.fields, values, strict=True):
                    self.store(kind, base, offset + inner, value)
            case ops.CollectBlocks():
                lists.collect_blocks(self, s)
            case ops.SpreadBlocks():
                lists.spread_blocks(self, s)
            case ops.LiftNumbers():
                lists.lift_numbers(self, s)
            case ops.LowerNumbers():
                lists.lower_numbers(self, s)
            case ops.StoreNumbers(kind, count, base, offset, value):
                lists.store_numbers(self, kind, count, plus(self.at(base), offset), self.x(value))
            case ops.LiftOwn(out, resource, handle):
                self.make_object(out, handle, self.frame.lift_own(self, resource, handle))
            case ops.LiftBorrow(out, resource, handle):
                self.make_object(out, handle, self.frame.lift_borrow(self, resource, handle))
            case ops.LowerOwn(out, resource, value):
                self.make(out, self.frame.lower_own(self, resource, value))
            case ops.LowerBorrow(out, resource, value):
                self.make(out, self.frame.lower_borrow(self, resource, value))
            case ops.BeginBorrows():
                self.frame.borrows(self, begin=True)
            case ops.EndBorrows():
                self.frame.borrows(self, begin=False)
            case ops.CallHelper():
                self.call_helper(s)
            case ops.Guard():
                self.frame.guard(self, s)
            case ops.CallCore():
                self.frame.call_core(self, s)
            case ops.CallHost(out, args):
                call = self.frame.call_host(self, args, out is not None)
                if out is None:
                    self.out.line(f"{call};")
                else:
                    self.make(out, call)
            case ops.CallHostResult():
                self.frame.call_host_result(self, s)
            case ops.PostReturn():
                self.frame.post_return(self, s)
            case ops.Return(values):
                self.frame.give(self, values)
            case ops.Raise(payload):
                self.frame.fail(self, payload)
            case _:
                assert_never(s)

    def strings(self, verb: str) -> str:
        return self.use(f"{verb}{STRINGS[self.frame.encoding]}{'64' if self.tagged else ''}")

    def let(self, name: str, value: Expr) -> None:
        if isinstance(value, ops.Load) and self.counts[name] <= 1:
            self._inline[name] = value
            return
        if isinstance(value, ops.ToCore) and self.counts[name] == 1 and name not in self.declared:
            self.alias(name, self.x(value))  # what a call takes is checked where it stands
            return
        text = self.x(value)
        if isinstance(value, ops.Load) and value.kind == "u64" and name in self.addresses:
            text = f"Number({text})"
            self.sorts[name] = "number"
        elif isinstance(value, ops.Bits) and value.want == "i64":
            self.sorts[name] = "i64"
        if isinstance(value, ops.Length) and isinstance(value.of, ops.Var):
            self.lengths[value.of.name] = self.local(name)
            self.sorts[name] = "number"
        if is_identifier(text) and name not in self.declared:
            self.alias(name, text)
        else:
            self.make(name, text)

    def make_address(self, name: str, text: str) -> None:
        self.sorts[name] = "number" if self.wide else ""
        self.make(name, text)

    def make_pair(self, ptr: str, length: str, text: str) -> None:
        """A pointer, and the length that the memory keeps beside it."""
        self.make_address(ptr, text)
        self.make_address(length, f"{self.memory()}.length")

    def make_object(self, name: str, handle: Expr, text: str) -> None:
        """What the gate does not have to be asked for is written where it is used."""
        if self.counts[name] == 1 and self.frame.is_direct(handle):
            self.alias(name, text)
        else:
            self.make(name, text)

    def destructure(self, names: tuple[str, ...], of: Expr) -> None:
        value = self.x(of)
        if self.checked:
            value = f"{self.use('toTuple')}({value}, {len(names)})"
        whole = self.named(value, "items")
        for index, name in enumerate(names):
            self.make(name, f"{whole}[{index}]")

    # ---- switches ----

    def switch_tag(self, s: ops.SwitchTag) -> None:
        """The last branch refuses what no case has."""
        tag = self.named(self.x(s.tag), "tag")
        if s.out:
            self.out.line(f"let {self.local(s.out)};")
        kind = wit(s.type) if s.type is not None and s.labels != ("ok", "error") else "result"
        refuse = f"{self.use('badCase')}({quoted(kind)}, {tag});"
        comments = [f" // {label}" for label in s.labels]
        arms = [partial(self.block, arm) for arm in s.arms]
        self.branches(tag, [str(index) for index in range(len(arms))], arms, refuse, comments)

    def branches(
        self, value: str, heads: Sequence[str], arms: Sequence[Callable[[], None]], refuse: str, notes: Sequence[str]
    ) -> None:
        """An if-chain for a few, else a ``switch``."""
        if len(arms) <= FEW:
            for index, (head, arm) in enumerate(zip(heads, arms, strict=True)):
                self.out.line(f"{'} else if' if index else 'if'} ({value} === {head}) {{{notes[index]}")
                with self.out.indented():
                    arm()
            self.out.line("} else {" if refuse else "}")
            if refuse:
                with self.out.indented():
                    self.out.line(refuse)
                self.out.line("}")
            return
        with self.out.block(f"switch ({value}) {{", "}"):
            for head, arm, note in zip(heads, arms, notes, strict=True):
                with self.out.block(f"case {head}: {{{note}", "}"):
                    arm()
                    self.out.line("break;")
            if refuse:
                with self.out.block("default:"):
                    self.out.line(refuse)

    def switch_case(self, s: ops.SwitchCase) -> None:
        value = self.named(self.x(s.value), "value")
        self.declare_outs(s.outs)
        match s.type:
            case Option() as option if not is_nested(option):
                self.option_arms(value, s.arms)
            case Option():
                self.tagged_arms(value, ("none", "some"), s.arms, "option")
            case Result():
                self.tagged_arms(value, ("ok", "err"), s.arms, "result")
            case TypeDef() as ty:
                variant = strip(ty)
                assert isinstance(variant, Variant)
                self.tagged_arms(value, [case.name for case in variant.cases], s.arms, ty.name)

    def declare_outs(self, outs: tuple[tuple[str, str], ...]) -> None:
        new = [self.local(name) for name, _ in outs if name not in self.declared]
        if new:
            self.out.line(f"let {', '.join(new)};")
        for name, core in outs:
            self.sorts[name] = core if core == "i64" else ""

    def option_arms(self, value: str, arms: tuple[ops.CaseArm, ...]) -> None:
        none, some = arms
        self.out.line(f"if ({value} === undefined || {value} === null) {{")
        with self.out.indented():
            self.block(none.body)
        with self.out.block("} else {", "}"):
            if some.bind is not None:
                self.alias(some.bind, value)
            self.block(some.body)

    def tagged_arms(self, value: str, tags: Sequence[str], arms: tuple[ops.CaseArm, ...], kind: str) -> None:
        refuse = f"{self.use('wrong')}({quoted(kind)}, {value});"
        heads, bodies = [quoted(tag) for tag in tags], [partial(self.arm, value, arm) for arm in arms]
        self.branches(f"{value}.tag", heads, bodies, refuse, [""] * len(arms))

    def arm(self, value: str, arm: ops.CaseArm) -> None:
        if arm.bind is not None and self.counts[arm.bind] == 1:
            self.alias(arm.bind, f"{value}.val")
        elif arm.bind is not None:
            self.make(arm.bind, f"{value}.val")
        self.block(arm.body)

    # ---- memory ----

    def unpack(self, names: tuple[str, ...], layout: ops.Format, base: ops.Var, offset: int) -> None:
        for name, (inner, kind) in zip(names, layout.fields, strict=True):
            self.let(name, ops.Load(kind, base, offset + inner))

    def store(self, kind: str, base: Expr, offset: int, value: Expr) -> None:
        """A property may be a getter, whose code can let the memory grow: it is read before the memory is looked up."""
        text = core_value(self, value, CORES[kind])
        if any(isinstance(part, ops.Get | ops.FlagBits) for part in everything(value)):
            text = self.named(text, "field")
        self.out.line(f"{place(self, kind, base, offset)} = {text};")

    # ---- helpers ----

    def call_helper(self, s: ops.CallHelper) -> None:
        name, behind = self.frame.helper(self, s.helper)
        by_address = not s.helper.flat
        args = [self.at(arg) if by_address and isinstance(arg, ops.Address) else self.x(arg) for arg in s.args]
        call = f"{name}({', '.join([*args, *behind])})"
        if not s.outs:
            self.out.line(f"{call};")
        elif s.helper.direction is ops.Direction.LIFT:
            self.make(s.outs[0], call)
        elif all(out in self.declared for out in s.outs):
            self.out.line(f"[{', '.join(map(self.local, s.outs))}] = {call};")
        else:
            whole = self.named(call, "flat")
            for index, out in enumerate(s.outs):
                self.make(out, f"{whole}[{index}]")


def uses(block: Block) -> Counter[str]:
    """How often each name is read in a program."""
    return Counter([op.name for op in every(block) if type(op) is ops.Var])


ADDRESSES = "ptr", "base", "count", "length"
"""Parts of ops that are addresses or lengths."""


def addresses(block: Block, tagged: bool) -> Iterator[str]:
    """The names that are used as addresses or lengths; ``tagged``: but for lengths of strings."""
    for op in every(block):
        parts = ADDRESSES[:-1] if tagged and isinstance(op, ops.LiftString) else ADDRESSES
        for part in parts:
            value = getattr(op, part, None)
            if type(value) is ops.Var:
                yield value.name


def every(block: Block) -> list[Any]:
    """All expressions and statements of a block."""
    todo: list[Any] = list(block)
    for op in todo:  # which grows meanwhile
        if type(op) is tuple:
            todo += op
        else:
            todo += [getattr(op, held) for held in HELD.get(type(op), ())]
    return todo
