"""WIT from somebody who means harm, or whose editor went wild: faults in bounded time, never a traceback."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witcraft.errors import WitError
from witcraft.model.package import Packages
from witcraft.resolve.wit.read import read_text
from witcraft.wit.data import data

DEEP = 10_000
MANY = 2_000
LONG = 1_000_000
HEAD = "package a:b;\n"


def outcome(text: str) -> Packages | WitError:
    """What becomes of ``text``, all of it looked at."""
    try:
        found = read_text(text, features=["*"])
    except WitError as error:
        assert error.diagnostics
        assert all(fault.place.excerpt().count("\n") <= 1 for fault in error.diagnostics)
        assert len(str(error)) < 100_000
        json.dumps(error.to_json())
        return error
    json.dumps(data(found))
    return found


def chain(count: int, step: str) -> str:
    """``step`` for each number, with ``#`` for it and ``@`` for the next one."""
    return " ".join([step.replace("#", f"n{number}").replace("@", f"n{number + 1}") for number in range(count)])


def ring(count: int, step: str) -> str:
    return chain(count - 1, step) + " " + step.replace("#", f"n{count - 1}").replace("@", "n0")


REFUSED = {
    "types": HEAD + "interface i { type t = " + "option<" * DEEP + "u8" + ">" * DEEP + "; }",
    "packages": HEAD + "package c:d { " * DEEP + "}" * DEEP,
    "braces": "{" * DEEP + "}" * DEEP,
    "open interfaces": HEAD + "interface i { " * DEEP,
    "open types": HEAD + "interface i { type t = " + "tuple<" * DEEP,
    "open parentheses": HEAD + "interface i { f: func" + "(" * DEEP,
    "open comments": HEAD + "/*" * DEEP,
    "attributes": HEAD + "@since(version = 1.0.0) " * MANY + "interface i {}",
    "at signs": "@" * DEEP,
    "quotes": '"' * DEEP,
    "percent signs": "%" * DEEP,
    "long name": HEAD + "interface " + "a" * LONG + " {}",
    "long word that is no name": HEAD + "interface " + "a-1-" * (LONG // 4) + "B_ {}",
    "long name of digits": HEAD + "interface a" + "-1" * (LONG // 2) + "_ {}",
    "long attribute": HEAD + "@" + "a" * LONG + " interface i {}",
    "long number": f"package a:b@{'1' * LONG}.0.0;",
    "long length": HEAD + f"interface i {{ type t = list<u8, {'9' * LONG}>; }}",
    "long name of nothing": HEAD + f"interface i {{ f: func(a: {'a' * 99_999}); }}",
    "circle of types": HEAD + "interface i { " + ring(DEEP, "type # = @;") + " }",
    "chain to a circle": HEAD + "interface i { " + chain(DEEP, "type # = @;") + f" type n{DEEP} = n{DEEP}; }}",
    "many circles": HEAD + "interface i { " + chain(MANY, "type # = #;") + " }",
    "circle of interfaces": HEAD + ring(MANY, "interface # { use @.{t}; }"),
    "circle of worlds": HEAD + ring(MANY, "world # { include @; }"),
    "circle of packages": HEAD + ring(MANY, "package a:# { interface i { use a:@/i.{t}; } }"),
    "duplicates": HEAD + "interface i {} " * MANY,
    "names of nothing": HEAD + "interface i { " + chain(MANY, "# : func(a: @);") + " }",
    "all characters": HEAD + "".join([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]),
}

ACCEPTED = {
    "comments": "/*" * DEEP + "*/" * DEEP + HEAD,
    "line comments": HEAD + "// a\n" * DEEP,
    "names of types": HEAD + "interface i { " + chain(DEEP, "type @ = #;") + f" type n0 = u8; f: func() -> n{DEEP}; }}",
    "records": HEAD + "interface i { record n0 {} " + chain(1000, "record @ { a: list<#>, b: # }") + " f: func() -> n1000; }",
    "interfaces": HEAD + "interface n0 { type t = u8; } " + chain(1000, "interface @ { use #.{t}; }") + " world w { import n1000; export n1000; }",
    "worlds": HEAD + "world n0 { import f: func(); } " + chain(1000, "world @ { include #; }"),
    "packages": HEAD + chain(1000, "package a:# { interface i { use a:@/i.{t}; } }") + " package a:n1000 { interface i { type t = u8; } }",
    "functions": HEAD + "interface i { " + chain(MANY, "#: func();") + " }",
    "a name as long as may be": HEAD + "interface " + "a" * 100_000 + " {}",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str):
    begin = time.monotonic()
    assert isinstance(outcome(REFUSED[name]), WitError)
    assert time.monotonic() - begin < 30  # hours, if anything were quadratic in a million


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str):
    found = outcome(ACCEPTED[name])
    assert isinstance(found, Packages), found


def test_called_at_the_end_of_the_stack():
    text = HEAD + "interface i { type t = " + "tuple<" * 99 + "u8" + ">" * 99 + "; }"

    def deeper() -> Packages | WitError:
        try:
            return deeper()
        except RecursionError:
            return outcome_here(text)

    def outcome_here(text: str) -> Packages | WitError:
        try:
            return read_text(text)
        except WitError as error:
            return error

    found = deeper()
    assert isinstance(found, Packages) or "Python's stack" in str(found)


SEED = """/// docs
package a:b@1.0.0;
use c:d/types@0.2.0-rc.1 as t;
@since(version = 1.0.0)
interface i {
  use t.{r, rec as re};
  @unstable(feature = x) @deprecated(version = 0.9.0)
  variant v { a(list<re, 4>), b, %type(map<string, option<v2>>) }
  flags v2 { a, b }
  resource q { constructor(a: u8) -> result<q, string>; m: async func(x: borrow<r>) -> r; s: static func(); }
  f: func(a: stream<u8>, b: future) -> tuple<u8, error-context>;
}
world w {
  import i; export j: interface { use i.{v}; g: func(a: v); }
  import k: i;
  type z = u8;
  include y with { f as g }
}
world y { import f: func(); resource f2; export h: async func(); }
package c:d@0.2.0-rc.1 { interface types { resource r; record rec { a: own<r> } enum e { a } type ee = e; } }
"""
WORDS = re.findall(r"[\w-]+|\s+|.", SEED, re.DOTALL)


def test_the_seed_is_good():
    assert isinstance(outcome(SEED), Packages)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    words = list(WORDS)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(words) - 1))
        new = draw(st.sampled_from(WORDS) | st.text(max_size=3))
        match draw(st.sampled_from(["insert", "replace", "remove", "cut"])):
            case "insert":
                words.insert(at, new)
            case "replace":
                words[at] = new
            case "remove":
                del words[at]
            case _ if len(words) > 2:
                del words[at:]
                words.append(new)
        words = words or [new]
    return "".join(words)


@settings(max_examples=150, deadline=None)
@given(mutants())
def test_mutated_text(text: str):
    outcome(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text(text: str):
    outcome(text)
    outcome(HEAD + text)
    outcome(HEAD + f"interface i {{ {text} }}")
