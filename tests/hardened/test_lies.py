"""What a guest hands out is not trusted: pointers, lengths, discriminants, texts, handles; nor what realloc gives.

One table, read three ways: the value is a result of an export, a parameter of an import, and for realloc an argument of
an export and the result of an import. Each lie is a trap that says what it was; the host's function is not called, the
instance is over, and its neighbour knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hardened.guests import WAYS, Way, opened
from witcraft import PoisonedError, Trap

# No `engine` mark: what is tested here is our own code, the same with every engine.

TYPES = {
    "text": "string",
    "bytes": "(list u8)",
    "words": "(list u32)",
    "longs": "(list u64)",
    "texts": "(list string)",
    "lists": "(list (list u8))",
    "letters": "(list char)",
    "letter-pairs": "(list (tuple char u8))",
    "labels": "(list $label)",
    "flags": "(list $many)",
    "maybe": "(option string)",
    "outcome": "(tuple (result string (error u32)))",
    "shapes": "(list $shape)",
    "boxes": "(list (own $box))",
    "fixed": "(tuple u8 string u8)",
}
DEFINED = """
  (type $label' (enum "a" "b" "c")) (NAME $label "label" (type BEFORE $label'AFTER))
  (type $many' (flags "a" "b" "c")) (NAME $many "many" (type BEFORE $many'AFTER))
  (type $shape' (variant (case "dot") (case "text" string) (case "number" u64)))
  (NAME $shape "shape" (type BEFORE $shape'AFTER))
"""
EXPORTED = DEFINED.replace("NAME", "export").replace("BEFORE ", "").replace("AFTER", "")


def guest(encoding: str) -> str:
    """``give-T`` gives what lies at an address, ``send-T`` lets the host hear it; both take where it begins."""
    imports = {name: ty for name, ty in TYPES.items() if "$" not in ty}
    return f"""
(component
  {
        "".join(
            [
                f'''
  (import "hear-{name}" (func $hear-{name} (param "v" {ty})))'''
                for name, ty in imports.items()
            ]
        )
    }
  {EXPORTED}
  (type $box' (resource (rep i32)))
  (export $box "box" (type $box'))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "give") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $memory))
  (alias core export $i "memory" (core memory $m))
  {
        "".join(
            [
                f'''
  (core func $hear-{name} (canon lower (func $hear-{name}) (memory $m) string-encoding={encoding}))'''
                for name in imports
            ]
        )
    }
  (core module $code
    (import "i" "memory" (memory 1))
    {
        "".join(
            [
                f'''
    (import "host" "{name}" (func $hear-{name} (param {" ".join(["i32"] * FLAT.get(name, 2))})))'''
                for name in imports
            ]
        )
    }
    {
        "".join(
            [
                f'''
    (func (export "send-{name}") (param i32)
      (call $hear-{name} {
                    " ".join(
                        [
                            f"({LOADS.get(name, {}).get(n, 'i32.load')} offset={4 * n} (local.get 0))"
                            for n in range(FLAT.get(name, 2))
                        ]
                    )
                }))'''
                for name in imports
            ]
        )
    })
  (core instance $c (instantiate $code (with "i" (instance $i))
    (with "host" (instance {"".join([f'(export "{name}" (func $hear-{name}))' for name in imports])}))))
  (func (export "poke") (param "at" u32) (param "value" u32) (canon lift (core func $i "poke")))
  {
        "".join(
            [
                f'''
  (func (export "give-{name}") (param "at" u32) (result {ty})
    (canon lift (core func $i "give") (memory $m) string-encoding={encoding}))'''
                for name, ty in TYPES.items()
            ]
        )
    }
  {
        "".join(
            [
                f'''
  (func (export "send-{name}") (param "at" u32) (canon lift (core func $c "send-{name}")))'''
                for name in imports
            ]
        )
    })
"""


FLAT = {"maybe": 3, "outcome": 3, "fixed": 4}
"""Flat values of a parameter: so many words from the address on, as they lie in memory too."""
LOADS = {"fixed": {0: "i32.load8_u", 3: "i32.load8_u"}}

EDGE = 1 << 16
TOP = (1 << 32) - 1
Lie = tuple[str, list[int], str]
"""A type, the words that lie at address 64, and what the trap says."""
PLACES: list[Lie] = [
    ("text", [EDGE, 1], "out of bounds pointer 0x10000"),
    ("text", [EDGE - 1, 2], "out of bounds pointer 0xffff"),
    ("text", [TOP, 1], "out of bounds pointer 0xffffffff"),
    ("text", [TOP, TOP], "out of bounds|is too long"),
    ("text", [64, 1 << 31], "out of bounds|is too long"),
    ("bytes", [EDGE, 1], "out of bounds pointer 0x10000: 1 bytes from there"),
    ("bytes", [TOP, 0], "out of bounds pointer 0xffffffff: 0 bytes from there"),
    ("bytes", [0, 1 << 28], "list of 268435456 bytes is too long"),
    ("bytes", [1, TOP], "list of 4294967295 bytes is too long"),
    ("words", [66, 1], "unaligned pointer 0x42: expected a multiple of 4"),
    ("words", [66, 0], "unaligned pointer 0x42: expected a multiple of 4"),
    ("words", [EDGE - 4, 2], "out of bounds pointer 0xfffc: 8 bytes from there"),
    ("words", [0, 1 << 30], "list of 4294967296 bytes is too long"),
    ("words", [0, (1 << 30) + 1], "list of 4294967300 bytes is too long"),
    ("longs", [68, 1], "unaligned pointer 0x44: expected a multiple of 8"),
    ("longs", [0, 1 << 29], "list of 4294967296 bytes is too long"),
    ("texts", [EDGE - 8, 2], "out of bounds pointer 0xfff8: 16 bytes from there"),
    ("texts", [128, 2, *[0] * 14, 0, 1, EDGE, 1], "out of bounds pointer 0x10000"),
    ("lists", [128, 2, *[0] * 14, 0, 1, EDGE - 2, 3], "out of bounds pointer 0xfffe: 3 bytes from there"),
    ("letters", [128, 2, *[0] * 14, 0x61, 0xD800], "char"),
    ("letters", [128, 2, *[0] * 14, 0x61, 0x110000], "char"),
    ("letter-pairs", [128, 2, *[0] * 14, 0x61, 0, 0xDFFF, 0], "invalid char 0xdfff"),
    ("labels", [128, 4, *[0] * 14, 0x03020100], "invalid discriminant 3"),
    ("labels", [128, 4, *[0] * 14, 0x0000FF00], "invalid discriminant 255"),
    ("maybe", [2, 0, 0], "invalid discriminant 2 for option<string>"),
    ("maybe", [255, 0, 0], "invalid discriminant 255 for option<string>"),
    ("maybe", [1, EDGE, 1], "out of bounds pointer 0x10000"),
    ("outcome", [2, 0, 0], "invalid discriminant 2 for result"),
    ("outcome", [0, EDGE, 1], "out of bounds pointer 0x10000"),
    ("shapes", [128, 1, *[0] * 14, 3], "invalid discriminant 3 for"),
    ("shapes", [128, 2, *[0] * 14, 0, 0, 0, 0, 1, 0, EDGE, 1], "out of bounds pointer 0x10000"),
    ("boxes", [128, 1, *[0] * 14, 0], "unknown handle index 0"),
    ("boxes", [128, 1, *[0] * 14, 1], "unknown handle index 1"),
    ("boxes", [128, 1, *[0] * 14, TOP], "unknown handle index 4294967295"),
    ("fixed", [1, EDGE, 1, 1], "out of bounds pointer 0x10000"),
]
TEXTS: dict[str, list[Lie]] = {
    "utf8": [
        ("text", [128, 3, *[0] * 14, 0x80FF6161], "invalid utf-8 in a string, at byte 2"),
        ("text", [128, 2, *[0] * 14, 0x80C0], "invalid utf-8 in a string, at byte 0"),
        ("texts", [128, 1, *[0] * 14, 136, 3, 0x80A0ED], "invalid utf-8 in a string, at byte 0"),
        ("maybe", [1, 128, 1, *[0] * 13, 0xE2], "invalid utf-8 in a string, at byte 0"),
    ],
    "utf16": [
        ("text", [129, 1], "unaligned pointer 0x81: expected a multiple of 2"),
        ("text", [128, 1, *[0] * 14, 0xD800], "invalid utf-16-le in a string, at byte 0"),
        ("text", [128, 2, *[0] * 14, 0xDC000061], "invalid utf-16-le in a string, at byte 2"),
        ("text", [0, 1 << 27], "out of bounds|is too long"),
    ],
    "latin1+utf16": [
        ("text", [129, 1], "unaligned pointer 0x81: expected a multiple of 2"),
        ("text", [128, 1 << 31 | 1, *[0] * 14, 0xD800], "invalid utf-16-le in a string, at byte 0"),
        ("text", [EDGE - 2, 1 << 31 | 2], "out of bounds pointer 0xfffe: 4 bytes from there"),
        ("text", [0, TOP], "out of bounds|is too long"),
    ],
}
LIES = [("utf8", lie) for lie in PLACES] + [(encoding, lie) for encoding, lies in TEXTS.items() for lie in lies]


def start(way: Way, encoding: str, hear: Callable[[Any], object]) -> Any:
    names = [f"hear-{name}" for name, ty in TYPES.items() if "$" not in ty]
    names = [name.replace("-", "_") for name in names] if way == "disk" else names
    return opened(guest(encoding), way).start(**dict.fromkeys(names, hear))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("encoding", "lie"), LIES)
def test_what_the_guest_hands_out(way: Way, encoding: str, lie: Lie) -> None:
    name, words, what = lie
    heard: list[Any] = []
    other = start(way, encoding, heard.append)
    for export in [f"give-{name}", f"send-{name}"][: 1 if "$" in TYPES[name] else 2]:
        app = start(way, encoding, heard.append)
        for place, word in enumerate(words):
            app.poke(64 + 4 * place, word)
        with pytest.raises(Trap, match=f"^{export}: .*({what})"):
            app[export](64)
        with pytest.raises(PoisonedError, match=f"{export} trapped"):
            app.poke(0, 0)
    assert not heard
    assert other["give-text"](64) == ""


AREAS = [(EDGE - 4, "out of bounds pointer 0xfffc"), (66, "unaligned pointer 0x42"), (TOP - 3, "out of bounds pointer")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("at", "what"), AREAS)
@pytest.mark.parametrize("name", ["text", "maybe", "fixed", "shapes"])
def test_where_the_guest_says_that_its_result_is(way: Way, name: str, at: int, what: str) -> None:
    app = start(way, "utf8", lambda v: None)
    with pytest.raises(Trap, match=f"^give-{name}: {what}"):
        app[f"give-{name}"](at)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_odd_but_right(way: Way) -> None:
    """The end of the memory is a place for nothing; unknown bits of flags are passed over; any byte is a bool."""
    heard: list[Any] = []
    app = start(way, "utf8", heard.append)
    for place, word in enumerate([EDGE, 0]):
        app.poke(64 + 4 * place, word)
    assert (app.give_text(64), app.give_bytes(64), app.give_words(64), app.give_texts(64)) == ("", b"", [], [])
    app.send_text(64)
    assert heard == [""]
    for place, word in enumerate([128, 4, *[0] * 14, 0xFFF80701]):
        app.poke(64 + 4 * place, word)
    many = app.Many
    assert app.give_flags(64) == [many.A, ~many(0), many(0), ~many(0)]


# ---- realloc -----------------------------------------------------------------------------------------------------

REALLOC = """
(component
  (import "fetch" (func $fetch (result string)))
  (import "fetch-all" (func $fetch-all (result (list u64))))
  (core module $memory
    (memory (export "memory") 1)
    (global $what (mut i32) (i32.const 0))
    (global $value (mut i32) (i32.const 0))
    (global $calls (mut i32) (i32.const 0))
    (func (export "arm") (param i32 i32) (global.set $what (local.get 0)) (global.set $value (local.get 1)))
    ;; 0: gives the value; 1: traps; 2: loops for a while; 3: grows the memory; 4: gives another place each time
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eq (global.get $what) (i32.const 1)) (then (unreachable)))
      (if (i32.eq (global.get $what) (i32.const 3)) (then (return
        (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))))
      (if (i32.eq (global.get $what) (i32.const 4)) (then (return
        (i32.mul (global.get $calls) (global.get $value)))))
      (global.get $value)))
  (core instance $i (instantiate $memory))
  (alias core export $i "memory" (core memory $m))
  (alias core export $i "realloc" (core func $realloc))
  (core func $fetch (canon lower (func $fetch) (memory $m) (realloc $realloc)))
  (core func $fetch-all (canon lower (func $fetch-all) (memory $m) (realloc $realloc)))
  (core module $code
    (import "i" "memory" (memory 1))
    (import "host" "fetch" (func $fetch (param i32)))
    (import "host" "fetch-all" (func $fetch-all (param i32)))
    (func $first (export "first") (param i32 i32) (result i32)
      (if (result i32) (local.get 1) (then (i32.load8_u (local.get 0))) (else (i32.const -1))))
    (func (export "fetch") (param i32) (result i32)
      (call $fetch (local.get 0)) (call $first (i32.load (local.get 0)) (i32.load offset=4 (local.get 0))))
    (func (export "fetch-all") (param i32) (result i32)
      (call $fetch-all (local.get 0)) (call $first (i32.load (local.get 0)) (i32.load offset=4 (local.get 0))))
    ;; the first bytes of the first and of the last of a list of two texts
    (func (export "both") (param i32 i32) (result i32)
      (i32.add (i32.mul (i32.const 256) (i32.load8_u (i32.load (local.get 0))))
        (i32.load8_u (i32.load offset=8 (local.get 0))))))
  (core instance $c (instantiate $code (with "i" (instance $i))
    (with "host" (instance (export "fetch" (func $fetch)) (export "fetch-all" (func $fetch-all))))))
  (func (export "arm") (param "what" u32) (param "value" u32) (canon lift (core func $i "arm")))
  (func (export "text") (param "v" string) (result u32) (canon lift (core func $c "first") (memory $m) (realloc $realloc)))
  (func (export "longs") (param "v" (list u64)) (result u32)
    (canon lift (core func $c "first") (memory $m) (realloc $realloc)))
  (func (export "texts") (param "v" (list string)) (result u32)
    (canon lift (core func $c "both") (memory $m) (realloc $realloc)))
  (func (export "fetch-it") (param "at" u32) (result u32) (canon lift (core func $c "fetch")))
  (func (export "fetch-them") (param "at" u32) (result u32) (canon lift (core func $c "fetch-all"))))
"""
NEEDS: dict[str, tuple[tuple[Any, ...], int]] = {
    # a call, and how its block has to be aligned
    "text": (("a" * 16,), 1),
    "longs": (([0x61, 0x61],), 8),
    "texts": ((["a" * 16, "b"],), 4),
    "fetch-it": ((64,), 1),
    "fetch-them": ((64,), 8),
}


def fetching(way: Way) -> Any:
    return opened(REALLOC, way).start(**{
        "fetch": lambda: "a" * 16,
        "fetch_all" if way == "disk" else "fetch-all": lambda: [0x61, 0x61],
    })  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("value", [EDGE, EDGE - 8, TOP - 7, 1 << 31, TOP])
def test_realloc_gives_what_is_not_there(way: Way, name: str, value: int) -> None:
    args, align = NEEDS[name]
    app = fetching(way)
    app.arm(0, value)
    what = "unaligned pointer" if value % align else f"out of bounds pointer {value:#x}: 16 bytes from there"
    with pytest.raises(Trap, match=f"^{name}: .*{what}"):
        app[name](*args)
    with pytest.raises(PoisonedError, match=f"{name} trapped"):
        app.arm(0, 0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["longs", "texts", "fetch-them"])
@pytest.mark.parametrize("value", [1, 2, 1025, 1026])
def test_realloc_gives_what_is_not_aligned(way: Way, name: str, value: int) -> None:
    app = fetching(way)
    app.arm(0, value)
    with pytest.raises(Trap, match=f"^{name}: .*unaligned pointer {value:#x}: expected a multiple of {NEEDS[name][1]}"):
        app[name](*NEEDS[name][0])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NEEDS)
def test_realloc_traps(way: Way, name: str) -> None:
    app = fetching(way)
    app.arm(1, 0)
    with pytest.raises(Trap, match=f"^{name}: wasm `unreachable`") as caught:
        app[name](*NEEDS[name][0])
    assert caught.value.code == "unreachable"
    with pytest.raises(PoisonedError, match=f"{name} trapped"):
        app.arm(0, 0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NEEDS)
def test_realloc_gives_nothing_or_the_same_twice(way: Way, name: str) -> None:
    """0 is an address like others, and whoever gives blocks that overlap spoils nothing but itself."""
    app = fetching(way)
    for value in (0, 8, 64, 1024):
        app.arm(0, value)
        assert isinstance(app[name](*NEEDS[name][0]), int)
    app.arm(3, 0)
    assert app[name](*NEEDS[name][0]) == (0x6162 if name == "texts" else 0x61)
    app.arm(4, 128)
    assert app[name](*NEEDS[name][0]) == (0x6162 if name == "texts" else 0x61)


@pytest.mark.parametrize("way", WAYS)
def test_a_lie_in_the_middle_of_a_list(way: Way) -> None:
    """The third block is the first that is wrong."""
    app = fetching(way)
    app.arm(4, 24_000)
    with pytest.raises(Trap, match="^texts: .*out of bounds pointer 0x11940: 1 bytes from there"):
        app.texts(["a" * 16, "b"])


# ---- 64 bits -----------------------------------------------------------------------------------------------------

WIDE = """
(component
  (import "hear" (func $hear (param "v" (list u16))))
  (core module $memory
    (memory (export "memory") i64 1)
    (global $given (mut i64) (i64.const 64))
    (func (export "arm") (param i64) (global.set $given (local.get 0)))
    (func (export "realloc") (param i64 i64 i64 i64) (result i64) (global.get $given))
    (func (export "give") (param i64 i64) (result i64)
      (i64.store (i64.const 16) (local.get 0)) (i64.store (i64.const 24) (local.get 1)) (i64.const 16))
    (func (export "at") (param i64) (result i64) (local.get 0))
    (func (export "take") (param i64 i64)))
  (core instance $i (instantiate $memory))
  (alias core export $i "memory" (core memory $m))
  (alias core export $i "realloc" (core func $realloc))
  (core func $hear (canon lower (func $hear) (memory $m)))
  (core module $code (import "" "hear" (func $hear (param i64 i64)))
    (func (export "send") (param i64 i64) (call $hear (local.get 0) (local.get 1))))
  (core instance $c (instantiate $code (with "" (instance (export "hear" (func $hear))))))
  (func (export "arm") (param "v" u64) (canon lift (core func $i "arm")))
  (func (export "text") (param "at" u64) (param "n" u64) (result string) (canon lift (core func $i "give") (memory $m)))
  (func (export "halves") (param "at" u64) (param "n" u64) (result (list u16))
    (canon lift (core func $i "give") (memory $m)))
  (func (export "send") (param "at" u64) (param "n" u64) (canon lift (core func $c "send")))
  (func (export "area") (param "at" u64) (result string) (canon lift (core func $i "at") (memory $m)))
  (func (export "take") (param "v" (list u16))
    (canon lift (core func $i "take") (memory $m) (realloc $realloc))))
"""
FAR = (1 << 64) - 1
WIDE_LIES: list[tuple[str, tuple[int, ...], str]] = [
    ("text", (1 << 32, 1), "out of bounds"),
    ("text", (FAR, 1), "out of bounds"),
    ("text", (FAR, FAR), "out of bounds|too long"),
    ("text", (16, 1 << 63), "out of bounds|too long"),
    ("halves", (1 << 63, 0), "out of bounds"),
    ("halves", (FAR - 1, 1), "out of bounds"),
    ("halves", (16, 1 << 63), "list of 18446744073709551616 bytes is too long"),
    ("halves", (16, FAR), "too long"),
    ("halves", ((1 << 32) + 1, 1), "unaligned pointer 0x100000001"),
    ("send", (1 << 32, 1), "out of bounds"),
    ("send", (16, 1 << 63), "too long"),
    ("area", (1 << 32,), "out of bounds pointer 0x100000000"),
    ("area", ((1 << 32) + 4,), "unaligned pointer 0x100000004"),
    ("area", (FAR - 7,), "out of bounds"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "args", "what"), WIDE_LIES)
def test_pointers_of_64_bits(way: Way, name: str, args: tuple[int, ...], what: str) -> None:
    """Nothing is cut off at 32 bits, and no sum or product wraps."""
    heard: list[Any] = []
    app = opened(WIDE, way).start(hear=heard.append)
    with pytest.raises(Trap, match=f"^{name}: .*({what})"):
        app[name](*args)
    assert not heard


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("given", [1 << 32, 1 << 63, FAR - 1, FAR, 65])
def test_realloc_of_64_bits(way: Way, given: int) -> None:
    app = opened(WIDE, way).start(hear=lambda v: None)
    app.take([1, 2])
    app.arm(given)
    with pytest.raises(Trap, match="^take: .*(unaligned|out of bounds) pointer"):
        app.take([1, 2])
