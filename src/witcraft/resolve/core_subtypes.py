"""What a core type may say of those before it, and of its supertypes.

(WebAssembly core specification 3.0, "Validation / Types" and "Matching".) Types of one recursion group may mention each
other; a function, struct or array fits a supertype if it can stand wherever that can. Whether two groups of types that
are written down twice are the same is not looked into: references to one are taken for references to the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from witcraft.core.tree import CoreType, FuncType, OtherType
from witcraft.errors import ComponentError
from witcraft.resolve.features import Feature
from witcraft.resolve.ledger import Ledger
from witcraft.resolve.meaning import ModuleType

Known = Sequence[CoreType | ModuleType]

mentioned = re.compile(r"\((?:ref|exact)(?: null)? (\d+)\)").findall
reference = re.compile(r"\(ref (null )?(.+)\)").fullmatch
composite = re.compile(r"(?:\(sub (?:final )?(?:\d+ )*)?\(((?:shared |describes \d+ |descriptor \d+ )*)(\w+)").match
fields_of = re.compile(r"\(field (.*?)\)(?= \(field|$)").findall

ABOVE = {
    "none": ("i31", "struct", "array", "eq", "any"),
    "i31": ("eq", "any"),
    "struct": ("eq", "any"),
    "array": ("eq", "any"),
    "eq": ("any",),
    "nofunc": ("func",),
    "noextern": ("extern",),
    "noexn": ("exn",),
    "nocont": ("cont",),
}
"""Abstract heap types, and those that they fit."""
BOTTOM = {"func": "nofunc", "struct": "none", "array": "none", "cont": "nocont"}
SHORT = {"nullref": "none", "nullfuncref": "nofunc", "nullexternref": "noextern", "nullexnref": "noexn"}
SHORT |= {"nullcontref": "nocont"}


def check_core_type(ty: CoreType, known: Known, ledger: Ledger) -> None:
    """``known`` are the types before it."""
    if ty.standing.shared:
        ledger.require(Feature.SHARED_EVERYTHING_THREADS, "a shared core type")
    text = ty.text if isinstance(ty, OtherType) else " ".join([*ty.params, *ty.results])
    check_mentions(text, known, len(known) + 1 + ty.standing.later, ledger)
    if len(ty.standing.parents) > 1:
        raise ComponentError("a core type has one supertype at most")
    for index in ty.standing.parents:
        check_parent(ty, index, known)


def check_mentions(text: str, known: Known, most: int, ledger: Ledger) -> None:
    """``most``: how many types there are, with those that come together with this one."""
    if "(shared " in text:
        ledger.require(Feature.SHARED_EVERYTHING_THREADS, "a shared core type")
    for index in map(int, mentioned(text)):
        if index >= most:
            raise ComponentError(
                f"core type {index} is unknown: up to here there {'is' if most == 1 else 'are'} {most}"
            )
        if index < len(known) and isinstance(known[index], ModuleType):
            raise ComponentError(f"core type {index} is the type of a module, which no reference can be to")


def check_parent(ty: CoreType, index: int, known: Known) -> None:
    if index >= len(known):
        raise ComponentError(f"core type {index} is unknown: a supertype comes first")
    parent = known[index]
    if isinstance(parent, ModuleType):
        raise ComponentError(f"core type {index} is the type of a module, which cannot be a supertype")
    if parent.standing.final:
        raise ComponentError(f"core type {index} is final: it cannot be a supertype")
    if not Matching(known, ty).type(ty, parent):
        raise ComponentError(f"it does not fit core type {index}, its supertype")


class Matching:
    """Does this fit that? ``known``: the types before ``latest``."""

    def __init__(self, known: Known, latest: CoreType) -> None:
        self.known, self.latest = known, latest

    def type(self, given: CoreType, wanted: CoreType) -> bool:
        match given, wanted:
            case FuncType(), FuncType():
                return self.row(wanted.params, given.params) and self.row(given.results, wanted.results)
            case OtherType(have), OtherType(want):
                return kind(have) == kind(want) and self.parts(parts(have), parts(want))
            case _:
                return False

    def row(self, given: Sequence[str], wanted: Sequence[str]) -> bool:
        return len(given) == len(wanted) and all(map(self.value, given, wanted))

    def parts(self, given: Sequence[str], wanted: Sequence[str]) -> bool:
        """Fields: a struct may have more of them than its supertype."""
        return len(given) >= len(wanted) and all(map(self.field, given, wanted))

    def field(self, given: str, wanted: str) -> bool:
        mutable = wanted.startswith("(mut ")
        if mutable != given.startswith("(mut "):
            return False
        return self.value(given, wanted) if not mutable else self.same(given[5:-1], wanted[5:-1])

    def same(self, given: str, wanted: str) -> bool:
        return self.value(given, wanted) and self.value(wanted, given)

    def value(self, given: str, wanted: str) -> bool:
        if given == wanted:
            return True
        have, want = heap(given), heap(wanted)
        if have is None or want is None or (is_nullable(given) and not is_nullable(wanted)):
            return False
        return have == want or self.heap(have, want)

    def heap(self, given: str, wanted: str) -> bool:
        have, want = self.abstract(given), self.abstract(wanted)
        if have is None or want is None:
            return True  # of types that come later, and of proposals
        if wanted != want:  # a defined type
            return given == BOTTOM.get(want) or (given != have and have == want)
        return have == want or want in ABOVE.get(have, ())

    def abstract(self, heap_type: str) -> str | None:
        """The abstract heap type right above a defined one; an abstract one itself."""
        if not heap_type.isdecimal():
            return heap_type if heap_type.isalnum() else None
        index = int(heap_type)
        if index > len(self.known):
            return None
        match self.known[index] if index < len(self.known) else self.latest:
            case FuncType():
                return "func"
            case OtherType(text):
                return kind(text)
            case _:
                return None


# ---- texts ------------------------------------------------------------------------------------------------------


def kind(text: str) -> str:
    """ "struct", "array" or "cont"; with what stands before it, if anything does. It never looks at the whole text."""
    found = composite(text)
    return found[1] + found[2] if found else text


def parts(text: str) -> list[str]:
    """The types of a struct's fields, of an array's elements, or what a continuation is of."""
    inner = re.sub(r"^\(sub (?:final )?(?:\d+ )*(.*)\)$", r"\1", text)[1:-1]
    return fields_of(inner) if kind(text).endswith("struct") else [inner.partition(" ")[2]]


def heap(value: str) -> str | None:
    """The heap type of a reference type; None of others."""
    found = reference(value)
    if found:
        return found[2]
    return SHORT.get(value, value.removesuffix("ref") if value.endswith("ref") else None)


def is_nullable(value: str) -> bool:
    found = reference(value)
    return found is None or found[1] is not None
