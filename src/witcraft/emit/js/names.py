"""Kebab-case -> JavaScript names, as jco spells them: a program moves over without a change.

Only three spellings exist: lower camel case for functions, fields and parameters, upper camel case for types and
classes, the WIT name itself where JavaScript has a string (tags of variants, labels of enums, keys of imports). ``$``
stands in no name of WIT, so what a collision or a keyword needs is written with it or with an underscore at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from witcraft.words import InterfaceName, camel, words

_WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval export extends
    false finally for function if implements import in instanceof interface let new null package private protected
    public return static super switch this throw true try typeof var void while with yield
"""
RESERVED = frozenset(_WORDS.split())
"""Words that name no variable of a module (ECMA-262, "Keywords and Reserved Words", with the words of strict mode)."""

_IDENTIFIER = re.compile(r"[A-Za-z_$][0-9A-Za-z_$]*")


# ---- one name -----------------------------------------------------------------------------------------------------


def lower_camel(kebab: str) -> str:
    """``"HTTP-get-2"`` -> ``"httpGet2"``: functions, methods, fields, labels of flags, aliases of interfaces."""
    name = camel(kebab)
    first = words(kebab)[:1]
    return first[0] + name[len(first[0]) :] if first else name


def upper_camel(kebab: str) -> str:
    """``"http-client"`` -> ``"HttpClient"``: types, classes of resources, namespaces of interfaces."""
    return camel(kebab)


def is_identifier(name: str) -> bool:
    """Whether a variable can have that name."""
    return name not in RESERVED and _IDENTIFIER.fullmatch(name) is not None


def variable(kebab: str) -> str:
    """A variable of a module for a root function or the like: ``default`` -> ``_default``, ``2d`` -> ``_2d``."""
    name = lower_camel(kebab)
    return name if is_identifier(name) else f"_{name}"


def parameter(kebab: str) -> str:
    """``"class"`` -> ``"class_"``, as jco has it."""
    name = lower_camel(kebab)
    return name if is_identifier(name) else f"{name}_" if name in RESERVED else f"_{name}"


def type_name(kebab: str) -> str:
    """A type or class. Upper case is clear of every reserved word; a digit cannot stand first."""
    name = upper_camel(kebab)
    return name if is_identifier(name) else f"_{name}"


def method(kebab: str, is_static: bool = False) -> str:
    """A method of a class: any word will do, but for the two that a class already means something by."""
    name = lower_camel(kebab)
    return f"{name}_" if name == ("prototype" if is_static else "constructor") else name


def property_key(name: str) -> str:
    """``name`` as a key of an object, an interface or a class: quoted unless it is an identifier name."""
    return name if _IDENTIFIER.fullmatch(name) else quoted(name)


def member(name: str) -> str:
    """``name`` behind an object: ``.read``, or ``['ns:pkg/iface']``."""
    return f".{name}" if _IDENTIFIER.fullmatch(name) else f"[{quoted(name)}]"


def quoted(text: str) -> str:
    """A string literal; names of components are ASCII, whatever else stands in one is escaped."""
    if text.isascii() and text.isprintable() and not _ESCAPES.keys() & set(text):
        return f"'{text}'"
    safe = "".join([_ESCAPES.get(char) or (char if " " <= char <= "~" else _code_units(char)) for char in text])
    return f"'{safe}'"


_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _code_units(char: str) -> str:
    raw = char.encode("utf-16-be", "surrogatepass")
    return "".join([f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2)])


def visible(line: str) -> str:
    """Control characters and lone surrogates as U+FFFD."""
    return "".join([c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line])


# ---- many names ---------------------------------------------------------------------------------------------------


class Taken:
    """Hands out each identifier once; a second taker gets ``$1`` at the end, the next ``$2``."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._used = set(reserved)

    def __contains__(self, name: str) -> bool:
        return name in self._used

    def take(self, wish: str) -> str:
        name, n = wish, 1
        while name in self._used:
            name, n = f"{wish}${n}", n + 1
        self._used.add(name)
        return name


def parameters(kebabs: Iterable[str], reserved: Iterable[str] = ()) -> tuple[str, ...]:
    """The parameters of one function, in order; ``a-1`` and ``a1`` stay two."""
    taken = Taken(reserved)
    return tuple([taken.take(parameter(kebab)) for kebab in kebabs])


def fields(kebabs: Iterable[str]) -> tuple[str, ...]:
    """The keys of a record's or a flags type's object, in order."""
    taken = Taken()
    return tuple([taken.take(lower_camel(kebab)) for kebab in kebabs])


# ---- interfaces ---------------------------------------------------------------------------------------------------


def specifier(extern_name: str) -> str:
    """What an import is asked for by: ``"ns:pkg/iface@1.0.0"`` -> ``"ns:pkg/iface"``; a plain name as it is."""
    return extern_name.partition("@")[0]


def alias(extern_name: str) -> str:
    """The short name of an exported interface: ``"ns:pkg/some-thing@1.0.0"`` -> ``"someThing"``."""
    return lower_camel(InterfaceName(extern_name).interface)


def export_key(extern_name: str) -> str:
    """The key that an export of the root has: interfaces of packages by their full name, all else in camel case."""
    return extern_name if ":" in extern_name else lower_camel(extern_name)


def export_aliases(extern_names: Iterable[str]) -> dict[str, str]:
    """Short name -> full name, of exported interfaces whose short name no other export has.

    Of several that would have one short name the first by full name gets it: ``a@1.0.0`` before ``a@2.0.0``.
    """
    names = sorted(extern_names)
    keys = {export_key(name) for name in names}
    found: dict[str, str] = {}
    for name in names:
        if "/" in name and alias(name) not in keys:
            found.setdefault(alias(name), name)
    return found


def interface_files(extern_names: Iterable[str]) -> dict[str, str]:
    """File of each interface's declarations without its ending: ``interfaces/ns-pkg-iface``.

    With the version (``interfaces/ns-pkg-iface-1.0.0``) where another version of the interface is there as well.
    """
    parts = {name: InterfaceName(name) for name in extern_names}
    taken = Taken()
    found = {}
    for name, part in parts.items():
        stem = "-".join(words(part.unversioned))
        rivals = [other for other in parts.values() if other is not part and other.unversioned == part.unversioned]
        found[name] = taken.take(
            f"interfaces/{stem}-{part.version}" if rivals and part.version else f"interfaces/{stem}"
        )
    return found


# ---- where imports come from --------------------------------------------------------------------------------------

WASI_SHIM = {
    f"wasi:{name}/*": f"@bytecodealliance/preview2-shim/{name}#*"
    for name in ("cli", "clocks", "filesystem", "http", "io", "random", "sockets")
}
"""The mapping that self-instantiating modules start from: WASI 0.2 by the package that implements it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an import is found: a module, and the member of it that is the interface (None: the module itself)."""

    module: str
    member: str | None = None


def source(extern_name: str, mapping: Mapping[str, str]) -> Source:
    """What ``mapping`` makes of an import: by its full name, without version, then by patterns with one ``*``.

    Values are ``module``, ``module#member`` or, of a pattern, ``module#*``; what has no entry is its own specifier.
    """
    bare = specifier(extern_name)
    for key in (extern_name, bare):
        if key in mapping:
            return _source(mapping[key])
    for name, versioned in ((extern_name, True), (bare, False)):
        for key, value in mapping.items():
            matched = _wildcard(key, name) if ("@" in key) is versioned else None
            if matched is not None:
                return _source(value.replace("*", matched))
    return Source(bare)


def _wildcard(pattern: str, name: str) -> str | None:
    head, star, tail = pattern.partition("*")
    fits = star and name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail)
    return name[len(head) : len(name) - len(tail)] if fits else None


def _source(value: str) -> Source:
    """A ``#`` that stands first is part of the module: an import of the package itself."""
    module, _, key = value[1:].partition("#")
    return Source(value[:1] + module, lower_camel(key) if key else None)
