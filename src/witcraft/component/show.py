"""A component tree for people: ``show`` prints it as text, ``to_json`` as data.

Every line that adds to an index space starts with what it adds, and ends with its offset in the outermost file:
``core func 3 = core instance 0 "run"   ;; 0x1f``. Names and types are those of the binary, unchecked.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum
from typing import assert_never

from witcraft.component import spell
from witcraft.component.tree import (
    AliasCoreExport,
    AliasExport,
    AliasOuter,
    AnySort,
    CanonBuiltin,
    CanonLift,
    CanonLower,
    CanonResource,
    Component,
    ComponentType,
    CoreInlineExports,
    CoreInstantiate,
    CoreModule,
    CoreTypeDef,
    Declaration,
    Definition,
    Export,
    ExportDecl,
    FuncType,
    Import,
    InlineExports,
    InstanceType,
    Instantiate,
    ItemName,
    ModuleExport,
    ModuleImport,
    ModuleOuterAlias,
    ModuleType,
    NestedComponent,
    PrimType,
    ResourceType,
    Sort,
    Start,
    TypeDef,
    Value,
)
from witcraft.core import tree as core
from witcraft.text import Writer

Names = Callable[[Component], Sequence[ItemName]]


def no_names(component: Component) -> Sequence[ItemName]:
    return ()


def show(component: Component, names: Names = no_names) -> str:
    """``names`` finds what a component calls its items for debugging (``binary.item_names``)."""
    out = Writer("  ")
    Printer(out, names, names(component)).component(component, "component")
    return out.text()


class Printer:
    """One scope, which is a component or a component or instance type: its index spaces are counted here."""

    def __init__(self, out: Writer, names: Names, own_names: Sequence[ItemName] = ()) -> None:
        self.out, self.names = out, names
        self.own_names = {(it.sort, it.index): it.name for it in own_names}
        self.sizes: Counter[AnySort] = Counter()

    def new(self, sort: AnySort) -> str:
        index = self.sizes[sort]
        self.sizes[sort] += 1
        name = self.own_names.get((sort, index))
        return f"{spell.sort(sort)} {index}" + ("" if name is None else f" {spell.quoted(name)}")

    def add(self, sort: AnySort, text: str, offset: int) -> None:
        self.out.line(f"{self.new(sort)} = {text}   ;; {offset:#x}")

    def rows(self, sort: AnySort, text: str, rows: Sequence[str], offset: int) -> None:
        with self.out.block(f"{self.new(sort)} = {text}   ;; {offset:#x}"):
            self.out.extend(list(rows))

    # ---- containers ---------------------------------------------------------------------------------------------

    def component(self, it: Component, head: str) -> None:
        with self.out.block(f"{head}{_called(it.name)}, {len(it.data)} bytes   ;; {it.offset:#x}"):
            for definition in it.definitions:
                self.definition(definition)
            self.out.extend(_customs(it))

    def module(self, it: core.Module, head: str) -> None:
        with self.out.block(f"{head}{_called(it.name)}, {len(it.data)} bytes   ;; {it.offset:#x}"):
            for i in it.imports:
                names = f"{spell.quoted(i.module)} {spell.quoted(i.name)}"
                self.out.line(f"import {names}: {spell.core_extern_type(i.type)}   ;; {i.offset:#x}")
            imported = sum(isinstance(i.type, core.MemoryType) for i in it.imports)
            for memory in it.memories[imported:]:
                self.out.line(spell.core_extern_type(memory))
            for e in it.exports:
                self.out.line(f"export {spell.quoted(e.name)}: {spell.core_extern_type(e.type)}   ;; {e.offset:#x}")
            self.out.extend(_customs(it))

    def scope(self, sort: AnySort, text: str, declarations: Sequence[Declaration], offset: int) -> None:
        with self.out.block(f"{self.new(sort)} = {text}   ;; {offset:#x}"):
            inner = Printer(self.out, self.names)
            for declaration in declarations:
                inner.definition(declaration)

    # ---- definitions --------------------------------------------------------------------------------------------

    def definition(self, it: Definition | Declaration) -> None:
        match it:
            case CoreModule():
                self.module(it.module, self.new(core.Sort.MODULE))
            case NestedComponent():
                head = self.new(Sort.COMPONENT)
                Printer(self.out, self.names, self.names(it.component)).component(it.component, head)
            case CoreInstantiate() | CoreInlineExports() | Instantiate() | InlineExports():
                self.instance(it)
            case CoreTypeDef():
                self.core_type(it)
            case TypeDef():
                self.type(it)
            case AliasExport() | AliasCoreExport() | AliasOuter():
                self.alias(it)
            case CanonLift() | CanonLower() | CanonResource() | CanonBuiltin():
                self.canon(it)
            case Import() | ExportDecl():
                word = "import" if isinstance(it, Import) else "export"
                text = f"{word} {spell.extern_name(it.name)}: {spell.extern_type(it.type)}"
                self.add(spell.extern_sort(it.type), text, it.offset)
            case Export():
                text = f"export {spell.extern_name(it.name)} {spell.item(it.item)}"
                ascribed = "" if it.type is None else f": {spell.extern_type(it.type)}"
                self.add(it.item.sort, text + ascribed, it.offset)
            case Start():
                self.start(it)
            case Value():
                self.add(Sort.VALUE, f"{spell.ref(it.type)}, {len(it.data)} bytes", it.offset)
            case _:
                assert_never(it)

    def instance(self, it: CoreInstantiate | CoreInlineExports | Instantiate | InlineExports) -> None:
        match it:
            case CoreInstantiate():
                rows = [f"{spell.quoted(arg.name)} = core instance {arg.instance}" for arg in it.args]
                self.rows(core.Sort.INSTANCE, f"instantiate core module {it.module}", rows, it.offset)
            case CoreInlineExports():
                rows = [f"{spell.quoted(e.name)} = {spell.item(e.item)}" for e in it.exports]
                self.rows(core.Sort.INSTANCE, "exports", rows, it.offset)
            case Instantiate():
                rows = [f"{spell.quoted(arg.name)} = {spell.item(arg.item)}" for arg in it.args]
                self.rows(Sort.INSTANCE, f"instantiate component {it.component}", rows, it.offset)
            case InlineExports():
                rows = [f"{spell.extern_name(x.name)} = {spell.item(x.item)}" for x in it.exports]
                self.rows(Sort.INSTANCE, "exports", rows, it.offset)
            case _:
                assert_never(it)

    def core_type(self, it: CoreTypeDef) -> None:
        if isinstance(it.type, ModuleType):
            self.rows(core.Sort.TYPE, "module", _module_type(it.type), it.offset)
        else:
            self.add(core.Sort.TYPE, spell.core_definition(it.type), it.offset)

    def type(self, it: TypeDef) -> None:
        match it.type:
            case ComponentType(declarations):
                self.scope(Sort.TYPE, "component", declarations, it.offset)
            case InstanceType(declarations):
                self.scope(Sort.TYPE, "instance", declarations, it.offset)
            case FuncType():
                self.add(Sort.TYPE, spell.func_type(it.type), it.offset)
            case ResourceType():
                self.add(Sort.TYPE, spell.resource_type(it.type), it.offset)
            case _:
                self.add(Sort.TYPE, spell.value_type(it.type), it.offset)

    def alias(self, it: AliasExport | AliasCoreExport | AliasOuter) -> None:
        match it:
            case AliasExport():
                text = f"instance {it.instance} {spell.quoted(it.name)}"
            case AliasCoreExport():
                text = f"core instance {it.instance} {spell.quoted(it.name)}"
            case AliasOuter():
                text = f"outer {it.count} {spell.sort(it.sort)} {it.index}"
            case _:
                assert_never(it)
        self.add(it.sort, text, it.offset)

    def canon(self, it: CanonLift | CanonLower | CanonResource | CanonBuiltin) -> None:
        match it:
            case CanonLift():
                text = f"lift core func {it.core_func} as type {it.type}{spell.options(it.options)}"
                self.add(Sort.FUNC, text, it.offset)
            case CanonLower():
                self.add(core.Sort.FUNC, f"lower func {it.func}{spell.options(it.options)}", it.offset)
            case CanonResource():
                self.add(core.Sort.FUNC, f"{it.op.value} type {it.resource}", it.offset)
            case CanonBuiltin():
                words = [it.name, *map(_immediate, it.immediates)]
                self.add(core.Sort.FUNC, " ".join(words) + spell.options(it.options), it.offset)
            case _:
                assert_never(it)

    def start(self, it: Start) -> None:
        arguments = ", ".join(f"value {index}" for index in it.args)
        results = [self.new(Sort.VALUE) for _ in range(it.results)]
        head = f"{', '.join(results)} = " if results else ""
        self.out.line(f"{head}start func {it.func}({arguments})   ;; {it.offset:#x}")


# ---- rows -------------------------------------------------------------------------------------------------------


def _called(name: str | None) -> str:
    return "" if name is None else f" {spell.quoted(name)}"


def _customs(it: Component | core.Module) -> list[str]:
    rows = [f"custom {spell.quoted(c.name)}, {len(c.data)} bytes   ;; {c.offset:#x}" for c in it.customs]
    return rows + [f"{p.field} {spell.quoted(p.name)} {spell.quoted(p.version)}" for p in it.producers]


def _module_type(it: ModuleType) -> list[str]:
    rows, types = list[str](), 0
    for declaration in it.declarations:
        match declaration:
            case ModuleImport(module, name, type_):
                rows.append(f"import {spell.quoted(module)} {spell.quoted(name)}: {spell.core_extern_type(type_)}")
                continue
            case ModuleExport(name, type_):
                rows.append(f"export {spell.quoted(name)}: {spell.core_extern_type(type_)}")
                continue
            case ModuleOuterAlias(count, index):
                text = f"outer {count} core type {index}"
            case core.FuncType() | core.OtherType():
                text = spell.core_definition(declaration)
            case _:
                assert_never(declaration)
        rows.append(f"core type {types} = {text}")
        types += 1
    return rows


def _immediate(value: int | str | bool | PrimType | None) -> str:
    match value:
        case None:
            return "_"
        case bool():
            return str(value).lower()
        case PrimType(name):
            return name
        case _:
            return str(value)


# ---- data -------------------------------------------------------------------------------------------------------


def to_json(value: object) -> object:
    """What ``json.dump`` takes: a noun is an object with its ``kind``, bytes are only counted.

    Works on any noun of the tree. A loop rather than comprehensions: each would cost a level of Python's stack.
    """
    if dataclasses.is_dataclass(value):
        found: dict[str, object] = {"kind": type(value).__name__}
        for field in dataclasses.fields(value):
            found[field.name] = to_json(getattr(value, field.name))
        return found
    if isinstance(value, tuple):
        items: list[object] = []
        for item in value:
            items.append(to_json(item))
        return items
    if isinstance(value, memoryview):
        return {"bytes": len(value)}
    if isinstance(value, Sort | core.Sort):
        return spell.sort(value)
    return value.value if isinstance(value, Enum) else value
