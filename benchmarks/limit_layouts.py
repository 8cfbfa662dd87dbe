"""The limit, continued: glue by hand for `layouts.wat`, one echo a layout that lifts and lowers as a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, Flag
from itertools import repeat
from struct import Struct
from typing import Any

from .engine import Trap, call
from .limit import MAX_BYTES, Bench, Instance, Point, from_text, new, numbers


@dataclass(slots=True)
class Reading:
    ok: bool
    level: int
    offset: int
    count: int
    total: int
    ratio: float


@dataclass(slots=True)
class Spot:
    x: float
    y: float


@dataclass(slots=True)
class Segment:
    start: Spot
    end: Spot
    weight: float


class Rights(Flag):
    READ = 1
    WRITE = 2
    EXECUTE = 4
    HIDDEN = 8


class Color(Enum):
    RED = 0
    GREEN = 1
    BLUE = 2


@dataclass(slots=True)
class Shape_Circle:
    value: float


@dataclass(slots=True)
class Shape_Rectangle:
    value: Spot


@dataclass(slots=True)
class Shape_Nothing:
    pass


Shape = Shape_Circle | Shape_Rectangle | Shape_Nothing

READING = Struct("? B h I q d")
SEGMENT = Struct("f f f f d")
TUPLE = Struct("I 4x d")
DOUBLE = Struct("d")
SPOT = Struct("f f")
RIGHTS = tuple(Rights(bits & 15) for bits in range(256))
"""By the byte in memory: bits without a label are ignored, and no enum is asked while a list is lifted."""
COLORS = tuple(Color)


def of_length(parts: Sequence[object], v: Sequence[object], size: int) -> None:
    """What was packed leaves out what has the wrong type."""
    if len(parts) != len(v) or size * len(parts) > MAX_BYTES:
        raise TypeError("an element has the wrong type, or there are too many")


def lift_segments(view: memoryview) -> list[Segment]:
    o: Segment
    a: Spot
    b: Spot
    made = list(map(new, repeat(Segment, len(view) // SEGMENT.size)))
    spots = map(new, repeat(Spot))
    for o, a, b, (a.x, a.y, b.x, b.y, o.weight) in zip(made, spots, spots, SEGMENT.iter_unpack(view), strict=False):
        o.start, o.end = a, b
    return made


class Layouts(Instance):
    """World `test:layouts/layouts`."""

    __slots__ = ("_list", "_nested", "_option", "_record", "_same", "_variant")

    def __init__(self) -> None:
        super().__init__("layouts.core", lambda n: n, from_text)
        self._list, self._same = self._function("list", 2), self._function("same", 1)
        self._record, self._nested = self._function("record", 6), self._function("nested", 5)
        self._option, self._variant = self._function("option", 2), self._function("variant", 3)

    # ---- one value ---------------------------------------------------------------------------------------------------

    def echo_record(self, v: Reading) -> Reading:
        if self._busy or self._drops:
            self._enter()
        ok, level, offset, count, total, ratio = v.ok, v.level, v.offset, v.count, v.total, v.ratio
        if ok.__class__ is not bool or not (
            level.__class__ is offset.__class__ is count.__class__ is total.__class__ is int
        ):
            raise TypeError("echo-record: expected a reading")
        if not 0 <= level <= 255 or not -32768 <= offset <= 32767:
            raise ValueError("echo-record: out of range")
        raw = self._raw
        raw[0] = ok
        raw[4] = level
        self._raw_s32[8] = offset
        raw[12] = count
        self._raw_s64[8] = total
        self._raw_f64[10] = ratio
        self._busy = True
        try:
            if (error := call(*self._record)) or self._trap:
                self._trapped(error)
            area = raw[0]
            if area & 7 or area + 24 > self._size:
                self._check(area, 24, 8)
            result = Reading(*READING.unpack_from(self._memory, area))
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_nested(self, v: Segment) -> Segment:
        if self._busy or self._drops:
            self._enter()
        start, end, weight = v.start, v.end, v.weight
        x, y, to_x, to_y = start.x, start.y, end.x, end.y
        flat = self._raw_f32
        flat[0] = x
        flat[4] = y
        flat[8] = to_x
        flat[12] = to_y
        self._raw_f64[8] = weight
        self._busy = True
        try:
            if (error := call(*self._nested)) or self._trap:
                self._trapped(error)
            area = self._raw[0]
            if area & 7 or area + 24 > self._size:
                self._check(area, 24, 8)
            x, y, to_x, to_y, weight = SEGMENT.unpack_from(self._memory, area)
            result = Segment(Spot(x, y), Spot(to_x, to_y), weight)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_flags(self, v: Rights) -> Rights:
        if v.__class__ is not Rights:
            raise TypeError("echo-flags: expected rights")
        return RIGHTS[self._one(v._value_) & 255]

    def echo_enum(self, v: Color) -> Color:
        if v.__class__ is not Color:
            raise TypeError("echo-enum: expected a color")
        value = self._one(v._value_)
        try:
            return COLORS[value]
        except IndexError as error:
            raise self._failed(error) from None

    def echo_char(self, v: str) -> str:
        if v.__class__ is not str or len(v) != 1 or "\ud800" <= v <= "\udfff":
            raise TypeError("echo-char: expected one character")
        value = self._one(ord(v))
        if 0xD800 <= value < 0xE000 or value >= 0x110000:
            raise self._failed(Trap(f"no character {value:#x}"))
        return chr(value)

    def _one(self, value: int) -> int:
        if self._busy or self._drops:
            self._enter()
        raw = self._raw
        raw[0] = value
        self._busy = True
        try:
            if (error := call(*self._same)) or self._trap:
                self._trapped(error)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        result: int = raw[0]
        return result

    def echo_option(self, v: int | None) -> int | None:
        if self._busy or self._drops:
            self._enter()
        raw = self._raw
        if v is None:
            raw[0] = raw[4] = 0
        elif v.__class__ is int:
            raw[4] = v
            raw[0] = 1
        else:
            raise TypeError("echo-option: expected int or None")
        self._busy = True
        try:
            if (error := call(*self._option)) or self._trap:
                self._trapped(error)
            area = raw[0]
            if area & 3 or area + 8 > self._size:
                self._check(area, 8, 4)
            case = self._memory[area]
            if case > 1:
                raise Trap(f"option: no case {case}")
            result: int | None = self._words[(area >> 2) + 1] if case else None
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def echo_variant(self, v: Shape) -> Shape:
        if self._busy or self._drops:
            self._enter()
        raw = self._raw
        match v:
            case Shape_Circle(radius):
                self._raw_f64[2] = radius
                raw[0] = raw[8] = 0
            case Shape_Rectangle(spot):
                x, y = spot.x, spot.y
                flat = self._raw_f32
                flat[4] = x
                flat[8] = y
                raw[0], raw[5] = 1, 0
            case Shape_Nothing():
                self._raw_s64[2] = 0
                raw[0], raw[8] = 2, 0
            case _:
                raise TypeError("echo-variant: expected a shape")
        self._busy = True
        try:
            if (error := call(*self._variant)) or self._trap:
                self._trapped(error)
            area = raw[0]
            if area & 7 or area + 16 > self._size:
                self._check(area, 16, 8)
            result = self._lift_shape(area)
        except BaseException as failure:
            raise self._failed(failure) from None
        self._busy = False
        return result

    def _lift_shape(self, area: int) -> Shape:
        match self._memory[area]:
            case 0:
                return Shape_Circle(*DOUBLE.unpack_from(self._memory, area + 8))
            case 1:
                return Shape_Rectangle(Spot(*SPOT.unpack_from(self._memory, area + 8)))
            case 2:
                return Shape_Nothing()
            case bad:
                raise Trap(f"shape: no case {bad}")

    # ---- lists -------------------------------------------------------------------------------------------------------

    def _call(self, data: bytes | memoryview, count: int, stride: int, align: int) -> Any:
        """Sends a list and receives one; after a failure the caller's `_over` poisons."""
        self._busy = True
        self._send(self._list, data, count, align)
        return self._receive(stride, align)

    def _over(self) -> None:
        self._finish()
        self._busy = False

    def echo_u32s(self, v: Sequence[int]) -> list[int]:
        return self._integers("I", 4, v)

    def echo_s64s(self, v: Sequence[int]) -> list[int]:
        return self._integers("q", 8, v)

    def _integers(self, code: str, size: int, v: Sequence[int]) -> list[int]:
        if self._busy or self._drops:
            self._enter()
        if v.__class__ is list and list(map(type, v)).count(int) != len(v):
            raise TypeError("expected integers")
        data = numbers(code, size, v)
        try:
            result: list[int] = self._call(data, len(v), size, size).cast(code).tolist()
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_f32s(self, v: Sequence[float]) -> list[float]:
        if self._busy or self._drops:
            self._enter()
        data = numbers("f", 4, v)
        try:
            result: list[float] = self._call(data, len(v), 4, 4).cast("f").tolist()
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_bools(self, v: Sequence[bool]) -> list[bool]:
        if self._busy or self._drops:
            self._enter()
        if list(map(type, v)).count(bool) != len(v) or len(v) > MAX_BYTES:
            raise TypeError("echo-bools: expected bools")
        data = bytes(v)
        try:
            result: list[bool] = self._call(data, len(v), 1, 1).cast("?").tolist()
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_chars(self, v: Sequence[str]) -> list[str]:
        if self._busy or self._drops:
            self._enter()
        text = "".join(v)
        if list(text) != v or 4 * len(text) > MAX_BYTES:
            raise TypeError("echo-chars: expected single characters")
        data = text.encode("utf-32-le")  # refuses surrogates, and so does the way back
        try:
            result = list(str(self._call(data, len(v), 4, 4), "utf-32-le"))
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_flags_list(self, v: Sequence[Rights]) -> list[Rights]:
        if self._busy or self._drops:
            self._enter()
        data = bytes([o._value_ for o in v if o.__class__ is Rights])
        of_length(data, v, 1)
        try:
            result = [RIGHTS[bits] for bits in self._call(data, len(v), 1, 1).tobytes()]
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_enums(self, v: Sequence[Color]) -> list[Color]:
        if self._busy or self._drops:
            self._enter()
        data = bytes([o._value_ for o in v if o.__class__ is Color])
        of_length(data, v, 1)
        try:
            result = [COLORS[case] for case in self._call(data, len(v), 1, 1).tobytes()]
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_segments(self, v: Sequence[Segment]) -> list[Segment]:
        if self._busy or self._drops:
            self._enter()
        pack = SEGMENT.pack
        parts = [pack((a := o.start).x, a.y, (b := o.end).x, b.y, o.weight) for o in v]
        of_length(parts, v, 24)
        data = b"".join(parts)
        try:
            result = lift_segments(self._call(data, len(v), 24, 8))
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result

    def echo_tuples(self, v: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        if self._busy or self._drops:
            self._enter()
        pack = TUPLE.pack
        parts = [pack(a, b) for a, b in v if a.__class__ is int]
        of_length(parts, v, 16)
        data = b"".join(parts)
        try:
            result: list[tuple[int, float]] = list(TUPLE.iter_unpack(self._call(data, len(v), 16, 8)))
            self._over()
        except BaseException as failure:
            raise self._failed(failure) from None
        return result


class Values:
    def point(self, x: float, y: float, id: int) -> Point:  # noqa: A002
        return Point(x, y, id)

    def reading(self, ok: bool, level: int, offset: int, count: int, total: int, ratio: float) -> Reading:
        return Reading(ok, level, offset, count, total, ratio)

    def segment(self, x: float, y: float, to_x: float, to_y: float, weight: float) -> Segment:
        return Segment(Spot(x, y), Spot(to_x, to_y), weight)

    def rights(self, bits: int) -> Rights:
        return Rights(bits)

    def color(self, index: int) -> Color:
        return COLORS[index]

    def circle(self, radius: float) -> Shape_Circle:
        return Shape_Circle(radius)

    def rectangle(self, x: float, y: float) -> Shape_Rectangle:
        return Shape_Rectangle(Spot(x, y))


class Opened:
    def __init__(self, instance: Instance) -> None:
        self.values = Values()
        self.instance = instance

    def function(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.instance, name.replace("-", "_"))
        return found


class Limit:
    name = "limit"

    def open(self, component: str) -> Opened | None:
        match component:
            case "bench":
                return Opened(Bench(lambda n: n))
            case "layouts":
                return Opened(Layouts())
            case _:
                return None
