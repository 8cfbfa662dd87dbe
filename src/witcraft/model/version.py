"""Semantic versions (semver.org 2.0.0), as packages, gates and names of interfaces have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, total_ordering

NUMBER = "(?:0|[1-9][0-9]*)"
WORD = "(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
PATTERN = re.compile(
    rf"({NUMBER})\.({NUMBER})\.({NUMBER})(?:-({WORD}(?:\.{WORD})*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)
MAX_NUMBER = 2**64 - 1


@total_ordering
@dataclass(frozen=True)
class Version:
    """``major.minor.patch-pre+build``; ``pre`` and ``build`` are empty when absent."""

    major: int
    minor: int
    patch: int
    pre: str = ""
    build: str = ""

    def __str__(self) -> str:
        pre = f"-{self.pre}" if self.pre else ""
        build = f"+{self.build}" if self.build else ""
        return f"{self.major}.{self.minor}.{self.patch}{pre}{build}"

    def __lt__(self, other: Version) -> bool:
        return self.key < other.key

    @property
    def track(self) -> str:
        """What compatible versions have in common: ``1``, ``0.2``, ``0.0.3``; of a pre-release, all of it.

        >>> Version(0, 2, 6).track
        '0.2'
        """
        if self.pre:
            return str(self)
        if self.major:
            return str(self.major)
        return f"0.{self.minor}" if self.minor else f"0.0.{self.patch}"

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Orders as semver's section 11 says, then by build metadata, so that the order is total."""
        return (self.major, self.minor, self.patch, not self.pre, words(self.pre), bool(self.build), words(self.build))


def words(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Numbers come before words, and compare as numbers."""
    return tuple([(False, int(word), "") if word.isdigit() else (True, 0, word) for word in text.split(".") if word])


def parse(text: str) -> Version | None:
    """The version that ``text`` spells, or None. A number has to fit 64 bits."""
    found = PATTERN.fullmatch(text)
    if found is None or any(len(number) > 20 or int(number) > MAX_NUMBER for number in found.group(1, 2, 3)):
        return None
    major, minor, patch, pre, build = found.groups()
    return Version(int(major), int(minor), int(patch), pre or "", build or "")
