"""Adapters for engines that allow one memory a module. That they do the same is tested by scripts, in `tests/js`."""

from __future__ import annotations

from pathlib import Path

import pytest
import wasmtime

from witcraft import api, binary
from witcraft.core.build import Func, Import, Module, limits
from witcraft.core.encode import encode
from witcraft.core.opcodes import OPCODES, Immediate, Instr, const, copy, load, op, store, walk
from witcraft.core.tree import FuncType, MemoryType
from witcraft.fuse import fuse
from witcraft.fuse.one_memory import COPY, Apart, one_memory, several_memories, space
from witcraft.plan import link
from witcraft.plan.steps import InstantiateAdapters
from witcraft.resolve import resolve


@pytest.fixture(scope="module")
def adapters(composed: Path) -> Module:
    plan = fuse(link(resolve(binary.read(composed.read_bytes()))))
    (step,) = [step for step in plan.steps if isinstance(step, InstantiateAdapters)]
    assert encode(step.module) == step.wasm
    return step.module


@pytest.fixture(scope="module")
def apart(adapters: Module) -> Apart:
    assert several_memories(adapters)
    return one_memory(adapters)


def functions(module: Module) -> set[tuple[str, str]]:
    return {(item.module, item.field) for item in module.imports if isinstance(item.type, FuncType)}


def test_no_memory_is_left(adapters: Module, apart: Apart):
    assert not any(isinstance(item.type, MemoryType) for item in apart.adapters.imports)
    left = [it for func in apart.adapters.funcs for it in walk(func.body) if isinstance(it, Instr)]
    assert not any(Immediate.MEMORY in OPCODES[it.name][1] for it in left)
    assert functions(adapters) < functions(apart.adapters)
    assert apart.adapters.exports == adapters.exports


def test_what_is_imported_is_there(apart: Apart):
    given = {(space(item), func.name) for item in apart.memories for func in apart.access_to(item).funcs}
    given |= {(COPY, f"{to.field} {source.field}") for to, source in apart.copies}
    assert {name for name in functions(apart.adapters) if name[0] != ""} <= given


def test_a_list_of_bytes_is_one_copy(apart: Apart):
    """There and not back; strings go another way."""
    assert len(apart.copies) == 1


def one_by_one(config: wasmtime.Config) -> wasmtime.Engine:
    config.wasm_multi_memory = False
    return wasmtime.Engine(config)


@pytest.mark.parametrize("guest", ["composed", "bench"])
def test_engines_with_one_memory_a_module_take_all(guest: str, request: pytest.FixtureRequest):
    component = request.getfixturevalue(guest)
    engine = one_by_one(wasmtime.Config())
    files = api.js(component, multi_memory=False, base64_cutoff=0)
    modules = [bytes(data) for name, data in files.items() if name.endswith(".wasm") and not isinstance(data, str)]
    assert len(modules) > 1
    for data in modules:
        wasmtime.Module.validate(engine, data)


def test_the_adapters_as_they_are_are_not_for_such_engines(adapters: Module):
    with pytest.raises(wasmtime.WasmtimeError, match="multiple memories"):
        wasmtime.Module.validate(one_by_one(wasmtime.Config()), encode(adapters))


def test_offsets_and_kinds_have_a_function_each():
    """The one with the offset is in the module of the memory: an address does not wrap around."""
    memories = [Import("", str(index), f"m{index}", MemoryType(limits(1, is64=index > 0))) for index in range(2)]
    body = (
        *store(0, load(const(0, "i64"), 4, "i64.load", "m1"), 8, "i64.store", "m0"),
        *store(0, load(const(0, "i64"), 5, "i64.load", "m1"), 8, "i64.store", "m0"),
        *copy(const(0, "i64"), 0, 0, "m1", "m0"),
        *op("drop", op("memory.size", arguments=("m1",))),
    )
    made = one_memory(Module("t", imports=tuple(memories), funcs=(Func("f", (), (), body),)))
    assert {(it.module, it.field, it.type) for it in made.adapters.imports} == {
        ("memory 1", "i64.load 4", FuncType(("i64",), ("i64",))),
        ("memory 1", "i64.load 5", FuncType(("i64",), ("i64",))),
        ("memory 0", "i64.store 8", FuncType(("i32", "i64"), ())),
        ("memory 1", "memory.size", FuncType((), ("i64",))),
        (COPY, "1 0", FuncType(("i64", "i32", "i32"), ())),
    }
    engine = one_by_one(wasmtime.Config())
    for module in (made.adapters, *map(made.access_to, memories)):
        wasmtime.Module.validate(engine, encode(module))
