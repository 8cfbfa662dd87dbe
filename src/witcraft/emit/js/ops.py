"""ABI statements -> JavaScript statements. With ``exprs.py`` and ``lists.py`` all of this language that knows the ops.

``Body`` prints what is the same everywhere; how a program meets its surroundings (where core values come from and go
to, what a call, a return, a failure is) is its ``Frame``: an export's function, an import's trampoline, a helper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, assert_never

from witcraft.abi import ops
from witcraft.abi.layout import CORES, WIDTHS
from witcraft.abi.ops import Block, Expr, Program, Stmt
from witcraft.abi.walk import everything
from witcraft.emit.js import cases, lists
from witcraft.emit.js.exprs import Loose, address, core_value, expression, field_names, place, plus, times
from witcraft.emit.js.inline import inlined, is_list
from witcraft.emit.js.module import JsModule, JsWriter, entry, literal
from witcraft.emit.js.names import is_identifier, lower_camel, parameter
from witcraft.emit.js.uses import Uses
from witcraft.model.types import Resource, TypeDef, ValType

FRAME = "frame "  # begins the names that a frame makes, which no program has
TAGGED = "latin1+utf16"
STRINGS = {"utf8": "String", "utf16": "String16", TAGGED: "Compact"}


class Frame(Protocol):
    """What surrounds a program."""

    module: JsModule
    checked: bool
    encoding: str
    wide: bool
    joins: bool
    cost: int

    def is_pure(self, ty: ValType) -> bool: ...
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

    def before(self, key: ops.HelperKey) -> tuple[str, ...]:
        """The arguments that a helper takes before those of the op."""


class Body:
    """One program on its way to text."""

    def __init__(self, frame: Frame, program: Program, given: Mapping[str, str]) -> None:
        self.frame, self.module = frame, frame.module
        self.out = JsWriter()
        self.tagged = frame.wide and frame.encoding == TAGGED  # lengths of strings are no numbers
        self.uses = Uses(program, self.tagged)
        self.counts = self.uses.counts
        self.inlined = inlined(program, frame.joins, self.counts, frame.is_pure)
        self.checked_areas: set[str] = set()  # where they are made
        self.strayed = False  # whether code of the caller may have run since the memory was looked at
        self.fields: dict[tuple[str, int], str] = {}  # of records that were taken apart: the locals
        self.sequences: dict[str, str] = {}  # lists that are checked to be such when they are asked for their length
        self.sorts: dict[str, str] = {name: sort for name, sort in program.params if sort in ("i32", "i64")}
        self.declared: set[str] = set()  # by an enclosing ``let``
        self.needs: set[str] = set()
        self._used: set[str] = set(given.values())
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

    def inlined_load(self, name: str) -> ops.Load | None:
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
        if name in self.inlined:
            self.alias(name, text)
            return
        if self.uses.is_taken_apart(name) and name not in self.declared:
            self.alias(name, text)
        else:
            self.out.line(f"{self.target(name)} = {text};")
        self.take_apart(name, self.local(name))

    def take_apart(self, name: str, value: str) -> None:
        """A property may be a getter, whose code can let the memory grow: what is written is read before that."""
        if name not in self.uses.fields:
            return
        self.strayed = True
        ty, indices = self.uses.fields[name]
        keys, items = field_names(ty), []
        for index in indices:
            self.fields[name, index] = self.fresh(lower_camel(keys[index].strip("$")) or "field")
            items.append(entry(literal(keys[index]), self.fields[name, index]))
        self.out.bracket("const {", items, f"}} = {value};", " ")

    def named(self, text: str, wish: str) -> str:
        """``text`` under a name, unless it is one."""
        if is_identifier(text):
            return text
        name = self.fresh(wish)
        self.out.line(f"const {name} = {text};")
        return name

    def give(self, text: str, verb: str = "return ", end: str = "") -> None:
        """Returns a value, or throws it; what the statement before named only for this needs no name."""
        head = f"{self.out.unit * self.out.depth}const {text} = "
        last = self.out.lines[-1] if self.out.lines else ""
        if last.startswith(head) and last.endswith(";"):
            self.out.lines.pop()
            text = last.removeprefix(head).removesuffix(";")
        self.out.line(f"{verb}{text}{end};")

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
                cases.switch_tag(self, s)
            case ops.SwitchCase():
                cases.switch_case(self, s)
            case ops.Store(kind, base, offset, value):
                self.store(kind, base, offset, value)
            case ops.CheckArea(ptr):
                self.check_area(ptr)
            case ops.CheckRange(ptr) if ptr in self.uses.copied:
                pass  # it is checked where it is copied
            case ops.CheckRange(ptr, count, size, align):
                cost = f", {self.frame.cost}" if self.frame.cost > size else ""
                self.out.line(f"{self.memory()}.checkRange({self.at(ptr)}, {self.at(count)}, {size}, {align}{cost});")
            case ops.Alloc(out, count, size, align):
                self.make_address(out, f"{self.memory()}.alloc({times(self.at(count), size)}, {align})")
            case ops.LiftString(out, ptr, length):
                self.make(out, f"{self.strings('lift')}({self.memory()}, {self.pair(ptr, length)})")
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
                self.pack(layout, base, offset, values)
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
        if isinstance(value, ops.Length):
            self.let_length(name, value)
            return
        text = self.x(value)
        if isinstance(value, ops.Load) and value.kind == "u64" and name in self.uses.addresses:
            text = f"Number({text})"
            self.sorts[name] = "number"
        elif isinstance(value, ops.Bits) and value.want == "i64":
            self.sorts[name] = "i64"
        if is_identifier(text) and name not in self.declared:
            self.alias(name, text)
            self.take_apart(name, text)
        else:
            self.make(name, text)

    def let_length(self, name: str, value: ops.Length) -> None:
        """The length of a list, which is checked to be one on the way."""
        assert isinstance(value.of, ops.Var)
        self.sorts[name] = "number"
        checked = self.sequences.pop(value.of.name, self.x(value.of))
        if name in self.declared:
            self.make(name, f"{checked}.length")
        else:
            self.alias(name, self.fresh("length"))
            self.out.bracket("const {", [entry("length", self.local(name))], f"}} = {checked};", " ")
        self.lengths[value.of.name] = self.local(name)

    def make_address(self, name: str, text: str) -> None:
        self.sorts[name] = "number" if self.wide else ""
        self.make(name, text)

    def make_pair(self, ptr: str, length: str, text: str) -> None:
        """A pointer, and the length that the memory keeps beside it."""
        self.make_address(ptr, text)
        self.make_address(length, f"{self.memory()}.length")

    def pair(self, ptr: Expr, length: Expr) -> str:
        """A pointer and a length as two arguments."""
        match self.load_of(ptr), self.load_of(length):
            case (ops.Load(kind, base, offset), ops.Load(_, ops.Var(name), behind)) if (
                name == base.name and behind == offset + WIDTHS[kind] and not self.tagged
            ):
                return f"{self.memory()}.get({self.at(ops.Address(base, offset))}), {self.memory()}.length"
            case _:
                units = self.x(length) if self.tagged else self.at(length)
                return f"{self.at(ptr)}, {units}"

    def load_of(self, e: Expr) -> Expr | None:
        return self.inlined_load(e.name) if isinstance(e, ops.Var) else None

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
        items = [f"{index}: {self.local(name)}" for index, name in enumerate(names)]
        if self.declared.isdisjoint(names):
            self.out.bracket("const {", items, f"}} = {value};", " ")
        else:  # by the block around
            if new := [self.local(name) for name in names if name not in self.declared]:
                self.out.line(f"let {', '.join(new)};")
            self.out.bracket("({", items, f"}} = {value});", " ")
        for name in names:
            self.take_apart(name, self.local(name))
        self.strayed = True

    def declare_outs(self, outs: tuple[tuple[str, str], ...]) -> None:
        new = [self.local(name) for name, _ in outs if name not in self.declared]
        if new:
            self.out.line(f"let {', '.join(new)};")
        for name, core in outs:
            self.sorts[name] = core if core == "i64" else ""

    # ---- memory ----

    def unpack(self, names: tuple[str, ...], layout: ops.Format, base: ops.Var, offset: int) -> None:
        for name, (inner, kind) in zip(names, layout.fields, strict=True):
            self.let(name, ops.Load(kind, base, offset + inner))

    def normalise(self, params: Sequence[tuple[str, str]]) -> None:
        """Addresses and lengths among parameters, which come as the engine gives them."""
        for name, core in params:
            if name not in self.uses.addresses or name in self.uses.areas or core not in ("i32", "i64"):
                continue
            local = self.local(name)
            text = f"{self.use('address')}({local})" if core == "i64" else Loose(f"{local} >>> 0")
            self.sorts[name] = "number" if core == "i64" else ""
            if self.counts[name] == 1:
                self.alias(name, text)
            else:
                self.out.line(f"{local} = {text};" if core == "i64" else f"{local} >>>= 0;")

    def check_area(self, ptr: Expr) -> None:
        """A pointer that is only now said to be one: a parameter. What a call returns is checked where it is called."""
        assert isinstance(ptr, ops.Var)
        if ptr.name in self.checked_areas:
            return
        local = self.local(ptr.name)
        self.out.line(f"{local} = {self.area(ptr.name, local)};")

    def area(self, name: str, core: str) -> str:
        """The address in a core value, checked to be good for what the program does with ``name``."""
        self.sorts[name] = "number" if self.wide else ""
        area = self.uses.areas[name]
        return f"{self.memory()}.area({core}, {area.size}, {area.align})"

    def pack(self, layout: ops.Format, base: ops.Var, offset: int, values: Sequence[Expr]) -> None:
        """Writes scalars, and pointers with their lengths."""
        pending = [(offset + inner, kind, value) for (inner, kind), value in zip(layout.fields, values, strict=True)]
        while pending:
            at, kind, value = pending.pop(0)
            if isinstance(value, ops.Var) and value.name in self.inlined:
                pending.pop(0)
                self.out.line(f"{self.memory()}.put({self.at(ops.Address(base, at))}, {self.x(value)});")
                self.strayed = False
            else:
                self.store(kind, base, at, value)

    def store(self, kind: str, base: Expr, offset: int, value: Expr) -> None:
        text = core_value(self, value, CORES[kind])
        if any(isinstance(part, ops.FlagBits) or self.is_got(part) for part in everything(value)):
            text, self.strayed = self.named(text, "field"), True  # as in `take_apart`
        if self.strayed:
            self.out.line(f"{self.memory()}.renew();")
            self.strayed = False
        self.out.line(f"{place(self, kind, base, offset)} = {text};")

    def is_got(self, part: Any) -> bool:
        """Whether reading it may run code."""
        if type(part) is not ops.Get:
            return False
        return not isinstance(part.of, ops.Var) or (part.of.name, part.index) not in self.fields

    # ---- helpers ----

    def call_helper(self, s: ops.CallHelper) -> None:
        if is_list(s.helper.type):
            self.call_list_helper(s)
            return
        name, behind = self.frame.helper(self, s.helper)
        by_address = not s.helper.flat
        args = [self.at(arg) if by_address and isinstance(arg, ops.Address) else self.x(arg) for arg in s.args]
        call = f"{name}({', '.join([*self.frame.before(s.helper), *args, *behind])})"
        if not s.outs:
            self.out.line(f"{call};")
            self.strayed = True
        elif s.helper.direction is ops.Direction.LIFT:
            self.make(s.outs[0], call)
        elif all(out in self.declared for out in s.outs):
            self.out.line(f"[{', '.join(map(self.local, s.outs))}] = {call};")
        else:
            whole = self.named(call, "flat")
            for index, out in enumerate(s.outs):
                self.make(out, f"{whole}[{index}]")

    def call_list_helper(self, s: ops.CallHelper) -> None:
        """A list is a pointer and a length, wherever these are."""
        key = replace(s.helper, flat=True)
        name, behind = self.frame.helper(self, key)
        memory, first = self.memory(), self.frame.before(key)
        if s.helper.direction is ops.Direction.LIFT:
            there = f"{memory}.get({self.at(s.args[0])}), {memory}.length"
            given = self.pair(s.args[0], s.args[1]) if s.helper.flat else there
            self.make(s.outs[0], f"{name}({', '.join([*first, given, *behind])})")
            return
        call = f"{name}({', '.join([*first, self.x(s.args[0]), *behind])})"
        if s.helper.flat:
            self.make_pair(s.outs[0], s.outs[1], call)
        else:
            self.out.line(f"{memory}.put({self.at(s.args[1])}, {call});")
