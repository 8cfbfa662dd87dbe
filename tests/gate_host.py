"""Plans written by hand, and a host in plain Python that runs the gate of one."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import pytest
import wasmtime

from witcraft.core import tree as core
from witcraft.core.tree import FuncType
from witcraft.gate.build import Gate, build
from witcraft.model.types import Borrow, List, Own, Resource, ValType
from witcraft.model.world import Freestanding, Function, Param, World
from witcraft.plan.steps import (
    CoreDef,
    CoreExport,
    DefineResource,
    ExportDef,
    GuestResource,
    HostResource,
    ImportPath,
    InstantiateModule,
    LiftedFunction,
    LowerImport,
    ModuleArg,
    Options,
    Plan,
    ResourceDef,
    ResourceFunc,
    ResourceOp,
    StaticModule,
    Step,
)
from witcraft.runtime import traps

NOTHING = FuncType((), ())
I32 = wasmtime.ValType.i32()
ENGINE = wasmtime.Engine()


# ---- plans by hand -----------------------------------------------------------------------------------------------


def function(name: str, params: Sequence[ValType], result: ValType | None = None) -> Function:
    named = tuple(Param(f"p{i}", type_) for i, type_ in enumerate(params))
    return Function(name, name, Freestanding(), named, result)


ROOT = Options(0)


def lower(index: int, params: Sequence[ValType], result: ValType | None = None, options: Options = ROOT) -> LowerImport:
    path = ImportPath(("test:gate/host", f"f{index}"))
    return LowerImport(index, path, function(f"f{index}", params, result), options)


def lift(params: Sequence[ValType], result: ValType | None = None, options: Options = ROOT) -> LiftedFunction:
    return LiftedFunction(function("g", params, result), CoreExport(0, "g", NOTHING), options)


def use(*values: CoreDef) -> InstantiateModule:
    """A core module that imports these definitions."""
    args = tuple(ModuleArg("", str(i), value) for i, value in enumerate(values))
    return InstantiateModule(0, StaticModule(0), args)


def plan(
    *steps: Step,
    exports: Iterable[ExportDef] = (),
    resources: Sequence[ResourceDef] = (),
    types: Sequence[Resource] = (),
    instances: int = 1,
    modules: tuple[core.Module, ...] = (),
) -> Plan:
    """``types[r]`` is the model's name for ``resources[r]``."""
    named = tuple((f"e{i}", export) for i, export in enumerate(exports))
    numbers = {resource: number for number, resource in enumerate(types)}
    return Plan(World(), modules, instances, tuple(resources), numbers, steps, named)


def resource(name: str) -> Resource:
    return Resource("test:gate/types", name)


def built(made: Plan) -> Gate:
    gate = build(made)
    assert gate is not None
    return gate


# ---- a host ------------------------------------------------------------------------------------------------------


class Broken(Exception):
    """A rule was broken."""

    def __init__(self, code: int, detail: int) -> None:
        super().__init__(traps.MESSAGES[code].format(detail=detail))
        self.code, self.detail = code, detail


@lru_cache(8)
def compiled(wasm: bytes) -> wasmtime.Module:
    return wasmtime.Module(ENGINE, wasm)


class Host:
    """Runs a gate: host functions are methods of plain Python, looked up by the name that the gate has for them."""

    def __init__(self, gate: Gate, limit: int = -1) -> None:
        self.store = wasmtime.Store(ENGINE)
        self.store.set_limits(memory_size=limit)
        self.mail = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))
        self.functions: dict[str, Callable[[], None]] = {"trap": self.trap}
        self.gate = gate
        externs = [self.mail if name == "mail" else self.host(name) for name in gate.imports]
        self.exports = wasmtime.Instance(self.store, compiled(gate.wasm), externs).exports(self.store)

    def host(self, name: str) -> wasmtime.Func:
        return wasmtime.Func(self.store, wasmtime.FuncType([], []), lambda: self.functions[name]())

    def trap(self) -> None:
        raise Broken(self.slot(0), self.slot(1))

    def slot(self, slot: int, kind: str = "I") -> int:
        size = struct.calcsize(kind)
        value: int = struct.unpack(f"<{kind}", self.mail.read(self.store, 8 * slot, 8 * slot + size))[0]
        return value

    def post(self, slot: int, value: float, kind: str = "I") -> None:
        self.mail.write(self.store, struct.pack(f"<{kind}", value), 8 * slot)

    def done(self) -> None:
        self.post(31, 0)

    def on(self, name: str, func: Callable[[], object]) -> None:
        """``func`` as a host function: the integer that it gives goes into slot 0."""

        def run() -> None:
            result = func()
            if isinstance(result, int):
                self.post(0, result)
            self.done()

        self.functions[name] = run

    def call(self, name: str, *args: float) -> Any:
        """i32 results as unsigned numbers."""
        func = self.exports[name]
        assert isinstance(func, wasmtime.Func)
        result = func(self.store, *map(signed, args))
        is_i32 = func.type(self.store).results == [I32]
        assert result is None or isinstance(result, int | float)
        return result % (1 << 32) if is_i32 and result is not None else result

    def fill(self, kind: str, index: int, params: int, func: Callable[..., int | None], results: int = 0) -> None:
        """Puts a function of ``params`` i32 parameters where the gate looks for what the host extracts."""
        type_ = wasmtime.FuncType([I32] * params, [I32] * results)
        self.put(kind, index, wasmtime.Func(self.store, type_, func))

    def put(self, kind: str, index: int, func: wasmtime.Func) -> None:
        table = self.exports["late"]
        assert isinstance(table, wasmtime.Table)
        table.set(self.store, self.gate.late[kind, index], func)

    def breaks(self, code: int, detail: int, name: str, *args: int) -> None:
        with pytest.raises(Broken) as broken:
            self.call(name, *args)
        assert (broken.value.code, broken.value.detail) == (code, detail)


def signed(value: float) -> float:
    """Unsigned i32 as the engine's Python side wants it."""
    return value - (1 << 32) if isinstance(value, int) and 1 << 31 <= value < 1 << 32 else value


# ---- a plan with a bit of everything about resources -------------------------------------------------------------


def two_instances() -> Plan:
    """Instance 0 defines r0 (with a destructor) and r1 (without), instance 1 knows r0 and the host's r2."""
    types = [resource(f"r{i}") for i in range(3)]
    return plan(
        DefineResource(0, 0, CoreExport(0, "dtor", NOTHING)),
        DefineResource(1, 0, None),
        use(
            *(ResourceFunc(op_, 0, number) for op_ in ResourceOp for number in (0, 1)),
            ResourceFunc(ResourceOp.DROP, 1, 0),
            ResourceFunc(ResourceOp.DROP, 1, 2),
        ),
        *(
            lower(3 * i + r, [Borrow(types[r]), List(Borrow(types[r]))], Own(types[r]), Options(i))
            for i, r in product(range(2), range(3))
        ),
        *(
            lower(6 + 3 * i + r, [Own(types[r]), List(Own(types[r]))], None, Options(i))
            for i, r in product(range(2), range(3))
        ),
        exports=[
            lift([List(Borrow(type_)), List(Own(type_))], None, Options(i)) for type_, i in product(types, range(2))
        ],
        resources=[GuestResource(0, "r0"), GuestResource(0, "r1"), HostResource(ImportPath(("r2",)))],
        types=types,
        instances=2,
    )


TWO = built(two_instances())


def two() -> Host:
    host = Host(TWO)
    host.fill("dtor", 0, 1, lambda _: None)
    host.on("drop-2", lambda: None)
    return host
