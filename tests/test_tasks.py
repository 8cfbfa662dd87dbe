"""Asynchronous functions that are over when they return, between component instances: any values, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import witcraft
from tests.abi_types import same
from tests.agreement import PROFILE
from tests.agreement.ours import Ours
from tests.agreement.types import ALL_TYPES, BORDERS, GATED_BORDERS
from tests.agreement.values import borders, values
from tests.agreement.wat import (
    ENCODINGS,
    Encoding,
    Guest,
    function,
    library,
    lowered,
    options,
    params_core,
    pass_on,
    result_core,
    root_imports,
    signature,
    spell,
)
from tests.support.wat import assemble
from witcraft import binary
from witcraft.fuse import fuse
from witcraft.fuse.verify import verify
from witcraft.gate.build import build
from witcraft.model import types as t
from witcraft.model.types import ValType
from witcraft.model.world import Function
from witcraft.plan import link
from witcraft.plan.steps import Adapted, CoreExport, LiftedFunction, Plan, Returned, StringEncoding
from witcraft.plan.tasks import tasks
from witcraft.resolve import resolve
from witcraft.runtime import Trap

pytestmark = pytest.mark.engine

Pointer = Literal[4, 8]
SIDES = [(outer, inner) for outer in ENCODINGS for inner in ENCODINGS]
WIDTHS: list[tuple[Pointer, Pointer]] = [(4, 4), (4, 8), (8, 4), (8, 8)]


def planned(text: str) -> Plan:
    return fuse(link(resolve(binary.read(assemble(text)))))


# ---- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Echo(Guest):
    """The host calls an outer guest, which calls an inner one, which returns what it got, as a task.

    ``one: func(v: T) -> T`` is lowered as ever, ``many: func(v: list<T>) -> list<T>`` with async.
    """

    inner_encoding: Encoding = "utf8"
    inner_pointer: Pointer = 4
    callback: bool = False

    @cached_property
    def imports(self) -> dict[str, Function]:
        return {}

    @cached_property
    def exports(self) -> dict[str, Function]:
        (ty,) = self.types
        return dict([function("one", [("v", ty)], ty), function("many", [("v", t.List(ty))], t.List(ty))])

    @cached_property
    def text(self) -> str:
        inner = Guest(self.types, "echo", self.inner_encoding, self.inner_pointer)
        names = "".join([f'(with "{name}" (type ${name}))' for name in self.names.values()])
        parts = [
            *root_imports(self),
            "(component $inner",
            *callee(self, inner),
            ")",
            "(component $outer",
            *caller(self),
            ")",
            f"(instance $in (instantiate $inner {names}))",
            f'(instance $out (instantiate $outer {names} (with "one" (func $in "one")) (with "many" (func $in "many"))))',
            *[f'(func (export "{name}") (alias export $out "{name}"))' for name in self.exports],
        ]
        return "\n".join(["(component", *parts, ")"])


def memory(guest: Guest) -> Iterator[str]:
    yield library(guest)
    yield "(core instance $lib (instantiate $library))"
    yield '(alias core export $lib "memory" (core memory $memory))'
    yield '(alias core export $lib "realloc" (core func $realloc))'


def callee(echo: Echo, guest: Guest) -> Iterator[str]:
    """Its parameters have the core values that its results have."""
    yield from root_imports(echo)
    yield from memory(guest)
    after = " (result i32)" if echo.callback else ""
    code, given, lifts = [], [], []
    for name, it in echo.exports.items():
        assert it.result is not None
        lifting = f"(memory $memory) string-encoding={guest.encoding}"
        yield f"(core func $return-{name} (canon task.return (result {spell(guest, it.result)}) {lifting}))"
        cores = params_core(guest, it)
        code.append(f'(import "" "{name}" (func $return-{name} (param {" ".join(cores)})))')
        values = " ".join([f"(local.get {i})" for i in range(len(cores))])
        end = "(i32.const 0)" if echo.callback else ""
        lifts.append(f'(func (export "{name}") (param {" ".join(cores)}){after} (call $return-{name} {values}) {end})')
        given.append(f'(export "{name}" (func $return-{name}))')
    code += [*lifts, '(func (export "callback") (param i32 i32 i32) (result i32) unreachable)']
    yield f"(core module $code {' '.join(code)})"
    yield f'(core instance $m (instantiate $code (with "" (instance {" ".join(given)}))))'
    back = '(callback (core func $m "callback"))' if echo.callback else ""
    for name, it in echo.exports.items():
        lift = f'(canon lift (core func $m "{name}") async {options(guest)} {back})'
        yield f'(func (export "{name}") async {signature(guest, it)} {lift})'


def caller(echo: Echo) -> Iterator[str]:
    yield from root_imports(echo)
    one, many = echo.exports["one"], echo.exports["many"]
    yield f'(import "one" (func $one async {signature(echo, one)}))'
    yield f'(import "many" (func $many async {signature(echo, many)}))'
    yield from memory(echo)
    yield f"(core func $one' (canon lower (func $one) {options(echo)}))"
    yield f"(core func $many' (canon lower (func $many) async {options(echo)}))"
    p, size = echo.layout.core, 2 * echo.pointer
    yield f"""(core module $code
      (import "lib" "take" (func $take (param {p} {p}) (result {p})))
      (import "" "one" (func $one {lowered(echo, one)}))
      (import "" "many" (func $many (param {p} {p} {p}) (result i32)))
      (func (export "one") (param {" ".join(params_core(echo, one))}) (result {result_core(echo, one)})
        {pass_on(echo, "one", one)})
      (func (export "many") (param {p} {p}) (result {p})
        (local $area {p})
        (local.set $area (call $take ({p}.const {echo.pointer}) ({p}.const {size})))
        (if (i32.ne (call $many (local.get 0) (local.get 1) (local.get $area)) (i32.const 2)) (then unreachable))
        (local.get $area)))"""
    yield """(core instance $m (instantiate $code (with "lib" (instance $lib))
      (with "" (instance (export "one" (func $one')) (export "many" (func $many'))))))"""
    for name, it in echo.exports.items():
        yield f'(func (export "{name}") {signature(echo, it)} (canon lift (core func $m "{name}") {options(echo)}))'


def echoed(guest: Echo, given: list[Any]) -> None:
    ours = Ours(guest, lambda *_: None)
    for value in given:
        assert same(ours.call("one", value), value)
    assert same(ours.call("many", given), given)


def echo_of(ty: ValType, number: int) -> Echo:
    """Every number another pair of encodings, of widths, and with a callback every other time."""
    (outer, inner), widths = SIDES[number % len(SIDES)], WIDTHS[number // 2 % len(WIDTHS)]
    return Echo((ty,), "echo", outer, widths[0], False, inner, widths[1], callback=number % 2 == 1)


SOME = dict(list({**BORDERS, **GATED_BORDERS}.items())[::3])


@pytest.mark.parametrize("name", SOME)
def test_borders(name: str) -> None:
    echoed(echo_of(SOME[name], list(SOME).index(name)), list(borders(SOME[name])))


@PROFILE
@given(st.data(), ALL_TYPES, st.integers(0, 100))
def test_values(data: st.DataObject, ty: ValType, number: int) -> None:
    echoed(echo_of(ty, number), data.draw(st.lists(values(ty), max_size=3)))


def test_no_call_leaves_to_a_host() -> None:
    plan = planned(echo_of(t.List(t.STRING), 1).text)
    gate = build(plan)
    assert gate is not None
    verify(plan, gate.module)


# ---- what needs a scheduler --------------------------------------------------------------------------------------

WAITING = """\
(component
  (component $Callee
    (import "again" (func $again async (param "n" u32)))
    (core func $again (canon lower (func $again)))
    (core func $return (canon task.return))
    (core func $inc (canon backpressure.inc))
    (core func $dec (canon backpressure.dec))
    (core module $M
      (import "" "again" (func $again (param i32)))
      (import "" "return" (func $return))
      (import "" "inc" (func $inc))
      (import "" "dec" (func $dec))
      (func (export "up") (call $inc))
      (func (export "down") (call $dec))
      (func (export "free") (param i32) (call $return))
      (func (export "plain") (param i32) (if (local.get 0) (then (call $again (local.get 0)))))
      (func (export "alone") (param i32) (result i32) (call $return) (local.get 0))
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M (with "" (instance
      (export "again" (func $again)) (export "return" (func $return))
      (export "inc" (func $inc)) (export "dec" (func $dec))))))
    (func (export "up") (canon lift (core func $m "up")))
    (func (export "down") (canon lift (core func $m "down")))
    (func (export "free") async (param "n" u32) (canon lift (core func $m "free") async))
    (func (export "plain") async (param "n" u32) (canon lift (core func $m "plain")))
    (func (export "alone") async (param "n" u32)
      (canon lift (core func $m "alone") async (callback (core func $m "callback")))))
  (core module $Link
    (type $f (func (param i32)))
    (table (export "t") 1 funcref)
    (func (export "again") (param i32) (call_indirect (type $f) (i32.const 0) (i32.const 0))))
  (core instance $link (instantiate $Link))
  (func $again async (param "n" u32) (canon lift (core func $link "again")))
  (instance $callee (instantiate $Callee (with "again" (func $again))))
  (core func $up (canon lower (func $callee "up")))
  (core func $down (canon lower (func $callee "down")))
  (core func $free (canon lower (func $callee "free") OPTIONS))
  (core func $plain (canon lower (func $callee "plain") OPTIONS))
  (core func $alone (canon lower (func $callee "alone") OPTIONS))
  (core func $alone' (canon lower (func $callee "alone")))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "up" (func $up)) (import "" "down" (func $down)) (import "" "alone'" (func $alone' (param i32)))
    (import "" "free" (func $free (param i32) RESULT))
    (import "" "plain" (func $plain (param i32) RESULT))
    (import "" "alone" (func $alone (param i32) RESULT))
    (elem (i32.const 0) func $alone')
    (func (export "up") (call $up))
    (func (export "down") (call $down))
    (func (export "free") (param i32) (call $free (local.get 0)) DROP)
    (func (export "plain") (param i32) (call $plain (local.get 0)) DROP)
    (func (export "alone") (param i32) (call $alone (local.get 0)) DROP))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $link "t")) (export "up" (func $up)) (export "down" (func $down)) (export "free" (func $free))
    (export "plain" (func $plain)) (export "alone" (func $alone)) (export "alone'" (func $alone'))))))
  (func (export "up") (canon lift (core func $m "up")))
  (func (export "down") (canon lift (core func $m "down")))
  (func (export "free") (param "n" u32) (canon lift (core func $m "free")))
  (func (export "plain") (param "n" u32) (canon lift (core func $m "plain")))
  (func (export "alone") (param "n" u32) (canon lift (core func $m "alone"))))"""

YIELD, WAIT = 1, 0x12
WAYS = {"as ever": ("", "", ""), "with async": ("async", "(result i32)", "drop")}


def waiting(way: str) -> Any:
    options, result, drop = WAYS[way]
    text = WAITING.replace("OPTIONS", options).replace("RESULT", result).replace("DROP", drop)
    return witcraft.load(assemble(text)).instantiate()


@pytest.mark.parametrize("way", WAYS)
def test_a_task_that_would_go_on_is_named(way: str) -> None:
    waiting(way).alone(0)
    with pytest.raises(Trap, match="not supported yet: an asynchronous task that yields"):
        waiting(way).alone(YIELD)
    with pytest.raises(Trap, match="not supported yet: an asynchronous task that waits"):
        waiting(way).alone(WAIT)


@pytest.mark.parametrize("name", ["free", "plain", "alone"])
@pytest.mark.parametrize("way", WAYS)
def test_backpressure_holds_asynchronous_functions_back(way: str, name: str) -> None:
    instance = waiting(way)
    instance.up()  # no asynchronous function itself
    instance.down()
    getattr(instance, name)(0)
    instance.up()
    with pytest.raises(Trap, match="not supported yet: an asynchronous call that cannot begin at once"):
        getattr(instance, name)(0)


@pytest.mark.parametrize("way", WAYS)
def test_another_call_that_must_be_alone_has_to_wait(way: str) -> None:
    """``plain`` runs, which excludes ``alone``; afterwards either may begin."""
    instance = waiting(way)
    for name in ("plain", "alone", "plain"):
        getattr(instance, name)(0)
    with pytest.raises(Trap, match="not supported yet: an asynchronous call that cannot begin at once"):
        instance.plain(1)


# ---- exceptions --------------------------------------------------------------------------------------------------

THROWING = """\
(component
  (component $Callee
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $return (canon task.return (result (list u8)) (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "return" (func $return (param i32 i32)))
      (tag $t)
      (func (export "f")
        (block $caught (try_table (catch_all $caught) (call $return (i32.const 0) (i32.const 1))) return)
        unreachable)
      (func (export "g") (throw $t)))
    (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (result (list u8))
      (canon lift (core func $m "f") async (memory (core memory $mem "mem"))))
    (func (export "g") async (result (list u8))
      (canon lift (core func $m "g") async (memory (core memory $mem "mem")))))
  (instance $callee (instantiate $Callee))
  (core module $Mem
    (tag $t)
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (throw $t)))
  (core instance $mem (instantiate $Mem))
  (core func $f (canon lower (func $callee "f") async
    (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
  (core func $g (canon lower (func $callee "g") async
    (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "f" (func $f (param i32) (result i32)))
    (import "" "g" (func $g (param i32) (result i32)))
    (func (export "f") (drop (call $f (i32.const 0))))
    (func (export "g") (drop (call $g (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f)) (export "g" (func $g))))))
  (func (export "f") (canon lift (core func $m "f")))
  (func (export "g") (canon lift (core func $m "g"))))"""


@pytest.mark.parametrize("name", ["f", "g"])
def test_no_exception_gets_across(name: str) -> None:
    """Neither what a callee throws, nor what its caller's realloc does while the callee returns."""
    with pytest.raises(Trap, match="uncaught exception propagated out of component"):
        getattr(witcraft.load(assemble(THROWING)).instantiate(), name)()


# ---- which task takes what ---------------------------------------------------------------------------------------

KINDS = """\
(component
  (type $r (resource (rep i32)))
  (component $Callee
    (import "r" (type $r (sub resource)))
    (core module $m
      (memory (export "a") 1)
      (func (export "none")) (func (export "text") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $m))
    (core module $hand (import "" "a" (memory 1)) (memory (export "c") 1) (export "b" (memory 0)))
    (core instance $hand (instantiate $hand (with "" (instance $m))))
    (alias core export $m "a" (core memory $a))
    (alias core export $hand "b" (core memory $b))
    (alias core export $hand "c" (core memory $c))
    (alias core export $m "none" (core func $none))
    (alias core export $m "text" (core func $text))
    (alias core export $m "realloc" (core func $realloc))
    (func (export "u") async (result u32) (canon lift (core func $none) async))
    (func (export "v") async (param "s" string) (result u32) (canon lift (core func $text) async (memory $a) (realloc $realloc)))
    (func (export "w") async (result u32) (canon lift (core func $none) async (memory $b)))
    (func (export "x") async (result u32) (canon lift (core func $none) async (memory $c)))
    (func (export "y") async (result u32) (canon lift (core func $none) async string-encoding=utf16 (memory $a)))
    (func (export "z") async (result (own $r)) (canon lift (core func $none) async (memory $a)))
    (func (export "s") async (result s32) (canon lift (core func $none) async)))
  (instance $one (instantiate $Callee (with "r" (type $r))))
  (instance $two (instantiate $Callee (with "r" (type $r))))
  (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
  (core module $m
    (import "one" "u" (func (param i32) (result i32))) (import "one" "v" (func (param i32 i32 i32) (result i32)))
    (import "one" "w" (func (param i32) (result i32))) (import "one" "x" (func (param i32) (result i32)))
    (import "one" "y" (func (param i32) (result i32))) (import "one" "z" (func (param i32) (result i32)))
    (import "one" "s" (func (param i32) (result i32)))
    (import "two" "u" (func (param i32) (result i32))))
  LOWERED)"""


def kinds() -> Plan:
    made, given = [], {"one": "", "two": ""}
    for callee, names in (("one", "uvwxyzs"), ("two", "u")):
        for name in names:
            made.append(
                f'(core func ${callee}-{name} (canon lower (func ${callee} "{name}") async (memory (core memory $mem "m"))))'
            )
            given[callee] += f'(export "{name}" (func ${callee}-{name}))'
    wanted = " ".join([f'(with "{callee}" (instance {exports}))' for callee, exports in given.items()])
    return planned(KINDS.replace("LOWERED", f"{' '.join(made)} (core instance (instantiate $m {wanted}))"))


def test_task_return_is_for_functions_of_its_component_with_its_type_and_its_options() -> None:
    plan = kinds()
    found = tasks(plan)
    calls = {call.index: call for step in plan.steps for call in getattr(step, "calls", ())}
    names = {number: calls[index].function.name for index, number in found.numbers.items()}
    owner = {name: calls[i].callee for i, n in found.numbers.items() for name in names[n]}
    one, two = 1, 2

    def taking(instance: int, ty: ValType | None, encoding: StringEncoding, memory: str) -> str:
        of = owner[memory].memory if memory else None
        return "".join([names[number] for number in found.of(instance, Returned(ty, encoding, of))])

    utf8 = StringEncoding.UTF8
    assert sorted(found.numbers.values()) == list(range(1, 9))
    assert taking(one, t.U32, utf8, "") == "uvwx", "memory may be left out"
    assert taking(one, t.U32, utf8, "v") == taking(one, t.U32, utf8, "w") == "vw", "one that was only handed on"
    assert taking(one, t.U32, utf8, "x") == "x"
    assert taking(one, t.U32, StringEncoding.UTF16, "v") == "y"
    assert taking(one, t.S32, utf8, "") == "s"
    assert taking(one, None, utf8, "") == taking(3, t.U32, utf8, "") == ""
    assert taking(two, t.U32, utf8, "") == "u"
    (own,) = [call.function.result for call in calls.values() if call.function.name == "z"]
    assert own is not None
    assert taking(one, own, utf8, "v") == taking(one, t.TypeDef("a", "b", own), utf8, "") == "z"


def test_what_the_host_cannot_call_yet_is_left_as_it_is() -> None:
    """Only what it can call starts a thread of its own."""
    text = """(component
      (core func $return (canon task.return))
      (core module $m (import "" "return" (func $return)) (func (export "f") (call $return)) (func (export "g")))
      (core instance $m (instantiate $m (with "" (instance (export "return" (func $return))))))
      (func $f async (canon lift (core func $m "f") async))
      (core func $f' (canon lower (func $f) async))
      (core module $n (import "" "f" (func (result i32))))
      (core instance (instantiate $n (with "" (instance (export "f" (func $f'))))))
      (export "f" (func $f))
      (func (export "g") (canon lift (core func $m "g"))))"""
    plan = fuse(link(resolve(binary.read(assemble(text))), partly=True))
    found = {name: type(export.core) for name, export in plan.exports if isinstance(export, LiftedFunction)}
    assert found == {"f": CoreExport, "g": Adapted}
