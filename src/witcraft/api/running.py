"""A component in this process."""

from __future__ import annotations

from witcraft import live
from witcraft.api.bindings import compiled_bindings
from witcraft.api.sources import read
from witcraft.runtime import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from witcraft.api.sources import Source
    from witcraft.live.cached import Lists


def load(
    source: Source,
    *,
    name: str | None = None,
    lists: Lists = "list",
    providers: Mapping[str, str] | None = None,
    config: Config | None = None,
) -> live.Component:
    """The component, ready to be instantiated in this process; compiles no WebAssembly yet.

    ``name`` is that of the root class, the file's by default. With ``lists="array"`` lists of numbers come as
    ``array.array``. ``providers`` says which Python modules provide imports, by WIT names; see ``python``. ``config``
    says where the cache is, and is what instances get that are not given another.
    """
    data, title = read(source)
    options = live.Options(title if name is None else name, lists, tuple(sorted((providers or {}).items())))
    return live.load(data, options, config or Config(), compiled_bindings)
