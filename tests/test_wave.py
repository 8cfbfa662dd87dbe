"""WAVE: what each notation means, how values are written, and what is said about a text that is none."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.wave_values import classes
from witcraft import wave
from witcraft.model import types as t
from witcraft.model.types import TypeDef, ValType
from witcraft.model.world import Param
from witcraft.runtime import Err, Ok, Some
from witcraft.wave import WaveError


def named(name: str, ty: ValType) -> TypeDef:
    return TypeDef("test:wave/types", name, ty)


POINT = named("point", t.Record((t.Field("x", t.F64), t.Field("y-axis", t.Option(t.F64)))))
MAYBE = named("maybe", t.Record((t.Field("a", t.Option(t.U8)), t.Field("none", t.Option(t.Option(t.U8))))))
SHAPE = named("shape", t.Variant((t.Case("circle", t.F64), t.Case("none", None), t.Case("err", POINT))))
SIDE = named("side", t.Enum(("left", "ok", "HTTP-2")))
RIGHTS = named("rights", t.Flags(("read", "write", "nan")))
ALIAS = named("alias", t.List(POINT))
OPTION, NESTED, RESULT = t.Option(t.U8), t.Option(t.Option(t.U8)), t.Result(t.U8, t.STRING)
LONG = named("long", t.Enum(tuple([f"label-{n}" for n in range(99)])))
CLASSES = classes(POINT, MAYBE, SHAPE, SIDE, RIGHTS, ALIAS, LONG)

Point, Maybe, Side, Rights = [CLASSES[ty].cls for ty in (POINT, MAYBE, SIDE, RIGHTS)]
Circle, Nothing, Failed = CLASSES[SHAPE].cases

READ: list[tuple[ValType, str, Any]] = [
    (t.BOOL, " true ", True),
    (t.U8, "255", 255),
    (t.S8, "-128", -128),
    (t.U64, "18446744073709551615", 2**64 - 1),
    (t.F64, "1", 1.0),
    (t.F64, "-0.5e-3", -0.0005),
    (t.F64, "1e999", math.inf),
    (t.F64, "-inf", -math.inf),
    (t.F32, "0.1", 0.10000000149011612),
    (t.F32, "1e39", math.inf),
    (t.F32, "1e-46", 0.0),
    (t.CHAR, "'x'", "x"),
    (t.CHAR, r"'\''", "'"),
    (t.CHAR, r"'\u{1F980}'", "🦀"),
    (t.STRING, '""', ""),
    (t.STRING, r'"a\t\"\\ü\u{0}"', 'a\t"\\ü\0'),
    (t.STRING, '"""\n"""', ""),
    (t.STRING, '"""\r\n  one\r\n    "two\\n"\r\n  """', 'one\n  "two\n"'),
    (t.List(t.U8), "[1, 2,]", b"\1\2"),
    (t.List(t.S8), "[1, -2]", [1, -2]),
    (t.List(t.STRING), '[ // none yet\n "a" , "b" ]', ["a", "b"]),
    (t.FixedList(t.U16, 2), "[1, 2]", (1, 2)),
    (t.Tuple((t.U8, t.STRING)), '(1, "x",)', (1, "x")),
    (t.Map(t.STRING, t.U8), '{"a": 1, "b": 2,}', {"a": 1, "b": 2}),
    (t.Map(t.U8, t.U8), "{:}", {}),
    (POINT, "{x: 1, y-axis: 2}", Point(1.0, 2.0)),
    (POINT, "{%y-axis: none, x: nan, }", Point(math.nan, None)),
    (POINT, "{x: 1}", Point(1.0, None)),
    (MAYBE, "{:}", Maybe(None, None)),
    (MAYBE, "{none: some(none)}", Maybe(None, Some(None))),
    (ALIAS, "[{x: 1}]", [Point(1.0, None)]),
    (SHAPE, "circle(2)", Circle(2.0)),
    (SHAPE, "%none", Nothing()),
    (SHAPE, "%err ( { x : 1 } )", Failed(Point(1.0, None))),
    (SIDE, "left", Side.LEFT),
    (SIDE, "%left", Side.LEFT),
    (SIDE, "%ok", Side.OK),
    (SIDE, "HTTP-2", Side.HTTP_2),
    (RIGHTS, "{}", Rights(0)),
    (RIGHTS, "{nan, read,}", Rights.READ | Rights.NAN),
    (OPTION, "none", None),
    (OPTION, "some(1)", 1),
    (OPTION, "1", 1),
    (NESTED, "none", None),
    (NESTED, "some(none)", Some(None)),
    (NESTED, "some(some(1))", Some(1)),
    (NESTED, "some(1)", Some(1)),
    (RESULT, "1", Ok(1)),
    (RESULT, "ok(1)", Ok(1)),
    (RESULT, 'err("no")', Err("no")),
    (t.Result(None, t.U8), "ok", Ok(None)),
    (t.Result(t.U8, None), "err", Err(None)),
    (t.Result(t.Option(t.U8), None), "ok(1)", Ok(1)),
]


def same(one: Any, other: Any) -> bool:
    """Equal, any two NaNs too."""
    return repr(one) == repr(other) and type(one) is type(other)


@pytest.mark.parametrize(("ty", "text", "value"), READ, ids=[text for _, text, _ in READ])
def test_reading(ty: ValType, text: str, value: Any) -> None:
    assert same(wave.parse(text, ty, CLASSES), value)


WRITTEN: list[tuple[ValType, Any, str]] = [
    (t.BOOL, False, "false"),
    (t.S64, -(2**63), "-9223372036854775808"),
    (t.F64, 1.0, "1"),
    (t.F64, -0.0, "-0"),
    (t.F64, 1e22, "1e22"),
    (t.F64, 1e-7, "1e-7"),
    (t.F64, 0.1 + 0.2, "0.30000000000000004"),
    (t.F64, -math.inf, "-inf"),
    (t.F32, math.nan, "nan"),
    (t.F32, 0.10000000149011612, "0.1"),
    (t.F32, 16777216.0, "16777216"),
    (t.F32, 3.4028234663852886e38, "3.4028235e38"),
    (t.CHAR, "'", r"'\''"),
    (t.CHAR, '"', "'\"'"),
    (t.STRING, 'it\'s "so"\n\x1b[2J\u202e', r'''"it's \"so\"\n\u{1b}[2J\u{202e}"'''),
    (t.List(t.U8), b"\1\xff", "[1, 255]"),
    (t.Tuple(()), (), "()"),
    (t.Map(t.STRING, t.U8), {"a": 1}, '{"a": 1}'),
    (t.Map(t.STRING, t.U8), {}, "{:}"),
    (POINT, Point(1.0, None), "{x: 1}"),
    (POINT, Point(1.5, 2.0), "{x: 1.5, y-axis: some(2)}"),
    (MAYBE, Maybe(None, None), "{:}"),
    (MAYBE, Maybe(None, Some(None)), "{none: some(none)}"),
    (SHAPE, Nothing(), "%none"),
    (SHAPE, Failed(Point(0.0, None)), "%err({x: 0})"),
    (SIDE, Side.OK, "%ok"),
    (SIDE, Side.HTTP_2, "HTTP-2"),
    (RIGHTS, Rights.NAN | Rights.READ, "{read, nan}"),
    (RIGHTS, Rights(0), "{}"),
    (RESULT, Ok(1), "ok(1)"),
    (t.Result(None, None), Err(None), "err"),
]


@pytest.mark.parametrize(("ty", "value", "text"), WRITTEN, ids=[text for _, _, text in WRITTEN])
def test_writing(ty: ValType, value: Any, text: str) -> None:
    assert wave.show(value, ty, CLASSES) == text
    assert same(wave.parse(text, ty, CLASSES), value)


REFUSED: list[tuple[ValType, str, int, str]] = [
    (t.BOOL, "True", 1, "expected bool: true or false, got `True`"),
    (t.U8, "256", 1, "u8 goes from 0 to 255"),
    (t.U8, "-1", 1, "u8 goes from 0 to 255"),
    (t.S64, "9" * 9999, 1, "s64 goes from -9223372036854775808 to 9223372036854775807"),
    (t.U8, "1.0", 1, "`1.0` is no whole number"),
    (t.U8, "0x10", 1, "expected u8 (0 to 255), got `0x10`"),
    (t.U8, "01", 1, "expected u8 (0 to 255), got `01`"),
    (t.U8, "1 2", 3, "expected the end of the text, got `2`"),
    (t.U8, "", 1, "expected u8 (0 to 255), got the end of the text"),
    (t.U8, "  // 1", 7, "expected u8 (0 to 255), got the end of the text"),
    (t.F64, "-nan", 1, "expected f64, got `-nan`"),
    (t.F64, "infinity", 1, "expected f64, got `infinity`"),
    (t.CHAR, "''", 1, "this char never ends"),
    (t.CHAR, "'ab'", 1, "a char is one character"),
    (t.CHAR, r"'\u{d800}'", 1, "U+D800 is no character"),
    (t.CHAR, '"a"', 1, "expected char: 'x', got `\"a\"`"),
    (t.STRING, '"a', 1, "this string never ends"),
    (t.STRING, '"a\n"', 1, "this string never ends"),
    (t.STRING, r'"\z"', 1, "`\\z` is no escape; known are \\\\, \\\", \\', \\t, \\n, \\r and \\u{...}"),
    (t.STRING, '"a\udcff"', 1, "U+DCFF is no character"),
    (t.STRING, '"""a\n"""', 1, '`"""` begins a string on the next line'),
    (t.STRING, '"""\na"""', 1, 'the closing `"""` stands on a line of its own, behind nothing but spaces'),
    (t.STRING, '"""\n a\n  """', 1, 'line 1 of the string begins with fewer spaces than the closing `"""`'),
    (t.STRING, "\x1b[2J", 1, 'expected string: "...", got `\ufffd`'),
    (t.List(t.U8), "[1 2]", 4, "expected `,` or `]`, got `2`"),
    (t.List(t.U8), "[1, 2", 6, "expected `,` or `]`, got the end of the text"),
    (t.List(t.U8), "[1,, 2]", 4, "[1]: expected u8 (0 to 255), got `,`"),
    (t.List(t.U8), "[,]", 2, "[0]: expected u8 (0 to 255), got `,`"),
    (t.List(t.U8), "(1)", 1, "expected list<u8>: [...], got `(`"),
    (t.FixedList(t.U8, 2), "[1]", 1, "list<u8, 2> has 2 elements, and here are 1"),
    (t.FixedList(t.U8, 2), "[1, 2, 3]", 8, "list<u8, 2> has 2 elements, and here is one more"),
    (t.Tuple((t.U8, t.U8)), "(1)", 1, "tuple<u8, u8> has 2 elements, and here are 1"),
    (t.Map(t.U8, t.U8), "{1: 1, 1: 2}", 8, "the key `1` is there twice"),
    (t.Map(t.U8, t.U8), "{1: x}", 5, "[1]: expected u8 (0 to 255), got `x`"),
    (t.Map(t.U8, t.U8), "{x: 1}", 2, " key: expected u8 (0 to 255), got `x`"),
    (t.Map(t.U8, t.U8), "{}", 1, "without entries this is written `{:}`"),
    (POINT, "{}", 1, "without entries this is written `{:}`"),
    (POINT, "{:}", 3, "the field `x: f64` of point is missing"),
    (POINT, "{x: 1, x: 2}", 8, "`x` is there twice"),
    (POINT, "{x 1}", 4, "expected `:`, got `1`"),
    (POINT, "{x: 1, z: 2}", 8, "expected point: {x: f64, y-axis: option<f64>}, got `z`"),
    (ALIAS, "[{x: 1}, {x: true}]", 14, "[1].x: expected f64, got `true`"),
    (SHAPE, "none", 1, "the case `none` is written `%none`"),
    (SHAPE, "square", 1, "expected shape: one of circle(f64), %none, %err(point), got `square`"),
    (SHAPE, "circle", 7, "expected `(`, got the end of the text"),
    (SHAPE, "%none(1)", 6, "`none` has no value"),
    (SHAPE, "%err({x: 1, y-axis: 'a'})", 21, "err.y-axis: expected f64, got `'a'`"),
    (SIDE, "ok", 1, "the case `ok` is written `%ok`"),
    (SIDE, "up", 1, "expected side: one of left, %ok, HTTP-2, got `up`"),
    (RIGHTS, "{read, read}", 8, "`read` is there twice"),
    (RIGHTS, "{execute}", 2, "expected rights: {...} of read, write, nan, got `execute`"),
    (RIGHTS, "{:}", 2, "expected rights: {...} of read, write, nan, got `:`"),
    (OPTION, "some", 5, "expected `(`, got the end of the text"),
    (OPTION, "none(1)", 5, "expected the end of the text, got `(`"),
    (NESTED, "1", 1, "expected option<option<u8>>: none, or some(option<u8>), got `1`"),
    (RESULT, "err(1)", 5, 'err: expected string: "...", got `1`'),
    (t.Result(None, None), "ok(1)", 3, "`ok` has no value"),
    (t.Result(None, None), "1", 1, "expected result: ok or err, got `1`"),
    (
        t.Tuple((t.STRING,) * 99),
        "1",
        1,
        f"expected {('tuple<' + 'string, ' * 99)[:120]}...: ({'string, ' * 9}...), got `1`",
    ),
    (LONG, "x", 1, f"expected long: one of {', '.join([f'label-{n}' for n in range(9)])}, ..., got `x`"),
]


@pytest.mark.parametrize(("ty", "text", "column", "message"), REFUSED, ids=[text[:20] for _, text, _, _ in REFUSED])
def test_what_is_no_value_is_refused_with_its_place(ty: ValType, text: str, column: int, message: str) -> None:
    with pytest.raises(WaveError) as caught:
        wave.parse(text, ty, CLASSES)
    assert caught.value.diagnostic.message == message
    assert (caught.value.place.line, caught.value.place.column) == (1, column)


def test_an_error_shows_line_and_caret() -> None:
    with pytest.raises(WaveError) as caught:
        wave.parse("[\n  {x: 1},\n  {x: oops},\n]", ALIAS, CLASSES, "points")
    assert str(caught.value) == "points:3:7: [1].x: expected f64, got `oops`\n    3 |   {x: oops},\n      |       ^^^^"


def test_of_a_long_line_only_the_part_around_the_place_is_shown() -> None:
    with pytest.raises(WaveError) as caught:
        wave.parse(f"[{'1, ' * 5000}x{', 1' * 5000}]", t.List(t.U8), {})
    assert max(map(len, str(caught.value).splitlines())) < 200
    assert caught.value.place.column == 15002


# ---- calls ------------------------------------------------------------------------------------------------------

PARAMS = (Param("name", t.STRING), Param("at", POINT), Param("loud", t.Option(t.BOOL)), Param("times", OPTION))
TAKES = "name: string, at: point, loud: option<bool>, times: option<u8>"
CALLS = [
    ('greet("x", {x: 1}, true, 3)', ["x", Point(1.0, None), True, 3]),
    ('greet("x", {x: 1}, none, 3)', ["x", Point(1.0, None), None, 3]),
    ('greet("x", {x: 1}, true)', ["x", Point(1.0, None), True, None]),
    (' greet ( "x" , {x: 1} , ) // hello', ["x", Point(1.0, None), None, None]),
]


@pytest.mark.parametrize(("text", "arguments"), CALLS)
def test_calls(text: str, arguments: list[Any]) -> None:
    call = wave.call(text)
    assert call.name == "greet"
    assert call.arguments(PARAMS, CLASSES) == arguments


@pytest.mark.parametrize("text", ["stop", "stop()", " stop ( ) ", "test:a/b@1.0.0-rc.1+x.stop()", "[static]a.stop()"])
def test_calls_without_arguments(text: str) -> None:
    call = wave.call(text)
    assert call.name == text.replace(" ", "").partition("(")[0]
    assert call.arguments((), {}) == []


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "expected the name of a function and its arguments: `greet(3)`"),
        (" (1)", 2, "expected the name of a function and its arguments: `greet(3)`"),
        ("a b()", 1, "expected the name of a function and its arguments: `greet(3)`"),
        ('"a"', 1, "expected the name of a function and its arguments: `greet(3)`"),
        ("f", 2, "the argument `name: string` is missing"),
        ("f()", 3, "the argument `name: string` is missing"),
        ('f("a")', 6, "the argument `at: point` is missing"),
        ('f("a", {x: 1}) f', 16, "expected the end of the text, got `f`"),
        ('f("a", {x: 1}', 14, "expected `,` or `)`, got the end of the text"),
        ('f("a", {x: 1}, true, 1, 2)', 25, f"here is one argument more than the function takes ({TAKES})"),
        ('f("a", {x: "1"})', 12, 'at.x: expected f64, got `"1"`'),
    ],
)  # fmt: skip
def test_calls_that_are_none(text: str, column: int, message: str) -> None:
    with pytest.raises(WaveError) as caught:
        wave.call(text).arguments(PARAMS, CLASSES)
    assert caught.value.diagnostic.message == message
    assert caught.value.place.column == column


# ---- what cannot be written ---------------------------------------------------------------------------------------


def test_handles_have_no_text() -> None:
    blob = t.Own(t.Resource("test:wave/types", "blob"))
    assert wave.unwritable(blob) is blob
    assert wave.unwritable(named("list", t.List(t.Option(blob)))) is blob
    assert wave.unwritable(t.Tuple((t.U8, t.Stream(blob)))) == t.Stream(blob)
    assert wave.unwritable(ALIAS) is None


def test_types_that_are_huge_when_spelled_out_are_looked_at_once() -> None:
    ty: ValType = t.U8
    for _ in range(200):
        ty = t.Tuple((ty, ty))
    assert wave.unwritable(ty) is None
