"""A guest in witcraft: values to and from those of the bindings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import witcraft
from tests.abi_interpreter import Case, Err, Ok, Some
from tests.agreement.wat import GUEST, HOST, Guest
from witcraft.abi.layout import definition, is_nested
from witcraft.live import Component
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.model.world import Function
from witcraft.words import camel, shouty


class Ours:
    """One instance of a guest. ``host`` is called with an import's name."""

    def __init__(self, guest: Guest, host: Callable[[str, Sequence[Any]], Any]) -> None:
        self.guest = guest
        self.component = loaded(guest)
        self.values = Values(guest, self.component)
        functions = {name: self.import_of(name, it, host) for name, it in guest.imports.items()}
        self.instance = self.component.instantiate({HOST: functions} if guest.interface else functions)
        self.exports = self.instance[GUEST] if guest.interface else self.instance

    def import_of(self, name: str, it: Function, host: Callable[[str, Sequence[Any]], Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            result = host(name, [self.values.down(p.type, value) for p, value in zip(it.params, args, strict=True)])
            return self.values.answer(it.result, result) if it.result else None

        return call

    def call(self, name: str, *args: Any) -> Any:
        it = self.guest.exports[name]
        return self.call_with(name, *[self.values.up(p.type, value) for p, value in zip(it.params, args, strict=True)])

    def call_with(self, name: str, *args: Any) -> Any:
        """With arguments as the bindings take them."""
        result = self.guest.exports[name].result
        try:
            given = self.exports[name](*args)
        except witcraft.Err as error:
            given = error
        else:
            if isinstance(t.strip(result) if result else None, t.Result):
                given = witcraft.Ok(given)
        return self.values.down(result, given) if result else given


@cache
def loaded(guest: Guest) -> Component:
    return witcraft.load(guest.wasm, name="agree")


class Values:
    """Values of one guest: its classes are those of the module where the types are."""

    def __init__(self, guest: Guest, component: Component) -> None:
        self.guest, self.module = guest, component.module

    def named(self, name: str) -> Any:
        return getattr(self.module.imports.host if self.guest.interface else self.module.types, name)

    def class_of(self, ty: ValType) -> Any:
        return self.named(camel(self.guest.names[definition(ty)]))

    def case_class(self, ty: ValType, case: str) -> Any:
        return self.named(f"{camel(self.guest.names[definition(ty)])}_{camel(case)}")

    def answer(self, ty: ValType, value: Any) -> Any:
        """What a host function does: its result's ok is returned, its err raised."""
        made = self.up(ty, value)
        if not isinstance(t.strip(ty), t.Result):
            return made
        if isinstance(made, witcraft.Err):
            raise made
        return made.value

    def up(self, ty: ValType, value: Any) -> Any:
        match t.strip(ty):
            case t.Prim() | t.String():
                return value
            case t.List(element) if t.strip(element) is t.U8:
                return bytes(value)
            case t.List(element):
                return [self.up(element, item) for item in value]
            case t.FixedList(element):
                return tuple([self.up(element, item) for item in value])
            case t.Map(key, item):
                return {self.up(key, k): self.up(item, v) for k, v in value}
            case t.Tuple(items):
                return tuple([self.up(item, it) for item, it in zip(items, value, strict=True)])
            case t.Record(fields):
                return self.class_of(ty)(*[self.up(field.type, value[field.name]) for field in fields])
            case t.Variant(cases):
                payload = next(case.type for case in cases if case.name == value.name)
                made = self.case_class(ty, value.name)
                return made(self.up(payload, value.payload)) if payload else made()
            case t.Option(some) as option:
                inner = value.payload if isinstance(value, Some) else value
                return None if value is None else wrapped(option, self.up(some, inner))
            case t.Result(ok, err):
                made, payload = (witcraft.Ok, ok) if isinstance(value, Ok) else (witcraft.Err, err)
                return made(self.up(payload, value.payload) if payload else None)
            case t.Enum():
                return self.class_of(ty)[shouty(value)]
            case t.Flags():
                flags = self.class_of(ty)
                return flags(sum([flags[shouty(label)].value for label in value]))
            case other:
                raise AssertionError(f"not drawn: {other}")

    def down(self, ty: ValType, value: Any) -> Any:
        match t.strip(ty):
            case t.Prim() | t.String():
                return value
            case t.List(element) if t.strip(element) is t.U8:
                assert type(value) is bytes
                return list(value)
            case t.List(element):
                assert type(value) is list
                return [self.down(element, item) for item in value]
            case t.FixedList(element, length):
                assert type(value) is tuple
                assert len(value) == length
                return tuple([self.down(element, item) for item in value])
            case t.Map(key, item):
                assert type(value) is dict
                return tuple([(self.down(key, k), self.down(item, v)) for k, v in value.items()])
            case t.Tuple(items):
                assert type(value) is tuple
                return tuple([self.down(item, it) for item, it in zip(items, value, strict=True)])
            case t.Record(fields):
                assert type(value) is self.class_of(ty)
                return {field.name: self.down(field.type, getattr(value, field.name)) for field in fields}
            case t.Variant(cases):
                name, payload = next((c.name, c.type) for c in cases if type(value) is self.case_class(ty, c.name))
                return Case(name, self.down(payload, value.value) if payload else None)
            case t.Option(some) as option:
                return None if value is None else opened(option, self.down, some, value)
            case t.Result(ok, err):
                assert type(value) in (witcraft.Ok, witcraft.Err)
                made, payload = (Ok, ok) if type(value) is witcraft.Ok else (Err, err)
                assert payload or value.value is None
                return made(self.down(payload, value.value) if payload else None)
            case t.Enum(labels):
                assert type(value) is self.class_of(ty)
                return next(label for label in labels if shouty(label) == value.name)
            case t.Flags(labels):
                assert type(value) is self.class_of(ty)
                return frozenset([label for label in labels if type(value)[shouty(label)] in value])
            case other:
                raise AssertionError(f"not drawn: {other}")


def wrapped(option: t.Option, value: Any) -> Any:
    return witcraft.Some(value) if is_nested(option) else value


def opened(option: t.Option, down: Callable[[ValType, Any], Any], some: ValType, value: Any) -> Any:
    if not is_nested(option):
        return down(some, value)
    assert type(value) is witcraft.Some
    return Some(down(some, value.value))
