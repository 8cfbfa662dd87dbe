"""Calls between component instances, as core WebAssembly.

An adapter reads the caller's values out of one memory and writes them into another, transcodes strings, moves handles
and keeps the rules of the canonical ABI, with no host language in between. ``partition.py`` says which adapters share
a module, ``adapter.py`` makes one, ``print.py`` and ``strings.py`` what it does to values.
"""

from __future__ import annotations

from witcraft.fuse.partition import fuse as fuse
