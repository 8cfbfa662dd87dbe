"""Interfaces of WASI that are not here (``wasi:http``, say): they link, and raise when they are called."""

from __future__ import annotations

from ..runtime import Error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class MissingError(Error, NotImplementedError):
    """The guest called a function of an interface that is not here."""


class Missing:
    """In place of an interface, a resource or a function of it: has every name, and raises when it is called."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._name} {name}")

    def __call__(self, *_: object) -> NoReturn:
        raise MissingError(f"{self._name}: witcraft does not have this interface; give one of yours with the imports")

    def __repr__(self) -> str:
        return f"<missing {self._name}>"
