"""What ``witcraft run`` grants: options to what ``Wasi`` takes. Nothing is granted unless an option says so.

Raises ``ConfigError``, which names the option, for what makes no sense.
"""

from __future__ import annotations

import os

from witcraft.runtime import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from witcraft.wasi import Network, Preopen

    Folder: TypeAlias = tuple[str, str, bool]
    """A directory of the host, what the guest calls it, and whether it is read-only."""

READ_ONLY = ":ro"


def preopens(values: Iterable[str]) -> dict[str, Preopen]:
    """Of ``HOST[::GUEST][:ro]``, by what the guest calls them."""
    granted: dict[str, Preopen] = {}
    for host, guest, readonly in map(folder, values):
        from witcraft.wasi import Preopen

        if guest in granted:
            raise ConfigError(f"--dir: {guest} is granted twice")
        granted[guest] = Preopen(host, readonly)
    return granted


def folder(value: str) -> Folder:
    """For who leaves it out, the guest's name is the host's."""
    path = value.removesuffix(READ_ONLY)
    host, separator, guest = path.partition("::")
    guest = guest if separator else host
    if not host or not guest:
        raise ConfigError(f"--dir: {value!r} is not of the form HOST[::GUEST][:ro]")
    return host, text("--dir", guest), path != value


def variables(values: Iterable[str]) -> dict[str, str]:
    """Of ``K=V``; a name alone stands for what this process has under it. Of several with one name the last wins."""
    return dict([variable(value) for value in values])


def variable(given: str) -> tuple[str, str]:
    name, separator, value = given.partition("=")
    if not name:
        raise ConfigError(f"--env: {given!r} has no name")
    if not separator:
        if name not in os.environ:
            raise ConfigError(f"--env: {name} is not set here; `{name}=` would set it to nothing")
        value = os.environ[name]
    return text("--env", name), text("--env", value)


def network(**granted: Sequence[str]) -> Network | None:
    if not any(granted.values()):
        return None
    from witcraft.wasi import Network

    return Network(**granted)


def text(option: str, argument: str) -> str:
    """Raises for bytes that are no UTF-8: a guest knows strings only."""
    if not argument.isascii():
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise ConfigError(f"{option}: {argument!r} is no UTF-8") from None
    return argument
