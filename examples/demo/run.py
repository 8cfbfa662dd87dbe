"""The main job, on components that other tools made: bindings to disk and a program on them, and the same live.

make demo
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from timeit import repeat
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import witcraft  # noqa: E402
from tests.guests.build import MissingTool, guest  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        show("bench", "written by hand", Path(folder))
        show("ledger", "by a C compiler and jco", Path(folder))
        show("tour-js", "by componentize-js", Path(folder))
        show("tour-python", "by componentize-py", Path(folder))


def show(name: str, made: str, folder: Path) -> None:
    """Both ways on one component; without the tool that makes it there is nothing to show."""
    print(f"\n--- {name}.wasm, {made}")
    try:
        component = Path(shutil.copy(guest(name), folder / f"{name}.wasm"))
    except MissingTool as missing:
        print(f"skipped: {missing}")
        return
    package = name.replace("-", "_")
    run("witcraft", "python", component, "-o", folder / package, "--name", name)
    use = {"bench": use_bench, "ledger": use_ledger}.get(name, use_tour)
    use(folder / package, component)


def run(*command: str | Path, **settings: Any) -> None:
    """A Python program, as in a shell: ``$ witcraft python bench.wasm -o bench``."""
    shown = [word.name if isinstance(word, Path) else word for word in command]
    print("$", *shown, flush=True)
    subprocess.run([sys.executable, "-m", *command], check=True, **settings)


# ---- a small one ------------------------------------------------------------------------------------------------


class Host:
    """Of bench: counts how often the guest calls."""

    calls = 0

    def tick(self, n: int) -> int:
        self.calls += 1
        return n


def use_bench(folder: Path, component: Path) -> None:
    bench = importlib.import_module("bench")
    host = Host()
    app = bench.Bench(bench.BenchImports(host=host))
    print(f"from disk: 1 + 2 = {app.add(1, 2)}; {app.run_ticks(1000)} from {host.calls} calls of the host")
    print(f"           {min(repeat(lambda: app.add(1, 2), number=1000, repeat=50)) * 1e6:.0f} ns a call")
    app = witcraft.load(component).instantiate({"test:bench/host": {"tick": abs}})
    print(f"live:      {app['make-points'](2)}")


# ---- a program with types ---------------------------------------------------------------------------------------


def use_ledger(folder: Path, component: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(folder.parent), "MYPYPATH": str(folder.parent)}
    if importlib.util.find_spec("mypy"):
        run("mypy", "--strict", "--no-error-summary", HERE / "program.py", env=environment, cwd=folder.parent)
    print("$ python program.py", flush=True)
    subprocess.run([sys.executable, HERE / "program.py"], check=True, env=environment)
    audit = {"note": lambda line: None, "lookup": lambda book: None}
    app = witcraft.load(component).instantiate({"guest:ledger/audit@1.2.0": audit})
    print(f"live: {app['guest:ledger/accounts@1.2.0']['live']()} accounts; 300 as u8 is {app.trouble.loose_u8(300)}")
    try:
        app.trouble.trap()
    except witcraft.Trap as trap:
        print(f"Trap: {trap}")


# ---- every type, and 18 MB of Python or JavaScript --------------------------------------------------------------


def log(message: str) -> None:
    print(f"           (the guest logs {message!r})")


class Echo:
    """The host's side of ``guest:tour/values``: each function gives back what the guest gives it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *values: values[0] if len(values) == 1 else values


class Stores:
    """Of ``guest:tour/stores``: the resource is a class of the host's own."""

    class Blob:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def __exit__(self, *_: object) -> None:
            print(f"           (the guest has dropped {self.data!r})")

        @classmethod
        def open(cls, name: str) -> Stores.Blob:
            return cls(name.encode())

        @classmethod
        def merge(cls, lhs: Stores.Blob, rhs: Stores.Blob) -> Stores.Blob:
            return cls(lhs.data + rhs.data)

        def read(self, n: int) -> bytes:
            taken, self.data = self.data[:n], self.data[n:]
            return taken

        def write(self, data: bytes) -> None:
            self.data += data

        def size(self) -> int:
            return len(self.data)

        def clone(self) -> Stores.Blob:
            return Stores.Blob(self.data)

        def same(self, other: Stores.Blob) -> bool:
            return self.data == other.data

    def total(self, blobs: list[Blob]) -> int:
        return sum(blob.size() for blob in blobs)

    def swap(self, lhs: Blob, rhs: Blob) -> tuple[Blob, Blob]:
        return rhs, lhs

    def larger(self, lhs: Blob | None, rhs: Blob | None) -> Blob | None:
        return lhs or rhs

    def discard(self, blob: Blob) -> None:
        blob.__exit__()

    def live(self) -> int:
        return 0


def use_tour(folder: Path, component: Path) -> None:
    tour = importlib.import_module(folder.name)
    root, imports = tour._ROOT["class"], tour._ROOT["imports_class"]
    print("           (the engine compiles it when it is started first: some ten seconds)", flush=True)
    app = getattr(tour, root)(getattr(tour, imports)(log=log, values=Echo(), stores=Stores()))
    use_shapes("from disk:", app, importlib.import_module(f"{folder.name}.imports.shapes"))
    begin = perf_counter()
    loaded = witcraft.load(component)
    app = loaded.instantiate({"log": log, "guest:tour/values": Echo(), "guest:tour/stores": Stores()})
    use_shapes("live:     ", app, app["guest:tour/shapes"])
    print(f"           loaded, started and used in {(perf_counter() - begin) * 1000:.0f} ms")


def use_shapes(way: str, app: Any, shapes: Any) -> None:
    print(f"{way} {app.greet('world')!r}")
    echo = app.values.echo_shapes
    print(f"           {echo([shapes.Shape_Dot(), shapes.Shape_Circle(1.5), shapes.Shape_Named(('seven', 7))])}")
    print(f"           {app.samples.sample()!s:.85}...")
    with app.stores.Blob(b"hello, ") as hello, app.stores.Blob(b"blob") as blob:
        print(f"           two blobs, {app.stores.total([hello, blob])} bytes: {blob.read(2)!r}, {hello.read(5)!r}")
    try:
        app.values.echo_points([shapes.Point(1, 2, 3), shapes.Point(1, "2", 3)])
    except TypeError as error:
        print(f"           TypeError: {error}")


if __name__ == "__main__":
    main()
