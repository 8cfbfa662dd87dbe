"""Imports that a module provides: WASI by default, others by ``--with``.

Such an import is a field with a default, ``PROVIDED``, in the class of all imports. When an instance is made, what
still stands there is replaced: by an interface of ``Wasi(...)``, or by the module that was named for it.
"""

from __future__ import annotations

import sys

from .errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType
    from typing import Any, TypeVar

    from .root import Table

    I = TypeVar("I")  # noqa: E741


class Provider:
    """Whoever provides many interfaces at once, as ``witcraft.wasi.Wasi`` does: configuration, good for any number of
    instances."""

    __slots__ = ()

    def interfaces(self, names: Sequence[str]) -> Mapping[str, object]:
        """An object for each of the imports ``names`` of one new instance, as far as it knows them."""
        raise NotImplementedError


PROVIDED: Any = type("Provided", (), {"__slots__": (), "__repr__": lambda _: "PROVIDED"})()
"""In place of an import: take what provides it."""


def provide(imports: I, table: Table, package: str, wasi: Provider | None) -> I:
    """``imports`` with an object in place of every ``PROVIDED``; itself if there is none.

    ``table`` is the package's table of names: its "provided" has, by import, the module that provides it, "" for
    ``wasi``; its "wasi" is the module with the class for when None is given. Raises ``LinkError``, or what the
    provider raises.
    """
    if wasi is not None and not isinstance(wasi, Provider):
        raise LinkError(f"wasi: expected Wasi, got {type(wasi).__qualname__}")
    wanted = {name: by for name, by in table["provided"].items() if _attribute(imports, table, name) is PROVIDED}
    if not wanted:
        return imports
    objects: dict[str, object] = {name: module(by, package) for name, by in wanted.items() if by}
    if len(objects) < len(wanted):
        given = module(table["wasi"], package).Wasi() if wasi is None else wasi
        objects.update(given.interfaces([name for name, by in wanted.items() if not by]))
    return _filled(imports, {table["imports"][name][0]: value for name, value in objects.items()})


def module(name: str, package: str) -> ModuleType:
    """A module by its name, which is relative to ``package`` if it begins with a dot."""
    full = package + name if name.startswith(".") else name
    if full not in sys.modules:
        __import__(full)
    return sys.modules[full]


def _attribute(imports: object, table: Table, name: str) -> object:
    return getattr(imports, table["imports"][name][0], None)


def _filled(imports: I, values: Mapping[str, object]) -> I:
    """A copy: one object of imports may serve for many instances."""
    from copy import copy

    filled = copy(imports)
    for attribute, value in values.items():
        setattr(filled, attribute, value)
    return filled
