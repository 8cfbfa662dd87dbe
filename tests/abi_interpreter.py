"""Runs ABI programs as they stand: one Python function an op, over a bytearray.

Host values here: int, float, bool, str; a record is a dict by field name, a tuple or fixed-length list a tuple; a case
of a variant ``Case(name, payload)``; an enum its label, flags a frozenset of labels; an option None or its payload, or
``Some(payload)`` where options nest; a result ``Ok`` or ``Err``; a map a tuple of pairs; a resource its representation.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from witcraft.abi import ops
from witcraft.abi.layout import STORED, WIDTHS, Layout
from witcraft.abi.ops import Block, CaseArm, Expr, Format, HelperKey, Into, Program, Stmt
from witcraft.abi.show import members
from witcraft.model.types import Kind, Option, Result, TypeDef

CODES = dict(zip(WIDTHS, "BbHhIiQqfd", strict=True))
BITS = {"i32": "I", "i64": "Q", "f32": "f", "f64": "d"}
MAX_BYTES = (1 << 28) - 1


class Trap(Exception):
    """The guest gave something bad."""


class BadArgument(Exception):
    """The host gave something bad."""


class Raised(Exception):
    """The err of a function's result."""


@dataclass(frozen=True)
class Case:
    name: str
    payload: Any = None


@dataclass(frozen=True)
class Some:
    payload: Any


@dataclass(frozen=True)
class Ok:
    payload: Any = None


@dataclass(frozen=True)
class Err:
    payload: Any = None


@dataclass
class Machine:
    """One instance: its memory, its allocator (which logs), its handles, and what the two sides of a call do."""

    layout: Layout
    helpers: Mapping[HelperKey, Program] = field(default_factory=dict)
    memory: bytearray = field(default_factory=lambda: bytearray(1 << 16))
    core: Callable[..., Sequence[Any]] = lambda *args: ()
    host: Callable[..., Any] = lambda *args: None
    log: list[Any] = field(default_factory=list)
    handles: dict[int, tuple[str, Any]] = field(default_factory=dict)
    top: int = 8

    def realloc(self, align: int, size: int) -> int:
        start = (self.top + align - 1) // align * align
        self.top = start + size
        self.memory.extend(bytes(max(0, self.top - len(self.memory))))
        self.log.append(("realloc", align, size))
        return start

    def check(self, ptr: int, size: int, align: int) -> None:
        if size > MAX_BYTES or ptr % align or ptr + size > len(self.memory):
            raise Trap(f"{size} bytes at {ptr}, align {align}")

    def load(self, kind: str, at: int) -> Any:
        assert at + WIDTHS[kind] <= len(self.memory), "the program reads out of memory"
        return struct.unpack_from("<" + CODES[kind], self.memory, at)[0]

    def store(self, kind: str, at: int, value: Any) -> None:
        struct.pack_into("<" + CODES[kind], self.memory, at, value)

    def add(self, sort: str, value: Any) -> int:
        handle = len(self.handles) + 1
        self.handles[handle] = sort, value
        return handle


def run(program: Program, args: Sequence[Any], machine: Machine) -> tuple[Any, ...]:
    names = [name for name, _ in program.params]
    return Frame(machine, dict(zip(names, args, strict=True))).call(program.body)


class Left(Exception):
    """A Return on its way out."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values


@dataclass
class Frame:
    machine: Machine
    names: dict[str, Any]

    def call(self, body: Block) -> tuple[Any, ...]:
        try:
            self.block(body)
        except Left as left:
            return left.values
        return ()

    def block(self, body: Block) -> None:
        for stmt in body:
            self.run(stmt)

    # ---- statements

    def run(self, stmt: Stmt) -> None:
        m, names = self.machine, self.names
        match stmt:
            case ops.Let(name, value) | ops.Assign(name, value):
                names[name] = self.eval(value)
            case ops.Destructure(made, of):
                self.bind(made, self.items(self.eval(of), len(made)))
            case ops.SwitchTag(_, tag, out, labels, arms):
                self.switch_tag(self.eval(tag), out, labels, arms)
            case ops.SwitchCase(ty, value, outs, arms):
                index, payload = self.case_of(ty, self.eval(value))
                self.arm(arms[index], payload, outs)
            case ops.Store(kind, base, offset, value):
                m.store(kind, self.eval(base) + offset, self.eval(value))
            case ops.CheckArea(ptr, size, align):
                m.check(self.eval(ptr), size, align)
            case ops.CheckRange(ptr, count, size, align):
                m.check(self.eval(ptr), self.eval(count) * size, align)
            case ops.Alloc(out, count, size, align):
                names[out] = m.realloc(align, self.eval(count) * size)
            case ops.LiftString(out, ptr, length):
                names[out] = self.lift_string(self.eval(ptr), self.eval(length))
            case ops.LowerString(ptr, length, value):
                self.lower_bytes(ptr, length, self.encode(self.eval(value)), 1, 1)
            case ops.Sequence(out, value, into, length):
                names[out] = self.sequence(self.eval(value), into, length)
            case ops.Collect() | ops.CollectBlocks():
                names[stmt.out] = self.collect(stmt)
            case ops.Spread() | ops.SpreadBlocks():
                self.spread(stmt)
            case ops.Unpack(made, format, base, offset):
                self.unpack(made, format, self.eval(base) + offset)
            case ops.Pack(format, base, offset, values):
                self.pack(format, self.eval(base) + offset, values)
            case ops.LiftNumbers(out, into, kind, ptr, count):
                names[out] = self.finish(into, self.numbers(kind, self.eval(ptr), self.eval(count)))
            case ops.LowerNumbers(ptr, length, kind, value):
                packed = self.packed(kind, self.sequence(self.eval(value), Into.LIST, None))
                self.lower_bytes(ptr, length, packed, WIDTHS[kind.value], WIDTHS[kind.value])
            case ops.StoreNumbers(kind, count, base, offset, value):
                packed = self.packed(kind, self.sequence(self.eval(value), Into.TUPLE, count))
                at = self.eval(base) + offset
                m.memory[at : at + len(packed)] = packed
            case ops.LiftOwn(out, resource, handle):
                names[out] = self.lift_handle(resource.name, self.eval(handle), own=True)
            case ops.LiftBorrow(out, resource, handle):
                names[out] = self.lift_handle(resource.name, self.eval(handle), own=False)
            case ops.LowerOwn(out, resource, value):
                names[out] = m.add(f"own {resource.name}", self.eval(value))
            case ops.LowerBorrow(out, resource, value):
                names[out] = m.add(f"borrow {resource.name}", self.eval(value))
            case ops.BeginBorrows() | ops.EndBorrows():
                m.log.append(type(stmt).__name__)
            case ops.CallHelper(made, key, args):
                self.bind(made, run(m.helpers[key], [self.eval(arg) for arg in args], m))
            case ops.Guard(body, _):
                self.block(body)
            case ops.CallCore(outs, args):
                self.bind([name for name, _ in outs], m.core(*[self.eval(value) for value, _ in args]))
            case ops.CallHost(out, args):
                value = m.host(*[self.eval(arg) for arg in args])
                if out:
                    names[out] = value
            case ops.CallHostResult(args, outs, ok, err):
                self.call_host(args, outs, ok, err)
            case ops.PostReturn(args):
                m.log.append(("post-return", *[self.eval(value) for value, _ in args]))
            case ops.Return(values):
                raise Left(tuple([self.eval(value) for value in values]))
            case ops.Raise(payload):
                raise Raised(self.eval(payload) if payload else None)

    def bind(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.names.update(zip(names, values, strict=True))

    def switch_tag(self, tag: int, out: str, labels: Sequence[str], arms: Sequence[Block]) -> None:
        if tag >= len(arms):
            raise Trap(f"no case {tag} of {labels}")
        self.names.pop(out, None)
        self.block(arms[tag])
        assert not out or out in self.names

    def arm(self, arm: CaseArm, payload: Any, outs: Sequence[tuple[str, str]]) -> None:
        for name, _ in outs:
            self.names.pop(name, None)
        if arm.bind:
            self.names[arm.bind] = payload
        self.block(arm.body)
        assert all(name in self.names for name, _ in outs)

    def call_host(self, args: Sequence[Expr], outs: Any, ok: CaseArm, err: CaseArm) -> None:
        try:
            value = self.machine.host(*[self.eval(arg) for arg in args])
        except Raised as raised:
            self.arm(err, raised.args[0], outs)
        else:
            self.arm(ok, value, outs)

    def collect(self, loop: ops.Collect | ops.CollectBlocks) -> Any:
        stride = loop.stride if isinstance(loop, ops.Collect) else loop.format.size
        start, out = self.eval(loop.ptr), []
        for at in range(start, start + self.eval(loop.count) * stride, stride):
            if isinstance(loop, ops.Collect):
                self.names[loop.at] = at
            else:
                self.unpack(loop.names, loop.format, at)
            self.block(loop.body)
            out.append(self.eval(loop.item))
        return self.finish(loop.into, out)

    def spread(self, loop: ops.Spread | ops.SpreadBlocks) -> None:
        at = self.eval(loop.ptr)
        for item in self.eval(loop.seq):
            self.names[loop.item] = item
            if isinstance(loop, ops.Spread):
                self.names[loop.at] = at
                self.block(loop.body)
                at += loop.stride
            else:
                self.block(loop.body)
                self.machine.memory[at : at + loop.format.size] = bytes(loop.format.size)
                self.pack(loop.format, at, loop.values)
                at += loop.format.size

    def unpack(self, names: Sequence[str], layout: Format, at: int) -> None:
        self.bind(names, [self.machine.load(kind, at + offset) for offset, kind in layout.fields])

    def pack(self, layout: Format, at: int, values: Sequence[Expr]) -> None:
        """Padding between the fields becomes zero, so that a Pack over something else shows."""
        end = layout.fields[-1][0] + WIDTHS[layout.fields[-1][1]]
        done = [self.eval(value) for value in values]
        self.machine.memory[at : at + end] = bytes(end)
        for (offset, kind), value in zip(layout.fields, done, strict=True):
            self.machine.store(kind, at + offset, value)

    # ---- values

    def items(self, value: Any, count: int | None) -> Sequence[Any]:
        if not isinstance(value, tuple | list) or (count is not None and len(value) != count):
            raise BadArgument(f"{count} items expected, got {value!r}")
        return value

    def sequence(self, value: Any, into: Into, length: int | None) -> Sequence[Any]:
        assert (into is Into.TUPLE) == (length is not None)
        return self.items(value, length)

    def finish(self, into: Into, items: Sequence[Any]) -> Any:
        return list(items) if into is Into.LIST else tuple(items)

    def numbers(self, kind: Kind, at: int, count: int) -> Sequence[Any]:
        return struct.unpack_from(f"<{count}{CODES[kind.value]}", self.machine.memory, at)

    def packed(self, kind: Kind, values: Sequence[Any]) -> bytes:
        return struct.pack(f"<{len(values)}{CODES[kind.value]}", *[self.scalar(kind, value, True) for value in values])

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise BadArgument(f"no string: {value!r}")
        return value.encode()

    def lower_bytes(self, ptr: str, length: str, data: bytes, size: int, align: int) -> None:
        at = self.machine.realloc(align, len(data))
        self.machine.memory[at : at + len(data)] = data
        self.names[ptr], self.names[length] = at, len(data) // size

    def lift_string(self, at: int, length: int) -> str:
        self.machine.check(at, length, 1)
        try:
            return self.machine.memory[at : at + length].decode()
        except UnicodeDecodeError as error:
            raise Trap("bad UTF-8") from error

    def lift_handle(self, resource: str, handle: int, own: bool) -> Any:
        sort, value = self.machine.handles.get(handle, ("", None))
        if sort not in ((f"own {resource}",) if own else (f"own {resource}", f"borrow {resource}")):
            raise Trap(f"{handle} is {sort or 'no handle'}, not {resource}")
        if own:
            del self.machine.handles[handle]
        return value

    def case_of(self, ty: Any, value: Any) -> tuple[int, Any]:
        match ty, value:
            case Option(), None:
                return 0, None
            case Option(), Some(payload):
                return 1, payload
            case Option(), _:
                return 1, value
            case Result(), Ok(payload):
                return 0, payload
            case Result(), Err(payload):
                return 1, payload
            case TypeDef(), Case(name, payload) if name in members(ty):
                return members(ty).index(name), payload
        raise BadArgument(f"no case of {ty}: {value!r}")

    # ---- expressions

    def eval(self, e: Expr) -> Any:
        match e:
            case ops.Var(name):
                return self.names[name]
            case ops.Lit(value, core):
                return float(value) if core in ("f32", "f64") else value
            case ops.Load(kind, base, offset):
                return self.machine.load(kind, self.eval(base) + offset)
            case ops.Address(base, offset):
                return self.eval(base) + offset
            case ops.Bits(have, want, of):
                return convert(have, want, self.eval(of))
            case ops.FromCore(kind, of, loaded):
                return from_core(kind, self.eval(of), loaded)
            case ops.ToCore(kind, of, stored):
                return self.scalar(kind, self.eval(of), stored)
            case ops.MakeRecord(ty, values):
                return dict(zip(members(ty), [self.eval(value) for value in values], strict=True))
            case ops.MakeTuple(values):
                return tuple([self.eval(value) for value in values])
            case ops.MakeCase(ty, index, payload):
                return Case(members(ty)[index], self.eval(payload) if payload else None)
            case ops.MakeEnum(ty, of):
                return label(members(ty), self.eval(of))
            case ops.MakeFlags(ty, of):
                bits = self.eval(of)
                return frozenset(name for i, name in enumerate(members(ty)) if bits >> i & 1)
            case ops.MakeNone():
                return None
            case ops.MakeSome(payload, nested):
                return Some(self.eval(payload)) if nested else self.eval(payload)
            case ops.MakeOk(payload):
                return Ok(self.eval(payload) if payload else None)
            case ops.MakeErr(payload):
                return Err(self.eval(payload) if payload else None)
            case ops.Get(ty, of, index):
                return self.get(self.eval(of), members(ty)[index])
            case ops.EnumIndex(ty, of):
                return index_of(members(ty), self.eval(of))
            case ops.FlagBits(ty, of):
                return sum(1 << index_of(members(ty), name) for name in self.eval(of))
            case ops.Length(of):
                return len(self.eval(of))

    def get(self, value: Any, name: str) -> Any:
        if not isinstance(value, dict) or name not in value:
            raise BadArgument(f"no {name} in {value!r}")
        return value[name]

    def scalar(self, kind: Kind, value: Any, stored: bool) -> Any:
        """Host scalar -> core value; a flat one as an unsigned bit pattern."""
        match kind, value:
            case Kind.BOOL, bool():
                return int(value)
            case Kind.CHAR, str() if len(value) == 1 and not "\ud800" <= value <= "\udfff":
                return ord(value)
            case Kind.F32 | Kind.F64, float():
                return value
            case _, int() if not isinstance(value, bool) and kind not in (Kind.BOOL, Kind.CHAR, Kind.F32, Kind.F64):
                try:
                    struct.pack("<" + CODES[kind.value], value)
                except struct.error as error:
                    raise BadArgument(f"{value} is no {kind.value}") from error
                return value if stored else value % (1 << (64 if WIDTHS[kind.value] == 8 else 32))
        raise BadArgument(f"{value!r} is no {kind.value}")


def from_core(kind: Kind, value: Any, loaded: bool) -> Any:
    match kind:
        case Kind.BOOL:
            return value != 0
        case Kind.CHAR:
            if value >= 0x110000 or 0xD800 <= value <= 0xDFFF:
                raise Trap(f"no char: {value:#x}")
            return chr(value)
        case Kind.F32 | Kind.F64:
            return value
        case _ if loaded:
            return value
    code = CODES[STORED[kind]]
    low = value % (1 << 8 * WIDTHS[kind.value])
    return struct.unpack("<" + code, struct.pack("<" + code.upper(), low))[0]


def convert(have: str, want: str, value: Any) -> Any:
    """Reinterpret, zero-extend, wrap: all that a join needs."""
    raw = struct.pack("<" + BITS[have], value)
    width = struct.calcsize("<" + BITS[want])
    return struct.unpack("<" + BITS[want], raw[:width].ljust(width, b"\0"))[0]


def label(labels: Sequence[str], index: int) -> str:
    if index >= len(labels):
        raise Trap(f"no label {index}")
    return labels[index]


def index_of(labels: Sequence[str], name: Any) -> int:
    if name not in labels:
        raise BadArgument(f"{name!r} is none of {labels}")
    return labels.index(name)
