"""WAVE over drawn types: values to text and back, text to values and back, and through real bindings."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.abi_types import same
from tests.agreement import PROFILE
from tests.agreement.check import Heard, expressible
from tests.agreement.native import Excluded, Native
from tests.agreement.ours import Ours
from tests.agreement.types import ALL_TYPES, TYPES
from tests.agreement.values import values
from tests.agreement.wat import GUEST, Guest
from tests.wave_spelled import Speller
from tests.wave_values import Made
from witcraft import wave
from witcraft.model.types import ValType
from witcraft.model.world import Function, Interface
from witcraft.wave import WaveError

CHEAP = settings(PROFILE, max_examples=PROFILE.max_examples * 4)
SIGNS = st.sampled_from(
    [
        *"{}()[]:,'\"\\%-+.09aeZ \n\t",
        "\0",
        "ü",
        "\ud800",
        "🦀",
        '"""',
        "//",
        "none",
        "some(",
        "nan",
        "-inf",
        "\\u{",
        "1e999",
        "9" * 5000,
    ]
)


def shown(ty: ValType, value: Any) -> str:
    made = Made(ty)
    return wave.show(made.up(ty, value), ty, made.classes)


@CHEAP
@given(ALL_TYPES, st.data())
def test_values_come_back(ty: ValType, data: st.DataObject) -> None:
    made, value = Made(ty), data.draw(values(ty))
    text = shown(ty, value)
    assert text.isprintable()
    assert same(made.down(ty, wave.parse(text, ty, made.classes)), value)


@CHEAP
@given(ALL_TYPES, st.data())
def test_however_it_is_spelled(ty: ValType, data: st.DataObject) -> None:
    made, value = Made(ty), data.draw(values(ty))
    text = Speller(data.draw).spell(ty, value)
    read = wave.parse(text, ty, made.classes)
    assert same(made.down(ty, read), value)
    assert wave.show(read, ty, made.classes) == shown(ty, value)


@CHEAP
@given(ALL_TYPES, st.data())
def test_any_text_is_a_value_or_an_error_with_its_place(ty: ValType, data: st.DataObject) -> None:
    made = Made(ty)
    text = shown(ty, data.draw(values(ty)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(SIGNS) + text[at + data.draw(st.integers(0, 2)) :]
    try:
        value = wave.parse(text, ty, made.classes)
    except WaveError as error:
        lines = text.split("\n")
        assert 1 <= error.place.line <= len(lines)
        assert 1 <= error.place.column <= len(lines[error.place.line - 1]) + 1
        assert str(error).startswith(f"value:{error.place.line}:{error.place.column}: ")
    else:
        assert same(
            made.down(ty, wave.parse(wave.show(value, ty, made.classes), ty, made.classes)), made.down(ty, value)
        )


# ---- through bindings -------------------------------------------------------------------------------------------


def exported(ours: Ours, name: str) -> tuple[Function, dict[str, Any]]:
    """A function, and the namespace of the bindings' module that has it."""
    world, module = ours.component.world, ours.component.module
    if not ours.guest.interface:
        return next(it for it in world.exports if isinstance(it, Function) and it.name == name), vars(module)
    interface = next(it for it in world.exports if isinstance(it, Interface))
    place = import_module(module._ROOT["exports"][GUEST][1], module.__name__)
    return next(it for it in interface.functions if it.name == name), vars(place)


@pytest.mark.engine
@pytest.mark.parametrize("interface", [False, True], ids=["a function of the world", "one of an interface"])
@settings(PROFILE, max_examples=PROFILE.max_examples // 4)
@given(ALL_TYPES, st.data())
def test_calls_of_real_bindings(interface: bool, ty: ValType, data: st.DataObject) -> None:
    """What a call takes and gives as text is the value that goes through."""
    heard, value = Heard(), data.draw(values(ty))
    ours = Ours(Guest((ty,), interface=interface), heard)
    function, module = exported(ours, "all")
    classes = wave.classes_of(function, module)
    call = wave.call(f"all({Speller(data.draw).spell(ty, value)})")
    result = ours.exports[call.name](*call.arguments(function.params, classes))
    assert same(heard.calls[0][1][0], value)
    assert function.result is not None
    assert wave.show(result, function.result, classes) == f"({shown(ty, value)})"


@pytest.mark.engine
@settings(PROFILE, max_examples=PROFILE.max_examples // 4)
@given(TYPES, st.data())
def test_the_native_api_gives_the_same_text(ty: ValType, data: st.DataObject) -> None:
    value = data.draw(values(ty))
    if not expressible(ty, value):
        return
    try:
        [given] = Native(Guest((ty,)), Heard()).call("many-0", [value])
    except Excluded:
        return
    assert shown(ty, given) == shown(ty, value)
