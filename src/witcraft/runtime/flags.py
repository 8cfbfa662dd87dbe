"""The base of flags classes."""

from __future__ import annotations

from enum import Flag


class Flags(Flag):
    """Flags of a component, equal by value.

    The standard library's are equal by identity: it keeps every combination that it ever made, and a guest could make
    four thousand million of them.
    """

    def __eq__(self, other: object) -> bool:
        return self._value_ == other._value_ if isinstance(other, self.__class__) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value_)
