"""Worlds whose declarations are hard to get right, as models: what no tool makes a component of in one go."""

from __future__ import annotations

from witcraft.model.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    S64,
    STRING,
    U8,
    U16,
    U32,
    U64,
    Borrow,
    Case,
    Docs,
    Enum,
    Field,
    FixedList,
    Flags,
    Future,
    List,
    Map,
    Option,
    Own,
    Record,
    Resource,
    Result,
    Stream,
    Tuple,
    TypeDef,
    ValType,
    Variant,
)
from witcraft.model.world import (
    Constructor,
    CoreModule,
    CoreModuleType,
    Freestanding,
    Function,
    Interface,
    Method,
    NamedResource,
    Param,
    Static,
    World,
)

MODULE = CoreModuleType((), (("memory", "memory 1"),))


def func(name: str, *params: ValType, gives: ValType | None = None, is_async: bool = False, docs: str = "") -> Function:
    """A function whose parameters are called ``a``, ``b`` and so on."""
    named = tuple(Param("abcdefgh"[at], ty) for at, ty in enumerate(params))
    return Function(name, name, Freestanding(), named, gives, is_async, Docs(docs))


def method(resource: Resource, name: str, *params: ValType, gives: ValType | None = None) -> Function:
    named = (Param("self", Borrow(resource)), *(Param("abcdefgh"[at], ty) for at, ty in enumerate(params)))
    return Function(f"[method]{resource.name}.{name}", name, Method(resource), named, gives)


def static(resource: Resource, name: str, gives: ValType | None = None) -> Function:
    return Function(f"[static]{resource.name}.{name}", name, Static(resource), (), gives)


def values() -> World:
    """Every type, documented, down and up."""
    host = "test:all/host@1.0.0"
    point = TypeDef(
        host, "point", Record((Field("x", F64), Field("y-2", Option(F64)))), Docs("A point.", {"x": "Right."})
    )
    shape = TypeDef(
        host,
        "shape",
        Variant((Case("dot", None), Case("big-circle", F32), Case("none", Option(Option(U8))))),
        Docs("", {"dot": "Nothing to see. */ alert() /*"}),
    )
    color = TypeDef(host, "color", Enum(("red", "dark-blue")), Docs("Colours.", {"dark-blue": "The logo's."}))
    access = TypeDef(host, "access", Flags(("read", "write-all")), Docs("", {"read": "May look."}))
    octets = TypeDef(host, "octets", List(U8))
    failure = TypeDef(host, "failure", Result(U32, Option(STRING)))
    blob = Resource(host, "blob", Docs("Bytes.\n\nMany of them."))
    types = (point, shape, color, access, octets, failure, NamedResource("blob", blob))
    functions = (
        func("scalars", BOOL, U8, U16, S64, F32, F64, CHAR, STRING, gives=U64, docs="All of them.\n\nAt once."),
        func("lists", List(U8), List(U64), List(STRING), List(List(F32)), List(point), gives=List(S64)),
        func("options", Option(U8), Option(Option(U8)), Option(Option(Option(STRING))), gives=Option(point)),
        func("results", Result(U8, None), Result(None, STRING), gives=Result(None, None)),
        func("more", Map(STRING, List(U8)), FixedList(U8, 3), FixedList(STRING, 40), Tuple((U8, octets)), gives=octets),
        func("fails", shape, gives=Result(color, shape), docs="Or not."),
        func("later", access, gives=Result(STRING, U8), is_async=True),
        func("streams", Stream(U8), Stream(None), Future(STRING), gives=Future(None)),
        func("lends", Borrow(blob), Own(blob), gives=List(Own(blob))),
    )
    made = Function("[constructor]blob", "constructor", Constructor(blob), (Param("data", octets),), Own(blob))
    methods = (made, method(blob, "read", U32, gives=List(U8)), static(blob, "empty", gives=Result(Own(blob), failure)))
    docs = Docs("What the host has.")
    api = "test:all/api@1.0.0"
    theirs = Resource(api, "session")
    alias = TypeDef(api, "spot", point)
    given = (
        *(func(each.name, *[param.type for param in each.params], gives=each.result) for each in functions[:6]),
        method(theirs, "close", alias),
        func("open", gives=Own(theirs)),
    )
    return World(
        imports=(
            Interface(host, types, (*functions, *methods), docs=docs),
            func("log", STRING),
            CoreModule("libc", MODULE),
        ),
        exports=(
            Interface(api, (alias, NamedResource("session", theirs), NamedResource("bytes", blob)), given),
            CoreModule("app", MODULE),
            func("run", List(U16), gives=Result(None, STRING), docs="Runs."),
        ),
        docs=Docs("All there is."),
    )


def clashes() -> World:
    """Names that mean something to JavaScript or TypeScript, and names that become one."""
    host = "test:names/host"
    globals_ = [
        TypeDef(host, name, Record((Field("x", U8),)))
        for name in ("map", "promise", "array", "uint8-array", "option", "result", "async-iterable", "error", "record")
    ]
    twice = [
        TypeDef(host, "shape", Variant((Case("dot", None), Case("line-2", U8)))),
        TypeDef(host, "shape-dot", Record((Field("a-1", U8), Field("a1", STRING)))),
        TypeDef(host, "shape-line2", Flags(("a-1", "a1"))),
    ]
    odd, disposable = Resource(host, "odd"), Resource(host, "disposable")
    functions = (
        func("default", Map(STRING, U8), List(U8), Option(Option(U8)), Result(U8, U8), Stream(U8), is_async=True),
        *(func(word) for word in ("class", "delete", "await", "a-1", "a1", "constructor", "let", "then")),
        Function(
            "keywords", "keywords", Freestanding(), tuple(Param(w, U8) for w in ("class", "a-1", "a1", "eval")), None
        ),
        method(odd, "constructor"),
        method(odd, "delete"),
        method(odd, "a-1"),
        method(odd, "a1"),
        static(odd, "prototype"),
        static(odd, "name"),
        func("arrays", List(globals_[0]), gives=List(F64)),
    )
    here = Resource("", "odd")
    world = [
        TypeDef("", name, Enum(("a", "b"))) for name in ("error", "root", "import-object", "component-error", "record")
    ]
    types: tuple[TypeDef | NamedResource, ...] = (
        *globals_,
        *twice,
        NamedResource("odd", odd),
        NamedResource("also-odd", odd),
        NamedResource("disposable", disposable),
    )
    return World(
        imports=(Interface(host, types, functions), *world, NamedResource("odd", here), func("default", world[0])),
        exports=(
            func("default", gives=Result(None, world[0])),
            func("a-1", world[1]),
            func("a1", Borrow(here)),
            Interface("import", (), (func("x"),)),
            Interface("test:names/host", types, functions),
            CoreModule("class", MODULE),
        ),
    )


def versions() -> World:
    """One interface in two versions, on either side, one of them using a type of the other."""
    made, items = [], []
    for version in ("1.0.0", "2.0.0"):
        name = f"test:old/store@{version}"
        key = TypeDef(name, "key", STRING if version == "1.0.0" else U64)
        made.append(key)
        items.append(Interface(name, (key,), (func("get", key, gives=Option(made[0])),)))
    own = [Interface(f"test:new/api@{version}", (), (func("go", made[0]),)) for version in ("0.1.0", "0.2.0")]
    return World(imports=tuple(items), exports=tuple(own))


def used_at_the_root() -> World:
    """A world that uses an interface's types and resource for functions of its own."""
    host = "test:use/types"
    point, blob = TypeDef(host, "point", Record((Field("x", U8),))), Resource(host, "blob")
    here = TypeDef("", "point", point)
    return World(
        imports=(
            Interface(host, (point, NamedResource("blob", blob)), (method(blob, "size", gives=U32),)),
            here,
            NamedResource("blob", blob),
        ),
        exports=(TypeDef("", "point", here), func("f", here, Borrow(blob), gives=Own(blob))),
    )


WORLDS = {world.__name__.replace("_", "-"): world for world in (values, clashes, versions, used_at_the_root)}
