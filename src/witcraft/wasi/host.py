"""``Wasi``: what a guest is granted."""

from __future__ import annotations

from ..runtime import ConfigError, Provider
from ..runtime.versions import track
from . import cli, clocks, stdio
from . import random as randoms
from .io.session import Session
from .limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from os import PathLike

    from .filesystem import Preopen
    from .io.clock import Clock
    from .sockets import Network

_TRACK = "@0.2"
"""The versions that are here: 0.2.0 and later, no pre-releases of it."""


class Wasi(Provider):
    """WASI 0.2 for instances of components. Nothing is granted unless said; it is checked here.

    - ``args``: the program's name and arguments. ``env``: environment variables.
    - ``preopens``: directories by the path under which the guest sees them: a path of the host, or ``Preopen``.
    - ``stdin``: a file, bytes, or a function that is asked for up to n bytes and gives b"" at the end; None is empty.
    - ``stdout``, ``stderr``: a file, or a function that is given bytes; None discards.
    - ``clock``: None for the system's; a datetime (with tzinfo) or nanoseconds since 1970, where time stands, going on
      only while the guest sleeps, which takes no time; or an object with ``time_ns``, ``monotonic_ns`` and ``sleep``.
    - ``random``: None for the system's; a seed, with which every instance gets the same; or a function that gives n
      bytes.
    - ``network``: ``Network``; None: nothing can be connected, bound or looked up.
    - ``limits``: ``Limits``.

    One object is good for any number of instances, in any threads: each gets streams, descriptors and counts of its
    own.
    """

    __slots__ = ("_clock", "_environment", "_limits", "_network", "_preopens", "_random", "_stdio", "_zone")

    def __init__(
        self,
        *,
        args: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        preopens: Mapping[str, str | PathLike[str] | Preopen] | None = None,
        stdin: stdio.Input = None,
        stdout: stdio.Output = None,
        stderr: stdio.Output = None,
        clock: Clock | datetime | int | None = None,
        random: int | Callable[[int], bytes] | None = None,
        network: Network | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._limits = checked_limits(limits)
        self._environment = cli.Environment(args, env, self._limits.environment)
        self._stdio = stdio.Stdin(stdin), stdio.Stdout("stdout", stdout), stdio.Stdout("stderr", stderr)
        self._clock, self._zone = clocks.settings(clock)
        self._random = randoms.source(random)
        self._preopens = checked_preopens(preopens)
        self._network = checked_network(network)

    def interfaces(self, names: Sequence[str]) -> Mapping[str, object]:
        """An object for each interface of WASI in ``names``, all of one new instance.

        Interfaces that are not here get functions that raise ``MissingError``. Names outside of ``wasi:`` are left out.
        """
        session = Session(self._clock(), self._limits)
        packages: dict[str, Mapping[str, object]] = {}
        found: dict[str, object] = {}
        for name in names:
            package, _, _ = name.partition("/")
            if package not in packages:
                packages[package] = self._made(package, session)
            interface = packages[package].get(track(name).removesuffix(_TRACK))
            if interface is not None:
                found[name] = interface
            elif name.startswith("wasi:"):
                found[name] = missing(name)
        return found

    def _made(self, package: str, session: Session) -> Mapping[str, object]:
        """The interfaces of one package of WASI, by their names without version."""
        match package:
            case "wasi:io":
                from .io.interfaces import interfaces

                return interfaces(session)
            case "wasi:cli":
                return cli.interfaces(session, self._environment, *self._stdio)
            case "wasi:clocks":
                return clocks.interfaces(session, self._zone)
            case "wasi:random":
                return randoms.interfaces(session, self._random())
            case "wasi:filesystem":
                from . import filesystem

                return filesystem.interfaces(session, self._preopens)
            case "wasi:sockets":
                from . import sockets

                return sockets.interfaces(session, self._network)
        return {}


def checked_limits(given: Limits | None) -> Limits:
    if given is not None and not isinstance(given, Limits):
        raise ConfigError(f"limits: expected Limits, got {type(given).__name__}")
    return Limits() if given is None else given


def checked_preopens(given: Mapping[str, str | PathLike[str] | Preopen] | None) -> Mapping[str, Preopen]:
    if not given:
        return {}
    from .filesystem.preopens import configured

    return configured(given)


def checked_network(given: Network | None) -> Network | None:
    if given is None:
        return None
    from .sockets import Network

    if not isinstance(given, Network):
        raise ConfigError(f"network: expected Network, got {type(given).__name__}")
    return given


def missing(name: str) -> object:
    from .missing import Missing

    return Missing(name)
