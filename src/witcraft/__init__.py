"""witcraft: WebAssembly components in, typed and fast Python bindings out.

    import witcraft

    component = witcraft.load("app.wasm")
    app = component.instantiate({"log": print})
    app.greet("world")

Names are looked up when they are used, so that importing bindings, which need ``witcraft.runtime`` only, loads no more.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from witcraft.api import bind, document, embed, js, load, python, show, types, validate, world
    from witcraft.errors import ComponentError, EmitError, UnsupportedError, WitcraftError
    from witcraft.live import Component
    from witcraft.runtime import (
        ArgumentError,
        ClosedError,
        Config,
        ConfigError,
        CoreModule,
        EngineError,
        Err,
        Error,
        LinkError,
        Ok,
        PoisonedError,
        Some,
        ThreadError,
        Trap,
    )

_HOMES = {
    "witcraft.api": ("bind", "document", "embed", "js", "load", "python", "show", "types", "validate", "world"),
    "witcraft.errors": ("ComponentError", "EmitError", "UnsupportedError", "WitcraftError"),
    "witcraft.live": ("Component",),
    "witcraft.runtime": (
        "ArgumentError",
        "ClosedError",
        "Config",
        "ConfigError",
        "CoreModule",
        "EngineError",
        "Err",
        "Error",
        "LinkError",
        "Ok",
        "PoisonedError",
        "Some",
        "ThreadError",
        "Trap",
    ),
}

__all__ = [
    "ArgumentError",
    "ClosedError",
    "Component",
    "ComponentError",
    "Config",
    "ConfigError",
    "CoreModule",
    "EmitError",
    "EngineError",
    "Err",
    "Error",
    "LinkError",
    "Ok",
    "PoisonedError",
    "Some",
    "ThreadError",
    "Trap",
    "UnsupportedError",
    "WitcraftError",
    "bind",
    "document",
    "embed",
    "js",
    "load",
    "python",
    "show",
    "types",
    "validate",
    "world",
]


def _look_up(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            found = globals()[name] = getattr(__import__(home, fromlist=[name]), name)
            return found
    raise AttributeError(f"module 'witcraft' has no attribute {name!r}")


if not TYPE_CHECKING:  # a type checker knows the names from above
    __getattr__ = _look_up


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
