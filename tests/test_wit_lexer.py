"""Characters to tokens of WIT: names, marks, comments, strings, and characters that are none of them."""

from __future__ import annotations

import re

import pytest

from witcraft.errors import Diagnostic
from witcraft.wit.docs import documentation
from witcraft.wit.escapes import unescaped
from witcraft.wit.keywords import KEYWORDS
from witcraft.wit.lexer import Tokens, lex
from witcraft.wit.source import Report, Source


def tokens(text: str) -> tuple[Tokens, list[Diagnostic]]:
    report = Report()
    return lex(Source("a.wit", text), report), report.all()


def kinds(text: str) -> list[str]:
    found, faults = tokens(text)
    assert not faults
    return found.kinds[:-1]


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "A",
        "a1",
        "A1",
        "ab-cd",
        "ab-CD",
        "AB-cd",
        "a-1",
        "a-1b",
        "a-1B",
        "a-12",
        "x1y2-Z3W4",
        "float32",
        "u",
        "types",
    ],
)
def test_names(name: str):
    assert kinds(name) == ["id"]
    assert kinds(f"%{name}") == ["%id"]


@pytest.mark.parametrize(
    "word", ["aB", "Ab", "a-", "a--b", "_a", "a_b", "a-bC", "a-1bC", "é", "aé", "ａ", "a-é", "%", "%_", "%a-", "__"]
)
def test_words_that_are_no_names(word: str):
    assert kinds(word) == ["misspelt"]


@pytest.mark.parametrize("word", sorted(KEYWORDS - {"float32", "float64"}))
def test_keywords(word: str):
    assert kinds(word) == [word]
    assert kinds(f"{word}x" if word != "_" else "x") == ["id"]


def test_a_hyphen_begins_no_name():
    assert kinds("-a") == ["-", "id"]
    assert kinds("->a") == ["->", "id"]


def test_marks_and_numbers():
    assert kinds("@{}()<>,:;=.*/+-0120") == [*"@{}()<>,:;=.*/+-", "integer"]
    assert kinds("1a") == ["integer", "id"]


def test_space_and_both_ends_of_line():
    assert kinds(" \t\n\r\na") == ["id"]


def test_a_byte_order_mark_is_no_token():
    found, faults = tokens("\ufeffa")
    assert not faults
    assert (found.kinds, found.starts) == (["id", "end"], [1, 2])


def test_comments_are_kept_by_the_token_after_them():
    found, faults = tokens("// one\na /* two */ /* /* three */ */ b // four")
    assert not faults
    texts = {at: [found.source.text[a:b] for a, b in spans] for at, spans in found.comments.items()}
    assert texts == {0: ["// one"], 1: ["/* two */", "/* /* three */ */"], 2: ["// four"]}
    assert [found.text(at) for at in range(3)] == ["a", "b", ""]


def test_a_comment_goes_without_the_end_of_its_line():
    found, _ = tokens("// one\r\na")
    assert found.comments == {0: [(0, 6)]}


@pytest.mark.parametrize("depth", [1, 2, 10_000])
def test_a_comment_that_never_ends(depth: int):
    _, [fault] = tokens("a " + "/*" * depth + "*/" * (depth - 1))
    assert (fault.place.line, fault.place.column) == (1, 3)
    assert fault.message == "this comment never ends"


@pytest.mark.parametrize(
    ("char", "message"),
    [
        (
            "\u202e",
            "the character U+202E changes the direction of writing, so the text would not be what it looks like",
        ),
        (
            "\u2066",
            "the character U+2066 changes the direction of writing, so the text would not be what it looks like",
        ),
        ("\u0149", "the character U+0149 is deprecated in Unicode"),
        ("\u17b5", "the character U+17B5 is deprecated in Unicode"),
        ("\0", "the character U+0000 is a control character"),
        ("\x7f", "the character U+007F is a control character"),
        ("\x85", "the character U+0085 is a control character"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "// {}", "/* {} */"])
def test_forbidden_characters(char: str, message: str, around: str):
    _, faults = tokens("a\n" + around.format(char))
    assert [fault.message for fault in faults] == [message]
    assert faults[0].place.line == 2


@pytest.mark.parametrize("char", ["\r", "$", "#", "'", "`", "\u00a0", "\u2028", "\ufeff", "😀", "٣"])
def test_characters_without_a_meaning(char: str):
    found, [fault] = tokens(f"a {char} b")
    assert fault.message.endswith("has no meaning here")
    assert found.kinds == ["id", "id", "end"]


def test_a_string_that_never_ends():
    found, [fault] = tokens('a "b\nc')
    assert (fault.message, fault.place.column) == ("this string never ends", 3)
    assert found.kinds == ["id", "id", "end"]


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('""', ""),
        (r'"a\tb\n\r\\\"\'"', "a\tb\n\r\\\"'"),
        (r'"\u{41}\u{1F_600}"', "A😀"),
        (r'"\c3\a9"', "é"),
        ('"é😀"', "é😀"),
    ],
)
def test_strings(literal: str, text: str):
    assert kinds(literal) == ["string"]
    assert unescaped(literal) == text


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        (r'"\q"', r"`\q` is no escape; known are \\, \", \', \t, \n, \r, \u{...} and two hex digits"),
        (r'"\u{110000}"', "U+110000 is no character"),
        (r'"\u{d800}"', "U+D800 is no character"),
        (r'"\u{1_}"', r"`\u{1_}` is no code point"),
        (r'"\u{1111111}"', r"`\u{1111111}` is no code point"),
        (r'"\ff"', "the bytes of this string are no UTF-8"),
    ],
)
def test_strings_that_are_none(literal: str, message: str):
    assert kinds(literal) == ["string"]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        unescaped(literal)


@pytest.mark.parametrize(
    ("text", "docs"),
    [
        ("/// one", "one"),
        ("// one", "one"),
        ("/// one\n///\n///   two", "one\n\n  two"),
        ("///one\n/// two", "one\n two"),
        ("/** one */", "one"),
        ("/** one\n    two */", "one\n    two"),
        ("/** one\r\n two */", "one\n two"),
        ("/// one\n\n/// two", "one\ntwo"),
        ("/**/", "**/"),
        ("///", ""),
    ],
)
def test_documentation(text: str, docs: str):
    found, _ = tokens(text)
    assert documentation(text, found.comments[0]) == docs
