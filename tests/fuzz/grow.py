"""Component trees out of nothing: definitions of every kind at random, each of which mostly mentions what is there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from tests.fuzz.room import LABELS, MEMORY, MODULES, PRIMITIVES, REALLOC, WRONG, Meaning, Module, Room

# ---- types ------------------------------------------------------------------------------------------------------


def value_type(room: Room) -> None:
    lot = room.lot
    (one, first), (two, second) = room.value(), room.value()
    labels = lot.sample(LABELS, lot.randrange(1, 4))
    text = lot.choice(
        (
            "(record {})".format(" ".join(f'(field "{label}" {one})' for label in labels)),
            "(variant {})".format(" ".join(f'(case "{label}" {one})' for label in labels)),
            "(enum {})".format(" ".join(f'"{label}"' for label in labels)),
            "(flags {})".format(" ".join(f'"{label}"' for label in labels)),
            *(f"(list {one})", f"(tuple {one} {two})", f"(option {one})", f"(result {one} (error {two}))", "(result)"),
            *(f"(stream {one})", f"(future {one})", f"(map {lot.choice(PRIMITIVES)} {one})", one),
        )
    )
    room.add("type", f"(type {text})", ("value", text, first, second))


def handle_type(room: Room) -> None:
    resource = room.any("type", is_resource)
    if resource is not None:
        text = room.lot.choice(("own", "borrow"))
        room.add("type", f"(type ({text} {resource}))", ("value", text, room.meaning("type", resource)))


def is_resource(meaning: Meaning) -> bool:
    return isinstance(meaning, tuple) and meaning[0] == "resource"


def is_func(meaning: Meaning) -> bool:
    return isinstance(meaning, tuple) and meaning[0] == "func"


def func_type(room: Room) -> None:
    lot = room.lot
    params = [(name, *room.value()) for name in lot.sample(LABELS, lot.choice((0, 0, 1, 1, 2)))]
    result = [room.value()] if lot.random() < 0.5 else []
    is_async = lot.choice(("", "", "", "async"))
    words = [f'(param "{name}" {ty})' for name, ty, _ in params] + [f"(result {ty})" for ty, _ in result]
    meaning = ("func", is_async, tuple((name, it) for name, _, it in params), tuple(it for _, it in result))
    room.add("type", f"(type (func {is_async} {' '.join(words)}))", meaning)


def resource_type(room: Room) -> None:
    if room.kind == "component" or room.lot.random() < WRONG:
        dtor = room.any("core func", lambda it: it == "i") if room.lot.random() < 0.4 else None
        extra = "" if dtor is None else f" (dtor (core func {dtor}))"
        room.add("type", f"(type (resource (rep i32){extra}))", ("resource", object()))


def scope_type(room: Room) -> None:
    """A component type or an instance type."""
    if room.depth < 3:
        kind = room.lot.choice(("component type", "instance type"))
        inner = fill(Room(room.lot, kind, room, room.depth + 1), room.lot.randrange(1, 6))
        meaning = (kind, tuple(inner.imports.items()), tuple(inner.exports.items()))
        room.add("type", f"(type ({kind.split()[0]} {' '.join(inner.lines)}))", meaning)


def core_type(room: Room) -> None:
    lot = room.lot
    index = room.any("core type", lambda it: it == "func")
    later = len(room.spaces["core type"])
    choices = [
        ("(core type (func (param i32)))", "func"),
        ("(core type (sub (func (result i32))))", "func"),
        ("(core type (sub (struct (field i32))))", "struct"),
        ('(core type (module (type (func)) (import "a" "f" (func (type 0))) (export "m" (memory 1))))', "module"),
        ('(core type (module (export "t" (table 1 2 funcref)) (export "g" (global (mut i64)))))', "module"),
        ("(core type (array (mut i8)))", "array"),
    ]
    if index is not None:
        choices += [
            (f"(core type (func (param (ref null {index}))))", "func"),
            (f"(core type (sub {index} (func (result i32))))", "func"),
            (f"(core type (sub final {index} (func (result i32))))", "func"),
            (f'(core type (module (alias outer 1 {index} (type)) (import "a" "f" (func (type 0)))))', "module"),
        ]
    text, meaning = lot.choice(choices)
    if lot.random() < 0.1:
        text = (
            f"(core rec (type (sub (func (param (ref null {later + 1}))))) (type (sub {later} (func (param anyref)))))"
        )
        room.enter("core type", "func")
        meaning = "func"
    room.add("core type", text, meaning)


# ---- core modules and instances ---------------------------------------------------------------------------------


def core_module(room: Room) -> None:
    if room.kind == "component":
        module = room.lot.choice(MODULES)
        room.add("core module", module.text, module)


def core_instance(room: Room) -> None:
    index = room.any("core module")
    if room.kind != "component" or index is None:
        return
    module = room.meaning("core module", index)
    words, exports = list[str](), dict[str, tuple[str, Meaning]]()
    if isinstance(module, Module):
        exports = dict(module.exports)
        for name, wanted in module.imports.items():
            given = room.any("core instance", partial(has_all, wanted))
            if given is not None:
                words.append(f'(with "{name}" (instance {given}))')
    room.add("core instance", f"(core instance (instantiate {index} {' '.join(words)}))", exports)


def has_all(wanted: Mapping[str, object], given: Meaning) -> bool:
    return isinstance(given, dict) and wanted.items() <= given.items()


def core_exports(room: Room) -> None:
    """An instance made of parts."""
    if room.kind != "component":
        return
    exports, words = dict[str, tuple[str, Meaning]](), list[str]()
    for name in room.lot.sample(("f", "g", "m", "t"), room.lot.randrange(3)):
        sort = {"m": "memory", "t": "table"}.get(name, "func")
        index = room.any(f"core {sort}")
        if index is not None:
            exports[name] = (sort, room.meaning(f"core {sort}", index))
            words.append(f'(export "{name}" ({sort} {index}))')
    room.add("core instance", f"(core instance {' '.join(words)})", exports)


def core_alias(room: Room) -> None:
    index = room.any("core instance", bool)
    exports = {} if index is None else room.meaning("core instance", index)
    if room.kind == "component" and isinstance(exports, dict) and exports:
        name, (sort, meaning) = room.lot.choice(list(exports.items()))
        room.add(f"core {sort}", f'(alias core export {index} "{name}" (core {sort}))', meaning)


# ---- canonical definitions --------------------------------------------------------------------------------------


def options(room: Room) -> str:
    lot, found = room.lot, list[str]()
    memory = room.any("core memory")
    if memory is not None and lot.random() < 0.7:
        found.append(f"(memory (core memory {memory}))")
        realloc = room.any("core func", lambda it: it == "iiii-i")
        if realloc is not None and lot.random() < 0.8:
            found.append(f"(realloc (core func {realloc}))")
    if lot.random() < 0.3:
        found.append(
            lot.choice(("string-encoding=utf8", "string-encoding=utf16", "string-encoding=latin1+utf16", "async"))
        )
    return " ".join(found)


def lift(room: Room) -> None:
    ty, given = room.any("type", is_func), room.any("core func")
    if room.kind == "component" and ty is not None and given is not None:
        more = options(room)
        if room.lot.random() < 0.15:
            word = room.lot.choice(("post-return", "callback"))
            more += f" ({word} (core func {room.any('core func')}))"
        wanted = room.meaning("type", ty)
        room.add("func", f"(func (type {ty}) (canon lift (core func {given}) {more}))", wanted)


def guest(room: Room) -> None:
    """A lift that fits: of a core function made for it, with a memory and a realloc beside."""
    ty = room.any("type", lambda it: flat(it) is not None)
    if room.kind != "component" or ty is None:
        return
    wanted = room.meaning("type", ty)
    params, results = flat(wanted) or ([], [])
    if len(results) > 1:
        results = ["i32"]  # a pointer
    text = f"""(core module (memory (export "m") 1)
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param {" ".join(params)}) (result {" ".join(results)}) unreachable))"""
    module = room.add("core module", text, None)
    made = room.add("core instance", f"(core instance (instantiate {module}))", {"m": MEMORY, "r": REALLOC})
    memory, realloc, function = [
        room.add(f"core {sort}", f'(alias core export {made} "{name}" (core {sort}))', meaning)
        for name, sort, meaning in (("m", "memory", 0), ("r", "func", "iiii-i"), ("f", "func", None))
    ]
    more = f"(memory (core memory {memory})) (realloc (core func {realloc}))"
    room.add("func", f"(func (type {ty}) (canon lift (core func {function}) {more}))", wanted)


FLAT = {"s64": ["i64"], "u64": ["i64"], "f32": ["f32"], "f64": ["f64"], "string": ["i32", "i32"]}


def flat(meaning: Meaning) -> tuple[list[str], list[str]] | None:
    """Core parameters and results of a function that is not async, where its types are of the simple ones."""
    match meaning:
        case ("func", "", tuple(params), tuple(results)):
            found = [flat_value(it) for it in [*(it for _, it in params), *results]]
            if None not in found:
                cores = [core or [] for core in found]
                return [part for core in cores[: len(params)] for part in core], [
                    p for c in cores[len(params) :] for p in c
                ]
    return None


def flat_value(meaning: Meaning) -> list[str] | None:
    match meaning:
        case ("value", str(name)) if name in PRIMITIVES:
            return FLAT.get(name, ["i32"])
        case ("value", str(text), *_) if text.startswith(("(list", "(map")):
            return ["i32", "i32"]
        case ("value", str(text), *_) if text.startswith(("(enum", "(flags", "(stream", "(future", "own")):
            return ["i32"]
        case ("value", str(text), first, *_) if text.startswith("(option"):
            inner = flat_value(first)
            return None if inner is None else ["i32", *inner]
        case _:
            return None


def lower(room: Room) -> None:
    given = room.any("func")
    if room.kind == "component" and given is not None:
        room.add("core func", f"(core func (canon lower (func {given}) {options(room)}))", None)


def resource_builtin(room: Room) -> None:
    resource = room.any("type", is_resource)
    if room.kind == "component" and resource is not None:
        op = room.lot.choice(("new", "rep", "drop"))
        signature = "i" if op == "drop" else "i-i"
        room.add("core func", f"(core func (canon resource.{op} {resource}))", signature)


def builtin(room: Room) -> None:
    if room.kind != "component":
        return
    noun = room.lot.choice(("stream", "future"))
    ty = room.any("type", lambda it: isinstance(it, tuple) and it[0] == "value" and str(it[1]).startswith(f"({noun}"))
    memory = room.any("core memory")
    choices: list[tuple[str, Meaning]] = [
        ("task.cancel", ""), ("subtask.drop", "i"), ("subtask.cancel", "i-i"), ("backpressure.inc", ""),
        ("waitable-set.new", "-i"), ("waitable-set.drop", "i"), ("waitable.join", "ii"), ("thread.yield", "-i"),
        ("context.get i32 0", "-i"), ("context.set i32 0", "i"), (f"task.return {options(room)}", ""),
        (f"task.return (result {room.value()[0]}) {options(room)}", "i"),
    ]  # fmt: skip
    if memory is not None:
        choices.append((f"waitable-set.wait (memory (core memory {memory}))", "ii-i"))
    if ty is not None:
        choices += [(f"{noun}.{verb} {ty}", None) for verb in ("new", "drop-readable", "drop-writable", "cancel-read")]
        choices += [(f"{noun}.{verb} {ty} {options(room)}", "iii-i") for verb in ("read", "write")]
    text, signature = room.lot.choice(choices)
    room.add("core func", f"(core func (canon {text}))", signature)


# ---- components and instances -----------------------------------------------------------------------------------


def component(room: Room) -> None:
    if room.kind == "component" and room.depth < 3:
        inner = Room(room.lot, "component", room, room.depth + 1)
        for index, meaning in list(enumerate(room.spaces["type"]))[-3:]:
            if is_func(meaning):  # so that one can be given what the other has
                inner.add("type", f"(alias outer 1 {index} (type))", meaning)
        fill(inner, room.lot.randrange(12))
        meaning = ("component", tuple(inner.imports.items()), tuple(inner.exports.items()))
        room.add("component", f"(component {' '.join(inner.lines)})", meaning)


def instance(room: Room) -> None:
    """Of a component, which is given all that it imports, if it has to be by imports of this one."""
    index = room.any("component")
    if room.kind != "component" or index is None:
        return
    meaning = room.meaning("component", index)
    words, exports = list[str](), dict[str, tuple[str, Meaning]]()
    if isinstance(meaning, tuple) and meaning[0].startswith("component"):
        for name, (sort, wanted) in meaning[1]:
            given = room.any(sort, partial(operator.eq, wanted))
            if given is None:
                given = supply(room, sort, wanted)
            if given is not None:
                word = "core module" if sort == "core module" else sort
                words.append(f'(with "{name}" ({word} {given}))')
        exports = dict(meaning[2])
    room.add("instance", f"(instance (instantiate {index} {' '.join(words)}))", ("instance", tuple(exports.items())))


def caller(room: Room) -> None:
    """A component that calls a function, and an instance of it that is given one, often of another inner component."""
    ty = room.any("type", lambda it: flat(it) is not None)
    if room.kind != "component" or ty is None:
        return
    wanted = room.meaning("type", ty)
    params, results = flat(wanted) or ([], [])
    if len(results) > 1:
        params, results = [*params, "i32"], []  # a pointer to where they go
    encoding = room.lot.choice(("", "string-encoding=utf16", "string-encoding=latin1+utf16"))
    text = f"""(component (alias outer 1 {ty} (type)) (import "f" (func (type 0)))
      (core module (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
      (core instance (instantiate 0))
      (alias core export 0 "m" (core memory)) (alias core export 0 "r" (core func))
      (core func (canon lower (func 0) {encoding} (memory (core memory 0)) (realloc (core func 0))))
      (core module (import "a" "f" (func (param {" ".join(params)}) (result {" ".join(results)}))))
      (core instance (export "f" (func 1)))
      (core instance (instantiate 1 (with "a" (instance 1)))))"""
    given = room.any("func", partial(operator.eq, wanted))
    given = supply(room, "func", wanted) if given is None else given
    component = room.add("component", text, None)
    room.add("instance", f'(instance (instantiate {component} (with "f" (func {given}))))', ("instance", ()))


def supply(room: Room, sort: str, wanted: Meaning) -> int | None:
    """An import of what is wanted; if that cannot be said here, anything."""
    ty = room.any("type", partial(operator.eq, wanted))
    if sort != "func" or ty is None:
        return room.any(sort)
    name = room.fresh_name(room.imports)
    room.imports.setdefault(name, (sort, wanted))
    return room.add(sort, f'(import "{name}" (func (type {ty})))', wanted)


def instance_of_parts(room: Room) -> None:
    if room.kind != "component":
        return
    exports, words = dict[str, tuple[str, Meaning]](), list[str]()
    for _ in range(room.lot.randrange(4)):
        found = item(room)
        if found is not None:
            sort, index, meaning = found
            name = room.fresh_name(exports)
            exports[name] = (sort, meaning)
            words.append(f'(export "{name}" ({sort} {index}))')
    room.add("instance", f"(instance {' '.join(words)})", ("instance", tuple(exports.items())))


def item(room: Room) -> tuple[str, int, Meaning] | None:
    sort = room.lot.choice(("func", "func", "type", "type", "instance", "component", "core module"))
    index = room.any(sort)
    return None if index is None else (sort, index, room.meaning(sort, index))


def alias(room: Room) -> None:
    index = room.any("instance", lambda it: isinstance(it, tuple) and it[0] == "instance" and bool(it[1]))
    meaning = None if index is None else room.meaning("instance", index)
    if isinstance(meaning, tuple) and meaning[0] == "instance" and meaning[1]:
        name, (sort, inner) = room.lot.choice(meaning[1])
        if room.kind == "component" or sort in ("type", "instance") or room.lot.random() < WRONG:
            room.add(sort, f'(alias export {index} "{name}" ({sort}))', inner)


def outer_alias(room: Room) -> None:
    count, outer = 0, room
    while outer.parent is not None and room.lot.random() < 0.7:
        outer, count = outer.parent, count + 1
    sort = room.lot.choice(("type", "type", "core type", "component", "core module"))
    index = outer.any(sort)
    if index is not None and (room.kind == "component" or "type" in sort or room.lot.random() < WRONG):
        room.add(sort, f"(alias outer {count} {index} ({sort}))", outer.meaning(sort, index))


# ---- imports and exports ----------------------------------------------------------------------------------------


def extern(room: Room) -> tuple[str, str, Meaning] | None:
    """A type for an import or export: its text, sort and meaning."""
    sort = room.lot.choice(("func", "func", "type", "type", "sub", "instance", "component", "core module"))
    if sort == "sub":
        return "(type (sub resource))", "type", ("resource", object())
    wanted = {"instance": "instance type", "component": "component type"}.get(sort, sort)
    if sort == "core module":
        index = room.any("core type", lambda it: it == "module")
        return None if index is None else (f"(core module (type {index}))", sort, None)
    index = room.any("type", lambda it: sort == "type" or (isinstance(it, tuple) and it[0] == wanted))
    if index is None:
        return None
    meaning = room.meaning("type", index)
    if sort == "type":
        return f"(type (eq {index}))", sort, meaning
    if sort == "instance" and isinstance(meaning, tuple) and meaning[0] == "instance type":
        meaning = ("instance", meaning[2])
    return f"({sort} (type {index}))", sort, meaning


def import_(room: Room) -> None:
    found = extern(room) if room.kind != "instance type" else None
    if found is not None:
        text, sort, meaning = found
        name = extern_name(room, room.imports, text)
        room.imports.setdefault(name, (sort, meaning))
        room.add(sort, f'(import "{name}" {text})', meaning)


def extern_name(room: Room, taken: Mapping[str, tuple[str, Meaning]], text: str) -> str:
    resources = [name for name, (sort, meaning) in taken.items() if is_resource(meaning)]
    if text.startswith("(func") and resources and room.lot.random() < 0.3:
        kind = room.lot.choice(("[method]{}.m", "[static]{}.s", "[constructor]{}"))
        return kind.format(room.lot.choice(resources))
    return room.fresh_name(taken)


def export(room: Room) -> None:
    if room.kind != "component":
        declared = extern(room)
        if declared is not None:
            text, sort, meaning = declared
            name = extern_name(room, room.exports, text)
            room.exports.setdefault(name, (sort, meaning))
            room.add(sort, f'(export "{name}" {text})', meaning)
        return
    found = item(room)
    if found is not None:
        sort, index, meaning = found
        name = extern_name(room, room.exports, f"({sort}")
        ascribed = extern(room) if room.lot.random() < 0.1 else None
        room.exports.setdefault(name, (sort, meaning))
        room.add(sort, f'(export "{name}" ({sort} {index}){" " + ascribed[0] if ascribed else ""})', meaning)


# ---- all together -----------------------------------------------------------------------------------------------

MAKERS: dict[Callable[[Room], None], int] = {
    value_type: 10, handle_type: 4, func_type: 8, resource_type: 3, scope_type: 6, core_type: 3,
    core_module: 4, core_instance: 5, core_exports: 2, core_alias: 10,
    lift: 3, guest: 8, lower: 6, resource_builtin: 4, builtin: 5,
    component: 4, instance: 6, caller: 4, instance_of_parts: 3, alias: 8, outer_alias: 5,
    import_: 12, export: 12,
}  # fmt: skip


def fill(room: Room, size: int) -> Room:
    for maker in room.lot.choices(list(MAKERS), list(MAKERS.values()), k=size):
        maker(room)
    return room


def grown(lot: Random) -> str:
    """The text of a component, which more often than not is valid."""
    room = fill(Room(lot, "component"), lot.choice((4, 8, 16, 30, 60)))
    return "(component\n{})".format("\n".join(room.lines))
