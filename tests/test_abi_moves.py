"""What is proved of translations: that they are sound, and that the proof fails for any that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import witcraft
from tests.agreement import PROFILE
from tests.agreement.types import ALL_TYPES, BORDERS, GATED_BORDERS
from tests.support.wat import assemble
from tests.test_translate import NARROW, WIDE, WIDTHS, crossed, found
from witcraft.abi import moves, ops
from witcraft.abi.facts import ProgramError
from witcraft.abi.layout import Layout
from witcraft.abi.moves import Bitset, Call, CheckPlace, HelperKey, Label, Scalar, Transfer
from witcraft.abi.ops import Alloc, CheckArea, CheckRange, FromCore, Let, Lit, Var
from witcraft.abi.show import crossing as text
from witcraft.abi.show import helper as helper_text
from witcraft.abi.translate import Crossing, Helper, helper
from witcraft.abi.verify_moves import verify_crossing, verify_helper
from witcraft.model import types as t
from witcraft.model.types import ValType

CHECKS = (CheckArea, CheckRange, CheckPlace)


def prove(ty: ValType, caller: Layout, callee: Layout) -> list[tuple[HelperKey, Helper]]:
    """Proves the call and all its helpers; gives the latter."""
    made = crossed(ty, ty, result=ty, caller=caller, callee=callee)
    verify_crossing(made, caller, callee)
    assert text(made, "f").startswith("f(")
    helpers: dict[tuple[HelperKey, bool], Helper] = {}
    todo = [(key, True) for key in keys(made.there)] + [(key, False) for key in keys(made.back)]
    while todo:
        key, there = todo.pop()
        if (key, there) not in helpers:
            sides = (caller, callee) if there else (callee, caller)
            inner = helpers[key, there] = helper(key, *sides)
            verify_helper(key, inner, *sides)
            assert helper_text(inner, key).startswith("translate ")
            todo += [(key, there) for key in keys(inner.body)]
    return [(key, inner) for (key, _), inner in helpers.items()]


def keys(block: Any) -> list[HelperKey]:
    return [call.helper for call in found(block, Call)]


# ---- all that is made is sound -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*BORDERS, *GATED_BORDERS])
def test_borders(name: str) -> None:
    for widths in WIDTHS:
        prove({**BORDERS, **GATED_BORDERS}[name], *widths)


@pytest.mark.parametrize("is_async", [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("name", BORDERS)
def test_asynchronous_ends(name: str, is_async: tuple[bool, bool]) -> None:
    made = crossed(BORDERS[name], result=BORDERS[name], caller=NARROW, callee=WIDE, is_async=is_async)
    verify_crossing(made, NARROW, WIDE)


@PROFILE
@given(ALL_TYPES, st.sampled_from(WIDTHS))
def test_types(ty: ValType, widths: tuple[Layout, Layout]) -> None:
    prove(ty, *widths)


def test_helpers_of_both_kinds_are_among_them() -> None:
    deep: ValType = t.U8
    for _ in range(9):
        deep = t.Option(deep)
    made = crossed(deep, t.List(deep), caller=NARROW, callee=WIDE)
    assert {(key.from_flat, key.to_flat) for key in keys(made.there)} == {(True, True), (False, False)}
    verify_crossing(made, NARROW, WIDE)


# ---- whatever weakens one is found -------------------------------------------------------------------------------


def without(part: Any, victim: Any, instead: Any) -> Any:
    """``part`` with the very object ``victim`` replaced, or left out if it is a statement that nothing replaces."""
    if isinstance(part, tuple):
        kept = [without(inner, victim, instead) for inner in part if inner is not victim or instead is not None]
        return tuple(kept)
    if part is victim:
        return instead
    if is_program(part):
        return type(part)(**{field.name: without(getattr(part, field.name), victim, instead) for field in fields(part)})
    return part


def is_program(part: Any) -> bool:
    modules = (ops.__name__, moves.__name__, Crossing.__module__)
    return is_dataclass(part) and type(part).__module__ in modules and not isinstance(part, HelperKey)


def weakened(made: Crossing) -> Iterator[Crossing]:
    """Each check left out, each value taken as it comes, each allocation of less."""
    whole = (made.there, made.args, made.back, made.results)
    for victim in [it for kind in CHECKS for it in found(whole, kind)]:
        yield without(made, victim, None)
    for victim in [it for kind in (Scalar, Label, Bitset) for it in found(whole, kind)]:
        yield without(made, victim, victim.of)
    for victim in found(whole, Alloc):
        if not isinstance(victim.count, Lit):
            yield without(made, victim, replace(victim, size=victim.size - 1))
    for victim in found(whole, Transfer):
        yield without(made, victim, Let(victim.out, victim.handle))


@pytest.mark.parametrize("name", [*BORDERS, *GATED_BORDERS])
def test_nothing_can_be_left_out(name: str) -> None:
    ty = {**BORDERS, **GATED_BORDERS}[name]
    for caller, callee in ((NARROW, NARROW), (NARROW, WIDE)):
        for weak in weakened(crossed(ty, result=ty, caller=caller, callee=callee)):
            with pytest.raises(ProgramError):
                verify_crossing(weak, caller, callee)


def test_weakened_programs_are_many() -> None:
    ty = t.Tuple((t.List(t.CHAR), t.Enum(("a", "b")), t.Own(t.Resource("", "r")), t.BOOL))
    assert len(list(weakened(crossed(ty, result=ty)))) == 14


ONE = crossed(t.U32, result=t.STRING)
RAW = Var("p0")
UNSOUND: dict[str, tuple[Any, ...]] = {
    "FromCore is no part of a translation": (Let("x", FromCore(t.Kind.U32, RAW, loaded=False)),),
    "CallHost is no part of a translation": (ops.CallHost(None, ()),),
    "p0 is made twice": (Let("p0", Lit(1)),),
    "x is used before it is made": (Let("y", Var("x")),),
    "4 bytes at p0 \\+ 0 are unchecked": (Let("x", ops.Load("u32", RAW, 0)),),
    "p0 is i32, not i64": (Let("x", ops.Bits("i64", "i32", RAW)),),
    "p0 is not the callee's": (Alloc("x", Lit(1), 4, 4), ops.Store("u32", Var("x"), 0, RAW)),
    "p0 is the length of nothing": (Alloc("x", RAW, 4, 4),),
    "an arm does not assign out_2": (moves.Switch(RAW, (("out_2", "i32"),), ((),)),),
    "a helper reads out of its area": (
        Alloc("x", Lit(1), 8, 8),
        Call(HelperKey(t.U64, from_flat=False, to_flat=False), (RAW, Var("x")), ()),
    ),
    "a helper writes out of its area": (Call(HelperKey(t.U64, from_flat=True, to_flat=False), (RAW, RAW), ()),),
    "2 \\* 4 bytes at p0 are unchecked": (Alloc("x", Lit(2), 4, 4), moves.Copy(RAW, Var("x"), Lit(2), 4)),
}


@pytest.mark.parametrize("message", UNSOUND)
def test_what_is_unsound_is_named(message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        verify_crossing(replace(ONE, there=UNSOUND[message]), NARROW, NARROW)


def test_bits_beyond_a_width_do_not_get_across() -> None:
    made = crossed(t.U8)
    (scalar,) = found(made.args, Scalar)
    with pytest.raises(ProgramError, match="keeps bits beyond its width"):
        verify_crossing(without(made, scalar, replace(scalar, exact=True)), NARROW, NARROW)


# ---- as text -----------------------------------------------------------------------------------------------------

SHOWN = """\
f(p0_ptr: i32, p0_len: i32, p1_0: i32, p1_1: i32, out: i32)
    check p0_ptr: p0_len * 8 bytes, align 4
    p0_to = alloc p0_len * 16 bytes, align 8
    each of p0_len, read from p0_ptr by 8, write from p0_to by 16
        item_ptr = load u32 [read]
        item_len = load u32 [read + 4]
        item_to, item_units = transcode item_ptr, item_len
        store u64 [write] = item_to
        store u64 [write + 8] = item_units
    p1_tag: i32, p1_1_2: i32 = switch p1_0
        0:
            p1_tag := 0
            p1_1_2 := 0
        1:
            p1_handle = lend r p1_1
            p1_tag := 1
            p1_1_2 := p1_handle
    ret: i64 = call core(p0_to: i64, bits(i32 -> i64, p0_len): i64, p1_tag: i32, p1_1_2: i32)
    check ret: 24 bytes, align 8
    check place out: 12 bytes, align 4
    result_0_ptr = load u64 [ret]
    result_0_len = load u64 [ret + 8]
    check result_0_ptr: result_0_len * 2 bytes, align 2
    result_0_count = bits(i64 -> i32, result_0_len)
    result_0_to = alloc result_0_count * 2 bytes, align 2
    copy result_0_ptr to result_0_to: result_0_count * 2 bytes
    store u32 [out] = result_0_to
    store u32 [out + 4] = result_0_count
    result_1 = load u8 [ret + 16]
    store u8 [out + 8] = label(result_1 of 2)
    result_2 = load u8 [ret + 17]
    store u8 [out + 9] = flags(result_2 of 3)
    return
"""


def test_a_translation_as_text() -> None:
    types = (t.List(t.STRING), t.Option(t.Borrow(t.Resource("", "r"))))
    result = t.Tuple((t.List(t.U16), t.Enum(("a", "b")), t.Flags(("a", "b", "c"))))
    assert text(crossed(*types, result=result, caller=NARROW, callee=WIDE), "f") == SHOWN


COMPOSED = """(component
  (component $inner
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $m))
    (func (export "f") (param "c" char) (result bool) (canon lift (core func $m "f"))))
  (instance $inner (instantiate $inner))
  (core func $f (canon lower (func $inner "f")))
  (core module $m (import "" "f" (func $f (param i32) (result i32)))
    (func (export "g") (param i32) (result i32) (call $f (local.get 0))))
  (core instance $m (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "g") (param "c" char) (result bool) (canon lift (core func $m "g"))))"""


def test_the_stage_abi_shows_calls_between_components() -> None:
    shown = witcraft.show(assemble(COMPOSED), "abi")
    expected = """\
;; call-0 f, from 0 to 1
f(c: i32)
    ret: i32 = call core(char(c): i32)
    result = bool(ret)
    return result: i32
"""
    assert shown.endswith(expected)
    (*_, last) = json.loads(witcraft.show(assemble(COMPOSED), "abi", json=True))
    assert (last["call"], last["arg_types"]) == ("call-0 f, from 0 to 1", ["i32"])
