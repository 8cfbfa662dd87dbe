"""The host that scripts are for, in JavaScript: emitted modules in a process of Node.js."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from witcraft import binary
from witcraft.abi.layout import is_nested
from witcraft.emit.js.exports import root_keys
from witcraft.emit.js.imports import member_keys
from witcraft.emit.js.names import fields
from witcraft.emit.js.package import JsOptions, package
from witcraft.errors import EmitError, UnsupportedError
from witcraft.fuse import fuse
from witcraft.gate.build import build
from witcraft.gate.calls import CALLS
from witcraft.model import types as t
from witcraft.model.types import ValType, strip
from witcraft.model.world import Function, Interface, extern_name
from witcraft.plan import link
from witcraft.resolve import resolve
from witcraft.resolve.features import Features
from witcraft.runtime.traps import NOT_YET
from witcraft.wast.constant import Case, Constant, Field, Nan
from witcraft.wast.host import Definition, NoHost, Registered, cases_of, checked, expect, kind_of
from witcraft.wast.outcome import Failure, Stage

NODE = "WITCRAFT_NODE"
"""An environment variable: the program to run, `node` by default."""
ONE_MEMORY = "WITCRAFT_ONE_MEMORY"
"""An environment variable: if there, no core module that witcraft makes has several memories."""
TRAPS = "RuntimeError", "RangeError"
"""Errors of the engine: what core code does wrong, and a stack that is full."""


class Node:
    """A process that answers requests."""

    def __init__(self) -> None:
        program = os.environ.get(NODE, "node")
        script = Path(__file__).with_name("node.mjs")
        try:
            self._process = subprocess.Popen(
                [program, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            raise Failure("support", f"{program}: {error.strerror}") from None

    def ask(self, request: str, **given: object) -> Any:
        """The answer. Raises ``Failure`` if the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"request": request, **given}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise Failure("crash", "the process of Node.js ended")
        return json.loads(line)


class JsHost(NoHost):
    def __init__(self, allowed: Features) -> None:
        super().__init__(allowed)
        self._node: Node | None = None
        self._folder = TemporaryDirectory(prefix="witcraft-")
        self._made = 0

    def instantiate(self, definition: Definition, registered: Mapping[str, Registered]) -> JsInstance:
        folder = Path(self._folder.name, str(self._made))
        self._made += 1
        keys = self._emit(definition.data, folder)
        self._node = self._node or Node()
        answer = self._node.ask("instantiate", folder=str(folder), imports=provided(definition, registered))
        if "error" in answer:
            raise failure(answer["error"], answer["message"], "link")
        return JsInstance(self._node, answer["value"], keys)

    @staticmethod
    def _emit(data: bytes, folder: Path) -> dict[str, str]:
        """Writes the module; gives the keys of its exports."""
        try:
            plan = fuse(link(resolve(binary.read(data)), partly=True))
            files = package(plan, build(plan, CALLS), script_options())
        except (UnsupportedError, EmitError) as error:
            raise Failure("support", str(error)) from None
        folder.mkdir()
        for name, contents in files.items():
            (folder / name).write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return root_keys(plan.exports)


def script_options() -> JsOptions:
    return JsOptions("script", "sync", typescript=False, multi_memory=ONE_MEMORY not in os.environ)


def provided(definition: Definition, registered: Mapping[str, Registered]) -> dict[str, dict[str, tuple[int, str]]]:
    """By name of an interface and key of a function: number of an instance, and the key there."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for item in definition.world.imports:
        if isinstance(item, Interface) and item.name in registered:
            found[item.name] = functions(item, registered[item.name])
        elif isinstance(item, Function) or (isinstance(item, Interface) and item.functions):
            raise Failure("link", f"{extern_name(item)} is not given")
    return found


def functions(wanted: Interface, given: Registered) -> dict[str, tuple[int, str]]:
    """A function that is missing is refused here; JavaScript would find out when it is called."""
    instance, names, keys = given.instance, given.functions(), member_keys(wanted.functions)
    assert isinstance(instance, JsInstance)
    wishes = [function.extern_name for function in wanted.functions]
    if missing := [name for name in wishes if name not in names]:
        raise Failure("link", f"{wanted.name} has no {', '.join(missing)}")
    return {keys[name]: (instance.number, instance.keys[name]) for name in wishes}


@dataclass(slots=True)
class JsInstance:
    node: Node
    number: int
    keys: dict[str, str]  # extern name -> key
    unsupported: Failure | None = None

    def call(self, function: Function, args: Sequence[Constant]) -> Constant | None:
        if self.unsupported:
            raise self.unsupported
        given = [up(ty, arg) for ty, arg in checked(function, args)]
        answer = self.node.ask("call", instance=self.number, key=self.keys[function.extern_name], args=given)
        if "error" in answer:
            failed = failure(answer["error"], answer["message"], "bug")
            if failed.stage == "support":  # nothing that is asked of this instance later says anything
                self.unsupported = failed
            raise failed
        if function.result is None:
            return None
        result = strip(function.result)
        if not isinstance(result, t.Result):
            return down(function.result, answer["value"])
        is_error = "thrown" in answer
        payload, value = (result.err, answer["thrown"]) if is_error else (result.ok, answer["value"])
        return Constant("result", Case("error" if is_error else "ok", down(payload, value) if payload else None))


def failure(error: str, message: str, otherwise: Stage) -> Failure:
    """A built-in that only says that it is not there yet traps, and must not pass for a trap that is asked for."""
    if NOT_YET in message:
        return Failure("support", message)
    return Failure("trap" if error in TRAPS else otherwise, message)


# ---- values -----------------------------------------------------------------------------------------------------

WIDE = t.Kind.U64, t.Kind.S64
NOTHING = {"nothing": 1}


def up(ty: ValType, it: Constant) -> Any:
    expect(ty, it)
    value: Any = it.value
    match strip(ty):
        case t.List(element) | t.FixedList(element):
            return {"list": [up(element, part) for part in value]}
        case t.Map(key, item):
            return {"map": [[up(key, pair.value[0]), up(item, pair.value[1])] for pair in value]}
        case t.Tuple(items):
            return {"list": [up(item, part) for item, part in zip(items, value, strict=True)]}
        case t.Record(members):
            parts = {part.name: part.value for part in value}
            keys = fields([member.name for member in members])
            return {"object": {key: up(it.type, parts[it.name]) for key, it in zip(keys, members, strict=True)}}
        case t.Variant() | t.Option() | t.Result():
            return case_up(ty, value)
        case t.Flags(labels):
            return {"object": {key: label in value for key, label in zip(fields(labels), labels, strict=True)}}
        case t.Prim(kind) if kind in WIDE:
            return {"big": str(value)}
        case t.Prim(t.Kind.F32 | t.Kind.F64):
            return {"float": "NaN" if isinstance(value, Nan) else repr(value).replace("inf", "Infinity")}
        case t.Prim() | t.String() | t.Enum():
            return value
        case _:
            raise Failure("support", f"a script cannot give a {kind_of(ty)}")


def case_up(ty: ValType, it: Case) -> Any:
    payload = next(case.type for case in cases_of(ty) if case.name == it.name)
    inner = up(payload, it.payload) if payload and it.payload else NOTHING
    match strip(ty):
        case t.Option() as option if not is_nested(option):
            return inner
        case t.Result():
            return {"object": {"tag": "ok" if it.name == "ok" else "err", "val": inner}}
        case _:
            return {"object": {"tag": it.name, "val": inner}}


def down(ty: ValType, given: Any) -> Constant:
    return Constant(kind_of(ty), down_value(ty, given))


def down_value(ty: ValType, given: Any) -> Any:
    match strip(ty):
        case t.List(element) | t.FixedList(element):
            return tuple([down(element, part) for part in given["list"]])
        case t.Map(key, item):
            pairs = [(down(key, one), down(item, other)) for one, other in given["map"]]
            return tuple([Constant("tuple", pair) for pair in pairs])
        case t.Tuple(items):
            return tuple([down(item, part) for item, part in zip(items, given["list"], strict=True)])
        case t.Record(members):
            keys, parts = fields([member.name for member in members]), given["object"]
            return tuple([Field(it.name, down(it.type, parts[key])) for key, it in zip(keys, members, strict=True)])
        case t.Variant() | t.Option() | t.Result():
            return case_down(ty, given)
        case t.Flags(labels):
            parts = given["object"]
            return frozenset([label for key, label in zip(fields(labels), labels, strict=True) if parts[key]])
        case t.Prim(kind) if kind in WIDE:
            return int(given["big"])
        case t.Prim(t.Kind.F32 | t.Kind.F64):
            return float(given["float"] if isinstance(given, dict) else given)
        case t.Prim() | t.String() | t.Enum():
            return given
        case _:
            raise Failure("support", f"a script cannot be told a {kind_of(ty)}")


def case_down(ty: ValType, given: Any) -> Case:
    match strip(ty):
        case t.Option() as option if not is_nested(option):
            tag, inner = ("none", None) if given == NOTHING else ("some", given)
        case _:
            tag, inner = given["object"]["tag"], given["object"].get("val")
    name = "error" if tag == "err" and isinstance(strip(ty), t.Result) else tag
    payload = next(case.type for case in cases_of(ty) if case.name == name)
    return Case(name, down(payload, inner) if payload else None)
