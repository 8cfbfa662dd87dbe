"""A component running in this process: executes the very Python that ``emit.python`` prints."""

from __future__ import annotations

import sys
from _thread import allocate_lock

from witcraft.live.cached import Options, emitted, key
from witcraft.live.component import Component
from witcraft.live.package import Package
from witcraft.runtime import Config, Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from witcraft.live.cached import Emit

__all__ = ["Component", "Options", "load"]

_loading = allocate_lock()  # so that nobody finds a package that is half executed


def load(data: bytes, options: Options, config: Config, emit: Emit) -> Component:
    """The component that ``data`` holds; ``emit`` is the compiler, for components that no cache knows."""
    unique = key(data, options)
    with _loading:
        module = sys.modules.get(unique) or _execute(unique, data, options, config, emit)
    return Component(options.name, data, module, config)


def _execute(unique: str, data: bytes, options: Options, config: Config, emit: Emit) -> ModuleType:
    made = emitted(unique, data, options, config, emit)
    module = Package(unique, made.modules).load()
    sys.modules[f"{unique}._glue"].FILES = Files(made.core_bytes(data))  # type: ignore[attr-defined]
    return module
