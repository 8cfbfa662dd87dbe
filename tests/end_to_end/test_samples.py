"""One value of every type at once, thirteen parameters through memory, values that one side makes and both know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from witcraft import ArgumentError, PoisonedError

pytestmark = [pytest.mark.engine, pytest.mark.guest]


def sample(t):
    """What ``samples`` says in `tour.wit`."""
    point = t.Point(1.0, 2.0, 3)
    # fmt: off
    return t.Everything(
        truth=True,
        u8=255, s8=-128, u16=65535, s16=-32768, u32=2**32 - 1, s32=-(2**31), u64=2**64 - 1, s64=-(2**63),
        f32=1.5, f64=-0.1,
        letter="\U0001f980", text="zwölf Ü 🦀", bytes=b"\0\1\xff", numbers=[-32768, 32767], words=["", "a", "ü"],
        pair=(7, "seven"), maybe=None, perhaps=t.Some(None), outcome=t.Err("no"), nothing=t.Ok(None),
        point=point, segment=t.Segment(point, t.Point(-1.0, -2.0, 4), "edge"),
        shapes=[t.Shape_Dot(), t.Shape_Circle(0.5), t.Shape_Polygon([point]), t.Shape_Named(("n", 9))],
        mixed=t.Mixed_Wide(2**64 - 1), color=t.Color.DARK_BLUE, access=t.Access.READ | t.Access.EXECUTE,
        nine=t.Nine.A | t.Nine.I, seventeen=t.Seventeen.A16,
    )
    # fmt: on


# A field, a value that does not go into it, and why.
BAD_FIELDS = [
    ("truth", 1, "truth: expected bool, got int"),
    ("u8", 256, "u8: expected 0 to 255 (u8), got 256"),
    ("s8", -129, "s8: expected -128 to 127 (s8), got -129"),
    ("u16", -1, "u16: expected 0 to 65535 (u16), got -1"),
    ("s16", 2**15, "s16: expected -32768 to 32767 (s16), got 32768"),
    ("u32", True, "u32: expected int, got bool"),
    ("s32", 1.0, "s32: expected int, got float"),
    ("u64", 2**64, "u64: expected 0 to 18446744073709551615 (u64), got 18446744073709551616"),
    ("s64", "1", "s64: expected int, got str"),
    ("f32", 1e39, "f32: 1e+39 is too large for f32"),
    ("f64", "1", "f64: expected float, got str"),
    ("letter", "ab", "letter: expected one character, got 2"),
    ("text", b"", "text: expected str, got bytes"),
    ("bytes", "ab", "bytes: expected a list of numbers, got str"),
    ("bytes", [256], "bytes[0]: expected 0 to 255 (u8), got 256"),
    ("numbers", [0, 2**15], "numbers[1]: expected -32768 to 32767 (s16), got 32768"),
    ("words", ["", 1], "words[1]: expected str, got int"),
    ("pair", (7,), "pair: expected 2 items, got 1"),
    ("pair", (7, 7), "pair[1]: expected str, got int"),
    ("maybe", -1, "maybe: expected 0 to 4294967295 (u32), got -1"),
    ("perhaps", "x", "perhaps: expected Some or None, got str"),
    ("outcome", 7, "outcome: expected Ok or Err, got int"),
    ("nothing", None, "nothing: expected Ok or Err, got None"),
    ("point", None, "point: expected Point, got None (it has no x)"),
    ("segment", 5, "segment: expected Segment, got int (it has no start)"),
    ("shapes", [None], "shapes[0]: expected Shape_Dot or "),
    ("mixed", None, "mixed: expected Mixed_Narrow or "),
    ("color", 0, "color: expected Color, got int"),
    ("access", 0, "access: expected Access, got int"),
    ("nine", 0, "nine: expected Nine, got int"),
    ("seventeen", 0, "seventeen: expected Seventeen, got int"),
]


def test_what_the_guest_makes_is_known(tour_app):
    assert tour_app.app.samples.sample() == sample(tour_app.types)


def test_what_the_host_makes_is_known_to_the_guest(tour_app):
    made = sample(tour_app.types)
    assert tour_app.app.samples.is_sample(made) is True
    assert tour_app.app.samples.is_sample(replace(made, numbers=[1])) is False
    assert tour_app.app["guest:tour/samples"]["is-sample"](replace(made, color=tour_app.types.Color.RED)) is False


def test_everything_goes_down_and_up_and_down_and_up(tour_app):
    made = sample(tour_app.types)
    assert tour_app.app.values.echo_everything(made) == made
    assert tour_app.host.seen == [(made,)]


def test_a_bad_field_is_named(tour_app):
    for field, value, text in BAD_FIELDS:
        bad = replace(sample(tour_app.types), **{field: value})
        with pytest.raises(ArgumentError) as caught:
            tour_app.app.values.echo_everything(bad)
        assert str(caught.value).startswith(f"v.{text}")
    assert not tour_app.host.seen
    assert tour_app.app.samples.is_sample(sample(tour_app.types))


@pytest.mark.parametrize(("field", "value", "text"), BAD_FIELDS)
def test_a_bad_field_of_the_host_is_named(tour_app, field, value, text):
    made = sample(tour_app.types)
    tour_app.host.answer = replace(made, **{field: value})
    with pytest.raises(ArgumentError) as caught:
        tour_app.app.values.echo_everything(made)
    assert str(caught.value).startswith(f"result.{text}")
    with pytest.raises(PoisonedError):
        tour_app.app.greet("again")


# ---- many parameters ----------------------------------------------------------------------------------------------


def many(t):
    point = t.Point(1.0, 2.0, 3)
    return (1, -2, 3, -4, 1.5, 0.1, True, "ü", "text", 2**64 - 1, point, t.Color.GREEN, t.Access.WRITE)


BAD_PARAMS = [
    (0, -1, "a: expected 0 to 255 (u8), got -1"),
    (1, "x", "b: expected int, got str"),
    (4, 1e39, "e: 1e+39 is too large for f32"),
    (6, 1, "g: expected bool, got int"),
    (7, "", "h: expected one character, got 0"),
    (8, None, "i: expected str, got None"),
    (9, 2**64, f"j: expected 0 to {2**64 - 1} (u64), got {2**64}"),
    (10, None, "k: expected Point, got None (it has no x)"),
    (11, "green", "l: expected Color, got str"),
    (12, 1, "m: expected Access, got int"),
]


def test_many_parameters_go_through_memory(tour_app):
    given = many(tour_app.types)
    assert tour_app.app.values.echo_many(*given) == given
    assert tour_app.app["guest:tour/values"]["echo-many"](*given[:9], None, *given[10:])[9] is None
    assert tour_app.host.seen[0] == given


def test_a_bad_parameter_of_many_is_named(tour_app):
    for index, value, text in BAD_PARAMS:
        given = list(many(tour_app.types))
        given[index] = value
        with pytest.raises(ArgumentError) as caught:
            tour_app.app.values.echo_many(*given)
        assert str(caught.value) == text
    assert not tour_app.host.seen


def test_the_first_of_several_bad_parameters_is_named(tour_app):
    with pytest.raises(ArgumentError, match=r"^a: expected int, got None"):
        tour_app.app.values.echo_many(*[None] * 13)


def test_a_bad_item_of_the_hosts_tuple_is_named(tour_app):
    given = many(tour_app.types)
    tour_app.host.answer = (*given[:6], 1, *given[7:])
    with pytest.raises(ArgumentError, match=r"^result\[6\]: expected bool, got int"):
        tour_app.app.values.echo_many(*given)


def test_arguments_of_the_wrong_number_are_a_type_error(tour_app):
    for call in (tour_app.app.values.echo_u8, tour_app.app.values.echo_many):
        with pytest.raises(TypeError, match="argument"):
            call()
    with pytest.raises(TypeError, match="argument"):
        tour_app.app.values.nothing(1)
    assert tour_app.app.values.nothing() is None


def test_a_result_where_there_is_none_is_let_go(tour_app):
    tour_app.host.answer = "something"
    assert tour_app.app.values.nothing() is None
