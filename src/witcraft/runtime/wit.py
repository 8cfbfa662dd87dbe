"""WIT text of types, as the signatures in emitted code have it. Read only when a value was refused.

    type       = name | name "<" (type | number | "_"), ... ">"
    parameters = name ":" type, ...
    definition = ("record" | "variant" | "enum" | "flags") "{" item, ... "}" | "resource" | type
    item       = name | name ":" type | name "(" type ")"

The text is witcraft's own, made of types that were checked, so nothing of it can be wrong.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_BRACKETS = "<>{}(),:"
_DEFINED = frozenset(("record", "variant", "enum", "flags"))


class Type:
    """``kind``: "u8", "list", "option"..., or "named" for what ``scope`` says under ``name``.

    Of a result without ok or err the argument is None; the length of a fixed-length list is an argument of that kind.
    """

    __slots__ = ("args", "kind", "name", "scope")

    def __init__(self, scope: Scope, kind: str, args: tuple[Any, ...] = (), name: str = "") -> None:
        self.scope, self.kind, self.args, self.name = scope, kind, args, name

    def definition(self) -> Definition:
        return self.scope.definition(self.name)

    def resolved(self) -> Type:
        """The type behind names that are mere aliases."""
        alias = self.definition().alias if self.kind == "named" else None
        return self if alias is None else alias.resolved()


class Definition:
    """What a name means. ``kind``: "record", "variant", "enum", "flags", "resource" or "alias"; ``cls``: its class.

    ``items``: the types of a record's fields or a variant's cases, None for a case without; ``cases``: their classes.
    """

    __slots__ = ("alias", "cases", "cls", "items", "kind")

    def __init__(self, kind: str, items: tuple[Type | None, ...] = (), alias: Type | None = None) -> None:
        self.kind, self.items, self.alias = kind, items, alias
        self.cls: Any = object
        self.cases: tuple[Any, ...] = ()


class Scope:
    """The names of one module: its ``_TYPES``, and the classes that they mean.

    ``_TYPES`` has, by WIT name: (class, definition), (class, definition, classes of the cases), or, of what another
    module defines, (that module with its dots, WIT name there).
    """

    __slots__ = ("names", "types")

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names
        self.types: Mapping[str, tuple[Any, ...]] = names.get("_TYPES", {})

    def definition(self, name: str) -> Definition:
        place, text, *cases = self.types[name]
        if "." in place:
            return self.sibling(place).definition(text)
        made = Parser(text, self).definition()
        made.cls = self.names[place]
        made.cases = tuple(self.names[case] for case in cases[0]) if cases else ()
        return made

    def sibling(self, place: str) -> Scope:
        from importlib import import_module

        return Scope(vars(import_module(place, self.names["__package__"])))


def parameters(text: str, scope: Scope) -> list[tuple[str, Type]]:
    """The parameters of a signature, by their names in Python."""
    parser, found = Parser(text, scope), []
    while parser.tokens:
        name = parser.take().replace("-", "_")
        parser.take()  # the colon
        found.append((name, parser.type()))
        parser.skip(",")
    return found


class Parser:
    """Reads one text; names are those of ``scope``."""

    def __init__(self, text: str, scope: Scope) -> None:
        for bracket in _BRACKETS:
            text = text.replace(bracket, f" {bracket} ")
        self.tokens = text.split()[::-1]
        self.scope = scope

    def take(self) -> str:
        return self.tokens.pop()

    def skip(self, token: str) -> bool:
        """Whether ``token`` comes next, which is taken then."""
        if self.tokens and self.tokens[-1] == token:
            self.tokens.pop()
            return True
        return False

    def type(self) -> Type:
        name = self.take()
        if self.skip("<"):
            return self.constructed(name, self.arguments())
        if name in self.scope.types:
            return Type(self.scope, "named", name=name)
        return self.constructed(name, ())

    def arguments(self) -> tuple[Type | None, ...]:
        """As far as the closing bracket."""
        args: list[Type | None] = []
        while not self.skip(">"):
            args.append(None if self.skip("_") else self.type())
            self.skip(",")
        return tuple(args)

    def constructed(self, name: str, args: tuple[Type | None, ...]) -> Type:
        match name, args:
            case "borrow", (Type() as resource,):
                return resource
            case "result", _:
                return Type(self.scope, name, (*args, None, None)[:2])
            case _:
                return Type(self.scope, name, args)

    def definition(self) -> Definition:
        if self.tokens == ["resource"]:
            return Definition("resource")
        if self.tokens[-1] in _DEFINED and len(self.tokens) > 1:
            kind = self.take()
            self.take()  # the opening bracket
            return Definition(kind, self.items())
        return Definition("alias", alias=self.type())

    def items(self) -> tuple[Type | None, ...]:
        """Fields or cases, as far as the closing bracket: their types."""
        items: list[Type | None] = []
        while not self.skip("}"):
            self.take()  # the name
            items.append(self.type() if self.skip(":") or self.skip("(") else None)
            self.skip(")")
            self.skip(",")
        return tuple(items)
