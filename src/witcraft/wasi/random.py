"""``wasi:random``: bytes of the system, of a seed, or of a function."""

from __future__ import annotations

from os import urandom

from ..runtime import ConfigError, Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from .io.session import Session

    Source: TypeAlias = Callable[[int], bytes]


def source(given: int | Source | None) -> Callable[[], Source]:
    """A function that gives the source of a new instance. Raises ConfigError.

    With a seed every instance gets the same bytes, which are good for tests and for nothing secret.
    """
    if given is None:
        return lambda: urandom
    if isinstance(given, int) and not isinstance(given, bool):
        return lambda: seeded(given)
    if callable(given):
        return lambda: checked(given)
    raise ConfigError(f"random: expected None, a seed or a function, got {type(given).__name__}")


def seeded(seed: int) -> Source:
    from random import Random

    return Random(seed).randbytes


def checked(take: Source) -> Source:
    """``take``, which must give as many bytes as it is asked for."""

    def source(size: int) -> bytes:
        data = take(size)
        if not isinstance(data, bytes | bytearray) or len(data) != size:
            raise ValueError(f"random: expected {size} bytes of the function, got {shown(data)}")
        return bytes(data)

    return source


def shown(data: object) -> str:
    return f"{len(data)}" if isinstance(data, bytes | bytearray) else type(data).__name__


class Random:
    """``wasi:random/random``, and ``insecure``: the same bytes, with other words."""

    def __init__(self, source: Source, most: int) -> None:
        self._source, self._most = source, most

    def get_random_bytes(self, size: int, /) -> bytes:
        if size > self._most:
            raise Trap(f"wasi:random: {size} bytes, but {self._most} are permitted at once")
        return self._source(size)

    def get_random_u64(self) -> int:
        return int.from_bytes(self._source(8), "little")

    get_insecure_random_bytes = get_random_bytes
    get_insecure_random_u64 = get_random_u64


class InsecureSeed:
    """``wasi:random/insecure-seed``: two numbers, the same all the time."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._seed: tuple[int, int] | None = None

    def insecure_seed(self) -> tuple[int, int]:
        if self._seed is None:
            self._seed = self._random.get_random_u64(), self._random.get_random_u64()
        return self._seed


def interfaces(session: Session, source: Source) -> dict[str, Any]:
    """The interfaces of ``wasi:random`` for one instance."""
    random = Random(source, session.limits.random)
    return {
        "wasi:random/random": random,
        "wasi:random/insecure": random,
        "wasi:random/insecure-seed": InsecureSeed(random),
    }
