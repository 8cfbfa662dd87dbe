"""Calls with arguments: for hosts whose functions core code calls as it calls its own, such as JavaScript.

Flat values are parameters and results of the host's functions. A host function that fails throws through the gate;
where a guest could catch that, the gate makes a trap of it. The gate has a memory of its own, if it keeps handles.
"""

from __future__ import annotations

from witcraft.core.build import Data, Func, Import, Memory, limits
from witcraft.core.opcodes import Catch, Code, block, call, code, op, set_local, try_table
from witcraft.core.tree import FuncType, MemoryType
from witcraft.gate import handles, leave
from witcraft.gate.needs import Lowering
from witcraft.gate.parts import Parts
from witcraft.plan.steps import Plan
from witcraft.plan.throws import has_tags

REALLOC = "old", "old-size", "align", "size"


class Calls:
    def imports(self) -> tuple[Import, ...]:
        return ()

    def memories(self) -> tuple[Memory, ...]:
        return (Memory("memory", MemoryType(limits(1))),)

    def data(self) -> tuple[Data, ...]:
        return ()

    def functions(self, parts: Parts) -> tuple[Func, ...]:
        """The host throws what a trap is about."""
        thrown = call(parts.host("trap", FuncType(("i32", "i32"), ())), "code", "detail")
        body = code(uncaught(thrown) if parts.exceptions else thrown, op("unreachable"))
        return (Func("trap", (("code", "i32"), ("detail", "i32")), (), body),)

    def lower(self, parts: Parts, lowering: Lowering) -> None:
        """Canonical ABI, "canon lower"."""
        step, signature = lowering.step, lowering.signature
        called = code(call(parts.host(f"import-{step.index}", signature), *arguments(parts, lowering)))
        locals_ = tuple(("result", core) for core in signature.results)
        kept = set_local("result", called) if locals_ else called
        body = code(
            leave.check(parts, step.options.instance),
            leave.in_scope(parts, lowering, uncaught(kept) if parts.exceptions else kept),
            result(parts, lowering),
        )
        params = tuple((f"p{slot}", core) for slot, core in enumerate(signature.params))
        name = f"lower-{step.index} {'/'.join(step.path.names)}"
        parts.define(Func(name, params, signature.results, body, locals_), f"lower-{step.index}")

    def dropped(self, parts: Parts, resource: int, rep: Code) -> Code:
        called = call(parts.host(f"drop-{resource}", FuncType(("i32",), ())), rep)
        return uncaught(called) if parts.exceptions else called

    def realloc(self, core: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, core) for name in REALLOC)

    def can_throw(self, plan: Plan) -> bool:
        """Engines without exceptions are to run whatever has none, so a module of the host's is trusted here."""
        return any(map(has_tags, plan.modules))


def arguments(parts: Parts, lowering: Lowering) -> list[Code | str]:
    direct, instance = lowering.direct.params, lowering.step.options.instance
    return [
        handles.lift(parts, instance, direct[slot], f"p{slot}") if slot in direct else f"p{slot}"
        for slot in range(len(lowering.signature.params))
    ]


def result(parts: Parts, lowering: Lowering) -> Code:
    if not lowering.signature.results:
        return ()
    handle = lowering.direct.result
    if handle is None:
        return op("local.get", arguments=("result",))
    return handles.lower(parts, lowering.step.options.instance, handle, "result")


def uncaught(body: Code) -> Code:
    """``body``, and a trap in place of whatever it throws."""
    return block(
        "done",
        block("caught", try_table([Catch(None, "caught")], body), op("br", arguments=("done",))),
        op("unreachable"),
    )


CALLS = Calls()
