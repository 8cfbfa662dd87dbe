"""Lists, maps and fixed-length lists of the guest as Python makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witcraft.abi import ops
from witcraft.abi.ops import Expr, Format, Into
from witcraft.emit.python.exprs import labels, single_code, tight, times
from witcraft.emit.python.module import CODES, struct_format
from witcraft.model.types import FixedList, Kind, Map, ValType, strip

if TYPE_CHECKING:
    from witcraft.emit.python.ops import Body


def collect(body: Body, s: ops.Collect) -> None:
    at, end = body.local(s.at), f"{tight(body.x(s.ptr))} + {times(body.x(s.count), s.stride)}"
    items = start_items(body, s.out, s.into, s.type)
    range_ = body.module.builtin("range")
    with body.out.block(f"for {at} in {range_}({body.x(s.ptr)}, {end}, {s.stride}):"):
        body.block(s.body)
        add_item(body, items, s.into, s.item)
    finish_items(body, s.out, s.into, items)


def collect_blocks(body: Body, s: ops.CollectBlocks) -> None:
    if whole := whole_list(body, s):
        body.out.line(f"{body.local(s.out)} = {whole}")
        return
    if is_nested_record(s):
        fill_records(body, s)
        return
    source = blocks(body, s)
    names = loop_target(body, s.names, s.format)
    if s.body:
        items = start_items(body, s.out, s.into, s.type)
        with body.out.block(f"for {names} in {source}:"):
            body.block(s.body)
            add_item(body, items, s.into, s.item)
        finish_items(body, s.out, s.into, items)
        return
    out = body.local(s.out)
    if s.into is Into.LIST and isinstance(s.item, ops.MakeTuple) and body.x(s.item) == f"({names})":
        body.out.line(f"{out} = {body.module.builtin('list')}({source})")
        return
    cls, _, rest = body.x(s.item).partition("(")
    if s.into is Into.LIST and isinstance(s.item, ops.MakeRecord) and rest == f"{names})" and len(s.names) > 1:
        body.comprehension(
            f"{out} = {body.module.builtin('list')}(", f"{body.module.runtime('starmap')}({cls}, {source})", "", ")"
        )
        return
    opening, closing = {
        Into.LIST: ("[", "]"),
        Into.TUPLE: (f"{body.module.builtin('tuple')}([", "])"),
        Into.MAP: ("{", "}"),
    }[s.into]
    body.comprehension(f"{out} = {opening}", item(body, s.into, s.item), f"for {names} in {source}", closing)


def fill_records(body: Body, s: ops.CollectBlocks) -> None:
    """Records in records: empty objects first, whose attributes are the targets of the loop (a third faster)."""
    assert isinstance(s.item, ops.MakeRecord)
    targets: dict[str, str] = {}
    after: list[str] = []
    objects: list[tuple[str, str, str]] = []  # of one element: local, list of all, class

    def visit(record: ops.MakeRecord, wish: str) -> str:
        cls = body.places.type_name(body.module, record.type, True)
        local = body.fresh(wish)
        objects.append((local, body.local(s.out) if not objects else body.fresh(f"{wish}s"), cls))
        for attribute, value in zip(body.places.field_names(record.type), record.values, strict=True):
            place = f"{local}.{attribute}"
            if isinstance(value, ops.MakeRecord):
                after.append(f"{place} = {visit(value, attribute)}")
            elif isinstance(name := bare(value), ops.Var) and body.x(value) == body.local(name.name):
                targets[name.name] = place
            else:
                after.append(f"{place} = {body.x(value)}")
        return local

    source = blocks(body, s)
    visit(s.item, "item")
    for local, everything, cls in objects:
        body.out.line(f"{everything} = {body.module.runtime('blanks')}({cls}, {body.x(s.count)})")
        body.out.line(f"{local}: {cls}")
    scalars = ", ".join(targets.get(name) or body.local(name) for name in s.names)
    heads, lists = ", ".join(o[0] for o in objects), ", ".join(o[1] for o in objects)
    with body.out.block(f"for {heads}, ({scalars}) in {body.module.builtin('zip')}({lists}, {source}):"):
        for line in after:
            body.out.line(line)


def whole_list(body: Body, s: ops.CollectBlocks) -> str:
    """Lists of bools, chars, strings, enum members and flags are lifted by one call."""
    match s.body, s.names:
        case (ops.LiftString(out, ops.Var(p), ops.Var(n)),), (first, second) if (p, n) == (first, second):
            if s.item == ops.Var(out) and s.into is Into.LIST and struct_format(s.format) == "II":
                return f"{body.memory()}.lift_strings({body.x(s.ptr)}, {body.x(s.count)})"
    match s.item:
        case ops.FromCore(kind, ops.Var(name), True) if s.names == (name,) and not s.body and s.into is Into.LIST:
            if function := {Kind.BOOL: "bools_of", Kind.CHAR: "chars_of"}.get(kind):
                size = times(body.x(s.count), s.format.size)
                data = f"{body.memory()}.lift_bytes({body.x(s.ptr)}, {size})"
                return f"{body.module.runtime(function)}({data})"
        case ops.MakeEnum(ty, ops.Var(name)) | ops.MakeFlags(ty, ops.Var(name)) if (
            s.names == (name,) and not s.body and s.into is Into.LIST and single_code(s.format) == "B"
        ):
            data = f"{body.memory()}.lift_bytes({body.x(s.ptr)}, {body.x(s.count)})"
            return f"{labels(body, ty)}.every({data})"
    return ""


def blocks(body: Body, s: ops.CollectBlocks) -> str:
    """The elements' scalars, one tuple (or one number) at a time."""
    range_ = body.view(body.x(s.ptr), times(body.x(s.count), s.format.size))
    single = single_code(s.format)
    if single == "B":
        return f"{body.memory()}.lift_bytes({body.x(s.ptr)}, {body.x(s.count)})"
    if single is not None:
        return f'{body.memory()}.lift_numbers("{single}", {body.x(s.ptr)}, {body.x(s.count)})'
    return f"{body.module.struct(s.format)}.iter_unpack({range_})"


def loop_target(body: Body, names: tuple[str, ...], layout: Format) -> str:
    texts = ", ".join(map(body.local, names))
    return f"({texts},)" if len(names) == 1 and single_code(layout) is None else texts


def start_items(body: Body, out: str, into: Into, ty: ValType) -> str:
    """Declares the container that a loop fills; gives its name."""
    whole = strip(ty)
    if into is Into.TUPLE:
        assert isinstance(whole, FixedList)
        items = body.fresh("items")
        body.out.line(f"{items}: {body.module.builtin('list')}[{body.note.given(whole.element)}] = []")
        return items
    name = body.local(out)
    body.out.line(f"{name}: {body.note.given(ty)} = {'{}' if isinstance(whole, Map) else '[]'}")
    return name


def item(body: Body, into: Into, item: Expr) -> str:
    if into is Into.MAP:
        assert isinstance(item, ops.MakeTuple)
        return f"{body.x(item.values[0])}: {body.x(item.values[1])}"
    return body.x(item)


def add_item(body: Body, items: str, into: Into, item: Expr) -> None:
    if into is Into.MAP:
        assert isinstance(item, ops.MakeTuple)
        body.out.line(f"{items}[{body.x(item.values[0])}] = {body.x(item.values[1])}")
    else:
        body.call(f"{items}.append", [body.x(item)])


def finish_items(body: Body, out: str, into: Into, items: str) -> None:
    if into is Into.TUPLE:
        body.out.line(f"{body.local(out)} = {body.module.builtin('tuple')}({items})")


def take_bytes(body: Body, check: ops.CheckRange, lifting: ops.Stmt | None) -> bool:
    """A ``list<u8>`` is checked and copied by one call; says whether it is one."""
    match lifting:
        case ops.LiftNumbers(out, Into.LIST, Kind.U8, check.ptr, check.count):
            args = f"{body.x(check.ptr)}, {body.x(check.count)}"
            body.out.line(f"{body.local(out)} = {body.memory()}.take_bytes({args})")
            return True
    return False


def lift_numbers(body: Body, s: ops.LiftNumbers) -> None:
    out, args = body.local(s.out), f"{body.x(s.ptr)}, {body.x(s.count)}"
    if s.kind is Kind.U8 and s.into is Into.LIST:
        body.out.line(f"{out} = {body.memory()}.lift_bytes({args})")
        return
    method = "lift_array" if body.note.array and s.into is Into.LIST else "lift_numbers"
    text = f'{body.memory()}.{method}("{CODES[s.kind.value]}", {args})'
    text = f"{body.module.builtin('tuple')}({text})" if s.into is Into.TUPLE else text
    body.out.line(f"{out} = {text}")


def is_nested_record(s: ops.CollectBlocks) -> bool:
    if not isinstance(s.item, ops.MakeRecord) or s.body or s.into is not Into.LIST or len(s.names) < 2:
        return False
    return any(isinstance(value, ops.MakeRecord) for value in s.item.values)


def bare(value: Expr) -> Expr:
    """The core value under a conversion."""
    return value.of if isinstance(value, ops.FromCore) else value
