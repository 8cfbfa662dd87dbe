"""A short text that says whether two functions have the same type, whatever their types are called.

For interfaces of which witcraft has the types already: a component may write anything under a known name.
"""

from __future__ import annotations

from hashlib import blake2s

from witcraft.model.text import Names, definition, wit
from witcraft.model.types import Borrow, Enum, Flags, Own, Record, TypeDef, Variant
from witcraft.model.world import Function, Interface

SIZE = 6  # bytes of a digest


class Shapes(Names):
    """Instead of its name, what a type is: a digest of its definition, so that no text gets long."""

    def __init__(self) -> None:
        self.known: dict[TypeDef, str] = {}

    def of_type(self, ty: TypeDef) -> str:
        if ty not in self.known:
            text = definition(ty.type, self)
            self.known[ty] = digest(text) if isinstance(ty.type, Record | Variant | Enum | Flags) else text
        return self.known[ty]

    def of_resource(self, handle: Own | Borrow) -> str:
        return handle.resource.name


def shapes(interface: Interface) -> dict[str, str]:
    """By extern name of each function."""
    names = Shapes()
    return {function.extern_name: shape(function, names) for function in interface.functions}


def shape(function: Function, names: Names) -> str:
    params = ", ".join([wit(param.type, names) for param in function.params])
    return digest(f"{'async ' * function.is_async}func({params}) -> {wit(function.result, names)}")


def digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=SIZE).hexdigest()
