"""What plays a script: hosts define components, instantiate them and call what they export.

Whatever goes wrong is a ``Failure`` that says at which stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from witcraft import binary
from witcraft.errors import ComponentError, UnsupportedError
from witcraft.model.types import Case as CaseType
from witcraft.model.types import Option, Prim, Result, String, ValType, strip
from witcraft.model.world import Function, World
from witcraft.resolve import resolve
from witcraft.resolve.features import Features
from witcraft.wast.constant import Constant
from witcraft.wast.outcome import Failure


@dataclass(frozen=True, slots=True)
class Definition:
    """A component that was found to be valid; ``handle`` is whatever the host makes of it."""

    data: bytes
    world: World
    handle: object = None


class Instance(Protocol):
    def call(self, function: Function, args: Sequence[Constant]) -> Constant | None: ...


class Host(Protocol):
    """``define`` fails at stage "validate", ``instantiate`` at "support", "link" or "trap", ``call`` at "trap"."""

    title: str

    def define(self, data: bytes) -> Definition: ...

    def instantiate(self, definition: Definition, registered: Mapping[str, Registered]) -> Instance: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """An instance under a name by which components may import its functions."""

    world: World
    instance: Instance

    def functions(self) -> dict[str, Function]:
        return {item.extern_name: item for item in self.world.exports if isinstance(item, Function)}


# ---- validation -------------------------------------------------------------------------------------------------


def validated(data: bytes, allowed: Features) -> World:
    """By witcraft's own validator, which reads and resolves; of a core module, only the structure is read.

    ``allowed``: features that a component may use.
    """
    try:
        if data[4:8] == b"\x01\x00\x00\x00":
            binary.read_module(data)
            return World()
        return resolve(binary.read(data), allowed).world
    except UnsupportedError as error:
        raise Failure("support", str(error)) from None
    except ComponentError as error:
        raise Failure("validate", str(error)) from None


class NoHost:
    """Validates, and runs nothing."""

    title = "witcraft"

    def __init__(self, allowed: Features) -> None:
        self.allowed = allowed

    def define(self, data: bytes) -> Definition:
        return Definition(data, validated(data, self.allowed))

    def instantiate(self, definition: Definition, registered: Mapping[str, Registered]) -> Instance:
        return Nothing()


class Nothing:
    def call(self, function: Function, args: Sequence[Constant]) -> Constant | None:
        raise Failure("support", "nothing is run")


# ---- values -----------------------------------------------------------------------------------------------------


def checked(function: Function, args: Sequence[Constant]) -> list[tuple[ValType, Constant]]:
    """The arguments with their types: as many as the function takes, and of the kinds it takes."""
    if len(args) != len(function.params):
        raise Failure("compare", f"{function.extern_name} takes {len(function.params)} arguments, not {len(args)}")
    return [(param.type, arg) for param, arg in zip(function.params, args, strict=True)]


def kind_of(ty: ValType) -> str:
    """The ``kind`` of constants of a type."""
    match strip(ty):
        case Prim(kind):
            return kind.value
        case String():
            return "str"
        case other:
            return type(other).__name__.lower()


def expect(ty: ValType, constant: Constant) -> None:
    if constant.kind != kind_of(ty):
        raise Failure("compare", f"{constant} where a {kind_of(ty)} is taken")


def cases_of(ty: ValType) -> Sequence[CaseType]:
    """Those of a variant, an option or a result."""
    match strip(ty):
        case Option(some):
            return (CaseType("none", None), CaseType("some", some))
        case Result(ok, err):
            return (CaseType("ok", ok), CaseType("error", err))
        case variant:
            cases: Sequence[CaseType] = getattr(variant, "cases", ())
            return cases
