"""Where other implementations had their bugs. Each that was published has a test here, on whichever sides it concerns:
between host and guest, and between inner components.

The numbers are those of our list; GHSA and CVE are advisories, the others issues of the projects that are named.
"""

from __future__ import annotations

import gc
import struct
import time
import tracemalloc
from typing import Any

import pytest

import witcraft
from tests.hardened.guests import REALLOC, WAYS, opened
from tests.support.wat import assemble
from witcraft import ArgumentError, Config, Err, PoisonedError, Trap
from witcraft.errors import UnsupportedError

# No `engine` mark: what is tested here is our own code, the same with every engine.

EDGE = 1 << 16
TAG = 1 << 31
ENCODINGS = ["utf8", "utf16", "latin1+utf16"]
PAIRS = [(source, target) for source in ENCODINGS for target in ENCODINGS]

# One component gives another a text that lies somewhere in its memory. The taker's realloc gives a good place until it
# was called as often as it is told, and `$bad` from then on; the taker gives back what it was given.
TEXTS = """
(component
  (component $taker
    (core module $m
      (memory (export "memory") 2)
      (global $good (mut i32) (i32.const 1000))
      (global $bad (mut i32) (i32.const 0))
      (global $calls (mut i32) (i32.const 0))
      (func (export "arm") (param i32 i32) (global.set $good (local.get 0)) (global.set $bad (local.get 1)))
      (func (export "calls") (result i32) (global.get $calls))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (global.set $good (i32.sub (global.get $good) (i32.const 1)))
        (if (i32.lt_s (global.get $good) (i32.const 0)) (then (return (global.get $bad))))
        (local.set $at (i32.add (i32.const 1024) (i32.mul (i32.and (global.get $good) (i32.const 1)) (i32.const 2048))))
        (memory.copy (local.get $at) (local.get 0) (local.get 1))
        (local.get $at))
      (func (export "take") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16)))
    (core instance $m (instantiate $m))
    (func (export "arm") (param "good" u32) (param "bad" u32) (canon lift (core func $m "arm")))
    (func (export "calls") (result u32) (canon lift (core func $m "calls")))
    (func (export "take") (param "s" string) (result string)
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        string-encoding=TARGET)))
  (component $giver
    (import "take" (func $take (param "s" string) (result string)))
    (core module $memory
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (memory.copy (i32.const 2048) (local.get 0) (local.get 1)) (i32.const 2048))
      (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
    (core instance $memory (instantiate $memory))
    (core func $take (canon lower (func $take) (memory (core memory $memory "memory"))
      (realloc (core func $memory "realloc")) string-encoding=SOURCE))
    (core module $m
      (import "" "take" (func $take (param i32 i32 i32)))
      (func (export "give") (param i32 i32) (result i32)
        (call $take (local.get 0) (local.get 1) (i32.const 8)) (i32.const 8)))
    (core instance $m (instantiate $m (with "" (instance (export "take" (func $take))))))
    (func (export "poke") (param "at" u32) (param "byte" u32) (canon lift (core func $memory "poke")))
    (func (export "give") (param "at" u32) (param "units" u32) (result string)
      (canon lift (core func $m "give") (memory (core memory $memory "memory")) string-encoding=SOURCE)))
  (instance $taker (instantiate $taker))
  (instance $giver (instantiate $giver (with "take" (func $taker "take"))))
  (export "arm" (func $taker "arm"))
  (export "calls" (func $taker "calls"))
  (export "take" (func $taker "take"))
  (export "poke" (func $giver "poke"))
  (export "give" (func $giver "give")))
"""
CODECS = {"utf8": "utf-8", "utf16": "utf-16-le", "latin1+utf16": "utf-16-le"}


def texts(source: str, target: str) -> Any:
    return opened(TEXTS.replace("SOURCE", source).replace("TARGET", target)).start()


def give(app: Any, source: str, text: str, end: int, units: int | None = None) -> str:
    """Lets the giver send ``text``, which it has right before address ``end`` (UTF-16 where two forms are possible)."""
    data = text.encode(CODECS[source])
    for place, byte in enumerate(data):
        app.poke(end - len(data) + place, byte)
    if units is None:
        units = len(data) if source == "utf8" else len(data) // 2 | (TAG if source == "latin1+utf16" else 0)
    return app.give(end - len(data), units)  # type: ignore[no-any-return]


GROWING = "abcdefgh" * 4 + "é☃" * 20 + "🦀"
"""Nothing that any guess from its first characters is right about: realloc is called again and again."""


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_1_what_realloc_gives_while_transcoding_is_checked(source: str, target: str) -> None:
    """GHSA-394w-hwhg-8vgm: results of realloc were not bounds-checked. Every call of it lies once."""
    app = texts(source, target)
    assert give(app, source, GROWING, EDGE) == GROWING
    calls = app.calls()
    for good in range(calls):
        for bad in (2 * EDGE - 8, 0xFFFFFFF8):
            app = texts(source, target)
            app.arm(good, bad)
            with pytest.raises(Trap, match="^give: .*(out-of-bounds|out of bounds|beyond)"):
                give(app, source, GROWING, EDGE)
    app = texts(source, target)
    app.arm(0, 2 * EDGE)
    with pytest.raises(Trap, match="^take: .*out of bounds"):
        app.take(GROWING)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_2_nothing_is_read_behind_the_text(source: str, target: str) -> None:
    """GHSA-hx6p-xpx3-jvvv: an over-read from UTF-16 to the compact encoding. Here the text ends where memory does."""
    app = texts(source, target)
    for length in (*range(10), 15, 16, 17, 33, 65):
        for text in ("a" * length, "é" * length, "☃" * length, "a" * length + "☃", "é" * length + "b"):
            assert give(app, source, text, EDGE) == text
    units = 11 | (TAG if source == "latin1+utf16" else 0)
    with pytest.raises(Trap, match="^give: .*(out-of-bounds|out of bounds)"):
        give(app, source, "a" * 10, EDGE, units)


@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[1] != "utf8"])
def test_3_every_allocation_is_checked_for_its_alignment(source: str, target: str) -> None:
    """GHSA-jxhv-7h78-9775: only that of the first allocation was."""
    app = texts(source, target)
    give(app, source, GROWING, EDGE)
    for good in range(app.calls()):
        app = texts(source, target)
        app.arm(good, 1025)
        with pytest.raises(Trap, match="^give: .*(unaligned|not aligned)"):
            give(app, source, GROWING, EDGE)
    app = texts(source, target)
    app.arm(0, 1025)
    with pytest.raises(Trap, match="^take: .*unaligned"):
        app.take(GROWING)


# ---- values that are passed on -----------------------------------------------------------------------------------

LABELS = {count: " ".join([f'"f{n}"' for n in range(count)]) for count in (1, 7, 8, 9, 16, 17, 31, 32)}
BITS = """
(component
  (type $flags' (flags LABELS))
  (component $taker
    (type $flags' (flags LABELS))
    (export $flags "flags" (type $flags'))
    (core module $m (func (export "bits") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $m))
    (func (export "bits") (param "v" $flags) (result u32) (canon lift (core func $m "bits"))))
  (component $giver
    (import "flags" (type $flags (eq $flags'')))
    (import "bits" (func $bits (param "v" $flags) (result u32)))
    (core func $bits (canon lower (func $bits)))
    (core module $m (import "" "bits" (func $bits (param i32) (result i32)))
      (func (export "pass") (param i32) (result i32) (call $bits (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance (export "bits" (func $bits))))))
    (func (export "pass") (param "raw" u32) (result u32) (canon lift (core func $m "pass"))))
  (instance $taker (instantiate $taker))
  (alias export $taker "flags" (type $out))
  (instance $giver (instantiate $giver (with "flags" (type $out)) (with "bits" (func $taker "bits"))))
  (export $shown "flags" (type $out))
  (core module $m (func (export "id") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $m))
  (func (export "lift") (param "raw" u32) (result $shown) (canon lift (core func $m "id")))
  (export "pass" (func $giver "pass")))
""".replace(
    "(import \"flags\" (type $flags (eq $flags'')))",
    '(type $flags (flags LABELS)) (import "flags" (type $known (eq $flags)))',
).replace(
    '(param "v" $flags) (result u32)))\n    (core func $bits (canon',
    '(param "v" $known) (result u32)))\n    (core func $bits (canon',
)


@pytest.mark.parametrize("count", LABELS)
def test_4_unknown_flags_are_passed_over(count: int) -> None:
    """GHSA-m758-wjhj-p3jq: they have to be ignored, neither trapped on nor handed on."""
    app = opened(BITS.replace("LABELS", LABELS[count])).start()
    mask = (1 << count) - 1
    for raw in (0, 1, mask, mask + 1 & 0xFFFFFFFF, 0xFFFFFFFF, 0x80000000, 0xAAAAAAAA):
        assert app.pass_(raw) == raw & mask
        assert app.lift(raw).value == raw & mask


ASYNCHRONOUS = """
(component
  (core module $m
    (func (export "f") (result i32) (i32.const 0))
    (func (export "callback") (param i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "f") async (canon lift (core func $i "f") async (callback (core func $i "callback")))))
"""
ABANDONED = """
(component
  (import "tick" (func $tick (param "n" u32) (result u32)))
  (core func $tick (canon lower (func $tick)))
  (core module $m
    (import "" "tick" (func $tick (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (call $tick (local.get 0))))
  (core instance $m (instantiate $m (with "" (instance (export "tick" (func $tick))))))
  (func (export "f") (param "n" u32) (result u32) (canon lift (core func $m "f"))))
"""


def test_5_a_call_in_flight_is_dropped() -> None:
    """GHSA-xjhv-v822-pf94: dropping an asynchronous call that was not over was a use after free.

    No asynchronous call outlasts its caller's, and one that the host is asked to make is refused by name. What can be
    dropped in flight is an instance whose call an exception ends half-way, at any depth; and one that is closed in the
    middle of its call.
    """
    with pytest.raises(UnsupportedError, match="async"):
        witcraft.load(assemble(ASYNCHRONOUS)).instantiate()
    app: Any = None

    def tick(n: int) -> int:
        if n:
            return app.f(n - 1)  # type: ignore[no-any-return]
        raise LookupError

    for _ in range(50):
        app = opened(ABANDONED).start(tick=tick)
        with pytest.raises(LookupError):
            app.f(5)
        app = None
    gc.collect()
    app = opened(ABANDONED).start(tick=lambda n: app._store.close() or 5)
    with pytest.raises(PoisonedError, match="the instance was closed"):
        app.f(1)


HUGE = f"""
(component
  (core module $m
    (memory (export "memory") 1)
    {REALLOC}
    (func (export "give") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16)))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $m))
  {
    "".join(
        [
            f'''
  (func (export "{name}") (param "at" u32) (param "n" u32) (result {ty}) (canon lift (core func $i "give") (memory $m)))'''
            for name, ty in [
                ("bytes-of", "(list u8)"),
                ("pairs", "(list (tuple u8 u8))"),
                ("texts", "(list string)"),
                ("text", "string"),
                ("rows", "(list (list u64))"),
            ]
        ]
    )
})
"""


@pytest.mark.parametrize("way", WAYS)
def test_6_a_length_alone_makes_the_host_allocate_nothing(way: Any) -> None:
    """GHSA-x84v-gj2h-g759: lengths that a guest made up sized the host's buffers (there: of streams, which we have not).

    A list that claims to be long has to lie in memory first, and what it says of its parts is looked at as they come.
    """
    for name in ("bytes-of", "pairs", "texts", "text", "rows"):
        for count in (EDGE + 1, 1 << 24, (1 << 28) - 1, 0xFFFFFFFF):
            app = opened(HUGE, way).start()
            call = app[name]
            tracemalloc.start()
            with pytest.raises(Trap, match="out of bounds|too long|out-of-bounds"):
                call(0, count)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 200_000


BUILT_INS = """
(component
  (type $box (resource (rep i32)))
  (core func $new (canon resource.new $box))
  (core func $rep (canon resource.rep $box))
  (core func $drop (canon resource.drop $box))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (table 3 funcref)
    (elem (i32.const 0) $new $rep $drop)
    (type $one (func (param i32) (result i32)))
    (type $none (func (param i32)))
    (func (export "indirect") (param $which i32) (param $value i32) (result i32)
      (if (i32.eq (local.get $which) (i32.const 2))
        (then (call_indirect (type $none) (local.get $value) (i32.const 2)) (return (i32.const 0))))
      (call_indirect (type $one) (local.get $value) (local.get $which)))
    (func $start START)
    (start $start))
  (core instance $m (instantiate $m (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (func (export "indirect") (param "which" u32) (param "value" u32) (result u32) (canon lift (core func $m "indirect"))))
"""


@pytest.mark.parametrize("start", ["(call $drop (i32.const 0))", "(drop (call $rep (i32.const -1)))"])
def test_7_built_ins_at_unusual_moments(start: str) -> None:
    """CVE-2025-62711: trampolines between host and guest crashed. Here built-ins are called from a start function, when
    the instance is not there yet, through a table, and with whatever number."""
    with pytest.raises(Trap, match="^instantiation: unknown handle index"):
        opened(BUILT_INS.replace("START", start)).start()
    guest = opened(BUILT_INS.replace("START", "(call $drop (call $new (i32.const 7)))"))
    app = guest.start()
    assert app.indirect(0, 0xFFFFFFFF) == 1
    assert app.indirect(1, 1) == 0xFFFFFFFF
    assert app.indirect(2, 1) == 0
    for which in (1, 2):
        for number in (0, 1, 2, 0x7FFFFFFF, 0xFFFFFFFF):
            with pytest.raises(Trap, match=f"unknown handle index {number}"):
                guest.start().indirect(which, number)


SHARED = """
(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (global $heap (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32) (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
        (global.set $heap (i32.add (local.get $at) (local.get $size)))
        (loop $grow
          (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
            (then
              (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
              (br $grow))))
        (local.get $at))
      (func (export "count") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $m))
    (func (export "count") (param "v" (list string)) (result u32)
      (canon lift (core func $m "count") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
  (component $caller
    (import "count" (func $count (param "v" (list string)) (result u32)))
    (core module $memory
      (memory (export "memory") 32)
      (func (export "fill") (param $count i32) (param $length i32) (local $at i32)
        (local.set $at (i32.const 0x100000))
        (loop $next
          (i32.store offset=4 (local.get $at) (local.get $length))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br_if $next (local.get $count))))
      (func (export "give") (param i32) (result i32)
        (i32.store (i32.const 0xff000) (i32.const 0x100000)) (i32.store (i32.const 0xff004) (local.get 0))
        (i32.const 0xff000)))
    (core instance $memory (instantiate $memory))
    (core func $count (canon lower (func $count) (memory (core memory $memory "memory"))))
    (core module $m (import "" "count" (func $count (param i32 i32) (result i32)))
      (func (export "send") (param i32) (result i32) (call $count (i32.const 0x100000) (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance (export "count" (func $count))))))
    (func (export "fill") (param "count" u32) (param "length" u32) (canon lift (core func $memory "fill")))
    (func (export "give") (param "count" u32) (result (list string))
      (canon lift (core func $memory "give") (memory (core memory $memory "memory"))))
    (func (export "send") (param "count" u32) (result u32) (canon lift (core func $m "send"))))
  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "count" (func $callee "count"))))
  (func (export "fill") (alias export $caller "fill"))
  (func (export "give") (alias export $caller "give"))
  (func (export "send") (alias export $caller "send")))
"""


def test_8_the_same_bytes_again_and_again() -> None:
    """GHSA-852m-cvvp-9p4w: a ``list<string>`` whose strings are all the same bytes costs its square.

    The host stops at ``max_copied``; another component's memory ends at ``max_memory``, since all that is copied lies
    there.
    """
    guest = opened(SHARED)
    app = guest.start(Config(max_copied=8 << 20, max_memory=16 << 20))
    app.fill(100_000, 1_000_000)
    begin = time.monotonic()
    with pytest.raises(Trap, match="^give: more than 8388608 bytes copied out of the guest"):
        app.give(100_000)
    app = guest.start(Config(max_copied=8 << 20, max_memory=16 << 20))
    app.fill(100_000, 1_000_000)
    with pytest.raises(Trap, match="^send: wasm `unreachable`"):
        app.send(100_000)
    assert time.monotonic() - begin < 20
    app = guest.start(Config(max_copied=8 << 20, max_memory=16 << 20))
    app.fill(100, 1_000)
    assert app.send(100) == len(app.give(100)) == 100


VARIANTS = """
(component
  (type $v' (variant (case "long" u64) (case "word" u32) (case "signed" s32) (case "small" s8) (case "float" float32)
    (case "double" float64) (case "letter" char) (case "yes" bool) (case "dot")))
  (component $callee
    (type $v' (variant (case "long" u64) (case "word" u32) (case "signed" s32) (case "small" s8) (case "float" float32)
      (case "double" float64) (case "letter" char) (case "yes" bool) (case "dot")))
    (export $v "v" (type $v'))
    (core module $m (func (export "raw") (param i32 i64) (result i64) (local.get 1)))
    (core instance $m (instantiate $m))
    (func (export "raw") (param "v" $v) (result u64) (canon lift (core func $m "raw"))))
  (component $caller
    (type $v' (variant (case "long" u64) (case "word" u32) (case "signed" s32) (case "small" s8) (case "float" float32)
      (case "double" float64) (case "letter" char) (case "yes" bool) (case "dot")))
    (import "v" (type $v (eq $v')))
    (import "raw" (func $raw (param "v" $v) (result u64)))
    (core func $raw (canon lower (func $raw)))
    (core module $m (import "" "raw" (func $raw (param i32 i64) (result i64)))
      (func (export "pass") (param i32 i64) (result i64) (call $raw (local.get 0) (local.get 1))))
    (core instance $m (instantiate $m (with "" (instance (export "raw" (func $raw))))))
    (func (export "pass") (param "case" u32) (param "bits" u64) (result u64) (canon lift (core func $m "pass"))))
  (instance $callee (instantiate $callee))
  (alias export $callee "v" (type $out))
  (instance $caller (instantiate $caller (with "v" (type $out)) (with "raw" (func $callee "raw"))))
  (export $shown "v" (type $out))
  (export "raw" (func $callee "raw") (func (param "v" $shown) (result u64)))
  (func (export "pass") (alias export $caller "pass")))
"""


def float_bits(value: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])


def test_9_a_payload_in_a_wider_place_is_extended_with_zeros() -> None:
    """wasmtime #4723: the upper half of a joined i64 was not zero, and what was left there got through."""
    app = opened(VARIANTS).start()
    given: list[tuple[Any, int]] = [
        (app.V_Long(0xFFFFFFFF_FFFFFFFF), 0xFFFFFFFF_FFFFFFFF),
        (app.V_Word(0xFFFFFFFF), 0xFFFFFFFF),
        (app.V_Signed(-1), 0xFFFFFFFF),
        (app.V_Small(-1), 0xFFFFFFFF),
        (app.V_Float(-1.5), float_bits(-1.5)),
        (app.V_Double(-1.5), int.from_bytes(struct.pack("<d", -1.5), "little")),
        (app.V_Letter("🦀"), ord("🦀")),
        (app.V_Yes(True), 1),
        (app.V_Dot(), 0),
    ]
    for value, bits in given:
        assert app.raw(value) == bits
    garbage = 0xDEADBEEF << 32
    for case, (_, bits) in enumerate(given):
        if case not in (0, 5):
            expected = bits if case != 8 else 0
            assert app.pass_(case, garbage | bits) == expected
    assert app.pass_(0, garbage) == garbage


CASES = """
(component
  (type $v' (enum LABELS)) (export $v "v" (type $v'))
  (type $w' (variant CASES (case "last" u8))) (export $w "w" (type $w'))
  (core module $m
    (memory (export "memory") 1)
    (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "give") (result i32)
      (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 2)) (i32.const 16)))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $m))
  (func (export "poke") (param "at" u32) (param "byte" u32) (canon lift (core func $i "poke")))
  (func (export "enums") (result (list $v)) (canon lift (core func $i "give") (memory $m)))
  (func (export "variants") (result (list $w)) (canon lift (core func $i "give") (memory $m))))
"""


@pytest.mark.parametrize(("count", "size"), [(255, 1), (256, 1), (257, 2)])
def test_10_256_cases_fit_into_a_byte(count: int, size: int) -> None:
    """wasm-tools #1467: the discriminant of 256 cases was taken for two bytes."""
    labels = [f"c{n}" for n in range(count)]
    text = CASES.replace("LABELS", " ".join([f'"{label}"' for label in labels]))
    text = text.replace("CASES", " ".join([f'(case "{label}")' for label in labels[:-1]]))
    app = opened(text).start()
    last = count - 1
    for place, byte in enumerate(last.to_bytes(size, "little") + (1).to_bytes(size, "little")):
        app.poke(64 + place, byte)
    assert [one.value for one in app.enums()] == [last, 1]
    element = last.to_bytes(size, "little") + bytes([77]) + bytes(size - 1)
    for place, byte in enumerate(element + last.to_bytes(size, "little") + bytes([78])):
        app.poke(64 + place, byte)
    assert app.variants() == [app.W_Last(77), app.W_Last(78)]


# ---- handles -----------------------------------------------------------------------------------------------------

HANDLES = """
(component
  (import "host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (param "n" u32) (result (own $thing))))
    (export "look" (func (param "t" (borrow $thing)) (result u32)))
    (export "take" (func (param "t" (own $thing)) (result u32)))))
  (alias export $host "thing" (type $thing))
  (core func $make (canon lower (func $host "make")))
  (core func $look (canon lower (func $host "look")))
  (core func $take (canon lower (func $host "take")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "make") (param i32) (result i32) (call $make (local.get 0)))
    (func (export "look") (param i32) (result i32) (call $look (local.get 0)))
    (func (export "take") (param i32) (result i32) (call $take (local.get 0)))
    (func (export "end") (param i32) (call $drop (local.get 0)))
    (func (export "same") (param i32) (result i32) (local.get 0)))
  (core instance $m (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "take" (func $take))
    (export "drop" (func $drop))))))
  (func (export "make") (param "n" u32) (result u32) (canon lift (core func $m "make")))
  (func (export "look") (param "handle" u32) (result u32) (canon lift (core func $m "look")))
  (func (export "take") (param "handle" u32) (result u32) (canon lift (core func $m "take")))
  (func (export "end") (param "handle" u32) (canon lift (core func $m "end")))
  (func (export "give") (param "handle" u32) (result (own $thing)) (canon lift (core func $m "same"))))
"""


class Things:
    """The host's side: what it made, by number."""

    class Thing:
        def __init__(self, number: int) -> None:
            self.number = number

    def make(self, n: int) -> Thing:
        return self.Thing(n)

    def look(self, thing: Thing) -> int:
        return thing.number

    def take(self, thing: Thing) -> int:
        return thing.number


@pytest.mark.parametrize("way", WAYS)
def test_11_a_handle_that_goes_leaves_the_others(way: Any) -> None:
    """jco #1381: deleting from the table made the next handle another's."""
    app = opened(HANDLES, way).start(host=Things())
    handles = {app.make(n): n for n in range(100, 130)}
    for handle in [*handles][::3]:
        app.end(handle)
        del handles[handle]
        assert [app.look(other) for other in handles] == list(handles.values())
    fresh = {app.make(n): n for n in range(200, 220)}
    assert not fresh.keys() & handles.keys()
    for handle, number in {**handles, **fresh}.items():
        assert app.take(handle) == number


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("use", ["look", "take", "end", "give"])
def test_12_what_is_no_handle_traps(way: Any, use: str) -> None:
    """jco #1871, #1867, #1863: invalid handles went through as undefined, or as somebody else's."""
    for handle in (0, 1, 5, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        app = opened(HANDLES, way).start(host=Things())
        if handle == 5:  # it was one
            for n in range(5):
                assert app.make(n) == n + 1
            app.end(5)
        with pytest.raises(Trap, match=f"^{use}: unknown handle index {handle}"):
            app[use](handle)
        with pytest.raises(PoisonedError):
            app.make(1)


ANSWERS = f"""
(component
  (import "number" (func $number (result u8)))
  (import "text" (func $text (result string)))
  (import "outcome" (func $outcome (result (result u8 (error string)))))
  (core module $memory (memory (export "memory") 1) {REALLOC})
  (core instance $i (instantiate $memory))
  (core func $number (canon lower (func $number)))
  (core func $text (canon lower (func $text) (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (core func $outcome
    (canon lower (func $outcome) (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (core module $m
    (import "" "number" (func $number (result i32)))
    (import "" "text" (func $text (param i32)))
    (import "" "outcome" (func $outcome (param i32)))
    (global $went-on (mut i32) (i32.const 0))
    (func (export "number") (drop (call $number)) (global.set $went-on (i32.const 1)))
    (func (export "text") (call $text (i32.const 16)) (global.set $went-on (i32.const 1)))
    (func (export "outcome") (call $outcome (i32.const 16)) (global.set $went-on (i32.const 1))))
  (core instance $m (instantiate $m (with "" (instance
    (export "number" (func $number)) (export "text" (func $text)) (export "outcome" (func $outcome))))))
  (func (export "ask-number") (canon lift (core func $m "number")))
  (func (export "ask-text") (canon lift (core func $m "text")))
  (func (export "ask-outcome") (canon lift (core func $m "outcome"))))
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "answer", "what"),
    [
        ("number", 256, r"result: expected 0 to 255 \(u8\), got 256"),
        ("number", None, "result: expected int, got None"),
        ("text", 5, "result: expected str, got int"),
        ("text", "\ud800", "result: expected Unicode text"),
        ("outcome", "x", "result: expected int, got str"),
        ("outcome", Err(5), "expected str, got int"),
    ],
)
def test_13_an_answer_that_does_not_fit_is_told(way: Any, name: str, answer: Any, what: str) -> None:
    """jco #1860: a result that could not be lowered was swallowed, and the guest went on with nothing."""

    def reply() -> Any:
        if isinstance(answer, Err):
            raise answer
        return answer

    good = {"number": lambda: 1, "text": lambda: "a", "outcome": lambda: 1}
    app = opened(ANSWERS, way).start(**{**good, name: reply})
    with pytest.raises(ArgumentError, match=what):
        app[f"ask-{name}"]()
    with pytest.raises(PoisonedError, match=f"ask-{name} trapped, or a host function raised"):
        app["ask-number"]()


LOCKED = """
(component
  (import "tick" (func $tick))
  (component $inner
    (import "tick" (func $tick))
    (core func $tick (canon lower (func $tick)))
    (core module $m
      (import "" "tick" (func $tick))
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $tick) (i32.const 64))
      (func (export "take") (param i32 i32))
      (func (export "trap") unreachable)
      (func (export "fine")))
    (core instance $m (instantiate $m (with "" (instance (export "tick" (func $tick))))))
    (func (export "take") (param "s" string)
      (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (func (export "trap") (canon lift (core func $m "trap")))
    (func (export "fine") (canon lift (core func $m "fine"))))
  (component $outer
    (import "take" (func $take (param "s" string)))
    (import "trap" (func $trap))
    (core module $memory (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $take (canon lower (func $take) (memory (core memory $memory "memory"))))
    (core func $trap (canon lower (func $trap)))
    (core module $m (import "" "take" (func $take (param i32 i32))) (import "" "trap" (func $trap))
      (func (export "pass") (call $take (i32.const 0) (i32.const 3)))
      (func (export "trap") (call $trap))
      (func (export "fine")))
    (core instance $m (instantiate $m (with "" (instance (export "take" (func $take)) (export "trap" (func $trap))))))
    (func (export "pass") (canon lift (core func $m "pass")))
    (func (export "trap") (canon lift (core func $m "trap")))
    (func (export "fine") (canon lift (core func $m "fine"))))
  (instance $inner (instantiate $inner (with "tick" (func $tick))))
  (instance $outer (instantiate $outer (with "take" (func $inner "take")) (with "trap" (func $inner "trap"))))
  (func (export "take") (alias export $inner "take"))
  (func (export "pass") (alias export $outer "pass"))
  (func (export "trap") (alias export $outer "trap"))
  (func (export "inner-fine") (alias export $inner "fine"))
  (func (export "outer-fine") (alias export $outer "fine")))
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "args", "what"),
    [
        ("take", ("abc",), "cannot leave component instance"),
        ("pass", (), "cannot leave component instance"),
        ("trap", (), "unreachable"),
    ],
)
def test_14_no_way_out_at_the_wrong_time_and_none_in_after_a_trap(
    way: Any, name: str, args: tuple[Any, ...], what: str
) -> None:
    """jco #23, wasmtime-py #108: the flag may-leave, and the lockdown after a trap, were missing for years."""
    ticks: list[int] = []
    app = opened(LOCKED, way).start(tick=lambda: ticks.append(1))
    app["outer-fine"]()
    app["inner-fine"]()
    with pytest.raises(Trap, match=f"^{name}: .*{what}"):
        app[name](*args)
    for again in ("inner-fine", "outer-fine", "trap"):
        with pytest.raises(PoisonedError, match=f"{name} trapped"):
            app[again]()
    assert not ticks


FREED = f"""
(component
  (component $inner
    (core module $m
      (memory (export "memory") 1)
      {REALLOC}
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
      ;; the allocator forgets, and overwrites, all that it gave
      (func (export "post") (param i32)
        (memory.fill (i32.const 0) (i32.const 0xEE) (i32.const 65536)) (global.set $heap (i32.const 4096))))
    (core instance $m (instantiate $m))
    (func (export "echo") (param "v" (list string)) (result (list string))
      (canon lift (core func $m "echo") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
        (post-return (core func $m "post")))))
  (component $outer
    (import "echo" (func $echo (param "v" (list string)) (result (list string))))
    (core module $memory (memory (export "memory") 1) {REALLOC})
    (core instance $memory (instantiate $memory))
    (alias core export $memory "memory" (core memory $memory'))
    (core func $echo (canon lower (func $echo) (memory $memory') (realloc (core func $memory "realloc"))))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "echo" (func $echo (param i32 i32 i32)))
      (func (export "echo") (param i32 i32) (result i32)
        (call $echo (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16))
      (func (export "post") (param i32) (memory.fill (i32.const 0) (i32.const 0xDD) (i32.const 65536))))
    (core instance $m (instantiate $m (with "" (instance
      (export "memory" (memory $memory')) (export "echo" (func $echo))))))
    (func (export "echo") (param "v" (list string)) (result (list string))
      (canon lift (core func $m "echo") (memory $memory') (realloc (core func $memory "realloc"))
        (post-return (core func $m "post")))))
  (instance $inner (instantiate $inner))
  (instance $outer (instantiate $outer (with "echo" (func $inner "echo"))))
  (func (export "echo") (alias export $inner "echo"))
  (func (export "pass") (alias export $outer "echo")))
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["echo", "pass"])
def test_15_what_is_read_is_still_there(way: Any, name: str) -> None:
    """wit-bindgen #817: strings were freed before the call had read them.

    The host's are made for the call and gone a moment later; the guest's are overwritten by its post-return.
    """
    app = opened(FREED, way).start()

    class Fleeting:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, place: int) -> str:
            if place >= 5:
                raise IndexError
            gc.collect(0)
            return "".join(["é", str(place)] * 10)

    for _ in range(3):
        assert app[name](Fleeting()) == [f"é{n}" * 10 for n in range(5)]
        assert app[name](["a" * n for n in range(50)]) == ["a" * n for n in range(50)]
