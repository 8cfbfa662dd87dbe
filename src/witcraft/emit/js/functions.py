"""One function as JavaScript: what calls a lifted function, or what core code calls as an import; and the helpers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from witcraft.abi.call import CallOptions, lift_export, lower_import
from witcraft.abi.helpers import helper_program
from witcraft.abi.ops import BeginBorrows, Direction, EndBorrows, HelperKey, Program
from witcraft.emit.js.frames import ExportFrame, HelperFrame, ImportFrame
from witcraft.emit.js.inline import is_list
from witcraft.emit.js.module import JsWriter
from witcraft.emit.js.names import quoted, upper_camel
from witcraft.emit.js.ops import Body
from witcraft.emit.js.shared import name_of
from witcraft.model.types import Result, strip
from witcraft.model.world import Constructor, Function, Method
from witcraft.plan.steps import LiftedFunction, LowerImport, Options
from witcraft.plan.support import lacking
from witcraft.runtime.traps import NOT_YET

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
    if feature := lacking(function, options):
        out.doc(documentation(function))
        print_refusal(head, label(path, function), feature, out)
        return
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


def print_refusal(head: str, title: str, feature: str, out: JsWriter, ending: str = "") -> None:
    """A function that says what it lacks. ``ending``: what makes the error the end of the instance."""
    error = f"new Error({quoted(f'{title}: {NOT_YET}{feature}')})"
    with out.block(f"{head}() {{", "}"):
        out.line(f"throw {ending.format(error) if ending else error};")


# ---- imports -----------------------------------------------------------------------------------------------------


def print_trampoline(package: Package, step: LowerImport, out: JsWriter) -> str:
    """What core code calls as an import; gives its name."""
    function, options = step.function, step.options
    text = label(step.path.names[:-1], function)
    stem = function.extern_name.partition("]")[2] or function.extern_name
    name = package.module.take(f"lower{upper_camel(stem)}")
    if feature := lacking(function, options):
        print_refusal(f"function {name}", text, feature, out, f"state.end({{}}, {quoted(text)})")
        out.line()
        return name
    layout = package.layout(options)
    program = without_scope(package.simplify(lower_import(function, layout)))
    host = package.imports.callee(step)
    frame = ImportFrame(package, options, program, host, text, package.direct(step.index))
    frame.cores = (layout.flat_result(function) or ()) if function.result is not None else ()
    frame.result = None if function.result is None else strip(function.result)
    body = Body(frame, program, {})
    body.out.depth = out.depth + 2
    params = [body.local(param) for param, _ in program.params]
    body.normalise(program.params)
    frame.keep_result(body, program)
    frame.returns_at_once(body, program)
    body.block(program.body)
    error = body.fresh("error")
    out.bracket(f"function {name}(", params, ") {")
    with out.indented():
        if "loans" in body.needs:
            out.line(f"const {body.local('frame loans')} = {body.use('beginLoans')}();")
        if frame.start:
            out.line(frame.start)
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
    """A function for each type that has one, by direction and source, printed when first asked for."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.out = JsWriter()
        self.inside = JsWriter(1)  # what moves handles of an instance
        self._known: dict[tuple[HelperKey, int, str], tuple[str, tuple[str, ...]]] = {}

    def find(self, key: HelperKey, options: Options) -> tuple[str, tuple[str, ...]]:
        """The name of a helper, and what it takes behind its values."""
        place = (key, *self._scope(key, options))
        if place not in self._known:
            name = self.package.module.take(name_of(key))
            self._known[place] = name, ()  # types do not contain themselves
            self._known[place] = name, self._print(name, key, options)
        return self._known[place]

    def _scope(self, key: HelperKey, options: Options) -> tuple[int, str]:
        if self.package.facts.handles_in(key.type):
            memory = "" if options.memory is None else self.package.glue.memory(options)
            return options.instance, memory
        return int(options.memory64), options.encoding.value

    def _print(self, name: str, key: HelperKey, options: Options) -> tuple[str, ...]:
        layout = self.package.layout(options)
        program = self.package.simplify(helper_program(key, layout))
        flattens = key.direction is Direction.LOWER and key.flat
        frame = HelperFrame(self.package, options, key, (layout.flatten(key.type) or ()) if flattens else ())
        params = [param for param, _ in program.params]
        lists_up = is_list(key.type) and key.direction is Direction.LIFT
        body = Body(frame, program, dict(zip(params, ("ptr", "length"), strict=True)) if lists_up else {})
        is_inside = bool(self.package.facts.handles_in(key.type))
        out = self.inside if is_inside else self.out
        body.out.depth = out.depth + 1
        head = [*frame.before(key), *map(body.local, params)]
        if lists_up or not key.flat:  # pointers that come from functions of ours
            body.sorts |= dict.fromkeys(params[-2 if lists_up else -1 :], "number" if body.wide else "")
        elif key.direction is Direction.LIFT:
            body.normalise(program.params)
        if key.direction is Direction.LOWER:
            body.strayed = not key.flat
            body.take_apart(params[0], body.local(params[0]))
        body.block(program.body)
        extras = tuple(need for need in ("moved",) if need in body.needs)
        head += [body.local(f"frame {need}") for need in extras]
        out.line(f"function {name}({', '.join(head)}) {{")
        out.lines += body.out.lines
        out.line("}")
        out.line()
        return extras
