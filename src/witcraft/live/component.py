"""A component in this process: what it imports and exports, and instances of it."""

from __future__ import annotations

from witcraft.live.imports import apart, merge
from witcraft.live.package import package_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, TypeAlias

    from witcraft.live.imports import Imports
    from witcraft.model.world import World
    from witcraft.runtime import Config
    from witcraft.runtime.root import Items

    Texts: TypeAlias = dict[str, str | dict[str, str]]


class Component:
    """A loaded component. Its code is compiled when it is first instantiated, if no cache has it.

    ``module`` is the package that ``witcraft python`` would write: ``component.module.App``.
    """

    __slots__ = ("_config", "_data", "module", "name")

    def __init__(self, name: str, data: bytes, module: ModuleType, config: Config) -> None:
        self.name, self.module, self._data, self._config = name, module, data, config

    @property
    def imports(self) -> Texts:
        """WIT types by WIT names: of a function, ``"func(n: u32) -> u32"``; of an interface, those of its items."""
        return _texts(self.module._ROOT["imports"])

    @property
    def exports(self) -> Texts:
        """As ``imports``."""
        return _texts(self.module._ROOT["exports"])

    @property
    def world(self) -> World:
        """All that is known of imports and exports: types, parameters, documentation."""
        from witcraft import binary  # here, since nothing else of a loaded component needs the compiler
        from witcraft.resolve import resolve

        return resolve(binary.read(self._data)).world

    def instantiate(self, imports: Imports = None, config: Config | None = None) -> Any:
        """An instance of its own, with memory of its own.

        ``imports`` maps WIT names to functions, and names of interfaces to mappings or to objects with Python names
        (``{"test:bench/host": {"tick": f}, "log": g}``), or is a list of such mappings, which are merged;
        ``Wasi(...)`` may stand among them, or alone, whether the component asks for it or not. Raises ``LinkError``
        that lists all that does not fit. ``config`` goes before the one that ``load`` was given.
        """
        table = self.module._ROOT
        mappings, wasi = apart(imports)
        fields = merge(mappings, table)
        root = getattr(self.module, table["class"])
        options: dict[str, Any] = {"config": self._config if config is None else config}
        if "wasi" in table:
            options["wasi"] = wasi
        if table["imports_class"] is None:
            return root(**options)
        return root(getattr(self.module, table["imports_class"])(**fields), **options)

    def forget(self) -> None:
        """Lets go of the bindings' modules when nothing uses them any more, for processes that load many components.

        As any other module, they stay in ``sys.modules`` otherwise.
        """
        package = package_of(self.module.__name__)
        if package is not None:
            package.forget()

    def __repr__(self) -> str:
        return f"<component {self.name}: {len(self.imports)} imports, {len(self.exports)} exports>"


def _texts(items: Items) -> Texts:
    return {
        name: it[1] if len(it) == 2 else {leaf: text for leaf, (_, text) in it[2].items()} for name, it in items.items()
    }
