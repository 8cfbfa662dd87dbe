"""The functions that emitted modules share, out of the files in ``support``: each copied in where it is used.

The files are ES modules, so that they can be linted and tested as they are. A declaration begins at the first column,
with its comment, and goes to the next; what it names of the others comes with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

FILES = (
    "errors",
    "scalars",
    "state",
    "memory",
    "strings",
    "lists",
    "checks",
    "resources",
    "imports",
    "copies",
    "compile",
    "run",
)
"""In the order in which they stand in a module: a class before those that extend it."""

FOLDER = os.path.join(os.path.dirname(__file__), "support")  # noqa: PTH118, PTH120 (`pathlib` takes longer than all this)

_HEAD = re.compile(r"(?:export )?(?:async )?(?:function|class|const|let)\*? (\w+)")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NAME = re.compile(r"\.[A-Za-z_$][\w$]*|(?<![\w$])[A-Za-z_$][\w$]*")
_MEMBER = re.compile(r"^  (\w+)(?:\(.*\) \{$| = )")
_VIEW = re.compile(r"^    this(\.\w+) = new \w+Array\(buffer\);$")
_OPTIONAL = re.compile(r" // with (\w+)$")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some lines of a declaration: there if all of ``wants`` are asked for. A name of a member begins with a dot."""

    wants: frozenset[str]
    text: str
    names: frozenset[str]  # what it asks for


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    parts: tuple[Part, ...]  # without ``export``, and of comments the first sentence


@cache
def declarations() -> dict[str, Declaration]:
    found = [one for file in FILES for one in declared(read(file))]
    return {name: Declaration(name, tuple(parts(text))) for name, text in found}


def needed(names: Iterable[str]) -> dict[str, str]:
    """The text of each declaration that is asked for, with all that they need, in the order of the files.

    ``names``: of declarations, and of members with a dot before them. Members that nobody asks for are left out.
    """
    asked, found = set(names), dict[Part, None]()
    known = [(declaration, part) for declaration in declarations().values() for part in declaration.parts]
    while more := [part for one, part in known if part not in found and one.name in asked and part.wants <= asked]:
        found |= dict.fromkeys(more)
        asked.update(*[part.names for part in more])
    texts: dict[str, str] = {}
    for declaration, part in known:
        if part in found:
            texts[declaration.name] = texts.get(declaration.name, "") + part.text
    return {name: text.replace("{\n\n", "{\n").rstrip() for name, text in texts.items()}


def read(file: str) -> str:
    """Also from a wheel that was not unpacked."""
    text: bytes = __loader__.get_data(os.path.join(FOLDER, f"{file}.js"))  # type: ignore[name-defined]  # noqa: PTH118
    return text.decode()


def declared(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each declaration of a file."""
    for block in re.split(r"\n\n+(?=/\*\*|// |export |async |function|class|const|let)", text):
        code = block.rstrip()
        code = code[code.rindex("// ----") :].partition("\n")[2].lstrip() if code.startswith("// ----") else code
        code = re.split(r"\n+// ----", code)[0]
        start = code.find("*/\n") + 3 if code.startswith("/**") else 0
        yield from several(code, start)


def several(code: str, start: int) -> Iterator[tuple[str, str]]:
    """The declarations of one block: constants may stand together, without a line between them."""
    comment, rest = code[:start], code[start:]
    for index, one in enumerate(re.split(r"\n(?=(?:export )?const )", rest)):
        head = _HEAD.match(one)
        if head:
            yield head[1], (summary(comment) if index == 0 else "") + inner(one.removeprefix("export "))


def parts(text: str) -> Iterator[Part]:
    """The members of a class each on their own, and lines that only some ask for."""
    member, lines = "", list[str]()
    for line in text.splitlines():
        head = _MEMBER.match(line) if text.startswith(("class", "/**")) and "class " in text else None
        if head or line == "}":
            before = [lines.pop() for _ in range(2) if head and (not lines[-1] or lines[-1].startswith("  /**"))]
            yield part(lines, member)
            member, lines = f".{head[1]}" if head else "", before[::-1]
        view, optional = _VIEW.match(line), _OPTIONAL.search(line)
        if view or optional:
            yield part(lines, member)
            yield part([_OPTIONAL.sub("", line)], member, view[1] if view else optional[1] if optional else "")
            lines = []
        else:
            lines.append(line)
    yield part(lines, member)


def part(lines: list[str], *wants: str) -> Part:
    text = "".join(f"{line}\n" for line in lines)
    names = {name for name in _NAME.findall(_COMMENT.sub("", text)) if name not in wants}
    return Part(frozenset(wants) - {"", ".constructor"}, text, frozenset(names))


def summary(comment: str) -> str:
    """The first sentence of a comment, on one line."""
    said = " ".join([line.strip(" /*") for line in comment.splitlines()]).partition("@param")[0].strip()
    return f"/** {said.partition('. ')[0].removesuffix('.')}. */\n" if said else ""


def inner(text: str) -> str:
    """A class, with the comments of its methods cut short as well."""
    return re.sub(r"  /\*\*\n.*?\*/\n", lambda found: re.sub("^(?=.)", "  ", summary(found[0])), text, flags=re.DOTALL)
