"""Values as scripts write them: ``(u32.const 1)``, ``(record.const (field "x" (f32.const nan:canonical)))``."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from witcraft.wast.expression import Atom, Expression, Parens, ScriptError, String

INTEGERS = {"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"}
FLOATS = {"f32": "<f", "f64": "<d"}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: Constant


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a variant, option ("none", "some") or result ("ok", "error")."""

    name: str
    payload: Constant | None


@dataclass(frozen=True, slots=True)
class Nan:
    """Any NaN of a kind: "canonical" or "arithmetic". All that bindings give are canonical."""

    kind: str


Value: TypeAlias = "bool | int | float | str | Nan | Case | frozenset[str] | tuple[Constant, ...] | tuple[Field, ...]"


@dataclass(frozen=True, slots=True)
class Constant:
    """``kind`` is the word before the dot: "bool", "u8"..., "char", "str", "list", "record", "variant"..."""

    kind: str
    value: Value

    def __str__(self) -> str:
        return spelled(self)


# ---- reading ----------------------------------------------------------------------------------------------------


def constant(it: Expression) -> Constant:
    if not isinstance(it, Parens):
        raise ScriptError(f"line {it.line}: this is no value")
    return bare(it.items, it.line)


def bare(items: Sequence[Expression], line: int) -> Constant:
    """What stands in the brackets of a value, or without any in a field."""
    head = items[0].text if items and isinstance(items[0], Atom) else ""
    kind, _, form = head.partition(".")
    return Constant(kind, value(kind, form, items[1:], line))


def value(kind: str, form: str, rest: Sequence[Expression], line: int) -> Value:
    match kind, form, rest:
        case "bool", "const", [Atom("true" | "false" as truth)]:
            return truth == "true"
        case _, "const", [Atom(text)] if kind in INTEGERS:
            return int(text.replace("_", ""), 0)
        case _, "const", [Atom(text)] if kind in FLOATS:
            return number(text, FLOATS[kind])
        case "char" | "str" | "enum", "const", [String(text)]:
            return text.decode("utf-8", "surrogatepass")
        case "list" | "tuple", "const", _:
            return tuple([constant(item) for item in rest])
        case "record", "const", _:
            return tuple([field(item) for item in rest])
        case "flags", "const", _:
            return frozenset([word(item) for item in rest])
        case "variant", "const", [name, *payload] if len(payload) <= 1:
            return Case(word(name), constant(payload[0]) if payload else None)
        case ("option", "none" | "some", payload) | ("result", "ok" | "err", payload) if len(payload) <= 1:
            return Case("error" if form == "err" else form, constant(payload[0]) if payload else None)
        case _:
            raise ScriptError(f"line {line}: ({kind}.{form} ...) is no value")


def field(it: Expression) -> Field:
    match it:
        case Parens((Atom("field"), String() as name, Parens() as inner)):
            return Field(word(name), constant(inner))
        case Parens((Atom("field"), String() as name, *inner)):
            return Field(word(name), bare(inner, it.line))
        case _:
            raise ScriptError(f"line {it.line}: this is no field")


def word(it: Expression) -> str:
    if not isinstance(it, String):
        raise ScriptError(f"line {it.line}: this is no string")
    return it.value.decode("utf-8", "replace")


def number(text: str, layout: str) -> float | Nan:
    """Rounded to the width of ``layout``; ``nan:0x...`` is any NaN."""
    bare = text.replace("_", "").lstrip("+-")
    if bare.startswith("nan"):
        return Nan("arithmetic" if bare == "nan:arithmetic" else "canonical")
    found = float.fromhex(bare) if bare.startswith("0x") else float(bare)
    signed = -found if text.startswith("-") else found
    rounded: float = struct.unpack(layout, struct.pack(layout, signed))[0]
    return rounded


# ---- comparing --------------------------------------------------------------------------------------------------


def same(expected: Constant, given: Constant) -> bool:
    return expected.kind == given.kind and same_value(expected.value, given.value)


def same_value(expected: Value, given: Value) -> bool:
    match expected, given:
        case Nan(), float():
            return math.isnan(given)
        case float(), float():
            return struct.pack("<d", expected) == struct.pack("<d", given)
        case Case(name, payload), Case():
            return name == given.name and same_payload(payload, given.payload)
        case tuple(), tuple():
            return len(expected) == len(given) and all(map(same_part, expected, given))
        case _:
            return type(expected) is type(given) and expected == given


def same_part(expected: Constant | Field, given: Constant | Field) -> bool:
    match expected, given:
        case Field(), Field():
            return expected.name == given.name and same(expected.value, given.value)
        case Constant(), Constant():
            return same(expected, given)
        case _:
            return False


def same_payload(expected: Constant | None, given: Constant | None) -> bool:
    if expected is None or given is None:
        return expected is given
    return same(expected, given)


# ---- printing ---------------------------------------------------------------------------------------------------


def spelled(it: Constant | Field) -> str:
    if isinstance(it, Field):
        return f'(field "{it.name}" {it.value})'
    match it.value:
        case Case(name, payload):
            head = f'variant.const "{name}"' if it.kind == "variant" else f"{it.kind}.{name}"
            return f"({head}{'' if payload is None else f' {payload}'})"
        case tuple(parts):
            return f"({' '.join([f'{it.kind}.const', *map(spelled, parts)])})"
        case frozenset(labels):
            return f"({' '.join(['flags.const', *[repr(label) for label in sorted(labels)]])})"
        case Nan(kind):
            return f"({it.kind}.const nan:{kind})"
        case bool(truth):
            return f"(bool.const {str(truth).lower()})"
        case other:
            return f"({it.kind}.const {other!r})"
