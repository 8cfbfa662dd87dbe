"""The same value in other words: every freedom that the notation leaves, drawn."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.abi_interpreter import Ok, Some
from witcraft.abi.layout import is_nested
from witcraft.model import types as t
from witcraft.model.types import Kind, ValType
from witcraft.wave.lexer import KEYWORDS
from witcraft.wave.parser import is_flat

GAPS = ["", "", "", " ", "\n", "\t", "\r\n", " // note: \"(]' \n"]
IN_CHARS, IN_STRINGS, IN_LINES = "\n'\\", '\n"\\', '\r"\\'
"""What has to be escaped."""
ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "'": "\\'", '"': '\\"', "\\": "\\\\"}


class Speller:
    """Values are those of ``tests.agreement.values``."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def flip(self) -> bool:
        return bool(self.draw(st.booleans()))

    def gap(self) -> str:
        gap: str = self.draw(st.sampled_from(GAPS))
        return gap

    def spell(self, ty: ValType, value: Any) -> str:
        return self.gap() + self.bare(ty, value) + self.gap()

    def bare(self, ty: ValType, value: Any) -> str:
        match t.strip(ty):
            case t.Prim(Kind.BOOL):
                return "true" if value else "false"
            case t.Prim(Kind.CHAR):
                return f"'{self.char(value, IN_CHARS)}'"
            case t.Prim(Kind.F32 | Kind.F64):
                return self.floating(value)
            case t.Prim():
                return str(value)
            case t.String():
                return self.string(value)
            case t.List(element) | t.FixedList(element, _):
                return self.many("[]", [self.spell(element, item) for item in value])
            case t.Tuple(items):
                return self.many("()", [self.spell(item, it) for item, it in zip(items, value, strict=True)])
            case t.Map(key, item):
                return self.braces([f"{self.spell(key, k)}:{self.spell(item, v)}" for k, v in value])
            case t.Record(fields):
                return self.record(fields, value)
            case t.Variant(cases):
                return self.case(value.name, {case.name: case.type for case in cases}[value.name], value.payload)
            case t.Option() as option:
                return self.option(option, value)
            case t.Result(ok, err):
                return self.result(ok, err, value)
            case t.Enum():
                return self.label(value)
            case t.Flags():
                return self.many("{}", [self.gap() + self.name(it) + self.gap() for it in self.shuffled(value)])
            case other:
                raise AssertionError(f"not drawn: {other}")

    # ---- scalars and strings ----

    def floating(self, value: float) -> str:
        if not math.isfinite(value):
            return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        forms = [repr(value), f"{value:.17e}", f"{value:.20E}", json.dumps(value)]
        if value.is_integer() and abs(value) < 1e15 and math.copysign(1, value) > 0:
            forms.append(str(int(value)))
        form: str = self.draw(st.sampled_from(forms))
        return form

    def char(self, c: str, special: str) -> str:
        """A character, escaped if it has to be or if luck has it."""
        if c not in special and self.flip():
            return c
        if c in ESCAPES and self.flip():
            return ESCAPES[c]
        return f"\\u{{{format(ord(c), self.draw(st.sampled_from(['x', 'X', '06x'])))}}}"

    def string(self, text: str) -> str:
        if self.flip():
            return '"' + "".join([self.char(c, IN_STRINGS) for c in text]) + '"'
        margin: str = " " * self.draw(st.integers(0, 3))
        end: str = self.draw(st.sampled_from(["\n", "\r\n"]))
        lines: list[str] = ["".join([self.char(c, IN_LINES) for c in line]) for line in text.split("\n")]
        return end.join(['"""', *[margin + line for line in lines], margin + '"""'])

    # ---- composites ----

    def shuffled(self, items: Any) -> list[Any]:
        return list(self.draw(st.permutations(sorted(items))))

    def many(self, brackets: str, items: Sequence[str]) -> str:
        comma = "," + self.gap() if items and self.flip() else ""
        return f"{brackets[0]}{','.join(items) or self.gap()}{comma}{brackets[1]}"

    def braces(self, items: Sequence[str]) -> str:
        return self.many("{}", items) if items else f"{{{self.gap()}:{self.gap()}}}"

    def record(self, fields: Sequence[t.Field], value: Any) -> str:
        types = {field.name: field.type for field in fields}
        return self.braces(
            [
                f"{self.gap()}{self.name(name)}{self.gap()}:{self.spell(types[name], value[name])}"
                for name in self.shuffled(types)
                if value[name] is not None or self.flip()
            ]
        )

    def option(self, option: t.Option, value: Any) -> str:
        if value is None:
            return "none"
        inner = value.payload if is_nested(option) and isinstance(value, Some) else value
        if is_flat(option.some) and self.flip():
            return self.bare(option.some, inner)
        return f"some{self.gap()}({self.spell(option.some, inner)})"

    def result(self, ok: ValType | None, err: ValType | None, value: Any) -> str:
        word, payload = ("ok", ok) if isinstance(value, Ok) else ("err", err)
        if payload is None:
            return word
        if word == "ok" and is_flat(payload) and self.flip():
            return self.bare(payload, value.payload)
        return f"{word}{self.gap()}({self.spell(payload, value.payload)})"

    def case(self, name: str, ty: ValType | None, payload: Any) -> str:
        return self.label(name) + (f"{self.gap()}({self.spell(ty, payload)})" if ty else "")

    def label(self, name: str) -> str:
        return f"%{name}" if name in KEYWORDS or self.flip() else name

    def name(self, name: str) -> str:
        """Of a field or a flag."""
        return f"%{name}" if self.flip() else name
