"""What an emitted module looks like: as much of the support as it needs, lines of a readable length, and few of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import path_of
from witcraft import api
from witcraft.emit.js.lines import broken
from witcraft.emit.js.module import WIDTH
from witcraft.emit.js.support import declarations, needed

# ---- lines -------------------------------------------------------------------------------------------------------

LINES = {
    "return f(aaaaaaaa, bbbbbbbb);": ["return f(", "  aaaaaaaa,", "  bbbbbbbb,", ");"],
    "const x = { a: f(1, 2), b: 'a, {b' };": ["const x = {", "  a: f(1, 2),", "  b: 'a, {b',", "};"],
    "x[aaaaaaaa] = { a: [1111, 2], b };": ["x[aaaaaaaa] = {", "  a: [1111, 2],", "  b,", "};"],
    "throw f('\\'(', { aaaa }, [bbbb]);": ["throw f(", "  '\\'(',", "  { aaaa },", "  [bbbb],", ");"],
    "const a = f(bbbbbbbbbbb) >>> 0000;": ["const a = f(", "  bbbbbbbbbbb,", ") >>> 0000;"],
    "f(g(hhhhhhhhhhhhhhhhhhh, iiiiiiii));": ["f(", "  g(", "    hhhhhhhhhhhhhhhhhhh,", "    iiiiiiii,", "  ),", ");"],
}
AS_THEY_ARE = (
    "aaaaaaaaaaa[bbbbbbbbbbbbbbbbb];",
    "const a = (bbbbbb + cccccccc) * 2;",
    "f(() => { aaaaaaaaaa; bbbbbbb; });",
)


@pytest.mark.parametrize("line", LINES)
def test_a_long_line_is_broken_at_its_commas(line):
    assert list(broken(line, 24)) == LINES[line]
    assert list(broken(line, len(line))) == [line]


@pytest.mark.parametrize("line", AS_THEY_ARE)
def test_what_is_no_list_stays_on_its_line(line):
    assert list(broken(line, 24)) == [line]


# ---- support -----------------------------------------------------------------------------------------------------


def test_a_class_has_the_members_that_are_asked_for():
    plain = needed(["Memory"])["Memory"]
    assert "constructor(" in plain
    assert "refresh()" in plain
    assert "alloc(" not in plain
    asked = needed(["Memory", ".alloc"])["Memory"]
    assert "  alloc(size, align) {" in asked
    assert "  area(ptr, size, align) {" in asked, "which it calls"


def test_a_memory_has_the_views_that_are_asked_for():
    text = needed(["Memory", ".alloc", ".f64"])["Memory"]
    assert [line.split()[0] for line in text.splitlines() if "Array(buffer)" in line] == ["this.u8", "this.f64"]


def test_a_line_may_be_there_with_something_else_only():
    assert "ComponentError" not in needed(["State", ".fail"])["State"]
    text = needed(["State", ".fail", "ComponentError"])["State"]
    assert "    if (error instanceof ComponentError) return error;\n" in text


def test_what_is_needed_comes_with_what_it_needs():
    assert list(needed(["takeBack"])) == ["takeBack"]
    assert set(needed(["lowerString"])) == {"unplaced", "wrong", "spell", "toText", "encoder", "scratch", "lowerString"}


def test_each_declaration_is_whole():
    """All of them with all their members are the files, but for comments."""
    members = {name for one in declarations().values() for part in one.parts for name in (*part.names, *part.wants)}
    texts = needed([*declarations(), *members])
    assert texts.keys() == declarations().keys()
    for text in texts.values():
        assert text.count("{") == text.count("}")


# ---- sizes -------------------------------------------------------------------------------------------------------


def javascript(component: Path, **options: object) -> str:
    files = api.js(component, name="app", **options)  # type: ignore[arg-type]
    text = files["app.js"]
    assert isinstance(text, str)
    return text


def test_size_of_a_small_component(bench: Path):
    assert len(javascript(bench, instantiation="sync")) < 14_500
    assert len(javascript(bench, instantiation="sync", minify=True)) < 12_000


@pytest.mark.guest
def test_size_of_a_large_component():
    """19 MB, by componentize-py, with WASI."""
    assert len(javascript(path_of("everyday-python"))) < 150_000


@pytest.mark.guest
@pytest.mark.parametrize("guest", ["bench", "ledger", "composed", "tour-js"])
def test_lines_are_of_a_readable_length(guest: str):
    """But for what is data, or one message."""
    long = [line for line in javascript(path_of(guest)).splitlines() if len(line) > WIDTH + 10]
    data = "fromBase64(", "Promise.allSettled(", "'handle index "
    assert [line for line in long if not any(word in line for word in data)] == []
