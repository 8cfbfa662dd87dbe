"""Bad binaries: an error with offset and path, whatever the bytes are; never another exception."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import raw
from tests.support.wat import assemble
from witcraft import binary
from witcraft.component.show import show, to_json
from witcraft.component.tree import Component
from witcraft.errors import ComponentError

RICH = """(component $rich
  (core module $m
    (import "env" "f" (func (param i32)))
    (func (export "run") (result i32) (i32.const 1))
    (table (export "t") 1 funcref)
    (memory (export "memory") 1 2)
    (global (export "g") (mut i64) (i64.const -5))
    (tag (export "e"))
    (data (i32.const 0) "abc"))
  (core type (module (import "a" "f" (func)) (export "m" (memory 1))))
  (core rec (type (struct (field (mut i8)))) (type (sub (func))))
  (import "host" (instance $host
    (type (record (field "a" u8) (field "b" (option string))))
    (export "r" (type (sub resource)))
    (export "f" (func (param "x" (borrow 0)) (result (own 0))))))
  (import "c" (component (import "t" (type (eq 0))) (export "u" (type (sub resource)))))
  (alias export $host "f" (func $f))
  (core func $lowered (canon lower (func $f) string-encoding=utf16))
  (core instance $env (export "f" (func $lowered)))
  (core instance $i (instantiate $m (with "env" (instance $env))))
  (alias core export $i "run" (core func $run))
  (core func (canon stream.read 0 async))
  (core func (canon task.return (result string)))
  (type (variant (case "a") (case "b" (list u8))))
  (type (flags "x" "y"))
  (type (resource (rep i32) (dtor (core func 0))))
  (func $out (result u32) (canon lift (core func $run)))
  (component $inner
    (core module (func))
    (alias outer $rich 0 (type))
    (type (func async (param "s" (stream u8)))))
  (instance (instantiate $inner (with "a" (func $out))))
  (instance (export "f" (func $out)))
  (export "run" (func $out) (func (type 0)))
  (@custom "note" "text"))"""


@pytest.fixture(scope="module")
def rich() -> bytes:
    return assemble(RICH)


def attempt(data: bytes) -> bool:
    """Whether it was read and printed; else a ``ComponentError`` had an offset in the file. Anything else raises."""
    found = outcome(data)
    if isinstance(found, ComponentError):
        assert found.message
        assert found.offset is not None
        assert 0 <= found.offset <= len(data)
        return False
    assert show(found, binary.item_names)
    to_json(found)
    return True


def outcome(data: bytes) -> Component | ComponentError:
    try:
        return binary.read(data)
    except ComponentError as error:
        return error


def section_ends(data: bytes) -> Iterator[int]:
    at = 8
    while at < len(data):
        yield at
        size = shift = 0
        at += 1
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        at += size
    yield at


# ---- any bytes --------------------------------------------------------------------------------------------------


def test_cut_at_every_byte(rich: bytes):
    whole = set(section_ends(rich))
    for size in range(len(rich) + 1):
        assert attempt(rich[:size]) == (size in whole), f"cut to {size} bytes"


def test_every_byte_changed(rich: bytes):
    outcomes = set()
    for at, byte in enumerate(rich):
        for other in {0x00, 0x01, 0x40, 0x7F, 0x80, 0xFF, byte ^ 1, byte + 1 & 0xFF} - {byte}:
            outcomes.add(attempt(rich[:at] + bytes([other]) + rich[at + 1 :]))
    assert outcomes == {True, False}


def test_every_byte_left_out_or_doubled(rich: bytes):
    for at in range(8, len(rich)):
        attempt(rich[:at] + rich[at + 1 :])
        attempt(rich[:at] + rich[at : at + 1] + rich[at:])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes):
    assert not attempt(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_after_the_preamble(data: bytes):
    attempt(raw.COMPONENT + data)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 13), st.lists(st.binary(max_size=12), max_size=5))))
def test_random_sections(sections: list[tuple[int, list[bytes]]]):
    attempt(raw.component(*(raw.section(code, raw.vec(*items)) for code, items in sections)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.lists(st.binary(max_size=12), max_size=5))))
def test_random_sections_of_a_core_module(sections: list[tuple[int, list[bytes]]]):
    module = raw.module(*(raw.section(code, raw.vec(*items)) for code, items in sections))
    attempt(raw.component(raw.section(1, module)))


# ---- not a component --------------------------------------------------------------------------------------------


def failure(data: bytes) -> ComponentError:
    with pytest.raises(ComponentError) as caught:
        binary.read(data)
    return caught.value


PREAMBLES: list[tuple[bytes, str, int]] = [
    (b"", "not a WebAssembly file: it is empty", 0),
    (b"(component)", "not a WebAssembly file", 0),
    (b"\x7fELF\x02\x01\x01\x00", "not a WebAssembly file", 0),
    (b"\0as", "the file ends in the middle of its first eight bytes", 3),
    (b"\0asm\x0d\0\x01", "the file ends in the middle of its first eight bytes", 7),
    (raw.MODULE, "this is a core module, where a component is expected", 4),
    (b"\0asm\x0c\0\x01\0", "component version 0xc is unknown; version 0xd is what witcraft reads", 4),
    (b"\0asm\x02\0\0\0", "core module version 0x2 is unknown; version 0x1 is what witcraft reads", 4),
    (b"\0asm\x0d\0\x02\0", "layer 0x2 is unknown: neither a core module nor a component", 4),
]


@pytest.mark.parametrize(("data", "message", "offset"), PREAMBLES, ids=[row[0].hex() for row in PREAMBLES])
def test_preambles(data: bytes, message: str, offset: int):
    error = failure(data)
    assert (error.message, error.offset, error.path) == (message, offset, ())


def test_a_component_where_a_core_module_is_expected():
    with pytest.raises(ComponentError, match="this is a component, where a core module is expected"):
        binary.read_module(raw.COMPONENT)
    error = failure(raw.component(raw.section(1, raw.COMPONENT)))
    assert error.message == "this is a component, where a core module is expected"
    assert (error.offset, error.path) == (14, ("core module 0",))


# ---- what is wrong, and where -----------------------------------------------------------------------------------

TYPE, CANON, IMPORT = 7, 8, 10

SECTIONS: list[tuple[int, bytes, str, int, tuple[str, ...]]] = [
    # integers
    (TYPE, b"\x80", "the type section ends in the middle of an integer", 11, ()),
    (TYPE, b"\xff\xff\xff\xff\x1f", "an integer has more than 32 bits", 10, ()),
    (TYPE, b"\x80\x80\x80\x80\x80\x00", "an integer of 32 bits takes more bytes than it can need", 10, ()),
    (TYPE, b"\x01\x70\x80\x80\x80\x80\x10", "an integer has more than 33 bits", 12, ("type 0",)),
    (TYPE, b"\x01\x70\x80\x80\x80\x80\x80\x00", "an integer of 33 bits takes more bytes than", 12, ("type 0",)),
    # counts and sizes
    (
        TYPE,
        b"\xff\xff\xff\xff\x0f",
        "announces 4294967295 type definitions, but has 0 bytes left",
        10,
        (),
    ),
    (TYPE, b"\x01\x72\xff\xff\xff\x07\x00", "announces 16777215 fields, but has 1 byte left", 12, ("type 0",)),
    (TYPE, b"\x01\x7d\x7d", "the type section has 1 byte left over", 12, ()),
    (TYPE, b"\x02\x7d", "the type section announces 2 type definitions, but has 1 byte left", 10, ()),
    # names
    (TYPE, b"\x01\x6e\x01\x02\xc3\x28", "a name is not UTF-8", 14, ("type 0",)),
    (TYPE, b"\x01\x6e\x01\x03\xed\xa0\x80", "a name is not UTF-8", 14, ("type 0",)),
    (TYPE, b"\x01\x6e\x01\x09ab", "the type section ends in the middle of a name", 16, ("type 0",)),
    # types
    (TYPE, b"\x02\x7d\x3d", "type 0x3d is unknown", 12, ("type 1",)),
    (TYPE, b"\x01\x6c\x7d", "type 0x6c is unknown", 11, ("type 0",)),
    (TYPE, b"\x01\x70\x41", "value type 0x41 is unknown", 12, ("type 0",)),
    (TYPE, b"\x01\x6b\xc1\x7f", "value type 0xc1 is unknown", 12, ("type 0",)),
    (TYPE, b"\x01\x6a\x02\x7d", "an optional type starts with 0 or 1, not 0x2", 12, ("type 0",)),
    (TYPE, b"\x01\x71\x01\x01a\x00\x01", "a variant case ends with 0, not 0x1", 16, ("type 0",)),
    (TYPE, b"\x01\x40\x00\x01\x01\x01a\x7d", "a function has one result or none, not 1 named ones", 14, ("type 0",)),
    (TYPE, b"\x01\x40\x00\x02", "result list 0x2 is unknown", 13, ("type 0",)),
    (TYPE, b"\x01\x42\x01\x03\x00\x01a\x01\x00", "declaration 0x3 is unknown in instance types", 13, ("type 0",)),
    (TYPE, b"\x01\x3f\x40", "core value type 0x40 is unknown", 12, ("type 0",)),
    (3, b"\x01\x00\x60\x00\x00", "0 stands before a sub type (0x50) only", 12, ("core type 0",)),
    (3, b"\x01\x60\x01\x63\xc0\x7f\x00", "a heap type is unknown", 14, ("core type 0",)),
    (3, b"\x01\x50\x01\x05", "declaration 0x5 is unknown in module types", 13, ("core type 0",)),
    (3, b"\x01\x50\x01\x02\x10\x00\x01\x00", "an alias in a module type is an outer one", 14, ("core type 0",)),
    # canonical definitions
    (
        CANON,
        b"\x01\x0c\x01",
        "a zero stands here, not 0x1: `cancellable` is no longer in the specification",
        12,
        ("canon 0",),
    ),
    (CANON, b"\x02\x05\x07", "canonical definition 0x7 is unknown", 12, ("canon 1",)),
    (CANON, b"\x01\x00\x01\x00\x00\x00", "canon lift goes on with 0, the sort of functions, not 0x1", 12, ("canon 0",)),
    (CANON, b"\x01\x01\x00\x00\x01\x1c", "canonical option 0x1c is unknown", 15, ("canon 0",)),
    (CANON, b"\x01\x01\x00\x00\x02\x03\x00\x03\x00", "canonical option memory is repeated", 17, ("canon 0",)),
    (CANON, b"\x01\x01\x00\x00\x02\x00\x01", "canonical option string-encoding is repeated", 16, ("canon 0",)),
    (CANON, b"\x01\x01\x00\x00\x02\x06\x06", "canonical option async is repeated", 16, ("canon 0",)),
    (CANON, b"\x01\x06\x02", "a flag is 0 or 1, not 0x2", 12, ("canon 0",)),
    (CANON, b"\x01\x40\x02\x00", "a flag is 0 or 1, not 0x2", 12, ("canon 0",)),
    # names, sorts, aliases, instances
    (IMPORT, b"\x01\x03\x01a\x01\x00", "name form 0x3 is unknown", 11, ("import 0",)),
    (IMPORT, b"\x01\x02\x01a\x01\x03\x01b\x01\x00", "name attribute 0x3 is unknown", 15, ("import 0",)),
    (IMPORT, b"\x01\x02\x01a\x02\x02\x00\x02\x00\x01\x00", "name attribute external-id is repeated", 17, ("import 0",)),
    (IMPORT, b"\x01\x00\x01a\x00\x00\x00", "a core func can be neither imported nor exported here", 14, ("import 0",)),
    (IMPORT, b"\x01\x00\x01a\x03\x02\x00", "type bound 0x2 is unknown", 15, ("import 0",)),
    (IMPORT, b"\x01\x00\x01a\x02\x02\x02\x02", "value bound 0x2 is unknown", 15, ("import 0",)),
    (6, b"\x01\x06\x00\x00\x01a", "sort 0x6 is unknown", 11, ("alias 0",)),
    (6, b"\x01\x00\x05\x01\x00\x01a", "core sort 0x5 is unknown", 12, ("alias 0",)),
    (6, b"\x01\x01\x01\x00\x01a", "an alias of a core export has a sort that is not core", 11, ("alias 0",)),
    (6, b"\x01\x01\x02\x00\x00", "an outer alias is of a type, component", 11, ("alias 0",)),
    (6, b"\x01\x01\x03\x00\x00", "alias target 0x3 is unknown", 12, ("alias 0",)),
    (2, b"\x01\x00\x00\x01\x01a\x00\x00", "an argument of a core module is a core instance", 16, ("core instance 0",)),
    (2, b"\x01\x02", "core instance expression 0x2 is unknown", 11, ("core instance 0",)),
    (5, b"\x01\x02", "instance expression 0x2 is unknown", 11, ("instance 0",)),
    (11, b"\x01\x00\x01a\x01\x00\x02", "an optional type starts with 0 or 1, not 0x2", 16, ("export 0",)),
    (12, b"\x01\x7d\x05\x00", "the value section ends in the middle of a value", 13, ("value 0",)),
    (9, b"\x00\x00\xff\xff\x03", "a start function with 65535 results", 12, ("start 0",)),
    (9, b"\x00\x00\x00\x00", "the start section has 1 byte left over", 13, ("start 0",)),
    (0, b"\x05ab", "the custom section ends in the middle of a name", 13, ("custom section 0",)),
    (13, b"", "section id 0xd is unknown", 8, ()),
]


@pytest.mark.parametrize(
    ("code", "contents", "message", "offset", "path"), SECTIONS, ids=[f"{row[0]}-{row[1].hex()}" for row in SECTIONS]
)
def test_sections(code: int, contents: bytes, message: str, offset: int, path: tuple[str, ...]):
    error = failure(raw.component(raw.section(code, contents)))
    assert message in error.message
    assert (error.offset, error.path) == (offset, path)


def test_a_section_longer_than_the_file():
    error = failure(raw.COMPONENT + b"\x07\x05\x01\x7d")
    assert error.message == "the file ends in the middle of the type section: 5 bytes announced, 2 left"
    assert error.offset == 10


def test_vectors_are_limited_to_what_engines_allow():
    million = 1_000_000
    contents = raw.u32(million) + b"\x7d" * million
    assert len(binary.read(raw.component(raw.section(TYPE, contents))).definitions) == million
    more = raw.u32(million + 1) + b"\x7d" * (million + 1)
    error = failure(raw.component(raw.section(TYPE, more)))
    assert error.message == "1000001 type definitions are more than the 1000000 that engines allow"


FUNCTION_TYPE = raw.section(1, b"\x01\x60\x00\x00")

MODULES: list[tuple[bytes, str, int, tuple[str, ...]]] = [
    (raw.section(2, b"\x01\x01a\x01b\x05\x00"), "import kind 0x5 is unknown", 15, ("import 0",)),
    (raw.section(2, b"\x01\x01a\x01b\x00\x00"), "there is no type 0 in this module", 16, ("import 0",)),
    (
        raw.section(1, b"\x01\x5f\x00") + raw.section(3, b"\x01\x00"),
        "type 0 is not a function type",
        16,
        ("function 0",),
    ),
    (raw.section(1, b"\x01\x61"), "core type 0x61 is unknown", 11, ("type 0",)),
    (raw.section(5, b"\x01\x10\x00"), "limits flags 0x10 are unknown", 11, ("memory 0",)),
    (raw.section(5, b"\x01\x08\x00\x40"), "a page size of 2^64 bytes is too large", 13, ("memory 0",)),
    (raw.section(4, b"\x01\x70\x08\x00"), "limits flags 0x8 are unknown", 12, ("table 0",)),
    (raw.section(4, b"\x01\x40\x01\x70\x00\x00"), "a table with an initial value goes on with 0", 12, ("table 0",)),
    (raw.section(6, b"\x01\x7f\x04\x41\x00\x0b"), "global flags 0x4 are unknown", 12, ("global 0",)),
    (raw.section(6, b"\x01\x7f\x00\x20\x00\x0b"), "instruction 0x20 is not allowed in a constant", 13, ("global 0",)),
    (raw.section(6, b"\x01\x7f\x00\xfb\x02\x0b"), "instruction 0xfb 0x2 is not allowed", 14, ("global 0",)),
    (raw.section(6, b"\x01\x7b\x00\xfd\x0d\x0b"), "instruction 0xfd 0xd is not allowed", 14, ("global 0",)),
    (FUNCTION_TYPE + raw.section(13, b"\x01\x01\x00"), "tag attribute 0x1 is unknown", 17, ("tag 0",)),
    (raw.section(7, b"\x02\x01a\x00\x00\x01b\x00\x00"), "no item of kind 0x0 and index 0 to export", 11, ("export 0",)),
    (raw.section(7, b"\x01\x01a\x09\x00"), "no item of kind 0x9 and index 0 to export", 11, ("export 0",)),
    (raw.section(3, b"\x00") + raw.section(2, b"\x00"), "the import section is repeated or out of order", 13, ()),
    (raw.section(5, b"\x00") * 2, "the memory section is repeated or out of order", 13, ()),
    (raw.section(14, b""), "section id 0xe is unknown", 8, ()),
]


@pytest.mark.parametrize(("sections", "message", "offset", "path"), MODULES, ids=[row[0].hex() for row in MODULES])
def test_core_modules(sections: bytes, message: str, offset: int, path: tuple[str, ...]):
    """Alone, and again two levels deep, where offset and path say so."""
    data = raw.module(sections)
    with pytest.raises(ComponentError) as caught:
        binary.read_module(data)
    assert message in caught.value.message
    assert (caught.value.offset, caught.value.path) == (offset, path)

    inner = raw.component(raw.section(1, raw.MODULE), raw.section(1, data))
    error = failure(raw.component(raw.section(7, b"\x00"), raw.section(4, inner)))
    start = raw.component(raw.section(7, b"\x00"), raw.section(4, inner)).index(data)
    assert message in error.message
    assert (error.offset, error.path) == (start + offset, ("component 0", "core module 1", *path))


def test_ordinals_count_over_sections():
    two, bad = raw.section(TYPE, b"\x02\x7d\x7d"), raw.section(TYPE, b"\x01\x3d")
    assert failure(raw.component(two, raw.section(CANON, b"\x00"), two, bad)).path == ("type 4",)


def test_the_error_as_text():
    error = failure(raw.component(raw.section(4, raw.component(raw.section(CANON, b"\x01\x01\x00\x00\x01\x1c")))))
    assert str(error) == "0x19: canonical option 0x1c is unknown   (component 0 > canon 0)"


# ---- depth ------------------------------------------------------------------------------------------------------


def nested_components(depth: int) -> bytes:
    data = raw.component()
    for _ in range(depth - 1):
        data = raw.component(raw.section(4, data))
    return data


def nested_types(depth: int, opcode: int) -> bytes:
    """The component counts as the first level."""
    type_ = b"\x7d"
    for _ in range(depth - 1):
        type_ = bytes([opcode]) + raw.vec(b"\x01" + type_)
    return raw.component(raw.section(TYPE, raw.vec(type_)))


@pytest.mark.parametrize(
    "build", [nested_components, lambda n: nested_types(n, 0x41), lambda n: nested_types(n, 0x42)], ids=range(3)
)
def test_depth_is_limited(build):
    assert attempt(build(100))
    for depth in (101, 150, 2000):
        assert "nested more than 100 deep" in failure(build(depth)).message


def test_depth_counts_components_and_types_together():
    data = nested_types(60, 0x42)
    for _ in range(40):
        data = raw.component(raw.section(4, data))
    assert attempt(data)
    assert "nested more than 100 deep" in failure(raw.component(raw.section(4, data))).message


def test_read_deep_in_the_stack():
    """A caller that has used up most of Python's stack gets an error of ours, not a ``RecursionError``."""
    data = nested_types(100, 0x41)

    def deeper(frames: int) -> None:
        if frames:
            deeper(frames - 1)
        else:
            binary.read(data)

    used = 0
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        used += 1
    with pytest.raises(ComponentError, match="left of Python's stack"):
        deeper(sys.getrecursionlimit() - used - 100)
