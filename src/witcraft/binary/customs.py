"""The custom sections that have a meaning for people: names and producers.

Component-model Binary.md, "Name Section"; core specification, "Appendix / Custom Sections"; tool-conventions,
"Producers Section". None of them can make a binary invalid: what cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from witcraft.binary.cursor import Cursor
from witcraft.binary.externs import sort
from witcraft.component.tree import ItemName
from witcraft.core.tree import Custom, Producer
from witcraft.errors import ComponentError

T = TypeVar("T")


def producers(customs: Sequence[Custom]) -> tuple[Producer, ...]:
    return tuple(_lenient(customs, "producers", _producers))


def module_name(customs: Sequence[Custom]) -> str | None:
    return next(_lenient(customs, "name", _own_name), None)


def component_name(customs: Sequence[Custom]) -> str | None:
    return next(_lenient(customs, "component-name", _own_name), None)


def item_names(customs: Sequence[Custom]) -> tuple[ItemName, ...]:
    return tuple(_lenient(customs, "component-name", _item_names))


def _lenient(customs: Sequence[Custom], name: str, read: Callable[[Cursor], Iterator[T]]) -> Iterator[T]:
    """What ``read`` finds in the sections of that name, up to the first byte that makes no sense."""
    for custom in customs:
        if custom.name == name:
            try:
                yield from read(Cursor(custom.data, custom.offset, f"the {name} section"))
            except ComponentError:
                continue


def _producers(c: Cursor) -> Iterator[Producer]:
    for _ in range(c.count("fields")):
        field = c.name()
        for _ in range(c.count("values")):
            yield Producer(field, c.name(), c.name())


def _subsections(c: Cursor) -> Iterator[tuple[int, Cursor]]:
    while c.left:
        code = c.byte("a subsection")
        yield code, c.part(c.u32(), "a subsection")


def _own_name(c: Cursor) -> Iterator[str]:
    for code, part in _subsections(c):
        if code == 0:
            yield part.name()


def _item_names(c: Cursor) -> Iterator[ItemName]:
    for code, part in _subsections(c):
        if code == 1:
            kind = sort(part)
            for _ in range(part.count("names")):
                yield ItemName(kind, part.u32(), part.name())
