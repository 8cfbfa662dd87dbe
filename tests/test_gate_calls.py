"""The gate for hosts that core code calls with arguments: the rules are those of the mailbox's, the way in is another."""

from __future__ import annotations

from typing import Any

import pytest
import wasmtime

from tests.gate_host import ENGINE, lift, lower, plan, resource, use
from witcraft.core.tree import FuncType
from witcraft.gate.build import Gate, build
from witcraft.gate.calls import CALLS
from witcraft.model.types import S64, U32, Borrow, Own
from witcraft.plan.steps import (
    CoreExport,
    ExtractMemory,
    ExtractRealloc,
    HostResource,
    ImportPath,
    Lowered,
    Options,
    Plan,
    ResourceFunc,
    ResourceOp,
)
from witcraft.runtime.traps import CANNOT_LEAVE, MESSAGES, UNKNOWN_HANDLE

I32, I64 = wasmtime.ValType.i32(), wasmtime.ValType.i64()
REALLOC = FuncType(("i32",) * 4, ("i32",))

pytestmark = pytest.mark.engine


def built(made: Plan) -> Gate:
    gate = build(made, CALLS)
    assert gate is not None
    return gate


class Host:
    """Runs a gate; ``functions`` are what it imports, with their types."""

    def __init__(self, gate: Gate, functions: dict[str, tuple[list[Any], list[Any], Any]]) -> None:
        self.store = wasmtime.Store(ENGINE)
        given = {"trap": ([I32, I32], [], self.trap), **functions}
        made = [
            wasmtime.Func(self.store, wasmtime.FuncType(params, results), function)
            for params, results, function in (given[name] for name in gate.imports)
        ]
        self.instance = wasmtime.Instance(self.store, wasmtime.Module(ENGINE, gate.wasm), made)

    @staticmethod
    def trap(code: int, detail: int) -> None:
        raise RuntimeError(MESSAGES[code].format(detail=detail))

    def call(self, name: str, *args: int) -> Any:
        return self.instance.exports(self.store)[name](self.store, *args)  # type: ignore[operator]

    def fill(self, index: int, params: list[Any], results: list[Any], function: Any) -> None:
        made = wasmtime.Func(self.store, wasmtime.FuncType(params, results), function)
        self.instance.exports(self.store)["late"].set(self.store, index, made)  # type: ignore[union-attr]


def test_values_are_parameters_and_results():
    gate = built(plan(lower(0, [U32, S64], S64), use(Lowered(0))))
    assert set(gate.imports) == {"import-0", "trap"}
    host = Host(gate, {"import-0": ([I32, I64], [I64], lambda a, b: a - b)})
    assert host.call("lower-0", 7, 1 << 40) == 7 - (1 << 40)


def test_a_gate_without_handles_has_no_memory():
    assert not built(plan(lower(0, [U32]), use(Lowered(0)))).module.memories
    streams = HostResource(ImportPath(("test:gate/host", "stream")))
    stream = resource("stream")
    with_handles = plan(lower(0, [Own(stream)]), use(Lowered(0)), resources=[streams], types=[stream])
    assert len(built(with_handles).module.memories) == 1


def test_realloc_is_the_whole_function_and_cannot_leave():
    steps = (
        lower(0, [U32]),
        use(Lowered(0)),
        ExtractMemory(0, CoreExport(0, "m", REALLOC)),
        ExtractRealloc(0, CoreExport(0, "r", REALLOC)),
    )
    gate = built(plan(*steps, exports=[lift([U32], options=Options(0, memory=0, realloc=0))]))
    host = Host(gate, {"import-0": ([I32], [], lambda n: None)})
    host.fill(gate.late["realloc", 0], [I32] * 4, [I32], lambda old, size, align, new: old + size + align + new)
    assert host.call("realloc-0", 1, 20, 300, 4000) == 4321
    host.fill(gate.late["realloc", 0], [I32] * 4, [I32], lambda *_: host.call("lower-0", 1) or 0)
    with pytest.raises(Exception, match=MESSAGES[CANNOT_LEAVE]):
        host.call("realloc-0", 0, 0, 1, 8)


def test_handles_arrive_as_representations():
    stream = resource("stream")
    steps = (lower(0, [Borrow(stream)], Own(stream)), lower(1, [], Own(stream)))
    made = use(Lowered(0), Lowered(1), ResourceFunc(ResourceOp.DROP, 0, 0))
    streams = HostResource(ImportPath(("test:gate/host", "stream")))
    gate = built(plan(*steps, made, resources=[streams], types=[stream]))
    seen: list[int] = []
    functions = {
        "import-0": ([I32], [I32], lambda rep: (seen.append(rep), 70)[1]),  # type: ignore[func-returns-value]
        "import-1": ([], [I32], lambda: 50),
        "drop-0": ([I32], [], lambda rep: seen.append(-rep)),
    }
    with pytest.raises(Exception, match=MESSAGES[UNKNOWN_HANDLE].format(detail=1)):
        Host(gate, functions).call("lower-0", 1)
    host = Host(gate, functions)
    assert [host.call("lower-1"), host.call("lower-0", 1)] == [1, 2]
    host.call("resource.drop-0-0", 2)
    assert seen == [50, -70]
