"""Imports that a Python module provides: its types are used in place of printed ones, and it is the host by default.

``--with 'ns:pkg/iface=python.module'`` names one. What WASI 0.2 has comes from `witcraft.wasi`, unless something else
is named for it (nothing, too: then its types are printed, and the caller gives it as any import).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from witcraft.emit.python.module import OUTSIDE
from witcraft.emit.python.shapes import shapes
from witcraft.errors import EmitError
from witcraft.model.world import Interface
from witcraft.runtime.versions import find, track
from witcraft.wasi.interfaces.shapes import SHAPES
from witcraft.words import InterfaceName, snake

WASI = ("witcraft", "wasi")
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provision:
    """``types``: the path of the module with the interface's types, () if they are printed as those of any import;
    ``by``: the module that provides it at run time, "" for the object given as ``wasi``."""

    types: Path
    by: str


def provisions(imports: Iterable[Interface], named: Mapping[str, str], wasi: Path) -> dict[str, Provision]:
    """By extern name, for what is provided; ``wasi`` is the path of `witcraft.wasi` or of a copy.

    ``named`` is what ``--with`` says. Raises ``EmitError`` if a name there is none of the imports, or if an import has
    the name of an interface of WASI and is none.
    """
    interfaces = {interface.name: interface for interface in imports}
    modules = {name: text for wanted, text in named.items() for name in meant(wanted, interfaces)}
    found: dict[str, Provision] = {}
    for name, interface in interfaces.items():
        if name in modules:
            if modules[name]:
                found[name] = Provision((OUTSIDE, *modules[name].rsplit(".", 1)), modules[name])
        elif is_wasi(name):
            found[name] = Provision(wasi_types(interface, wasi), "")
    return found


def meant(wanted: str, names: Iterable[str]) -> list[str]:
    """The imports that a name of ``--with`` stands for: without a version, all versions."""
    found = [name for name in find(wanted, names) if "/" in name]
    if not found:
        raise EmitError(f"--with {wanted}: there is no such import")
    return found


def is_wasi(name: str) -> bool:
    """Whether it is an interface of WASI 0.2: `wasi:io/poll@0.2.9`, not a draft or another track."""
    return name.startswith("wasi:") and track(name).endswith("@0.2")


def wasi_types(interface: Interface, wasi: Path) -> Path:
    """The module that has the types of an interface of WASI, () if witcraft has no such interface (yet)."""
    key = module_name(interface.name)
    if key not in SHAPES:
        return ()
    known = SHAPES[key]
    for function, shape in shapes(interface).items():
        if known.get(function, shape) != shape:
            raise EmitError(
                f"import {interface.name}: its {function} is not that of WASI 0.2; "
                f"--with '{interface.name}=MODULE' says where it comes from"
            )
    return (*wasi, "interfaces", key)


def module_name(extern_name: str) -> str:
    """``wasi:io/streams@0.2.9`` -> ``io_streams``."""
    name = InterfaceName(extern_name)
    return snake(f"{name.package}-{name.interface}")
