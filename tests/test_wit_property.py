"""A drawn package resolves, is printed, and what is printed resolves to the same."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wit_drawn import Drawer, outline
from witcraft import api
from witcraft.model.package import Packages
from witcraft.resolve.wit.read import read_text


def read(text: str) -> Packages:
    return read_text(text, features=["*"])


def check(random: Random) -> None:
    text = Drawer(random).text()
    found = read(text)
    printed = api.wit_text(found)
    again = read(printed)
    assert outline(again) == outline(found), f"{text}\n{printed}"
    assert api.wit_text(again) == printed
    json.dumps(api.wit_json(found))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_drawn_package_resolves_to_itself(random: Random):
    check(random)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_many_drawn_packages(seed: int):
    for number in range(20):
        check(Random(f"{seed} {number}"))
