"""The interfaces that a finished component imports, with the names that their types came by.

What a component means, ``resolve`` knows; but not that ``use b.{r}`` was said of a resource that is ``a``'s, since that
means the same. Imports are declared by types, which still tell. What cannot be followed here is left to ``resolve``.
"""

from __future__ import annotations

from collections.abc import Callable

from witcraft.component import tree
from witcraft.craft.declared import Frame, Meaning, Template, full_name, interface
from witcraft.craft.said import NOTHING, Said
from witcraft.craft.uses import with_own_uses
from witcraft.errors import UnsupportedError
from witcraft.model.world import Interface


def imported(component: tree.Component, said: Callable[[str], Said]) -> list[Interface]:
    """Those with full names. ``said``: what documentation says of the interface with that name."""
    walk = Walk(said)
    for item in component.definitions:
        walk.define(item)
    return walk.found


class Walk:
    """The index spaces of types and instances at the component's root."""

    def __init__(self, said: Callable[[str], Said]) -> None:
        self.said = said
        self.frame = Frame("", NOTHING)
        self.unknown = Template((), self.frame)
        self.found: list[Interface] = []

    def define(self, item: tree.Definition) -> None:
        types, instances = self.frame.types, self.frame.instances
        match item:
            case tree.TypeDef(type_):
                types.append(self.known(lambda: self.frame.meaning(type_)))
            case tree.AliasExport(tree.Sort.TYPE, instance, name):
                types.append(instances[instance].get(name, self.unknown))
            case tree.Export(_, tree.SortIndex(tree.Sort.TYPE, index)) | tree.AliasOuter(tree.Sort.TYPE, 0, index):
                types.append(types[index])
            case tree.Import(tree.ExternName() as extern, tree.TypeExtern(bound)):
                count = len(types)
                types[count:] = [self.known(lambda: self.frame.introduce(extern, bound))]
            case tree.Import(name, tree.InstanceExtern(index)):
                self.instance(name, types[index])
            case tree.Export(_, tree.SortIndex(tree.Sort.INSTANCE, index)):
                instances.append(instances[index])
            case tree.Instantiate() | tree.InlineExports() | tree.AliasExport(tree.Sort.INSTANCE):
                instances.append({})
            case _:
                pass

    def known(self, meaning: Callable[[], Meaning]) -> Meaning:
        try:
            return meaning()
        except UnsupportedError:
            return self.unknown

    def instance(self, name: tree.ExternName, template: Meaning) -> None:
        origin = name.implements or full_name(name)
        try:
            assert isinstance(template, Template)
            found = interface(template, origin, self.said(origin), origin)
        except UnsupportedError:
            self.frame.instances.append({})
            return
        self.frame.instances.append({named.name: named for named in found.types})
        if ":" in origin:
            self.found.append(with_own_uses(found))
