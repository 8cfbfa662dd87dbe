"""A function's name and arguments: ``greet("x", 3)``, ``ns:pkg/iface@1.0.0.greet("x")``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from witcraft.model.types import Option, strip
from witcraft.model.world import Param
from witcraft.wave.classes import Classes
from witcraft.wave.expected import title
from witcraft.wave.lexer import Lexer
from witcraft.wave.parser import Parser
from witcraft.wave.text import Text, WaveError

NAME = re.compile(r"\s*([\w%:/@.+\[\]-]+)\s*(?=\(|$)")


@dataclass(frozen=True, slots=True)
class Call:
    """``at`` is where the name stands, ``start`` where the parenthesis does; a call without any has no arguments."""

    text: Text
    name: str
    at: int
    start: int

    def arguments(self, params: Sequence[Param], classes: Classes) -> list[Any]:
        """A value for each parameter; options at the end may be left out, and are none. Raises ``WaveError``."""
        parser = Parser(Lexer(self.text, self.start), classes)
        values = [*written(parser, params)] if parser.lexer.next.kind != "end" else []
        parser.end()
        for param in params[len(values) :]:
            if not isinstance(strip(param.type), Option):
                parser.fail(f"the argument `{param.name}: {title(param.type)}` is missing", parser.lexer.last)
        return values + [None] * (len(params) - len(values))

    def error(self, message: str, hint: str = "") -> WaveError:
        """What is wrong with the name."""
        return WaveError(message, self.text.place(self.at, self.at + len(self.name)), hint=hint)


def written(parser: Parser, params: Sequence[Param]) -> list[Any]:
    """The arguments that stand in parentheses."""
    values = []
    parser.mark("(")
    for n in parser.elements(")"):
        if n == len(params):
            takes = ", ".join([f"{param.name}: {title(param.type)}" for param in params]) or "nothing"
            parser.fail(f"here is one argument more than the function takes ({takes})", parser.lexer.next)
        values.append(parser.within(params[n].name, params[n].type))
    return values


def call(text: str, name: str = "call") -> Call:
    """Takes the name of the function off; ``name`` is what messages call the text. Raises ``WaveError``."""
    source = Text(name, text)
    found = NAME.match(text)
    if found is None:
        at = len(text) - len(text.lstrip())
        raise WaveError("expected the name of a function and its arguments: `greet(3)`", source.place(at, at + 1))
    return Call(source, found[1], found.start(1), found.end())
