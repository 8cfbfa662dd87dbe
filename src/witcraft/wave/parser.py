"""Text to values, led by the type: the same text means another value where another type is asked for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from witcraft.model.types import (
    U8,
    Case,
    Enum,
    Field,
    FixedList,
    Flags,
    Kind,
    List,
    Map,
    Option,
    Prim,
    Record,
    Result,
    String,
    Tuple,
    ValType,
    Variant,
    strip,
)
from witcraft.runtime.values import Err, Ok, Some
from witcraft.wave import literals
from witcraft.wave.classes import Classes, Named, definition
from witcraft.wave.expected import expected, title
from witcraft.wave.lexer import KEYWORDS, Lexer, Token
from witcraft.wave.text import Text, WaveError

V = TypeVar("V")


def parse(text: str, ty: ValType, classes: Classes, name: str = "value") -> Any:
    """The value of type ``ty`` that ``text`` is, as the bindings take it.

    ``name`` is what messages call the text. Raises ``WaveError``. No part of the type may be ``unwritable``.
    """
    parser = Parser(Lexer(Text(name, text)), classes)
    value = parser.value(ty)
    parser.end()
    return value


class Parser:
    """Reads values, one behind the other. ``path`` leads to the one that is being read."""

    def __init__(self, lexer: Lexer, classes: Classes) -> None:
        self.lexer, self.classes = lexer, classes
        self.path: list[str] = []

    def value(self, ty: ValType) -> Any:
        match strip(ty):
            case Prim(Kind.BOOL):
                return self.boolean(ty)
            case Prim(Kind.CHAR):
                return self.literal(ty, "char", literals.char)
            case Prim(Kind.F32 | Kind.F64 as kind):
                return self.floating(ty, kind)
            case Prim(kind):
                return self.literal(ty, "number", lambda it: literals.integer(it, kind))
            case String():
                return self.string(ty)
            case List(element):
                return self.sequence(ty, element)
            case FixedList(element, length):
                return self.all_of(ty, "[", "]", length, lambda _: element)
            case Tuple(types):
                return self.all_of(ty, "(", ")", len(types), types.__getitem__)
            case Map(key, value):
                return self.mapping(ty, key, value)
            case Record(fields):
                return self.record(ty, fields)
            case Variant(cases):
                return self.variant(ty, cases)
            case Enum(labels):
                return [*self.named(ty).cls][labels.index(self.case(ty, labels))]
            case Flags(labels):
                return self.flags(ty, labels)
            case Option(some):
                return self.option(ty, some)
            case Result(ok, err):
                return self.result(ty, ok, err)
            case _:
                raise AssertionError(f"values of {title(ty)} have no text")

    # ---- scalars and strings ----

    def boolean(self, ty: ValType) -> bool:
        if self.lexer.next.text not in ("true", "false"):
            self.unexpected(ty)
        return self.lexer.take().text == "true"

    def literal(self, ty: ValType, kind: str, read: Callable[[str], V]) -> V:
        token = self.expect(ty, kind)
        try:
            return read(token.text)
        except ValueError as error:
            self.fail(str(error), token)

    def floating(self, ty: ValType, kind: Kind) -> float:
        if self.lexer.next.text in ("nan", "inf"):
            return float(self.lexer.take().text)
        return self.literal(ty, "number", lambda it: literals.floating(it, kind))

    def string(self, ty: ValType) -> str:
        if self.lexer.next.kind == "multiline":
            return self.literal(ty, "multiline", literals.multiline)
        return self.literal(ty, "string", literals.string)

    # ---- what has elements ----

    def elements(self, closing: str) -> Iterator[int]:
        """Numbers the elements, each of which the caller reads; a comma behind the last one is allowed."""
        count = 0
        while not self.lexer.skip(closing):
            yield count
            count += 1
            if not self.lexer.skip(",") and self.lexer.next.kind != closing:
                self.fail(f"expected `,` or `{closing}`, got {self.lexer.next}", self.lexer.next)

    def sequence(self, ty: ValType, element: ValType) -> Any:
        self.expect(ty, "[")
        items = [self.within(f"[{n}]", element) for n in self.elements("]")]
        return bytes(items) if strip(element) is U8 else items

    def all_of(
        self, ty: ValType, opening: str, closing: str, count: int, type_of: Callable[[int], ValType]
    ) -> tuple[Any, ...]:
        """Exactly ``count`` values; ``type_of`` says of which type each of them is."""
        values = []
        start = self.expect(ty, opening)
        for n in self.elements(closing):
            if n == count:
                self.fail(f"{title(ty)} has {count} elements, and here is one more", self.lexer.next)
            values.append(self.within(f"[{n}]", type_of(n)))
        if len(values) < count:
            self.fail(f"{title(ty)} has {count} elements, and here are {len(values)}", start)
        return tuple(values)

    # ---- in braces ----

    def entries(self, ty: ValType) -> Iterator[int]:
        """As ``elements``; no entries at all are written ``{:}``, since ``{}`` are flags."""
        start: Token | None = self.expect(ty, "{")
        for count in self.elements("}"):
            if count == 0 and self.lexer.skip(":"):
                return self.mark("}")
            yield count
            start = None
        if start is not None:
            self.fail("without entries this is written `{:}`", start)
        return None

    def mapping(self, ty: ValType, key: ValType, value: ValType) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _ in self.entries(ty):
            token = self.lexer.next
            entry = self.within(" key", key)
            if entry in found:
                self.fail(f"the key {token} is there twice", token)
            self.mark(":")
            found[entry] = self.within(f"[{token.shown}]", value)
        return found

    def record(self, ty: ValType, fields: Sequence[Field]) -> Any:
        """Fields stand in any order."""
        types = {field.name: field.type for field in fields}
        found: dict[str, Any] = {}
        for _ in self.entries(ty):
            name = self.label(ty, types, found)
            self.mark(":")
            found[name] = self.within(f".{name}", types[name])
        return self.named(ty).cls(*[self.field(ty, field, found) for field in fields])

    def field(self, ty: ValType, field: Field, found: Mapping[str, Any]) -> Any:
        """An option that is left out is none."""
        if field.name in found:
            return found[field.name]
        if not isinstance(strip(field.type), Option):
            self.fail(f"the field `{field.name}: {title(field.type)}` of {title(ty)} is missing", self.lexer.last)
        return None

    def flags(self, ty: ValType, labels: Sequence[str]) -> Any:
        cls = self.named(ty).cls
        members = dict(zip(labels, cls, strict=True))
        found: dict[str, Any] = {}
        self.expect(ty, "{")
        for _ in self.elements("}"):
            label = self.label(ty, members, found)
            found[label] = members[label]
        return cls(sum([member.value for member in found.values()]))

    def label(self, ty: ValType, known: Container[str], found: Container[str]) -> str:
        """The name of a field or a flag, which is there once at most."""
        token = self.lexer.next
        name = token.text.removeprefix("%")
        if token.kind != "label" or name not in known:
            self.unexpected(ty)
        if name in found:
            self.fail(f"`{name}` is there twice", token)
        self.lexer.take()
        return name

    # ---- cases ----

    def variant(self, ty: ValType, cases: Sequence[Case]) -> Any:
        name = self.case(ty, [case.name for case in cases])
        index = next(index for index, case in enumerate(cases) if case.name == name)
        make, payload = self.named(ty).cases[index], cases[index].type
        value = self.payload(name, payload)
        return make() if payload is None else make(value)

    def option(self, ty: ValType, some: ValType) -> Any:
        if self.word("none"):
            return None
        if self.word("some"):
            value = self.payload("some", some)
        elif is_flat(some):
            value = self.value(some)
        else:
            self.unexpected(ty)
        return Some(value) if isinstance(strip(some), Option) else value

    def result(self, ty: ValType, ok: ValType | None, err: ValType | None) -> Ok[Any] | Err[Any]:
        if self.word("ok"):
            return Ok(self.payload("ok", ok))
        if self.word("err"):
            return Err(self.payload("err", err))
        if ok is None or not is_flat(ok):
            self.unexpected(ty)
        return Ok(self.value(ok))

    def case(self, ty: ValType, names: Sequence[str]) -> str:
        token = self.lexer.next
        name = token.text.removeprefix("%")
        if token.kind != "label" or name not in names:
            self.unexpected(ty)
        if token.text in KEYWORDS:
            self.fail(f"the case {token} is written `%{name}`", token)
        self.lexer.take()
        return name

    def payload(self, case: str, ty: ValType | None) -> Any:
        """What stands in parentheses behind the name of a case."""
        if ty is None:
            if self.lexer.next.kind == "(":
                self.fail(f"`{case}` has no value", self.lexer.next)
            return None
        self.mark("(")
        value = self.within(f".{case}", ty)
        self.mark(")")
        return value

    # ---- tokens ----

    def within(self, step: str, ty: ValType) -> Any:
        """The value that ``step`` leads to."""
        self.path.append(step)
        value = self.value(ty)
        self.path.pop()
        return value

    def word(self, word: str) -> bool:
        """Whether that keyword comes next, which is passed then."""
        return self.lexer.next.text == word and bool(self.lexer.take())

    def expect(self, ty: ValType, kind: str) -> Token:
        """The token that a value of the type begins with."""
        if self.lexer.next.kind != kind:
            self.unexpected(ty)
        return self.lexer.take()

    def mark(self, mark: str) -> None:
        if not self.lexer.skip(mark):
            self.fail(f"expected `{mark}`, got {self.lexer.next}", self.lexer.next)

    def end(self) -> None:
        if self.lexer.next.kind != "end":
            self.fail(f"expected the end of the text, got {self.lexer.next}", self.lexer.next)

    def named(self, ty: ValType) -> Named:
        return self.classes[definition(ty)]

    def unexpected(self, ty: ValType) -> NoReturn:
        self.fail(f"expected {expected(ty)}, got {self.lexer.next}", self.lexer.next)

    def fail(self, message: str, token: Token) -> NoReturn:
        raise WaveError(message, self.lexer.text.place(token.start, token.end), self.path)


def is_flat(payload: ValType) -> bool:
    """Whether ``some`` and ``ok`` may be left out around it: not where they could be its own."""
    return not isinstance(strip(payload), Option | Result)
