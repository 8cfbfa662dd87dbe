"""Kebab-case words, the only form of a name inside witcraft (Explainer.md, "Import and Export Definitions")."""

from __future__ import annotations

import re
from functools import lru_cache

_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")


@lru_cache(4096)
def words(kebab: str) -> tuple[str, ...]:
    """``"HTTP-client2"`` -> ``("http", "client2")``; whatever is no letter or digit separates."""
    return tuple([word.lower() for word in _SEPARATORS.split(kebab) if word])


def snake(kebab: str) -> str:
    return "_".join(words(kebab))


def shouty(kebab: str) -> str:
    return snake(kebab).upper()


def camel(kebab: str) -> str:
    """Upper camel case: ``"http-client"`` -> ``"HttpClient"``."""
    return "".join(word[0].upper() + word[1:] for word in words(kebab))


class InterfaceName:
    """``ns:pkg/iface@version`` taken apart; a plain name is only ``interface``."""

    __slots__ = ("interface", "namespace", "package", "version")

    def __init__(self, extern_name: str) -> None:
        head, _, self.version = extern_name.partition("@")
        path, slash, interface = head.rpartition("/")
        self.interface = interface if slash else head
        self.namespace, _, self.package = path.partition(":")

    @property
    def unversioned(self) -> str:
        return f"{self.namespace}:{self.package}/{self.interface}" if self.package else self.interface
