"""The formatter: what it makes of text, that it keeps tokens and comments, that a second time changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witcraft import api
from witcraft.errors import WitError
from witcraft.wit.lexer import lex
from witcraft.wit.source import Report, Source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("package   a:b @0.2.0-rc.1 ;", "package a:b@0.2.0-rc.1;\n"),
        ("use x:y/z@1.0.0 as  q;", "use x:y/z@1.0.0 as q;\n"),
        ("interface a{}", "interface a {\n}\n"),
        ("interface a{use b.{c,d as e,};}", "interface a {\n  use b.{c, d as e};\n}\n"),
        ("interface a{type t=list < tuple<u8,u16> > ;}", "interface a {\n  type t = list<tuple<u8, u16>>;\n}\n"),
        ("interface a{record r{x:u8,%use:u8}}", "interface a {\n  record r {\n    x: u8,\n    %use: u8,\n  }\n}\n"),
        (
            "interface a{variant v{b(u8),c}flags f{d}}",
            "interface a {\n  variant v {\n    b(u8),\n    c,\n  }\n  flags f {\n    d,\n  }\n}\n",
        ),
        (
            "interface a{resource r{constructor(a:u8);s:static async func()->result<_,u8>;}}",
            "interface a {\n  resource r {\n    constructor(a: u8);\n    s: static async func() -> result<_, u8>;\n  }\n}\n",
        ),
        (
            "world w{include x with{a as b,c as d}import i:interface{f:func();}export p:q/r@1.2.3;}",
            "world w {\n  include x with { a as b, c as d }\n  import i: interface {\n    f: func();\n  }\n  export p:q/r@1.2.3;\n}\n",
        ),
        (
            '@since(version=1.0.0)@deprecated( version = 2.0.0 ) @external-id("x") world w{}',
            '@since(version = 1.0.0)\n@deprecated(version = 2.0.0)\n@external-id("x")\nworld w {\n}\n',
        ),
        ("package a:b{interface i{}}", "package a:b {\n  interface i {\n  }\n}\n"),
    ],
)
def test_layout(text: str, expected: str):
    assert api.wit_format(text) == expected
    assert api.wit_format(expected) == expected


def test_comments_stay_where_they_are():
    text = """// top

/// of a
interface a { // behind the brace
  // above f
  f: func(a: u32 /* inside */ ); // behind f


  /* alone */
  record r { x: u8 // behind x
  }
  // last
}
// end
"""
    assert (
        api.wit_format(text)
        == """// top

/// of a
interface a { // behind the brace
  // above f
  f: func(a: u32 /* inside */); // behind f

  /* alone */
  record r {
    x: u8, // behind x
  }
  // last
}
// end
"""
    )


def test_a_list_of_parameters_that_is_too_long_gets_a_line_each():
    params = [f"parameter-number-{n}: string" for n in range(5)]
    text = f"interface a {{ f: func({', '.join(params)}) -> u8; }}"
    lines = api.wit_format(text).splitlines()
    assert lines[1:-1] == ["  f: func(", *[f"    {param}," for param in params], "  ) -> u8;"]


def test_a_comment_between_parameters_keeps_its_parameter():
    lines = api.wit_format("interface a { f: func(\n// of a\na: u8, // behind a\nb: u8); }").splitlines()
    assert lines == ["interface a {", "  f: func(", "    // of a", "    a: u8, // behind a", "    b: u8,", "  );", "}"]


@pytest.mark.parametrize("text", ["interface", "interface a {", "interface a { f: func( }", "\x00"])
def test_what_is_no_wit_is_refused(text: str):
    with pytest.raises(WitError):
        api.wit_format(text)


SPACES = st.sampled_from([" ", "\n", "\n\n\n", "  \n ", " // c\n", "\n// c\n", " /* c */ ", "\n/* c\n   d */\n", "\t"])
TEXT = """package a : b @1.2.0 ; @since ( version = 1.0.0 ) interface i { use j . { t , u as v } ; record r { x : u8 , y : list < string , 4 > , } f : async func ( a : t , b : option < v > ) -> result < _ , string > ; resource q { constructor ( a : u8 ) ; m : func ( ) ; } } interface j { type t = u8 ; type u = map < string , u8 > ; } world w { import i ; include z with { a as b } export e : interface { g : func ( ) ; } } world z { import a : func ( ) ; }"""
TOKENS = TEXT.split()


def meaning(text: str) -> tuple[list[str], list[str]]:
    """Tokens and comments; commas aside, since one is put behind the last item of a block."""
    tokens = lex(Source("x", text), Report())
    comments = [text[slice(*comment)].rstrip() for found in tokens.comments.values() for comment in found]
    return [tokens.text(index) for index in range(len(tokens.kinds)) if tokens.kinds[index] != ","], comments


@settings(max_examples=50)
@given(st.lists(SPACES, min_size=len(TOKENS), max_size=len(TOKENS)))
def test_any_layout_comes_to_rest_at_once(spaces: list[str]):
    text = "".join([token + space for token, space in zip(TOKENS, spaces, strict=True)])
    once = api.wit_format(text)
    assert meaning(once) == meaning(text)
    assert api.wit_format(once) == once
