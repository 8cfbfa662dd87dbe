"""Calls of the tour's values: for each function what goes through it, and what does not, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from types import SimpleNamespace as Thing
from typing import Any

Bad = tuple[Any, str]
"""A value, and the error that it ends in: ``{}`` stands for the name of the parameter, or ``result``."""


@dataclass(frozen=True, slots=True)
class Call:
    """Values that one function takes and gives. ``alike``: given, and what arrives instead."""

    good: list[Any]
    bad: list[Bad]
    alike: tuple[tuple[Any, Any], ...] = ()


LOST = {
    "tour-js": {
        "echo-u32": ["4294967295"],
        "echo-s64": ["-9223372036854775808"],
        "echo-point": ["Point(x=nan, y=inf, id=4294967295)"],
        "echo-keywords": ["Keywords(class_=255, from_='x', lambda_=None, self=-9223372036854775808)"],
        "echo-mixed": ["Mixed_Narrow(value=-0.0)", "Mixed_Signed(value=-1)", "Mixed_Signed(value=-2147483648)"],
        "echo-option": ["4294967295"],
    }
}
"""What guests lose under every host: componentize-js 0.23 parameters whose core integer has its highest bit set."""

GROUPS = ("scalars", "lists_of_numbers", "lists", "records", "variants", "options")


def calls(group: str, types: Any) -> dict[str, Call]:
    """By WIT names; ``types`` has the classes as attributes."""
    made: dict[str, Call] = globals()[group](types)
    return made


def comes_through(guest: str, name: str, value: object) -> bool:
    return repr(value) not in LOST.get(guest, {}).get(name, ())


# ---- scalars ------------------------------------------------------------------------------------------------------


def integer(bits: int, signed: bool) -> Call:
    name = f"{'su'[not signed]}{bits}"
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    text = f"{{}}: expected {low} to {high} ({name}), got "
    return Call(
        [1, 0, low, high],
        [
            (low - 1, f"{text}{low - 1}"),
            (high + 1, f"{text}{high + 1}"),
            (1 << 300, f"{text}a number of 301 bits"),
            (True, "{}: expected int, got bool"),
            (1.0, "{}: expected int, got float"),
            ("1", "{}: expected int, got str"),
            (None, "{}: expected int, got None"),
        ],
        alike=((Index(7), 7),),
    )


class Index(int):
    """An integer of a class of its own, as those of NumPy are."""

    def __repr__(self) -> str:
        return "Index"


NO_FLOATS: list[Bad] = [
    ("1.0", "{}: expected float, got str"),
    (None, "{}: expected float, got None"),
    (1j, "{}: expected float, got complex"),
    ([], "{}: expected float, got list"),
    (10**400, "{}: a number of 1329 bits is too large for "),
]


def scalars(_: Any) -> dict[str, Call]:
    return {
        **{
            f"echo-{'su'[not signed]}{bits}": integer(bits, signed)
            for bits in (8, 16, 32, 64)
            for signed in (False, True)
        },
        "echo-bool": Call(
            [True, False],
            [
                (1, "{}: expected bool, got int"),
                (0, "{}: expected bool, got int"),
                ("x", "{}: expected bool, got str"),
                (None, "{}: expected bool, got None"),
                ([], "{}: expected bool, got list"),
            ],
        ),
        "echo-f32": Call(
            [0.0, -0.0, 1.5, inf, -inf, nan, 2.0**-149, 3.4028234663852886e38],
            [*NO_FLOATS, (1e39, "{}: 1e+39 is too large for f32")],
            alike=((1, 1.0), (0.1, 0.10000000149011612), (-(2**40), -(2.0**40))),
        ),
        "echo-f64": Call(
            [0.0, -0.0, 0.1, inf, -inf, nan, 5e-324, 1.7976931348623157e308],
            NO_FLOATS,
            alike=((1, 1.0), (2**53, 2.0**53)),
        ),
        "echo-char": Call(
            ["a", "\0", "ü", "\ud7ff", "\ue000", "\U0010ffff", "🦀"],
            [
                ("", "{}: expected one character, got 0"),
                ("ab", "{}: expected one character, got 2"),
                ("\ud800", "{}: expected Unicode text, got a lone surrogate at 0"),
                (97, "{}: expected str, got int"),
                (b"a", "{}: expected str, got bytes"),
                (None, "{}: expected str, got None"),
            ],
        ),
        "echo-string": Call(
            ["", "a", "zwölf Ü 🦀", "a\0b", "x" * 70_000, "ü" * 40_000],
            [
                (b"a", "{}: expected str, got bytes"),
                (1, "{}: expected str, got int"),
                (None, "{}: expected str, got None"),
                (["a"], "{}: expected str, got list"),
                ("ab\udfff", "{}: expected Unicode text, got a lone surrogate at 2"),
            ],
        ),
    }


# ---- lists --------------------------------------------------------------------------------------------------------

NO_NUMBERS: list[Bad] = [
    (None, "{}: expected a sequence, got None"),
    (5, "{}: expected a sequence, got int"),
    ("ab", "{}: expected a list of numbers, got str"),
    ({1: 2}, "{}: expected a sequence, got dict"),
    ({1, 2}, "{}: expected a sequence, got set"),
    ([1, "2"], "{}[1]: expected {}, got str"),
    ([1, 2, None], "{}[2]: expected {}, got None"),
]
NO_SEQUENCES: list[Bad] = [
    (None, "{}: expected a sequence, got None"),
    (5, "{}: expected a sequence, got int"),
    ("ab", "{}: expected a sequence, got str"),
    (b"ab", "{}: expected a sequence, got bytes"),
    ({1: 2}, "{}: expected a sequence, got dict"),
    ({1, 2}, "{}: expected a sequence, got set"),
    (iter([]), "{}: expected a sequence, got list_iterator"),
]


def no_numbers(kind: str) -> list[Bad]:
    return [(value, text.replace("expected {}", f"expected {kind}")) for value, text in NO_NUMBERS]


def integers(bits: int, signed: bool, good: list[Any]) -> Call:
    one = integer(bits, signed)
    bad: list[Bad] = [([1, value], text.replace("{}:", "{}[1]:")) for value, text in one.bad]
    return Call(good, [*no_numbers("int"), *bad], alike=(((1, 2), [1, 2]), (range(3), [0, 1, 2]), ([Index(7)], [7])))


def floats(kind: str, good: list[Any]) -> Call:
    bad: list[Bad] = [
        ([1.0, "2"], "{}[1]: expected float, got str"),
        ([1.0, 10**400], f"{{}}[1]: a number of 1329 bits is too large for {kind}"),
    ]
    return Call(good, [*no_numbers("float"), *bad], alike=(((1, 2.5), [1.0, 2.5]), (range(2), [0.0, 1.0])))


def lists_of_numbers(_: Any) -> dict[str, Call]:
    octets = integers(8, False, [b"", b"\0\xff", bytes(range(256)) * 300])
    return {
        "echo-bytes": Call(
            octets.good,
            octets.bad,
            alike=((bytearray(b"ab"), b"ab"), ([1, 2], b"\1\2"), (memoryview(b"abcd")[::2], b"ac")),
        ),
        "echo-s8s": integers(8, True, [[], [-128, 127], [1] * 1000]),
        "echo-u16s": integers(16, False, [[], [0, 65535], [7] * 1000]),
        "echo-s32s": integers(32, True, [[], [-(2**31), 2**31 - 1], [-1] * 1000]),
        "echo-u64s": integers(64, False, [[], [0, 2**64 - 1], [2**63] * 1000]),
        "echo-f32s": floats("f32", [[], [0.5, -0.0, inf, nan], [1.5] * 1000]),
        "echo-f64s": floats("f64", [[], [0.1, -0.0, inf, nan], [1.5] * 1000]),
        "echo-rows": Call(
            [[], [[]], [[1, 2], [], [65535]]],
            [
                *NO_SEQUENCES,
                ([[1], "ab"], "{}[1]: expected a list of numbers, got str"),
                ([[1], [2, 65536]], "{}[1][1]: expected 0 to 65535 (u16), got 65536"),
                ([[True]], "{}[0][0]: expected int, got bool"),
            ],
            alike=(([(1,), range(2)], [[1], [0, 1]]),),
        ),
    }


def lists(t: Any) -> dict[str, Call]:
    point = t.Point(1.5, -2.5, 2**32 - 1)
    segment = t.Segment(point, t.Point(0.0, -0.0, 0), "edge ü")
    return {
        "echo-bools": Call(
            [[], [True], [False, True] * 500],
            [*NO_SEQUENCES, ([True, 1], "{}[1]: expected bool, got int"), (["x"], "{}[0]: expected bool, got str")],
            alike=(((True, False), [True, False]),),
        ),
        "echo-chars": Call(
            [[], ["a", "ü", "🦀"], ["\U0010ffff"] * 500],
            [
                *(bad for bad in NO_SEQUENCES if bad[0] != "ab"),
                (["a", "bc"], "{}[1]: expected one character, got 2"),
                (["a", "bc", ""], "{}[1]: expected one character, got 2"),
                (["a", "\udc00"], "{}[1]: expected Unicode text, got a lone surrogate at 0"),
                ([97], "{}[0]: expected str, got int"),
            ],
        ),
        "echo-words": Call(
            [[], [""], ["a", "ü", "🦀" * 100] * 50],
            [
                *NO_SEQUENCES,
                (["a", b"b"], "{}[1]: expected str, got bytes"),
                (["a", "\ud800"], "{}[1]: expected Unicode text, got a lone surrogate at 0"),
            ],
            alike=((("a", "b"), ["a", "b"]),),
        ),
        "echo-points": Call(
            [[], [point], [point, t.Point(0.0, inf, 1)] * 500],
            [
                *NO_SEQUENCES,
                ([point, t.Point("1", 2, 3)], "{}[1].x: expected float, got str"),
                ([point, t.Point(1, 2, -1)], "{}[1].id: expected 0 to 4294967295 (u32), got -1"),
                ([t.Point(1, 2, True)], "{}[0].id: expected int, got bool"),
                ([point, None], "{}[1]: expected Point, got None (it has no x)"),
                ([(1.0, 2.0, 3)], "{}[0]: expected Point, got tuple (it has no x)"),
            ],
            alike=(([Thing(x=1, y=2, id=3)], [t.Point(1.0, 2.0, 3)]),),
        ),
        "echo-segments": Call(
            [[], [segment], [segment] * 100],
            [
                *NO_SEQUENCES,
                ([t.Segment(point, t.Point(1, None, 3), "")], "{}[0].end.y: expected float, got None"),
                ([segment, t.Segment(point, 5, "")], "{}[1].end: expected Point, got int (it has no x)"),
                ([t.Segment(point, point, 5)], "{}[0].label: expected str, got int"),
            ],
            alike=(
                (
                    [Thing(start=point, end=Thing(x=1, y=2, id=3), label="")],
                    [t.Segment(point, t.Point(1.0, 2.0, 3), "")],
                ),
            ),
        ),
        "echo-shapes": Call(
            [[], [t.Shape_Dot(), t.Shape_Circle(1.5), t.Shape_Polygon([point, point]), t.Shape_Named(("ü", 7))] * 50],
            [
                *NO_SEQUENCES,
                ([t.Shape_Dot(), None], f"{{}}[1]: expected {SHAPES}, got None"),
                ([t.Shape_Polygon([point, t.Point(1, 2, "3")])], "{}[0].value[1].id: expected int, got str"),
            ],
        ),
        "echo-colors": Call(
            [[], [t.Color.RED, t.Color.DARK_BLUE] * 500],
            [
                *NO_SEQUENCES,
                ([t.Color.RED, 1], "{}[1]: expected Color, got int"),
                ([t.Access.READ], "{}[0]: expected Color, got Access"),
            ],
        ),
        "echo-pairs": Call(
            [[], [("a", 1.5), ("ü", -0.0)]],
            [
                *NO_SEQUENCES,
                ([("a", 1.5), ("b",)], "{}[1]: expected 2 items, got 1"),
                ([("a", "b")], "{}[0][1]: expected float, got str"),
                ([(1, 1.5)], "{}[0][0]: expected str, got int"),
                ([None], "{}[0]: expected a sequence, got None"),
            ],
            alike=(([["a", 1]], [("a", 1.0)]),),
        ),
        "echo-results": Call(
            [[], [t.Ok(7), t.Err("no"), t.Ok(2**32 - 1)]],
            [
                *NO_SEQUENCES,
                ([7], "{}[0]: expected Ok or Err, got int"),
                ([t.Ok(1), t.Ok(-1)], "{}[1].value: expected 0 to 4294967295 (u32), got -1"),
                ([t.Err(7)], "{}[0].value: expected str, got int"),
                ([t.Err(None)], "{}[0].value: expected str, got None"),
            ],
        ),
    }


# ---- records and the like -----------------------------------------------------------------------------------------


def records(t: Any) -> dict[str, Call]:
    point = t.Point(1.5, -0.0, 7)
    whole = t.Keywords(255, "x", None, -(2**63))
    return {
        "echo-tuple": Call(
            [(0, "", 0.5), (255, "ü", inf)],
            [
                (None, "{}: expected a sequence, got None"),
                ((1, "a"), "{}: expected 3 items, got 2"),
                ((1, "a", 2.0, 3), "{}: expected 3 items, got 4"),
                ((256, "a", 2.0), "{}[0]: expected 0 to 255 (u8), got 256"),
                ((1, 2, 3), "{}[1]: expected str, got int"),
                ((1, "a", "b"), "{}[2]: expected float, got str"),
                ("abc", "{}: expected a sequence, got str"),
            ],
            alike=(([1, "a", 2], (1, "a", 2.0)),),
        ),
        "echo-point": Call(
            [point, t.Point(nan, inf, 2**32 - 1)],
            [
                (None, "{}: expected Point, got None (it has no x)"),
                ((1, 2, 3), "{}: expected Point, got tuple (it has no x)"),
                (Thing(x=1, y=2), "{}: expected Point, got SimpleNamespace (it has no id)"),
                (t.Point(None, 2, 3), "{}.x: expected float, got None"),
                (t.Point(1, 2, 3.0), "{}.id: expected int, got float"),
                (t.Point(1, 2, 2**32), "{}.id: expected 0 to 4294967295 (u32), got 4294967296"),
            ],
            alike=((Thing(x=1, y=2, id=3, other=4), t.Point(1.0, 2.0, 3)),),
        ),
        "echo-segment": Call(
            [t.Segment(point, point, "ü")],
            [
                (point, "{}: expected Segment, got Point (it has no start)"),
                (t.Segment(point, t.Point(1, 2, "x"), ""), "{}.end.id: expected int, got str"),
                (t.Segment(None, point, ""), "{}.start: expected Point, got None (it has no x)"),
            ],
        ),
        "echo-keywords": Call(
            [t.Keywords(0, "", True, 2**63 - 1), t.Keywords(1, "ü", False, 0), whole],
            [
                (t.Keywords(256, "", None, 0), "{}.class_: expected 0 to 255 (u8), got 256"),
                (t.Keywords(1, None, None, 0), "{}.from_: expected str, got None"),
                (t.Keywords(1, "", 1, 0), "{}.lambda_: expected bool, got int"),
                (t.Keywords(1, "", None, 2**63), f"{{}}.self: expected {-(2**63)} to {2**63 - 1} (s64), got {2**63}"),
            ],
            alike=((Thing(class_=1, from_="a", lambda_=None, self=2), t.Keywords(1, "a", None, 2)),),
        ),
        "echo-color": Call(
            list(t.Color),
            [
                (0, "{}: expected Color, got int"),
                ("red", "{}: expected Color, got str"),
                (None, "{}: expected Color, got None"),
                (t.Access.READ, "{}: expected Color, got Access"),
            ],
        ),
        "echo-access": Call(
            [t.Access(0), t.Access.READ, t.Access.READ | t.Access.EXECUTE, t.Access(7)],
            [
                (1, "{}: expected Access, got int"),
                (t.Nine.A, "{}: expected Access, got Nine"),
                (None, "{}: expected Access, got None"),
            ],
        ),
        "echo-nine": Call([t.Nine(0), t.Nine.A | t.Nine.I, t.Nine(511)], [(1, "{}: expected Nine, got int")]),
        "echo-seventeen": Call(
            [t.Seventeen(0), t.Seventeen.A16, t.Seventeen((1 << 17) - 1)], [("", "{}: expected Seventeen, got str")]
        ),
    }


# ---- variants -----------------------------------------------------------------------------------------------------

SHAPES = "Shape_Dot or Shape_Circle or Shape_Polygon or Shape_Named"
MIXED = "Mixed_Narrow or Mixed_Wide or Mixed_Signed or Mixed_Exact or Mixed_Text or Mixed_Empty"


def variants(t: Any) -> dict[str, Call]:
    point = t.Point(1.5, -0.0, 7)
    return {
        "echo-shape": Call(
            [
                t.Shape_Dot(),
                t.Shape_Circle(0.5),
                t.Shape_Polygon([]),
                t.Shape_Polygon([point] * 3),
                t.Shape_Named(("n", 9)),
            ],
            [
                (None, f"{{}}: expected {SHAPES}, got None"),
                (0.5, f"{{}}: expected {SHAPES}, got float"),
                (point, f"{{}}: expected {SHAPES}, got Point"),
                (t.Shape_Circle, f"{{}}: expected {SHAPES}, got type"),
                (t.Mixed_Empty(), f"{{}}: expected {SHAPES}, got Mixed_Empty"),
                (t.Shape_Circle("x"), "{}.value: expected float, got str"),
                (t.Shape_Named(("n",)), "{}.value: expected 2 items, got 1"),
                (t.Shape_Named(("n", -1)), "{}.value[1]: expected 0 to 4294967295 (u32), got -1"),
                (t.Shape_Polygon([point, None]), "{}.value[1]: expected Point, got None (it has no x)"),
            ],
        ),
        "echo-mixed": Call(
            [
                *(t.Mixed_Narrow(value) for value in (1.5, -0.0, inf, nan)),
                *(t.Mixed_Wide(value) for value in (0, 2**64 - 1)),
                *(t.Mixed_Signed(value) for value in (-1, -(2**31), 2**31 - 1)),
                *(t.Mixed_Exact(value) for value in (0.1, nan)),
                *(t.Mixed_Text(value) for value in ("", "ü")),
                t.Mixed_Empty(),
            ],
            [
                (None, f"{{}}: expected {MIXED}, got None"),
                (t.Mixed_Narrow(1e39), "{}.value: 1e+39 is too large for f32"),
                (t.Mixed_Wide(-1), f"{{}}.value: expected 0 to {2**64 - 1} (u64), got -1"),
                (t.Mixed_Signed(2**31), f"{{}}.value: expected {-(2**31)} to {2**31 - 1} (s32), got {2**31}"),
                (t.Mixed_Exact("x"), "{}.value: expected float, got str"),
                (t.Mixed_Text(1), "{}.value: expected str, got int"),
            ],
            alike=(
                (t.Mixed_Narrow(1), t.Mixed_Narrow(1.0)),
                (t.Mixed_Narrow(0.1), t.Mixed_Narrow(0.10000000149011612)),
            ),
        ),
    }


def options(t: Any) -> dict[str, Call]:
    point = t.Point(1.5, -0.0, 7)
    return {
        "echo-option": Call(
            [None, 0, 2**32 - 1],
            [
                (-1, "{}: expected 0 to 4294967295 (u32), got -1"),
                ("x", "{}: expected int, got str"),
                (False, "{}: expected int, got bool"),
                (t.Some(1), "{}: expected int, got Some"),
            ],
        ),
        "echo-option-point": Call(
            [None, point],
            [
                (5, "{}: expected Point, got int (it has no x)"),
                (t.Point(1, "2", 3), "{}.y: expected float, got str"),
            ],
        ),
        "echo-nested-option": Call(
            [None, t.Some(None), t.Some(""), t.Some("ü")],
            [
                ("ü", "{}: expected Some or None, got str"),
                (t.Some(5), "{}.value: expected str, got int"),
                (t.Some(t.Some("x")), "{}.value: expected str, got Some"),
            ],
        ),
    }
