"""How much of the host one instance may have."""

from __future__ import annotations

from ..runtime import ConfigError

_MOST = (1 << 63) - 1


class Limits:
    """What one instance may have of the host at a time. More of it is refused as the specification says, or traps.

    - ``descriptors``: open files, directories and sockets.
    - ``buffer``: bytes that one ``read`` gives, ``check-write`` permits, one ``splice`` moves, or a stream holds back.
    - ``random``: bytes that one call may ask of ``wasi:random``; more is a trap.
    - ``environment``: bytes of arguments and environment together, checked when ``Wasi`` is made.
    """

    __slots__ = ("buffer", "descriptors", "environment", "random")

    def __init__(
        self,
        *,
        descriptors: int = 256,
        buffer: int = 1 << 20,
        random: int = 64 << 20,
        environment: int = 1 << 20,
    ) -> None:
        self.descriptors = whole("descriptors", descriptors, 0)
        self.buffer = whole("buffer", buffer, 4096)
        self.random = whole("random", random, 0)
        self.environment = whole("environment", environment, 0)

    def __repr__(self) -> str:
        return f"Limits({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def whole(name: str, value: object, low: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConfigError(f"limits: {name}: expected int, got {value!r}")
    if not low <= value <= _MOST:
        raise ConfigError(f"limits: {name}: expected {low} or more, got {value}")
    return value
