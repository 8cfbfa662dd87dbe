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

FILES = "errors", "scalars", "state", "memory", "strings", "lists", "checks", "resources", "imports", "compile", "run"
"""In the order in which they stand in a module: a class before those that extend it."""

FOLDER = os.path.join(os.path.dirname(__file__), "support")  # noqa: PTH118, PTH120 (`pathlib` takes longer than all this)

_HEAD = re.compile(r"(?:export )?(?:async )?(?:function|class|const|let)\*? (\w+)")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NAME = re.compile(r"(?<![.\w$#])[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    text: str  #               without ``export``, and of its comment the first sentence
    uses: frozenset[str]  #    the declarations that it needs


@cache
def declarations() -> dict[str, Declaration]:
    texts = dict(part for file in FILES for part in parts(read(file)))
    return {
        name: Declaration(name, text, frozenset(words(text) & texts.keys() - {name})) for name, text in texts.items()
    }


def needed(names: Iterable[str]) -> list[Declaration]:
    """These declarations and all that they need, in the order of the files."""
    known, found, todo = declarations(), set[str](), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += known[name].uses
    return [declaration for declaration in known.values() if declaration.name in found]


def read(file: str) -> str:
    """Also from a wheel that was not unpacked."""
    text: bytes = __loader__.get_data(os.path.join(FOLDER, f"{file}.js"))  # type: ignore[name-defined]  # noqa: PTH118
    return text.decode()


def parts(text: str) -> Iterator[tuple[str, str]]:
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
    for index, declared in enumerate(re.split(r"\n(?=(?:export )?const )", rest)):
        head = _HEAD.match(declared)
        if head:
            yield head[1], (summary(comment) if index == 0 else "") + inner(declared.removeprefix("export "))


def summary(comment: str) -> str:
    """The first sentence of a comment, on one line."""
    said = " ".join([line.strip(" /*") for line in comment.splitlines()]).partition("@param")[0].strip()
    return f"/** {said.partition('. ')[0].removesuffix('.')}. */\n" if said else ""


def inner(text: str) -> str:
    """A class, with the comments of its methods cut short as well."""
    return re.sub(r"  /\*\*\n.*?\*/\n", lambda found: re.sub("^(?=.)", "  ", summary(found[0])), text, flags=re.DOTALL)


def words(text: str) -> set[str]:
    return set(_NAME.findall(_COMMENT.sub("", text)))
