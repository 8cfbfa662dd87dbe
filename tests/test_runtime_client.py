"""The run time, driven by hand: a gate and a package as they are generated, written out for one small component.

This file is the contract between gate, run time and emitted code in its shortest form. Other tests of the run time take
the component from here.
"""

from __future__ import annotations

import copy
import hashlib
import pickle
import struct
from collections.abc import Callable
from typing import Any

import pytest

from witcraft.runtime import (
    ArgumentError,
    BadValue,
    ClosedError,
    CompactMemory,
    Config,
    ExportedResource,
    Files,
    GuestHandles,
    GuestResource,
    Mail,
    Memory,
    PoisonedError,
    Registry,
    Signature,
    Store,
    Trap,
    Utf16Memory,
    explain,
    integer,
    take_back,
)
from witcraft.runtime.engine import assemble

pytestmark = pytest.mark.engine

GATE = assemble(r"""
(module $gate
  (import "host" "mail" (memory 1))
  (import "host" "trap" (func $trap))
  (import "host" "import-0" (func $import-0))
  (import "host" "import-1" (func $import-1))
  (import "host" "drop-1" (func $drop-1))
  (table $late (export "late") 4 funcref)
  (type $realloc (func (param i32 i32 i32 i32) (result i32)))
  (type $dtor (func (param i32)))
  (global $may-leave (mut i32) (i32.const 1))
  (data (i32.const 248) "\01")

  (func $fail (param $code i32) (param $detail i32)
    (i32.store (i32.const 0) (local.get $code)) (i32.store (i32.const 8) (local.get $detail))
    (call $trap) (unreachable))
  (func $done
    (if (i32.load (i32.const 248)) (then (unreachable)))
    (i32.store (i32.const 248) (i32.const 1)))

  (func $lower-0 (export "lower-0") (param i32) (result i32)
    (if (i32.eqz (global.get $may-leave)) (then (call $fail (i32.const 1) (i32.const 0))))
    (i32.store (i32.const 0) (local.get 0))
    (call $import-0) (call $done)
    (i32.load (i32.const 0)))
  (func $lower-1 (export "lower-1") (param i32 i32 i32)
    (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 8) (local.get 1))
    (i32.store (i32.const 16) (local.get 2))
    (call $import-1) (call $done))
  (func (export "realloc-0") (param $align i32) (param $size i32) (result i32)
    (global.set $may-leave (i32.const 0))
    (call_indirect (type $realloc) (i32.const 0) (i32.const 0) (local.get $align) (local.get $size) (i32.const 0))
    (global.set $may-leave (i32.const 1)))

  ;; a table of handles would be longer: here handle = representation + 1, and 666 is none
  (func $rep (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const 666)) (then (call $fail (i32.const 2) (local.get 0))))
    (i32.sub (local.get 0) (i32.const 1)))
  (func $handle (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (export "lift-own-0-0" (func $rep))
  (export "lower-own-0-0" (func $handle))
  (export "resource.new-0-0" (func $handle))
  (export "resource.rep-0-0" (func $rep))
  (func (export "dtor-0") (param i32) (call_indirect (type $dtor) (local.get 0) (i32.const 1)))
  (func (export "resource.drop-0-1") (param i32)
    (i32.store (i32.const 0) (local.get 0)) (call $drop-1) (call $done)))
""")

CORE = assemble(r"""
(module $guest
  (import "host" "tick" (func $tick (param i32) (result i32)))
  (import "host" "greet" (func $greet (param i32 i32 i32)))
  (import "host" "drop" (func $drop (param i32)))
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 4096))
  (global $leave (mut i32) (i32.const 0))
  (tag $oops)

  (func $realloc (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $ptr i32)
    (if (i32.eq (local.get $size) (i32.const 13)) (then (return (i32.const 1))))     ;; misaligned
    (if (i32.eq (local.get $size) (i32.const 17)) (then (return (i32.const -64))))   ;; out of bounds
    (if (i32.eq (local.get $size) (i32.const 19)) (then (drop (call $tick (i32.const 0)))))
    (local.set $ptr (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (global.set $heap (i32.add (local.get $ptr) (local.get $size)))
    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16)))))))
    (local.get $ptr))
  (func (export "post") (param i32) (global.set $heap (i32.const 4096)))

  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "echo") (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
  (func (export "place") (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
  (func (export "ticks") (param $n i32) (result i32) (local $sum i32)
    (block $end (loop $next
      (br_if $end (i32.eqz (local.get $n)))
      (local.set $sum (i32.add (local.get $sum) (call $tick (local.get $n))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $next)))
    (local.get $sum))
  (func (export "greet") (param i32 i32) (result i32)
    (call $greet (local.get 0) (local.get 1) (i32.const 32)) (i32.const 32))

  (func $inner unreachable)
  (func (export "boom") (call $inner))
  (func $deeper (export "deep") (call $deeper))
  (func (export "throw") (throw $oops))
  (func (export "spin") (loop $l (br $l)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))

  (global $made (mut i32) (i32.const 100))
  (global $destroyed (mut i32) (i32.const 0))
  (func (export "make") (result i32)
    (global.set $made (i32.add (global.get $made) (i32.const 1))) (global.get $made))
  (func (export "number") (param i32) (result i32) (local.get 0))
  (func (export "destroy") (param i32)
    (global.set $destroyed (i32.add (global.get $destroyed) (i32.const 1))))
  (func (export "destroyed") (result i32) (global.get $destroyed))
  (func (export "give-back") (param i32) (call $drop (local.get 0))))
""")


def digest(wasm: bytes) -> str:
    return hashlib.sha256(wasm).hexdigest()


FILES = Files({"gate.wasm": GATE, "core.wasm": CORE})
GATE_DIGEST, CORE_DIGEST = digest(GATE), digest(CORE)
ENCODINGS = {"utf8": Memory, "utf16": Utf16Memory, "compact": CompactMemory}
_II = struct.Struct("<II")


class Context:
    """What trampolines and exports share. No way leads from here to the store."""

    mail: Mail
    memory: Any
    registry: Registry


def lower_tick(context: Context, tick: Callable[[int], int]) -> Callable[[], None]:
    mail = context.mail
    u32 = mail.u32

    def call() -> None:
        try:
            result = tick(u32[0])
            try:
                if result.__class__ is not int:
                    result = integer(result)
                u32[0] = result
            except BadValue as error:
                raise explain(error, _TICK_RESULT, result) from None
            u32[62] = mail.poisoned
        except BaseException as error:
            mail.error = error

    return call


def lower_greet(context: Context, greet: Callable[[str], str]) -> Callable[[], None]:
    mail = context.mail
    u32 = mail.u32

    def call() -> None:
        try:
            memory = context.memory
            memory.copied = 0
            out = u32[4]
            name = memory.lift_string(u32[0], u32[2])
            result = greet(name)
            if out & 3 or out + 8 > memory.size:
                memory.check(out, 8, 4)
            try:
                _II.pack_into(memory.view, out, *memory.lower_string(result))
            except BadValue as error:
                raise explain(error, _GREET_RESULT, result) from None
            u32[62] = mail.poisoned
        except BaseException as error:
            mail.error = error

    return call


class Blob(ExportedResource):
    __slots__ = ()
    _api: App

    def __init__(self) -> None:
        api = self._api
        store = api._store
        outer = store.enter()
        try:
            failed = store.call(*api._make)
            if failed or store.trap:
                raise store.failure("[constructor]blob", failed)
            self._adopt(api._handles.lift_rep(store.u32[0] + 1))
        finally:
            store.busy = outer

    def number(self) -> int:
        api = self._api
        store = api._store
        outer = store.enter()
        try:
            store.u32[0] = api._handles.lower_borrow(self)
            failed = store.call(*api._number)
            if failed or store.trap:
                raise store.failure("[method]blob.number", failed)
            return store.u32[0]
        finally:
            store.busy = outer


class App:
    """The component: every export is one shape of code that is emitted."""

    def __init__(
        self,
        tick: Callable[[int], int] = lambda n: n,
        greet: Callable[[str], str] = lambda name: f"hello {name}",
        config: Config | None = None,
        encoding: str = "utf8",
        guarded: bool = True,
    ) -> None:
        from witcraft.runtime import bind

        self._store = store = Store(config, FILES)
        self._context = context = Context()
        mail = store.open_mail()
        context.mail = store.mail
        context.registry = Registry(store.mail)
        trampolines = [
            store.trap_callback,
            lower_tick(context, tick),
            lower_greet(context, greet),
            context.registry.drop,
        ]
        gate = store.instantiate(store.module("gate.wasm", GATE_DIGEST), [mail, *map(store.host, trampolines)])
        externs = [gate.extern("lower-0"), gate.extern("lower-1"), gate.extern("resource.drop-0-1")]
        core = store.instantiate(store.module("core.wasm", CORE_DIGEST), externs)
        store.fill(gate.extern("late"), 0, core.extern("realloc"))
        store.fill(gate.extern("late"), 1, core.extern("destroy"))
        realloc: dict[str, Any] = (
            {"guarded": gate.extern("realloc-0")} if guarded else {"direct": core.extern("realloc")}
        )
        context.memory = ENCODINGS[encoding](store, core.extern("memory"), **realloc)
        for name in (
            "add",
            "echo",
            "place",
            "ticks",
            "greet",
            "boom",
            "deep",
            "throw",
            "spin",
            "grow",
            "make",
            "number",
        ):
            setattr(self, f"_{name}", store.prepare(core.extern(name)))
        self._destroyed, self._give_back = (
            store.prepare(core.extern("destroyed")),
            store.prepare(core.extern("give-back")),
        )
        self._post = store.prepare(core.extern("post"))
        resource = GuestResource(store, gate, 0)
        self._handles = GuestHandles(store, gate, 0, resource, True)
        self.Blob: type[Blob] = bind(Blob, self, resource)

    _add: tuple[object, ...]
    _echo: tuple[object, ...]
    _place: tuple[object, ...]
    _greet: tuple[object, ...]
    _make: tuple[object, ...]
    _number: tuple[object, ...]

    def add(self, a: int, b: int) -> int:
        store = self._store
        outer = store.enter()
        try:
            try:
                if a.__class__ is not int:
                    a = integer(a)
                if b.__class__ is not int:
                    b = integer(b)
                u32 = store.u32
                u32[0] = a
                u32[4] = b
            except BadValue as error:
                raise explain(error, _ADD, a, b) from None
            failed = store.call(*self._add)
            if failed or store.trap:
                raise store.failure("add", failed)
            return u32[0]
        finally:
            store.busy = outer

    def plain(self, name: str, *args: int) -> int:
        """A function that takes and gives u32 at most."""
        store = self._store
        outer = store.enter()
        try:
            for slot, arg in enumerate(args):
                store.u32[4 * slot] = arg
            failed = store.call(*getattr(self, f"_{name}"))
            if failed or store.trap:
                raise store.failure(name, failed)
            return store.u32[0]
        finally:
            store.busy = outer

    def ticks(self, n: int) -> int:
        return self.plain("ticks", n)

    def echo_string(self, value: str, through: str = "echo") -> str:
        store = self._store
        memory = self._context.memory
        outer = store.enter()
        try:
            memory.copied = 0
            u32 = store.u32
            try:
                ptr, count = memory.lower_string(value)
                u32[0] = ptr
                u32[4] = count
            except BadValue as error:
                raise explain(error, _ECHO_STRING, value) from None
            failed = store.call(*(self._echo if through == "echo" else self._greet))
            if failed or store.trap:
                raise store.failure("echo-string", failed)
            ret = u32[0]
            if ret & 3 or ret + 8 > memory.size:
                memory.check(ret, 8, 4)
            result: str = memory.lift_string(*_II.unpack_from(memory.view, ret))
            self._end(ret)
            return result
        except Trap as trap:
            raise store.trapped("echo-string", trap) from None
        finally:
            store.busy = outer

    def greet(self, name: str) -> str:
        return self.echo_string(name, "greet")

    def lift_at(self, ptr: int, count: int, lift: Callable[[Any, int, int], Any]) -> Any:
        """The guest claims that something lies at ``ptr``."""
        store = self._store
        memory = self._context.memory
        outer = store.enter()
        try:
            memory.copied = 0
            u32 = store.u32
            u32[0] = ptr
            u32[4] = count
            failed = store.call(*self._place)
            if failed or store.trap:
                raise store.failure("lift-at", failed)
            return lift(memory, *_II.unpack_from(memory.view, u32[0]))
        except Trap as trap:
            raise store.trapped("lift-at", trap) from None
        finally:
            store.busy = outer

    def echo_bytes(self, value: Any) -> bytes:
        store = self._store
        memory = self._context.memory
        outer = store.enter()
        try:
            memory.copied = 0
            u32 = store.u32
            try:
                ptr, count = memory.lower_bytes(value)
                u32[0] = ptr
                u32[4] = count
            except BadValue as error:
                raise explain(error, _ECHO_BYTES, value) from None
            failed = store.call(*self._echo)
            if failed or store.trap:
                raise store.failure("echo-bytes", failed)
            ret = u32[0]
            ptr, count = _II.unpack_from(memory.view, ret)
            memory.check_list(ptr, count, 1, 1)
            result: bytes = memory.lift_bytes(ptr, count)
            self._end(ret)
            return result
        except Trap as trap:
            raise store.trapped("echo-bytes", trap) from None
        finally:
            store.busy = outer

    def _end(self, ret: int) -> None:
        store = self._store
        store.u32[0] = ret
        failed = store.call(*self._post)
        if failed or store.trap:
            raise store.failure("post", failed)

    def consume(self, blob: Blob, tag: int) -> int:
        """Takes a blob, and another argument after it."""
        store = self._store
        outer = store.enter()
        try:
            moved: list[Any] = []
            try:
                store.u32[0] = self._handles.lower_own(blob, moved)
                store.u32[4] = tag
            except BadValue as error:
                take_back(moved)
                raise explain(error, _CONSUME, blob, tag) from None
            failed = store.call(*self._add)
            if failed or store.trap:
                raise store.failure("consume", failed)
            return store.u32[0]
        finally:
            store.busy = outer

    def give_back(self, value: object) -> None:
        """The guest is given a resource of the host, and drops it."""
        self.plain("give_back", self._context.registry.add(value))

    def destroyed(self) -> int:
        return self.plain("destroyed")


_ADD = Signature("add", "a: u32, b: u32", globals())
_TICK_RESULT = Signature("tick", "result: u32", globals())
_GREET_RESULT = Signature("greet", "result: string", globals())
_ECHO_STRING = Signature("echo-string", "value: string", globals())
_ECHO_BYTES = Signature("echo-bytes", "value: list<u8>", globals())
_CONSUME = Signature("consume", "blob: blob, tag: u32", globals())
_TYPES = {"blob": ("Blob", "resource")}


@pytest.fixture
def app():
    return App()


# ---- values ------------------------------------------------------------------------------------------------------


def test_scalars_go_and_come(app):
    assert app.add(1, 2) == 3
    assert app.add(0xFFFFFFFF, 2) == 1


class Index:
    def __index__(self) -> int:
        return 40


def test_whatever_is_an_integer_is_taken(app):
    assert app.add(Index(), 2) == 42


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (-1, "b: expected 0 to 4294967295 (u32), got -1"),
        (1 << 32, "b: expected 0 to 4294967295 (u32), got 4294967296"),
        (1 << 500, "b: expected 0 to 4294967295 (u32), got a number of 501 bits"),
        (True, "b: expected int, got bool"),
        (1.0, "b: expected int, got float"),
        ("1", "b: expected int, got str"),
        (None, "b: expected int, got None"),
    ],
)
def test_bad_arguments_name_the_parameter_and_harm_nothing(app, value, what):
    with pytest.raises(ArgumentError) as caught:
        app.add(1, value)
    assert str(caught.value) == what
    assert app.add(1, 2) == 3


TEXTS = ["", "a", "é", "ÿ" * 300, "€uro", "𝄞 clef", "x" * 200_000, "é√😀x" * 2000, "\0\ufeff"]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "direct"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_strings_in_every_encoding(encoding, guarded):
    app = App(encoding=encoding, guarded=guarded)
    for text in TEXTS:
        assert app.echo_string(text) == text
        assert app.greet(text) == f"hello {text}"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("value", "what"), [(b"x", "bytes"), (3, "int"), (None, "None"), (["x"], "list")])
def test_a_string_is_a_str(encoding, value, what):
    app = App(encoding=encoding)
    with pytest.raises(ArgumentError, match=f"value: expected str, got {what}"):
        app.echo_string(value)
    assert app.echo_string("still") == "still"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_lone_surrogates_are_no_text(encoding):
    app = App(encoding=encoding)
    with pytest.raises(ArgumentError, match="value: expected Unicode text, got a lone surrogate at 2"):
        app.echo_string("ab\ud800")
    assert app.echo_string("still") == "still"


def test_bytes_go_and_come(app):
    for data in (b"", b"\0\xff", bytes(100_000)):
        assert app.echo_bytes(data) == data


# ---- host functions ----------------------------------------------------------------------------------------------


def test_host_functions_are_called():
    assert App(lambda n: 2 * n).ticks(10) == 110


def test_an_exception_of_the_host_comes_out_unchanged_and_poisons():
    failure = KeyError("mine")

    def tick(n: int) -> int:
        raise failure

    app = App(tick)
    with pytest.raises(KeyError) as caught:
        app.ticks(1)
    assert caught.value is failure
    with pytest.raises(PoisonedError, match="cannot be called any more: ticks trapped"):
        app.add(1, 2)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration, RecursionError])
def test_exceptions_of_every_kind_come_out(error):
    def tick(n: int) -> int:
        raise error

    with pytest.raises(error):
        App(tick).ticks(1)


def test_a_bad_result_of_the_host_is_explained():
    with pytest.raises(ArgumentError, match=r"result: expected 0 to 4294967295 \(u32\), got -1"):
        App(lambda n: -1).ticks(1)
    with pytest.raises(ArgumentError, match="result: expected str, got int"):
        App(greet=lambda name: 5).greet("x")  # type: ignore[arg-type, return-value]


def test_calls_nest():
    app: App

    def tick(n: int) -> int:
        return app.add(n, 100) + (app.ticks(n - 1) if n > 1 else 0)

    app = App(tick)
    assert app.ticks(1) == 101
    assert app.ticks(2) == 102 + 101 + 101


def test_an_inner_failure_can_be_told_from_an_outer_one():
    app: App

    def tick(n: int) -> int:
        if n == 1:
            raise LookupError("inner")
        return app.ticks(1)

    app = App(tick)
    with pytest.raises(LookupError, match="inner"):
        app.ticks(5)


def test_a_guest_does_not_go_on_when_a_nested_call_trapped_and_the_host_kept_silent():
    app: App
    seen: list[int] = []

    def tick(n: int) -> int:
        seen.append(n)
        with pytest.raises(Trap):
            app.plain("boom")
        return 1

    app = App(tick)
    with pytest.raises(PoisonedError):
        app.ticks(3)
    assert seen == [3]


def test_a_realloc_must_not_call_out():
    seen: list[int] = []

    def tick(n: int) -> int:
        seen.append(n)
        return n

    app = App(tick)
    with pytest.raises(Trap, match=r"^echo-bytes: cannot leave component instance"):
        app.echo_bytes(bytes(19))
    assert not seen


# ---- traps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "what"),
    [
        ("boom", "unreachable", "boom: wasm `unreachable` instruction executed"),
        ("deep", "stack overflow", "deep: call stack exhausted"),
        ("throw", "uncaught exception", "throw: thrown Wasm exception"),
    ],
)
def test_a_trap_names_export_reason_and_frames(app, name, code, what):
    with pytest.raises(Trap) as caught:
        app.plain(name)
    lines = str(caught.value).splitlines()
    assert lines[0] == what
    assert lines[1] == "wasm backtrace:"
    assert "guest!" in lines[2]
    assert caught.value.code == code
    with pytest.raises(PoisonedError):
        app.add(1, 2)


@pytest.mark.parametrize(
    ("size", "what"),
    [(13, "unaligned pointer 0x1"), (17, "out of bounds pointer 0xffffffc0")],
)
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "direct"])
def test_what_realloc_gives_is_checked(size, what, guarded):
    app = App(encoding="utf16", guarded=guarded)
    with pytest.raises(Trap, match=what):
        app._context.memory.alloc(size, 2)


def lift_string(memory: Any, ptr: int, count: int) -> Any:
    return memory.lift_string(ptr, count)


def lift_words(memory: Any, ptr: int, count: int) -> Any:
    memory.check_list(ptr, count, 4, 4)
    return memory.lift_numbers("I", ptr, count)


SIZE = 2 << 16
BAD_PLACES = [
    (lift_string, SIZE, 1, "out of bounds"),
    (lift_string, SIZE - 1, 2, "out of bounds"),
    (lift_string, 0xFFFFFFFF, 0xFFFFFFFF, "out of bounds|too long"),
    (lift_string, SIZE + 1, 0, "out of bounds"),
    (lift_words, 2, 1, "unaligned pointer 0x2"),
    (lift_words, 2, 0, "unaligned pointer 0x2"),
    (lift_words, SIZE, 1, "out of bounds"),
    (lift_words, 0, 0x4000000, "list of 268435456 bytes is too long"),
    (lift_words, 0, 0xFFFFFFFF, "too long"),
]


@pytest.mark.parametrize(("lift", "ptr", "count", "what"), BAD_PLACES)
def test_a_bad_place_is_a_trap_and_poisons(app, lift, ptr, count, what):
    with pytest.raises(Trap, match=what) as caught:
        app.lift_at(ptr, count, lift)
    assert str(caught.value).startswith("lift-at: ")
    with pytest.raises(PoisonedError):
        app.add(1, 2)


def test_the_end_of_memory_is_a_place(app):
    assert app.lift_at(SIZE, 0, lift_string) == ""
    assert app.lift_at(SIZE, 0, lift_words) == []
    assert app.lift_at(SIZE - 8, 2, lift_words) == [0, 0]


def test_memory_that_grew_is_seen(app):
    assert app.plain("grow", 3) == 2
    assert app.lift_at(SIZE + 0x10000, 4, lift_string) == "\0\0\0\0"
    assert app.lift_at(5 << 16, 0, lift_words) == []


BAD_TEXT = [
    ("utf8", b"ab\xff", 3, "invalid utf-8 in a string, at byte 2"),
    ("utf8", b"\xed\xa0\x80", 3, "invalid utf-8"),
    ("utf8", b"\xe2\x82", 2, "invalid utf-8"),
    ("utf16", b"a\0\0\xd8", 2, "invalid utf-16-le in a string, at byte 2"),
    ("compact", b"a\0\0\xdc", 2 | 1 << 31, "invalid utf-16-le in a string, at byte 2"),
]


@pytest.mark.parametrize(("encoding", "data", "units", "what"), BAD_TEXT)
def test_bad_text_of_the_guest_traps(encoding, data, units, what):
    app = App(encoding=encoding)
    app._context.memory.view[1024 : 1024 + len(data)] = data
    with pytest.raises(Trap, match=what):
        app.lift_at(1024, units, lift_string)


@pytest.mark.parametrize("encoding", ["utf16", "compact"])
def test_wide_strings_are_aligned(encoding):
    with pytest.raises(Trap, match="unaligned"):
        App(encoding=encoding).lift_at(1025, 1, lift_string)


def test_copies_out_of_the_guest_are_counted():
    app = App(config=Config(max_copied=1000))
    assert app.lift_at(1024, 250, lift_words) == [0] * 250
    assert app.lift_at(1024, 1000, lift_string) == "\0" * 1000
    with pytest.raises(Trap, match=r"more than 1000 bytes copied out of the guest in one call \(Config.max_copied\)"):
        app.lift_at(1024, 251, lift_words)
    with pytest.raises(Trap, match="more than 1000 bytes"):
        App(config=Config(max_copied=1000)).lift_at(1024, 1001, lift_string)


# ---- resources ---------------------------------------------------------------------------------------------------


def test_a_resource_is_made_used_and_destroyed(app):
    with app.Blob() as blob:
        assert isinstance(blob, Blob)
        assert blob.number() == 101
        assert app.destroyed() == 0
    assert app.destroyed() == 1
    blob.close()
    assert app.destroyed() == 1


def test_a_closed_resource_says_so(app):
    blob = app.Blob()
    blob.close()
    with pytest.raises(ClosedError, match="this Blob was closed, or given away"):
        blob.number()
    assert app.add(1, 2) == 3


def test_a_forgotten_resource_is_destroyed_by_the_next_call(app):
    blob = app.Blob()
    del blob
    assert app._store.drops
    assert app.destroyed() == 1


def test_a_resource_given_away_is_gone(app):
    blob = app.Blob()
    assert app.consume(blob, 5) == 102 + 5
    with pytest.raises(ClosedError):
        blob.number()
    del blob
    assert app.destroyed() == 0


def test_a_bad_argument_after_a_resource_leaves_it_with_the_host(app):
    blob = app.Blob()
    with pytest.raises(ArgumentError, match="tag: expected 0 to 4294967295"):
        app.consume(blob, -1)
    assert blob.number() == 101


def test_a_resource_belongs_to_its_instance(app):
    with pytest.raises(ArgumentError, match="blob: expected Blob of this instance, got one of another instance"):
        app.consume(App().Blob(), 1)
    with pytest.raises(ArgumentError, match="blob: expected Blob, got str"):
        app.consume("blob", 1)
    with pytest.raises(TypeError, match="this Blob belongs to no instance"):
        Blob()
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="a Blob can be neither copied nor pickled"):
            duplicate(app.Blob())


def test_a_resource_is_not_destroyed_under_a_running_call():
    app: App
    seen: list[int] = []

    def tick(n: int) -> int:
        blob.close()
        seen.append(app.destroyed())
        return 0

    app = App(tick)
    blob = app.Blob()
    app.ticks(1)
    assert seen == [0]
    assert app.destroyed() == 1


class Given:
    def __init__(self) -> None:
        self.left = 0

    def __enter__(self) -> Given:
        return self

    def __exit__(self, *error: object) -> None:
        assert error == (None, None, None)
        self.left += 1


def test_a_host_resource_that_the_guest_drops_is_exited(app):
    given = Given()
    app.give_back(given)
    assert given.left == 1
    app.give_back(object())  # has no __exit__
    assert app.add(1, 2) == 3


def test_numbers_of_host_resources_are_used_again(app):
    registry = app._context.registry
    first, second = registry.add("a"), registry.add("b")
    assert registry.get(second) == "b"
    assert registry.take(first) == "a"
    assert registry.add("c") == first
    assert registry.get(first) == "c"


def test_a_broken_rule_of_the_gate_is_a_trap(app):
    store = app._store
    with pytest.raises(Trap, match=r"^unknown handle index 666"):
        app._handles.lift_own(666)
    assert store.mail.poisoned


# ---- the end of an instance --------------------------------------------------------------------------------------


def test_a_closed_instance_says_so(app):
    blob = app.Blob()
    app._store.close()
    with pytest.raises(ClosedError, match="the instance was closed"):
        app.add(1, 2)
    with pytest.raises(ClosedError):
        blob.number()
    blob.close()
    app._store.close()


def test_an_instance_closed_by_its_own_host_function_ends_with_the_call():
    app: App

    def tick(n: int) -> int:
        app._store.close()
        return n

    app = App(tick)
    with pytest.raises(PoisonedError):
        app.ticks(2)
    with pytest.raises(ClosedError):
        app.add(1, 2)
