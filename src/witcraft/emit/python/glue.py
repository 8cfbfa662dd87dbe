"""plan -> ``_glue.py``: the steps that make an instance, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from witcraft.core.tree import FuncType
from witcraft.emit.python.frames import borrows_name, handles_name
from witcraft.emit.python.module import PyModule, PyWriter, quoted
from witcraft.plan.steps import (
    Adapted,
    CoreDef,
    CoreExport,
    DefineResource,
    ExtractCallback,
    ExtractMemory,
    ExtractPostReturn,
    ExtractRealloc,
    GateExport,
    GuestResource,
    HostResource,
    ImportedModule,
    InnerCall,
    InstantiateAdapters,
    InstantiateModule,
    Lowered,
    LowerImport,
    Options,
    ResourceFunc,
    Step,
    StringEncoding,
    Unsupported,
    sources,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from witcraft.emit.python.package import Package

MEMORIES = {StringEncoding.UTF8: "Memory", StringEncoding.UTF16: "Utf16Memory", StringEncoding.COMPACT: "CompactMemory"}


def extern(instance: str, value: CoreDef, adapters: Mapping[int, int]) -> str:
    """A core definition as an extern of the run time; ``instance`` is the object that holds core instances.

    ``adapters``: by number of the call, the module of its adapter.
    """
    dot = f"{instance}." if instance else ""
    match value:
        case CoreExport(index, name, _):
            return f"{dot}core{index}.extern({quoted(name)})"
        case Lowered(index):
            return f'{dot}gate.extern("lower-{index}")'
        case ResourceFunc(op, component_instance, resource):
            return f'{dot}gate.extern("{op.value}-{component_instance}-{resource}")'
        case Adapted(index):
            return f'{dot}adapters{adapters[index]}.extern("call-{index}")'
        case GateExport(name):
            return f"{dot}gate.extern({quoted(name)})"
        case Unsupported(feature, _):
            raise AssertionError(f"the plan refuses {feature}")
        case _:
            assert_never(value)


@dataclass(slots=True)
class Contexts:
    """The memories that canonical options name: one object for each (memory, realloc, encoding, width)."""

    numbers: dict[tuple[int, int | None, StringEncoding, bool], int] = field(default_factory=dict)

    def name(self, options: Options) -> str:
        assert options.memory is not None, "a program that uses memory has one"
        key = (options.memory, options.realloc, options.encoding, options.memory64)
        return f"memory{self.numbers.setdefault(key, len(self.numbers))}"


class Glue:
    """Prints the class ``Instance`` with its steps, and the class ``Context`` that trampolines share with exports."""

    def __init__(self, package: Package, module: PyModule) -> None:
        self.package, self.module = package, module
        self.plan, self.gate = package.plan, package.gate
        self.out = PyWriter(depth=2)
        self.slots: dict[str, str] = {}  # of Instance: name -> annotation
        self.context: dict[str, str] = {}  # of Context
        self.extracted: set[tuple[str, int]] = set()
        self.made: set[int] = set()
        used = [value for step in self.plan.steps for value in sources(step)]
        self.used = {value.instance for value in used if isinstance(value, CoreExport)}
        self.used_adapters = {package.adapters[value.index] for value in used if isinstance(value, Adapted)}

    # ---- the whole ----

    def print(self) -> None:
        self.print_start()
        for step in self.plan.steps:
            self.step(step)
        self.drop_unused_locals()
        self.print_context()
        self.print_instance()

    def drop_unused_locals(self) -> None:
        """``self.x = x = ...`` where no later step names ``x``."""
        for name in ("store", "context", "gate"):
            head = f"self.{name} = {name} = "
            text = "\n".join(self.out.lines)
            if not re.search(rf"{name}\b(?<![\w.\"]{name})", text.replace(head, "")):
                self.out.lines = text.replace(head, f"self.{name} = ").split("\n")

    def print_instance(self) -> None:
        package, module = self.package, self.module
        config = module.typing("runtime", "Config")
        params = [
            *([f"imports: {package.imports_type(module)}"] if package.has_imports else []),
            f"config: {config} | None",
        ]
        with module.section() as out, out.block("class Instance:"):
            out.doc("One instance of the component, while it is put together and afterwards.")
            out.line()
            out.slots(self.slots)
            out.line()
            out.bracket("def __init__(", ["self", *params], ") -> None:")
            out.lines += self.out.lines

    def print_context(self) -> None:
        """Declared once everything is known; no way leads from it to the store, so that nothing keeps itself alive."""
        with self.module.section() as out, out.block("class Context:"):
            out.doc("What functions on both sides share: the mailbox, memories, tables of handles.")
            out.line()
            out.slots(self.context)
            out.line()
            for name, hint in sorted(self.context.items()):
                out.line(f"{name}: {hint}")

    def keep(self, name: str, hint: str, value: str) -> None:
        """An attribute of the instance that is a local of ``__init__`` too."""
        self.slots[name] = hint
        self.out.line(f"self.{name} = {name} = {value}")

    def share(self, name: str, hint: str, value: str) -> None:
        self.context[name] = hint
        self.out.line(f"context.{name} = {value}")

    def extern(self, value: CoreDef) -> str:
        return extern("", value, self.package.adapters)

    # ---- before the steps ----

    def print_start(self) -> None:
        runtime = self.module.runtime
        files = self.module.constant("FILES", [f"{runtime('Files')}.package(__file__)"])
        self.keep("store", "", f"{runtime('Store')}(config, {files})")
        self.keep("context", "", "Context()")
        if self.package.reexports and self.package.has_imports:
            self.slots["imports"] = ""
            self.out.line("self.imports = imports")
        self.context["mail"] = self.module.typing("runtime", "Mail")
        if self.gate is not None:
            self.print_gate()

    def print_gate(self) -> None:
        """Registries and trampolines first, since the gate imports them."""
        assert self.gate is not None
        self.out.line("mail = store.open_mail()")
        self.out.line("context.mail = store.mail")
        for number, resource in enumerate(self.plan.resources):
            if isinstance(resource, HostResource):
                registry = self.module.runtime("Registry")
                self.share(f"registry{number}", registry, f"{registry}(store.mail)")
        file, digest = self.package.gate_file()
        with self.out.block("self.gate = gate = store.instantiate(", ")"):
            self.print_module(file, digest)
            with self.out.block("[", "],"):
                for name in self.gate.imports:
                    self.out.line(f"{self.gate_import(name)},")
        self.slots["gate"] = ""
        pairs = self.package.facts.handle_pairs()
        for number, resource in enumerate(self.plan.resources):
            if isinstance(resource, GuestResource) and self.package.facts.is_seen(number):
                cls = self.module.runtime("GuestResource")
                self.share(f"resource{number}", cls, f"{cls}(store, gate, {number})")
        for instance, number in pairs:
            self.print_handles(instance, number)
        for instance in self.package.facts.borrow_scopes():
            borrows = self.module.runtime("Borrows")
            self.share(borrows_name(instance), borrows, f"{borrows}(store, gate, {instance})")

    def gate_import(self, name: str) -> str:
        kind, _, number = name.partition("-")
        match kind:
            case "mail":
                return "mail"
            case "trap":
                return "store.host(store.trap_callback)"
            case "drop":
                return f"store.host(context.registry{number}.drop)"
            case "import":
                return f"store.host({self.package.trampoline(int(number), self.module)})"
            case _:
                raise AssertionError(f"the gate imports {name}")

    def print_handles(self, instance: int, number: int) -> None:
        resource = self.plan.resources[number]
        name = handles_name(instance, number)
        if isinstance(resource, HostResource):
            cls = self.module.runtime("HostHandles")
            self.share(name, cls, f"{cls}(store, gate, {instance}, {number}, context.registry{number})")
        else:
            cls = self.module.runtime("GuestHandles")
            args = f"store, gate, {instance}, context.resource{number}, {resource.instance == instance}"
            self.share(name, cls, f"{cls}({args})")

    # ---- the steps ----

    def step(self, step: Step) -> None:
        match step:
            case InstantiateModule():
                self.instantiate(step)
            case LowerImport():
                pass  # the gate has it from the start
            case InstantiateAdapters():
                self.instantiate_adapters(step)
            case InnerCall():
                raise AssertionError("calls between component instances are adapters by now")
            case ExtractMemory(index, source):
                self.slots[f"core_memory{index}"] = ""
                self.out.line(f"self.core_memory{index} = {self.extern(source)}")
                self.extracted.add(("memory", index))
                self.make_memories()
            case ExtractRealloc(index, source):
                self.fill("realloc", index, source)
                self.extracted.add(("realloc", index))
                self.make_memories()
            case ExtractPostReturn(index, source):
                self.fill("post-return", index, source)
                self.slots[f"post_return{index}"] = ""
                self.out.line(f"self.post_return{index} = store.prepare({self.guarded('post-return', index, source)})")
            case DefineResource(index, _, dtor):
                if dtor is not None:
                    self.fill("dtor", index, dtor)
            case ExtractCallback():
                raise AssertionError("the plan refuses asynchronous functions")
            case _:
                assert_never(step)

    def instantiate(self, step: InstantiateModule) -> None:
        """Arguments stand in the order of the module's imports."""
        name = f"core{step.index}"
        self.slots[name] = ""
        if isinstance(step.module, ImportedModule):
            module = self.package.host_module(step.module.path, "imports")
            head = f"self.{name} = {name} = store.instantiate_module({module}, {{"
            args = [f"({quoted(a.module)}, {quoted(a.name)}): {self.extern(a.value)}" for a in step.args]
            called = self.called(step.index)
            self.out.line(f"{head}{', '.join(args)}}}{', {' + ', '.join(called) + '}' if called else ''})")
            return
        file, digest = self.package.module_file(step.module.index)
        externs = [self.extern(arg.value) for arg in step.args]
        head = f"self.{name} = {name} = " if step.index in self.used else f"self.{name} = "
        flat = f"{head}store.instantiate(store.module({quoted(file)}, {digest}), [{', '.join(externs)}])"
        if len(flat) <= 80:
            self.out.line(flat)
            return
        with self.out.block(f"{head}store.instantiate(", ")"):
            self.print_module(file, digest)
            self.print_list(externs)

    def called(self, instance: int) -> list[str]:
        """Types of the functions of a core instance that the host calls, as items of a dict.

        The engine does not look at the type of a function that it calls unchecked, and here nobody has before.
        """
        lifted = [item.core for item in self.package.facts.lifted(self.plan.exports)]
        extracted = [s.source for s in self.plan.steps if isinstance(s, ExtractRealloc | ExtractPostReturn)]
        dtors = [s.dtor for s in self.plan.steps if isinstance(s, DefineResource) and s.dtor is not None]
        types = {
            value.name: value.type
            for value in (*lifted, *extracted, *dtors)
            if isinstance(value, CoreExport) and value.instance == instance and isinstance(value.type, FuncType)
        }
        return [f'{quoted(name)}: "{" ".join((*ty.params, "->", *ty.results))}"' for name, ty in types.items()]

    def instantiate_adapters(self, step: InstantiateAdapters) -> None:
        name = f"adapters{step.index}"
        self.slots[name] = ""
        file, digest = self.package.adapters_file(step)
        head = f"self.{name} = {name} = " if step.index in self.used_adapters else f"self.{name} = "
        with self.out.block(f"{head}store.instantiate(", ")"):
            self.print_module(file, digest)
            self.print_list([self.extern(arg.value) for arg in step.args])

    def print_module(self, file: str, digest: str) -> None:
        self.out.bracket("store.module(", [quoted(file), digest], "),")

    def print_list(self, items: list[str]) -> None:
        """A list as an argument: on one line, or each item on its own (at once, since there may be thousands)."""
        if len(items) <= 4 and len(", ".join(items)) <= 60:
            self.out.bracket("[", items, "],")
            return
        with self.out.block("[", "],"):
            for item in items:
                self.out.line(f"{item},")

    def fill(self, kind: str, index: int, source: CoreDef) -> None:
        """Hands a function to the gate, where it wraps it."""
        if self.gate is not None and (kind, index) in self.gate.late:
            slot = self.gate.late[kind, index]
            self.out.bracket("store.fill(", ['gate.extern("late")', str(slot), self.extern(source)], ")")

    def guarded(self, kind: str, index: int, source: CoreDef) -> str:
        if self.gate is not None and (kind, index) in self.gate.late:
            return f'gate.extern("{kind}-{index}")'
        return self.extern(source)

    def make_memories(self) -> None:
        """Each memory object as soon as its parts are there: core code may call imports while others still start."""
        for (memory, realloc, encoding, is64), number in self.package.contexts.numbers.items():
            parts = {("memory", memory), *([("realloc", realloc)] if realloc is not None else [])}
            if number in self.made or not parts <= self.extracted:
                continue
            self.made.add(number)
            cls = self.module.runtime(MEMORIES[encoding] + ("64" if is64 else ""))
            args = ["store", f"self.core_memory{memory}"]
            if realloc is not None:
                guarded = self.gate is not None and ("realloc", realloc) in self.gate.late
                source = next(s.source for s in self.plan.steps if isinstance(s, ExtractRealloc) and s.index == realloc)
                args.append(f"{'guarded' if guarded else 'direct'}={self.guarded('realloc', realloc, source)}")
            self.context[f"memory{number}"] = cls
            self.out.bracket(f"context.memory{number} = {cls}(", args, ")")
