"""An instance by its WIT names: ``app["test:bench/api@1.0.0"]["echo-bytes"]``, and what it asks of its imports.

Both read the table of names that every emitted package carries. A leaf of it is ``(Python name, WIT text)``; the
Python name of a resource's function is dotted, ``"Blob.read"``. An interface is ``(attribute, module, leaves by WIT
name)``: the attribute of the instance (or of the imports) that holds its functions, and the module that holds its
types, with a dot before it if it is one of the package; either may be empty.
"""

from __future__ import annotations

import sys

from .errors import LinkError
from .provided import module as module_of
from .versions import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, ClassVar, TypeAlias

    Leaf: TypeAlias = tuple[str, str]
    Interface: TypeAlias = tuple[str, str, Mapping[str, Leaf]]
    Items: TypeAlias = Mapping[str, Leaf | Interface]
    # `Any`, because type checkers infer less of a display of dictionaries than stands in it: {"imports": Items, ...}.
    Table: TypeAlias = Mapping[str, Any]

_MISSING = object()


class Exports:
    """Base of the classes of exported interfaces: the types of the interface stand beside its functions."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            module = sys.modules[type(self).__module__]
            if name in module.__all__:
                return getattr(module, name)
            raise AttributeError(f"{type(self).__name__} has no {name!r}", name=name, obj=self)


class Root:
    """Base of the root class of every emitted package: gives exports, and the types of imports, by their WIT names."""

    __slots__ = ()

    _wit: ClassVar[Table]
    _package: ClassVar[str]

    def __getitem__(self, name: str) -> Any:
        """The export ``name``, whose version may be left out or be another one of the same track.

        Raises ``KeyError`` for a name that is unknown or may mean several.
        """
        exports, imports = self._wit["exports"], self._wit["imports"]
        if (key := _only(name, exports)) is not None:
            return _give(self, self._package, key, exports[key])
        if (key := _only(name, imports)) is not None and _has_types(imports[key]):
            return _give(None, self._package, key, imports[key])
        raise KeyError(f"there is no export {name!r}; {_hint(name, exports)}")

    def __contains__(self, name: object) -> bool:
        return name in self._wit["exports"]

    def __iter__(self) -> Iterator[str]:
        return iter(self._wit["exports"])


class View:
    """An interface of an instance: functions, resources and types by Python names, and by WIT names as items."""

    __slots__ = ("_leaves", "_name", "_places")

    def __init__(self, name: str, leaves: Mapping[str, Leaf], *places: object) -> None:
        self._name, self._leaves, self._places = name, leaves, places

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._find(name)

    def __getitem__(self, name: str) -> Any:
        if name not in self._leaves:
            raise KeyError(f"{self._name} has no {name!r}; {_hint(name, self._leaves)}")
        return self._find(self._leaves[name][0])

    def _find(self, path: str) -> Any:
        found = _look(path, self._places)
        if found is _MISSING:
            raise AttributeError(f"{self._name} has no {path!r}", name=path, obj=self)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._leaves

    def __iter__(self) -> Iterator[str]:
        return iter(self._leaves)

    def __dir__(self) -> list[str]:
        return sorted({path.partition(".")[0] for path, _ in self._leaves.values()})

    def __repr__(self) -> str:
        return f"<{self._name} of an instance>"


def link(imports: object, table: Table) -> None:
    """Raises ``LinkError`` with everything that ``imports``, an object with one attribute an import, lacks."""
    flaws = [flaw for name, item in table["imports"].items() for flaw in lacking(name, item, imports)]
    if flaws:
        raise unlinkable(flaws)


def unlinkable(flaws: Iterable[str]) -> LinkError:
    return LinkError("\n  ".join(["the imports do not fit the component", *flaws]))


def lacking(name: str, item: Leaf | Interface, imports: object) -> list[str]:
    """A line for each function, resource or module of the import ``name`` that ``imports`` does not have."""
    if len(item) == 2:
        return _flaws(name, item, imports)
    attribute, _, leaves = item
    host = getattr(imports, attribute, None) if attribute else None
    return [flaw for leaf, it in leaves.items() for flaw in _flaws(f"{name} {leaf}", it, host)]


def _flaws(title: str, leaf: Leaf, host: object) -> list[str]:
    path, text = leaf
    if not is_provided(leaf):
        return []
    found = _look(path, (host,))
    if found is _MISSING or found is None:
        return [f"missing  {title}: {text}"]
    if not callable(found) and text != "core module":
        return [f"no use   {title}: {text}, but {type(found).__qualname__} cannot be called"]
    return []


def _give(instance: Root | None, package: str, name: str, item: Leaf | Interface) -> Any:
    """A function of ``instance``, a type of ``package``, or an interface with both."""
    if len(item) == 2:
        return _look(item[0], (instance, module_of(package, package)))
    attribute, module, leaves = item
    functions = getattr(instance, attribute) if instance is not None and attribute else None
    return View(name, leaves, functions, module_of(module, package) if module else None)


def is_provided(leaf: Leaf) -> bool:
    """Whether a host gives it; if not, it is a type."""
    return leaf[1].startswith(("func", "async func", "resource", "core module"))


def _has_types(item: Leaf | Interface) -> bool:
    return bool(item[1]) if len(item) == 3 else not is_provided(item)


def _only(name: str, items: Iterable[str]) -> str | None:
    found = find(name, items)
    if len(found) > 1:
        raise KeyError(f"{name!r} may be any of {', '.join(found)}")
    return found[0] if found else None


def _look(path: str, places: Iterable[object]) -> Any:
    """What the dotted ``path`` leads to from the first place that has its beginning; ``_MISSING`` if nothing."""
    first, *rest = path.split(".")
    for place in places:
        found = getattr(place, first, _MISSING)
        if found is not _MISSING:
            for part in rest:
                found = getattr(found, part, _MISSING)
            return found
    return _MISSING


def _hint(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = list(names)
    shown = get_close_matches(name, names, 3) or names[:9]
    return "there are " + ", ".join(map(repr, shown)) + ("..." if len(shown) < len(names) else "")
