"""Where witcraft and the engine may say different things, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


def anything(data: bytes) -> bool:
    return True


def labels_alike(data: bytes) -> bool:
    """Are there words in it that only case or hyphens tell apart?"""
    words = set(re.findall(rb"[A-Za-z][0-9A-Za-z-]*", data))
    return len({word.lower().replace(b"-", b"") for word in words}) < len(words)


def takes_resources(data: bytes) -> bool:
    """Is anything bound by ``sub resource``?"""
    return b"\x03\x01" in data


def has_instance_types(data: bytes) -> bool:
    """Or component types."""
    return b"\x42" in data or b"\x41" in data


def has_import_groups(data: bytes) -> bool:
    return b"\0\x7e" in data


def ascribes_resource(data: bytes) -> bool:
    return b"\x01\x03\x01" in data


@dataclass(frozen=True, slots=True)
class Difference:
    """``ours`` and ``theirs``: patterns of the two refusals, None where that side accepts; ``when``: of the input."""

    why: str
    ours: str | None
    theirs: str | None
    when: Callable[[bytes], bool] = anything


DIFFERENCES = (
    Difference(
        "Types are equal as syntax trees (Explainer, `Type Checking`): labels in another case make another type. The"
        " engine folds case when it compares labels.",
        "has another type|has other parameters|another value type",
        None,
        labels_alike,
    ),
    Difference(
        "A resource type may be exported as `(type (sub resource))`, a supertype of its own (Binary.md, `Import and"
        " Export Definitions`). The engine compares with the fresh type that the ascription makes.",
        None,
        "ascribed type of export is not compatible with item's type resource types are not the same",
        ascribes_resource,
    ),
    Difference(
        "A resource that is imported and exported again is one type: either name will do in imports, and for methods"
        " (Explainer, `Type Checking`). The engine wants the name of that border.",
        None,
        "not valid to be used as import|resource used in function does not have a name in this context",
        takes_resources,
    ),
    Difference(
        "A type that is bound by `eq` is equal (Explainer, `Type Checking`). Of an instance type the engine asks only that"
        " it exports as much, of a component type that it is a subtype.",
        "it has no export|no argument for the import",
        None,
        has_instance_types,
    ),
    Difference(
        "What an instance type names itself, its functions may mention, when it goes out as a type too (Binary.md, `Import"
        " and Export Definitions`). The engine allows that only after an instance of the type was imported.",
        None,
        "type not valid to be used as (im|ex)port",
        has_instance_types,
    ),
    Difference(
        "A group of no core imports has a type all the same (proposal `compact import section`), which the engine does not"
        " look at.",
        "there is no type [0-9]+ in this module",
        None,
        has_import_groups,
    ),
    Difference(
        "Types of core proposals without a feature here (stack switching, custom descriptors) are read, and engines may"
        " know them. This one has to be told to.",
        None,
        "stack switching|cont.* (proposal|types)|custom descriptors|descriptors? ",
    ),
    Difference(
        "A section of values that holds none takes no feature.",
        None,
        "malformed section id: 12",
    ),
    Difference(
        "`backpressure.set` has left the specification, but is in older components.",
        None,
        r"invalid leading byte \(0x8\) for canonical function",
    ),
    Difference(
        "A canonical version may stand alone (Explainer, `Canonical Interface Name`). The engine wants a suffix with it.",
        None,
        r"unexpected end of input while parsing (major|minor|patch) version number",
    ),
)


def explained(ours: str | None, theirs: str | None, data: bytes) -> str | None:
    for it in DIFFERENCES:
        if fits(it.ours, ours) and fits(it.theirs, theirs) and it.when(data):
            return it.why
    return None


def fits(pattern: str | None, message: str | None) -> bool:
    if pattern is None or message is None:
        return pattern is message
    return re.search(pattern, message) is not None
