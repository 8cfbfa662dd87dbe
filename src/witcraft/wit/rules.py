"""Rules of the grammar for types, versions and attributes, each above the function that reads it (WIT.md)."""

from __future__ import annotations

from collections.abc import Callable

from witcraft.model import version
from witcraft.wit import tree
from witcraft.wit.cursor import Cursor, Mistake, clipped
from witcraft.wit.escapes import unescaped
from witcraft.wit.lexer import RESERVED

MAX_DEPTH = 100
"""Of types in types."""

MAX_LENGTH = 2**32 - 1

PRIMS = frozenset(
    ["bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char", "string", "error-context"]
)

ATTRIBUTES = {"since": "version", "unstable": "feature", "deprecated": "version", "external-id": ""}
EXAMPLES = {
    "since": "version = 1.0.0",
    "unstable": "feature = name",
    "deprecated": "version = 1.0.0",
    "external-id": '"name"',
}


class TypeRules(Cursor):
    """What stands inside of statements."""

    # ---- types --------------------------------------------------------------------------------------------------

    def type(self, depth: int = 0) -> tree.Type:
        kind, start, end = self.kinds[self.at], self.tokens.starts[self.at], self.tokens.ends[self.at]
        if depth >= MAX_DEPTH:
            raise Mistake(f"types nest deeper than {MAX_DEPTH}", start, end, "give the inner type a name")
        if kind == "id" or kind == "%id":
            return self.id()
        if kind in PRIMS:
            self.at += 1
            return tree.Prim(kind, start, end)
        rule = TYPES.get(kind)
        if rule is None:
            raise self.no_id(kind) if kind == "misspelt" else self.unexpected("a type")
        self.at += 1
        return rule(self, kind, start, depth + 1)

    def behind(self) -> int:
        """The offset behind the last token."""
        return self.tokens.ends[self.at - 1]

    # list ::= 'list' '<' type (',' integer)? '>'
    def list_type(self, word: str, start: int, depth: int) -> tree.Type:
        self.expect("<")
        element = self.type(depth)
        length = self.length() if self.eat(",") else None
        self.expect(">")
        return tree.List(element, length, start, self.behind())

    def length(self) -> int:
        start, end = self.tokens.starts[self.at], self.tokens.ends[self.at]
        if not self.eat("integer"):
            raise self.unexpected("the length of the list", "an integer, as in `list<u8, 16>`")
        text = self.source.text[start:end].lstrip("0") or "0"
        if len(text) > 10 or int(text) > MAX_LENGTH:
            raise Mistake(f"a list has at most {MAX_LENGTH} elements", start, end)
        return int(text)

    # option ::= 'option' '<' type '>'; map ::= 'map' '<' type ',' type '>'
    def option_type(self, word: str, start: int, depth: int) -> tree.Type:
        self.expect("<")
        some = self.type(depth)
        self.expect(">")
        return tree.Generic(word, (some,), start, self.behind())

    def map_type(self, word: str, start: int, depth: int) -> tree.Type:
        self.expect("<")
        key = self.type(depth)
        self.expect(",")
        value = self.type(depth)
        self.expect(">")
        return tree.Generic(word, (key, value), start, self.behind())

    # tuple ::= 'tuple' '<' type (',' type)* ','? '>'
    def tuple_type(self, word: str, start: int, depth: int) -> tree.Type:
        self.expect("<")
        items = self.many(">", lambda: self.type(depth))
        return tree.Generic(word, items, start, self.behind())

    # result ::= 'result' ('<' ('_' ',' type | type (',' type)?) '>')?
    def result_type(self, word: str, start: int, depth: int) -> tree.Type:
        ok, err = None, None
        if self.eat("<"):
            if self.eat("_"):
                self.expect(",")
                err = self.type(depth)
            else:
                ok = self.type(depth)
                err = self.type(depth) if self.eat(",") else None
            self.expect(">")
        return tree.Generic(word, (ok, err), start, self.behind())

    # future ::= 'future' ('<' type '>')?; stream likewise
    def pipe_type(self, word: str, start: int, depth: int) -> tree.Type:
        payload = None
        if self.eat("<"):
            payload = self.type(depth)
            self.expect(">")
        return tree.Generic(word, (payload,), start, self.behind())

    # handle ::= ('own' | 'borrow') '<' id '>'
    def handle_type(self, word: str, start: int, depth: int) -> tree.Type:
        self.expect("<")
        resource = self.id()
        self.expect(">")
        return tree.Handle(word, resource, start, self.behind())

    # ---- functions ----------------------------------------------------------------------------------------------

    # function ::= 'async'? 'func' '(' (id ':' type),* ')' ('->' type)?
    def signature(self) -> tree.Signature:
        is_async = self.eat("async")
        self.expect("func", "`static` stands before `async`" if self.kinds[self.at] == "static" else "")
        return self.rest_of_signature(is_async)

    def rest_of_signature(self, is_async: bool) -> tree.Signature:
        self.expect("(")
        params = self.many(")", self.param)
        result = self.type() if self.eat("->") else None
        return tree.Signature(params, result, is_async)

    def param(self) -> tree.Param:
        name = self.id()
        self.expect(":")
        return tree.Param(name, self.type())

    # ---- attributes and versions --------------------------------------------------------------------------------

    # attribute ::= '@' id '(' ... ')'
    def attributes(self) -> tuple[tree.Attribute, ...]:
        found: list[tree.Attribute] = []
        while self.eat("@"):
            found.append(self.attribute())
        return tuple(found)

    def attribute(self) -> tree.Attribute:
        name = self.id()
        if name.name not in ATTRIBUTES:
            known = ", ".join([f"`@{word}`" for word in ATTRIBUTES])
            raise Mistake(f"there is no attribute `@{clipped(name.name)}`", name.start, name.end, f"known are {known}")
        key = ATTRIBUTES[name.name]
        value: version.Version | str
        self.expect("(", f"as in `@{name.name}({EXAMPLES[name.name]})`")
        if key:
            self.word(key)
            self.expect("=")
        match key:
            case "version":
                value, _ = self.version()
            case "feature":
                value = self.id().name
            case _:
                value = self.string()
        self.expect(")")
        return tree.Attribute(name, value)

    def word(self, wanted: str) -> None:
        name = self.id()
        if name.name != wanted:
            raise Mistake(f"here should be `{wanted}`, not `{clipped(name.name)}`", name.start, name.end)

    def optional_version(self, end: int) -> tuple[version.Version | None, int]:
        return self.version() if self.eat("@") else (None, end)

    # version ::= integer '.' integer '.' integer ('-' words)? ('+' words)?
    def version(self) -> tuple[version.Version, int]:
        """The version, and the offset behind it."""
        hint = "a version has three numbers, as in `1.0.0`"
        start = self.tokens.starts[self.expect("integer", hint)]
        for kind in (".", "integer", ".", "integer"):
            self.expect(kind, hint)
        self.version_words("-")
        self.version_words("+")
        text = self.source.text[start : self.behind()]
        found = version.parse(text)
        if found is None:
            raise Mistake(f"`{clipped(text)}` is no semantic version", start, self.behind(), "see semver.org")
        return found, self.behind()

    def version_words(self, mark: str) -> None:
        """Words after ``mark``; a full stop that no word follows belongs to what comes after the version."""
        if not self.eat(mark):
            return
        while True:
            step = 1 if self.kinds[self.at] == "." else 0
            if not self.is_version_word(self.at + step):
                return
            self.at += step + 1

    def is_version_word(self, index: int) -> bool:
        """Whether a word stands there that nothing parts from what is before it."""
        if index >= len(self.kinds) or self.tokens.starts[index] != self.tokens.ends[index - 1]:
            return False
        kind = self.kinds[index]
        return kind in ("id", "integer", "-", "misspelt") or kind in RESERVED

    # string ::= '"' ... '"'
    def string(self) -> str:
        index = self.expect("string")
        start = self.tokens.starts[index]
        text = self.tokens.text(index)
        try:
            return unescaped(text)
        except ValueError as error:
            raise Mistake(str(error), start, self.tokens.ends[index]) from None


TYPES: dict[str, Callable[[TypeRules, str, int, int], tree.Type]] = {
    "list": TypeRules.list_type,
    "map": TypeRules.map_type,
    "option": TypeRules.option_type,
    "tuple": TypeRules.tuple_type,
    "result": TypeRules.result_type,
    "future": TypeRules.pipe_type,
    "stream": TypeRules.pipe_type,
    "own": TypeRules.handle_type,
    "borrow": TypeRules.handle_type,
}
