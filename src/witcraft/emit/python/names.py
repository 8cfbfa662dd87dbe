"""Kebab-case -> Python names: keywords, collisions, modules. As componentize-py names them: both ends read alike."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from witcraft.words import InterfaceName, camel, shouty, snake

KEYWORDS = frozenset(keyword.kwlist)


def escape(name: str) -> str:
    """``name`` as an identifier: a keyword gets an underscore, a leading digit as well."""
    if name in KEYWORDS:
        return name + "_"
    return f"_{name}" if not name or name[0].isdigit() else name


def function_name(kebab: str) -> str:
    return escape(snake(kebab))


def class_name(kebab: str) -> str:
    return escape(camel(kebab))


def member_name(kebab: str) -> str:
    """Of an enum or flags. Upper case keeps clear of every keyword; ``mro`` and sunder names cannot be members."""
    return escape(shouty(kebab))


def case_class(variant: str, case: str) -> str:
    return f"{variant}_{class_name(case)}"


class Taken(set[str]):
    """Hands out each identifier once; a second taker gets a number at the end."""

    def take(self, wish: str) -> str:
        name, n = wish, 2
        while name in self:
            name, n = f"{wish}_{n}", n + 1
        self.add(name)
        return name


def interface_modules(extern_names: Iterable[str]) -> dict[str, str]:
    """The module of each interface: its own name, else with namespace and package, else with the version as well."""
    parts = {name: InterfaceName(name) for name in extern_names}
    taken = Taken()
    modules = {}
    for name, part in parts.items():
        rivals = [other for key, other in parts.items() if key != name and other.interface == part.interface]
        wish = part.interface
        if any(other.package for other in rivals) and part.package:
            wish = f"{part.namespace}-{part.package}-{part.interface}"
            if part.version and any(other.unversioned == part.unversioned for other in rivals):
                wish += f"-{part.version}"
        modules[name] = taken.take(function_name(wish))
    return modules
