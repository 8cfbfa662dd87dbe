"""Sequences and mappings of the host as the guest's memory holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witcraft.abi import ops
from witcraft.abi.ops import Block, Into
from witcraft.emit.python.exprs import single_code, tight
from witcraft.emit.python.module import CODES, struct_format
from witcraft.model.types import Kind

if TYPE_CHECKING:
    from witcraft.emit.python.ops import Body


def sequence(body: Body, s: ops.Sequence) -> None:
    out, value = body.local(s.out), body.x(s.value)
    if s.into is Into.MAP:
        body.out.line(f"{out} = {body.module.runtime('entries')}({value})")
    elif s.length is not None:
        body.out.line(f"{out} = {body.module.runtime('sequence')}({value}, {s.length})")
    else:
        body.out.line(f"{out} = {body.module.runtime('sequence')}({value})")


def spread(body: Body, s: ops.Spread) -> None:
    seq, at, item = body.x(s.seq), body.local(s.at), body.local(s.item)
    start, zip_, range_, len_ = body.x(s.ptr), *map(body.module.builtin, ("zip", "range", "len"))
    end = f"{tight(start)} + {len_}({seq}) * {s.stride}"
    head = f"for {at}, {item} in {zip_}("
    args = [f"{range_}({start}, {end}, {s.stride})", seq]
    body.out.bracket(head, args, "):")
    body.out.depth += 1
    body.nested(s.body)
    body.out.depth -= 1


def spread_blocks(body: Body, s: ops.SpreadBlocks) -> None:
    if data := whole_bytes(body, s):
        size = f"{body.module.builtin('len')}({body.x(s.seq)}) * {s.format.size}".removesuffix(" * 1")
        body.out.line(f"{body.memory()}.write({body.x(s.ptr)}, {size}, {data})")
        return
    seq, item, start = body.x(s.seq), body.local(s.item), body.x(s.ptr)
    write = f"{body.memory()}.write({start}, {body.module.builtin('len')}({seq}) * {s.format.size}"
    if len(s.body) == 1 and isinstance(apart := s.body[0], ops.Destructure) and apart.of == ops.Var(s.item):
        blocks, names = body.fresh("blocks"), ", ".join(map(body.local, apart.names))
        names = f"({names},)" if len(apart.names) == 1 else names
        clause = f"for {item} in {seq} for {names} in ({body.parts(item, len(apart.names))},)"
        body.comprehension(f"{blocks} = [", packed(body, s), clause, "]")
        body.out.line(f'{write}, b"".join({blocks}))')
        return
    if s.body and are_parts(s.body):
        for part in s.body:
            assert isinstance(part, ops.Let)
            body._locals[part.name] = body.x(part.value)
    elif s.body:
        blocks = body.fresh("blocks")
        body.out.line(f"{blocks}: {body.module.builtin('list')}[{body.module.builtin('bytes')}] = []")
        with body.out.block(f"for {item} in {seq}:"):
            body.block(s.body)
            body.call(f"{blocks}.append", [packed(body, s)])
        body.out.line(f'{write}, b"".join({blocks}))')
        return
    blocks = body.fresh("blocks")
    body.comprehension(f"{blocks} = [", packed(body, s), f"for {item} in {seq}", "]")
    body.out.line(f'{write}, b"".join({blocks}))')


def are_parts(body: Block) -> bool:
    """Whether a loop's body only names records inside records: then they are named in place."""
    return all(isinstance(stmt, ops.Let) and isinstance(stmt.value, ops.Get) for stmt in body)


def whole_bytes(body: Body, s: ops.SpreadBlocks) -> str:
    """Lists of bools, chars, strings, enum members and flags are lowered by one call."""
    match s.body:
        case (ops.LowerString(ptr, length, ops.Var(s.item)),) if s.values == (ops.Var(ptr), ops.Var(length)):
            if struct_format(s.format) == "II":
                return f"{body.memory()}.lower_strings({body.x(s.seq)})"
    if s.body or len(s.values) != 1:
        return ""
    seq, code = body.x(s.seq), single_code(s.format)
    match s.values[0]:
        case ops.ToCore(Kind.BOOL, ops.Var(s.item)):
            return f"{body.module.runtime('bools')}({seq})"
        case ops.ToCore(Kind.CHAR, ops.Var(s.item)):
            return f"{body.module.runtime('chars')}({seq})"
        case ops.EnumIndex(ty, ops.Var(s.item)) | ops.FlagBits(ty, ops.Var(s.item)) if code:
            cls = body.places.type_name(body.module, ty, True)
            numbers = f"{body.module.runtime('members')}({seq}, {cls})"
            if code == "B":
                return f"{body.module.builtin('bytes')}({numbers})"
            return f'{body.module.runtime("packed_items")}("{code}", {numbers})'
    return ""


def packed(body: Body, s: ops.SpreadBlocks) -> str:
    return f"{body.module.struct(s.format)}.pack({', '.join(map(body.fit, s.values))})"


def lower_numbers(body: Body, s: ops.LowerNumbers) -> None:
    targets, value = f"{body.local(s.ptr)}, {body.local(s.length)}", body.x(s.value)
    if s.kind is Kind.U8:
        body.out.line(f"{targets} = {body.memory()}.lower_bytes({value})")
    else:
        body.out.line(f'{targets} = {body.memory()}.lower_numbers("{CODES[s.kind.value]}", {value})')
