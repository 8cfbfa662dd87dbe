"""The mailbox: flat values go to and from host functions through a small memory, and so does what a trap is about.

A host function takes and gives nothing then, whatever the import's signature is. It reads its parameters first thing
and writes its result last thing, so that calls may nest. A host that fails may be in no state to say so (out of stack,
interrupted): it says when it is *done*, by writing 0 into the word ``PENDING``.
"""

from __future__ import annotations

from witcraft.abi.layout import MAX_FLAT_PARAMS
from witcraft.core.build import Data, Func, Import, Memory, limits
from witcraft.core.opcodes import Code, Operand, call, code, const, if_, load, op, store
from witcraft.core.tree import MemoryType
from witcraft.gate import handles, leave
from witcraft.gate.needs import Lowering
from witcraft.gate.parts import HOST, PENDING, SLOT, Parts
from witcraft.plan.steps import Plan
from witcraft.plan.throws import can_throw

assert SLOT * (MAX_FLAT_PARAMS + 1) <= PENDING, "the mailbox holds every parameter and a pointer for the result"


class Mailbox:
    def imports(self) -> tuple[Import, ...]:
        return (Import(HOST, "mail", "memory", MemoryType(limits(1))),)

    def memories(self) -> tuple[Memory, ...]:
        return ()

    def data(self) -> tuple[Data, ...]:
        return (Data("memory", const(PENDING), b"\1"),)

    def functions(self, parts: Parts) -> tuple[Func, ...]:
        return trap(parts), done()

    def lower(self, parts: Parts, lowering: Lowering) -> None:
        lower(parts, lowering)

    def dropped(self, parts: Parts, resource: int, rep: Code) -> Code:
        return code(post(0, rep), call_host(parts, f"drop-{resource}"))

    def realloc(self, core: str) -> tuple[tuple[str, str], ...]:
        """Lifting and lowering never move a block."""
        return (("align", core), ("size", core))

    def can_throw(self, plan: Plan) -> bool:
        return can_throw(plan)


MAILBOX = Mailbox()


def trap(parts: Parts) -> Func:
    """Tells the host which rule was broken: the code in slot 0, the detail in slot 1. Never returns."""
    body = code(post(0, "code"), post(1, "detail"), call(parts.host("trap")), op("unreachable"))
    return Func("trap", (("code", "i32"), ("detail", "i32")), (), body)


def post(slot: int, value: Operand, core: str = "i32") -> Code:
    return store(const(0), value, SLOT * slot, f"{core}.store")


def done() -> Func:
    """Goes on only if the host is done. Then the word is set again, for the host function around this one, if any."""
    body = code(if_(load(const(0), PENDING), op("unreachable")), store(const(0), 1, PENDING))
    return Func("done", (), (), body)


def call_host(parts: Parts, name: str) -> Code:
    return code(call(parts.host(name)), call("done"))


def lower(parts: Parts, lowering: Lowering) -> None:
    """Canonical ABI, "canon lower": the core function that stands for an imported function."""
    step, signature = lowering.step, lowering.signature
    body = code(
        leave.check(parts, step.options.instance),
        leave.in_scope(parts, lowering, code(parameters(parts, lowering), call_host(parts, f"import-{step.index}"))),
        result(parts, lowering),
    )
    params = tuple((f"p{slot}", core) for slot, core in enumerate(signature.params))
    name = f"lower-{step.index} {'/'.join(step.path.names)}"
    parts.define(Func(name, params, signature.results, body), f"lower-{step.index}")


def parameters(parts: Parts, lowering: Lowering) -> Code:
    direct, instance = lowering.direct.params, lowering.step.options.instance
    return code(
        *(
            post(slot, handles.lift(parts, instance, direct[slot], f"p{slot}") if slot in direct else f"p{slot}", core)
            for slot, core in enumerate(lowering.signature.params)
        )
    )


def result(parts: Parts, lowering: Lowering) -> Code:
    """From slot 0."""
    if not lowering.signature.results:
        return ()
    (core,) = lowering.signature.results
    value = load(const(0), 0, f"{core}.load")
    handle = lowering.direct.result
    return value if handle is None else handles.lower(parts, lowering.step.options.instance, handle, value)
