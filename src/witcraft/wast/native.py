"""The other host, to compare with: the component API of the package `wasmtime`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import wasmtime
from wasmtime import component as api

from witcraft.abi.layout import is_nested
from witcraft.errors import ComponentError
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType, strip
from witcraft.model.world import Function, World
from witcraft.resolve.features import ALL
from witcraft.wast.constant import Case, Constant, Field, Nan
from witcraft.wast.engine import engine, refusal_of_module
from witcraft.wast.host import Definition, Registered, cases_of, checked, expect, kind_of, validated
from witcraft.wast.outcome import Failure

NEEDS_ASYNC = "cannot synchronously call an async-lifted export"
"""What the engine says where the package would have to call another function of it, and cannot."""


class NativeHost:
    title = "native"

    def define(self, data: bytes) -> Definition:
        if data[4:8] == b"\x01\x00\x00\x00":
            return Definition(data, refused_or(refusal_of_module(data)))
        try:
            made = api.Component(engine(), data)
        except wasmtime.WasmtimeError as error:
            raise Failure("validate", str(error)) from None
        try:
            world = validated(data, ALL)
        except (Failure, ComponentError):
            world = World()  # the engine accepts it, but nothing of it can be called by its type
        return Definition(data, world, made)

    def instantiate(self, definition: Definition, registered: Mapping[str, Registered]) -> NativeInstance:
        store, linker = wasmtime.Store(engine()), api.Linker(engine())  # a store each: a trap poisons all of it
        made: Any = definition.handle
        try:
            return NativeInstance(store, linker.instantiate(store, made))
        except wasmtime.Trap as error:
            raise Failure("trap", str(error)) from None
        except wasmtime.WasmtimeError as error:
            raise Failure("trap" if "wasm trap" in str(error) else "link", str(error)) from None


def refused_or(message: str | None) -> World:
    if message is not None:
        raise Failure("validate", message)
    return World()


class NativeInstance:
    def __init__(self, store: wasmtime.Store, instance: api.Instance) -> None:
        self.store, self.instance = store, instance

    def call(self, function: Function, args: Sequence[Constant]) -> Constant | None:
        given = [up(ty, arg) for ty, arg in checked(function, args)]
        found = self.instance.get_func(self.store, function.extern_name)
        if found is None:
            raise Failure("support", f"the engine finds no function {function.extern_name}")
        try:
            result = found(self.store, *given)
        except wasmtime.WasmtimeError as error:
            raise Failure("support" if NEEDS_ASYNC in str(error) else "trap", str(error)) from None
        except (TypeError, NotImplementedError) as error:
            raise Failure("support", f"the package `wasmtime`: {error}") from None
        return down(function.result, result) if function.result else None


# ---- values -----------------------------------------------------------------------------------------------------


def up(ty: ValType, it: Constant) -> Any:
    expect(ty, it)
    value: Any = it.value
    match strip(ty):
        case t.List(element) if strip(element) is t.U8:
            return bytes([part.value for part in value])
        case t.List(element):
            return [up(element, part) for part in value]
        case t.Tuple(items):
            return tuple([up(item, part) for item, part in zip(items, value, strict=True)])
        case t.Record(fields):
            made, parts = api.Record(), {part.name: part.value for part in value}
            made.__dict__.update({field.name: up(field.type, parts[field.name]) for field in fields})
            return made
        case t.Variant() | t.Option() | t.Result():
            return case_up(ty, value)
        case t.Flags():
            return set(value)
        case t.Prim() | t.String() | t.Enum():
            return math.nan if isinstance(value, Nan) else value
        case _:
            raise Failure("support", f"a script cannot give a {kind_of(ty)}")


def down(ty: ValType, value: Any) -> Constant:
    return Constant(kind_of(ty), down_value(ty, value))


def down_value(ty: ValType, value: Any) -> Any:
    match strip(ty):
        case t.List(element) | t.FixedList(element):
            return tuple([down(element, part) for part in value])
        case t.Tuple(items):
            return tuple([down(item, part) for item, part in zip(items, value, strict=True)])
        case t.Record(fields):
            return tuple([Field(field.name, down(field.type, getattr(value, field.name))) for field in fields])
        case t.Variant() | t.Option() | t.Result():
            return case_down(ty, value)
        case t.Flags():
            return frozenset(value)
        case t.Prim() | t.String() | t.Enum():
            return value
        case _:
            raise Failure("support", f"a script cannot be told a {kind_of(ty)}")


# ---- variants: tagged, or bare where the classes of the payloads tell the cases apart ---------------------------


def case_up(ty: ValType, it: Case) -> Any:
    payload = next(case.type for case in cases_of(ty) if case.name == it.name)
    inner = up(payload, it.payload) if payload and it.payload else None
    if is_tagged(ty):
        return api.Variant("err" if it.name == "error" and isinstance(strip(ty), t.Result) else it.name, inner)
    return inner


def case_down(ty: ValType, value: Any) -> Case:
    if is_tagged(ty):
        name, inner = value.tag, value.payload
        name = "error" if name == "err" and isinstance(strip(ty), t.Result) else name
        payload = next(case.type for case in cases_of(ty) if case.name == name)
    else:
        cls, inner = object if value is None else type(value), value
        name, payload = next((case.name, case.type) for case in cases_of(ty) if cls in classes(case.type))
    return Case(name, down(payload, inner) if payload else None)


def is_tagged(ty: ValType) -> bool:
    option = strip(ty)
    if isinstance(option, t.Option) and is_nested(option):
        return True
    every = [classes(case.type) for case in cases_of(ty)]
    return sum(map(len, every)) != len(frozenset().union(*every))


def classes(ty: ValType | None) -> frozenset[type]:
    """The classes of values of ``ty``, as the package thinks of them; of no payload, ``object``."""
    match strip(ty) if ty else None:
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
            return frozenset([bytes if strip(element) is t.U8 else list])
        case t.Tuple():
            return frozenset([tuple])
        case t.Record():
            return frozenset([api.Record])
        case t.Flags():
            return frozenset([set])
        case t.Variant() | t.Option() | t.Result() as variant:
            return classes_of_cases(variant)
        case _:
            return frozenset([type(None)])


def classes_of_cases(ty: ValType) -> frozenset[type]:
    if is_tagged(ty):
        return frozenset([api.Variant])
    return frozenset().union(*[classes(case.type) for case in cases_of(ty)])
