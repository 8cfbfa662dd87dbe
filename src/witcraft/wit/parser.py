"""Tokens to a tree: the statements of WIT, each rule of the grammar above the function that reads it (WIT.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from witcraft.model.package import PackageName
from witcraft.wit import tree
from witcraft.wit.cursor import Mistake
from witcraft.wit.rules import TypeRules
from witcraft.wit.source import Report, Source

MAX_PACKAGE_DEPTH = 100
"""Of packages in packages."""

DEFINITIONS = frozenset(["type", "record", "variant", "enum", "flags", "resource"])


def parse(source: Source, report: Report) -> tree.File:
    """The tree of one file; what is wrong with it goes to ``report``."""
    parser = Parser(source, report)
    try:
        return parser.file()
    except RecursionError:  # called deep in someone else's stack, since every depth is limited
        report.add("types nest deeper than is left of Python's stack", source.place(parser.offset, parser.offset + 1))
        return tree.File(source, parser.tokens, None, "", 0, ())


@dataclass(frozen=True, slots=True)
class Head:
    """``package a:b {``: what is known of a package before its items."""

    id: tree.PackageId
    docs: str
    docs_start: int
    token: int


class Parser(TypeRules):
    """Statements."""

    # ---- files and packages -------------------------------------------------------------------------------------

    # file ::= package-header? item*
    def file(self) -> tree.File:
        docs, docs_start = self.docs(), self.docs_start()
        header = self.attempt(self.header) if self.kinds[0] == "package" else None
        if header is None:
            docs, docs_start = "", 0
        return tree.File(self.source, self.tokens, header, docs, docs_start, self.items())

    def items(self) -> tuple[tree.Item, ...]:
        """The items of the file and of the packages in it, which stand in a list while open: no depth is too much."""
        opened: list[tuple[Head | None, list[tree.Item]]] = [(None, [])]
        while self.kinds[self.at] != "end" or len(opened) > 1:
            head, items = opened[-1]
            if head is not None and self.kinds[self.at] in ("}", "end"):
                self.attempt(lambda: self.expect("}", "it closes the package"))
                opened.pop()
                opened[-1][1].append(tree.Package(head.id, tuple(items), head.docs, head.docs_start, head.token))
                continue
            depth = len(opened) - 1
            match self.attempt(lambda: self.item(depth)):  # noqa: B023 (called at once)
                case Head() as found:
                    opened.append((found, []))
                case None:
                    pass
                case item:
                    items.append(item)
        return tuple(opened[0][1])

    def docs_start(self) -> int:
        comments = self.tokens.comments.get(self.at)
        return comments[0][0] if comments else 0

    # package-header ::= 'package' package-id ';'
    def header(self) -> tree.PackageId | None:
        start = self.at
        self.expect("package")
        found = self.package_id()
        if self.eat(";"):
            return found
        self.at = start
        return None

    # package-id ::= id ':' id ('@' version)?
    def package_id(self) -> tree.PackageId:
        namespace = self.id()
        self.expect(":", "a package is named `namespace:name`")
        name = self.id()
        number, end = self.optional_version(name.end)
        return tree.PackageId(PackageName(namespace.name, name.name, number), namespace.start, end)

    # item ::= attribute* (interface | world | 'use' path ('as' id)? ';' | package)
    def item(self, depth: int) -> tree.Interface | tree.World | tree.TopUse | Head:
        docs, docs_start, token = self.docs(), self.docs_start(), self.at
        attributes = self.attributes()
        match self.kinds[self.at]:
            case "interface":
                self.at += 1
                name = self.id()
                return tree.Interface(name, self.block(self.interface_item), docs, attributes, token)
            case "world":
                self.at += 1
                name = self.id()
                return tree.World(name, self.block(self.world_item), docs, attributes, token)
            case "use":
                return self.top_use(attributes, token)
            case "package":
                return self.package_head(depth, docs, docs_start, token, bool(attributes))
            case _:
                raise self.stray("`interface`, `world`, `use` or `package`")

    def top_use(self, attributes: tuple[tree.Attribute, ...], token: int) -> tree.TopUse:
        index = self.expect("use")
        if attributes:
            start, end = self.tokens.starts[index], self.tokens.ends[index]
            raise Mistake("a `use` outside of an interface cannot have attributes", start, end, "remove them")
        path = self.path()
        other = self.id() if self.eat("as") else None
        self.semicolon()
        return tree.TopUse(path, other, token)

    # package ::= 'package' package-id '{' item* '}'
    def package_head(self, depth: int, docs: str, docs_start: int, token: int, has_attributes: bool) -> Head:
        index = self.expect("package")
        start, end = self.tokens.starts[index], self.tokens.ends[index]
        if has_attributes:
            raise Mistake("a package cannot have attributes", start, end, "move them to its interfaces and worlds")
        if depth >= MAX_PACKAGE_DEPTH:
            raise Mistake(f"packages nest deeper than {MAX_PACKAGE_DEPTH}", start, end)
        found = self.package_id()
        self.expect("{", "a file has one `package a:b;`, as its first statement; others are `package a:b { ... }`")
        return Head(found, docs, docs_start, token)

    # ---- interfaces and worlds ----------------------------------------------------------------------------------

    # interface-item ::= attribute* (type-definition | use | id ':' function)
    def interface_item(self) -> tree.InterfaceItem:
        docs, token = self.docs(), self.at
        attributes = self.attributes()
        kind = self.kinds[self.at]
        if kind in ("id", "%id"):
            name = self.id()
            self.expect(":", "a function is `name: func();`")
            signature = self.signature()
            self.semicolon()
            return tree.Function(name, "function", signature, docs, attributes, token)
        if kind in DEFINITIONS:
            return self.type_definition(docs, attributes, token)
        if kind == "use":
            return self.use(attributes, token)
        raise self.no_id(kind) if kind == "misspelt" else self.stray("a type, a function, `use` or `}`")

    # world-item ::= attribute* (import | export | include | type-definition | use)
    def world_item(self) -> tree.WorldItem:
        docs, token = self.docs(), self.at
        attributes = self.attributes()
        kind = self.kinds[self.at]
        if kind in ("import", "export"):
            self.at += 1
            name, what = self.extern()
            return tree.Extern(kind, name, what, docs, attributes, token)
        if kind in DEFINITIONS:
            return self.type_definition(docs, attributes, token)
        if kind == "use":
            return self.use(attributes, token)
        if kind == "include":
            return self.include(attributes, token)
        raise self.stray("`import`, `export`, `include`, `use`, a type or `}`")

    # extern ::= id ':' function ';' | id ':' 'interface' '{' interface-item* '}' | id ':' path ';' | path ';'
    def extern(self) -> tuple[tree.Id | None, tree.Signature | tree.Inline | tree.Path]:
        start = self.at
        name = self.id()
        if self.eat(":"):
            if self.kinds[self.at] in ("func", "async"):
                signature = self.signature()
                self.semicolon()
                return name, signature
            if self.eat("interface"):
                return name, tree.Inline(self.block(self.interface_item))
            if self.kinds[self.at] not in ("id", "%id") or self.kinds[self.at + 1] != "/":
                path = self.path()
                self.semicolon()
                return name, path
        self.at = start
        path = self.path()
        self.semicolon()
        return None, path

    # path ::= id | id ':' id '/' id ('@' version)?
    def path(self) -> tree.Path:
        first = self.id()
        if not self.eat(":"):
            return tree.Path(None, first)
        name = self.id()
        self.expect("/", "an interface of a package is named `namespace:name/interface`")
        item = self.id()
        number, _ = self.optional_version(item.end)
        return tree.Path(tree.PackageId(PackageName(first.name, name.name, number), first.start, name.end), item)

    # use ::= 'use' path '.' '{' rename (',' rename)* ','? '}' ';'
    def use(self, attributes: tuple[tree.Attribute, ...], token: int) -> tree.Use:
        self.expect("use")
        path = self.path()
        self.expect(".", "types are used like `use interface.{type};`")
        self.expect("{")
        names = self.many("}", self.use_name)
        self.semicolon()
        return tree.Use(path, names, attributes, token)

    def use_name(self) -> tree.Rename:
        return tree.Rename(self.id(), self.id() if self.eat("as") else None)

    # include ::= 'include' path (';' | 'with' '{' id 'as' id (',' id 'as' id)* ','? '}')
    def include(self, attributes: tuple[tree.Attribute, ...], token: int) -> tree.Include:
        self.expect("include")
        path = self.path()
        names: tuple[tree.Rename, ...] = ()
        if self.eat("with"):
            self.expect("{")
            names = self.many("}", self.include_name)
        else:
            self.semicolon()
        return tree.Include(path, names, attributes, token)

    def include_name(self) -> tree.Rename:
        name = self.id()
        self.expect("as", "items are renamed like `old as new`; only plain names can be renamed")
        return tree.Rename(name, self.id())

    # ---- definitions --------------------------------------------------------------------------------------------

    # type-definition ::= 'type' id '=' type ';' | ('record' | 'variant' | 'enum' | 'flags') id members | resource
    def type_definition(self, docs: str, attributes: tuple[tree.Attribute, ...], token: int) -> tree.TypeDef:
        word = self.kinds[self.at]
        self.at += 1
        name = self.id()
        body: tree.Type | tree.Members | tree.Resource
        match word:
            case "type":
                self.expect("=")
                body = self.type()
                self.semicolon()
            case "resource":
                body = self.resource()
            case _:
                self.expect("{")
                rule = MEMBERS[word]
                body = tree.Members(word, self.many("}", lambda: rule(self)))
        return tree.TypeDef(name, body, docs, attributes, token)

    def field(self) -> tree.Member:
        docs, name = self.docs(), self.id()
        self.expect(":")
        return tree.Member(name, self.type(), docs)

    def case(self) -> tree.Member:
        docs, name = self.docs(), self.id()
        if not self.eat("("):
            return tree.Member(name, None, docs)
        ty = self.type()
        self.expect(")")
        return tree.Member(name, ty, docs)

    def label(self) -> tree.Member:
        docs = self.docs()
        return tree.Member(self.id(), None, docs)

    # resource ::= ';' | '{' resource-function* '}'
    def resource(self) -> tree.Resource:
        if self.eat("{"):
            return tree.Resource(self.until("}", self.resource_function))
        self.semicolon()
        return tree.Resource(())

    # resource-function ::= attribute* (id ':' 'static'? function | 'constructor' params ('->' type)?) ';'
    def resource_function(self) -> tree.Function:
        docs, token = self.docs(), self.at
        attributes = self.attributes()
        kind = self.kinds[self.at]
        if kind == "constructor":
            name = tree.Id("constructor", self.tokens.starts[self.at], self.tokens.ends[self.at])
            self.at += 1
            signature = self.rest_of_signature(False)
        elif kind in ("id", "%id"):
            name = self.id()
            self.expect(":", "a method is `name: func();`")
            kind = "static" if self.eat("static") else "method"
            signature = self.signature()
        else:
            raise self.no_id(kind) if kind == "misspelt" else self.stray("`constructor`, a method or `}`")
        self.semicolon()
        return tree.Function(name, kind, signature, docs, attributes, token)


MEMBERS: dict[str, Callable[[Parser], tree.Member]] = {
    "record": Parser.field,
    "variant": Parser.case,
    "enum": Parser.label,
    "flags": Parser.label,
}
