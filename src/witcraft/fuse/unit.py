"""A module of adapters while it is put together: what they import and the functions they share, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from witcraft.abi.layout import Layout
from witcraft.abi.moves import HelperKey
from witcraft.core.build import Elements, Export, Func, Global, Import, Module
from witcraft.core.opcodes import Code, Operand, call, code, const, op
from witcraft.core.tree import ExternType, FuncType, GlobalType, MemoryType, Sort
from witcraft.errors import UnsupportedError
from witcraft.plan.steps import CoreDef, GateExport, ModuleArg, Plan, Side, StringEncoding
from witcraft.runtime.traps import NOT_SUPPORTED, UNSUPPORTED

TRAP = FuncType(("i32", "i32"), ())
PAGE_SHIFT = 16


@dataclass(frozen=True, slots=True)
class Room:
    """A component instance as a way has it: where values lie, and what makes room for more.

    ``core`` is the type of a pointer; ``memory`` and ``realloc`` are names in the unit, "" if there is none.
    """

    instance: int
    encoding: StringEncoding
    core: str
    memory: str
    realloc: str


@dataclass(frozen=True, slots=True)
class Way:
    """From one room to another."""

    source: Room
    target: Room

    @property
    def back(self) -> Way:
        return Way(self.target, self.source)


@dataclass(slots=True)
class Unit:
    plan: Plan
    throws: bool  # some core module could throw an exception
    tasks: Mapping[int, int] = field(default_factory=dict)  # their numbers, by those of the calls
    storage: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # as ``plan.tasks.storage``
    imports: dict[CoreDef, Import] = field(default_factory=dict)
    funcs: dict[str, Func | None] = field(default_factory=dict)  # None: under way
    globals: dict[str, Global] = field(default_factory=dict)
    elements: list[Elements] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    helpers: dict[tuple[Way, HelperKey], str] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=lambda: {"i32": Layout(4), "i64": Layout(8)})

    # ---- what is imported

    def item(self, value: CoreDef, ty: ExternType, title: str) -> str:
        """What the unit calls a core definition; ``title`` is for people."""
        if value not in self.imports:
            self.imports[value] = Import("", str(len(self.imports)), f"{title} {len(self.imports)}", ty)
        return self.imports[value].name

    def gate(self, name: str, ty: ExternType) -> str:
        return self.item(GateExport(name), ty, name)

    def may_leave(self, instance: int) -> str:
        return self.gate(f"may-leave-{instance}", GlobalType("i32", True))

    def room(self, side: Side) -> Room:
        core = "i64" if side.memory64 else "i32"
        memory = realloc = ""
        if side.memory is not None:
            assert isinstance(side.memory.type, MemoryType)
            refuse_pages(side.memory.type)
            memory = self.item(side.memory, side.memory.type, "memory")
        if side.realloc is not None:
            realloc = self.item(side.realloc, FuncType((core,) * 4, (core,)), "realloc")
        return Room(side.instance, side.encoding, core, memory, realloc)

    def trap(self, reason: Operand, detail: Operand = 0) -> Code:
        """Tells the host why, and does not come back."""
        return code(call(self.gate("trap", TRAP), reason, detail), op("unreachable"))

    def lacks(self, name: str) -> Code:
        """Traps for want of one of ``traps.UNSUPPORTED``."""
        return self.trap(NOT_SUPPORTED + UNSUPPORTED.index(name))

    # ---- what is defined

    def variable(self, name: str, core: str) -> str:
        self.globals.setdefault(name, Global(name, GlobalType(core, True), const(0, core)))
        return name

    def share(self, name: str, make: Callable[[str], Func]) -> str:
        """The function of that name, made when it is first wanted."""
        if name not in self.funcs:
            self.funcs[name] = None
            self.funcs[name] = make(name)
        return name

    def export(self, func: Func) -> None:
        self.funcs[func.name] = func
        self.exports.append(Export(func.name, Sort.FUNC, func.name))

    def fill(self, table: str, number: int, func: Func) -> None:
        self.funcs[func.name] = func
        self.elements.append(Elements(table, const(number), (func.name,)))

    def module(self) -> Module:
        return Module(
            "adapters",
            imports=tuple(self.imports.values()),
            funcs=tuple([func for func in self.funcs.values() if func is not None]),
            globals=tuple(self.globals.values()),
            exports=tuple(self.exports),
            elements=tuple(self.elements),
        )

    def args(self) -> tuple[ModuleArg, ...]:
        """What the imports are, in their order."""
        return tuple([ModuleArg(item.module, item.field, value) for value, item in self.imports.items()])


def refuse_pages(memory: MemoryType) -> None:
    """A gated feature of core modules."""
    if memory.limits.page_size_log2 != PAGE_SHIFT:
        raise UnsupportedError("a call between component instances whose memory has pages of another size")
