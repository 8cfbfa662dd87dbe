"""What must hold of every world and every plan, and a look-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from witcraft.model.types import Borrow, Enum, Flags, Own, Record, Resource, TypeDef, ValType, Variant
from witcraft.model.walk import children
from witcraft.model.world import Freestanding, Function, Interface, NamedResource, World, WorldItem, extern_name


def item(items: Iterable[WorldItem], name: str) -> WorldItem:
    (found,) = [item for item in items if extern_name(item) == name]
    return found


def everything(items: Iterable[WorldItem]) -> Iterator[WorldItem]:
    for found in items:
        yield found
        if isinstance(found, Interface):
            yield from everything((*found.types, *found.functions, *found.nested))


def check_closed(world: World) -> None:
    """Every type that is mentioned is one that the world names, and nothing needs a name and has none."""
    items = [*everything(world.imports), *everything(world.exports)]
    types = {found for found in items if isinstance(found, TypeDef)}
    resources = {found.resource for found in items if isinstance(found, NamedResource)}
    for ty in types:
        check_type(ty.type, types, resources, named=True)
    for function in [found for found in items if isinstance(found, Function)]:
        for param in function.params:
            check_type(param.type, types, resources)
        if function.result is not None:
            check_type(function.result, types, resources)
        assert isinstance(function.kind, Freestanding) or function.kind.resource in resources


def check_type(ty: ValType, types: set[TypeDef], resources: set[Resource], named: bool = False) -> None:
    match ty:
        case TypeDef():
            assert ty in types, f"{ty.name} of {ty.owner!r} is mentioned, but not in the world"
            return
        case Own(resource) | Borrow(resource):
            assert resource in resources, f"{resource.name} is mentioned, but not in the world"
        case Record() | Variant() | Enum() | Flags():
            assert named, f"a {type(ty).__name__} has no name"
        case _:
            pass
    for part in children(ty):
        check_type(part, types, resources)
