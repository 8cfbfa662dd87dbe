"""The command line of ``witcraft run``, read without `click`: to import that takes longer than starting a component.

What is not of the plain forms, ``--option VALUE``, ``--option=VALUE`` and words, is left to `click`, and so is every
mistake: ``run.py`` declares the same options, with their help, and says what is wrong.
"""

from __future__ import annotations

import os

from witcraft.runtime import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

MANY = {
    "--dir": "folders",
    "--env": "env",
    "--tcp": "tcp",
    "--udp": "udp",
    "--listen": "listen",
    "--udp-listen": "udp_listen",
    "--lookup": "lookup",
}
"""Options that may be given several times: parameters of ``program``."""
ONE: dict[str, tuple[str, Callable[[str], object]]] = {
    "--timeout": ("timeout", float),
    "--memory": ("memory", int),
    "--fuel": ("fuel", int),
    "--invoke": ("invoke", str),
}
"""Those of which the last counts, and what makes their values."""


def quick(words: Sequence[str]) -> Callable[[], int] | None:
    """What runs the program that ``words`` ask for; None where `click` has to have a look."""
    try:
        arguments, options = read(iter(words))
        if not os.path.isfile(arguments[0]):  # noqa: PTH113 (`pathlib` takes longer to import than all of this)
            return None
        from witcraft.cli.program import program

        return program(arguments[0], arguments[1:], **options)
    except (ConfigError, LookupError, ValueError, StopIteration):
        return None


def read(words: Iterator[str]) -> tuple[list[str], dict[str, Any]]:
    """Words and options. Raises ``LookupError``, ``ValueError``, ``StopIteration`` for what is none of both."""
    arguments: list[str] = []
    options: dict[str, Any] = {}
    for word in words:
        if word == "--":
            arguments += words
        elif word[:1] == "-" and word != "-":
            name, equals, value = word.partition("=")
            add(options, name, value if equals else next(words))
        else:
            arguments.append(word)
    return arguments, options


def add(options: dict[str, Any], name: str, value: str) -> None:
    if name in MANY:
        options.setdefault(MANY[name], []).append(value)
    else:
        parameter, make = ONE[name]
        options[parameter] = make(value)
