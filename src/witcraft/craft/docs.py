"""Documentation and gates of WIT as JSON, for a custom section: names of items to what is said of them.

``package-docs`` has a version byte, then an object whose shape and order are those of ``wit-parser``:
``{docs, worlds: {label: {...}}, interfaces: {label: {docs, stability, funcs, types}}}``. Nothing is there that says
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from witcraft.model.gates import Stability
from witcraft.model.package import Package, label
from witcraft.model.types import TypeDef
from witcraft.model.world import Function, Interface, NamedResource, Statement, World, WorldItem, extern_name

Json = dict[str, Any]

PACKAGE_DOCS = "package-docs"
VERSION = b"\1"


def section(found: Json) -> bytes:
    return VERSION + json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def of_package(package: Package) -> Json:
    return telling(
        docs=package.docs.text,
        worlds=mapping([(world.name, of_world(world)) for world in package.worlds]),
        interfaces=mapping([(label(it.name), of_interface(it)) for it in package.interfaces]),
    )


def of_world(world: World) -> Json:
    return telling(
        docs=world.docs.text,
        stability=of_stability(world.stability),
        interfaces=inline_interfaces(world.imports),
        types=mapping([(it.name, of_type(it)) for it in world.imports if isinstance(it, TypeDef | NamedResource)]),
        funcs=functions(world.imports),
        interface_exports=inline_interfaces(world.exports),
        func_exports=functions(world.exports),
        interface_import_stability=stabilities(world.imports, world.import_statements),
        interface_export_stability=stabilities(world.exports, world.export_statements),
        interface_import_docs=statement_docs(world.imports, world.import_statements),
        interface_export_docs=statement_docs(world.exports, world.export_statements),
    )


def of_interface(interface: Interface) -> Json:
    return telling(
        docs=interface.docs.text,
        stability=of_stability(interface.stability),
        funcs=functions(interface.functions),
        types=mapping([(it.name, of_type(it)) for it in interface.types]),
    )


def of_function(function: Function) -> Json:
    return telling(docs=function.docs.text, stability=of_stability(function.stability))


def of_type(named: TypeDef | NamedResource) -> Json:
    is_resource = isinstance(named, NamedResource) and named.of is None
    said = named.resource if isinstance(named, NamedResource) and is_resource else named
    items = {name: text for name, text in said.docs.items.items() if text}
    return telling(docs=said.docs.text, stability=of_stability(said.stability), items=items)


def of_stability(stability: Stability) -> Json:
    deprecated = {"deprecated": str(stability.deprecated)} if stability.deprecated else {}
    if stability.since:
        return {"stable": {"since": str(stability.since), **deprecated}}
    if stability.feature is not None:
        return {"unstable": {"feature": stability.feature, **deprecated}}
    return {}


# ---- parts of a world --------------------------------------------------------------------------------------------


def is_inline(item: WorldItem) -> bool:
    return isinstance(item, Interface) and ":" not in item.name and not item.implements


def inline_interfaces(items: Iterable[WorldItem]) -> Json:
    return mapping([(it.name, of_interface(it)) for it in items if isinstance(it, Interface) and is_inline(it)])


def functions(items: Iterable[WorldItem]) -> Json:
    return mapping([(it.extern_name, of_function(it)) for it in items if isinstance(it, Function)])


def stabilities(items: Iterable[WorldItem], statements: Mapping[str, Statement]) -> Json:
    return mapping([(name, of_stability(said.stability)) for name, said in said_of(items, statements)])


def statement_docs(items: Iterable[WorldItem], statements: Mapping[str, Statement]) -> Json:
    return mapping([(name, said.docs.text) for name, said in said_of(items, statements)])


def said_of(items: Iterable[WorldItem], statements: Mapping[str, Statement]) -> list[tuple[str, Statement]]:
    """Of the interfaces that are not inline: those say all for themselves."""
    names = [extern_name(item) for item in items if isinstance(item, Interface) and not is_inline(item)]
    return [(name, statements[name]) for name in names if name in statements]


# ---- objects without what says nothing ---------------------------------------------------------------------------


def telling(**members: object) -> Json:
    return {name: value for name, value in members.items() if value}


def mapping(pairs: Iterable[tuple[str, object]]) -> Json:
    return {name: value for name, value in pairs if value}
