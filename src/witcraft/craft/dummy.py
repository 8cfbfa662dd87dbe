"""A core module that a world fits, and that does nothing: to look at, or to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from witcraft.abi.layout import Layout
from witcraft.core.build import Export, Func, Import, Memory, Module, limits
from witcraft.core.encode import encode
from witcraft.core.opcodes import Instr
from witcraft.core.tree import FuncType, MemoryType, Sort
from witcraft.craft.mangling import MANGLINGS, CoreName, Mangling, ResourceOp
from witcraft.errors import EmitError
from witcraft.model.world import Function, Interface, NamedResource, World, WorldItem

UNREACHABLE = (Instr("unreachable"),)
HANDLE = ("i32",)


def dummy_module(world: World, mangling: Mangling = MANGLINGS["standard"]) -> bytes:
    """Imports all that ``world`` imports, exports all that it exports; every function of it traps.

    Asynchronous functions are there in their synchronous form, which is allowed for each.
    """
    layout = Layout()
    imports = [*wanted(world, mangling, layout), *resource_imports(world, mangling)]
    funcs = [*given(world, mangling, layout), *housekeeping(mangling)]
    check_distinct(funcs)
    memory = Memory("memory", MemoryType(limits(0)))
    exports = [Export(func.name, Sort.FUNC, func.name) for func in funcs]
    return encode(
        Module(
            world.name,
            imports=tuple([Import(it.module, it.field, f"import {n}", ty) for n, (it, ty) in enumerate(imports)]),
            funcs=tuple(funcs),
            memories=(memory,),
            exports=(*exports[:-2], Export(mangling.memory, Sort.MEMORY, "memory"), *exports[-2:]),
        )
    )


def check_distinct(funcs: Sequence[Func]) -> None:
    """Two versions on one track have the same standard names."""
    seen: set[str] = set()
    for name in [func.name for func in funcs]:
        if name in seen:
            raise EmitError(f"two functions would be exported as {name}: choose legacy names")
        seen.add(name)


def housekeeping(mangling: Mangling) -> tuple[Func, Func]:
    params = tuple([(name, "i32") for name in ("old", "old-size", "align", "size")])
    return Func(mangling.realloc, params, ("i32",), UNREACHABLE), Func(mangling.initialize, (), (), ())


# ---- imports -----------------------------------------------------------------------------------------------------

Wanted = tuple[CoreName, FuncType]


def wanted(world: World, mangling: Mangling, layout: Layout) -> Iterator[Wanted]:
    for item in world.imports:
        match item:
            case Function():
                yield mangling.imported("", item.extern_name), lowered(item, layout)
            case Interface(name, types, functions):
                for function in functions:
                    yield mangling.imported(name, function.extern_name), lowered(function, layout)
                for resource in declared(types):
                    yield mangling.imported_drop(name, resource), FuncType(HANDLE, ())
            case NamedResource(name, of=None):
                yield mangling.imported_drop("", name), FuncType(HANDLE, ())
            case _:
                pass


def resource_imports(world: World, mangling: Mangling) -> Iterator[Wanted]:
    """What a module needs for resources of its own."""
    for interface in [item for item in world.exports if isinstance(item, Interface)]:
        for resource in declared(interface.types):
            for op in (ResourceOp.DROP, ResourceOp.NEW, ResourceOp.REP):
                results = () if op is ResourceOp.DROP else HANDLE
                yield mangling.own_resource(interface.name, resource, op), FuncType(HANDLE, results)


def declared(types: Sequence[WorldItem]) -> list[str]:
    """The resources that an interface declares; those that it uses are another's."""
    return [named.name for named in types if isinstance(named, NamedResource) and named.of is None]


# ---- exports -----------------------------------------------------------------------------------------------------


def given(world: World, mangling: Mangling, layout: Layout) -> Iterator[Func]:
    for item in world.exports:
        match item:
            case Function():
                yield from pair(mangling, "", item, layout)
            case Interface(name, types, functions):
                for function in functions:
                    yield from pair(mangling, name, function, layout)
                for resource in declared(types):
                    yield func(mangling.destructor(name, resource), FuncType(HANDLE, ()), traps=False)
            case _:
                pass


def pair(mangling: Mangling, interface: str, function: Function, layout: Layout) -> Iterator[Func]:
    """The function, and what is called once its result has been read."""
    signature = lifted(function, layout)
    yield func(mangling.exported(interface, function.extern_name), signature, traps=True)
    yield func(mangling.post_return(interface, function.extern_name), FuncType(signature.results, ()), traps=False)


def func(name: str, signature: FuncType, traps: bool) -> Func:
    params = tuple([(f"p{index}", core) for index, core in enumerate(signature.params)])
    return Func(name, params, signature.results, UNREACHABLE if traps else ())


# ---- signatures (CanonicalABI.md, "Flattening") ------------------------------------------------------------------


def lowered(function: Function, layout: Layout) -> FuncType:
    """As a core module imports it: a result that does not fit goes to where the last parameter says."""
    params, result = flat_params(function, layout), layout.flat_result(function)
    return FuncType(params, result) if result is not None else FuncType((*params, layout.core), ())


def lifted(function: Function, layout: Layout) -> FuncType:
    """As a core module exports it: a result that does not fit lies where the core result says."""
    result = layout.flat_result(function)
    return FuncType(flat_params(function, layout), (layout.core,) if result is None else result)


def flat_params(function: Function, layout: Layout) -> tuple[str, ...]:
    flat = layout.flat_params(function)
    return (layout.core,) if flat is None else flat
