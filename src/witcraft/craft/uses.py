"""Names for what is mentioned: a component may mention types that text would have to ``use`` first.

Tools that write components from text name every type where they mention it. Others, and people, need not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from witcraft.craft.scope import Named
from witcraft.model.types import Borrow, Own, Resource, TypeDef, ValType
from witcraft.model.walk import children
from witcraft.model.world import Function, Interface, NamedResource, World


def with_uses(world: World) -> World:
    """The same with a ``use`` for each type that has no name where it is mentioned, if text can say that.

    A world can only use what it imports.
    """
    imports = [with_own_uses(item) if isinstance(item, Interface) else item for item in world.imports]
    exports = [with_own_uses(item) if isinstance(item, Interface) else item for item in world.exports]
    imported = {item.name for item in imports if isinstance(item, Interface)}
    own = [item for item in imports if isinstance(item, TypeDef | NamedResource)]
    functions = [item for item in (*imports, *exports) if isinstance(item, Function)]
    found = [use for use in uses("", own, functions) if origin(use) in imported]
    return replace(world, imports=(*imports, *found), exports=tuple(exports))


def with_own_uses(item: Interface) -> Interface:
    found = uses(item.implements or item.name, item.types, item.functions)
    return replace(item, types=(*[use for use in found if ":" in origin(use)], *item.types)) if found else item


def origin(use: Named) -> str:
    """The interface that the type is used from."""
    if isinstance(use, TypeDef):
        return use.type.owner if isinstance(use.type, TypeDef) else ""
    return use.resource.owner


def uses(owner: str, own: Iterable[Named], functions: Iterable[Function]) -> list[Named]:
    """A ``use`` for each type that is mentioned and is not named in here, unless its name is taken."""
    named = {named.resource if isinstance(named, NamedResource) else named for named in own}
    taken = {named.name for named in own}
    found: list[Named] = []
    for mentioned in dict.fromkeys(mentions(own, functions)):
        if mentioned not in named and mentioned.owner != owner and mentioned.name not in taken:
            taken.add(mentioned.name)
            found.append(use(owner, mentioned))
    return found


def use(owner: str, mentioned: TypeDef | Resource) -> Named:
    if isinstance(mentioned, TypeDef):
        return TypeDef(owner, mentioned.name, mentioned)
    return NamedResource(mentioned.name, mentioned, owner)


def mentions(own: Iterable[Named], functions: Iterable[Function]) -> Iterator[TypeDef | Resource]:
    types = [ty for function in functions for ty in (*[param.type for param in function.params], function.result)]
    todo = [*[named.type for named in own if isinstance(named, TypeDef) and not is_use(named)], *types]
    seen: set[ValType] = set()
    for ty in todo:
        if ty is not None:
            yield from mentioned_in(ty, seen)


def is_use(named: TypeDef) -> bool:
    return isinstance(named.type, TypeDef)


def mentioned_in(ty: ValType, seen: set[ValType]) -> Iterator[TypeDef | Resource]:
    """Down to the first names."""
    if ty in seen:
        return
    seen.add(ty)
    match ty:
        case TypeDef():
            yield ty
        case Own(resource) | Borrow(resource):
            yield resource
        case _:
            for part in children(ty):
                yield from mentioned_in(part, seen)
