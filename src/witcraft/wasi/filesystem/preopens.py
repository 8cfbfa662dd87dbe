"""``wasi:filesystem/preopens``: the directories that the host grants, and nothing else there is."""

from __future__ import annotations

import os

from ...runtime import ConfigError
from ..io.descriptors import Owned
from .beneath import resolver
from .descriptor import MUTATE, READ, Grant
from .directory import Directory
from .walk import DIRECTORY_TO_READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..io.session import Session
    from .beneath import Resolver


class Preopen:
    """A directory of the host that guests may use: ``Wasi(preopens={"/data": Preopen("./data", readonly=True)})``.

    A relative path is taken from where the process is now. Raises ConfigError if there is no such directory.
    """

    __slots__ = ("host", "readonly")

    def __init__(self, host: str | os.PathLike[str], readonly: bool = False) -> None:
        if os.name == "nt":
            raise ConfigError(f"preopen {host!r}: on Windows no directory can be granted: paths could lead out of it")
        self.host = directory(host)
        self.readonly = bool(readonly)

    def __repr__(self) -> str:
        return f"Preopen({self.host!r}, readonly={self.readonly})"


def directory(host: object) -> str:
    """Absolute path of a directory of the host."""
    if not isinstance(host, (str, os.PathLike)):
        raise ConfigError(f"preopen: expected the path of a directory, got {host!r}")
    path = os.fsdecode(host)
    if not path or "\0" in path:
        raise ConfigError(f"preopen: {path!r} is no path")
    if not os.path.isdir(path):
        reason = "is no directory" if os.path.lexists(path) else "does not exist"
        raise ConfigError(f"preopen: {path!r} {reason}")
    return os.path.abspath(path)


def configured(preopens: Mapping[str, object] | None) -> dict[str, Preopen]:
    """What ``Wasi(preopens=...)`` takes: names of the guest's, each with a directory of the host's or a Preopen."""
    granted = {}
    for name, value in (preopens or {}).items():
        if not isinstance(name, str) or not is_name(name):
            raise ConfigError(f"preopens: {name!r} is no name of a directory")
        granted[name] = value if isinstance(value, Preopen) else Preopen(value)  # type: ignore[arg-type]
    return granted


def is_name(name: str) -> bool:
    """Whether it can be told to a guest, and means something there."""
    return name != "" and not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in name)


class Preopens:
    """The interface. Directories are opened once, and handed out as often as the guest asks."""

    __slots__ = ("_directories",)

    def __init__(self, session: Session, preopens: Mapping[str, Preopen], resolve: Resolver | None = None) -> None:
        self._directories = [(name, *opened(session, preopen, resolve)) for name, preopen in preopens.items()]

    def get_directories(self) -> list[tuple[Directory, str]]:
        return [
            (Directory(grant, file, READ | MUTATE if grant.writable else READ), name)
            for name, grant, file in self._directories
        ]


def opened(session: Session, preopen: Preopen, resolve: Resolver | None) -> tuple[Grant, Owned]:
    """Raises ConfigError if the directory is not there any more, or is not for this process to read."""
    try:
        file = Owned(session, os.open(preopen.host, DIRECTORY_TO_READ))
    except OSError as error:
        raise ConfigError(f"preopen: {preopen.host!r}: {error.strerror}") from error
    return Grant(session, resolve or resolver(file.fd), not preopen.readonly), file
