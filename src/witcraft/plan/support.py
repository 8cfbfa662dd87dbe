"""What a plan cannot run yet, refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from witcraft.component import tree
from witcraft.errors import UnsupportedError
from witcraft.model.types import ErrorContext, Future, Stream, ValType
from witcraft.model.walk import children
from witcraft.model.world import ComponentItem, Function, Interface, WorldItem, extern_name
from witcraft.plan.steps import Options, Unsupported
from witcraft.resolve import Resolved

ASYNC: dict[type, str] = {Stream: "streams", Future: "futures", ErrorContext: "error contexts"}


ASYNC_OPTION = "the canonical option async"


def refuse(resolved: Resolved, reached: Sequence[Unsupported], partly: bool) -> None:
    """Raises ``UnsupportedError`` for a function of the world that cannot be called, or else for what was reached.

    ``partly``: whoever prints the calls asks ``lacking`` of each, so that only the others are refused here.
    """
    found = [
        *unsupported_externs(resolved, partly),
        *[it for it in reached if not partly or it.feature != ASYNC_OPTION],
    ]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        raise UnsupportedError(f"{found[0].feature}: not supported yet{more}", found[0].offset)


def lacking(function: Function, options: Options) -> str:
    """What a call of the host's, or to it, needs that cannot run yet; nothing for most."""
    if function.is_async:
        return "asynchronous functions"
    kind = next(unsupported_types(function, set()), None)
    return ASYNC[kind] if kind else ASYNC_OPTION if options.is_async else ""


def unsupported_externs(resolved: Resolved, partly: bool) -> Iterator[Unsupported]:
    offsets = {
        (type(definition), definition.name.name): definition.offset
        for definition in resolved.component.definitions
        if isinstance(definition, tree.Import | tree.Export)
    }
    seen: set[ValType] = set()
    for item in resolved.world.imports:
        for feature in features(item, seen, partly):
            yield Unsupported(feature, offsets[tree.Import, extern_name(item)])
    for item in resolved.world.exports:
        for feature in features(item, seen, partly):
            yield Unsupported(feature, offsets[tree.Export, extern_name(item)])


def features(item: WorldItem, seen: set[ValType], partly: bool) -> Iterator[str]:
    match item:
        case Function() if not partly:
            yield from function_features(item, seen)
        case Interface():
            for member in (*item.functions, *item.nested):
                yield from features(member, seen, partly)
        case ComponentItem(name, "value"):
            yield f'the value "{name}"'
        case _:
            pass


def function_features(function: Function, seen: set[ValType]) -> Iterator[str]:
    if function.is_async:
        yield f'the async function "{function.extern_name}"'
    for kind in unsupported_types(function, seen):
        yield f'{ASYNC[kind]} (in the type of "{function.extern_name}")'


def unsupported_types(function: Function, seen: set[ValType]) -> Iterator[type]:
    types = [param.type for param in function.params]
    for ty in types if function.result is None else [*types, function.result]:
        yield from kinds(ty, seen)


def kinds(ty: ValType, seen: set[ValType]) -> Iterator[type]:
    """The unsupported types in ``ty``, unless they were found before."""
    if ty not in seen:
        seen.add(ty)
        if type(ty) in ASYNC:
            yield type(ty)
        for part in children(ty):
            yield from kinds(part, seen)
