"""``wasi:io/error@0.2.12``"""

from __future__ import annotations

from ...runtime import Protocol

__all__ = ["Error"]


class Error(Protocol):
    """Resource ``error``, which the host defines."""

    def to_debug_string(self) -> str: ...


_Error = Error


class Error_2(Protocol):
    """What the component imports as ``wasi:io/error@0.2.12``."""

    @property
    def Error(self) -> type[_Error]: ...


_TYPES = {
    "error": ("Error", "resource"),
}
