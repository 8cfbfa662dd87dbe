"""ABI statements -> Python statements. With ``exprs.py`` the only place of this language that knows the ops.

``Body`` prints what is the same everywhere; how a program meets its surroundings (where core values come from and go
to, what a call, a return, a failure is) is its ``Frame``: an export's method, an import's trampoline, a helper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, assert_never

from witcraft.abi import ops
from witcraft.abi.ops import Block, Expr, Format, Stmt
from witcraft.emit.python import lists_down, lists_up
from witcraft.emit.python.costs import element_cost
from witcraft.emit.python.exprs import BOUNDS, SIGNED, expression, number, plus, tight, times, to_core
from witcraft.emit.python.module import CODES, WIDTHS, PyWriter, quoted, struct_format
from witcraft.emit.python.names import KEYWORDS
from witcraft.emit.python.types import Annotator
from witcraft.model.text import wit
from witcraft.model.types import Kind, Option, Own, Resource, Result, TypeDef, ValType, strip

MANY = 8  # branches


@dataclass(frozen=True, slots=True)
class Head:
    """One branch: as the condition of an ``if``, and as the pattern of a ``case``."""

    test: str
    pattern: str
    comment: str = ""


class Frame(Protocol):
    """What surrounds a program."""

    pointer: int
    """Bytes of a pointer of its memory."""

    def slot(self, body: Body, name: str, signed: bool) -> str | None:
        """A core parameter or result that is read in place."""

    def guard(self, body: Body, guard: ops.Guard, then: Stmt | None) -> None:
        """Lowering; ``then`` is the statement that takes what was lowered."""

    def call_core(self, body: Body, stmt: ops.CallCore) -> None: ...
    def call_host(self, body: Body, args: tuple[Expr, ...]) -> str: ...
    def post_return(self, body: Body, stmt: ops.PostReturn) -> None: ...
    def give(self, body: Body, values: tuple[Expr, ...]) -> None: ...
    def handles(self, body: Body, resource: Resource) -> str: ...
    def lift_own(self, body: Body, resource: Resource, handle: Expr) -> str: ...
    def lift_borrow(self, body: Body, resource: Resource, handle: Expr) -> str: ...
    def lower_own(self, body: Body, resource: Resource, value: Expr) -> str: ...
    def lower_borrow(self, body: Body, resource: Resource, value: Expr) -> str: ...
    def own_type(self, body: Body, resource: Resource) -> str | None: ...
    def borrows(self, body: Body, begin: bool) -> None: ...
    def extra(self, body: Body, name: str) -> str: ...
    def helper(self, body: Body, key: ops.HelperKey) -> tuple[str, tuple[str, ...]]:
        """Name of a helper's function and the arguments it takes before those of the op."""


class Body:
    """Prints one program into ``out``. ``params`` gives the public names of the program's parameters."""

    def __init__(self, note: Annotator, frame: Frame, params: dict[str, str]) -> None:
        self.note, self.module, self.places = note, note.module, note.places
        self.frame = frame
        self.out = PyWriter()
        self.needs: dict[str, None] = {}  # locals that the frame sets up, in the order of their first use
        self._locals = dict(params)
        self._taken = set(params.values()) | {"self", "cls"}

    # ---- names ----

    def local(self, name: str) -> str:
        if name not in self._locals:
            self._locals[name] = self.fresh(self._plain(name))
        return self._locals[name]

    def _plain(self, name: str) -> str:
        """Without the number that made a name unique in its program: here others may be free. Items keep theirs."""
        stem, _, number = name.rpartition("_")
        is_item = f"{stem}_0" in self._locals or f"{stem}_1" in self._locals
        return stem if stem and number.isdigit() and int(number) > 1 and not is_item else name

    def fresh(self, wish: str) -> str:
        """A name that nothing else in reach has."""
        name, n = f"{wish}_" if wish in KEYWORDS else wish, 2
        while name in self._taken or name in self.module.names or name in _BUILTINS:
            name, n = f"{wish}_{n}", n + 1
        self._taken.add(name)
        self.module.shadowed.add(name)
        return name

    def need(self, name: str) -> str:
        """A local of the frame, such as ``store`` or ``memory``."""
        self.needs[name] = None
        return self.local(f"frame {name}") if f"frame {name}" in self._locals else self._frame_local(name)

    def need_once(self, name: str) -> str:
        """A local that several statements may use one after the other."""
        key = f"frame {name}"
        return self._locals[key] if key in self._locals else self._frame_local(name)

    def _frame_local(self, name: str) -> str:
        self._locals[f"frame {name}"] = self.fresh(name)
        return self._locals[f"frame {name}"]

    def memory(self) -> str:
        return self.need("memory")

    def slot(self, name: str, signed: bool) -> str | None:
        return self.frame.slot(self, name, signed)

    # ---- texts ----

    def x(self, e: Expr) -> str:
        return expression(self, e)

    def fit(self, e: Expr) -> str:
        """A value for a place that checks its range by itself."""
        return to_core(self, e, bounded=True) if isinstance(e, ops.ToCore) else self.x(e)

    def view(self, start: str, length: str) -> str:
        copied = ".tobytes()" if self.moves else ""
        return f"{self.memory()}.view[{start} : {tight(start)} + {length}]{copied}"

    @property
    def moves(self) -> bool:
        """Whether the memory may move when it grows: then a view of it is good for one statement only."""
        return self.frame.pointer == 8

    # ---- statements ----

    def block(self, block: Block) -> None:
        skip = False
        for stmt, after in _pairs(block):
            if skip:
                skip = False
            elif isinstance(stmt, ops.Guard):
                skip = isinstance(after, ops.CallCore | ops.Return)
                self.frame.guard(self, stmt, after if skip else None)
            elif isinstance(stmt, ops.CheckRange):
                skip = lists_up.take_bytes(self, stmt, after)
                if not skip:
                    self.check_elements(stmt, after)
            else:
                self.stmt(stmt)

    def nested(self, block: Block) -> None:
        if block:
            self.block(block)
        else:
            self.out.line("pass")

    def stmt(self, s: Stmt) -> None:
        line = self.out.line
        match s:
            case ops.Let(name, value) | ops.Assign(name, value):
                self.assign(name, value)
            case ops.Destructure(names, of):
                self.destructure(names, of)
            case ops.SwitchTag():
                self.switch_tag(s)
            case ops.SwitchCase():
                self.switch_case(s)
            case ops.Store(kind, base, offset, value):
                self.pack(Format(((0, kind),), WIDTHS[kind]), base, offset, (value,))
            case ops.CheckArea(ptr, size, align):
                self.check_area(self.x(ptr), size, align)
            case ops.CheckRange():
                self.check_elements(s, None)
            case ops.Alloc(out, count, size, align):
                line(f"{self.local(out)} = {self.memory()}.alloc({times(self.x(count), size)}, {align})")
            case ops.LiftString(out, ptr, length):
                line(f"{self.local(out)} = {self.memory()}.lift_string({self.x(ptr)}, {self.x(length)})")
            case ops.LowerString(ptr, length, value):
                line(f"{self.local(ptr)}, {self.local(length)} = {self.memory()}.lower_string({self.x(value)})")
            case ops.Collect():
                lists_up.collect(self, s)
            case ops.Sequence():
                lists_down.sequence(self, s)
            case ops.Spread():
                lists_down.spread(self, s)
            case ops.Unpack():
                self.unpack(s)
            case ops.Pack(layout, base, offset, values):
                self.pack(layout, base, offset, values)
            case ops.CollectBlocks():
                lists_up.collect_blocks(self, s)
            case ops.SpreadBlocks():
                lists_down.spread_blocks(self, s)
            case ops.LiftNumbers():
                lists_up.lift_numbers(self, s)
            case ops.LowerNumbers():
                lists_down.lower_numbers(self, s)
            case ops.StoreNumbers(kind, count, base, offset, value):
                at = plus(self.x(base), offset)
                args = [f'"{CODES[kind.value]}"', str(count), at, self.x(value)]
                self.call(f"{self.memory()}.store_numbers", args)
            case ops.LiftOwn(out, resource, handle):
                hint = self.frame.own_type(self, resource) or self.places.resource_name(self.module, resource)
                line(f"{self.local(out)}: {hint} = {self.frame.lift_own(self, resource, handle)}")
            case ops.LiftBorrow(out, resource, handle):
                self.lift_borrow(out, resource, handle)
            case ops.LowerOwn(out, resource, value):
                line(f"{self.local(out)} = {self.frame.lower_own(self, resource, value)}")
            case ops.LowerBorrow(out, resource, value):
                line(f"{self.local(out)} = {self.frame.lower_borrow(self, resource, value)}")
            case ops.BeginBorrows():
                self.frame.borrows(self, begin=True)
            case ops.EndBorrows():
                self.frame.borrows(self, begin=False)
            case ops.CallHelper():
                self.call_helper(s)
            case ops.Guard():
                self.frame.guard(self, s, None)
            case ops.CallCore():
                self.frame.call_core(self, s)
            case ops.CallHost(out, args):
                call = self.frame.call_host(self, args)
                line(f"{self.local(out)} = {call}" if out else call)
            case ops.CallHostResult():
                self.call_host_result(s)
            case ops.PostReturn():
                self.frame.post_return(self, s)
            case ops.Return(values):
                self.frame.give(self, values)
            case ops.Raise(payload):
                line(f"raise {self.module.runtime('Err')}({self.x(payload) if payload else 'None'})")
            case _:
                assert_never(s)

    def call(self, head: str, args: Sequence[str], assign: str = "") -> None:
        """A call on lines of its own, broken where it is too long."""
        self.out.bracket(f"{assign}{head}(", args, ")")

    def assign(self, name: str, value: Expr) -> None:
        text = self.checked(name, value) if isinstance(value, ops.ToCore) and not value.stored else self.x(value)
        if text != self.local(name):
            self.out.line(f"{self.local(name)} = {text}")

    def checked(self, name: str, value: ops.ToCore) -> str:
        """Tests a flat number in line; gives it without a sign."""
        if value.kind in (Kind.F32, Kind.F64):
            text = self.named(name, value.of)
            self.check_float(text, value.kind)
            return text
        if value.kind not in BOUNDS:
            return self.x(value)
        text = self.named(name, value.of)
        self.check_range(text, value.kind)
        mask = BOUNDS[Kind.U64 if value.kind is Kind.S64 else Kind.U32][1]
        return f"{text} & {number(mask)}" if value.kind in SIGNED else text

    def named(self, wish: str, of: Expr) -> str:
        """``of`` under a name that may be assigned to."""
        text = self.x(of)
        if text.isidentifier():
            return text
        self.out.line(f"{self.local(wish)} = {text}")
        return self.local(wish)

    def check_float(self, name: str, kind: Kind) -> None:
        """An f32 beyond the bound (just inside of what one can hold) is looked at more closely, out of line."""
        test = f"{name}.__class__ is not {self.module.builtin('float')}"
        if kind is Kind.F32:
            test += f" or not -3.4e38 < {name} < 3.4e38"
        function = self.module.runtime("single" if kind is Kind.F32 else "double")
        with self.out.block(f"if {test}:"):
            self.out.line(f"{name} = {function}({name})")

    def check_range(self, name: str, kind: Kind) -> None:
        low, high = map(number, BOUNDS[kind])
        int_ = self.module.builtin("int")
        with self.out.block(f"if {name}.__class__ is not {int_} or not {low} <= {name} <= {high}:"):
            self.out.line(f"{name} = {self.module.runtime('integer_in')}({name}, {low}, {high})")

    def parts(self, of: str, count: int) -> str:
        """A tuple as it is, anything else as a sequence of just so many items; taking it apart counts a tuple's."""
        slow = f"{self.module.runtime('sequence')}({of}, {count})"
        return f"{of} if {of}.__class__ is {self.module.builtin('tuple')} else {slow}" if of.isidentifier() else slow

    def destructure(self, names: tuple[str, ...], of: Expr) -> None:
        value = self.parts(self.x(of), len(names))
        targets = ", ".join(map(self.local, names))
        self.out.line(
            f"{targets}{',' if len(names) == 1 else ''} = {value}" if len(names) != 1 else f"({targets},) = {value}"
        )

    # ---- switches ----

    def switch_tag(self, s: ops.SwitchTag) -> None:
        """A branch with a comment a case; the last one refuses what no case has."""
        tag = self.x(s.tag)
        if not tag.isidentifier():
            name = self.fresh("tag")
            self.out.line(f"{name} = {tag}")
            tag = name
        if s.out and s.type is not None:
            self.out.line(f"{self.local(s.out)}: {self.annotation(s.type)}")
        kind = wit(s.type) if s.type is not None and s.labels != ("ok", "error") else "result"
        refuse = f"raise {self.module.runtime('bad_case')}({quoted(kind)}, {tag})"
        heads = [Head(f"{tag} == {index}", str(index), f"  # {label}") for index, label in enumerate(s.labels)]
        self.branches(tag, heads, [partial(self.nested, arm) for arm in s.arms], refuse)

    def branches(self, value: str, heads: Sequence[Head], arms: Sequence[Callable[[], None]], refuse: str) -> None:
        """An if-chain; a ``match`` where there are many, since a chain nests for the compiler of Python."""
        if len(heads) > MANY:
            with self.out.block(f"match {value}:"):
                for head, arm in zip(heads, arms, strict=True):
                    with self.out.block(f"case {head.pattern}:{head.comment}"):
                        arm()
                with self.out.block("case _:"):
                    self.out.line(refuse)
            return
        for index, (head, arm) in enumerate(zip(heads, arms, strict=True)):
            with self.out.block(f"{'elif' if index else 'if'} {head.test}:{head.comment}"):
                arm()
        with self.out.block("else:"):
            self.out.line(refuse)

    def annotation(self, ty: ValType) -> str:
        own = strip(ty)
        if isinstance(own, Own):
            return self.frame.own_type(self, own.resource) or self.note.given(ty)
        return self.note.given(ty)

    def switch_case(self, s: ops.SwitchCase) -> None:
        value = self.x(s.value)
        if not value.isidentifier():
            name = self.fresh("value")
            self.out.line(f"{name} = {value}")
            value = name
        self.declare_outs(s.outs)
        match s.type:
            case Option(some):
                self.option_arms(value, s.arms, isinstance(strip(some), Option))
            case Result():
                self.result_arms(value, s.arms, wit(s.type))
            case TypeDef():
                self.variant_arms(value, s.type, s.arms)

    def declare_outs(self, outs: tuple[tuple[str, str], ...]) -> None:
        for name, core in outs:
            kind = self.module.builtin("float" if core in ("f32", "f64") else "int")
            self.out.line(f"{self.local(name)}: {kind}")

    def option_arms(self, value: str, arms: tuple[ops.CaseArm, ...], nested: bool) -> None:
        none, some = arms
        with self.out.block(f"if {value} is None:"):
            self.nested(none.body)
        test = "else:"
        if nested:
            test = f"elif {self.module.builtin('isinstance')}({value}, {self.module.runtime('Some')}):"
        with self.out.block(test):
            if some.bind is not None:
                self.out.line(
                    f"{self.local(some.bind)} = {value}.value" if nested else f"{self.local(some.bind)} = {value}"
                )
            self.nested(some.body)
        if nested:
            self.refuse_case("option", value)

    def result_arms(self, value: str, arms: tuple[ops.CaseArm, ...], kind: str) -> None:
        isinstance_ = self.module.builtin("isinstance")
        for index, (cls, arm) in enumerate(zip(("Ok", "Err"), arms, strict=True)):
            head = f"{'elif' if index else 'if'} {isinstance_}({value}, {self.module.runtime(cls)}):"
            with self.out.block(head):
                self.arm(value, arm)
        self.refuse_case(kind, value)

    def variant_arms(self, value: str, ty: TypeDef, arms: tuple[ops.CaseArm, ...]) -> None:
        isinstance_ = self.module.builtin("isinstance") if len(arms) <= MANY else ""
        classes = [self.places.case_name(self.module, ty, index) for index in range(len(arms))]
        heads = [Head(f"{isinstance_}({value}, {cls})", f"{cls}()") for cls in classes]
        refuse = f"raise {self.module.runtime('no_case')}({quoted(ty.name)}, {value})"
        self.branches(value, heads, [partial(self.arm, value, arm) for arm in arms], refuse)

    def arm(self, value: str, arm: ops.CaseArm) -> None:
        if arm.bind is not None:
            self.out.line(f"{self.local(arm.bind)} = {value}.value")
        self.nested(arm.body)

    def refuse_case(self, kind: str, value: str) -> None:
        with self.out.block("else:"):
            self.out.line(f"raise {self.module.runtime('no_case')}({quoted(kind)}, {value})")

    def call_host_result(self, s: ops.CallHostResult) -> None:
        """What the host function raises as ``Err`` is the err; everything else goes on as it is."""
        self.declare_outs(s.outs)
        error, err_class = self.fresh("error"), self.module.runtime("Err")
        with self.out.block("try:"):
            call = self.frame.call_host(self, s.args)
            self.out.line(f"{self.local(s.ok.bind)} = {call}" if s.ok.bind else call)
        with self.out.block(f"except {err_class} as {error}:" if s.err.bind else f"except {err_class}:"):
            if s.err.bind is not None:
                self.out.line(f"{self.local(s.err.bind)} = {error}.value")
            self.nested(s.err.body)
        if s.ok.body:
            with self.out.block("else:"):
                self.block(s.ok.body)

    # ---- memory ----

    def check_area(self, ptr: str, size: int, align: int) -> None:
        """In line what holds nearly always; the slow path looks whether memory grew, else traps."""
        memory = self.memory()
        misaligned = f"{tight(ptr)} & {align - 1} or " if align > 1 else ""
        with self.out.block(f"if {misaligned}{tight(ptr)} + {size} > {memory}.size:"):
            self.out.line(f"{memory}.check({ptr}, {size}, {align})")

    def check_elements(self, s: ops.CheckRange, lifting: Stmt | None) -> None:
        cost = 0 if self.note.array and isinstance(lifting, ops.LiftNumbers) else element_cost(lifting)
        args = [self.x(s.ptr), self.x(s.count), str(s.size), str(s.align)]
        self.call(f"{self.memory()}.check_list", [*args, str(cost)] if cost > s.size else args)

    def unpack(self, s: ops.Unpack) -> None:
        at = plus(self.x(s.base), s.offset)
        names = ", ".join(map(self.local, s.names))
        if struct_format(s.format) == "B":
            self.out.line(f"{names} = {self.memory()}.view[{at}]")
            return
        target = f"({names},)" if len(s.names) == 1 else names
        self.out.bracket(f"{target} = {self.module.struct(s.format)}.unpack_from(", [f"{self.memory()}.view", at], ")")

    def pack(self, layout: Format, base: Expr, offset: int, values: tuple[Expr, ...]) -> None:
        at = plus(self.x(base), offset)
        texts = [self.fit(value) for value in values]
        if struct_format(layout) == "B":
            self.out.line(f"{self.memory()}.view[{at}] = {texts[0]}")
        elif self.moves:  # values run code of the host's, which may move the memory: it comes last
            self.call(
                f"{self.memory()}.write",
                [at, str(layout.size), f"{self.module.struct(layout)}.pack({', '.join(texts)})"],
            )
        else:
            self.call(f"{self.module.struct(layout)}.pack_into", [f"{self.memory()}.view", at, *texts])

    def comprehension(self, head: str, item: str, clause: str, tail: str) -> None:
        self.out.line(f"{head}{item} {clause}{tail}" if clause else head + item + tail)

    # ---- handles and helpers ----

    def lift_borrow(self, out: str, resource: Resource, handle: Expr) -> None:
        name = self.places.resource_name(self.module, resource)
        self.out.line(f"{self.local(out)}: {name} = {self.frame.lift_borrow(self, resource, handle)}")

    def call_helper(self, s: ops.CallHelper) -> None:
        name, before = self.frame.helper(self, s.helper)
        outs = ", ".join(map(self.local, s.outs))
        args = [*before, *map(self.x, s.args)]
        self.call(name, args, f"{outs} = " if outs else "")


_BUILTINS = frozenset(
    ("len", "range", "zip", "list", "tuple", "dict", "bytes", "str", "int", "float", "bool", "isinstance", "object")
)


def _pairs(block: Block) -> Iterator[tuple[Stmt, Stmt | None]]:
    return zip(block, [*block[1:], None], strict=False)
