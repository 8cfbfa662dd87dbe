"""Checks that a call between component instances stays in WebAssembly. Run on every plan with adapters in the tests.

``abi.verify_moves`` proves that a translation builds no value of a host's; here the modules made of them, and the
gate's functions that they call, are found to lead to no host function but ``trap``, which does not return.
"""

from __future__ import annotations

from witcraft.abi.facts import require
from witcraft.abi.verify_moves import verify_crossing, verify_helper
from witcraft.core.build import Module, called
from witcraft.core.tree import FuncType, Sort
from witcraft.plan.programs import moves
from witcraft.plan.steps import CoreDef, CoreExport, GateExport, InstantiateAdapters, Lowered, Plan, Unsupported


def verify(plan: Plan, gate: Module) -> None:
    """Raises ``ProgramError``; ``plan`` is one that ``fuse`` made, ``gate`` the module of its gate."""
    for translation in moves(plan):
        verify_crossing(translation.made, translation.caller, translation.callee)
        for key, made, source, sink in translation.helpers:
            verify_helper(key, made, source, sink)
    for step in plan.steps:
        if isinstance(step, InstantiateAdapters):
            for arg in step.args:
                stays(arg.value, gate)


def stays(value: CoreDef, gate: Module) -> None:
    """What an adapter is given is a guest's, another adapter, or a rule of the gate's.

    A guest may give an import of its own as its ``realloc``: the gate traps there, since it must not leave then.
    """
    match value:
        case GateExport(name):
            reached = hosts_reached(gate, name)
            require(reached <= {"trap"}, "an adapter calls {}, which leads to the host", name)
        case CoreExport() | Lowered():
            pass
        case Unsupported(feature):
            require(False, "an adapter is given {}", feature)
        case _:
            pass


def hosts_reached(gate: Module, export: str) -> set[str]:
    """The host functions that an export of the gate can lead to, by the names that the host gives them."""
    bodies = {func.name: func.body for func in gate.funcs}
    hosts = {item.name: item.field for item in gate.imports if isinstance(item.type, FuncType)}
    todo = [item.of for item in gate.exports if item.name == export and item.sort is Sort.FUNC]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += called(bodies.get(name, ()))
    return {hosts[name] for name in seen if name in hosts}
