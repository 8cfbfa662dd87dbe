"""A plan as an ES module: {path: text or bytes}. Decides what stands where; the other files print it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from witcraft.abi.layout import Layout
from witcraft.abi.ops import Program
from witcraft.abi.simplify import simplify
from witcraft.emit.js.checks import Checks
from witcraft.emit.js.declarations import declarations
from witcraft.emit.js.declare_root import throws_errors
from witcraft.emit.js.exports import Exports, entries
from witcraft.emit.js.functions import Helpers
from witcraft.emit.js.glue import Glue
from witcraft.emit.js.imports import Imports, renamed
from witcraft.emit.js.module import JsModule, JsWriter, entry, literal, minified
from witcraft.emit.js.names import is_identifier, property_key, quoted
from witcraft.emit.js.shared import SharedLayout, shared
from witcraft.plan.facts import Facts
from witcraft.plan.steps import ImportedModule, InstantiateAdapters, ModuleRef, Options, Plan
from witcraft.plan.throws import can_throw

if TYPE_CHECKING:
    from witcraft.gate.build import Gate
    from witcraft.gate.needs import Direct

Files = dict[str, str | bytes | memoryview]
Instantiation = Literal["async", "sync"] | None

SELF_CUTOFF = 2048
"""Bytes below which a module that instantiates itself has core modules inside."""


@dataclass(frozen=True, slots=True)
class JsOptions:
    """``instantiation``: a function ``instantiate`` of that mode, or None for a module that instantiates itself.

    ``map``: (import, module#member) pairs; ``base64_cutoff``: core modules of fewer bytes stand in the module;
    ``multi_memory``: whether the engine takes modules that have several memories.
    """

    name: str
    instantiation: Instantiation = None
    map: tuple[tuple[str, str], ...] = ()
    wasi_shim: bool = True
    tla_compat: bool = False
    base64_cutoff: int | None = None
    typescript: bool = True
    checked: bool = True
    minify: bool = False
    multi_memory: bool = True

    @property
    def cutoff(self) -> int:
        if self.base64_cutoff is not None:
            return self.base64_cutoff
        return SELF_CUTOFF if self.instantiation is None else 0


def package(plan: Plan, gate: Gate | None, options: JsOptions) -> Files:
    """Every file, by its path. ``gate`` hands values over by calls."""
    return Package(plan, gate, options).files()


class Package:
    """What every printer of this folder asks."""

    quoted = staticmethod(quoted)

    def __init__(self, plan: Plan, gate: Gate | None, options: JsOptions) -> None:
        self.plan, self.gate, self.options = plan, gate, options
        self.module = JsModule()
        self.facts = Facts(plan)
        made = [step for step in plan.steps if isinstance(step, InstantiateAdapters)]
        self.adapters = {call.index: step.index for step in made for call in step.calls}
        self.awaits = {"async": "yield ", "sync": "", None: "await "}[options.instantiation]
        self.instantiate_core = "WebAssembly.instantiate" if options.instantiation is None else "instantiateCore"
        several = shared(self.facts)
        self._layouts = {False: SharedLayout(4, several), True: SharedLayout(8, several)}
        self._files: dict[str, bytes | memoryview] = {}
        self._numbers: dict[int | str, str] = {}  # of core modules: the component's own by index, others by name
        self.imports = Imports(self)
        self.glue = Glue(self)
        self.checks = Checks(self)
        self.helpers = Helpers(self)
        self.exports = Exports(self)
        self.trampolines: dict[int, str] = {}

    # ---- what printers ask ----

    def layout(self, options: Options) -> Layout:
        return self._layouts[options.memory64]

    def simplify(self, program: Program) -> Program:
        return simplify(program)

    def direct(self, index: int) -> Direct:
        """Which handles of a lowered import the gate turns into representations itself."""
        assert self.gate is not None, "a lowered import goes through the gate"
        return self.gate.direct[index]

    # ---- core modules ----

    def module_file(self, index: int) -> str:
        """The file of a core module of the component."""
        return self._file(index, self.plan.modules[index].data, index)

    def made_file(self, name: str, wasm: bytes) -> str:
        """The file of a core module that belongs to the glue: numbered behind the component's own."""
        made = [known for known in self._numbers if isinstance(known, str) and known != name]
        return self._file(name, wasm, len(self.plan.modules) + len(made))

    def _file(self, key: int | str, wasm: bytes | memoryview, number: int) -> str:
        if key not in self._numbers:
            self._numbers[key] = f"{self.options.name}.core{number + 1 if number else ''}.wasm"
            self._files[self._numbers[key]] = wasm
        return self._numbers[key]

    def compiled(self, file: str) -> str:
        """The compiled core module of a file, or the promise of it."""
        if len(self._files[file]) < self.options.cutoff:
            text = b64encode(self._files.pop(file)).decode()
            data = f"{self.module.use('fromBase64')}({quoted(text)})"
            return f"new WebAssembly.Module({data})" if not self.awaits else f"WebAssembly.compile({data})"
        if self.options.instantiation is not None:
            return f"getCoreModule({quoted(file)})"
        return f"{self.module.use('compile')}(new URL({quoted(f'./{file}')}, import.meta.url))"

    def module_export(self, ref: ModuleRef) -> str:
        if isinstance(ref, ImportedModule):
            return self.imports.function(ref.path)
        local = self.glue.module_value(self.module_file(ref.index))
        return f"{self.awaits}{local}"

    # ---- the whole ----

    def files(self) -> Files:
        text = self.text()
        files: Files = {f"{self.options.name}.js": minified(text) if self.options.minify else text, **self._files}
        if self.options.typescript:
            files |= declarations(
                self.plan.world, self.options.name, self.options.instantiation, self.options.tla_compat
            )
        return files

    def text(self) -> str:
        """Functions are printed first: they say what of everything else is needed."""
        trampolines, resources, modules = JsWriter(1), JsWriter(1), JsWriter(1)
        self.exports.print()
        self.trampolines = self.glue.print_trampolines(trampolines)
        if throws_errors(self.plan.world):
            self.module.use("ComponentError")
        self.glue.print_resources(resources)
        self.glue.print_steps()
        self.glue.print_modules(modules)
        parts = [
            self.start() + resources.lines + self.checks.inside.lines,
            trampolines.lines[:-1],
            self.helpers.inside.lines[:-1],
            modules.lines + self.glue.out.lines + self.glue.print_core_functions(),
            self.exports.out.lines[:-1],
            self.exports.objects.lines + self.returned(),
        ]
        inside = [line for part in parts if part for line in [*part, ""]][:-1]
        head = [*self.title(), *self.imports.print_head()]
        return self.module.text(head, [*self.helpers.out.lines, *self.around(inside)])

    def start(self) -> list[str]:
        """What an instance begins with: what the host gives, and its own state, where anything can be called."""
        out = JsWriter(1)
        self.imports.print_inside(out)
        if self.exports.out.lines or self.gate is not None:
            kind = "DroppingState" if "GuestResource" in self.module.used else "State"
            out.line(f"const state = new {self.module.use(kind)}();")
            if can_throw(self.plan):
                self.module.use("uncaught")
        self.glue.print_memories(out)
        return out.lines

    def title(self) -> list[str]:
        out = JsWriter()
        docs = self.plan.world.docs.text
        notice = f"{'W' if docs else f'The component `{self.options.name}`, w'}ritten by witcraft: not to be edited."
        out.doc(f"{docs}\n\n{notice}".strip())
        return out.lines

    def returned(self) -> list[str]:
        out = JsWriter(1)
        out.bracket("return {", entries(self.exports.given), "};", " ")
        return out.lines

    def around(self, inside: list[str]) -> list[str]:
        """The function that makes an instance, and how a module makes itself one."""
        out = JsWriter()
        match self.options.instantiation:
            case "sync":
                self.print_sync(out, inside)
            case "async":
                self.print_async(out, inside)
            case None:
                self.print_self(out, inside)
        return out.lines

    def print_sync(self, out: JsWriter, inside: list[str]) -> None:
        now = "(module, given) => new WebAssembly.Instance(module, given)"
        out.doc("Makes an instance: `getCoreModule` gives the compiled core module of a file.")
        out.bracket("export function instantiate(", ["getCoreModule", "imports", f"instantiateCore = {now}"], ") {")
        out.lines += inside
        out.line("}")

    def print_async(self, out: JsWriter, inside: list[str]) -> None:
        """A generator: whoever gives compiled modules and makes instances at once gets the exports at once."""
        head = "instantiate(getCoreModule, imports, instantiateCore = WebAssembly.instantiate)"
        compile_, run = self.module.use("compile"), self.module.use("runSteps")
        out.doc("Makes an instance: `getCoreModule` gives the compiled core module of a file, or a promise of it.")
        with out.block(f"export function {head} {{", "}"):
            out.line(f"const load = getCoreModule ?? ((file) => {compile_}(new URL(file, import.meta.url)));")
            out.line(f"return {run}(link(load, imports, instantiateCore));")
        out.line()
        out.line("function* link(getCoreModule, imports, instantiateCore) {")
        out.lines += inside
        out.line("}")

    def print_self(self, out: JsWriter, inside: list[str]) -> None:
        out.line("async function instantiate() {")
        out.lines += inside
        out.line("}")
        out.line()
        taken = self.module.outside()
        names: dict[str, str] = {}  # local inside -> local outside
        for one in self.exports.given:
            if one.local not in names:
                names[one.local] = taken.take(one.key if is_identifier(one.key) else one.local.partition("$")[0])
        self.print_self_exports(out, names)

    def print_self_exports(self, out: JsWriter, names: dict[str, str]) -> None:
        """Live bindings: the same names whether they are awaited here or by whoever imports them."""
        first = {one.local: one.key for one in reversed(self.exports.given)}
        items = [entry(literal(key), names[local]) for local, key in reversed(first.items())]
        if not names:
            out.line("await instantiate();")
        elif self.options.tla_compat:
            out.line(f"let {', '.join(names.values())};")
            out.doc("Resolves once the component can be called.")
            with out.block("export const $init = instantiate().then((exports) => {", "});"):
                out.bracket("({", items, "} = exports);", " ")
        else:
            out.bracket("const {", items, "} = await instantiate();", " ")
        if names:
            exported = [renamed(names[one.local], property_key(one.key)) for one in self.exports.given]
            out.bracket("export {", exported, "};", " ")
