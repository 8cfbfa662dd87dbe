"""Values of the Python bindings as values of the JavaScript host and back, by WIT type: the one place that knows both.

``Convert.down`` makes what `wire.mjs` decodes. Whatever is not of the type goes down by its own kind, so that the table's
bad values are bad on the other side too; ``is_good_there`` knows the few that are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from enum import Enum as PyEnum
from enum import Flag
from typing import Any, assert_never

from witcraft.emit.js.names import fields, lower_camel
from witcraft.emit.js.typescript import element_array, is_flat
from witcraft.emit.python.names import class_name, function_name
from witcraft.model.types import (
    Borrow,
    Enum,
    ErrorContext,
    FixedList,
    Flags,
    Future,
    Kind,
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

Wire = Any
UNDEFINED = {"$": "undefined"}
BIG = (Kind.U64, Kind.S64)
FLOATS = (Kind.F32, Kind.F64)


class Unlike(Exception):
    """What came from JavaScript is no value of the type as the JavaScript host gives it."""


def number(value: float) -> Wire:
    """A number of JavaScript; what JSON cannot say goes as text."""
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"$": "number", "v": str(value)}
    if value != value or value in (float("inf"), -float("inf")):
        return {"$": "number", "v": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    return {"$": "number", "v": repr(value)} if value == 0 else value


def is_good_there(name: str, text: str) -> bool:
    """Whether a value that Python refuses, saying ``text``, is a good one in JavaScript."""
    becomes_fffd = "a lone surrogate at" in text and not name.startswith("echo-char")  # as everywhere on the web
    return becomes_fffd or text.endswith(GOOD_THERE) or " is too large for " in text


GOOD_THERE = (
    "expected int, got float",  #     one kind of number
    "expected int, got Index",
    "expected Color, got str",  #     an enum is a string there
    "expected Access, got Nine",  #   flags are any object there
    "expected float, got complex",  # JavaScript has none
)


class Convert:
    """``types`` has the classes of the Python bindings; with ``typed`` lists of numbers go down as typed arrays."""

    def __init__(self, types: Any, typed: bool = False) -> None:
        self.types, self.typed = types, typed

    # ---- down ----

    def down(self, value: Any, ty: ValType) -> Wire:
        match strip(ty):
            case Prim(kind):
                is_int = isinstance(value, int) and not isinstance(value, bool)
                return {"$": "bigint", "v": str(int(value))} if kind in BIG and is_int else self.alike(value)
            case String() | ErrorContext() | Own() | Borrow() | Stream() | Future():
                return self.alike(value)
            case List(element) | FixedList(element, _):
                return self._down_list(value, element)
            case Map(key, item) if isinstance(value, dict):
                return {"$": "map", "v": [[self.down(k, key), self.down(v, item)] for k, v in value.items()]}
            case Tuple(items) if isinstance(value, tuple | list) and len(items) == len(value):
                return [self.down(each, item) for each, item in zip(value, items, strict=True)]
            case Option(some) if is_flat(some):
                return UNDEFINED if value is None else self.down(value, some)
            case Option(some) if value is None or isinstance(value, self.types.Some):
                return {"tag": "none"} if value is None else {"tag": "some", "val": self.down(value.value, some)}
            case Result(ok, err) if isinstance(value, self.types.Ok | self.types.Err):
                is_ok = isinstance(value, self.types.Ok)
                return self._tagged("ok" if is_ok else "err", value.value, ok if is_ok else err)
            case Record(parts):
                return self._down_record(value, parts)
            case Variant(cases):
                return self._down_variant(value, ty, cases)
            case Enum(labels) if isinstance(value, self._class(ty)):
                return labels[value.value]
            case Flags(labels) if isinstance(value, self._class(ty)):
                return {key: bool(value.value >> bit & 1) for bit, key in enumerate(fields(labels))}
            case Map() | Tuple() | Option() | Result() | Enum() | Flags():
                return self.alike(value)
            case TypeDef():
                raise AssertionError("stripped")
            case _ as never:
                assert_never(never)

    def _down_list(self, value: Any, element: ValType) -> Wire:
        if isinstance(value, str | dict | set | Iterator) or not isinstance(value, Sequence | memoryview | bytearray):
            return self.alike(value)
        array = element_array(element)
        items = [self.down(each, element) for each in value]
        if array and isinstance(value, bytes | bytearray | memoryview):
            return {"$": array, "v": items}
        return {"$": array, "v": items} if array and self.typed else items

    def _down_record(self, value: Any, parts: tuple[Any, ...]) -> Wire:
        keys = fields([part.name for part in parts])
        names = [function_name(part.name) for part in parts]
        if value is None or not all(hasattr(value, name) for name in names):
            return self.alike(value)
        return {
            key: self.down(getattr(value, name), part.type) for key, name, part in zip(keys, names, parts, strict=True)
        }

    def _down_variant(self, value: Any, ty: ValType, cases: tuple[Any, ...]) -> Wire:
        for case in cases:
            if type(value).__name__ == f"{class_name(name_of(ty))}_{class_name(case.name)}":
                return self._tagged(case.name, getattr(value, "value", None), case.type)
        return self.alike(value)

    def _tagged(self, tag: str, value: Any, ty: ValType | None) -> Wire:
        return {"tag": tag} if ty is None else {"tag": tag, "val": self.down(value, ty)}

    def _class(self, ty: ValType) -> Any:
        return getattr(self.types, class_name(name_of(ty)))

    def alike(self, value: Any) -> Wire:
        """By the value's own kind."""
        if value is None:
            return UNDEFINED
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float):
            return number(value)
        if isinstance(value, bytes | bytearray | memoryview):
            return {"$": "Uint8Array", "v": list(bytes(value))}
        if isinstance(value, dict):
            return {"$": "map", "v": [[self.alike(key), self.alike(item)] for key, item in value.items()]}
        if isinstance(value, set):
            return {"$": "set", "v": [self.alike(item) for item in value]}
        if isinstance(value, Iterator):
            return {"$": "iterator"}
        if isinstance(value, Sequence):
            return [self.alike(item) for item in value]
        if isinstance(value, type):
            return {"$": "function"}
        if isinstance(value, Flag):
            return {lower_camel(member.name or ""): member in value for member in type(value)}
        if isinstance(value, PyEnum):
            return value.name.lower().replace("_", "-")
        return self._object(value)

    def _object(self, value: Any) -> Wire:
        tags = {self.types.Some: "some", self.types.Ok: "ok", self.types.Err: "err"}
        tag = tags.get(type(value)) or (type(value).__name__.partition("_")[2].lower() or None)
        if tag:
            held = {"val": self.alike(value.value)} if hasattr(value, "value") else {}
            return {"tag": tag, **held}
        names = [part.name for part in dataclass_fields(value)] if is_dataclass(value) else list(vars(value))
        return {lower_camel(name): self.alike(getattr(value, name)) for name in names}

    # ---- up ----

    def up(self, wire: Wire, ty: ValType) -> Any:
        """The Python value; raises ``Unlike`` where the JavaScript host gives another shape than it should."""
        match strip(ty):
            case Prim(kind):
                return self._up_scalar(wire, kind)
            case String():
                return expect(wire, isinstance(wire, str))
            case List(element):
                return self._up_list(wire, element)
            case FixedList(element, length):
                items = expect(wire, isinstance(wire, list) and len(wire) == length)
                return tuple(self.up(item, element) for item in items)
            case Map(key, item):
                pairs = expect(wire, kind_of(wire) == "map")["v"]
                return {self.up(each, key): self.up(held, item) for each, held in pairs}
            case Tuple(items):
                expect(wire, isinstance(wire, list) and len(wire) == len(items))
                return tuple(self.up(each, item) for each, item in zip(wire, items, strict=True))
            case Option(some) if is_flat(some):
                return None if wire == UNDEFINED else self.up(wire, some)
            case Option(some):
                return None if tag_of(wire) == "none" else self.types.Some(self._payload(wire, "some", some))
            case Result(ok, err):
                is_ok = tag_of(wire) == "ok"
                held = self._payload(wire, "ok" if is_ok else "err", ok if is_ok else err)
                return self.types.Ok(held) if is_ok else self.types.Err(held)
            case Record(parts):
                keys = fields([part.name for part in parts])
                expect(wire, isinstance(wire, dict) and list(wire) == list(keys))
                return self._class(ty)(*[self.up(wire[key], part.type) for key, part in zip(keys, parts, strict=True)])
            case Variant(cases):
                case_ = next((case for case in cases if case.name == tag_of(wire)), None)
                case_ = expect(case_, case_ is not None)
                cls = getattr(self.types, f"{class_name(name_of(ty))}_{class_name(case_.name)}")
                return cls() if case_.type is None else cls(self._payload(wire, case_.name, case_.type))
            case Enum(labels):
                return self._class(ty)(labels.index(expect(wire, wire in labels)))
            case Flags(labels):
                expect(wire, isinstance(wire, dict) and list(wire) == list(fields(labels)))
                expect(wire, all(isinstance(bit, bool) for bit in wire.values()))
                return self._class(ty)(sum(bit << at for at, bit in enumerate(wire.values())))
            case Own() | Borrow() | Stream() | Future() | ErrorContext():
                raise Unlike(f"{ty} is not data")
            case TypeDef():
                raise AssertionError("stripped")
            case _ as never:
                assert_never(never)

    def _up_scalar(self, wire: Wire, kind: Kind) -> Any:
        if kind in BIG:
            return int(expect(wire, kind_of(wire) == "bigint")["v"])
        if kind is Kind.BOOL or kind is Kind.CHAR:
            return expect(wire, isinstance(wire, bool if kind is Kind.BOOL else str))
        if kind in FLOATS:
            return float(wire["v"]) if kind_of(wire) == "number" else float(expect(wire, type(wire) in (int, float)))
        return expect(wire, type(wire) is int)

    def _up_list(self, wire: Wire, element: ValType) -> Any:
        array = element_array(element)
        if array is None:
            return [self.up(item, element) for item in expect(wire, isinstance(wire, list))]
        items = [self.up(item, element) for item in expect(wire, kind_of(wire) == array)["v"]]
        return bytes(items) if array == "Uint8Array" else items

    def _payload(self, wire: Wire, tag: str, ty: ValType | None) -> Any:
        expect(wire, tag_of(wire) == tag and set(wire) <= {"tag", "val"})
        if ty is None:
            return expect(None, wire.get("val", UNDEFINED) == UNDEFINED)
        return self.up(wire["val"], ty)


def expect(value: Any, holds: bool) -> Any:
    if not holds:
        raise Unlike(repr(value))
    return value


def kind_of(wire: Wire) -> str | None:
    return wire.get("$") if isinstance(wire, dict) else None


def tag_of(wire: Wire) -> str | None:
    return wire.get("tag") if isinstance(wire, dict) else None


def name_of(ty: ValType) -> str:
    """The name of the definition that a chain of aliases ends in."""
    assert isinstance(ty, TypeDef)
    while isinstance(ty.type, TypeDef):
        ty = ty.type
    return ty.name
