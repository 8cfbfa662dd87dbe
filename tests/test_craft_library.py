"""Packages that come from several places, put together."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from witcraft import api
from witcraft.craft.library import Library, MergeError
from witcraft.model.package import Packages
from witcraft.resolve.wit.read import read_text


def merged(*texts: str) -> Packages:
    found = [read_text(text, features=["*"]) for text in texts]
    return together(found)


def together(found: list[Packages]) -> Packages:
    library = Library()
    for packages in found:
        library.packages(packages)
    return library.freeze(found[0].root.name)


ONE = """/// Here.
    package a:b@1.0.0;
    interface i { type t = u8; /// F.
                  f: func(t: t); }
    world w { import i; export run: func(); }"""
TWO = """package a:b@1.0.0;
    /// An interface.
    @since(version = 1.0.0) interface i { type t = u8; record r { t: t } f: func(t: t); g: func() -> r; }
    interface j { use i.{r}; }
    world w { import i; export run: func(); }
    world v { import j; }"""


def test_each_fills_in_what_the_other_does_not_have():
    found = merged(ONE, TWO).root
    assert [it.name for it in found.interfaces] == ["a:b/i@1.0.0", "a:b/j@1.0.0"]
    i, j = found.interfaces
    assert [named.name for named in i.types] == ["t", "r"]
    assert [function.name for function in i.functions] == ["f", "g"]
    assert j.types[0].type is i.types[1]  # type: ignore[union-attr]
    assert [world.name for world in found.worlds] == ["w", "v"]
    assert (found.docs.text, i.docs.text, i.functions[0].docs.text) == ("Here.", "An interface.", "F.")
    assert i.stability.since is not None


def test_the_order_makes_no_difference_to_what_is_there():
    def contents(found: Packages) -> list[str]:
        return sorted(api.wit_text(found).splitlines())

    assert contents(merged(ONE, TWO)) == contents(merged(TWO, ONE))


def test_twice_the_same_is_once_the_same():
    assert api.wit_text(merged(TWO, TWO)) == api.wit_text(read_text(TWO))


def test_packages_that_are_used_come_first():
    found = merged(
        "package a:b; world w { import c:d/i; } package c:d { interface i {} }",
        "package c:d; interface i { use e:f/j.{t}; } package e:f { interface j { type t = u8; } }",
    )
    assert [str(package.name) for package in found.all] == ["e:f", "c:d", "a:b"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("world w { import f: func(); }", "world w {}"),
        ("world w {}", "world w { export f: func(); }"),
        ("interface i { f: func(); }", "interface i { f: func(a: u8); }"),
        ("interface i { type t = u8; }", "interface i { type t = u16; }"),
        ("interface i { resource t; }", "interface i { type t = u16; }"),
        ("interface i { record t { a: u8 } }", "interface i { record t { a: u8, b: u8 } }"),
    ],
)
def test_contradictions(one: str, two: str):
    for first, second in ((one, two), (two, one)):
        with pytest.raises(MergeError):
            merged(f"package a:b; {first}", f"package a:b; {second}")


# ---- the suite of wit-component ---------------------------------------------------------------------------------

SUITE = Path(os.environ.get("WITCRAFT_VECTORS", "none"), "wasm-tools", "crates", "wit-component", "tests")
CASES = sorted((SUITE / "merge").glob("*"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_suite(case: Path):
    both = [api.wit(case / side, features=["*"]) for side in ("into", "from")]
    if case.name.startswith("bad-"):
        for found in (both, both[::-1]):
            with pytest.raises(MergeError):
                together(found)
        return
    together(both[::-1])
    for package in together(both):
        expected = (case / "merge" / f"{package.name.name}.wit").read_text()
        assert api.wit_text(Packages((package,), package)).strip() == expected.strip()
