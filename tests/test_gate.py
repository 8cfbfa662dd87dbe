"""The gate's rules, each against the engine, and the handle tables against a model of the specification's.

Rows of the ABI checklist are those of the canonical ABI of 0.2: may-leave (47), handle tables and resources (52 to 65).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
import wasmtime
from hypothesis import example, given, settings
from hypothesis import strategies as st

from witcraft.core import tree as core
from witcraft.core.build import Export, Func, Module, Tag
from witcraft.core.encode import encode
from witcraft.core.opcodes import op
from witcraft.core.tree import FuncType, Sort, TagType
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.gate import tables
from witcraft.gate.build import Gate, build
from witcraft.gate.show import show
from witcraft.model.types import (
    BOOL,
    F32,
    F64,
    S64,
    STRING,
    U8,
    U32,
    U64,
    Borrow,
    List,
    Option,
    Own,
    Record,
    Field,
    Resource,
    Result,
    Tuple,
    TypeDef,
    ValType,
)
from witcraft.model.world import Freestanding, Function, Interface, Param, World
from witcraft.plan.steps import (
    CoreDef,
    CoreExport,
    DefineResource,
    ExportDef,
    ExportedInstance,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GuestResource,
    HostResource,
    ImportPath,
    InstantiateModule,
    LiftedFunction,
    Lowered,
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

pytestmark = pytest.mark.engine

NEW, REP, DROP = ResourceOp
NOTHING = FuncType((), ())
I32 = wasmtime.ValType.i32()


# ---- plans by hand -----------------------------------------------------------------------------------------------


def function(name: str, params: Sequence[ValType], result: ValType | None = None) -> Function:
    named = tuple(Param(f"p{i}", type_) for i, type_ in enumerate(params))
    return Function(name, name, Freestanding(), named, result)


def lower(index: int, params: Sequence[ValType], result: ValType | None = None, **options: object) -> LowerImport:
    made = replace(Options(0), **options)  # type: ignore[arg-type]
    return LowerImport(index, ImportPath(("test:gate/host", f"f{index}")), function(f"f{index}", params, result), made)


def lift(params: Sequence[ValType], result: ValType | None = None, **options: object) -> LiftedFunction:
    made = replace(Options(0), **options)  # type: ignore[arg-type]
    return LiftedFunction(function("g", params, result), CoreExport(0, "g", NOTHING), made)


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


class Host:
    """Runs a gate: host functions are methods of plain Python, looked up by the name that the gate has for them."""

    def __init__(self, gate: Gate, limit: int = -1) -> None:
        self.store = wasmtime.Store()
        self.store.set_limits(memory_size=limit)
        self.mail = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))
        self.functions: dict[str, Callable[[], None]] = {"trap": self.trap}
        self.gate = gate
        module = wasmtime.Module(self.store.engine, gate.wasm)
        externs = [self.mail if name == "mail" else self.host(name) for name in gate.imports]
        self.exports = wasmtime.Instance(self.store, module, externs).exports(self.store)

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

    def on(self, name: str, func: Callable[[], int | None]) -> None:
        """``func`` as a host function: what it gives goes into slot 0."""

        def run() -> None:
            result = func()
            if result is not None:
                self.post(0, result)
            self.done()

        self.functions[name] = run

    def call(self, name: str, *args: float) -> int:
        """i32 results as unsigned numbers."""
        func = self.exports[name]
        assert isinstance(func, wasmtime.Func)
        result = func(self.store, *map(signed, args))
        return result % (1 << 32) if isinstance(result, int) else result

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
