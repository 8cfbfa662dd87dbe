"""What a caller gives as imports, matched to what a component asks for: by WIT names, merged, every flaw at once."""

from __future__ import annotations

from _collections_abc import Iterable, Iterator, Mapping

from witcraft.runtime.provided import Provider
from witcraft.runtime.root import is_provided, lacking, unlinkable
from witcraft.runtime.versions import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from witcraft.runtime.root import Interface, Items, Leaf, Table

    Mappings: TypeAlias = Mapping[str, object] | Iterable[Mapping[str, object]] | None
    Imports: TypeAlias = Mappings | Provider | Iterable[Mapping[str, object] | Provider]
    Piece: TypeAlias = tuple[str, object]  # where it was given, for messages, and what


class Provided:
    """What one import takes, as attributes by Python names; or what all of them take."""


def apart(given: Imports) -> tuple[Mappings, Provider | None]:
    """The mappings, and the provider among them."""
    if isinstance(given, Provider):
        return None, given
    if given is None or isinstance(given, Mapping) or not isinstance(given, Iterable):
        return given, None
    given = list(given)
    providers = [one for one in given if isinstance(one, Provider)]
    if len(providers) > 1:
        raise unlinkable([_ambiguous("WASI", [_kind(one) for one in providers])])
    return [one for one in given if not isinstance(one, Provider)], (*providers, None)[0]


def merge(given: Mappings, table: Table) -> dict[str, Any]:
    """The arguments of a component's imports class, out of mappings by WIT names.

    What a module provides may be left out. Raises ``LinkError`` that lists all that is missing, that nothing asks for,
    and that is given more than once.
    """
    flaws: list[str] = []
    provided = Provided()
    items: Items = table["imports"]
    others = table.get("provided", ())
    for name, pieces in _sort(given, items, flaws).items():
        item = items[name]
        value = _one(name, pieces, flaws) if len(item) == 2 else _interface(name, item, pieces, flaws)
        if item[0]:
            setattr(provided, item[0], value)
    for name, item in items.items():
        if name not in others or item[0] in vars(provided):
            flaws += lacking(name, item, provided)
    if flaws:
        raise unlinkable(flaws)
    return vars(provided)


# ---- which import a name means ----------------------------------------------------------------------------------


def _sort(given: Mappings, items: Items, flaws: list[str]) -> dict[str, list[Piece]]:
    """The values given for each import that is asked for."""
    names = [name for name, item in items.items() if len(item) == 3 or _is_given(name, item)]
    pieces: dict[str, list[Piece]] = {}
    for place, mapping in _mappings(given):
        keys: dict[str, str] = {}  # of this mapping, by the import that they mean
        for key, value in mapping.items():
            found = _meant(key, names, mapping)
            if len(found) != 1:
                flaws.append(_ambiguous(repr(key), found) if found else _extra(repr(key), key, names))
            elif found[0] in keys:
                flaws.append(_ambiguous(found[0], [repr(keys[found[0]]), repr(key)]))
            else:
                keys[found[0]] = key
                pieces.setdefault(found[0], []).append((f"{key!r}{place}", value))
    return pieces


def _mappings(given: Mappings) -> Iterator[tuple[str, Mapping[str, object]]]:
    if given is None:
        return
    if isinstance(given, Mapping):
        yield "", given
        return
    if not isinstance(given, Iterable):
        raise unlinkable([f"expected a mapping by WIT names or a list of such, got {_kind(given)}"])
    for number, mapping in enumerate(given, 1):
        if not isinstance(mapping, Mapping):
            raise unlinkable([f"number {number} of the list: expected a mapping by WIT names, got {_kind(mapping)}"])
        yield f" of mapping {number}", mapping


def _is_given(name: str, leaf: Leaf) -> bool:
    """Not a type, and not a function of a resource, which is an attribute of the resource's class."""
    return is_provided(leaf) and not name.startswith("[")


def _meant(key: object, names: list[str], mapping: Mapping[str, object]) -> list[str]:
    """The imports that ``key`` may mean; what the same mapping gives under its whole name needs no other key."""
    found = find(key, names) if isinstance(key, str) else []
    if key in found:
        return found
    return [name for name in found if name not in mapping] or found


# ---- what an import takes ---------------------------------------------------------------------------------------


def _interface(name: str, item: Interface, pieces: list[Piece], flaws: list[str]) -> object:
    """One object as it is; of mappings and of several, an object that has the functions and classes of all."""
    if len(pieces) == 1 and not isinstance(pieces[0][1], Mapping):
        return pieces[0][1]
    host = Provided()
    leaves = {leaf: it for leaf, it in item[2].items() if not leaf.startswith("[")}
    for leaf, (attribute, text) in leaves.items():
        found = [hit for piece in pieces for hit in _hits(piece, leaf, attribute)]
        if found and is_provided((attribute, text)):
            setattr(host, attribute, _one(f"{name} {leaf}", found, flaws))
    known = {spelling for leaf, (attribute, _) in leaves.items() for spelling in (leaf, attribute)}
    for title, value in pieces:
        if isinstance(value, Mapping):
            flaws += [_extra(f"{key!r} in {title}", key, leaves) for key in value if key not in known]
    return host


def _hits(piece: Piece, leaf: str, attribute: str) -> Iterator[Piece]:
    """What ``piece`` gives for ``leaf``: twice, if a mapping has both of its names."""
    title, value = piece
    if isinstance(value, Mapping):
        for key in dict.fromkeys((leaf, attribute)):
            if key in value:
                yield f"{key!r} in {title}", value[key]
    elif hasattr(value, attribute):
        yield title, getattr(value, attribute)


def _one(name: str, found: list[Piece], flaws: list[str]) -> object:
    if any(value != found[0][1] for _, value in found):
        flaws.append(_ambiguous(name, [title for title, _ in found]))
    return found[0][1]


# ---- flaws ------------------------------------------------------------------------------------------------------


def _ambiguous(name: str, candidates: list[str]) -> str:
    return f"ambiguous  {name}: " + " or ".join(candidates)


def _extra(title: str, key: object, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(str(key), list(names), n=1)
    return f"extra  {title}: nothing asks for it" + (f"; is it {close[0]!r}?" if close else "")


def _kind(value: object) -> str:
    return type(value).__qualname__
