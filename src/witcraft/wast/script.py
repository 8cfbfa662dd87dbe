"""Scripts: directives in order (the grammar of the ``wast`` tools, as far as it is about components).

directive = definition | "(component instance" $name? $definition? ")" | "(register" name $instance? ")" | invoke
          | "(assert_return" invoke value... ")" | "(assert_trap" (invoke | definition) message ")"
          | "(assert_invalid" | "(assert_malformed" | "(assert_unlinkable" definition message ")"
definition = "(component" "definition"? $name? ("binary" | "quote")? ... ")"     or "(module" ..., "(core module" ...
invoke     = "(invoke" $instance? name value... ")"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from witcraft.resolve.features import COMPILED, NAMES, Feature, Features, features
from witcraft.wast.constant import Constant, constant, word
from witcraft.wast.expression import Atom, Expression, Parens, ScriptError, String, read


@dataclass(frozen=True, slots=True)
class Source:
    """A component or core module: ``form`` says what ``content`` is, a binary or text to be assembled."""

    form: Literal["text", "quote", "binary"]
    content: bytes


@dataclass(frozen=True, slots=True)
class Define:
    """``instantiated``: at once, under the same name."""

    source: Source
    name: str | None
    instantiated: bool
    line: int
    kind: str = "component"


@dataclass(frozen=True, slots=True)
class Instantiate:
    """None: the definition that came last."""

    name: str | None
    definition: str | None
    line: int
    kind: str = "component instance"


@dataclass(frozen=True, slots=True)
class Register:
    """None: the instance that was made last."""

    name: str
    instance: str | None
    line: int
    kind: str = "register"


@dataclass(frozen=True, slots=True)
class Invoke:
    """None: the instance that was made last."""

    instance: str | None
    name: str
    args: tuple[Constant, ...]
    line: int
    kind: str = "invoke"


@dataclass(frozen=True, slots=True)
class AssertReturn:
    invoke: Invoke
    results: tuple[Constant, ...]
    line: int
    kind: str = "assert_return"


@dataclass(frozen=True, slots=True)
class AssertTrap:
    """``kind`` may be "assert_exhaustion" as well."""

    action: Invoke | Source
    message: str
    line: int
    kind: str = "assert_trap"


@dataclass(frozen=True, slots=True)
class AssertRefused:
    """``kind``: "assert_invalid", "assert_malformed" or "assert_unlinkable"."""

    source: Source
    message: str
    line: int
    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """``kind``: its first word."""

    line: int
    kind: str


Directive = Define | Instantiate | Register | Invoke | AssertReturn | AssertTrap | AssertRefused | Unknown

REFUSALS = ("assert_invalid", "assert_malformed", "assert_unlinkable")


RUN_LINE = re.compile(rb"^;; RUN: .*\bwast\b(?:.*(?:-f|--features)[= ]([\w,-]+))?", re.MULTILINE)


def allowed_features(script: bytes) -> Features:
    """All that the compiler takes, unless the script is of wasm-tools: its first line is the command that runs it.

    Features of core WebAssembly stand there too; of those the engine takes care.
    """
    found = RUN_LINE.search(script)
    if found is None:
        return COMPILED
    named = [name for name in (found[1] or b"").decode().split(",") if name in NAMES]
    return features(",".join(named)) | {Feature.DEPENDENCY_NAMES}


def directives(script: bytes) -> list[Directive]:
    """Raises ``ScriptError`` where brackets, strings or a directive's own parts are wrong."""
    return [directive(script, it) for it in read(script)]


def directive(script: bytes, it: Parens) -> Directive:
    match it.head, it.items[1:]:
        case "component", [Atom("instance"), *names]:
            return Instantiate(*two(names, it.line), it.line)
        case "component" | "module" | "core", _:
            return define(script, it)
        case "register", [String(name), *instance]:
            return Register(name.decode(), two(instance, it.line)[0], it.line)
        case "invoke", _:
            return invoke(it)
        case "assert_return", [Parens() as action, *results]:
            return AssertReturn(invoke(action), tuple(map(constant, results)), it.line)
        case "assert_trap" | "assert_exhaustion", [Parens() as action, String() as message]:
            found = invoke(action) if action.head == "invoke" else source(script, action)
            return AssertTrap(found, word(message), it.line, it.head)
        case head, [Parens() as refused, String() as message] if head in REFUSALS:
            return AssertRefused(source(script, refused), word(message), it.line, it.head)
        case head, _:
            return Unknown(it.line, head or "()")


def invoke(it: Parens) -> Invoke:
    match it.items:
        case [Atom("invoke"), Atom(instance), String(name), *args]:
            return Invoke(instance, name.decode(), tuple(map(constant, args)), it.line)
        case [Atom("invoke"), String(name), *args]:
            return Invoke(None, name.decode(), tuple(map(constant, args)), it.line)
        case _:
            raise ScriptError(f"line {it.line}: ({it.head} ...) is no (invoke ...)")


def two(names: Sequence[Expression], line: int) -> tuple[str | None, str | None]:
    found = [it.text for it in names if isinstance(it, Atom)]
    if len(found) != len(names) or len(found) > 2:
        raise ScriptError(f"line {line}: names were expected here")
    return (*found, None, None)[0:2]  # type: ignore[return-value]  # padded to two


# ---- definitions ------------------------------------------------------------------------------------------------


def define(script: bytes, it: Parens) -> Define:
    rest = it.items[2:] if it.head == "core" else it.items[1:]
    is_definition = bool(rest) and isinstance(rest[0], Atom) and rest[0].text == "definition"
    rest = rest[is_definition:]
    name = rest[0].text if rest and isinstance(rest[0], Atom) and rest[0].text.startswith("$") else None
    instantiated = it.head == "component" and not is_definition
    return Define(source(script, it), name, instantiated, it.line, "component" if it.head == "component" else "module")


def source(script: bytes, it: Parens) -> Source:
    """The definition as a whole is text, but for "definition", which assemblers do not know."""
    text = script[it.start : it.end]
    for position, part in enumerate(it.items[1:5], 1):
        match part:
            case Atom("definition"):
                text = text.replace(b"definition", b"", 1)
            case Atom("binary"):
                return Source("binary", joined(it.items[position + 1 :], b""))
            case Atom("quote"):
                return Source("quote", joined(it.items[position + 1 :], b" "))
            case Atom():
                pass
            case _:
                break
    return Source("text", text)


def joined(parts: Sequence[Expression], separator: bytes) -> bytes:
    found = [part.value for part in parts if isinstance(part, String)]
    if len(found) != len(parts):
        raise ScriptError(f"line {parts[0].line}: strings were expected here")
    return separator.join(found)
