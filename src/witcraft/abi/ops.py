"""The ABI program: what one call, one lift or one lower does, said once, for no language in particular.

A program is a tree. Expressions have no effect but for the traps that they name; statements stand in blocks; loops hold
bodies; switches say which names their arms assign. Names are made by ``Builder`` (kebab hints), unique in a program.

Three sorts of values flow: *host values* (whatever the language makes of a WIT type), *core values* (i32, i64, f32,
f64; integers are bit patterns, read as unsigned), and *addresses* (core values that point into the memory of the call's
options; u32, or u64 with memory64).

The words are the specification's: to lift is core -> host value, to lower is host value -> core. A failing check on
what the *guest* gave is a trap; a failing check on what the *host* gave (inside ``Guard``) is a bad argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from witcraft.model.types import Kind, Option, Resource, Result, TypeDef, ValType

# ---- expressions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Var:
    name: str


@dataclass(frozen=True, slots=True)
class Lit:
    value: int
    core: str = "i32"


@dataclass(frozen=True, slots=True)
class Load:
    """A scalar at ``base + offset``; ``kind``: u8 s8 u16 s16 u32 s32 u64 s64 f32 f64. The range was checked before."""

    kind: str
    base: Var
    offset: int


@dataclass(frozen=True, slots=True)
class Address:
    """``base + offset``, as an address: the place of something in line (a fixed-length list, a helper's ``at``)."""

    base: Var
    offset: int


@dataclass(frozen=True, slots=True)
class Bits:
    """A core value as another core type (join of variant payloads): reinterpret, zero-extend, or wrap."""

    have: str
    want: str
    of: Expr


@dataclass(frozen=True, slots=True)
class FromCore:
    """Core value -> host scalar. ``loaded``: read from memory with its exact width and sign, so no bits to mask.

    Flat integers take the low bits; a bool is true unless zero; char traps on surrogates and beyond 0x10FFFF.
    """

    kind: Kind
    of: Expr
    loaded: bool


@dataclass(frozen=True, slots=True)
class ToCore:
    """Host scalar -> core value, checked: integers by range (no bools), bools are bools, a char is one scalar value.

    ``stored``: goes to memory with its exact width. Else it is a flat value: signed integers sign-extended to i32/i64.
    """

    kind: Kind
    of: Expr
    stored: bool


@dataclass(frozen=True, slots=True)
class MakeRecord:
    type: TypeDef
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MakeTuple:
    """A tuple, or a fixed-length list."""

    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MakeCase:
    """A case of a variant."""

    type: TypeDef
    index: int
    payload: Expr | None


@dataclass(frozen=True, slots=True)
class MakeEnum:
    """Traps unless the discriminant is below the number of labels."""

    type: TypeDef
    of: Expr


@dataclass(frozen=True, slots=True)
class MakeFlags:
    """Unknown high bits are ignored."""

    type: TypeDef
    of: Expr


@dataclass(frozen=True, slots=True)
class MakeNone:
    """``nested``: as of MakeSome."""

    nested: bool = False


@dataclass(frozen=True, slots=True)
class MakeSome:
    """``nested``: the payload is itself an option, so that it has to be wrapped to tell the two nones apart."""

    payload: Expr
    nested: bool


@dataclass(frozen=True, slots=True)
class MakeOk:
    payload: Expr | None


@dataclass(frozen=True, slots=True)
class MakeErr:
    payload: Expr | None


@dataclass(frozen=True, slots=True)
class Get:
    """Field ``index`` of a record."""

    type: TypeDef
    of: Expr
    index: int


@dataclass(frozen=True, slots=True)
class EnumIndex:
    type: TypeDef
    of: Expr


@dataclass(frozen=True, slots=True)
class FlagBits:
    type: TypeDef
    of: Expr


@dataclass(frozen=True, slots=True)
class Length:
    of: Expr


Expr = (
    Var
    | Lit
    | Load
    | Address
    | Bits
    | FromCore
    | ToCore
    | MakeRecord
    | MakeTuple
    | MakeCase
    | MakeEnum
    | MakeFlags
    | MakeNone
    | MakeSome
    | MakeOk
    | MakeErr
    | Get
    | EnumIndex
    | FlagBits
    | Length
)


# ---- statements: values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Assign:
    """To a name that an enclosing switch declared."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Destructure:
    """Takes a tuple (or a fixed-length list) apart; another length is a bad argument."""

    names: tuple[str, ...]
    of: Expr


@dataclass(frozen=True, slots=True)
class SwitchTag:
    """Lifts a variant, option or result: ``arms[tag]`` runs and assigns ``out``; a tag beyond the arms traps.

    ``labels`` name the cases, for comments and messages; ``type`` is what ``out`` holds (None: no arm assigns it, and
    ``out`` is "").
    """

    type: ValType | None
    tag: Expr
    out: str
    labels: tuple[str, ...]
    arms: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class CaseArm:
    """``bind`` is the name that the payload gets, or None for a case without."""

    bind: str | None
    body: Block


@dataclass(frozen=True, slots=True)
class SwitchCase:
    """Lowers a variant, option or result by the case that ``value`` is; a value of no case is a bad argument.

    ``type`` is the ``TypeDef`` of a variant, or an ``Option``/``Result`` node. ``outs``: (name, core type) that every
    arm assigns (empty when lowering to memory).
    """

    type: TypeDef | Option | Result
    value: Expr
    outs: tuple[tuple[str, str], ...]
    arms: tuple[CaseArm, ...]


# ---- statements: memory ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Store:
    kind: str
    base: Var
    offset: int
    value: Expr


@dataclass(frozen=True, slots=True)
class CheckArea:
    """Traps unless ``ptr`` is aligned and ``size`` bytes from it lie in memory."""

    ptr: Expr
    size: int
    align: int


@dataclass(frozen=True, slots=True)
class CheckRange:
    """Traps unless ``ptr`` is aligned, ``count * size`` is at most 2^28-1 and lies in memory.

    Counts towards the limit on bytes copied out of the guest. An empty range is checked as well.
    """

    ptr: Expr
    count: Expr
    size: int
    align: int


@dataclass(frozen=True, slots=True)
class Alloc:
    """``out = realloc(0, 0, align, count * size)``, checked: aligned and in memory. Empty ranges call realloc too."""

    out: str
    count: Expr
    size: int
    align: int


@dataclass(frozen=True, slots=True)
class LiftString:
    """Decodes by the options' string encoding; bad text traps."""

    out: str
    ptr: Expr
    length: Expr


@dataclass(frozen=True, slots=True)
class LowerString:
    """Allocates and encodes by the options' string encoding; ``ptr`` and ``length`` (tagged if need be) are made."""

    ptr: str
    length: str
    value: Expr


class Into(Enum):
    LIST = "list"
    TUPLE = "tuple"  # a fixed-length list
    MAP = "map"  # items are pairs (MakeTuple of two)


@dataclass(frozen=True, slots=True)
class Collect:
    """Memory -> sequence: ``body`` runs with ``at`` on each element, ``item`` is what it gives.

    ``type``: of ``out``.
    """

    type: ValType
    out: str
    into: Into
    ptr: Expr
    count: Expr
    stride: int
    at: str
    body: Block
    item: Expr


@dataclass(frozen=True, slots=True)
class Sequence:
    """``out`` is ``value`` as something with a length that can be walked; for a map, its (key, value) pairs.

    ``length``: a fixed-length list must have just that many. A value of another sort is a bad argument.
    """

    out: str
    value: Expr
    into: Into
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Sequence -> memory: ``body`` runs with ``item`` and with ``at``, the element's address."""

    seq: Expr
    item: str
    at: str
    ptr: Expr
    stride: int
    body: Block


# ---- statements: blocks of fixed layout (made by simplify) -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """Scalars at fixed offsets, ascending: (offset, kind) each; ``size`` includes the padding at the end."""

    fields: tuple[tuple[int, str], ...]
    size: int


@dataclass(frozen=True, slots=True)
class Unpack:
    """``names`` get the scalars at ``base + offset``: one block read in place of many Loads."""

    names: tuple[str, ...]
    format: Format
    base: Var
    offset: int


@dataclass(frozen=True, slots=True)
class Pack:
    """One block write in place of many Stores; padding between the fields becomes zero."""

    format: Format
    base: Var
    offset: int
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class CollectBlocks:
    """A Collect whose elements are one Format: ``names`` are bound for each, then ``body``, then ``item``."""

    type: ValType
    out: str
    into: Into
    ptr: Expr
    count: Expr
    format: Format
    names: tuple[str, ...]
    body: Block
    item: Expr


@dataclass(frozen=True, slots=True)
class SpreadBlocks:
    """A Spread whose elements are one Format: after ``body``, ``values`` are packed."""

    seq: Expr
    item: str
    ptr: Expr
    format: Format
    body: Block
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class LiftNumbers:
    """A list of integers or floats at once (range already checked). u8 lists are the language's byte string."""

    out: str
    into: Into
    kind: Kind
    ptr: Expr
    count: Expr


@dataclass(frozen=True, slots=True)
class LowerNumbers:
    """Allocates and copies a list of integers or floats at once; any buffer of the right format goes unconverted."""

    ptr: str
    length: str
    kind: Kind
    value: Expr


@dataclass(frozen=True, slots=True)
class StoreNumbers:
    """A fixed-length list of numbers, in place: ``count`` of them at ``base + offset``."""

    kind: Kind
    count: int
    base: Var
    offset: int
    value: Expr


# ---- statements: handles -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LiftOwn:
    """Takes ``handle`` out of the instance's table; traps if unknown, of another type, borrowed or lent."""

    out: str
    resource: Resource
    handle: Expr


@dataclass(frozen=True, slots=True)
class LiftBorrow:
    """Lends ``handle`` until the call ends (``EndBorrows``)."""

    out: str
    resource: Resource
    handle: Expr


@dataclass(frozen=True, slots=True)
class LowerOwn:
    out: str
    resource: Resource
    value: Expr


@dataclass(frozen=True, slots=True)
class LowerBorrow:
    """To the instance that defines the resource: its representation; else a new handle in the call's scope."""

    out: str
    resource: Resource
    value: Expr


@dataclass(frozen=True, slots=True)
class BeginBorrows:
    """Stands first in a program that lifts or lowers borrows: opens the scope that counts them."""


@dataclass(frozen=True, slots=True)
class EndBorrows:
    """Returns what was lent; traps if the callee still holds a borrow."""


# ---- statements: shared helpers, the call itself -----------------------------------------------------------------


class Direction(Enum):
    LIFT = "lift"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class HelperKey:
    """A large type lifts or lowers through one function. ``flat``: from / to core values instead of memory.

    lift from memory: (at) -> value; lift flat: (core values...) -> value;
    lower to memory: (value, at) -> nothing; lower flat: (value) -> core values.
    """

    direction: Direction
    type: ValType
    flat: bool


@dataclass(frozen=True, slots=True)
class CallHelper:
    outs: tuple[str, ...]
    helper: HelperKey
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """Lowering of what the host gave: a failure in ``body`` that is no trap is a bad argument, explained by a second
    walk over ``values`` (name and type each). ``names`` made inside are used after it."""

    body: Block
    values: tuple[tuple[str, ValType], ...]


@dataclass(frozen=True, slots=True)
class CallCore:
    """Calls the core function that this program lifts; traps poison the instance."""

    outs: tuple[tuple[str, str], ...]  # name, core type
    args: tuple[tuple[Expr, str], ...]  # value, core type


@dataclass(frozen=True, slots=True)
class CallHost:
    """Calls the host function that this program lowers."""

    out: str | None
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class CallHostResult:
    """As CallHost, for a function whose result is a ``result``: what it returns runs ``ok``, what it raises ``err``.

    ``outs`` as in ``SwitchCase``.
    """

    args: tuple[Expr, ...]
    outs: tuple[tuple[str, str], ...]
    ok: CaseArm
    err: CaseArm


@dataclass(frozen=True, slots=True)
class PostReturn:
    """Calls the post-return function with the flat results, may-leave cleared."""

    args: tuple[tuple[Expr, str], ...]


@dataclass(frozen=True, slots=True)
class Return:
    """Host values (a lifted export: none or one), core values (a lowered import), or a helper's outcome."""

    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Raise:
    """The ``err`` of a function's result, in the language's way of failing."""

    payload: Expr | None


Stmt = (
    Let
    | Assign
    | Destructure
    | SwitchTag
    | SwitchCase
    | Store
    | CheckArea
    | CheckRange
    | Alloc
    | LiftString
    | LowerString
    | Collect
    | Sequence
    | Spread
    | Unpack
    | Pack
    | CollectBlocks
    | SpreadBlocks
    | LiftNumbers
    | LowerNumbers
    | StoreNumbers
    | LiftOwn
    | LiftBorrow
    | LowerOwn
    | LowerBorrow
    | BeginBorrows
    | EndBorrows
    | CallHelper
    | Guard
    | CallCore
    | CallHost
    | CallHostResult
    | PostReturn
    | Return
    | Raise
)

Block = tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """``params``: (name, sort) with sort "value" or a core type. ``helpers``: what ``body`` calls directly."""

    name: str
    params: tuple[tuple[str, str], ...]
    body: Block
    helpers: tuple[HelperKey, ...] = ()


@dataclass(slots=True)
class Builder:
    """Collects statements; hands out names that tell what they hold."""

    block: list[Stmt] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    helpers: dict[HelperKey, None] = field(default_factory=dict)  # an ordered set: what the statements call

    def name(self, hint: str) -> str:
        """A name nobody has yet: ``hint`` in snake case, numbered from the second on."""
        hint = name = hint.replace("-", "_")
        while name in self.used:
            self.used[hint] += 1
            name = f"{hint}_{self.used[hint]}"
        self.used[name] = 1
        return name

    def add(self, stmt: Stmt) -> None:
        self.block.append(stmt)

    def let(self, hint: str, value: Expr) -> Expr:
        """``value`` as something that may be used twice."""
        if type(value) is Var or type(value) is Lit:
            return value
        name = self.name(hint)
        self.add(Let(name, value))
        return Var(name)

    def inside(self, fill: Callable[[], None]) -> Block:
        """The statements that ``fill`` adds, as a block of their own."""
        outer, self.block = self.block, []
        try:
            fill()
            return tuple(self.block)
        finally:
            self.block = outer
