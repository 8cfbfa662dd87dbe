"""A command that uses WASI, `components/streams.c`, in the columns that have one: each run is an instance of its own.

The file to read and those to write lie in a temporary folder, which is the guest's only one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.guests.build import guest

COMPONENT = "streams"
READ_BYTES = 100_000_000
LINES = 100_000
PATTERN = bytes(range(250)) * 4000
SUM = f"{READ_BYTES} {sum(PATTERN) * (READ_BYTES // len(PATTERN))}\n"


@cache
def folder() -> tempfile.TemporaryDirectory[str]:
    made = tempfile.TemporaryDirectory(prefix="witcraft-bench-")
    with Path(made.name, "data").open("wb") as file:
        for _ in range(READ_BYTES // len(PATTERN)):
            file.write(PATTERN)
    Path(made.name, "empty").touch()
    return made


def output() -> Path:
    return Path(folder().name, "output")


def printed(run: Callable[..., None], *args: Any) -> str:
    """What the command prints, which has ended without an error."""
    run([COMPONENT, *map(str, args)])
    return output().read_text()


def lines_in_file(run: Callable[..., None], count: int) -> int:
    run([COMPONENT, "lines", "lines", str(count)])
    return Path(folder().name, "lines").read_bytes().count(b"\n")


class Opened:
    """``run`` is given the arguments; its standard output goes to `output`."""

    values: Any = None

    def __init__(self, run: Callable[..., None]) -> None:
        self.functions: dict[str, Callable[..., Any]] = {
            "sum": partial(printed, run, "sum", "data"),
            "print": lambda count: printed(run, "lines", "-", count).count("\n"),
            "lines": partial(lines_in_file, run),
        }

    def function(self, name: str) -> Callable[..., Any]:
        return self.functions[name]


def ours() -> Opened:
    witcraft, wasi = import_module("witcraft"), import_module("witcraft.wasi")
    component = witcraft.load(guest(COMPONENT))
    name = next(name for name in component.exports if name.startswith("wasi:cli/run@"))

    def run(args: list[str]) -> None:
        with output().open("wb", buffering=0) as stdout:
            granted = wasi.Wasi(args=args, preopens={"/": folder().name}, stdout=stdout)
            component.instantiate([granted])[name].run()

    return Opened(run)


def native() -> Opened:
    from wasmtime import Engine, Store, WasiConfig
    from wasmtime.component import Component, Linker

    engine = Engine()
    linker, component = Linker(engine), Component.from_file(engine, guest(COMPONENT))
    linker.add_wasip2()
    command = next(index for patch in range(20) if (index := component.get_export_index(f"wasi:cli/run@0.2.{patch}")))

    def run(args: list[str]) -> None:
        config, store = WasiConfig(), Store(engine)
        config.argv = args
        config.stdout_file = str(output())
        config.preopen_dir(folder().name, "/")
        store.set_wasi(config)
        instance = linker.instantiate(store, component)
        function = instance.get_func(store, instance.get_export_index(store, "run", command) or "")
        assert function
        function(store)

    return Opened(run)
