"""Plays a script's directives one by one on a host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar, assert_never

from witcraft import binary
from witcraft.errors import ComponentError
from witcraft.model.world import Function, World
from witcraft.runtime.engine import assemble as wat2wasm
from witcraft.runtime.errors import EngineError
from witcraft.wast import script
from witcraft.wast.constant import Constant, same
from witcraft.wast.engine import core_modules
from witcraft.wast.host import Definition, Host, Instance, Registered
from witcraft.wast.outcome import Failure, Outcome

T = TypeVar("T")
PREFIX = "wasm trap: "  # one engine's, of what core WebAssembly traps on
Refusal = Callable[[bytes], "str | None"]


@dataclass(slots=True)
class Named(Generic[T]):
    """Definitions or instances: by name, and the one that came last. What failed is kept as such."""

    noun: str
    found: dict[str | None, T | Failure] = field(default_factory=dict)

    def add(self, name: str | None, it: T | Failure) -> None:
        self.found[name] = self.found[None] = it

    def get(self, name: str | None) -> T:
        it = self.found.get(name, Failure("script", f"there is no {self.noun}{'' if name is None else f' {name}'}"))
        if not isinstance(it, Failure):
            return it
        if it.stage in ("script", "depends"):
            raise it
        raise Failure("depends", f"on the {self.noun}, which failed ({it.stage}: {it.message})")


@dataclass(frozen=True, slots=True)
class Running:
    world: World
    instance: Instance


class Player:
    """``engine_refuses``: what the engine has against a core module, whose function bodies are left to it."""

    def __init__(self, host: Host, engine_refuses: Refusal) -> None:
        self.host, self.engine_refuses = host, engine_refuses
        self.definitions: Named[Definition] = Named("definition")
        self.instances: Named[Running] = Named("instance")
        self.registered: dict[str, Registered] = {}

    def play(self, it: script.Directive) -> Outcome:
        try:
            return self.perform(it)
        except Failure as failure:
            return self.failed(it, failure)
        except Exception as error:
            return self.failed(it, Failure("bug", f"{type(error).__name__}: {error}"))

    def failed(self, it: script.Directive, failure: Failure) -> Outcome:
        """What would have been defined or instantiated is not there, and all that needs it will fail."""
        if isinstance(it, script.Define) and failure.stage in ("script", "assemble", "validate", "crash"):
            self.definitions.add(it.name, failure)
        if isinstance(it, script.Instantiate) or (isinstance(it, script.Define) and it.instantiated):
            self.instances.add(it.name, failure)
        return Outcome(it.line, it.kind, failure.stage, failure.message)

    def perform(self, it: script.Directive) -> Outcome:
        match it:
            case script.Define():
                self.define(it)
            case script.Instantiate(name, definition):
                self.instances.add(name, self.start(self.definitions.get(definition)))
            case script.Register(name, instance):
                found = self.instances.get(instance)
                self.registered[name] = Registered(found.world, found.instance)
            case script.Invoke():
                self.invoke(it)
            case script.AssertReturn():
                self.assert_return(it)
            case script.AssertTrap(action, message):
                given = self.failure(lambda: self.act(action), "trap", message)
                return Outcome(it.line, it.kind, differs="" if message.removeprefix(PREFIX) in given else given)
            case script.AssertRefused(kind="assert_unlinkable"):
                self.failure(lambda: self.act(it.source), "link", it.message)
            case script.AssertRefused():
                return Outcome(it.line, it.kind, by=self.assert_refused(it))
            case script.Unknown():
                raise Failure("support", f"the directive ({it.kind} ...) is unknown")
            case _:
                assert_never(it)
        return Outcome(it.line, it.kind)

    # ---- definitions ----

    def define(self, it: script.Define) -> None:
        made = self.host.define(assemble(it.source))
        self.definitions.add(it.name, made)
        if it.instantiated:
            self.instances.add(it.name, self.start(made))

    def start(self, definition: Definition) -> Running:
        return Running(definition.world, self.host.instantiate(definition, self.registered))

    # ---- actions ----

    def act(self, action: script.Invoke | script.Source) -> None:
        if isinstance(action, script.Invoke):
            self.invoke(action)
        else:
            self.start(self.host.define(assemble(action)))

    def invoke(self, it: script.Invoke) -> Constant | None:
        running = self.instances.get(it.instance)
        for item in running.world.exports:
            if isinstance(item, Function) and item.extern_name == it.name:
                return running.instance.call(item, it.args)
        raise Failure("compare", f"there is no exported function {it.name}")

    def assert_return(self, it: script.AssertReturn) -> None:
        given = self.invoke(it.invoke)
        expected = it.results[0] if it.results else None
        fits = given is expected if given is None or expected is None else same(expected, given)
        if not fits:
            raise Failure("compare", f"expected {expected or 'no result'}, got {given or 'no result'}")

    def failure(self, action: Callable[[], object], stage: str, message: str) -> str:
        """The message of the failure that ``action`` has to have."""
        try:
            action()
        except Failure as failure:
            if failure.stage == stage:
                return failure.message
            raise
        raise Failure("compare", f"went well, expected: {message}")

    # ---- refusals ----

    def assert_refused(self, it: script.AssertRefused) -> str:
        """Who refuses it: the assembler, the host's validator, or the engine for the bodies of core modules."""
        try:
            data = assemble(it.source)
        except Failure:
            return "assembler"
        try:
            self.host.define(data)
        except Failure as failure:
            if failure.stage == "validate":
                return self.host.title
            raise
        if any(self.engine_refuses(module) for module in modules_of(data)):
            return "engine"
        raise Failure("compare", f"accepted, expected: {it.message}")


def assemble(source: script.Source) -> bytes:
    if source.form == "binary":
        return source.content
    try:
        return wat2wasm(source.content.decode())
    except (EngineError, UnicodeDecodeError) as error:
        raise Failure("assemble", str(error)) from None


def modules_of(data: bytes) -> list[bytes]:
    """Every core module in a component, or the module that ``data`` is; none of what cannot even be read."""
    if data[4:8] == b"\x01\x00\x00\x00":
        return [data]
    try:
        return [bytes(module.data) for module in core_modules(binary.read(data))]
    except ComponentError:
        return []
