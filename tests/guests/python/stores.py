"""The exported resource of tour.wit: componentize-py looks for it in a module named after the interface."""

from typing import Self

from wit_world.imports import stores as host


class Blob:
    """A blob of the host, under a handle of the guest.

    componentize-py runs nothing here when the host drops that handle: only what takes a blob over ends it.
    """

    live = 0

    def __init__(self, data: bytes) -> None:
        self.keep(host.Blob(data))

    @classmethod
    def around(cls, kept: host.Blob) -> Self:
        blob = cls.__new__(cls)
        blob.keep(kept)
        return blob

    def keep(self, kept: host.Blob) -> None:
        self.kept = kept
        Blob.live += 1

    def give(self) -> host.Blob:
        """The host's blob, for a call that takes it over."""
        Blob.live -= 1
        return self.__dict__.pop("kept")

    @classmethod
    def open(cls, name: str) -> Self:
        return cls.around(host.Blob.open(name))

    @classmethod
    def merge(cls, lhs: Self, rhs: Self) -> Self:
        return cls.around(host.Blob.merge(lhs.give(), rhs.give()))

    def read(self, n: int) -> bytes:
        return self.kept.read(n)

    def write(self, data: bytes) -> None:
        self.kept.write(data)

    def size(self) -> int:
        return self.kept.size()

    def clone(self) -> Self:
        return self.around(self.kept.clone())

    def same(self, other: Self) -> bool:
        return self.kept.same(other.kept)
