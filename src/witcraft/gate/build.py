"""A plan's gate, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from witcraft.core.build import Export, Module
from witcraft.core.encode import encode
from witcraft.core.tree import Sort
from witcraft.gate import builtins, handles, leave, resources, scopes, tables, tasks
from witcraft.gate.handover import Handover
from witcraft.gate.mail import MAILBOX
from witcraft.gate.needs import Direct, Needs, needs
from witcraft.gate.parts import Parts
from witcraft.plan.steps import Plan


@dataclass(frozen=True, slots=True)
class Gate:
    """A core module, and what its users have to know of it.

    Imports, all from "host". With the mailbox the memory ``mail``, one page that may grow, whose first bytes are the
    mailbox (slots of 8 bytes), and functions that take and give nothing:

    - ``trap``: slot 0 is a code of ``runtime.traps``, slot 1 the detail; must not return;
    - ``import-K``: parameters in the slots from 0 on, the result in slot 0;
    - ``drop-R``: a guest dropped its own handle of a host resource; its representation in slot 0.

    The last two write 0 into the i32 at byte 248 when they are done; if not, they have failed. With calls these
    functions take the same as parameters and give the same as results, and fail by throwing; ``trap`` throws.

    Exports, each only if the plan has a use for it:

    - ``late``: the table that the host fills;
    - ``may-leave-I``: the flag of component instance I;
    - ``lower-K``: the core function of ``LowerImport`` K;
    - ``realloc-J``: (align, size) -> pointer, with calls all that the core function takes; ``post-return-J``: takes
      the flat results of the function called;
    - what ``Builtin.export`` says; ``context-I-S``, ``task-I``: what ``context.*`` and ``task.return`` find of the
      thread that runs in an instance; with ``left-`` before it, of the one that a post-return function goes on with;
    - ``resource.new-I-R``, ``resource.rep-I-R``, ``resource.drop-I-R``: the built-ins;
    - ``lift-own-I-R``, ``lift-borrow-I-R``: handle -> representation;
    - ``lower-own-I-R``, ``lower-borrow-I-R``: representation -> handle; the instance that defines a resource gets the
      representation itself as a borrow, so there is no ``lower-borrow`` to it;
    - ``begin-scope-I``, ``end-scope-I``: around a call of an export that borrow handles are lowered for;
    - ``trap``: (code, detail), ``begin-scope``, ``check-borrows``: what adapters want beside the flags, ``lift-*``,
      ``lower-*`` and ``end-scope-I`` of the instance that lends;
    - ``tasks``: the table where adapters put what takes the results of asynchronous functions; ``exclusive-I``: 1
      while a call is under way in an instance that no other may join; ``backpressure-I``: its counter;
    - ``dtor-R``: destroys a guest's resource that the host owns, if it has a destructor.

    A bad value found while values are lowered leaves the instance usable, once what was lowered is taken back, last
    first: owns by ``lift-own``, borrows by ``resource.drop``, then ``end-scope``.
    """

    module: Module
    wasm: bytes
    late: Mapping[tuple[str, int], int]
    """Where the host puts what it extracts: ("realloc" | "post-return" | "dtor", number) -> index in ``late``."""
    direct: Mapping[int, Direct]
    """Of every ``LowerImport``, which handles arrive as representations."""

    @property
    def imports(self) -> tuple[str, ...]:
        """What the module wants of "host", in its order."""
        return tuple([item.field for item in self.module.imports])

    @property
    def exports(self) -> frozenset[str]:
        return frozenset(export.name for export in self.module.exports)


def build(plan: Plan, handover: Handover = MAILBOX) -> Gate | None:
    """None if nothing could tell whether there is a gate: realloc and post-return are called as they are then.

    Raises ``ComponentError`` for types that the canonical ABI refuses.
    """
    wanted = needs(plan)
    if wanted.nothing:
        return None
    parts = Parts(handover, handover.can_throw(plan))
    for lowering in wanted.lowerings:
        handover.lower(parts, lowering)
    resources.for_guests(parts, plan, wanted)
    builtins.for_guests(parts, wanted)
    handles.for_the_host(parts, wanted)
    for index, options in wanted.reallocs.items():
        leave.realloc(parts, wanted, index, options)
    for index, (options, flat) in wanted.post_returns.items():
        leave.post_return(parts, wanted, index, options, flat)
    rules = leave.functions(), handles.functions(), scopes.functions(), tables.functions(), tasks.functions()
    for func in chain(handover.functions(parts), *rules):
        parts.define(func)
    for_adapters(parts, wanted)
    module = parts.module()
    direct = {lowering.step.index: lowering.direct for lowering in wanted.lowerings}
    return Gate(module, encode(module), dict(parts.late), direct)


def for_adapters(parts: Parts, needs: Needs) -> None:
    """What calls between component instances share with every other call."""
    for instance in needs.joined:
        parts.may_leave(instance)
    if needs.joined:
        parts.exports.append(Export("trap", Sort.FUNC, "trap"))
    if needs.lenders:
        parts.exports += [Export(name, Sort.FUNC, name) for name in ("begin-scope", "check-borrows")]
    tasks.for_adapters(parts, needs)
