"""A component whose every name is one that its bindings, Python or the run time use themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tests.support import raw
from tests.support.wat import assemble

WORDS = """
    wit package adapter base-exception type-error key-error bad-value value-error fixed and as assert async await
    break class continue def del elif else except false finally for from global if import in is lambda none nonlocal
    not or pass raise return true try while with yield match case type self cls super object int float bool str
    bytes list dict tuple set len range print property classmethod staticmethod isinstance enumerate zip map id hash
    repr iter next abs min max sum any all open input format exec eval compile globals locals vars dir store memory
    outer failed failure error trap tag ret result results value values item items ptr handle out at size u32 s32
    u64 s64 f32 f64 mail context instance api gate call copied view args kwargs index count block blocks moved ok
    err some option record variant enum flag flags struct protocol dataclass signature explain integer sequence
    config root link files bind exception annotations builtins typing witcraft runtime wasmtime core glue types
    imports exports init name doc slots module post app a b x y x-two xy a1 url http2-client
""".split()  # noqa: SIM905
"""Keywords, built-ins, locals of emitted functions, names that emitted modules import, all as WIT spells names."""
INTERFACES = [
    "types",
    "imports",
    "exports",
    "core",
    "glue",
    "init",
    "runtime",
    "enum",
    "sys",
    "class",
    "none",
    "builtins",
]
METHODS = """
    enter exit init del adopt rep owned resource api class self new slots release dict weakref doc eq hash call
    store context get item mro name value close
""".split()  # noqa: SIM905
STATICS = "classmethod staticmethod property type cls super object make isinstance int any open take".split()  # noqa: SIM905
DOCS = [
    'He said """\nraise SystemExit\n"""',
    '"',
    'ends in "',
    "ends in \\",
    "\\N{DEGREE SIGN} \\x \\u12 \\",
    "\\",
    "nul \0 bell \a escape \x1b[31m",
    "lines\r\nof\rmany\x0bkinds\x0c of\x1dends\u2028here\x85there",
    "trailing   \n\tindented\t\n   more  ",
    "turned \u202e round",
    "no such character \ud800",
    "{braces} %s # type: ignore # noqa # fmt: skip",
    "word" * 100,
    "a line of many words " * 20,
    *["a line of n words "[: length % 9] + "x" * (length - length % 9) for length in range(70, 95)],
    "\n\n\n",
    " ",
    "zwölf \N{CRAB} \U0001f1fa",
]
"""Texts that break out of a docstring, if they are let."""
CHUNKS = [WORDS[n : n + 16] for n in range(0, len(WORDS), 16)]
"""As many names as a function may have flat parameters."""


def binary() -> bytes:
    """The component, with a text of ``DOCS`` for everything that may have one."""
    return assemble(component()) + raw.custom("package-docs", b"\0" + json.dumps(documentation()).encode())


def documentation() -> dict[str, object]:
    functions = {word: {"docs": DOCS[number % len(DOCS)]} for number, word in enumerate(WORDS)}
    types = {word: {**entry, "items": dict.fromkeys(WORDS[::20], entry["docs"])} for word, entry in functions.items()}
    things = {
        f"[{kind}]thing.{word}": DOCS[5] for kind, words in (("method", METHODS), ("static", STATICS)) for word in words
    }
    texts: dict[str, object] = {"docs": DOCS[0], "funcs": {**functions, **things}, "types": {**types, "thing": DOCS[1]}}
    names = [
        "host/functions",
        *[f"names/{name}" for name in ("functions", "records", "enums", "flags", "variants", "things")],
    ]
    interfaces = {f"test:{name}": texts for name in names}
    return {"worlds": {"root": {"docs": DOCS[0], "func_exports": functions}}, "interfaces": interfaces}


def component() -> str:
    """Everything is an identity: what goes in comes out."""
    return "\n".join(
        [
            "(component",
            *host(),
            *guest(),
            interface("test:names/functions", [echo(word, word) for word in WORDS]),
            interface("test:names/parameters", [chunk(number) for number in range(len(CHUNKS))]),
            interface("test:names/relays", [relay(f"host{number}", word) for number, word in enumerate(WORDS)]),
            *[interface(f"test:names/{kind}s", typed(kind, text)) for kind, text in KINDS.items()],
            *[interface(f"test:{word}/{word}", [echo(word, "v")]) for word in INTERFACES],
            *[
                interface(f"test:{place}", [echo("f", "v")])
                for place in ("one/same@1.0.0", "one/same@2.0.0", "two/same")
            ],
            interface("test:names/statics", [relay(f"static{number}", word) for number, word in enumerate(STATICS)]),
            interface("test:names/methods", [using(number, word) for number, word in enumerate(METHODS)]),
            *[f'(export "{word}" (func $id))' for word in WORDS],
            *resource(),
            ")",
        ]
    )


def host() -> Iterable[str]:
    """An imported interface with a function, and a record, of each name."""
    yield '(import "test:host/functions" (instance $host'
    for word in WORDS:
        yield f'(export "{word}" (func (param "{word}" u32) (result u32)))'
    yield '(export "thing" (type $thing (sub resource)))'
    yield '(export "[constructor]thing" (func (param "self" u32) (result (own $thing))))'
    for word in METHODS:
        yield f'(export "[method]thing.{word}" (func (param "self" (borrow $thing)) (result u32)))'
    for word in STATICS:
        yield f'(export "[static]thing.{word}" (func (param "{word}" u32) (result u32)))'
    yield "))"
    yield '(alias export $host "thing" (type $theirs))'
    yield "(core func $drop (canon resource.drop $theirs))"
    yield '(core func $made (canon lower (func $host "[constructor]thing")))'
    for number, word in enumerate(METHODS):
        yield f'(core func $method{number} (canon lower (func $host "[method]thing.{word}")))'
    for number, word in enumerate(STATICS):
        yield f'(core func $static{number} (canon lower (func $host "[static]thing.{word}")))'
    for number, word in enumerate(WORDS):
        yield f'(core func $host{number} (canon lower (func $host "{word}")))'


def guest() -> Iterable[str]:
    yield "(core module $m"
    for number, words in enumerate(CHUNKS):
        yield f'(func (export "chunk{number}") (param {" ".join(["i32"] * len(words))}) (result i32)'
        yield f"local.get {len(words) - 1})"
    yield '(func (export "id") (param i32) (result i32) local.get 0))'
    yield "(core instance $i (instantiate $m))"
    yield '(func $id (param "v" u32) (result u32) (canon lift (core func $i "id")))'


def interface(name: str, items: Iterable[tuple[str, str]]) -> str:
    """``items``: what to define, and what to export of it."""
    define, export = zip(*items, strict=True)
    return "\n".join([*define, f"(instance ${name} {' '.join(export)})", f'(export "{name}" (instance ${name}))'])


def echo(name: str, param: str, ty: str = "u32") -> tuple[str, str]:
    number = fresh()
    lift = '(canon lift (core func $i "id"))'
    return f'(func $f{number} (param "{param}" {ty}) (result {ty}) {lift})', f'(export "{name}" (func $f{number}))'


def chunk(number: int) -> tuple[str, str]:
    params = " ".join(f'(param "{word}" u32)' for word in CHUNKS[number])
    lift = f'(canon lift (core func $i "chunk{number}"))'
    return f"(func $chunk{number} {params} (result u32) {lift})", f'(export "chunk{number}" (func $chunk{number}))'


def relay(core: str, word: str) -> tuple[str, str]:
    """An export that is the host's own function, there and back."""
    lift = f"(canon lift (core func ${core}))"
    return f'(func $relay-{core} (param "v" u32) (result u32) {lift})', f'(export "{word}" (func $relay-{core}))'


def using(number: int, word: str) -> tuple[str, str]:
    """An export that makes a resource of the host, calls the method, and drops it."""
    define = f"""
        (core module $use{number}
          (import "" "made" (func $made (param i32) (result i32)))
          (import "" "method" (func $method (param i32) (result i32)))
          (import "" "drop" (func $drop (param i32)))
          (func (export "use") (param i32) (result i32) (local $thing i32)
            (local.set $thing (call $made (local.get 0)))
            (call $method (local.get $thing))
            (call $drop (local.get $thing))))
        (core instance $use{number} (instantiate $use{number} (with "" (instance
          (export "made" (func $made)) (export "method" (func $method{number})) (export "drop" (func $drop))))))
        (func $use{number} (param "v" u32) (result u32) (canon lift (core func $use{number} "use")))"""
    return define, f'(export "{word}" (func $use{number}))'


KINDS = {
    "record": '(record (field "{word}" u32))',
    "enum": "(enum {words})",
    "flag": "(flags {words})",
    "variant": "(variant {cases})",
}


def typed(kind: str, text: str) -> Iterable[tuple[str, str]]:
    """A type and a function of it for each name; the type's own members have names of the same list."""
    for number, word in enumerate(WORDS):
        names = list(dict.fromkeys([word, *CHUNKS[number % len(CHUNKS)][:5]]))
        ty = text.format(
            word=word,
            words=" ".join(f'"{name}"' for name in names),
            cases=" ".join(f'(case "{name}")' for name in names),
        )
        yield f"(type ${kind}{number} {ty})", f'(export "{word}" (type ${kind}{number}))'
        yield echo(f"echo-{word}", word, f"${kind}{number}")


def resource() -> Iterable[str]:
    """A resource of the guest's own; an inner component gives the types their names."""
    make, own = '(param "self" u32) (result (own {}))', '(param "self" (borrow {})) (result u32)'
    yield "(type $rep (resource (rep i32)))"
    yield "(core func $new (canon resource.new $rep))"
    yield f"(func $make {make.format('$rep')} (canon lift (core func $new)))"
    yield f'(func $method {own.format("$rep")} (canon lift (core func $i "id")))'
    yield "(component $named"
    yield '(import "rep" (type $rep (sub resource)))'
    yield f'(import "make" (func $make {make.format("$rep")}))'
    yield f'(import "method" (func $method {own.format("$rep")}))'
    yield '(import "static" (func $static (param "v" u32) (result u32)))'
    yield '(export $thing "thing" (type $rep))'
    yield f'(export "[constructor]thing" (func $make) (func {make.format("$thing")}))'
    for word in METHODS:
        yield f'(export "[method]thing.{word}" (func $method) (func {own.format("$thing")}))'
    for word in STATICS:
        yield f'(export "[static]thing.{word}" (func $static))'
    yield ")"
    yield '(instance $things (instantiate $named (with "rep" (type $rep)) (with "make" (func $make))'
    yield '(with "method" (func $method)) (with "static" (func $id))))'
    yield '(export "test:names/things" (instance $things))'


_numbers = iter(range(1 << 30))


def fresh() -> int:
    return next(_numbers)
