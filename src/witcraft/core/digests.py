"""Digests of the core modules, made beside the printing: hashing megabytes needs no interpreter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from threading import Thread


class Digests:
    """SHA-256 of each module, in hexadecimal."""

    def __init__(self, modules: Iterable[memoryview]) -> None:
        self._found: list[str] = []
        self._thread = Thread(target=self._hash, args=(list(modules),), daemon=True)
        self._thread.start()

    def _hash(self, modules: list[memoryview]) -> None:
        self._found += [hashlib.sha256(module).hexdigest() for module in modules]

    def of(self, index: int) -> str:
        self._thread.join()
        return self._found[index]
