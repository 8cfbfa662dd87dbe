"""The public Python API: what ``import witcraft`` gives, and what the command line is made of. Functions are pipelines.

A source is the path of a component, or its bytes. Bad input raises ``ComponentError``, with offset and path in the
component; a file that cannot be read raises ``OSError``. The compiler's rooms are imported where they are used, and a
file of this one when a name of it is: a ``load`` that finds all it needs in the cache wants no other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from witcraft.api.bindings import bind as bind
    from witcraft.api.bindings import interfaces as interfaces
    from witcraft.api.bindings import python as python
    from witcraft.api.checking import validate as validate
    from witcraft.api.javascript import Instantiation as Instantiation
    from witcraft.api.javascript import js as js
    from witcraft.api.javascript import types as types
    from witcraft.api.packages import compare as compare
    from witcraft.api.packages import wit as wit
    from witcraft.api.packages import wit_binary as wit_binary
    from witcraft.api.packages import wit_files as wit_files
    from witcraft.api.packages import wit_format as wit_format
    from witcraft.api.packages import wit_graph as wit_graph
    from witcraft.api.packages import wit_json as wit_json
    from witcraft.api.packages import wit_text as wit_text
    from witcraft.api.packages import write as write
    from witcraft.api.running import load as load
    from witcraft.api.sources import Files as Files
    from witcraft.api.sources import Source as Source
    from witcraft.api.sources import read as read
    from witcraft.api.sources import title as title
    from witcraft.api.stages import STAGES as STAGES
    from witcraft.api.stages import Stage as Stage
    from witcraft.api.stages import show as show
    from witcraft.api.worlds import Encoding as Encoding
    from witcraft.api.worlds import Names as Names
    from witcraft.api.worlds import document as document
    from witcraft.api.worlds import embed as embed
    from witcraft.api.worlds import world as world
    from witcraft.live.cached import Lists as Lists

_NAMES = {
    "bindings": ("bind", "interfaces", "python"),
    "checking": ("validate",),
    "javascript": ("js", "types"),
    "packages": (
        "compare", "wit", "wit_binary", "wit_files", "wit_format", "wit_graph", "wit_json", "wit_text", "write",
    ),
    "running": ("load",),
    "sources": ("read", "title"),
    "stages": ("STAGES", "show"),
    "worlds": ("document", "embed", "world"),
}  # fmt: skip
_HOMES = {name: home for home, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
