"""What modules and components share: the preamble, the row of sections, custom sections.

Component-model Binary.md, "Component Definitions"; WebAssembly core specification, "Binary Format / Modules".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from witcraft.binary.cursor import Cursor
from witcraft.core.tree import Custom
from witcraft.errors import ComponentError

MAGIC = b"\0asm"


class Layer(Enum):
    """(version, layer): the last two fields of the preamble, two bytes each, little endian."""

    MODULE = (1, 0)
    COMPONENT = (0x0D, 1)


NOUNS = {Layer.MODULE: "core module", Layer.COMPONENT: "component"}


def preamble(c: Cursor, expected: Layer) -> None:
    magic = bytes(c.data[:4])
    if magic != MAGIC:
        if magic and MAGIC.startswith(magic):
            raise c.ends("its first eight bytes")
        raise c.error("not a WebAssembly file" + (": it is empty" if not magic else ""))
    if len(c.data) < 8:
        raise c.ends("its first eight bytes")
    version, layer = int.from_bytes(c.data[4:6], "little"), int.from_bytes(c.data[6:8], "little")
    c.pos = 8
    if (version, layer) != expected.value:
        raise c.error(_mismatch(expected, version, layer), 4)


def _mismatch(expected: Layer, version: int, layer: int) -> str:
    for found in Layer:
        if (version, layer) == found.value:
            return f"this is a {NOUNS[found]}, where a {NOUNS[expected]} is expected"
    for found in Layer:
        known, its_layer = found.value
        if layer == its_layer:
            return f"{NOUNS[found]} version {version:#x} is unknown; version {known:#x} is what witcraft reads"
    return f"layer {layer:#x} is unknown: neither a core module nor a component"


def sections(c: Cursor, titles: Mapping[int, str]) -> Iterator[tuple[int, Cursor]]:
    """Each section's id and contents; ``titles`` knows the ids that are allowed."""
    while c.left:
        at = c.pos
        code = c.byte("a section")
        if code not in titles:
            raise c.error(f"section id {code:#x} is unknown", at)
        yield code, c.part(c.u32(), f"the {titles[code]} section")


def custom(section: Cursor, ordinal: int) -> Custom:
    try:
        name = section.name()
    except ComponentError as error:
        error.enclose(f"custom section {ordinal}")
        raise
    offset = section.offset
    return Custom(name, section.rest(), offset)
