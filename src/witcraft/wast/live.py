"""The host that scripts are for: witcraft's Python bindings, in this process."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from witcraft import binary
from witcraft.abi.layout import is_nested
from witcraft.emit.python.package import PythonOptions, package
from witcraft.errors import EmitError, UnsupportedError
from witcraft.fuse import fuse
from witcraft.gate.build import build
from witcraft.live import Component, Options, load
from witcraft.model import types as t
from witcraft.model.types import ValType, strip
from witcraft.model.world import Function, Interface
from witcraft.plan import link
from witcraft.resolve import resolve
from witcraft.runtime import Config, Err, LinkError, Ok, Some, Trap
from witcraft.runtime.errors import EngineError
from witcraft.runtime.traps import NOT_YET
from witcraft.runtime.wit import Definition as NamedType
from witcraft.runtime.wit import Scope
from witcraft.wast.constant import Case, Constant, Field, Nan
from witcraft.wast.host import Definition, NoHost, Registered, cases_of, checked, expect, kind_of
from witcraft.wast.outcome import Failure, Stage

CONFIG = Config(cache=False)


class LiveHost(NoHost):
    def instantiate(self, definition: Definition, registered: Mapping[str, Registered]) -> LiveInstance:
        try:
            component = load(definition.data, Options("script"), CONFIG, emit)
        except (UnsupportedError, EmitError) as error:
            raise Failure("support", str(error)) from None
        try:
            return LiveInstance(component, component.instantiate(provided(component, definition, registered)))
        except LinkError as error:
            raise Failure("link", str(error)) from None
        except EngineError as error:
            raise Failure("validate", str(error)) from None
        except Trap as error:
            raise Failure(stage_of(error), str(error)) from None


def emit(data: bytes, options: Options) -> dict[str, str | bytes | memoryview]:
    plan = fuse(link(resolve(binary.read(data))))
    return package(plan, build(plan), PythonOptions(options.name, options.lists))


class LiveInstance:
    def __init__(self, component: Component, root: Any) -> None:
        self.root, self.values = root, Values(component)
        self.unsupported: Failure | None = None

    def call(self, function: Function, args: Sequence[Constant]) -> Constant | None:
        if self.unsupported:
            raise self.unsupported
        given = [self.values.up(ty, arg) for ty, arg in checked(function, args)]
        try:
            result = self.root[function.extern_name](*given)
        except Err as error:
            result = error
        except Trap as error:
            failure = Failure(stage_of(error), str(error))
            if failure.stage == "support":  # nothing that is asked of this instance later says anything
                self.unsupported = failure
            raise failure from None
        else:
            if function.result and isinstance(strip(function.result), t.Result):
                result = Ok(result)
        return self.values.down(function.result, result) if function.result else None


def stage_of(trap: Trap) -> Stage:
    """A built-in that only says that it is not there yet traps, and must not pass for a trap that is asked for."""
    return "support" if NOT_YET in str(trap) else "trap"


# ---- imports: instances that a script registered ----------------------------------------------------------------


def provided(component: Component, definition: Definition, registered: Mapping[str, Registered]) -> dict[str, Any]:
    values, found = Values(component), dict[str, Any]()
    for item in definition.world.imports:
        if isinstance(item, Interface) and item.name in registered:
            given = registered[item.name]
            names = given.functions()
            wanted = [function for function in item.functions if function.extern_name in names]
            found[item.name] = {it.extern_name: bridge(values, it, given, names[it.extern_name]) for it in wanted}
    return found


def bridge(values: Values, wanted: Function, given: Registered, function: Function) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        down = [values.down(param.type, arg) for param, arg in zip(wanted.params, args, strict=True)]
        result = given.instance.call(function, down)
        made = values.up(wanted.result, result) if wanted.result and result else None
        if isinstance(made, Err):
            raise made
        return made.value if isinstance(made, Ok) else made

    return call


# ---- values -----------------------------------------------------------------------------------------------------


class Values:
    """Constants to values of one component's bindings, and back."""

    def __init__(self, component: Component) -> None:
        self.module = component.module

    def named(self, ty: ValType) -> NamedType:
        """The class of a record, variant, enum or flags type, which always has a name."""
        assert isinstance(ty, t.TypeDef)
        while isinstance(ty.type, t.TypeDef):
            ty = ty.type
        tables = self.module._ROOT
        item = tables["exports"].get(ty.owner) or tables["imports"].get(ty.owner)
        module = import_module(item[1], self.module.__name__) if item and len(item) == 3 else self.types()
        return Scope(vars(module)).definition(ty.name)

    def types(self) -> Any:
        """The module of the root's own types: the package's, where they have none of their own."""
        return getattr(self.module, "types", self.module)

    def up(self, ty: ValType, it: Constant) -> Any:
        expect(ty, it)
        value: Any = it.value
        match strip(ty):
            case t.List(element) if strip(element) is t.U8:
                return bytes([part.value for part in value])
            case t.List(element) | t.FixedList(element):
                return [self.up(element, part) for part in value]
            case t.Map(key, item):
                pairs = [(self.up(key, pair.value[0]), self.up(item, pair.value[1])) for pair in value]
                return dict(pairs)
            case t.Tuple(items):
                return tuple([self.up(item, part) for item, part in zip(items, value, strict=True)])
            case t.Record(fields):
                parts = {part.name: part.value for part in value}
                return self.named(ty).cls(*[self.up(field.type, parts[field.name]) for field in fields])
            case t.Variant() | t.Option() | t.Result():
                return self.case_up(ty, value)
            case t.Enum(labels):
                return tuple(self.named(ty).cls)[labels.index(value)]
            case t.Flags(labels):
                return self.named(ty).cls(sum([1 << labels.index(label) for label in value]))
            case t.Prim() | t.String():
                return math.nan if isinstance(value, Nan) else value
            case _:
                raise Failure("support", f"a script cannot give a {kind_of(ty)}")

    def case_up(self, ty: ValType, it: Case) -> Any:
        cases = cases_of(ty)
        position = [case.name for case in cases].index(it.name)
        payload = cases[position].type
        inner = self.up(payload, it.payload) if payload and it.payload else None
        match strip(ty):
            case t.Option() as option:
                return Some(inner) if it.name == "some" and is_nested(option) else inner
            case t.Result():
                return Ok(inner) if it.name == "ok" else Err(inner)
            case _:
                made = self.named(ty).cases[position]
                return made(inner) if payload else made()

    def down(self, ty: ValType, value: Any) -> Constant:
        return Constant(kind_of(ty), self.down_value(ty, value))

    def down_value(self, ty: ValType, value: Any) -> Any:
        match strip(ty):
            case t.List(element) | t.FixedList(element):
                return tuple([self.down(element, part) for part in value])
            case t.Map(key, item):
                return tuple(
                    [Constant("tuple", (self.down(key, one), self.down(item, other))) for one, other in value.items()]
                )
            case t.Tuple(items):
                return tuple([self.down(item, part) for item, part in zip(items, value, strict=True)])
            case t.Record(fields):
                parts = [getattr(value, name) for name in type(value).__match_args__]
                return tuple([Field(f.name, self.down(f.type, part)) for f, part in zip(fields, parts, strict=True)])
            case t.Variant() | t.Option() | t.Result():
                return self.case_down(ty, value)
            case t.Enum(labels):
                return labels[tuple(self.named(ty).cls).index(value)]
            case t.Flags(labels):
                return frozenset([label for bit, label in enumerate(labels) if value.value >> bit & 1])
            case t.Prim() | t.String():
                return value
            case _:
                raise Failure("support", f"a script cannot be told a {kind_of(ty)}")

    def case_down(self, ty: ValType, value: Any) -> Case:
        match strip(ty):
            case t.Option() as option:
                position, inner = int(value is not None), value.value if is_nested(option) and value else value
            case t.Result():
                position, inner = int(isinstance(value, Err)), value.value
            case _:
                position, inner = self.named(ty).cases.index(type(value)), getattr(value, "value", None)
        case = cases_of(ty)[position]
        return Case(case.name, self.down(case.type, inner) if case.type else None)
