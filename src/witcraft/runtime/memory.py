"""Linear memory as emitted code sees it: a view, checked places in it, and allocation by the guest's ``realloc``.

CanonicalABI.md, "Loading", "Storing", "Lifting and Lowering Context". Reading a slice of the view past its end clamps
silently, so every place is checked before; memories only grow, so a check that fails looks whether the memory has grown
and only then gives up. A memory of 32 bits never moves: the engine reserves all its addresses. One of 64 bits may move
whenever it grows (``Wide``).
"""

from __future__ import annotations

from ctypes import byref, c_void_p

from . import capi
from .capi import OF
from .errors import EngineError, Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .capi import Extern
    from .store import Store

MAX_BYTES = (1 << 28) - 1
"""Bytes of a list or string (MAX_LIST_BYTE_LENGTH, MAX_STRING_BYTE_LENGTH)."""


class LinearMemory:
    """A memory with the ``realloc`` of the same canonical options.

    ``guarded`` is the gate's wrapper of it, (align, size) -> pointer; ``direct`` the function itself, for a component
    without a gate; None of both for options that never lower to memory. ``size`` is the length of ``view``, in bytes;
    ``copied`` counts what was lifted since emitted code set it to 0.
    """

    __slots__ = (
        "_direct", "_mail", "_memory", "_place", "_realloc", "_slots", "_trap", "copied", "max_copied", "size",
        "view",
    )  # fmt: skip

    def __init__(
        self, store: Store, memory: Extern, *, guarded: Extern | None = None, direct: Extern | None = None
    ) -> None:
        if memory.kind != capi.MEMORY:
            raise EngineError("the component lifts from something that is no memory")
        self._memory = memory
        self._place = c_void_p.from_param(store.mail.context), byref(memory, OF)
        self._mail, self._trap = store.mail, store.trap
        self._slots: memoryview[int] = store.u32
        realloc = direct if guarded is None else guarded
        self._direct = guarded is None
        self._realloc = () if realloc is None else store.prepare(realloc)
        self.copied, self.max_copied = 0, store.mail.max_copied
        self.view: memoryview[int] = memoryview(b"")
        self.size = 0
        self.refresh()

    def refresh(self) -> None:
        """Sees to it that ``view`` is the whole memory as it is now."""
        size: int = capi.memory_size(*self._place)
        if size != self.size or not self.size:
            self.view = capi.view(capi.memory_data(*self._place), size)
            self.size = size

    # ---- checks ----

    def check(self, ptr: int, size: int, align: int) -> None:
        """Traps unless ``ptr`` is aligned and ``size`` bytes from it lie in memory, which may have grown."""
        if ptr & (align - 1):
            raise Trap(f"unaligned pointer {ptr:#x}: expected a multiple of {align}")
        self.refresh()
        if ptr + size > self.size:
            raise Trap(f"out of bounds pointer {ptr:#x}: {size} bytes from there are not in a memory of {self.size}")

    def check_given(self, ptr: int, size: int, align: int) -> None:
        """As ``check``, of what ``realloc`` gave."""
        try:
            self.check(ptr, size, align)
        except Trap as error:
            what = "result not aligned" if ptr & (align - 1) else "beyond end of memory"
            raise Trap(f"realloc return: {what}: {error}") from None

    def check_list(self, ptr: int, count: int, size: int, align: int, cost: int = 0) -> None:
        """Traps unless ``count`` elements of ``size`` bytes lie at ``ptr``; counts them as copied.

        ``cost``: what an element counts for, where Python needs much more for it than the guest.
        """
        cost *= count
        size *= count
        if size > MAX_BYTES:
            raise Trap(f"list of {size} bytes is too long")
        if ptr & (align - 1) or ptr + size > self.size:
            self.check(ptr, size, align)
        self.charge(cost or size)

    def charge(self, size: int) -> None:
        """Counts bytes that are copied out of the guest; too many in one call are a trap."""
        self.copied += size
        if self.copied > self.max_copied:
            raise Trap(f"more than {self.max_copied} bytes copied out of the guest in one call (Config.max_copied)")

    def write(self, ptr: int, size: int, data: bytes) -> None:
        """Puts ``data`` into the place that was made for it."""
        if len(data) != size:
            raise ValueError(f"expected {size} bytes, got {len(data)}: a list changed while it was read")
        self.view[ptr : ptr + size] = data

    # ---- allocation ----

    def alloc(self, size: int, align: int) -> int:
        """``realloc(0, 0, align, size)``, checked: the pointer is aligned, and the place lies in memory."""
        slots, realloc = self._slots, self._realloc
        if size > MAX_BYTES:
            raise ValueError(f"expected at most {MAX_BYTES} bytes, got {size}")
        if self._direct:
            slots[0] = slots[4] = 0
            slots[8], slots[12] = align, size
        else:
            slots[0], slots[4] = align, size
        if (error := self._mail.call(*realloc)) or self._trap:
            raise self._mail.failure("", error)
        ptr = slots[0]
        if ptr & (align - 1) or ptr + size > self.size:
            self.check_given(ptr, size, align)
        return ptr


_view: Any = vars(LinearMemory)["view"]
"""The slot itself, which ``Wide.view`` stands before."""


class Wide(LinearMemory):
    """Mixed into the classes for memories of 64 bits: pointers and lengths are i64.

    Such a memory may move whenever it grows, and what makes it grow may be a call of another export, by the code of an
    argument: so nobody holds on to ``view``.
    """

    __slots__ = ()

    @property
    def view(self) -> memoryview[int]:
        self.refresh()
        return _view.__get__(self)  # type: ignore[no-any-return]

    @view.setter
    def view(self, whole: memoryview[int]) -> None:
        _view.__set__(self, whole)

    def alloc(self, size: int, align: int) -> int:
        slots = self._slots
        if size > MAX_BYTES:
            raise ValueError(f"expected at most {MAX_BYTES} bytes, got {size}")
        if self._direct:
            slots[0] = slots[1] = slots[4] = slots[5] = slots[9] = slots[13] = 0
            slots[8], slots[12] = align, size
        else:
            slots[1] = slots[5] = 0
            slots[0], slots[4] = align, size
        if (error := self._mail.call(*self._realloc)) or self._trap:
            raise self._mail.failure("", error)
        ptr = slots[0] | slots[1] << 32
        self.refresh()
        if ptr & (align - 1) or ptr + size > self.size:
            self.check_given(ptr, size, align)
        return ptr
