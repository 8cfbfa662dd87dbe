"""Emitted modules as a package of this process: imported like any other, under a name that no other package has.

Imports in the package find their modules here, classes can be pickled, and tracebacks show lines (``linecache`` asks
``get_source`` when one is printed, not before).
"""

from __future__ import annotations

import sys
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import TypeAlias

    Module: TypeAlias = tuple[str, str, CodeType]
    """Path in the file system, or what tracebacks show as such; source; code."""

_ModuleSpec: type[ModuleSpec] = type(__spec__)  # `importlib.machinery` is seldom imported yet


class Package:
    """``modules`` by dotted name below the package, which itself is ``""``. It is their loader.

    Modules refer to it as such, so it lives as long as anything of the package does.
    """

    __slots__ = ("__weakref__", "_forgotten", "modules", "name")

    def __init__(self, name: str, modules: Mapping[str, Module]) -> None:
        self.name, self.modules = name, modules
        self._forgotten: dict[str, ModuleType] = {}

    def load(self) -> ModuleType:
        _packages[self.name] = ref(self, _remove)
        __import__(self.name)
        return sys.modules[self.name]

    def forget(self) -> None:
        """Takes the modules out of ``sys.modules``; those that something still asks for come back."""
        for module in [module for module in sys.modules if module == self.name or module.startswith(f"{self.name}.")]:
            self._forgotten[module] = sys.modules.pop(module)

    def spec(self, name: str) -> ModuleSpec | None:
        inner = name[len(self.name) + 1 :]
        if inner not in self.modules:
            return None
        place, _, _ = self.modules[inner]
        # A loader by what it can do: the base class would have to be imported first.
        spec = _ModuleSpec(name, self, origin=place, is_package=self.is_package(name))  # type: ignore[arg-type]
        spec.has_location = True  # so that the module has a `__file__`
        return spec

    # ---- as `importlib` and `linecache` know a loader ----

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._forgotten.get(spec.name)  # None: a new one

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ not in self._forgotten:
            exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> CodeType:
        return self._module(name)[2]

    def get_source(self, name: str) -> str:
        return self._module(name)[1]

    def is_package(self, name: str) -> bool:
        return self._module(name)[0].endswith("/__init__.py")

    def _module(self, name: str) -> Module:
        try:
            return self.modules[name[len(self.name) + 1 :]]
        except KeyError:
            raise ImportError(f"{self.name} has no module {name!r}", name=name) from None


_packages: dict[str, ref[Package]] = {}


def _remove(dead: ref[Package]) -> None:
    for name, package in list(_packages.items()):
        if package is dead:
            del _packages[name]


def package_of(name: str) -> Package | None:
    """The package that is, or holds, the module ``name``."""
    package = _packages.get(name.partition(".")[0])
    return None if package is None else package()


class Finder:
    """Stands in ``sys.meta_path``: finds the modules of the packages above."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        package = package_of(name)
        return None if package is None else package.spec(name)


sys.meta_path.insert(0, Finder)  # first, since the others would look through `sys.path`
