"""Whether a component is valid."""

from __future__ import annotations

from witcraft.api.sources import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from witcraft.api.sources import Source


def validate(source: Source, *, features: str = "shipped", engine: bool = False) -> None:
    """Raises ``ComponentError``, with offset and path, unless the component is valid.

    ``features``: which of the standard's gated features it may use: "shipped" (with WASI 0.3), "all", names of
    features, names with a minus before them, separated by commas. With ``engine`` the engine has to accept it as well,
    function bodies of core modules included.
    """
    from witcraft import binary
    from witcraft.resolve import features as names
    from witcraft.resolve import resolve

    data = read(source)[0]
    tree = binary.read(data)
    resolve(tree, names.features(features))
    if engine:
        from witcraft.wast.engine import check

        check(data, tree)
