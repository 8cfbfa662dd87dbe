"""WAVE, the text form of values (wasm-wave, "WebAssembly Value Encoding"), for all types but handles.

    greet("x")    [{x: 1, y: -2.5}]    some(nan)    circle(3)    {read, write}    err("no such file")

Values are those of `docs/python.md`. A mapping, which ``classes_of`` makes, says which class stands for a named type.
"""

from __future__ import annotations

from witcraft.wave.calls import Call, call
from witcraft.wave.classes import Classes, Named, classes_of
from witcraft.wave.handles import unwritable
from witcraft.wave.parser import parse
from witcraft.wave.printer import show
from witcraft.wave.text import WaveError

__all__ = ["Call", "Classes", "Named", "WaveError", "call", "classes_of", "parse", "show", "unwritable"]
