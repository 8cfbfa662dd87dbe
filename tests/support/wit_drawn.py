"""Packages of WIT drawn at random, as text that is right; and an outline of packages, to compare them by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from witcraft.model.package import Package, Packages
from witcraft.model.text import definition, signature
from witcraft.model.types import Docs, TypeDef
from witcraft.model.world import Function, Interface, NamedResource, Statement, World, WorldItem, extern_name
from witcraft.wit.keywords import identifier

WORDS = ["a", "b1", "URL", "list", "record", "use", "http2", "x-Y", "static", "from", "get-all-9", "error-context"]
PRIMS = ["bool", "u8", "s16", "u32", "s64", "f32", "f64", "char", "string", "error-context"]
KEYS = ["bool", "u8", "s64", "char", "string"]


class Drawer:
    """Writes a package, and one that it uses. Every name is there once, so that nothing clashes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.lines: list[str] = []
        self.interfaces: dict[str, tuple[list[str], list[str]]] = {}  # path: its types, its resources
        self.worlds: list[str] = []
        self.types: list[str] = []  # of the scope that is written
        self.resources: list[str] = []

    def text(self) -> str:
        self.docs("")
        self.lines.append("package drawn:main@1.2.0;")
        self.lines.append("package drawn:base@0.3.0-rc.1 {")
        self.some(0, 3, self.interface)
        self.lines.append("}")
        self.interfaces = {f"drawn:base/{name}@0.3.0-rc.1": types for name, types in self.interfaces.items()}
        self.versioned = True
        self.some(1, 4, self.interface)
        self.some(0, 3, self.world)
        return "\n".join(self.lines) + "\n"

    # ---- parts --------------------------------------------------------------------------------------------------

    def some(self, low: int, high: int, draw: Callable[[], object]) -> None:
        for _ in range(self.random.randint(low, high)):
            draw()

    def chance(self) -> bool:
        return self.random.random() < 0.5

    def name(self) -> str:
        """New; as the text has it."""
        self.count += 1
        word = self.random.choice(WORDS)
        return identifier(word) if self.count == 1 else identifier(f"{word}-n{self.count}")

    def names(self, low: int, high: int) -> list[str]:
        return [self.name() for _ in range(self.random.randint(low, high))]

    def docs(self, indent: str = "  ") -> None:
        if self.random.random() < 0.3:
            for _ in range(self.random.randint(1, 3)):
                self.lines.append(
                    f"{indent}/// {self.random.choice(['', 'One.', 'Two words.', '  - indented', '`code`'])}".rstrip()
                )
            self.lines.append(f"{indent}/// last")

    def gate(self) -> str:
        gates = [
            "@since(version = 1.0.0) ",
            "@unstable(feature = f) ",
            "@since(version = 1.1.0) @deprecated(version = 1.2.0) ",
        ]
        return self.random.choice(gates) if self.random.random() < 0.2 and self.versioned else ""

    versioned = False  # the package that is written can have all of these gates

    def put(self, text: str) -> None:
        self.docs()
        self.lines.append(f"  {self.gate()}{text}")

    # ---- types --------------------------------------------------------------------------------------------------

    def type(self, depth: int = 0) -> str:
        choice = self.random.randint(0, 14 if depth < 3 else 2)

        def inner() -> str:
            return self.type(depth + 1)

        match choice:
            case 0 | 1:
                return self.random.choice(PRIMS)
            case 2 if self.types:
                return self.random.choice(self.types)
            case 3 if self.resources:
                return self.random.choice(self.resources)
            case 4 if self.resources:
                return f"own<{self.random.choice(self.resources)}>"
            case 5:
                return f"list<{inner()}>"
            case 6:
                return f"list<{inner()}, {self.random.randint(1, 9)}>"
            case 7:
                return f"option<{inner()}>"
            case 8:
                return f"tuple<{inner()}, {inner()}>"
            case 9:
                return self.random.choice(
                    ["result", f"result<{inner()}>", f"result<_, {inner()}>", f"result<{inner()}, {inner()}>"]
                )
            case 10:
                return f"map<{self.random.choice(KEYS)}, {inner()}>"
            case 11:
                return self.random.choice(["future", f"future<{inner()}>"])
            case 12:
                return self.random.choice(["stream", "stream<u8>", f"stream<tuple<{inner()}>>"])
            case _:
                return self.random.choice(PRIMS)

    def param(self) -> str:
        if self.resources and self.chance():
            return f"{self.name()}: borrow<{self.random.choice(self.resources)}>"
        return f"{self.name()}: {self.type()}"

    def params(self) -> str:
        return ", ".join([self.param() for _ in range(self.random.randint(0, 3))])

    def function(self) -> str:
        head = "async func" if self.random.random() < 0.3 else "func"
        return f"{head}({self.params()})" + (f" -> {self.type()}" if self.chance() else "")

    def definition(self) -> None:
        name = self.name()
        match self.random.choice(["record", "variant", "enum", "flags", "alias", "resource"]):
            case "record":
                fields = ", ".join([f"{field}: {self.type()}" for field in self.names(1, 4)])
                self.put(f"record {name} {{ {fields} }}")
            case "variant":
                cases = ", ".join([f"{case}({self.type()})" if self.chance() else case for case in self.names(1, 4)])
                self.put(f"variant {name} {{ {cases} }}")
            case "enum" | "flags" as word:
                self.put(f"{word} {name} {{")
                for label in self.names(1, 4):
                    self.docs("    ")
                    self.lines.append(f"    {label},")
                self.lines.append("  }")
            case "alias":
                self.put(f"type {name} = {self.alias(name)};")
                return
            case "resource":
                self.resource(name)
                self.resources.append(name)
                return
        self.types.append(name)

    def alias(self, name: str) -> str:
        found = self.type()
        (self.resources if found in self.resources else self.types).append(name)
        return found

    def resource(self, name: str) -> None:
        if self.chance():
            self.put(f"resource {name};")
            return
        self.put(f"resource {name} {{")
        if self.chance():
            result = self.random.choice(["", f" -> result<{name}>", f" -> result<{name}, {self.type()}>"])
            self.put(f"  constructor({self.params()}){result};")
        for _ in range(self.random.randint(0, 3)):
            self.put(f"  {self.name()}: {'static ' if self.chance() else ''}{self.function()};")
        self.lines.append("  }")

    def use(self) -> None:
        paths = [path for path, (types, resources) in self.interfaces.items() if types or resources]
        if not paths:
            return
        path = self.random.choice(paths)
        types, resources = self.interfaces[path]
        names = []
        for name in self.random.sample(
            [*types, *resources], self.random.randint(1, min(3, len(types) + len(resources)))
        ):
            new = self.name()
            (self.resources if name in resources else self.types).append(new)
            names.append(f"{name} as {new}")
        self.lines.append(f"  {self.gate()}use {path}.{{{', '.join(names)}}};")

    # ---- items --------------------------------------------------------------------------------------------------

    def body(self) -> None:
        self.types, self.resources = [], []
        self.some(0, 3, self.use)
        self.some(0, 5, self.definition)

    def interface(self) -> None:
        name = self.name()
        self.docs("")
        self.lines.append(f"{self.gate()}interface {name} {{")
        self.body()
        self.some(0, 4, lambda: self.put(f"{self.name()}: {self.function()};"))
        self.lines.append("}")
        self.interfaces[name] = (self.types, self.resources)

    def world(self) -> None:
        name = self.name()
        self.docs("")
        self.lines.append(f"world {name} {{")
        self.body()
        paths = list(self.interfaces)
        imports = self.random.sample(paths, self.random.randint(0, len(paths)))
        exports = paths[: self.random.randint(0, len(paths))] if self.chance() else []
        statements: list[Callable[[], object]] = [
            *[self.statement(f"import {path};") for path in imports],
            *[self.statement(f"export {path};") for path in exports],
            *[self.statement(f"import {self.name()}: {path};") for path in imports if self.random.random() < 0.2],
        ]
        for _ in range(self.random.randint(0, 4)):
            side = self.random.choice(["import", "export"])
            statements.append(self.statement(f"{side} {self.name()}: {self.function()};"))
        if self.chance():
            statements.append(lambda: self.inline("import" if exports else self.random.choice(["import", "export"])))
        if self.worlds and self.chance() and not exports:
            statements.append(self.statement(f"include {self.random.choice(self.worlds)};"))
        elif not exports:
            self.worlds.append(name)
        self.random.shuffle(statements)
        for statement in statements:
            statement()
        self.lines.append("}")

    def statement(self, text: str) -> Callable[[], object]:
        """Without a gate: a world that includes this one would have to agree."""

        def write() -> None:
            self.docs()
            self.lines.append(f"  {text}")

        return write

    def inline(self, side: str) -> None:
        kept = self.types, self.resources
        self.docs()
        self.lines.append(f"  {side} {self.name()}: interface {{")
        self.body()
        self.some(0, 2, lambda: self.put(f"{self.name()}: {self.function()};"))
        self.lines.append("  }")
        self.types, self.resources = kept


# ---- outlines ---------------------------------------------------------------------------------------------------


def outline(packages: Packages) -> list[object]:
    """All that a text says, by names: equal for texts that say the same."""
    return [of_package(package) for package in sorted(packages.all, key=lambda package: package.name.key)]


def of_package(package: Package) -> dict[str, Any]:
    return {
        "name": str(package.name),
        "docs": package.docs.text,
        "interfaces": [of_interface(interface) for interface in package.interfaces],
        "worlds": [of_world(world) for world in package.worlds],
    }


def of_interface(interface: Interface) -> dict[str, Any]:
    return {
        "name": (interface.name, interface.implements),
        "says": (interface.docs.text, interface.stability),
        "types": [of_type(item) for item in interface.types],
        "functions": sorted([of_function(function) for function in interface.functions]),
    }


def of_world(world: World) -> dict[str, Any]:
    return {
        "name": (world.package, world.name),
        "says": (world.docs.text, world.stability),
        "imports": of_items(world.imports, world.import_statements),
        "exports": of_items(world.exports, world.export_statements),
    }


def of_items(items: Sequence[WorldItem], statements: Any) -> list[Any]:
    return sorted([(extern_name(item), of_item(item, statements)) for item in items], key=lambda found: found[0])


def of_item(item: WorldItem, statements: Any) -> object:
    match item:
        case Interface():
            says: Statement = statements[item.name]
            body = of_interface(item) if ":" not in item.name and not item.implements else item.implements
            return (body, says.docs.text, says.stability, says.external_id)
        case Function():
            return of_function(item)
        case TypeDef() | NamedResource():
            return of_type(item)
        case _:
            raise AssertionError(item)


def of_type(item: TypeDef | NamedResource) -> object:
    if isinstance(item, NamedResource):
        named: Any = item.resource if item.of is None else item
        of = item.of and (item.of.owner, item.of.name)
        return ("resource", item.name, item.owner, of, of_docs(named.docs), named.stability, named.external_id)
    if isinstance(item.type, TypeDef):
        body = f"{item.type.owner}.{item.type.name}"
    else:
        body = definition(item.type)
    return ("type", item.name, item.owner, body, of_docs(item.docs), item.stability, item.external_id)


def of_docs(docs: Docs) -> object:
    return (docs.text, dict(docs.items))


def of_function(function: Function) -> tuple[str, ...]:
    says = f"{function.docs.text} {function.stability} {function.external_id} {type(function.kind).__name__}"
    return (function.extern_name, function.name, signature(function), says)
