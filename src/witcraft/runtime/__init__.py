"""What emitted code stands on: an engine, memories, handles, errors.

Nothing is imported before it is asked for, so that naming ``Ok`` neither loads the engine nor needs one.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from itertools import starmap as starmap
    from struct import Struct as Struct
    from typing import Protocol as Protocol

    from .check import BadValue as BadValue
    from .check import Signature as Signature
    from .check import explain as explain
    from .config import Config as Config
    from .errors import ArgumentError as ArgumentError
    from .errors import ClosedError as ClosedError
    from .errors import ConfigError as ConfigError
    from .errors import EngineError as EngineError
    from .errors import Error as Error
    from .errors import LinkError as LinkError
    from .errors import PoisonedError as PoisonedError
    from .errors import ThreadError as ThreadError
    from .errors import Trap as Trap
    from .files import Files as Files
    from .flags import Flags as Flags
    from .handles import Borrows as Borrows
    from .handles import ExportedResource as ExportedResource
    from .handles import GuestHandles as GuestHandles
    from .handles import GuestResource as GuestResource
    from .handles import HostHandles as HostHandles
    from .handles import Moved as Moved
    from .handles import OwnedResource as OwnedResource
    from .handles import bind as bind
    from .handles import take_back as take_back
    from .lists import bools as bools
    from .lists import bools_of as bools_of
    from .lists import chars as chars
    from .lists import chars_of as chars_of
    from .lists import members as members
    from .modules import CoreModule as CoreModule
    from .modules import CoreModuleSource as CoreModuleSource
    from .provided import PROVIDED as PROVIDED
    from .provided import Provider as Provider
    from .provided import provide as provide
    from .records import blanks as blanks
    from .records import dataclass as dataclass
    from .registry import Registry as Registry
    from .root import Exports as Exports
    from .root import Root as Root
    from .root import link as link
    from .scalars import Bits as Bits
    from .scalars import Labels as Labels
    from .scalars import bad_case as bad_case
    from .scalars import boolean as boolean
    from .scalars import char as char
    from .scalars import character as character
    from .scalars import double as double
    from .scalars import f32_bits as f32_bits
    from .scalars import f32_from_bits as f32_from_bits
    from .scalars import f64_bits as f64_bits
    from .scalars import f64_from_bits as f64_from_bits
    from .scalars import integer as integer
    from .scalars import integer_in as integer_in
    from .scalars import member as member
    from .scalars import no_case as no_case
    from .scalars import single as single
    from .sequences import Buffer as Buffer
    from .sequences import entries as entries
    from .sequences import packed_items as packed_items
    from .sequences import sequence as sequence
    from .store import Mail as Mail
    from .store import Store as Store
    from .text import CompactMemory as CompactMemory
    from .text import CompactMemory64 as CompactMemory64
    from .text import Memory as Memory
    from .text import Memory64 as Memory64
    from .text import Utf16Memory as Utf16Memory
    from .text import Utf16Memory64 as Utf16Memory64
    from .values import Err as Err
    from .values import Ok as Ok
    from .values import Some as Some

_NAMES = {
    "check": ("BadValue", "Signature", "explain"),
    "config": ("Config",),
    "errors": (
        "ArgumentError", "ClosedError", "ConfigError", "EngineError", "Error", "LinkError", "PoisonedError",
        "ThreadError", "Trap",
    ),
    "files": ("Files",),
    "flags": ("Flags",),
    "handles": (
        "Borrows", "ExportedResource", "GuestHandles", "GuestResource", "HostHandles", "Moved", "OwnedResource",
        "bind", "take_back",
    ),
    "lists": ("bools", "bools_of", "chars", "chars_of", "members"),
    "modules": ("CoreModule", "CoreModuleSource"),
    "provided": ("PROVIDED", "Provider", "provide"),
    "records": ("Protocol", "Struct", "blanks", "dataclass", "starmap"),
    "registry": ("Registry",),
    "root": ("Exports", "Root", "link"),
    "scalars": (
        "Bits", "Labels", "bad_case", "boolean", "char", "character", "double", "f32_bits", "f32_from_bits", "f64_bits",
        "f64_from_bits", "integer", "integer_in", "member", "no_case", "single",
    ),
    "sequences": ("Buffer", "entries", "packed_items", "sequence"),
    "store": ("Mail", "Store"),
    "text": ("CompactMemory", "CompactMemory64", "Memory", "Memory64", "Utf16Memory", "Utf16Memory64"),
    "values": ("Err", "Ok", "Some"),
}  # fmt: skip
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
