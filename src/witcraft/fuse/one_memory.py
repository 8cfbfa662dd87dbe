"""Adapters for engines that allow one memory a module: what a module of adapters does to memories, it calls.

Each memory gets a small module of its own, which loads and stores on behalf of the adapters; whole ranges go from one
memory to another by functions of the host's, one copy each. Everything else is the module that was there: the rewrite
knows instructions, not what they are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from witcraft.core.build import Export, Func, Import, Module, limits
from witcraft.core.opcodes import LOADS_AND_STORES, OPCODES, Block, Code, Immediate, Instr, op
from witcraft.core.tree import FuncType, MemoryType, Sort

COPY = "copy"
"""The import module of the functions that copy; theirs are named by the memories, "to from"."""

MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Apart:
    """``adapters`` imports the functions of ``access`` in the place of memories: of each memory, from ``space``."""

    adapters: Module
    memories: tuple[Import, ...]
    access: dict[MemoryType, Module]  # imports ("", MEMORY); shared by memories of the type
    copies: tuple[tuple[Import, Import], ...]  # to, from

    def access_to(self, memory: Import) -> Module:
        return self.access[general(memory)]


def space(memory: Import) -> str:
    """The import module of the functions that reach a memory."""
    return f"memory {memory.field}"


def general(memory: Import) -> MemoryType:
    """A type that any memory of the sort is good for."""
    assert isinstance(memory.type, MemoryType)
    found = memory.type.limits
    return memory.type if found.shared else MemoryType(limits(0, is64=found.is64))


def several_memories(module: Module) -> bool:
    return sum(isinstance(item.type, MemoryType) for item in module.imports) > 1


def one_memory(module: Module) -> Apart:
    """``module``, which imports all its memories, without any."""
    rewrite = Rewrite({item.name: item for item in module.imports if isinstance(item.type, MemoryType)})
    funcs = tuple([replace(func, body=tuple(rewrite.code(func.body))) for func in module.funcs])
    others = [item for item in module.imports if not isinstance(item.type, MemoryType)]
    access: dict[MemoryType, dict[str, Func]] = {general(item): {} for item in rewrite.memories.values()}
    for memory, func in rewrite.reached:
        access[general(memory)][func.name] = func
    return Apart(
        replace(module, imports=(*others, *rewrite.imports.values()), funcs=funcs),
        tuple(rewrite.memories.values()),
        {type_: access_module(type_, tuple(found.values())) for type_, found in access.items()},
        tuple(rewrite.copies),
    )


def access_module(type_: MemoryType, funcs: tuple[Func, ...]) -> Module:
    exports = tuple([Export(func.name, Sort.FUNC, func.name) for func in funcs])
    return Module("access", imports=(Import("", MEMORY, MEMORY, type_),), funcs=funcs, exports=exports)


@dataclass(slots=True)
class Rewrite:
    memories: dict[str, Import]  # by the name in the module
    imports: dict[tuple[str, str], Import] = field(default_factory=dict)
    reached: list[tuple[Import, Func]] = field(default_factory=list)
    copies: list[tuple[Import, Import]] = field(default_factory=list)

    def code(self, body: Code) -> Iterator[Instr | Block]:
        for instr in body:
            if isinstance(instr, Block):
                inside, otherwise = tuple(self.code(instr.body)), tuple(self.code(instr.otherwise))
                yield replace(instr, body=inside, otherwise=otherwise)
            elif Immediate.MEMORY in OPCODES[instr.name][1]:
                yield Instr("call", (self.function(instr).name,))
            else:
                yield instr

    def function(self, instr: Instr) -> Import:
        """What does the same."""
        *rest, last = instr.arguments
        memory = self.memories[str(last)]
        if instr.name == "memory.copy" and rest != [last]:
            return self.between(self.memories[str(rest[0])], memory)
        func = in_place(instr, core_of(memory))
        return self.imported(space(memory), func.name, func.type, memory, func)

    def between(self, to: Import, source: Import) -> Import:
        cores = core_of(to), core_of(source)
        type_ = FuncType((*cores, min(cores)), ())
        if (COPY, f"{to.field} {source.field}") not in self.imports:
            self.copies.append((to, source))
        return self.imported(COPY, f"{to.field} {source.field}", type_)

    def imported(
        self, module: str, name: str, type_: FuncType, memory: Import | None = None, func: Func | None = None
    ) -> Import:
        if (module, name) not in self.imports:
            self.imports[module, name] = Import(module, name, f"{module} {name}", type_)
            if memory is not None and func is not None:
                self.reached.append((memory, func))
        return self.imports[module, name]


def core_of(memory: Import) -> str:
    """The type of an address; "i32" is the smaller one of both."""
    assert isinstance(memory.type, MemoryType)
    return "i64" if memory.type.limits.is64 else "i32"


def in_place(instr: Instr, core: str) -> Func:
    """A function that is one instruction of a module with one memory."""
    cores, results = signature(instr.name, core)
    params = tuple([(f"p{index}", param) for index, param in enumerate(cores)])
    given = [argument for argument in instr.arguments if not isinstance(argument, str)]
    memories = [MEMORY for argument in instr.arguments if isinstance(argument, str)]
    name = " ".join([instr.name, *map(str, given)])
    body = op(instr.name, *[name for name, _ in params], arguments=(*given, *memories))
    return Func(name, params, results, body)


def signature(name: str, core: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an instruction takes and gives, by the type of addresses."""
    value = name.partition(".")[0]
    match name:
        case "memory.size":
            return (), (core,)
        case "memory.grow":
            return (core,), (core,)
        case "memory.fill":
            return (core, "i32", core), ()
        case "memory.copy":
            return (core, core, core), ()
        case _ if ".store" in name:
            return (core, value), ()
        case _:
            assert name in LOADS_AND_STORES, name
            return (core,), (value,)
