"""What a user may set for an instance. It is all checked here: some settings would end the process in the engine."""

from __future__ import annotations

from _thread import stack_size
from os import PathLike, fspath

from .errors import ConfigError

PAGE = 0x10000
_MOST = (1 << 63) - 1
_LEAST_STACK = 16 << 10
_UNLIMITED = 2 << 20
"""What a thread has where the main thread's stack has no limit."""
_STACK_FOR_OTHERS = 1 << 20
"""Bytes of a thread's stack that stay out of the guest's reach: for the host's functions and Python itself."""


class Config:
    """Limits of one instance, and where its machine code is kept.

    - ``fuel``: units (about one an instruction) that each call of an export may burn, its host functions' calls back
      into the instance included; running out is a trap. Costs about half of the guest's speed.
    - ``timeout``: seconds that each call of an export may take; later is a trap, seen within some 20 ms, or when the
      host function returns that is running then. With a timeout Ctrl-C works in the middle of a call.
    - ``max_memory``: bytes that each linear memory of the guest may have.
    - ``max_table_elements``: elements that each of its tables may have.
    - ``max_wasm_stack``: bytes of stack for guest code (512 KiB if not set).
    - ``max_copied``: bytes that one call may copy out of the guest's memory as strings and lists; a guest can refer to
      the same bytes many times over. An element of a list counts for eight bytes an object that Python makes of it, if
      that is more than it has in the guest: all in all the host needs some eight times this much.
    - ``cache``: True keeps machine code (and the Python that ``load`` makes) in the user's cache directory, a path
      keeps it there, False nowhere. Only directories that nobody else may write to are used.
    """

    __slots__ = ("cache", "fuel", "max_copied", "max_memory", "max_table_elements", "max_wasm_stack", "timeout")

    def __init__(
        self,
        *,
        fuel: int | None = None,
        timeout: float | None = None,
        max_memory: int | None = None,
        max_table_elements: int | None = None,
        max_wasm_stack: int | None = None,
        max_copied: int = 128 << 20,
        cache: bool | str | PathLike[str] = True,
    ) -> None:
        self.fuel = None if fuel is None else whole("fuel", fuel, 1, _MOST)
        self.timeout = None if timeout is None else seconds("timeout", timeout)
        self.max_memory = None if max_memory is None else whole("max_memory", max_memory, PAGE, _MOST)
        self.max_table_elements = (
            None if max_table_elements is None else whole("max_table_elements", max_table_elements, 0, _MOST)
        )
        self.max_wasm_stack = None if max_wasm_stack is None else stack("max_wasm_stack", max_wasm_stack)
        self.max_copied = whole("max_copied", max_copied, 0, _MOST)
        self.cache = cache if isinstance(cache, bool) else directory("cache", cache)

    def __repr__(self) -> str:
        return f"Config({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    @property
    def settings(self) -> Settings:
        """What of this the engine fixes at compile time: whether fuel and epochs are counted, size of the stack."""
        return self.fuel is not None, self.timeout is not None, self.max_wasm_stack

    @property
    def limits_calls(self) -> bool:
        """Whether every call has an amount of fuel or time."""
        return self.fuel is not None or self.timeout is not None


Settings = tuple[bool, bool, "int | None"]
"""(fuel, epochs, stack): instances with equal settings share an engine."""


def whole(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConfigError(f"{name}: expected int, got {value!r}")
    if not low <= value <= high:
        raise ConfigError(
            f"{name}: expected {low} or more, got {value}" if value < low else f"{name}: {value} is too much"
        )
    return value


def seconds(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ConfigError(f"{name}: expected seconds, got {value!r}")
    if not 0 < value <= 1e9:
        raise ConfigError(f"{name}: expected more than 0 seconds and less than 1e9, got {value}")
    return float(value)


def stack(name: str, value: object) -> int:
    """The engine aborts the process on 0. (Whether a thread has so much is seen when it calls: ``stack.Thread``.)"""
    return whole(name, value, _LEAST_STACK, usual_stack() - _STACK_FOR_OTHERS)


def usual_stack() -> int:
    """Bytes of stack that the main thread has, and others unless they were started with less."""
    from resource import RLIM_INFINITY, RLIMIT_STACK, getrlimit

    soft = getrlimit(RLIMIT_STACK)[0]
    return _UNLIMITED if soft == RLIM_INFINITY else soft


def stack_of_new_threads() -> int:
    """What ``threading.stack_size`` was set to, 0 for the system's own size. To ask for it is to set it."""
    size = stack_size()
    if size:
        stack_size(size)
    return size


def directory(name: str, value: object) -> str:
    path = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(path, str) or not path:
        raise ConfigError(f"{name}: expected True, False or a path, got {value!r}")
    return path
