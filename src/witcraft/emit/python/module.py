"""One emitted Python file: its imports, its constants, its sections, laid out as ``ruff format`` would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from witcraft.abi.ops import Format
from witcraft.emit.python.layout import LINE, UNIT, fit, fit_list
from witcraft.emit.python.names import Taken
from witcraft.model.types import TypeDef, ValType
from witcraft.text import Writer

CODES = {
    "u8": "B",
    "s8": "b",
    "u16": "H",
    "s16": "h",
    "u32": "I",
    "s32": "i",
    "u64": "Q",
    "s64": "q",
    "f32": "f",
    "f64": "d",
}
OUTSIDE = ""
"""Begins the path of a module that is not of the package."""
TABLES = ("_ROOT", "_TYPES")
"""What modules call their tables of WIT names; others look for them there."""
WIDTHS = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u32": 4, "s32": 4, "u64": 8, "s64": 8, "f32": 4, "f64": 8}


def quoted(text: str) -> str:
    """A string literal, in double quotes where that needs no more escapes."""
    plain = repr(text)
    return plain if "'" in text or '"' in text else f'"{plain[1:-1]}"'


def struct_format(layout: Format) -> str:
    """A ``struct`` format of the block, padding written out: ``ddI4x``."""
    text, at = "", 0
    for offset, kind in layout.fields:
        text += _padding(offset - at) + CODES[kind]
        at = offset + WIDTHS[kind]
    return text + _padding(layout.size - at)


def _padding(n: int) -> str:
    return "" if n == 0 else "x" if n == 1 else f"{n}x"


class PyWriter(Writer):
    """A writer that breaks long lines as the formatter does."""

    def line(self, text: str = "") -> None:
        line = UNIT * self.depth + text if text else ""
        if len(line) <= LINE:
            self.lines.append(line)
        else:
            self.lines += fit(text, self.depth)

    def bracket(self, head: str, items: Sequence[str], tail: str) -> None:
        """``head`` ends in an opening bracket, which is its only one; ``tail`` begins with the closing one."""
        line = UNIT * self.depth + head + ", ".join(items) + tail
        if len(line) <= LINE:
            self.lines.append(line)
        else:
            self.lines += fit_list(head, items, tail, self.depth)

    def slots(self, names: Iterable[str]) -> None:
        """``__slots__``, in natural order."""
        items = [quoted(name) for name in sorted(names, key=natural)]
        if len(items) == 1:
            self.line(f"__slots__ = ({items[0]},)")
        else:
            self.bracket("__slots__ = (", items, ")")

    def doc(self, text: str) -> None:
        """A docstring. Backslashes and quotes are escaped, so that no text can end it."""
        lines = [line.rstrip() for line in _printable(text).strip().splitlines()]
        if not lines:
            return
        indent = self.unit * self.depth
        start = f'{indent}""" ' if lines[0].startswith('"') else f'{indent}"""'
        if len(lines) == 1:
            end = ' """' if lines[0].endswith('"') else '"""'
            self.lines.append(f"{start}{lines[0]}{end}")
            return
        self.lines += [f"{start}{lines[0]}", *[indent + line if line else "" for line in lines[1:]], f'{indent}"""']


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return "\n".join(line if line.isprintable() else "".join(map(_escaped, line)) for line in text.split("\n"))


def _escaped(char: str) -> str:
    """Surrogates and what lies beyond four digits is lost: Python makes no class with a surrogate in its docstring."""
    code = ord(char)
    if char.isprintable():
        return char
    return "?" if code > 0xFFFF or 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


class PyModule:
    """``path`` is the dotted place in the package, () for its ``__init__``; ``is_package`` for an ``__init__`` file.

    A path that begins with ``OUTSIDE`` is a module of another distribution, which is named and not written.
    """

    def __init__(self, path: tuple[str, ...], runtime: str, is_package: bool = False) -> None:
        self.path = path
        self.is_package = is_package
        self.names = Taken(TABLES)
        self.docs = ""
        self.shadowed: set[str] = set()  # parameters, functions and fields: names that mean something else somewhere
        self.all: list[str] = []
        self.types: list[TypeDef] = []  # declared here, in order
        self.spoken: dict[ValType, None] = {}  # types that signatures here mention
        self._sections: list[list[str]] = []
        self._late: list[list[str]] = []
        self._runtime = runtime
        self._imports: dict[str, dict[str, str]] = {}
        self._typing: dict[str, dict[str, str]] = {}
        self._siblings: dict[tuple[tuple[str, ...], str], tuple[str, bool]] = {}
        self._structs: dict[str, str] = {}
        self._tables: dict[str, str] = {}
        self._tail: list[list[str]] = []

    # ---- what the code names ----

    def runtime(self, name: str) -> str:
        """A name of the run time, imported; gives its local name (another one if the WIT took it)."""
        return self.stdlib(self._runtime, name)

    def stdlib(self, module: str, name: str) -> str:
        known = self._imports.setdefault(module, {})
        if name not in known:
            known[name] = self._typing.get(module, {}).pop(name, "") or self._local(name)
        return known[name]

    def typing(self, module: str, name: str) -> str:
        """A name that only annotations use; ``module`` "runtime" is the run time."""
        module = self._runtime if module == "runtime" else module
        if name in self._imports.get(module, {}):
            return self._imports[module][name]
        known = self._typing.setdefault(module, {})
        if name not in known:
            known[name] = self._local(name)
        return known[name]

    def builtin(self, name: str) -> str:
        """A built-in name, imported under another one where the WIT has a parameter, function or type of that name."""
        return self.stdlib("builtins", name) if name in self.shadowed or name in self.names else name

    def _local(self, name: str) -> str:
        free = name not in self.names and name not in self.shadowed
        return self.names.take(name if free else f"_{name}")

    def sibling(self, path: tuple[str, ...], at_run_time: bool) -> str:
        """Another module of the package; gives the local name of it."""
        key = (path[:-1], path[-1])
        local, needed = self._siblings.get(key, ("", False))
        if not local:
            local = self._local(path[-1])
        self._siblings[key] = (local, needed or at_run_time)
        return local

    def typing_member(self, path: tuple[str, ...], name: str) -> str:
        """``from that.module import name``, for annotations."""
        local, needed = self._siblings.get((path, name), ("", False))
        if not local:
            local = self._local(name)
            self._siblings[path, name] = (local, needed)
        return local

    def member(self, path: tuple[str, ...], name: str, local: str) -> None:
        """``from that.module import name as local``, at run time."""
        self._siblings[path, name] = (local, True)

    @contextmanager
    def section(self, late: bool = False) -> Iterator[PyWriter]:
        """One top-level statement: a class, a function, an assignment with its docstring.

        ``late`` ones stand behind all others, since they run what they name.
        """
        out = PyWriter()
        yield out
        (self._late if late else self._sections).append(out.lines)

    def struct(self, layout: Format) -> str:
        """The constant that holds the compiled ``struct`` of a block."""
        text = struct_format(layout)
        if text not in self._structs:
            self._structs[text] = self.names.take(f"_{text}" if len(text) <= 24 else "_BLOCK")
        return self._structs[text]

    def table(self, kind: str, cls: str, args: str) -> str:
        """The constant that maps core values to the members of an enum (``Labels``) or flags (``Bits``)."""
        key = f"{self.runtime(kind)}({args})"
        if key not in self._tables:
            wish = "_" + re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls)).upper()
            self._tables[key] = self.constant(wish, [key])
        return self._tables[key]

    def constant(self, wish: str, lines: Sequence[str]) -> str:
        """A private constant, ``NAME = lines...``, that stands after the code it may refer to; gives its name."""
        name = self.names.take(wish)
        self._tail.append([f"{name} = {lines[0]}", *lines[1:]])
        return name

    def table_of_names(self, name: str, lines: Sequence[str], annotation: str = "") -> None:
        """One of ``TABLES``."""
        self._tail.append([f"{name}{annotation and f': {annotation}'} = {lines[0]}", *lines[1:]])

    def after(self, line: str) -> None:
        """A statement behind the constants."""
        self._tail.append([line])

    def relative(self, path: tuple[str, ...]) -> str:
        """The relative name of another module, as ``importlib.import_module`` takes it."""
        return self._dots(path)

    # ---- the file ----

    @property
    def empty(self) -> bool:
        return not (self._sections or self._late or self._tail or self.all)

    def text(self) -> str:
        """The whole file."""
        struct = self.runtime("Struct") if self._structs else ""
        out = PyWriter()
        if self.docs:
            out.doc(self.docs)
            out.line()
        out.line("from __future__ import annotations")
        self._write_imports(out)
        self._write_typing(out)
        if self.all:
            out.line()
            out.bracket("__all__ = [", [f'"{name}"' for name in sorted(self.all, key=_member_key)], "]")
        if self._structs:
            out.line()
            for fmt, name in sorted(self._structs.items()):
                out.line(f'{name} = {struct}("<{fmt}")')
        former = [""]
        for section in [*self._sections, *self._late, *self._tail]:
            out.lines += ["", ""] if _is_block(former) or _is_block(section) else [""]
            out.lines += section
            former = section
        return out.text()

    def _write_imports(self, out: PyWriter) -> None:
        local = self._local_imports(at_run_time=True)
        for group in self._groups(self._imports, local):
            out.line()
            out.extend(group)

    def _write_typing(self, out: PyWriter) -> None:
        local = self._local_imports(at_run_time=False)
        groups = self._groups(self._typing, local)
        if not groups:
            return
        out.line()
        out.line("TYPE_CHECKING = False")
        with out.block("if TYPE_CHECKING:"):
            for i, group in enumerate(groups):
                if i:
                    out.line()
                out.extend(group)

    def _groups(self, imports: dict[str, dict[str, str]], local: list[list[str]]) -> list[list[str]]:
        """Standard library, third party, this package: the groups that isort makes."""
        found = {module: names for module, names in imports.items() if names}
        standard = [_import(module, found[module]) for module in sorted(found) if module != self._runtime]
        others = local + ([_import(self._runtime_module(), found[self._runtime])] if self._runtime in found else [])
        inner = [block for block in others if block[0].startswith("from .")]
        outer = [block for block in others if not block[0].startswith("from .")]
        groups = [
            standard,
            sorted(outer, key=lambda block: (block[0].startswith("from"), block[0].split()[1])),
            sorted(inner, key=lambda block: _relative_key(block[0])),
        ]
        return [[line for block in group for line in block] for group in groups if group]

    def _runtime_module(self) -> str:
        """The run time's name from here: absolute, or with --standalone relative to the package."""
        return self._dots(tuple(self._runtime[1:].split("."))) if self._runtime.startswith(".") else self._runtime

    def _dots(self, target: tuple[str, ...]) -> str:
        """The relative name of ``target`` from here, the absolute one of what lies outside."""
        if target[:1] == (OUTSIDE,):
            return ".".join(target[1:])
        here = self.path if self.is_package else self.path[:-1]
        common = 0
        while common < min(len(here), len(target)) and here[common] == target[common]:
            common += 1
        return "." * (len(here) - common + 1) + ".".join(target[common:])

    def _local_imports(self, at_run_time: bool) -> list[list[str]]:
        found: dict[str, dict[str, str]] = {}
        for (package, name), (local, needed) in self._siblings.items():
            if needed == at_run_time:
                found.setdefault(self._dots(package), {})[name] = local
        return [_import(module, names) for module, names in found.items()]


def _import(module: str, names: Mapping[str, str]) -> list[str]:
    """One statement for all names that stay as they are, one for each that gets another; "" is no module to be in."""
    if not module:
        return [
            f"import {name}" if name == local else f"import {name} as {local}" for name, local in sorted(names.items())
        ]
    plain = sorted([name for name, local in names.items() if name == local], key=_member_key)
    flat = f"from {module} import {', '.join(plain)}"
    found = {name: [f"from {module} import {name} as {local}"] for name, local in names.items() if name != local}
    if plain:
        found[plain[0]] = [flat] if len(flat) <= LINE - 4 else _one_by_one(module, plain)
    return [line for name in sorted(found, key=_member_key) for line in found[name]]


def _one_by_one(module: str, names: list[str]) -> list[str]:
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


_NUMBERED = re.compile(r"(\D*)(\d*)")


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """A sort key in which ``u8`` stands before ``u16``."""
    return tuple([(text, int(digits or 0)) for text, digits in _NUMBERED.findall(name)])


def _member_key(name: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    """isort's order of members: constants, classes, the rest."""
    bare = name.lstrip("_")
    return 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2, natural(name)


def _relative_key(line: str) -> tuple[int, str]:
    target = line.split()[1]
    return -(len(target) - len(target.lstrip("."))), line


def _is_block(section: list[str]) -> bool:
    return section[0].startswith(("class ", "def ", "@"))
