"""A component as a program of this process: from the command line's words to an exit code.

What a small command does not need is imported where it is needed, so that it starts as fast as ``witcraft.load``.
"""

from __future__ import annotations

from witcraft import api
from witcraft.cli import grants
from witcraft.cli.native import Signals, exit_code, standard_streams
from witcraft.cli.progress import Progress
from witcraft.runtime import Config
from witcraft.runtime.versions import find
from witcraft.wasi import Wasi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    from witcraft.errors import EmitError
    from witcraft.live import Component

    Program: TypeAlias = Callable[[Any], int]
    """What is done with an instance; the exit code."""

COMMAND = "wasi:cli/run@0.2.0"
"""The export that makes a component a command; any version of its track will do."""
CORE_MODULE = b"\0asm\1\0\0\0"
"""What a core module begins with (Core specification, "Binary Format / Modules")."""
PREVIEW_1 = b"wasi_snapshot_preview1"
MEGABYTE = 1 << 20
MOST_OFFERS = 20


def program(
    component: str,
    arguments: Sequence[str] = (),
    *,
    folders: Sequence[str] = (),
    env: Sequence[str] = (),
    tcp: Sequence[str] = (),
    udp: Sequence[str] = (),
    listen: Sequence[str] = (),
    udp_listen: Sequence[str] = (),
    lookup: Sequence[str] = (),
    timeout: float | None = None,
    memory: int | None = None,
    fuel: int | None = None,
    invoke: str | None = None,
) -> Callable[[], int]:
    """Runs the file ``component`` when it is called, and gives the exit code. Raises ``ConfigError`` before that."""
    config = Config(fuel=fuel, timeout=timeout, max_memory=None if memory is None else memory * MEGABYTE)
    wasi = Wasi(
        args=[grants.text("ARGUMENTS", word) for word in (file_name(component), *arguments)],
        env=grants.variables(env),
        preopens=grants.preopens(folders),
        network=grants.network(tcp=tcp, udp=udp, listen=listen, udp_listen=udp_listen, lookup=lookup),
        **standard_streams(),
    )
    return lambda: run(component, invoke, wasi, config)


def run(path: str, invoke: str | None, wasi: Wasi, config: Config) -> int:
    try:
        with Signals():
            return exit_code(lambda: started(path, invoke, wasi, config)())
    except Exception as error:
        from pathlib import Path

        from witcraft.cli.errors import reported

        with reported(Path(path)):
            raise error from None


def started(path: str, invoke: str | None, wasi: Wasi, config: Config) -> Callable[[], int]:
    """What is left to be done when the component is compiled and an instance there: the call."""
    with Progress(f"compiling {file_name(path)}"):
        component = api.load(content(path), name=api.title(path), config=config)
        call = command(path, component) if invoke is None else invocation(component, invoke)
        instance = component.instantiate([wasi])
    return lambda: call(instance)


def file_name(path: str) -> str:
    return path.rpartition("/")[2]


def content(path: str) -> bytes:
    """Of a component. Raises ``EmitError`` for a core module, with advice."""
    with open(path, "rb") as file:  # noqa: PTH123 (`pathlib` takes longer to import than all of this)
        data = file.read()
    if data.startswith(CORE_MODULE):
        adapter = " --adapt wasi_snapshot_preview1.command.wasm" if PREVIEW_1 in data else ""
        raise refused(
            f"{path} is a core module{', made for WASI preview 1' if adapter else ''}: only components can be run",
            f"(`wasm-tools component new {path}{adapter} -o component.wasm` makes one of it)",
        )
    return data


def command(path: str, component: Component) -> Program:
    """Calls the export that makes a component a command. Raises ``EmitError`` for other components."""
    names = find(COMMAND, component.exports)
    if not names:
        others = "".join([f" but {name}" for name in component.exports if name.startswith("wasi:cli/run@")])
        raise refused(f"{path} is no command: it does not export wasi:cli/run@0.2{others}", *offers(component))

    def call(instance: Any) -> int:
        instance[names[0]].run()
        return 0

    return call


def offers(component: Component) -> Iterator[str]:
    """What can be done with a component that is no command."""
    functions = [
        f"{name}.{leaf}: {text}" if leaf else f"{name}: {text}"
        for name, item in component.exports.items()
        for leaf, text in (item.items() if isinstance(item, dict) else [("", item)])
        if "func(" in text and "[" not in leaf
    ]
    yield "call one of its functions with --invoke:" if functions else "it does not export any function either"
    yield from functions[:MOST_OFFERS]
    if len(functions) > MOST_OFFERS:
        yield f"and {len(functions) - MOST_OFFERS} more"


def invocation(component: Component, text: str) -> Program:
    from witcraft.cli.invoke import invocation  # it needs the compiler

    return invocation(component, text)


def refused(*lines: str) -> EmitError:
    from witcraft.errors import EmitError

    return EmitError("\n  ".join(lines))
