"""One function as Python: its signature, its method or its trampoline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.ops import BeginBorrows, EndBorrows, Program
from witcraft.emit.python.frames import ExportFrame, ImportFrame
from witcraft.emit.python.module import PyModule, PyWriter, quoted
from witcraft.emit.python.names import Taken, function_name
from witcraft.emit.python.ops import Body
from witcraft.emit.python.types import Annotator
from witcraft.model.types import Borrow, Resource, Result, strip
from witcraft.model.world import Constructor, Freestanding, Function, Method, Param, Static
from witcraft.plan.steps import LiftedFunction, LowerImport

if TYPE_CHECKING:
    from witcraft.emit.python.package import Package


@dataclass(frozen=True, slots=True)
class Signature:
    """``params``: name and annotation of each; ``first``: "self" or "cls", or "" outside of a class."""

    first: str
    params: tuple[tuple[str, str], ...]
    returns: str

    def items(self, positional: bool = False) -> list[str]:
        typed = [f"{name}: {hint}" for name, hint in self.params]
        first = [self.first] if self.first else []
        return [*first, *typed, *(["/"] if positional and typed else [])]


def param_names(function: Function) -> tuple[str, ...]:
    """Python names of the parameters, in order; a method's first one is ``self``."""
    taken = Taken(("self", "cls"))
    names = [taken.take(function_name(param.name)) for param in _own_params(function)]
    return (*(("self",) if isinstance(function.kind, Method) else ()), *names)


def signature(note: Annotator, function: Function, exported: bool) -> Signature:
    """As a method of a class: an export takes what is given, an import's implementation is given what the guest has."""
    hint = note.taken if exported else note.for_host().given
    names = param_names(function)[1 if isinstance(function.kind, Method) else 0 :]
    params = tuple(
        (name, note.given(p.type) if exported and isinstance(strip(p.type), Borrow) else hint(p.type))
        for name, p in zip(names, _own_params(function), strict=True)
    )
    first = "cls" if isinstance(function.kind, Static) else "self"
    returns = "None" if isinstance(function.kind, Constructor) else note.result(function.result, given=exported)
    return Signature(first, params, returns)


def _own_params(function: Function) -> tuple[Param, ...]:
    return function.params[1:] if isinstance(function.kind, Method) else function.params


def python_name(function: Function) -> str:
    return "__init__" if isinstance(function.kind, Constructor) else function_name(function.name)


def owner(function: Function) -> Resource | None:
    """The resource whose class a function stands in."""
    return None if isinstance(function.kind, Freestanding) else function.kind.resource


def documentation(note: Annotator, function: Function) -> str:
    """The function's docs, and what it raises."""
    result = strip(function.result) if function.result is not None else None
    if isinstance(function.kind, Constructor) or not isinstance(result, Result):
        return function.docs.text
    raises = f"Raises ``Err[{note.given(result.err)}]``." if result.err is not None else "Raises ``Err``."
    return f"{function.docs.text}\n\n{raises}" if function.docs.text else raises


# ---- exports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calls:
    """The attributes under which an object keeps the prepared calls of one function."""

    call: str
    post: str


def print_method(
    package: Package, module: PyModule, out: PyWriter, lifted: LiftedFunction, calls: Calls, name: str, label: str
) -> None:
    """The method that calls a lifted function."""
    function, options = lifted.function, lifted.options
    note, pointer = package.annotator(module), 8 if options.memory64 else 4
    call_options = CallOptions(options.post_return is not None, package.facts.defined_by(options.instance))
    program = package.simplify(lift_export(function, call_options, package.layout(pointer)))
    own = "self" if owner(function) is None else "api"
    frame = ExportFrame(package, options.instance, pointer, program, own, calls.call, calls.post, label)
    if isinstance(function.kind, Constructor):
        frame.constructs = function.kind.resource
    names = param_names(function)
    body = Body(note, frame, dict(zip([p for p, _ in program.params], names, strict=True)))
    store, outer = body.need("store"), body.fresh("outer")
    body.out.depth = 2
    with body.out.block("try:"):
        if function.result is not None and package.facts.copies([function.result]):
            body.out.line(f"{body.memory()}.copied = 0")
        body.block(program.body)
    trap = body.fresh("trap")
    with body.out.block(f"except {module.runtime('Trap')} as {trap}:"):
        body.out.line(f"raise {store}.trapped({quoted(label)}, {trap})")
    with body.out.block("finally:"):
        body.out.line(f"{store}.busy = {outer}")
    sign = signature(note, function, exported=True)
    if isinstance(function.kind, Static):
        out.line(f"@{module.builtin('classmethod')}")
    out.bracket(f"def {name}(", sign.items(), f") -> {sign.returns}:")
    with out.indented():
        out.doc(documentation(note, function))
        if own == "api":
            out.line(f"api = {sign.first}._api")
        print_needs(package, out, body, own, lifted)
        out.line(f"{outer} = {store}.enter()")
    out.lines += body.out.lines


def print_needs(package: Package, out: PyWriter, body: Body, own: str, lifted: LiftedFunction) -> None:
    """The locals that the body uses: the store first, since the views are its."""
    store = body.need("store")
    out.line(f"{store} = {own}._store")
    for need in body.needs:
        local = body.local(f"frame {need}")
        if need == "context":
            out.line(f"{local} = {own}._context")
        elif need == "memory":
            out.line(f"{local} = {own}._context.{package.memory_name(lifted.options)}")
        elif need in VIEWS:
            out.line(f"{local} = {store}.{need}")


# ---- imports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trampoline:
    """``name(context, host)`` gives what core code calls as an import.

    ``host`` names the parameter for the host's object and ``host_type`` annotates it; ``target`` is the function below
    it, or "" for a method, whose object the guest hands over.
    """

    name: str
    host: str
    host_type: str
    target: str


def print_trampoline(package: Package, module: PyModule, step: LowerImport, shape: Trampoline) -> None:
    body, names = trampoline_body(package, module, step, shape)
    callable_, mail = module.typing("collections.abc", "Callable"), body.local("frame mail")
    with module.section() as out:
        host = [f"{names.host}: {shape.host_type}"] if shape.target else []
        out.bracket(
            f"def {shape.name}(",
            [f"{names.context}: {package.context_type(module)}", *host],
            f") -> {callable_}[[], None]:",
        )
        with out.indented():
            out.doc(f"``{names.label}``, as core code calls it.")
            out.line(f"{mail} = {names.context}.mail")
            for need in (need for need in body.needs if need in VIEWS):
                out.line(f"{body.local(f'frame {need}')} = {mail}.{need}")
            for need in (need for need in body.needs if need.startswith(OBJECTS)):
                registry = f"{names.context}.registry{need.removeprefix(OBJECTS)}"
                out.line(f"{body.local(f'frame {need}')} = {registry}.objects")
            if shape.target:
                out.line(f"{names.call} = {names.host}.{shape.target}")
            out.line()
            with out.block(f"def {names.inner}() -> None:"):
                with out.block("try:"):
                    if "memory" in body.needs:
                        memory = package.memory_name(step.options)
                        out.line(f"{body.local('frame memory')} = {names.context}.{memory}")
                    out.lines += body.out.lines
                    out.line(f"{body.local('frame u32')}[{PENDING}] = {mail}.poisoned")
                with out.block(f"except {module.builtin('BaseException')} as {names.error}:  # noqa: BLE001"):
                    out.line(f"{mail}.error = {names.error}")
            out.line()
            out.line(f"return {names.inner}")


VIEWS = ("u32", "s32", "u64", "s64", "f32", "f64")
OBJECTS = "objects"
"""What a registry holds, as a local with the number of its resource behind it."""
PENDING = 62  # the word of the mailbox in which a host function says, as its last act, that it came to its end


@dataclass(frozen=True, slots=True)
class TrampolineNames:
    context: str
    host: str
    call: str
    inner: str
    error: str
    label: str


def without_scope(program: Program) -> Program:
    """The gate opens and closes the scope of a lowered import's borrows."""
    body = tuple(stmt for stmt in program.body if not isinstance(stmt, BeginBorrows | EndBorrows))
    return replace(program, body=body)


def trampoline_body(
    package: Package, module: PyModule, step: LowerImport, shape: Trampoline
) -> tuple[Body, TrampolineNames]:
    function, options = step.function, step.options
    pointer = 8 if options.memory64 else 4
    layout = package.layout(pointer)
    program = without_scope(package.simplify(lower_import(function, layout)))
    label = package.label(step.path.names[:-1], function)
    is_method = isinstance(function.kind, Method)
    frame = ImportFrame(package, options.instance, pointer, program, is_method, label, package.direct(step.index))
    frame.results((layout.flat_result(function) or ()) if function.result is not None else ())
    body = Body(package.annotator(module), frame, {})
    call = function_name(function.name) if is_method else body.fresh(function_name(function.name))
    frame.name_call(call)
    body.out.depth = 3
    body.need("u32"), body.need("mail")
    context = body.need("context")
    names = TrampolineNames(context, body.fresh(shape.host), call, body.fresh("call"), body.fresh("error"), label)
    if options.memory64 and options.memory is not None:
        body.out.line(f"{body.memory()}.refresh()")
    if package.facts.copies(param.type for param in function.params):
        body.out.line(f"{body.memory()}.copied = 0")
    frame.load_params(body)
    body.block(program.body)
    return body, names
