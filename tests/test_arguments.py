"""Bad values of the host, of every type, in arguments and in what its functions return."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.abi_types import same
from tests.agreement import PROFILE
from tests.agreement.bad import Spoiler
from tests.agreement.check import Heard
from tests.agreement.ours import Ours
from tests.agreement.types import ALL_TYPES, BORDERS, GATED_BORDERS
from tests.agreement.values import values
from tests.agreement.wat import ENCODINGS, Guest
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.runtime import ArgumentError, PoisonedError

pytestmark = pytest.mark.engine

EVERY: dict[str, ValType] = {
    **{f"{prim.kind.value}": prim for prim in map(t.Prim, t.Kind)},
    "string": t.STRING,
    **BORDERS,
    **GATED_BORDERS,
}


def assert_refused(ours: Ours, heard: Heard, name: str, bad: Any, path: str) -> None:
    """The error begins with the path, and the guest has not been called."""
    before = len(heard.calls)
    with pytest.raises(ArgumentError) as caught:
        ours.call_with(name, bad)
    assert str(caught.value).startswith(f"{path}: "), f"{caught.value} is not at {path}"
    assert len(heard.calls) == before


@pytest.mark.parametrize("name", EVERY)
@settings(PROFILE, max_examples=PROFILE.max_examples // 8)
@given(st.data())
def test_arguments(name: str, data: st.DataObject) -> None:
    assert_refuses(EVERY[name], data)


@PROFILE
@given(ALL_TYPES, st.data())
def test_arguments_of_any_type(ty: ValType, data: st.DataObject) -> None:
    assert_refuses(ty, data)


def assert_refuses(ty: ValType, data: st.DataObject) -> None:
    """Alone and in a list; after that the instance is as good as before."""
    heard = Heard()
    ours = Ours(Guest((ty,), encoding=data.draw(st.sampled_from(ENCODINGS))), heard)
    spoiler = Spoiler(data.draw, ours.values)
    for _ in range(2):
        bad, path = spoiler.spoil(ty)
        assert_refused(ours, heard, "pass-0", bad, f"v{path}")
        good = data.draw(values(ty))
        assert_refused(ours, heard, "many-0", [ours.values.up(ty, good), bad], f"v[1]{path}")
        assert same(ours.call("pass-0", good), good)


@PROFILE
@given(ALL_TYPES, st.data())
def test_results_of_host_functions(ty: ValType, data: st.DataObject) -> None:
    """The error reaches the caller, and the instance is poisoned: its call was cut short."""
    if isinstance(t.strip(ty), t.Result):
        ty = t.Option(ty)
    ours = Ours(Guest((ty,)), Heard())
    bad, path = Spoiler(data.draw, ours.values).spoil(ty)
    ours.values.answer = lambda ty, value: bad  # type: ignore[method-assign]
    good = data.draw(values(ty))
    with pytest.raises(ArgumentError) as caught:
        ours.call("pass-0", good)
    assert str(caught.value).startswith(f"result{path}: ")
    with pytest.raises(PoisonedError):
        ours.call("pass-0", good)
