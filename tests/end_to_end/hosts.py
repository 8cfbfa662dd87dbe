"""The host's side of the guests: what they import, given back or counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from witcraft import Err

AS_GIVEN = object()


class Echo:
    """``guest:tour/values``: each function gives back what it is given, unless it is told to ``answer`` otherwise."""

    def __init__(self) -> None:
        self.answer: Any = AS_GIVEN
        self.seen: list[Any] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def echo(*values: Any) -> Any:
            self.seen.append(values)
            if isinstance(self.answer, BaseException):
                raise self.answer
            if self.answer is not AS_GIVEN:
                return self.answer
            return values[0] if len(values) == 1 else values

        return echo


class Store:
    """``guest:tour/stores``: blobs, and a record of their ends."""

    def __init__(self, failure: Callable[[str], Any] | None = None) -> None:
        self.named: dict[str, bytes] = {"greeting": b"hello"}
        self.made = 0
        self.ended: list[bytes] = []
        self.failure = failure
        self.Blob = type("Blob", (Blob,), {"store": self})

    def total(self, blobs: list[Blob]) -> int:
        return sum(blob.size() for blob in blobs)

    def swap(self, lhs: Blob, rhs: Blob) -> tuple[Blob, Blob]:
        return rhs, lhs

    def larger(self, lhs: Blob | None, rhs: Blob | None) -> Blob | None:
        return max((blob for blob in (lhs, rhs) if blob is not None), key=Blob.size, default=None)

    def discard(self, blob: Blob) -> None:
        blob.__exit__()

    def live(self) -> int:
        return self.made - len(self.ended)


class Blob:
    """A resource of the host: `Store` makes a class of its own of it."""

    store: Store

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.store.made += 1

    def __exit__(self, *_: object) -> None:
        self.store.ended.append(self.data)

    @classmethod
    def open(cls, name: str) -> Blob:
        if name not in cls.store.named:
            assert cls.store.failure is not None
            raise Err(cls.store.failure(name))
        return cls(cls.store.named[name])

    @classmethod
    def merge(cls, lhs: Blob, rhs: Blob) -> Blob:
        return cls(lhs.data + rhs.data)

    def read(self, n: int) -> bytes:
        taken, self.data = self.data[:n], self.data[n:]
        return taken

    def write(self, data: bytes) -> None:
        self.data += data

    def size(self) -> int:
        return len(self.data)

    def clone(self) -> Blob:
        return type(self)(self.data)

    def same(self, other: Blob) -> bool:
        return self.data == other.data


class Audit:
    """``guest:ledger/audit``: notes lines, reacts to them, and finds the entries of books."""

    def __init__(self, **books: Any) -> None:
        self.books = books
        self.lines: list[str] = []
        self.react: Callable[[str], object] = lambda line: None

    def note(self, line: str) -> None:
        self.lines.append(line)
        self.react(line)

    def lookup(self, book: str) -> Any:
        return self.books.get(book)
