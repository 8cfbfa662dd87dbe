"""The engine's verdict, asked for in a process of its own: whatever hostile bytes do to it, the one who asks goes on.

The engine has no call that only validates a component, and compiling takes a hundred times as long. So an input is put
into a component of its own, behind which stands a section that cannot be: if the engine complains of nothing but that,
it has found the component valid to the end. Function bodies it would only look at while compiling; they are left out.
"""

from __future__ import annotations

import ctypes
import json
import re
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import BinaryIO

import wasmtime
from wasmtime import _ffi as ffi
from wasmtime.component import Component

from tests.support import raw
from witcraft.resolve.features import SHIPPED, Feature, Features

COMPONENT, MODULE = b"c", b"m"
CRASHED = "the process ended"
BATCH = 100
MOST = 300
"""Characters of an answer: those of a batch have to fit into a pipe, whose other end reads nothing until all is asked."""

HIDDEN = {
    "async_stackful": Feature.ASYNC_STACKFUL,
    "more_async_builtins": Feature.MORE_ASYNC_BUILTINS,
    "accessors": Feature.ACCESSORS,
    "canonical_names": Feature.CANONICAL_NAMES,
    "async": Feature.ASYNC,
}
"""Features that the engine can be told of in C, but not by its Python package."""

FEATURES: Features = SHIPPED | set(HIDDEN.values()) | {Feature.DEPENDENCY_NAMES}
"""What both sides allow. The engine cannot be told of the rest."""


class Oracle:
    """``process`` is there while it lives; one that dies is replaced."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Oracle:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            with self.process:  # closes what it was asked and answered by
                self.process = None

    def components(self, inputs: Sequence[bytes]) -> list[str | None]:
        """What the engine has against each; None where it has nothing."""
        return self.ask(COMPONENT, inputs)

    def module(self, data: bytes) -> str | None:
        """The same of a core module, function bodies included."""
        return self.ask(MODULE, [data])[0]

    def ask(self, kind: bytes, inputs: Sequence[bytes]) -> list[str | None]:
        found: list[str | None] = []
        while len(found) < len(inputs):
            found += self.batch(kind, inputs[len(found) :])
            if len(found) < len(inputs):
                found.append(CRASHED)
        return found

    def batch(self, kind: bytes, inputs: Sequence[bytes]) -> list[str | None]:
        """As many answers as the process lived to give."""
        if self.process is None or self.process.poll() is not None:
            self.end()
            self.process = start()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        found: list[str | None] = []
        try:
            for data in inputs:
                self.process.stdin.write(kind + struct.pack("<I", len(data)) + data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it will not answer either
        for line in self.process.stdout:
            found.append(json.loads(line))
            if len(found) == len(inputs):
                break
        else:
            self.process.wait()
        return found


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


# ---- in the other process ---------------------------------------------------------------------------------------

NEVER = b"\x7f\0"  # a section of an unknown kind


def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    for name in dir(wasmtime.Config):
        if name.startswith("wasm_") and name != "wasm_stack_switching":
            setattr(config, name, True)
    for name in ("compact_imports", *[f"component_model_{feature}" for feature in HIDDEN]):
        allow = getattr(ffi.dll, f"wasmtime_config_wasm_{name}_set")
        allow.argtypes, allow.restype = [ctypes.c_void_p, ctypes.c_bool], None
        allow(config.ptr(), True)
    return wasmtime.Engine(config)


def refusal(asked: wasmtime.Engine, data: bytes) -> str | None:
    inside = raw.component(raw.section(4, data))
    try:
        Component(asked, inside + NEVER)
    except wasmtime.WasmtimeError as error:
        text = " ".join(str(error).split())
        return None if f"malformed section id: 127 (at offset {len(inside) + len(NEVER):#x})" in text else plain(text)
    raise AssertionError("a section that cannot be was accepted")


def refusal_of_module(asked: wasmtime.Engine, data: bytes) -> str | None:
    try:
        wasmtime.Module.validate(asked, data)
    except wasmtime.WasmtimeError as error:
        return " ".join(str(error).split())
    return None


def plain(text: str) -> str:
    return re.sub(r"^failed to parse WebAssembly module Caused by: | \(at offset 0x[0-9a-f]+\)", "", text)[:MOST]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    asked = engine()
    while head := requests.read(5):
        data = requests.read(struct.unpack("<I", head[1:])[0])
        found = refusal(asked, data) if head[:1] == COMPONENT else refusal_of_module(asked, data)
        answers.write(json.dumps(found).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
