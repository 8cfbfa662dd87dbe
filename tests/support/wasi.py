"""Commands that use WASI, run here in two ways: by witcraft, and by the component API of the `wasmtime` package."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wasmtime

import witcraft
from tests.guests.build import CACHE
from witcraft.wasi import Exit, Preopen, Wasi

RUN = "wasi:cli/run@0.2."
TRAPPED = 134
"""The exit code of a program that trapped, as a shell has it for one that was aborted."""


@dataclass(frozen=True, slots=True)
class Command:
    """A component that exports `wasi:cli/run`, and what it gets. ``folders``: those of the host by the guest's names."""

    component: Path
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    writable: bool = True
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    stdout: str
    stderr: str
    error: Exception | None = None
    """What a trap or the host's own fault came out as."""


# ---- by witcraft --------------------------------------------------------------------------------------------------


def run(
    command: Command,
    *,
    config: witcraft.Config | None = None,
    seen: Callable[[bytes], object] = lambda data: None,
    **settings: Any,
) -> Outcome:
    """``settings`` are those of `Wasi`. What the program prints is ``seen`` as it comes."""
    out, err = bytearray(), bytearray()

    def stdout(data: bytes) -> None:
        out.extend(data)
        seen(bytes(data))

    given: dict[str, Any] = {
        "args": ["program", *command.args],
        "env": command.env,
        "preopens": {name: Preopen(path, readonly=not command.writable) for name, path in command.folders.items()},
        "stdin": command.stdin,
        "stdout": stdout,
        "stderr": err.extend,
    }
    code, error = exit_code(loaded(command.component), Wasi(**given | settings), config)
    return Outcome(code, out.decode(), err.decode(), error)


@cache
def loaded(component: Path) -> Any:
    return witcraft.load(component, config=witcraft.Config(cache=CACHE / "code"))


def exit_code(component: Any, wasi: Wasi, config: witcraft.Config | None) -> tuple[int, Exception | None]:
    app = component.instantiate([wasi], config)
    try:
        app[run_of(component)].run()
    except Exit as ended:
        return ended.code, None
    except witcraft.Err:
        return 1, None
    except witcraft.Trap as trap:
        return TRAPPED, trap
    return 0, None


def run_of(component: Any) -> str:
    """The name of `wasi:cli/run` in the version that it has here."""
    names: Iterator[str] = (name for name in component.exports if name.startswith(RUN))
    return next(names)


# ---- by the engine ------------------------------------------------------------------------------------------------


def run_native(command: Command, *, lookup: bool = False) -> Outcome:
    """The package has no way to grant sockets, of which it can only say what comes of them without."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "stdin").write_bytes(command.stdin)
        code, error = exit_code_of_native(command, place, lookup)
        return Outcome(code, (place / "stdout").read_text(), (place / "stderr").read_text(), error)


def exit_code_of_native(command: Command, place: Path, lookup: bool) -> tuple[int, Exception | None]:
    from wasmtime.component import Linker

    store, linker = wasmtime.Store(engine()), Linker(engine())
    store.set_wasi(wasi_config(command, place, lookup))
    linker.add_wasip2()
    linker.add_wasi_http()
    instance = linker.instantiate(store, compiled(command.component))
    versions = (instance.get_export_index(store, f"{RUN}{patch}") for patch in range(13))
    index = instance.get_export_index(store, "run", next(filter(None, versions)))
    assert index
    start = instance.get_func(store, index)
    assert start
    try:
        failed = start(store)
    except wasmtime.ExitTrap as ended:
        return ended.code, None
    except wasmtime.WasmtimeError as error:
        return TRAPPED, error
    return int(getattr(failed, "tag", "ok") != "ok"), None


def wasi_config(command: Command, place: Path, lookup: bool) -> wasmtime.WasiConfig:
    config = wasmtime.WasiConfig()
    config.argv = ["program", *command.args]
    config.env = list(command.env.items())
    config.stdin_file = str(place / "stdin")
    config.stdout_file, config.stderr_file = str(place / "stdout"), str(place / "stderr")
    wasmtime._ffi.wasi_config_allow_ip_name_lookup(config.ptr(), lookup)
    for name, path in command.folders.items():
        config.preopen_dir(str(path), name, command.writable)
    return config


@cache
def engine() -> wasmtime.Engine:
    return wasmtime.Engine()


@cache
def compiled(component: Path) -> Any:
    """Compiling a large one takes many seconds: its machine code is kept beside the component."""
    from wasmtime.component import Component

    data = component.read_bytes()
    kept = CACHE / "native" / f"{hashlib.sha256(data).hexdigest()[:16]}-{version('wasmtime')}.cwasm"
    if kept.exists():
        return Component.deserialize_file(engine(), str(kept))
    made = Component(engine(), data)
    kept.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
        file.write(made.serialize())
    Path(file.name).replace(kept)
    return made
