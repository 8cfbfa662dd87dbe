"""One function as JavaScript: what calls a lifted function, or what core code calls as an import; and the helpers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.helpers import helper_name, helper_program
from witcraft.abi.ops import BeginBorrows, Direction, EndBorrows, HelperKey, Program
from witcraft.emit.js.frames import ExportFrame, HelperFrame, ImportFrame
from witcraft.emit.js.module import JsWriter
from witcraft.emit.js.names import lower_camel, upper_camel
from witcraft.emit.js.ops import Body
from witcraft.model.types import Result, strip
from witcraft.model.world import Constructor, Function, Method
from witcraft.plan.steps import LiftedFunction, LowerImport, Options

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package


def documentation(function: Function) -> str:
    """The function's docs, and what it throws."""
    result = strip(function.result) if function.result is not None else None
    if not isinstance(result, Result):
        return function.docs.text
    return f"{function.docs.text}\n\n@throws {{ComponentError}}".strip()


def label(path: tuple[str, ...], function: Function) -> str:
    """A function as messages name it: ``ns:pkg/iface#name``."""
    return "#".join((*path, function.extern_name))


# ---- exports -----------------------------------------------------------------------------------------------------


def print_export(package: Package, lifted: LiftedFunction, head: str, path: tuple[str, ...], out: JsWriter) -> None:
    """The function, or the method, that calls a lifted function. ``head`` is what stands before its parameters."""
    function, options = lifted.function, lifted.options
    call_options = CallOptions(options.post_return is not None, package.facts.defined_by(options.instance))
    program = package.simplify(lift_export(function, call_options, package.layout(options)))
    core = package.glue.core_function(lifted.core, function)
    frame = ExportFrame(package, options, program, core, label(path, function))
    if options.post_return is not None:
        frame.post = package.glue.post_return(options.post_return)
    if isinstance(function.kind, Constructor):
        frame.constructs = function.kind.resource
    given = {program.params[0][0]: "this"} if isinstance(function.kind, Method) else {}
    body = Body(frame, program, given)
    body.out.depth = out.depth + 1
    body.out.line("state.enter();")
    frame.print(body, program)
    params = [body.local(name) for name, _ in program.params if name not in given]
    out.doc(documentation(function))
    out.bracket(f"{head}(", params, ") {")
    out.lines += body.out.lines
    out.line("}")


# ---- imports -----------------------------------------------------------------------------------------------------


def print_trampoline(package: Package, step: LowerImport, out: JsWriter) -> str:
    """What core code calls as an import; gives its name."""
    function, options = step.function, step.options
    layout = package.layout(options)
    program = without_scope(package.simplify(lower_import(function, layout)))
    text = label(step.path.names[:-1], function)
    host = package.imports.callee(step)
    frame = ImportFrame(package, options, program, host, text, package.direct(step.index))
    frame.cores = (layout.flat_result(function) or ()) if function.result is not None else ()
    frame.result = None if function.result is None else strip(function.result)
    stem = function.extern_name.partition("]")[2] or function.extern_name
    name = package.module.take(f"lower{upper_camel(stem)}")
    body = Body(frame, program, {})
    body.out.depth = out.depth + 2
    frame.normalise(body, program)
    frame.keep_result(body, program)
    body.block(program.body)
    error = body.fresh("error")
    out.bracket(f"function {name}(", [body.local(param) for param, _ in program.params], ") {")
    with out.indented():
        if "loans" in body.needs:
            out.line(f"const {body.local('frame loans')} = {body.use('beginLoans')}();")
        if frame.before:
            out.line(frame.before)
        with out.block("try {"):
            out.lines += body.out.lines
        with out.block(f"}} catch ({error}) {{", "}"):
            if frame.failure:
                args = ["state", error, package.quoted(text), *frame.failure]
                out.line(f"throw endImport({', '.join(args)});")
            else:
                out.line(f"throw state.end({error}, {package.quoted(text)});")
    out.line("}")
    out.line()
    return name


def without_scope(program: Program) -> Program:
    """The gate opens and closes the scope of a lowered import's borrows."""
    body = tuple([stmt for stmt in program.body if not isinstance(stmt, BeginBorrows | EndBorrows)])
    return replace(program, body=body)


# ---- helpers -----------------------------------------------------------------------------------------------------


class Helpers:
    """A function for each large type, direction and source, printed when first asked for."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.out = JsWriter(1)
        self._known: dict[tuple[HelperKey, int, str], tuple[str, tuple[str, ...]]] = {}

    def find(self, key: HelperKey, options: Options) -> tuple[str, tuple[str, ...]]:
        """The name of a helper, and what it takes beside its values."""
        memory = "" if options.memory is None else self.package.glue.memory(options)
        place = key, options.instance, memory
        if place not in self._known:
            name = self.package.module.take(lower_camel(helper_name(key)))
            self._known[place] = name, self._print(name, key, options)
        return self._known[place]

    def _print(self, name: str, key: HelperKey, options: Options) -> tuple[str, ...]:
        layout = self.package.layout(options)
        program = self.package.simplify(helper_program(key, layout))
        flattens = key.direction is Direction.LOWER and key.flat
        frame = HelperFrame(self.package, options, (layout.flatten(key.type) or ()) if flattens else ())
        body = Body(frame, program, {})
        body.out.depth = 2
        body.block(program.body)
        extras = tuple(need for need in ("moved",) if need in body.needs)
        params = [body.local(param) for param, _ in program.params] + [body.local(f"frame {need}") for need in extras]
        self.out.line(f"function {name}({', '.join(params)}) {{")
        self.out.lines += body.out.lines
        self.out.line("}")
        self.out.line()
        return extras
