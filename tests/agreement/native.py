"""A guest in the native component API of the `wasmtime` package: values to and from what that API takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import wasmtime
from wasmtime import component as api

from tests.abi_interpreter import Case, Err, Ok, Some
from tests.agreement.wat import GUEST, HOST, Guest
from witcraft.abi.layout import cases, is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType
from witcraft.model.world import Function

EXCLUDED = {
    "map": "a map is a TypeError",
    "fixed-length list": "fixed-length lists cannot be switched on",
    "memory64": "the engine refuses a canonical ABI with 64-bit pointers",
    "own bug": 'some calls that lend resources end in "BUG: .. not thought to be reachable": lending one of the host\'s before'
    " 50, two of them at once in 50",
    "first fit": "a variant whose cases differ in Python's types is passed as a bare payload, and the first case wins"
    " whose class fits: True is also an int, and whatever comes after a case without payload may be that case",
}
"""What the native API cannot be asked, and why. Its other known defects only show with bad values of the host."""


class Excluded(Exception):
    """The value runs into one of the defects `EXCLUDED`."""


# ---- an instance -------------------------------------------------------------------------------------------------


class Native:
    """One guest in a store of its own, which a trap poisons as a whole. ``host`` is called with an import's name."""

    def __init__(self, guest: Guest, host: Callable[[str, Sequence[Any]], Any]) -> None:
        made = compiled(guest)
        self.guest, self.store, linker = guest, wasmtime.Store(engine()), api.Linker(engine())
        with linker.root() as root:
            if guest.interface:
                with root.add_instance(HOST) as place:
                    self.provide(place, host)
            else:
                self.provide(root, host)
        self.instance = linker.instantiate(self.store, made)

    def provide(self, place: api.LinkerInstance, host: Callable[[str, Sequence[Any]], Any]) -> None:
        for name, it in self.guest.imports.items():
            place.add_func(name, partial(answer, host, name, it))

    def call(self, name: str, *args: Any) -> Any:
        """Raises `wasmtime.WasmtimeError` for a trap, `Excluded` for what this API gets wrong."""
        it = self.guest.exports[name]
        params = [to_native(param.type, value) for param, value in zip(it.params, args, strict=True)]
        result = self.find(name)(self.store, *params)
        return from_native(it.result, result) if it.result else None

    def find(self, name: str) -> api.Func:
        within = self.instance.get_export_index(self.store, GUEST) if self.guest.interface else None
        index = self.instance.get_export_index(self.store, name, within)
        assert index is not None
        found = self.instance.get_func(self.store, index)
        assert found is not None
        return found


def answer(
    host: Callable[[str, Sequence[Any]], Any], name: str, it: Function, store: wasmtime.StoreContext, *args: Any
) -> Any:
    result = host(name, [from_native(param.type, value) for param, value in zip(it.params, args, strict=True)])
    return to_native(it.result, result) if it.result else None


@cache
def engine() -> wasmtime.Engine:
    return wasmtime.Engine()


@cache
def compiled(guest: Guest) -> api.Component:
    return api.Component(engine(), guest.wasm)


# ---- values ------------------------------------------------------------------------------------------------------


def to_native(ty: ValType, value: Any) -> Any:
    match t.strip(ty):
        case t.Prim() | t.String() | t.Enum():
            return value
        case t.List(element) if t.strip(element) is t.U8:
            return bytes(value)
        case t.List(element):
            return [to_native(element, item) for item in value]
        case t.Tuple(items):
            return tuple([to_native(item, it) for item, it in zip(items, value, strict=True)])
        case t.Record(fields):
            made = api.Record()
            made.__dict__.update({field.name: to_native(field.type, value[field.name]) for field in fields})
            return made
        case t.Variant() | t.Option() | t.Result() as variant:
            return to_case(variant, *chosen(variant, value))
        case t.Flags():
            return set(value)
        case other:
            raise AssertionError(f"not drawn: {other}")


def from_native(ty: ValType, value: Any) -> Any:
    match t.strip(ty):
        case t.Prim() | t.String() | t.Enum():
            return value
        case t.List(element) if t.strip(element) is t.U8:
            return list(value)
        case t.List(element):
            return [from_native(element, item) for item in value]
        case t.Tuple(items):
            return tuple([from_native(item, it) for item, it in zip(items, value, strict=True)])
        case t.Record(fields):
            return {field.name: from_native(field.type, getattr(value, field.name)) for field in fields}
        case t.Variant() | t.Option() | t.Result() as variant:
            name, inner = from_case(variant, value)
            return made_of(variant, name, inner)
        case t.Flags():
            return frozenset(value)
        case other:
            raise AssertionError(f"not drawn: {other}")


VariantLike = t.Variant | t.Option | t.Result


def chosen(variant: VariantLike, value: Any) -> tuple[str, Any]:
    """Name and payload of the case that ``value`` is."""
    match variant, value:
        case t.Option(), None:
            return "none", None
        case t.Option(), _:
            return "some", value.payload if is_nested(variant) else value
        case t.Result(), Ok(payload):
            return "ok", payload
        case t.Result(), Err(payload):
            return "error", payload
        case _:
            return value.name, value.payload


def made_of(variant: VariantLike, name: str, payload: Any) -> Any:
    match variant:
        case t.Option():
            return None if name == "none" else Some(payload) if is_nested(variant) else payload
        case t.Result():
            return Ok(payload) if name == "ok" else Err(payload)
        case _:
            return Case(name, payload)


# ---- variants: tagged, or bare where the payloads' classes tell the cases apart ----------------------------------


def to_case(variant: VariantLike, name: str, payload: Any) -> Any:
    types = {case.name: case.type for case in cases(variant)}
    inner = None if (ty := types[name]) is None else to_native(ty, payload)
    if is_tagged(variant):
        return api.Variant("err" if isinstance(variant, t.Result) and name == "error" else name, inner)
    if next(it for it, ty in types.items() if fits(ty, inner)) != name:
        raise Excluded("first fit")
    return inner


def from_case(variant: VariantLike, value: Any) -> tuple[str, Any]:
    types = {case.name: case.type for case in cases(variant)}
    if is_tagged(variant):
        name, inner = value.tag, value.payload
        name = "error" if isinstance(variant, t.Result) and name == "err" else name
    else:
        cls = object if value is None else type(value)
        name, inner = next(it for it, ty in types.items() if cls in classes(ty)), value
    ty = types[name]
    return name, None if ty is None else from_native(ty, inner)


def fits(ty: ValType | None, value: Any) -> bool:
    return value is None if ty is None else isinstance(value, tuple(classes(ty)))


def is_tagged(variant: VariantLike) -> bool:
    every = [classes(case.type) for case in cases(variant)]
    return sum(map(len, every)) != len(frozenset().union(*every))


def classes(ty: ValType | None) -> frozenset[type]:
    """The classes of values of ``ty``, as the native API thinks of them; of no payload, ``object``."""
    match t.strip(ty) if ty else None:
        case None:
            return frozenset([object])
        case t.Prim(Kind.BOOL):
            return frozenset([bool])
        case t.Prim(Kind.F32 | Kind.F64):
            return frozenset([float])
        case t.Prim(Kind.CHAR) | t.String() | t.Enum():
            return frozenset([str])
        case t.Prim():
            return frozenset([int])
        case t.List(element):
            return frozenset([bytes if t.strip(element) is t.U8 else list])
        case t.Tuple():
            return frozenset([tuple])
        case t.Record():
            return frozenset([api.Record])
        case t.Flags():
            return frozenset([set])
        case t.Variant() | t.Option() | t.Result() as variant:
            return classes_of_cases(variant)
        case other:
            raise AssertionError(f"not drawn: {other}")


def classes_of_cases(variant: VariantLike) -> frozenset[type]:
    if is_tagged(variant):
        return frozenset([api.Variant])
    return frozenset().union(*[classes(case.type) for case in cases(variant)])
