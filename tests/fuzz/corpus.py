"""What damage begins with: every component of the project's own, and of the standard's suites where they are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import wasmtime

from tests.support.wat import assemble
from witcraft.wast.script import AssertReturn, AssertTrap, Define, Directive, Source, directives

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
OWN = (TESTS / "wast", TESTS / "cases", TESTS.parent / "benchmarks" / "components", HERE)
SUITES = "WITCRAFT_VECTORS"
MAX_BYTES = 3000
"""Of a seed: what is larger says little more, and takes its time."""

os.environ.setdefault("WAST_STRICT_COMPONENT_INDICES", "0")  # scripts of the suites have older indices too


@dataclass(frozen=True, slots=True)
class Corpus:
    texts: tuple[str, ...]
    binaries: tuple[bytes, ...]


@cache
def corpus() -> Corpus:
    """In an order that is the same wherever the same files are."""
    texts, binaries = dict[str, None](), dict[bytes, None]()
    for source in sources():
        data = source.content if source.form == "binary" else assembled(source.content)
        if 8 < len(data) <= MAX_BYTES:
            binaries[data] = None
            if source.form == "text":
                texts[source.content.decode()] = None
    return Corpus(tuple(texts), tuple(binaries))


def assembled(text: bytes) -> bytes:
    """Nothing, if no assembler takes the text."""
    try:
        return assemble(text.decode())
    except (wasmtime.WasmtimeError, UnicodeDecodeError):
        return b""


def sources() -> Iterator[Source]:
    folders = [*OWN, *([Path(os.environ[SUITES])] if SUITES in os.environ else [])]
    for folder in folders:
        for path in sorted(folder.rglob("*.wa[st]*")):
            if path.suffix == ".wast":
                yield from of_script(path.read_bytes())
            elif path.suffix == ".wat":
                yield Source("text", path.read_bytes())


def of_script(script: bytes) -> Iterator[Source]:
    for directive in directives(script):
        found = source_of(directive)
        if found is not None:
            yield found


def source_of(directive: Directive) -> Source | None:
    match directive:
        case Define(source) | AssertTrap(Source() as source):
            return source
        case AssertReturn():
            return None
        case _:
            return getattr(directive, "source", None)
