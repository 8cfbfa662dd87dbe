"""One file of declarations: types, classes and functions, each with its documentation as TSDoc."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from witcraft.emit.js import names
from witcraft.emit.js.names import Taken, parameters, quoted
from witcraft.emit.js.typescript import HELPERS, Places, Spelling, TsFile
from witcraft.model.types import NO_DOCS, Docs, Enum, Flags, Record, Resource, Result, TypeDef, Variant, strip
from witcraft.model.world import Constructor, Freestanding, Function, Method, NamedResource, Static, WorldItem
from witcraft.text import Writer

LINE = 110


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """An interface, or the root of one side, and the file that declares its content."""

    file: TsFile
    is_import: bool
    items: tuple[WorldItem, ...]
    nested: dict[str, Scope] = field(default_factory=dict)  # by extern name
    name: str = ""  #                                          the interface's, for the head of its file
    docs: Docs = NO_DOCS


class Printer(Writer):
    """Writes the declarations of one file, for one side: who implements a function decides what is given and taken."""

    def __init__(self, places: Places, file: TsFile, is_import: bool) -> None:
        super().__init__("  ")
        self.places, self.file, self.is_import = places, file, is_import
        self.plain = Spelling(file, places, wide=False)
        self.wide = Spelling(file, places, wide=True)

    def finish(self, docs: str) -> str:
        """The text of the file, with its head, and the helper types that it made use of."""
        head = Writer("  ")
        if self.file.disposes:
            head.line('/// <reference lib="esnext.disposable" />')
        _comment(head, docs)
        for wish, name in self.file.helpers.items():
            self.line()
            self.line(HELPERS[wish].replace(wish, name, 1))
        body = self.lines or ["export {};"]
        while body[:1] == [""]:
            body = body[1:]
        return "\n".join([*head.lines, *([""] if head.lines else []), *body]) + "\n"

    def specifier(self, scope: Scope) -> str:
        """How the file imports the declarations of an interface."""
        return self.file.specifier(scope.file)

    def docs(self, text: str, *tags: str) -> None:
        """A TSDoc comment, if there is anything to say."""
        _comment(self, "\n".join([*([text, ""] if text and tags else [text] if text else []), *tags]))

    # ---- types ----

    def declare(self, items: Iterable[WorldItem]) -> None:
        """The types and classes among ``items``, each once."""
        items = tuple(items)
        for item in items:
            if isinstance(item, TypeDef) and item not in self.file.again:
                self.line()
                self.type(item)
            elif isinstance(item, NamedResource):
                self.line()
                self.resource(item, [each for each in items if isinstance(each, Function)])

    def type(self, ty: TypeDef) -> None:
        name = self.file.types[ty]
        self.docs(ty.docs.text)
        match ty.type:
            case Record() | Flags() as base:
                labels = [part.name for part in base.fields] if isinstance(base, Record) else base.labels
                with self.block(f"export interface {name} {{", "}"):
                    for label, member in zip(labels, self.plain.members(base), strict=True):
                        self.docs(ty.docs.items.get(label, ""))
                        self.line(f"{member},")
            case Variant() as base:
                self._union(name, [(case, "") for case in self.file.cases[ty]])
                for cls, case in zip(self.file.cases[ty], base.cases, strict=True):
                    self.docs(ty.docs.items.get(case.name, ""))
                    with self.block(f"export interface {cls} {{", "}"):
                        self.extend([f"{member}," for member in self.plain.case_members(case.name, case.type)])
            case Enum(labels):
                self._union(name, [(quoted(label), ty.docs.items.get(label, "")) for label in labels])
            case _:
                self.line(f"export type {name} = {self.plain.alias(ty)};")

    def _union(self, name: str, members: list[tuple[str, str]]) -> None:
        line = f"export type {name} = {' | '.join([text for text, _ in members])};"
        if len(line) <= LINE and not any(docs for _, docs in members):
            self.line(line)
            return
        with self.block(f"export type {name} ="):
            for at, (text, docs) in enumerate(members, 1):
                self.docs(docs)
                self.line(f"| {text}{';' if at == len(members) else ''}")

    def resource(self, item: NamedResource, functions: list[Function]) -> None:
        """A class; where it is declared already, one more name for it."""
        name, home = self.file.classes[item.resource], self.places.classes[item.resource]
        if item.name in self.file.seconds:
            self.line(f"export {{ {name} as {self.file.seconds[item.name]} }};")
        elif home is not self.file:
            self.line(f"export type {name} = import({self.file.specifier(home)}).{home.classes[item.resource]};")
        else:
            self._class(item.resource, name, [each for each in functions if owner(each) is item.resource])

    def _class(self, resource: Resource, name: str, functions: list[Function]) -> None:
        self.file.disposes = True
        self.docs(resource.docs.text)
        disposable = "" if self.is_import else f" implements {self.file.builtin('Disposable')}"
        with self.block(f"{self.class_head(resource)} {name}{disposable} {{", "}"):
            if not any(isinstance(each.kind, Constructor) for each in functions):
                self.docs("This type does not have a public constructor.")
                self.line("private constructor();")
            taken = {True: Taken(), False: Taken()}
            for each in functions:
                self.method(each, taken[isinstance(each.kind, Static)])
            if self.is_import:
                self.docs("Called when the component drops the last handle that it owns.")
            self.line(f"[Symbol.dispose]{'?' if self.is_import else ''}(): void;")

    def class_head(self, _: Resource) -> str:
        return "export class"

    # ---- functions ----

    def functions(self, functions: Iterable[Function]) -> None:
        """The functions that are no part of a class, each under a name that JavaScript allows."""
        free = [each for each in functions if isinstance(each.kind, Freestanding)]
        for key, each in zip(names.fields([each.name for each in free]), free, strict=True):
            self.line()
            self.documented(each)
            if names.is_identifier(key):
                self.signature(f"export function {key}", each)
            else:
                local = f"_{key}"
                self.signature(f"declare function {local}", each)
                self.line(f"export {{ {local} as {key} }};")

    def constant(self, key: str, ty: str) -> None:
        self.line()
        if names.is_identifier(key):
            self.line(f"export const {key}: {ty};")
        else:
            self.line(f"declare const _{key}: {ty};")
            self.line(f"export {{ _{key} as {key} }};")

    def method(self, function: Function, taken: Taken) -> None:
        self.documented(function)
        match function.kind:
            case Constructor():
                self.signature("constructor", function)
            case Static():
                self.signature(f"static {taken.take(names.method(function.name, is_static=True))}", function)
            case _:
                self.signature(taken.take(names.method(function.name)), function)

    def documented(self, function: Function) -> None:
        """The function's own text, and the error that its ``result`` may hold."""
        base = strip(function.result) if function.result is not None else None
        tags = []
        if isinstance(base, Result):
            error = self.plain.say(base.err) if base.err is not None else "undefined"
            tags.append(f"@throws {{{error if self.is_import else f'ComponentError<{error}>'}}}")
        self.docs(function.docs.text, *tags)

    def signature(self, head: str, function: Function, tail: str = ";") -> None:
        """``head(a: string): number;``, a parameter a line where one line is too long."""
        params = function.params[1:] if isinstance(function.kind, Method) else function.params
        say = (self.plain if self.is_import else self.wide).say
        keys = parameters([param.name for param in params])
        texts = [f"{key}: {say(param.type)}" for key, param in zip(keys, params, strict=True)]
        end = f"){self.result(function)}{tail}"
        line = f"{head}({', '.join(texts)}{end}"
        if not texts or len(line) + self.depth * len(self.unit) <= LINE:
            self.line(line)
            return
        with self.block(f"{head}(", end):
            self.extend([f"{text}," for text in texts])

    def result(self, function: Function) -> str:
        if isinstance(function.kind, Constructor):
            return ""
        base = strip(function.result) if function.result is not None else None
        ty = base.ok if isinstance(base, Result) else function.result
        text = (self.wide if self.is_import else self.plain).maybe(ty)
        return f": {self.file.builtin('Promise')}<{text}>" if function.is_async else f": {text}"


def owner(function: Function) -> Resource | None:
    return None if isinstance(function.kind, Freestanding) else function.kind.resource


def _comment(out: Writer, text: str) -> None:
    """``/** ... */`` around a text, which cannot end it."""
    lines = [names.visible(line) for line in text.replace("*/", "*\\/").splitlines()]
    if len(lines) == 1:
        out.line(f"/** {lines[0]} */")
    elif lines:
        out.line("/**")
        out.extend([f" * {line}".rstrip() for line in lines])
        out.line(" */")
