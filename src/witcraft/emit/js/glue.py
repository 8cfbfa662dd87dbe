"""The function that makes an instance: the gate, the steps of the plan, and the names of what they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, assert_never

from witcraft.emit.js import adapters
from witcraft.emit.js.functions import print_trampoline
from witcraft.emit.js.module import JsWriter, entry, literal, member
from witcraft.emit.js.names import lower_camel, quoted
from witcraft.model.world import Function
from witcraft.plan.steps import (
    Adapted,
    CoreDef,
    CoreExport,
    DefineResource,
    ExportDef,
    ExportedInstance,
    ExportedModule,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GateExport,
    GuestResource,
    HostResource,
    InnerCall,
    InstantiateAdapters,
    InstantiateModule,
    Lowered,
    LowerImport,
    ModuleArg,
    ModuleRef,
    Options,
    Plan,
    ResourceFunc,
    StaticModule,
    Step,
    Unsupported,
    inner_calls,
    sources,
)
from witcraft.plan.support import lacking
from witcraft.runtime.traps import CANNOT_LEAVE, MESSAGES, NOT_YET, THROWN, UNALIGNED

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package

WORTH = 4
"""Exports of one instance under their own names from which on the whole instance is given."""

MemoryKey = tuple[int, int | None, bool]


def origin(name: str, value: CoreDef) -> tuple[int, str] | None:
    """The instance that exports a definition under that name, but for a prefix."""
    if not isinstance(value, CoreExport) or not value.name.endswith(name):
        return None
    prefix = value.name.removesuffix(name)
    return (value.instance, prefix) if not prefix or prefix.endswith(":") else None


def modules_made_once(plan: Plan) -> set[int]:
    """The component's own core modules that are only instantiated, and only once."""
    steps = [step.module for step in plan.steps if isinstance(step, InstantiateModule)]
    made = Counter(module.index for module in steps if isinstance(module, StaticModule))
    return {index for index, count in made.items() if count == 1}.difference(exported_modules(plan.exports))


def exported_modules(exports: Iterable[tuple[str, ExportDef]]) -> Iterator[int]:
    for _, item in exports:
        if isinstance(item, ExportedInstance):
            yield from exported_modules(item.exports)
        elif isinstance(item, ExportedModule) and isinstance(item.ref, StaticModule):
            yield item.ref.index


class Glue:
    def __init__(self, package: Package) -> None:
        self.package, self.module = package, package.module
        self.plan, self.gate = package.plan, package.gate
        self.out = JsWriter(1)
        self._taken: dict[str, list[str]] = {}  # instance -> the core functions that are called of it
        self.instances: dict[str, str] = {}  # what a step made -> its local
        self._memories: dict[MemoryKey, str] = {}
        self._resources: dict[int, str] = {}
        self._gate: dict[str, str] = {}  # exports of the gate -> local
        self._functions: dict[str, str] = {}  # core functions -> local
        self._posts: dict[int, str] = {}
        self._modules: dict[str, str] = {}  # file of a core module -> local
        self._extracted: set[tuple[str, int]] = set()
        self._made: set[MemoryKey] = set()
        self._once = modules_made_once(self.plan)
        lowered = [step for step in self.plan.steps if isinstance(step, LowerImport)]
        self._refused = {step.index for step in lowered if lacking(step.function, step.options)}
        self.used = set(self._used())
        self.gate_name = self.module.take("gate") if self.gate is not None else ""

    # ---- what printers ask ----

    def memory(self, options: Options) -> str:
        assert options.memory is not None, "a program that uses memory has one"
        key = options.memory, options.realloc, options.memory64
        if key not in self._memories:
            self._memories[key] = self.module.take(f"memory{len(self._memories)}") if self._memories else "memory"
        return self._memories[key]

    def is_host(self, number: int) -> bool:
        return isinstance(self.plan.resources[number], HostResource)

    def resource(self, number: int) -> str:
        """The object that turns objects of a resource into representations, and back."""
        if number not in self._resources:
            found = self.plan.resources[number]
            name = found.path.names[-1] if isinstance(found, HostResource) else found.name
            self._resources[number] = self.module.take(f"{lower_camel(name)}Resource")
        return self._resources[number]

    def gate_function(self, name: str) -> str:
        if name not in self._gate:
            self._gate[name] = self.module.take(lower_camel(name))
        return self._gate[name]

    def post_return(self, index: int) -> str:
        if index not in self._posts:
            self._posts[index] = self.module.take(f"postReturn{index}")
        return self._posts[index]

    def core_function(self, value: CoreDef, function: Function) -> str:
        """A local for a lifted core function, set once all steps are done."""
        text = self.extern(value)
        if text not in self._functions:
            name = value.name if isinstance(value, CoreExport) else function.extern_name
            self._functions[text] = self.module.take(lower_camel(f"core-{name}"))
            if isinstance(value, CoreExport):
                item = entry(literal(value.name), self._functions[text])
                self._taken.setdefault(self.made(f"core{value.instance}"), []).append(item)
            else:
                self._taken.setdefault(text, []).append(self._functions[text])
        return self._functions[text]

    def print_core_functions(self) -> list[str]:
        """The core functions that are called, once all instances are there."""
        out = JsWriter(1)
        for source, items in self._taken.items():
            if source in self.instances.values():
                out.bracket("const {", items, f"}} = {source};", " ")
            else:
                out.line(f"const {items[0]} = {source};")
        return out.lines

    # ---- core definitions ----

    def _used(self) -> Iterator[str]:
        """The core instances whose exports something asks for."""
        exported = self.package.facts.lifted(self.plan.exports)
        lifted = [item.core for item in exported if not lacking(item.function, item.options)]
        for value in [*lifted, *[value for step in self.plan.steps for value in sources(step)]]:
            if isinstance(value, CoreExport):
                yield f"core{value.instance}"
            elif isinstance(value, Adapted):
                yield f"adapters{self.package.adapters[value.index]}"

    def extern(self, value: CoreDef) -> str:
        match value:
            case CoreExport(index, name, _):
                return self.made(f"core{index}") + member(name)
            case Lowered(index) if index in self._refused:
                return self.package.trampolines[index]
            case Lowered(index):
                return f"{self.gate_name}{member(f'lower-{index}')}"
            case ResourceFunc(op, instance, resource):
                return f"{self.gate_name}{member(f'{op.value}-{instance}-{resource}')}"
            case Adapted(index):
                return self.made(f"adapters{self.package.adapters[index]}") + member(f"call-{index}")
            case GateExport(name):
                return f"{self.gate_name}{member(name)}"
            case Unsupported(feature):
                raise AssertionError(f"the plan refuses {feature}")
            case _:
                assert_never(value)

    def made(self, name: str) -> str:
        """The exports of a core instance."""
        if name not in self.instances:
            self.instances[name] = self.module.take(lower_camel(name))
        return self.instances[name]

    # ---- the gate ----

    def print_resources(self, out: JsWriter) -> None:
        """Those of the host: the gate drops them."""
        for number, resource in enumerate(self.plan.resources):
            if isinstance(resource, HostResource) and self.is_used(number):
                args = [quoted(resource.path.names[-1])]
                cls = self.package.imports.host_class(resource)
                args += [cls] if cls != "undefined" else []
                name = self.resource(number)
                out.line(f"const {name} = new {self.module.use('HostResource')}({', '.join(args)});")

    def is_used(self, number: int) -> bool:
        dropped = self.gate is not None and f"drop-{number}" in self.gate.imports
        return dropped or number in self._resources

    def print_gate(self) -> None:
        """First of all, since core modules import from it."""
        if self.gate is None:
            return
        file = self.package.made_file("gate", self.gate.wasm)
        host = [f"{literal(name)}: {self.gate_import(name)}" for name in self.gate.imports]
        self.instantiate(self.gate_name, self.module_value(file, is_once=True), {"host": host})

    def print_gate_functions(self) -> None:
        for name, local in self._gate.items():
            self.out.line(f"const {local} = {self.gate_name}{member(name)};")
        for number, resource in enumerate(self.plan.resources):
            if isinstance(resource, GuestResource) and number in self._resources:
                args = ["state", quoted(resource.name)]
                if self.gate is not None and f"dtor-{number}" in self.gate.exports:
                    args.append(f"{self.gate_name}{member(f'dtor-{number}')}")
                cls = self.module.use("GuestResource")
                self.out.line(f"const {self._resources[number]} = new {cls}({', '.join(args)});")

    def gate_import(self, name: str) -> str:
        kind, _, number = name.partition("-")
        match kind:
            case "trap" if not (self.plan.resources or self.package.adapters or self.plan.builtins):
                return f"() => {self.module.use('trap')}({quoted(MESSAGES[CANNOT_LEAVE])})"
            case "trap":
                return f"(code, detail) => {self.module.use('noteTrap')}(state, {self.messages()}, code, detail)"
            case "drop":
                return f"(number) => {self.resource(int(number))}.drop(number)"
            case "import":
                return self.package.trampolines[int(number)]
            case _:
                raise AssertionError(f"the gate imports {name}")

    def messages(self) -> str:
        """The messages of the traps that this component can raise."""
        builtins = {builtin.name for builtin in self.plan.builtins.values()}
        is_async = bool(builtins) or any(call.function.is_async for call in inner_calls(self.plan))
        wanted = {code: text for code, text in MESSAGES.items() if self.can_trap(code, text, builtins, is_async)}
        items = [f"{code}: {quoted(text)}" for code, text in wanted.items()]
        return self.module.constant("TRAPS", "{", items, "}", " ")

    def can_trap(self, code: int, text: str, builtins: set[str], is_async: bool) -> bool:
        """Whether the gate, or an adapter, has a reason to say so."""
        if code == CANNOT_LEAVE:
            return True
        if code < UNALIGNED:
            return bool(self.plan.resources)
        if is_async:
            feature = text.removeprefix(NOT_YET)
            return feature == text or " " in feature or feature in builtins
        return bool(self.package.adapters) and code <= THROWN

    # ---- modules ----

    def module_value(self, file: str, is_once: bool = False) -> str:
        """A local for a compiled core module, or the promise of one; itself where nothing is gained by compiling it
        while others are instantiated."""
        if is_once and not self.package.awaits:
            return self.package.compiled(file)
        if file not in self._modules:
            self._modules[file] = self.module.take(f"module{len(self._modules)}")
        return self._modules[file]

    def print_modules(self, out: JsWriter) -> None:
        """What is compiled while others are instantiated."""
        for file, local in self._modules.items():
            out.line(f"const {local} = {self.package.compiled(file)};")
        if len(self._modules) > 1 and self.package.awaits:
            out.line(f"Promise.allSettled([{', '.join(self._modules.values())}]); // what fails is found below")

    def ref(self, ref: ModuleRef) -> str:
        if isinstance(ref, StaticModule):
            return self.module_value(self.package.module_file(ref.index), ref.index in self._once)
        return self.package.imports.function(ref.path)

    # ---- steps ----

    def print_steps(self) -> None:
        self.print_gate()
        self.print_gate_functions()
        for step in self.plan.steps:
            self.step(step)
        for index, local in self._posts.items():
            source = next(s.source for s in self.plan.steps if isinstance(s, ExtractPostReturn) and s.index == index)
            self.out.line(f"const {local} = {self.guarded('post-return', index, source)};")

    def step(self, step: Step) -> None:
        match step:
            case InstantiateModule(index, module, args):
                self.instantiate(f"core{index}", self.ref(module), self.arguments(args))
            case InstantiateAdapters(index):
                adapters.instantiate(self, f"adapters{index}", step)
            case ExtractMemory(index):
                self._extracted.add(("memory", index))
                self.make_memories()
            case ExtractRealloc(index, source):
                self.fill("realloc", index, source)
                self._extracted.add(("realloc", index))
                self.make_memories()
            case ExtractPostReturn(index, source):
                self.fill("post-return", index, source)
            case DefineResource(index, _, dtor):
                if dtor is not None:
                    self.fill("dtor", index, dtor)
            case LowerImport():
                pass  # the gate has it from the start
            case InnerCall():
                raise AssertionError("calls between component instances are adapters by now")
            case ExtractCallback():
                pass  # of a function that says that it cannot be called
            case _:
                assert_never(step)

    def arguments(self, args: tuple[ModuleArg, ...]) -> dict[str, list[str]]:
        """By namespace, the items of its object."""
        found: dict[str, dict[str, CoreDef]] = {}
        for arg in args:
            found.setdefault(arg.module, {})[arg.name] = arg.value
        return {space: self.items(values) for space, values in found.items()}

    def items(self, values: dict[str, CoreDef]) -> list[str]:
        """Exports of one instance that keep their names, or lose a prefix, go as a whole, with some that nobody wants.

        What the second hides of the first is said by name behind both.
        """
        found = {name: source for name, it in values.items() if (source := origin(name, it)) is not None}
        counted = Counter(found.values()).most_common()
        wholes = [source for source, count in counted if count >= min(WORTH, len(values))][:2]
        hidden = self.exported(wholes[1]) if len(wholes) > 1 else frozenset()
        if hidden is None:
            wholes.pop()
        taken = {name for name, source in found.items() if source in wholes[-1:]}
        taken |= {name for name, source in found.items() if source in wholes[:-1] and name not in (hidden or ())}
        spreads = [f"...{self.whole(*source)}" for source in wholes]
        return [*spreads, *[f"{literal(name)}: {self.extern(it)}" for name, it in values.items() if name not in taken]]

    def exported(self, source: tuple[int, str]) -> frozenset[str] | None:
        """The names of what a core instance exports, without the prefix; None of a module that the host gives."""
        instance, prefix = source
        for step in self.plan.steps:
            if isinstance(step, InstantiateModule) and step.index == instance and isinstance(step.module, StaticModule):
                names = [export.name for export in self.plan.modules[step.module.index].exports]
                return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
        return None

    def whole(self, instance: int, prefix: str) -> str:
        local = self.made(f"core{instance}")
        return f"{self.module.use('prefixed')}({local}, {quoted(prefix)})" if prefix else local

    def instantiate(self, name: str, module: str, args: dict[str, list[str]]) -> None:
        wait, instantiate = self.package.awaits, self.package.instantiate_core
        value = f"{wait}{module}" if wait else module
        if name == self.gate_name or name in self.used:
            local = name if name == self.gate_name else self.made(name)
            opening, closing = (f"({wait}", ").exports;") if wait else ("", ".exports;")
            head = f"const {local} = {opening}{instantiate}({value}"
        else:
            head, closing = f"{wait}{instantiate}({value}", ";"
        if not args:
            self.out.line(f"{head}){closing}")
            return
        with self.out.block(f"{head}, {{", f"}}){closing}"):
            for space, items in args.items():
                if len(items) == 1 and items[0].startswith("..."):
                    self.out.line(f"{literal(space)}: {items[0][3:]},")
                else:
                    self.out.bracket(f"{literal(space)}: {{", items, "},", " ")

    def fill(self, kind: str, index: int, source: CoreDef) -> None:
        """Hands a function to the gate, where it wraps it."""
        if self.gate is not None and (kind, index) in self.gate.late:
            self.out.line(f"{self.gate_name}.late.set({self.gate.late[kind, index]}, {self.extern(source)});")

    def guarded(self, kind: str, index: int, source: CoreDef) -> str:
        if self.gate is not None and (kind, index) in self.gate.late:
            return f"{self.gate_name}{member(f'{kind}-{index}')}"
        return self.extern(source)

    def make_memories(self) -> None:
        """Each memory as soon as its parts are there: core code may call imports while others still start."""
        for key, local in self._memories.items():
            memory, realloc, is64 = key
            parts = {("memory", memory), *([("realloc", realloc)] if realloc is not None else [])}
            if key in self._made or not parts <= self._extracted:
                continue
            self._made.add(key)
            args = ["state", self.source_of(ExtractMemory, memory)]
            if realloc is not None:
                source = next(s.source for s in self.plan.steps if isinstance(s, ExtractRealloc) and s.index == realloc)
                args.append(self.guarded("realloc", realloc, source))
            self.out.line(f"{local} = new {self.module.use('Memory64' if is64 else 'Memory')}({', '.join(args)});")

    def source_of(self, kind: type[ExtractMemory], index: int) -> str:
        return self.extern(next(s.source for s in self.plan.steps if isinstance(s, kind) and s.index == index))

    # ---- what the steps need before them ----

    def print_memories(self, out: JsWriter) -> None:
        if self._memories:
            out.line(f"let {', '.join(self._memories.values())};")

    def print_trampolines(self, out: JsWriter) -> dict[int, str]:
        wanted = set(self.gate.imports) if self.gate is not None else set()
        return {
            step.index: print_trampoline(self.package, step, out)
            for step in self.plan.steps
            if isinstance(step, LowerImport) and (f"import-{step.index}" in wanted or step.index in self._refused)
        }
