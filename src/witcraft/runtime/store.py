"""A store: one component instance as the engine has it, and all that emitted code needs to call it.

Two objects, for the sake of lifetime. The engine keeps host functions alive, and ``Store`` keeps the engine's store
alive; so what host functions hold must not lead back to ``Store``, or instances would only die when the garbage
collector comes round. They hold ``Mail``. When the last user of an instance lets go of it, ``Store`` frees everything
at once.
"""

from __future__ import annotations

import sys
from _weakref import ref
from ctypes import Array, addressof, byref, c_size_t, c_uint64, c_void_p

from . import cache, capi, failures, stack
from .capi import OF, Extern, Instance, Limits, Value
from .config import Config, stack_of_new_threads
from .endings import Ending, in_turn, partial
from .engine import check, shared
from .errors import ClosedError, ConfigError, DepthError, EngineError, LinkError, PoisonedError, ThreadError, Trap
from .modules import CoreModule, importing
from .trampoline import address, callback
from .traps import MESSAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType
    from typing import Any, NoReturn, TypeAlias

    from .engine import Module
    from .files import Files
    from .handles import GuestResource, OwnedResource
    from .modules import CoreModuleSource
    from .registry import Registry

    Drop: TypeAlias = tuple[GuestResource, int]
    """A representation whose destructor was put off."""

SLOTS = 17
"""Raw values of one call: 16 flat parameters and a pointer for the results."""
MAIL = 256
"""Bytes of the mailbox, where the gate puts the flat values of an import: slot n at byte 8 * n."""
PAGE = 0x10000
CLOSED = "closed"
_NO_RULE = "", None


class Mail:
    """What host functions and memories hold of a store: the mailbox, and the way to fail.

    Slot n of the mailbox is ``u32[2 * n]``, ``u64[n]``... A trampoline notes in ``error`` what its host function
    raised, and ends with ``u32[62] = poisoned``: 0 says that it is done.
    """

    __slots__ = (
        "_lent", "call", "context", "drops", "error", "f32", "f64", "max_copied", "poison", "poisoned", "rule",
        "s32", "s64", "scopes", "trap", "u32", "u64",
    )  # fmt: skip

    def __init__(self, context: int, max_copied: int) -> None:
        self.context = context
        self.call = capi.call
        self.max_copied = max_copied
        self.trap = c_void_p()
        self.error: BaseException | None = None
        self.rule: tuple[str, str | None] = _NO_RULE
        self.poison = ""
        self.poisoned = 0
        self.drops: list[Drop | None] = []
        self.scopes: list[list[tuple[Registry, int]]] = []
        self._lent: list[OwnedResource] = []
        self.open(memoryview(bytearray(MAIL)))

    def open(self, box: memoryview) -> None:
        """Makes the views of the mailbox."""
        self.u32: memoryview[int] = box.cast("I")
        self.s32: memoryview[int] = box.cast("i")
        self.u64: memoryview[int] = box.cast("Q")
        self.s64: memoryview[int] = box.cast("q")
        self.f32: memoryview[float] = box.cast("f")
        self.f64: memoryview[float] = box.cast("d")

    @property
    def noted(self) -> bool:
        """Whether host code has a reason why the guest was stopped."""
        return self.error is not None or self.rule is not _NO_RULE

    @property
    def ended(self) -> bool:
        """Whether the guest trapped: then nothing of it is called any more, not even to tidy up."""
        return self.call is refuse

    def lend(self, resource: OwnedResource) -> None:
        """``resource`` was lent to the host for the time of a call: it is good for nothing once the next one begins."""
        self._lent.append(resource)
        self.drops += (None,)

    def end_loans(self) -> None:
        """Ends what was lent in calls that are over."""
        lent, self._lent = self._lent, []
        for resource in lent:
            resource._rep = None

    def spoil(self, name: str) -> None:
        """No further call. Nothing is called here: this must not fail at Python's recursion limit."""
        self.poison = self.poison or name
        self.poisoned = 1
        self.drops += (None,)  # sends every entry to the slow path

    def failure(self, name: str, error: int | None = None) -> BaseException:
        """The exception for a call that the engine gave up; ``error`` is what the call returned.

        What a host function raised comes back unchanged; anything else is a trap. The instance is poisoned either way.
        ``name`` is that of the export; empty where only the caller knows it (``trapped``).
        """
        earlier = self.poison
        self.spoil(name)
        self.call = refuse
        noted, self.error = self.error, None
        rule, self.rule = self.rule, _NO_RULE
        try:
            report = failures.take(self.trap, error)
        except Exception:  # at the recursion limit nothing can be asked of the engine
            return noted or DepthError(_TOO_DEEP)
        if noted is not None:
            return self.trapped(name, noted) if noted.__class__ is Trap else noted
        if rule is _NO_RULE and report.in_gate():
            return PoisonedError(poisoned(earlier)) if earlier else DepthError(_TOO_DEEP)
        return self.trapped(name, report.trap(*rule))

    def trapped(self, name: str, trap: BaseException) -> BaseException:
        """``trap`` ended a call of export ``name``: it gets the name if it has none, and poisons the instance."""
        self.spoil(name)
        self.call = refuse
        if name and isinstance(trap, Trap):
            trap.enclose(name)
        return trap


_TOO_DEEP = "maximum recursion depth exceeded in a call of the guest, or where it called the host"


def poisoned(by: str) -> str:
    if by is CLOSED:
        return "the instance was closed"
    return f"the instance cannot be called any more: {by} trapped, or a host function raised in it"


def refuse(*_: object) -> NoReturn:
    """In place of the engine's call after a trap: code of an argument may have called the instance and kept silent."""
    raise PoisonedError(poisoned("a call inside of this one"))


_latest: object = None
"""The reference of the store that was entered last, in whatever thread."""


class Store(Ending):
    """One instance in the engine. Emitted code puts it together, then calls it.

    - ``call``: the engine's call, ``store.call(*store.prepare(function))``: an error or None; ``trap`` is true then if
      the guest trapped. Arguments and the result lie in slots of 16 bytes, slot n at ``u32[4 * n]``, ``u64[2 * n]``...
    - ``busy``: whether a call is going on. Every export begins with ``outer = store.enter()`` and ends with
      ``finally: store.busy = outer``, in a frame where the store is a local variable (``enter`` looks for it).
    """

    __slots__ = (
        "__weakref__", "_context", "_pointer", "_raw", "_ref", "_trap", "busy", "call", "drops", "engine",
        "f32", "f64", "files", "folder", "kept", "mail", "s32", "s64", "stack", "trap", "u32", "u64",
    )  # fmt: skip

    def __new__(cls, config: Config | None, files: Files) -> Store:
        """With fuel or a timeout it is a ``LimitedStore``, and where threads have small stacks a ``CarefulStore``:
        others pay nothing for these."""
        if config is not None and not isinstance(config, Config):
            raise ConfigError(f"config: expected Config, got {config.__class__.__name__}")
        if cls is Store and config is not None and config.limits_calls:
            from .limits import LimitedStore

            cls = LimitedStore
        elif cls is Store and stack_of_new_threads():
            cls = CarefulStore
        return object.__new__(cls)

    def __init__(self, config: Config | None, files: Files) -> None:
        config = Config() if config is None else config
        self._ref, self.stack = ref(self), config.max_wasm_stack or stack.GUEST
        self.busy = False
        stack.here.thread.enter(self._ref, self.stack)  # compiling needs it too
        self.files, self.folder = files, cache.folder(config.cache)
        self.engine = shared(config.settings)
        self._pointer: int = capi.store_new(self.engine.pointer, None, None)
        self.__del__ = partial(capi.store_delete, self._pointer)
        context = capi.store_context(self._pointer)
        self.mail = Mail(context, config.max_copied)
        self.drops, self.trap = self.mail.drops, self.mail.trap
        self.kept: list[object] = []
        self.call = capi.call
        self._limit(config)
        self._open((c_uint64 * (2 * SLOTS))())

    def _limit(self, config: Config) -> None:
        memory, table = config.max_memory, config.max_table_elements
        if memory is not None or table is not None:
            memory, table = -1 if memory is None else memory, -1 if table is None else table
            capi.store_limiter(self._pointer, memory, table, -1, -1, -1)

    def _open(self, raw: Array[c_uint64]) -> None:
        """Makes the views of the slots, and what every prepared call has in common."""
        view = memoryview(raw).cast("B")
        self.u32: memoryview[int] = view.cast("I")
        self.s32: memoryview[int] = view.cast("i")
        self.u64: memoryview[int] = view.cast("Q")
        self.s64: memoryview[int] = view.cast("q")
        self.f32: memoryview[float] = view.cast("f")
        self.f64: memoryview[float] = view.cast("d")
        self._context = c_void_p.from_param(self.mail.context)
        self._raw = byref(raw), c_size_t.from_param(SLOTS)
        self._trap = byref(self.trap)

    def close(self) -> None:
        """Ends the instance: every later use of it raises. A call that goes on comes to its end before it is freed."""
        self.mail.spoil(CLOSED)
        self.mail.poison = CLOSED
        if not self.busy:
            nothing = in_turn()
            end, self.__del__ = self.__del__, nothing
            end()

    # ---- calls ----

    def enter(self) -> bool:
        """Begins the call of an export; gives what ``busy`` has to be again at its end.

        Raises PoisonedError, ThreadError, RecursionError where the stack is too short, or a Trap from a destructor that
        was put off until now.
        """
        if _latest is not self._ref:
            self._look_at_stack()
        # From a look at `busy` to where it is set nothing is called, here and below: no other thread gets in between.
        if self.busy or self.drops or self.trap:
            return self._enter_slowly()
        self.busy = True
        return False

    def _look_at_stack(self) -> None:
        global _latest
        if not self.busy:
            again = stack.here.thread.enter(self._ref, self.stack)
            _latest = self._ref if again else None

    def _enter_slowly(self) -> bool:
        """Only the export's own frame and that of ``enter`` may lie outside of this one."""
        self._check_poison()
        if self.busy:
            return self._enter_again(sys._getframe(2))
        self.busy = True
        try:
            self._drain()
        except BaseException:
            self.busy = False
            raise
        return False

    def _enter_again(self, export: FrameType) -> bool:
        if not is_inside(self, export):
            raise ThreadError("the instance is in a call in another thread")
        if self.trap:  # a signal handler, at the moment when the call of the guest ends
            raise PoisonedError(poisoned("the call that goes on"))
        return True

    def _check_poison(self) -> None:
        if not self.busy and (self.trap or self.mail.noted):
            self.failure("a call that was interrupted")  # by Ctrl-C, between the guest's end and the look at its trap
        if self.mail.poisoned:
            how = ClosedError if self.mail.poison is CLOSED else PoisonedError
            raise how(poisoned(self.mail.poison))

    def _drain(self) -> None:
        """Runs what finalizers have put off. They may add to it meanwhile, from any thread."""
        self.mail.end_loans()
        while self.drops and not self.mail.poisoned:
            drop = self.drops.pop(0)
            if drop is not None:
                resource, rep = drop
                resource.run(rep)

    def failure(self, name: str, error: int | None = None) -> BaseException:
        """See ``Mail.failure``."""
        self.call = refuse
        return self.mail.failure(name, error)

    def trapped(self, name: str, trap: Trap) -> BaseException:
        """See ``Mail.trapped``."""
        self.call = refuse
        return self.mail.trapped(name, trap)

    # ---- putting together ----

    def module(self, name: str, digest: str) -> Module:
        """A core module of the component, compiled; ``digest`` is the SHA-256 of the file in hexadecimal."""
        return self.files.module(self.engine, name, digest, self.folder)

    def open_mail(self) -> Extern:
        """The memory that the gate imports as ``"host" "mail"``; its first bytes are the mailbox from now on."""
        type_ = capi.memorytype_new(Limits(1, 0xFFFFFFFF))
        extern = Extern(capi.MEMORY)
        error = capi.memory_new(self.mail.context, type_, addressof(extern) + OF)
        capi.memorytype_delete(type_)
        check(error, "no memory for the mailbox")
        base = capi.memory_data(self._context, byref(extern, OF))
        self.mail.open(capi.view(base, MAIL))
        return extern

    def host(self, function: Callable[[], None]) -> Extern:
        """A trampoline as the function that the engine calls; one ``try`` is all that is in it (``trampoline.py``)."""
        called = callback(function)
        self.kept.append(called)
        extern = Extern(capi.FUNC)
        capi.func_new(self.mail.context, self.engine.functype, address(called), None, None, addressof(extern) + OF)
        return extern

    @property
    def trap_callback(self) -> Callable[[], None]:
        """The function for the gate's import ``"host" "trap"``."""
        mail = self.mail

        def break_rule() -> None:
            try:
                mail.rule = MESSAGES[mail.u32[0]].format(detail=mail.u32[2]), None
            except BaseException as error:
                mail.error = error

        return break_rule

    def instantiate(self, module: Module, externs: Sequence[Extern]) -> CoreInstance:
        """An instance of a core module, given its imports in their order. Its start function runs now."""
        store = self
        instance = Instance()
        given = (Extern * len(externs))(*externs)
        outer = store.enter()
        try:
            error = capi.instance_new(
                self.mail.context, module.pointer, given, len(externs), byref(instance), byref(self.trap)
            )
            if self.trap or self.mail.noted:
                raise self.failure("instantiation", error)
            check(error, "a core module cannot be instantiated")
        finally:
            store.busy = outer
        return CoreInstance(self, instance)

    def instantiate_module(
        self,
        source: CoreModuleSource,
        given: Mapping[tuple[str, str], Extern],
        functions: Mapping[str, str] | None = None,
    ) -> CoreInstance:
        """An instance of a core module that the host gave, with its imports by (module, name).

        ``functions``: type of each export that is called, ``{"f": "i32 i64 -> i32"}``. It is checked, since the engine
        does not check an unchecked call. (The types of the component's own modules were checked when it was read.)
        """
        made = CoreModule.of(source)
        module = made.files.module(self.engine, made.NAME, made.digest, self.folder)
        wanted = module.imports()
        missing = [f"{first} {second}" for first, second in wanted if (first, second) not in given]
        if missing:
            raise LinkError(f"the core module wants what the component does not give: {', '.join(missing)}")
        instance = self.instantiate(module, [given[place] for place in wanted])
        if functions:
            probe = self.engine.compile(importing(functions), "a probe")
            self.instantiate(probe, [instance.extern(name) for name in functions])
        return instance

    def module_value(self, name: str, digest: str) -> CoreModule:
        """A core module that the component exports."""
        return CoreModule(self.files.read(name), digest)

    def prepare(self, function: Extern) -> tuple[object, ...]:
        """The arguments of ``call`` for ``function``, ready made."""
        if function.kind != capi.FUNC:
            raise EngineError("the component calls something that is no function")
        raw, slots = self._raw
        return self._context, byref(function, OF), raw, slots, self._trap

    def fill(self, table: Extern, index: int, function: Extern) -> None:
        """Puts ``function`` into a table of function references."""
        value = Value(capi.FUNCREF, function.of)
        check(
            capi.table_set(self.mail.context, addressof(table) + OF, index, value), "a function does not fit its table"
        )


class CarefulStore(Store):
    """A store where threads may have been started with a small stack: it looks at that of every thread."""

    __slots__ = ()

    def enter(self) -> bool:
        self._look_at_stack()
        return self._enter_slowly()


class CoreInstance:
    """An instance of a core module."""

    __slots__ = ("_instance", "_store")

    def __init__(self, store: Store, instance: Any) -> None:
        self._store, self._instance = store, instance

    def extern(self, name: str) -> Extern:
        """The export ``name``."""
        extern, data = Extern(), name.encode()
        if not capi.export_get(self._store.mail.context, byref(self._instance), data, len(data), extern):
            raise LinkError(f"a core module has no export {name!r}")
        return extern

    def has(self, name: str) -> bool:
        """Whether there is an export ``name``."""
        data = name.encode()
        found = capi.export_get(self._store.mail.context, byref(self._instance), data, len(data), Extern())
        return bool(found)


def is_export(frame: FrameType) -> bool:
    """Whether the frame may be that of an export: each ends with ``store.busy = outer``."""
    return "busy" in frame.f_code.co_names


def is_inside(store: Store, frame: FrameType | None) -> bool:
    """Whether the call of ``store`` that goes on is one of this thread: ``frame`` and its callers are looked through.

    ``frame`` is the export that wants in; it has the store as a local variable, and so has the one that is in (under
    another name than ``store`` where a parameter is called that). Only frames that set ``busy`` are looked into, since
    looking leaves a copy of the locals behind, which would keep the values of a user's frame alive.
    """
    seen = 0
    while frame is not None and seen < 2:
        seen += is_export(frame) and any(value is store for value in frame.f_locals.values())
        frame = frame.f_back
    return seen == 2
