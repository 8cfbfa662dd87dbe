"""A guest against the specification's own ``definitions.py``: what its memory means, and how a value lies in it."""

from __future__ import annotations

import struct
from types import ModuleType
from typing import Any

from tests.abi_interpreter import BITS
from tests.agreement.raw import AREA, Image
from tests.agreement.wat import BASE, HEAP, KEPT, Guest
from tests.test_abi_oracle import from_spec, spec_type, to_spec
from witcraft.model import types as t

PAGE = 65536


class Reference:
    """The first type of a raw guest, as the specification has it. Raises the specification's ``Trap``."""

    def __init__(self, spec: ModuleType, guest: Guest) -> None:
        self.spec: Any = spec
        self.guest, self.type = guest, guest.types[0]
        self.theirs = spec_type(spec, self.type)

    # ---- lifting

    def give(self, image: Image) -> Any:
        """What the export `give-0` returns."""
        context = self.context(image.data)
        flat = self.spec.flatten_type(self.theirs, context.opts)
        core = slots(flat, image.data) if len(flat) == 1 else [(BASE + image.at) % (1 << 8 * self.guest.pointer)]
        return self.lift(context, core, 1)

    def send(self, data: bytes) -> Any:
        """What the import `take-0` is called with."""
        context = self.context(data)
        flat = self.spec.flatten_type(self.theirs, context.opts)
        return self.lift(context, slots(flat if len(flat) <= 16 else [self.guest.layout.core], data), 16)

    def lift(self, context: Any, core: list[Any], most: int) -> Any:
        (value,) = self.spec.lift_flat_values(context, most, self.spec.CoreValueIter(core), [self.theirs])
        return from_spec(self.type, value)

    def kept(self, memory: bytes) -> Any:
        """The list that was passed to `keep-0`."""
        context = self.context_of(bytearray(memory))
        return from_spec(t.List(self.type), self.spec.load(context, KEPT, self.spec.ListType(self.theirs)))

    # ---- lowering

    def image(self, value: Any) -> Image:
        """How the value may lie in a guest's memory, behind the core values that stand for it."""
        memory = bytearray(PAGE)
        context = self.context_of(memory)
        at = context.allocate(self.guest.layout.align(self.type), self.guest.layout.size(self.type))
        self.spec.store(context, to_spec(self.type, value), self.theirs, at)
        flat = self.spec.flatten_type(self.theirs, context.opts)
        if len(flat) <= 16:
            core = self.spec.lower_flat(context, to_spec(self.type, value), self.theirs)
        else:
            flat, core = [self.guest.layout.core], [at]
        for i, (kind, slot) in enumerate(zip(flat, core, strict=True)):
            struct.pack_into("<" + BITS[kind], memory, BASE + 8 * i, slot)
        return Image(bytes(memory[BASE : context.top]), at - BASE)

    # ---- memory

    def context(self, data: bytes) -> Any:
        """Over the memory of a raw guest that got ``data``: where the host put it, and where the guest copied it."""
        memory = bytearray(PAGE)
        memory[BASE : BASE + len(data)] = memory[HEAP : HEAP + len(data)] = data
        return self.context_of(memory)

    def context_of(self, memory: bytearray) -> Any:
        class Context(self.spec.LiftLowerContext):  # type: ignore[misc, name-defined]
            top = BASE + AREA

            def reallocate(self, old: int, old_size: int, align: int, size: int) -> int:
                start = (self.top + align - 1) // align * align
                self.top = start + size
                kept = min(old_size, size)
                memory[start : start + kept] = memory[old : old + kept]
                return start

        opts = self.spec.LiftLowerOptions(self.guest.encoding, self.spec.MemInst(memory, self.guest.layout.core))
        return Context(opts, None)


def slots(kinds: list[str], data: bytes) -> list[Any]:
    """Core values from slots of 8 bytes; a slot may end beyond the data, where the guest's memory is zero."""
    padded = data + bytes(8 * len(kinds))
    return [struct.unpack_from("<" + BITS[kind], padded, 8 * i)[0] for i, kind in enumerate(kinds)]
