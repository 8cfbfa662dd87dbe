"""Guests of these tests, opened in both ways: as a package on disk, and live."""

from __future__ import annotations

import atexit
import functools
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any, Literal

import witcraft
from tests.support.wat import assemble
from witcraft import Config

Way = Literal["disk", "live"]
WAYS: list[Way] = ["disk", "live"]
ROOT = Path(__file__).parent.parent.parent
DEEP = bool(os.environ.get("WITCRAFT_DEEP"))
"""Whether to take minutes where seconds do."""

REALLOC = """
    (global $heap (mut i32) (i32.const 4096))
    (func $realloc (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32) (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $heap (i32.add (local.get $at) (local.get $size)))
      (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
        (then (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16)))))))
      (local.get $at))"""
"""An allocator that never frees, for a memory of 32 bits."""


class Opened:
    """A component, ready to be instantiated. Its imports are functions and interfaces of one word."""

    def __init__(self, module: Any, component: witcraft.Component | None) -> None:
        self.module, self.component = module, component

    def start(self, config: Config | None = None, /, **imports: Any) -> Any:
        if self.component is not None:
            return self.component.instantiate(imports, config)
        names = self.module._ROOT
        cls = getattr(self.module, names["class"])
        if names["imports_class"] is None:
            return cls(config=config)
        return cls(getattr(self.module, names["imports_class"])(**imports), config=config)


@functools.cache
def opened(text: str, way: Way = "live") -> Opened:
    wasm = assemble(text)
    if way == "live":
        loaded = witcraft.load(wasm)
        return Opened(loaded.module, loaded)
    name = f"hardened_{hashlib.sha256(wasm).hexdigest()[:16]}"
    witcraft.python(wasm, folder() / name, name="guest")
    importlib.invalidate_caches()
    return Opened(importlib.import_module(name), None)


@functools.cache
def folder() -> Path:
    """Where packages are written; Python finds them there."""
    path = Path(tempfile.mkdtemp(prefix="hardened-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    sys.path.insert(0, str(path))
    return path


def run(code: str, timeout: float = 100, **variables: str) -> str:
    """Runs ``code`` in a process of its own, which must end by itself and well; gives what it prints."""
    places = [str(ROOT), str(Path(witcraft.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places), **variables},
    )
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
