"""What a failed call asks of each value, and the labels of enums and flags: constants of the module, on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from witcraft.abi.layout import is_nested
from witcraft.emit.js.module import JsWriter, literal
from witcraft.emit.js.names import fields, is_identifier, lower_camel, quoted, upper_camel
from witcraft.errors import UnsupportedError
from witcraft.model.types import (
    Borrow,
    Case,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Prim,
    Record,
    Result,
    Stream,
    String,
    Tuple,
    TypeDef,
    ValType,
    Variant,
    strip,
)

if TYPE_CHECKING:
    from witcraft.emit.js.package import Package

LONG = 60  # characters of a nameless type that is written in place


class Checks:
    def __init__(self, package: Package) -> None:
        self.package, self.module = package, package.module
        self.inside = JsWriter(1)  # constants of the function that makes an instance: what speaks of resources
        self._known: dict[ValType, str] = {}
        self._labels: dict[tuple[str, ...], str] = {}

    def text(self, ty: ValType) -> str:
        """The check of a type, as an expression."""
        if ty not in self._known:
            self._known[ty] = self._make(ty)
        return self._known[ty]

    def named(self, ty: ValType) -> str:
        """As ``text``, of a type that many functions share."""
        text = self.text(ty)
        if not is_identifier(text):
            text = self._known[ty] = self._constant(ty, f"check{type(strip(ty)).__name__}", text)
        return text

    def _make(self, ty: ValType) -> str:
        if isinstance(ty, TypeDef):
            if isinstance(strip(ty), Enum | Flags):
                self.labels(ty)
            inner = self._known.get(ty.type) or (self._of(ty.type) if ty.type is strip(ty) else self.text(ty.type))
            if not is_identifier(inner):
                inner = self._known[ty.type] = self._constant(ty, f"check{upper_camel(ty.name)}", inner)
            return inner
        text = self._of(ty)
        return text if len(text) <= LONG else self._constant(ty, f"check{type(ty).__name__}", text)

    def _constant(self, ty: ValType, wish: str, text: str) -> str:
        out = self.inside if self.package.facts.handles_in(ty) else self.module.constants
        name = self.module.take(wish)
        head, opening, rest = text.partition("({ ")
        if is_identifier(head) and opening and rest.count(" })") == 1:
            out.bracket(f"const {name} = {head}({{", rest.removesuffix(" })").split(", "), "});", " ")
        else:
            out.line(f"const {name} = {text};")
        return name

    def _of(self, ty: ValType) -> str:
        use = self.module.use
        match ty:
            case Prim(kind):
                return use(f"to{kind.value.capitalize()}")
            case String():
                return use("toText")
            case List(element):
                return f"{use('checkList')}({self.text(element)})"
            case FixedList(element, length):
                return f"{use('checkFixedList')}({self.text(element)}, {length})"
            case Map(key, value):
                return f"{use('checkMap')}({self.text(key)}, {self.text(value)})"
            case Tuple(items):
                return f"{use('checkTuple')}({', '.join(map(self.text, items))})"
            case Record(members):
                names = fields([member.name for member in members])
                pairs = [f"{literal(name)}: {self.atom(it.type)}" for name, it in zip(names, members, strict=True)]
                return f"{use('checkRecord')}({{ {', '.join(pairs)} }})"
            case Option(some) if not is_nested(ty):
                return f"{use('checkOption')}({self.text(some)})"
            case Option(some):
                return self._variant((Case("none", None), Case("some", some)))
            case Result(ok, err):
                return self._variant((Case("ok", ok), Case("err", err)))
            case Variant(cases):
                return self._variant(cases)
            case Enum(labels):
                return f"{use('checkEnum')}({self._list(labels, 'labels')})"
            case Flags(labels):
                return f"{use('checkFlags')}({self._list(fields(labels), 'flags')})"
            case Own(resource) | Borrow(resource):
                name = self.package.glue.resource(self.package.plan.number(resource))
                return f"{use('checkResource')}({name})"
            case TypeDef():
                return self.text(ty)
            case Stream() | Future() | ErrorContext():
                raise UnsupportedError("streams, futures and error contexts are not supported yet")
            case _:
                assert_never(ty)

    def atom(self, ty: ValType) -> str:
        """A check without commas: objects of checks are broken at theirs."""
        text = self.text(ty)
        if "," in text:
            text = self._known[ty] = self._constant(ty, f"check{type(strip(ty)).__name__}", text)
        return text

    def _variant(self, cases: tuple[Case, ...]) -> str:
        pairs = [f"{literal(case.name)}: {self.atom(case.type) if case.type else 'null'}" for case in cases]
        return f"{self.module.use('checkVariant')}({{ {', '.join(pairs)} }})"

    # ---- labels ----

    def labels(self, ty: TypeDef) -> str:
        """The labels of an enum or flags, as values have them."""
        match strip(ty):
            case Enum(labels):
                return self._list(labels, ty.name)
            case Flags(labels):
                return self._list(fields(labels), ty.name)
            case _:
                raise AssertionError("only enums and flags have labels")

    def _list(self, labels: tuple[str, ...], name: str) -> str:
        if labels not in self._labels:
            texts = [quoted(label) for label in labels]
            self._labels[labels] = self.module.constant(f"{lower_camel(name)}Labels", "[", texts, "]")
        return self._labels[labels]
