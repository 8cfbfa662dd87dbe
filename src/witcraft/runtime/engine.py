"""Engines and compiled modules: what stores of one process share.

Settings that the engine fixes at compile time (fuel, epochs, the size of the stack) make an engine, and all stores
with the same settings share it. Amounts (how much fuel, how long) belong to a store.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock, start_new_thread
from ctypes import byref, c_void_p
from time import sleep

from . import capi
from .capi import Bytes, Pointers
from .endings import Ending, partial
from .errors import EngineError
from .trampoline import self_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Settings

TICK = 0.01
"""Seconds between two ticks of the epoch: how exact a timeout is, and how soon Ctrl-C is seen."""
_SPARE_STACK = 1 << 20


def text_of(message: Bytes) -> str:
    """The content of a message of the engine, which is freed."""
    return message.take().decode("utf-8", "replace").rstrip("\0")


def take_error(error: int) -> str:
    """What an error says; it is freed."""
    message = Bytes()
    capi.error_message(error, message)
    capi.error_delete(error)
    return text_of(message)


def check(error: int | None, what: str) -> None:
    """Raises EngineError if there is an error."""
    if error:
        raise EngineError(f"{what}: {take_error(error)}")


def assemble(text: str) -> bytes:
    """WebAssembly text as a binary. Raises EngineError with line and column."""
    source, wasm = text.encode(), Bytes()
    check(capi.wat2wasm(source, len(source), wasm), "the text is no WebAssembly")
    return wasm.take()


class Engine:
    """One engine of the process. It lives as long as the process: ``shared`` gives out few."""

    __slots__ = ("_ended", "_lock", "_started", "functype", "pointer", "settings")

    def __init__(self, settings: Settings, parallel: bool) -> None:
        config = capi.config_new()
        self.settings = settings
        fuel, epochs, stack = settings
        capi.config_fuel(config, fuel)
        capi.config_epochs(config, epochs)
        capi.config_parallel(config, parallel)
        if stack is not None:
            capi.config_async_stack(config, stack + _SPARE_STACK)  # must be the larger of the two
            capi.config_wasm_stack(config, stack)
        self.pointer: int = capi.engine_new(config)
        self.functype: int = capi.functype_new(Pointers(), Pointers())  # () -> (), the type of every host function
        self._lock = allocate_lock()
        self._started = 0
        self._ended: list[None] = []

    def compile(self, wasm: bytes, name: str) -> Module:
        """``wasm`` as machine code. Any number of threads may compile at once."""
        module = c_void_p()
        check(capi.module_new(self.pointer, wasm, len(wasm), byref(module)), f"{name} does not compile")
        return Module(module.value or 0)

    def load(self, path: str) -> Module | None:
        """Machine code from a file; None if another engine made it. The file must be whole: the engine trusts it."""
        module = c_void_p()
        error = capi.module_deserialize_file(self.pointer, path.encode(), byref(module))
        if error:
            take_error(error)
            return None
        return Module(module.value or 0)

    # ---- epochs ----

    def start_ticking(self) -> None:
        """A store with a timeout came to be: the epoch advances from now on, until the last of them is gone."""
        with self._lock:
            self._started += 1
            if self._started == 1:
                start_new_thread(self._tick, ())

    @property
    def stop_ticking(self) -> Callable[[], None]:
        """What a store with a timeout does when it goes: an ending in C, which takes no lock."""
        return partial(self._ended.append, None)

    @property
    def ticking(self) -> bool:
        """Whether the thread is running."""
        return self._started > 0

    def go_on(self) -> None:
        """After a fork: the thread is another process's, and may have held the lock."""
        self._lock = allocate_lock()
        if self.ticking:
            start_new_thread(self._tick, ())

    def _tick(self) -> None:
        while True:
            sleep(TICK)
            capi.engine_tick(self.pointer)
            with self._lock:
                if self._started == len(self._ended):
                    self._started = 0
                    self._ended.clear()
                    return


class Module(Ending):
    """A compiled module. It is shared by stores; the engine frees it when the last of them is gone."""

    __slots__ = ("__weakref__", "pointer")

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer
        self.__del__ = partial(capi.module_delete, pointer)

    def imports(self) -> list[tuple[str, str]]:
        """What it imports, in order: module and name."""
        types = Pointers()
        capi.module_imports(self.pointer, types)
        try:
            return [
                (capi.name_at(capi.import_module(types.data[n])), capi.name_at(capi.import_name(types.data[n])))
                for n in range(types.size)
            ]
        finally:
            capi.imports_delete(types)

    def serialize(self) -> bytes:
        code = Bytes()
        check(capi.module_serialize(self.pointer, code), "a module cannot be serialized")
        return code.take()


def check_python() -> None:
    """Refuses a Python that calls would not be safe with."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise EngineError("Python runs without its global lock: start it with PYTHON_GIL=1 to use witcraft")
    self_test()


class Engines:
    """The engines of this process, by their settings."""

    __slots__ = ("_engines", "_lock", "_parallel")

    def __init__(self, parallel: bool) -> None:
        self._lock = allocate_lock()
        self._engines: dict[Settings, Engine] = {}
        self._parallel = parallel

    def get(self, settings: Settings) -> Engine:
        with self._lock:
            engine = self._engines.get(settings)
            if engine is None:
                check_python()
                engine = self._engines[settings] = Engine(settings, self._parallel)
            return engine

    def go_on(self) -> None:
        for engine in self._engines.values():
            engine.go_on()


_engines = Engines(parallel=True)


def shared(settings: Settings) -> Engine:
    """The engine with these settings."""
    return _engines.get(settings)


def after_fork() -> None:
    """In a forked child the engine's threads are gone: clocks start again, and new engines compile without threads."""
    global _engines
    _engines.go_on()
    _engines = Engines(parallel=False)


os.register_at_fork(after_in_child=after_fork)
