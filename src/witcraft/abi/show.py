"""A program as text, for people and golden files, and as plain data for ``--json``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum as PyEnum
from typing import TYPE_CHECKING, Any, assert_never, cast

from witcraft.abi import moves, ops
from witcraft.abi.moves import Move, Value
from witcraft.abi.ops import Block, CaseArm, Expr, Format, HelperKey, Program, Stmt
from witcraft.model import types
from witcraft.model.types import Resource, TypeDef, ValType
from witcraft.text import Writer

if TYPE_CHECKING:
    from witcraft.abi.translate import Crossing, Helper


def text(program: Program) -> str:
    """One statement a line, loops and arms indented."""
    w = Writer()
    with w.block(f"{program.name}({typed(program.params)})"):
        block(w, program.body)
    return w.text()


def crossing(made: Crossing, name: str) -> str:
    """A call between component instances: what is done to its parameters, and to what comes back."""
    w = Writer()
    with w.block(f"{name}({typed(made.params)})"):
        block(w, made.there)
        w.line(f"{declared(made.returned)}call core({cores(zip(made.args, made.arg_types, strict=True))})")
        block(w, made.back)
        w.line(f"return {cores(zip(made.results, made.result_types, strict=True))}".rstrip())
    return w.text()


def helper(made: Helper, key: moves.HelperKey) -> str:
    """What translates one large type."""
    w = Writer()
    with w.block(f"{move_text(key)}({typed(made.params)})"):
        block(w, made.body)
        w.line(f"return {cores(zip(made.results, made.result_types, strict=True))}".rstrip())
    return w.text()


# ---- statements --------------------------------------------------------------------------------------------------


def block(w: Writer, body: Block) -> None:
    for stmt in body:
        if not show_nested(w, stmt):
            w.line(line(stmt))


def show_nested(w: Writer, stmt: Stmt) -> bool:
    """Shows a statement that holds blocks; False for one that does not."""
    match cast("Stmt | Move", stmt):
        case ops.SwitchTag(_, tag, out, labels, arms):
            with w.block(f"{out + ' = ' if out else ''}switch {expr(tag)}"):
                for label, arm in zip(labels, arms, strict=True):
                    show_arm(w, label, CaseArm(None, arm))
        case ops.SwitchCase(ty, value, outs, arms):
            with w.block(f"{declared(outs)}switch case of {expr(value)}"):
                for label, case in zip(labels_of(ty), arms, strict=True):
                    show_arm(w, label, case)
        case ops.CallHostResult(args, outs, ok, err):
            with w.block(f"{declared(outs)}call host({exprs(args)})"):
                show_arm(w, "ok", ok)
                show_arm(w, "error", err)
        case ops.Guard(body, values):
            with w.block(f"guard {', '.join(f'{name}: {type_text(ty)}' for name, ty in values)}"):
                block(w, body)
        case ops.Collect(_, out, into, ptr, count, stride, at, body, item):
            with w.block(f"{out} = collect {into.value}, {at} from {expr(ptr)}, {expr(count)} by {stride}"):
                block(w, body)
                w.line(f"item {expr(item)}")
        case ops.CollectBlocks(_, out, into, ptr, count, format, names, body, item):
            head = f"{out} = collect {into.value}, {', '.join(names)} from {expr(ptr)}, {expr(count)}"
            with w.block(f"{head} of {format_text(format)}"):
                block(w, body)
                w.line(f"item {expr(item)}")
        case ops.Spread(seq, item, at, ptr, stride, body):
            with w.block(f"spread {item} of {expr(seq)}, {at} from {expr(ptr)} by {stride}"):
                block(w, body)
        case ops.SpreadBlocks(seq, item, ptr, format, body, values):
            with w.block(f"spread {item} of {expr(seq)}, from {expr(ptr)} as {format_text(format)}"):
                block(w, body)
                w.line(f"pack {exprs(values)}")
        case moves.Each(source, target, count, strides, reads, writes, body):
            ends = f"{reads} from {expr(source)} by {strides[0]}, {writes} from {expr(target)} by {strides[1]}"
            with w.block(f"each of {expr(count)}, {ends}"):
                block(w, body)
        case moves.Switch(tag, outs, arms):
            with w.block(f"{declared(outs)}switch {expr(tag)}"):
                for index, arm in enumerate(arms):
                    show_arm(w, str(index), CaseArm(None, arm))
        case _:
            return False
    return True


def show_arm(w: Writer, label: str, arm: CaseArm) -> None:
    with w.block(f"{label}({arm.bind}):" if arm.bind else f"{label}:"):
        block(w, arm.body)


def line(stmt: Stmt) -> str:
    """A statement without blocks in it."""
    match cast("Stmt | Move", stmt):
        case ops.Let(name, value):
            return f"{name} = {expr(value)}"
        case ops.Assign(name, value):
            return f"{name} := {expr(value)}"
        case ops.Destructure(names, of):
            return f"{', '.join(names)} = items of {expr(of)}"
        case ops.Store(kind, base, offset, value):
            return f"store {kind} {place(base, offset)} = {expr(value)}"
        case ops.CheckArea(ptr, size, align):
            return f"check {expr(ptr)}: {size} bytes, align {align}"
        case ops.CheckRange(ptr, count, size, align):
            return f"check {expr(ptr)}: {expr(count)} * {size} bytes, align {align}"
        case ops.Alloc(out, count, size, align):
            return f"{out} = alloc {expr(count)} * {size} bytes, align {align}"
        case ops.LiftString(out, ptr, length):
            return f"{out} = lift string {expr(ptr)}, {expr(length)}"
        case ops.LowerString(ptr, length, value):
            return f"{ptr}, {length} = lower string {expr(value)}"
        case ops.Sequence(out, value, into, length):
            return f"{out} = {into.value} {expr(value)}" + (f" of {length}" if length is not None else "")
        case ops.Unpack(names, format, base, offset):
            return f"{', '.join(names)} = unpack {place(base, offset)} as {format_text(format)}"
        case ops.Pack(format, base, offset, values):
            return f"pack {place(base, offset)} as {format_text(format)} = {exprs(values)}"
        case ops.LiftNumbers(out, into, kind, ptr, count):
            return f"{out} = lift {into.value} of {kind.value} {expr(ptr)}, {expr(count)}"
        case ops.LowerNumbers(ptr, length, kind, value):
            return f"{ptr}, {length} = lower list of {kind.value} {expr(value)}"
        case ops.StoreNumbers(kind, count, base, offset, value):
            return f"store {count} {kind.value} {place(base, offset)} = {expr(value)}"
        case ops.LiftOwn(out, resource, handle) | ops.LiftBorrow(out, resource, handle):
            return f"{out} = {verb(stmt)} {resource.name} {expr(handle)}"
        case ops.LowerOwn(out, resource, value) | ops.LowerBorrow(out, resource, value):
            return f"{out} = {verb(stmt)} {resource.name} {expr(value)}"
        case ops.BeginBorrows() | ops.EndBorrows():
            return verb(stmt)
        case ops.CallHelper(outs, helper, args):
            return f"{', '.join(outs)}{' = ' if outs else ''}{helper_text(helper)}({exprs(args)})"
        case ops.CallCore(outs, args):
            return f"{declared(outs)}call core({cores(args)})"
        case ops.CallHost(out, args):
            return f"{out + ' = ' if out else ''}call host({exprs(args)})"
        case ops.PostReturn(args):
            return f"post-return({cores(args)})"
        case ops.Return(values):
            return f"return {exprs(values)}".rstrip()
        case ops.Raise(payload):
            return f"raise {expr(payload)}" if payload else "raise"
        case moves.CheckPlace(ptr, size, align):
            return f"check place {expr(ptr)}: {size} bytes, align {align}"
        case moves.Copy(source, target, count, size):
            return f"copy {expr(source)} to {expr(target)}: {expr(count)} * {size} bytes"
        case moves.Transcode(ptr, length, source, units):
            return f"{ptr}, {length} = transcode {expr(source)}, {expr(units)}"
        case moves.Transfer(out, resource, own, handle):
            return f"{out} = {'move' if own else 'lend'} {resource.name} {expr(handle)}"
        case moves.Call(key, args, outs):
            return f"{declared(outs)}{move_text(key)}({exprs(args)})"
        case _:
            raise AssertionError(f"{type(stmt).__name__} holds blocks")


# ---- expressions -------------------------------------------------------------------------------------------------


def expr(e: Expr) -> str:
    match cast("Expr | Value", e):
        case ops.Var(name):
            return name
        case ops.Lit(value, core):
            return str(value) if core == "i32" else f"{value}{core}"
        case ops.Load(kind, base, offset):
            return f"load {kind} {place(base, offset)}"
        case ops.Address(base, offset):
            return f"{expr(base)} + {offset}"
        case ops.Bits(have, want, of):
            return f"bits({have} -> {want}, {expr(of)})"
        case ops.FromCore(kind, of, loaded):
            return f"{'loaded' if loaded else 'from'}-{kind.value}({expr(of)})"
        case ops.ToCore(kind, of, stored):
            return f"{'stored' if stored else 'to'}-{kind.value}({expr(of)})"
        case ops.MakeRecord(ty, values):
            named = zip(members(ty), values, strict=True)
            return f"{ty.name} {{{', '.join(f'{name}: {expr(value)}' for name, value in named)}}}"
        case ops.MakeTuple(values):
            return f"({exprs(values)})"
        case ops.MakeCase(ty, index, payload):
            return f"{ty.name}.{members(ty)[index]}" + (f"({expr(payload)})" if payload else "")
        case ops.MakeEnum(ty, of) | ops.MakeFlags(ty, of):
            return f"{ty.name}({expr(of)})"
        case ops.MakeNone():
            return "none"
        case ops.MakeSome(payload, nested):
            return f"{'nested-' if nested else ''}some({expr(payload)})"
        case ops.MakeOk(payload) | ops.MakeErr(payload):
            return f"{verb(e).removeprefix('make ')}({expr(payload) if payload else ''})"
        case ops.Get(ty, of, index):
            return f"{expr(of)}.{members(ty)[index]}"
        case ops.EnumIndex(_, of):
            return f"index({expr(of)})"
        case ops.FlagBits(_, of):
            return f"flag-bits({expr(of)})"
        case ops.Length(of):
            return f"length({expr(of)})"
        case moves.Scalar(kind, of, exact):
            return f"{'exact-' if exact else ''}{kind.value}({expr(of)})"
        case moves.Label(of, count):
            return f"label({expr(of)} of {count})"
        case moves.Bitset(of, count):
            return f"flags({expr(of)} of {count})"
        case other:
            assert_never(other)


def exprs(values: Iterable[Expr]) -> str:
    return ", ".join(map(expr, values))


# ---- pieces ------------------------------------------------------------------------------------------------------


def place(base: Expr, offset: int) -> str:
    return f"[{expr(base)}{f' + {offset}' if offset else ''}]"


def cores(args: Iterable[tuple[Expr, str]]) -> str:
    return ", ".join(f"{expr(value)}: {core}" for value, core in args)


def typed(names: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {sort}" for name, sort in names)


def declared(outs: Sequence[tuple[str, str]]) -> str:
    return f"{typed(outs)} = " if outs else ""


def format_text(layout: Format) -> str:
    return f"<{' '.join(f'{kind}@{offset}' for offset, kind in layout.fields)}, {layout.size}>"


def helper_text(key: HelperKey) -> str:
    return f"{key.direction.value}{'-flat' if key.flat else ''} {type_text(key.type)}"


def move_text(key: moves.HelperKey) -> str:
    ends = [word for word, is_flat in (("from-flat ", key.from_flat), ("to-flat ", key.to_flat)) if is_flat]
    return f"translate {''.join(ends)}{type_text(key.type)}"


def members(ty: TypeDef) -> list[str]:
    """The names of fields or cases."""
    match ty.type:
        case types.Record(fields):
            return [field.name for field in fields]
        case types.Variant(cases):
            return [case.name for case in cases]
        case types.Enum(labels) | types.Flags(labels):
            return list(labels)
        case _:
            return []


def labels_of(ty: TypeDef | types.Option | types.Result) -> list[str]:
    match ty:
        case types.Option():
            return ["none", "some"]
        case types.Result():
            return ["ok", "error"]
        case _:
            return members(ty)


def verb(op: Any) -> str:
    """``LiftOwn`` -> "lift own"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in type(op).__name__).strip()


# ---- types -------------------------------------------------------------------------------------------------------

DEEPEST = 4  # levels of a nameless type that are shown: text must stay linear although types are a DAG


def type_text(ty: ValType | Resource | None, level: int = 0) -> str:
    """As in WIT; named types by their name."""
    if ty is None:
        return "_"
    if isinstance(ty, TypeDef | Resource):
        return ty.name
    if isinstance(ty, types.Prim):
        return ty.kind.value
    word = verb(ty).replace(" ", "-")
    inner = [getattr(ty, part.name) for part in fields(ty)]
    if not inner:
        return word
    if level == DEEPEST:
        return f"{word}<...>"
    return f"{word}<{', '.join(type_part(part, level + 1) for part in inner)}>"


def type_part(part: Any, level: int) -> str:
    if isinstance(part, tuple):
        return ", ".join(type_part(item, level) for item in part)
    if isinstance(part, types.Field | types.Case):
        return f"{part.name}: {type_text(part.type, level)}"
    return str(part) if isinstance(part, str | int) else type_text(part, level)


# ---- plain data --------------------------------------------------------------------------------------------------

_TYPES = (types.Interned, TypeDef, Resource)


def to_json(node: Any) -> Any:
    """Dictionaries, lists, strings and numbers; each op is a dictionary with its class under "op"."""
    if isinstance(node, _TYPES):
        return type_text(node)  # type: ignore[arg-type]
    if is_dataclass(node):
        return {"op": type(node).__name__, **{f.name: to_json(getattr(node, f.name)) for f in fields(node)}}
    if isinstance(node, PyEnum):
        return node.value
    if isinstance(node, tuple | list):
        return [to_json(item) for item in node]
    return node
