"""WASI 0.2 for components in this process: files, clocks, streams, sockets, and nothing that was not granted.

``Wasi(args=..., preopens={"/data": "./data"}, stdout=sys.stdout)`` is given with the imports of a component.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cli import Exit as Exit
    from .filesystem import Preopen as Preopen
    from .host import Wasi as Wasi
    from .io.clock import Clock as Clock
    from .limits import Limits as Limits
    from .missing import MissingError as MissingError
    from .sockets import Network as Network

_HOMES = {
    "Clock": "io.clock",
    "Exit": "cli",
    "Limits": "limits",
    "MissingError": "missing",
    "Network": "sockets",
    "Preopen": "filesystem",
    "Wasi": "host",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
