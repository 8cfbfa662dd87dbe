"""One emitted ES module: its names, the support functions that it uses, and its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from witcraft.emit.js import names, support
from witcraft.emit.js.lines import broken
from witcraft.emit.js.names import RESERVED, Taken, is_identifier, property_key, visible
from witcraft.text import Writer

WIDTH = 120

_GLOBALS = """
    Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Error FinalizationRegistry Float32Array
    Float64Array Infinity Int16Array Int32Array Int8Array JSON Map Math NaN Number Object Promise RangeError String
    Symbol TextDecoder TextEncoder TypeError URL Uint16Array Uint32Array Uint8Array WebAssembly atob fetch globalThis
    process undefined
"""
GLOBALS = frozenset(_GLOBALS.split())
"""What emitted code and the support files take from outside."""

_FIXED = "exports getCoreModule imports instantiate instantiateCore instantiateNow link load memory state"
FIXED = frozenset(_FIXED.split())
"""Names that every module has, or may have."""

EXPORTED = "ComponentError"
"""The one support declaration that a module exports."""


_COMMENT = re.compile(r"([;{]) // [^'\"`]*$")
"""A comment behind code."""

_CONSTANTS = re.compile(r"^(const .*;.*\n)\n(?=const .*;)", re.MULTILINE)
"""Constants of a line each stand together."""

_MEMBER = re.compile(r"[.'](\w+)")
"""A member of an object, or the name of one."""


class JsWriter(Writer):
    def __init__(self, depth: int = 0) -> None:
        super().__init__("  ", depth)

    def line(self, text: str = "") -> None:
        width = WIDTH - 2 * self.depth
        if (
            len(text) > width
            and text.endswith(";")
            and not text.lstrip().startswith(("*", "/"))
            and "Base64" not in text
        ):
            for line in broken(text, width):
                super().line(line)
        else:
            super().line(text)

    def bracket(self, head: str, items: Sequence[str], tail: str, pad: str = "") -> None:
        """``items`` between ``head`` and ``tail``: on one line, or one a line where that is too long."""
        one = f"{head}{pad if items else ''}{', '.join(items)}{pad if items else ''}{tail}"
        if len(one) + 2 * self.depth <= WIDTH or not items:
            self.line(one)
            return
        with self.block(head, tail):
            for item in items:
                self.line(f"{item},")

    def doc(self, text: str) -> None:
        """A JSDoc comment; nothing for no text. What would end a comment does not, and what nobody can see is shown."""
        lines = [visible(line).rstrip() for line in text.replace("*/", "*\\/").splitlines()]
        if not any(lines):
            return
        if len(lines) == 1:
            self.line(f"/** {lines[0]} */")
            return
        self.line("/**")
        for line in lines:
            self.line(f" * {line}".rstrip())
        self.line(" */")


class JsModule:
    """``take`` gives out names of the module and of the function that makes an instance, ``local`` those inside."""

    def __init__(self) -> None:
        self.taken = Taken([*RESERVED, *GLOBALS, *FIXED, *support.declarations()])
        self.inner: set[str] = {*RESERVED, *GLOBALS, *FIXED, *support.declarations()}  # no local may be called so
        self.locals: set[str] = set()
        self.outer: set[str] = set()  # what a local is not called, only for those who read
        self.used: dict[str, None] = {}
        self.constants = JsWriter()

    def use(self, name: str) -> str:
        """A support function, by its name."""
        self.used[name] = None
        return name

    def public(self, wish: str) -> str:
        """A name of the module that the code of functions never says: an exported function."""
        return self.taken.take(wish)

    def outside(self) -> Taken:
        """Names for what a module exports that instantiates itself."""
        return Taken(self.inner)

    def take(self, wish: str) -> str:
        """A name that the code of functions says: no local hides it."""
        wish = wish if is_identifier(wish) else f"_{wish}"
        name = self.taken.take(wish)
        while name in self.locals:
            name = self.taken.take(wish)
        self.inner.add(name)
        return name

    def constant(self, wish: str, head: str, items: Sequence[str], tail: str, pad: str = "") -> str:
        """A constant of the module: what its value is written as, in brackets."""
        name = self.take(wish)
        self.constants.bracket(f"const {name} = {head}", items, f"{tail};", pad)
        return name

    def text(self, head: Iterable[str], body: Sequence[str]) -> str:
        """The whole file, with as much of the support as something asks for."""
        members = {f".{name}" for name in _MEMBER.findall("\n".join(body))}
        shared = support.needed([*self.used, *members])
        texts = [exported(text) if name == EXPORTED else text for name, text in shared.items()]
        parts = ["\n".join(head), *texts, "\n".join(self.constants.lines), "\n".join(body)]
        return _CONSTANTS.sub(r"\1", "\n\n".join(filter(None, parts))) + "\n"


def exported(text: str) -> str:
    comment, end, code = text.rpartition("*/\n")
    return f"{comment}{end}export {code}"


def literal(name: str) -> str:
    """A key of an object literal. ``__proto__`` would set the prototype."""
    if name == "__proto__":
        return "['__proto__']"
    return name if is_index(name) else property_key(name)


def is_index(name: str) -> bool:
    return name == "0" or (name.isdigit() and name.isascii() and name[0] != "0" and len(name) < 10)


def member(name: str) -> str:
    """``name`` behind an object."""
    return f"[{name}]" if is_index(name) else names.member(name)


def entry(key: str, value: str) -> str:
    return key if key == value else f"{key}: {value}"


def minified(text: str) -> str:
    """Without comments, indentation and empty lines: emitted code has them on lines of their own."""
    lines: list[str] = []
    is_comment = False
    for line in text.splitlines():
        stripped = line.strip()
        is_comment = is_comment or stripped.startswith("/**")
        if stripped and not is_comment and not stripped.startswith("//"):
            lines.append(_COMMENT.sub(r"\1", stripped))
        is_comment = is_comment and not stripped.endswith("*/")
    return "\n".join(lines) + "\n"
