"""The limit: glue for `bench.wat` written by hand, straight on the engine's C API.

Every check that generated bindings need is here, in the cheapest way that was found: one thread at a time, poisoning,
pending drops, exact integers, bounds and alignment before any read, traps and errors after every call, a limit on bytes
copied out, may-leave. What takes no part in a good call stands in `Instance`; a method shows all that one call costs.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from itertools import repeat
from operator import add
from struct import Struct

from . import engine
from .engine import UNREACHABLE, Arguments, Store, Trap, call, new_trap, raw_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ctypes import c_void_p
    from typing import Any, NoReturn

MAX_BYTES = (1 << 28) - 1
"""The longest list or string of the canonical ABI, in bytes."""
BUDGET = 128 << 20
"""Bytes that one call may copy out of the guest; smaller than MAX_BYTES, so that one comparison holds both."""
SHORT = 4096
"""Bytes up to which a string decodes faster from a copy."""


class Err(Exception):
    def __init__(self, value: object) -> None:
        self.value = value


class Point:
    """Written out, because importing `dataclasses` costs more than all else at the start."""

    __slots__ = ("id", "x", "y")

    def __init__(self, x: float, y: float, id: int) -> None:  # noqa: A002
        self.x = x
        self.y = y
        self.id = id

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Point and (self.x, self.y, self.id) == (other.x, other.y, other.id)

    __hash__ = None  # type: ignore[assignment]


POINT = Struct("dd I 4x")
"""Native order and sizes: on the machines that the engine runs on they are those of the canonical ABI."""
new = object.__new__


def from_text(name: str) -> c_void_p:
    with open(os.path.join(os.path.dirname(__file__), "components", f"{name}.wat")) as file:  # noqa: PTH118, PTH120, PTH123
        return engine.compile_module(engine.wat2wasm(file.read()))


class Instance:
    """One core module between its may-leave wrappers, and what happens off the usual path of a call."""

    __slots__ = (
        "_alloc", "_area", "_busy", "_core", "_drops", "_mail", "_memory", "_poisoned", "_post", "_raised",
        "_raw", "_raw_f32", "_raw_f64", "_raw_s32", "_raw_s64", "_size", "_spare", "_store", "_trap", "_words",
    )  # fmt: skip

    def __init__(self, core: str, tick: Callable[[int], int], module: Callable[[str], c_void_p]) -> None:
        self._store = store = Store()
        self._busy, self._poisoned = False, ""
        self._raised: BaseException | None = None
        self._drops: deque[Callable[[], None]] = deque()
        self._trap = store.trap
        self._area = 0
        self._spare: int = new_trap(UNREACHABLE)
        gate = store.instantiate(module("gate"), store.host_function(self._importing(tick)))
        self._mail: Any = store.memory(gate("mail")).cast("I")
        self._core = store.instantiate(module(core), *([gate("tick")] if core == "bench.core" else []))
        shim = store.instantiate(module("shim"), *map(self._core, ("memory", "realloc", "post")), gate("may-leave"))
        self._alloc, self._post = store.arguments(shim("alloc"), 2), store.arguments(shim("post"), 1)
        self._raw, self._raw_s32, self._raw_s64 = (raw_view(store.raw, code) for code in "Iiq")
        self._raw_f32, self._raw_f64 = (raw_view(store.raw, code) for code in "fd")
        self._grown()

    def _function(self, name: str, values: int) -> Arguments:
        return self._store.arguments(self._core(name), values)

    def _importing(self, tick: Callable[[int], int]) -> Callable[[], int | None]:
        """What stands between the guest and a host function u32 -> u32: no exception leaves it."""

        def trampoline() -> int | None:
            try:
                mail = self._mail
                result = tick(mail[0])
                self._busy = True  # a call made meanwhile has cleared it
                if result.__class__ is not int:
                    raise TypeError(f"tick: expected int, got {type(result).__name__}")
                mail[0] = result
                return None
            except BaseException as error:
                self._raised = error
                return self._spare

        return trampoline

    def _enter(self) -> None:
        """A call found the instance busy, or drops pending."""
        if self._poisoned:
            raise Trap(f"the instance cannot be called any more: {self._poisoned}")
        if self._busy and not self._running_here():
            raise RuntimeError("the instance is in use by another thread")
        while self._drops:
            self._drops.popleft()()

    def _running_here(self) -> bool:
        """Whether the call under way is of this thread: then one of its trampolines is on the stack."""
        frame = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_name == "trampoline" and frame.f_locals.get("self") is self:
                return True
            frame = frame.f_back  # type: ignore[assignment]
        return False

    def _trapped(self, error: int | None) -> NoReturn:
        """The trap or error pointer of a call was not null: the same for a host function's exception as for a trap."""
        message = engine.take_error(error) if error else engine.take_trap(self._trap)
        raised, self._raised = self._raised, None
        if raised:
            self._spare = new_trap(UNREACHABLE)
        raise raised or Trap(message)

    def _failed(self, error: BaseException) -> BaseException:
        """Poisons the instance; what a lift found wrong becomes a trap."""
        self._busy = False
        self._poisoned = f"{type(error).__name__}: {error}"
        self._drops.append(self._enter)  # never drained: every later call comes by here
        return Trap(str(error)) if isinstance(error, (ValueError, IndexError)) else error

    def _grown(self) -> memoryview:
        """Fetches the memory anew: it has grown, or a check is about to fail."""
        self._memory = self._store.memory(self._core("memory"))
        self._words, self._size = self._memory.cast("I"), len(self._memory)
        return self._memory

    def _check(self, p: int, size: int, align: int) -> None:
        """A range of the guest looked wrong: by the memory as it is now, is it?"""
        self._grown()
        if p & (align - 1):
            raise Trap(f"pointer {p:#x} is not aligned to {align}")
        if p + size > self._size:
            raise Trap(f"{size} bytes at {p:#x} are out of bounds of the memory of {self._size}")
        if size > BUDGET:
            raise Trap(f"{size} bytes are more than one call may copy out ({BUDGET})")

    def _send(self, function: Arguments, data: bytes | memoryview, count: int, align: int) -> None:
        """Lowers one list of `count` elements and calls."""
        raw = self._raw
        size = len(data)
        raw[0] = align
        raw[4] = size
        if (error := call(*self._alloc)) or self._trap:
            self._trapped(error)
        p = raw[0]
        try:
            self._memory[p : p + size] = data
        except ValueError:
            self._grown()[p : p + size] = data
        raw[4] = count
        if (error := call(*function)) or self._trap:
            self._trapped(error)

    def _receive(self, stride: int, align: int) -> Any:
        """The bytes of the list that the call has returned, checked; `_finish` ends their life."""
        area = self._area = self._raw[0]
        if area & 3 or area + 8 > self._size:
            self._check(area, 8, 4)
        p = self._words[area >> 2]
        size = self._words[(area >> 2) + 1] * stride
        if p & (align - 1) or p + size > self._size or size > BUDGET:
            self._check(p, size, align)
        return self._memory[p : p + size]

    def _finish(self) -> None:
        """Post-return."""
        self._raw[0] = self._area
        if (error := call(*self._post)) or self._trap:
            self._trapped(error)


class Bench(Instance):
    """World `test:bench/bench`."""

    __slots__ = ("_add", "_checked", "_echo", "_make", "_sum", "_ticks")

    def __init__(self, tick: Callable[[int], int], module: Callable[[str], c_void_p] = from_text) -> None:
        super().__init__("bench.core", tick, module)
        self._add, self._echo, self._sum = (self._function(name, 2) for name in ("add", "echo", "sum"))
        self._checked, self._make, self._ticks = (self._function(name, 1) for name in ("checked", "make", "ticks"))

    def add(self, a: int, b: int) -> int:
        if self._busy or self._drops:
            self._enter()
        if a.__class__ is not int or b.__class__ is not int:
            raise TypeError("add: expected int")
        raw = self._raw
        raw[0] = a
        raw[4] = b
        self._busy = True
        try:
            if (error := call(*self._add)) or self._trap:
                self._trapped(error)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        result: int = raw[0]
        return result

    def echo_string(self, s: str) -> str:
        if self._busy or self._drops:
            self._enter()
        if s.__class__ is not str:
            raise TypeError("echo-string: expected str")
        data = s.encode()
        size = len(data)
        if size > MAX_BYTES:
            raise ValueError("echo-string: too long")
        self._busy = True
        try:
            raw = self._raw
            raw[0] = 1
            raw[4] = size
            if (error := call(*self._alloc)) or self._trap:
                self._trapped(error)
            p = raw[0]
            try:
                self._memory[p : p + size] = data
            except ValueError:
                self._grown()[p : p + size] = data
            del (
                data
            )  # so that the result takes its place: two such blocks at once cost 600 us of page faults a megabyte
            raw[4] = size
            if (error := call(*self._echo)) or self._trap:
                self._trapped(error)
            area = raw[0]
            if area & 3 or area + 8 > self._size:
                self._check(area, 8, 4)
            words = self._words
            p = words[area >> 2]
            size = words[(area >> 2) + 1]
            if p + size > self._size or size > BUDGET:
                self._check(p, size, 1)
            view = self._memory[p : p + size]
            result = view.tobytes().decode() if size < SHORT else str(view, "utf-8")
            raw[0] = area
            if (error := call(*self._post)) or self._trap:
                self._trapped(error)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_bytes(self, b: bytes) -> bytes:
        if self._busy or self._drops:
            self._enter()
        if b.__class__ is not bytes or len(b) > MAX_BYTES:
            raise TypeError("echo-bytes: expected bytes of at most 2^28-1")
        self._busy = True
        try:
            self._send(self._echo, b, len(b), 1)
            result: bytes = self._receive(1, 1).tobytes()
            self._finish()
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_f64s(self, v: Sequence[float]) -> list[float]:
        if self._busy or self._drops:
            self._enter()
        data = numbers("d", 8, v)
        self._busy = True
        try:
            self._send(self._echo, data, len(v), 8)
            result: list[float] = self._receive(8, 8).cast("d").tolist()
            self._finish()
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_points(self, v: Sequence[Point]) -> list[Point]:
        if self._busy or self._drops:
            self._enter()
        data = points(v)
        self._busy = True
        try:
            self._send(self._echo, data, len(v), 8)
            result = lift_points(self._receive(24, 8))
            self._finish()
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_strings(self, v: Sequence[str]) -> list[str]:
        if self._busy or self._drops:
            self._enter()
        parts = [s.encode() for s in v if s.__class__ is str]
        if len(parts) != len(v) or 8 * len(parts) > MAX_BYTES or max(map(len, parts), default=0) > MAX_BYTES:
            raise TypeError("echo-strings: expected strings of at most 2^28-1 bytes")
        self._busy = True
        try:
            p = self._lower_strings(parts)
            self._raw[0] = p
            self._raw[4] = len(parts)
            if (error := call(*self._echo)) or self._trap:
                self._trapped(error)
            result = self._lift_strings(self._receive(8, 4).cast("I").tolist())
            self._finish()
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def _lower_strings(self, parts: list[bytes]) -> int:
        raw, alloc, trap = self._raw, self._alloc, self._trap
        raw[0] = 4
        raw[4] = 8 * len(parts)
        if (error := call(*alloc)) or trap:
            self._trapped(error)
        base: int = raw[0]
        memory = self._memory
        pairs: list[int] = []
        for data in parts:
            size = len(data)
            raw[0] = 1
            raw[4] = size
            if (error := call(*alloc)) or trap:
                self._trapped(error)
            p = raw[0]
            try:
                memory[p : p + size] = data
            except ValueError:
                memory = self._grown()
                memory[p : p + size] = data
            pairs += p, size
        self._grown_to(base + 8 * len(parts))[base : base + 8 * len(parts)] = Struct(f"{len(pairs)}I").pack(*pairs)
        return base

    def _grown_to(self, end: int) -> memoryview:
        return self._memory if end <= self._size else self._grown()

    def _lift_strings(self, pairs: list[int]) -> list[str]:
        """Where the strings lie close together, as an allocator puts them, one copy of the span serves them all."""
        starts, sizes = pairs[0::2], pairs[1::2]
        if not starts:
            return []
        ends, total = list(map(add, starts, sizes)), sum(sizes)
        low, high = min(starts), max(ends)
        if high > self._size:
            self._check(low, high - low, 1)
        if total > BUDGET:
            self._check(low, total, 1)
        if high - low > 2 * total + SHORT:
            memory = self._memory
            return [str(memory[p:q], "utf-8") for p, q in zip(starts, ends, strict=True)]
        span = self._memory[low:high].tobytes()
        if span.isascii():
            text = span.decode()
            return [text[p - low : q - low] for p, q in zip(starts, ends, strict=True)]
        return [span[p - low : q - low].decode() for p, q in zip(starts, ends, strict=True)]

    def sum_points(self, v: Sequence[Point]) -> float:
        if self._busy or self._drops:
            self._enter()
        data = points(v)
        self._busy = True
        try:
            self._send(self._sum, data, len(v), 8)
            result: float = self._raw_f64[0]
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def make_points(self, n: int) -> list[Point]:
        if self._busy or self._drops:
            self._enter()
        if n.__class__ is not int:
            raise TypeError("make-points: expected int")
        self._raw[0] = n
        self._busy = True
        try:
            if (error := call(*self._make)) or self._trap:
                self._trapped(error)
            result = lift_points(self._receive(24, 8))
            self._finish()
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def run_ticks(self, n: int) -> int:
        if self._busy or self._drops:
            self._enter()
        if n.__class__ is not int:
            raise TypeError("run-ticks: expected int")
        self._raw[0] = n
        self._busy = True
        try:
            if (error := call(*self._ticks)) or self._trap:
                self._trapped(error)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        result: int = self._raw[0]
        return result

    def checked(self, n: int) -> int:
        if self._busy or self._drops:
            self._enter()
        if n.__class__ is not int:
            raise TypeError("checked: expected int")
        raw = self._raw
        raw[0] = n
        self._busy = True
        try:
            if (error := call(*self._checked)) or self._trap:
                self._trapped(error)
            area = raw[0]
            if area & 3 or area + 12 > self._size:
                self._check(area, 12, 4)
            case = self._memory[area]
            result: int | str = self._words[(area >> 2) + 1]
            if case:
                result = self._lift_message(case, area)
            raw[0] = area
            if (error := call(*self._post)) or self._trap:
                self._trapped(error)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        if case:
            raise Err(result)
        return result  # type: ignore[return-value]

    def _lift_message(self, case: int, area: int) -> str:
        if case != 1:
            raise Trap(f"result: no case {case}")
        p, size = self._words[(area >> 2) + 1], self._words[(area >> 2) + 2]
        if p + size > self._size or size > BUDGET:
            self._check(p, size, 1)
        view = self._memory[p : p + size]
        return view.tobytes().decode() if size < SHORT else str(view, "utf-8")


def lift_points(view: memoryview) -> list[Point]:
    """Empty points, whose attributes are the targets of one loop: cheaper than to call the constructor."""
    o: Point
    made = list(map(new, repeat(Point, len(view) // POINT.size)))
    for o, (o.x, o.y, o.id) in zip(made, POINT.iter_unpack(view), strict=True):  # noqa: B007
        pass
    return made


def points(v: Sequence[Point]) -> bytes:
    pack = POINT.pack
    parts = [pack(o.x, o.y, i) for o in v if (i := o.id).__class__ is int]
    if len(parts) != len(v) or 24 * len(parts) > MAX_BYTES:
        raise TypeError("expected points, not too many")
    return b"".join(parts)


def numbers(code: str, size: int, v: Sequence[float]) -> bytes | memoryview:
    """A list of numbers as bytes: packed, or if it is a buffer of this format, as it lies there."""
    if v.__class__ is list:
        data: bytes | memoryview = Struct(f"{len(v)}{code}").pack(*v)
    else:
        view = memoryview(v)  # type: ignore[arg-type]
        if view.format != code or view.ndim != 1 or not view.c_contiguous:
            raise TypeError(f"expected a buffer of {code!r}")
        data = view.cast("B")
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES // size} numbers")
    return data
