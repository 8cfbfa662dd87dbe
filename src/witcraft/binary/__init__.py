"""Component and module binaries to their trees: ``cursor`` reads bytes, each other file a part of the format."""

from __future__ import annotations

from witcraft.binary.component import read_component
from witcraft.binary.core import read_module as _read_module
from witcraft.binary.cursor import Cursor
from witcraft.binary.customs import item_names as _item_names
from witcraft.component.tree import Component, ItemName
from witcraft.core.tree import Module
from witcraft.errors import ComponentError


def read(data: bytes | memoryview) -> Component:
    """The component that ``data`` holds. The tree keeps views of ``data``, no copies of code.

    Raises ``ComponentError`` for anything that is not one, with offset and path. Checked is the structure only:
    whether an index refers to anything is ``resolve``'s to say.
    """
    try:
        return read_component(_whole(data))
    except RecursionError:  # called deep in someone else's stack, since the depth is limited
        raise ComponentError("the file nests deeper than is left of Python's stack") from None


def read_module(data: bytes | memoryview) -> Module:
    """The core module that ``data`` holds; raises ``ComponentError`` otherwise."""
    return _read_module(_whole(data))


def item_names(component: Component) -> tuple[ItemName, ...]:
    """What the component's ``component-name`` section calls its items; read only when someone wants to see them."""
    return _item_names(component.customs)


def _whole(data: bytes | memoryview) -> Cursor:
    return Cursor(memoryview(data).cast("B"), 0, "the file")
