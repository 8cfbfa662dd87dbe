"""Hostile binaries: an error that says where, or a package in which nothing of the component ever runs.

What is damaged are components that other tools made; names, counts and texts are made up here.
"""

from __future__ import annotations

import builtins
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import witcraft
from tests.agreement import PROFILE
from tests.agreement.inert import assert_inert
from tests.end_to_end import hostile
from tests.support import raw
from tests.support.wat import assemble
from witcraft import binary
from witcraft.errors import ComponentError, EmitError, WitcraftError
from witcraft.resolve import resolve

GUESTS = ("bench", "ledger", "composed", "tour-js", "tour-python")


def attempt(data: bytes) -> WitcraftError | None:
    """What is wrong with the component, with its place in the file; None if there is an inert package for it."""
    try:
        files = witcraft.bind(data, name="app")
    except WitcraftError as found:
        error = found
    else:
        assert_inert(files)
        return None
    if not isinstance(error, EmitError):  # else nothing is wrong with the binary
        assert isinstance(error, ComponentError)
        assert error.message
        assert error.offset is not None
        assert 0 <= error.offset <= len(data)
    return error


# ---- damage ------------------------------------------------------------------------------------------------------

SAMPLES = {"bench": 150, "ledger": 40, "composed": 100, "tour-js": 4, "tour-python": 4}
"""How many of each kind, roughly a second's worth."""


@pytest.fixture(scope="module", params=GUESTS)
def whole(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    path: Path = request.getfixturevalue("guest")(request.param)
    return request.param, path.read_bytes()


def test_undamaged(whole: tuple[str, bytes]) -> None:
    assert attempt(whole[1]) is None


def test_cut_off(whole: tuple[str, bytes]) -> None:
    """Complete sections may be a component by themselves; nothing else is."""
    name, data = whole
    ends = {end for _, end in sections(data)}
    lot = random.Random(name)
    for length in [*range(16), *sorted(ends)[-3:], *[lot.randrange(len(data)) for _ in range(SAMPLES[name])]]:
        error = attempt(data[:length])
        assert error or length == 8 or length in ends


def test_bytes_changed(whole: tuple[str, bytes]) -> None:
    """Up to three at once, none of them in the code of a core module, which nobody reads."""
    name, data = whole
    places = [place for start, end in definitions(data) for place in range(start, end)]
    lot = random.Random(name)
    for _ in range(SAMPLES[name]):
        damaged = bytearray(data)
        for _ in range(lot.choice([1, 1, 1, 2, 3])):
            damaged[lot.choice(places)] = lot.choice([0, 1, 0x7F, 0x80, 0xFF, lot.randrange(256), lot.randrange(256)])
        attempt(bytes(damaged))


def sections(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of each section's contents."""
    at = start + 8
    while at < (len(data) if end is None else end):
        size, at = number(data, at + 1)
        yield at, at + size
        at += size


def definitions(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Where a component says something itself: between its core modules, and in components inside."""
    last = start
    for begin, stop in sections(data, start, end):
        if data[begin : begin + 8] == raw.MODULE or data[begin : begin + 8] == raw.COMPONENT:
            yield last, begin
            yield from definitions(data, begin, stop) if data[begin + 4] == raw.COMPONENT[4] else []
            last = stop
    yield last, len(data) if end is None else end


def number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while data[at] & 0x80:
        value, shift, at = value | (data[at] & 0x7F) << shift, shift + 7, at + 1
    return value | data[at] << shift, at + 1


@pytest.mark.engine
def test_code_changed(bench: Path) -> None:
    """The engine refuses it, it traps, or it does something else; nothing of that is a crash."""
    data = bench.read_bytes()
    (start, end) = next((at, stop) for at, stop in sections(data) if data[at : at + 8] == raw.MODULE)
    lot = random.Random("code")
    for _ in range(SAMPLES["bench"] // 2):
        damaged = bytearray(data)
        damaged[lot.randrange(start, end)] = lot.randrange(256)
        with suppress(ComponentError, witcraft.Error):
            drive(bytes(damaged))


def drive(data: bytes) -> None:
    config = witcraft.Config(fuel=1_000_000, max_memory=1 << 24, cache=False)
    component = witcraft.load(data, name="app", config=config)
    try:
        app = component.instantiate({"test:bench/host": {"tick": lambda n: n}})
        for name, *args in [("add", 1, 2), ("echo-string", "hi"), ("echo-strings", ["a", "b"]), ("run-ticks", 3)]:
            app[name](*args)
        app["make-points"](3)
    finally:
        component.forget()


# ---- absurd sizes ------------------------------------------------------------------------------------------------


def chain(head: str, link: str, length: int, tail: str) -> str:
    """A component of definitions that each use the former one, here called ``{before}``."""
    links = [link.format(i=i, before=i - 1) for i in range(1, length)]
    return "\n".join(["(component $root", head, *links, tail.format(last=length - 1), ")"])


def many(template: str, count: int) -> str:
    return " ".join([template.format(i=i) for i in range(count)])


CORE = """(core module $m (memory (export "m") 1) (func (export "f") (result i32) (i32.const 0))
  (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))"""
LIFTED = '(func (export "x") (result $t{last}) (canon lift (core func $i "f") (memory (core memory $i "m"))))'
TAKEN = '(import "x" (func (param "x" $t{last})))'
CASE, LABEL, PARAM = '(case "p{i}")', '"p{i}"', '(param "p{i}" u8)'
USE = '(import "t" (type $u (eq $t))) (import "x" (func (param "a" $u)))'
NAMED = '(type $r{i} (record (field "a" $t{before}) (field "b" $t{before}))) (import "t{i}" (type $t{i} (eq $r{i})))'

TOO_MUCH = {
    "components that each hold the former one twice": chain(
        "(component $c0 (core module (func)) (core instance (instantiate 0)))",
        "(component $c{i} (alias outer $root $c{before} (component $p))"
        " (instance (instantiate $p)) (instance (instantiate $p)))",
        30,
        "(instance (instantiate $c{last}))",
    ),
    "instance types that each hold the former one twice": chain(
        '(type $t0 (instance (export "f" (func))))',
        "(type $t{i} (instance (alias outer $root $t{before} (type $p))"
        ' (export "a" (instance (type $p))) (export "b" (instance (type $p)))))',
        30,
        '(import "x" (instance (type $t{last})))',
    ),
    "tuples that each hold the former one twice": chain(
        "(type $t0 u8)", "(type $t{i} (tuple $t{before} $t{before}))", 60, TAKEN
    ),
    "records that each hold the former one twice": chain(f"{CORE} (type $t0 u8)", NAMED, 40, LIFTED),
    "options in options": chain("(type $t0 u8)", "(type $t{i} (option $t{before}))", 5000, TAKEN),
    "lists in lists": chain("(type $t0 u8)", "(type $t{i} (list $t{before}))", 102, TAKEN),
    "a fixed-length list of everything": "(component (type (list u8 4294967295)))",
    "fixed-length lists of each other": "(component (type (list (list (list u8 65535) 65535) 65535)))",
    "a fixed-length list of nothing": "(component (type (list u8 0)))",
    "33 flags": f"(component (type (flags {many(LABEL, 33)})))",
    "70,000 cases": f"(component (type $t (variant {many(CASE, 70_000)})) {USE})",
    "no flags": "(component (type (flags)))",
    "no fields": "(component (type (record)))",
    "no labels": "(component (type (enum)))",
    "no cases": "(component (type (variant)))",
}
MUCH = {
    "1,000 parameters": f'(component (import "x" (func {many(PARAM, 1000)})))',
    "2,000 cases": f"(component (type $t (variant {many(CASE, 2000)})) {USE})",
    "a long name": f'(component (import "{"a" * 50_000}" (func)))',
    "lists in 90 lists": chain("(type $t0 u8)", "(type $t{i} (list $t{before}))", 90, TAKEN),
    "records that each hold the former one twice, 15 times": chain(f"{CORE} (type $t0 u8)", NAMED, 15, LIFTED),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much(name: str) -> None:
    assert attempt(assemble(TOO_MUCH[name]))


@pytest.mark.parametrize("name", MUCH)
def test_much(name: str) -> None:
    assert attempt(assemble(MUCH[name])) is None


# ---- work that grows faster than the file ------------------------------------------------------------------------

LARGE = 150_000  # bytes, roughly, of each
SECONDS = 4.0  # of processor time; each takes well under one, where the rules did not hold minutes


def title(number: int) -> bytes:
    return raw.name("n" + "".join(chr(ord("a") + int(digit, 16)) for digit in f"{number:x}"))


def wide(count: int, ty: bytes = b"\x7d") -> bytes:
    """Parameters or fields."""
    return raw.vec(*[title(i) + ty for i in range(count)])


def repeated(part: Callable[[int], bytes]) -> bytes:
    """A vector of about that size."""
    return raw.vec(*[part(i) for i in range(LARGE // len(part(0)))])


def types(*definitions: bytes) -> bytes:
    return raw.section(7, raw.vec(*definitions))


def imports(*items: bytes) -> bytes:
    return raw.section(10, raw.vec(*[b"\0" + title(i) + item for i, item in enumerate(items)]))


WIDE_FUNC = b"\x40" + wide(1000) + b"\1\0"
MANY_IMPORTS = raw.module(raw.section(2, raw.vec(*[b"\0" + title(i) + b"\2\0\1" for i in range(9000)])))
MANY_EXPORTS = raw.module(
    raw.section(5, raw.vec(b"\0\1")), raw.section(7, raw.vec(*[title(i) + b"\2\0" for i in range(9000)]))
)


def instance_type(*declarations: bytes) -> bytes:
    return types(b"\x42" + raw.vec(*declarations))


def wide_instance(ty: bytes, sort: bytes, count: int = 3000) -> bytes:
    """An instance type that exports as many items of one type."""
    return instance_type(b"\1" + ty, *[b"\4\0" + title(i) + sort for i in range(count)])


def fresh(ty: bytes) -> bytes:
    """An instance type with a resource type, and a type over handles of it, so that both are made for each instance."""
    return instance_type(b"\4\0" + title(0) + b"\3\1", b"\1\x69\0", b"\1" + ty, b"\4\0" + title(1) + b"\3\0\2")


def deep(inside: bytes, levels: int) -> bytes:
    for _ in range(levels):
        inside = raw.component(raw.section(4, inside))
    return inside


def many_imports(desc: bytes) -> bytes:
    return raw.section(10, repeated(lambda i: b"\0" + title(i) + desc))


def many_exports(item: bytes) -> bytes:
    return raw.section(11, repeated(lambda i: b"\0" + title(i) + item))


TAKES_FUNC = raw.section(4, raw.component(types(WIDE_FUNC), imports(b"\1\0")))
WORK = {
    "imports of a wide function": [types(WIDE_FUNC), many_imports(b"\1\0")],
    "lowerings of a wide function": [
        *(types(WIDE_FUNC), imports(b"\1\0"), raw.section(1, MANY_EXPORTS), raw.section(2, raw.vec(b"\0\0\0"))),
        raw.section(6, raw.vec(b"\0\2\1\0" + title(0))),
        raw.section(8, repeated(lambda i: b"\1\0\0" + raw.vec(b"\3\0"))),
    ],
    "instances of a module with many imports": [
        *(raw.section(1, MANY_IMPORTS), raw.section(1, MANY_EXPORTS), raw.section(2, raw.vec(b"\0\1\0"))),
        raw.section(2, repeated(lambda i: b"\0\0" + raw.vec(raw.name("") + b"\x12\0"))),
    ],
    "instances given a wide function": [
        *(types(WIDE_FUNC), imports(b"\1\0"), TAKES_FUNC),
        raw.section(5, repeated(lambda i: b"\0\0" + raw.vec(title(0) + b"\1\0"))),
    ],
    "exports of an instance of many types": [
        *(wide_instance(b"\x7d", b"\3\0\0"), imports(b"\5\0"), many_exports(b"\5\0\0")),
    ],
    "exports of an instance of many instances": [
        *(wide_instance(b"\x42\0", b"\5\0"), imports(b"\5\0"), many_exports(b"\5\0\0")),
    ],
    "exports of a wide instance type": [wide_instance(b"\x42\0", b"\5\0"), many_exports(b"\3\0\0")],
    "instances with a wide record of their own": [fresh(b"\x72" + wide(8000, b"\1")), many_imports(b"\5\0")],
    "exports of a wide record": [types(b"\x72" + wide(8000)), many_exports(b"\3\0\0")],
    "aliases from far outside": [
        *(types(b"\x7d"), raw.section(4, deep(raw.component(raw.section(6, repeated(lambda i: b"\3\2\x62\0"))), 97))),
    ],
    "instance types": [types(*[b"\x42\0"] * (LARGE // 2))],
    "instances": [raw.section(5, repeated(lambda i: b"\1\0"))],
}


@pytest.mark.parametrize("name", WORK)
def test_work(name: str) -> None:
    """Linear in the bytes, or refused."""
    data, start = raw.component(*WORK[name]), time.process_time()
    try:
        resolve(binary.read(data))
    except ComponentError as error:
        assert "too much work" in error.message
        assert error.offset is not None
    assert time.process_time() - start < SECONDS


def test_nested_components() -> None:
    data = raw.component()
    for _ in range(3000):
        data = raw.component(raw.section(4, data))
    assert "deep" in str(attempt(data))


def test_counts_beyond_the_file(whole: tuple[str, bytes]) -> None:
    """The count at the front of a section, and a number behind it, say 2^32 - 1."""
    name, data = whole
    lot = random.Random(name)
    starts = list(contents(data))
    for begin in lot.sample(starts, min(len(starts), SAMPLES[name] // 4)):
        for place in (begin, begin + lot.randrange(5)):
            attempt(data[:place] + b"\xff\xff\xff\xff\x0f" + data[place + 5 :])


def contents(data: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where sections of components begin, those of the components inside too."""
    for begin, stop in sections(data, start, end):
        if data[begin : begin + 8] == raw.COMPONENT:
            yield from contents(data, begin, stop)
        else:
            yield begin


# ---- names -------------------------------------------------------------------------------------------------------

PLACES = {
    "an imported function": '(component (import "{}" (func)))',
    "an exported function": f'(component {CORE} (func (export "{{}}") (result u32) (canon lift (core func $i "f"))))',
    "an imported interface": '(component (import "{}" (instance (export "f" (func)))))',
    "a function of an interface": '(component (import "a:b/c" (instance (export "{}" (func)))))',
    "a parameter": '(component (import "x" (func (param "{}" u8))))',
    "a field": f'(component (type $t (record (field "{{}}" u8))) {USE})',
    "a case": f'(component (type $t (variant (case "{{}}" u8))) {USE})',
    "a label": f'(component (type $t (enum "{{}}")) {USE})',
    "a flag": f'(component (type $t (flags "{{}}")) {USE})',
    "a type": '(component (type $t (enum "a")) (import "{}" (type $u (eq $t))) (import "x" (func (param "a" $u))))',
    "a resource": '(component (import "a:b/c" (instance (export "{}" (type (sub resource))))))',
    "a method": (
        '(component (import "a:b/c" (instance (export "r" (type $r (sub resource)))'
        ' (export "[method]r.{}" (func (param "self" (borrow $r)))))))'
    ),
    "a namespace": '(component (import "{}:b/c" (instance (export "f" (func)))))',
    "a package": '(component (import "a:{}/c" (instance (export "f" (func)))))',
    "an interface": '(component (import "a:b/{}" (instance (export "f" (func)))))',
    "a version": '(component (import "a:b/c@{}" (instance (export "f" (func)))))',
}
NAMES = [
    b'a"b', b"a'b", b"a\nb", b"a\rb", b"a\\", b"a\\n", b"__class__", b"a/../b", b"../../x", b"/etc/passwd", b"C:\\a", b"a b",
    b"a;b", b"a#b", b'"""', b"'''", b'""");import os;("""', b"a--b", b"-a", b"a-", b"1.2", b"a_b", b"a\0b", b"\0", b"a:", b":",
    b"/", b"@", b"a=b", b"a(b)", b"{a}", b"%s", b"a.b", b".", b"..", b"a-1b-", b"aB", b"[method]", b"[method]a.b.c", b"[x]a",
    b"<a>", b"locked-dep=<a:b>", b"unlocked-dep=<", b"url=<x>", b"integrity=<sha256-x>", b"a@1.0.0@2.0.0",
    b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc3\xa9", b"\xef\xbd\x81", b"a\xe2\x80\xaeb", b"a\xe2\x80\xa8b", b"a\xe2\x80\x8bb",
]  # fmt: skip
FINE = [b"con", b"nul", b"a-b", b"class", b"a1"]


def named(place: str, name: bytes) -> bytes:
    """The component, with a name that no assembler would let through."""
    stand_in = "q" * len(name)
    return assemble(PLACES[place].format(stand_in)).replace(stand_in.encode(), name)


@pytest.mark.parametrize("place", PLACES)
def test_names(place: str) -> None:
    """What is no name is refused."""
    for name in NAMES:
        assert attempt(named(place, name)), name
    for name in FINE:
        assert attempt(named(place, name)) is None or place == "a version"


# ---- texts -------------------------------------------------------------------------------------------------------

WORLD = """(component
  (type $p (record (field "x" u8))) (import "point" (type $point (eq $p)))
  (import "a:b/host" (instance (export "tick" (func (param "n" u32)))))
  (import "log" (func (param "p" $point))))"""
ATTACK = '\\"""\nimport builtins\nbuiltins.struck = True\n"""\\'


def documented(text: str, version: bytes = b"\1") -> bytes:
    """A component with ``text`` wherever documentation may be, in the form that tools write it."""
    texts = {
        "docs": text,
        "funcs": {"log": {"docs": text}, "tick": text},
        "types": {"point": {"docs": text, "items": {"x": text}}},
        "interfaces": {"a:b/host": {"docs": text, "funcs": {"tick": {"docs": text}}}},
    }
    package = {"docs": text, "worlds": {"root": texts}, "interfaces": {"a:b/host": texts}}
    return assemble(WORLD) + raw.custom("package-docs", version + json.dumps(package).encode())


TEXTS = [
    *hostile.DOCS,
    ATTACK,
    ATTACK.replace('"', "'"),
    "# -*- coding: utf-7 -*-",
    "a" * 100_000,
    '"' * 2000,
    "\\" * 2001,
]


@pytest.mark.parametrize("version", [b"\0", b"\1"])
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_texts(number: int, version: bytes) -> None:
    assert attempt(documented(TEXTS[number], version)) is None


@PROFILE
@given(st.text(st.sampled_from("\"'\\\n\r\0 aN{}#\u2028\x85\ud800\U0001f980") | st.characters()))
def test_any_text(text: str) -> None:
    assert attempt(documented(text)) is None


def test_texts_do_not_run() -> None:
    """Not when they are imported either."""
    component = witcraft.load(documented(ATTACK), name="app")
    component.instantiate({"log": print, "a:b/host": {"tick": print}})
    assert not hasattr(builtins, "struck")
    assert "struck" in (component.module.App.__doc__ or "") + (component.module.types.Point.__doc__ or "")


@pytest.mark.parametrize(
    "contents",
    [b"", b"\1", b"\1{", b"\1null", b"\1[]", b"\2{}", b"\1" + b"[" * 200_000, b"\1" + b"9" * 10_000, b"\1\xff\xfe"],
)
def test_texts_that_are_none(contents: bytes) -> None:
    assert attempt(assemble(WORLD) + raw.custom("package-docs", contents)) is None


def test_names_of_core_modules() -> None:
    """Any text may be the name of a core export, or stand in a name section."""
    name = '"); import builtins; builtins.struck = 1 #\\'
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = f"""(component
      (core module $m (func (export "{quoted}") (result i32) (i32.const 7)) (@custom "name" "\\00\\05\\04a\\22\\0ab"))
      (core instance $i (instantiate $m))
      (func (export "f") (result u32) (canon lift (core func $i "{quoted}"))))"""
    data = assemble(text)
    assert attempt(data) is None
    assert witcraft.load(data, name="app").instantiate()["f"]() == 7
    assert not hasattr(builtins, "struck")
