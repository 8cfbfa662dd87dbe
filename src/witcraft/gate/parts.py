"""A gate while it is put together: what its rules ask for is added once, in the order in which they ask.

Its memory, which the host makes: the mailbox, 32 slots of 8 bytes; the header of the stack of borrow scopes; the
headers of the handle tables, one for each component instance that has handles; then whatever these grow into.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from witcraft.core.build import Export, Func, Global, Import, Module, Table, limits, pruned
from witcraft.core.opcodes import NOTHING, OPCODES, Code, Immediate, Instr, call_indirect, const, walk
from witcraft.core.tree import FuncType, GlobalType, Sort, TableType
from witcraft.errors import UnsupportedError
from witcraft.gate.handover import Handover
from witcraft.plan.tasks import TASKS

SLOT = 8  # bytes of the mailbox that one value takes
PENDING = 31 * SLOT  # 1 while a host function has not said, by writing 0, that it is done
SCOPES = 32 * SLOT  # where the header of the borrow scopes lies
HEADER = 16
PAGE = 1 << 16

HOST, LATE, TOP = "host", "late", "top"


@dataclass(slots=True)
class Parts:
    handover: Handover
    exceptions: bool = False  # core code could throw, or catch
    imports: dict[str, Import] = field(default_factory=dict)
    globals: dict[str, Global] = field(default_factory=dict)
    funcs: list[Func] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    tables: dict[int, int] = field(default_factory=dict)  # component instance -> address of its header
    late: dict[tuple[str, int], int] = field(default_factory=dict)
    tasks: int = 0  # places in their table

    def define(self, func: Func, *exports: str) -> None:
        self.funcs.append(func)
        self.exports += [Export(name, Sort.FUNC, func.name) for name in exports]

    def export(self, *funcs: Func) -> None:
        """Functions that are exported by their own name."""
        for func in funcs:
            self.define(func, func.name)

    def host(self, name: str, signature: FuncType = NOTHING) -> str:
        """The host function of that name."""
        self.imports.setdefault(name, Import(HOST, name, f"host {name}", signature))
        return f"host {name}"

    def call_late(self, kind: str, index: int, signature: FuncType, *operands: Code | str | int) -> Code:
        """Calls a function that the host extracts from a module that comes later."""
        slot = self.late.setdefault((kind, index), len(self.late))
        return call_indirect(LATE, signature, *operands, index=slot)

    def may_leave(self, instance: int) -> str:
        """The flag of a component instance: 1, or 0 while its realloc or a post-return function runs."""
        name = f"may-leave-{instance}"
        if name not in self.globals:
            self.globals[name] = Global(name, GlobalType("i32", True), const(1))
            self.exports.append(Export(name, Sort.GLOBAL, name))
        return name

    def variable(self, name: str, core: str, exported: bool = False) -> str:
        """A global that begins as 0."""
        if name not in self.globals:
            self.globals[name] = Global(name, GlobalType(core, True), const(0, core))
            if exported:
                self.exports.append(Export(name, Sort.GLOBAL, name))
        return name

    def table(self, instance: int) -> int:
        """Where the header of a component instance's handle table lies."""
        return self.tables.setdefault(instance, SCOPES + HEADER * (1 + len(self.tables)))

    def module(self) -> Module:
        top = SCOPES + HEADER * (1 + len(self.tables))
        if top > PAGE:
            raise UnsupportedError(f"{len(self.tables)} component instances with handles are more than is supported")
        tables = tuple(
            [of_functions(name, size) for name, size in ((LATE, len(self.late)), (TASKS, self.tasks)) if size]
        )
        made = pruned(
            Module(
                "gate",
                imports=(*self.handover.imports(), *self.imports.values()),
                funcs=tuple(self.funcs),
                tables=tables,
                memories=self.handover.memories(),
                globals=(Global(TOP, GlobalType("i32", True), const(top)), *self.globals.values()),
                exports=(*[Export(it.name, Sort.TABLE, it.name) for it in tables], *self.exports),
                data=self.handover.data(),
            )
        )
        return made if any(touches_memory(func.body) for func in made.funcs) else replace(made, memories=())


def of_functions(name: str, size: int) -> Table:
    return Table(name, TableType("funcref", limits(size, size)))


def touches_memory(body: Code) -> bool:
    return any(isinstance(instr, Instr) and Immediate.MEMORY in OPCODES[instr.name][1] for instr in walk(body))
