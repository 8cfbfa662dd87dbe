"""Guests as component text, for any types: they pass on what they get, or hand out whatever bytes they are told to.

An echo guest exports for each type number i

    pass-i:  func(v: T) -> T                       by way of the import `pass-i`, with the same core values
    many-i:  func(v: list<T>) -> list<T>           as it is
    all:     func(v0: T0, v1: T1...) -> tuple<..>  by way of the import `all`
    trace:   func() -> u64                         of all that realloc and post-return were called with

and a raw guest

    give-i:  func(bytes: list<u8>, at: u64) -> T   the bytes come to lie at `BASE`; T is lifted from `BASE + at`, or if
                                                   it is one core value from the first bytes
    send-i:  func(bytes: list<u8>)                 calls the import `take-i: func(v: T)` with core values from slots of
                                                   8 bytes
    keep-i:  func(v: list<T>)                      where the list came to lie is noted at `KEPT`: address, length
    memory:  func() -> list<u8>                    all of it, up to what the guest has handed out
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import wasmtime

from witcraft.abi.layout import Layout, parts
from witcraft.model import types as t
from witcraft.model.types import TypeDef, ValType
from witcraft.model.world import Freestanding, Function, Param

BASE = 4096
KEPT = 1024
HEAP = 32768

Encoding = Literal["utf8", "utf16", "latin1+utf16"]
ENCODINGS: tuple[Encoding, ...] = ("utf8", "utf16", "latin1+utf16")
HOST, GUEST = "test:agree/host", "test:agree/guest@1.2.3"


@dataclass(frozen=True)
class Guest:
    """What to write a component for.

    With ``interface`` functions and types are imported and exported in interfaces, else directly.
    """

    types: tuple[ValType, ...]
    kind: Literal["echo", "raw"] = "echo"
    encoding: Encoding = "utf8"
    pointer: Literal[4, 8] = 4
    interface: bool = False

    @cached_property
    def layout(self) -> Layout:
        return Layout(self.pointer)

    @cached_property
    def names(self) -> dict[TypeDef, str]:
        """Every named type in the guest's types, what is inside before what it is in."""
        found: dict[TypeDef, str] = {}
        for ty in self.types:
            for definition in definitions(ty):
                found.setdefault(definition, f"{definition.name}{len(found)}")
        return found

    @cached_property
    def imports(self) -> dict[str, Function]:
        if self.kind == "raw":
            return dict([function(f"take-{i}", [("v", ty)], None) for i, ty in enumerate(self.types)])
        every = [(f"v{i}", ty) for i, ty in enumerate(self.types)]
        passed = [function(f"pass-{i}", [("v", ty)], ty) for i, ty in enumerate(self.types)]
        return dict([*passed, function("all", every, t.Tuple(self.types))])

    @cached_property
    def exports(self) -> dict[str, Function]:
        if self.kind == "raw":
            made = [it for i, ty in enumerate(self.types) for it in raw_functions(i, ty)]
            return dict([*made, function("memory", [], t.List(t.U8))])
        many = [function(f"many-{i}", [("v", t.List(ty))], t.List(ty)) for i, ty in enumerate(self.types)]
        return {**self.imports, **dict(many), **dict([function("trace", [], t.U64)])}

    @cached_property
    def text(self) -> str:
        return "\n".join(["(component", *component(self), ")"])

    @cached_property
    def wasm(self) -> bytes:
        return bytes(wasmtime.wat2wasm(self.text))


def function(name: str, params: Iterable[tuple[str, ValType]], result: ValType | None) -> tuple[str, Function]:
    return name, Function(name, name, Freestanding(), tuple([Param(*param) for param in params]), result)


def raw_functions(i: int, ty: ValType) -> list[tuple[str, Function]]:
    data: tuple[str, ValType] = ("bytes", t.List(t.U8))
    return [
        function(f"give-{i}", [data, ("at", t.U64)], ty),
        function(f"send-{i}", [data], None),
        function(f"keep-{i}", [("v", t.List(ty))], None),
    ]


def definitions(ty: ValType) -> Iterator[TypeDef]:
    for part in parts(ty):
        yield from definitions(part)
    if isinstance(ty, TypeDef):
        yield ty


# ---- the component -----------------------------------------------------------------------------------------------


def component(guest: Guest) -> Iterator[str]:
    yield from interface_imports(guest) if guest.interface else root_imports(guest)
    yield library(guest)
    yield "(core instance $lib (instantiate $library))"
    yield '(alias core export $lib "memory" (core memory $memory))'
    yield '(alias core export $lib "realloc" (core func $realloc))'
    for name in guest.imports:
        yield f"(core func ${name}.core (canon lower (func ${name}) {options(guest)}))"
    yield main(guest)
    lowered = "".join([f'(export "{name}" (func ${name}.core))' for name in guest.imports])
    yield f'(core instance $main (instantiate $code (with "host" (instance {lowered})) (with "lib" (instance $lib))))'
    yield from lifted(guest)


def root_imports(guest: Guest) -> Iterator[str]:
    for definition, name in guest.names.items():
        yield from declare(guest, definition, f'(import "{name}" (type ${name} (eq {{}})))')
    for name, it in guest.imports.items():
        yield f'(import "{name}" (func ${name} {signature(guest, it)}))'


def interface_imports(guest: Guest) -> Iterator[str]:
    yield f'(import "{HOST}" (instance $host'
    for definition, name in guest.names.items():
        yield from declare(guest, definition, f'(export "{name}" (type ${name} (eq {{}})))')
    for name, it in guest.imports.items():
        yield f'(export "{name}" (func {signature(guest, it)}))'
    yield "))"
    for name in guest.names.values():
        yield f'(alias export $host "{name}" (type ${name}))'
    for name in guest.imports:
        yield f'(alias export $host "{name}" (func ${name}))'


def declare(guest: Guest, definition: TypeDef, form: str) -> Iterator[str]:
    """A type, and ``form`` that names it."""
    if isinstance(definition.type, TypeDef):
        yield form.format(f"${guest.names[definition.type]}")
    else:
        name = guest.names[definition]
        yield f"(type ${name}.type {structure(guest, definition.type)})"
        yield form.format(f"${name}.type")


def lifted(guest: Guest) -> Iterator[str]:
    for core in CORES:
        yield f'(alias core export $main "post-{core}" (core func $post-{core}))'
    for name, it in guest.exports.items():
        post = f" (post-return $post-{core})" if (core := result_core(guest, it)) else ""
        lift = f'(canon lift (core func $main "{name}") {options(guest)}{post})'
        place = f"$out.{name}" if guest.interface else f'(export "{name}")'
        yield f"(func {place} {signature(guest, it)} {lift})"
    if guest.interface:
        items = "".join([f'(export "{name}" (func $out.{name}))' for name in guest.exports])
        yield f'(instance $guest {items}) (export "{GUEST}" (instance $guest))'


def options(guest: Guest) -> str:
    return f"(memory $memory) (realloc $realloc) string-encoding={guest.encoding}"


# ---- types -------------------------------------------------------------------------------------------------------


def signature(guest: Guest, it: Function) -> str:
    params = [f'(param "{param.name}" {spell(guest, param.type)})' for param in it.params]
    return " ".join(params + ([f"(result {spell(guest, it.result)})"] if it.result else []))


def spell(guest: Guest, ty: ValType) -> str:
    return f"${guest.names[ty]}" if isinstance(ty, TypeDef) else structure(guest, ty)


def structure(guest: Guest, ty: ValType) -> str:
    def of(inner: ValType) -> str:
        return spell(guest, inner)

    def maybe(inner: ValType | None) -> str:
        return of(inner) if inner else ""

    match ty:
        case t.Prim(kind):
            return kind.value
        case t.String():
            return "string"
        case t.List(element):
            return f"(list {of(element)})"
        case t.FixedList(element, length):
            return f"(list {of(element)} {length})"
        case t.Map(key, value):
            return f"(map {of(key)} {of(value)})"
        case t.Tuple(items):
            return f"(tuple {spaced(map(of, items))})"
        case t.Option(some):
            return f"(option {of(some)})"
        case t.Result(ok, err):
            return f"(result {maybe(ok)} {f'(error {of(err)})' if err else ''})"
        case t.Record(fields):
            return f"(record {spaced([f'(field {quote(field.name)} {of(field.type)})' for field in fields])})"
        case t.Variant(cases):
            return f"(variant {spaced([f'(case {quote(case.name)} {maybe(case.type)})' for case in cases])})"
        case t.Enum(labels):
            return f"(enum {spaced(map(quote, labels))})"
        case t.Flags(labels):
            return f"(flags {spaced(map(quote, labels))})"
        case other:
            raise AssertionError(f"not drawn: {other}")


def quote(name: str) -> str:
    return f'"{name}"'


def spaced(parts: Iterable[str]) -> str:
    return " ".join(parts)


# ---- core modules ------------------------------------------------------------------------------------------------


def library(guest: Guest) -> str:
    """Memory, and an allocator that only goes up, grows the memory, and notes what it is asked for."""
    wide = guest.pointer == 8
    return LIBRARY.format(
        P=guest.layout.core,
        memory="i64 " if wide else "",
        heap=HEAP,
        old="(local.get $old)" if wide else "(i64.extend_i32_u (local.get $old))",
        old_size="(local.get $old-size)" if wide else "(i64.extend_i32_u (local.get $old-size))",
        align="(local.get $align)" if wide else "(i64.extend_i32_u (local.get $align))",
        size="(local.get $size)" if wide else "(i64.extend_i32_u (local.get $size))",
    )


LIBRARY = """\
(core module $library
  (memory (export "memory") {memory}1)
  (global $heap (mut {P}) ({P}.const {heap}))
  (global $trace (mut i64) (i64.const 7))
  (func $note (export "note") (param i64)
    (global.set $trace (i64.add (local.get 0) (i64.mul (global.get $trace) (i64.const 1000003)))))
  (func (export "trace") (result i64) (global.get $trace))
  (func (export "heap") (result {P}) (global.get $heap))
  (func $take (export "take") (param $align {P}) (param $size {P}) (result {P})
    (local $at {P}) (local $end {P})
    (local.set $at (global.get $heap))
    (local.set $at ({P}.and
      ({P}.add (local.get $at) ({P}.sub (local.get $align) ({P}.const 1)))
      ({P}.sub ({P}.const 0) (local.get $align))))
    (local.set $end ({P}.add (local.get $at) (local.get $size)))
    (if ({P}.gt_u (local.get $end) ({P}.mul (memory.size) ({P}.const 65536))) (then
      (if ({P}.eq ({P}.const -1) (memory.grow ({P}.add ({P}.const 1) ({P}.div_u
          ({P}.sub (local.get $end) ({P}.mul (memory.size) ({P}.const 65536))) ({P}.const 65536)))))
        (then unreachable))))
    (global.set $heap (local.get $end))
    (local.get $at))
  (func (export "realloc") (param $old {P}) (param $old-size {P}) (param $align {P}) (param $size {P}) (result {P})
    (local $at {P})
    (call $note {old}) (call $note {old_size}) (call $note {align}) (call $note {size})
    (local.set $at (call $take (local.get $align) (local.get $size)))
    (memory.copy (local.get $at) (local.get $old)
      (select (local.get $old-size) (local.get $size) ({P}.lt_u (local.get $old-size) (local.get $size))))
    (local.get $at)))"""


def main(guest: Guest) -> str:
    p = guest.layout.core
    imports = [
        f'(import "lib" "memory" (memory {"i64 " if guest.pointer == 8 else ""}1))',
        f'(import "lib" "take" (func $take (param {p} {p}) (result {p})))',
        '(import "lib" "note" (func $note (param i64)))',
        '(import "lib" "trace" (func $trace (result i64)))',
        f'(import "lib" "heap" (func $heap (result {p})))',
        *[f'(import "host" "{name}" (func ${name} {lowered(guest, it)}))' for name, it in guest.imports.items()],
    ]
    posts = [f'(func (export "post-{core}") (param {core}) (call $note (i64.const -1)))' for core in CORES]
    bodies = [body(guest, name, it) for name, it in guest.exports.items()]
    return "\n".join(["(core module $code", *imports, *posts, *bodies, ")"])


CORES = ("i32", "i64", "f32", "f64")


def params_core(guest: Guest, it: Function) -> tuple[str, ...]:
    flat = guest.layout.flat_params(it)
    return (guest.layout.core,) if flat is None else flat


def result_core(guest: Guest, it: Function) -> str:
    """The one core value that a lifted function returns; a pointer if its result takes more."""
    flat = guest.layout.flat_result(it)
    return guest.layout.core if flat is None else "".join(flat)


def lowered(guest: Guest, it: Function) -> str:
    params, flat = params_core(guest, it), guest.layout.flat_result(it)
    if flat is None:
        return f"(param {' '.join([*params, guest.layout.core])})"
    return f"(param {' '.join(params)}) (result {' '.join(flat)})"


def body(guest: Guest, name: str, it: Function) -> str:
    result = result_core(guest, it)
    head = f'(func (export "{name}") (param {" ".join(params_core(guest, it))}) (result {result})'
    return f"{head} {CODE[name.partition('-')[0]](guest, name, it)})"


def pass_on(guest: Guest, name: str, it: Function) -> str:
    """Calls the import of that name; what it takes and gives lies as what the export takes and gives."""
    params = " ".join([f"(local.get {i})" for i in range(len(params_core(guest, it)))])
    if guest.layout.flat_result(it) is not None:
        return f"(call ${name} {params})"
    assert it.result is not None
    p, shape = guest.layout.core, guest.layout.shape(it.result)
    take = f"(call $take ({p}.const {shape.align}) ({p}.const {shape.size}))"
    return f"(local $area {p}) (local.set $area {take}) (call ${name} {params} (local.get $area)) (local.get $area)"


def echo_list(guest: Guest, name: str, it: Function) -> str:
    p, pointer = guest.layout.core, guest.pointer
    return f"""(local $area {p}) (local.set $area (call $take ({p}.const {pointer}) ({p}.const {2 * pointer})))
      ({p}.store (local.get $area) (local.get 0))
      ({p}.store offset={pointer} (local.get $area) (local.get 1))
      (local.get $area)"""


def trace(guest: Guest, name: str, it: Function) -> str:
    return "(call $trace)"


def give(guest: Guest, name: str, it: Function) -> str:
    p = guest.layout.core
    if flat := guest.layout.flat_result(it):
        return f"{place(guest)} ({flat[0]}.load ({p}.const {BASE}))"
    at = "(local.get 2)" if guest.pointer == 8 else "(i32.wrap_i64 (local.get 2))"
    return f"{place(guest)} ({p}.add ({p}.const {BASE}) {at})"


def send(guest: Guest, name: str, it: Function) -> str:
    take = name.replace("send", "take")
    cores = params_core(guest, guest.imports[take])
    loads = [f"({core}.load offset={8 * i} ({guest.layout.core}.const {BASE}))" for i, core in enumerate(cores)]
    return f"{place(guest)} (call ${take} {' '.join(loads)})"


def place(guest: Guest) -> str:
    return f"(memory.copy ({guest.layout.core}.const {BASE}) (local.get 0) (local.get 1))"


def keep(guest: Guest, name: str, it: Function) -> str:
    p = guest.layout.core
    return f"""({p}.store ({p}.const {KEPT}) (local.get 0))
      ({p}.store offset={guest.pointer} ({p}.const {KEPT}) (local.get 1))"""


def memory(guest: Guest, name: str, it: Function) -> str:
    p, pointer = guest.layout.core, guest.pointer
    return f"""({p}.store offset={2 * pointer} ({p}.const {KEPT}) ({p}.const 0))
      ({p}.store offset={3 * pointer} ({p}.const {KEPT}) (call $heap))
      ({p}.const {KEPT + 2 * pointer})"""


CODE = {
    "pass": pass_on,
    "all": pass_on,
    "many": echo_list,
    "trace": trace,
    "give": give,
    "send": send,
    "keep": keep,
    "memory": memory,
}
